"""The same figures recomputed without Ibis, in plain Python over random small plants."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from linghang.kpi.compute import compute
from linghang.kpi.period import Period

PRESENT = Period(date(2025, 2, 1), date(2025, 4, 1))
BASELINE = Period(date(2024, 11, 1), date(2025, 1, 1))
ORIGIN = datetime(2024, 10, 20, tzinfo=UTC)
STATES = ("running", "idle", "setup", "planned_stop", "breakdown", "off", "unknown")
COEFFICIENTS = {
    ("electricity", "kWh"): 0.1229,
    ("electricity", "MWh"): 122.9,
    ("natural_gas", "Nm3"): 1.33,
    ("diesel", "t"): 1457.1,
    ("water_fresh", "m3"): 0.2571,
}
CARBON = {
    ("natural_gas", "Nm3"): 389.31e-4 * 0.0153 * 0.99 * 44 / 12,
    ("diesel", "t"): 43.33 * 0.0202 * 0.98 * 44 / 12,
    ("electricity", "kWh"): 0.6479e-3,
    ("electricity", "MWh"): 0.6479,
}


def chain(rng: random.Random, count: int, mean_s: float, cover: bool = False) -> list[tuple[datetime, datetime]]:
    """Stretches one after the other, with gaps unless they have to cover."""
    found, at = [], ORIGIN
    for _ in range(count):
        length = timedelta(seconds=rng.randint(1, int(2 * mean_s)))
        gap = timedelta(seconds=0 if cover or rng.random() < 0.6 else rng.randint(1, int(mean_s)))
        found.append((at + gap, at + gap + length))
        at += gap + length
    return found


def share(start: datetime, end: datetime, period: Period) -> tuple[float, float]:
    """Seconds inside a period, and the share of the stretch."""
    lo, hi = period.bounds
    inside = (min(end, hi) - max(start, lo)).total_seconds()
    return (0.0, 0.0) if inside <= 0 else (inside, inside / (end - start).total_seconds())


def random_plant(rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    machines = [f"E{n}" for n in range(rng.randint(1, 5))]
    plant: dict[str, list[dict[str, Any]]] = {
        "equipment": [{"equipment_id": m, "ideal_cycle_s": float(rng.randint(5, 90))} for m in machines],
        "process_segment": [
            {"segment_id": f"G{n}", "standard_s": rng.choice([None, float(rng.randint(5, 90))])} for n in range(4)
        ],
        "job_order": [
            {"job_id": f"J{n}", "segment_id": f"G{n % 5}", "equipment_id": rng.choice(machines)} for n in range(8)
        ],
        "equipment_state": [],
        "job_response": [],
        "meter": [],
        "meter_reading": [],
        "emission": [],
        "product": [{"product_id": "X", "unit": "pcs"}],
        "output_month": [
            {"product_id": "X", "month": date(y, m, 1), "quantity": rng.uniform(1, 9), "mass_t": rng.uniform(1, 9)}
            for y, m in ((2024, 11), (2024, 12), (2025, 2), (2025, 3))
        ],
    }
    for m in machines:
        for start, end in chain(rng, 300, 50_000):
            plant["equipment_state"].append(
                {"equipment_id": m, "start": start, "end": end, "state": rng.choice(STATES)}
            )
        for start, end in chain(rng, 120, 120_000):
            made = rng.randint(0, 50)
            named = rng.random() < 0.7
            plant["job_response"].append(
                {
                    "job_id": f"J{rng.randint(0, 9)}" if named else f"J{rng.randint(0, 7)}",
                    "start": start,
                    "end": end,
                    "equipment_id": m if named else None,
                    "produced_quantity": float(made),
                    "good_quantity": float(rng.randint(0, made)),
                }
            )
    kinds = [*COEFFICIENTS, ("water_reused", "t"), ("compressed_air", "m3")]
    for n, (carrier, unit) in enumerate(kinds + rng.sample(kinds, 3)):
        bought = carrier not in ("water_reused", "compressed_air") and rng.random() < 0.8
        plant["meter"].append(
            {
                "meter_id": f"M{n}",
                "carrier": carrier,
                "unit": unit,
                "boundary": n < len(kinds) or rng.random() < 0.5,
                "bought": bought,
                "direction": "in",
                "renewable": not bought and rng.random() < 0.5 and carrier == "electricity",
                "feedstock": rng.random() < 0.2,
            }
        )
        for start, end in chain(rng, 300, 60_000, cover=True):
            plant["meter_reading"].append(
                {"meter_id": f"M{n}", "start": start, "end": end, "quantity": rng.uniform(0, 100)}
            )
    for start, end in chain(rng, 40, 400_000):
        plant["emission"].append(
            {
                "start": start,
                "end": end,
                "gas": rng.choice(["CO2", "SO2"]),
                "quantity_t": rng.uniform(0, 5),
                "kind": rng.choice(["process", "recovered", "combustion", "electricity"]),
            }
        )
    return plant


def oee(plant: dict[str, list[dict[str, Any]]], period: Period) -> float:
    segments = {row["segment_id"]: row["standard_s"] for row in plant["process_segment"]}
    orders = {row["job_id"]: row for row in plant["job_order"]}
    cycles = {row["equipment_id"]: row["ideal_cycle_s"] for row in plant["equipment"]}
    counted, good = set(), 0.0
    for row in plant["job_response"]:
        order = orders.get(row["job_id"], {})
        machine = row["equipment_id"] or order.get("equipment_id")
        if machine is None:
            continue
        for one in (PRESENT, BASELINE):
            if share(row["start"], row["end"], one)[0]:
                counted.add(machine)
        unit_s = segments.get(order.get("segment_id")) or cycles[machine]
        good += unit_s * row["good_quantity"] * share(row["start"], row["end"], period)[1]
    planned = sum(
        share(row["start"], row["end"], period)[0]
        for row in plant["equipment_state"]
        if row["equipment_id"] in counted and row["state"] not in ("planned_stop", "off")
    )
    return 100 * good / planned


def energy_and_carbon(plant: dict[str, list[dict[str, Any]]], period: Period) -> tuple[float, float, float]:
    meters = {row["meter_id"]: row for row in plant["meter"] if row["boundary"]}
    kgce = tonnes = 0.0
    water = {"water_fresh": 0.0, "water_reused": 0.0}
    for row in plant["meter_reading"]:
        if not (meter := meters.get(row["meter_id"])):
            continue
        key = (meter["carrier"], meter["unit"])
        amount = row["quantity"] * share(row["start"], row["end"], period)[1]
        if key[0] in water:
            water[key[0]] += amount
        if key[0] == "water_reused" or not (meter["bought"] or meter["renewable"]):
            continue
        kgce += amount * COEFFICIENTS.get(key, 0.04)
        if not meter["feedstock"] and (key[0] != "electricity" or meter["bought"]):
            tonnes += amount * CARBON.get(key, 0.0)
    for row in plant["emission"]:
        if row["gas"] == "CO2":
            sign = {"process": 1, "recovered": -1}.get(row["kind"], 0)
            tonnes += sign * row["quantity_t"] * share(row["start"], row["end"], period)[1]
    months = {
        date(2024, 11, 1): BASELINE,
        date(2024, 12, 1): BASELINE,
        date(2025, 2, 1): PRESENT,
        date(2025, 3, 1): PRESENT,
    }
    output = sum(row["mass_t"] for row in plant["output_month"] if months[row["month"]] == period)
    return kgce / output, 1000 * tonnes / output, 100 * water["water_reused"] / sum(water.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_plants_give_what_plain_python_gives(plant: Any, seed: int) -> None:
    rows = random_plant(random.Random(seed))
    tables = plant(rows, only=True)
    values = compute(tables, PRESENT, BASELINE, "150581", dict.fromkeys(tables, "0"))
    found = {value.id: value for value in values}
    for period, name in ((PRESENT, "present_value"), (BASELINE, "baseline_value")):
        assert float(getattr(found["oee"], name)) == pytest.approx(oee(rows, period), rel=1e-8)
        kgce, carbon, reused = energy_and_carbon(rows, period)
        assert float(getattr(found["unit_energy"], name)) == pytest.approx(kgce, rel=1e-8)
        assert float(getattr(found["unit_co2"], name)) == pytest.approx(carbon, rel=1e-8)
        if period == PRESENT:
            assert float(found["water_reuse"].value or 0) == pytest.approx(reused, rel=1e-8)


@pytest.mark.slow
def test_the_order_of_the_rows_does_not_change_a_value(plant: Any) -> None:
    rows = random_plant(random.Random(99))
    shuffled = {name: random.Random(1).sample(each, len(each)) for name, each in rows.items()}
    one, other = (
        [(value.id, value.value) for value in compute(t, PRESENT, BASELINE, "15", dict.fromkeys(t, "0"))]
        for t in (plant(rows, only=True), plant(shuffled, only=True))
    )
    assert one == other
