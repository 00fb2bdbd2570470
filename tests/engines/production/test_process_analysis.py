"""The engine on a small plant of its own: what it finds, proves and leaves open; the stream gives the same."""

import tracemalloc
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from linghang.engines.contract import Event, Inputs, Result, micros
from linghang.engines.production.process_analysis import CARD, Settings, run, stream
from linghang.engines.production.spc_monitor import learn
from linghang.engines.production.spc_stream import ProcessStream
from linghang.engines.signals import MemorySignals, Points, Signal
from linghang.errors import BadInput

START = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight at the plant
END = START + timedelta(days=10)
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
BRIEF = Settings()


def table(rows: Iterable[Mapping[str, object]], **kinds: pa.DataType) -> pa.Table:
    found = list(rows)
    return pa.table({name: pa.array([row.get(name) for row in found], kind) for name, kind in kinds.items()})


TEXT, NUMBER, FLAG, WHEN = pa.string(), pa.float64(), pa.bool_(), pa.timestamp("us", "UTC")
SEGMENT = {"segment_id": TEXT, "product_id": TEXT, "name": TEXT, "work_center_id": TEXT, "key": FLAG}
CHARACTERISTIC = {
    "characteristic_id": TEXT, "product_id": TEXT, "segment_id": TEXT, "name": TEXT, "unit": TEXT, "target": NUMBER,
    "lower_limit": NUMBER, "upper_limit": NUMBER, "key": FLAG,
}  # fmt: skip
INSPECTION = {
    "inspection_id": TEXT, "product_id": TEXT, "characteristic_id": TEXT, "equipment_id": TEXT, "at": WHEN,
    "stage": TEXT, "inspected_quantity": NUMBER, "defective_quantity": NUMBER, "value": NUMBER,
}  # fmt: skip


def measured(shift: float = 0.0, bad_lot: bool = False) -> list[dict[str, object]]:
    """Two machines bore two products every two hours; in the last five days M-1 is off by `shift` sigma."""
    rng = np.random.default_rng(1)
    rows: list[dict[str, object]] = []
    at, number = START - timedelta(days=60), 0
    while at < END:
        for machine in ("M-1", "M-2"):
            number += 1
            product = "AB"[int(rng.integers(2))]
            off = shift if machine == "M-1" and at >= END - timedelta(days=5) else 0.0
            value = {"A": 10.0, "B": 30.0}[product] + 0.01 * (rng.normal() + off)
            bad = (
                20.0
                if bad_lot and machine == "M-2" and START < at <= START + 2 * HOUR
                else float(rng.binomial(40, 0.03))
            )
            rows.append(
                {
                    "inspection_id": f"I{number:06d}", "product_id": product, "characteristic_id": f"{product}-bore",
                    "equipment_id": machine, "at": at, "stage": "in_process", "inspected_quantity": 40.0,
                    "defective_quantity": bad, "value": value,
                }
            )  # fmt: skip
        at += 2 * HOUR
    return rows


def tables(rows: list[dict[str, object]]) -> dict[str, pa.Table]:
    segments = [
        {"segment_id": f"{product}-{step}", "product_id": product, "name": step, "work_center_id": center, "key": key}
        for product in "AB"
        for step, center, key in (("boring", "WC-B", True), ("washing", "WC-W", False), ("curing", "WC-C", True))
    ]
    characteristics = [
        {
            "characteristic_id": f"{product}-bore", "product_id": product, "segment_id": f"{product}-boring",
            "name": "bore", "unit": "mm", "target": nominal, "lower_limit": nominal - 0.05,
            "upper_limit": nominal + 0.05, "key": True,
        }
        for product, nominal in (("A", 10.0), ("B", 30.0))
    ]  # fmt: skip
    responses = [
        {"job_id": f"J-{step}", "equipment_id": machine, "start": start, "end": start + 20 * HOUR}
        for start in (START + timedelta(days=day) for day in range(10))
        for step, machine in (("boring", "M-1"), ("boring", "M-2"), ("curing", "O-1"))
    ]  # fmt: skip
    equipment = [("M-1", "WC-B"), ("M-2", "WC-B"), ("O-1", "WC-C")]
    return {
        "process_segment": table(segments, **SEGMENT),
        "quality_characteristic": table(characteristics, **CHARACTERISTIC),
        "inspection": table(rows, **INSPECTION),
        "job_order": table(
            [{"job_id": "J-boring", "segment_id": "A-boring"}, {"job_id": "J-curing", "segment_id": "A-curing"}],
            job_id=TEXT, segment_id=TEXT,
        ),
        "job_response": table(responses, job_id=TEXT, equipment_id=TEXT, start=WHEN, end=WHEN),
        "equipment": table(
            [{"equipment_id": one, "work_center_id": center} for one, center in equipment],
            equipment_id=TEXT, work_center_id=TEXT,
        ),
    }  # fmt: skip


def oven(rise: float = 0.0) -> MemorySignals:
    """An oven, every ten minutes, that is cold for twelve hours; in the last two days it is `rise` warmer."""
    rng = np.random.default_rng(2)
    at = np.arange(micros(START - timedelta(days=20)), micros(END), 600_000_000, dtype=np.int64)
    stop = (at >= micros(START + timedelta(days=3))) & (at < micros(START + timedelta(days=3, hours=12)))
    late = at >= micros(END - timedelta(days=2))
    values = np.where(stop, 40.0, 180.0 + rng.normal(0, 0.5, len(at)) + np.where(late, rise, 0.0))
    changes = np.array([at[0], at[stop][0], at[stop][-1] + 600_000_000])
    signals = (
        Signal("oven/state", "state", "O-1", role="state", kind="text"),
        Signal("oven/temperature", "oven temperature", "O-1", role="measurement", unit="°C", low=170, high=190),
        Signal("oven/power", "power", "O-1", role="measurement", unit="kW"),
    )
    data = {
        "oven/state": Points(changes, np.array([1.0, 0.0, 1.0]), ("idle", "running")),
        "oven/temperature": Points(at, values),
        "oven/power": Points(at, values / 3),
    }
    return MemorySignals(signals, data)


def plant(shift: float = 0.0, rise: float = 0.0, bad_lot: bool = False) -> Inputs:
    return Inputs(tables(measured(shift, bad_lot)), START, END, ZONE, oven(rise))


def told(result: Result) -> list[tuple[str, str]]:
    return [(one.subject, str(one.values["characteristic"])) for one in result.events if one.severity != "info"]


@pytest.fixture(scope="module")
def calm() -> Result:
    return run(plant(), BRIEF)


def test_三_3_key_operations_are_counted_once_whatever_they_make(calm: Result) -> None:
    (observed,) = calm.observations
    assert observed.about == "advanced.production.online-process-analysis"
    assert (observed.covered, observed.open, observed.of) == (2, 0, 2)
    assert CARD.elements == (observed.about,)


def test_a_calm_process_is_left_in_peace(calm: Result) -> None:
    # 2 x (120 values + 120 counts) + 230 hours: with one false alarm in 223 points about three are to be expected.
    assert len(told(calm)) <= 8


def test_a_lasting_shift_is_found_on_its_machine_alone() -> None:
    found = run(plant(shift=2.0), BRIEF)
    assert ("M-1", "bore") in told(found)
    first = next(one for one in found.events if one.subject == "M-1" and one.at >= END - timedelta(days=5))
    assert first.at - (END - timedelta(days=5)) < timedelta(days=1)
    capable = found.tables["capability"].data.to_pylist()
    own = [row for row in capable if row["equipment_id"] == "M-1"]
    assert [row["upper_limit"] for row in own] == pytest.approx([10.05, 30.05])
    assert [(row["stable"], row["cpk"]) for row in own] == [(False, None)] * 2
    assert all(row["ppk"] is not None for row in capable)


def test_a_bad_lot_is_found_by_its_count() -> None:
    found = run(plant(bad_lot=True), BRIEF)
    assert any(
        one.subject == "M-2" and one.values["chart"] == "counted" and one.values["z"] > 5 for one in found.events
    )


def test_a_warm_oven_is_one_episode_and_its_stop_none() -> None:
    found = run(plant(rise=3.0), BRIEF)
    own = [
        row for row in found.tables["episodes"].data.to_pylist() if row["equipment_id"] == "O-1" and row["points"] > 3
    ]
    assert len(own) == 1
    assert own[0]["at"] >= END - timedelta(days=2)
    assert own[0]["severity"] in ("low", "medium")


def test_products_with_other_targets_share_one_chart(calm: Result) -> None:
    rows = [row for row in calm.tables["charts"].data.to_pylist() if row["chart"] == "measured"]
    assert [row["equipment_id"] for row in rows] == ["M-1", "M-2"]
    assert all(
        row["centre"] == pytest.approx(0, abs=0.02) and row["sigma"] == pytest.approx(0.2, rel=0.1) for row in rows
    )


def test_a_day_without_data_is_a_day_without_analysis() -> None:
    rows = [row for row in measured() if not (row["equipment_id"] == "M-2" and row["at"] >= START + timedelta(days=5))]  # type: ignore[operator]
    found = run(Inputs(tables(rows), START, END, ZONE, oven()), BRIEF)
    assert (found.observations[0].covered, found.observations[0].of) == (1, 2)
    assert found.observations[0].detail["not_analysed"] == ["boring"]


def test_an_operation_without_production_stays_open() -> None:
    inputs = plant()
    responses = inputs.tables["job_response"]
    keep = [one != "J-curing" for one in responses["job_id"].to_pylist()]
    found = run(replace(inputs, tables={**inputs.tables, "job_response": responses.filter(pa.array(keep))}), BRIEF)
    assert (found.observations[0].covered, found.observations[0].open, found.observations[0].of) == (1, 1, 2)


def test_without_production_records_nothing_is_proved() -> None:
    inputs = plant()
    found = run(
        replace(inputs, tables={**inputs.tables, "job_response": inputs.tables["job_response"].slice(0, 0)}), BRIEF
    )
    assert found.observations == ()
    assert "job_response" in found.needs


def test_without_data_it_says_what_it_needs() -> None:
    empty = {name: one.slice(0, 0) for name, one in plant().tables.items()}
    found = run(Inputs(empty, START, END, ZONE), BRIEF)
    assert found.observations == ()
    assert {"process_segment", "inspection"} <= set(found.needs)


def test_what_has_no_baseline_learns_from_its_first_points() -> None:
    rows = [row for row in measured(shift=4.0) if row["at"] >= START]  # type: ignore[operator]
    found = run(Inputs(tables(rows), START, END, ZONE), BRIEF)
    assert all(row["trial_limits"] for row in found.tables["charts"].data.to_pylist())
    assert ("M-1", "bore") in told(found)


def test_points_that_hang_together_are_charted_as_residuals() -> None:
    rng = np.random.default_rng(3)
    values = np.zeros(400)
    for place in range(1, 400):
        values[place] = 0.8 * values[place - 1] + rng.normal()
    found = learn(values, least=25, most_autocorrelation=0.25)
    assert found is not None
    assert found.phi == pytest.approx(0.8, abs=0.08)
    assert found.sigma == pytest.approx(1.0, rel=0.1)
    plain = learn(rng.normal(size=400), least=25, most_autocorrelation=0.25)
    assert plain is not None
    assert plain.phi == 0


def test_a_baseline_forgets_what_was_out_of_control() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=200)
    values[50:56] += 12
    found = learn(values, least=25, most_autocorrelation=0.25)
    assert found is not None
    assert found.dropped >= 6
    assert found.centre == pytest.approx(0, abs=0.2)
    assert found.sigma == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize("values", [np.ones(50), np.zeros(50), np.arange(5.0)])
def test_a_baseline_that_says_nothing_makes_no_limits(values: np.ndarray) -> None:
    assert learn(values, least=25, most_autocorrelation=0.25) is None


@pytest.mark.slow
def test_limits_from_few_points_cry_wolf_no_oftener_than_three_sigma_promise() -> None:
    rng, alarms, count = np.random.default_rng(5), 0, 0
    for _ in range(400):
        learnt = learn(rng.normal(size=25), least=25, most_autocorrelation=0.99)
        assert learnt is not None
        scores = np.array([learnt.score((one - learnt.centre) / learnt.spread) for one in rng.normal(size=100)])
        alarms, count = alarms + int((np.abs(scores) > 3).sum()), count + 100
    # Plain limits from 25 points: about 0.7 %.
    assert alarms / count < 0.004


def test_what_is_drawn_as_limit_is_where_points_signal() -> None:
    learnt = learn(np.random.default_rng(6).normal(5, 2, 40), least=25, most_autocorrelation=0.99)
    assert learnt is not None
    assert learnt.score(learnt.reach / learnt.spread) == pytest.approx(3.0, abs=1e-9)
    assert learnt.score(-learnt.reach / learnt.spread) == pytest.approx(-3.0, abs=1e-9)


# --- the stream ---


def points(signals: MemorySignals) -> pa.Table:
    rows = [
        (int(at), place, tag, float(value))
        for place, (tag, one) in enumerate(sorted(signals.data.items()))
        for at, value in zip(one.at_us, one.value, strict=True)
        if at >= micros(START)
    ]
    rows.sort()
    return pa.table(
        {
            "tag_id": pa.array([row[2] for row in rows]),
            "at": pa.array([row[0] for row in rows], pa.int64()).cast(WHEN),
            "value": pa.array([row[3] for row in rows], NUMBER),
            "good": pa.array([True] * len(rows)),
        }
    )


@pytest.fixture(scope="module")
def watched() -> tuple[Inputs, Result]:
    inputs = plant(shift=2.0, rise=3.0, bad_lot=True)
    return inputs, run(inputs, BRIEF)


def cut(batch: pa.Table, places: list[int]) -> list[pa.Table]:
    edges = [0, *sorted(place % (batch.num_rows + 1) for place in places), batch.num_rows]
    return [batch.slice(first, last - first) for first, last in pairwise(edges)]


def by_time(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (one.at, one.subject, str(one.values["characteristic"]), one.kind))


@tried(deadline=None, max_examples=10)
@given(st.lists(st.integers(0, 10_000), max_size=12), st.lists(st.integers(0, 10_000), max_size=12))
def test_the_stream_tells_what_the_run_tells_however_the_points_come(
    watched: tuple[Inputs, Result], first: list[int], second: list[int]
) -> None:
    inputs, whole = watched
    learnt = replace(inputs, start=START - timedelta(days=90), end=START)
    running = stream(learnt, BRIEF)
    assert isinstance(running, ProcessStream)
    at = inputs.tables["inspection"]["at"].cast(pa.int64()).to_numpy()
    seen = inputs.tables["inspection"].filter(pa.array(at >= micros(START)))
    events: list[Event] = []
    for batch in (*cut(points(oven(3.0)), first), *cut(seen, second)):
        events += running.update(batch)
    events += running.finish(micros(END))
    assert len(whole.events) > 3
    assert by_time(events) == list(whole.events)


def test_the_memory_of_the_stream_does_not_grow(watched: tuple[Inputs, Result]) -> None:
    running = stream(replace(watched[0], start=START - timedelta(days=90), end=START), BRIEF)
    batch = points(oven(3.0))
    parts = [batch.slice(place, 300) for place in range(0, batch.num_rows - 300, 300)]
    held = []
    tracemalloc.start()
    for part in parts:
        running.update(part)
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert len(held) > 8
    assert held[-1] - held[len(held) // 2] < 20_000


def test_a_batch_of_something_else_is_refused() -> None:
    with pytest.raises(BadInput, match="tag_id"):
        stream(plant(), BRIEF).update(pa.table({"x": [1]}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"baseline_days": 0}, {"least_points": 3}, {"rules": ("beyond_9",)}, {"covered_days_percent": 101.0},
        {"most_autocorrelation": 1.0}, {"mspc_alpha": 0.0}, {"quiet_points": 0}, {"cusum_h": 0.0},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)  # type: ignore[arg-type]
