"""Prefill a self-assessment from the records: what they propose, what contradicts the answers, and taking it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from linghang.conditions.maturity import MaturityModel
from linghang.errors import BadInput, Place, nearest
from linghang.evidence.derive import Look
from linghang.evidence.ledger import read
from linghang.evidence.maturity_prefill import Prefilled, Proposal, prefill
from linghang.evidence.maturity_rows import THRESHOLDS
from linghang.evidence.settle import settle
from linghang.plant.titles import titled
from linghang.store.migrate import is_current
from linghang.store.workspace import Workspace
from linghang.usecases.maturity import MAX_REASON, Opened, checked_name, opened
from linghang.usecases.maturity_journal import Answer, State, answer_content, record, state_of_answers
from linghang.usecases.records import RecordTables
from linghang.usecases.telemetry import last_points
from linghang.words import Listed, Text

__all__ = ["THRESHOLDS", "Difference", "Prefilling", "Proposal", "prefilled", "take"]

DifferenceKind = Literal["more", "less"]
_PROOFS = {"measured": "实测", "documented": "有据"}
_ELEMENT = re.compile(r"[a-z]+\.[a-z]+\.[a-z-]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """A person's answer that records speak against.

    Attributes
    ----------
    kind
        more: the person says more than the records bear, which is all there is. less: the records show more.
    """

    item: str
    answer: Answer
    proposal: Proposal
    kind: DifferenceKind


@dataclass(frozen=True, slots=True)
class Prefilling:
    """What records propose beside what is answered.

    Attributes
    ----------
    differences
        Items where a person's answer, which wins, and the records disagree.
    to_take
        Items that taking would change: item -> the answer, None where records bear an answer no longer that had been
        taken from them.
    """

    opened: Opened
    day: date
    found: Prefilled
    differences: tuple[Difference, ...]
    to_take: Mapping[str, Answer | None]

    def to_dict(self) -> dict[str, Any]:
        """The proposals as JSON has them."""
        return {
            "as_of": self.day.isoformat(),
            "proposals": {code: proposal_document(one) for code, one in self.found.proposals.items()},
            "needs": {code: list(what) for code, what in self.found.needs.items()},
            "differences": [
                {"item": one.item, "kind": one.kind, "answer": str(one.answer.value), "by": one.answer.by}
                for one in self.differences
            ],
            "to_take": {code: None if one is None else str(one.value) for code, one in self.to_take.items()},
            "thresholds": [
                {"id": one.id, "value": str(one.value), "unit": one.unit, "source": one.source, **one.text.to_dict()}
                for one in THRESHOLDS
            ],
        }


def proposal_document(one: Proposal) -> dict[str, Any]:
    """A proposal as JSON has it."""
    return {
        "value": str(one.proposed.value),
        "exact": one.proposed.exact,
        "proof": one.proposed.proof,
        "looked_at": one.text.to_dict(),
        "detail": dict(one.proposed.detail),
        "tables": dict(one.tables),
        "thresholds": dict(one.thresholds),
        "input_digest": one.input_digest,
    }


def said_value(one: Proposal) -> str:
    """Write a proposed answer: with ≥ where it is the least and there could be more."""
    least = not one.proposed.exact and one.proposed.value < 1
    return f"≥ {one.proposed.value}" if least else str(one.proposed.value)


def why(one: Proposal) -> Text:
    """Say what a proposal rests on: what was looked at, and its counts."""
    detail = one.proposed.detail
    parts = [_counts(detail)]
    parts += [
        Text(_named(detail[name]), _named(detail[name]))
        for name in ("systems", "linked", "models")
        if _is_list(detail, name)
    ]
    if isinstance(rows := detail.get("rows"), int):
        parts.append(Text(f"{rows:,} 行", f"{rows:,} rows"))
    elif isinstance(rows, dict):
        said = [(titled(name), count) for name, count in rows.items()]
        parts.append(
            Text(
                "、".join(f"{name.zh} {count:,} 行" for name, count in said),
                ", ".join(f"{name.en} {count:,} rows" for name, count in said),
            )
        )
    for name, finding in detail.get("findings", {}).items():
        proof = finding.rpartition(" ")[2]
        parts.append(Text(f"{name} 满足（{_PROOFS[proof]}）", f"{name} {finding}"))
    told = [part for part in parts if part.en]
    zh, en = "；".join(part.zh for part in told), "; ".join(part.en for part in told)
    return Text(f"{one.text.zh}：{zh}", f"{one.text.en}: {en}") if told else one.text


def _counts(detail: Mapping[str, Any]) -> Text:
    good = next((detail[name] for name in ("monitored", "yes", "joined", "good") if name in detail), None)
    if isinstance(detail.get("linked"), int):
        good = detail["linked"]
    if good is None:
        people = detail.get("people")
        return Text(f"{people} 人", f"{people} people") if people is not None else Text("", "")
    unknown = detail.get("unknown", 0)
    more = Text(f"，{unknown} 未知", f", {unknown} unknown") if unknown else Text("", "")
    return Text(f"{good} / {detail['of']}{more.zh}", f"{good} of {detail['of']}{more.en}")


def _is_list(detail: Mapping[str, Any], name: str) -> bool:
    return isinstance(detail.get(name), list)


def _named(names: list[str]) -> str:
    return ", ".join(names[:4]) + ("…" if len(names) > 4 else "")


def prefilled(
    folder: Path, *, now: datetime, as_of: date | None = None, thresholds: Mapping[str, Any] | None = None
) -> Prefilling:
    """Look at the records for what they answer; nothing is written.

    Parameters
    ----------
    now
        The caller's clock (with a zone).
    as_of
        The day (else the plant's today); nothing on or after it is seen.
    thresholds
        Values instead of ours.

    Raises
    ------
    BadInput
        The records are of another version, or a threshold is not known.
    """
    one = opened(folder)
    day = one.workspace.day(now, as_of)
    look, tables = _look(one.workspace, day, thresholds or {})
    findings = settle([entry.record for entry in read(one.workspace.ledger)], day)
    found = prefill(look, findings, tables.digest)
    found = _of_model(found, one.model)
    return Prefilling(one, day, found, _differences(one.state, found), _to_take(one.state, found, now))


def take(prefilling: Prefilling, *, by: str, now: datetime) -> Opened:
    """Record the proposals as answers with the source “records”; a person's answer stays.

    Raises
    ------
    BadInput
        There is nothing to take, or somebody has written meanwhile.
    """
    one = prefilling.opened
    if not prefilling.to_take:
        raise BadInput("there is nothing to take: the records propose no more than what is answered")
    answers = prefilling.to_take
    lineage = {
        code: proposal_document(prefilling.found.proposals[code]) for code, said in answers.items() if said is not None
    }
    content = answer_content(answers) | {"as_of": prefilling.day.isoformat(), "lineage": lineage}
    acts = record(one.workspace, "answers", content, by=checked_name(by), now=now, after=len(one.acts))
    return Opened(one.workspace, one.model, acts, state_of_answers(acts))


def _look(workspace: Workspace, day: date, chosen: Mapping[str, Any]) -> tuple[Look, RecordTables]:
    engine = workspace.engine()
    if not is_current(engine):
        raise BadInput(
            "the records were made by another version; bring them up with: linghang upgrade {folder}",
            Place(str(workspace.folder)),
            folder=workspace.folder,
        )
    values: dict[str, Decimal | str | bool] = {one.id: one.value for one in THRESHOLDS}
    for name, value in chosen.items():
        if name not in values or not isinstance(value, Decimal):
            near = nearest(name, sorted(values))
            raise BadInput("“{name}” is no threshold of the prefill with a number; {near}", name=name, near=near)
        values[name] = value
    tables = RecordTables(engine)
    live = last_points(workspace.folder, tables["tag"])
    return Look(tables, day, ZoneInfo(workspace.time_zone), values, last_points=live), tables


def _of_model(found: Prefilled, model: MaturityModel) -> Prefilled:
    """Keep what is about items that the model has."""
    codes = {one.code for one in model.items}
    proposals = {code: one for code, one in found.proposals.items() if code in codes}
    return Prefilled(proposals, {code: what for code, what in found.needs.items() if code in codes})


def _differences(state: State, found: Prefilled) -> tuple[Difference, ...]:
    differences = []
    for code, proposal in found.proposals.items():
        answer = state.answers.get(code)
        if answer is None or answer.source != "person":
            continue
        if answer.value < proposal.proposed.value:
            differences.append(Difference(code, answer, proposal, "less"))
        elif answer.value > proposal.proposed.value and proposal.proposed.exact:
            differences.append(Difference(code, answer, proposal, "more"))
    return tuple(differences)


def _to_take(state: State, found: Prefilled, now: datetime) -> dict[str, Answer | None]:
    taken: dict[str, Answer | None] = {}
    for code, proposal in found.proposals.items():
        before = state.answers.get(code)
        if before is not None and (before.source == "person" or before.value == proposal.proposed.value):
            continue
        reason = str(why(proposal))[:MAX_REASON]
        taken[code] = Answer(proposal.proposed.value, reason, (), "records", "", now)
    for code, before in state.answers.items():
        if before.source == "records" and code not in found.proposals:
            taken[code] = None
    return taken


def say_needs(what: tuple[str, ...]) -> Text:
    """Say what the records would have to hold."""
    said = [Text(one, one) if _ELEMENT.fullmatch(one) else titled(one) for one in what]
    return Text("；".join(one.zh for one in said), str(Listed(one.en for one in said)))
