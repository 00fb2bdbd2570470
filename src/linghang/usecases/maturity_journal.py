"""The answers of a maturity self-assessment as they are kept: acts one after the other, and what they amount to.

One line an act (canonical JSON), appended and synced before it counts; nothing is ever rewritten, an undo is an act as
well. A line without its end is an append that was cut off (power, kill -9): it was never acknowledged and is not read.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast, get_args

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.chain import write_behind
from linghang.evidence.observation import canonical, sha256_of
from linghang.store.workspace import Workspace

JOURNAL = "maturity.jsonl"
MODEL = "gbt-39116-2020"
DEFAULT_WEIGHTS = "discrete"
MAX_LINE = 1 << 23

Kind = Literal["answers", "leave_out", "take_in", "weights", "adopt", "withdraw", "undo"]
Source = Literal["person", "records"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who did what, when.

    Attributes
    ----------
    number
        From 1, in the order of the file.
    content
        What was done, as JSON has it; which keys it has depends on the kind.
    """

    number: int
    kind: Kind
    by: str
    at: datetime
    content: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The act as the journal has it."""
        at = self.at.astimezone(UTC).isoformat()
        return {"n": self.number, "model": MODEL, "kind": self.kind, "by": self.by, "at": at} | dict(self.content)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to an item, and on what it rests.

    Attributes
    ----------
    evidence
        Numbers of documents in the register, E0001 and so on.
    source
        person, or records where a proposal was taken.
    """

    value: Decimal
    reason: str
    evidence: tuple[str, ...]
    source: Source
    by: str
    at: datetime

    @property
    def said(self) -> tuple[Decimal, str, tuple[str, ...]]:
        """What a person would see changed."""
        return self.value, self.reason, self.evidence

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON has it."""
        return {
            "value": str(self.value),
            "reason": self.reason,
            "evidence": list(self.evidence),
            "source": self.source,
            "by": self.by,
            "at": self.at.astimezone(UTC).isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Adoption:
    """The level that a signatory took over from the self-assessment into the judgement."""

    signed_by: str
    signed_on: date
    level: int
    act: int


@dataclass(frozen=True, slots=True)
class State:
    """What the acts amount to.

    Attributes
    ----------
    answers
        Item -> answer; an item without one is unknown.
    left_out
        Domain -> why the enterprise has no such business.
    acts
        How many acts there are; the state after fewer of them is an earlier one.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    weights: str = DEFAULT_WEIGHTS
    adopted: Adoption | None = None
    acts: int = 0

    @property
    def values(self) -> dict[str, Decimal]:
        """Item -> answer, as the judge takes them."""
        return {code: one.value for code, one in self.answers.items()}

    @property
    def digest(self) -> str:
        """sha256 of all that a level rests on."""
        answers = {code: [str(one.value), list(one.evidence)] for code, one in self.answers.items()}
        return sha256_of([MODEL, self.weights, sorted(self.left_out), answers])


def journal_of(workspace: Workspace) -> Path:
    """Return the file of the answers."""
    return workspace.folder / JOURNAL


def read_acts(workspace: Workspace) -> tuple[Act, ...]:
    """Read all acts; a workspace without the file has none.

    Raises
    ------
    BadInput
        A line is no act, was changed, or belongs to another model; the place names it.
    """
    return _read(journal_of(workspace))[0]


def state_of_answers(acts: Iterable[Act]) -> State:
    """Fold the acts: the last word on each matter counts, and what was undone never happened."""
    acts = tuple(acts)
    undone = undone_acts(acts)
    answers: dict[str, Answer] = {}
    left_out: dict[str, str] = {}
    weights, adopted = DEFAULT_WEIGHTS, None
    for act in acts:
        if act.number in undone:
            continue
        match act.kind:
            case "answers":
                _answered(act, answers)
            case "leave_out":
                left_out[act.content["domain"]] = act.content["reason"]
            case "take_in":
                left_out.pop(act.content["domain"], None)
            case "weights":
                weights = act.content["weights"]
            case "adopt":
                signed_on = date.fromisoformat(act.content["signed_on"])
                adopted = Adoption(act.content["signed_by"], signed_on, act.content["level"], act.number)
            case "withdraw":
                adopted = None
            case "undo":
                pass
    return State(answers, left_out, weights, adopted, len(acts))


def undone_acts(acts: Sequence[Act]) -> frozenset[int]:
    """Return the numbers of the acts that were undone."""
    return frozenset(one.content["act"] for one in acts if one.kind == "undo")


def last_undoable(acts: Sequence[Act]) -> Act | None:
    """Return the last act that stands: the one that an undo takes back."""
    undone = undone_acts(acts)
    return next((one for one in reversed(acts) if one.kind != "undo" and one.number not in undone), None)


def record(
    workspace: Workspace, kind: Kind, content: Mapping[str, Any], *, by: str, now: datetime, after: int
) -> tuple[Act, ...]:
    """Append one act durably and return all acts.

    Parameters
    ----------
    after
        How many acts the caller has seen: an act that rests on an older state is refused, not mixed in.

    Raises
    ------
    BadInput
        Somebody else has written meanwhile, or the file cannot be read or written.
    """
    path = journal_of(workspace)
    with workspace.writing():
        acts, end = _read(path)
        if len(acts) != after:
            raise BadInput("was changed by somebody else meanwhile; look again and repeat", Place(str(path)))
        act = Act(after + 1, kind, by, now, content)
        try:
            write_behind(path, end, canonical(act.to_dict()) + b"\n")
        except OSError as error:
            raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return (*acts, act)


def answer_content(answers: Mapping[str, Answer | None], via: str = "") -> dict[str, Any]:
    """Write answers as an act has them; None takes an answer back. `via` names the workbook that they came in."""
    said: dict[str, Any] = {}
    for code, one in answers.items():
        said[code] = None if one is None else {key: value for key, value in one.to_dict().items() if key in _ANSWER}
    return {"answers": said} | ({"via": via} if via else {})


_ANSWER: Collection[str] = ("value", "reason", "evidence", "source")


def _answered(act: Act, answers: dict[str, Answer]) -> None:
    for code, one in act.content["answers"].items():
        if one is None:
            answers.pop(code, None)
        else:
            said = Decimal(one["value"]), one["reason"], tuple(one["evidence"])
            answers[code] = Answer(*said, cast(Source, one["source"]), act.by, act.at)


def _read(path: Path) -> tuple[tuple[Act, ...], int]:
    """Return the acts and where the last whole line ends."""
    acts: list[Act] = []
    end = 0
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                if not line.endswith(b"\n") and len(line) < MAX_LINE:
                    break
                acts.append(_act(line, len(acts) + 1, Place(str(path), len(acts) + 1)))
                end += len(line)
    except FileNotFoundError:
        return (), 0
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return tuple(acts), end


def _act(line: bytes, number: int, place: Place) -> Act:
    try:
        said = json.loads(line)
        model, kind = said.pop("model"), said.pop("kind")
        act = Act(said.pop("n"), kind, said.pop("by"), datetime.fromisoformat(said.pop("at")), said)
        if act.number != number or kind not in get_args(Kind) or act.at.tzinfo is None:
            raise ValueError(kind)
        state_of_answers([act])  # an act that cannot be folded is none
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise BadInput("this is no act of a self-assessment; put the file back as it was", place) from None
    if model != MODEL:
        raise BadInput("belongs to the model {found}; this version reads {wanted}", place, found=model, wanted=MODEL)
    return act
