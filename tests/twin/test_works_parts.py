"""Laws of the parts that the reference plant is made of."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.plant.credit_code import is_valid
from linghang.twin.works import products
from linghang.twin.works.capabilities import BASELINE, CAPABILITIES, live_on, setting
from linghang.twin.works.demand import CUSTOMERS, order_lines
from linghang.twin.works.innovation import CYCLE_DAYS, cycle_days
from linghang.twin.works.layout import AREAS, CENTERS, credit_code
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.metal import MOST_RETURNS, _returns
from linghang.twin.works.meters import BY_ID
from linghang.twin.works.planning import expected_yield, plan_orders
from linghang.twin.works.purchasing import supply
from linghang.twin.works.span import EARLIEST, Span, festival_days, number_of
from linghang.twin.works.streams import stream
from linghang.twin.works.troubles import troubles
from linghang.twin.works.words import numbered

YEARS = Span(date(2025, 11, 21), 24)


@given(st.dates(date(2024, 1, 1), date(2034, 12, 31)), st.integers(1, 60))
def test_a_span_has_whole_months_and_what_passed_of_the_running_one(until: date, months: int) -> None:
    first = until.year * 12 + until.month - 1 - months
    if date(first // 12, first % 12 + 1, 1) < EARLIEST:
        with pytest.raises(BadInput, match="records from"):
            Span(until, months)
        return
    span = Span(until, months)
    assert (span.first.day, len(span.month_days), span.month_days[0]) == (1, months, span.first)
    assert span.complete_until == until.replace(day=1)
    assert span.end_us - span.start_us == len(span.days) * 86_400_000_000
    assert span.month_of(span.day_numbers).tolist() == [
        (day.year - span.first.year) * 12 + day.month - span.first.month for day in span.days
    ]
    assert span.day_of([span.start_us, span.end_us - 1]).tolist() == [span.day_numbers[0], span.day_numbers[-1]]


@pytest.mark.parametrize("months", [0, 61])
def test_a_span_of_no_month_or_of_too_many_is_refused(months: int) -> None:
    with pytest.raises(BadInput, match="1 to 60 months"):
        Span(date(2025, 1, 1), months)


def test_the_works_stands_still_around_the_lunar_new_year() -> None:
    assert min(festival_days(YEARS)) == date(2024, 2, 9)
    assert len(festival_days(YEARS)) == 12


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
def test_invented_credit_codes_are_written_as_the_standard_says(body: str) -> None:
    assert is_valid(credit_code(body))


def test_streams_of_other_names_or_seeds_differ_and_of_the_same_do_not() -> None:
    draws = [stream(*name).random(3).tolist() for name in ((7, "a"), (7, "a"), (7, "b"), (8, "a"), (7, "a", 1))]
    assert draws[0] == draws[1]
    assert len({tuple(one) for one in draws}) == 4


@given(st.lists(st.integers(0, 4), max_size=40))
def test_rows_are_numbered_within_their_group(groups: list[int]) -> None:
    numbers = numbered(np.array(groups, dtype=np.int64))
    assert numbers.tolist() == [groups[: place + 1].count(one) for place, one in enumerate(groups)]


amounts = st.lists(st.floats(0, 5e4), min_size=1, max_size=60)


@given(amounts, st.data())
def test_returns_are_charged_only_when_they_are_there(made: list[float], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.floats(0, 5e4), min_size=len(made), max_size=len(made)))
    stock, used = _returns(np.array(made), np.array(wanted))
    assert (stock >= 0).all()
    assert (used <= np.array(wanted) + 1e-9).all()
    assert stock[-1] == pytest.approx(9000.0 + sum(made) - used.sum(), abs=1e-6)
    assert 0 < MOST_RETURNS < 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.0, 6e4), st.floats(0.0, 1.0))
def test_the_works_never_uses_ingots_that_it_does_not_have(seed: int, level: float, spread: float) -> None:
    span = Span(date(2025, 3, 1), 2)
    used = level * (1 + spread * np.random.default_rng(seed).normal(size=len(span.days))).clip(0)
    supplied = supply(span, seed, {products.INGOT: used})
    stock = supplied.opening[products.INGOT] + np.cumsum(supplied.received[products.INGOT] - used)
    assert stock.min() >= -1e-6
    bought = supplied.bought
    assert sum(bought.accepted) == pytest.approx(supplied.received[products.INGOT].sum())
    assert all(accepted <= came for accepted, came in zip(bought.accepted, bought.came, strict=True))
    assert all(day < number_of(span.until) for day in bought.received)


def test_customers_order_before_the_goods_are_due_and_in_whole_lots() -> None:
    lines = order_lines(YEARS, 7)
    assert (lines.due - lines.ordered).min() >= 8
    assert set((lines.quantity % products.LOT).tolist()) == {0}
    assert set(lines.customer.tolist()) == set(range(len(CUSTOMERS)))


def test_planning_starts_what_yield_takes_and_never_before_the_order_is_known() -> None:
    lines = order_lines(YEARS, 7)
    plan = plan_orders(YEARS, 7, lines, YEARS.first)
    assert (plan.release > lines.ordered[plan.line]).all()
    assert len(set(plan.ids)) == len(plan)
    good = plan.quantity * expected_yield(YEARS, plan.release)
    assert good.sum() == pytest.approx(plan.good.sum(), rel=0.004)


def test_the_design_platform_shortens_projects_by_its_factor_and_no_more() -> None:
    live = number_of(live_on("design", YEARS))
    assert cycle_days(YEARS, live - 1, CYCLE_DAYS) == CYCLE_DAYS
    assert cycle_days(YEARS, live + 365, CYCLE_DAYS) == round(CYCLE_DAYS * 0.68)
    days = [cycle_days(YEARS, live + after, CYCLE_DAYS) for after in range(365)]
    assert days == sorted(days, reverse=True)


def test_every_setting_of_a_capability_has_a_baseline_and_holds_from_its_day_on() -> None:
    for one in CAPABILITIES:
        assert set(one.settings) <= set(BASELINE)
        day = number_of(one.live_on(YEARS))
        for name, value in one.settings.items():
            assert setting(name, YEARS, [day - 1, day]).tolist() == [BASELINE[name], value]


def test_capabilities_are_off_in_the_baseline_year() -> None:
    early = [one.id for one in CAPABILITIES if one.live_on(YEARS) < YEARS.improved_from]
    assert early == ["design"]


def test_work_centres_lie_in_their_areas_and_machines_in_their_centres() -> None:
    areas = {area.id: area for area in AREAS}
    for inner, outer in [(center, areas[center.area]) for center in CENTERS]:
        assert outer.x <= inner.x
        assert inner.x + inner.length <= outer.x + outer.length
        assert outer.y <= inner.y
        assert inner.y + inner.width <= outer.y + outer.width
    centers = {center.id: center for center in CENTERS}
    for machine in MACHINES:
        place = centers[machine.group.center]
        assert place.x < machine.x < place.x + place.length
        assert place.y < machine.y < place.y + place.width


def test_areas_do_not_overlap() -> None:
    for number, one in enumerate(AREAS):
        for other in AREAS[number + 1 :]:
            beside = one.x + one.length <= other.x or other.x + other.length <= one.x
            above = one.y + one.width <= other.y or other.y + other.width <= one.y
            assert beside or above, (one.id, other.id)


def test_meters_hang_below_meters_of_their_carrier() -> None:
    for meter in BY_ID.values():
        if meter.parent:
            assert BY_ID[meter.parent].carrier == meter.carrier
            assert not meter.boundary


def test_24_part_numbers_in_three_families_share_the_demand() -> None:
    assert len(products.PRODUCTS) == 24
    assert len({one.family.name for one in products.PRODUCTS}) == 3
    assert sum(one.family.share * one.share for one in products.PRODUCTS) == pytest.approx(1.0)


def test_troubles_lie_inside_the_span_and_become_rarer() -> None:
    found = troubles(YEARS, 7)
    assert all(YEARS.start_us <= one.start_us < one.end_us < YEARS.end_us for one in found)
    half = YEARS.at(YEARS.improved_from)
    bad = [one for one in found if one.kind == "bad_lot"]
    assert sum(one.start_us < half for one in bad) > sum(one.start_us >= half for one in bad)
    assert timedelta(microseconds=YEARS.end_us - half).days > 360
