"""A snapshot of a workspace at one moment, while it is in use: the files of a backup.

Databases are copied by SQLite's own backup, so that a commit is inside or not; files that are written once (documents,
segments, results) are linked, so that nobody can take them away meanwhile; everything else is copied. Files that grow
are taken before what refers to their past: the audit log before the ledger whose head it names, the log of telemetry
before the manifest that says how much of it is in segments.
"""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from linghang.errors import BadInput, Place, reason_of
from linghang.store.state import CACHE
from linghang.store.telemetry import pins
from linghang.store.telemetry.manifest import FILE as MANIFEST
from linghang.store.telemetry.manifest import Manifest
from linghang.store.telemetry.settings import FOLDERS as STORE_FOLDERS
from linghang.store.telemetry.settings import LOG_FOLDER, READER_FOLDER, ROLLUP_FOLDER, SEGMENT_FOLDER
from linghang.store.workspace import Workspace

BACKUPS = "backups"
"""Folder of a workspace with the backups that were made on the console."""
TELEMETRY = "telemetry"
LEFT_OUT = (CACHE, BACKUPS, "console")
"""Folders that a backup leaves out: what can be computed again, backups, and what browsers chose."""
WRITTEN_ONCE = ("documents/sha256", "results", "reports")
_SNAPSHOT = ".backup-"
_LOCK = ".linghang.backup.lock"
_BESIDE_DATABASES = (".sqlite-wal", ".sqlite-shm", ".sqlite-journal")
_UNFINISHED = (".lock", ".part", ".new")
WAIT_S = 60.0
"""How long a writer is waited for: an import of a year takes less."""
_FIRST = ("audit.anchor", "audit.jsonl", "ledger.anchor", "ledger.jsonl")


@contextmanager
def snapshot(workspace: Workspace) -> Iterator[Path]:
    """Give a folder with the workspace as it was at one moment; it is taken away again.

    Raises
    ------
    BadInput
        Another backup runs, somebody writes to the workspace, or there is no room for the copies.
    """
    folder = workspace.folder
    try:
        with (folder / _LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BadInput("another backup of this workspace is being made", Place(str(folder))) from None
            for left in folder.glob(f"{_SNAPSHOT}*"):  # of a process that was killed: nobody else holds the lock
                shutil.rmtree(left, ignore_errors=True)
            copy = folder / f"{_SNAPSHOT}{token_hex(4)}"
            copy.mkdir(mode=0o700)
            try:
                _take(workspace, copy)
                yield copy
            finally:
                shutil.rmtree(copy, ignore_errors=True)
    except (OSError, sqlite3.Error) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise BadInput("no backup can be made of it: {reason}", Place(str(folder)), reason=reason) from None


def _take(workspace: Workspace, copy: Path) -> None:
    folder = workspace.folder
    with _alone(workspace):
        for name in _FIRST:
            with suppress(FileNotFoundError):
                _copied(folder / name, copy / name)
        for path in sorted(_files(folder)):
            name = path.relative_to(folder).as_posix()
            if name in _FIRST:
                continue
            with suppress(FileNotFoundError):  # an old result that was cleared away
                if path.suffix == ".sqlite":
                    _database(path, copy / name)
                elif name.startswith(WRITTEN_ONCE):
                    _linked(path, copy / name)
                else:
                    _copied(path, copy / name)
    if (folder / TELEMETRY / MANIFEST).exists():
        _telemetry(folder / TELEMETRY, copy / TELEMETRY)


def _files(folder: Path) -> Iterator[Path]:
    """All files of a workspace but those of the telemetry and what a backup leaves out; links are not followed."""
    for here, folders, files in os.walk(folder):
        inside = Path(here).relative_to(folder)
        if inside == Path():
            gone = [*LEFT_OUT, TELEMETRY, *(one for one in folders if one.startswith(_SNAPSHOT))]
        elif inside == Path("documents"):
            gone = ["incoming"]
        else:
            gone = [one for one in folders if inside.parts[0] == "results" and one.endswith(".part")]
        folders[:] = [one for one in folders if one not in gone]
        for name in files:
            path = folder / inside / name
            passing = name.endswith(_BESIDE_DATABASES) or (inside == Path() and name.endswith(_UNFINISHED))
            if not passing and path.is_file() and not path.is_symlink():
                yield path


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace against writers, once the present one is done."""
    until = time.monotonic() + WAIT_S
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(workspace.writing())
                break
            except BadInput:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield


def _telemetry(store: Path, copy: Path) -> None:
    for name in STORE_FOLDERS:
        (copy / name).mkdir(parents=True, exist_ok=True)
    for path in sorted((store / LOG_FOLDER).iterdir()):
        with suppress(FileNotFoundError):  # it was sealed meanwhile: its points are in a segment of the manifest
            _copied(path, copy / LOG_FOLDER / path.name)
    for name in STORE_FOLDERS:
        if name not in (LOG_FOLDER, SEGMENT_FOLDER, ROLLUP_FOLDER, READER_FOLDER):
            for path in (store / name).iterdir():
                _copied(path, copy / name / path.name)
    handle = _manifest(store, copy)
    try:
        with closing(Manifest(copy, writes=False)) as manifest:
            standing = manifest.standing()
        segments = (*standing.merged.values(), *standing.fresh)
        for held in (*(one.path for one in segments), *(one.path for one in standing.rollups.values())):
            _linked(store / held, copy / held)
    finally:
        pins.unpin(handle)


def _manifest(store: Path, copy: Path) -> int | None:
    """Copy the manifest and hold the files that it names; return the handle that holds them."""
    while True:
        with closing(Manifest(store, writes=False)) as present:
            handle = pins.pin(store, generation := present.generation())
        _database(store / MANIFEST, copy / MANIFEST)
        with closing(Manifest(copy, writes=False)) as copied:
            if copied.generation() == generation:
                return handle
        pins.unpin(handle)  # files left meanwhile, perhaps before they were held


def _database(path: Path, copy: Path) -> None:
    if not path.stat().st_size:
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(path.stat().st_mode & 0o777)


def _linked(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, copy)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        _copied(path, copy)


def _copied(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    copy.chmod(path.stat().st_mode & 0o777)
