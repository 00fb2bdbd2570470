"""What a comparator may say: regions, units, limits, and the checks that an import makes of them."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.kpi.indicators import RULES
from linghang.plant.comparators import COMPARED, area_of, check_unit, digits_of, exact, rate_factor
from linghang.plant.records import check_rows, columns_of
from linghang.plant.tables import TABLES
from linghang.words import use


@pytest.fixture(autouse=True)
def _english() -> None:
    use("en")


def problems(**changes: Any) -> list[tuple[str, str]]:
    row = {**TABLES["comparator"].info["examples"][0], **changes}
    return [(one.column, str(one)) for one in check_rows("comparator", columns_of([row]))]


def test_the_indicators_are_those_of_the_annex_with_the_units_of_their_formulas() -> None:
    assert list(COMPARED) == [rule.id for rule in RULES]
    titles = {one.id: one.title for one in load_pack("national-2024").indicators}
    for rule in RULES:
        one = COMPARED[rule.id]
        assert one.title == titles[rule.id]
        assert one.level == rule.measured
        assert one.change == (rule.type == "change")
        assert one.lower == (rule.better == "lower")


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("15", "15"),
        ("1500", "15"),
        ("150000", "15"),
        ("CN", "CN"),
        ("cn", "CN"),
        ("全国", "CN"),
        ("world", "world"),
        ("全球", "world"),
    ],
)
def test_a_region_is_a_province_the_country_or_the_world(written: str, area: str) -> None:
    assert area_of(written) == area


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("150581", "is a part of the province 15"),
        ("1505", "is a part of the province 15"),
        ("99", "no region of a comparator"),
        ("Inner Mongolia", "no region of a comparator"),
        ("", "no region of a comparator"),
        ("150", "no region of a comparator"),
    ],
)
def test_a_part_of_a_province_or_nonsense_is_no_region(written: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        area_of(written)


@pytest.mark.parametrize(
    ("given_unit", "wanted", "factor"),
    [
        ("%", "%", Fraction(1)),
        ("1", "%", Fraction(100)),
        ("ppm", "%", Fraction(1, 10_000)),
        ("tce/t", "kgce/t", Fraction(1000)),
        ("tce / 万t", "kgce/t", Fraction(1, 10)),
        ("kgce/件", "kgce/pcs", Fraction(1)),
        ("tCO₂/t", "kgCO2/t", Fraction(1000)),
        ("元/(人·年)", "万元/(人·a)", Fraction(1, 10_000)),
        ("万元/人·年", "万元/(人·a)", Fraction(1)),
        ("亿元/年", "CNY/a", Fraction(100_000_000)),
        ("次/年", "1/a", Fraction(1)),
        ("天", "d", Fraction(1)),
        ("家", "家", Fraction(1)),
    ],
)
def test_units_and_quotients_of_units_convert_exactly(given_unit: str, wanted: str, factor: Fraction) -> None:
    assert rate_factor(given_unit, wanted) == factor


@pytest.mark.parametrize(
    ("given_unit", "wanted"),
    [
        ("百分点", "%"),
        ("pp", "%"),
        ("t/t", "kgCO2/t"),
        ("tCO2/t", "kgce/t"),
        ("kgce", "kgce/t"),
        ("kgce/t", "kgce/pcs"),
        ("万元/人", "万元/(人·a)"),
        ("1/月", "1/a"),
        ("", "%"),
        ("°C", "K"),
    ],
)
def test_what_measures_something_else_does_not_convert(given_unit: str, wanted: str) -> None:
    with pytest.raises(BadInput, match="does not convert"):
        rate_factor(given_unit, wanted)


def test_output_may_be_counted_in_other_units_than_tonnes() -> None:
    for unit in ("kgce/t", "tce/件", "kgce/pcs"):
        check_unit("unit_energy", "level", unit)
    for unit in ("kgce/what", "kgce", "CNY/t", "%"):
        with pytest.raises(BadInput, match="is compared in kgce/t"):
            check_unit("unit_energy", "level", unit)


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False))
def test_what_was_written_comes_back_from_a_double_digit_by_digit(written: Any) -> None:
    assert exact(float(written)) == written


def test_a_value_that_is_not_finite_is_refused() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(BadInput, match="no finite number"):
            exact(value)


def test_the_letter_of_a_section_is_no_digit() -> None:
    assert [digits_of(code) for code in ("C36", "3670", "c3670")] == ["36", "3670", "3670"]


# --- the checks of an import ---


def test_the_example_is_right() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"region": "150581"}, "region", "150581 is a part of the province 15"),
        ({"region": "Bavaria"}, "region", "write the code of a province"),
        ({"industry_code": "C"}, "industry_code", "no industry code of GB/T 4754"),
        ({"industry_code": "99"}, "industry_code", "no code of industry"),
        ({"unit": "kgce/t"}, "unit", r"is compared in 万元/(人·a); kgce/t does not convert to it"),
        ({"kind": "change"}, "unit", "is compared in %"),
        ({"indicator": "water_reuse", "kind": "change", "unit": "%"}, "kind", "is a state and no change; write level"),
        ({"indicator": "oee", "unit": "%", "value": 100.1}, "value", "is at most 100 %; 100.1 % is more"),
        ({"indicator": "oee", "unit": "1", "value": 60.0}, "value", "is at most 100 %; 60.0 1 is more"),
        ({"value": -0.1}, "value", "is at least 0"),
        ({"indicator": "unit_energy", "kind": "change", "unit": "%", "value": 101.0}, "value", "at most 100 %"),
        ({"kind": "change", "unit": "%", "value": -101.0}, "value", "at least -100 %"),
        ({"value": float("nan")}, "value", "no finite number"),
        ({"valid_to": date(2024, 12, 31)}, "valid_to", "lies before"),
        ({"plants": 0}, "plants", "is at least 1"),
        ({"source": None}, "source", "is empty"),
        ({"indicator": "profit"}, "indicator", "does not know the word profit"),
        ({"statistic": "median"}, "statistic", "does not know the word median"),
    ],
)
def test_nonsense_is_refused_and_says_what_is_right(changes: dict[str, Any], column: str, said: str) -> None:
    found = problems(**changes)
    assert [one for one, _ in found] == [column]
    assert said in found[0][1]


@pytest.mark.parametrize(
    "changes",
    [
        {"indicator": "oee", "unit": "%", "value": 100.0},
        {"indicator": "oee", "unit": "1", "value": 0.6},
        {"kind": "change", "unit": "%", "value": 150.0},
        {"indicator": "unit_energy", "kind": "change", "unit": "%", "value": -150.0},
        {"document": None, "plants": None},
        {"valid_to": date(2025, 1, 1)},
        {"region": "world", "industry_code": "C3670"},
    ],
)
def test_what_can_be_is_taken(changes: dict[str, Any]) -> None:
    assert problems(**changes) == []
