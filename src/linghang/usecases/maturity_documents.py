"""The documents that answers of a self-assessment name."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from linghang.errors import BadInput, nearest
from linghang.store.documents import Document, DocumentRegister, state_of
from linghang.store.workspace import Workspace

_APART = re.compile(r"[,;，；、\s]+")
_NUMBER = re.compile(r"E\d{4,9}")


def registered(workspace: Workspace) -> Mapping[str, Document]:
    """Return number -> newest revision of every document in the register, the retired ones too."""
    return {one.id: one for one in DocumentRegister.of(workspace).all(retired=True)}


def numbers_in(text: str) -> tuple[str, ...]:
    """Read numbers of documents that stand in one text, apart by commas or spaces; each once."""
    return tuple(dict.fromkeys(one.upper() for one in _APART.split(text) if one))


def check_numbers(numbers: Iterable[str], documents: Mapping[str, Document]) -> None:
    """See that every number is one of a document that may be used.

    Raises
    ------
    BadInput
        It is no number of a document, nobody registered it, or it was retired.
    """
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            raise BadInput("“{value}” is no number of a document; write it as E0001", value=number)
        if number not in documents:
            near = nearest(number, sorted(documents))
            raise BadInput("there is no document {number} in the register; {near}", number=number, near=near)
        if documents[number].retired_at is not None:
            reason = documents[number].retired_reason or ""
            raise BadInput("the document {number} was retired: {reason}", number=number, reason=reason)


def proving(documents: Mapping[str, Document]) -> Mapping[str, tuple[str, ...]]:
    """Return item -> numbers of the documents of which the register says that they prove it (`maturity:OS.1.a`)."""
    found: dict[str, list[str]] = {}
    for number, one in documents.items():
        for target in one.proves:
            kind, _, code = target.partition(":")
            if kind == "maturity" and code:
                found.setdefault(code, []).append(number)
    return {code: tuple(numbers) for code, numbers in found.items()}


def current_among(numbers: Iterable[str], documents: Mapping[str, Document], day: date) -> tuple[str, ...]:
    """Return the numbers of the documents that count on a day."""
    return tuple(one for one in numbers if one in documents and state_of(documents[one], day) == "current")
