"""Figures, amounts, days and periods as reports say them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.report.figures import amount, day, money, number, period
from linghang.words import Text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "0"), ("95", "95"), ("91.36457", "91.36"), ("0.012345", "0.01234"), ("283.6666", "283.7"),
        ("33534.8256", "33,535"), ("-21.4465", "-21.45"), ("1000000", "1,000,000"), ("9.9999", "10"),
    ],
)  # fmt: skip
def test_numbers_are_readable(value: str, said: str) -> None:
    assert number(Decimal(value)) == said


@pytest.mark.parametrize(
    ("cny", "zh", "en"),
    [
        ("314181049.92", "3.142 亿元", "CNY 314.2 million"),
        ("36000000", "3,600 万元", "CNY 36 million"),
        ("1800000000", "18 亿元", "CNY 1.8 billion"),
        ("9500", "9,500 元", "CNY 9,500"),
    ],
)
def test_money_is_said_in_the_units_of_each_language(cny: str, zh: str, en: str) -> None:
    assert money(Decimal(cny)) == Text(zh, en)


def test_days_and_periods() -> None:
    assert day(date(2026, 3, 5)) == Text("2026年3月5日", "5 March 2026")
    assert period(date(2025, 11, 1), date(2026, 11, 1)).zh == "2025年11月至2026年10月"
    assert period(date(2025, 11, 1), date(2025, 12, 1)).en == "November 2025"
    assert period(date(2025, 11, 2), date(2025, 12, 1)).en == "2025-11-02 to 2025-11-30"


def test_units_are_said_in_both_languages() -> None:
    assert amount(Decimal("575.457068"), "kgce/t") == Text("575.5 千克标准煤/吨", "575.5 kgce/t")
    assert amount(Decimal(95), "%") == Text("95%", "95%")


@given(st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, places=6))
def test_a_readable_number_is_near_the_number(value: Decimal) -> None:
    said = Decimal(number(value).replace(",", ""))
    assert abs(said - value) <= max(abs(value) * Decimal("0.0006"), Decimal("1e-6"))
    if abs(value) >= 1000:
        assert abs(said - value) <= Decimal("0.5")


def test_a_unit_that_begins_with_a_number_does_not_run_into_the_figure() -> None:
    assert amount(Decimal("17.95"), "万元/(人·a)") == Text("17.95 万元/(人·年)", "17.95 ×10,000 CNY/(person·a)")
