"""Looking into the register of documents: list, search, show, check, and get a file back."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.ledger import read
from linghang.evidence.withdrawal import Record
from linghang.store.documents import Document, DocumentRegister, Event, Extraction, Fault, Hit, State, state_of
from linghang.store.documents_files import CHUNK, Told, silent
from linghang.store.workspace import open_workspace
from linghang.usecases.evidence_links import dangling
from linghang.usecases.evidence_register import documents_news


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of the list: its state on the day, the days until it ends, and where the words wanted stand."""

    document: Document
    state: State
    days_left: int | None
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about one document.

    Attributes
    ----------
    revisions
        All, the newest last.
    history
        What happened to it.
    state
        On the day asked for.
    extraction, text
        How its text was come by, and it.
    records
        What it said in the ledger, observations and withdrawals, in their order.
    """

    revisions: tuple[Document, ...]
    history: tuple[Event, ...]
    state: State
    extraction: Extraction
    text: str | None
    records: tuple[Record, ...]


def list_documents(
    folder: Path,
    *,
    now: datetime,
    as_of: date | None = None,
    search: str | None = None,
    expiring_days: int | None = None,
) -> tuple[Listed, ...]:
    """List the documents of a workspace, retired ones too, by number.

    Parameters
    ----------
    as_of
        Day that their states are told for (else the plant's today).
    search
        Only those in which these words stand.
    expiring_days
        Only those that have expired or expire within so many days.
    """
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    day = workspace.day(now, as_of)
    if search is None:
        found = tuple(_listed(one, day) for one in register.all(retired=True))
    else:
        found = tuple(_listed(one.document, day, one) for one in register.search(search, retired=True))
    if expiring_days is None:
        return found
    return tuple(
        one for one in found if one.days_left is not None and one.days_left <= expiring_days and one.state != "retired"
    )


def show_document(folder: Path, id: str, *, now: datetime, as_of: date | None = None) -> Shown:
    """Return everything about one document."""
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    revisions = register.revisions(id)
    newest, files = revisions[-1], {one.sha256 for one in revisions}
    said = tuple(
        one.record
        for one in read(workspace.ledger)
        if one.record.voice[1] == "document" and one.record.voice[2] in files
    )
    return Shown(
        revisions,
        register.history(id),
        state_of(newest, workspace.day(now, as_of)),
        register.extraction(newest.sha256),
        register.text(newest.sha256),
        said,
    )


def check_documents(folder: Path, *, now: datetime, told: Told = silent) -> Iterator[Fault]:
    """Yield what does not fit: files missing or changed, a ledger that says something else, links that lead nowhere."""
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    yield from register.check(told)
    said = [one.record for one in read(workspace.ledger)]
    if documents_news(workspace, said, now):
        yield Fault("ledger", "", workspace.ledger, ())
    for document, link in dangling(workspace, register.all(), frozenset(one.digest for one in said)):
        yield Fault("link", document.sha256, register.path(document.sha256), (document.id,), link)


def export_document(folder: Path, id: str, output: Path, *, revision: int | None = None) -> tuple[Document, Path]:
    """Write the file of a document, whole or not at all, and only if it is still the one that was registered.

    Parameters
    ----------
    output
        A file that is not there yet, or a folder: there it gets the name with which it came.

    Raises
    ------
    BadInput
        There is no such document or revision, its file is damaged, or the output cannot be written.
    """
    register = DocumentRegister.of(open_workspace(folder))
    document = register.get(id, revision)
    target = output / document.file_name if output.is_dir() else output
    place = Place(str(target))
    if target.exists():
        raise BadInput("is there already; name another file", place)
    part = target.with_name(f".{target.name[:100]}.{token_hex(4)}.part")
    try:
        with register.path(document.sha256).open("rb") as source, part.open("xb") as copy:
            found = _copied(source, copy)
        if found != document.sha256:
            raise BadInput(
                "the file of {id} was changed in the workspace; put it back from a copy (linghang evidence check)",
                Place(str(register.path(document.sha256))),
                id=id,
            )
        os.link(part, target)  # never over a file that came meanwhile
    except OSError as error:
        raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return document, target


def _copied(source: BinaryIO, copy: BinaryIO) -> str:
    digest = hashlib.sha256()
    while data := source.read(CHUNK):
        digest.update(data)
        copy.write(data)
    copy.flush()
    os.fsync(copy.fileno())
    return digest.hexdigest()


def _listed(document: Document, day: date, hit: Hit | None = None) -> Listed:
    left = (document.valid_until - day).days if document.valid_until else None
    return Listed(document, state_of(document, day), left, hit)
