"""One month of an aluminium-wheel works, beside the bare event rate of SimPy in the same run.

*The plant.* 60 machines in nine stations, 24 products of three families, about a thousand wheels a day in lots of 24,
nine segments a wheel with scrap and rework, set-ups by family, failures of every machine, two shifts at the packing
line, planned stops, six vehicles between all stations.

*The clock.* Ours covers the whole run, from the declared model to the finished Arrow tables. The peer is SimPy alone:
as many steps on a `Resource` (request, hold, release) as ours had steps at segments and drives of vehicles, by
processes that do nothing else and write nothing down.

Run the file for the table: `python -m bench.simulation`.
"""

import statistics
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import simpy

from linghang.twin.flow.model import (
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
    exponential,
    fixed,
    lognormal,
)
from linghang.twin.flow.simulate import FlowRun, simulate

if TYPE_CHECKING:
    from bench.__main__ import Bench

START = datetime(2025, 3, 1, tzinfo=UTC)
DAYS = 30
LOT = 24
BAR_MS = 5_000.0
FAMILIES = ("17", "18", "20")
STATIONS = (
    # name, machines, seconds a piece, operating hours to a failure, scrap
    ("MELT", 3, 60.0, 300.0, 0.0),
    ("CAST", 16, 290.0, 120.0, 0.025),
    ("XRAY", 3, 35.0, 400.0, 0.02),
    ("HEAT", 4, 60.0, 500.0, 0.0),
    ("TURN", 10, 150.0, 150.0, 0.006),
    ("MILL", 10, 140.0, 150.0, 0.006),
    ("LEAK", 3, 40.0, 600.0, 0.008),
    ("PAINT", 3, 50.0, 250.0, 0.01),
    ("PACK", 2, 25.0, 900.0, 0.0),
)
VEHICLES = 6


def works() -> FlowModel:
    """Build a works of 54 machines and six vehicles."""
    return FlowModel(
        factory_id="BENCH",
        stations=tuple(_station(name, machines, hours) for name, machines, _, hours, _ in STATIONS),
        routes=tuple(_route(number) for number in range(24)),
        calendars=(
            Calendar("DAY", shifts=(Weekly(time(6), time(22), (0, 1, 2, 3, 4, 5)),)),
            Calendar("STOPS", stops=(Weekly(time(8), time(12), (2,), "maintenance"),)),
        ),
        transport=Transport(
            vehicles=tuple(Machine(f"AGV-{n}", failures=_failures(300.0)) for n in range(VEHICLES)),
            speed_m_s=1.0,
            load_s=30,
            unload_s=30,
            distances_m={(before[0], after[0]): 60.0 for before, after in pairwise(STATIONS)},
            start_at="CAST",
        ),
    )


def _failures(hours: float) -> tuple[FailureMode, ...]:
    return (FailureMode("failure", exponential(hours * 3600), lognormal(5400, 0.8)),)


def _station(name: str, machines: int, hours: float) -> Station:
    calendar = "DAY" if name == "PACK" else "STOPS"
    return Station(
        name,
        tuple(Machine(f"{name}-{n}", calendar, _failures(hours)) for n in range(machines)),
        rule="family" if name in ("CAST", "PAINT") else "edd",
        setups={(a, b): 1200.0 if a == b else 2700.0 for a in FAMILIES for b in FAMILIES} if name == "CAST" else {},
        setup_cv=0.2,
        load=Load(4, 3600.0) if name == "HEAT" else None,
    )


def _route(number: int) -> Route:
    return Route(
        f"P{number:02d}",
        tuple(
            Step(
                f"P{number:02d}-{place:02d}",
                (name,),
                lognormal(18_000.0 if name == "HEAT" else piece_s, 0.05),
                setup_s=600.0,
                dwell_s=fixed(5400.0 if name == "PAINT" else 0.0),
                scrap=scrap,
                rework=0.01 if name == "PAINT" else 0.0,
                inspection=name == "XRAY",
                crew=0.5,
            )
            for place, (name, _, piece_s, _, scrap) in enumerate(STATIONS)
        ),
        LOT,
        FAMILIES[number % 3],
    )


def orders(days: int = DAYS, pieces_a_day: int = 1000) -> list[Order]:
    """Orders of 240 pieces whose products change at random."""
    draw = Random(7)
    count = days * pieces_a_day // 240
    return [
        Order(f"MO-{n:05d}", f"P{draw.randrange(24):02d}", 240, release, release + timedelta(days=6))
        for n in range(count)
        for release in [START + timedelta(days=days * n / count)]
    ]


def month() -> FlowRun:
    """Run the works for a month."""
    return simulate(works(), orders(), START, START + timedelta(days=DAYS), seed=1)


def bare(steps: int, resources: int = 60) -> int:
    """Run SimPy processes of nine resource steps each; return how many steps were done."""
    env, draw, done = simpy.Environment(), Random(1), 0
    machines = [simpy.Resource(env, 1) for _ in range(resources)]

    def lot(first: int) -> "simpy.events.ProcessGenerator":
        nonlocal done
        for place in range(9):
            with machines[(first + place) % resources].request() as granted:
                yield granted
                yield env.timeout(draw.expovariate(1.0))
            done += 1

    for number in range(steps // 9):
        env.process(lot(number))
    env.run()
    return done


def run(bench: "Bench") -> None:
    """Add the rows of the flow simulation."""
    found = month()
    tables = found.tables
    steps = tables["step"].num_rows + tables["stock_movement"].num_rows
    good = sum(tables["order"]["good"].to_pylist())
    bench.console.print(
        f"flow: {tables['step'].num_rows} steps at segments, {tables['stock_movement'].num_rows} drives, "
        f"{tables['failure'].num_rows} failures, {tables['equipment_state'].num_rows} states, {good} good pieces"
    )
    ours, peer = bench.race(month, lambda: bare(steps))
    bench.row("flow: a month of 60 machines; peer: as many bare SimPy resource steps", ours, peer, BAR_MS)
    rates = [steps / statistics.median(seconds) for seconds in (ours, peer)]
    bench.console.print(
        f"flow: {rates[0]:,.0f} steps/s of the works, {rates[1]:,.0f} bare: {rates[0] / rates[1]:.0%} of SimPy's rate"
    )


if __name__ == "__main__":
    from bench.__main__ import Bench as Table

    table = Table(5)
    run(table)
    table.console.print(table.table)
