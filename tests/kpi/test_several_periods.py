"""Several periods from one reading: each as if it had been read alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_golden_plant import PLANT, THIS, at

from linghang.kpi.compute import compute, compute_each
from linghang.kpi.indicators import RULES
from linghang.kpi.period import Period, months_after

OEE = tuple(rule for rule in RULES if rule.id in ("oee", "resource_utilisation"))
MONTHS = [Period(months_after(THIS.start, n), months_after(THIS.start, n + 1)) for n in range(-14, 13)]
YEARS = [Period(months_after(THIS.start, n), months_after(THIS.start, n + 12)) for n in (-12, -6, 0)]


def both(plant: Any, rows: Any, periods: list[Period], rules: Any = RULES) -> tuple[Any, Any]:
    tables = plant(rows, only=True)
    digests = dict.fromkeys(tables, "0")
    alone = [compute(tables, one, None, "15", digests, rules=rules) for one in periods]
    return compute_each(tables, periods, "15", digests, rules=rules), alone


def test_of_no_period_nothing_is_read(plant: Any) -> None:
    assert compute_each(plant({}, only=True), [], "15", {}) == []


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    periods=st.lists(st.sampled_from([*MONTHS, *YEARS]), min_size=1, max_size=3),
    without=st.sets(st.sampled_from(sorted(PLANT)), max_size=3),
)
def test_a_period_says_the_same_beside_others_as_alone(plant: Any, periods: list[Period], without: set[str]) -> None:
    together, alone = both(plant, {key: rows for key, rows in PLANT.items() if key not in without}, periods)
    assert together == alone


def test_a_month_without_data_beside_one_with_data_is_a_gap_and_no_zero(plant: Any) -> None:
    march = Period(date(2025, 3, 1), date(2025, 4, 1))
    begin = at("2025-03-01T00:00")
    rows = {
        "equipment": [{"equipment_id": "E", "ideal_cycle_s": 60.0}],
        "equipment_state": [
            {"equipment_id": "E", "start": begin, "end": begin + timedelta(hours=3), "state": "running"},
            {"equipment_id": "E", "start": begin + timedelta(hours=3), "end": None, "state": "setup"},
        ],
        "job_response": [
            {"equipment_id": "E", "start": begin, "end": begin + timedelta(hours=2), "produced_quantity": 60.0}
            | {"good_quantity": 60.0}
        ],
    }
    together, alone = both(plant, rows, [Period(date(2025, 1, 1), date(2025, 2, 1)), march], OEE)
    assert together == alone
    oee = [next(one for one in month if one.id == "oee") for month in together]
    assert [one.present_value is None for one in oee] == [True, False]
