"""Score a maturity self-assessment: answers to items -> level scores -> total -> level, with the gate.

GB/T 39117-2020 as far as it could be confirmed; what could not is among the model's decisions. An item without an
answer is unknown, not zero: every score is an interval from what is answered to what is still possible, and the
level is confirmed or possible accordingly.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from linghang.conditions.maturity import TAILORABLE, MaturityModel
from linghang.errors import BadInput, nearest
from linghang.words import Listed


class Score(NamedTuple):
    """A score between what is answered (`low`) and what the missing answers still allow (`high`)."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class MaturityScore:
    """The result of a self-assessment.

    Attributes
    ----------
    sub_domains
        (sub-domain, level) -> mean of its items; cells without items are absent.
    levels
        Level -> weighted score, in [0, 1].
    total
        Satisfied levels count 1, the first unsatisfied one its score; in [0, 5].
    confirmed, possible
        Highest level that is satisfied with all lower ones, now and at best; 0 for none.
    unanswered
        Codes of the items that have no answer.
    """

    sub_domains: Mapping[tuple[str, int], Score]
    levels: Mapping[int, Score]
    total: Score
    confirmed: int
    possible: int
    unanswered: tuple[str, ...]


def score(
    model: MaturityModel, answers: Mapping[str, Decimal], weights: str = "discrete", left_out: Collection[str] = ()
) -> MaturityScore:
    """Score the answers.

    Parameters
    ----------
    model
        The maturity model.
    answers
        Item code -> 1, 0.8, 0.5 or 0.
    weights
        Which weights: "discrete" or "process".
    left_out
        Domains without business in the enterprise; their weight goes to the other domains of the same element.

    Raises
    ------
    BadInput
        An unknown item, an answer that the model does not have, or a domain that cannot be left out.
    """
    _check(model, answers, weights, left_out)
    share = shares(model, weights, left_out)
    cells: dict[tuple[str, int], Score] = {}
    for sub_domain in share:
        for level in (one.level for one in model.levels):
            codes = [item.code for item in model.items if (item.sub_domain, item.level) == (sub_domain, level)]
            if codes:
                cells[sub_domain, level] = Score(_mean(codes, answers, Fraction(0)), _mean(codes, answers, Fraction(1)))
    levels = {one.level: _level(one.level, cells, share) for one in model.levels}
    gate = Fraction(model.gate.value)
    lows, highs = [levels[one.level].low for one in model.levels], [levels[one.level].high for one in model.levels]
    return MaturityScore(
        cells,
        levels,
        Score(_total(lows, gate), _total(highs, gate)),
        _climbed(lows, gate),
        _climbed(highs, gate),
        tuple(item.code for item in model.items if item.sub_domain in share and item.code not in answers),
    )


def _check(model: MaturityModel, answers: Mapping[str, Decimal], weights: str, left_out: Collection[str]) -> None:
    codes = {item.code for item in model.items}
    for code, answer in answers.items():
        if code not in codes:
            raise BadInput("the model has no item {name}; {near}", name=code, near=nearest(code, sorted(codes)))
        if answer not in model.answers:
            raise BadInput(
                "{answer} is no answer to {name}; answers are {choices}",
                answer=answer,
                name=code,
                choices=Listed(model.answers),
            )
    if weights not in model.weights:
        raise BadInput("“{value}” is not one of {choices}", value=weights, choices=Listed(model.weights))
    for domain in left_out:
        if domain not in TAILORABLE:
            raise BadInput(
                "the domain {name} cannot be left out; only {choices} can", name=domain, choices=Listed(TAILORABLE)
            )


def shares(model: MaturityModel, weights: str, left_out: Collection[str]) -> dict[str, Fraction]:
    """Return the weights of the sub-domains after leaving domains out; they add up to 1.

    Each element keeps its weight, its other domains share it.
    """
    given = {code: Fraction(one.value) for code, one in model.weights[weights].sub_domains.items() if one.value}
    kept = {one.code: one for one in model.sub_domains if one.code in given and one.domain not in left_out}
    found = {}
    for code, one in kept.items():
        whole = sum(
            given[other.code] for other in model.sub_domains if other.element == one.element and other.code in given
        )
        left = sum(given[other.code] for other in kept.values() if other.element == one.element)
        found[code] = given[code] * whole / left
    return found


def _mean(codes: list[str], answers: Mapping[str, Decimal], unanswered: Fraction) -> Fraction:
    points = (Fraction(answers[code]) if code in answers else unanswered for code in codes)
    return sum(points, Fraction(0)) / len(codes)


def _level(level: int, cells: Mapping[tuple[str, int], Score], share: Mapping[str, Fraction]) -> Score:
    """Weighted mean over the sub-domains that ask something at this level."""
    asked = [(share[sub_domain], one) for (sub_domain, at), one in cells.items() if at == level]
    weight = sum((part for part, _ in asked), Fraction(0))
    return Score(
        sum((part * one.low for part, one in asked), Fraction(0)) / weight,
        sum((part * one.high for part, one in asked), Fraction(0)) / weight,
    )


def _climbed(scores: list[Fraction], gate: Fraction) -> int:
    """Levels are taken in order; the first one under the gate ends the climb."""
    for climbed, one in enumerate(scores):
        if one < gate:
            return climbed
    return len(scores)


def _total(scores: list[Fraction], gate: Fraction) -> Fraction:
    climbed = _climbed(scores, gate)
    return Fraction(climbed) + (scores[climbed] if climbed < len(scores) else 0)
