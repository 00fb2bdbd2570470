"""Deliveries checked as a whole, imported in one transaction, and the last import taken back."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError

from linghang.errors import BadInput, ManyProblems, Place, reason_of
from linghang.intake.marked import RISKY
from linghang.intake.sheet import ImportProblem, Problems, letter
from linghang.intake.sources import Asked, Read, add_mapped, add_plain, sheets_of
from linghang.intake.template import OTHER_SHEETS
from linghang.intake.undoing import Noting, settle, take_back, undoable
from linghang.intake.undoing import Undoable as Undoable
from linghang.store.state import kept_in
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.import_deliveries import (
    Delivery,
    beside,
    forget_files,
    open_delivery,
    path_of,
    save,
)
from linghang.usecases.import_plans import remember
from linghang.usecases.importing import READING, ImportReport, import_read
from linghang.words import LANGUAGES, language, tr, use

UNDO = "undo"
Kind = tuple[str, str | None, str | None]
"""Sentence, table and column of a problem: what is mended in one go."""
_MARKED, _PROGRESS = "problems.xlsx", "progress.json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem of a check, as pages and programs show it.

    Attributes
    ----------
    cell
        Letter and number of the cell in a workbook.
    kind
        Number of its kind in the result's list of kinds.
    said
        What is wrong, in both languages.
    """

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    cell: str | None
    table: str | None
    field: str | None
    kind: int
    said: Mapping[str, str]


def check_delivery(folder: Path, id: str, owner: str, now: datetime, *, keep: bool = False) -> Delivery:
    """Check all of a delivery, and with `keep` import it; what came of it stands in its result.

    Returns
    -------
    The delivery with a `result`: `kept`, `checked_at`, `count` of problems, `tables` with rows added, changed and
    unchanged, `kinds` with their counts (of the first thousand problems), and `faults`.

    Raises
    ------
    BadInput
        It is no longer there, was imported already, nothing of it is to be read, or the records cannot be kept.
    """
    found = open_delivery(folder, id, owner)
    if found.imported:
        raise BadInput("this was imported already; begin a new import")
    if all(one.use == "left_out" for one in found.plans):
        raise BadInput("every sheet is left out; say what one of them is")
    workspace = open_workspace(folder)
    noting = Noting(kept_in(workspace) / UNDO, now, owner, found.files) if keep else None
    try:
        report = _report(workspace, found, now, noting)
    finally:
        with suppress(OSError):
            beside(folder, found, _PROGRESS).unlink(missing_ok=True)
    done = save(folder, replace(found, result=_result(report, now, keep and not report.refused)))
    if done.imported:
        remember(folder, done.looks, done.plans)
        forget_files(folder, done)
    return done


def why_not(found: Delivery) -> str:
    """Say why a delivery that was to be imported was not; empty where it was."""
    return "" if found.imported else tr("{count} problems", count=found.result["count"] if found.result else 0)


def _report(workspace: Workspace, found: Delivery, now: datetime, noting: Noting | None) -> ImportReport:
    told = _Progress(beside(workspace.folder, found, _PROGRESS))

    def reading(problems: Problems) -> Read:
        return _read(workspace, found, problems, told)

    marked = beside(workspace.folder, found, _MARKED)
    marked.unlink(missing_ok=True)
    report = import_read(
        workspace,
        reading,
        Place(", ".join(found.files)),
        now=now,
        dry_run=noting is None,
        problems_file=marked,
        progress=told,
        noting=noting,
    )
    return replace(report, problems=tuple(_named(one) for one in report.problems))


def _named(problem: ImportProblem) -> ImportProblem:
    """Call a file as its owner does, not by where it lies here."""
    return replace(problem, file=Path(problem.file).name)


class _Progress:
    """Tells how far a check is through a small file, which pages look at."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, what: str, done: int, total: int | None) -> None:
        beside_it = self.path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            beside_it.write_bytes(orjson.dumps({"what": what, "done": done, "total": total}))
            beside_it.replace(self.path)


def progress_of(folder: Path, found: Delivery) -> tuple[str, float | None] | None:
    """Return what is done now and which share of it is, while a delivery is checked; else None."""
    with suppress(OSError, ValueError):
        said = orjson.loads(beside(folder, found, _PROGRESS).read_bytes())
        share = said["done"] / said["total"] if said["total"] else None
        return str(said["what"]), share
    return None


def _read(workspace: Workspace, found: Delivery, problems: Problems, told: _Progress) -> Read:
    """Read every sheet as its plan says; what is wrong with a file is a problem of it."""
    read = Read()
    for number, name in enumerate(found.files):
        told(READING, number, len(found.files))
        path = path_of(workspace.folder, found, name)
        try:
            _read_file(path, [one for one in found.plans if one.file == name], workspace.time_zone, read, problems)
        except ManyProblems as many:
            problems.extend(_of_file(path, one) for one in many.problems)
        except BadInput as error:
            problems.add(_of_file(path, error))
    return read


def _read_file(path: Path, plans: Sequence[Any], zone: str, read: Read, problems: Problems) -> None:
    for plan in plans:
        if plan.use == "mapped":
            source = plan.source()
            for sheet in sheets_of(path, problems, source):
                add_mapped(read, sheet, source, zone, problems)
    as_they_are = {one.sheet: one.table for one in plans if one.use == "template"}
    if as_they_are:
        others = {one.sheet for one in plans if one.use != "template" and one.sheet is not None}
        for sheet in sheets_of(path, problems, None, OTHER_SHEETS | others):
            if sheet.name in as_they_are:
                add_plain(read, sheet, path, Asked(zone, None, as_they_are[sheet.name]), problems, alone=True)


def _of_file(path: Path, refusal: BadInput) -> ImportProblem:
    place = refusal.place
    row, column = (place.line, place.column) if place else (None, None)
    return ImportProblem(str(path), refusal.message, refusal.values, None, row, column)


def _result(report: ImportReport, now: datetime, kept: bool) -> dict[str, Any]:
    of_kind: dict[Kind, list[ImportProblem]] = {}
    for one in report.problems:
        of_kind.setdefault((one.message, one.table, one.field), []).append(one)
    numbers = {kind: number for number, kind in enumerate(of_kind)}
    return {
        "kept": kept,
        "checked_at": now.isoformat(),
        "count": report.problem_count,
        "tables": [asdict(one) for one in report.tables],
        "kinds": [{"said": _both(lambda own=own: _kind_said(own)), "count": len(own)} for own in of_kind.values()],
        "faults": [asdict(_fault(one, numbers[one.message, one.table, one.field])) for one in report.problems],
    }


def _kind_said(own: Sequence[ImportProblem]) -> str:
    """Say a kind of problem: what differs from case to case is left open."""
    first = own[0]
    values = {
        name: value if all(str(one.values.get(name)) == str(value) for one in own) else "…"
        for name, value in first.values.items()
    }
    return replace(first, values=values).said()


def _fault(one: ImportProblem, kind: int) -> Fault:
    cell = f"{letter(one.place)}{one.row}" if one.spreadsheet and one.place is not None and one.row else None
    return Fault(one.file, one.sheet, one.row, one.column, cell, one.table, one.field, kind, _both(one.said))


def _both(say: Any) -> dict[str, str]:
    """What something says in each language."""
    before = language()
    found: dict[str, str] = {}
    try:
        for one in LANGUAGES:
            use(one)
            found[one] = str(say())
    finally:
        use(before)
    return found


def faults_of(found: Delivery, kind: int | None = None, sheet: str | None = None) -> list[Fault]:
    """Return the problems of the last check, those of one kind or one sheet where that is asked."""
    result = found.result or {}
    faults = (Fault(**one) for one in result.get("faults", ()))
    return [one for one in faults if kind in (None, one.kind) and sheet in (None, one.sheet, one.file)]


def faults_csv(found: Delivery) -> bytes:
    """Write the problems as CSV with a byte order mark; a text that a spreadsheet would calculate is quoted."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([tr("file"), tr("sheet"), tr("row"), tr("column"), tr("cell"), tr("what is wrong")])
    for one in faults_of(found):
        cells = (one.file, one.sheet, one.row, one.column, one.cell, one.said[language()])
        writer.writerow([_harmless(str(cell)) if cell is not None else "" for cell in cells])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def faults_workbook(folder: Path, found: Delivery) -> Path:
    """Return the workbook with the sheets as they came and their faulty cells marked.

    Raises
    ------
    BadInput
        The last check found nothing wrong, or the workbook is no longer there.
    """
    path = beside(folder, found, _MARKED)
    if not path.exists():
        raise BadInput("there are no problems that could be listed")
    return path


# --- taking back ---


def last_import(folder: Path) -> Undoable | None:
    """Return the last import that can be taken back; None where there is none."""
    workspace = open_workspace(folder)
    return undoable(kept_in(workspace) / UNDO, workspace.engine())


def undo_import(folder: Path, at: datetime | None = None) -> Undoable:
    """Take the last import back: rows that it added go, rows that it changed are as they were before.

    Parameters
    ----------
    at
        When it was made, to be sure which one is meant.

    Raises
    ------
    BadInput
        There is none, another one was made since, a row was changed since, or other records refer to a new row.
    """
    workspace = open_workspace(folder)
    notes, engine = kept_in(workspace) / UNDO, workspace.engine()
    try:
        # nobody imports between the look at the notes and their use
        with workspace.writing(), engine.connect() as connection:
            settle(notes, connection)
            found = undoable(notes, engine)
            if found is None or (at is not None and found.at != at):
                raise BadInput("there is no import that could be taken back")
            take_back(notes, connection)
            return found
    except (DBAPIError, OSError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error.orig).strip()
        raise BadInput("the records cannot be kept: {reason}", reason=reason) from None
