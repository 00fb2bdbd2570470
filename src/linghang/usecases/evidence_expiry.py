"""What ends to count and when: documents, runs of engines, statements; and what the factory would lose by it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.judge.case import Case
from linghang.judge.reference import judge
from linghang.roadmap.whatif import Change, apply
from linghang.store.documents import DocumentRegister, state_of
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.assessing import Assessment, assess
from linghang.usecases.kept import assessed_document, kept

MONTHS = 12
MOST_MONTHS = 60
FLOORS = ("documented", "measured")
"""Floors at which a document counts by what it proves; at `declared` a bare claim would take its place."""
LIVING = ("engine", "signatory")
"""Sources beside documents whose word ages out until somebody runs or states again; records are looked at anew each
time."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Evidence that ends to count.

    Attributes
    ----------
    day
        The first day on which it no longer counts.
    kind
        document, engine or signatory.
    source, title
        The register's number and title; the engine or signatory.
    about
        Elements, fields, indicators and scenes that it speaks of.
    states
        Whether it says something itself, so that a finding may rest on it.
    ended
        Whether that day has come.
    """

    day: date
    kind: str
    source: str
    title: str
    about: tuple[str, ...]
    states: bool
    ended: bool


def endings(
    folder: Path, *, pack: str, now: datetime, as_of: date | None = None, months: int = MONTHS
) -> tuple[Ending, ...]:
    """Return what has ended to count, and what will within so many months, by day.

    Parameters
    ----------
    pack
        Id or file of the pack whose evidence is looked at.
    as_of
        The day that it is told for (else the plant's today).
    months
        Months from the first of that day's month on.

    Raises
    ------
    BadInput
        The folder is no workspace, the pack is not known, or the number of months is none.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput("{months} months cannot be looked ahead; 1 to {most} can", months=months, most=MOST_MONTHS)
    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)
    assessed = assessed_document(folder, pack=pack, now=now, as_of=day)
    found = (*_of_documents(workspace, day), *_of_others(assessed, day))
    last = _months_on(day, months)
    return tuple(sorted((one for one in found if one.day < last), key=lambda one: (one.day, one.kind, one.source)))


def losses(folder: Path, *, pack: str, now: datetime, as_of: date | None = None) -> dict[str, Any]:
    """Say what would no longer hold without each document that has an end: judged, not guessed.

    Returns
    -------
    `confirmed` (floor -> level that is confirmed now) and `documents`: number -> `elements` and fields that rest on it
    alone, and `confirmed` without it. JSON values; kept until the workspace changes.
    """
    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)

    def made() -> dict[str, Any]:
        return _losses(assess(folder, pack=pack, now=now, as_of=day, record=False), workspace, day)

    return kept(workspace, "expiry", f"{load_pack(pack).digest} {day}", made)


def _losses(found: Assessment, workspace: Workspace, day: date) -> dict[str, Any]:
    program, case = found.judged.verdict.program, found.judged.case
    lost: dict[str, Any] = {}
    for one in DocumentRegister.of(workspace).all():
        if one.valid_until is None or state_of(one, day) != "current" or not one.states:
            continue
        alone = tuple(_resting_on(found, one.sha256))
        without = judge(program, _without(case, alone, program.fields))
        lost[one.id] = {
            "elements": list(alone),
            "confirmed": {floor: without.floors[floor].confirmed for floor in FLOORS},  # type: ignore[index]
        }
    now = {floor: found.judged.verdict.floors[floor].confirmed for floor in FLOORS}  # type: ignore[index]
    return {"confirmed": now, "documents": lost}


def _resting_on(found: Assessment, sha256: str) -> Iterator[str]:
    """Yield what a file proves and nothing else does as well."""
    for about, one in found.settled.items():
        sources = [(each.source.kind, each.source.id) for each in one.observations]
        if one.value is not None and sources and all(each == ("document", sha256) for each in sources):
            yield about


def _without(case: Case, names: Iterable[str], fields: Mapping[str, Any]) -> Case:
    return apply(case, (Change("facts" if one in fields else "findings", one, None) for one in names))


def _of_documents(workspace: Workspace, day: date) -> Iterator[Ending]:
    for one in DocumentRegister.of(workspace).all():
        if one.valid_until is not None:
            stated = (said.partition("=")[0] for said in one.states)
            about = (*one.proves, *(name for name in stated if not {name, f"field:{name}"} & set(one.proves)))
            yield Ending(
                one.valid_until, "document", one.id, one.title, about, bool(one.states), one.valid_until <= day
            )


def _of_others(assessed: Mapping[str, Any], day: date) -> Iterator[Ending]:
    """Yield what engines and people said, by source and day."""
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    named = [(one["id"], one["observations"]) for one in assessed["elements"]]
    named += [(name, one["observations"]) for name, one in assessed["fields"].items()]
    for about, observations in named:
        for one in observations:
            source, until = one["source"], one["valid_until"]
            if until and source["kind"] in LIVING:
                found.setdefault((until, source["kind"], source["id"]), {})[about] = None
    for (until, kind, source), names in found.items():
        ends = date.fromisoformat(until)
        yield Ending(ends, kind, source, source, tuple(names), True, ends <= day)


def _months_on(day: date, months: int) -> date:
    """The first day after so many months, the one of the day counted."""
    count = day.year * 12 + day.month - 1 + months
    return date.max if count // 12 > date.max.year else date(count // 12, count % 12 + 1, 1)
