"""How the finding of an element changed: what each record of the ledger made of it, and what ageing did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from linghang.conditions.checks import fields_of
from linghang.conditions.model import Pack
from linghang.conditions.rules import names
from linghang.conditions.shelf import load_pack
from linghang.errors import NotThere, nearest
from linghang.evidence.ledger import read
from linghang.evidence.observation import Observation
from linghang.evidence.settle import Settled, settle
from linghang.evidence.withdrawal import Record
from linghang.store.workspace import open_workspace
from linghang.usecases.interpretation_journal import Act, read_acts
from linghang.usecases.json_values import plain

Cause = Literal["recorded", "aged"]


@dataclass(frozen=True, slots=True)
class Step:
    """What was known of an element, or of a field that its rule reads, from a moment on.

    Attributes
    ----------
    about
        The element, or the field.
    day
        Day of judgement that it is about.
    at
        When it was recorded (UTC); None of evidence that grew stale on the day.
    before, after
        Value, proof and reason (see `linghang.evidence.settle.Settled`); before the first there is nothing.
    because
        The records that came then; of what grew stale those that did.
    """

    about: str
    day: date
    at: datetime | None
    cause: Cause
    before: Settled | None
    after: Settled
    because: tuple[Record, ...]

    @property
    def changed(self) -> bool:
        """Whether what is known became another."""
        return _known(self.before) != _known(self.after)

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON has it."""
        return {
            "about": self.about,
            "day": self.day.isoformat(),
            "at": self.at.astimezone(UTC).isoformat() if self.at else None,
            "cause": self.cause,
            "changed": self.changed,
            "before": _shown(self.before),
            "after": _shown(self.after),
            "because": [_record(one) for one in self.because],
        }


@dataclass(frozen=True, slots=True)
class History:
    """The history of an element.

    Attributes
    ----------
    abouts
        The element and the fields that its rule reads: what evidence of it is about.
    steps
        The oldest first.
    acts
        What reviewers set and took back of the interpretations that it rests on, the oldest first.
    derived
        Whether it has no evidence of its own, because it follows from other elements (coverage, counts).
    """

    element: str
    abouts: tuple[str, ...]
    steps: tuple[Step, ...]
    acts: tuple[Act, ...]
    derived: bool

    def to_dict(self) -> dict[str, Any]:
        """The history as JSON has it."""
        return {
            "element": self.element,
            "about": list(self.abouts),
            "derived": self.derived,
            "steps": [one.to_dict() for one in self.steps],
            "interpretations": [one.to_dict() for one in self.acts],
        }


def history_of(folder: Path, element: str, *, pack: str, now: datetime, as_of: date | None = None) -> History:
    """Tell the history of an element from the ledger.

    Each time that something was recorded about it, what the ledger held by then is settled on the latest day that it
    speaks of: that is what an assessment of that moment found. Between two such moments, and up to the day of
    judgement, evidence may have grown stale.

    Parameters
    ----------
    element
        Id of an element of the pack.
    now
        The caller's clock (with a zone).
    as_of
        The day up to which it is told (else the plant's today).

    Raises
    ------
    NotThere
        There is no such element.
    BadInput
        The ledger does not hold together.
    """
    found = load_pack(pack)
    rules = [rule for one in found.elements if one.id == element for rule in one.rules]
    if not rules:
        near = nearest(element, [one.id for one in found.elements])
        raise NotThere("there is no {name} here; {near}", name=element, near=near)
    fields = {one.id for one in fields_of(found)}
    wanted = [element, *sorted({name for rule in rules for name in names(rule.node)} & fields)]
    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)
    records = [one.record for one in read(workspace.ledger) if one.record.about in wanted]
    steps = [step for about in wanted for step in _steps(about, [one for one in records if one.about == about], day)]
    steps.sort(key=lambda one: (one.at.date() if one.at else one.day, one.day))
    read_of = _interpretations(found, element, records)
    acts = tuple(one for one in read_acts(workspace) if one.pack == found.id and one.name in read_of)
    derived = not records and not any("found" in names(rule.node) for rule in rules)
    return History(element, tuple(wanted), tuple(steps), acts, derived)


def _interpretations(pack: Pack, element: str, records: Sequence[Record]) -> set[str]:
    """The interpretations that an element's rule or its evidence reads."""
    known = {one.id for one in pack.interpretations}
    mark = "interpretation."
    rules = [rule for one in pack.elements if one.id == element for rule in one.rules]
    found = {name.removeprefix(mark) for rule in rules for name in names(rule.node) if name.startswith(mark)}
    found |= {name for one in records if isinstance(one, Observation) for name in one.detail}
    return found & known


def _steps(about: str, records: Sequence[Record], until: date) -> Iterator[Step]:
    """Yield the steps of one element or field, the oldest first."""
    batches: list[list[Record]] = []
    for one in records:
        if batches and batches[-1][0].made_at == one.made_at:
            batches[-1].append(one)
        else:
            batches.append([one])
    past: list[Record] = []
    before: Settled | None = None
    for place, batch in enumerate(batches):
        past += batch
        day = max(one.day for one in past)
        after = settle(past, day)[about]
        yield Step(about, day, batch[0].made_at, "recorded", before, after, tuple(batch))
        before = after
        following = max(one.day for one in (*past, *batches[place + 1])) if place + 1 < len(batches) else until
        for aged in _ageing(about, past, day, following):
            if _known(aged.after) != _known(before):
                yield Step(about, aged.day, None, "aged", before, aged.after, aged.because)
                before = aged.after


def _ageing(about: str, past: Sequence[Record], day: date, following: date) -> Iterator[Step]:
    """Yield what is known on each day on which evidence grows stale, after one day and up to another."""
    ends = sorted({one.valid_until for one in past if isinstance(one, Observation) and one.valid_until is not None})
    for end in ends:
        if day < end <= following:
            stale = tuple(one for one in past if isinstance(one, Observation) and one.valid_until == end)
            after = settle(past, end)[about]
            yield Step(about, end, None, "aged", None, after, stale)


def _known(one: Settled | None) -> tuple[Any, ...]:
    return (None, None, None) if one is None else (one.value, one.proof, one.reason)


def _shown(one: Settled | None) -> dict[str, Any] | None:
    return None if one is None else {"value": plain(one.value), "proof": one.proof, "reason": one.reason}


def _record(one: Record) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": "observation" if isinstance(one, Observation) else "withdrawal",
        "digest": one.digest,
        "subject": one.subject,
        "day": one.day.isoformat(),
    }
    if isinstance(one, Observation):
        source = {"kind": one.source.kind, "id": one.source.id, "version": one.source.version}
        return said | {
            "source": source,
            "value": plain(one.value),
            "unit": one.unit,
            "proof": one.proof,
            "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        }
    return said | {"source": {"kind": one.kind, "id": one.source}, "reason": one.reason}
