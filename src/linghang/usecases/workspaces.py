"""Make a workspace, and say what is in it."""

from dataclasses import dataclass
from pathlib import Path

from linghang.plant.tables import TABLES
from linghang.store.migrate import is_current, upgrade
from linghang.store.records import counts
from linghang.store.workspace import Workspace, new_workspace, open_workspace

__all__ = ["Workspace", "WorkspaceState", "make_workspace", "state_of", "upgrade_workspace"]


@dataclass(frozen=True, slots=True)
class WorkspaceState:
    """What a workspace holds: table -> rows, for the tables that have any."""

    workspace: Workspace
    rows: dict[str, int]


def make_workspace(folder: Path, name: str | None, time_zone: str, url: str | None) -> Workspace:
    """Make a workspace; see `linghang.store.workspace.new_workspace`."""
    return new_workspace(folder, name, time_zone, url)


def upgrade_workspace(folder: Path) -> bool:
    """Bring the records of a workspace to this version; return whether there was anything to do."""
    workspace = open_workspace(folder)
    engine = workspace.engine()
    if is_current(engine):
        return False
    with workspace.writing():
        upgrade(engine)
    return True


def state_of(folder: Path) -> WorkspaceState:
    """Open a workspace and count its records."""
    workspace = open_workspace(folder)
    return WorkspaceState(workspace, {name: rows for name, rows in counts(workspace.engine(), TABLES).items() if rows})
