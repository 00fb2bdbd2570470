"""Values beyond their limits, read from the telemetry: what stands and what has gone, by one law (`LimitSeries`).

Of a long stretch only the hours are read point by point in which a limit was crossed, and those until the value was
back: the hourly sums of the store tell which.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.engines.equipment.limit_alarms import MOST_DELAY_S, LimitChange, LimitLaw, LimitSeries
from linghang.intake.live.tags import TagMapping
from linghang.store.telemetry import Quality, TelemetryReader

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_S = int(MOST_DELAY_S)
"""Of the sums: no shorter than a delay, so that an hour inside ends whatever stood."""
HOUR_US = HOUR_S * 1_000_000
DAY_US = 24 * HOUR_US
BACK = timedelta(hours=6)
"""How far back it is looked for what stands."""
CLOSE_US = 60_000_000
"""Tags with points so close to each other are read at once."""
MOST_POINTS = 5_000_000
"""Of the past so many points are read, and the rest of their day: the newest; about 120 MB."""


@dataclass(frozen=True, slots=True)
class Limited:
    """A tag with limits: how it is judged, and how its stored values are read."""

    law: LimitLaw
    mapping: TagMapping


@dataclass(frozen=True, slots=True)
class Beyond:
    """A stretch in which an alarm by a limit stood.

    Attributes
    ----------
    side
        low or high.
    raised, cleared
        When it was raised, and when it cleared; None while it stands.
    value
        At which the limit was crossed.
    older
        Whether it may have stood before.
    """

    name: str
    side: str
    raised: datetime
    cleared: datetime | None
    value: float
    older: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch that has to be read point by point, UTC microseconds, and when the next one begins."""

    name: str
    start: int
    end: int
    points: int
    known: bool


class LimitWatch:
    """Follows the limits of tags as their points come. Not safe to use from several threads.

    Parameters
    ----------
    limited
        Name in the store -> how it is judged.
    """

    def __init__(self, limited: Mapping[str, Limited]) -> None:
        self.limited = limited
        self._series: dict[str, LimitSeries] = {}
        self._looked: datetime | None = None

    def look(self, reader: TelemetryReader, last: Mapping[str, datetime], now: datetime) -> list[Beyond]:
        """Take what came since, and return what stands now.

        Parameters
        ----------
        last
            Name -> moment of its last point, of those that have points.
        """
        if self._looked is None or not timedelta(0) <= now - self._looked < timedelta(seconds=HOUR_S):
            self._series = {}
        self._looked = now
        last_us = {name: _us(at) for name, at in last.items() if name in self.limited}
        groups: dict[int, list[str]] = {}
        for name, at in last_us.items():
            if name not in self._series:
                groups.setdefault(max(_us(now - BACK), at - at % HOUR_US), []).append(name)
        for start, names in groups.items():
            self._begin(reader, names, _moment(start) - BACK)
        self._take(reader, {name: at for name, at in last_us.items() if at > self._through(name)})
        return [one for name in last_us for one in self._standing(name, now)]

    def _begin(self, reader: TelemetryReader, names: Sequence[str], start: datetime) -> None:
        limited = {name: self.limited[name] for name in names}
        for run, series, _ in _judged(reader, limited, start, None):
            self._series[run.name] = series  # the newest run of a tag comes last
        for name, point in _by_name(reader.last(names)):
            if name not in self._series:
                self._series[name] = LimitSeries(limited[name].law, known=True)
                _take(self._series[name], limited[name], point)

    def _take(self, reader: TelemetryReader, changed: Mapping[str, int]) -> None:
        newest = max(changed.values(), default=0)
        close = [name for name in changed if self._through(name) > newest - CLOSE_US]
        groups = [close] if close else []
        groups += [[name] for name in changed.keys() - set(close)]
        for names in groups:
            start = _moment(min(self._through(name) for name in names))
            for name, points in _by_name(reader.points(names, start)):
                _take(self._series[name], self.limited[name], points)

    def _through(self, name: str) -> int:
        return self._series[name].last_us or 0

    def _standing(self, name: str, now: datetime) -> Iterator[Beyond]:
        series = self._series[name]
        if not series.idle:
            ahead, _ = series.until(max(_us(now), self._through(name)))
            for one in ahead.standing.values():
                yield Beyond(name, one.side, _moment(one.at_us), None, one.value, one.older)


def past_stretches(
    reader: TelemetryReader, limited: Mapping[str, Limited], start: datetime, now: datetime
) -> list[Beyond]:
    """Return the alarms by limits that were raised since a moment and have cleared, in any order."""
    found = []
    for run, _, changes in _judged(reader, limited, start, now):
        raised: dict[str, LimitChange] = {}
        for one in changes:
            if one.kind == "raised":
                raised[one.side] = one
            elif (began := raised.pop(one.side, None)) is not None:
                when = _moment(began.at_us), _moment(one.at_us)
                found.append(Beyond(run.name, one.side, *when, began.value, began.older))
    return found


def _judged(
    reader: TelemetryReader, limited: Mapping[str, Limited], start: datetime, until: datetime | None
) -> Iterator[tuple[_Run, LimitSeries, list[LimitChange]]]:
    """Judge the stretches of tags in which a limit was crossed, the oldest first; others are inside all along."""
    tags = reader.tags()
    kinds: dict[str, set[str]] = {}
    for name, kind in zip(tags["name"].to_pylist(), tags["kind"].to_pylist(), strict=True):
        kinds.setdefault(name, set()).add(kind)
    names = [name for name in limited if kinds.get(name) == {"number"}]
    runs: list[_Run] = []
    if names:
        for name, hours in _by_name(reader.means(names, start, until, HOUR_S)):
            runs += _runs(name, limited[name], hours)
    end_us = max((run.end for run in runs), default=0)
    points, oldest = _read(reader, runs, _us(start), end_us)
    for run in runs:
        if run.start < oldest or run.name not in points:
            continue
        series = LimitSeries(limited[run.name].law, known=run.known)
        changes = _take(series, limited[run.name], _between(points[run.name], run.start, run.end))
        if until is not None and not series.idle:
            _, more = series.until(min(_us(until), run.end + HOUR_US))
            changes = changes + more
        yield run, series, changes


def _read(reader: TelemetryReader, runs: Sequence[_Run], start: int, end: int) -> tuple[dict[str, pa.Table], int]:
    """Return the points of the tags that have runs, and from which moment on they are all there.

    A day of all tags is read at once, because a file holds many tags; the newest day first, until it is enough.
    """
    parts: dict[str, list[pa.Table]] = {run.name: [] for run in runs}
    count = 0
    while end > start and count < MOST_POINTS:
        first = max(end - DAY_US, start - HOUR_US)
        if names := sorted({run.name for run in runs if run.start < end and run.end > first}):
            found = reader.points(names, _moment(first), _moment(end))
            count += found.num_rows
            for name, table in _by_name(found):
                parts[name].append(table)
        end = first
    return {name: pa.concat_tables(several[::-1]) for name, several in parts.items() if several}, end


def _between(points: pa.Table, start: int, end: int) -> pa.Table:
    at = np.asarray(points["at"].cast(pa.int64()).to_numpy(), np.int64)
    first, after = np.searchsorted(at, [start, end]).tolist()
    return points.slice(first, after - first)


def _runs(name: str, limited: Limited, hours: pa.Table) -> Iterator[_Run]:
    """Yield stretches of hours from one in which a limit was crossed to the one in which the value was back inside."""
    limits, band = limited.law.limits, limited.law.limits.deadband
    at = np.asarray(hours["at"].cast(pa.int64()).to_numpy(), np.int64)
    ends = [limited.mapping.values(np.asarray(hours[side].to_numpy(), np.float64)) for side in ("low", "high")]
    low, high = np.minimum(*ends), np.maximum(*ends)
    count = hours["count"].to_numpy()
    crossed, near = np.zeros(len(at), bool), np.zeros(len(at), bool)
    if limits.high is not None:
        crossed, near = crossed | (high > limits.high), near | (high > limits.high - band)
    if limits.low is not None:
        crossed, near = crossed | (low < limits.low), near | (low < limits.low + band)
    place = 0
    while place < len(at):
        if not crossed[place]:
            place += 1
            continue
        first = place
        # To an hour that is wholly inside, and on where the next one is not: an off-delay may reach into it.
        while place < len(at) and (near[place] or near[place - 1]):
            place += 1
        end = int(at[place - 1]) + HOUR_US
        yield _Run(name, int(at[first]), end, int(count[first:place].sum()), known=first > 0)


def _take(series: LimitSeries, limited: Limited, points: pa.Table) -> list[LimitChange]:
    """Take the points that the sums count too; the others say nothing of the value."""
    at = np.asarray(points["at"].cast(pa.int64()).to_numpy(), np.int64)
    value: NDArray[np.float64] = np.asarray(points["value"].to_numpy(), np.float64)
    usable = points["quality"].to_numpy() >= int(Quality.UNCERTAIN)
    changes = series.take(at[usable], limited.mapping.values(value[usable]))
    series.last_us = max(series.last_us or 0, *at.tolist()[-1:], 0)
    return changes


def _by_name(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of each tag; they are sorted by tag."""
    tags = table["tag"].to_numpy()
    bounds = [0, *(np.flatnonzero(tags[1:] != tags[:-1]) + 1).tolist(), len(tags)]
    for first, after in pairwise(bounds if len(tags) else []):
        part = table.slice(first, after - first)
        yield part["name"][0].as_py(), part


def _us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _moment(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)
