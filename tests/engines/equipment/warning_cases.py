"""Machines made for tests of early warning: sensors that hang together, a fault that sets in, a small plant."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.engines.contract import Inputs, micros
from linghang.engines.signals import MemorySignals, Points, Signal

Floats = NDArray[np.float64]
START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
SHIFT_H = 8
"""A machine runs so long, stands for one hour, runs again."""


def related(rows: int, seed: int = 0, sensors: int = 4) -> Floats:
    """Return (rows, sensors) of a sound machine: two slow causes seen by all sensors, each with its own noise."""
    rng = np.random.default_rng(seed)
    causes = np.empty((rows, 2))
    now = np.zeros(2)
    for row in range(rows):
        now = 0.9 * now + rng.normal(size=2)
        causes[row] = now
    weights = np.random.default_rng(99).normal(size=(2, sensors))
    return np.asarray(50 + causes @ weights + 0.3 * rng.normal(size=(rows, sensors)))


def plant(
    days: int = 3,
    learnt_days: int = 8,
    fault: float = 0.0,
    fault_day: float = 1.0,
    machines: Sequence[str] = ("M-1", "M-2"),
    every_s: int = 300,
) -> Inputs:
    """Make a plant whose first machine has a fault from a day of the window on, and breaks down at its end.

    Parameters
    ----------
    days, learnt_days
        Length of the window and of what lies before it.
    fault
        Shift of the first sensor, in its deviations.
    """
    begin, end = START - timedelta(days=learnt_days), START + timedelta(days=days)
    at = np.arange(micros(begin), micros(end), every_s * 1_000_000)
    signals, data, states = [], {}, []
    for number, machine in enumerate(machines):
        values = related(len(at), seed=number)
        if number == 0:
            late = at >= micros(START) + fault_day * 86_400_000_000
            values[late, 0] += fault * values[:, 0].std()
        for column in range(values.shape[1]):
            tag = f"{machine}/s{column}"
            signals.append(Signal(tag, f"sensor {column}", machine, role="measurement", unit="A"))
            data[tag] = Points(at, values[:, column])
        own = _states(begin, end)
        states += [{"equipment_id": machine, **one} for one in own]
        words = tuple(dict.fromkeys(str(one["state"]) for one in own))
        place = np.array([words.index(str(one["state"])) for one in own], float)
        begins = np.array([micros(one["start"]) for one in own])
        signals.append(Signal(f"{machine}/state", "state", machine, role="state", kind="text"))
        data[f"{machine}/state"] = Points(begins, place, words)
    tables = {
        "equipment": pa.Table.from_pylist(
            [{"equipment_id": one, "name": f"machine {one}", "key": True, "status": "in_use"} for one in machines]
        ),
        "equipment_state": pa.Table.from_pylist(states),
        "failure": pa.Table.from_pylist(
            [
                {
                    "equipment_id": machines[0],
                    "start": end - timedelta(hours=2),
                    "component": "spindle",
                    "cause": "worn",
                    "stopped": True,
                }
            ]
        ),
    }
    return Inputs(tables, START, end, ZoneInfo("Asia/Shanghai"), MemorySignals(tuple(signals), data))


def _states(begin: datetime, end: datetime) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    at = begin
    while at < end:
        runs = min(at + timedelta(hours=SHIFT_H), end)
        found.append({"start": at, "end": runs, "state": "running"})
        stands = min(runs + timedelta(hours=1), end)
        if stands > runs:
            found.append({"start": runs, "end": stands, "state": "setup"})
        at = stands
    return found


def live(inputs: Inputs, extra: bool = True) -> pa.Table:
    """Return the points of the window as a stream brings them, states as words, and a last one that closes all."""
    start, end = micros(inputs.start), micros(inputs.end)
    parts = []
    for one in inputs.signals.list():
        points = inputs.signals.points(one.tag_id, start, end)
        text = points.words() if one.kind == "text" else [None] * len(points)
        columns = {
            "tag_id": pa.array([one.tag_id] * len(points), pa.string()),
            "at": pa.array(points.at_us).cast(pa.timestamp("us", "UTC")),
            "value": points.value,
            "good": np.isfinite(points.value),
            "text": pa.array(text, pa.string()),
        }
        parts.append(pa.table(columns))
    if extra:
        parts.append(
            pa.table(
                {
                    "tag_id": pa.array(["clock"]),
                    "at": pa.array([end]).cast(pa.timestamp("us", "UTC")),
                    "value": [0.0],
                    "good": [True],
                    "text": pa.array([None], pa.string()),
                }
            )
        )
    return pa.concat_tables(parts).sort_by([("at", "ascending"), ("tag_id", "ascending")])
