"""Calendars as periods of a running clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile

from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.twin.flow.calendars import EVERY_DAY, WORKING_DAYS, Calendar, Weekly, Window
from linghang.twin.flow.working_time import Span, WorkingTime, periods
from linghang.twin.flow.world import FAR_US, from_us, to_us

MONDAY = datetime(2025, 3, 2, 16, tzinfo=UTC)
"""Midnight in Shanghai."""


def hours(calendar: Calendar, days: float = 7, start: datetime = MONDAY) -> list[tuple[float, str, str]]:
    """Begin in hours after Monday's midnight, state and reason of the periods of some days."""
    end = to_us(start) + round(days * 86_400e6)
    spans = takewhile(lambda span: span.start_us < end, periods(calendar, to_us(start)))
    return [((from_us(span.start_us) - MONDAY) / timedelta(hours=1), span.state, span.reason) for span in spans]


def test_no_calendar_and_one_without_rows_are_always_open() -> None:
    assert list(periods(None, 5)) == [Span(5, FAR_US, "open")]
    assert list(periods(Calendar("D"), 5)) == [Span(5, FAR_US, "open")]


def test_two_shifts_on_working_days() -> None:
    early, late = (Weekly(time(start), time(end), WORKING_DAYS) for start, end in ((8, 12), (12, 20)))
    calendar = Calendar("D", shifts=(early, late))
    found = hours(calendar)
    assert found[:4] == [(0, "off", ""), (8, "open", ""), (20, "off", ""), (32, "open", "")]
    assert found[-1] == (4 * 24 + 20, "off", "")
    assert len(found) == 1 + 2 * 5


def test_a_night_shift_lasts_past_midnight_and_belongs_to_its_first_day() -> None:
    calendar = Calendar("D", shifts=(Weekly(time(20), time(4), (0,)),))
    assert hours(calendar) == [(0, "off", ""), (20, "open", ""), (28, "off", "")]


def test_a_shift_of_24_hours_joins_its_neighbours() -> None:
    calendar = Calendar("D", shifts=(Weekly(time(8), time(8), (0, 1)),))
    assert hours(calendar) == [(0, "off", ""), (8, "open", ""), (56, "off", "")]


def test_no_shift_starts_on_a_holiday() -> None:
    calendar = Calendar("D", shifts=(Weekly(time(20), time(4)),), holidays=frozenset({date(2025, 3, 4)}))
    assert hours(calendar, 3) == [(0, "open", ""), (4, "off", ""), (20, "open", ""), (28, "off", ""), (68, "open", "")]


def test_planned_stops_lie_within_shifts_and_dated_ones_too() -> None:
    calendar = Calendar(
        "D",
        shifts=(Weekly(time(8), time(20)),),
        stops=(Weekly(time(12), time(13), EVERY_DAY, "午休"), Weekly(time(22), time(23))),
        dated_stops=(Window(MONDAY + timedelta(hours=18), MONDAY + timedelta(hours=34), "检修"),),
    )
    assert hours(calendar, 1.5) == [
        (0, "off", ""),
        (8, "open", ""),
        (12, "planned_stop", "午休"),
        (13, "open", ""),
        (18, "planned_stop", "检修"),
        (20, "off", ""),
        (32, "planned_stop", "检修"),
        (34, "open", ""),
    ]


def test_dated_shifts_alone_count_where_they_are_and_weekly_ones_around() -> None:
    dated = tuple(Window(MONDAY + timedelta(hours=at), MONDAY + timedelta(hours=at + 2)) for at in (34, 30))
    weekly = Weekly(time(8), time(10))
    found = hours(Calendar("D", shifts=(weekly,), stops=(Weekly(time(9), time(10)),), dated_shifts=dated), 3)
    assert found == [
        (0, "off", ""),
        (8, "open", ""),
        (9, "planned_stop", ""),
        (10, "off", ""),
        (30, "open", ""),
        (32, "off", ""),
        (34, "open", ""),
        (36, "off", ""),
        (56, "open", ""),
        (57, "planned_stop", ""),
        (58, "off", ""),
    ]
    assert hours(Calendar("D", dated_shifts=dated), 9)[-1] == (36, "off", "")


def test_summer_time_makes_a_shift_shorter() -> None:
    berlin = Calendar("D", "Europe/Berlin", shifts=(Weekly(time(1), time(5), (6,)),))
    end_us = to_us(MONDAY) + 28 * 86_400_000_000
    spans = list(takewhile(lambda span: span.start_us < end_us, periods(berlin, to_us(MONDAY))))
    lengths = [(span.end_us - span.start_us) / 3.6e9 for span in spans if span.state == "open"]
    assert lengths == [4, 4, 4, 3]  # on 30 March 2025 the clock goes forward at two


weekly = st.builds(
    Weekly,
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.sets(st.integers(0, 6), min_size=1).map(tuple),
)
window = st.tuples(st.integers(0, 40 * 24), st.integers(1, 60)).map(
    lambda pair: Window(MONDAY + timedelta(hours=pair[0]), MONDAY + timedelta(hours=sum(pair)), "dated")
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(weekly, max_size=3),
    st.lists(window, max_size=3),
    st.lists(weekly, max_size=2),
    st.lists(window, max_size=3),
    st.lists(st.integers(0, 30 * 24 * 60), min_size=1, max_size=30),
)
def test_every_moment_has_the_state_that_its_shifts_and_stops_say(
    shifts: list[Weekly], dated: list[Window], stops: list[Weekly], closed: list[Window], minutes: list[int]
) -> None:
    calendar = Calendar("D", "Asia/Shanghai", tuple(shifts), tuple(dated), tuple(stops), tuple(closed))
    end_us, four_weeks_us = to_us(MONDAY) + 45 * 86_400_000_000, 28 * 86_400_000_000
    spans = list(takewhile(lambda span: span.start_us < end_us, periods(calendar, to_us(MONDAY))))
    for before, later in pairwise(spans):
        assert before.end_us == later.start_us
        long = before.end_us - before.start_us >= four_weeks_us
        assert long or (before.state, before.reason) != (later.state, later.reason)
    clock = WorkingTime(calendar, to_us(MONDAY))
    for minute in sorted(minutes):
        moment = MONDAY + timedelta(minutes=minute)
        clock.roll(to_us(moment))
        assert clock.state == expected(calendar, moment)


def expected(calendar: Calendar, moment: datetime) -> str:
    inside_dated = bool(calendar.dated_shifts) and (
        min(one.start for one in calendar.dated_shifts) <= moment < max(one.end for one in calendar.dated_shifts)
    )
    if inside_dated:
        working = any(one.start <= moment < one.end for one in calendar.dated_shifts)
    elif calendar.shifts or calendar.dated_shifts:
        working = any(holds(one, moment) for one in calendar.shifts)
    else:
        working = True
    weekly_stops = () if inside_dated else calendar.stops
    stopped = any(one.start <= moment < one.end for one in calendar.dated_stops)
    stopped = stopped or any(holds(one, moment) for one in weekly_stops)
    return "off" if not working else "planned_stop" if stopped else "open"


def holds(one: Weekly, moment: datetime) -> bool:
    """Whether a weekly stretch holds at a moment, reckoned minute by minute of the local clock."""
    local = moment + timedelta(hours=8)
    since_midnight = local.hour * 3600 + local.minute * 60 + local.second
    start, end = (at.hour * 3600 + at.minute * 60 + at.second for at in (one.start, one.end))
    if end > start:
        return local.weekday() in one.days and start <= since_midnight < end
    today = local.weekday() in one.days and since_midnight >= start
    return today or ((local.weekday() - 1) % 7 in one.days and since_midnight < end)
