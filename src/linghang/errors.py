"""Bad input: what is wrong, where, and what would be right."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass

from linghang.words import Listed, tr

MAX_NAMED = 8
"""Known names that are listed whole; of more, only examples are named."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input: a file, and a line, column or key of it where that is known."""

    file: str
    line: int | None = None
    column: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.key is not None:
            return tr("{where}, key {key}", where=where, key=self.key)
        return where if self.column is None else tr("{where}, column {column}", where=where, column=self.column)


class BadInput(Exception):
    """Input that cannot be used. The message is said in the reader's language when it is shown.

    Parameters
    ----------
    message
        English message of the catalogue with {braces}.
    place
        Where the input is wrong.
    subject
        Which element and clause are meant, where there is one.
    **values
        What goes into the braces.
    """

    def __init__(
        self, message: str, /, place: Place | None = None, subject: str | None = None, **values: object
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.subject = subject
        self.values = values

    def __str__(self) -> str:
        said = tr(self.message, **self.values)
        return tr(": ").join(str(part) for part in (self.place, self.subject, said) if part)

    def at(self, place: Place) -> "BadInput":
        """Return the same refusal with a place, if it has none yet."""
        self.place = self.place or place
        return self


class ManyProblems(BadInput):
    """Several refusals at once: everything that is wrong, not only the first thing."""

    def __init__(self, problems: Sequence[BadInput]) -> None:
        super().__init__("{count} problems")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class NotThere(BadInput):
    """What was asked for by its name or number is not there."""


def nearest(wanted: str, known: Sequence[str]) -> str:
    """Name the known words that look like `wanted`, for the sentence that refuses it."""
    from difflib import get_close_matches

    shown = list(dict.fromkeys(one.removesuffix("@all") for one in known))
    close = get_close_matches(wanted, shown, n=3, cutoff=0.6)
    if close:
        return tr("did you mean {names}?", names=Listed(close))
    if not shown:
        return tr("there is none here")
    if len(shown) > MAX_NAMED:
        return tr("{count} are known, such as {names}", count=len(shown), names=Listed(shown[:3]))
    return tr("known are {names}", names=Listed(shown))


def reason_of(error: OSError) -> str:
    """Say why the operating system refused, in the reader's language where it is a common reason."""
    common = {
        errno.ENOENT: tr("it is not there"),
        errno.EACCES: tr("you may not do that there"),
        errno.EPERM: tr("you may not do that there"),
        errno.EISDIR: tr("it is a folder"),
        errno.ENOTDIR: tr("a part of the path is no folder"),
        errno.ENOSPC: tr("the disk is full"),
        errno.EDQUOT: tr("the disk quota is used up"),
        errno.EFBIG: tr("the file would become larger than is allowed"),
        errno.EROFS: tr("the disk is read-only"),
        errno.ECONNREFUSED: tr("nothing listens there"),
    }
    return common.get(error.errno or 0) or error.strerror or str(error)
