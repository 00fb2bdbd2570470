"""A first look at a file: what it is, its sheets, where their headers stand, and their first rows as they are."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from linghang.errors import BadInput, Place
from linghang.intake.delimited import DELIMITERS, MAX_COLUMNS
from linghang.intake.encodings import read_encoded
from linghang.intake.headers import column_named, names_of
from linghang.intake.parquet import read_parquet
from linghang.intake.sheet import Kind, Sheet
from linghang.intake.sources import PARQUETS, WORKBOOKS
from linghang.intake.template import OTHER_SHEETS
from linghang.intake.workbook import Row, first_rows
from linghang.plant.tables import TABLES

LOOKED_ROWS = 200
"""Rows that are looked at: enough to see a header, and how the values are written."""
HEADER_WITHIN = 20
_LOOKED_BYTES = 4 << 20
_FEWEST = 0.5
"""Share of the widest row of which a header fills more."""


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of one sheet.

    Attributes
    ----------
    file
        Name of the file.
    name
        The sheet; None where the file is the sheet.
    rows
        The first rows as they stand, empty ones too.
    first
        Number of the first of them: 1, or 0 where the header is no row (Parquet).
    total
        Rows of the sheet as far as that is known without reading it.
    header
        Number of the row that looks like the header.
    encoding, delimiter
        Of text files.
    """

    file: str
    name: str | None
    kind: Kind
    rows: tuple[tuple[str | None, ...], ...]
    first: int
    total: int
    header: int
    encoding: str | None = None
    delimiter: str | None = None

    def columns(self, header: int | None = None) -> tuple[str, ...]:
        """Return the names by which a mapping knows the columns below a header row."""
        return names_of(self._header(self.header if header is None else header))

    def _header(self, header: int) -> tuple[str, ...]:
        place = header - self.first
        given = self.rows[place] if 0 <= place < len(self.rows) else ()
        width = max((len(one) for one in self.rows[max(place, 0) :]), default=0)
        return tuple((given[at] or "").strip() if at < len(given) else "" for at in range(width))

    def sheet(self, header: int | None = None) -> Sheet:
        """Return what was looked at as a sheet; its columns have names of their own."""
        row = self.header if header is None else header
        names = names_of(self._header(row))
        below = [
            (number, one)
            for number, one in enumerate(self.rows, start=self.first)
            if number > row and any(cell is not None for cell in one)
        ]
        texts = tuple(
            pa.array([one[at] if at < len(one) else None for _, one in below], pa.string()) for at in range(len(names))
        )
        numbers = np.array([number for number, _ in below], np.int64)
        return Sheet(self.file, self.name, self.kind, names, texts, numbers, row)


def look_at(path: Path, encoding: str | None = None, delimiter: str | None = None) -> tuple[Look, ...]:
    """Look at the sheets of a file.

    Parameters
    ----------
    encoding, delimiter
        Of a text file, where they are known; else they are found out.

    Raises
    ------
    BadInput
        It is none of the files that can be read, is damaged, hostile or empty.
    """
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise BadInput("is an old .xls workbook; save it as .xlsx", Place(str(path)))
    if suffix in WORKBOOKS:
        looks = [
            _look(path, name, "xlsx", rows, total) for name, rows, total in first_rows(path, LOOKED_ROWS, OTHER_SHEETS)
        ]
    elif suffix in PARQUETS:
        looks = [_parquet(path)]
    else:
        looks = [_text(path, encoding, delimiter)]
    if not looks:
        raise BadInput("is empty: it has no header", Place(str(path)))
    return tuple(looks)


def _look(path: Path, name: str | None, kind: Kind, rows: Sequence[Row], total: int) -> Look:
    kept = tuple(tuple(one) for one in rows)
    return Look(path.name, name, kind, kept, 1, total, header_row(kept))


def _parquet(path: Path) -> Look:
    sheet = read_parquet(path)
    columns = [one.slice(0, LOOKED_ROWS).to_pylist() for one in sheet.texts]
    rows = (sheet.header, *zip(*columns, strict=True))
    return Look(path.name, None, "parquet", tuple(rows), 0, len(sheet), 0)


def _text(path: Path, encoding: str | None, delimiter: str | None) -> Look:
    data, found = read_encoded(path, encoding)
    head = data[:_LOOKED_BYTES]
    if len(data) > len(head) and b"\n" in head:
        head = head[: head.rfind(b"\n") + 1]
    text = head.decode("utf-8", "replace")
    if not text.strip():
        raise BadInput("is empty: it has no header", Place(str(path)))
    chosen = delimiter or _delimiter(text)
    if len(chosen) != 1:
        raise BadInput("a delimiter is one character, not “{given}”", Place(str(path)), given=chosen)
    try:
        rows = [
            [cell or None for cell in one[:MAX_COLUMNS]]
            for one in islice(csv.reader(io.StringIO(text, newline=""), delimiter=chosen), LOOKED_ROWS)
        ]
    except csv.Error as error:
        raise BadInput("is no CSV: {reason}", Place(str(path)), reason=str(error)) from None
    look = _look(path, None, "csv", rows, data.count(b"\n") + (not data.endswith(b"\n")))
    return replace(look, encoding=found, delimiter=chosen)


def _delimiter(text: str) -> str:
    """Choose the delimiter that cuts most rows into equally many cells."""
    lines = [line for line in text.splitlines()[:LOOKED_ROWS] if line.strip()]

    def fits(one: str) -> int:
        counts = Counter("".join(line.split('"')[::2]).count(one) for line in lines)
        return max((times * count for count, times in counts.items() if count), default=0)

    best = max(DELIMITERS, key=fits)
    return best if fits(best) else ","


def header_row(rows: Sequence[Sequence[str | None]]) -> int:
    """Return the number (from 1) of the row that looks most like a header.

    That is the row with most names of columns of ours; where none knows any, the first that fills more than half of
    the sheet's width with different texts that are no numbers.
    """
    beginning = rows[:HEADER_WITHIN]
    known = [_known(one) for one in beginning]
    best = max(known, default=0)
    if best >= 2:
        return known.index(best) + 1
    width = max((sum(cell is not None for cell in one) for one in rows), default=0)
    for number, one in enumerate(beginning, start=1):
        filled = [cell.strip() for cell in one if cell and cell.strip()]
        words = [cell for cell in filled if not _is_number(cell)]
        if len(filled) > width * _FEWEST and len(words) > len(filled) / 2 and len(set(filled)) == len(filled):
            return number
    return next((number for number, one in enumerate(beginning, start=1) if any(one)), 1)


def _known(row: Sequence[str | None]) -> int:
    """How many cells of a row name columns of one table of ours."""
    cells = [cell for cell in row if cell]
    if len(cells) < 2:
        return 0
    return max(len({found[0] for cell in cells if (found := column_named(one, cell))}) for one in TABLES.values())


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True
