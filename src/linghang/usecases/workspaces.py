"""Make a workspace, and bring its records to this version."""

from pathlib import Path

from linghang.store.migrate import is_current, upgrade
from linghang.store.workspace import Workspace, new_workspace, open_workspace

__all__ = ["Workspace", "make_workspace", "open_workspace", "upgrade_workspace"]


def make_workspace(
    folder: Path, name: str | None, time_zone: str, url: str | None, *, existing: bool = False
) -> Workspace:
    """Make a workspace; see `linghang.store.workspace.new_workspace`."""
    return new_workspace(folder, name, time_zone, url, existing=existing)


def upgrade_workspace(folder: Path) -> bool:
    """Bring the records of a workspace to this version; return whether there was anything to do."""
    workspace = open_workspace(folder)
    engine = workspace.engine()
    if is_current(engine):
        return False
    with workspace.writing():
        upgrade(engine)
    return True
