"""A remark: one numbered check that something did not pass, where, and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from linghang.words import Text

Severity = Literal["error", "warning", "hint"]
"""error: a reviewer would return the file for it; warning: it must be explained; hint: it would be better otherwise."""

Source = Literal["draft", "records", "indicators", "evidence", "statements", "application", "judgement", "pack"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a remark is about.

    Attributes
    ----------
    source
        Of what: the draft text, the records, the indicators …
    where
        Table and row, document number, or chapter of the draft, as a person looks it up.
    quote
        What stands there.
    paragraph
        Index of the draft's paragraph (or text line), from 0; None where there is none.
    start, end
        Characters of the paragraph that are meant, `[start, end)`.
    page
        Page of the draft, from 1, where it has pages.
    """

    source: Source
    where: str
    quote: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    page: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The spot as JSON has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Check:
    """One row of a catalogue of checks.

    Attributes
    ----------
    code
        Number that stays: C101 …, R201 ….
    severity
        How bad it is where it fails.
    title
        What is checked.
    mend
        What to do where it fails.
    source
        Who asks for it: a clause, an official notice, or `platform` where it is ours.
    """

    code: str
    severity: Severity
    title: Text
    mend: Text
    source: str = "platform"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check found: the place, what it says, the other places that it does not fit, and the mend."""

    check: Check
    spot: Spot
    message: Text
    others: tuple[Spot, ...] = ()
    mend: Text | None = None

    def to_dict(self) -> dict[str, Any]:
        """The remark as JSON has it."""
        return {
            "code": self.check.code,
            "severity": self.check.severity,
            "title": self.check.title.to_dict(),
            "message": self.message.to_dict(),
            "spot": self.spot.to_dict(),
            "others": [one.to_dict() for one in self.others],
            "mend": (self.mend or self.check.mend).to_dict(),
            "source": self.check.source,
        }


def by_severity(remarks: "tuple[Remark, ...] | list[Remark]") -> Mapping[Severity, int]:
    """Count remarks by severity; all three are named."""
    counted: dict[Severity, int] = {"error": 0, "warning": 0, "hint": 0}
    for one in remarks:
        counted[one.check.severity] += 1
    return counted
