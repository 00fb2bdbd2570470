"""Proposals: which table a foreign sheet may be, and which of its columns may be which of ours, with reasons.

What counts, for a column: its name (ours, in either language, or one that plants use for it), how much of the name is
alike, the unit in its brackets, and whether the values can be read as the column's kind. A proposal is a proposal: a
person confirms it, and everything is checked before it is kept. Weights and limits are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import pyarrow as pa
import sqlalchemy as sa

from linghang.errors import BadInput
from linghang.intake import synonyms
from linghang.intake.convert import convert
from linghang.intake.headers import check_unit, column_named, split, table_named
from linghang.intake.reading import Reading
from linghang.intake.sheet import Sheet
from linghang.intake.wording import folded, trimmed
from linghang.plant.tables import TABLES

Reason = Literal["name", "synonym", "alike", "values"]
LEAST = 0.5
"""Score below which a column is not proposed."""
_NAMED, _SYNONYM = 1.0, 0.9
_ALIKE = 0.85
"""A name that is alike counts at most so much."""
_UNREADABLE = {"choice": 0.6}
_UNREADABLE_ELSE = 0.35
"""What is left of a score where no value can be read; words of a list can still be translated."""
_READABLE = 0.6
"""Share of the values that can be read, below which a column is proposed with little confidence."""
MOST_TABLES = 4
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%d/%m/%y", "%m/%d/%y")
FORMATS = (*_DAYS, *(f"{day} {time}" for day in _DAYS for time in ("%H:%M", "%H:%M:%S")))
"""Orders of dates that are tried where the usual forms do not fit."""


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """A column of a sheet that may be a column of ours.

    Attributes
    ----------
    source
        Name of the column of the sheet.
    score
        0 to 1.
    reason
        What speaks for it most.
    unit
        Unit in the brackets of its name, where it converts.
    formats
        Orders of dates that fit all values that were looked at; several where day and month cannot be told apart.
    readable
        Share of the values that can be read.
    """

    source: str
    score: float
    reason: Reason
    unit: str | None = None
    formats: tuple[str, ...] = ()
    readable: float = 1.0


@dataclass(frozen=True, slots=True)
class TableProposal:
    """A table that a sheet may be.

    Attributes
    ----------
    confidence
        0 to 1.
    named
        Whether the name of the sheet or file says so.
    columns
        Our column -> what is proposed for it.
    required, required_found
        How many columns every row has, and how many of them are proposed.
    """

    table: str
    confidence: float
    named: bool
    columns: Mapping[str, ColumnProposal]
    required: int
    required_found: int


def propose_tables(sheet: Sheet, called: Sequence[str]) -> tuple[TableProposal, ...]:
    """Return the tables that a sheet may be, the likeliest first.

    Parameters
    ----------
    sheet
        Its first rows are enough.
    called
        Names of the sheet and of its file.
    """
    rough = sorted(
        ((_rough(sheet, table, called), name) for name, table in TABLES.items()), key=lambda one: (-one[0], one[1])
    )
    likely = [name for score, name in rough[:MOST_TABLES] if score > 0]
    found = [_proposal(sheet, TABLES[name], called) for name in likely]
    return tuple(sorted(found, key=lambda one: -one.confidence))


def propose_columns(sheet: Sheet, table: "sa.Table") -> dict[str, ColumnProposal]:
    """Return our column -> what of the sheet may be it; every column of the sheet is proposed once."""
    scored: list[tuple[float, int, int, ColumnProposal]] = []
    for place, source in enumerate(sheet.header):
        for number, column in enumerate(table.columns):
            score, reason = _by_name(table, column, source)
            if score >= LEAST:
                proposal = _by_values(sheet.texts[place], column, ColumnProposal(source, score, reason))
                scored.append((proposal.score, -place, -number, proposal))
    scored.sort(key=lambda one: one[:3], reverse=True)
    names = [str(column.name) for column in table.columns]
    found: dict[str, ColumnProposal] = {}
    taken: set[str] = set()
    for score, _, number, proposal in scored:
        name = names[-number]
        if score >= LEAST and name not in found and proposal.source not in taken:
            found[name] = proposal
            taken.add(proposal.source)
    return {name: found[name] for name in names if name in found}


def _proposal(sheet: Sheet, table: "sa.Table", called: Sequence[str]) -> TableProposal:
    columns = propose_columns(sheet, table)
    required = [one.name for one in table.columns if not one.nullable]
    there = sum(columns[name].score for name in required if name in columns)
    named = _called(table, called)
    used = sum(one.score for one in columns.values()) / max(sum(not one.startswith("#") for one in sheet.header), 1)
    confidence = 0.55 * there / len(required) + 0.3 * min(used, 1.0) + (0.15 if named else 0.0)
    found = sum(name in columns for name in required)
    return TableProposal(str(table.name), round(min(confidence, 1.0), 3), named, columns, len(required), found)


def _rough(sheet: Sheet, table: "sa.Table", called: Sequence[str]) -> float:
    """How well names alone fit: cheap, to choose the few tables that are looked at closely."""
    best = [
        max((_by_name(table, column, source)[0] for column in table.columns), default=0.0) for source in sheet.header
    ]
    required = [one for one in table.columns if not one.nullable]
    there = [max((_by_name(table, column, source)[0] for source in sheet.header), default=0.0) for column in required]
    used = sum(score for score in best if score >= LEAST) / max(len(sheet.header), 1)
    return (
        used + sum(score for score in there if score >= LEAST) / len(required) + (0.5 if _called(table, called) else 0)
    )


def _called(table: "sa.Table", called: Sequence[str]) -> bool:
    """Whether a name of the sheet or file says that it is the table."""
    words = [folded(one) for one in synonyms.TABLES.get(table.name, "").split("|") if one]
    words += [folded(table.info["title"].zh)]
    for name in called:
        plain = folded(name)
        if table_named(name) is table or any(word in plain for word in words):
            return True
    return False


@lru_cache(1 << 16)
def _by_name(table: "sa.Table", column: "sa.Column[Any]", source: str) -> tuple[float, Reason]:
    """How well a name fits a column."""
    named = column_named(table, source)
    if named is not None:
        return (_NAMED, "name") if named[0] == column.name else (0.0, "name")
    plain = folded(split(source)[0])
    if not plain:
        return 0.0, "name"
    others = synonyms.COLUMNS.get(f"{table.name}.{column.name}") or synonyms.COLUMNS.get(column.name) or ""
    if plain in {folded(one) for one in others.split("|")}:
        return _SYNONYM, "synonym"
    own = _grams(plain)
    return max(_ALIKE * _dice(own, one) for one in _spelled(column)), "alike"


@lru_cache(1 << 16)
def _spelled(column: "sa.Column[Any]") -> tuple[frozenset[str], ...]:
    title = column.info["title"]
    return tuple(_grams(folded(one)) for one in (column.name, title.zh, title.en))


@lru_cache(1 << 16)
def _grams(text: str) -> frozenset[str]:
    """Pairs of letters; of Chinese also each character."""
    return frozenset((*(text[at : at + 2] for at in range(len(text) - 1)), *(one for one in text if ord(one) > 0x2E80)))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Likeness of two sets: 2 |A ∩ B| / (|A| + |B|) (Dice 1945)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _by_values(text: pa.Array, column: "sa.Column[Any]", proposal: ColumnProposal) -> ColumnProposal:
    """Weigh a proposal by what its values are."""
    given = split(proposal.source)[1]
    unit: str | None = None
    if given is not None:
        try:
            unit = check_unit(column, given)
        except BadInput:
            unit = None
    values = trimmed(text).drop_null()
    share = readable(values, column, unit, None)
    formats: tuple[str, ...] = ()
    if share < 1 and column.info["kind"] in ("day", "when"):
        fitting = tuple(one for one in FORMATS if readable(values, column, unit, one) == 1.0)
        if fitting:
            share, formats = 1.0, fitting
    least = _UNREADABLE.get(column.info["kind"], _UNREADABLE_ELSE)
    weight = 1.0 if share >= _READABLE or proposal.reason == "name" else least + (1 - least) * share
    return ColumnProposal(proposal.source, proposal.score * weight, proposal.reason, unit, formats, round(share, 3))


def readable(values: pa.Array, column: "sa.Column[Any]", unit: str | None, form: str | None) -> float:
    """Return the share of texts that can be read as values of a column."""
    if not len(values):
        return 1.0
    found = convert(values, Reading(column, "UTC", unit, form))
    return 1 - len({flaw.row for flaw in found.flaws}) / len(values)
