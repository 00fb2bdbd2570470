"""Volumes: what one merged file covers. A UTC month, or a UTC day where a month would have too many points.

Long-range questions want few files, and writing a late point wants small ones. A month that grows beyond
`StoreSettings.month_points` is split into its days, and stays so.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(at_us: int) -> int:
    """Return the UTC day of a moment, as the number of days since 1970-01-01."""
    return at_us // DAY_US


@dataclass(frozen=True, slots=True, order=True)
class Volume:
    """A month or a day of UTC.

    Attributes
    ----------
    first_day
        Days since 1970-01-01.
    days
        How many; 1 of a day.
    """

    first_day: int
    days: int

    @property
    def start_us(self) -> int:
        """The moment it begins, UTC microseconds."""
        return self.first_day * DAY_US

    @property
    def end_us(self) -> int:
        """The moment it is over."""
        return (self.first_day + self.days) * DAY_US

    @property
    def name(self) -> str:
        """As 2025-01 or 2025-01-31."""
        first = date.fromordinal(_EPOCH + self.first_day).isoformat()
        return first if self.days == 1 else first[:-3]


def day_volume(day: int) -> Volume:
    """Return a day as a volume."""
    return Volume(day, 1)


def month_volume(day: int) -> Volume:
    """Return the month of a day."""
    found = date.fromordinal(_EPOCH + day)
    return Volume(day - found.day + 1, monthrange(found.year, found.month)[1])


def volumes_of(days: Iterable[int], merged: Collection[Volume]) -> dict[int, Volume]:
    """Return to which volume each day belongs: to its month, unless that is split into days.

    Parameters
    ----------
    days
        Days since 1970-01-01.
    merged
        The volumes that there are files of.
    """
    split = {month_volume(one.first_day) for one in merged if one.days == 1}
    months = {day: month_volume(day) for day in days}
    return {day: day_volume(day) if month in split else month for day, month in months.items()}
