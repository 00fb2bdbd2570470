from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from linghang.kpi.compute import compute
from linghang.kpi.indicators import RULES
from linghang.kpi.period import of_year
from linghang.kpi.references import PUBLISHED, Comparator, compare


@pytest.fixture(scope="module")
def values(module_plant: Any) -> Any:
    inspected = [
        {"at": f"{year}-06-01T00:00:00", "stage": "final", "inspected_quantity": 100.0, "defective_quantity": bad}
        for year, bad in ((2024, 4.0), (2025, 3.0))
    ]
    for row in inspected:
        row["at"] = datetime.fromisoformat(str(row["at"])).replace(tzinfo=UTC)
    tables = module_plant({"inspection": inspected}, only=True)
    found = compute(tables, of_year(2025), of_year(2024), "15", {"inspection": "0"})
    return {value.id: value for value in found}


def comparator(**changes: Any) -> Comparator:
    given = {
        "indicator": "defect_rate",
        "scope": "province",
        "region": "15",
        "industry": "36",
        "source": "yearbook",
        "as_of": date(2025, 1, 1),
    }
    return Comparator(**{**given, **changes})


def test_without_a_comparator_the_standing_is_unknown(values: Any) -> None:
    found = compare(values["defect_rate"], (), "province", "15", "3670")
    assert (found.standing, found.above_average, found.comparator) == ("unknown", None, None)
    other = comparator(region="11", average=Decimal(5))
    assert compare(values["defect_rate"], (other,), "province", "15", "3670").standing == "unknown"


@pytest.mark.parametrize(
    ("average", "leading", "standing"),
    [
        (Decimal("3.1"), None, "above_average"),
        (Decimal(3), None, "not_above_average"),
        (Decimal("2.9"), None, "not_above_average"),
        (Decimal(5), Decimal(3), "at_leading_level"),
        (Decimal(5), Decimal("2.9"), "above_average"),
        (None, Decimal("2.9"), "unknown"),
    ],
)
def test_lower_is_better_for_a_defect_rate(
    values: Any, average: Decimal | None, leading: Decimal | None, standing: str
) -> None:
    one = comparator(average=average, leading=leading)
    assert compare(values["defect_rate"], (one,), "province", "15", "3670").standing == standing


def test_a_change_compares_with_changes_and_more_is_better(values: Any) -> None:
    one = comparator(quantity="value", average=Decimal(24), leading=Decimal(25))
    assert values["defect_rate"].value == Decimal(25)
    assert compare(values["defect_rate"], (one,), "province", "15", "36").standing == "at_leading_level"


def test_the_closer_industry_and_the_newer_value_go_first(values: Any) -> None:
    rows = (
        comparator(average=Decimal(9), as_of=date(2026, 1, 1)),
        comparator(industry="3670", average=Decimal(1)),
        comparator(industry="3670", average=Decimal(2), as_of=date(2026, 1, 1)),
    )
    assert compare(values["defect_rate"], rows, "province", "15", "3670").comparator == rows[2]
    assert compare(values["defect_rate"], rows, "province", "15", "3612").comparator == rows[0]


def test_another_unit_or_an_unknown_value_is_not_compared(values: Any) -> None:
    one = comparator(unit="ppm", average=Decimal(5))
    assert compare(values["defect_rate"], (one,), "province", "15", "3670").standing == "unknown"
    none = comparator(indicator="oee", average=Decimal(5))
    assert compare(values["oee"], (none,), "province", "15", "3670").standing == "unknown"


def test_published_numbers_name_known_indicators_and_their_source() -> None:
    ids = {rule.id for rule in RULES}
    for one in PUBLISHED:
        assert one.indicator is None or one.indicator in ids
        assert one.source
        assert one.confidence in ("H", "M", "L")
