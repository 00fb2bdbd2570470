"""Mappings: how the columns of foreign sources become columns of the records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Literal

Take = Literal["first", "last", "sum", "min", "max", "mean", "count"]
TAKES: tuple[Take, ...] = ("first", "last", "sum", "min", "max", "mean", "count")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a column: a column of the source, a constant, or the number of the row."""

    column: str | None = None
    value: str | None = None
    row: bool = False


@dataclass(frozen=True, slots=True)
class Plus:
    """A length of time that is added to a moment."""

    part: Part
    unit: str


@dataclass(frozen=True, slots=True)
class Least:
    """The shortest time that a moment lies after another one of the row."""

    column: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Next:
    """The moment of the next row of the same key, at most `limit` later; after the last row nothing, or the limit."""

    per: tuple[str, ...] = ()
    limit: float | None = None
    unit: str = "s"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where one column of the records comes from.

    Attributes
    ----------
    parts
        One piece, or several that are joined or added.
    how
        "one", "join" or "add".
    since
        Column of a moment: the value is the time that passed since then.
    next
        The value is the moment of the next row.
    """

    parts: tuple[Part, ...]
    how: Literal["one", "join", "add"] = "one"
    between: str = ""
    unit: str | None = None
    zone: str | None = None
    format: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    times: Fraction | None = None
    plus: Plus | None = None
    since: str | None = None
    next: Next | None = None
    least: Least | None = None
    closes: bool = False
    floor: str | None = None
    default: str | None = None
    take: Take = "first"

    def read(self) -> tuple[str, ...]:
        """Return the columns of the source that are read."""
        parts = [*self.parts, *([self.plus.part] if self.plus else [])]
        more = [self.since, self.least.column if self.least else None, *(self.next.per if self.next else ())]
        return tuple(name for name in (*(part.column for part in parts), *more) if name is not None)


@dataclass(frozen=True, slots=True)
class Where:
    """A filter: rows whose column has one of the words (or none of them)."""

    column: str
    words: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TableMap:
    """How the rows of a source become rows of one table."""

    to: str
    columns: Mapping[str, ColumnMap]
    where: tuple[Where, ...] = ()
    distinct: bool = False
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceMap:
    """One source: a file (or sheet of it), or a table or query of a database."""

    tables: tuple[TableMap, ...]
    file: str = "*"
    sheet: str | None = None
    query: str | None = None
    sql_table: str | None = None
    header: int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    time_zone: str | None = None
    empty: tuple[str, ...] = ()

    def fits(self, name: str) -> bool:
        """Whether a file of this name is meant."""
        return self.query is None and self.sql_table is None and fnmatchcase(name.casefold(), self.file.casefold())


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping file."""

    path: str
    sources: tuple[SourceMap, ...]

    def of_file(self, name: str) -> tuple[SourceMap, ...]:
        """Return the sources that a file of this name is meant by."""
        return tuple(one for one in self.sources if one.fits(name))

    def of_databases(self) -> tuple[SourceMap, ...]:
        """Return the sources that stand in a database."""
        return tuple(one for one in self.sources if one.query is not None or one.sql_table is not None)
