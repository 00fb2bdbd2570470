"""What state a workspace is in, told without reading it: what was computed of it is kept until that changes."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.store.workspace import Workspace

CACHE = "cache"
"""Folder of a workspace with what can be computed again; it may be deleted at any time."""


def records_state(engine: Engine) -> str | None:
    """Return a text that is another one whenever the records may have changed; None where nothing tells.

    SQLite tells by its files: every commit changes the log or, when that is worked in, the database. PostgreSQL tells
    by its next transaction number, which any writing transaction of the server takes: it changes too often, never too
    seldom.
    """
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        return files_state((path, path.with_name(path.name + "-wal")))
    with engine.connect() as connection:
        said = connection.execute(
            sa.text(
                "select system_identifier, pg_snapshot_xmax(pg_current_snapshot()), current_database() "
                "from pg_control_system()"
            )
        ).one()
    return _digest(map(str, (*said, engine.url.render_as_string(hide_password=True))))


def files_state(paths: Iterable[Path]) -> str:
    """Return a text that is another one whenever one of the files was written; an empty file counts as absent."""
    return _digest(_stamp(path) for path in paths)


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path.name} -"
    if not found.st_size:
        return f"{path.name} -"
    return f"{path} {found.st_ino} {found.st_size} {found.st_mtime_ns}"


def kept_in(workspace: Workspace) -> Path:
    """The folder of what is kept of a workspace."""
    return workspace.folder / CACHE


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
