"""What all parts of a running plant share: the clock, the streams, the factors of changes, the events."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import simpy

from linghang.twin.flow.events import Event
from linghang.twin.flow.model import Change, Quantity
from linghang.twin.flow.streams import US, Streams

FAR_US = 1 << 62
"""A moment that never comes."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")


def to_us(at: datetime) -> int:
    """Microseconds of UTC of a moment, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


def from_us(at_us: int) -> datetime:
    """Moment in UTC."""
    return EPOCH + timedelta(microseconds=at_us)


def span_us(seconds: float) -> int:
    """Whole microseconds of a duration in seconds."""
    return round(seconds * US)


class Factors:
    """The factors of dated changes that are in force now; `version` grows with each that comes."""

    __slots__ = ("_by_place", "version")

    def __init__(self) -> None:
        self.version = 0
        self._by_place: dict[Quantity, dict[str, float]] = {}

    def apply(self, change: Change) -> None:
        """Put a change in force, in place of an earlier one of the same quantity and place."""
        self._by_place.setdefault(change.what, {})[change.where] = change.factor
        self.version += 1

    def of(self, what: Quantity, *places: str) -> float:
        """Product of the factors of the whole plant and of `places`."""
        factors = self._by_place.get(what)
        if factors is None:
            return 1.0
        product = factors.get("", 1.0)
        for place in places:
            product *= factors.get(place, 1.0)
        return product


class Clock(simpy.Environment):
    """SimPy's environment with a clock of whole microseconds."""

    @property
    def now_us(self) -> int:
        """Moment of the clock: whole, because it starts so and all delays are."""
        return self._now  # type: ignore[return-value]


class World:
    """Clock, streams, factors and events of one run."""

    __slots__ = ("emit", "env", "events", "factors", "streams")

    def __init__(self, start_us: int, seed: int) -> None:
        self.env = Clock(initial_time=start_us)
        self.streams = Streams(seed)
        self.factors = Factors()
        self.events: list[Event] = []
        self.emit = self.events.append

    @property
    def now(self) -> int:
        """Moment of the clock in microseconds."""
        return self.env.now_us

    def drain(self) -> list[Event]:
        """Take the events that have gathered."""
        drained = self.events[:]
        self.events.clear()
        return drained
