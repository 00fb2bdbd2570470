"""Roll-ups: the sums of one merged file for every minute, quarter of an hour and hour, in one Parquet file.

A roll-up is made of one file and holds as long as that file does. Late points do not touch it: they make a fresh file,
and for the tags in it readers sum up the points themselves until the volume is merged and rolled up again.

Of a tag with few points in an interval the points themselves are as quickly read, and smaller; its intervals are left
out. Only when the points are to be retired, the roll-up is made again, complete.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.store.telemetry import kept, sums
from linghang.store.telemetry.kept import KeptFile
from linghang.store.telemetry.manifest import RollUp, Segment
from linghang.store.telemetry.points import Points
from linghang.store.telemetry.settings import ROLLUP_FOLDER
from linghang.store.telemetry.source import Asked, Source
from linghang.store.telemetry.sums import Sums

SECOND_US = 1_000_000
LEVELS_S = (60, 900, 3600)
"""Lengths of the intervals that are kept: a minute for a day's chart, a quarter for a month's, an hour for a year's."""

LEAST_POINTS = 32
"""Of a tag with fewer points in an interval, on the average of the file, the intervals are not kept (ours): a row takes
some 12 bytes, a point less than 2."""
GROUP = 1 << 14
"""Rows of a row group: some days of minutes of ten tags."""

SCHEMA = pa.schema([pa.field("every_s", pa.int32(), nullable=False), *sums.SCHEMA])


def level_for(every_s: int) -> int | None:
    """Return the longest kept interval of which whole ones make up `every_s` seconds; None if there is none."""
    return max((level for level in LEVELS_S if every_s % level == 0), default=None)


def write(folder: Path, segment: Segment, summed: NDArray[np.bool_], generation: int, complete: bool) -> RollUp:
    """Sum up a merged file and write that under its temporary name, synced.

    Parameters
    ----------
    folder
        Of the store.
    segment
        The merged file.
    summed
        For each tag number whether there is a mean of its values (of texts there is none).
    generation
        Of the store when the roll-up joins it, for the name.
    complete
        Whether intervals are kept of tags with few points too.

    Raises
    ------
    OSError
        It cannot be written.
    Damaged
        The merged file is.
    """
    volume = segment.volume
    assert volume is not None
    path = Path(ROLLUP_FOLDER) / f"{volume.name}-{generation}{'-complete' if complete else ''}.parquet"
    blocks = (rows.points(volume.start_us) for rows in Source(folder, segment).rows(volume, Asked()))
    numbers = sums.whole_tags(block.taken(summed[block.tag]) for block in blocks)
    facts = kept.write(folder / path, _tables(numbers, 1 if complete else LEAST_POINTS), SCHEMA, GROUP)
    return RollUp(str(path), volume, segment.path, complete, facts.size, facts.sums)


def _tables(blocks: Iterator[Points], least: int) -> Iterator[pa.Table]:
    """Yield the minutes as they come, then the quarters and the hours, which are few."""
    first, *others = LEVELS_S
    later: dict[int, list[Sums]] = {level: [Sums.none()] for level in others}
    for block in blocks:
        minutes = sums.of_points(block, first * SECOND_US)
        yield _table(sums.dense(minutes, least), first)
        for level, several in later.items():
            several.append(sums.dense(sums.again(minutes, level * SECOND_US), least))
    for level, several in later.items():
        yield _table(Sums.joined(several), level)


def _table(block: Sums, level_s: int) -> pa.Table:
    every = pa.array(np.full(len(block), level_s, np.int32))
    return pa.table([every, *block.table().columns], schema=SCHEMA)


def read(file: KeptFile, level_s: int, asked: Asked) -> Sums:
    """Return kept sums of one level for the tags and moments that are asked for.

    Raises
    ------
    Damaged
        Bytes that are needed are not what was written.
    """
    ranges = {"every_s": (level_s, level_s), "at": (asked.first_us, asked.end_us - 1)}
    if asked.tags is not None and len(asked.tags):
        ranges["tag"] = int(asked.tags[0]), int(asked.tags[-1])
    found = [Sums.none()]
    for table in file.read(file.groups(**ranges).tolist()):
        fits = table.column("every_s").to_numpy() == level_s
        at_us = table.column("at").to_numpy().view(np.int64)
        fits &= (at_us >= asked.first_us) & (at_us < asked.end_us)
        if asked.tags is not None:
            fits &= np.isin(table.column("tag").to_numpy(), asked.tags)
        found.append(Sums.from_table(table.drop_columns(["every_s"])).taken(fits))
    return Sums.joined(found)
