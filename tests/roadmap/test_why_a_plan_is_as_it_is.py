"""Explanations: conflicts are minimal, alternatives come in order, the trade-off is whole, draws repeat."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_plans import (
    START,
    action,
    catalogue,
    element,
    fits,
    program,
    random_situation,
    shortest,
    subsets,
)
from test_plans_are_optimal import random_limits

from linghang.judge.case import Case
from linghang.judge.reference import judge
from linghang.roadmap.actions import Effect, Range
from linghang.roadmap.calendar import day_of, slots_until
from linghang.roadmap.chances import chances
from linghang.roadmap.explaining import alternatives, bindings, conflict, evidence_first, smallest
from linghang.roadmap.greedy import greedy
from linghang.roadmap.limits import Limits, Weights
from linghang.roadmap.modelling import Also
from linghang.roadmap.phases import curve, phases
from linghang.roadmap.situation import Situation
from linghang.roadmap.solving import Planner
from linghang.roadmap.trading import front

SEEDS = range(40)


def small(*actions: object, **rest: object) -> Situation:
    """A factory that has nothing of what two elements ask."""
    made = program(element("a"), element("b"))
    return Situation(made, Case(), catalogue(*actions, **rest), "basic")  # type: ignore[arg-type]


# --- no plan ---


@given(st.integers(1, 6), st.sets(st.frozensets(st.integers(0, 5), min_size=1), min_size=1))
def test_a_smallest_set_is_impossible_and_loses_that_with_any_member(count: int, bad: set[frozenset[int]]) -> None:
    names = tuple(str(one) for one in range(6))

    def possible(kept: tuple[str, ...]) -> bool:
        return not any({str(one) for one in group} <= {*kept} for group in bad)

    found = smallest(names, possible)
    assert not possible(found)
    assert all(possible(tuple(one for one in found if one != name)) for name in found)


@pytest.mark.parametrize("seed", SEEDS)
def test_conflicting_limits_are_minimal(seed: int) -> None:
    situation = random_situation(seed)
    limits = random_limits(seed, situation)
    planner = Planner(situation)
    if planner.solve(limits) is not None:
        return
    why = conflict(planner, limits)
    names = tuple(limits.names())
    if not why.limits:
        assert planner.solve(Limits(START)) is None
        conditions = frozenset(why.conditions)
        assert planner.solve(Limits(START), Also(conditions=conditions), by="any") is None
        for one in conditions:
            assert planner.solve(Limits(START), Also(conditions=conditions - {one}), by="any") is not None
        return
    alone = limits.drop(*(one for one in names if one not in why.limits))
    assert planner.solve(alone) is None
    for one in why.limits:
        assert planner.solve(alone.drop(one)) is not None


def test_a_deadline_that_is_too_near_says_which_day_would_do() -> None:
    situation = small(action("one", "a", months=4), action("two", "b", months=7))
    limits = Limits(START, by=date(2026, 6, 30), budget=Decimal(100))
    why = conflict(Planner(situation), limits)
    assert why.limits == ("by",)
    assert why.enough == {"by": "2026-08-01"}
    found = Planner(situation).solve(replace(limits, by=date(2026, 7, 31)))
    assert found is not None
    assert found.slots == 14


# --- a plan ---


def test_a_limit_binds_by_what_it_costs() -> None:
    situation = small(action("slow", "a", "b", cost=3, months=6), action("fast", "a", "b", cost=8, months=2))
    limits = Limits(START, by=date(2026, 4, 30), budget=Decimal(100))
    planner = Planner(situation)
    found = planner.solve(limits)
    assert found is not None
    assert [one.id for one in found.actions] == ["fast"]
    (one,) = bindings(planner, limits, found)
    assert (one.limit, one.saved_fen, one.earlier_slots, one.enough) == ("by", 500, -8, "2026-07-01")


@pytest.mark.parametrize("seed", SEEDS)
def test_alternatives_come_in_order_and_leave_something_out(seed: int) -> None:
    situation = random_situation(seed)
    planner, limits = Planner(situation), Limits(START)
    found = planner.solve(limits)
    if found is None:
        return
    answers = [found, *alternatives(planner, limits, found, 3)]
    assert [one.fen for one in answers] == sorted(one.fen for one in answers)
    for one, other in combinations(answers, 2):
        assert not {action.id for action in one.actions} <= {action.id for action in other.actions}
        assert situation.reached(other.actions)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_ranking_is_never_cheaper(seed: int) -> None:
    situation = random_situation(seed)
    found, ranked = Planner(situation).solve(Limits(START)), greedy(situation, Limits(START))
    if ranked.reached:
        assert fits(situation, Limits(START), ranked.actions)
        assert found is not None
        assert found.fen <= ranked.fen


@pytest.mark.parametrize("seed", range(12))
def test_the_trade_off_is_every_plan_that_nothing_beats(seed: int) -> None:
    situation = random_situation(seed)
    limits = Limits(START)
    found = Planner(situation).solve(limits)
    if found is None:
        return
    points = set()
    for chosen in subsets(situation.catalogue.actions):
        if fits(situation, limits, chosen):
            slots = shortest(situation, limits, chosen)
            assert slots is not None
            points.add((sum(one.fen for one in chosen), slots, sum(one.risk_fen for one in chosen)))
    best = {one for one in points if not any(_beats(other, one) for other in points)}
    whole = front(Planner(situation), limits, most=200)
    assert whole.complete
    assert {(one.fen, one.slots, one.risk_fen) for one in whole.plans} == best


def _beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_weights_find_the_least_sum(seed: int) -> None:
    situation = random_situation(seed)
    weights = Weights(Decimal(1), Decimal("1.5"))
    found = Planner(situation).solve(Limits(START, weights=weights))
    sums = [
        Decimal(sum(one.fen for one in chosen)) / 100 + weights.time * shortest(situation, Limits(START), chosen) / 2  # type: ignore[operator]
        for chosen in subsets(situation.catalogue.actions)
        if fits(situation, Limits(START), chosen)
    ]
    assert (found is None) == (not sums)
    if found is not None:
        assert Decimal(found.fen) / 100 + weights.time * found.slots / 2 == min(sums)


def test_evidence_is_worth_what_it_saves() -> None:
    from linghang.roadmap.actions import Goal

    situation = small(
        action("build-a", "a", cost=50),
        action("build-b", "b", cost=20),
        action("show-a", Goal("element", "a"), kind="evidence", cost=1),
        action("show-b", Goal("element", "b"), kind="evidence", cost=2),
    )
    hoped = replace(situation, assume="optimistic")
    best, worst = Planner(hoped).solve(Limits(START)), Planner(situation).solve(Limits(START))
    assert best is not None
    assert worst is not None
    assert (best.fen, worst.fen) == (300, 7000)
    found = evidence_first(hoped, Limits(START), best, worst)
    assert [(one.action.id, one.saved_fen) for one in found] == [("show-a", 4900), ("show-b", 1800)]


def test_the_same_question_has_the_same_answer_and_proof() -> None:
    steps = [action(f"x{n}", *(["a"] if n == 5 else []), months=n % 3 + 1, cost=n) for n in range(6)]
    last = action("last", "b", requires=tuple(one.id for one in steps))
    situation = small(*steps, last)
    first, second = (Planner(situation).solve(Limits(START, parallel=2)) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.schedule == second.schedule
    assert (first.proof.model, first.proof.deterministic_time) == (second.proof.model, second.proof.deterministic_time)


def test_phases_end_at_the_target_and_the_curve_at_the_cost() -> None:
    situation = small(action("one", "a", months=8, cost=5), action("two", "b", months=3, cost=2, requires=("one",)))
    found = Planner(situation).solve(Limits(START))
    assert found is not None
    laid = phases(situation, found, START)
    middle = date(2026, 7, 1)
    assert [(one.begins, one.ends) for one in laid] == [(START, middle), (middle, date(2026, 12, 1))]
    assert [one.levels["documented"] for one in laid] == [None, "basic"]
    assert laid[-1].whole_fen == found.fen == curve(found, START)[-1][1]
    assert judge(situation.program, situation.after(found.actions)).floors["documented"].confirmed == "basic"


# --- draws ---


def test_draws_depend_on_the_seed_alone_and_stay_in_the_ranges() -> None:
    cost = Range(Decimal(80_000), Decimal(100_000), Decimal(150_000))
    months = Range(Decimal(2), Decimal(3), Decimal(5))
    effect = Effect(7, True, Range(Decimal(1), Decimal(2), Decimal(4)))
    first = replace(action("one", "a"), cost=cost, months=months, effects=(effect,))
    second = replace(action("two", "b", requires=("one",)), cost=cost, months=months, effects=(effect,))
    situation = small(first, second)
    limits = Limits(START, budget=Decimal(220_000), by=date(2026, 7, 31))
    found = Planner(situation).solve(limits)
    assert found is not None
    from linghang.conditions.shelf import load_pack

    indicators = load_pack("national-2024").indicators
    drawn = chances(found, limits, indicators, {})
    assert drawn == chances(found, limits, indicators, {})
    assert drawn != chances(found, limits, indicators, {}, seed=8)
    assert 160_000 <= drawn.cost_cny.p10 < drawn.cost_cny.p50 < drawn.cost_cny.p90 <= 300_000
    # the mean of a PERT range is (low + 4 likely + high) / 6: 105,000 and 3.1667 months each
    assert abs(drawn.cost_cny.p50 - 210_000) < 3_000
    assert abs(drawn.months.p50 - Decimal("6.3")) <= Decimal("0.1")
    (one,) = drawn.indicators
    assert Decimal(4) < one.after.p50 < Decimal("4.7")  # two independent effects of 2.17 % on average
    assert drawn.within_budget is not None
    assert 0 < drawn.within_budget < 1


# --- days ---


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_half_months_rise_and_a_day_is_reached_by_its_own_half_month(start: date, slot: int) -> None:
    assert day_of(start, slot) < day_of(start, slot + 1)
    assert slots_until(start, day_of(start, slot)) in (slot, slot + 1)
