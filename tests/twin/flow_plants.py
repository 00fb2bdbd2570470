"""Small plants whose behaviour is known, and orders for them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from linghang.twin.flow.calendars import Calendar, Window
from linghang.twin.flow.distributions import Distribution
from linghang.twin.flow.model import (
    Change,
    FailureMode,
    Fault,
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

START = datetime(2025, 3, 3, tzinfo=UTC)
"""A Monday."""


def after(seconds: float) -> datetime:
    """Moment of a run."""
    return START + timedelta(seconds=seconds)


def station(name: str, machines: int = 1, **fields: object) -> Station:
    """Station whose machines are NAME1, NAME2 and so on."""
    return Station(name, tuple(Machine(f"{name}{n}") for n in range(1, machines + 1)), **fields)  # type: ignore[arg-type]


def line(stations: tuple[Station, ...], times: tuple[Distribution, ...], lot_pieces: int = 1) -> FlowModel:
    """One product that passes the stations in turn."""
    steps = tuple(
        Step(f"S{place}", (one.station_id,), piece_s)
        for place, (one, piece_s) in enumerate(zip(stations, times, strict=True))
    )
    return FlowModel("F", stations, (Route("P", steps, lot_pieces),))


def poisson(rate_per_s: float, until_s: float) -> Callable[[int], Iterator[Order]]:
    """Single pieces that arrive at random, anew for each seed."""

    def orders(seed: int) -> Iterator[Order]:
        draw, at_s, number = Random(f"arrivals {seed}"), 0.0, 0
        while (at_s := at_s + draw.expovariate(rate_per_s)) < until_s:
            number += 1
            yield Order(str(number), "P", 1, after(at_s))

    return orders


def queue_of(quantity: int, product: str = "P") -> list[Order]:
    """One order of many pieces at the start: work without end for the first station."""
    return [Order("O", product, quantity, START)]


def run(model: FlowModel, orders: Sequence[Order], until_s: float = 86_400, faults: Sequence[Fault] = ()) -> FlowRun:
    return simulate(model, orders, START, after(until_s), 1, faults=faults)


def at_s(moment: object) -> float | None:
    return None if moment is None else (moment - START).total_seconds()  # type: ignore[operator]


def steps(found: FlowRun, *columns: str) -> list[tuple[object, ...]]:
    """Columns of the steps, moments as seconds of the run."""
    table = found.tables["step"].select(list(columns))
    return [tuple(map(plain, row.values())) for row in table.to_pylist()]


def plain(value: object) -> object:
    return at_s(value) if hasattr(value, "tzinfo") else value


def states(found: FlowRun, machine: str) -> list[tuple[float | None, str, str | None]]:
    """When which state of a machine began, and why."""
    rows = found.tables["equipment_state"].to_pylist()
    return [(at_s(row["start"]), row["state"], row["reason"]) for row in rows if row["equipment_id"] == machine]


__all__ = [
    "START",
    "Calendar",
    "Change",
    "Distribution",
    "FailureMode",
    "FlowModel",
    "Load",
    "Machine",
    "Order",
    "Route",
    "Station",
    "Step",
    "Transport",
    "Weekly",
    "Window",
    "after",
    "at_s",
    "exponential",
    "fixed",
    "line",
    "lognormal",
    "poisson",
    "queue_of",
    "run",
    "states",
    "station",
    "steps",
]
