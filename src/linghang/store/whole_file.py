"""A file appears under its name only when all of it is on the disk; what was there before stays until then."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from linghang.errors import BadInput, Place, reason_of

LONGEST_PREFIX = 40
"""Characters of the name that the unfinished file has too: a name may be as long as the file system takes already."""


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a file beside the target that takes its name when everything was written and synced.

    Raises
    ------
    BadInput
        It cannot be written there, or the disk is full; nothing is left and the target is as it was.
    """
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        prefix = f".{target.name[:LONGEST_PREFIX]}."
        with NamedTemporaryFile(dir=target.parent, prefix=prefix, suffix=".part", delete=False) as made:
            unfinished = Path(made.name)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None
    try:
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file whole or not at all; see `whole_file`."""
    with whole_file(target) as unfinished:
        unfinished.write_bytes(content)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a synced file is found after a power cut only if its folder was synced too.

    (POSIX.1-2017, `fsync`; "All File Systems Are Not Created Equal", Pillai et al., OSDI 2014.)
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _umask() -> int:
    """What files of this user are not allowed; asking for it sets it, so it is set back at once."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
