"""Counters: what was counted, over resets, rollovers and dips."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.equipment.monitoring_counts import counted


def count(*values: float) -> tuple[float, int, int, int]:
    found = counted(np.arange(len(values), dtype=np.int64), np.array(values, float))
    return float(found.amount.sum()), found.resets, found.rollovers, found.dips


def test_a_counter_counts_its_steps() -> None:
    assert count(5, 7, 7, 12) == (7.0, 0, 0, 0)


def test_a_reset_counts_from_nought() -> None:
    assert count(500, 510, 3, 9) == (19.0, 1, 0, 0)


def test_a_rollover_counts_through() -> None:
    assert count(65_500, 65_520, 2, 12) == (20 + 18 + 10, 0, 1, 0)
    assert count(9_985, 9_995, 5) == (20.0, 0, 1, 0)


def test_a_fall_near_a_rollover_that_would_be_too_large_a_step_is_a_reset() -> None:
    assert count(60_000, 60_001, 2) == (3.0, 1, 0, 0)


def test_a_single_low_point_is_a_dip() -> None:
    assert count(100, 101, 0, 102, 103) == (3.0, 0, 0, 1)


def test_bad_and_negative_values_are_left_out() -> None:
    assert count(1, float("nan"), -5, float("inf"), 4) == (3.0, 0, 0, 0)


def test_nothing_and_one_point_count_nothing() -> None:
    assert count() == (0.0, 0, 0, 0)
    assert count(7) == (0.0, 0, 0, 0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(0, 10**6))
def test_what_a_counter_that_only_grows_counted_is_last_less_first(steps: list[int], first: int) -> None:
    values = first + np.cumsum(steps)
    assert count(*values.tolist())[0] == float(values[-1] - values[0])


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=2, max_size=200), st.sampled_from([10_000, 65_536]))
def test_a_counter_that_runs_over_counts_as_if_it_did_not(steps: list[int], size: int) -> None:
    """The largest step comes first, so that every rollover is one that was seen to be usual."""
    true = size - 300 + np.cumsum([0, max(steps), *steps])
    assert count(*(true % size).tolist())[0] == float(true[-1] - true[0])


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=2, max_size=80), st.integers(0, 79))
def test_parts_of_the_time_add_up(steps: list[int], cut: int) -> None:
    values = np.cumsum(steps).astype(float)
    found = counted(np.arange(len(values), dtype=np.int64), values)
    whole = len(values)
    assert found.between(0, cut) + found.between(cut, max(cut, whole)) == found.between(0, whole) or cut > whole
