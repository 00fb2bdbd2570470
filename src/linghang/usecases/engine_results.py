"""What engines found, as faces show it: the runs that are kept, their tables a page at a time, and as files."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from linghang.errors import BadInput, NotThere, nearest
from linghang.store import results
from linghang.store.workspace import open_workspace
from linghang.words import language

FileKind = Literal["csv", "parquet", "xlsx"]
MEDIA: Mapping[FileKind, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_SHEET_ROWS = 1_048_575
"""Rows that a sheet of a workbook has room for below its head (ECMA-376)."""
UNITS = {
    "cny": "CNY",
    "d": "d",
    "h": "h",
    "kg": "kg",
    "kgce": "kgce",
    "kw": "kW",
    "kwh": "kWh",
    "m3": "m³",
    "min": "min",
    "mm": "mm",
    "percent": "%",
    "s": "s",
    "t": "t",
    "tce": "tce",
}
"""End of a column's name -> the unit that it stands for."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it spreadsheets take Chinese in CSV for something else."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run whose result is kept.

    Attributes
    ----------
    name
        Names sort by time.
    at
        When it ended (UTC); None where the name does not say.
    """

    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ResultRows:
    """A page of a table of a result.

    Attributes
    ----------
    rows
        With the columns that say something in the reader's language.
    total
        Rows of the whole table.
    columns
        Column -> its kind: `number`, `when`, `yes_no` or `text`.
    """

    rows: list[dict[str, Any]]
    total: int
    columns: Mapping[str, str]


def runs_of(folder: Path, id: str) -> list[KeptRun]:
    """Return the runs of an engine whose results are kept, the newest first."""
    open_workspace(folder)
    return [KeptRun(one, _moment(one)) for one in results.runs(folder, id)]


def document_of(folder: Path, id: str, run: str = "") -> tuple[str, dict[str, Any]]:
    """Return name and document of a run; of the newest one where none is named.

    Raises
    ------
    NotThere
        No result of the engine, or none of that name, is kept.
    """
    name = _known(folder, id, run)
    return name, results.document_of(folder, id, name)


def rows_of(
    folder: Path, id: str, run: str, table: str, *, offset: int = 0, limit: int = 100, order: str = ""
) -> ResultRows:
    """Return a page of a table of a result.

    Parameters
    ----------
    offset, limit
        Which rows: `[offset, offset + limit)`.
    order
        Column to sort by, with a minus before it from the greatest.

    Raises
    ------
    NotThere
        No such run or table.
    BadInput
        No such column, or the table is damaged.
    """
    found = _table(folder, id, run, table)
    columns = shown_columns(found)
    name = order.removeprefix("-")
    if name:
        if name not in found.column_names:
            raise BadInput("{table} has no column {name}; {near}", table=table, name=name, near=nearest(name, columns))
        found = found.sort_by([(name, "descending" if order.startswith("-") else "ascending")])
    page = found.select(columns).slice(offset, limit)
    kinds = {one: _kind(found.schema.field(one).type) for one in columns}
    return ResultRows(page.to_pylist(), found.num_rows, kinds)


def all_rows_of(folder: Path, id: str, run: str, table: str) -> list[dict[str, Any]]:
    """Return all rows of a table of a result, with all of its columns.

    Raises
    ------
    NotThere
        No such run or table.
    """
    rows: list[dict[str, Any]] = _table(folder, id, run, table).to_pylist()
    return rows


def file_of(folder: Path, id: str, run: str, table: str, kind: FileKind) -> bytes:
    """Return a table of a result as a file; all of its columns, under the names that programs use.

    Raises
    ------
    NotThere
        No such run or table.
    BadInput
        More rows than a workbook holds.
    """
    found = _table(folder, id, run, table)
    sink = io.BytesIO()
    if kind == "parquet":
        pq.write_table(found, sink, compression="zstd")
    elif kind == "csv":
        sink.write(BYTE_ORDER_MARK)
        pa_csv.write_csv(_flat(found), sink)
    else:
        _workbook(found, sink, table)
    return sink.getvalue()


def shown_columns(table: pa.Table) -> list[str]:
    """Return the columns that say something; of those in both languages the one that is spoken."""
    names = table.column_names
    twice = {one for one in names if language() == "zh" and f"{one}_zh" in names}
    twice |= {one for one in names if one.endswith("_en" if language() == "zh" else "_zh")}
    return [one for one in names if one not in twice and (table[one].null_count < len(table) or not len(table))]


def column_title(name: str, titled: Mapping[str, str] | None) -> str:
    """Return the title of a column with the unit that its name ends in; its name where it has no title."""
    unit = UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""
    title = titled[language()] if titled else name
    return f"{title} ({unit})" if unit and titled and unit not in title else title


def _known(folder: Path, id: str, run: str) -> str:
    known = [one.name for one in runs_of(folder, id)]
    if not known:
        raise NotThere("the engine {id} has no result yet; ask for a run", id=id)
    if run and run not in known:
        raise NotThere("no result {run} of {id} is kept; {near}", run=run, id=id, near=nearest(run, known))
    return run or known[0]


def _table(folder: Path, id: str, run: str, table: str) -> pa.Table:
    name, document = document_of(folder, id, run)
    if table not in document["tables"]:
        raise NotThere("this result has no table {table}; {near}", table=table, near=nearest(table, document["tables"]))
    try:
        return pq.read_table(folder / results.FOLDER / id / name / f"{table}.parquet")
    except (OSError, pa.ArrowException) as error:
        raise BadInput("the table {table} is damaged: {reason}", table=table, reason=error) from None


def _kind(type_: pa.DataType) -> str:
    if pa.types.is_boolean(type_):
        return "yes_no"
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "number"
    return "when" if pa.types.is_timestamp(type_) else "text"


def _flat(table: pa.Table) -> pa.Table:
    """Say lists and the like as text: CSV has no room for them."""
    flat = table
    for place, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            said = ["" if one is None else _said(one) for one in table[field.name].to_pylist()]
            flat = flat.set_column(place, field.name, pa.array(said, pa.string()))
    return flat


def _workbook(table: pa.Table, sink: io.BytesIO, name: str) -> None:
    import xlsxwriter

    if table.num_rows > MOST_SHEET_ROWS:
        raise BadInput("{rows} rows are more than a workbook holds; take CSV or Parquet", rows=f"{table.num_rows:,}")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(sink, options) as book:
        sheet = book.add_worksheet(name[:31])
        head, when = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, table.column_names, head)
        for at, row in enumerate(table.to_pylist(), 1):
            for place, value in enumerate(row.values()):
                if isinstance(value, datetime):
                    sheet.write_datetime(at, place, value.replace(tzinfo=None), when)
                elif value is not None:
                    sheet.write(at, place, value if isinstance(value, bool | int | float) else _said(value))


def _said(value: object) -> str:
    return "; ".join(map(_said, value)) if isinstance(value, list) else str(value)


def _moment(run: str) -> datetime | None:
    try:
        return datetime.strptime(run.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
