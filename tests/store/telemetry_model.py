"""What a telemetry store has to answer, kept as plain dictionaries."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from linghang.store.telemetry import Points

DAY_US = 86_400_000_000
Point = tuple[int, int, float, int]
"""tag, at_us, value, quality"""


def points_of(rows: Sequence[Point]) -> Points:
    """Make points of rows."""
    columns = list(zip(*rows, strict=True)) or [[], [], [], []]
    return Points.of(*(np.array(column) for column in columns))


def rows_of(points: Points | pa.Table) -> list[Point]:
    """Make rows of points, with a text for NaN, which is not equal to itself."""
    if isinstance(points, pa.Table):
        points = Points.from_table(points)
    columns = (points.tag.tolist(), points.at_us.tolist(), points.value.tolist(), points.quality.tolist())
    return [(tag, at, shown(value), quality) for tag, at, value, quality in zip(*columns, strict=True)]


def shown(value: float) -> float:
    """Return a value as it can be compared."""
    return "NaN" if math.isnan(value) else value  # type: ignore[return-value]


@dataclass
class Model:
    """Every point by tag and moment; the last written one counts."""

    held: dict[tuple[int, int], tuple[float, int]] = field(default_factory=dict)
    retired: dict[tuple[int, int], tuple[float, int]] = field(default_factory=dict)
    last: dict[int, Point] = field(default_factory=dict)
    retained_us: int = -(1 << 62)

    def append(self, rows: Iterable[Point]) -> None:
        """Take in points; those from before the retained time are left out."""
        for tag, at, value, quality in rows:
            if at < self.retained_us:
                continue
            self.held[tag, at] = value, quality
            if tag not in self.last or self.last[tag][1] <= at:
                self.last[tag] = tag, at, value, quality

    def retain(self, retained_us: int, rolled_days: Collection[int]) -> None:
        """Retire points from before a moment; those of the days of which there are roll-ups still count in means."""
        self.retained_us = retained_us
        for key in [key for key in self.held if key[1] < self.retained_us]:
            self.retired[key] = self.held.pop(key)
        self.retired = {key: point for key, point in self.retired.items() if key[1] // DAY_US in rolled_days}

    def points(self, tags: Sequence[int], start_us: int, end_us: int) -> list[Point]:
        """Return points as a reader has to."""
        found = [(tag, at, *said) for (tag, at), said in self.held.items() if tag in tags and start_us <= at < end_us]
        return [(tag, at, shown(value), quality) for tag, at, value, quality in sorted(found, key=lambda row: row[:2])]

    def last_points(self) -> list[Point]:
        """Return the last point of each tag."""
        return [(tag, at, shown(value), quality) for tag, at, value, quality in sorted(self.last.values())]

    def means(
        self, tags: Sequence[int], start_us: int, end_us: int, every_s: int
    ) -> dict[tuple[int, int], tuple[float, float, float, int]]:
        """Return mean, least, greatest and count of every interval that touches the stretch."""
        every = every_s * 1_000_000
        first, last = start_us // every * every, -(-end_us // every) * every
        known = self.held | self.retired if every_s % 60 == 0 else self.held
        groups: dict[tuple[int, int], list[float]] = {}
        for (tag, at), (value, quality) in known.items():
            if tag in tags and first <= at < last and math.isfinite(value) and quality >= 64:
                groups.setdefault((tag, at // every * every), []).append(value)
        return {key: (sum(v) / len(v), min(v), max(v), len(v)) for key, v in groups.items()}
