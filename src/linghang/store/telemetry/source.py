"""A file of points as a source of rows: only the row groups that can have what is asked are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linghang.store.telemetry.kept import KeptFile
from linghang.store.telemetry.manifest import Segment
from linghang.store.telemetry.points import END_US, FIRST_US, Points
from linghang.store.telemetry.rows import Rows, rows_of
from linghang.store.telemetry.volume import Volume


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is wanted of the points.

    Attributes
    ----------
    tags
        Numbers in growing order; None for all.
    first_us, end_us
        From which moment on, and before which, UTC microseconds.
    """

    tags: NDArray[np.int32] | None = None
    first_us: int = FIRST_US
    end_us: int = END_US

    def within(self, volume: Volume) -> "Asked":
        """Return the same for one volume only."""
        return Asked(self.tags, max(self.first_us, volume.start_us), min(self.end_us, volume.end_us))

    def touches(self, first_us: int, last_us: int) -> bool:
        """Say whether points from one moment to another (inclusive) can be wanted."""
        return self.first_us <= last_us and first_us < self.end_us

    def of(self, points: Points) -> Points:
        """Return those of the points that are wanted, in their order."""
        fits = None
        if self.tags is not None:
            fits = points.tag == self.tags[0] if len(self.tags) == 1 else np.isin(points.tag, self.tags)
        if len(points) and not (self.first_us <= points.at_us.min() and points.at_us.max() < self.end_us):
            inside = (points.at_us >= self.first_us) & (points.at_us < self.end_us)
            fits = inside if fits is None else fits & inside
        return points if fits is None else points.taken(fits)


class Source:
    """A segment, to be read by volume.

    Parameters
    ----------
    folder
        Of the store.
    segment
        Which file.

    Raises
    ------
    Damaged
        Its footer is not what was written, or it cannot be read.
    """

    def __init__(self, folder: Path, segment: Segment) -> None:
        self.segment = segment
        self._file = KeptFile(folder / segment.path, segment.size, segment.sums)

    def rows(self, volume: Volume, asked: Asked) -> Iterator[Rows]:
        """Yield the rows of a volume that are asked for, sorted.

        Raises
        ------
        Damaged
            Bytes that are needed are not what was written.
        """
        asked = asked.within(volume)
        for table in self._file.read(self._groups(asked)):
            points = asked.of(Points.from_table(table))
            if len(points):
                yield rows_of(points, volume.start_us)

    def _groups(self, asked: Asked) -> list[int]:
        groups = self._file.groups(at=(asked.first_us, asked.end_us - 1))
        if asked.tags is not None:
            least, most = self._file.bounds("tag")
            before = np.searchsorted(asked.tags, least[groups], side="left")
            groups = groups[np.searchsorted(asked.tags, most[groups], side="right") > before]
        return [int(group) for group in groups]
