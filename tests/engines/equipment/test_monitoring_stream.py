"""The live monitor: the same events as the batch run, however the points are cut; and what it tells."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.contract import Event, Inputs, micros
from linghang.engines.equipment import monitoring
from linghang.engines.equipment.monitoring import Settings
from linghang.engines.signals import MemorySignals, Points, Signal

START = datetime(2026, 3, 2, tzinfo=UTC)
S = 1_000_000
WORDS = ("idle", "running", "breakdown", "setup", "wobble")
STATE = Signal("M1/state", "state", "M1", role="state", kind="text")
TWO = Signal("M2/state", "state", "M2", role="state", kind="flag")
HEAT = Signal("M1/heat", "heat", "M1", unit="°C", low=40.0, high=80.0)
FLOW = Signal("M2/flow", "flow", "M2", unit="L/min", low=10.0)
LONE = Signal("P/pressure", "pressure", unit="bar", high=8.0)
SIGNALS = (STATE, TWO, HEAT, FLOW, LONE)
Data = dict[str, list[tuple[int, float]]]
MACHINES = pa.table(
    {
        "equipment_id": ["M1", "M2"],
        "name": ["M1", "M2"],
        "work_center_id": ["W", "W"],
        "key": [True, True],
        "status": ["in_use", "in_use"],
    }
)


def points(rows: list[tuple[int, float]], texts: tuple[str, ...] = ()) -> Points:
    """Points of (second since the start, value)."""
    kept = dict(rows)
    at = micros(START) + np.array(sorted(kept), np.int64) * S
    return Points(at, np.array([kept[one] for one in sorted(kept)], float), texts)


def inputs(data: Data, start_s: int, end_s: int) -> Inputs:
    held = {tag: points(rows, WORDS if tag == STATE.tag_id else ()) for tag, rows in data.items()}
    window = START + timedelta(seconds=start_s), START + timedelta(seconds=end_s)
    return Inputs({"equipment": MACHINES}, *window, ZoneInfo("Asia/Shanghai"), MemorySignals(SIGNALS, held))


def batches(data: Data, start_s: int, end_s: int, cuts: list[int]) -> list[pa.Table]:
    rows = sorted(
        (at, tag, value) for tag, own in data.items() for at, value in dict(own).items() if start_s <= at < end_s
    )
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    found = []
    for first, last in itertools.pairwise(bounds):
        part = rows[first:last]
        at = pa.array([micros(START) + row[0] * S for row in part], pa.int64())
        values: Any = pa.array([row[2] for row in part], pa.float64())
        columns = {"tag_id": [row[1] for row in part], "at": at.cast(pa.timestamp("us", "UTC")), "value": values}
        good = pa.array([bool(np.isfinite(row[2])) for row in part], pa.bool_())
        found.append(pa.table({**columns, "good": good}, schema=_schema()))
    return found


def _schema() -> pa.Schema:
    when = pa.timestamp("us", "UTC")
    return pa.schema([("tag_id", pa.string()), ("at", when), ("value", pa.float64()), ("good", pa.bool_())])


def streamed(data: Data, middle: int, end: int, cuts: list[int], how: Settings) -> list[Event]:
    stream = monitoring.stream(inputs(data, -1000, middle), how)
    return [event for batch in batches(data, middle, end, cuts) for event in stream.update(batch)]


def values(low: int, high: int) -> st.SearchStrategy[list[tuple[int, float]]]:
    one = st.one_of(st.integers(low, high).map(float), st.just(float("nan")))
    return st.lists(st.tuples(st.integers(-400, 3000), one), max_size=40)


DATA = st.fixed_dictionaries(
    {
        "M1/state": values(0, 4),
        "M2/state": values(0, 1),
        "M1/heat": values(30, 90),
        "M2/flow": values(5, 15),
        "P/pressure": values(7, 9),
    }
)
QUICK = Settings(long_stop_s=60, startup_s=100, flood_begin=3, flood_end=2, every_state=True)


@settings(deadline=None, max_examples=60)
@given(DATA, st.lists(st.integers(0, 200), max_size=12), st.integers(-400, 2000))
def test_the_stream_tells_what_the_batch_run_tells(data: Data, cuts: list[int], middle: int) -> None:
    batch = monitoring.run(inputs(data, middle, 3001), QUICK).events
    assert streamed(data, middle, 3001, cuts, QUICK) == list(batch)


@settings(deadline=None, max_examples=60)
@given(DATA, st.lists(st.integers(0, 200), max_size=12))
def test_where_the_points_are_cut_does_not_matter(data: Data, cuts: list[int]) -> None:
    usual = Settings()
    assert streamed(data, 0, 3001, cuts, usual) == streamed(data, 0, 3001, [], usual)


@settings(deadline=None, max_examples=60)
@given(DATA)
def test_events_come_in_the_order_of_time_and_states_follow_each_other(
    data: Data,
) -> None:
    events = monitoring.run(inputs(data, 0, 3001), QUICK).events
    assert [one.at for one in events] == sorted(one.at for one in events)
    last: dict[str, str] = {}
    for one in events:
        if one.kind == "state_changed":
            assert one.values["before"] != one.values["after"]
            assert last.get(one.subject, one.values["before"]) == one.values["before"]
            last[one.subject] = one.values["after"]


def kinds(data: Data, how: Settings = QUICK) -> list[tuple[str, str, int]]:
    events = monitoring.run(inputs(data, 0, 3001), how).events
    return [(one.kind, one.subject, int((one.at - START).total_seconds())) for one in events]


def test_a_long_stop_is_told_when_it_becomes_long_and_once() -> None:
    data = {"M1/state": [(-10, 1.0), (100, 2.0), (400, 1.0)], "P/pressure": [(3000, 7.0)]}
    assert kinds(data) == [("state_changed", "M1", 100), ("long_stop", "M1", 160), ("state_changed", "M1", 400)]


def test_what_comes_with_every_piece_is_not_told_unless_wished() -> None:
    data = {"M1/state": [(-10, 1.0), (100, 0.0), (110, 1.0), (200, 2.0)]}
    assert kinds(data, Settings()) == [("state_changed", "M1", 200)]


def test_a_limit_alarm_waits_for_its_delay_and_keeps_its_dead_band() -> None:
    data = {"P/pressure": [(0, 7.0), (100, 8.5), (200, 7.95), (300, 7.5), (600, 7.5)]}
    assert kinds(data) == [("raised", "P/pressure", 115), ("cleared", "P/pressure", 315)]


def test_a_low_alarm_of_a_machine_that_stands_is_suppressed_until_it_has_run_for_a_while() -> None:
    data = {"M2/state": [(-10, 1.0), (100, 0.0), (1000, 1.0)], "M2/flow": [(0, 12.0), (105, 4.0), (3000, 4.0)]}
    told = [one for one in kinds(data) if one[0] == "raised"]
    assert told == [("raised", "M2", 1100)]
    always = Settings(long_stop_s=60, low_when_stopped=True)
    assert [one for one in kinds(data, always) if one[0] == "raised"] == [("raised", "M2", 120)]


def test_an_alarm_that_stood_when_monitoring_began_is_no_new_one() -> None:
    assert kinds({"P/pressure": [(0, 9.0), (100, 9.0)]}) == [("standing", "P/pressure", 15)]


def test_a_flood_begins_and_ends() -> None:
    rows = [(0, 7.0)]
    for place in range(5):
        rows += [(100 * place + 100, 9.0), (100 * place + 150, 7.0)]
    told = kinds({"P/pressure": [*rows, (3000, 7.0)]})
    assert [one for one in told if one[0].startswith("flood")] == [
        ("flood_began", "plant", 415),
        ("flood_ended", "plant", 415 + 600),
    ]


def test_points_that_come_late_are_left_out() -> None:
    data = {"M1/state": [(0, 1.0), (100, 2.0)]}
    stream = monitoring.stream(inputs({}, -100, 0), QUICK)
    (batch,) = batches(data, 0, 200, [])
    with_texts = batch.set_column(2, "value", pa.array(["running", "breakdown"]))
    assert [one.values["after"] for one in stream.update(with_texts)] == ["running", "breakdown"]
    assert stream.update(with_texts) == []
    assert stream.update(batch.slice(0, 0)) == []


def test_memory_does_not_grow_with_the_points() -> None:
    import tracemalloc

    stream = monitoring.stream(inputs({}, -100, 0), QUICK)

    def feed(first: int) -> None:
        for block in range(first, first + 10):
            data = {"P/pressure": [(block * 500 + one, 7.0 + (one // 20) % 2 * 2) for one in range(500)]}
            stream.update(batches(data, 0, 10**9, [])[0])

    tracemalloc.start()
    try:
        feed(0)
        before = tracemalloc.get_traced_memory()[0]
        feed(10)
        assert tracemalloc.get_traced_memory()[0] - before < 50_000
    finally:
        tracemalloc.stop()


def test_an_unknown_word_is_asked_for() -> None:
    found = monitoring.run(inputs({"M1/state": [(0, 4.0)]}, 0, 100), Settings())
    assert any("wobble" in one for one in found.needs)
    known = monitoring.run(inputs({"M1/state": [(0, 4.0)]}, 0, 100), Settings(state_words=("wobble=setup",)))
    assert known.tables["machines"].data["setup_h"][0].as_py() == pytest.approx(100 / 3600)
