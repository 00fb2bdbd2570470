"""Early warning on a plant: warned before the failure, watched at work only, the same live as afterwards."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warning_cases import START, live, plant

from linghang.engines.charts import Chart, Heatmap, to_json
from linghang.engines.contract import Event, Inputs
from linghang.engines.equipment.anomaly_warning import CARD, Settings, run, stream
from linghang.engines.equipment.warning_samples import Sampler, States
from linghang.engines.signals import MemorySignals, Points, Signal
from linghang.errors import BadInput

BRIEF = Settings(training_days=8)


@cache
def faulty() -> Inputs:
    return plant(fault=6.0)


def test_三_3_warns_before_the_failure_and_names_the_sensor() -> None:
    found = run(faulty(), BRIEF)
    (warning,) = found.tables["warnings"].data.to_pylist()
    assert warning["equipment_id"] == "M-1"
    assert START + timedelta(days=1) < warning["raised_at"] < START + timedelta(days=1, hours=8)
    assert warning["sensors"].startswith("sensor 0")
    (failure,) = found.tables["failures"].data.to_pylist()
    assert failure["warned_at"] == warning["raised_at"]
    assert failure["lead_h"] == pytest.approx(46 - (warning["raised_at"] - START).total_seconds() / 3600 + 24, abs=0.01)
    assert found.events[0].kind == "raised"


def test_a_sound_plant_is_quiet_and_under_warning() -> None:
    found = run(plant(), BRIEF)
    assert found.tables["warnings"].data.num_rows == 0
    (observed,) = found.observations
    assert (observed.about, observed.covered, observed.open, observed.of) == (CARD.elements[0], 2, 0, 2)


def test_points_while_the_machine_stands_change_nothing() -> None:
    """Standing, a machine shows anything: idle current, cold oil. None of it is learnt, none of it warns."""
    whole = plant()
    signals = whole.signals
    assert isinstance(signals, MemorySignals)
    states = whole.tables["equipment_state"].to_pylist()
    stands = [(one["start"], one["end"]) for one in states if one["state"] == "setup" and one["equipment_id"] == "M-1"]
    data = dict(signals.data)
    for column in range(4):
        points = data[f"M-1/s{column}"]
        value = points.value.copy()
        for begin, end in stands:
            us = [int(one.timestamp() * 1e6) for one in (begin, end)]
            value[(points.at_us >= us[0]) & (points.at_us < us[1])] = -1e6
        data[f"M-1/s{column}"] = Points(points.at_us, value)
    changed = run(replace(whole, signals=replace(signals, data=data)), BRIEF)
    assert changed.tables["machines"].data == run(whole, BRIEF).tables["machines"].data


def test_what_follows_the_window_and_failures_in_it_do_not_change_what_was_learnt() -> None:
    early = replace(faulty(), end=START + timedelta(days=2))
    longer = run(faulty(), BRIEF)
    until = tuple(one for one in longer.events if one.at <= early.end)
    assert run(early, BRIEF).events == until


def test_half_the_running_time_without_data_is_not_under_warning() -> None:
    whole = plant()
    signals = whole.signals
    assert isinstance(signals, MemorySignals)
    data = dict(signals.data)
    for column in range(4):
        points = data[f"M-2/s{column}"]
        seen = points.at_us < int((START + timedelta(days=1.5)).timestamp() * 1e6)
        data[f"M-2/s{column}"] = Points(points.at_us[seen], points.value[seen])
    (observed,) = run(replace(whole, signals=replace(signals, data=data)), BRIEF).observations
    assert (observed.covered, observed.of) == (1, 2)
    assert observed.detail["not_covered"]["M-2"]["watched_share"] == pytest.approx(0.5, abs=0.03)


def test_a_machine_whose_states_nobody_knows_is_open_not_uncovered() -> None:
    whole = plant()
    states = whole.tables["equipment_state"]
    only = states.filter(pa.array([one == "M-1" for one in states["equipment_id"].to_pylist()]))
    signals = whole.signals
    assert isinstance(signals, MemorySignals)
    named = tuple(one for one in signals.signals if one.tag_id != "M-2/state")
    changed = replace(
        whole, tables={**whole.tables, "equipment_state": only}, signals=MemorySignals(named, signals.data)
    )
    found = run(changed, BRIEF)
    (observed,) = found.observations
    assert (observed.covered, observed.open, observed.of) == (1, 1, 2)
    assert "equipment_state M-2" in found.needs


def test_without_recorded_states_the_state_signal_tells_when_it_ran() -> None:
    whole = plant()
    bare = replace(whole, tables={**whole.tables, "equipment_state": whole.tables["equipment_state"].slice(0, 0)})
    assert run(bare, BRIEF).tables["machines"].data == run(whole, BRIEF).tables["machines"].data


def test_a_set_point_where_the_machine_never_worked_is_said_and_not_scored() -> None:
    whole = plant(machines=("M-1",))
    signals = whole.signals
    assert isinstance(signals, MemorySignals)
    at = signals.data["M-1/s0"].at_us
    since = START + timedelta(days=1)
    rng = np.random.default_rng(0)
    value = np.where(at < int(since.timestamp() * 1e6), 700 + rng.integers(0, 3, len(at)), 750.0)
    named = (*signals.signals, Signal("M-1/sp", "temperature set-point", "M-1", role="setpoint"))
    changed = replace(whole, signals=MemorySignals(named, {**signals.data, "M-1/sp": Points(at, value)}))
    found = run(changed, BRIEF)
    assert [one.kind for one in found.events] == ["unlearnt"]
    assert found.tables["machines"].data["watched_share"][0].as_py() == pytest.approx(1 / 3, abs=0.05)


def test_charts_show_the_days_the_course_and_the_sensors() -> None:
    charts = run(faulty(), BRIEF).charts
    assert [type(one) for one in charts] == [Heatmap, Chart, Chart]
    assert all(to_json(one) for one in charts)
    course, bars = charts[1], charts[2]
    assert isinstance(course, Chart)
    assert isinstance(bars, Chart)
    assert course.limits[0].at == 1.0
    assert course.series[0].marked
    assert bars.series[0].x[0] == "sensor 0"


def test_a_baseline_that_moved_a_little_is_told_and_learnt_anew_only_if_wanted() -> None:
    slow = plant(days=14, fault=1.2, fault_day=0.5, machines=("M-1",))
    slow = replace(slow, tables={**slow.tables, "failure": slow.tables["failure"].slice(0, 0)})
    told = [one for one in run(slow, replace(BRIEF, lead_days=2)).events if one.kind == "drift"]
    anew = [one for one in run(slow, replace(BRIEF, lead_days=2, relearn_on_drift=True)).events if one.kind == "drift"]
    assert told
    assert told[0].values == {"relearnt": False}
    assert anew[0].at == told[0].at
    assert anew[0].values == {"relearnt": True}


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval_s": 0},
        {"training_days": 0},
        {"watched_time_share": 0},
        {"limit": -1},
        {"persistence": 0},
        {"hysteresis": 2},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)  # type: ignore[arg-type]


# --- live ---


@cache
def reference() -> tuple[tuple[Event, ...], pa.Table]:
    return tuple(run(faulty(), BRIEF).events), live(faulty())


def started() -> object:
    return stream(replace(faulty(), start=START - timedelta(days=8), end=START), BRIEF)


@settings(deadline=None, max_examples=8)
@given(st.lists(st.integers(0, 20_000), max_size=12))
def test_live_the_events_are_those_of_the_run_however_the_points_come(cuts: list[int]) -> None:
    events, points = reference()
    assert events
    running, found = started(), []
    edges = [0, *sorted(one % points.num_rows for one in cuts), points.num_rows]
    for begin, end in pairwise(edges):
        found += running.update(points.slice(begin, end - begin))  # type: ignore[attr-defined]
    assert tuple(found) == events


def test_live_a_number_of_a_text_signal_is_its_place_in_the_texts() -> None:
    events, points = reference()
    running = started()
    assert tuple(running.update(points.drop_columns(["text"]))) == events  # type: ignore[attr-defined]


def test_live_nothing_and_bad_points_are_taken() -> None:
    running = started()
    points = live(faulty(), extra=False).slice(0, 50)
    assert running.update(points.slice(0, 0)) == []  # type: ignore[attr-defined]
    bad = points.set_column(3, "good", pa.array([False] * points.num_rows))
    assert running.update(bad) == []  # type: ignore[attr-defined]


def test_a_counter_counts_as_a_rate_over_neither_reset_nor_stop() -> None:
    minute = 60_000_000
    at = np.arange(1, 9) * minute
    value = np.array([10.0, 11, 12, 0.5, 1.5, 2.5, 9.5, 10.5])
    changes = np.array([0, 6 * minute + 1, 7 * minute - 1]), np.array([0, 1, 0], np.int8)
    sampler = Sampler(minute, 0, 1, counters=(0,))
    found = sampler.take(at, np.zeros(8, np.int64), value, changes, 9 * minute)
    assert (found.at_us // minute).tolist() == [2, 3, 5, 6, 8]
    assert found.value.ravel() == pytest.approx(np.full(5, 60.0))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 1), st.floats(-1e6, 1e6)), max_size=60), st.data())
def test_means_do_not_depend_on_how_the_points_are_cut(
    points: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    at = np.cumsum([one[0] for one in points]).astype(np.int64)
    column, value = np.array([one[1] for one in points], np.int64), np.array([one[2] for one in points])
    none = np.empty(0, np.int64), np.empty(0, np.int8)

    def sampler() -> Sampler:
        return Sampler(100, 50, 2, States(0, 0), counters=(1,))

    end = int(at[-1]) + 1000 if len(at) else 1000
    whole = sampler().take(at, column, value, none, end)
    cut = data.draw(st.integers(0, len(at)))
    halves, now = sampler(), int(at[cut]) if cut < len(at) else end
    first = halves.take(at[:cut], column[:cut], value[:cut], none, now)
    second = halves.take(at[cut:], column[cut:], value[cut:], none, end)
    assert np.array_equal(np.concatenate([first.at_us, second.at_us]), whole.at_us)
    assert np.array_equal(np.vstack([first.value, second.value]), whole.value, equal_nan=True)
