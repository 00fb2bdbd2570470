"""States: words, stretches, and that the times in the states add up to the window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.equipment.monitoring_states import (
    BREAKDOWN,
    IDLE,
    NONE,
    RUNNING,
    STATES,
    UNKNOWN,
    Stretches,
    closed_ends,
    filled,
    from_points,
    meaningless,
    state_of,
    state_words,
    states_of_values,
    with_gaps_filled,
)
from linghang.engines.signals import Points
from linghang.errors import BadInput

ROWS = st.lists(
    st.tuples(st.integers(-50, 150), st.integers(0, 60), st.integers(0, 6)), max_size=25, unique_by=lambda row: row[0]
)


def stretches(rows: list[tuple[int, int, int]], start: int = 0, end: int = 100) -> Stretches:
    begin = np.array([row[0] for row in rows], np.int64)
    until = begin + np.array([row[1] for row in rows], np.int64)
    return filled(begin, until, np.array([row[2] for row in rows], np.int8), start, end)


@settings(deadline=None)
@given(ROWS)
def test_time_in_states_is_the_window_whatever_the_records_say(rows: list[tuple[int, int, int]]) -> None:
    found = stretches(rows)
    assert found.times().sum() == 100
    assert found.begin[0] == 0
    assert found.end[-1] == 100
    assert (found.begin[1:] == found.end[:-1]).all()
    assert (found.state[1:] != found.state[:-1]).all()


@settings(deadline=None)
@given(ROWS)
def test_each_instant_has_the_state_of_the_row_that_began_last(rows: list[tuple[int, int, int]]) -> None:
    found = stretches(rows)
    expected, claims = [], 0
    for instant in range(100):
        there = [(begin, state) for begin, length, state in rows if begin <= instant < begin + length]
        expected.append(max(there)[1] if there else NONE)
        claims += max(len(there) - 1, 0)
    assert np.repeat(found.state, found.end - found.begin).tolist() == expected
    assert found.overlap_us == claims


@settings(deadline=None)
@given(ROWS, st.integers(0, 100), st.integers(0, 100))
def test_parts_of_the_window_add_up(rows: list[tuple[int, int, int]], one: int, two: int) -> None:
    found, (low, high) = stretches(rows), sorted((one, two))
    parts = [found.within(*bounds).times() for bounds in ((0, low), (low, high), (high, 100))]
    assert sum(parts).tolist() == found.times().tolist()


@settings(deadline=None)
@given(ROWS, ROWS)
def test_gaps_of_the_records_are_filled_by_the_telemetry_and_nothing_else(
    rows: list[tuple[int, int, int]], others: list[tuple[int, int, int]]
) -> None:
    first, second = stretches(rows), stretches(others)
    both = with_gaps_filled(first, second)
    one, two, got = (np.repeat(each.state, each.end - each.begin) for each in (first, second, both))
    assert got.tolist() == np.where(one == NONE, two, one).tolist()


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-100, 120), st.integers(0, 6)), max_size=20, unique_by=lambda row: row[0]),
    st.lists(st.integers(0, 120), max_size=20),
    st.integers(1, 40),
)
def test_a_state_holds_until_the_next_or_until_the_machine_is_silent(
    points: list[tuple[int, int]], alive: list[int], hold: int
) -> None:
    points = sorted(points)
    at, state = np.array([p[0] for p in points], np.int64), np.array([p[1] for p in points], np.int8)
    found = from_points(at, state, np.array(alive, np.int64), 0, 100, hold)
    expected = []
    signs = sorted([p[0] for p in points] + alive)
    for instant in range(100):
        heard = [one for one in signs if one <= instant]
        said = [meant for moment, meant in points if moment <= instant]
        expected.append(said[-1] if said and instant < heard[-1] + hold else NONE)
    assert np.repeat(found.state, found.end - found.begin).tolist() == expected


def test_words_of_machines_are_understood_in_any_spelling() -> None:
    words = state_words(("Auto 1=running", "7=breakdown"))
    assert [state_of(one, words) for one in ("RUNNING", "Planned Stop", "待机", "auto-1", "7", "wobble", None)] == [
        RUNNING,
        STATES.index("planned_stop"),
        IDLE,
        RUNNING,
        BREAKDOWN,
        UNKNOWN,
        UNKNOWN,
    ]


@pytest.mark.parametrize("pair", ["auto", "auto=flying", "auto=none"])
def test_a_word_without_a_state_is_refused(pair: str) -> None:
    with pytest.raises(BadInput):
        state_words((pair,))


def test_numbers_mean_only_what_the_settings_say_and_bad_points_are_unknown() -> None:
    value = np.array([0, 2, 3, np.nan, 2.5])
    words = state_words(("2=running", "3=breakdown"))
    assert states_of_values(value, "number", (), words).tolist() == [UNKNOWN, RUNNING, BREAKDOWN, UNKNOWN, UNKNOWN]
    assert meaningless(Points(np.arange(5), value), "number", words) == ["0", "2.5"]
    assert states_of_values(value[:1], "flag", (), words).tolist() == [IDLE]
    assert states_of_values(np.array([1.0, 9.0]), "text", ("idle", "running"), words).tolist() == [RUNNING, UNKNOWN]


def test_an_open_state_counts_as_far_as_the_machine_was_heard_and_not_longer_than_is_set() -> None:
    begin, heard = np.array([0, 0, 50, 0]), np.array([30, 1000, 20, 30])
    is_open = np.array([True, True, True, False])
    assert closed_ends(begin, np.array([0, 0, 0, 7]), is_open, heard, 100).tolist() == [30, 100, 50, 7]
