"""An assessment that is not made again while nothing that it rests on has changed."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import linghang
from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack
from linghang.evidence.ledger import anchor, anchor_of
from linghang.store.kept_documents import load, save
from linghang.store.records import read as read_table
from linghang.store.state import files_state, kept_in, records_state
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.interpretation_journal import JOURNAL as INTERPRETATIONS
from linghang.usecases.json_values import plain
from linghang.usecases.judging import Chosen
from linghang.usecases.statements import STATEMENTS
from linghang.usecases.telemetry import has_telemetry, last_points

T = TypeVar("T")

ASSESSED = "assessed"
ANSWERS_OF_A_CALL = ("recorded", "withdrawn")
"""What an assessment says of its own run and not of the plant."""


def assessed_document(
    folder: Path, *, pack: str, now: datetime, as_of: date | None = None, interpretation: Chosen | None = None
) -> dict[str, Any]:
    """Return what an assessment finds, as JSON has it, without writing into the ledger.

    Parameters
    ----------
    folder
        The workspace.
    pack
        Id or file of the pack.
    now
        The caller's clock (with a zone).
    as_of
        The day of judgement (else the plant's today).
    interpretation
        Values that a reviewer sets instead of the pack's.

    Returns
    -------
    `Assessment.to_dict()` with texts instead of decimals and dates, without `recorded` and `withdrawn`.
    """
    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)

    def made() -> dict[str, Any]:
        from linghang.usecases.assessing import assess

        return _document(
            assess(folder, pack=pack, now=now, as_of=day, interpretation=interpretation, record=False).to_dict()
        )

    return kept(workspace, ASSESSED, _question(load_pack(pack), day, interpretation), made)


def assessed_before(folder: Path, *, pack: str, now: datetime, as_of: date | None = None) -> dict[str, Any] | None:
    """Return what `assessed_document` would, where it is kept already; else None, at once."""
    workspace = open_workspace(folder)
    question = _question(load_pack(pack), workspace.day(now, as_of), None)
    found: dict[str, Any] | None = kept_before(workspace, ASSESSED, question)
    return found


def keep_assessed(
    workspace: Workspace,
    question: tuple[Pack, date, Chosen | None],
    before: str | None,
    records: int,
    document: Mapping[str, Any],
) -> None:
    """Keep what an assessment has just found and recorded, so that it need not be made again to be shown.

    Parameters
    ----------
    question
        Pack, day of judgement and what a reviewer set.
    before
        What `grounds` said before the assessment read anything: what was written meanwhile it has not seen.
    records
        How many records of the ledger it rests on.
    """
    now = grounds(workspace)
    if now is None or now != before:
        return
    state, last = _with_ledger(now, workspace), anchor(workspace.ledger)
    if (last.records if last else 0) == records:
        save(kept_in(workspace), ASSESSED, f"{state} {_question(*question)}", _document(document))


def _question(pack: Pack, day: date, interpretation: Chosen | None) -> str:
    return f"{pack.digest} {day} {sorted((interpretation or {}).items())}"


def _document(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in found.items() if name not in ANSWERS_OF_A_CALL}


def kept(workspace: Workspace, name: str, question: object, make: Callable[[], T]) -> T:
    """Return what `make` gives for a question (JSON values), kept until the workspace or the program changes."""
    return _kept_while(workspace, name, question, make, workspace_state)


def kept_of_records(workspace: Workspace, name: str, question: object, make: Callable[[], T]) -> T:
    """Return what `make` gives of the records alone, kept until they or the program change."""
    return _kept_while(workspace, name, question, make, _records)


def _records(workspace: Workspace) -> str | None:
    found = records_state(workspace.engine())
    return None if found is None else f"{_program()} {found}"


def _kept_while(
    workspace: Workspace, name: str, question: object, make: Callable[[], T], tell: Callable[[Workspace], str | None]
) -> T:
    folder, state = kept_in(workspace), tell(workspace)
    if state is None:
        return make()
    key = f"{state} {question}"
    found: T | None = load(folder, name, key)
    if found is None:
        found = make()
        if tell(workspace) == state:
            save(folder, name, key, found)
    return found


def kept_before(workspace: Workspace, name: str, question: object) -> Any:
    """Return what `kept` would give for a question, where that is kept already; else None, at once."""
    state = workspace_state(workspace)
    return None if state is None else load(kept_in(workspace), name, f"{state} {question}")


def workspace_state(workspace: Workspace) -> str | None:
    """Return a text that is another one whenever what judgements rest on may have changed; None if nothing tells.

    That is: the grounds, and the ledger with its anchor.
    """
    found = grounds(workspace)
    return None if found is None else _with_ledger(found, workspace)


def _with_ledger(found: str, workspace: Workspace) -> str:
    return f"{found} {files_state((workspace.ledger, anchor_of(workspace.ledger)))}"


def grounds(workspace: Workspace) -> str | None:
    """Return a text that is another one whenever what an assessment looks at beside the ledger may have changed.

    That is: the program, the records, statements and answers with the documents that they name, the interpretations
    that reviewers set, the settings, and the hour of each equipment's last point of telemetry.
    """
    from linghang.plant.tables import TABLES

    engine = workspace.engine()
    records = records_state(engine)
    if records is None:
        return None
    files = (workspace.config, *(workspace.folder / name for name in STATED), *_named(workspace.documents))
    points = last_points(workspace.folder, read_table(engine, TABLES["tag"])) if has_telemetry(workspace.folder) else {}
    return f"{_program()} {records} {files_state(files)} {sorted(points.items())}"


REGISTERED = "sha256"
STATED = (STATEMENTS, "maturity.jsonl", INTERPRETATIONS, "documents.sqlite", "documents.sqlite-wal")
"""Files in which the plant states what no record holds, and which an assessment reads."""


def _named(folder: Path) -> Iterator[Path]:
    """The documents that statements name by their file: all but those that the register keeps by their sha256."""
    for path, folders, files in os.walk(folder):
        if Path(path) == folder:
            folders[:] = [one for one in folders if one != REGISTERED]
        folders.sort()
        yield from (Path(path) / one for one in sorted(files))


@cache
def _program() -> str:
    """Which program it is: a change of its code, packs or catalogues may change an answer."""
    home = Path(linghang.__file__).parent
    return files_state(sorted(one for suffix in ("py", "yaml") for one in home.rglob(f"*.{suffix}")))
