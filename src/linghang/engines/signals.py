"""Signals: telemetry as engines see it, mapped to equipment, quantity and unit. The store stays behind the protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

SignalKind = Literal["number", "flag", "text"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured thing.

    Attributes
    ----------
    tag_id
        Its name in the records.
    name
        What it measures, for a person and for finding it: `spindle_current`.
    equipment_id, loop_id
        Whose it is; empty where the records do not say.
    role
        measured, setpoint, output, state, counter … as in the records; empty where not said.
    quantity, unit
        What is measured and in which unit; empty where the records do not say.
    kind
        number, flag (0 or 1) or text.
    low, high
        Limits that the records give; None without one.
    """

    tag_id: str
    name: str
    equipment_id: str = ""
    loop_id: str = ""
    role: str = ""
    quantity: str = ""
    unit: str = ""
    kind: SignalKind = "number"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one signal, oldest first, no moment twice.

    Attributes
    ----------
    at_us
        (n,) UTC microseconds.
    value
        (n,) in the signal's unit; NaN where the point is bad or no number. Of a text signal the place in `texts`.
    texts
        What the values of a text signal stand for.
    """

    at_us: NDArray[np.int64]
    value: NDArray[np.float64]
    texts: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.at_us.shape != self.value.shape or self.at_us.ndim != 1:
            raise BadInput("points have a moment and a value each")

    def __len__(self) -> int:
        return len(self.at_us)

    def words(self) -> list[str | None]:
        """Return the texts of a text signal, one a point."""
        return [None if value != value else self.texts[int(value)] for value in self.value]


@dataclass(frozen=True, slots=True)
class Frame:
    """Several signals on one grid of time.

    Attributes
    ----------
    at_us
        (n,) UTC microseconds: the beginning of each interval.
    value
        (n, k) mean of the good points of each interval; NaN where there is none.
    tag_ids
        (k,) whose column it is.
    """

    at_us: NDArray[np.int64]
    value: NDArray[np.float64]
    tag_ids: tuple[str, ...]


class Signals(Protocol):
    """Where the telemetry comes from."""

    def list(self) -> Sequence[Signal]:
        """Return all signals, by tag_id."""
        ...

    def points(self, tag_id: str, start_us: int, end_us: int) -> Points:
        """Return the points of `[start, end)`."""
        ...

    def frame(self, tag_ids: Sequence[str], start_us: int, end_us: int, every_s: int) -> Frame:
        """Return means over intervals of `every_s` seconds that begin at whole multiples of it since 1970."""
        ...


@dataclass(frozen=True)
class MemorySignals:
    """Signals in memory: of tests, of examples, and of whoever has arrays already.

    Attributes
    ----------
    signals
        What they are.
    data
        tag_id -> its points; they may come unsorted and twice: the last one of a moment counts.
    """

    signals: tuple[Signal, ...] = ()
    data: Mapping[str, Points] = field(default_factory=dict)

    def list(self) -> Sequence[Signal]:
        """Return all signals, by tag_id."""
        return sorted(self.signals, key=lambda one: one.tag_id)

    def points(self, tag_id: str, start_us: int, end_us: int) -> Points:
        """Return the points of `[start, end)`."""
        if tag_id not in self.data:
            return Points(np.empty(0, np.int64), np.empty(0))
        found = self.data[tag_id]
        order = np.argsort(found.at_us, kind="stable")
        at, value = found.at_us[order], found.value[order]
        keep = np.append(at[1:] != at[:-1], True)[: len(at)] & (at >= start_us) & (at < end_us)
        return Points(at[keep], value[keep], found.texts)

    def frame(self, tag_ids: Sequence[str], start_us: int, end_us: int, every_s: int) -> Frame:
        """Return means over intervals of `every_s` seconds that begin at whole multiples of it since 1970."""
        return framed(
            [self.points(one, start_us, end_us) for one in tag_ids], tuple(tag_ids), start_us, end_us, every_s
        )


NO_SIGNALS = MemorySignals()


def framed(points: Sequence[Points], tag_ids: tuple[str, ...], start_us: int, end_us: int, every_s: int) -> Frame:
    """Put the points of several signals on one grid of time: means of the intervals of `every_s` seconds."""
    if every_s <= 0:
        raise BadInput("the interval of a grid is at least one second")
    step = every_s * 1_000_000
    first, last = start_us // step, -(-end_us // step)
    grid = np.arange(first, max(last, first), dtype=np.int64) * step
    value = np.full((len(grid), len(points)), np.nan)
    for column, one in enumerate(points):
        good = np.isfinite(one.value)
        place = one.at_us[good] // step - first
        counts = np.bincount(place, minlength=len(grid))
        sums = np.bincount(place, one.value[good], minlength=len(grid))
        np.divide(sums, counts, out=value[:, column], where=counts > 0)
    return Frame(grid, value, tag_ids)
