"""How exactly a written figure has to be the known one, and which of a draft's figures are compared at all."""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from consistent_plant import NAME, Plant, claim, machine
from hypothesis import given
from hypothesis import strategies as st

from linghang.report.claims.model import Period
from linghang.report.consistency.catalogue_row import at
from linghang.report.consistency.effects import as_written
from linghang.report.consistency.known import Known
from linghang.report.consistency.making import Made, make

VALUES = st.decimals(min_value=0, max_value=10**9, places=6)
DIGITS = st.integers(min_value=-3, max_value=4)


def known(*values: Decimal) -> Known:
    return Known(values, at("records", "x"))


def figure(value: Decimal, step: Decimal, **more: Any) -> Any:
    return claim("figure", "staff", value, detail={"step": str(step)}, **more)


def checked(plant: Plant, code: str) -> Made:
    (one,) = make(plant.facts(), [code])
    return one


@given(VALUES, DIGITS, st.sampled_from((ROUND_DOWN, ROUND_HALF_UP)))
def test_a_figure_holds_rounded_or_cut_at_any_digit(value: Decimal, digits: int, way: str) -> None:
    step = Decimal(1).scaleb(-digits)
    written = (value / step).to_integral_value(way) * step
    assert known(value).holds(figure(written, step))


@given(VALUES, DIGITS, st.integers(min_value=2, max_value=100), st.sampled_from((-1, 1)))
def test_a_figure_two_digits_off_does_not_hold(value: Decimal, digits: int, off: int, sign: int) -> None:
    step = Decimal(1).scaleb(-digits)
    written = (value / step).to_integral_value(ROUND_HALF_UP) * step + sign * off * step
    assert not known(value).holds(figure(written, step))


@given(VALUES, VALUES, VALUES)
def test_a_figure_between_two_known_values_holds(one: Decimal, other: Decimal, share: Decimal) -> None:
    low, high = sorted((one, other))
    between = low + (high - low) * share / Decimal(10**9)
    assert known(low, high).holds(figure(between, Decimal("0.000001")))


@given(VALUES)
def test_open_ends_bound_one_side_only(value: Decimal) -> None:
    assert known(value).holds(figure(None, Decimal(1), low=value))  # type: ignore[arg-type]
    assert known(value).holds(figure(None, Decimal(1), high=value))  # type: ignore[arg-type]
    assert not known(value).holds(figure(None, Decimal(1), low=value + 1))  # type: ignore[arg-type]
    assert not known(value).holds(figure(None, Decimal(1), high=value - 1))  # type: ignore[arg-type]


def test_about_allows_five_per_cent() -> None:
    assert known(Decimal(408)).holds(figure(Decimal(424), Decimal(1), approximate=True))
    assert not known(Decimal(380)).holds(figure(Decimal(424), Decimal(1), approximate=True))
    assert not known(Decimal(408)).holds(figure(Decimal(424), Decimal(1)))


@pytest.mark.parametrize(("said", "value", "fits"), [("67.7", "67.689", True), ("67.6", "67.689", True),
                                                      ("67.5", "67.689", False), ("68", "67.689", True),
                                                      ("70", "67.689", False)])  # fmt: skip
def test_an_effect_is_compared_at_its_own_digits(said: str, value: str, fits: bool) -> None:
    assert as_written(Decimal(said), value) is fits


@pytest.mark.parametrize("more", [{"planned": True}, {"scope": "二车间"}, {"role": "limit"}, {"unit": "%"}])
def test_plans_parts_limits_and_other_units_are_not_held_against_the_plant(more: dict[str, Any]) -> None:
    plant = Plant()
    plant.claim("figure", "robots", Decimal(99), **({"unit": "台"} | more))
    assert checked(plant, "C909").outcome == "passed"


def test_revenue_is_compared_over_the_period_that_the_draft_names() -> None:
    plant, year = Plant(), Period(date(2025, 1, 1), date(2026, 1, 1), "2025年")
    plant.claims = [claim("figure", "revenue", Decimal(30_000_000), unit="CNY", period=year, detail={"step": "100000"})]
    assert checked(plant, "C909").outcome == "passed"
    plant.claims = [claim("figure", "revenue", Decimal(33_000_000), unit="CNY", period=year, detail={"step": "100000"})]
    (remark,) = checked(plant, "C909").remarks
    assert "33000000" in remark.message.en
    assert "30,000,000" in remark.message.en


def test_revenue_of_a_year_that_the_books_do_not_cover_is_not_judged() -> None:
    plant, year = Plant(), Period(date(2022, 1, 1), date(2023, 1, 1), "2022年")
    plant.claims = [claim("figure", "revenue", Decimal(1), unit="CNY", period=year)]
    assert checked(plant, "C909").outcome == "not_checkable"


def test_the_rate_of_networking_may_be_of_all_machines_or_of_the_key_ones() -> None:
    plant = Plant()
    plant.rows["equipment"] += [
        machine("FAN", "S3", networked=False) | {"key": False},
        machine("PUMP", "S4", networked=False) | {"key": False},
    ]
    for said, outcome in (("100", "passed"), ("50", "passed"), ("30", "failed")):
        plant.claims = [claim("figure", "networked_rate", Decimal(said), unit="%")]
        assert checked(plant, "C909").outcome == outcome, said


@pytest.mark.parametrize(("role", "value", "unit", "fits"), [
    ("before", "60.7", "%", True), ("after", "67.7", "%", True), ("relative", "11.6", "%", True),
    ("points", "7.0", "%", True), ("relative", "16.1", "%", False), ("before", "50.1", "%", False),
])  # fmt: skip
def test_every_role_of_a_figure_has_its_own_counterpart(role: str, value: str, unit: str, fits: bool) -> None:
    plant = Plant()
    plant.claims = [claim("figure", "indicator:oee", Decimal(value), unit=unit, role=role, detail={"step": "0.1"})]
    assert checked(plant, "C910").outcome == ("passed" if fits else "failed")


def test_an_indicator_of_another_year_is_not_compared() -> None:
    plant, year = Plant(), Period(date(2022, 1, 1), date(2023, 1, 1))
    plant.claims = [claim("figure", "indicator:oee", Decimal(30), unit="%", period=year)]
    assert checked(plant, "C910").outcome == "not_checkable"


def test_names_differ_neither_by_blanks_nor_by_full_width_forms() -> None:
    plant = Plant()
    plant.row("enterprise").update(name="北疆(内蒙古)铝轮毂有限公司")
    plant.claim("name", "enterprise", "北疆（内蒙古） 铝轮毂有限公司", detail={"said": "labelled"})
    assert checked(plant, "C902").outcome == "passed"
    assert NAME


def emptied(plant: Plant, table: str, column: str, last: int = 24) -> Plant:
    for number in range(24 - last, 24):
        plant.row(table, number)[column] = None
    return plant


@pytest.mark.parametrize(
    ("code", "table", "column"),
    [
        ("C501", "finance_month", "revenue_cny"),
        ("C506", "finance_month", "audited"),
        ("C301", "headcount_month", "dispatched"),
    ],
)
def test_what_is_not_known_contradicts_nothing(code: str, table: str, column: str) -> None:
    """An empty field is neither nothing nor no."""
    assert checked(emptied(Plant(), table, column, last=3), code).outcome in ("passed", "not_checkable")
    assert checked(emptied(Plant(), table, column), code).outcome != "failed"


def test_unknown_dispatched_staff_may_be_the_rest_but_never_too_few() -> None:
    plant = emptied(Plant(), "headcount_month", "dispatched")
    plant.row("headcount_month", 23)["employees"] = 100.0
    assert checked(plant, "C301").outcome == "not_checkable"
    plant.row("headcount_month", 23)["employees"] = 10.0
    assert checked(plant, "C301").outcome == "failed"


def test_an_effect_of_other_days_than_those_computed_contradicts_nothing() -> None:
    plant = Plant()
    effect = plant.application["effects"][0]
    effect["before"].update(value=Decimal("60.0"))
    assert checked(plant, "C610").outcome == "failed"
    effect["before"].update(start=date(2021, 1, 1), end=date(2022, 1, 1))
    assert checked(plant, "C610").outcome == "passed"
