"""Ids of many rows at once, joined from parts in Arrow."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def chosen(names: Sequence[str], numbers: npt.NDArray[np.int64]) -> pa.Array:
    """Return the name of each number."""
    return pa.array(names, pa.string()).take(pa.array(numbers))


def padded(numbers: npt.NDArray[np.int64], width: int) -> pa.Array:
    """Numbers with leading zeros."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def joined(*parts: "pa.Array | str", between: str = "-") -> pa.Array:
    """Join parts of ids row by row."""
    columns = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*columns, pa.scalar(between))


def days_as_text(days: npt.NDArray[np.int64]) -> pa.Array:
    """Days since 1970 as yymmdd."""
    return pc.strftime(pa.array(days.astype(np.int32)).cast(pa.date32()).cast(pa.timestamp("s")), "%y%m%d")


def numbered(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return 1, 2, 3 … within each group, in the order of rows."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    new = np.append(True, ordered[1:] != ordered[:-1]) if len(groups) else np.zeros(0, bool)
    starts = np.flatnonzero(new)
    within = np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups)))) + 1
    numbers = np.empty(len(groups), dtype=np.int64)
    numbers[order] = within
    return numbers
