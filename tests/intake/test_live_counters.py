"""Counts, waits and lines that would come too often."""

from contextvars import copy_context
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_memory import Log, MemorySink

from linghang.intake.live.backoff import BackOff
from linghang.intake.live.counters import COUNTS, Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.sink import keep
from linghang.store.telemetry.points import Points


def test_counts_from_many_threads_are_all_there() -> None:
    counters = Counters()
    threads = [Thread(target=lambda: [counters.add("messages") for _ in range(2000)]) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert counters["messages"] == 8000
    assert set(counters.snapshot().counts) == set(COUNTS)


def test_a_count_that_nobody_declared_is_refused() -> None:
    with pytest.raises(KeyError):
        Counters().add("mesages")


def test_the_lag_is_from_the_newest_moment_to_the_disk() -> None:
    counters = Counters()
    assert (counters.lag_s, counters.last_point_at) == (None, None)
    counters.stored(10, 5_000_000, 5_250_000)
    counters.stored(1, None, 9_000_000)
    counters.stored(1, 4_000_000, 6_000_000)
    assert (counters.lag_s, counters.last_point_at, counters["points"]) == (2.0, 5_000_000, 12)


@given(st.integers(), st.integers(1, 30))
def test_waits_double_up_to_the_longest_and_are_shortened_by_chance(seed: int, tries: int) -> None:
    back_off = BackOff(seed)
    waits = [back_off.wait_s() for _ in range(tries)]
    for number, wait in enumerate(waits):
        whole = min(0.5 * 2**number, 30.0)
        assert 0.75 * whole <= wait <= whole
    back_off.reset()
    assert back_off.wait_s() <= 0.5


def test_the_same_seed_waits_the_same() -> None:
    one, other = BackOff(3), BackOff(3)
    assert [one.wait_s() for _ in range(5)] == [other.wait_s() for _ in range(5)]


def test_a_complaint_is_said_once_in_a_while_with_how_often_it_was_held_back() -> None:
    log, now = Log(), [0.0]
    rarely = Rarely(log, lambda: now[0], every_s=10)
    for second in (0.0, 1.0, 2.0, 11.0):
        now[0] = second
        rarely("a", "warning", "trouble")
    rarely("b", "warning", "other")
    assert log.lines["warning"] == ["trouble", "trouble (2 more like it since)", "other"]


def test_a_full_disk_is_waited_for_and_nothing_is_lost() -> None:
    sink, counters, log = MemorySink(), Counters(), Log()
    sink.full = True
    points = Points.of([1], [2], [3.0])
    done: list[bool] = []
    work = lambda: done.append(keep(lambda: sink.append(points), Event(), "a", counters, log, 0.01))  # noqa: E731
    thread = Thread(target=copy_context().run, args=(work,))  # a thread speaks the language of who starts it
    thread.start()
    while counters["store_full_waits"] < 3:
        Event().wait(0.005)
    assert sink.count == 0
    sink.full = False
    thread.join(5)
    assert done == [True]
    assert sink.count == 1
    assert log.said("the disk is full")
    assert log.said("there is space again")


def test_waiting_for_space_ends_when_it_is_told_to() -> None:
    sink, stop = MemorySink(), Event()
    sink.full = True
    stop.set()
    assert not keep(lambda: sink.append(Points.none()), stop, "a", Counters(), Log())
