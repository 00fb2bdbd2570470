"""Files on their way into the register and out of it, where they come and go over the network."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from linghang.errors import BadInput, ManyProblems, reason_of
from linghang.store.documents import Document, DocumentRegister
from linghang.store.documents_files import CHUNK, FileShelf
from linghang.store.workspace import open_workspace

__all__ = ["Document", "bare_name", "file_of", "is_registered", "keep", "under_bare_names"]

MOST_NAME_BYTES = 200
"""Of a name that somebody gave: file systems take 255, and room is left for what is put before and behind it."""
MOST_KNOWN = 1_024
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def bare_name(given: str) -> str:
    """Return the name of a file that somebody sent: no folder, nothing that a file system or a line cannot hold.

    What is left of a name that is too long is its beginning and its ending.
    """
    name = _UNUSABLE.sub("_", given.replace("\\", "/").rpartition("/")[2]).strip()
    if name in ("", ".", ".."):
        return "file"
    path = Path(name)
    suffix = path.suffix if len(path.suffix.encode()) <= MOST_NAME_BYTES // 4 else ""
    stem = name[: len(name) - len(suffix)].encode()[: MOST_NAME_BYTES - len(suffix.encode())].decode(errors="ignore")
    return stem + suffix


def keep(source: BinaryIO, folder: Path, given: str) -> Path:
    """Write what somebody sent into a folder of ours, under its bare name, in constant memory; return where it is.

    Raises
    ------
    BadInput
        There is one of that name already, or it cannot be written.
    """
    path = folder / bare_name(given)
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(source, file, CHUNK)
    except FileExistsError:
        raise BadInput("two files have the name “{name}”", name=path.name) from None
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise BadInput("“{name}” cannot be kept: {reason}", name=path.name, reason=reason_of(error)) from None
    return path


@contextmanager
def under_bare_names(folder: Path) -> Iterator[None]:
    """Let refusals name files of a folder of ours by their names alone: the folder means nothing to anybody."""
    try:
        yield
    except ManyProblems as error:
        raise ManyProblems([_bare(one, folder) for one in error.problems]) from None
    except BadInput as error:
        _bare(error, folder)
        raise


def is_registered(folder: Path, id: str, revision: int | None = None) -> bool:
    """Whether there is a document of a number, and a revision of it."""
    try:
        DocumentRegister.of(open_workspace(folder)).get(id, revision)
    except BadInput:
        return False
    return True


def file_of(folder: Path, id: str, revision: int | None = None) -> tuple[Document, Path]:
    """Return a document and where its file lies, if that is still the one that was registered.

    It is hashed when it is asked for first, and again when it was written since.

    Raises
    ------
    BadInput
        There is no such document or revision, or its file is missing or was changed.
    """
    register = DocumentRegister.of(open_workspace(folder))
    document = register.get(id, revision)
    path = register.path(document.sha256)
    try:
        there = path.stat()
        stamp = (there.st_ino, there.st_size, there.st_mtime_ns)
        whole = there.st_size == document.size_bytes and _digest(path, stamp) == document.sha256
    except OSError:
        whole = False
    if not whole:
        raise BadInput(
            "the file of {id} is missing or was changed in the workspace; put it back from a copy "
            "(linghang evidence check)",
            id=id,
        )
    return document, path


@lru_cache(MOST_KNOWN)
def _digest(path: Path, _stamp: tuple[int, int, int]) -> str | None:
    return FileShelf(path.parent.parent.parent).digest(path.name)


def _bare(error: BadInput, folder: Path) -> BadInput:
    ours = f"{folder}/"
    if error.place is not None:
        error.place = replace(error.place, file=error.place.file.removeprefix(ours))
    for name, value in error.values.items():
        if isinstance(value, BadInput):
            _bare(value, folder)
        elif isinstance(value, str | Path) and str(value).startswith(ours):
            error.values[name] = str(value).removeprefix(ours)
    return error
