"""Where the plant stands with one indicator beside its industry, as whoever compares hands it to the derivations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from linghang.errors import BadInput


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator for which there is a comparator.

    Attributes
    ----------
    indicator
        Its id.
    better
        Whether the plant does as well as is asked; None where that is unknown.
    tables
        Tables of the records that the plant's own value comes from.
    document
        Where the comparator can be read; None where nobody can look it up.
    until
        Last day on which the comparator may be used.
    what
        What would have to be supplied or put right where `better` is None, in the reader's language (so it is no part
        of what a digest is taken of).
    figures
        Both values, units and whence they are; JSON values only.

    Raises
    ------
    BadInput
        It is unknown and does not say what is missing, or the other way round.
    """

    indicator: str
    better: bool | None
    tables: tuple[str, ...]
    document: str | None
    until: date
    what: tuple[str, ...] = field(default=(), repr=False)
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.better is None) != bool(self.what):
            raise BadInput(
                "{indicator}: what is unknown says what it needs, and nothing else does", indicator=self.indicator
            )
