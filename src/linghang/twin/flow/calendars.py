"""Working calendars: shifts, holidays and planned stops, as declared and as periods of a running clock."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linghang.errors import BadInput

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
WORKING_DAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A stretch of time of some days of every week, by the plant's clock.

    Attributes
    ----------
    start, end
        First moment and the moment after the last; an end at or before the start lies on the next day (so that
        equal ones are 24 hours). The day is the one on which it starts.
    days
        Days of the week, Monday is 0.
    reason
        Why work stops, for a planned stop.
    """

    start: time
    end: time
    days: tuple[int, ...] = EVERY_DAY
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.days or not set(self.days) <= set(EVERY_DAY):
            raise BadInput("days of the week are 0 (Monday) to 6 (Sunday); {days} are not", days=self.days)


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of time `[start, end)`: a dated shift, or a dated planned stop with its reason."""

    start: datetime
    end: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise BadInput("a moment of the calendar needs a time zone; {start} has none", start=self.start.isoformat())
        if self.start >= self.end:
            raise BadInput(
                "a stretch of time ends after it starts; {start} to {end} does not",
                start=self.start.isoformat(),
                end=self.end.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class Calendar:
    """When machines may work.

    Outside its shifts a machine is `off`, in a planned stop it is in `planned_stop`. Work that is under way pauses
    and goes on afterwards where it stopped. Repairs go on around the clock.

    Attributes
    ----------
    calendar_id
        Its name.
    zone
        IANA name of the plant's time zone.
    shifts
        Weekly shifts. None and no dated shifts either: open around the clock.
    dated_shifts
        Shifts with their dates, as a plant's records have them. Between the first one's start and the last one's
        end they and the dated stops alone count; before and after it the weekly shifts and stops do (where there are
        no weekly shifts, it is closed then).
    stops
        Weekly planned stops.
    dated_stops
        Planned stops with their dates: overhauls, weekly maintenance moved to another day.
    holidays
        Days on which no weekly shift starts.
    """

    calendar_id: str
    zone: str = "Asia/Shanghai"
    shifts: tuple[Weekly, ...] = ()
    dated_shifts: tuple[Window, ...] = ()
    stops: tuple[Weekly, ...] = ()
    dated_stops: tuple[Window, ...] = ()
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput("no time zone {zone}; one is written like Asia/Shanghai", zone=self.zone) from error
