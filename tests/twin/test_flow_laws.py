"""Laws that every run keeps, on plants that hypothesis makes up: failures, calendars, blocking, rework, vehicles."""

import os
import subprocess
import sys
from collections import defaultdict
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from flow_plants import (
    START,
    Calendar,
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
    Window,
    after,
    exponential,
    fixed,
    lognormal,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES
from linghang.twin.flow.simulate import FlowRun, simulate
from linghang.twin.flow.working_time import periods
from linghang.twin.flow.world import to_us

DAYS = 3
END = START + timedelta(days=DAYS)
CALENDARS = (
    Calendar("two shifts", shifts=(Weekly(time(6), time(14)), Weekly(time(14), time(22)))),
    Calendar("nights", shifts=(Weekly(time(20), time(4), (0, 2, 4)),), holidays=frozenset({date(2025, 3, 5)})),
    Calendar("stops", stops=(Weekly(time(12), time(12, 45), reason="lunch"),)),
    Calendar("dated", dated_stops=(Window(after(30_000), after(50_000), "overhaul"),)),
)
NAMES = ("open", *(calendar.calendar_id for calendar in CALENDARS))
FAMILIES = ("f", "g")

seconds = st.floats(1, 900)
times = st.one_of(seconds.map(fixed), seconds.map(exponential), seconds.map(lambda mean: lognormal(mean, 0.5)))
failures = st.lists(
    st.builds(FailureMode, st.sampled_from(("worn", "jam")), st.floats(600, 40_000).map(exponential), times), max_size=2
)


@st.composite
def stations(draw: st.DrawFn, name: str) -> Station:
    machines = tuple(
        Machine(f"{name}{n}", draw(st.sampled_from(NAMES)), tuple(draw(failures)), draw(st.floats(0.5, 2)))
        for n in range(draw(st.integers(1, 3)))
    )
    return Station(
        name,
        machines,
        rule=draw(st.sampled_from(("fifo", "edd", "spt", "family"))),
        input_lots=draw(st.one_of(st.none(), st.integers(1, 4))),
        output_lots=draw(st.one_of(st.none(), st.integers(0, 2))),
        setups={("f", "g"): 600.0, ("g", "f"): 300.0},
        setup_cv=draw(st.sampled_from((0.0, 0.3))),
        load=draw(st.one_of(st.none(), st.builds(Load, st.integers(1, 3), st.sampled_from((0.0, 1800.0))))),
    )


@st.composite
def routes(draw: st.DrawFn, product: str, names: list[str]) -> Route:
    passed = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4))
    segments = [f"{product}-{place}" for place in range(len(passed))]
    steps = tuple(
        Step(
            segments[place],
            tuple(dict.fromkeys((name, draw(st.sampled_from(names))))),
            draw(times),
            setup_s=120.0,
            dwell_s=fixed(draw(st.sampled_from((0.0, 600.0)))),
            scrap=draw(st.sampled_from((0.0, 0.1))),
            rework=draw(st.sampled_from((0.0, 0.2))),
            rework_to=draw(st.sampled_from(("", segments[draw(st.integers(0, place))]))),
            inspection=draw(st.booleans()),
            crew=0.5,
        )
        for place, name in enumerate(passed)
    )
    return Route(product, steps, draw(st.integers(1, 12)), draw(st.sampled_from(FAMILIES)))


@st.composite
def plants(draw: st.DrawFn) -> FlowModel:
    names = ["A", "B", "C", "D"][: draw(st.integers(1, 4))]
    vehicles = tuple(Machine(f"V{n}", failures=tuple(draw(failures))) for n in range(draw(st.integers(0, 2))))
    ways = {(one, other): draw(st.floats(1, 300)) for one, other in pairwise(("IN", *names, "OUT"))}
    return FlowModel(
        "F",
        tuple(draw(stations(name)) for name in names),
        tuple(draw(routes(product, names)) for product in ("P", "Q")),
        CALENDARS,
        Transport(vehicles, 1.2, 20, 20, ways if vehicles else {}, {("A", "B"): 30.0}, "IN"),
        source_place="IN",
        sink_place="OUT",
    )


orders = st.lists(
    st.tuples(
        st.sampled_from("PQ"), st.integers(1, 40), st.floats(-1000, 150_000), st.floats(0, 90_000), st.integers(0, 2)
    ),
    min_size=1,
    max_size=25,
).map(
    lambda rows: [
        Order(f"O{n}", product, quantity, after(at_s), after(at_s + due_s), priority)
        for n, (product, quantity, at_s, due_s, priority) in enumerate(rows)
    ]
)
some_plants, many_plants = (
    settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow]) for count in (15, 200)
)


def rows(table: pa.Table) -> list[dict[str, object]]:
    return table.to_pylist()


def overlap_us(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


@some_plants
@given(plants(), orders, st.integers(0, 2**32))
def test_some_runs_keep_the_laws(model: FlowModel, given_orders: list[Order], seed: int) -> None:
    the_laws_hold(model, given_orders, seed)


@pytest.mark.slow
@many_plants
@given(plants(), orders, st.integers(0, 2**32))
def test_many_runs_keep_the_laws(model: FlowModel, given_orders: list[Order], seed: int) -> None:
    the_laws_hold(model, given_orders, seed)


def the_laws_hold(model: FlowModel, given_orders: list[Order], seed: int) -> None:
    run = simulate(model, given_orders, START, END, seed)
    pieces_are_neither_made_nor_lost(run)
    steps_of_a_lot_follow_each_other(run)
    a_machine_does_one_thing_at_a_time(model, run)
    states_tile_the_time_of_every_machine(model, run)
    nobody_works_when_the_calendar_is_closed(model, run)
    work_and_states_say_the_same(run)
    failures_are_the_breakdowns(run)
    rooms_are_never_overfull(model, run)
    littles_law_holds_exactly(run)
    records_have_the_columns_of_the_records(run)


def pieces_are_neither_made_nor_lost(run: FlowRun) -> None:
    steps = rows(run.tables["step"])
    for step in steps:
        assert step["good"] + step["rework"] + step["scrap"] == step["pieces"]
        assert min(step["good"], step["rework"], step["scrap"]) >= 0
    lots = rows(run.tables["lot"])
    entered = sum(lot["pieces"] for lot in lots if lot["parent_lot_id"] is None)
    left = sum(lot["good"] or 0 for lot in lots)
    assert entered == left + sum(step["scrap"] for step in steps) + run.tables["wip"]["pieces"][-1].as_py()
    for order in rows(run.tables["order"]):
        assert order["good"] + order["scrap"] == order["quantity"]


def steps_of_a_lot_follow_each_other(run: FlowRun) -> None:
    by_lot = defaultdict(list)
    for step in rows(run.tables["step"]):
        assert step["arrived"] <= step["start"] <= step["work_start"] <= step["end"]
        by_lot[step["lot_id"]].append(step)
    lots = {lot["lot_id"]: lot for lot in rows(run.tables["lot"])}
    for lot_id, steps in by_lot.items():
        assert steps[0]["pieces"] == lots[lot_id]["pieces"]
        assert steps[0]["arrived"] >= lots[lot_id]["entered"]
        for before, later in pairwise(steps):
            assert before["end"] <= later["arrived"]
            assert later["pieces"] in (before["good"], before["good"] + before["rework"])


def a_machine_does_one_thing_at_a_time(model: FlowModel, run: FlowRun) -> None:
    most = {station.station_id: station.load.lots if station.load else 1 for station in model.stations}
    loads: dict[tuple[str, object, object], list[dict[str, object]]] = defaultdict(list)
    for step in rows(run.tables["step"]):
        loads[step["machine_id"], step["start"], step["end"]].append(step)
    spans = defaultdict(list)
    for (machine, start, end), steps in loads.items():
        assert len(steps) <= most[steps[0]["station_id"]] or start == end
        spans[machine].append((start, end))
    for stretches in spans.values():
        for before, later in pairwise(sorted(stretches)):
            assert before[1] <= later[0]


def states_tile_the_time_of_every_machine(model: FlowModel, run: FlowRun) -> None:
    by_machine = defaultdict(list)
    for state in rows(run.tables["equipment_state"]):
        by_machine[state["equipment_id"]].append(state)
    assert list(by_machine) == [machine.machine_id for machine in model.machines]
    for states in by_machine.values():
        assert states[0]["start"] == START
        assert states[-1]["end"] == END
        for before, later in pairwise(states):
            assert before["end"] == later["start"]
            assert (before["state"], before["reason"]) != (later["state"], later["reason"])
        assert all(state["start"] < state["end"] for state in states)


def nobody_works_when_the_calendar_is_closed(model: FlowModel, run: FlowRun) -> None:
    closed = {
        calendar.calendar_id: [
            (span.start_us, span.end_us) for span in periods_until(calendar, to_us(END)) if span.state != "open"
        ]
        for calendar in CALENDARS
    }
    calendar_of = {machine.machine_id: machine.calendar for machine in model.machines}
    for state in rows(run.tables["equipment_state"]):
        span = (to_us(state["start"]), to_us(state["end"]))
        covered = sum(overlap_us(span, one) for one in closed.get(calendar_of[state["equipment_id"]], ()))
        if state["state"] in ("running", "setup", "idle"):
            assert covered == 0
        elif state["state"] in ("off", "planned_stop"):
            assert covered == span[1] - span[0]


def periods_until(calendar: Calendar, end_us: int) -> list:
    found = []
    for span in periods(calendar, to_us(START)):
        if span.start_us >= end_us:
            break
        found.append(span)
    return found


def work_and_states_say_the_same(run: FlowRun) -> None:
    """The time that finished work took lies in states of running and set-up, but for the work that the end cut off."""
    in_state: dict[tuple[str, str], float] = defaultdict(float)
    for state in rows(run.tables["equipment_state"]):
        in_state[state["equipment_id"], state["state"]] += (state["end"] - state["start"]).total_seconds()
    loads = {(step["machine_id"], step["start"], step["end"]): step["run_s"] for step in rows(run.tables["step"])}
    worked: dict[str, float] = defaultdict(float)
    set_up: dict[str, float] = defaultdict(float)
    for (machine, *_), run_s in loads.items():
        worked[machine] += run_s
    for step in rows(run.tables["step"]):
        set_up[step["machine_id"]] += step["setup_s"]
    for machine in worked:
        assert worked[machine] <= in_state[machine, "running"] + 1e-3
        assert set_up[machine] <= in_state[machine, "setup"] + 1e-3


def failures_are_the_breakdowns(run: FlowRun) -> None:
    down = defaultdict(int)
    for state in rows(run.tables["equipment_state"]):
        if state["state"] == "breakdown":
            down[state["equipment_id"]] += to_us(state["end"]) - to_us(state["start"])
    failed = defaultdict(int)
    for failure in rows(run.tables["failure"]):
        failed[failure["equipment_id"]] += to_us(failure["end"] or END) - to_us(failure["start"])
        assert failure["stopped"]
    assert down == failed


def rooms_are_never_overfull(model: FlowModel, run: FlowRun) -> None:
    """Lots that wait before a station (arrived and not begun) never exceed its room."""
    marks = defaultdict(list)
    for step in rows(run.tables["step"]):
        marks[step["station_id"]] += [(step["start"], -1), (step["arrived"], 1)]
    for station in model.stations:
        if station.input_lots is not None:
            counts = np.cumsum([change for _, change in sorted(marks[station.station_id])])
            assert counts.max(initial=0) <= station.input_lots


def littles_law_holds_exactly(run: FlowRun) -> None:
    """The plant's own count of lots, summed over time, is the time that lots spent in it, to the microsecond."""
    wip = run.tables["wip"]
    at = [*(to_us(moment) for moment in wip["at"].to_pylist()), to_us(END)]
    area = sum(
        lots * (later - before) for lots, (before, later) in zip(wip["lots"].to_pylist(), pairwise(at), strict=True)
    )
    spent = sum(to_us(lot["left"] or END) - to_us(lot["entered"]) for lot in rows(run.tables["lot"]))
    assert area == spent


def records_have_the_columns_of_the_records(run: FlowRun) -> None:
    for name in ("job_order", "job_response", "equipment_state", "stock_movement", "failure"):
        assert run.tables[name].schema == arrow_schema(TABLES[name])
        run.tables[name].validate(full=True)
        for field in run.tables[name].schema:
            assert field.nullable or run.tables[name][field.name].null_count == 0
    for name, key in (("job_order", "job_id"), ("job_response", "response_id"), ("stock_movement", "movement_id")):
        assert len(set(run.tables[name][key].to_pylist())) == run.tables[name].num_rows


@some_plants
@given(plants(), orders, st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_bytes(model: FlowModel, given_orders: list[Order], seed: int) -> None:
    one, other = (simulate(model, given_orders, START, END, seed) for _ in range(2))
    for name, table in one.tables.items():
        assert bytes_of(table) == bytes_of(other.tables[name])


def bytes_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


PRINTS_A_DIGEST = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_flow_laws import bytes_of
from test_flow_records import orders, plant
from flow_plants import START, after
from linghang.twin.flow.simulate import simulate
tables = simulate(plant(), orders()[:20], START, after(500_000), 3).tables
print(hashlib.sha256(b"".join(bytes_of(tables[name]) for name in sorted(tables))).hexdigest())
"""


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_process() -> None:
    """Sets and dictionaries of texts have another order in every process, unless something sorts them."""
    folder = str(Path(__file__).parent)
    digests = [
        subprocess.run(
            [sys.executable, "-c", PRINTS_A_DIGEST, folder],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert digests[0] == digests[1]
    assert len(digests[0].strip()) == 64
