"""Read records out of the database as Arrow tables, with the digest of what was read."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.plant.columns import ARROW_TYPES

CHUNK_ROWS = 2_000
"""Rows that become columns at a time: while they fit the processor's cache it takes half as long."""


def read(engine: Engine, table: sa.Table, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table, its rows in the order of their keys.

    Parameters
    ----------
    engine
        Engine of the records.
    table
        One of the plant's tables.
    columns
        Names of the columns to read; all by default.

    Returns
    -------
    Arrow table with the plant's types: UTC microseconds, days, decimals of four places.
    """
    chosen = [table.c[name] for name in columns] if columns is not None else list(table.columns)
    query = sa.select(*chosen).order_by(*key_of(engine, table))
    with engine.connect() as connection:
        return arrow_of(connection, query, chosen)


def arrow_of(connection: sa.Connection, query: sa.Select[Any], chosen: Sequence[sa.Column[Any]]) -> pa.Table:
    """Run a query of some columns and return its rows with the plant's types."""
    schema = pa.schema([pa.field(one.name, ARROW_TYPES[one.info["kind"]]) for one in chosen])
    convert = _FROM_SQLITE if connection.dialect.name == "sqlite" else {}
    batches = [
        pa.record_batch(
            [
                convert.get(one.info["kind"], _plain)(values, field.type)
                for one, field, values in zip(chosen, schema, zip(*rows, strict=True), strict=True)
            ],
            schema,
        )
        for rows in _rows(connection, query)
    ]
    return pa.Table.from_batches(batches, schema).combine_chunks()


def key_of(engine: Engine, table: sa.Table) -> Iterator[sa.ColumnElement[Any]]:
    """Key of a table, texts by their code points in every database, whatever alphabet it was made for."""
    for column in table.primary_key.columns:
        plain = engine.dialect.name == "sqlite" or not isinstance(column.type, sa.String)
        yield column if plain else column.collate("C")


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    """Fetch in chunks: from SQLite what it stores, from PostgreSQL what SQLAlchemy makes of it."""
    if connection.dialect.name == "sqlite":
        statement = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        raw = connection.connection.cursor()
        raw.execute(statement)
        while rows := raw.fetchmany(CHUNK_ROWS):
            yield rows
        return
    result = connection.execute(query, execution_options={"yield_per": CHUNK_ROWS})  # of this query alone
    for partition in result.partitions():
        yield [tuple(row) for row in partition]


def _plain(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind)


def _moments(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(kind)


def _from_text(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.string()).cast(kind)


def _from_float(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.float64()).cast(kind)


def _from_whole(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.int64()).cast(kind)


_FROM_SQLITE: Mapping[str, Callable[[Sequence[Any], pa.DataType], pa.Array]] = {
    "when": _moments,
    "day": _from_text,
    "money": _from_float,
    "flag": _from_whole,
}
"""SQLite keeps moments and days as text, money as a float of at most fifteen digits, flags as 0 and 1."""


def digest(table: pa.Table) -> str:
    """sha256 of the content of an Arrow table: names, types and values, whatever its chunks."""
    names = [[field.name, str(field.type)] for field in table.schema]
    found = hashlib.sha256(f"{names} {table.num_rows}".encode())
    for column in table.columns:
        for chunk in column.chunks:
            found.update(chunk.is_valid().to_numpy(zero_copy_only=False))
        for part in (_lengths, _content) if pa.types.is_string(column.type) else (_content,):
            for chunk in column.chunks:
                if len(chunk):
                    found.update(part(chunk))
    return found.hexdigest()


def _lengths(chunk: pa.Array) -> memoryview:
    """Bytes of each text, nothing under a null."""
    return memoryview(pc.fill_null(pc.binary_length(chunk), 0).to_numpy())


def _content(chunk: pa.Array) -> memoryview:
    """Bytes of the values alone: what stands under a null or beside the chunk is up to chance."""
    kind = chunk.type
    if pa.types.is_boolean(kind):
        return memoryview(chunk.fill_null(False).to_numpy(zero_copy_only=False))
    if pa.types.is_string(kind):
        whole = chunk.fill_null("")
        offsets = np.frombuffer(whole.buffers()[1], np.int32)[whole.offset : whole.offset + len(whole) + 1]
        return memoryview(whole.buffers()[2] or b"")[offsets[0] : offsets[-1]]
    width = kind.bit_width // 8
    whole = chunk.fill_null(pa.scalar(0, kind))
    return memoryview(whole.buffers()[1])[whole.offset * width : (whole.offset + len(whole)) * width]


def counts(engine: Engine, tables: Mapping[str, sa.Table]) -> dict[str, int]:
    """Return the number of rows of each table."""
    with engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }
