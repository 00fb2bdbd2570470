"""Scoring a maturity self-assessment: weights, gate, total, missing answers, and domains that are left out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.conditions.maturity import Item, MaturityModel, load_maturity
from linghang.conditions.shelf import PACKS
from linghang.errors import BadInput
from linghang.judge.maturity import MaturityScore, Score, score

MODEL = load_maturity(PACKS / "gbt-39116-2020.yaml")
FULL, MOST, PART, NONE = Decimal(1), Decimal("0.8"), Decimal("0.5"), Decimal(0)
ANSWERS = (FULL, MOST, PART, NONE)
LEVELS = (1, 2, 3, 4, 5)
EVERY_CODE = [item.code for item in MODEL.items]

answers_to_some = st.dictionaries(st.sampled_from(EVERY_CODE), st.sampled_from(ANSWERS), max_size=120)


def answered(*levels: Decimal, but: Callable[[Item], Decimal | None] = lambda item: None) -> dict[str, Decimal]:
    """Answer the items of level 1, 2, … each with one answer; `but` may answer some items otherwise."""
    return {item.code: but(item) or levels[item.level - 1] for item in MODEL.items if item.level <= len(levels)}


def exactly(value: str) -> Score:
    return Score(Fraction(value), Fraction(value))


# --- the example ---


def example() -> MaturityScore:
    """Levels 1 and 2 met but for data at level 2, level 3 mostly, level 4 partly, level 5 not answered."""
    weak_data = answered(
        FULL, FULL, MOST, PART, but=lambda item: PART if (item.sub_domain, item.level) == ("DA", 2) else None
    )
    return score(MODEL, weak_data)


def test_a_level_score_is_the_weighted_mean_of_its_sub_domains() -> None:
    found = example()
    assert found.sub_domains["DA", 2] == exactly("0.5")
    assert found.levels[1] == exactly("1")
    assert found.levels[2] == exactly("0.975"), "1 - 0.05 (weight of data) x 0.5"
    assert found.levels[3] == exactly("0.8")
    assert found.levels[4] == exactly("0.5")
    assert found.levels[5] == Score(Fraction(0), Fraction(1))


def test_the_total_counts_1_for_each_satisfied_level_and_stops_after_the_first_unsatisfied() -> None:
    found = example()
    assert found.total == exactly("3.5")
    assert (found.confirmed, found.possible) == (3, 3)


def test_the_total_lies_in_the_range_of_the_level_found() -> None:
    level = MODEL.levels[example().confirmed - 1]
    assert level.level == 3
    assert level.score_from <= Decimal("3.5") < level.score_to


def test_what_is_not_answered_is_named() -> None:
    assert example().unanswered == tuple(item.code for item in MODEL.items if item.level == 5)


def test_all_answered_in_full_is_the_highest() -> None:
    found = score(MODEL, answered(FULL, FULL, FULL, FULL, FULL))
    assert found.total == exactly("5")
    assert (found.confirmed, found.possible, found.unanswered) == (5, 5, ())


def test_nothing_answered_is_nothing_confirmed_and_all_possible() -> None:
    found = score(MODEL, {})
    assert set(found.levels.values()) == {Score(Fraction(0), Fraction(1))}
    assert found.total == Score(Fraction(0), Fraction(5))
    assert (found.confirmed, found.possible) == (0, 5)
    assert found.unanswered == tuple(EVERY_CODE)


def test_all_answered_with_no_is_nothing() -> None:
    found = score(MODEL, dict.fromkeys(EVERY_CODE, NONE))
    assert found.total == exactly("0")
    assert (found.confirmed, found.possible) == (0, 0)


# --- the gate ---


@pytest.mark.parametrize("level", LEVELS)
def test_the_gate_is_reached_exactly(level: int) -> None:
    found = score(MODEL, answered(*[FULL] * (level - 1), MOST))
    assert found.levels[level] == exactly("0.8")
    assert found.confirmed == level


def test_just_under_the_gate_is_under_it() -> None:
    one = next(item.code for item in MODEL.items if (item.sub_domain, item.level) == ("OS", 3))
    found = score(MODEL, answered(FULL, FULL, MOST) | {one: PART})
    assert Fraction("0.79") < found.levels[3].low < Fraction("0.8")
    assert (found.confirmed, found.possible) == (2, 2)
    assert found.total.low == 2 + found.levels[3].low


def test_0_79999_is_under_the_gate_and_not_rounded_up() -> None:
    """With weights this fine the score is 0.8 less a hundred-thousandth."""
    fine = {"OS": Decimal("0.00003333333333333333"), "PS": Decimal("0.05996666666666666667")}
    weights = MODEL.weights["discrete"]
    shares = weights.sub_domains | {code: weights.sub_domains[code]._replace(value=one) for code, one in fine.items()}
    model = _with_weights(shares)
    assert sum(one.value for one in shares.values()) == 1
    found = score(model, answered(MOST, but=lambda item: PART if item.sub_domain == "OS" else None))
    assert Fraction("0.79998") < found.levels[1].low < Fraction("0.8")
    assert round(float(found.levels[1].low), 5) == 0.79999
    assert (found.confirmed, found.possible) == (0, 0)


def _with_weights(shares: Mapping[str, object]) -> MaturityModel:
    weights = replace(MODEL.weights["discrete"], sub_domains=shares)  # type: ignore[arg-type]
    return replace(MODEL, weights={"discrete": weights})


def test_a_higher_level_does_not_count_over_a_lower_one_that_is_not_satisfied() -> None:
    found = score(MODEL, answered(FULL, PART, FULL, FULL, FULL))
    assert (found.confirmed, found.possible) == (1, 1)
    assert found.total == exactly("1.5")


# --- missing answers ---


def test_a_missing_answer_makes_an_interval_and_is_not_zero() -> None:
    code = next(item.code for item in MODEL.items if (item.sub_domain, item.level) == ("DA", 2))
    given = answered(FULL, FULL, MOST)
    del given[code]
    found = score(MODEL, given)
    in_cell = sum((item.sub_domain, item.level) == ("DA", 2) for item in MODEL.items)
    assert found.sub_domains["DA", 2] == Score(Fraction(in_cell - 1, in_cell), Fraction(1))
    assert found.levels[2] == Score(1 - Fraction("0.05") / in_cell, Fraction(1))
    assert found.levels[3] == exactly("0.8")
    assert (found.confirmed, found.possible) == (3, 5), "level 4 and 5 may still be satisfied"
    assert code in found.unanswered


def test_what_is_missing_may_decide_a_level() -> None:
    given = answered(FULL, FULL, MOST)
    missing = [item.code for item in MODEL.items if item.level == 2 and item.sub_domain in ("LG", "SA", "PO")]
    found = score(MODEL, {code: one for code, one in given.items() if code not in missing})
    assert found.levels[2] == Score(Fraction("0.74"), Fraction(1))
    assert (found.confirmed, found.possible) == (1, 5)
    assert found.total == Score(Fraction("1.74"), Fraction(5))


@settings(max_examples=60, deadline=None)
@given(answers_to_some, st.sampled_from(["discrete", "process"]), st.sets(st.sampled_from(["design", "sales"])))
def test_confirmed_is_never_above_possible_and_scores_are_intervals(
    answers: dict[str, Decimal], weights: str, left_out: set[str]
) -> None:
    found = score(MODEL, answers, weights, left_out)
    assert 0 <= found.confirmed <= found.possible <= 5
    for one in (*found.levels.values(), *found.sub_domains.values()):
        assert 0 <= one.low <= one.high <= 1
    assert 0 <= found.total.low <= found.total.high <= 5
    for low_or_high, climbed in ((0, found.confirmed), (1, found.possible)):
        assert climbed <= found.total[low_or_high]
        if climbed < 5:
            assert found.total[low_or_high] < climbed + Fraction(MODEL.gate.value)


@settings(max_examples=40, deadline=None)
@given(answers_to_some, st.sampled_from(EVERY_CODE), st.sampled_from(ANSWERS))
def test_one_more_answer_narrows_every_interval(answers: dict[str, Decimal], code: str, answer: Decimal) -> None:
    before = {one: given for one, given in answers.items() if one != code}
    wide, narrow = score(MODEL, before), score(MODEL, before | {code: answer})
    for level in LEVELS:
        assert wide.levels[level].low <= narrow.levels[level].low <= narrow.levels[level].high
        assert narrow.levels[level].high <= wide.levels[level].high
    assert wide.confirmed <= narrow.confirmed <= narrow.possible <= wide.possible
    assert wide.total.low <= narrow.total.low <= narrow.total.high <= wide.total.high


@settings(max_examples=40, deadline=None)
@given(answers_to_some, st.sampled_from(EVERY_CODE))
def test_a_better_answer_is_never_worse(answers: dict[str, Decimal], code: str) -> None:
    found = [score(MODEL, answers | {code: answer}) for answer in sorted(ANSWERS)]
    for worse, better in pairwise(found):
        assert worse.total.low <= better.total.low
        assert worse.total.high <= better.total.high
        assert worse.confirmed <= better.confirmed
        assert worse.possible <= better.possible


# --- weights and domains that are left out ---


def test_a_sub_domain_without_items_at_a_level_stays_out_of_that_level() -> None:
    asked = {(item.sub_domain, item.level) for item in MODEL.items}
    empty = [(one.code, level) for one in MODEL.sub_domains for level in LEVELS if (one.code, level) not in asked]
    assert empty, "the model has such cells"
    found = score(MODEL, answered(FULL, FULL, FULL, FULL, FULL))
    assert set(found.sub_domains) == asked
    code, level = empty[0]
    assert found.levels[level] == exactly("1"), f"{code} asks nothing at level {level}"


def test_the_weights_of_process_industries_ignore_product_design_and_product_service() -> None:
    ignored = ("PD", "PV")
    answers = answered(FULL, FULL, FULL, FULL, FULL, but=lambda item: PART if item.sub_domain in ignored else None)
    found = score(MODEL, answers, "process")
    assert found.total == exactly("5")
    assert not {sub_domain for sub_domain, _ in found.sub_domains} & set(ignored)
    without = {code: one for code, one in answers.items() if code[:2] not in ignored}
    assert score(MODEL, without, "process") == found
    assert found.unanswered == ()
    assert score(MODEL, answers, "discrete").levels[1] == exactly("0.95")


def test_the_weights_are_those_of_the_type_of_industry() -> None:
    weak = answered(FULL, but=lambda item: PART if item.sub_domain == "PO" else None)
    assert score(MODEL, weak, "discrete").levels[1] == exactly("0.97")
    assert score(MODEL, weak, "process").levels[1] == exactly(str(1 - Decimal("0.098532") / 2))


def test_the_weight_of_a_domain_that_is_left_out_stays_in_its_element() -> None:
    """Manufacturing keeps its 0.77; without design and logistics 0.57 of it are left to share that."""
    weak_order = answered(FULL, but=lambda item: PART if item.sub_domain == "PO" else None)
    weak_data = answered(FULL, but=lambda item: PART if item.sub_domain == "DA" else None)
    left_out = ("design", "logistics")
    share = Fraction("0.06") * Fraction("0.77") / Fraction("0.57")
    assert score(MODEL, weak_order, left_out=left_out).levels[1].low == 1 - share / 2
    assert score(MODEL, weak_data, left_out=left_out).levels[1] == exactly("0.975"), "technology is not touched"


@pytest.mark.parametrize("weights", ["discrete", "process"])
@pytest.mark.parametrize("element", ["personnel", "technology", "resources", "manufacturing"])
def test_every_element_keeps_its_weight_whatever_is_left_out(weights: str, element: str) -> None:
    inside = {one.code for one in MODEL.sub_domains if one.element == element}
    answers = {item.code: NONE if item.sub_domain in inside else FULL for item in MODEL.items}
    for left_out in ((), ("design",), ("sales", "service"), ("design", "logistics", "sales", "service")):
        found = score(MODEL, answers, weights, left_out).levels[1]
        assert found == exactly(str(1 - MODEL.weights[weights].elements[element].value)), left_out


def test_items_of_a_domain_that_is_left_out_are_neither_asked_nor_counted() -> None:
    answers = answered(FULL, FULL, FULL, FULL, FULL, but=lambda item: PART if item.sub_domain == "LG" else None)
    assert score(MODEL, answers, left_out=["logistics"]).total == exactly("5")
    only_others = {code: one for code, one in answers.items() if not code.startswith("LG.")}
    assert score(MODEL, only_others, left_out=["logistics"]).unanswered == ()


# --- refusals ---


@pytest.mark.parametrize(
    ("answers", "options", "said"),
    [
        ({"OS.1.z": FULL}, {}, "the model has no item OS.1.z; did you mean OS.1."),
        ({"OS.1.a": Decimal("0.7")}, {}, "0.7 is no answer to OS.1.a; answers are 1, 0.8, 0.5, 0"),
        ({"OS.1.a": Decimal(-1)}, {}, "-1 is no answer to OS.1.a"),
        ({"OS.1.a": Decimal("0.79999")}, {}, "0.79999 is no answer to OS.1.a"),
        ({}, {"weights": "batch"}, "“batch” is not one of discrete, process"),
        ({}, {"left_out": ["production"]}, "the domain production cannot be left out; only design, logistics, sales"),
        ({}, {"left_out": ["design", "personnel"]}, "the domain personnel cannot be left out"),
    ],
    ids=["item", "answer", "negative", "unrounded", "weights", "domain", "second domain"],
)
def test_what_the_model_does_not_know_is_refused(
    answers: dict[str, Decimal], options: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        score(MODEL, answers, **options)  # type: ignore[arg-type]
    assert said in str(refusal.value)


def test_answers_are_compared_as_numbers_not_as_written() -> None:
    answers = {code: Decimal("0.80") for code in EVERY_CODE}
    assert score(MODEL, answers).levels[1] == exactly("0.8")
