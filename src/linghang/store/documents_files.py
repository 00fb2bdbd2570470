"""The files of the register, each under its sha256, whole or not there.

A file is copied and hashed in one pass into `incoming/`, synced, and only then gets its name; so a stop at any moment
leaves the old state and at most a part in `incoming/`, which the next writer takes away. Each part is locked by the
process that writes it: a part that can be locked belongs to nobody any more.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from linghang.errors import BadInput, Place, reason_of
from linghang.store.whole_file import sync_folder

MAX_BYTES = 2 << 30
"""Larger files are refused: they are data to import, not documents to read."""
CHUNK = 1 << 20
_PART = ".part"

Told = Callable[[int, int], None]
"""Hears how many bytes of how many are copied."""


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that was copied and has no name yet."""

    part: Path
    sha256: str
    size_bytes: int


class FileShelf:
    """The folder `documents/` of a workspace.

    Parameters
    ----------
    folder
        Of the documents; it is made when a file comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"

    def path(self, sha256: str) -> Path:
        """Return where the file of a sha256 lies, whether it is there or not."""
        return self.folder / "sha256" / sha256[:2] / sha256

    @contextmanager
    def staged(self, source: Path, told: Told = silent, limit: int = MAX_BYTES) -> Iterator[Staged]:
        """Copy a file in, in constant memory; what has got no name until the end is taken away again.

        Raises
        ------
        BadInput
            It is no file, empty, too large, cannot be read, changes while it is read, or there is no room for it.
        """
        place = Place(str(self.folder))
        with _opened(source) as (reading, size):
            if size > limit:
                raise _too_large(source, limit)
            part = self._incoming / (token_hex(8) + _PART)
            try:
                _make_folder(self._incoming)
                writing = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None
            try:
                fcntl.flock(writing, fcntl.LOCK_EX)
                yield Staged(part, *_copied(reading, writing, source, size, told, limit))
            except OSError as error:
                raise BadInput(
                    "the document cannot be kept: {reason}; nothing was changed",
                    Place(str(error.filename or self.folder)),
                    reason=reason_of(error),
                ) from None
            finally:
                os.close(writing)
                with suppress(OSError):
                    part.unlink(missing_ok=True)

    def place(self, staged: Staged) -> None:
        """Give a copied file its name, durably; a file that is there already is put right by it."""
        target = self.path(staged.sha256)
        _make_folder(target.parent)
        staged.part.rename(target)
        sync_folder(target.parent)

    def remove(self, sha256: str) -> None:
        """Take a file away that nothing names."""
        with suppress(OSError):
            self.path(sha256).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away parts that no process writes any more."""
        if not self._incoming.is_dir():
            return
        for part in self._incoming.glob("*" + _PART):
            with suppress(OSError):
                handle = os.open(part, os.O_RDWR | os.O_CLOEXEC)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    part.unlink(missing_ok=True)
                finally:
                    os.close(handle)

    def kept(self) -> Iterator[str]:
        """Yield the sha256 of every file that lies here, by name."""
        for one in sorted((self.folder / "sha256").glob("[0-9a-f][0-9a-f]/*")):
            if one.is_file():
                yield one.name

    def digest(self, sha256: str, told: Told = silent) -> str | None:
        """Hash a file again; None if it is not there.

        Raises
        ------
        BadInput
            It cannot be read.
        """
        path = self.path(sha256)
        try:
            with path.open("rb") as file:
                size, done, found = os.fstat(file.fileno()).st_size, 0, hashlib.sha256()
                while data := file.read(CHUNK):
                    found.update(data)
                    done += len(data)
                    told(done, size)
                return found.hexdigest()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None


@contextmanager
def _opened(source: Path) -> Iterator[tuple[int, int]]:
    """Open a regular file; a pipe is not waited for."""
    place = Place(str(source))
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    try:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise BadInput("is a folder; register its files one by one, or pack them into one", place)
        if not stat.S_ISREG(found.st_mode):
            raise BadInput("is no regular file (a pipe or a device); save it as a file first", place)
        if found.st_size == 0:
            raise BadInput("is empty; an empty file proves nothing", place)
        yield handle, found.st_size
    finally:
        os.close(handle)


def _copied(reading: int, writing: int, source: Path, size: int, told: Told, limit: int) -> tuple[str, int]:
    """Copy and hash in one pass; return sha256 and size."""
    digest, done, before = hashlib.sha256(), 0, os.fstat(reading)
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while count := _read(reading, buffer, source):
        done += count
        if done > limit:
            raise _too_large(source, limit)
        digest.update(view[:count])
        written = 0
        while written < count:
            written += os.write(writing, view[written:count])
        told(done, max(size, done))
    after = os.fstat(reading)
    if done != before.st_size or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise BadInput("changed while it was read; try again when nobody writes to it", Place(str(source)))
    os.fchmod(writing, 0o444)  # what was registered is not edited
    os.fsync(writing)
    return digest.hexdigest(), done


def _read(reading: int, buffer: bytearray, source: Path) -> int:
    try:
        return os.readv(reading, [buffer])
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(source)), reason=reason_of(error)) from None


def _too_large(source: Path, limit: int) -> BadInput:
    return BadInput(
        "is larger than {limit} MiB; data of that size are imported, or split it", Place(str(source)), limit=limit >> 20
    )


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
