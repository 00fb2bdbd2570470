"""What a maturity level takes: the fewest items that lift each level's score to the gate.

A level's score is a weighted mean of its items, so raising one item to 1 adds a fixed amount whatever else is raised.
Of any number of items those with the greatest amounts add most: the first number of them that reaches the gate is the
fewest possible, exactly.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from linghang.conditions.maturity import Item, MaturityModel
from linghang.judge.maturity import score, shares


@dataclass(frozen=True, slots=True)
class Lift:
    """An item to raise to 1.

    Attributes
    ----------
    answer
        The present answer; None if there is none yet, so that an answer may be all it takes.
    gain
        What raising it adds to the score of its level.
    """

    item: Item
    answer: Decimal | None
    gain: Fraction


@dataclass(frozen=True, slots=True)
class LevelGap:
    """What one level takes.

    Attributes
    ----------
    score
        Its score as it is answered, in [0, 1]: what is not answered adds nothing yet.
    possible
        Its score if everything that is not answered turned out to be 1.
    lifts
        The fewest items that lift it to the gate, greatest gain first; none if it stands there.
    """

    level: int
    score: Fraction
    possible: Fraction
    lifts: tuple[Lift, ...]


def gaps(
    model: MaturityModel,
    level: int,
    answers: Mapping[str, Decimal],
    weights: str = "discrete",
    left_out: Collection[str] = (),
    preferred: Collection[str] = (),
) -> tuple[LevelGap, ...]:
    """Return what each level up to `level` takes, from 1 on.

    Parameters
    ----------
    preferred
        Items that are taken first among those of equal gain, such as those that records answer already.

    Raises
    ------
    BadInput
        The answers, weights or domains do not fit the model.
    """
    found = score(model, answers, weights, left_out)
    share = shares(model, weights, left_out)
    return tuple(
        LevelGap(at, *found.levels[at], _fewest(model, at, found.levels[at].low, share, answers, preferred))
        for at in range(1, level + 1)
    )


def _fewest(
    model: MaturityModel,
    level: int,
    reached: Fraction,
    share: Mapping[str, Fraction],
    answers: Mapping[str, Decimal],
    preferred: Collection[str],
) -> tuple[Lift, ...]:
    items = [one for one in model.items if one.level == level and one.sub_domain in share]
    beside = {code: sum(one.sub_domain == code for one in items) for code in share}
    whole = sum((share[code] for code, count in beside.items() if count), Fraction(0))
    lifts = []
    for one in items:
        answer = answers.get(one.code)
        missing = 1 - Fraction(answer if answer is not None else 0)
        gain = share[one.sub_domain] / whole * missing / beside[one.sub_domain]
        if gain:
            lifts.append(Lift(one, answer, gain))
    lifts.sort(key=lambda one: (-one.gain, one.item.code not in preferred, one.answer is not None, one.item.code))
    taken: list[Lift] = []
    for lift in lifts:
        if reached >= Fraction(model.gate.value):
            break
        taken.append(lift)
        reached += lift.gain
    return tuple(taken)
