"""The register of documents over HTTP: list, add, revise, retire, restore, and the files themselves."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path as File
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import FileResponse

from linghang.api.given import AsOf, folder_of
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Writer
from linghang.api.sending import FILE, JSON_OBJECT, MOST_ITEMS, UNCHANGED, Page, has_it, json_of, page_of, tagged
from linghang.usecases.accounts import Person
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.evidence_documents import changed_document, choose, listed_document, shown_document
from linghang.usecases.evidence_files import file_of, is_registered, keep, under_bare_names
from linghang.usecases.evidence_looking import list_documents, show_document
from linghang.usecases.evidence_register import (
    Registered,
    add_document,
    add_documents,
    described,
    restore_document,
    retire_document,
    revise_document,
)

router = APIRouter(tags=["evidence"])
Number = Annotated[str, Path(description="number in the register", pattern=r"^E[0-9]{4,9}$")]
Revision = Annotated[int | None, Query(ge=1, le=2**31, description="another revision than the newest")]
Words = Annotated[str, Field(max_length=500)]
Listed = Annotated[list[Words], Field(max_length=1_000)]
State = Literal["current", "expired", "not_yet", "retired"]


class DocumentShown(BaseModel, extra="allow"):
    """A document of the register."""

    id: str
    revision: int
    sha256: str
    file_name: str
    size_bytes: int
    title: str
    kind: str
    proves: list[str]
    states: list[str]


class ListedDocument(DocumentShown):
    """A document of the list."""

    state: State
    days_left: int | None = Field(description="days until it no longer counts; negative when that was before")
    hit: dict[str, Any] | None = Field(description="where the words that were looked for stand")


class ChangedDocument(DocumentShown):
    """A document after a change."""

    ledger_records: int = Field(description="records that went into the ledger for it")
    same_file: list[str] = Field(description="other documents with the same file")
    ends_with_year: bool = Field(description="whether we set its end: a maturity report counts in its year")
    text: dict[str, Any] = Field(description="how its text was taken out for the search")


class Facts(BaseModel, extra="forbid"):
    """What is said of a document; what is left out stays as it is."""

    title: Words = ""
    kind: Words = "other"
    proves: Listed = Field(default_factory=list, description="elements, indicator:ID, scene:NUMBER, maturity:ITEM")
    states: Listed = Field(default_factory=list, description="ELEMENT=met, maturity_level=3: becomes evidence")
    issuer: Words = ""
    issued_on: date | None = None
    supports_from: date | None = None
    supports_to: date | None = Field(None, description="first day after the period that it supports")
    valid_until: date | None = Field(None, description="first day on which it no longer counts")
    owner: Words = ""
    confidentiality: Words = "internal"
    links: Listed = Field(default_factory=list, description="record:TABLE/KEY, observation:DIGEST, telemetry:TAG")
    note: Annotated[str, Field(max_length=10_000)] = ""

    def said(self) -> dict[str, Any]:
        """What was sent, as the register takes it."""
        sent = self.model_dump(include=self.model_fields_set - {"file"})
        return {name: tuple(value) if isinstance(value, list) else value for name, value in sent.items()}


class Asked(BaseModel):
    """Which documents are wanted; what is left out chooses nothing."""

    words: str = Field("", max_length=500, description="words that stand in it, in its text too")
    state: list[State] = Field(default_factory=list, max_length=4, description="only these states")
    kind: str = Field("", max_length=40, description="only this kind, such as maturity_report")
    proves: str = Field("", max_length=500, description="only what proves this element, indicator:ID, scene:NUMBER …")
    expiring_days: int | None = Field(None, ge=0, le=36_600, description="only what has ended or ends in so many days")
    as_of: date | None = Field(None, description="day that the states are told for")
    offset: int = Field(0, ge=0, le=2**53, description="items before the page")
    limit: int = Field(100, ge=1, le=MOST_ITEMS, description="most items of the page")


class NewDocument(Facts):
    """A file with what is said of it; the title is the file's name where it is left out."""

    file: UploadFile


class Reason(BaseModel, extra="forbid"):
    """Why a document counts no longer."""

    reason: str = Field(min_length=1, max_length=2_000)


@router.get("/documents")
def documents(
    request: Request, response: Response, _: Reader, asked: Annotated[Asked, Query()]
) -> Page[ListedDocument]:
    """List the documents, retired ones too, by number."""
    found = list_documents(
        folder_of(request),
        now=datetime.now(UTC),
        as_of=asked.as_of,
        search=asked.words.strip() or None,
        expiring_days=asked.expiring_days,
    )
    chosen = choose(found, states=frozenset(asked.state), kind=asked.kind, proves=asked.proves)
    shown = [ListedDocument(**listed_document(one)) for one in chosen]
    return page_of(request, response, shown, asked.offset, asked.limit)


@router.post("/documents", status_code=201)
def add(
    request: Request,
    response: Response,
    person: Writer,
    given: Annotated[NewDocument, Form(media_type="multipart/form-data")],
) -> ChangedDocument:
    """Register a document: a file of any kind, with what it proves; `proves`, `states` and `links` may repeat."""
    folder = folder_of(request)
    with _received(given.file) as (path, name):
        said = {"title": File(name).stem} | given.said()
        deed = _deed(person, "add", name, title=said["title"], kind=said.get("kind", "other"))
        made = _made(request, deed, lambda now: add_document(folder, path, described(said), now=now))
    response.headers["Location"] = f"{request.url.path}/{made.document.id}"
    return _changed(made)


@router.post("/document-lists", status_code=201)
def add_list(request: Request, person: Writer, listed: UploadFile, files: list[UploadFile]) -> list[ChangedDocument]:
    """Register the documents of a list (CSV or YAML) with its files; what is registered already is left out."""
    folder = folder_of(request)
    with tempfile.TemporaryDirectory(prefix="linghang-") as ours, under_bare_names(File(ours)):
        path = keep(listed.file, File(ours), listed.filename or "")
        for one in files:
            keep(one.file, File(ours), one.filename or "")
        deed, now = _deed(person, "import", path.name, files=str(len(files))), datetime.now(UTC)
        made = audited(folder, deed, now, lambda: add_documents(folder, path, now=now, beside=True))
    return [_changed(one) for one in made]


@router.get("/documents/{number}", responses=JSON_OBJECT | answers(404), response_class=Response)
def document(request: Request, _: Reader, number: Number, as_of: AsOf = None) -> Response:
    """Return everything about a document: revisions, history, what it said in the ledger, the beginning of its text."""
    _known(request, number)
    return tagged(
        request, json_of(shown_document(show_document(folder_of(request), number, now=datetime.now(UTC), as_of=as_of)))
    )


@router.get("/documents/{number}/file", responses=FILE | UNCHANGED | answers(404), response_class=Response)
def file(request: Request, _: Reader, number: Number, revision: Revision = None) -> Response:
    """Send the file of a document, as it came, and only if it is still the one that was registered."""
    _known(request, number, revision)
    found, path = file_of(folder_of(request), number, revision)
    heads = {
        "ETag": f'"{found.sha256}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if has_it(request.headers.get("if-none-match"), heads["ETag"]):
        return Response(status_code=304, headers=heads)
    return FileResponse(
        path,
        headers=heads,
        media_type=found.media_type,
        filename=found.file_name,
        content_disposition_type="attachment",
    )


@router.patch("/documents/{number}", responses=answers(404))
def revise(request: Request, person: Writer, number: Number, given: Facts) -> ChangedDocument:
    """Say something else of a document: a new revision; null takes a day away, a list replaces the whole list."""
    _known(request, number)
    folder = folder_of(request)
    deed = _deed(person, "revise", number, said=", ".join(sorted(given.model_fields_set)))
    changes = given.said()
    return _changed(_made(request, deed, lambda now: revise_document(folder, number, None, changes, now=now)))


@router.put("/documents/{number}/file", responses=answers(404))
def replace_file(request: Request, person: Writer, number: Number, file: UploadFile) -> ChangedDocument:
    """Put another file in the place of a document's: a new revision; the one before stays readable."""
    _known(request, number)
    folder = folder_of(request)
    with _received(file) as (path, name):
        deed = _deed(person, "revise", number, file=name)
        made = _made(request, deed, lambda now: revise_document(folder, number, path, {}, now=now))
    return _changed(made)


@router.put("/documents/{number}/retirement", responses=answers(404))
def retire(request: Request, person: Writer, number: Number, given: Reason) -> ChangedDocument:
    """Let a document count no longer; what it stated is taken back in the ledger."""
    _known(request, number)
    folder = folder_of(request)
    deed = _deed(person, "retire", number, reason=given.reason)
    return _changed(_made(request, deed, lambda now: retire_document(folder, number, given.reason, now=now)))


@router.delete("/documents/{number}/retirement", responses=answers(404))
def restore(request: Request, person: Writer, number: Number) -> ChangedDocument:
    """Let a retired document count again."""
    _known(request, number)
    folder = folder_of(request)
    deed = _deed(person, "restore", number)
    return _changed(_made(request, deed, lambda now: restore_document(folder, number, now=now)))


def _known(request: Request, number: str, revision: int | None = None) -> None:
    if not is_registered(folder_of(request), number):
        raise NotThere("there is no document {id} in the register", id=number)
    if revision is not None and not is_registered(folder_of(request), number, revision):
        raise NotThere("{id} has no revision {revision}", id=number, revision=revision)


@contextmanager
def _received(upload: UploadFile) -> Iterator[tuple[File, str]]:
    """Hold what was sent under its own bare name: the register keeps that name."""
    with tempfile.TemporaryDirectory(prefix="linghang-") as ours, under_bare_names(File(ours)):
        path = keep(upload.file, File(ours), upload.filename or "")
        yield path, path.name


def _made(request: Request, deed: Deed, change: Callable[[datetime], Registered]) -> Registered:
    now = datetime.now(UTC)
    return audited(folder_of(request), deed, now, lambda: change(now))


def _deed(person: Person, verb: str, on: str, **how: str) -> Deed:
    return Deed(person.name, "api", f"documents.{verb}", on, how)


def _changed(one: Registered) -> ChangedDocument:
    return ChangedDocument(**changed_document(one))
