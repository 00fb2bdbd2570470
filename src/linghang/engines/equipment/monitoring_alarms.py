"""Equipment monitoring, alarm statistics: how good an alarm system is, by the measures of IEC 62682 (ANSI/ISA-18.2).

The measures and the bounds that the standard recommends (its table of alarm performance metrics; they are for one
operating position and at least 30 days, and are recommendations, not requirements): about 150 alarms a day (at most
300), 6 an hour (12), 1 in ten minutes (2); under 1 % of hours with more than 30; under 1 % of ten-minute periods with
more than 10; at most 10 in any; under 1 % of the time in flood; the ten most frequent alarms at most 5 % of all; no
chattering or fleeting alarms; fewer than 5 stale ones (standing over 24 hours) on any day; priorities in the proportion
80 : 15 : 5 (with a highest one, under 1 %). The 2016 edition writes the same rates as 144 and 288 a day.

What it cannot do: suppression, shelving and changes without authority are measures of the standard that no table
tells of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from linghang.engines.contract import moment
from linghang.engines.equipment.alarms import PRIORITIES, SECOND_US, ChatterWatch, FloodWatch
from linghang.errors import BadInput
from linghang.words import Text

TEN_MINUTES, HOUR, DAY = 600 * SECOND_US, 3600 * SECOND_US, 86_400 * SECOND_US
Micros = NDArray[np.int64]


@dataclass(frozen=True)
class AlarmLog:
    """Alarms that were annunciated, in any order.

    Attributes
    ----------
    at, cleared, acknowledged
        (n,) UTC microseconds; -1 where it has not happened or nobody wrote it down.
    priority
        (n,) of `PRIORITIES`; anything else counts as no priority.
    source
        (n,) what names an alarm: the same source is the same alarm again.
    """

    at: Micros
    cleared: Micros
    acknowledged: Micros
    priority: Sequence[str]
    source: Sequence[str]

    def __post_init__(self) -> None:
        sizes = {len(self.at), len(self.cleared), len(self.acknowledged), len(self.priority), len(self.source)}
        if len(sizes) != 1:
            raise BadInput("an alarm has a moment, a clearing, an acknowledgement, a priority and a source each")

    def ordered(self) -> "AlarmLog":
        """Return them by time, of the same moment by source; what cleared before it was raised has no clearing."""
        order = np.lexsort((np.array(self.source, dtype=str), self.at)).tolist()
        at = self.at[order]
        cleared, acknowledged = self.cleared[order], self.acknowledged[order]
        return AlarmLog(
            at,
            np.where(cleared >= at, cleared, -1),
            np.where(acknowledged >= at, acknowledged, -1),
            [self.priority[one] for one in order],
            [self.source[one] for one in order],
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound that the standard recommends."""

    at: float
    kind: Literal["most", "below", "about"] = "most"


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure; the value is None where the alarms do not say.

    Attributes
    ----------
    within
        Whether it keeps the bound; None where there is none, or no value.
    """

    id: str
    title: Text
    value: float | None
    unit: str
    bound: Bound | None = None

    @property
    def within(self) -> bool | None:
        """Whether the value keeps the recommended bound; proportions that are only “about” are not judged."""
        if self.bound is None or self.value is None or self.bound.kind == "about":
            return None
        return self.value < self.bound.at if self.bound.kind == "below" else self.value <= self.bound.at


@dataclass(frozen=True, slots=True)
class Offender:
    """An alarm and how often it came.

    Attributes
    ----------
    share
        Of all alarms.
    chatter, fleeting
        Episodes of chattering; times it cleared at once.
    standing_h
        Longest time that it stood.
    """

    source: str
    count: int
    share: float
    chatter: int
    fleeting: int
    standing_h: float


@dataclass(frozen=True)
class AlarmFigures:
    """What the alarms of a window say.

    Attributes
    ----------
    per_period
        Alarms in each ten minutes from the window's start on, for one operator.
    floods
        (begin, end, alarms) of each flood, UTC microseconds.
    """

    metrics: tuple[Metric, ...]
    offenders: tuple[Offender, ...]
    per_period: NDArray[np.float64]
    floods: tuple[tuple[int, int, int], ...]
    priorities: dict[str, int]

    def metric(self, id: str) -> Metric:
        """Return one measure."""
        return next(one for one in self.metrics if one.id == id)


@dataclass(frozen=True, slots=True)
class AlarmBounds:
    """What the standard leaves to the plant's alarm philosophy, with the values that it names as usual."""

    operators: int = 1
    flood_begin: int = 10
    flood_end: int = 5
    chatter_times: int = 3
    chatter_s: float = 60.0
    fleeting_s: float = 10.0
    stale_h: float = 24.0


def alarm_figures(
    log: AlarmLog, start: int, end: int, zone: ZoneInfo, bounds: AlarmBounds | None = None, top: int = 10
) -> AlarmFigures:
    """Compute the measures of IEC 62682 of a window.

    Parameters
    ----------
    log
        Alarms; those raised before the window count as standing only.
    start, end
        `[start, end)`, UTC microseconds. Periods of ten minutes and hours are counted from the start on; a part of one
        at the end is left out of the shares, its alarms are in the totals.
    zone
        Its midnights divide the days on which alarms are stale.
    """
    bounds = bounds or AlarmBounds()
    if end <= start:
        raise BadInput("the stretch ends before it starts")
    whole = log.ordered()
    raised = (whole.at >= start) & (whole.at < end)
    at = whole.at[raised]
    sources = [one for one, here in zip(whole.source, raised, strict=True) if here]
    priorities = [one for one, here in zip(whole.priority, raised, strict=True) if here]
    floods = floods_of(at, end, bounds)
    chatter = chatter_of(at, sources, bounds)
    lasted = np.where(whole.cleared >= 0, whole.cleared, np.maximum(end, whole.at)) - whole.at
    brief = (whole.cleared >= 0) & (lasted <= bounds.fleeting_s * SECOND_US) & raised
    offenders = _offenders(whole, raised, lasted, brief, chatter)
    per_ten = _per(at, start, end, TEN_MINUTES) / bounds.operators
    metrics = (
        *_rates(at, start, end, bounds.operators, per_ten),
        *_load(floods, offenders, start, end),
        *_nuisance(whole, lasted, brief, chatter, start, end, zone, bounds),
        *_priorities(priorities),
        *_response(whole, raised),
    )
    counts: dict[str, int] = {one: priorities.count(one) for one in PRIORITIES}
    return AlarmFigures(metrics, offenders[:top], per_ten, floods, counts)


def floods_of(at: Micros, end: int, bounds: AlarmBounds) -> tuple[tuple[int, int, int], ...]:
    """Return (begin, end, alarms) of the floods of ascending moments; one that lasts ends with the window."""
    watch = FloodWatch(bounds.flood_begin * bounds.operators, bounds.flood_end * bounds.operators)
    found = []
    for one in at.tolist():
        over = watch.over()
        if over is not None and over <= one:
            found.append((watch.since or 0, over, watch.ended()[1]))
        watch.raised(one)
    over = watch.over()
    if over is not None:
        found.append((watch.since or 0, min(over, end), watch.ended()[1]))
    return tuple(found)


def chatter_of(at: Micros, sources: Sequence[str], bounds: AlarmBounds) -> dict[str, int]:
    """Return source -> episodes of chattering, of ascending moments."""
    watch = ChatterWatch(bounds.chatter_times, bounds.chatter_s)
    found: dict[str, int] = {}
    for one, source in zip(at.tolist(), sources, strict=True):
        if watch.raised(source, one):
            found[source] = found.get(source, 0) + 1
    return found


def _per(at: Micros, start: int, end: int, every: int) -> NDArray[np.float64]:
    """Return the alarms in each whole period from the start on."""
    periods = (end - start) // every
    place = (at - start) // every
    return np.bincount(place[place < periods], minlength=periods)[:periods].astype(float)


def _rates(at: Micros, start: int, end: int, operators: int, per_ten: NDArray[np.float64]) -> tuple[Metric, ...]:
    per_hour = _per(at, start, end, HOUR) / operators
    each = len(at) / operators

    def mean(every: int) -> float | None:
        return each * every / (end - start)

    def share_over(counts: NDArray[np.float64], bound: float) -> float | None:
        return float(100 * (counts > bound).mean()) if len(counts) else None

    def peak(counts: NDArray[np.float64]) -> float | None:
        return float(counts.max()) if len(counts) else None

    return (
        Metric("alarms", Text("报警数", "alarms"), float(len(at)), "1"),
        Metric("per_day", Text("每操作岗位每日报警", "alarms per operator and day"), mean(DAY), "1/d", Bound(150)),
        Metric("per_hour", Text("每操作岗位每小时报警", "alarms per operator and hour"), mean(HOUR), "1/h", Bound(6)),
        Metric(
            "per_ten_minutes",
            Text("每操作岗位每10分钟报警", "alarms per operator in 10 minutes"),
            mean(TEN_MINUTES),
            "1/10 min",
            Bound(1),
        ),
        Metric("peak_ten_minutes", Text("10分钟内最多报警", "most in 10 minutes"), peak(per_ten), "1", Bound(10)),
        Metric(
            "periods_over_10",
            Text("超过10条的10分钟时段占比", "10-minute periods with more than 10"),
            share_over(per_ten, 10),
            "%",
            Bound(1, "below"),
        ),
        Metric(
            "hours_over_30",
            Text("超过30条的小时占比", "hours with more than 30"),
            share_over(per_hour, 30),
            "%",
            Bound(1, "below"),
        ),
    )


def _load(
    floods: tuple[tuple[int, int, int], ...], offenders: tuple[Offender, ...], start: int, end: int
) -> tuple[Metric, ...]:
    flooded = sum(until - begin for begin, until, _ in floods)
    top = sum(one.share for one in offenders[:10])
    return (
        Metric("floods", Text("报警泛滥次数", "alarm floods"), float(len(floods)), "1"),
        Metric(
            "flood_time",
            Text("处于报警泛滥的时间占比", "time in alarm flood"),
            100 * flooded / (end - start),
            "%",
            Bound(1, "below"),
        ),
        Metric(
            "top_10",
            Text("最频繁10个报警占比", "share of the ten most frequent alarms"),
            100 * top if offenders else None,
            "%",
            Bound(5),
        ),
    )


def _offenders(
    log: AlarmLog, raised: NDArray[np.bool_], lasted: Micros, brief: NDArray[np.bool_], chatter: dict[str, int]
) -> tuple[Offender, ...]:
    count: dict[str, list[float]] = {}
    for source, here, time, short in zip(log.source, raised.tolist(), lasted.tolist(), brief.tolist(), strict=True):
        if here:
            own = count.setdefault(source, [0, 0, 0])
            own[0], own[1], own[2] = own[0] + 1, own[1] + short, max(own[2], time)
    total = max(int(raised.sum()), 1)
    found = [
        Offender(source, int(times), times / total, chatter.get(source, 0), int(short), longest / HOUR)
        for source, (times, short, longest) in count.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.source)))


def _nuisance(
    log: AlarmLog,
    lasted: Micros,
    brief: NDArray[np.bool_],
    chatter: dict[str, int],
    start: int,
    end: int,
    zone: ZoneInfo,
    bounds: AlarmBounds,
) -> tuple[Metric, ...]:
    none = Bound(0)
    stale_us = round(bounds.stale_h * HOUR)
    old = (lasted > stale_us) & (log.at + lasted > start) & (log.at < end)
    stale = stale_by_day(log.at[old] + stale_us, log.at[old] + lasted[old], start, end, zone)
    return (
        Metric("chattering", Text("抖动报警个数", "chattering alarms"), float(len(chatter)), "1", none),
        Metric("chatter_episodes", Text("抖动次数", "episodes of chattering"), float(sum(chatter.values())), "1"),
        Metric("fleeting", Text("瞬时报警数", "fleeting alarms"), float(brief.sum()), "1", none),
        Metric("stale", Text("一日内最多长期报警", "most stale alarms on a day"), float(stale), "1", Bound(5, "below")),
        Metric(
            "standing_at_end",
            Text("期末未消除报警", "alarms standing at the end"),
            float(((log.at < end) & (log.at + lasted >= end)).sum()),
            "1",
        ),
    )


def stale_by_day(begin: Micros, until: Micros, start: int, end: int, zone: ZoneInfo) -> int:
    """Return on how many alarms, at most, a day of the zone saw stale: (n,) stretches in which each one was."""
    days: dict[int, int] = {}
    for first, last in zip(begin.tolist(), until.tolist(), strict=True):
        first, last = max(first, start), min(last, end)
        if last <= first:
            continue
        one = moment(first).astimezone(zone).toordinal()
        for day in range(one, moment(last - 1).astimezone(zone).toordinal() + 1):
            days[day] = days.get(day, 0) + 1
    return max(days.values(), default=0)


def _priorities(priorities: Sequence[str]) -> tuple[Metric, ...]:
    known = [one for one in priorities if one in PRIORITIES]
    titles = (Text("低", "low"), Text("中", "medium"), Text("高", "high"), Text("紧急", "critical"))
    usual = (Bound(80, "about"), Bound(15, "about"), Bound(5, "about"), Bound(1, "below"))
    return tuple(
        Metric(
            f"priority_{name}",
            Text(f"{title.zh}优先级占比", f"share of priority {title.en}"),
            100 * known.count(name) / len(known) if known else None,
            "%",
            bound,
        )
        for name, title, bound in zip(PRIORITIES, titles, usual, strict=True)
    )


def _response(log: AlarmLog, raised: NDArray[np.bool_]) -> tuple[Metric, ...]:
    seen = raised & (log.acknowledged >= 0)
    waited = (log.acknowledged - log.at)[seen] / SECOND_US
    return (
        Metric(
            "acknowledge_median",
            Text("确认用时中位数", "median time to acknowledge"),
            float(np.median(waited)) if len(waited) else None,
            "s",
        ),
        Metric(
            "unacknowledged",
            Text("未确认报警占比", "alarms never acknowledged"),
            float(100 * (1 - seen.sum() / raised.sum())) if raised.any() else None,
            "%",
        ),
    )
