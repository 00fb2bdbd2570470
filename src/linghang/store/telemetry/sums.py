"""Down-sampled points: for each tag and interval the mean, the least and greatest value, and how many there were.

A point counts if its value is a finite number and its quality is good or uncertain; an interval without such a point
has no row, because nothing is known of it. Intervals begin at whole multiples of their length since 1970-01-01 UTC.
The mean is that of the points, each counted once, however long its value stood.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.store.telemetry.points import Points, Quality

SCHEMA = pa.schema(
    [
        pa.field("tag", pa.int32(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("mean", pa.float64(), nullable=False),
        pa.field("low", pa.float64(), nullable=False),
        pa.field("high", pa.float64(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums of intervals, sorted by tag and moment, each (tag, interval) once.

    Attributes
    ----------
    tag, at_us
        Whose, and when the interval begins.
    total, low, high, count
        Of the values of its points.
    """

    tag: NDArray[np.int32]
    at_us: NDArray[np.int64]
    total: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.tag)

    def taken(self, which: Any) -> "Sums":
        """Return the intervals that indices, a mask or a slice name."""
        return Sums(*(getattr(self, name)[which] for name in self.__slots__))

    @classmethod
    def none(cls) -> "Sums":
        """Return no intervals."""
        return of_points(Points.none(), 1)

    @classmethod
    def joined(cls, several: Sequence["Sums"]) -> "Sums":
        """Return all one after the other; they may be neither sorted nor unique then."""
        return cls(*(np.concatenate([getattr(one, name) for one in several]) for name in cls.__slots__))

    def table(self) -> pa.Table:
        """Return them as an Arrow table of `SCHEMA`."""
        mean = self.total / self.count
        columns = [self.tag, self.at_us.view("M8[us]"), mean, self.low, self.high, self.count]
        return pa.table(columns, schema=SCHEMA)

    @classmethod
    def from_table(cls, table: pa.Table) -> "Sums":
        """Return what `table` gave."""
        tag, at, mean, low, high, count = (table.column(field.name).to_numpy() for field in SCHEMA)
        return cls(tag, at.view(np.int64), mean * count, low, high, count)


def of_points(points: Points, every_us: int) -> Sums:
    """Sum up points that are sorted by tag and moment."""
    usable = (points.quality >= Quality.UNCERTAIN) & np.isfinite(points.value)
    if not usable.all():
        points = points.taken(usable)
    value = points.value
    counted = np.ones(len(points), np.int64)
    return again(Sums(points.tag, points.at_us, value, value, value, counted), every_us)


def again(sums: Sums, every_us: int) -> Sums:
    """Sum up sums, sorted by tag and moment, to longer intervals."""
    at_us = sums.at_us - sums.at_us % every_us
    if not len(sums):
        return sums
    changed = (sums.tag[1:] != sums.tag[:-1]) | (at_us[1:] != at_us[:-1])
    starts = np.concatenate([[0], np.flatnonzero(changed) + 1])
    with np.errstate(over="ignore"):  # values near the largest number have an infinite sum
        total = np.add.reduceat(sums.total, starts)
    low, high = np.minimum.reduceat(sums.low, starts), np.maximum.reduceat(sums.high, starts)
    return Sums(sums.tag[starts], at_us[starts], total, low, high, np.add.reduceat(sums.count, starts))


def sorted_again(several: Sequence[Sums], every_us: int) -> Sums:
    """Sum up sums in any order."""
    if not several:
        return Sums.none()
    joined = Sums.joined(several)
    return again(joined.taken(np.lexsort((joined.at_us, joined.tag))), every_us)


def whole_tags(blocks: Iterable[Points]) -> Iterator[Points]:
    """Cut blocks of points, over all of which (tag, moment) only grows, anew: no tag is in two of them."""
    held = Points.none()
    for block in blocks:
        held = Points.joined([held, block])
        last = int(np.searchsorted(held.tag, held.tag[-1])) if len(held) else 0
        yield held.taken(slice(0, last))
        held = held.taken(slice(last, None))
    yield held


def dense(sums: Sums, least: int) -> Sums:
    """Return the intervals of the tags that have so many points in an interval, on the average."""
    _, place = np.unique(sums.tag, return_inverse=True)
    enough = np.bincount(place, sums.count) >= least * np.bincount(place)
    return sums.taken(enough[place])
