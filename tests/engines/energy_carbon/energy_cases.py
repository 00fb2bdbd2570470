"""A small works for the tests of the energy engine: a year and a bit, hourly, with a leak and a wasteful furnace."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from linghang.engines.contract import Inputs

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2025, 1, 5, 16, tzinfo=UTC)
DAYS = 120
LEAK_FROM, LEAK_TO = 104, 112
LOSS = 0.02


def moments(first: datetime, count: int, step: timedelta) -> list[datetime]:
    """Return so many moments from the first on."""
    return [first + number * step for number in range(count)]


def small_plant(seed: int = 3) -> Mapping[str, pa.Table]:
    """Return tables: a main meter, two areas, one machine with its own meter and states, air with a leak for a week."""
    rng = np.random.default_rng(seed)
    hours = DAYS * 24
    hour = np.arange(hours)
    busy = ((hour % 24 >= 6) & (hour % 24 < 22) & ((hour // 24) % 7 < 6)).astype(float)
    on = busy * (rng.random(hours) < 0.9) * rng.uniform(0.5, 1.0, hours)
    machine = 50 * on + 10 * (1 - on)
    area_b = 20 + 30 * busy + rng.normal(0, 0.5, hours)
    main = (machine + area_b) / (1 - LOSS)
    leak = np.where((hour // 24 >= LEAK_FROM) & (hour // 24 < LEAK_TO), 40.0, 0.0)
    air = 30 + 100 * on + leak + rng.normal(0, 1, hours)
    meters = [
        ("M", "进线", "electricity", "kWh", None, None, True),
        ("A", "一车间电表", "electricity", "kWh", None, None, False),
        ("B", "二车间电表", "electricity", "kWh", None, None, False),
        ("A1", "机床电表", "electricity", "kWh", "WC-1", "EQ-1", False),
        ("AIR", "压缩空气表", "compressed_air", "Nm3", "WC-AIR", None, False),
    ]
    readings = {"M": main, "A": machine, "B": area_b, "A1": machine, "AIR": air}
    starts = moments(START, hours, timedelta(hours=1))
    return {
        "meter": pa.table({
            "meter_id": [one[0] for one in meters], "name": [one[1] for one in meters],
            "carrier": [one[2] for one in meters], "unit": [one[3] for one in meters],
            "work_center_id": pa.array([one[4] for one in meters], pa.string()),
            "equipment_id": pa.array([one[5] for one in meters], pa.string()),
            "boundary": [one[6] for one in meters], "bought": [one[6] for one in meters],
            "direction": ["in"] * len(meters), "renewable": [False] * len(meters),
        }),
        "meter_reading": pa.table({
            "meter_id": np.repeat(list(readings), hours).tolist(),
            "start": pa.array(starts * len(readings), pa.timestamp("us", "UTC")),
            "end": pa.array([one + timedelta(hours=1) for one in starts] * len(readings), pa.timestamp("us", "UTC")),
            "quantity": np.concatenate(list(readings.values())), "estimated": [False] * (hours * len(readings)),
        }),
        "area": pa.table({"area_id": ["S1", "S2"], "name": ["一车间", "二车间"]}),
        "work_center": pa.table({"work_center_id": ["WC-1"], "area_id": ["S1"]}),
        "equipment": pa.table({"equipment_id": ["EQ-1"], "work_center_id": ["WC-1"]}),
        "equipment_state": states(starts, on),
        "job_response": pa.table({
            "response_id": [f"R{number}" for number in range(hours)], "job_id": pa.nulls(hours, pa.string()),
            "equipment_id": ["EQ-1"] * hours, "start": pa.array(starts, pa.timestamp("us", "UTC")),
            "end": pa.array([one + timedelta(hours=1) for one in starts], pa.timestamp("us", "UTC")),
            "produced_quantity": np.round(60 * on),
        }),
    }  # fmt: skip


def states(starts: list[datetime], on: np.ndarray) -> pa.Table:
    """Return a state for the part of each hour in which the machine ran, and one for the rest."""
    rows: list[tuple[datetime, datetime, str]] = []
    for start, share in zip(starts, on, strict=True):
        middle = start + timedelta(hours=float(share))
        if share > 0:
            rows.append((start, middle, "running"))
        if share < 1:
            rows.append((middle, start + timedelta(hours=1), "idle"))
    return pa.table({
        "equipment_id": ["EQ-1"] * len(rows),
        "start": pa.array([one[0] for one in rows], pa.timestamp("us", "UTC")),
        "end": pa.array([one[1] for one in rows], pa.timestamp("us", "UTC")),
        "state": [one[2] for one in rows],
    })  # fmt: skip


def inputs_of(tables: Mapping[str, pa.Table], days: int = 30, **changed: Any) -> Inputs:
    """Return inputs whose window is the last days of the small plant."""
    end = START + timedelta(days=DAYS)
    return replace(Inputs(tables, end - timedelta(days=days), end, ZONE), **changed)
