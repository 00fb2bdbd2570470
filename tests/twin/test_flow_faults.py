"""Faults on command, what is refused, and what an observer sees."""

from datetime import time, timedelta

import pytest
from flow_plants import (
    START,
    Calendar,
    Change,
    FailureMode,
    FlowModel,
    Load,
    Machine,
    Order,
    Route,
    Station,
    Step,
    Transport,
    Weekly,
    after,
    exponential,
    fixed,
    line,
    queue_of,
    run,
    states,
    station,
    steps,
)

from linghang.errors import BadInput, ManyProblems
from linghang.twin.flow.events import LotLeft
from linghang.twin.flow.model import Fault, Release
from linghang.twin.flow.simulate import simulate


def test_a_breakdown_on_command_stops_whatever_the_machine_does() -> None:
    model = line((station("A"),), (fixed(100.0),))
    faults = [Fault(after(40), "breakdown", "A1", 30.0, cause="crash"), Fault(after(500), "breakdown", "A1", 60.0)]
    found = run(model, [Order("1", "P", 1, START), Order("2", "P", 1, after(510))], faults=faults)
    assert steps(found, "start", "end") == [(0, 130), (560, 660)]
    assert states(found, "A1") == [
        (0, "running", None),
        (40, "breakdown", "crash"),
        (70, "running", None),
        (130, "idle", "starved"),
        (500, "breakdown", None),
        (560, "running", None),
        (660, "idle", "starved"),
    ]


def test_a_broken_machine_is_given_no_lot() -> None:
    model = line((station("A", 2),), (fixed(50.0),))
    orders = [Order("1", "P", 1, after(510)), Order("2", "P", 1, after(520))]
    found = run(model, orders, faults=[Fault(after(500), "breakdown", "A1", 55.0)])
    assert steps(found, "order_id", "machine_id", "start") == [("1", "A2", 510), ("2", "A1", 555)]


def test_a_machine_is_broken_whatever_its_calendar_says() -> None:
    """The shift is from 08:00 (START) to 10:00; the idle machine breaks before its end and is repaired after it."""
    calendar = Calendar("D", shifts=(Weekly(time(8), time(10)),))
    route = Route("P", (Step("S0", ("A",), fixed(10.0)),), 1)
    model = FlowModel("F", (Station("A", (Machine("A1", "D"),)),), (route,), (calendar,))
    breakdowns = [Fault(after(at), "breakdown", "A1", lasts) for at, lasts in ((7000, 600.0), (86_000, 1000.0))]
    found = run(model, [Order("1", "P", 1, after(86_500))], 100_000, breakdowns)
    assert states(found, "A1") == [
        (0, "idle", "starved"),
        (7000, "breakdown", None),
        (7600, "off", None),
        (86_000, "breakdown", None),
        (87_000, "running", None),
        (87_010, "idle", "starved"),
        (93_600, "off", None),
    ]


def test_a_breakdown_of_a_broken_machine_lasts_as_long_as_the_longer() -> None:
    model = line((station("A"),), (fixed(100.0),))
    faults = [Fault(after(at), "breakdown", "A1", lasts) for at, lasts in ((10, 100.0), (50, 80.0), (60, 5.0))]
    assert steps(run(model, queue_of(1), faults=faults), "end") == [(220,)]
    assert run(model, queue_of(1), faults=faults).tables["failure"].num_rows == 1


def test_a_failure_that_lasts_has_no_end() -> None:
    found = run(line((station("A"),), (fixed(10.0),)), queue_of(1), 100, [Fault(after(5), "breakdown", "A1", 1e6)])
    assert found.tables["failure"]["end"].to_pylist() == [None]
    assert found.tables["equipment_state"]["end"].to_pylist()[-1] == after(100)


def test_a_fault_of_an_unknown_machine_is_refused_with_the_nearest_name() -> None:
    model = line((Station("CAST", (Machine("CAST-1"),)),), (fixed(1.0),))
    with pytest.raises(BadInput, match=r"no machine CAST1; did you mean CAST-1\?"):
        run(model, queue_of(1), faults=[Fault(START, "breakdown", "CAST1")])


def test_orders_of_products_without_a_route_are_refused_before_anything_runs() -> None:
    model = line((station("A"),), (fixed(1.0),))
    with pytest.raises(ManyProblems) as refused:
        run(model, [Order("1", "X", 1, START), Order("2", "P", 1, START), Order("2", "P", 1, START)])
    assert "product X has no route; known are P" in str(refused.value)
    assert "order 2 is given twice" in str(refused.value)


def test_an_iterator_of_orders_has_to_be_sorted() -> None:
    model = line((station("A"),), (fixed(1.0),))
    with pytest.raises(BadInput, match="released before its forerunner"):
        simulate(model, iter([Order("1", "P", 1, after(9)), Order("2", "P", 1, after(5))]), START, after(60), 1)


def test_a_model_names_everything_that_does_not_fit() -> None:
    with pytest.raises(ManyProblems) as refused:
        FlowModel(
            "F",
            (Station("A", (Machine("A1", "nights"),)), Station("A", (Machine("A1"),))),
            (Route("P", (Step("S0", ("B",), fixed(1.0)),), 1),),
            changes=(Change(START, "scrap", 0.5, "A2"),),
        )
    said = str(refused.value).splitlines()
    assert said == [
        "station A is declared twice",
        "machine A1 is declared twice",
        "A1 names calendar nights; known are open",
        "segment S0 names station B; known are A",
        "a change of scrap is for A2; did you mean A?",
    ]


@pytest.mark.parametrize(
    "made",
    [
        lambda: Machine("M", speed=0.0),
        lambda: Station("S", ()),
        lambda: Station("S", (Machine("M"),), rule="lifo"),  # type: ignore[arg-type]
        lambda: Station("S", (Machine("M"),), input_lots=0),
        lambda: Station("S", (Machine("M"),), setups={("a", "b"): -1.0}),
        lambda: Load(0),
        lambda: Step("S0", (), fixed(1.0)),
        lambda: Step("S0", ("A",), fixed(1.0), scrap=0.7, rework=0.7),
        lambda: Step("S0", ("A",), fixed(1.0), setup_s=-1.0),
        lambda: Route("P", (), 1),
        lambda: Route("P", (Step("S0", ("A",), fixed(1.0), rework_to="S9"),), 1),
        lambda: Route("P", (Step("S0", ("A",), fixed(1.0)),) * 2, 1),
        lambda: Transport(distances_m={("A", "B"): 1.0}),
        lambda: Transport((Machine("V"),), speed_m_s=0.0),
        lambda: Transport((Machine("V"),), distances_m={("A", "B"): 1.0, ("C", "D"): 1.0}),
        lambda: Transport((Machine("V"),), distances_m={("A", "B"): 1.0}, start_at="C"),
        lambda: FailureMode("x", fixed(0.0), fixed(1.0)),
        lambda: Order("O", "P", 0, START),
        lambda: Order("O", "P", 1, START.replace(tzinfo=None)),
        lambda: Change(START, "luck", 1.0),  # type: ignore[arg-type]
        lambda: Change(START, "time_to_failure", 0.0),
        lambda: Fault(START, "breakdown", "M", duration_s=0.0),
        lambda: Fault(START, "theft", "M"),  # type: ignore[arg-type]
        lambda: Release("fifo", 0),
        lambda: exponential(float("nan")),
        lambda: exponential(-1.0),
        lambda: Calendar("D", zone="Mars/Olympus"),
        lambda: Weekly(time(8), time(10), (7,)),
        lambda: simulate(line((station("A"),), (fixed(1.0),)), [], START, START, 1),
    ],
)
def test_nonsense_is_refused(made: object) -> None:
    with pytest.raises(BadInput):
        made()  # type: ignore[operator]


def test_an_observer_is_told_every_event_in_order() -> None:
    told: list[object] = []
    model = line((station("A"),), (fixed(100.0),))
    simulate(model, queue_of(100), START, START + timedelta(hours=2), 1, observer=told.append)
    moments = [event.at_us for event in told]  # type: ignore[attr-defined]
    assert moments == sorted(moments)
    assert sum(isinstance(event, LotLeft) for event in told) == 71
