"""The alarm state machine of ANSI/ISA-18.2 / IEC 62682, floods and chattering."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.equipment.alarms import (
    SECOND_US,
    AlarmBook,
    AlarmRule,
    AlarmState,
    ChatterWatch,
    FloodWatch,
    Limits,
    Timers,
)
from linghang.errors import BadInput

S = SECOND_US


def kinds(changes: list) -> list[str]:
    return [one.kind for one in changes]


def test_an_alarm_goes_from_normal_to_acknowledged_and_back() -> None:
    book = AlarmBook([AlarmRule("a", "high")])
    assert kinds(book.condition("a", True, 0)) == ["raised"]
    assert book.state("a") is AlarmState.UNACKNOWLEDGED
    assert kinds(book.acknowledge("a", S)) == ["acknowledged"]
    assert book.standing() == ["a"]
    assert kinds(book.condition("a", False, 2 * S)) == ["cleared"]
    assert book.state("a") is AlarmState.NORMAL


def test_an_alarm_that_clears_unseen_waits_for_acknowledgement() -> None:
    book = AlarmBook([AlarmRule("a")])
    book.condition("a", True, 0)
    book.condition("a", False, S)
    assert book.state("a") is AlarmState.RETURNED
    book.acknowledge("a", 2 * S)
    assert book.state("a") is AlarmState.NORMAL
    assert book.acknowledge("a", 3 * S) == []


def test_an_alarm_that_returned_unacknowledged_is_raised_anew() -> None:
    book = AlarmBook([AlarmRule("a")])
    book.condition("a", True, 0)
    book.condition("a", False, S)
    assert kinds(book.condition("a", True, 2 * S)) == ["raised"]


def test_a_latching_alarm_waits_for_a_reset() -> None:
    book = AlarmBook([AlarmRule("a", latching=True)])
    book.condition("a", True, 0)
    assert book.reset("a", S) == []
    book.condition("a", False, 2 * S)
    assert book.state("a") is AlarmState.LATCHED_UNACKNOWLEDGED
    book.acknowledge("a", 3 * S)
    assert book.state("a") is AlarmState.LATCHED
    assert kinds(book.reset("a", 4 * S)) == ["reset"]
    assert book.state("a") is AlarmState.NORMAL


def test_the_on_delay_keeps_back_what_is_short_and_raises_at_its_due_moment() -> None:
    book = AlarmBook([AlarmRule("a", on_delay_s=10)])
    assert book.condition("a", True, 0) == []
    assert book.condition("a", False, 9 * S) == []
    assert book.advance(60 * S) == []
    book.condition("a", True, 100 * S)
    (raised,) = book.advance(500 * S)
    assert (raised.kind, raised.at_us) == ("raised", 110 * S)


def test_the_off_delay_keeps_an_alarm_that_comes_back_soon() -> None:
    book = AlarmBook([AlarmRule("a", off_delay_s=10)])
    book.condition("a", True, 0)
    book.condition("a", False, S)
    book.condition("a", True, 5 * S)
    assert book.advance(60 * S) == []
    book.condition("a", False, 100 * S)
    (cleared,) = book.advance(200 * S)
    assert (cleared.kind, cleared.at_us) == ("cleared", 110 * S)


def test_a_shelved_alarm_is_followed_but_not_annunciated_until_shelving_expires() -> None:
    book = AlarmBook([AlarmRule("a")])
    assert kinds(book.shelve("a", 0, 3600)) == ["withheld"]
    (silent,) = book.condition("a", True, 10 * S)
    assert (silent.kind, silent.annunciated) == ("raised", False)
    restored, raised = book.advance(4000 * S)
    assert (restored.kind, raised.kind) == ("restored", "raised")
    assert raised.at_us == 3600 * S
    assert raised.annunciated


def test_shelving_without_an_end_is_refused() -> None:
    with pytest.raises(BadInput):
        AlarmBook([AlarmRule("a")]).shelve("a", 0, float("inf"))


def test_an_alarm_out_of_service_comes_back_only_by_hand() -> None:
    book = AlarmBook([AlarmRule("a")])
    book.shelve("a", 0, 60)
    book.out_of_service("a", 10 * S)
    assert book.advance(10_000 * S) == []
    assert kinds(book.restore("a", 10_001 * S)) == ["restored"]
    assert book.restore("a", 10_002 * S) == []


def test_an_alarm_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="b"):
        AlarmBook([AlarmRule("a")]).condition("b", True, 0)
    with pytest.raises(BadInput):
        AlarmRule("a", on_delay_s=-1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=40), st.integers(0, 5), st.integers(0, 5))
def test_raising_and_clearing_take_turns(steps: list[tuple[int, bool]], on: int, off: int) -> None:
    book, at, told = AlarmBook([AlarmRule("a", on_delay_s=on, off_delay_s=off)]), 0, []
    for wait, true in steps:
        at += wait * S
        told += book.advance(at) + book.condition("a", true, at)
    told += book.advance(at + 100 * S)
    names = kinds(told)
    assert names == ["raised", "cleared"] * (len(names) // 2) + ["raised"] * (len(names) % 2)
    assert [one.at_us for one in told] == sorted(one.at_us for one in told)
    if steps:
        assert (book.standing() == ["a"]) == steps[-1][1]


@settings(deadline=None)
@given(st.lists(st.floats(-50, 50), max_size=60), st.floats(0, 15))
def test_zones_are_ordered_as_the_value_is(values: list[float], deadband: float) -> None:
    zones = Limits(-10.0, 10.0, deadband).zones(np.array(sorted(values)))
    assert (np.diff(zones) >= 0).all()
    for value, zone in zip(sorted(values), zones, strict=True):
        assert (zone == 2) == (value > 10)
        assert (zone == -2) == (value < -10)


def test_timers_fire_in_the_order_of_time() -> None:
    timers = Timers()
    timers.set(("x", ""), 5)
    timers.set(("y", ""), 3)
    timers.set(("x", ""), 4)
    assert list(timers.until(10)) == [(3, ("y", "")), (4, ("x", ""))]
    assert list(timers.until(10)) == []


@settings(deadline=None)
@given(st.lists(st.integers(0, 200), max_size=120), st.integers(2, 11))
def test_a_flood_is_what_counting_the_last_ten_minutes_says(waits: list[int], begin: int) -> None:
    """Against counting second by second: above `begin` it begins, under half of it ends."""
    end = max(begin // 2, 1)
    moments = np.cumsum(waits).tolist()
    watch, floods = FloodWatch(begin, end), []
    for at in (one * S for one in moments):
        if (over := watch.over()) is not None and over <= at:
            floods.append((watch.ended()[0] // S, over // S))
        watch.raised(at)
    if (over := watch.over()) is not None:
        floods.append((watch.ended()[0] // S, over // S))
    expected, since, recent, coming = [], None, deque[int](), deque(moments)
    for second in range((moments[-1] if moments else 0) + 601):
        while recent and recent[0] <= second - 600:
            recent.popleft()
        if since is not None and len(recent) < end:
            expected.append((since, second))
            since = None
        while coming and coming[0] == second:
            recent.append(coming.popleft())
            if since is None and len(recent) > begin:
                since = second
    assert floods == expected


def test_three_in_a_minute_chatter_and_are_told_once() -> None:
    watch = ChatterWatch()
    assert [watch.raised("a", at * S) for at in (0, 20, 40, 50, 59)] == [False, False, True, False, False]
    assert "a" in watch
    assert not watch.raised("b", 60 * S)
    assert not watch.raised("a", 1000 * S)
    assert "a" not in watch


def test_exactly_a_minute_is_not_within_a_minute() -> None:
    watch = ChatterWatch()
    assert [watch.raised("a", at * S) for at in (0, 30, 60)] == [False] * 3


def test_a_watch_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(BadInput):
        FloodWatch(3, 5)
    with pytest.raises(BadInput):
        ChatterWatch(1)
