"""Periods of plant days, and which period an improvement is measured from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linghang.errors import BadInput

MONTHS_OF_A_BASELINE = 12
"""Last complete twelve months (our reading of common practice; no official rule was found)."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days `[start, end)` as the plant's clock counts them.

    Attributes
    ----------
    start, end
        First day, and the day after the last.
    zone
        IANA name of the plant's time zone: where its days begin.

    Raises
    ------
    BadInput
        If the period is empty or the zone is not known.
    """

    start: date
    end: date
    zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise BadInput("a period ends after it starts; {start} to {end} does not", start=self.start, end=self.end)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput("no time zone {zone}; one is written like Asia/Shanghai", zone=self.zone) from error

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """First moment and the moment after the last, in UTC."""
        zone = ZoneInfo(self.zone)
        first, after = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (self.start, self.end))
        return first, after

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def months(self) -> tuple[date, ...]:
        """First days of its months; none if it does not consist of whole months."""
        if self.start.day != 1 or self.end.day != 1:
            return ()
        return tuple(months_after(self.start, count) for count in range(_months_between(self.start, self.end)))

    def overlaps(self, other: "Period") -> bool:
        """Whether a day belongs to both."""
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"[{self.start}, {self.end}) {self.zone}"


def months_after(day: date, months: int) -> date:
    """First day of the month `months` after the month of `day`; negative counts go back."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def of_year(year: int, zone: str = "Asia/Shanghai") -> Period:
    """Return a calendar year."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1), zone)


def last_months(before: date, zone: str, months: int = MONTHS_OF_A_BASELINE) -> Period:
    """Return the last complete months before a day.

    Parameters
    ----------
    before
        The day is not part of the period; if it is the first of a month, the period ends with the day before.
    """
    end = months_after(before, 0)
    return Period(months_after(end, -months), end, zone)


def baseline(
    zone: str, *, given: Period | None = None, project_began: date | None = None, commissioned_on: date | None = None
) -> Period | None:
    """Choose the period that improvements are measured from (common practice, no official rule).

    Returns
    -------
    Period or None
        The given period; else the last complete twelve months before the project, if the plant had been running
        for all of them; else the first complete twelve months after commissioning. None means that there is no
        baseline (a new plant), which is a legal answer: improvements are then unknown, never zero.
    """
    if given is not None:
        return given
    if project_began is not None:
        before = last_months(project_began, zone)
        if commissioned_on is None or commissioned_on <= before.start:
            return before
    if commissioned_on is None:
        return None
    start = months_after(commissioned_on - timedelta(days=1), 1)
    return Period(start, months_after(start, MONTHS_OF_A_BASELINE), zone)


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month
