"""Rows of equal keys made one: the first or last of a column, its sum, least, greatest, mean, or how many there are."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linghang.intake.mapping import Take
from linghang.intake.sheet import whole

Whole = npt.NDArray[np.int64]


def codes_of(arrays: Sequence[pa.Array]) -> tuple[Whole, Whole]:
    """Number the distinct combinations of values: (number of each row, first row of each number)."""
    count = len(arrays[0]) if arrays else 0
    codes = np.zeros(count, np.int64)
    first = np.zeros(min(count, 1), np.int64)
    for array in arrays:
        encoded = array.dictionary_encode(null_encoding="encode")
        own = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        _, first, codes = np.unique(codes * len(encoded.dictionary) + own, return_index=True, return_inverse=True)
    return codes, first


def grouped(
    arrays: Mapping[str, pa.Array], takes: Mapping[str, Take], keys: Sequence[pa.Array]
) -> tuple[dict[str, pa.Array], Whole]:
    """Make one row of the rows that have equal keys, in the order of their first rows.

    Parameters
    ----------
    arrays
        Column -> values.
    takes
        Column -> what is taken of a group.
    keys
        Values that make a group.

    Returns
    -------
    The columns of the groups, and the first row of each.
    """
    codes, first = codes_of(keys)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    table = pa.table({"group": rank[codes], **arrays})
    wanted = [(name, _function(takes[name]), _options(takes[name])) for name in arrays]
    done = table.group_by("group", use_threads=False).aggregate(wanted).sort_by("group")
    found = {}
    for name, array in arrays.items():
        found[name] = whole(done.column(f"{name}_{_function(takes[name])}")).cast(array.type)
    return found, first[order]


def _function(take: Take) -> str:
    return take


def _options(take: Take) -> pc.FunctionOptions:
    if take == "count":
        return pc.CountOptions(mode="only_valid")
    return pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
