"""An assessment that is not made again while nothing that it rests on has changed."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import linghang
from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack
from linghang.evidence.ledger import anchor_of
from linghang.store.kept_documents import load, save
from linghang.store.records import read as read_table
from linghang.store.state import files_state, kept_in, records_state
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.json_values import plain
from linghang.usecases.judging import Chosen
from linghang.usecases.statements import STATEMENTS
from linghang.usecases.telemetry import last_points

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
    day = as_of or now.astimezone(ZoneInfo(workspace.time_zone)).date()

    def made() -> dict[str, Any]:
        from linghang.usecases.assessing import assess

        return _document(
            assess(folder, pack=pack, now=now, as_of=day, interpretation=interpretation, record=False).to_dict()
        )

    return kept(workspace, ASSESSED, _question(load_pack(pack), day, interpretation), made)


def keep_assessed(
    workspace: Workspace, pack: Pack, day: date, interpretation: Chosen | None, document: Mapping[str, Any]
) -> None:
    """Keep what an assessment has just found and recorded, so that it need not be made again to be shown."""
    if (state := workspace_state(workspace)) is not None:
        key = f"{state} {_question(pack, day, interpretation)}"
        save(kept_in(workspace), ASSESSED, key, _document(document))


def _question(pack: Pack, day: date, interpretation: Chosen | None) -> str:
    return f"{pack.digest} {day} {sorted((interpretation or {}).items())}"


def _document(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in found.items() if name not in ANSWERS_OF_A_CALL}


def kept(workspace: Workspace, name: str, question: object, make: Callable[[], T]) -> T:
    """Return what `make` gives for a question (JSON values), kept until the workspace or the program changes."""
    folder, state = kept_in(workspace), workspace_state(workspace)
    if state is None:
        return make()
    key = f"{state} {question}"
    found: T | None = load(folder, name, key)
    if found is None:
        found = make()
        if workspace_state(workspace) == state:
            save(folder, name, key, found)
    return found


def workspace_state(workspace: Workspace) -> str | None:
    """Return a text that is another one whenever what judgements rest on may have changed; None if nothing tells.

    That is: the program, the records, the ledger with its anchor, statements and answers, the settings, and the hour
    of each equipment's last point of telemetry.
    """
    from linghang.plant.tables import TABLES

    engine = workspace.engine()
    records = records_state(engine)
    if records is None:
        return None
    ledger = workspace.ledger
    files = (ledger, anchor_of(ledger), workspace.config, *(workspace.folder / name for name in STATED))
    points = last_points(workspace.folder, read_table(engine, TABLES["tag"])) if _has_telemetry(workspace) else {}
    return f"{_program()} {records} {files_state(files)} {sorted(points.items())}"


STATED = (STATEMENTS, "maturity.jsonl", "documents.sqlite", "documents.sqlite-wal")
"""Files in which the plant states what no record holds, and which an assessment reads."""


def _has_telemetry(workspace: Workspace) -> bool:
    return any((workspace.folder / "telemetry").glob("manifest*"))


@cache
def _program() -> str:
    """Which program it is: a change of its code may change an answer."""
    return files_state(sorted(Path(linghang.__file__).parent.rglob("*.py")))
