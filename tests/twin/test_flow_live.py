"""The plant run step by step: the same events as in one go, faults on command, constant memory."""

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from flow_plants import (
    START,
    FailureMode,
    FlowModel,
    Machine,
    Order,
    Route,
    Station,
    Step,
    after,
    exponential,
    fixed,
    line,
    lognormal,
    queue_of,
    station,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.twin.flow.events import Event, Failed, LotLeft, Repaired, StateBegan
from linghang.twin.flow.live import LiveFlow
from linghang.twin.flow.model import Fault
from linghang.twin.flow.simulate import simulate


def plant() -> FlowModel:
    mode = FailureMode("worn", exponential(7200.0), lognormal(600.0, 0.5))
    stations = (
        Station("A", tuple(Machine(f"A{n}", failures=(mode,)) for n in range(2))),
        Station("B", (Machine("B1", failures=(mode,)),), input_lots=2),
    )
    steps = (Step("S0", ("A",), exponential(100.0)), Step("S1", ("B",), exponential(40.0), scrap=0.1, rework=0.1))
    return FlowModel("F", stations, (Route("P", steps, 4),))


def endless() -> Iterator[Order]:
    for number in count():
        yield Order(f"O{number}", "P", 8, after(number * 600.0))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=12))
def test_steps_of_any_size_give_the_events_of_one_run(widths: list[int]) -> None:
    live, told = LiveFlow(plant(), endless(), START, 3), list[Event]()
    for width in widths:
        told += live.advance(live.now + timedelta(seconds=width))
    whole = list[Event]()
    if live.now > START:
        simulate(plant(), endless(), START, live.now, 3, observer=whole.append)
    assert told == whole


def test_a_breakdown_is_triggered_now() -> None:
    live = LiveFlow(line((station("A"),), (fixed(1000.0),)), queue_of(3), START, 1)
    live.advance(after(100))
    live.trigger(Fault(START, "breakdown", "A1", 60.0, cause="pulled plug"))
    told = live.advance(after(200))
    assert [event for event in told if isinstance(event, Failed | Repaired | StateBegan)] == [
        Failed(us(100), "A1", "pulled plug", ""),
        StateBegan(us(100), "A1", "breakdown", "pulled plug", "O-001"),
        Repaired(us(160), "A1", us(100)),
        StateBegan(us(160), "A1", "running", "", "O-001"),
    ]


def us(seconds: float) -> int:
    return round((START.timestamp() + seconds) * 1e6)


def test_a_bad_lot_is_triggered_for_the_lot_on_the_machine() -> None:
    live = LiveFlow(line((station("A"),), (fixed(10.0),), lot_pieces=5), queue_of(15), START, 1)
    live.advance(after(60))
    live.trigger(Fault(after(60), "bad_lot", "A1", share=0.4))
    left = [event for event in live.advance(after(1000)) if isinstance(event, LotLeft)]
    assert [(event.lot_id, event.bad) for event in left] == [("O-002", 2), ("O-003", 0)]


def test_a_fault_may_be_triggered_for_later() -> None:
    live = LiveFlow(line((station("A"),), (fixed(1000.0),)), queue_of(3), START, 1)
    live.trigger(Fault(after(50), "breakdown", "A1", 10.0))
    assert [event.at_us for event in live.advance(after(100)) if isinstance(event, Failed)] == [us(50)]


def test_what_machines_do_now() -> None:
    live = LiveFlow(
        line((station("A"), station("B")), (fixed(10.0), fixed(30.0)), lot_pieces=10), queue_of(20), START, 1
    )
    assert [(one.machine_id, one.state, one.pieces) for one in live.machines()] == [
        ("A1", "idle", 0),
        ("B1", "idle", 0),
    ]
    live.advance(after(150))
    first, second = live.machines()
    assert (first.state, first.lot_ids, first.product_id, first.pieces, first.done) == (
        "running",
        ("O-002",),
        "P",
        10,
        5.0,
    )
    assert (second.state, second.lot_ids, second.pieces) == ("running", ("O-001",), 10)
    assert second.done == pytest.approx(50 / 30)
    assert (live.lots_in_plant, live.pieces_in_plant) == (2, 20)


def test_done_pieces_stand_still_while_a_machine_is_broken() -> None:
    live = LiveFlow(line((station("A"),), (fixed(10.0),), lot_pieces=10), queue_of(10), START, 1)
    live.advance(after(50))
    live.trigger(Fault(after(50), "breakdown", "A1", 100.0))
    live.advance(after(120))
    (machine,) = live.machines()
    assert (machine.state, machine.done) == ("breakdown", 5.0)
    live.advance(after(170))
    assert live.machines()[0].done == 7.0


def test_time_does_not_run_back_and_unknown_machines_are_refused() -> None:
    live = LiveFlow(plant(), endless(), START, 1)
    assert live.advance(START) == []
    live.advance(after(10))
    with pytest.raises(BadInput, match="time does not run back"):
        live.advance(after(5))
    with pytest.raises(BadInput, match="no machine Z9"):
        live.trigger(Fault(START, "breakdown", "Z9"))


@pytest.mark.slow
def test_memory_does_not_grow_with_time() -> None:
    """What it holds grows by less than a byte for each event that it tells."""
    live = LiveFlow(plant(), endless(), START, 1)

    def told_in(days: int) -> int:
        return sum(len(live.advance(live.now + timedelta(hours=1))) for _ in range(days * 24))

    tracemalloc.start()
    try:
        told_in(4)
        settled = tracemalloc.get_traced_memory()[0]
        told = told_in(20)
        assert told > 20_000
        assert tracemalloc.get_traced_memory()[0] - settled < told
    finally:
        tracemalloc.stop()
