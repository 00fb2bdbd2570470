"""Back up a workspace into one file, while it is in use."""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Any, Literal

from linghang import __version__
from linghang.errors import BadInput, Place, reason_of
from linghang.store import backup_file
from linghang.store.accounts import FILE as ACCOUNTS
from linghang.store.snapshot import BACKUPS, snapshot
from linghang.store.whole_file import LONGEST_PREFIX, whole_file
from linghang.store.workspace import Workspace, open_workspace
from linghang.words import later

__all__ = [
    "BACKUPS",
    "BackedUp",
    "Chosen",
    "Kept",
    "back_up",
    "keep_backup",
    "kept_backups",
    "path_of",
    "remove_backup",
]

SUFFIX = ".zip"
_KEY_NAMES = ("private_key", "secret_file", "password_file")
"""Settings that name a file with a secret."""
_KEY_MARK = b"PRIVATE KEY-----"
Told = Callable[[str, int, int | None], None]
Records = Literal["inside", "postgresql", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What goes into a backup beside the plant's data.

    Attributes
    ----------
    keys
        Private keys and files with secrets: whoever has the file can sign as this workspace.
    accounts
        Accounts, their hashed passwords and tokens.
    """

    keys: bool = False
    accounts: bool = True


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written.

    Attributes
    ----------
    files, content_bytes
        How many files are inside, and their size unpacked.
    size
        Bytes of the file.
    records
        inside; or where the records are that it does not hold: postgresql, or another SQLite file elsewhere.
    left_out
        Names of files with secrets, and of the accounts, that were left out.
    """

    file: Path
    made_at: datetime
    files: int
    content_bytes: int
    size: int
    records: Records
    left_out: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "file": self.file.name,
            "made_at": self.made_at.isoformat(),
            "files": self.files,
            "content_bytes": self.content_bytes,
            "size": self.size,
            "records": self.records,
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the folder `backups` of a workspace."""

    name: str
    made_at: datetime
    size: int


def back_up(
    folder: Path, output: Path, chosen: Chosen | None = None, *, now: datetime, progress: Told = lambda *_: None
) -> BackedUp:
    """Write everything that a workspace consists of into one file.

    The file appears when all of it is on the disk. Memory does not grow with the workspace. Caches, other backups and
    what browsers chose are left out; so are records in PostgreSQL, which `pg_dump` keeps.

    Parameters
    ----------
    output
        The file, `.zip` by custom; one that is there is replaced when the new one is whole.

    Raises
    ------
    BadInput
        The folder is no workspace, somebody writes to it for longer than a minute, or there is no room.
    """
    workspace, wanted = open_workspace(folder), chosen or Chosen()
    progress(later("taking a snapshot"), 0, None)
    with snapshot(workspace) as copy:
        _forget_unfinished(workspace, output)
        every = sorted(one for one in copy.rglob("*") if one.is_file())
        left = {one for one in every if _left_out(one.relative_to(copy), one, wanted, workspace)}
        records = _records(workspace)
        about = _about(workspace, now, records, wanted, sorted(one.relative_to(copy).as_posix() for one in left))
        with whole_file(output) as unfinished:
            unfinished.chmod(0o600)
            try:
                with unfinished.open("wb") as file:
                    made = backup_file.write(
                        file,
                        copy,
                        [one for one in every if one not in left],
                        about,
                        lambda done, total: progress(later("writing the backup"), done, total),
                    )
            except OSError as error:
                raise BadInput("cannot be written: {reason}", Place(str(output)), reason=reason_of(error)) from None
        output.chmod(0o600)
    return BackedUp(output, now, len(made.files), made.size, output.stat().st_size, records, tuple(about["left_out"]))


def _forget_unfinished(workspace: Workspace, output: Path) -> None:
    """Take away what a backup left that was killed; no other one runs while this one has the snapshot."""
    same = output.parent.glob(f".{escape(output.name[:LONGEST_PREFIX])}.*.part")
    for left in (*same, *(workspace.folder / BACKUPS).glob(f".linghang-*{SUFFIX}.*.part")):
        with suppress(OSError):
            left.unlink(missing_ok=True)


def _about(workspace: Workspace, now: datetime, records: Records, chosen: Chosen, left: list[str]) -> dict[str, Any]:
    return {
        "made_at": now.astimezone(UTC).isoformat(),
        "program": __version__,
        "name": workspace.name,
        "time_zone": workspace.time_zone,
        "records": records,
        "keys": chosen.keys,
        "accounts": chosen.accounts,
        "left_out": left,
    }


def _records(workspace: Workspace) -> Records:
    if workspace.url.get_backend_name() != "sqlite":
        return "postgresql"
    inside = Path(workspace.url.database or "").resolve().is_relative_to(workspace.folder.resolve())
    return "inside" if inside else "elsewhere"


def _left_out(name: Path, file: Path, chosen: Chosen, workspace: Workspace) -> bool:
    if name.as_posix() == ACCOUNTS:
        return not chosen.accounts
    return not chosen.keys and (name in _named_keys(workspace) or _holds_a_key(name, file))


def _named_keys(workspace: Workspace) -> set[Path]:
    """Files with secrets that the settings name, relative to the workspace."""
    with suppress(OSError, ValueError):
        return set(_named(tomllib.loads(workspace.config.read_text(encoding="utf-8")), workspace.folder.resolve()))
    return set()


def _named(said: Any, folder: Path) -> Iterator[Path]:
    inner = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    for one in inner:
        yield from _named(one, folder)
    for key in _KEY_NAMES:
        if isinstance(said, dict) and isinstance(path := said.get(key), str):
            with suppress(ValueError):
                yield (folder / path).resolve().relative_to(folder)


def _holds_a_key(name: Path, file: Path) -> bool:
    if name.suffix not in (".pem", ".key"):
        return False
    with file.open("rb") as opened:
        return _KEY_MARK in opened.read(4_096)


# --- backups that are kept in the workspace until somebody takes them away ---


def keep_backup(folder: Path, chosen: Chosen, *, now: datetime, progress: Told = lambda *_: None) -> BackedUp:
    """Write a backup into the workspace's folder `backups`, to be downloaded from there."""
    workspace = open_workspace(folder)
    home = workspace.folder / BACKUPS
    try:
        home.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(home)), reason=reason_of(error)) from None
    name = f"linghang-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    return back_up(folder, home / name, chosen, now=now, progress=progress)


def kept_backups(folder: Path) -> tuple[Kept, ...]:
    """The backups in the workspace's folder, newest first."""
    found = []
    for one in (open_workspace(folder).folder / BACKUPS).glob(f"*{SUFFIX}"):
        with suppress(OSError):
            state = one.stat()
            found.append(Kept(one.name, datetime.fromtimestamp(state.st_mtime, UTC), state.st_size))
    return tuple(sorted(found, key=lambda one: (one.made_at, one.name), reverse=True))


def path_of(folder: Path, name: str) -> Path | None:
    """Return the file of a kept backup; None where there is none of that name."""
    known = any(one.name == name for one in kept_backups(folder))
    return open_workspace(folder).folder / BACKUPS / name if known else None


def remove_backup(folder: Path, name: str) -> bool:
    """Take a kept backup away; return whether there was one."""
    path = path_of(folder, name)
    try:
        if path is not None:
            path.unlink()
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return path is not None
