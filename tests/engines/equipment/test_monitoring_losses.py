"""OEE and losses: the identities of ISO 22400-2 and of the six big losses hold for whatever was recorded."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.equipment.monitoring_losses import LOSSES, Effect, Work, effect, startup_share, total
from linghang.engines.equipment.monitoring_states import LOADING, RUNNING, SETUP, STATES, Stretches, filled

ROWS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 300), st.integers(0, 6)), min_size=1, max_size=20)
JOBS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 500)), min_size=1, max_size=8)
WORK = st.builds(
    lambda pieces, good, startup, piece_s: Work(
        pieces, pieces * good, pieces * piece_s, pieces * good * piece_s, pieces * (1 - good) * piece_s * startup
    ),
    st.floats(0, 1e4),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.01, 1e4),
)


def made(rows: list[tuple[int, int, int]]) -> Stretches:
    second = 1_000_000
    begin = np.array([row[0] for row in rows], np.int64) * second
    end = begin + np.array([row[1] for row in rows], np.int64) * second
    return filled(begin, end, np.array([row[2] for row in rows], np.int8), 0, 1000 * second)


@settings(deadline=None)
@given(ROWS, WORK, st.floats(0, 1000))
def test_the_identities_hold(rows: list[tuple[int, int, int]], work: Work, minor_s: float) -> None:
    one = effect(made(rows), work, minor_s)
    assert sum(one.times_us) == 1000 * 1_000_000
    assert one.loading_s == pytest.approx(sum(one.times_us[state] for state in LOADING) / 1e6, abs=1e-9)
    lost = one.losses()
    assert set(lost) == set(LOSSES)
    whole = sum(value for value in lost.values() if value is not None)
    assert whole == pytest.approx(one.loading_s - work.planned_good_s, rel=1e-9, abs=1e-6)
    if one.oee is not None and one.performance is not None and one.quality is not None:
        assert one.availability is not None
        assert one.oee == pytest.approx(one.availability * one.performance * one.quality, rel=1e-9)
        assert one.oee == pytest.approx(1 - whole / one.loading_s, rel=1e-9, abs=1e-9)
    for name, value in lost.items():
        assert value is not None
        assert name == "reduced_speed" or value >= -1e-9 * max(work.planned_s, 1.0)


@settings(deadline=None)
@given(st.lists(st.tuples(ROWS, WORK), min_size=1, max_size=4))
def test_machines_add_up(plants: list[tuple[list[tuple[int, int, int]], Work]]) -> None:
    ones = [effect(made(rows), work, 300) for rows, work in plants]
    both = total(ones)
    assert both is not None
    assert both.machines == len(ones)
    assert both.loading_s == pytest.approx(sum(one.loading_s for one in ones))
    for name, lost in both.losses().items():
        assert lost == pytest.approx(sum(one.losses()[name] or 0.0 for one in ones), rel=1e-9, abs=1e-6)


def test_without_work_only_availability_is_known() -> None:
    one = effect(made([(0, 600, RUNNING), (600, 200, 1)]), None, 300)
    assert one.availability == 0.75
    assert (one.performance, one.quality, one.oee) == (None, None, None)
    assert one.losses()["reduced_speed"] is None
    assert one.losses()["minor_stops"] == 200


def test_unknown_work_of_one_machine_makes_that_of_the_line_unknown() -> None:
    ones = [effect(made([(0, 600, RUNNING)]), work, 300) for work in (None, Work(1, 1, 1, 1))]
    found = total(ones)
    assert found is not None
    assert found.work is None
    assert total([]) is None


def test_without_planned_time_there_is_no_ratio() -> None:
    one = Effect(tuple([0] * len(STATES)), 0.0, Work(0, 0, 0, 0))
    assert (one.availability, one.performance, one.quality, one.oee, one.known_share) == (None, None, None, None, 0.0)


@settings(deadline=None, max_examples=40)
@given(ROWS, JOBS, st.integers(1, 400))
def test_the_share_of_running_after_a_start_is_what_counting_seconds_says(
    rows: list[tuple[int, int, int]], jobs: list[tuple[int, int]], startup: int
) -> None:
    own = made(rows)
    seconds = np.repeat(own.state, (own.end - own.begin) // 1_000_000)
    since, early = -math.inf, np.zeros(1000, bool)
    for second in range(1000):
        if second and seconds[second - 1] in (SETUP, 3, 4, 5) and seconds[second] != seconds[second - 1]:
            since = second
        if seconds[second] in (SETUP, 3, 4, 5):
            since = -math.inf
        early[second] = seconds[second] == RUNNING and second - since < startup
    begin = np.array([job[0] for job in jobs], np.int64)
    end = np.minimum(begin + np.array([job[1] for job in jobs], np.int64), 1000)
    begin = np.minimum(begin, 1000)
    found = startup_share(own, begin * 1_000_000, end * 1_000_000, startup * 1_000_000)
    for place in range(len(jobs)):
        inside = slice(begin[place], end[place])
        ran = (seconds[inside] == RUNNING).sum()
        expected = early[inside].sum() / ran if ran else 0.0
        assert found[place] == pytest.approx(expected)
