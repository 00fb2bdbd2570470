"""Making files durable: what is synced in which order, and how a refusal of the disk is said.

A file is there after a power cut only if its content was synced, and found there only if its folder was synced
after it got its name (POSIX.1-2017, `fsync`; "All File Systems Are Not Created Equal", Pillai et al., OSDI 2014).
"""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from linghang.errors import BadInput, Place, reason_of
from linghang.store.telemetry.points import StoreFull
from linghang.store.whole_file import sync_folder
from linghang.words import later

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
TEMPORARY = ".tmp"
MEGABYTE = 1 << 20


def make_folder(folder: Path) -> None:
    """Make a folder, durably, unless it is there."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def publish(paths: Sequence[Path]) -> None:
    """Give files in one folder, written and synced under their names with `.tmp`, their names, durably."""
    for path in paths:
        temporary_of(path).rename(path)
    if paths:
        sync_folder(paths[0].parent)


def temporary_of(path: Path) -> Path:
    """Return the name under which a file is written before it is complete."""
    return path.with_name(path.name + TEMPORARY)


def remove(paths: Sequence[Path]) -> None:
    """Remove files that nothing needs any more; one that cannot be removed now stays until the next opening."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def refusal(error: OSError, path: Path) -> BadInput:
    """Say that the operating system refused: `StoreFull` where space is what is missing."""
    place = Place(str(error.filename or path))
    if error.errno in FULL:
        message = later(
            "{reason}; what was acknowledged is safe, nothing else was kept, and it goes on once there is space"
        )
        return StoreFull(message, place, reason=reason_of(error))
    return BadInput("cannot be written: {reason}", place, reason=reason_of(error))


def free_bytes(folder: Path) -> int:
    """Return the space that is left for this user on the disk of a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
