"""What calendars, failures and changes do to work, on plants small enough to reckon by hand."""

from dataclasses import replace
from datetime import time

import pytest
from flow_plants import (
    START,
    Calendar,
    Change,
    FailureMode,
    FlowModel,
    Machine,
    Order,
    Route,
    Station,
    Step,
    Weekly,
    after,
    at_s,
    fixed,
    line,
    queue_of,
    run,
    states,
    station,
    steps,
)

from linghang.twin.flow.model import Quantity


def open_by(calendar: Calendar, piece_s: float) -> FlowModel:
    stations = (Station("A", (Machine("A1", calendar.calendar_id),)),)
    return FlowModel("F", stations, (Route("P", (Step("S0", ("A",), fixed(piece_s)),), 1),), (calendar,))


def test_work_pauses_out_of_shifts_and_goes_on_where_it_stopped() -> None:
    """START is 08:00 in Shanghai; the shift ends at 10:00 and begins again at 08:00 of the next day."""
    calendar = Calendar("D", shifts=(Weekly(time(8), time(10)),))
    model = FlowModel(
        "F", (Station("A", (Machine("A1", "D"),)),), (Route("P", (Step("S0", ("A",), fixed(9000.0)),), 1),), (calendar,)
    )
    found = run(model, queue_of(1), 2 * 86_400)
    assert steps(found, "start", "end", "run_s") == [(0, 86_400 + 1800, 9000.0)]
    assert states(found, "A1") == [
        (0, "running", None),
        (7200, "off", None),
        (86_400, "running", None),
        (88_200, "idle", "starved"),
        (93_600, "off", None),
    ]


def test_a_planned_stop_says_why() -> None:
    calendar = Calendar("D", stops=(Weekly(time(9), time(9, 30), (0,), "换模"),))
    model = FlowModel(
        "F", (Station("A", (Machine("A1", "D"),)),), (Route("P", (Step("S0", ("A",), fixed(10.0)),), 1),), (calendar,)
    )
    found = run(model, [Order("O", "P", 1, after(4000))])
    assert states(found, "A1") == [
        (0, "idle", "starved"),
        (3600, "planned_stop", "换模"),
        (5400, "running", None),
        (5410, "idle", "starved"),
    ]


def test_a_machine_fails_by_operating_time_only() -> None:
    mode = FailureMode("worn", fixed(100.0), fixed(50.0), "spindle")
    model = line((Station("A", (Machine("A1", failures=(mode,)),)),), (fixed(60.0),))
    found = run(
        model, [Order("1", "P", 1, START), Order("2", "P", 1, after(10_000)), Order("3", "P", 1, after(20_000))]
    )
    assert steps(found, "start", "end") == [(0, 60), (10_000, 10_110), (20_000, 20_060)]
    (failure,) = found.tables["failure"].to_pylist()
    assert (at_s(failure["start"]), at_s(failure["end"])) == (10_040, 10_090)
    assert (failure["cause"], failure["component"], failure["failure_id"]) == ("worn", "spindle", "FL-A1-00001")


@pytest.mark.parametrize(
    ("what", "where", "starts"),
    [
        ("process_time", "A", [0, 10, 20, 25]),
        ("process_time", "A1", [0, 10, 20, 25]),
        ("process_time", "S0", [0, 10, 20, 25]),
        ("process_time", "P", [0, 10, 20, 25]),
        ("process_time", "", [0, 10, 20, 25]),
        ("process_time", "B", [0, 10, 20, 30]),
        ("setup_time", "", [0, 10, 20, 30]),
    ],
)
def test_a_change_counts_from_its_day_and_in_its_place(what: Quantity, where: str, starts: list[int]) -> None:
    model = line((station("A"), station("B")), (fixed(10.0), fixed(1.0)))
    found = run(replace(model, changes=(Change(after(15), what, 0.5, where),)), queue_of(4))
    assert [start for name, start in steps(found, "station_id", "start") if name == "A"] == starts


def test_a_later_change_replaces_the_earlier_one_and_places_multiply() -> None:
    model = line((station("A"),), (fixed(100.0),))
    changes = (
        Change(START, "process_time", 0.5),
        Change(after(60), "process_time", 0.1),
        Change(START, "process_time", 2.0, "A"),
    )
    found = run(replace(model, changes=changes), queue_of(2))
    assert steps(found, "run_s") == [(100.0,), (20.0,)]


def test_changes_reach_failures_repairs_scrap_and_set_ups() -> None:
    mode = FailureMode("worn", fixed(100.0), fixed(50.0))
    step = Step("S0", ("A",), fixed(100.0), setup_s=30.0, scrap=1.0)
    routes = (Route("P", (step,), 1, "f"), Route("Q", (replace(step, segment_id="S1"),), 1, "g"))
    changes = tuple(
        Change(START, what, factor)
        for what, factor in (("time_to_failure", 1.5), ("repair_time", 0.2), ("scrap", 0.0), ("setup_time", 0.1))
    )
    model = FlowModel("F", (Station("A", (Machine("A1", failures=(mode,)),)),), routes, changes=changes)
    found = run(model, [Order("1", "P", 1, START), Order("2", "Q", 1, START)])
    assert steps(found, "scrap", "setup_s", "end") == [(0, 0.0, 100), (0, 3.0, 213)]
    assert states(found, "A1")[3] == (153, "breakdown", "worn")
