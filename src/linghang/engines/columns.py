"""Columns of the records as plain arrays, for every engine."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

EMPTY = np.iinfo(np.int64).min
"""Stands for no moment."""


def micros_of(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return moments as microseconds since 1970 (UTC); `EMPTY` where there is none, or the column has no moments."""
    if not pa.types.is_timestamp(column.type):
        return np.full(len(column), EMPTY, np.int64)
    moments = pc.fill_null(column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()), EMPTY)
    return np.asarray(moments.to_numpy(), np.int64)
