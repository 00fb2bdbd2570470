"""Who acknowledged which alarm, when and with what note: a journal that only grows, one line of JSON each."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from linghang.errors import BadInput, Place, reason_of
from linghang.store.workspace import open_workspace

FILE = "alarm-acknowledgements.jsonl"
MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One line of the journal.

    Attributes
    ----------
    key
        Of the alarm.
    who
        The account's name.
    """

    key: str
    at: datetime
    who: str
    note: str = ""


def acknowledge(folder: Path, key: str, who: str, note: str, now: datetime) -> Acknowledgement:
    """Note that somebody has seen an alarm; durable when it returns.

    Raises
    ------
    BadInput
        The note is too long, or it cannot be written; nothing is kept then.
    """
    open_workspace(folder)
    note = note.strip()
    if len(note) > MOST_NOTE:
        raise BadInput("a note of {count} characters; {most} at most", count=len(note), most=MOST_NOTE)
    made = Acknowledgement(key, now, who, note)
    line = json.dumps({"key": key, "at": now.isoformat(), "who": who, "note": note}, ensure_ascii=False)
    path = folder / FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            # One write of the whole line: lines of several processes do not mix. It begins with an end of line where
            # a write was cut off before.
            torn = os.fstat(handle).st_size and _last_byte(path) != b"\n"
            whole = f"{chr(10) if torn else ''}{line}\n".encode()
            if os.write(handle, whole) < len(whole):  # what was cut off is no line; the next one begins its own
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return made


def acknowledgements(folder: Path) -> Mapping[str, Acknowledgement]:
    """Return the last acknowledgement of each alarm; a line that was cut off is none."""
    return {key: several[-1] for key, several in journal_of(folder).items()}


def journal_of(folder: Path) -> Mapping[str, Sequence[Acknowledgement]]:
    """Return all acknowledgements of each alarm, as they were made; a line that was cut off is none."""
    path = folder / FILE
    try:
        found = path.stat()
    except OSError:
        return {}
    return _read(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _size: int, _mtime: int) -> Mapping[str, Sequence[Acknowledgement]]:
    known: dict[str, list[Acknowledgement]] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):  # a note may hold U+2028
        try:
            said = json.loads(line)
            at = datetime.fromisoformat(said["at"])
            if at.tzinfo is None:
                raise ValueError(at)
            known.setdefault(said["key"], []).append(Acknowledgement(said["key"], at, said["who"], said["note"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return known


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
