"""A stretch of a machine's time, its signals, and what every process unit can do with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from linghang.words import Text

Floats: TypeAlias = npt.NDArray[np.float64]
State: TypeAlias = Mapping[str, float]
"""What a unit carries over from one stretch to the next; its keys are the unit's own."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal of a unit as its instrument gives it.

    Attributes
    ----------
    name
        Last part of the tag's address.
    title
        For people.
    unit
        Unit of the value; None for counts and words.
    noise
        Standard deviation of the instrument's noise, in the unit.
    resolution
        Smallest step that the instrument shows, in the unit.
    low, high
        Limits beyond which somebody has to be told; None where there is none.
    role
        As in the record table of tags: measurement, setpoint, output, counter, state, other.
    """

    name: str
    title: Text
    unit: str | None
    noise: float = 0.0
    resolution: float = 0.0
    low: float | None = None
    high: float | None = None
    role: str = "measurement"

    def __post_init__(self) -> None:
        """Refuse negative noise or resolution and limits that leave nothing between them."""
        if self.noise < 0 or self.resolution < 0:
            raise ValueError(f"{self.name}: noise and resolution are not negative")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"{self.name}: the low limit lies below the high one")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time cut into intervals in which nothing that acts on the unit changes.

    Attributes
    ----------
    start_s
        (n,) start of each interval, in seconds since the plant's epoch, ascending.
    end_s
        End of the last interval.
    load
        (n,) share of the nominal throughput, 0 where the unit does not run.
    powered
        (n,) whether the unit is switched on.
    ambient_c
        (n,) temperature around it, in °C.
    factors
        Name of a parameter -> (n,) what it is multiplied by: how faults and wear act on the physics.
    """

    start_s: Floats
    end_s: float
    load: Floats
    powered: npt.NDArray[np.bool_]
    ambient_c: Floats
    factors: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse intervals that are empty or run backwards, and columns of different lengths."""
        edges = np.append(self.start_s, self.end_s)
        if len(self.start_s) == 0 or np.any(np.diff(edges) <= 0):
            raise ValueError("a stretch has intervals that each end after they start")
        lengths = {len(column) for column in (self.load, self.powered, self.ambient_c, *self.factors.values())}
        if lengths != {len(self.start_s)}:
            raise ValueError("every column of a stretch has one value per interval")
        if np.any(self.load < 0):
            raise ValueError("a load is not negative")

    @property
    def seconds(self) -> Floats:
        """(n,) length of each interval."""
        return np.diff(np.append(self.start_s, self.end_s))

    def factor(self, name: str) -> Floats:
        """Return (n,) what a parameter is multiplied by: 1 where nothing acts on it."""
        return self.factors.get(name, np.ones(len(self.start_s)))

    def interval_at(self, times_s: Floats) -> npt.NDArray[np.intp]:
        """Return (m,) the interval that each moment lies in; a moment on an edge lies in the later one."""
        return np.clip(np.searchsorted(self.start_s, times_s, side="right") - 1, 0, len(self.start_s) - 1)

    def running_s(self, times_s: Floats) -> Floats:
        """Return (m,) seconds under load, weighted by the load, from the start of the stretch up to each moment."""
        at = self.interval_at(times_s)
        before = np.concatenate([[0.0], np.cumsum(self.seconds * self.load)])
        return before[at] + (times_s - self.start_s[at]) * self.load[at]


class Unit(Protocol):
    """A process unit: physics without clock and chance; the instruments add noise later."""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is measured on it."""

    def begin(self) -> State:
        """Return the state of a unit that has been at rest for long."""

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """Return the true value of each signal at `times_s` (m,) within the stretch, and the state at its end."""
