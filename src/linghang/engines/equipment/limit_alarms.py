"""Alarms by limits: dead band, on-delay and off-delay of ANSI/ISA-18.2 and IEC 62682, over any series of a value.

Whoever judges a limit asks here, so that points are judged by one law as they come and long after.

A limit's alarm is raised when the value has been beyond the limit for the on-delay without a break. It stands until
the value has been back inside by the dead band for the off-delay without a break. Between two points a value holds.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linghang.engines.equipment.alarms import ACTIVE, AlarmBook, AlarmRule, Change, Limits
from linghang.errors import BadInput

Side = Literal["low", "high"]
SIDES: tuple[tuple[Side, int, int], ...] = (("low", -2, -1), ("high", 2, 1))
"""Side, and the zones of `Limits.zones` beyond its limit and in its dead band."""
MOST_DELAY_S = 3600.0
"""A longer delay is no alarm any more (ours)."""
_USUAL: Mapping[str, tuple[float, float]] = {
    "flow": (0.05, 15.0),
    "level": (0.05, 60.0),
    "pressure": (0.02, 15.0),
    "temperature": (0.01, 60.0),
}
"""Dead band (share of the range) and delay (s) to begin with, as EEMUA 191 and ANSI/ISA-18.2 give them by quantity."""
_OTHERWISE = (0.02, 15.0)
"""Ours, for all other quantities: between the two of the standard."""
_QUANTITY_OF_UNIT = {
    "°C": "temperature",
    "K": "temperature",
    "bar": "pressure",
    "mbar": "pressure",
    "kPa": "pressure",
    "MPa": "pressure",
    "Pa": "pressure",
    "L/min": "flow",
    "m3/h": "flow",
    "m3/min": "flow",
    "kg/h": "flow",
    "t/h": "flow",
}


def usual(quantity: str, unit: str) -> tuple[float, float]:
    """Return the usual dead band (share of the range) and delay (s) of what is measured."""
    return _USUAL.get(quantity or _QUANTITY_OF_UNIT.get(unit, ""), _OTHERWISE)


def span_of(low: float | None, high: float | None) -> float:
    """Return the range that shares of a dead band are taken of: between the limits, else the size of the one."""
    if low is not None and high is not None:
        return max(high - low, 0.0)
    return abs(high if low is None else low) if (low, high) != (None, None) else 0.0  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class LimitLaw:
    """How the limits of one value are judged.

    Attributes
    ----------
    limits
        With the dead band, in the value's unit.
    on_delay_s, off_delay_s
        0 to 3600.
    """

    limits: Limits
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.limits.deadband < float("inf"):
            raise BadInput("a dead band is a number, 0 or more")
        if not all(0 <= one <= MOST_DELAY_S for one in (self.on_delay_s, self.off_delay_s)):
            raise BadInput("the delays of a limit's alarm are 0 to {most} s", most=f"{MOST_DELAY_S:g}")


@dataclass(frozen=True, slots=True)
class LimitChange:
    """An alarm by a limit was raised or cleared.

    Attributes
    ----------
    at_us
        UTC microseconds.
    kind
        raised or cleared.
    value
        At which the limit was crossed.
    older
        Whether the value was beyond already when the series began.
    """

    side: str
    at_us: int
    kind: str
    value: float
    older: bool


@dataclass
class LimitSeries:
    """Follows the limits of one value, however its points are cut into batches.

    Attributes
    ----------
    law
        How it is judged.
    known
        Whether the value was inside before the first point; else an alarm of the first point may be older.
    last_us
        Moment of the last point that was taken.
    value
        Side -> the value at which its limit was crossed last.
    standing
        Side -> how the alarm that stands was raised.
    older
        Sides on which the value has been beyond since the first point.
    """

    law: LimitLaw
    known: bool = False
    last_us: int | None = None
    value: dict[str, float] = field(default_factory=dict)
    standing: dict[str, LimitChange] = field(default_factory=dict)
    older: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        limits, on, off = self.law.limits, self.law.on_delay_s, self.law.off_delay_s
        here = (("low", limits.low), ("high", limits.high))
        self._book = AlarmBook(
            AlarmRule(side, on_delay_s=on, off_delay_s=off) for side, limit in here if limit is not None
        )
        self._zone: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing stands and nothing will before another point comes."""
        return self._zone in (None, 0) and not self.standing

    def take(self, at_us: NDArray[np.int64], value: NDArray[np.float64]) -> list[LimitChange]:
        """Take points in any order; return what was raised and cleared.

        Points at or before the last one that was taken, and such without a finite value, are left out; of one moment
        the last counts.

        Parameters
        ----------
        at_us
            (n,) UTC microseconds.
        value
            (n,) in the unit of the limits.
        """
        order = np.argsort(at_us, kind="stable")
        at, number = at_us[order], value[order]
        finite = np.isfinite(number)
        if self.last_us is not None:
            finite &= at > self.last_us
        at, number = at[finite], number[finite]
        if not len(at):
            return []
        lasts = np.append(at[1:] != at[:-1], True)
        at, number = at[lasts], number[lasts]
        zones = self.law.limits.zones(number)
        before = np.append(np.int8(-128 if self._zone is None else self._zone), zones[:-1])
        if self._zone is None and not self.known:
            self.older = {side for side, beyond, _ in SIDES if zones[0] == beyond}
        new = np.flatnonzero(zones != before)
        changes: list[LimitChange] = []
        for when, zone, one in zip(at[new].tolist(), zones[new].tolist(), number[new].tolist(), strict=True):
            changes += self._advance(when)
            changes += self._moved(when, zone, one)
        self.last_us, self._zone = int(at[-1]), int(zones[-1])
        return changes + self._advance(self.last_us)

    def until(self, at_us: int) -> "tuple[LimitSeries, list[LimitChange]]":
        """Return the series as it would be if its value held until a moment, and what was raised and cleared by then.

        This one stays as it is: points from before that moment may still come.
        """
        ahead = deepcopy(self)
        return ahead, ahead._advance(at_us)

    def _moved(self, when: int, zone: int, value: float) -> list[LimitChange]:
        changes: list[LimitChange] = []
        for side, beyond, band in SIDES:
            if side not in self._book:
                continue
            stands = self._book.state(side) in ACTIVE
            true = zone == beyond or (stands and zone == band)
            if true and not stands:
                self.value[side] = value
            if not true and not stands:
                self.older.discard(side)
            changes += self._noted(self._book.condition(side, true, when))
        return changes

    def _advance(self, at_us: int) -> list[LimitChange]:
        return self._noted(self._book.advance(at_us))

    def _noted(self, changes: list[Change]) -> list[LimitChange]:
        found = []
        for one in changes:
            side = one.key
            told = LimitChange(side, one.at_us, one.kind, self.value[side], side in self.older)
            if one.kind == "raised":
                self.standing[side] = told
            else:
                self.standing.pop(side, None)
                self.older.discard(side)
            found.append(told)
        return found
