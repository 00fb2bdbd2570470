"""Moments and lengths of time that several texts say together: later by, since, until the next row."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.errors import BadInput
from linghang.intake.grouping import codes_of
from linghang.intake.mapping import Least, Next
from linghang.intake.moments import moments
from linghang.intake.numbers import duration_us, numbers
from linghang.intake.reading import Converted, Reading
from linghang.plant.units import convert_numbers

_UTC = pa.timestamp("us", "UTC")


def moved(found: Converted, length: pa.Array, unit: str, reading: Reading) -> Converted:
    """Add lengths of time to moments.

    Raises
    ------
    BadInput
        If the column takes no moments.
    """
    _only_moments(reading)
    lengths = numbers(length, Reading(reading.column, reading.zone))
    floats = lengths.array.fill_null(0.0).to_numpy(zero_copy_only=False)
    after = pc.add(found.array.cast(pa.int64()), pa.array(duration_us(floats, unit)))
    after = pc.if_else(lengths.array.is_valid(), after, pa.scalar(None, pa.int64())).cast(_UTC)
    return Converted(after, [*found.flaws, *lengths.flaws])


def passed(text: pa.Array, since: pa.Array, reading: Reading) -> Converted:
    """Return the time from one moment to another, in the column's unit.

    Raises
    ------
    BadInput
        If the column is none of time.
    """
    if reading.kind not in ("number", "whole") or reading.wanted is None:
        raise BadInput("since gives a length of time; {title} takes none", title=reading.column.info["title"])
    end, start = moments(text, reading), moments(since, reading)
    gone = pc.subtract(end.array.cast(pa.int64()), start.array.cast(pa.int64())).cast(pa.float64())
    seconds = pc.divide(gone, 1e6).to_numpy(zero_copy_only=False)
    values = pa.array(convert_numbers(seconds, "s", reading.wanted), mask=gone.is_null().to_numpy(zero_copy_only=False))
    kept = pc.round(values).cast(pa.int64()) if reading.kind == "whole" else values
    return Converted(kept, [*end.flaws, *start.flaws])


def not_sooner(found: Converted, after: pa.Array, least: Least, reading: Reading) -> Converted:
    """Move moments that come too soon after another moment of the row."""
    _only_moments(reading)
    first = moments(after, reading)
    soonest = pc.add(first.array.cast(pa.int64()), int(duration_us([least.value], least.unit)[0]))
    latest = pc.max_element_wise(found.array.cast(pa.int64()), soonest, skip_nulls=True)
    return Converted(pc.if_else(found.array.is_valid(), latest, pa.scalar(None, pa.int64())).cast(_UTC), found.flaws)


def until_next(found: Converted, keys: list[pa.Array], wanted: Next, reading: Reading) -> Converted:
    """Return for every moment the next one of the same key.

    A row after which none comes gets the limit, or nothing where there is no limit.
    """
    _only_moments(reading)
    count = len(found.array)
    starts = found.array.cast(pa.int64())
    there = starts.is_valid().to_numpy(zero_copy_only=False)
    at = starts.fill_null(0).to_numpy()
    codes = codes_of(keys)[0] if keys else np.zeros(count, np.int64)
    order = np.lexsort((at, codes))
    order = order[there[order]]
    ends, known = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    follows = codes[order[1:]] == codes[order[:-1]]
    ends[order[:-1][follows]] = at[order[1:][follows]]
    known[order[:-1][follows]] = True
    if wanted.limit is not None:
        limit = at + int(duration_us([wanted.limit], wanted.unit)[0])
        ends = np.where(known, np.minimum(ends, limit), limit)
        known = there
    return Converted(pa.array(ends, mask=~known).cast(_UTC), found.flaws)


def _only_moments(reading: Reading) -> None:
    if reading.kind != "when":
        raise BadInput("{title} takes no moments", title=reading.column.info["title"])
