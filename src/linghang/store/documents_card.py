"""What the register says of a document: its card, one for each revision."""

import mimetypes
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from linghang.errors import BadInput, nearest
from linghang.words import Listed, later

KINDS: Mapping[str, str] = {
    "licence": later("licence"),
    "certificate": later("certificate"),
    "maturity_report": later("maturity report"),
    "audit_report": later("audit report"),
    "invoice": later("invoice"),
    "contract": later("contract"),
    "acceptance": later("acceptance report"),
    "screenshot": later("screenshot"),
    "photo": later("photo"),
    "system_record": later("record out of a system"),
    "drawing": later("drawing"),
    "statement": later("statement"),
    "policy": later("internal rule"),
    "other": later("other document"),
}
"""Kinds of documents, with their names."""

Confidentiality = Literal["public", "internal", "confidential"]
CONFIDENTIALITY: Mapping[str, str] = {
    "public": later("public"),
    "internal": later("internal"),
    "confidential": later("confidential"),
}
State = Literal["current", "expired", "not_yet", "retired"]
STATES: tuple[State, ...] = get_args(State)
MAX_WORDS = 500
"""Characters that a title, an issuer, an owner may have."""
MAX_NOTE = 10_000
MAX_LISTED = 1_000
"""Things that one document may prove, state or be linked to."""
_MEDIA = mimetypes.MimeTypes(filenames=())
"""Python's own table, so that every machine says the same."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MORE_MEDIA = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".pptx": _OFFICE + "presentationml.presentation",
    ".md": "text/markdown",
    ".ofd": "application/ofd",
    ".dwg": "image/vnd.dwg",
    ".parquet": "application/vnd.apache.parquet",
    ".yaml": "application/yaml",
}
_ID = re.compile(r"E\d{4,9}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Description:
    """What somebody says of a document when it is registered.

    Attributes
    ----------
    title
        What it is called.
    kind
        One of `KINDS`.
    proves
        Element ids, `indicator:<id>`, `scene:<number>`, `maturity:<item code>`, `field:maturity_level`.
    states
        What it says itself, as `ELEMENT=met` or `maturity_level=3`: that becomes evidence.
    issuer, issued_on
        Who made it, and when.
    supports_from, supports_to
        The period that it supports, `[from, to)`; not the day on which it was registered.
    valid_until
        First day on which it no longer counts; None if it does not end.
    owner
        Who in the plant answers for it.
    confidentiality
        public, internal or confidential.
    links
        Such as `record:software/MES-01`, `observation:<digest>`, `telemetry:<tag>`.

    Raises
    ------
    BadInput
        A text is missing or too long, a word is not known, or days do not follow each other.
    """

    title: str
    kind: str = "other"
    proves: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    issuer: str = ""
    issued_on: date | None = None
    supports_from: date | None = None
    supports_to: date | None = None
    valid_until: date | None = None
    owner: str = ""
    confidentiality: str = "internal"
    links: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise BadInput("a document has a title; say what it is")
        _check_word("kind", self.kind, KINDS)
        _check_word("confidentiality", self.confidentiality, CONFIDENTIALITY)
        for name in ("title", "issuer", "owner"):
            _check_text(name, getattr(self, name), MAX_WORDS)
        if len(self.note) > MAX_NOTE:
            raise BadInput("{name} has more than {limit} characters", name="note", limit=MAX_NOTE)
        for name in ("proves", "states", "links"):
            listed = getattr(self, name)
            if len(listed) > MAX_LISTED:
                raise BadInput("{name}: {limit} are possible at most", name=name, limit=MAX_LISTED)
            for one in listed:
                _check_text(name, one, MAX_WORDS)
        self._check_days()

    def _check_days(self) -> None:
        start, end = self.supports_from, self.supports_to
        if start and end and end <= start:
            raise BadInput(
                "the period that it supports ends on {end}, before it begins on {start}", start=start, end=end
            )
        first = self.supports_from or self.issued_on
        if self.valid_until and first and self.valid_until <= first:
            raise BadInput(
                "it is valid until {until}, but begins on {start}; valid_until is the first day on which it no longer "
                "counts",
                until=self.valid_until,
                start=first,
            )


def _check_word(name: str, value: str, known: Mapping[str, str]) -> None:
    if value not in known:
        raise BadInput(
            "{name}: “{value}” is not known; {near}", name=name, value=value, near=nearest(value, list(known))
        )


def _check_text(name: str, value: str, limit: int) -> None:
    if len(value) > limit:
        raise BadInput("{name} has more than {limit} characters", name=name, limit=limit)
    if _CONTROL.search(value):
        raise BadInput("{name} is one line of text: “{value}”", name=name, value=repr(value))


def with_default_validity(description: Description, added_on: date) -> Description:
    """Let a maturity report without an end expire with the year of its issue.

    The result of a maturity assessment counts in the year in which it was made; so without another day it no longer
    counts from 1 January of the year after. Other kinds get no end of ours.
    """
    if description.kind != "maturity_report" or description.valid_until is not None:
        return description
    return replace(description, valid_until=date((description.issued_on or added_on).year + 1, 1, 1))


@dataclass(frozen=True, slots=True)
class Document:
    """One revision of one registered document.

    Attributes
    ----------
    id
        `E0001`: its number in the register, which stays over revisions.
    revision
        From 1.
    sha256, file_name, size_bytes, media_type
        The file as it came.
    added_at
        When this revision was registered (UTC).
    retired_at, retired_reason
        When and why it was retired; None and empty while it counts.

    See Also
    --------
    Description
        The other attributes.
    """

    id: str
    revision: int
    sha256: str
    file_name: str
    size_bytes: int
    media_type: str
    title: str
    kind: str
    proves: tuple[str, ...]
    issuer: str
    issued_on: date | None
    supports_from: date | None
    supports_to: date | None
    valid_until: date | None
    owner: str
    confidentiality: str
    links: tuple[str, ...]
    note: str
    added_at: datetime
    retired_at: datetime | None = None
    retired_reason: str = ""
    states: tuple[str, ...] = ()

    @property
    def description(self) -> Description:
        """What was said of it."""
        return Description(**{one.name: getattr(self, one.name) for one in fields(Description)})

    @property
    def number(self) -> int:
        """Its number without the letter."""
        return int(self.id[1:])

    def to_dict(self) -> dict[str, Any]:
        """The document as JSON has it."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def state_of(document: Document, as_of: date) -> State:
    """Return whether a document counts on a day: retired, expired, not_yet or current."""
    if document.retired_at is not None:
        return "retired"
    if document.valid_until is not None and as_of >= document.valid_until:
        return "expired"
    first = document.supports_from or document.issued_on
    return "not_yet" if first is not None and as_of < first else "current"


def document_id(number: int) -> str:
    """Write a number of the register: 1 is `E0001`."""
    return f"E{number:04d}"


def number_of(id: str) -> int:
    """Read a number of the register.

    Raises
    ------
    BadInput
        It is none.
    """
    if not _ID.fullmatch(id):
        raise BadInput(
            "“{value}” is no number of the register; it is written like {example}", value=id, example="E0001"
        )
    return int(id[1:])


def changed(description: Description, changes: Mapping[str, Any]) -> Description:
    """Return a description with some things said anew.

    Raises
    ------
    BadInput
        Something is not known, or the new description is not possible.
    """
    known = [one.name for one in fields(Description)]
    for name in changes:
        if name not in known:
            raise BadInput("{name} is not known; known are {names}", name=name, names=Listed(known))
    return replace(description, **changes)


class Event(NamedTuple):
    """What happened to a document: added, revised, retired or restored."""

    what: Literal["added", "revised", "retired", "restored"]
    revision: int
    at: datetime
    reason: str


class Extraction(NamedTuple):
    """How the search came to the text of a file: waiting, text, none (there is none in it) or failed, and why."""

    state: Literal["waiting", "text", "none", "failed"]
    remark: str


class Fault(NamedTuple):
    """What does not fit: a file is missing, changed, unreadable or unregistered, the ledger, or a link (`remark`)."""

    what: Literal["missing", "changed", "unreadable", "unregistered", "ledger", "link"]
    sha256: str
    path: Path
    documents: tuple[str, ...]
    remark: str = ""


def made_of(
    number: int, revision: int, sha256: str, path: Path, size: int, description: Description, now: datetime
) -> Document:
    """Make a revision of a document, with its file named as it came."""
    name = os.fsencode(path.name).decode("utf-8", "replace")
    said = {one.name: getattr(description, one.name) for one in fields(Description)}
    return Document(
        id=document_id(number),
        revision=revision,
        sha256=sha256,
        file_name=name,
        size_bytes=size,
        media_type=_media_type(name),
        added_at=now.astimezone(UTC),
        **said,
    )


def _media_type(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return _MORE_MEDIA.get(suffix) or _MEDIA.types_map[True].get(suffix) or "application/octet-stream"
