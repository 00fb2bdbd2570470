"""Pins: a file that a reader may still open is not removed, however long the reader takes.

Whenever files leave the store its generation grows. A reader holds a shared lock on the file that stands for the
generation that it reads; the writer removes what left with generation g once it can lock the files of all generations
before g. Locks end with the process that holds them, so a reader that dies pins nothing.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from linghang.store.telemetry.settings import READER_FOLDER


def pin(folder: Path, generation: int) -> int | None:
    """Hold a generation for reading. It is held only if it is still the present one afterwards.

    Returns
    -------
    int or None
        A handle to give to `unpin`; None where the folder cannot be written, so that nothing can be held.
    """
    with suppress(OSError):
        handle = os.open(_file(folder, generation), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(handle, fcntl.LOCK_SH)
        return handle
    return None


def unpin(handle: int | None) -> None:
    """Let a generation go."""
    if handle is not None:
        os.close(handle)


def oldest_read(folder: Path, present: int) -> int:
    """Return the oldest generation that somebody may read, `present` if nobody reads an older one."""
    for generation in sorted(int(path.name) for path in (folder / READER_FOLDER).iterdir() if path.name.isdigit()):
        if generation < present and not _let_go(_file(folder, generation)):
            return generation
    return present


def _let_go(path: Path) -> bool:
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
    return True


def _file(folder: Path, generation: int) -> Path:
    return folder / READER_FOLDER / str(generation)
