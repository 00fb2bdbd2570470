"""XLSX workbooks as sheets of texts, with guards: hostile, merged, broken and uncalculated cells are refused."""

import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pyarrow as pa

from linghang.errors import BadInput, Place, nearest, reason_of
from linghang.intake.delimited import MAX_COLUMNS, without_empty_rows
from linghang.intake.package import check_package, merged_cells, sheet_parts
from linghang.intake.sheet import Problems, Sheet, letter, of_sheet
from linghang.words import later

MAX_CELLS = 50_000_000
ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"))
PERCENT_FORMATS = (9, 10)
_DAMAGES = (ParseError, LookupError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)
_EXACT = 1e15
Row = list[str | None]


def read_workbook(
    path: Path,
    problems: Problems,
    wanted: str | None = None,
    header_row: int | None = None,
    skipped: Collection[str] = (),
) -> list[Sheet]:
    """Read the sheets of a workbook that have anything in them.

    Parameters
    ----------
    path
        The workbook.
    problems
        Takes merged cells, cells that hold an error, and formulas without a result.
    wanted
        Only the sheet of this name.
    header_row
        Row of the header (else the first row that has anything).
    skipped
        Names of sheets that hold no records.

    Raises
    ------
    BadInput
        It is no XLSX workbook, is too large or hostile, or has no such sheet.
    """
    place = Place(str(path))
    if path.suffix.lower() == ".xls":
        raise BadInput("is an old .xls workbook; save it as .xlsx", place)
    check_package(path)
    parts = sheet_parts(path)
    sheets = []
    with _opened(path, values=True) as book:
        percent = _has_percent(book)
        chosen = [
            one for one in book.worksheets if one.title == wanted or (wanted is None and one.title not in skipped)
        ]
        if not chosen:
            near = nearest(str(wanted), book.sheetnames)
            raise BadInput("has no sheet “{name}”; {near}", place, name=wanted, near=near)
        for one in chosen:
            sheet = _sheet(path, one, percent, header_row)
            if sheet is not None:
                _note(path, sheet, parts.get(one.title), problems, header_row is not None)
                sheets.append(without_empty_rows(sheet))
    return sheets


def first_rows(path: Path, count: int, skipped: Collection[str] = ()) -> list[tuple[str, list[Row], int]]:
    """Return for each sheet its name, its first rows as texts, and how many rows it says it has.

    Raises
    ------
    BadInput
        It is no XLSX workbook, is too large or hostile.
    """
    check_package(path)
    found = []
    with _opened(path, values=True) as book:
        percent = _has_percent(book)
        for one in book.worksheets:
            if one.title in skipped:
                continue
            said = one.max_row or 0
            one.reset_dimensions()
            rows = [[_text(cell) for cell in values[:MAX_COLUMNS]] for values in islice(_rows(one, percent), count)]
            if any(map(any, rows)):
                found.append((one.title, rows, max(said, len(rows))))
    return found


def _note(path: Path, sheet: Sheet, part: str | None, problems: Problems, chosen: bool) -> None:
    """Name what is wrong with a sheet as a spreadsheet; above a header that was `chosen` anything may stand."""
    merges, formulas = merged_cells(path, part) if part else ([], False)
    _note_merges(sheet, [one for one in merges if not chosen or one[2] >= sheet.header_row], problems)
    _note_errors(sheet, problems)
    if formulas:
        _note_formulas(path, sheet, problems)


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Any]:
    """Open a workbook; whatever its parsers raise, also later, is a refusal."""
    import warnings

    import openpyxl

    place = Place(str(path))
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-downs and other extensions that only Excel needs
            book = openpyxl.load_workbook(file, read_only=True, data_only=values, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except BadInput:
        raise
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    except _DAMAGES as error:
        raise BadInput("is a damaged workbook: {reason}", place, reason=_first_line(error)) from None


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _has_percent(book: Any) -> bool:
    written = [str(one) for one in book._number_formats]
    return any(style.numFmtId in PERCENT_FORMATS for style in book._cell_styles) or any("%" in one for one in written)


def _sheet(path: Path, worksheet: Any, percent: bool, header_row: int | None) -> Sheet | None:
    """Read the rows of one sheet; None where it is empty."""
    worksheet.reset_dimensions()  # what a file says of its own size need not be true
    place = Place(f"{path} [{worksheet.title}]")
    header: tuple[str, ...] | None = None
    rows: list[Sequence[str | None]] = []
    numbers: list[int] = []
    cells = 0
    for number, values in enumerate(_rows(worksheet, percent), start=1):
        width = len(values)
        cells += width
        if width > MAX_COLUMNS * 4 or cells > MAX_CELLS:
            raise BadInput("is too large: {count} cells are read at most", place, count=f"{MAX_CELLS:,}")
        texts = [_text(one) for one in values]
        if header is None:
            if header_row == number or (header_row is None and any(texts)):
                header, header_row = tuple((one or "").strip() for one in texts), number
            continue
        if any(one is not None for one in texts):
            rows.append(texts)
            numbers.append(number)
    if header is None or header_row is None:
        return None
    used = max((_used(one) for one in [header, *rows]), default=0)
    if used > MAX_COLUMNS:
        raise BadInput("has {count} columns; {limit} are read at most", place, count=used, limit=MAX_COLUMNS)
    columns = tuple(pa.array([row[at] if at < len(row) else None for row in rows], pa.string()) for at in range(used))
    whole = (*header[:used], *("",) * (used - len(header)))
    return Sheet(str(path), worksheet.title, "xlsx", whole, columns, np.array(numbers, np.int64), header_row)


def _used(row: Sequence[str | None]) -> int:
    return max((at + 1 for at, cell in enumerate(row) if cell), default=0)


def _rows(worksheet: Any, percent: bool) -> Iterator[Sequence[Any]]:
    if not percent:
        yield from worksheet.iter_rows(values_only=True)
        return
    for row in worksheet.iter_rows():
        yield [_percent(one) if isinstance(one.value, int | float) else one.value for one in row]


def _percent(cell: Any) -> Any:
    """Give a number that is shown as per cent as the text that is shown: 0.05 is 5%."""
    if isinstance(cell.value, bool) or "%" not in str(cell.number_format):
        return cell.value
    return f"{Decimal(repr(cell.value)) * 100:f}%"


def _text(value: Any) -> str | None:
    """Write a cell as text that reads back as the same value."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return repr(value.total_seconds()) + " s"
    return str(value)


def _note_merges(sheet: Sheet, merges: Sequence[tuple[str, int, int, int]], problems: Problems) -> None:
    """Name merged cells: only the first of them holds a value."""
    for reference, first, last, place in merges:
        if first <= sheet.header_row <= last or last < sheet.header_row:
            message = later("{cells} is one merged cell in the header; give every column its own cell in one row")
        else:
            message = later("{cells} is one merged cell; take the merging away and fill every row")
        problems.add(of_sheet(sheet, message, {"cells": reference}, row=first, place=place))


def _note_errors(sheet: Sheet, problems: Problems) -> None:
    import pyarrow.compute as pc

    for place, column in enumerate(sheet.texts):
        wrong = pc.is_in(column, value_set=pa.array(sorted(ERRORS)))
        for at in np.flatnonzero(wrong.to_numpy(zero_copy_only=False)).tolist():
            message = later("the cell holds the error {error}; mend its formula, or leave it empty")
            values = {"error": column[at].as_py()}
            problems.add(of_sheet(sheet, message, values, row=int(sheet.rows[at]), place=place))


def _note_formulas(path: Path, sheet: Sheet, problems: Problems) -> None:
    """Name formulas that were never calculated: their cells look empty."""
    with _opened(path, values=False) as book:
        worksheet = book[sheet.name]
        worksheet.reset_dimensions()
        known = {int(number): at for at, number in enumerate(sheet.rows)}
        for number, values in enumerate(worksheet.iter_rows(values_only=True), start=1):
            for place, value in enumerate(values):
                if isinstance(value, str) and value.startswith("=") and place < len(sheet.texts):
                    at = known.get(number)
                    if at is None or not sheet.texts[place][at].is_valid:
                        message = later("{cell} holds a formula without its result; open and save it in Excel or WPS")
                        cell = {"cell": f"{letter(place)}{number}"}
                        problems.add(of_sheet(sheet, message, cell, row=number, place=place))
