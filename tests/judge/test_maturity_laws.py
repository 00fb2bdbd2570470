"""Laws of the score, and of what a level takes: order, truth within the interval, weights, the fewest items."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.conditions.maturity import TAILORABLE, load_maturity
from linghang.conditions.shelf import PACKS
from linghang.errors import BadInput
from linghang.judge.maturity import score, shares
from linghang.judge.maturity_gap import gaps

MODEL = load_maturity(PACKS / "gbt-39116-2020.yaml")
CODES = [item.code for item in MODEL.items]
GATE = Fraction(MODEL.gate.value)
VALUES = tuple(MODEL.answers)

complete = st.integers(0, 2**32).map(
    lambda seed: {code: random.Random(f"{seed}{code}").choice(VALUES) for code in CODES}
)
weights = st.sampled_from(["discrete", "process"])
left_out = st.sets(st.sampled_from(TAILORABLE))


@given(weights, left_out)
def test_weights_add_up_to_1_whatever_is_left_out(which: str, domains: set[str]) -> None:
    assert sum(shares(MODEL, which, domains).values()) == 1


@settings(max_examples=40, deadline=None)
@given(complete, weights, left_out, st.sets(st.sampled_from(CODES)))
def test_an_interval_holds_the_truth(
    truth: dict[str, Decimal], which: str, domains: set[str], hidden: set[str]
) -> None:
    whole = score(MODEL, truth, which, domains)
    part = score(MODEL, {code: one for code, one in truth.items() if code not in hidden}, which, domains)
    for level, (low, high) in part.levels.items():
        assert low <= whole.levels[level].low == whole.levels[level].high <= high
    assert part.total.low <= whole.total.low <= part.total.high
    assert part.confirmed <= whole.confirmed <= part.possible


@settings(max_examples=20, deadline=None)
@given(complete, st.integers(0, 2**32))
def test_the_order_of_the_answers_does_not_matter(answers: dict[str, Decimal], seed: int) -> None:
    shuffled = list(answers.items())
    random.Random(seed).shuffle(shuffled)
    assert score(MODEL, dict(shuffled)) == score(MODEL, answers)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(complete, st.sets(st.sampled_from(CODES)), weights, left_out)
def test_what_a_level_takes_is_enough_and_one_item_less_is_not(
    answers: dict[str, Decimal], hidden: set[str], which: str, domains: set[str]
) -> None:
    some = {code: one for code, one in answers.items() if code not in hidden}
    before, share = score(MODEL, some, which, domains), shares(MODEL, which, domains)
    for gap in gaps(MODEL, 5, some, which, domains):
        assert (gap.score, gap.possible) == before.levels[gap.level]
        if not gap.lifts:
            assert gap.score >= GATE
            continue
        raised = some | {lift.item.code: Decimal(1) for lift in gap.lifts}
        assert score(MODEL, raised, which, domains).levels[gap.level].low >= GATE
        # every single gain, found by scoring anew and not by the formula of the gap
        asked = [one for one in MODEL.items if one.level == gap.level and one.sub_domain in share]
        gains = sorted(
            (
                score(MODEL, some | {one.code: Decimal(1)}, which, domains).levels[gap.level].low - gap.score
                for one in asked
            ),
            reverse=True,
        )
        assert gap.score + sum(gains[: len(gap.lifts) - 1]) < GATE, "fewer items would do"


def test_of_equal_gain_a_preferred_item_comes_first_then_one_without_an_answer() -> None:
    first = gaps(MODEL, 1, {})[0].lifts
    twin = next(one for one in first[1:] if one.gain == first[0].gain)
    assert gaps(MODEL, 1, {}, preferred=[twin.item.code])[0].lifts[0].item == twin.item
    zero = gaps(MODEL, 1, {first[0].item.code: Decimal(0)})[0].lifts
    assert zero[0].item != first[0].item, "an answer may be all that an unanswered item needs"


def test_a_level_that_stands_takes_nothing() -> None:
    answers = {item.code: Decimal(1) for item in MODEL.items if item.level == 1}
    one, two = gaps(MODEL, 2, answers)
    assert (one.lifts, one.score) == ((), 1)
    assert two.lifts


def test_answers_that_do_not_fit_the_model_are_refused() -> None:
    with pytest.raises(BadInput, match="no item"):
        gaps(MODEL, 1, {"XX.1.a": Decimal(1)})
