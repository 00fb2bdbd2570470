"""Drafts written into the database: new rows added, changed ones updated, equal ones left alone, and each counted."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_in_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_in_sqlite

from linghang.intake.draft import Draft
from linghang.plant.tables import TABLES

CHUNK_ROWS = 50_000
STAGE = "incoming"

Columns = Mapping[str, pa.Array]
Told = Callable[[int], None]
"""Called with the rows written since the last call."""


@dataclass(frozen=True, slots=True)
class TableCount:
    """What became of the rows of one table."""

    table: str
    rows: int
    added: int
    changed: int
    unchanged: int


class Watching(Protocol):
    """What is told of changes before they are made."""

    def appears(self, draft: Draft) -> None:
        """All rows of a draft are new."""

    def merges(self, table: sa.Table, stage: sa.Table, connection: sa.Connection) -> None:
        """The rows of `stage` are about to be merged into `table`."""


def write_drafts(
    drafts: Sequence[Draft], connection: sa.Connection, told: Told, watching: Watching | None = None
) -> tuple[TableCount, ...]:
    """Write drafts into the transaction of a connection, referenced tables first."""
    counts = []
    for name in TABLES:
        own = [one for one in drafts if one.table.name == name and len(one)]
        if own:
            done = [_write(one, connection, told, watching) for one in own]
            counts.append(TableCount(name, *(sum(column) for column in zip(*done, strict=True))))
    return tuple(counts)


def _write(draft: Draft, connection: sa.Connection, told: Told, watching: Watching | None) -> tuple[int, int, int, int]:
    """Write one draft: (rows, added, changed, unchanged)."""
    table, rows = draft.table, len(draft)
    if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None:
        _load(table, draft.arrays, connection, told)
        if watching is not None:
            watching.appears(draft)
        return rows, rows, 0, 0
    with staged(table, draft.arrays, connection, told) as stage:
        there, equal = _compared(table, stage, connection)
        if equal < rows:
            if watching is not None:
                watching.merges(table, stage, connection)
            merge(table, stage, connection)
    return rows, rows - there, there - equal, equal


@contextmanager
def staged(
    table: sa.Table, arrays: Columns, connection: sa.Connection, told: Told = lambda _: None
) -> Iterator[sa.Table]:
    """Give a temporary table with some columns of a table and these rows."""
    columns = [sa.Column(name, table.c[name].type) for name in arrays]
    stage = sa.Table(f"{STAGE}_{table.name}", sa.MetaData(), *columns, prefixes=["TEMPORARY"])
    stage.create(connection)
    try:
        _load(stage, arrays, connection, told)
        yield stage
    finally:
        stage.drop(connection)


def on_keys(table: sa.Table, stage: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row of the one is a row of the other: by the table's key."""
    return sa.and_(*(column == stage.c[column.name] for column in table.primary_key.columns))


def equal_rows(table: sa.Table, stage: sa.Table) -> sa.ColumnElement[bool]:
    """Whether all columns of the stage that are none of the key are the same."""
    keys = table.primary_key.columns.keys()
    rest = [column.name for column in stage.columns if column.name not in keys]
    return sa.and_(sa.true(), *(table.c[name].is_not_distinct_from(stage.c[name]) for name in rest))


def _compared(table: sa.Table, stage: sa.Table, connection: sa.Connection) -> tuple[int, int]:
    """Count the rows that are there already, and those of them that are equal."""
    joined = stage.join(table, on_keys(table, stage))
    query = sa.select(sa.func.count(), sa.func.sum(sa.case((equal_rows(table, stage), 1), else_=0))).select_from(joined)
    there, equal = connection.execute(query).one()
    return int(there), int(equal or 0)


def merge(table: sa.Table, stage: sa.Table, connection: sa.Connection) -> None:
    """Add the rows of a stage that are new, and change those that differ."""
    keys = [column.name for column in table.primary_key.columns]
    rest = [column.name for column in stage.columns if column.name not in keys]
    insert: Any = insert_in_sqlite if connection.dialect.name == "sqlite" else insert_in_postgresql
    names = list(stage.columns.keys())
    chosen = sa.select(*(stage.c[name] for name in names)).where(sa.true())
    statement = insert(table).from_select(names, chosen)
    if not rest:
        connection.execute(statement.on_conflict_do_nothing(index_elements=keys))
        return
    changed = sa.or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in rest))
    updates = {name: statement.excluded[name] for name in rest}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=updates, where=changed))


def _load(table: sa.Table, arrays: Columns, connection: sa.Connection, told: Told) -> None:
    """Put all rows of arrays into a table that has none of them."""
    names = list(arrays)
    if connection.dialect.name == "sqlite":
        _load_sqlite(table, names, arrays, connection, told)
    else:
        _load_postgresql(table, names, arrays, connection, told)


def _load_sqlite(table: sa.Table, names: Sequence[str], arrays: Columns, connection: sa.Connection, told: Told) -> None:
    quoted = connection.dialect.identifier_preparer.quote
    marks = ", ".join("?" * len(names))
    listed = ", ".join(quoted(name) for name in names)
    statement = f"INSERT INTO {quoted(table.name)} ({listed}) VALUES ({marks})"
    connection.exec_driver_sql("SELECT 1")  # begin the transaction of SQLAlchemy, whose connection is used below
    cursor = connection.connection.cursor()
    try:
        for start, count in _chunks(_length(arrays)):
            columns = [_bound(arrays[name], start, count) for name in names]
            cursor.executemany(statement, zip(*columns, strict=True))  # type: ignore[arg-type]
            told(count)
    finally:
        cursor.close()


def _load_postgresql(
    table: sa.Table, names: Sequence[str], arrays: Columns, connection: sa.Connection, told: Told
) -> None:
    quoted = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quoted(name) for name in names)
    statement = f"COPY {quoted(table.name)} ({listed}) FROM STDIN (FORMAT csv)"
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for start, count in _chunks(_length(arrays)):
            rows = pa.table({name: _as_text(arrays[name].slice(start, count)) for name in names})
            written = io.BytesIO()
            pacsv.write_csv(rows, written, options)
            copy.write(written.getvalue())
            told(count)


def _length(arrays: Columns) -> int:
    return len(next(iter(arrays.values()), ()))


def _chunks(count: int) -> Iterator[tuple[int, int]]:
    for start in range(0, count, CHUNK_ROWS):
        yield start, min(CHUNK_ROWS, count - start)


def _as_text(array: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        return pc.binary_join_element_wise(array.cast(pa.timestamp("us")).cast(pa.string()), "+00", "")
    return array.cast(pa.string())


def _bound(column: pa.Array, start: int, count: int) -> list[Any]:
    """Values as SQLite keeps them: what SQLAlchemy's types of the plant would bind."""
    array = column.slice(start, count)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.timestamp("us")).cast(pa.string())
    elif pa.types.is_date(array.type):
        array = array.cast(pa.string())
    elif pa.types.is_decimal(array.type):
        array = array.cast(pa.string()).cast(pa.float64())  # a direct cast is not exact
    elif pa.types.is_boolean(array.type):
        array = array.cast(pa.int64())
    if not array.null_count:
        return list(array.to_numpy(zero_copy_only=False).tolist())
    if pa.types.is_string(array.type):
        return list(array.to_numpy(zero_copy_only=False).tolist())
    return list(array.to_pylist())
