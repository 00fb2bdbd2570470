"""Courses of tags over any stretch of time, at a resolution that a screen can show: a year as quickly as an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.errors import BadInput, nearest
from linghang.intake.live.tags import mapped
from linghang.store.telemetry import TelemetryReader
from linghang.store.telemetry.moments import microseconds
from linghang.usecases.live_values import shared_reader
from linghang.usecases.telemetry import Meaning, meanings

MOST_TAGS = 8
WIDTH = 1_200
"""Intervals of a course: about one for each pixel of a wide screen."""
MOST_WIDTH = 4_000
EVERY_S = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    14_400,
    21_600,
    28_800,
    43_200,
    86_400,
)
"""Lengths of intervals, seconds. From a minute on they are whole ones of those that the store keeps summed up."""
MOST_POINTS = 4_000
"""So few points are shown as they came, with their quality."""
BREAK = 5
"""A course is broken where nothing came for so many times the usual distance of its points (ours)."""
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One tag over a stretch; all columns of one length, in the unit of the records.

    Attributes
    ----------
    every_s
        Seconds of an interval; None where these are the points themselves.
    at_ms
        UTC milliseconds: of the beginning of the interval, or of the point. A break has a row without values.
    mean, low, high
        Of the interval; of a point its value in all three. NaN: no value.
    bad
        Places of points whose quality is not good. Intervals leave out bad points: where nothing else came they are
        a break.
    points
        How many points are behind it.
    first_ms, last_ms
        The first and last point of the tag at all; None without any.
    """

    name: str
    title: str
    unit: str
    kind: str
    every_s: int | None
    at_ms: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    bad: tuple[int, ...]
    points: int
    first_ms: int | None
    last_ms: int | None


def courses(
    folder: Path, names: Sequence[str], start: datetime, end: datetime, width: int = WIDTH
) -> tuple[Course, ...]:
    """Return the courses of some tags over one stretch.

    Parameters
    ----------
    names
        Of the tags as they are stored, `MOST_TAGS` at most; no texts.
    start, end
        From which moment on and before which, with a zone.
    width
        How many intervals may be shown at most.

    Raises
    ------
    BadInput
        No such tag, too many, one of texts, or a stretch without length.
    """
    if not 1 <= len(names) <= MOST_TAGS:
        raise BadInput("{count} tags; one to {most} are shown together", count=len(names), most=MOST_TAGS)
    if end <= start:
        raise BadInput("the stretch ends before it starts")
    reader, meant = shared_reader(folder), meanings(folder)
    known = {row["name"]: row for row in reader.tags().to_pylist()}
    found = []
    for name in dict.fromkeys(names):
        if name not in known:
            raise BadInput("no tag “{name}”; {near}", name=name, near=nearest(name, list(known)))
        if known[name]["kind"] == "text":
            raise BadInput("“{name}” has texts as values; look at it among the states", name=name)
        found.append(_course(reader, known[name], meant.get(name), start, end, width))
    return tuple(found)


def fitting(seconds: float, width: int) -> int:
    """Return the shortest length of intervals of which at most `width` cover a stretch."""
    for every in EVERY_S:
        if seconds / every <= width:
            return every
    days = int(np.ceil(seconds / 86_400 / width))
    return days * 86_400


def ends_of(folder: Path, names: Sequence[str]) -> tuple[datetime, datetime] | None:
    """Return the moments of the first and of the last point of some tags; None without any."""
    wanted = set(names)
    rows = [one for one in shared_reader(folder).tags().to_pylist() if one["name"] in wanted and one["last_us"]]
    if not rows:
        return None
    first, last = min(one["first_us"] for one in rows), max(one["last_us"] for one in rows)
    return _moment(first), _moment(last)


def offsets(zone: str, start: datetime, end: datetime) -> list[tuple[int, int]]:
    """Return from which moment on (UTC ms) a zone's clocks are how many milliseconds ahead of UTC, for a stretch."""
    known = ZoneInfo(zone)

    def ahead(at: datetime) -> int:
        return int((at.astimezone(known).utcoffset() or timedelta()).total_seconds() * 1000)

    found = [(_ms(start), ahead(start))]
    at = start
    while at < end:
        later = min(at + timedelta(days=1), end)
        if ahead(later) != found[-1][1]:
            early, late = at, later
            while late - early > timedelta(seconds=1):
                middle = early + (late - early) / 2
                early, late = (middle, late) if ahead(middle) == found[-1][1] else (early, middle)
            found.append((_ms(late), ahead(late)))
        at = later
    return found


def document(found: Sequence[Course], start: datetime, end: datetime, zone: str) -> dict[str, Any]:
    """Return courses as JSON has them: columns; no value is null."""
    return {
        "start_ms": _ms(start),
        "end_ms": _ms(end),
        "zone": zone,
        "offsets": offsets(zone, start, end),
        "courses": [{name: getattr(one, name) for name in Course.__slots__} | {"bad": list(one.bad)} for one in found],
    }


def _course(
    reader: TelemetryReader, row: dict[str, Any], meaning: Meaning | None, start: datetime, end: datetime, width: int
) -> Course:
    every = fitting((end - start).total_seconds(), width)
    if _expected(row, start, end) <= MOST_POINTS:
        table = reader.points([row["name"]], start, end)
        if table.num_rows <= MOST_POINTS:
            return _of_points(table, row, meaning)
    table = reader.means([row["name"]], start, end, every).select(["at", "mean", "low", "high", "count"])
    if meaning is not None:
        table = mapped(table, meaning.mapping)
    columns = [_numbers(table, name) for name in ("mean", "low", "high")]
    at = table["at"].to_numpy().view(np.int64)
    count = int(_numbers(table, "count").sum())
    return _made(row, meaning, every, at, columns, np.empty(0, np.intp), count)


def _of_points(table: pa.Table, row: dict[str, Any], meaning: Meaning | None) -> Course:
    if meaning is not None:
        table = mapped(table, meaning.mapping)
    value, at = _numbers(table, "value"), table["at"].to_numpy().view(np.int64)
    bad = np.flatnonzero(table["quality"].to_numpy() < 192)
    return _made(row, meaning, None, at, [value, value, value], bad, len(value))


def _made(
    row: dict[str, Any],
    meaning: Meaning | None,
    every: int | None,
    at_us: NDArray[np.int64],
    columns: Sequence[NDArray[np.float64]],
    bad: NDArray[np.intp],
    points: int,
) -> Course:
    breaks = _breaks(at_us, every)
    between = at_us[breaks - 1] + (at_us[breaks] - at_us[breaks - 1]) // 2 if len(breaks) else at_us[:0]
    at = np.insert(at_us, breaks, between) // 1_000
    mean, low, high = (np.insert(one, breaks, np.nan) for one in columns)
    places = bad + np.searchsorted(breaks, bad, side="right")
    first, last = (None if row[key] is None else int(row[key]) // 1_000 for key in ("first_us", "last_us"))
    title, unit = ("", "") if meaning is None else (meaning.title, meaning.mapping.unit or "")
    shown = tuple(int(one) for one in places)
    return Course(row["name"], title, unit, row["kind"], every, at, mean, low, high, shown, points, first, last)


def _breaks(at_us: NDArray[np.int64], every: int | None) -> NDArray[np.intp]:
    """Return the places before which nothing came for long."""
    if len(at_us) < 3:
        return np.empty(0, np.intp)
    apart = np.diff(at_us)
    usual = max(float(np.median(apart)), (every or 0) * 1e6)
    limit = 1.5 * usual if every is not None and usual <= every * 1e6 else BREAK * usual
    return np.flatnonzero(apart > limit) + 1


def _expected(row: dict[str, Any], start: datetime, end: datetime) -> float:
    """About how many points there are in a stretch, if they came evenly."""
    if row["first_us"] is None or row["last_us"] is None:
        return 0.0
    first, last = row["first_us"], row["last_us"]
    inside = min(last, microseconds(end)) - max(first, microseconds(start))
    return float(max(0, row["points"] * inside / max(last - first, 1)))


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return np.asarray(table[name].to_numpy(), np.float64)


def _moment(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1e6, UTC)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
