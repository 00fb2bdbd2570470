"""A plant as the flow simulation sees it: stations, routes, transport, calendars, failures, set-ups, changes.

Everything is declared as frozen data. A `FlowModel` refuses what does not fit together, all of it at once.

The lot is the unit of flow: pieces of a lot are worked one after another on one machine and move on together.

=====================  ==========================================================================================
a machine works        set-up, then `lot_s + pieces x piece_s`, on one lot (or a load of lots) at a time
a line with passage    takt as `piece_s`, time of passage as `dwell_s`: the lot leaves that much later, and the next
                       lot may start meanwhile (paint line, pusher furnace, cooling, curing)
a chamber furnace      `Station.load` lots at once; the load takes `lot_s + piece_s` of the lot with the longest mean
                       (pieces are treated together, rework on the spot costs no time)
a work centre          one `Station` with several machines and one queue
=====================  ==========================================================================================
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from linghang.errors import BadInput, ManyProblems, nearest
from linghang.twin.flow.calendars import Calendar, Weekly, Window
from linghang.twin.flow.distributions import Distribution, exponential, fixed, gamma, lognormal, weibull
from linghang.twin.flow.routes import Route, Step
from linghang.twin.flow.stations import OPEN, FailureMode, Load, Machine, Station, Transport
from linghang.words import tr

__all__ = [
    "OPEN",
    "Assumption",
    "Calendar",
    "Change",
    "Distribution",
    "FailureMode",
    "Fault",
    "FlowModel",
    "Load",
    "Machine",
    "Order",
    "Release",
    "Route",
    "Station",
    "Step",
    "Transport",
    "Weekly",
    "Window",
    "exponential",
    "fixed",
    "gamma",
    "lognormal",
    "weibull",
]

Quantity = Literal[
    "process_time",
    "setup_time",
    "dwell_time",
    "time_to_failure",
    "repair_time",
    "scrap",
    "rework",
    "transport_time",
]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


@dataclass(frozen=True, slots=True)
class Release:
    """When lots of released orders enter the plant.

    Attributes
    ----------
    rule
        Order of waiting lots: `fifo` by release of the order, `edd` by due date; higher priority first.
    wip_lots
        Most lots in the plant at a time (CONWIP); None lets every lot in when its order is released.
    """

    rule: Literal["fifo", "edd"] = "fifo"
    wip_lots: int | None = None

    def __post_init__(self) -> None:
        if self.wip_lots is not None and self.wip_lots < 1:
            raise BadInput("a limit of lots in the plant is at least 1, or None")


@dataclass(frozen=True, slots=True)
class Change:
    """A capability that is switched on: from a moment on, a quantity is multiplied.

    Attributes
    ----------
    at
        From when; draws that are made from then on.
    what
        What is multiplied; `transport_time` is driving time.
    factor
        By how much. A later change of the same `what` and `where` replaces an earlier one; changes of a machine, its
        station, a segment and of the whole plant multiply.
    where
        Machine, station, segment or product id; empty is everywhere.
    """

    at: datetime
    what: Quantity
    factor: float
    where: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadInput("a change needs a moment with a time zone; {at} has none", at=self.at.isoformat())
        if self.what not in QUANTITIES:
            raise BadInput(
                "{what} is nothing that changes; {near}", what=self.what, near=nearest(self.what, QUANTITIES)
            )
        if not (math.isfinite(self.factor) and self.factor >= 0):
            raise BadInput("the factor of a change is 0 or more; {factor} is not", factor=self.factor)
        if self.what == "time_to_failure" and self.factor == 0:
            raise BadInput("an operating time to failure of 0 would never let the machine run")


@dataclass(frozen=True, slots=True)
class Order:
    """A production order.

    Attributes
    ----------
    release
        When its lots may enter the plant.
    due
        When it is due; orders without a due date come last under `edd`.
    priority
        The larger goes first.
    """

    order_id: str
    product_id: str
    quantity: int
    release: datetime
    due: datetime | None = None
    priority: int = 0

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise BadInput("order {order} is for at least one piece", order=self.order_id)
        if self.release.tzinfo is None or (self.due is not None and self.due.tzinfo is None):
            raise BadInput("order {order} needs moments with a time zone", order=self.order_id)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong on command: in a run as planned trouble, or live from outside.

    Attributes
    ----------
    at
        When.
    kind
        `breakdown`: the machine stops at once for `duration_s`, whatever it does. `bad_lot`: of the lot that the
        machine works on (or takes next) the share `share` of the pieces is bad; the next step with `inspection`
        scraps them, without one they are shipped.
    machine_id
        Machine or vehicle.
    duration_s
        Of a breakdown.
    share
        Of bad pieces.
    cause, component
        What the failure record says.
    """

    at: datetime
    kind: Literal["breakdown", "bad_lot"]
    machine_id: str
    duration_s: float = 3600.0
    share: float = 1.0
    cause: str = ""
    component: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadInput("a fault needs a moment with a time zone; {at} has none", at=self.at.isoformat())
        if self.kind not in ("breakdown", "bad_lot"):
            raise BadInput("{kind} is no fault; known are breakdown and bad_lot", kind=self.kind)
        if not (self.duration_s > 0 and 0 <= self.share <= 1):
            raise BadInput(
                "a fault of {machine} lasts longer than 0 s and its share is 0 to 1", machine=self.machine_id
            )


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that the records did not say and that the model assumes.

    Attributes
    ----------
    subject
        Table, machine, station, segment or product of which it is assumed.
    text
        English sentence of the catalogue; `{value}` stands for the value taken.
    value
        The value taken.
    """

    subject: str
    text: str
    value: object = None

    def __str__(self) -> str:
        return f"{self.subject}: {tr(self.text) if self.value is None else tr(self.text, value=self.value)}"


@dataclass(frozen=True)
class FlowModel:
    """A plant that can be run.

    Attributes
    ----------
    factory_id
        Factory of the records.
    stations, routes, calendars, transport, release, changes
        What it consists of.
    source_place, sink_place
        Places of raw material and finished goods (`storage_location` ids): lots are carried from and to them where
        the transport lists a way; empty is none.
    assumptions
        What its maker had to assume.

    Raises
    ------
    ManyProblems
        If ids are used twice or something is named that does not exist; all of it at once.
    """

    factory_id: str
    stations: tuple[Station, ...]
    routes: tuple[Route, ...]
    calendars: tuple[Calendar, ...] = ()
    transport: Transport = field(default_factory=Transport)
    release: Release = Release()
    changes: tuple[Change, ...] = ()
    source_place: str = ""
    sink_place: str = ""
    assumptions: tuple[Assumption, ...] = ()

    def __post_init__(self) -> None:
        if problems := [*_twice(self), *_unknown(self)]:
            raise ManyProblems(problems)

    @property
    def machines(self) -> tuple[Machine, ...]:
        """All machines in the order of their stations, then the vehicles."""
        return (*(machine for station in self.stations for machine in station.machines), *self.transport.vehicles)

    def route(self, product_id: str) -> Route:
        """Return the route of a product, or refuse a product without one."""
        for route in self.routes:
            if route.product_id == product_id:
                return route
        known = tuple(route.product_id for route in self.routes)
        raise BadInput("product {product} has no route; {near}", product=product_id, near=nearest(product_id, known))


def _twice(model: FlowModel) -> Iterable[BadInput]:
    named = {
        "station": [station.station_id for station in model.stations],
        "machine": [machine.machine_id for machine in model.machines],
        "product": [route.product_id for route in model.routes],
        "calendar": [calendar.calendar_id for calendar in model.calendars],
    }
    for what, ids in named.items():
        for one in sorted({one for one in ids if ids.count(one) > 1}):
            yield BadInput("{what} {id} is declared twice", what=what, id=one)


def _unknown(model: FlowModel) -> Iterable[BadInput]:
    calendars = (OPEN, *(calendar.calendar_id for calendar in model.calendars))
    stations = tuple(station.station_id for station in model.stations)
    steps = tuple((route, step) for route in model.routes for step in route.steps)
    for machine in model.machines:
        if machine.calendar not in calendars:
            near = nearest(machine.calendar, calendars)
            yield BadInput(
                "{id} names calendar {name}; {near}", id=machine.machine_id, name=machine.calendar, near=near
            )
    for _, step in steps:
        for name in (name for name in step.stations if name not in stations):
            near = nearest(name, stations)
            yield BadInput("segment {id} names station {name}; {near}", id=step.segment_id, name=name, near=near)
    known = {
        "",
        *stations,
        *(machine.machine_id for machine in model.machines),
        *(step.segment_id for _, step in steps),
        *(route.product_id for route in model.routes),
    }
    for change in (change for change in model.changes if change.where not in known):
        near = nearest(change.where, tuple(sorted(known - {""})))
        yield BadInput("a change of {what} is for {where}; {near}", what=change.what, where=change.where, near=near)
