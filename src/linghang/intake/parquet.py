"""Parquet files as sheets of texts."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linghang.errors import BadInput, Place, reason_of
from linghang.intake.delimited import MAX_COLUMNS, without_empty_rows
from linghang.intake.sheet import Sheet, whole

MAX_ROWS = 50_000_000


def read_parquet(path: Path) -> Sheet:
    """Read a Parquet file; its values are written as texts that read back as the same values.

    Raises
    ------
    BadInput
        It is no Parquet file, or a column holds neither texts, numbers, flags nor times.
    """
    place = Place(str(path))
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MAX_ROWS or file.metadata.num_columns > MAX_COLUMNS:
                raise BadInput("is too large: {count} rows are read at most", place, count=f"{MAX_ROWS:,}")
            table = file.read()
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadInput("is not a Parquet file", place) from None
    except OSError as error:
        if error.errno is None:  # the library's own word for a damaged footer
            raise BadInput("is not a Parquet file", place) from None
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    texts = tuple(_texts(column, place, name) for name, column in zip(table.column_names, table.columns, strict=True))
    rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return without_empty_rows(Sheet(str(path), None, "parquet", tuple(table.column_names), texts, rows, 0))


def _texts(column: pa.ChunkedArray, place: Place, name: str) -> pa.Array:
    array = whole(column)
    try:
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
            raise pa.ArrowInvalid("bytes")
        if pa.types.is_timestamp(array.type) and array.type.tz is not None:
            array = array.cast(pa.timestamp("us", "UTC"), safe=False)
        elif pa.types.is_timestamp(array.type):
            array = array.cast(pa.timestamp("us"), safe=False)
        text = array.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadInput(
            "its values ({kind}) are neither texts, numbers, flags nor times",
            Place(place.file, column=name),
            kind=str(array.type),
        ) from None
    refuse_nul(text, place, name)
    return pc.if_else(pc.equal(text, ""), None, text)


def refuse_nul(text: pa.Array, place: Place, name: str) -> None:
    """Refuse texts with a NUL byte: no database of records takes them."""
    if pc.any(pc.match_substring(text, "\0")).as_py():
        raise BadInput("holds a NUL byte, which is no text", Place(place.file, column=name))
