"""Review somebody's draft of an application: against itself, the pack and, where given, a workspace's evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place, reason_of
from linghang.intake.encodings import read_text
from linghang.plant.tables import TABLES
from linghang.report.claims import Draft, read_draft
from linghang.report.claims.built import guide
from linghang.report.claims.reading import MAX_TEXT_BYTES
from linghang.report.remarks import Remark, by_severity
from linghang.report.review import remark_table
from linghang.report.review.catalogue import GROUPS
from linghang.report.review.comments import place
from linghang.report.review.proving import Known, KnownSystem
from linghang.report.review.reviewing import Review, review
from linghang.store.documents import DocumentRegister, state_of
from linghang.store.records import read as read_table
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.bundling import written_whole
from linghang.usecases.kept import assessed_document

__all__ = [
    "GROUPS",
    "Question",
    "Remark",
    "Review",
    "by_severity",
    "place",
    "review_draft",
    "write_marked",
    "write_table",
]

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "docx": (".docx",),
    "pdf": (".pdf",),
    "text": (".txt",),
    "markdown": (".md", ".markdown"),
}
"""Kind of draft -> what its marked copy may be called."""


@dataclass(frozen=True, slots=True)
class Question:
    """How a draft is looked at.

    Attributes
    ----------
    pack
        Id or file of the pack.
    level
        Level instead of the one that the draft applies for.
    as_of
        Day instead of the draft's own; what lies after it is the future, and its year is the current one.
    workspace
        Folder of the workspace that the draft is held against.
    """

    pack: str = "national-2024"
    level: str | None = None
    as_of: date | None = None
    workspace: Path | None = None


def review_draft(path: Path, question: Question, *, now: datetime) -> Review:
    """Review a draft.

    Parameters
    ----------
    now
        The caller's clock (with a zone).

    Raises
    ------
    BadInput
        The draft cannot be read, the pack or the level is not known, or the workspace is none.
    """
    pack = load_pack(question.pack)
    draft = read_draft(path)
    day = question.as_of or _day(draft, now.date())
    known = known_of(question.workspace, question.pack, now, question.as_of) if question.workspace is not None else None
    return review(draft, pack, day, level=question.level, known=known)


def _day(draft: Draft, today: date) -> date:
    """The day that the draft gives itself, unless it lies in the future."""
    if draft.dated is None or draft.dated.start > today:
        return today
    return min(today, draft.dated.end - timedelta(days=1))


def known_of(folder: Path, pack: str, now: datetime, as_of: date | None = None) -> Known:
    """Gather what a workspace knows of its plant; what has no records stays unknown."""
    workspace = open_workspace(folder)
    assessed = assessed_document(folder, pack=pack, now=now, as_of=as_of)
    engine = workspace.engine()

    def rows(name: str, *columns: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = read_table(engine, TABLES[name], columns).to_pylist()
        return found

    enterprises = rows("enterprise", "name", "credit_code")
    single = enterprises[0] if len(enterprises) == 1 else {}
    software = rows("software", "software_id", "kind", "name", "vendor", "go_live_on", "retired_on")
    systems = tuple(
        KnownSystem(one["software_id"], one["kind"], one["name"], one["vendor"] or "", one["go_live_on"])
        for one in software
        if one["retired_on"] is None
    )
    scenes = frozenset(str(one["scene_name"]) for one in rows("scene_built", "scene_name")) or None
    day = workspace.day(now, as_of)
    proved = _proved_scenes(workspace, day)
    if scenes is not None:
        scenes |= proved
    return Known(
        single.get("name"), single.get("credit_code"), _counts(rows), systems, assessed, scenes, _maturity(assessed)
    )


def _proved_scenes(workspace: Workspace, day: date) -> frozenset[str]:
    """Names of the scenes that a current document of the register proves."""
    names = {str(one.number): one.name.zh for one in guide().scenes}
    current = (one for one in DocumentRegister.of(workspace).all() if state_of(one, day) == "current")
    numbers = (target.partition(":")[2] for one in current for target in one.proves if target.startswith("scene:"))
    return frozenset(names[one] for one in numbers if one in names)


def _maturity(assessed: Mapping[str, Any]) -> int | None:
    """The level of maturity that the ledger settles, from statements and registered reports; None where it is open."""
    value = assessed.get("fields", {}).get("maturity_level", {}).get("value")
    return int(Decimal(str(value))) if value is not None else None


def _counts(rows: Callable[..., list[dict[str, Any]]]) -> dict[str, tuple[int, str]]:
    """What is counted in the registers, under the names of the vocabulary of drafts."""
    found: dict[str, tuple[int, str]] = {}
    equipment = [one for one in rows("equipment", "key", "networked", "status") if one["status"] != "retired"]
    if equipment:
        found["equipment_total"] = len(equipment), "equipment"
        found["key_equipment"] = sum(1 for one in equipment if one["key"]), "equipment.key"
        if all(one["networked"] is not None for one in equipment):
            found["networked_equipment"] = sum(1 for one in equipment if one["networked"]), "equipment.networked"
    months = [one for one in rows("headcount_month", "month", "employees") if one["employees"] is not None]
    if months:
        last = max(one["month"] for one in months)
        total = sum(one["employees"] for one in months if one["month"] == last)
        found["staff"] = round(total), f"headcount_month {last}"
    return found


def write_marked(found: Review, source: Path, output: Path) -> None:
    """Write a copy of the draft in which every remark stands at its place.

    Raises
    ------
    BadInput
        The name does not fit the kind of the draft, is that of the draft itself, or cannot be written.
    """
    kinds = SUFFIXES[found.draft.kind]
    if output.suffix.lower() not in kinds:
        raise BadInput(
            "the marked copy of {draft} is a {kind} file; call it so",
            Place(str(output)),
            draft=source.name,
            kind=kinds[0],
        )
    if output.exists() and output.samefile(source):
        raise BadInput("is the draft itself; give the marked copy another name", Place(str(output)))
    _write(output, _marked(found, source))


def _marked(found: Review, source: Path) -> bytes:
    if found.draft.kind == "docx":
        from linghang.report.review import marked_docx

        return marked_docx.mark(source, found.draft, found.remarks)
    if found.draft.kind == "pdf":
        from linghang.report.review import marked_pdf

        return marked_pdf.mark(source, found.draft, found.remarks)
    from linghang.report.review import marked_text

    text = read_text(source, limit=MAX_TEXT_BYTES).decode()
    return marked_text.mark(text, found.draft, found.remarks).encode()


def write_table(remarks: Sequence[Remark], output: Path) -> None:
    """Write the remarks as a table.

    Raises
    ------
    BadInput
        The name ends in neither .xlsx nor .csv, or cannot be written.
    """
    kind = output.suffix.lower()
    if kind not in (".xlsx", ".csv"):
        raise BadInput("a table is a .xlsx or .csv file", Place(str(output)))
    _write(output, remark_table.as_xlsx(remarks) if kind == ".xlsx" else remark_table.as_csv(remarks))


def _write(output: Path, data: bytes) -> None:
    try:
        written_whole(output, lambda file: _all(file.write(data), data))
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(output)), reason=reason_of(error)) from None


def _all(written: int, data: bytes) -> None:
    if written != len(data):
        raise OSError("short write")
