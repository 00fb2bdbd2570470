"""Alarm statistics: the measures of IEC 62682, against counting by hand."""

from collections import Counter
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.equipment.monitoring_alarms import (
    AlarmBounds,
    AlarmFigures,
    AlarmLog,
    Bound,
    alarm_figures,
    stale_by_day,
)
from linghang.errors import BadInput

S, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
UTC = ZoneInfo("UTC")


def log(rows: list[tuple[int, int, str, str]]) -> AlarmLog:
    """Rows of raised, cleared, priority, source."""
    at, cleared = np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], np.int64)
    return AlarmLog(at, cleared, np.full(len(rows), -1, np.int64), [r[2] for r in rows], [r[3] for r in rows])


def figures(rows: list[tuple[int, int, str, str]], days: int = 1, **bounds: int) -> AlarmFigures:
    return alarm_figures(log(rows), 0, days * DAY, UTC, AlarmBounds(**bounds))


def value(found: AlarmFigures, id: str) -> float | None:
    return found.metric(id).value


RECOMMENDED = {
    "per_day": Bound(150),
    "per_hour": Bound(6),
    "per_ten_minutes": Bound(1),
    "peak_ten_minutes": Bound(10),
    "periods_over_10": Bound(1, "below"),
    "hours_over_30": Bound(1, "below"),
    "flood_time": Bound(1, "below"),
    "top_10": Bound(5),
    "chattering": Bound(0),
    "fleeting": Bound(0),
    "stale": Bound(5, "below"),
    "priority_low": Bound(80, "about"),
    "priority_medium": Bound(15, "about"),
    "priority_high": Bound(5, "about"),
    "priority_critical": Bound(1, "below"),
}
"""As the standard's table has them, written down a second time."""


def test_the_bounds_are_those_of_the_standard() -> None:
    found = figures([])
    assert {one.id: one.bound for one in found.metrics if one.bound} == RECOMMENDED


def test_144_alarms_spread_evenly_are_one_in_ten_minutes_and_keep_the_rates() -> None:
    found = figures([(place * 10 * MINUTE, place * 10 * MINUTE + HOUR, "low", f"a{place}") for place in range(144)])
    rates = ("per_day", "per_hour", "per_ten_minutes", "peak_ten_minutes")
    assert [value(found, id) for id in rates] == [144, 6, 1, 1]
    assert all(found.metric(id).within for id in (*rates, "periods_over_10", "hours_over_30", "flood_time"))


def test_more_operators_share_the_alarms() -> None:
    rows = [(place * MINUTE, place * MINUTE + S, "low", "a") for place in range(300)]
    assert value(figures(rows, operators=2), "per_day") == 150
    assert value(figures(rows), "per_day") == 300


def test_a_flood_is_the_time_from_the_eleventh_alarm_until_fewer_than_five() -> None:
    rows = [(place * 30 * S, -1, "low", f"a{place}") for place in range(12)]
    found = figures(rows)
    (flood,) = found.floods
    assert flood == (300 * S, 7 * 30 * S + 600 * S, 12)
    assert value(found, "flood_time") == pytest.approx(100 * (flood[1] - flood[0]) / DAY)
    assert value(found, "periods_over_10") == pytest.approx(100 / 144)
    assert value(found, "peak_ten_minutes") == 12


def test_ten_in_ten_minutes_is_no_flood() -> None:
    assert figures([(place * 30 * S, -1, "low", "a") for place in range(10)]).floods == ()


def test_the_alarm_that_comes_most_stands_first_and_the_ten_together_are_a_share() -> None:
    rows = [(place * HOUR, -1, "low", f"a{place % 20:02}") for place in range(100)]
    rows += [(place * HOUR + MINUTE, -1, "low", "worst") for place in range(50)]
    found = figures(rows, 5)
    assert (found.offenders[0].source, found.offenders[0].count) == ("worst", 50)
    assert value(found, "top_10") == pytest.approx(100 * (50 + 9 * 5) / 150)
    assert len(found.offenders) == 10


def test_stale_alarms_are_counted_by_the_plants_days() -> None:
    rows = [(0, -1, "low", "a"), (HOUR, 26 * HOUR, "low", "b"), (2 * HOUR, 25 * HOUR, "low", "c")]
    found = figures(rows, 3)
    assert value(found, "stale") == 2
    assert value(found, "standing_at_end") == 1
    # 15:30 to 16:30 UTC is two days in Shanghai.
    begin, until = np.array([15 * HOUR + 30 * MINUTE]), np.array([16 * HOUR + 30 * MINUTE])
    assert stale_by_day(np.repeat(begin, 2), np.array([until[0], begin[0]]), 0, DAY, ZoneInfo("Asia/Shanghai")) == 1


def test_an_alarm_of_before_the_window_stands_but_is_not_counted() -> None:
    found = alarm_figures(log([(-2 * DAY, -1, "low", "old")]), 0, DAY, UTC)
    assert value(found, "alarms") == 0
    assert value(found, "stale") == 1
    assert value(found, "top_10") is None
    assert found.metric("top_10").within is None


def test_priorities_are_shares_of_the_alarms_that_have_one() -> None:
    rows = [(place * HOUR, -1, priority, "a") for place, priority in enumerate(["low"] * 3 + ["critical", ""])]
    found = figures(rows)
    assert (value(found, "priority_low"), value(found, "priority_critical")) == (75, 25)
    assert found.priorities == {"low": 3, "medium": 0, "high": 0, "critical": 1}


def test_chattering_and_fleeting_alarms_are_told_apart() -> None:
    rows = [(at * S, at * S + 5 * S, "low", "shaky") for at in (0, 20, 40, 60, 80)]
    rows += [(HOUR, HOUR + 2 * S, "low", "brief"), (2 * HOUR, 3 * HOUR, "low", "long")]
    found = figures(rows)
    assert (value(found, "chattering"), value(found, "chatter_episodes"), value(found, "fleeting")) == (1, 1, 6)


def test_a_clearing_before_the_alarm_is_no_clearing() -> None:
    assert value(figures([(HOUR, MINUTE, "low", "a")]), "standing_at_end") == 1


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(BadInput):
        AlarmLog(np.zeros(2, np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64), ["low"], ["a"])
    with pytest.raises(BadInput):
        alarm_figures(log([]), 5, 5, UTC)


ALARMS = st.lists(
    st.tuples(
        st.integers(0, 2 * 86_400 - 1),
        st.integers(1, 4000),
        st.sampled_from(["low", "high"]),
        st.sampled_from("abcdefghijklm"),
    ),
    max_size=150,
)


@settings(deadline=None, max_examples=60)
@given(ALARMS)
def test_rates_are_what_counting_says(rows: list[tuple[int, int, str, str]]) -> None:
    alarms = [(at * S, (at + lasted) * S, priority, source) for at, lasted, priority, source in rows]
    found = figures(alarms, 2)
    assert value(found, "per_day") == pytest.approx(len(rows) / 2)
    assert value(found, "per_ten_minutes") == pytest.approx(len(rows) / 288)
    per_ten = Counter(at // 600 for at in (row[0] for row in rows))
    per_hour = Counter(at // 3600 for at in (row[0] for row in rows))
    assert value(found, "peak_ten_minutes") == max(per_ten.values(), default=0)
    assert value(found, "periods_over_10") == pytest.approx(100 * sum(n > 10 for n in per_ten.values()) / 288)
    assert value(found, "hours_over_30") == pytest.approx(100 * sum(n > 30 for n in per_hour.values()) / 48)
    most = Counter(row[3] for row in rows).most_common(10)
    if rows:
        assert value(found, "top_10") == pytest.approx(100 * sum(n for _, n in most) / len(rows))
    assert sum(one.count for one in found.offenders) == sum(n for _, n in most)


@settings(deadline=None, max_examples=40)
@given(ALARMS, st.randoms())
def test_the_order_of_the_records_does_not_matter(rows: list[tuple[int, int, str, str]], random: object) -> None:
    alarms = [(at * S, (at + lasted) * S, priority, source) for at, lasted, priority, source in rows]
    shuffled = list(alarms)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = figures(alarms, 2), figures(shuffled, 2)
    assert one.metrics == two.metrics
    assert one.floods == two.floods
    assert one.offenders == two.offenders
