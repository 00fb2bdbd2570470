"""Rows of the plant's tables, from columns of numpy arrays, lists or single values."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

Records = Mapping[str, pa.Table]
"""Table -> its rows, in the plant's Arrow types."""

_FEN = pa.scalar(Decimal("0.0100"), pa.decimal128(5, 4))


def rows_of(table: str, count: int, /, **columns: Any) -> pa.Table:
    """Make rows of a table.

    Parameters
    ----------
    table
        Name of the table.
    count
        Number of rows.
    **columns
        Name -> numpy array, Arrow array or list of that length, or one value for all rows. Moments are UTC
        microseconds, days are days since 1970 (or `date`), money is CNY as a number. What is left out is empty.

    Raises
    ------
    KeyError
        A column is not one of the table's.
    """
    schema = arrow_schema(TABLES[table])
    if unknown := set(columns) - set(schema.names):
        raise KeyError(f"{table} has no columns {sorted(unknown)}")
    arrays = [
        _array(columns[field.name], field.type, count) if field.name in columns else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def listed(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make rows of a table from a few dicts; a key that a row lacks is empty there."""
    names = dict.fromkeys(name for row in rows for name in row)
    return rows_of(table, len(rows), **{name: [row.get(name) for row in rows] for name in names})


def _array(values: Any, kind: pa.DataType, count: int) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array | np.ndarray | list | tuple):
        return pa.repeat(_scalar(values, kind), count)
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        values = pa.array(values)
    if pa.types.is_decimal(kind):
        return _money(values, kind)
    if isinstance(values, pa.Array):
        return values if values.type == kind else values.cast(kind)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        if pa.types.is_timestamp(kind):
            return pa.array(values.astype(np.int64)).cast(pa.timestamp("us")).cast(kind)
        if pa.types.is_date(kind):
            return pa.array(values.astype(np.int32)).cast(kind)
    return pa.array(values, type=kind)


def _scalar(value: Any, kind: pa.DataType) -> pa.Scalar:
    if pa.types.is_decimal(kind) and value is not None:
        return _money([value], kind)[0]
    return pa.scalar(value, kind)


def _money(values: Any, kind: pa.DataType) -> pa.Array:
    """Round to the fen: a works pays in whole fen."""
    numbers = values if isinstance(values, pa.Array) else pa.array(values, pa.float64())
    fen = pc.round(pc.multiply(numbers.cast(pa.float64()), 100.0)).cast(pa.int64())
    return pc.multiply(fen.cast(pa.decimal128(19, 0)), _FEN).cast(kind)
