"""A source as it was read: one sheet of texts that remembers where every cell stood, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.words import tr

Kind = Literal["csv", "xlsx", "parquet", "sql"]
Rows = npt.NDArray[np.int64]

MAX_SHOWN = 1_000
"""Problems that are kept and shown; of the rest only the number is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, file, query or table: a header and columns of texts.

    Attributes
    ----------
    file
        The file or database, as a person knows it.
    name
        The sheet, query or table in it; None where the file is the sheet.
    header
        The header's cells as written, "" where one is empty.
    texts
        One string array a column; an empty cell is null.
    rows
        Number of each row as a person counts them (the header of a CSV file is row 1).
    header_row
        Row of the header.
    """

    file: str
    name: str | None
    kind: Kind
    header: tuple[str, ...]
    texts: tuple[pa.Array, ...]
    rows: Rows
    header_row: int = 1

    def __len__(self) -> int:
        return len(self.rows)

    def without_first(self, count: int) -> "Sheet":
        """Return the sheet without its first `count` rows."""
        kept = tuple(one.slice(count) for one in self.texts)
        return Sheet(self.file, self.name, self.kind, self.header, kept, self.rows[count:], self.header_row)

    def taken(self, places: Rows) -> "Sheet":
        """Return the sheet with only the rows at `places`."""
        kept = tuple(one.take(pa.array(places)) for one in self.texts)
        return Sheet(self.file, self.name, self.kind, self.header, kept, self.rows[places], self.header_row)

    def first_row(self) -> tuple[str | None, ...]:
        """Return the texts of the first row."""
        return tuple(one[0].as_py() for one in self.texts) if len(self) else ()


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece, however large its texts are."""
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)


def letter(place: int) -> str:
    """Name a column as spreadsheets do: 0 is A, 26 is AA."""
    said = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        said = chr(65 + rest) + said
    return said


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing that is wrong in a source.

    Attributes
    ----------
    row
        Row of the source, None where a column or the whole sheet is meant.
    column
        The column's header as the source writes it.
    place
        Place of the column in the sheet, from 0.
    table, field
        Table and column of the records that it was meant for.
    message, values
        Sentence of the catalogue and what goes into its braces.
    """

    file: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    place: int | None = None
    table: str | None = None
    field: str | None = None
    spreadsheet: bool = False

    def where(self) -> str:
        """Say where, in the reader's language."""
        said = self.file if self.sheet is None else tr("{file}, sheet {sheet}", file=self.file, sheet=self.sheet)
        if self.spreadsheet and self.row is not None and self.place is not None:
            return tr("{where}, cell {cell}", where=said, cell=f"{letter(self.place)}{self.row}")
        if self.row is not None:
            said = tr("{where}, row {row}", where=said, row=self.row)
        if self.column is not None:
            said = tr("{where}, column {column}", where=said, column=self.column)
        return said

    def said(self) -> str:
        """Say what is wrong, in the reader's language."""
        return tr(self.message, **self.values)

    def __str__(self) -> str:
        return f"{self.where()}: {self.said()}"


@dataclass(slots=True)
class Problems:
    """Everything that is wrong: the first of it is kept, all of it is counted."""

    limit: int = MAX_SHOWN
    count: int = 0
    kept: list[ImportProblem] = field(default_factory=list)

    def add(self, problem: ImportProblem) -> None:
        """Count a problem, and keep it while there is room."""
        self.count += 1
        if len(self.kept) < self.limit:
            self.kept.append(problem)

    def extend(self, problems: Iterable[ImportProblem]) -> None:
        """Add several."""
        for one in problems:
            self.add(one)


def of_sheet(
    sheet: Sheet,
    message: str,
    values: Mapping[str, object] | None = None,
    *,
    row: int | None = None,
    place: int | None = None,
    table: str | None = None,
    field: str | None = None,
) -> ImportProblem:
    """Return a problem of a sheet; `place` is the column's."""
    header = None
    if place is not None:
        header = sheet.header[place] if place < len(sheet.header) and sheet.header[place] else letter(place)
    return ImportProblem(
        sheet.file, message, values or {}, sheet.name, row, header, place, table, field, sheet.kind == "xlsx"
    )
