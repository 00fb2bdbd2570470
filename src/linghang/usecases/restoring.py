"""Check a backup and restore it: a workspace appears whole, or nothing changes."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import Any

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence import ledger
from linghang.store.backup_file import BackupFile
from linghang.store.telemetry.lock import WriterLock
from linghang.store.telemetry.manifest import FILE as MANIFEST
from linghang.store.telemetry.recovery import make_folders
from linghang.store.whole_file import LONGEST_PREFIX, sync_folder
from linghang.store.workspace import FOLDERS, open_workspace
from linghang.usecases.audit_log import check_log
from linghang.usecases.auditing import Deed, Face, audited
from linghang.words import later

Told = Callable[[str, int, int | None], None]
RESTORING = ".restoring"
"""How a folder ends whose restore is not done."""


@dataclass(frozen=True, slots=True)
class Restorable:
    """What a backup holds; every byte of it was checked.

    Attributes
    ----------
    about
        What it says of itself: `made_at`, `program`, `name`, `time_zone`, `records`, `keys`, `accounts`, `left_out`.
    files, content_bytes
        How many files, and their size unpacked.
    """

    about: dict[str, Any]
    files: int
    content_bytes: int

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {"about": self.about, "files": self.files, "content_bytes": self.content_bytes}


def check_backup(file: Path, *, progress: Told = lambda *_: None) -> Restorable:
    """Read every byte of a backup and hold it against its list of files; nothing is written.

    Raises
    ------
    BadInput
        It is no backup, not safe to unpack, or a file in it is not the one that was backed up.
    """
    with BackupFile(file) as opened:
        opened.check(lambda done, total: progress(later("checking"), done, total))
        return _restorable(opened)


def restore(
    file: Path,
    target: Path,
    *,
    who: str,
    now: datetime,
    through: Face = "command",
    replace: bool = False,
    progress: Told = lambda *_: None,
) -> tuple[Restorable, Path | None]:
    """Restore a backup into a new or empty folder.

    It is unpacked beside the folder, every byte is checked, the databases, the ledger and the audit log too; only then
    it takes the folder's name.

    Parameters
    ----------
    replace
        Move what is in the folder aside, so that it can be moved back.

    Returns
    -------
    What was restored, and where the former folder lies now, if there was one.

    Raises
    ------
    BadInput
        See `check_backup`; or the folder is not empty, somebody writes to it, or there is no room. Nothing has changed.
    """
    place = Place(str(target))
    with BackupFile(file) as opened, ExitStack() as held:
        used = _in_use(target, place)
        if used:
            if not replace:
                raise BadInput("is not an empty folder; --replace moves what is in it aside", place)
            held.enter_context(_nobody_writes(target))
        _forget_unfinished(target)
        unfinished = target.parent / f".{target.name[:LONGEST_PREFIX]}.{token_hex(4)}{RESTORING}"
        deed = Deed(who, through, "backups.restore", file.name, {"made_at": str(opened.manifest.about.get("made_at"))})
        try:
            unfinished.mkdir(parents=True)
            held.enter_context(_held(unfinished))
            _unpack(opened, unfinished, progress)
            aside = audited(unfinished, deed, now, lambda: _put(unfinished, target, now))
        except OSError as error:
            raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return _restorable(opened), aside


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder as long as somebody is at work in it, or until the process is gone."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _forget_unfinished(target: Path) -> None:
    """Take away what a restore of this folder left that was killed: it holds copies of everything."""
    for left in target.parent.glob(f".{escape(target.name[:LONGEST_PREFIX])}.*{RESTORING}"):
        with suppress(OSError), _held(left):  # BlockingIOError: another restore is at work in it
            shutil.rmtree(left, ignore_errors=True)


def _unpack(opened: BackupFile, folder: Path, progress: Told) -> None:
    """Unpack a backup into an empty folder and look whether it is a sound workspace."""
    opened.unpack(folder, lambda done, total: progress(later("restoring"), done, total))
    progress(later("checking"), 0, None)
    for one in FOLDERS:  # a backup holds files alone
        (folder / one).mkdir(exist_ok=True)
    if (folder / "telemetry" / MANIFEST).exists():
        make_folders(folder / "telemetry")
    _check_workspace(folder)


def _restorable(opened: BackupFile) -> Restorable:
    made = opened.manifest
    return Restorable(dict(made.about), len(made.files), made.size)


def _in_use(target: Path, place: Place) -> bool:
    try:
        return target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir())))
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None


@contextmanager
def _nobody_writes(target: Path) -> Iterator[None]:
    """Hold the workspace that is to be moved aside against its writers.

    Raises
    ------
    BadInput
        Somebody writes to it now, or it is no workspace: only a workspace is ever moved aside.
    """
    workspace = open_workspace(target)
    with workspace.writing():
        store = target / "telemetry"
        lock = WriterLock(store) if (store / MANIFEST).exists() else None
        try:
            yield
        finally:
            if lock is not None:
                lock.release()


def _check_workspace(folder: Path) -> None:
    """Look whether what was unpacked is a workspace whose databases and chains are sound."""
    workspace = open_workspace(folder)
    for path in sorted(folder.rglob("*.sqlite")):
        with closing(sqlite3.connect(path)) as db:
            try:
                said = db.execute("pragma quick_check").fetchone()[0] if path.stat().st_size else "ok"
            except sqlite3.Error as error:
                said = str(error)
        if said != "ok":
            raise BadInput("is damaged: {reason}", Place(path.name), reason=said)
    for _ in ledger.read(workspace.ledger):
        pass
    for problem in check_log(folder, anchored=False).problems:
        raise BadInput("the audit log does not fit: {problem}", problem=problem)


def _put(unfinished: Path, target: Path, now: datetime) -> Path | None:
    """Give what was restored its name; what has it is moved aside, and back if that fails."""
    aside = None
    if target.exists():
        if any(target.iterdir()):
            aside = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
            target.rename(aside)
        else:
            target.rmdir()
    try:
        unfinished.rename(target)
    except OSError:
        if aside is not None:
            aside.rename(target)
        raise
    sync_folder(target.parent)
    return aside
