"""Load whole tables into a new SQLite database of records, fast and always in the same way.

The same rows give the same bytes: tables in the order of their definition, rows in the order of their keys, one
transaction a table, and no journal beside the file at the end.
"""

import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linghang.plant.tables import TABLES

CHUNK_ROWS = 50_000
_SETTINGS = (
    "journal_mode=delete",
    "synchronous=off",
    "cache_size=-65536",
    "temp_store=memory",
    "locking_mode=exclusive",
)
"""A database that is thrown away where the loading fails needs no journal that survives a crash."""

Told = Callable[[int], None]
"""Called with the rows written since the last call."""


def load_tables(file: Path, tables: Mapping[str, pa.Table], told: Told) -> None:
    """Fill the empty tables of a database that nobody else has open; everything is on the disk when it returns.

    Parameters
    ----------
    file
        The database, with its tables.
    tables
        Name -> rows in the plant's Arrow types; sorted here by their keys.
    told
        Is told how many rows were written.

    Raises
    ------
    sqlite3.Error
        A row does not fit its table, or the disk refuses.
    """
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        for name in TABLES:
            if name in tables:
                connection.execute("BEGIN")
                _load(connection, name, tables[name], told)
                connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=wal").fetchall()
    finally:
        connection.close()
    _sync(file)


def _load(connection: sqlite3.Connection, name: str, rows: pa.Table, told: Told) -> None:
    keys = [(column.name, "ascending") for column in TABLES[name].primary_key.columns]
    rows = rows.take(pc.sort_indices(rows, sort_keys=keys))
    names = rows.schema.names
    listed, marks = ", ".join(f'"{one}"' for one in names), ", ".join("?" * len(names))
    statement = f'INSERT INTO "{name}" ({listed}) VALUES ({marks})'
    for start in range(0, rows.num_rows, CHUNK_ROWS):
        part = rows.slice(start, CHUNK_ROWS)
        connection.executemany(statement, zip(*(_bound(part[one]) for one in names), strict=True))
        told(part.num_rows)


def _bound(column: pa.ChunkedArray) -> list[Any]:
    """Values as SQLite keeps them: what SQLAlchemy's types of the plant would bind."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us")).cast(pa.string())
    elif pa.types.is_date(kind):
        column = column.cast(pa.string())
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.string()).cast(pa.float64())  # a direct cast is not exact
    elif pa.types.is_boolean(kind):
        column = column.cast(pa.int64())
    if column.null_count and not pa.types.is_string(column.type):
        return list(column.to_pylist())
    return list(column.to_numpy(zero_copy_only=False).tolist()) if column.num_chunks else []


def _sync(file: Path) -> None:
    opened = os.open(file, os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
