"""The maturity self-assessment of a workspace: answer, leave out, weigh, look, undo.

The answers are kept in `maturity.jsonl` (see `maturity_journal`). What is not answered is unknown, never 0: every score
is an interval from what is answered to what is still possible.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from linghang.conditions.maturity import TAILORABLE, Item, MaturityModel, SubDomain
from linghang.errors import BadInput, nearest
from linghang.evidence.maturity_hints import HINTS
from linghang.judge.maturity import MaturityScore, Score, score, shares
from linghang.judge.maturity_gap import LevelGap, gaps
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.maturity_documents import check_numbers, registered
from linghang.usecases.maturity_journal import (
    MODEL,
    Act,
    Answer,
    State,
    answer_content,
    last_undoable,
    read_acts,
    record,
    state_of_answers,
    undone_acts,
)
from linghang.usecases.packs import load
from linghang.words import Listed

__all__ = [
    "HINTS",
    "TAILORABLE",
    "Act",
    "Answer",
    "Item",
    "LevelGap",
    "Opened",
    "Progress",
    "State",
    "SubDomainScore",
    "opened",
]

MAX_REASON = 1_000
MAX_NAME = 100
UNKNOWN = "unknown"
"""Instead of a value: the answer is taken back."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace with its self-assessment as it stands."""

    workspace: Workspace
    model: MaturityModel
    acts: tuple[Act, ...]
    state: State

    def score(self) -> MaturityScore:
        """Score the answers that there are."""
        return score(self.model, self.state.values, self.state.weights, self.state.left_out)


@dataclass(frozen=True, slots=True)
class SubDomainScore:
    """What one sub-domain has.

    Attributes
    ----------
    weight
        Share of the whole, after domains were left out.
    own
        Points of all its items over all it could have, in [0, 1]; it decides nothing (ours, for the eye).
    levels
        Level -> mean of its items there; a level that asks nothing of it is absent.
    answered, of
        Level -> number of items.
    """

    sub_domain: SubDomain
    weight: Fraction
    own: Score
    levels: Mapping[int, Score]
    answered: Mapping[int, int]
    of: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a self-assessment is.

    Attributes
    ----------
    sub_domains
        Those that take part, in the order of the model.
    adopted_stands
        Whether the present answers still confirm the adopted level; None where none is adopted.
    """

    opened: Opened
    score: MaturityScore
    sub_domains: tuple[SubDomainScore, ...]
    adopted_stands: bool | None

    @property
    def marks(self) -> dict[str, dict[str, int]]:
        """How sure the figures are that went in: items, weights and gate -> confidence mark -> number."""
        model, state = self.opened.model, self.opened.state
        asked = {one.sub_domain.code for one in self.sub_domains}
        weights = model.weights[state.weights].sub_domains
        return {
            "items": dict(Counter(one.confidence for one in model.items if one.sub_domain in asked)),
            "weights": dict(Counter(weights[code].confidence for code in asked)),
            "gate": {model.gate.confidence: 1},
        }

    def to_dict(self) -> dict[str, Any]:
        """The progress as JSON has it; scores are rounded outwards to four places."""
        state, found = self.opened.state, self.score
        return {
            "model": self.opened.model.id,
            "weights": state.weights,
            "left_out": dict(state.left_out),
            "level": {"confirmed": found.confirmed, "possible": found.possible},
            "total": interval(found.total),
            "gate": str(self.opened.model.gate.value),
            "levels": {str(level): interval(one) for level, one in found.levels.items()},
            "sub_domains": [_sub_domain_document(one) for one in self.sub_domains],
            "answers": {code: one.to_dict() for code, one in state.answers.items()},
            "unanswered": list(found.unanswered),
            "adopted": self._adopted(),
            "confidence": self.marks,
            "acts": state.acts,
        }

    def _adopted(self) -> dict[str, Any] | None:
        one = self.opened.state.adopted
        if one is None:
            return None
        signed = {"level": one.level, "signed_by": one.signed_by, "signed_on": one.signed_on.isoformat()}
        return signed | {"stands": self.adopted_stands}


def _sub_domain_document(one: SubDomainScore) -> dict[str, Any]:
    levels = {
        str(level): interval(found) | {"answered": one.answered[level], "of": one.of[level]}
        for level, found in one.levels.items()
    }
    name = one.sub_domain.name.to_dict()
    weight = str(_rounded(one.weight, ROUND_FLOOR))
    return {"code": one.sub_domain.code, "name": name, "weight": weight, "own": interval(one.own), "levels": levels}


def interval(one: Score) -> dict[str, str]:
    """Write a score as decimals, rounded outwards: the truth lies within."""
    return {"low": str(_rounded(one.low, ROUND_FLOOR)), "high": str(_rounded(one.high, ROUND_CEILING))}


def between(low: Fraction, high: Fraction) -> str:
    """Write a score with two places: one that is known never more than it is, an interval rounded outwards."""
    down, up = low * 100 // 1, -(-high * 100 // 1)
    return f"{down / 100:.2f}" if low == high else f"{down / 100:.2f}–{up / 100:.2f}"


def _rounded(value: Fraction, way: str) -> Decimal:
    places = 10_000
    scaled = value * places
    whole = scaled.numerator // scaled.denominator
    if way == ROUND_CEILING and whole != scaled:
        whole += 1
    return Decimal(whole).scaleb(-4)


def rounded_down(value: Fraction) -> Decimal:
    """Write a score with four places, never more than it is."""
    return _rounded(value, ROUND_FLOOR)


def opened(folder: Path) -> Opened:
    """Open the self-assessment of a workspace; one that nobody began has no answers.

    Raises
    ------
    BadInput
        The folder is no workspace, or its answers cannot be read.
    """
    return of_workspace(open_workspace(folder))


def of_workspace(workspace: Workspace) -> Opened:
    """The same of an open workspace."""
    model = load(MODEL)
    assert isinstance(model, MaturityModel)
    acts = read_acts(workspace)
    return Opened(workspace, model, acts, state_of_answers(acts))


def progress(folder: Path) -> Progress:
    """Say how far the self-assessment is."""
    return progress_of(opened(folder))


def progress_of(one: Opened) -> Progress:
    """The same of one that is open."""
    found = one.score()
    share = shares(one.model, one.state.weights, one.state.left_out)
    rows = tuple(_sub_domain(sub, share[sub.code], one, found) for sub in one.model.sub_domains if sub.code in share)
    adopted = one.state.adopted
    return Progress(one, found, rows, None if adopted is None else found.confirmed >= adopted.level)


def _sub_domain(sub: SubDomain, weight: Fraction, one: Opened, found: MaturityScore) -> SubDomainScore:
    items = [item for item in one.model.items if item.sub_domain == sub.code]
    of = Counter(item.level for item in items)
    answered = Counter(item.level for item in items if item.code in one.state.answers)
    points = sum(
        (Fraction(one.state.answers[item.code].value) for item in items if item.code in one.state.answers), Fraction(0)
    )
    unknown = len(items) - answered.total()
    own = Score(points / len(items), (points + unknown) / len(items))
    levels = {level: cell for (code, level), cell in found.sub_domains.items() if code == sub.code}
    return SubDomainScore(sub, weight, own, levels, answered, of)


def answer(
    folder: Path, code: str, value: str, *, by: str, now: datetime, reason: str = "", evidence: Sequence[str] = ()
) -> Opened:
    """Answer one item, or take its answer back (`unknown`).

    Raises
    ------
    BadInput
        There is no such item or value, or the register has no such document.
    """
    one = opened(folder)
    item = item_of(one.model, code)
    numbers = tuple(dict.fromkeys(number.upper() for number in evidence))
    check_numbers(numbers, registered(one.workspace) if numbers else {})
    said: Answer | None = None
    if value.strip().lower() != UNKNOWN:
        found = value_of(one.model, value, item.code)
        said = Answer(found, checked_reason(reason), numbers, "person", by, now)
    return _done(one, "answers", answer_content({item.code: said}), by, now)


def leave_out(folder: Path, domain: str, reason: str, *, by: str, now: datetime) -> Opened:
    """Leave out a domain in which the enterprise has no business.

    Raises
    ------
    BadInput
        The domain cannot be left out, is left out already, or no reason is given.
    """
    one = opened(folder)
    name = domain_of(one.model, domain)
    if name in one.state.left_out:
        raise BadInput("the domain {name} is left out already", name=name)
    if not (why := checked_reason(reason)):
        raise BadInput("leaving a domain out needs a reason: why the enterprise has no such business")
    return _done(one, "leave_out", {"domain": name, "reason": why}, by, now)


def take_in(folder: Path, domain: str, *, by: str, now: datetime) -> Opened:
    """Take a domain in again that was left out; its answers are still there."""
    one = opened(folder)
    name = domain_of(one.model, domain)
    if name not in one.state.left_out:
        raise BadInput("the domain {name} is not left out", name=name)
    return _done(one, "take_in", {"domain": name}, by, now)


def choose_weights(folder: Path, weights: str, *, by: str, now: datetime) -> Opened:
    """Choose the weights of discrete or process industries."""
    one = opened(folder)
    if weights not in one.model.weights:
        raise BadInput("“{value}” is not one of {choices}", value=weights, choices=Listed(one.model.weights))
    return _done(one, "weights", {"weights": weights}, by, now)


def undo(folder: Path, *, by: str, now: datetime) -> tuple[Act, Opened]:
    """Take back the last act that stands; return it, and what stands now.

    Raises
    ------
    BadInput
        There is nothing to take back.
    """
    one = opened(folder)
    last = last_undoable(one.acts)
    if last is None:
        raise BadInput("there is nothing to undo")
    return last, _done(one, "undo", {"act": last.number}, by, now)


def history(folder: Path) -> tuple[tuple[Act, bool], ...]:
    """Return every act with whether it stands."""
    acts = opened(folder).acts
    undone = undone_acts(acts)
    return tuple((one, one.number not in undone) for one in acts)


def gap(folder: Path, level: int, preferred: Sequence[str] = ()) -> tuple[Opened, tuple[LevelGap, ...]]:
    """Say what a level takes: the fewest items that lift each level up to it to the gate.

    Raises
    ------
    BadInput
        The model has no such level.
    """
    one = opened(folder)
    levels = [known.level for known in one.model.levels]
    if level not in levels:
        raise BadInput("“{value}” is not one of {choices}", value=level, choices=Listed(levels))
    return one, gaps(one.model, level, one.state.values, one.state.weights, one.state.left_out, preferred)


def item_of(model: MaturityModel, code: str) -> Item:
    """Return an item by its code, in whatever case it is written."""
    for one in model.items:
        if one.code.lower() == code.strip().lower():
            return one
    near = nearest(code, [one.code for one in model.items])
    raise BadInput("the model has no item {name}; {near}", name=code, near=near)


def value_of(model: MaturityModel, value: str, code: str) -> Decimal:
    """Read an answer: 1, 0.8, 0.5 or 0."""
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite():
        for known in model.answers:
            if known == number:
                return known
    choices = Listed(model.answers)
    raise BadInput("{answer} is no answer to {name}; answers are {choices}", answer=value, name=code, choices=choices)


def checked_reason(reason: str) -> str:
    """See that a reason is a text of reasonable length."""
    text = reason.strip()
    if len(text) > MAX_REASON:
        raise BadInput("has {count} characters; {limit} are kept at most", count=len(text), limit=MAX_REASON)
    if _CONTROL.search(text):
        raise BadInput("holds characters that cannot be printed; take them out")
    return text


def domain_of(model: MaturityModel, domain: str) -> str:
    """Return a domain that can be left out, by its id or its name in either language."""
    wanted = domain.strip().lower()
    for name, text in model.domains.items():
        if name in TAILORABLE and wanted in (name, text.zh, text.en.lower()):
            return name
    choices = Listed(f"{name} {model.domains[name].zh}" for name in TAILORABLE)
    raise BadInput("the domain {name} cannot be left out; only {choices} can", name=domain, choices=choices)


def _done(one: Opened, kind: Any, content: Mapping[str, Any], by: str, now: datetime) -> Opened:
    """Record an act of somebody who has a name."""
    acts = record(one.workspace, kind, content, by=checked_name(by), now=now, after=len(one.acts))
    return Opened(one.workspace, one.model, acts, state_of_answers(acts))


def checked_name(name: str) -> str:
    """See that somebody has a name that can be kept."""
    text = name.strip()
    if not text or len(text) > MAX_NAME or _CONTROL.search(text) or "\n" in text:
        raise BadInput("“{value}” is no name; give it with {option}", value=name, option="--by / --signed-by")
    return text
