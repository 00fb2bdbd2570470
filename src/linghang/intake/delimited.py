"""CSV and TSV files as sheets of texts: encoding and delimiter are found out, rows of a wrong length are named."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from linghang.errors import BadInput, Place
from linghang.intake.encodings import read_text
from linghang.intake.sheet import Problems, Rows, Sheet, of_sheet, whole
from linghang.words import later

DELIMITERS = (",", ";", "\t", "|")
MAX_COLUMNS = 1_000
BLOCK_BYTES = 8 << 20
MAX_CELL_BYTES = 1 << 20
MAX_NOTED = 64
"""Characters of a faulty row that are kept."""


def read_delimited(
    path: Path, problems: Problems, encoding: str | None = None, delimiter: str | None = None, header_row: int = 1
) -> Sheet:
    """Read a CSV or TSV file.

    Parameters
    ----------
    path
        The file, gzip or not.
    problems
        Takes the rows that are too long or too short.
    encoding, delimiter
        Else they are found out.
    header_row
        Row of the header; what stands above it is left out.

    Raises
    ------
    BadInput
        The file is no text, is empty, or its header cannot be read.
    """
    data = read_text(path, encoding)
    place = Place(str(path))
    start = 0
    for _ in range(header_row - 1):
        start = _end_of_record(data, start)
    while data[start : start + 1] in (b"\n", b"\r"):
        start += 1
        header_row += data[start - 1 : start] == b"\n"
    end = _end_of_record(data, start)
    if not data[start:end].strip():
        raise BadInput("is empty: it has no header", place)
    line = data[start:end].decode("utf-8", "replace").strip("\r\n")
    chosen = delimiter or _delimiter(line, path)
    header = tuple(cell.strip() for cell in _cells(line, chosen, place))
    if len(header) > MAX_COLUMNS:
        raise BadInput("has {count} columns; {limit} are read at most", place, count=len(header), limit=MAX_COLUMNS)
    body = _Body(memoryview(data)[end:], header, chosen, data.find(b'"', end) >= 0, place)
    columns, rows, ragged = _columns(body, header_row)
    sheet = Sheet(str(path), None, "csv", header, columns, rows, header_row)
    message = later("has {found} cells, the header has {expected}; a delimiter is missing or too many, or a quote")
    for row, found in ragged:
        problems.add(of_sheet(sheet, message, {"found": found, "expected": len(header)}, row=row))
    return without_empty_rows(sheet)


def _end_of_record(data: bytes, start: int) -> int:
    """Find where the record that begins at `start` ends: at a line end outside quotes."""
    at, quotes = start, 0
    while (end := data.find(b"\n", at)) >= 0:
        quotes += data.count(b'"', at, end)
        if quotes % 2 == 0:
            return end + 1
        at = end + 1
    if b"\n" not in data and (at := data.find(b"\r", start)) >= 0:
        return at + 1
    return len(data)


def _delimiter(line: str, path: Path) -> str:
    """Choose the delimiter that the header has most of, outside quotes."""
    plain = "".join(line.split('"')[::2])
    counts = {one: plain.count(one) for one in DELIMITERS}
    best = max(counts, key=lambda one: counts[one])
    if counts[best]:
        return best
    return "\t" if ".tsv" in path.suffixes else ","


def _cells(line: str, delimiter: str, place: Place) -> list[str]:
    if len(delimiter) != 1:
        raise BadInput("a delimiter is one character, not “{given}”", place, given=delimiter)
    csv.field_size_limit(MAX_CELL_BYTES)
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        raise BadInput("its header cannot be read: {reason}", place, reason=str(error)) from None


@dataclass(frozen=True, slots=True)
class _Body:
    """The rows of a file, not parsed yet."""

    data: memoryview
    header: tuple[str, ...]
    delimiter: str
    quoted: bool
    place: Place


def _columns(body: _Body, header_row: int) -> tuple[tuple[pa.Array, ...], Rows, list[tuple[int, int]]]:
    """Parse the rows: (columns, row numbers, rows of another length with the number of their cells)."""
    if not bytes(body.data[:64]).strip() and not bytes(body.data).strip():
        return tuple(pa.array([], pa.string()) for _ in body.header), np.empty(0, np.int64), []
    found: list[tuple[int | None, int, str]] = []
    table = _parsed(body, found, threads=True)
    if found:  # only a single thread knows the numbers of the rows
        found.clear()
        table = _parsed(body, found, threads=False)
    skipped = {number for number, _, _ in found if number is not None}
    numbers = np.arange(1, table.num_rows + len(skipped) + 1, dtype=np.int64)
    if skipped:
        numbers = numbers[~np.isin(numbers, list(skipped))]
    ragged = [(header_row + number, cells) for number, cells, text in found if number is not None and text.strip()]
    return tuple(whole(one) for one in table.columns), numbers + header_row, ragged


def _parsed(body: _Body, found: list[tuple[int | None, int, str]], *, threads: bool) -> pa.Table:
    """Parse the rows as texts; rows of another length are left out and noted in `found`."""

    def note(row: pacsv.InvalidRow) -> str:
        found.append((row.number, row.actual_columns, row.text[:MAX_NOTED]))
        return "skip"

    names = [str(place) for place in range(len(body.header))]
    try:
        return pacsv.read_csv(
            pa.BufferReader(pa.py_buffer(body.data)),
            pacsv.ReadOptions(use_threads=threads, block_size=BLOCK_BYTES, column_names=names),
            pacsv.ParseOptions(
                delimiter=body.delimiter,
                newlines_in_values=body.quoted,
                ignore_empty_lines=len(body.header) == 1,
                invalid_row_handler=note,
            ),
            pacsv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadInput("is no CSV: {reason}", body.place, reason=str(error).splitlines()[0]) from None


def without_empty_rows(sheet: Sheet) -> Sheet:
    """Leave out rows without any text: spreadsheets write them where only a format was set."""
    if not len(sheet) or any(one.null_count == 0 for one in sheet.texts):
        return sheet
    empty = _all_null(sheet.texts)
    return sheet.taken(np.flatnonzero(~empty)) if empty.any() else sheet


def _all_null(columns: Iterable[pa.Array]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    masks = [pc.is_null(one).to_numpy(zero_copy_only=False) for one in columns]
    return np.asarray(np.logical_and.reduce(masks), np.bool_)
