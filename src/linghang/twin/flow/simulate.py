"""Run a plant from a start to an end and give what happened as tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from linghang.errors import BadInput
from linghang.twin.flow.events import Event
from linghang.twin.flow.model import Fault, FlowModel, Order
from linghang.twin.flow.plant import Plant
from linghang.twin.flow.streams import US
from linghang.twin.flow.tables import Log
from linghang.twin.flow.world import to_us

Observer = Callable[[Event], None]
SLICE_US = 86_400 * US
"""Time of the plant after which events are put into columns, and an observer is told of them."""


@dataclass(frozen=True)
class FlowRun:
    """What happened in a run.

    Attributes
    ----------
    start, end, seed
        Of the run.
    tables
        `job_order`, `job_response`, `equipment_state`, `stock_movement` and `failure` have the columns of the records;
        `step` (lot at a segment), `lot`, `order` and `wip` say what only a simulation knows. The schemas stand in
        `linghang.twin.flow.tables`. Responses are of finished work. A state that lasts is cut at the end of the run;
        a failure that lasts has no end.
    """

    start: datetime
    end: datetime
    seed: int
    tables: Mapping[str, pa.Table]


def simulate(
    model: FlowModel,
    orders: Iterable[Order],
    start: datetime,
    end: datetime,
    seed: int,
    *,
    faults: Iterable[Fault] = (),
    observer: Observer | None = None,
) -> FlowRun:
    """Run a plant that is empty and idle at first; the same arguments give the same bytes.

    Parameters
    ----------
    orders
        A list in any order, or an iterator sorted by release. Orders released before the start come at the start.
    start, end
        Of the run, with time zone; what happens at the end itself is left out.
    seed
        Of all random streams; each machine and purpose has its own.
    faults
        What goes wrong beside the failures that are drawn.
    observer
        Is told every event in the order of time.

    Raises
    ------
    BadInput
        If the end is not after the start, an order names a product without a route, or a fault an unknown machine.
    """
    if end <= start:
        raise BadInput("a run ends after it starts; {start} to {end} does not", start=start, end=end)
    plant = Plant(model, orders, start, seed)
    for fault in faults:
        plant.strike(fault)
    start_us, end_us = to_us(start), to_us(end)
    log = Log(start_us)
    for until_us in (*range(start_us + SLICE_US, end_us, SLICE_US), end_us):
        plant.run(until_us)
        events = plant.world.drain()
        log.add(events)
        if observer is not None:
            for event in events:
                observer(event)
    return FlowRun(start, end, seed, log.tables(model, end_us))
