"""Laws of an alarm by a limit: dead band, on-delay and off-delay of ISA-18.2 / IEC 62682."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.equipment.alarms import Limits
from linghang.engines.equipment.limit_alarms import LimitChange, LimitLaw, LimitSeries, usual
from linghang.errors import BadInput

SECOND = 1_000_000
LOW, HIGH = 0.0, 10.0
laws = st.builds(
    lambda band, on, off: LimitLaw(Limits(LOW, HIGH, band), on, off),
    st.sampled_from([0.0, 0.5, 2.0, 5.0]),
    st.integers(0, 5).map(float),
    st.integers(0, 5).map(float),
)
values = st.sampled_from([-3.0, -0.1, 0.0, 0.4, 1.9, 5.0, 8.1, 9.6, 10.0, 10.1, 14.0, float("nan")])
series = st.lists(st.tuples(st.integers(1, 4), values), min_size=1, max_size=60)


def points(steps: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    at = np.cumsum([step for step, _ in steps]) * SECOND
    return at.astype(np.int64), np.array([value for _, value in steps])


def judged(law: LimitLaw, steps: list[tuple[int, float]]) -> list[LimitChange]:
    return LimitSeries(law).take(*points(steps))


def raised(changes: list[LimitChange], side: str) -> int:
    return sum(one.kind == "raised" and one.side == side for one in changes)


@given(laws, series)
def test_no_more_alarms_than_without_dead_band_and_delays(law: LimitLaw, steps: list[tuple[int, float]]) -> None:
    bare = judged(LimitLaw(Limits(LOW, HIGH)), steps)
    for side in ("low", "high"):
        assert raised(judged(law, steps), side) <= raised(bare, side)


@given(series)
def test_without_dead_band_and_delays_each_crossing_is_an_alarm(steps: list[tuple[int, float]]) -> None:
    expected, out = [], {"low": False, "high": False}
    for at, value in zip(*(one.tolist() for one in points(steps)), strict=True):
        if value != value:
            continue
        for side, beyond in (("low", value < LOW), ("high", value > HIGH)):
            if beyond != out[side]:
                expected.append((side, at, "raised" if beyond else "cleared"))
                out[side] = beyond
    assert [(one.side, one.at_us, one.kind) for one in judged(LimitLaw(Limits(LOW, HIGH)), steps)] == expected


@given(laws, series, st.lists(st.integers(0, 60), max_size=4))
def test_a_series_cut_anywhere_gives_the_same_alarms(
    law: LimitLaw, steps: list[tuple[int, float]], cuts: list[int]
) -> None:
    at, value = points(steps)
    parts = LimitSeries(law)
    bounds = sorted({0, len(at), *(min(cut, len(at)) for cut in cuts)})
    found = [one for a, b in pairwise(bounds) for one in parts.take(at[a:b], value[a:b])]
    whole = LimitSeries(law)
    assert found == whole.take(at, value)
    end = int(at[-1]) + 10 * SECOND
    assert parts.until(end)[0].standing == whole.until(end)[0].standing


@given(laws, series)
def test_a_standing_alarm_stays_until_the_value_is_back_by_the_dead_band(
    law: LimitLaw, steps: list[tuple[int, float]]
) -> None:
    at, value = points(steps)
    finite = np.isfinite(value)
    at, value = at[finite], value[finite]
    for one in judged(law, steps):
        delay = round((law.on_delay_s if one.kind == "raised" else law.off_delay_s) * SECOND)
        # The value that held over the whole delay before the change: that of its begin, and of all points within.
        begin = int(np.searchsorted(at, one.at_us - delay, side="right")) - 1
        held = value[begin : max(int(np.searchsorted(at, one.at_us, side="left")), begin + 1)]
        if one.kind == "raised":
            assert (held > HIGH).all() if one.side == "high" else (held < LOW).all()
        elif one.side == "high":
            assert (held <= HIGH - law.limits.deadband).all()
        else:
            assert (held >= LOW + law.limits.deadband).all()


@given(laws, series)
def test_raised_and_cleared_take_turns(law: LimitLaw, steps: list[tuple[int, float]]) -> None:
    for side in ("low", "high"):
        kinds = [one.kind for one in judged(law, steps) if one.side == side]
        assert kinds == ["raised", "cleared"] * (len(kinds) // 2) + ["raised"] * (len(kinds) % 2)


def test_a_value_that_flutters_about_its_limit_is_one_alarm() -> None:
    steps = [(1, 10.1 if second % 2 else 9.9) for second in range(600)]
    assert raised(judged(LimitLaw(Limits(LOW, HIGH)), steps), "high") == 300
    assert raised(judged(LimitLaw(Limits(LOW, HIGH, 0.5)), steps), "high") == 1
    assert raised(judged(LimitLaw(Limits(LOW, HIGH), on_delay_s=5.0), steps), "high") == 0


def test_an_alarm_that_stood_at_the_first_point_may_be_older_and_a_later_one_is_not() -> None:
    law = LimitLaw(Limits(None, HIGH))
    assert [(one.kind, one.older) for one in judged(law, [(1, 12.0), (1, 5.0), (1, 12.0)])] == [
        ("raised", True),
        ("cleared", True),
        ("raised", False),
    ]
    known = LimitSeries(law, known=True)
    assert [one.older for one in known.take(*points([(1, 12.0)]))] == [False]


def test_to_look_ahead_changes_nothing() -> None:
    one = LimitSeries(LimitLaw(Limits(None, HIGH), on_delay_s=5.0))
    one.take(*points([(1, 12.0)]))
    assert list(one.until(10 * SECOND)[0].standing) == ["high"]
    assert (one.standing, one.idle) == ({}, False)
    assert one.take(np.array([3 * SECOND]), np.array([5.0])) == []


@pytest.mark.parametrize(("band", "on", "off"), [(-1, 0, 0), (float("nan"), 0, 0), (0, -1, 0), (0, 0, 3601)])
def test_what_is_no_dead_band_and_no_delay_is_refused(band: float, on: float, off: float) -> None:
    with pytest.raises(BadInput):
        LimitLaw(Limits(LOW, HIGH, band), on, off)


def test_the_quantity_says_what_is_usual_and_else_the_unit() -> None:
    assert usual("temperature", "") == usual("", "°C") == (0.01, 60.0)
    assert usual("", "") == (0.02, 15.0)
