"""Machines with their failures, work centres with queue, room and set-ups, and the vehicles between them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from linghang.errors import BadInput, nearest
from linghang.twin.flow.distributions import Distribution

Rule = Literal["fifo", "edd", "spt", "family"]
RULES: tuple[Rule, ...] = get_args(Rule)
OPEN = "open"
"""Calendar of machines that may work around the clock; always known, need not be declared."""


@dataclass(frozen=True, slots=True)
class FailureMode:
    """One way in which a machine fails.

    Attributes
    ----------
    cause, component
        What the failure record says.
    time_to_failure
        Operating time (the machine runs a lot) from the end of one repair of this mode to its next failure.
    repair
        Clock time until the machine can go on; it goes on around the clock, whatever the calendar.
    """

    cause: str
    time_to_failure: Distribution
    repair: Distribution
    component: str = ""

    def __post_init__(self) -> None:
        if self.time_to_failure.mean_s <= 0:
            raise BadInput("the mean operating time to failure {cause} is above 0", cause=self.cause)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of a station, or one vehicle of the transport.

    Attributes
    ----------
    machine_id
        Equipment id of the records.
    calendar
        Id of its calendar; `open` works around the clock.
    failures
        Its failure modes; each counts operating time by itself.
    speed
        Its speed relative to the times of the routes: 1.1 is a tenth faster.
    """

    machine_id: str
    calendar: str = OPEN
    failures: tuple[FailureMode, ...] = ()
    speed: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.speed) and self.speed > 0):
            raise BadInput(
                "the speed of {machine} is above 0; {value} is not", machine=self.machine_id, value=self.speed
            )


@dataclass(frozen=True, slots=True)
class Load:
    """How a furnace takes several lots at once.

    Attributes
    ----------
    lots
        Most lots of one load.
    wait_s
        How long the oldest waiting lot waits at most for the load to fill; None waits until it is full.
    same
        What lots of one load have in common: their `family`, their `product`, or nothing (`any`).
    """

    lots: int
    wait_s: float | None = 0.0
    same: Literal["family", "product", "any"] = "family"

    def __post_init__(self) -> None:
        if self.lots < 1:
            raise BadInput("a load takes at least one lot; {value} is less", value=self.lots)


@dataclass(frozen=True, slots=True)
class Station:
    """A work centre: machines that share one queue.

    Attributes
    ----------
    station_id
        Work centre id of the records.
    machines
        Its machines. Of several idle ones the one takes a lot that needs the shortest set-up, then the one that
        has been idle longest.
    rule
        Which waiting lot goes first: `fifo` by arrival, `edd` by due date, `spt` by processing time, `family` first
        the lots that the machine needs the shortest set-up for, then by arrival. Lots of higher priority always
        go before.
    place
        Where it stands, for transport; its own id where empty.
    input_lots
        Room for lots that wait here or are on their way here; None is unlimited. A lot that finds no room stays
        where it is and blocks there.
    output_lots
        Room for finished lots that wait for a vehicle or for room at the next station; None is unlimited. With 0
        the lot stays on the machine, which is blocked.
    setups
        (family before, family after) -> set-up time in s; the same family twice is the time between two of its
        products. A change of product that is not listed takes the `setup_s` of the step; the same product again
        takes none. The first lot of a machine takes none.
    setup_cv
        Coefficient of variation of set-up times (lognormal); 0 draws none.
    load
        For machines that take several lots at once.
    """

    station_id: str
    machines: tuple[Machine, ...]
    rule: Rule = "fifo"
    place: str = ""
    input_lots: int | None = None
    output_lots: int | None = None
    setups: Mapping[tuple[str, str], float] = field(default_factory=dict)
    setup_cv: float = 0.0
    load: Load | None = None

    def __post_init__(self) -> None:
        if not self.machines:
            raise BadInput("station {station} has no machine", station=self.station_id)
        if self.rule not in RULES:
            raise BadInput("{rule} is no dispatch rule; {near}", rule=self.rule, near=nearest(self.rule, RULES))
        if self.input_lots is not None and self.input_lots < 1:
            raise BadInput(
                "station {station} has room for {count} lots before it; at least 1, or None for no limit",
                station=self.station_id,
                count=self.input_lots,
            )
        if self.output_lots is not None and self.output_lots < 0:
            raise BadInput("room behind station {station} is 0 or more lots, or None", station=self.station_id)
        if min(self.setups.values(), default=0.0) < 0 or self.setup_cv < 0:
            raise BadInput("set-up times of station {station} are 0 or more", station=self.station_id)

    @property
    def at(self) -> str:
        """Where it stands."""
        return self.place or self.station_id


@dataclass(frozen=True, slots=True)
class Transport:
    """Vehicles that carry one lot at a time between places, and conveyors that need none.

    A vehicle takes the shortest way over the listed ones; moves between places that neither ways nor conveyors join
    are instant. A vehicle drives to the lot first; of idle vehicles the nearest goes, and a vehicle that becomes free
    takes the request that has waited longest.

    Attributes
    ----------
    vehicles
        The pool.
    speed_m_s
        Speed, empty and loaded.
    load_s, unload_s
        Time to take up and to set down a lot.
    distances_m
        (place, place) -> way in m; one direction is enough where both are equal.
    conveyors_s
        (from place, to place) -> time in s of a lot on a conveyor, that direction only.
    start_at
        Place where the vehicles stand at first; empty is beside their first lot.
    """

    vehicles: tuple[Machine, ...] = ()
    speed_m_s: float = 1.0
    load_s: float = 0.0
    unload_s: float = 0.0
    distances_m: Mapping[tuple[str, str], float] = field(default_factory=dict)
    conveyors_s: Mapping[tuple[str, str], float] = field(default_factory=dict)
    start_at: str = ""

    def __post_init__(self) -> None:
        if self.speed_m_s <= 0 or self.load_s < 0 or self.unload_s < 0:
            raise BadInput("vehicles have a speed above 0 and loading times of 0 or more")
        if min((*self.distances_m.values(), *self.conveyors_s.values()), default=0.0) < 0:
            raise BadInput("ways and conveyor times are 0 or more")
        if self.distances_m and not self.vehicles:
            raise BadInput("ways between places are given, but no vehicle that drives them")
        reached, places = self._reached(), {place for way in self.distances_m for place in way}
        if cut_off := sorted(places - reached):
            raise BadInput("the ways do not join: none leads from {start} to {end}", start=min(reached), end=cut_off[0])
        if self.start_at and places and self.start_at not in places:
            near = nearest(self.start_at, tuple(sorted(places)))
            raise BadInput("vehicles start at {name}, where no way leads; {near}", name=self.start_at, near=near)

    def _reached(self) -> set[str]:
        """Places that ways join to the first one, in whatever direction."""
        reached = {next(iter(self.distances_m))[0]} if self.distances_m else set()
        ways, before = [set(way) for way in self.distances_m], -1
        while len(reached) > before:
            before = len(reached)
            reached.update(*(way for way in ways if way & reached))
        return reached
