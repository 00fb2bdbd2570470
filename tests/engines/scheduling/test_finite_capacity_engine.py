"""The engine on records: open orders become lots, a verified schedule, explanations, promises, one observation."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from linghang.engines.contract import Inputs
from linghang.engines.scheduling.finite_capacity import CARD, ELEMENT, Settings, run
from linghang.engines.scheduling.plant_floor import merged
from linghang.engines.scheduling.plant_orders import plant_of
from linghang.errors import BadInput

NOW = datetime(2026, 3, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
QUICK = Settings(effort=0.3, promises=1)


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def records(**changed: list[dict[str, Any]]) -> Inputs:
    """A plant of two work centres; two orders, the first half cast."""
    rows: dict[str, list[dict[str, Any]]] = {
        "production_order": [
            {
                "production_order_id": f"MO{n}",
                "product_id": f"P{n}",
                "quantity": 100.0,
                "due_on": date(2026, 3, 5),
                "status": "running",
                "priority": 5,
                "planned_end": hours(60),
                "released_on": date(2026, 3, 1),
                "planned_start": hours(-10),
                "sales_line_id": f"SO{n}",
            }
            for n in (1, 2)
        ],
        "job_order": [
            {
                "job_id": f"MO{n}-{s}",
                "production_order_id": f"MO{n}",
                "segment_id": f"P{n}-{s}",
                "quantity": 100.0,
                "equipment_id": None,
                "planned_start": hours(1),
                "planned_end": hours(40),
                "planned_scrap_quantity": 10.0,
            }
            for n in (1, 2)
            for s in (10, 20)
        ],
        "process_segment": [
            {
                "segment_id": f"P{n}-{s}",
                "product_id": f"P{n}",
                "routing_id": None,
                "sequence": s,
                "name": f"S{s}",
                "work_center_id": "CAST" if s == 10 else "PACK",
                "standard_s": 360.0,
                "setup_s": 600.0,
                "crew": 1.0,
            }
            for n in (1, 2)
            for s in (20, 10)
        ],
        "equipment": [
            {
                "equipment_id": name,
                "work_center_id": centre,
                "kind": "machine",
                "status": "in_use",
                "retired_on": None,
                "ideal_cycle_s": None,
            }
            for name, centre in (("C1", "CAST"), ("C2", "CAST"), ("K1", "PACK"))
        ],
        "job_response": [
            {
                "response_id": "R1",
                "job_id": "MO1-10",
                "equipment_id": "C1",
                "start": hours(-9),
                "end": hours(-1),
                "produced_quantity": 50.0,
                "scrap_quantity": 5.0,
                "good_quantity": 45.0,
                "setup_s": 0.0,
            }
        ],
        "setup_matrix": [{"work_center_id": "CAST", "from_family": "F1", "to_family": "F2", "setup_s": 1800.0}],
        "product": [{"product_id": f"P{n}", "family": f"F{n}"} for n in (1, 2)],
        "sales_order": [{"order_id": "S", "ordered_on": date(2026, 2, 1)}],
        "sales_order_line": [
            {
                "line_id": "SO9",
                "order_id": "S",
                "product_id": "P2",
                "quantity": 20.0,
                "due_on": date(2026, 3, 20),
                "revised_due_on": None,
                "cancelled": False,
            }
        ],
    }
    rows |= changed
    tables: Mapping[str, pa.Table] = _Tables({name: pa.Table.from_pylist(own) for name, own in rows.items() if own})
    return Inputs(tables, NOW - timedelta(days=30), NOW, ZONE)


class _Tables(dict[str, pa.Table]):
    def __missing__(self, name: str) -> pa.Table:
        return pa.table({})


def test_what_went_through_is_not_planned_again_and_scrap_does_not_go_on() -> None:
    plant = plant_of(records(), 100.0, 0.0, {})
    quantities = {step.job_id: step.quantity for order in plant.orders for step in order.steps}
    # MO1: 50 of 100 cast with 5 scrap; of the other 50 a tenth will be scrap: 45 + 45 come to be packed.
    assert quantities == {"MO1-10": 50, "MO1-20": 90, "MO2-10": 100, "MO2-20": 90}


def test_pieces_that_are_further_on_form_lots_without_what_lies_behind_them() -> None:
    plant = plant_of(records(), 5.0, 0.0, {})
    assert plant.problem is not None
    for order in plant.orders:
        for step in order.steps:
            pieces = sum(n for o, s, n in plant.of_task.values() if (o.id, s.job_id) == (order.id, step.job_id))
            assert pieces == step.quantity
    assert min(len(job.tasks) for job in plant.problem.jobs) == 1
    assert max(mode.duration for task in plant.problem.tasks.values() for mode in task.modes) <= 5 * 3600 * 1.25 + 360


def test_the_machine_is_set_up_for_what_it_made_last_and_families_tell_the_time() -> None:
    plant = plant_of(records(), 100.0, 0.0, {})
    assert plant.problem is not None
    assert plant.problem.machine["C1"].state == "P1"
    assert plant.problem.machine["C2"].state == ""
    assert plant.problem.setup_time("C1", "P1", "P2") == 1800
    assert plant.problem.setup_time("C1", "P2", "P1") == 600
    assert plant.problem.setup_time("C1", "P2", "P2") == 0


def test_shifts_close_machines_and_their_last_week_goes_on() -> None:
    shifts = [
        {"shift_id": f"{d}", "work_center_id": None, "start": hours(24 * d), "end": hours(24 * d + 12)}
        for d in range(-14, 1)
        if d % 7 != 6
    ]
    plant = plant_of(records(shift=shifts), 100.0, 0.0, {})
    breaks = plant.floor.breaks["C1"]
    assert breaks[0] == (12 * 3600, 24 * 3600)
    assert breaks[5][1] - breaks[5][0] == 36 * 3600  # the day without a shift
    assert "shifts" in plant.notes


def test_a_machine_under_repair_is_closed_until_it_will_probably_be_back() -> None:
    orders = [
        {"equipment_id": "C2", "kind": "corrective", "started_at": hours(-100), "finished_at": hours(-97)},
        {"equipment_id": "C1", "kind": "corrective", "started_at": hours(-1), "finished_at": None},
    ]
    assert plant_of(records(maintenance_order=orders), 100.0, 0.0, {}).floor.breaks == {"C1": ((0, 2 * 3600),)}


def test_job_orders_planned_on_a_machine_soon_keep_their_place() -> None:
    inputs = records()
    jobs = [
        row | {"equipment_id": "C2"} if row["job_id"] == "MO2-10" else row
        for row in inputs.tables["job_order"].to_pylist()
    ]
    plant = plant_of(records(job_order=jobs), 100.0, 8.0, {})
    assert plant.problem is not None
    assert [(one.machine, one.start) for one in plant.problem.frozen] == [("C2", 3600)]


def test_a_run_plans_all_open_orders_proves_it_and_says_the_same_again() -> None:
    first, again = run(records(), QUICK), run(records(), QUICK)
    assert first.finding == again.finding
    assert {n: t.data for n, t in first.tables.items()} == {n: t.data for n, t in again.tables.items()}
    (one,) = first.observations
    assert (one.about, one.covered, one.open, one.of) == (ELEMENT, 2, 0, 2)
    assert all(first.tables["comparison"].data["verified"].to_pylist()[:5])
    assert first.tables["promises"].data.num_rows == 1


def test_a_late_order_says_why() -> None:
    inputs = records()
    orders = [row | {"due_on": date(2026, 3, 1)} for row in inputs.tables["production_order"].to_pylist()]
    found = run(records(production_order=orders), QUICK)
    assert "2 late" in found.finding.en
    assert all("late" in why for why in found.tables["orders"].data["why_en"].to_pylist())
    assert found.tables["chains"].data.num_rows > 0


def test_an_order_that_cannot_be_planned_is_open_not_covered() -> None:
    inputs = records()
    segments = [
        row | {"standard_s": None} if row["segment_id"] == "P2-10" else row
        for row in inputs.tables["process_segment"].to_pylist()
    ]
    found = run(records(process_segment=segments), QUICK)
    (one,) = found.observations
    assert (one.covered, one.open, one.of) == (1, 1, 2)
    assert "process_segment.standard_s" in found.needs


def test_completed_cancelled_and_later_orders_are_not_open() -> None:
    rows = records().tables["production_order"].to_pylist()
    rows[0]["status"], rows[1]["released_on"] = "cancelled", date(2026, 3, 9)
    found = run(records(production_order=rows), QUICK)
    assert not found.observations
    assert not found.needs


def test_without_records_it_says_what_it_needs() -> None:
    found = run(replace(records(), tables=_Tables()), QUICK)
    assert set(found.needs) == set(CARD.needs)


def test_named_crews_limit_how_many_work_at_once() -> None:
    found = run(records(), replace(QUICK, crew=("CAST=1",)))
    rows = [row for row in found.tables["schedule"].data.to_pylist() if row["equipment"].startswith("C")]
    rows.sort(key=lambda row: row["start"])
    assert all(a["end"] <= b["start"] for a, b in itertools.pairwise(rows))


@pytest.mark.parametrize(
    "wrong",
    [
        {"effort": 0},
        {"objectives": ("speed",)},
        {"crew": ("CAST",)},
        {"weights": (1,)},
        {"promises": -1},
        {"objectives": ()},
        {"lot_hours": 0},
    ],
)
def test_the_settings_refuse_nonsense(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)


def test_spans_are_joined_where_they_touch() -> None:
    assert merged([(5, 6), (0, 2), (2, 3), (6, 6)]) == ((0, 3), (5, 6))
