"""Calendars of stations from recorded shifts."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from linghang.twin.flow.calendars import Calendar, Weekly, Window
from linghang.twin.flow.model import OPEN
from linghang.twin.flow.recorded_rows import Recorded, Row
from linghang.words import later

WEEK = timedelta(days=7)
WEEKS_OF_PATTERN = 4
"""Weeks at the end of the records of which the usual week is made (ours)."""


def calendars(recorded: Recorded, zone: str, stations: list[str]) -> tuple[dict[str, str], tuple[Calendar, ...]]:
    """Calendar id of each station, and the calendars.

    Shifts of a work centre are its own calendar, shifts without one are that of the factory. A planned stop lies in the
    middle of its shift. Before the first and after the last recorded shift the usual week repeats: each shift that most
    of the last four weeks had.
    """
    shifts = [row for row in recorded.rows("shift") if row["factory_id"] == recorded.factory_id]
    if not shifts:
        recorded.assume("shift", later("machines may work around the clock: no shift is recorded"))
        return dict.fromkeys(stations, OPEN), ()
    common = [row for row in shifts if row["work_center_id"] is None]
    names: dict[str, str] = {}
    made: dict[str, Calendar] = {}
    for station in stations:
        own = [row for row in shifts if row["work_center_id"] == station]
        name = station if own else recorded.factory_id if common else OPEN
        if name == OPEN:
            recorded.assume(station, later("it may work around the clock: no shift of it or the factory is recorded"))
        elif name not in made:
            made[name] = _calendar(name, zone, own or common)
        names[station] = name
    if any(row["planned_stop_s"] > 0 for row in shifts):
        recorded.assume("shift", later("the planned stop of a shift lies in its middle"))
    recorded.assume("shift", later("outside the recorded shifts the usual week of the last four repeats"))
    return names, tuple(made.values())


def _calendar(name: str, zone: str, rows: list[Row]) -> Calendar:
    last = max(row["end"] for row in rows)
    recent = [row for row in rows if row["start"] >= last - WEEKS_OF_PATTERN * WEEK and _within_a_day(row)]
    weeks = min(WEEKS_OF_PATTERN, max(1, round((last - min((row["start"] for row in recent), default=last)) / WEEK)))
    counts = Counter(_weekly(row, ZoneInfo(zone)) for row in recent)
    usual = [(weekly, stop) for (weekly, stop), count in counts.items() if count * 2 > weeks]
    return Calendar(
        name,
        zone,
        shifts=tuple(weekly for weekly, _ in usual),
        stops=tuple(stop for _, stop in usual if stop is not None),
        dated_shifts=tuple(Window(row["start"], row["end"]) for row in rows),
        dated_stops=tuple(stop for row in rows if (stop := _stop(row)) is not None),
    )


def _within_a_day(row: Row) -> bool:
    return bool(row["end"] - row["start"] <= timedelta(days=1))


def _stop(row: Row) -> Window | None:
    if not row["planned_stop_s"]:
        return None
    middle, half = row["start"] + (row["end"] - row["start"]) / 2, timedelta(seconds=row["planned_stop_s"] / 2)
    return Window(max(row["start"], middle - half), min(row["end"], middle + half))


def _weekly(row: Row, zone: ZoneInfo) -> tuple[Weekly, Weekly | None]:
    """Shift of a row as one of every week, and its planned stop."""
    stop = _stop(row)
    return _of_week(row["start"], row["end"], zone), None if stop is None else _of_week(stop.start, stop.end, zone)


def _of_week(start: datetime, end: datetime, zone: ZoneInfo) -> Weekly:
    local = start.astimezone(zone)
    return Weekly(local.time(), end.astimezone(zone).time(), (local.weekday(),))
