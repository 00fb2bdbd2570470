"""Points in the order in which they are kept: by tag and moment, each (tag, moment) once, last written wins.

Within a volume a tag and a moment make one whole number, so that sorting, merging and finding duplicates are each one
operation on one column. Everything that reads several files of points at once (queries, compaction) is one merge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linghang.store.telemetry.points import Points

MOMENT_BITS = np.uint64(42)  # a month has less than 2.7e12 microseconds
MOMENT = np.uint64((1 << 42) - 1)
MOST_TAGS = 1 << 22
"""Tags that a store can tell apart: what the key leaves for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Points of one volume.

    Attributes
    ----------
    key
        uint64, the tag's number and the microseconds since the volume begins.
    value, quality
        As in `Points`.
    """

    key: NDArray[np.uint64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.key)

    def taken(self, which: Any) -> "Rows":
        """Return the rows that indices, a mask or a slice name."""
        return Rows(self.key[which], self.value[which], self.quality[which])

    @classmethod
    def joined(cls, several: Sequence["Rows"]) -> "Rows":
        """Return all rows one after the other."""
        if len(several) == 1:
            return several[0]
        return cls(
            np.concatenate([one.key for one in several]),
            np.concatenate([one.value for one in several]),
            np.concatenate([one.quality for one in several]),
        )

    def points(self, start_us: int) -> Points:
        """Return them as points of a volume that begins at a moment."""
        tag = (self.key >> MOMENT_BITS).astype(np.int32)
        return Points(tag, (self.key & MOMENT).view(np.int64) + start_us, self.value, self.quality)


def rows_of(points: Points, start_us: int) -> Rows:
    """Return points that all lie in one volume as its rows, in the same order."""
    moment = (points.at_us - start_us).view(np.uint64)
    return Rows((points.tag.astype(np.uint64) << MOMENT_BITS) | moment, points.value, points.quality)


def in_order(points: Points) -> Points:
    """Sort points by tag and moment; of one (tag, moment) the last is kept."""
    if not len(points):
        return points
    first = int(points.at_us.min())
    if int(points.at_us.max()) - first <= int(MOMENT):
        return newest([rows_of(points, first)]).points(first)
    points = points.taken(np.lexsort((points.at_us, points.tag)))  # keeps the order of what is equal
    last = (points.tag[1:] != points.tag[:-1]) | (points.at_us[1:] != points.at_us[:-1])
    return points.taken(np.append(last, True))


def newest(several: Sequence[Rows]) -> Rows:
    """Sort rows of one volume together; of rows with the same key the last one stays."""
    rows = Rows.joined(several)
    if not np.all(rows.key[1:] > rows.key[:-1]):
        rows = rows.taken(np.argsort(rows.key, kind="stable"))
        last = np.append(rows.key[1:] != rows.key[:-1], True)
        if not last.all():
            rows = rows.taken(last)
    return rows


def merged(sources: Sequence[Iterator[Rows]]) -> Iterator[Rows]:
    """Merge sorted sources of one volume into one; where several have a key, the last source of them wins.

    Parameters
    ----------
    sources
        Each yields blocks of rows; over all its blocks keys only grow. Those written later stand later.

    Yields
    ------
    Rows
        Blocks, over all of which keys only grow. Memory: a block of each source.
    """
    heads = [_Head(source) for source in sources]
    while heads := [head for head in heads if head.filled()]:
        bound = min(head.rows.key[-1] for head in heads)
        blocks = [block for head in heads if len(block := head.until(bound))]
        yield newest(blocks)


class _Head:
    """What has been read of a source and not been merged yet."""

    def __init__(self, source: Iterator[Rows]) -> None:
        self._source = source
        self.rows: Rows = _NONE

    def filled(self) -> bool:
        while not len(self.rows):
            block = next(self._source, None)
            if block is None:
                return False
            self.rows = block
        return True

    def until(self, bound: np.uint64) -> Rows:
        """Take the rows up to a key, itself included."""
        count = int(np.searchsorted(self.rows.key, bound, side="right"))
        taken, self.rows = self.rows.taken(slice(0, count)), self.rows.taken(slice(count, None))
        return taken


_NONE = Rows(np.empty(0, np.uint64), np.empty(0, np.float64), np.empty(0, np.uint8))
