"""The engine on tables of a plant: what it finds, what it proves, what it says when something is missing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pyarrow as pa
import pytest

from linghang.engines.contract import Inputs, Result, micros
from linghang.engines.equipment.monitoring import ELEMENT, Settings, run
from linghang.engines.signals import NO_SIGNALS, MemorySignals, Points, Signal, Signals
from linghang.errors import BadInput
from linghang.kpi.bases import measures
from linghang.kpi.period import Period
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)
START = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""Midnight in Shanghai."""
HOUR = timedelta(hours=1)
RECORDED = ("running", "idle", "setup", "planned_stop", "breakdown", "off", "unknown")
Rows = list[dict[str, Any]]


def machine(id: str, **more: Any) -> dict[str, Any]:
    given = {"equipment_id": id, "name": id, "work_center_id": "W", "key": True, "status": "in_use"}
    return {**given, "ideal_cycle_s": 60.0, **more}


def state(id: str, begin: float, end: float | None, what: str) -> dict[str, Any]:
    until = None if end is None else START + end * HOUR
    return {"equipment_id": id, "start": START + begin * HOUR, "end": until, "state": what}


def job(id: str, begin: float, end: float, produced: float, good: float, **more: Any) -> dict[str, Any]:
    given = {"response_id": f"{id}{begin}", "job_id": "J", "equipment_id": id, "produced_quantity": produced}
    return {**given, "start": START + begin * HOUR, "end": START + end * HOUR, "good_quantity": good, **more}


def tables(**rows: Rows) -> Mapping[str, pa.Table]:
    schemas = {
        name: pa.schema([one.with_nullable(True) for one in arrow_schema(table)]) for name, table in TABLES.items()
    }
    return {name: pa.Table.from_pylist(rows.get(name, []), schema=schema) for name, schema in schemas.items()}


def looked(signals: Signals = NO_SIGNALS, how: Settings | None = None, hours: float = 24, **rows: Rows) -> Result:
    return run(Inputs(tables(**rows), START, START + hours * HOUR, ZONE, signals), how or Settings())


def row(found: Result, table: str, place: int = 0) -> dict[str, Any]:
    listed: dict[str, Any] = found.tables[table].data.to_pylist()[place]
    return listed


DAY_OF_WORK = [
    state("M1", 0, 8, "running"),
    state("M1", 8, 9, "breakdown"),
    state("M1", 9, 9.05, "idle"),
    state("M1", 9.05, 10, "idle"),
    state("M1", 10, 11, "setup"),
    state("M1", 11, 20, "running"),
    state("M1", 20, 24, "planned_stop"),
]


def test_oee_of_a_day_worked_out_by_hand() -> None:
    jobs = [job("M1", 0, 8, 400, 390), job("M1", 11, 20, 500, 480)]
    found = looked(equipment=[machine("M1")], equipment_state=DAY_OF_WORK, job_response=jobs)
    one = row(found, "machines")
    assert (one["running_h"], one["loading_h"], one["planned_stop_h"]) == (17, 20, 4)
    assert one["availability"] == 17 / 20
    assert one["performance"] == pytest.approx(900 / 60 / 17)
    assert one["quality"] == pytest.approx(870 / 900)
    assert one["oee"] == pytest.approx(870 / 60 / 20)
    lost = {each["loss"].split(" ", 1)[1]: each["lost_h"] for each in found.tables["losses"].data.to_pylist()[:8]}
    assert lost == pytest.approx(
        {
            "breakdowns": 1.0,
            "setup and adjustment": 1.0,
            "minor stops": 0.0,
            "idling and waiting": 1.0,
            "unexplained": 0.0,
            "reduced speed": 17 - 15,
            "start-up rejects": 20 / 60 * 0.5 / 9,
            "rejects in production": 30 / 60 - 20 / 60 * 0.5 / 9,
        }
    )
    assert sum(lost.values()) == pytest.approx(20 - 870 / 60)


def test_the_planned_time_of_the_segment_goes_before_that_of_the_machine() -> None:
    found = looked(
        equipment=[machine("M1")],
        equipment_state=DAY_OF_WORK,
        job_response=[job("M1", 0, 8, 400, 400)],
        job_order=[{"job_id": "J", "production_order_id": "O", "segment_id": "G"}],
        process_segment=[{"segment_id": "G", "product_id": "P", "sequence": 1, "name": "G", "standard_s": 30.0}],
    )
    assert row(found, "machines")["oee"] == pytest.approx(400 * 30 / 3600 / 20)


@pytest.mark.parametrize("seed", range(6))
def test_it_agrees_with_the_indicators(seed: int) -> None:
    """ISO 22400-2 as the room of the indicators computes it, from the same records."""
    rng = np.random.default_rng(seed)
    rows: Rows = []
    for id, at in (("M1", -5.0), ("M2", 1.0)):
        for _ in range(int(rng.integers(3, 9))):
            hours, what = float(rng.integers(1, 8)), str(rng.choice(RECORDED))
            rows.append(state(id, at, at + hours, what))
            at += hours
        rows.append(state(id, at, at + 1, "running"))
    made = [
        job(f"M{1 + place % 2}", begin, begin + 5, 300, 300 - int(rng.integers(0, 40)))
        for place, begin in enumerate(rng.integers(-3, 20, 6).tolist())
    ]
    given: dict[str, Rows] = {
        "equipment": [machine("M1"), machine("M2")],
        "equipment_state": rows,
        "job_response": made,
    }
    con = ibis.duckdb.connect()
    shown = {name: con.create_table(name, table) for name, table in tables(**given).items() if table.num_rows}
    other = {one.id: one.value for one in measures(shown, Period(DAY, DAY + timedelta(1)))}
    listed = [one for one in looked(**given).tables["machines"].data.to_pylist() if one["produced"] is not None]
    loading = sum(one["loading_h"] for one in listed)
    assert other["oee"] is not None
    assert other["availability"] is not None
    assert 100 * sum(one["oee"] * one["loading_h"] for one in listed) / loading == pytest.approx(float(other["oee"]))
    assert 100 * sum(one["running_h"] for one in listed) / loading == pytest.approx(float(other["availability"]))


def test_key_equipment_counts_as_monitored_when_its_state_is_known_for_nine_tenths_of_the_window() -> None:
    states = [state("A", 0, 22, "running"), state("B", 0, 21, "running"), state("C", 0, 24, "unknown")]
    keys = [machine("A"), machine("B"), machine("C"), machine("D"), machine("E", key=False)]
    found = looked(equipment=[*keys, machine("F", status="retired")], equipment_state=states)
    (seen,) = found.observations
    assert (seen.about, seen.covered, seen.open, seen.of) == (ELEMENT, 1, 0, 4)
    assert seen.detail["not_monitored"] == {"B": 0.875, "C": 0.0, "D": 0.0}
    (seen,) = looked(how=Settings(monitored_time_share=0.8), equipment=keys, equipment_state=states).observations
    assert seen.covered == 2


def test_a_machine_that_came_within_the_window_is_looked_at_from_then_on() -> None:
    new = machine("A", commissioned_on=date(2026, 3, 2))
    found = looked(equipment=[new], equipment_state=[state("A", 8, 24, "running")])
    assert found.observations[0].covered == 1


def test_an_open_state_counts_no_further_than_the_plant_was_heard() -> None:
    states = [state("A", 0, None, "running"), state("B", 0, 6, "running")]
    found = looked(equipment=[machine("A"), machine("B")], equipment_state=states)
    assert row(found, "machines")["running_h"] == 6
    assert row(found, "machines")["none_h"] == 18


def test_an_open_state_ends_where_the_next_begins() -> None:
    states = [state("A", -9, None, "idle"), state("A", -2, None, "running"), state("A", 5, 24, "setup")]
    one = row(looked(equipment=[machine("A")], equipment_state=states), "machines")
    assert (one["idle_h"], one["running_h"], one["setup_h"], one["overlap_h"]) == (0, 5, 19, 0)


def signals(*given: tuple[Signal, list[tuple[float, float]], tuple[str, ...]]) -> MemorySignals:
    data = {}
    for signal, points, texts in given:
        at = np.array([micros(START + hour * HOUR) for hour, _ in points], np.int64)
        data[signal.tag_id] = Points(at, np.array([value for _, value in points], float), texts)
    return MemorySignals(tuple(one for one, _, _ in given), data)


def test_where_records_lack_states_the_telemetry_gives_them() -> None:
    live = signals(
        (Signal("A/s", "state", "A", role="state", kind="text"), [(-3, 0), (6, 1), (12, 0)], ("running", "breakdown")),
        (Signal("A/p", "power", "A", unit="kW"), [(hour, 5.0) for hour in range(24)], ()),
    )
    found = looked(live, equipment=[machine("A")])
    one = row(found, "machines")
    assert (one["source"], one["running_h"], one["breakdown_h"]) == ("telemetry", 18, 6)
    assert found.observations[0].detail["by_telemetry"] == 1
    found = looked(live, equipment=[machine("A")], equipment_state=[state("A", 0, 8, "setup")])
    one = row(found, "machines")
    assert (one["source"], one["setup_h"], one["breakdown_h"], one["running_h"]) == ("records", 8, 4, 12)


def test_a_state_of_a_machine_that_went_silent_is_not_known_any_more() -> None:
    live = signals((Signal("A/s", "state", "A", role="state", kind="flag"), [(0, 1.0)], ()))
    found = looked(live, Settings(hold_h=2), equipment=[machine("A")])
    assert row(found, "machines")["running_h"] == 2
    assert found.observations[0].covered == 0


def test_counters_are_laid_beside_what_was_reported() -> None:
    counter = Signal("A/n", "pieces", "A", role="counter", unit="piece")
    wear = Signal("A/w", "wear", "A", role="counter", unit="%")
    live = signals((wear, [(0, 1), (9, 50)], ()), (counter, [(-1, 90), (1, 100), (5, 300), (6, 10), (7, 20)], ()))
    jobs = [job("A", 0, 8, 200, 200)]
    running = [state("A", 0, 24, "running")]
    found = looked(live, equipment=[machine("A")], equipment_state=running, job_response=jobs)
    one = row(found, "machines")
    assert one["counted"] == 230
    assert one["counter_difference_share"] == pytest.approx(0.15)


def test_alarms_of_the_limits_are_judged_where_no_alarm_was_ever_recorded() -> None:
    heat = Signal("A/t", "heat", "A", unit="°C", high=80.0)
    live = signals((heat, [(0, 20.0), (2, 90.0), (3, 20.0), (23, 20.0)], ()))
    found = looked(live, equipment=[machine("A")])
    assert found.tables["alarm_measures"].data.to_pylist()[0]["value"] == 1
    recorded = [{"alarm_id": "1", "equipment_id": "A", "at": START - 90 * 24 * HOUR, "priority": "low", "text": "old"}]
    found = looked(live, equipment=[machine("A")], alarm=recorded)
    assert found.tables["alarm_measures"].data.to_pylist()[0]["value"] == 0


def test_oee_by_crew_follows_the_shifts() -> None:
    half = START + 12 * HOUR
    shared = {"factory_id": "F", "planned_stop_s": 0.0}
    shifts = [
        {**shared, "shift_id": "1", "start": START, "end": half, "crew_name": "甲"},
        {**shared, "shift_id": "2", "start": half, "end": half + 12 * HOUR, "crew_name": "乙"},
    ]
    found = looked(
        equipment=[machine("M1")], equipment_state=DAY_OF_WORK, job_response=[job("M1", 0, 8, 400, 390)], shift=shifts
    )
    crews = {one["group"]: one for one in found.tables["crews"].data.to_pylist()}
    assert crews["甲"]["oee"] == pytest.approx(390 / 60 / 12)
    assert crews["乙"]["oee"] == 0


def test_nothing_is_proved_and_the_need_is_named_without_data() -> None:
    for rows in ({}, {"equipment": [machine("A")]}):
        found = looked(**rows)
        assert found.needs
        assert not found.observations
        assert not found.tables


@pytest.mark.parametrize(
    ("change", "need"),
    [
        ({"produced_quantity": float("nan")}, "job_response.produced_quantity"),
        ({"good_quantity": 1e300}, "job_response.good_quantity"),
        ({"good_quantity": 9999.0}, "job_response.good_quantity"),
    ],
)
def test_a_quantity_that_is_none_makes_the_work_unknown_not_zero(change: dict[str, Any], need: str) -> None:
    jobs = [{**job("M1", 0, 8, 400, 390), **change}]
    found = looked(equipment=[machine("M1")], equipment_state=DAY_OF_WORK, job_response=jobs)
    assert row(found, "machines")["oee"] is None
    assert row(found, "machines")["availability"] == 17 / 20
    assert need in found.needs


def test_a_piece_without_a_planned_time_makes_the_work_unknown() -> None:
    jobs = [job("M1", 0, 8, 400, 390)]
    found = looked(equipment=[machine("M1", ideal_cycle_s=None)], equipment_state=DAY_OF_WORK, job_response=jobs)
    assert row(found, "machines")["oee"] is None
    assert "equipment.ideal_cycle_s" in found.needs


@pytest.mark.parametrize(
    "wrong",
    [
        {"monitored_time_share": 0.0},
        {"long_stop_s": float("nan")},
        {"minor_stop_s": -1.0},
        {"flood_end": 11},
        {"operators": 0},
        {"look_back_days": 1.0},
        {"state_words": ("auto",)},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        replace(Settings(), **wrong)
