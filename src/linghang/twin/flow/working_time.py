"""A calendar as periods of a running clock: open, planned stop, off, one after another without a gap."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from linghang.twin.flow.calendars import Calendar, Weekly, Window
from linghang.twin.flow.streams import US
from linghang.twin.flow.world import FAR_US, from_us, to_us

PeriodState = Literal["open", "planned_stop", "off"]
ONE_DAY = timedelta(days=1)
LONGEST_US = 28 * 86_400 * US


@dataclass(frozen=True, slots=True)
class Span:
    """One period of a calendar; `[start_us, end_us)` in microseconds of UTC."""

    start_us: int
    end_us: int
    state: PeriodState
    reason: str = ""


def periods(calendar: Calendar | None, start_us: int) -> Iterator[Span]:
    """Periods of a calendar from `start_us` on, without end. No calendar is always open.

    Neighbours differ, but for those longer than four weeks: a calendar may go on unchanged for ever.
    """
    last: Span | None = None
    for span in _cut(calendar, start_us):
        if last is None:
            last = span
        elif (last.state, last.reason) == (span.state, span.reason) and last.end_us - last.start_us < LONGEST_US:
            last = Span(last.start_us, span.end_us, span.state, span.reason)
        else:
            yield last
            last = span
    if last is not None:
        yield last


def _cut(calendar: Calendar | None, start_us: int) -> Iterator[Span]:
    """Periods that still have equal neighbours: they are cut at midnight of the plant."""
    if calendar is None or not (calendar.shifts or calendar.dated_shifts or calendar.stops or calendar.dated_stops):
        yield Span(start_us, FAR_US, "open")
        return
    zone = ZoneInfo(calendar.zone)
    dated_shifts, dated_stops = _sorted(calendar.dated_shifts), _sorted(calendar.dated_stops)
    dated = (dated_shifts[0].start_us, max(shift.end_us for shift in dated_shifts)) if dated_shifts else None
    waiting_shifts, waiting_stops = deque(dated_shifts), deque(dated_stops)
    day = from_us(start_us).astimezone(zone).date()
    begin = start_us
    while True:
        end = _midnight(day + ONE_DAY, zone)
        over = not (waiting_shifts or waiting_stops or calendar.shifts)
        if over and (dated or not calendar.stops):
            forever: PeriodState = "off" if dated else "open"
            yield Span(begin, FAR_US, forever)
            return
        shifts = _of_day(calendar.shifts, day, zone, calendar.holidays)
        stops = _of_day(calendar.stops, day, zone)
        if dated is not None:
            shifts = [*_outside(shifts, *dated), *_reached(waiting_shifts, begin, end)]
            stops = [*_outside(stops, *dated)]
        stops += _reached(waiting_stops, begin, end)
        always = not calendar.shifts and dated is None
        yield from _periods_between(begin, end, None if always else shifts, stops)
        day, begin = day + ONE_DAY, end


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_us(datetime.combine(day, time(), zone).astimezone(UTC))


def _sorted(windows: Sequence[Window]) -> list[Span]:
    spans = [Span(to_us(one.start), to_us(one.end), "planned_stop", one.reason) for one in windows]
    return sorted(spans, key=lambda span: (span.start_us, span.end_us))


def _reached(waiting: deque[Span], begin: int, end: int) -> list[Span]:
    """Dated stretches that touch `[begin, end)`; those that are over are dropped for good."""
    while waiting and waiting[0].end_us <= begin:
        waiting.popleft()
    reached: list[Span] = []
    for span in waiting:
        if span.start_us >= end:
            break
        reached.append(span)
    return reached


def _of_day(weekly: Sequence[Weekly], day: date, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> list[Span]:
    """Weekly stretches that touch a day: its own, and those of the day before that last past midnight."""
    spans: list[Span] = []
    for start_day in (day - ONE_DAY, day):
        if start_day in holidays:
            continue
        for one in weekly:
            if start_day.weekday() in one.days:
                end_day = start_day if one.end > one.start else start_day + ONE_DAY
                start = datetime.combine(start_day, one.start, zone).astimezone(UTC)
                end = datetime.combine(end_day, one.end, zone).astimezone(UTC)
                spans.append(Span(to_us(start), to_us(end), "planned_stop", one.reason))
    return spans


def _outside(spans: list[Span], first: int, last: int) -> Iterator[Span]:
    """Parts of weekly stretches before and after the time that dated shifts cover."""
    for span in spans:
        if span.start_us < first:
            yield Span(span.start_us, min(span.end_us, first), span.state, span.reason)
        if span.end_us > last:
            yield Span(max(span.start_us, last), span.end_us, span.state, span.reason)


def _periods_between(begin: int, end: int, shifts: list[Span] | None, stops: list[Span]) -> Iterator[Span]:
    """Cut `[begin, end)` where a shift or a stop starts or ends; no list of shifts is always open."""
    marks = {begin, end}
    for span in (*(shifts or ()), *stops):
        marks.update(mark for mark in (span.start_us, span.end_us) if begin < mark < end)
    ordered = sorted(marks)
    for start, stop in pairwise(ordered):
        if shifts is not None and not any(one.start_us <= start < one.end_us for one in shifts):
            yield Span(start, stop, "off")
            continue
        stopped = next((one for one in stops if one.start_us <= start < one.end_us), None)
        if stopped is None:
            yield Span(start, stop, "open")
        else:
            yield Span(start, stop, "planned_stop", stopped.reason)


class WorkingTime:
    """The period of a calendar in which the clock stands.

    Attributes
    ----------
    open, state, reason, until_us
        Whether machines may work now, the state they are in if not, why, and until when.
    """

    __slots__ = ("_periods", "open", "reason", "state", "until_us")

    def __init__(self, calendar: Calendar | None, start_us: int) -> None:
        self._periods = periods(calendar, start_us)
        self.until_us = start_us
        self.state: PeriodState = "open"
        self.reason = ""
        self.open = True
        self.roll(start_us)

    def roll(self, now_us: int) -> None:
        """Go on to the period in which `now_us` lies; never back."""
        while self.until_us <= now_us:
            span = next(self._periods)
            self.until_us, self.state, self.reason = span.end_us, span.state, span.reason
            self.open = span.state == "open"
