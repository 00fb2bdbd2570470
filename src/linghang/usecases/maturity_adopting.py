"""Take the self-assessed level over into the judgement: a signatory states it, the answers carry it.

An adopted level is a statement like those of `statements.yaml`, read at every assessment from the answers as they are
then: it is said as long as the answers confirm it. Answers that no longer do withdraw it. It declares; it documents as
long as every item that it rests on names a document that counts on the day. It is a voice of its own: another level
that the same person signs in `statements.yaml` contradicts it, and is not replaced by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from linghang.conditions.maturity import MaturityModel
from linghang.errors import BadInput
from linghang.evidence.observation import Observation, Source
from linghang.evidence.proof import Proof
from linghang.judge.maturity import score, shares
from linghang.judge.program import Program
from linghang.store.documents import Document
from linghang.store.workspace import Workspace
from linghang.usecases.maturity import Opened, checked_name, interval, of_workspace, opened
from linghang.usecases.maturity_documents import current_among, proving, registered
from linghang.usecases.maturity_journal import MODEL, State, journal_of, record, state_of_answers

__all__ = ["Carried", "adopt", "adopted_observations", "carried", "withdraw"]

FIELD = "maturity_level"


@dataclass(frozen=True, slots=True)
class Carried:
    """How well a level is carried by its answers.

    Attributes
    ----------
    proof
        documented if every item has a current document, else declared.
    resting
        Items that the level rests on: those of its levels that are answered with more than 0.
    without
        Those of them without a current document: none that the answer names, and none that says so in the register.
    documents
        Numbers of the current documents.
    """

    level: int
    proof: Proof
    resting: tuple[str, ...]
    without: tuple[str, ...]
    documents: tuple[str, ...]


def carried(model: MaturityModel, state: State, level: int, documents: Mapping[str, Document], day: date) -> Carried:
    """Say how well a level is proved by its answers on a day."""
    share = shares(model, state.weights, state.left_out)
    resting = [
        one.code
        for one in model.items
        if one.level <= level
        and one.sub_domain in share
        and one.code in state.answers
        and state.answers[one.code].value
    ]
    proved = proving(documents)
    found = {
        one: current_among((*state.answers[one].evidence, *proved.get(one, ())), documents, day) for one in resting
    }
    without = tuple(one for one in resting if not found[one])
    proof: Proof = "declared" if without or not resting else "documented"
    numbers = {number for one in found.values() for number in one}
    return Carried(level, proof, tuple(resting), without, tuple(sorted(numbers)))


def adopt(folder: Path, signed_by: str, *, now: datetime) -> tuple[Opened, Carried]:
    """Let a signatory take over the level that the answers confirm.

    Raises
    ------
    BadInput
        No level is confirmed, or the same person adopted the same level today already. To sign again later renews it.
    """
    one = opened(folder)
    name = checked_name(signed_by)
    level = one.score().confirmed
    if level == 0:
        raise BadInput(
            "the answers confirm no level yet; see what is missing with: linghang maturity gap {folder} --level 1",
            folder=folder,
        )
    before, today = one.state.adopted, one.workspace.day(now)
    if before is not None and (before.level, before.signed_by, before.signed_on) == (level, name, today):
        raise BadInput("level {level} is adopted already, signed by {name}", level=level, name=name)
    content = {"signed_by": name, "signed_on": today.isoformat(), "level": level, "digest": one.state.digest}
    acts = record(one.workspace, "adopt", content, by=name, now=now, after=len(one.acts))
    after = Opened(one.workspace, one.model, acts, state_of_answers(acts))
    return after, carried(one.model, one.state, level, registered(one.workspace), today)


def withdraw(folder: Path, reason: str, *, by: str, now: datetime) -> Opened:
    """Take the adopted level back; the next assessment withdraws it in the ledger.

    Raises
    ------
    BadInput
        No level is adopted.
    """
    one = opened(folder)
    if one.state.adopted is None:
        raise BadInput("no level of the self-assessment is adopted")
    acts = record(one.workspace, "withdraw", {"reason": reason}, by=checked_name(by), now=now, after=len(one.acts))
    return Opened(one.workspace, one.model, acts, state_of_answers(acts))


def adopted_observations(workspace: Workspace, program: Program, now: datetime) -> tuple[Observation, ...]:
    """Return what the adopted level states on the day of judgement: one observation, or none.

    Raises
    ------
    BadInput
        The answers cannot be read.
    """
    if FIELD not in program.fields or not journal_of(workspace).exists():
        return ()
    one = of_workspace(workspace)
    adopted, day = one.state.adopted, program.as_of
    if adopted is None or adopted.signed_on > day:
        return ()
    found = score(one.model, one.state.values, one.state.weights, one.state.left_out)
    if found.confirmed < adopted.level:
        return ()
    proved = carried(one.model, one.state, adopted.level, registered(workspace), day)
    ages = program.interpretation.get("statement_valid_days")
    detail = {
        "model": MODEL,
        "self_assessed": True,
        "total": interval(found.total),
        "items": len(proved.resting),
        "without_document": len(proved.without),
        "documents": list(proved.documents),
    }
    return (
        Observation(
            about=FIELD,
            value=Decimal(adopted.level),
            unit="",
            window_from=min(adopted.signed_on, day - timedelta(1)),
            window_to=day,
            subject="plant",
            proof=proved.proof,
            source=Source("signatory", source_of(adopted.signed_by), MODEL, input_digest=one.state.digest),
            made_at=now,
            valid_until=adopted.signed_on + timedelta(int(ages)) if isinstance(ages, Decimal) else None,
            detail=detail,
        ),
    )


def source_of(name: str) -> str:
    """Return the voice of an adopted level: that of its signatory's self-assessment, apart from other statements."""
    return f"{name} ({MODEL})"
