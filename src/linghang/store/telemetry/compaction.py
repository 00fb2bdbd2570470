"""Compaction: the files of a volume are merged into one, in which each (tag, moment) stands once.

Of a volume, always all files are merged that there are at the beginning. What is sealed meanwhile is newer than any of
them, so the order of writing, and with it "last written wins", is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.store.telemetry import kept
from linghang.store.telemetry.durable import publish, remove, temporary_of
from linghang.store.telemetry.manifest import Segment, Standing
from linghang.store.telemetry.points import SCHEMA, Points
from linghang.store.telemetry.rows import MOMENT_BITS, Rows, merged
from linghang.store.telemetry.settings import SEGMENT_FOLDER
from linghang.store.telemetry.source import Asked, Source
from linghang.store.telemetry.span import Span
from linghang.store.telemetry.volume import Volume, day_volume, month_volume, volumes_of

Plan = dict[Volume, list[Segment]]
"""Which files are merged to which volumes, in the order of writing."""


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """What a compaction changes in the store.

    Attributes
    ----------
    gone
        Paths of the files that it replaces.
    segments
        The files that replace them, durable.
    fewer
        For each tag, how many rows there are less: duplicates, and points from before the retained time.
    """

    gone: tuple[str, ...]
    segments: tuple[Segment, ...]
    fewer: NDArray[np.int64]


def planned(standing: Standing, month_points: int) -> Plan:
    """Return what is to be merged, so that there are no fresh files.

    Parameters
    ----------
    standing
        The files that there are.
    month_points
        A month with more points is split into days.
    """
    days = {day for segment in standing.fresh for day in segment.by_day}
    volumes = set(volumes_of(days, standing.merged).values())
    for month in [one for one in volumes if one.days > 1]:
        files = [*standing.fresh, *(standing.merged[month],)] if month in standing.merged else standing.fresh
        if sum(_rows_in(one, month) for one in files) > month_points:
            touched = {day for one in files for day in one.by_day if month_volume(day) == month}
            volumes = volumes - {month} | {day_volume(day) for day in touched}
    return {one: _files_of(standing, one) for one in sorted(volumes)}


def files_of(plan: Plan) -> list[Segment]:
    """Return the files of a plan, each once."""
    return list({segment.path: segment for segments in plan.values() for segment in segments}.values())


def _rows_in(segment: Segment, volume: Volume) -> int:
    last = volume.first_day + volume.days
    return sum(count for day, count in segment.by_day.items() if volume.first_day <= day < last)


def _files_of(standing: Standing, volume: Volume) -> list[Segment]:
    """Return the files with points of a volume: a month's file, where the month is split now, too."""
    older = [standing.merged[one] for one in {volume, month_volume(volume.first_day)} if one in standing.merged]
    return [*older, *(one for one in standing.fresh if _rows_in(one, volume))]


def merge(folder: Path, standing: Standing, plan: Plan, tags: int) -> Merged:
    """Merge the files of a plan, durably; the store does not know of it yet.

    Parameters
    ----------
    folder
        Of the store.
    standing
        The files that there are.
    plan
        Which files are merged.
    tags
        How many tags there are.

    Raises
    ------
    OSError
        Something cannot be written; nothing is left of it.
    Damaged
        A file is.
    """
    fewer = np.zeros(tags, np.int64)
    made: list[Segment] = []
    try:
        for volume, segments in plan.items():
            if (segment := _merge_volume(folder, volume, segments, standing, fewer)) is not None:
                made.append(segment)
        publish([folder / segment.path for segment in made])
    except BaseException:
        remove([path for segment in made for path in _names(folder / segment.path)])
        raise
    return Merged(tuple(one.path for one in files_of(plan)), tuple(made), fewer)


def _merge_volume(
    folder: Path, volume: Volume, segments: Sequence[Segment], standing: Standing, fewer: NDArray[np.int64]
) -> Segment | None:
    """Write one volume under its temporary name; None where it has no points from the retained time."""
    inputs = [_counted(Source(folder, segment).rows(volume, Asked()), fewer) for segment in segments]
    retained = Asked(None, standing.retained_us)
    last_seq = max(segment.last_seq for segment in segments)
    path = Path(SEGMENT_FOLDER) / f"{volume.name}-{last_seq:020d}-{standing.generation + 1}.parquet"
    span = Span()
    blocks = (retained.of(rows.points(volume.start_us)) for rows in merged(inputs))
    facts = kept.write(folder / path, _tables(blocks, span, fewer), SCHEMA)
    if not facts.rows:
        remove([temporary_of(folder / path)])
        return None
    return Segment(str(path), volume, last_seq, span.first_us, span.last_us, span.by_day, facts.size, facts.sums)


def _tables(blocks: Iterator[Points], span: Span, fewer: NDArray[np.int64]) -> Iterator[pa.Table]:
    for points in blocks:
        if len(points):
            np.subtract(fewer, np.bincount(points.tag, minlength=len(fewer)), out=fewer)
            span.see(points.at_us)
            yield points.table()


def _counted(blocks: Iterator[Rows], counts: NDArray[np.int64]) -> Iterator[Rows]:
    for rows in blocks:
        np.add(counts, np.bincount((rows.key >> MOMENT_BITS).astype(np.int64), minlength=len(counts)), out=counts)
        yield rows


def _names(path: Path) -> list[Path]:
    return [path, temporary_of(path)]
