"""Checks of records before they are kept: what each column says of itself, and what only several columns together say.

`check_rows` takes the rows of one table as columns and names everything that is wrong with them, by row and column.
It reads no clock and no database: what time it is and which keys are known are arguments.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from linghang.errors import BadInput, nearest
from linghang.plant.column_checks import column_problems, typed
from linghang.plant.columns import ARROW_TYPES
from linghang.plant.problem import Column, Known, Problem, Rows
from linghang.plant.row_checks import CHECKS
from linghang.plant.tables import TABLES
from linghang.words import later

__all__ = ["CHECKS", "Column", "Known", "Problem", "check_rows", "columns_of"]


def check_rows(
    table_name: str, columns: Mapping[str, Column], known: Known | None = None, now: datetime | None = None
) -> list[Problem]:
    """Name everything that is wrong with rows of a table, in the order of rows.

    Parameters
    ----------
    table_name
        One of `linghang.plant.tables.TABLES`.
    columns
        Column name -> values, all of one length. An empty value is None.
    known
        `table.column` -> keys known there (those of rows about to be kept included); a reference into a
        column that is not named here is not checked.
    now
        With a time zone; what may not lie in the future is compared to it. Not checked where it is None.

    Raises
    ------
    BadInput
        If there is no such table, or columns differ in length.
    """
    table = TABLES.get(table_name)
    if table is None:
        raise BadInput("no table {name}; {near}", name=table_name, near=nearest(table_name, tuple(TABLES)))
    if len({len(values) for values in columns.values()}) > 1:
        raise BadInput("the columns of {table} differ in length", table=table.info["title"])
    problems = list(_shape(table, columns))
    arrays: dict[str, pa.Array] = {}
    for name, values in columns.items():
        if name in table.columns:
            arrays[name], flawed = typed(table.columns[name], values)
            problems += flawed
    given = tuple(arrays)
    count = len(next(iter(columns.values()))) if columns else 0
    for column in table.columns:
        if column.nullable and column.name not in arrays:
            arrays[column.name] = pa.nulls(count, ARROW_TYPES[column.info["kind"]])
    rows = Rows(table, arrays, known or {}, now)
    refused = {(problem.row, problem.column) for problem in problems}
    for name in given:
        problems += (
            problem for problem in column_problems(table.columns[name], rows) if (problem.row, name) not in refused
        )
    for check in CHECKS.get(table_name, ()):
        if rows.has(*check.columns):
            problems += check.problems(rows)
    problems.sort(key=lambda problem: -1 if problem.row is None else problem.row)
    return problems


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Turn rows (as dicts) into columns; a key that a row lacks is None there."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _shape(table: sa.Table, columns: Mapping[str, Column]) -> Iterator[Problem]:
    for name in columns:
        if name not in table.columns:
            near = nearest(name, tuple(table.columns.keys()))
            message = later("{table} has no column {name}; {near}")
            yield Problem(
                None, name, "column.name", message, {"table": table.info["title"], "name": name, "near": near}
            )
    for column in table.columns:
        if not column.nullable and column.name not in columns:
            message = later("the column {title} ({name}) is missing")
            values = {"title": column.info["title"], "name": column.name}
            yield Problem(None, column.name, "column.required", message, values)
