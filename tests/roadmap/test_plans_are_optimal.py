"""The exact plan beside a planner that tries every choice and every order."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from small_plans import START, Best, fits, possible, random_situation, satisfied, try_everything

from linghang.roadmap.calendar import slots_until
from linghang.roadmap.closure import Closure
from linghang.roadmap.limits import Limits
from linghang.roadmap.situation import Situation
from linghang.roadmap.solving import Planner, Solution


def random_limits(seed: int, situation: Situation) -> Limits:
    rng = Random(seed + 10_000)
    names = [one.id for one in situation.catalogue.actions]
    must = tuple(rng.sample(names, rng.choice((0, 0, 0, 1))))
    without = tuple(one for one in rng.sample(names, rng.choice((0, 0, 1))) if one not in must)
    return Limits(
        START,
        budget=rng.choice((None, None, Decimal(rng.randint(5, 25)))),
        per_year=rng.choice((None, None, Decimal(rng.randint(4, 12)))),
        by=rng.choice((None, None, date(2026, rng.randint(3, 12), 28), date(2027, rng.randint(1, 12), 28))),
        parallel=rng.choice((None, 1, 2)),
        must=must,
        without=without,
    )


def check(situation: Situation, limits: Limits, found: Solution | None) -> None:
    """A plan keeps to everything, by the judge and by counting."""
    if found is None:
        return
    assert fits(situation, limits, found.actions)
    starts = {step.action.id: step.start for step in found.schedule.steps}
    ends = {step.action.id: step.end for step in found.schedule.steps}
    assert possible(limits, found.actions, starts)
    closure = Closure(situation)
    for one in found.actions:
        groups = satisfied(closure, one, set(starts))
        assert groups is not None
        assert all(min(ends[name] for name in group) <= starts[one.id] for group in groups)
    if limits.by is not None:
        assert found.slots <= slots_until(limits.start, limits.by)
    assert found.proof.status == "optimal"


def compare(seed: int) -> bool:
    situation = random_situation(seed)
    limits = random_limits(seed, situation)
    found = Planner(situation).solve(limits)
    check(situation, limits, found)
    best = try_everything(situation, limits)
    assert (found and Best(found.fen, found.slots)) == best
    return best is not None and best.fen > 0


@pytest.mark.parametrize("seed", range(25))
def test_no_choice_and_no_order_is_better(seed: int) -> None:
    compare(seed)


@pytest.mark.slow
def test_no_choice_and_no_order_is_better_in_many_more_situations() -> None:
    assert sum(compare(seed) for seed in range(25, 600)) > 100
