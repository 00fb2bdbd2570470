"""What a workspace holds, and whether its ledger is whole."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from linghang.errors import BadInput
from linghang.evidence.ledger import Entry, anchored, read
from linghang.evidence.observation import Observation
from linghang.plant.tables import TABLES, described
from linghang.store.held import Extent, day_and_time, extents, factories_in
from linghang.store.migrate import is_current
from linghang.store.workspace import Workspace, open_workspace
from linghang.words import Text

__all__ = ["Extent", "Folder", "GroupState", "LedgerState", "WorkspaceStatus", "status_document", "status_of"]


@dataclass(frozen=True, slots=True)
class GroupState:
    """The tables of one subject.

    Attributes
    ----------
    tables
        Table -> rows and latest moment, of those that have rows.
    of
        How many tables the subject has.
    """

    title: Text
    tables: Mapping[str, Extent]
    of: int

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(one.rows for one in self.tables.values())

    @property
    def latest(self) -> datetime | date | None:
        """The last moment or day that they speak of and that has come."""
        known = [one.latest for one in self.tables.values() if one.latest is not None]
        return max(known, key=day_and_time, default=None)


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The ledger as far as it can be read.

    Attributes
    ----------
    last_made_at
        When its last record was made.
    head
        Hash of the last record: who notes it down sees later that nothing before it was changed.
    anchored
        Whether its anchor stands at the last record; where it does not, records cut off the end are not missed.
    problem
        What is wrong with it, or None.
    """

    observations: int
    withdrawals: int
    bytes: int
    last_made_at: datetime | None
    head: str | None
    anchored: bool
    problem: BadInput | None


class Folder(NamedTuple):
    """How much a folder holds, with all below it."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """What a workspace holds.

    Attributes
    ----------
    factories
        Names of the factories in the records.
    current
        Whether the records are of this version; if they are not, they are not looked at.
    groups
        Every subject of the tables, in the order of the dictionary.
    """

    workspace: Workspace
    factories: tuple[str, ...]
    current: bool
    groups: tuple[GroupState, ...]
    ledger: LedgerState
    telemetry: Folder
    documents: Folder


def status_of(folder: Path, now: datetime) -> WorkspaceStatus:
    """Look into a workspace; nothing is changed.

    Parameters
    ----------
    now
        The caller's clock (with a zone): records of later moments are plans.

    Raises
    ------
    BadInput
        The folder is no workspace, or its database cannot be reached. A ledger that does not fit is no refusal, but
        stands in the status.
    """
    workspace = open_workspace(folder)
    engine = workspace.engine()
    current = is_current(engine)
    return WorkspaceStatus(
        workspace,
        (factories_in(engine) or ()) if current else (),
        current,
        _groups(extents(engine, TABLES, now, ZoneInfo(workspace.time_zone))) if current else (),
        _ledger(workspace.ledger),
        _folder(workspace.folder / "telemetry"),
        _folder(workspace.documents),
    )


def _groups(found: Mapping[str, Extent]) -> tuple[GroupState, ...]:
    titles: dict[str, Text] = {}
    tables: dict[str, list[str]] = {}
    for table in described():
        titles[table.info["group"].en] = table.info["group"]
        tables.setdefault(table.info["group"].en, []).append(table.name)
    return tuple(
        GroupState(titles[group], {name: found[name] for name in names if found[name].rows}, len(names))
        for group, names in tables.items()
    )


def _ledger(path: Path) -> LedgerState:
    last: Entry | None = None
    observations = 0
    stands, problem = False, None
    try:
        for entry in read(path):
            last = entry
            observations += isinstance(entry.record, Observation)
        stands = anchored(path, last)
    except BadInput as error:
        problem = error
    size = path.stat().st_size if path.exists() else 0
    if last is None:
        return LedgerState(0, 0, size, None, None, stands, problem)
    return LedgerState(observations, last.number - observations, size, last.record.made_at, last.hash, stands, problem)


def _folder(path: Path) -> Folder:
    files = size = 0
    for parent, _, names in os.walk(path):
        for name in names:
            with suppress(FileNotFoundError):  # who writes there now may take a file away
                size += (Path(parent) / name).stat().st_size
                files += 1
    return Folder(files, size)


def status_document(found: WorkspaceStatus) -> dict[str, Any]:
    """The status as JSON has it."""
    return {
        "name": found.workspace.name,
        "time_zone": found.workspace.time_zone,
        "database": found.workspace.url.render_as_string(hide_password=True),
        "factories": list(found.factories),
        "current": found.current,
        "records": [_group(one) for one in found.groups],
        "ledger": _ledger_document(found.ledger),
        "telemetry": found.telemetry._asdict(),
        "documents": found.documents._asdict(),
    }


def _ledger_document(ledger: LedgerState) -> dict[str, Any]:
    return {
        "observations": ledger.observations,
        "withdrawals": ledger.withdrawals,
        "bytes": ledger.bytes,
        "last_made_at": ledger.last_made_at.isoformat() if ledger.last_made_at else None,
        "head": ledger.head,
        "anchored": ledger.anchored,
        "problem": str(ledger.problem) if ledger.problem else None,
    }


def _group(one: GroupState) -> dict[str, Any]:
    return {
        "title": one.title.to_dict(),
        "rows": one.rows,
        "latest": one.latest.isoformat() if one.latest else None,
        "tables": {
            name: {"rows": table.rows, "latest": table.latest.isoformat() if table.latest else None}
            for name, table in one.tables.items()
        },
    }
