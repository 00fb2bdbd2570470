"""How complete a report is: what is still missing, chapter by chapter, each with the place where it is supplied."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from linghang.report.content import Dossier
from linghang.report.placeholders import Placed, entries
from linghang.report.remarks import Severity, by_severity
from linghang.usecases.report_sources import Request
from linghang.usecases.report_statements import APPLICATION
from linghang.usecases.reporting import gather
from linghang.words import Text

__all__ = ["Chapter", "Completeness", "Part", "completeness", "completeness_of"]

Supplied = Literal["statement", "records", "indicator", "maturity"]
"""Where a part is supplied: in `application.yaml`, by records, by what an indicator needs, by the maturity report."""
FLOOR = "documented"
_TABLE = re.compile(r"[a-z][a-z_]*")


@dataclass(frozen=True, slots=True)
class Part:
    """One place that is missing.

    Attributes
    ----------
    supplied
        What supplies it.
    at
        The key of `application.yaml`, the table of records, or the id of the indicator.
    """

    where: Text
    wanted: Text
    supplied: Supplied
    at: str

    def to_dict(self) -> dict[str, Any]:
        """The part as JSON has it."""
        return {
            "where": self.where.to_dict(),
            "wanted": self.wanted.to_dict(),
            "supplied": self.supplied,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: how many places it has, and those that are missing."""

    title: Text
    places: int
    missing: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a report is.

    Attributes
    ----------
    conditions, proved
        Conditions that decide the level, and those of them that are met with a document or a measurement.
    remarks
        What the consistency checks found, by severity.
    stated
        Whether `application.yaml` is there.
    """

    kind: str
    level: str
    level_title: Text
    chapters: Sequence[Chapter]
    conditions: int
    proved: int
    remarks: Mapping[Severity, int]
    stated: bool

    @property
    def places(self) -> int:
        """How many places there are."""
        return sum(one.places for one in self.chapters)

    @property
    def missing(self) -> int:
        """How many of them are missing."""
        return sum(len(one.missing) for one in self.chapters)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "kind": self.kind,
            "level": self.level,
            "level_title": self.level_title.to_dict(),
            "places": self.places,
            "missing": self.missing,
            "chapters": [
                {
                    "title": one.title.to_dict(),
                    "places": one.places,
                    "missing": [part.to_dict() for part in one.missing],
                }
                for one in self.chapters
            ],
            "conditions": self.conditions,
            "proved": self.proved,
            "remarks": dict(self.remarks),
            "stated": self.stated,
        }


def completeness_of(folder: Path, request: Request, now: datetime) -> Completeness:
    """Say how complete the report of a workspace is.

    Raises
    ------
    BadInput, ManyProblems
        As `gather`.
    """
    return completeness(gather(folder, request, now), (folder / APPLICATION).exists())


def completeness(dossier: Dossier, stated: bool) -> Completeness:
    """Say how complete a dossier is."""
    chapters: dict[Text, list[Placed]] = {}
    for one in entries(dossier):
        chapters.setdefault(one.chapter, []).append(one)
    needed = [one for one in dossier.clauses if one.needed]
    return Completeness(
        kind=dossier.kind,
        level=dossier.level,
        level_title=dossier.level_title,
        chapters=[
            Chapter(title, len(placed), list(dict.fromkeys(_part(one) for one in placed if one.entry.missing)))
            for title, placed in chapters.items()
        ],
        conditions=len(needed),
        proved=sum(one.counts.get(FLOOR) == "met" for one in needed),
        remarks=by_severity(list(dossier.remarks)),
        stated=stated,
    )


def _part(placed: Placed) -> Part:
    source, wanted = placed.entry.source, placed.entry.wanted or Text("", "")
    stated, _, key = source.partition(" ")
    if stated == APPLICATION or f"{APPLICATION}, " in wanted.en:
        return Part(placed.where, wanted, "statement", key or "scenes")
    if stated == "indicator":
        return Part(placed.where, wanted, "indicator", source.split(" ")[-1])
    table = source.partition(".")[0]
    if source == "maturity_level" or not _TABLE.fullmatch(table):
        return Part(placed.where, wanted, "maturity", source)
    return Part(placed.where, wanted, "records", table)
