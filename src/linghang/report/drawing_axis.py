"""Axes of a chart: round steps, days at their beginnings, categories side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to points: `low` of the value stands at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands; outside of the scale, its edge."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def round_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Return round values that hold `low` and `high` between them.

    >>> round_ticks(0, 97)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return [0.0, 1.0]
    if high <= low:
        low, high = (low - abs(low) * 0.1 - 0.5, high + abs(high) * 0.1 + 0.5) if low else (0.0, 1.0)
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in STEPS if power * one >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) + 0.0 for place in range(first, last + 1)]


def tick_text(value: float, ticks: Sequence[float]) -> str:
    """Write a tick with as many digits as its neighbours need."""
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if digits and abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    return f"{value:,.{min(digits, 6)}f}"


def time_ticks(low_s: float, high_s: float, wanted: int = 6) -> list[tuple[float, str]]:
    """Return beginnings of years, quarters, months, days or hours (UTC seconds) with what is written at them."""
    low, high = (datetime.fromtimestamp(value, UTC) for value in (low_s, max(high_s, low_s + 1)))
    days = (high - low).total_seconds() / 86400
    if days > 75:
        return _month_ticks(low, high, days / 30.4, wanted)
    if days > 2.5:
        step = next((one for one in (1, 2, 5, 7, 14) if days / one <= wanted + 1), 14)
        return _every(low, high, timedelta(days=step), "%m-%d")
    step = next((one for one in (1, 2, 3, 6, 12) if days * 24 / one <= wanted + 1), 12)
    return _every(low, high, timedelta(hours=step), "%H:%M")


def _month_ticks(low: datetime, high: datetime, months: float, wanted: int) -> list[tuple[float, str]]:
    step = next((one for one in (1, 2, 3, 6, 12, 24, 60, 120) if months / one <= wanted + 1), 240)
    count = low.year * 12 + low.month - 1
    count = -(-count // step) * step
    found: list[tuple[float, str]] = []
    while True:
        day = datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
        if day > high:
            return found
        if day >= low:
            found.append((day.timestamp(), f"{day.year}" if step >= 12 else f"{day.year}-{day.month:02}"))
        count += step


def _every(low: datetime, high: datetime, step: timedelta, form: str) -> list[tuple[float, str]]:
    seconds = step.total_seconds()
    moment = math.ceil(low.timestamp() / seconds) * seconds
    found = []
    while moment <= high.timestamp():
        found.append((moment, datetime.fromtimestamp(moment, UTC).strftime(form)))
        moment += seconds
    return found
