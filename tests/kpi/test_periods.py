from datetime import UTC, date, datetime

import pytest

from linghang.errors import BadInput
from linghang.kpi.period import Period, baseline, last_months, months_after, of_year


def test_days_begin_at_the_plants_midnight() -> None:
    first, after = Period(date(2025, 3, 1), date(2025, 4, 1), "Asia/Shanghai").bounds
    assert first == datetime(2025, 2, 28, 16, tzinfo=UTC)
    assert after == datetime(2025, 3, 31, 16, tzinfo=UTC)


def test_a_day_on_which_clocks_change_has_23_hours() -> None:
    first, after = Period(date(2025, 3, 30), date(2025, 3, 31), "Europe/Berlin").bounds
    assert (after - first).total_seconds() == 23 * 3600


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2024, 1, 1), date(2025, 1, 1), 12),
        (date(2024, 11, 1), date(2025, 2, 1), 3),
        (date(2024, 2, 1), date(2024, 3, 1), 1),
        (date(2024, 2, 2), date(2024, 3, 1), 0),
        (date(2024, 2, 1), date(2024, 3, 2), 0),
    ],
)
def test_months_are_counted_only_where_all_are_whole(start: date, end: date, count: int) -> None:
    assert len(Period(start, end).months) == count


def test_months_run_over_the_end_of_a_year() -> None:
    assert months_after(date(2024, 12, 31), 1) == date(2025, 1, 1)
    assert months_after(date(2024, 1, 15), -1) == date(2023, 12, 1)


def test_the_baseline_is_the_last_complete_year_before_the_project() -> None:
    found = baseline("Asia/Shanghai", project_began=date(2024, 5, 20), commissioned_on=date(2010, 1, 1))
    assert found == Period(date(2023, 5, 1), date(2024, 5, 1), "Asia/Shanghai")
    assert last_months(date(2024, 5, 1), "Asia/Shanghai").end == date(2024, 5, 1)


def test_a_plant_younger_than_that_takes_its_first_complete_year() -> None:
    found = baseline("Asia/Shanghai", project_began=date(2024, 5, 20), commissioned_on=date(2023, 6, 2))
    assert found == Period(date(2023, 7, 1), date(2024, 7, 1), "Asia/Shanghai")
    found = baseline("Asia/Shanghai", commissioned_on=date(2023, 6, 1))
    assert found == Period(date(2023, 6, 1), date(2024, 6, 1), "Asia/Shanghai")


def test_a_new_plant_has_no_baseline_and_a_given_one_is_kept() -> None:
    assert baseline("Asia/Shanghai") is None
    assert baseline("Asia/Shanghai", given=of_year(2020), project_began=date(2024, 1, 1)) == of_year(2020)


@pytest.mark.parametrize(
    ("start", "end", "zone"),
    [
        (date(2025, 1, 1), date(2025, 1, 1), "Asia/Shanghai"),
        (date(2025, 1, 2), date(2025, 1, 1), "Asia/Shanghai"),
        (date(2025, 1, 1), date(2025, 2, 1), "Asia/Nowhere"),
        (date(2025, 1, 1), date(2025, 2, 1), "../etc"),
    ],
)
def test_nonsense_is_refused(start: date, end: date, zone: str) -> None:
    with pytest.raises(BadInput):
        Period(start, end, zone)
