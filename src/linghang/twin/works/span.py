"""The time that a works was recorded for: whole months, the running one, its years and its holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from linghang.errors import BadInput
from linghang.kpi.period import months_after

ZONE = "Asia/Shanghai"
IMPROVED_MONTHS = 12
MAX_MONTHS = 60
EARLIEST = date(2018, 1, 1)
"""The works was opened in 2014; before this day its calendar knows no holidays."""
DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)

_FESTIVALS = """
2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17
2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08
"""
SPRING_FESTIVALS: Mapping[int, date] = {day.year: day for day in map(date.fromisoformat, _FESTIVALS.split())}
"""First day of the lunar year; the works stands still around it. Beyond this table no festival is known."""
FESTIVAL_DAYS = range(-1, 5)
"""Days of the stop, counted from the first day of the lunar year."""


@dataclass(frozen=True, slots=True)
class Span:
    """The recorded time `[first, until)` in days of the plant.

    Attributes
    ----------
    until
        The day at whose midnight the records end.
    months
        Complete months before the month of `until`; the days of that month come on top.
    zone
        IANA name of the plant's zone, one without summer time.

    Raises
    ------
    BadInput
        If the number of months is not from 1 to 60, or they begin before the works has records.
    """

    until: date
    months: int
    zone: str = ZONE

    def __post_init__(self) -> None:
        if not 1 <= self.months <= MAX_MONTHS:
            raise BadInput("a works has 1 to {most} months, not {months}", most=MAX_MONTHS, months=self.months)
        if self.first < EARLIEST:
            raise BadInput(
                "the works has records from {earliest} on, not from {first}", earliest=EARLIEST, first=self.first
            )

    @property
    def first(self) -> date:
        """First day of the first month."""
        return months_after(self.until, -self.months)

    @property
    def complete_until(self) -> date:
        """First day of the running month: the complete months end here."""
        return months_after(self.until, 0)

    @property
    def improved_from(self) -> date:
        """First day of the improved year: the last twelve complete months."""
        return months_after(self.until, -IMPROVED_MONTHS)

    @property
    def month_days(self) -> tuple[date, ...]:
        """First days of the complete months."""
        return tuple(months_after(self.first, number) for number in range(self.months))

    @property
    def days(self) -> tuple[date, ...]:
        """All days."""
        return tuple(self.first + timedelta(number) for number in range((self.until - self.first).days))

    @property
    def day_numbers(self) -> npt.NDArray[np.int64]:
        """All days, as days since 1970."""
        return np.arange((self.first - _EPOCH).days, (self.until - _EPOCH).days, dtype=np.int64)

    @property
    def start_us(self) -> int:
        """First moment, UTC microseconds since 1970."""
        return self.at(self.first)

    @property
    def end_us(self) -> int:
        """Moment after the last, UTC microseconds since 1970."""
        return self.at(self.until)

    def at(self, day: date, hours: float = 0.0) -> int:
        """UTC microseconds of an hour of a plant day."""
        midnight = datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)
        return int(midnight.timestamp()) * 1_000_000 + round(hours * 3_600_000_000)

    def day_of(self, at_us: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Plant day of UTC microseconds, as days since 1970."""
        offset = self.at(_EPOCH)
        return np.asarray((np.asarray(at_us, dtype=np.int64) - offset) // DAY_US, dtype=np.int64)

    def midnight_us(self, day_number: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """UTC microseconds at which a plant day begins."""
        return np.asarray(np.asarray(day_number, dtype=np.int64) * DAY_US + self.at(_EPOCH), dtype=np.int64)

    def month_of(self, day_number: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Number of the month that a day lies in, 0 for the first; the running month comes after the complete ones."""
        starts = [number_of(day) for day in (*self.month_days, self.complete_until)]
        return np.asarray(np.searchsorted(starts, np.asarray(day_number), side="right") - 1, dtype=np.int64)

    def improved(self, day_number: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether days lie in the improved year or after it."""
        return np.asarray(np.asarray(day_number) >= number_of(self.improved_from), dtype=np.bool_)


def number_of(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_from(number: int) -> date:
    """Day of a number of days since 1970."""
    return _EPOCH + timedelta(int(number))


def festival_days(span: Span) -> frozenset[date]:
    """Days on which the works stands still."""
    stops = {
        SPRING_FESTIVALS[year] + timedelta(offset)
        for year in range(span.first.year, span.until.year + 1)
        if year in SPRING_FESTIVALS
        for offset in FESTIVAL_DAYS
    }
    return frozenset(day for day in stops if span.first <= day < span.until)
