"""The register of documents: add, revise, retire, restore, look, search, check and export.

The register is written first, then the ledger is brought in step with it, both while nobody else writes to the
workspace; what a stop leaves undone between the two, the next change or assessment does.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from linghang.errors import BadInput, ManyProblems, Place
from linghang.evidence.document_words import news_of_documents
from linghang.evidence.ledger import append, read
from linghang.evidence.withdrawal import Record
from linghang.intake.document_reading import TextReader
from linghang.intake.office_file import check_office, looks_like_office
from linghang.store.documents import (
    CONFIDENTIALITY,
    KINDS,
    Description,
    Document,
    DocumentRegister,
    Extraction,
    Fault,
    Staged,
    changed,
    with_default_validity,
)
from linghang.store.documents_files import Told, silent
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.evidence_descriptions import Wanted, list_of
from linghang.usecases.evidence_targets import check_description, proved_by
from linghang.words import tr

__all__ = [
    "CONFIDENTIALITY",
    "KINDS",
    "Document",
    "Extraction",
    "Fault",
    "Registered",
    "add_document",
    "add_documents",
    "changes_of",
    "check_described",
    "described",
    "documents_news",
    "restore_document",
    "retire_document",
    "revise_document",
]

WAITS = 100
WAIT_S = 0.1
"""A change waits ten seconds for whoever writes to the workspace."""


WAITING = Extraction("waiting", "")


@dataclass(frozen=True, slots=True)
class Registered:
    """What a change of the register did.

    Attributes
    ----------
    document
        The document as it is now.
    told
        Records that went into the ledger for it (and for what a stop had left).
    also
        Other documents with the same file.
    ends_with_year
        Whether its end was set by us: a maturity report expires with its year.
    extraction
        What is known of its text.
    """

    document: Document
    told: int
    also: tuple[str, ...] = ()
    ends_with_year: bool = False
    extraction: Extraction = WAITING


def add_document(
    folder: Path, path: Path, description: Description, *, now: datetime, told: Told = silent
) -> Registered:
    """Register a document.

    Parameters
    ----------
    folder
        The workspace.
    path
        The file, of any kind; it is copied.
    description
        What it is, proves and states.
    now
        The caller's clock (with a zone).
    told
        Hears how many bytes are copied.

    Raises
    ------
    BadInput
        The description or the file is refused (it says why); then nothing was changed.
    """
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    full = checked(description, workspace, now)
    made, count = _added(workspace, path, full, now, told)
    _take_out_texts(register)
    return _registered(register, made, count, made.valid_until is not None and description.valid_until is None)


def add_documents(
    folder: Path, listed: Path, *, now: datetime, told: Told = silent, beside: bool = False
) -> tuple[Registered, ...]:
    """Register the documents of a list (see `evidence_descriptions.list_of`, for `beside` too).

    All descriptions are checked before the first document is registered. A document that the register has already,
    with the same file and the same description, is left out: a list can be given again after a stop.

    Raises
    ------
    BadInput, ManyProblems
        Everything that is wrong in the list, with its lines; or a file is refused: those before it are registered.
    """
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    wanted = list_of(listed, beside=beside)
    full = _all_checked(wanted, workspace, now)
    there = {(one.sha256, one.description): one for one in register.all()}
    made: list[tuple[Document, int]] = []
    try:
        for one, description in zip(wanted, full, strict=True):
            try:
                made.append(_added(workspace, one.file, description, now, told, there))
            except BadInput as error:
                raise BadInput("{file}: {said}", one.place, file=one.file.name, said=error) from None
    finally:
        _take_out_texts(register)
    return tuple(_registered(register, document, count) for document, count in made if count >= 0)


def _all_checked(wanted: Sequence[Wanted], workspace: Workspace, now: datetime) -> list[Description]:
    full: list[Description] = []
    problems: list[BadInput] = []
    for one in wanted:
        try:
            full.append(checked(one.description, workspace, now))
        except BadInput as error:
            problems.append(error.at(one.place))
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return full


def _added(
    workspace: Workspace,
    path: Path,
    full: Description,
    now: datetime,
    told: Told,
    there: Mapping[tuple[str, Description], Document] = MappingProxyType({}),
) -> tuple[Document, int]:
    """Register one document; return it, and how many records that took, -1 where it was there before."""
    register = DocumentRegister.of(workspace)
    with register.staged(path, told) as staged:
        if (known := there.get((staged.sha256, full))) is not None:
            return known, -1
        _check_content(staged.part, path)
        with _changing(workspace):
            _check_voices(register, full, staged.sha256, None)
            made = register.add(path, full, now, staged=staged)
            return made, _bring_in_step(workspace, register, now)


def revise_document(
    folder: Path, id: str, path: Path | None, changes: Mapping[str, Any], *, now: datetime, told: Told = silent
) -> Registered:
    """Register a new revision of a document: another file, another description, or both.

    Raises
    ------
    BadInput
        There is no such document, it is retired, nothing changes, or as for `add_document`.
    """
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    before = register.get(id)
    changes = _with_new_end(before, changes)
    full = checked(changed(before.description, changes), workspace, now)
    changes = {name: getattr(full, name) for name in (*changes, "proves", "valid_until")}
    with _maybe_staged(register, path, told) as staged:
        if staged is not None and path is not None:
            _check_content(staged.part, path)
        with _changing(workspace):
            _check_voices(register, full, staged.sha256 if staged else before.sha256, id)
            made = register.revise(id, path, changes, now, staged=staged)
            count = _bring_in_step(workspace, register, now)
    _take_out_texts(register)
    return _registered(register, made, count)


def retire_document(folder: Path, id: str, reason: str, *, now: datetime) -> Registered:
    """Let a document count no longer; what it stated is taken back in the ledger."""
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    with _changing(workspace):
        made = register.retire(id, reason, now)
        return _registered(register, made, _bring_in_step(workspace, register, now))


def restore_document(folder: Path, id: str, *, now: datetime) -> Registered:
    """Undo the retiring of a document; what it states is said again."""
    workspace = open_workspace(folder)
    register = DocumentRegister.of(workspace)
    with _changing(workspace):
        before = register.get(id)
        _check_voices(register, before.description, before.sha256, id)
        made = register.restore(id, now)
        return _registered(register, made, _bring_in_step(workspace, register, now))


def documents_news(workspace: Workspace, past: Sequence[Record], now: datetime) -> tuple[Record, ...]:
    """Return what the ledger has to be told so that it says what the register says; nothing if it does."""
    revisions = DocumentRegister.of(workspace).every_revision()
    return news_of_documents(revisions, past, now, ZoneInfo(workspace.time_zone))


def checked(description: Description, workspace: Workspace, now: datetime) -> Description:
    """Return a description made whole: what it states it also proves, and a maturity report ends with its year.

    Raises
    ------
    BadInput
        No pack asks for what it proves or states, or it was issued on a day that has not come.
    """
    today = workspace.day(now)
    if description.issued_on is not None and description.issued_on > today:
        raise BadInput("it cannot be issued on {day}: today is {today}", day=description.issued_on, today=today)
    check_description(description)
    proves = tuple(dict.fromkeys((*description.proves, *proved_by(description.states))))
    return with_default_validity(replace(description, proves=proves), today)


def check_described(folder: Path, parts: Mapping[str, Any], now: datetime) -> None:
    """Refuse a description as `add_document` would, without a file: while somebody still writes it.

    Raises
    ------
    BadInput
        It is not possible, or as for `checked`.
    """
    checked(described(parts), open_workspace(folder), now)


def changes_of(before: Document, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a whole description is said otherwise than before: what is left out is said no longer.

    Raises
    ------
    BadInput
        The description is not possible.
    """
    now, then = described(parts), before.description
    names = (one.name for one in fields(Description))
    return {name: getattr(now, name) for name in names if getattr(now, name) != getattr(then, name)}


def _with_new_end(before: Document, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the end that was set by us follow a new day of issue."""
    ours = with_default_validity(replace(before.description, valid_until=None), before.added_at.date()).valid_until
    if "issued_on" in changes and "valid_until" not in changes and ours == before.valid_until:
        return {**changes, "valid_until": None}
    return changes


def _check_content(copy: Path, source: Path) -> None:
    """Refuse an office file that could do anything but show itself; what was copied is looked at, and nothing else."""
    if not looks_like_office(copy, source.name):
        return
    try:
        check_office(copy, source.name)
    except BadInput as error:
        error.place = Place(str(source), key=error.place.key if error.place else None)
        raise


def _check_voices(register: DocumentRegister, full: Description, sha256: str, id: str | None) -> None:
    """Refuse that one file says the same thing twice under two numbers."""
    said = {one.partition("=")[0] for one in full.states}
    for other in register.by_sha256(sha256):
        if other.id == id or other.retired_at is not None:
            continue
        for one in other.states:
            if (about := one.partition("=")[0]) in said:
                raise BadInput("this file states {name} already, as {id}; revise that", name=about, id=other.id)


@contextmanager
def _maybe_staged(register: DocumentRegister, path: Path | None, told: Told) -> Iterator[Staged | None]:
    if path is None:
        yield None
    else:
        with register.staged(path, told) as staged:
            yield staged


@contextmanager
def _changing(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for one writer; whoever writes a moment longer is waited for."""
    with ExitStack() as held:
        for left in range(WAITS, -1, -1):
            try:
                held.enter_context(workspace.writing())
                break
            except BadInput:
                if not left or not os.access(workspace.folder, os.W_OK):
                    raise
                time.sleep(WAIT_S)
        yield


def _bring_in_step(workspace: Workspace, register: DocumentRegister, now: datetime) -> int:
    """Tell the ledger what the register says; return how many records that took."""
    revisions = register.every_revision()
    if not any(one.states for one in revisions):
        return 0
    entries = list(read(workspace.ledger))
    zone = ZoneInfo(workspace.time_zone)
    new = news_of_documents(revisions, (one.record for one in entries), now, zone)
    return append(workspace.ledger, new, entries[-1] if entries else None)


def _take_out_texts(register: DocumentRegister) -> None:
    """Take the texts out of the files that wait for it; whatever goes wrong with one is noted with it."""
    if not (waiting := register.waiting()):
        return
    names = {one.sha256: one.file_name for one in register.every_revision()}
    with TextReader() as reader:
        for sha256 in waiting:
            found = reader.read(register.path(sha256), names.get(sha256, ""))
            remark = json.dumps({"message": found.message, "values": dict(found.values)}) if found.message else ""
            register.keep_text(sha256, Extraction(found.state, remark), found.text)


def described(parts: Mapping[str, Any]) -> Description:
    """Make a description of its parts."""
    return Description(**parts)


def remark_of(extraction: Extraction) -> str:
    """Say in the reader's language what is to be said about the text of a file."""
    if not extraction.remark:
        return ""
    said = json.loads(extraction.remark)
    return tr(said["message"], **said["values"])


def _registered(register: DocumentRegister, made: Document, told: int, ends_with_year: bool = False) -> Registered:
    also = tuple(one.id for one in register.by_sha256(made.sha256) if one.id != made.id)
    return Registered(made, told, also, ends_with_year, register.extraction(made.sha256))
