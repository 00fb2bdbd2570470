"""Ways to find wrong rows, over whole columns; each gives the rows that it refuses."""

from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linghang.errors import BadInput
from linghang.plant.problem import Flaw, Rows

Columns = tuple[str, ...]
Find = Callable[[Rows, Columns], Iterator[Flaw]]

SLACK = 1e-9
"""Relative and absolute slack of sums of quantities, which are binary floating point."""


def not_after(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows whose second column does not lie after the first."""
    earlier, last = (rows.arrays[name] for name in columns)
    yield from _flaws(pc.less_equal(last, earlier))


def before(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows whose second column lies before the first."""
    earlier, last = (rows.arrays[name] for name in columns)
    yield from _flaws(pc.less(last, earlier))


def over_sum(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows whose columns after the first add up to more than the first; an empty one counts as nothing."""
    whole, *parts = (rows.arrays[name] for name in columns)
    total = sum(_floats(part.fill_null(0)) for part in parts)
    limit = _floats(whole)
    yield from _at(np.flatnonzero(total > limit + SLACK * (1 + np.abs(limit))))


def same(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows whose two columns are equal."""
    one, other = (rows.arrays[name] for name in columns)
    yield from _flaws(pc.equal(one, other))


def none_filled(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows where all columns are empty."""
    empty = [rows.arrays[name].is_null().to_numpy(zero_copy_only=False) for name in columns]
    yield from _at(np.flatnonzero(np.logical_and.reduce(empty)))


def filled_though(word: str) -> Find:
    """Refuse rows whose first column is filled although the second has `word`."""

    def find(rows: Rows, columns: Columns) -> Iterator[Flaw]:
        filled, choice = (rows.arrays[name] for name in columns)
        yield from _flaws(pc.and_(pc.is_valid(filled), pc.equal(choice, word)))

    return find


def unlisted(known_column: str) -> Find:
    """Refuse rows whose first column is not among the known values of `known_column`, where those are known."""

    def find(rows: Rows, columns: Columns) -> Iterator[Flaw]:
        keys = rows.known.get(known_column)
        if keys is not None:
            listed = keys if isinstance(keys, pa.Array) else pa.array(list(keys), pa.string())
            array = rows.arrays[columns[0]]
            yield from _flaws(pc.and_(pc.is_valid(array), pc.invert(pc.is_in(array, value_set=listed))))

    return find


def unwritten(check: Callable[..., object]) -> Find:
    """Refuse rows whose columns `check` refuses; every distinct combination of values is asked once."""

    def find(rows: Rows, columns: Columns) -> Iterator[Flaw]:
        codes, first = _combined([rows.arrays[name] for name in columns])
        refusals: dict[int, BadInput] = {}
        for code, row in enumerate(first.tolist()):
            values = [rows.arrays[name][row].as_py() for name in columns]
            if None in values:
                continue
            try:
                check(*values)
            except BadInput as refusal:
                refusals[code] = refusal
        if refusals:
            for row in np.flatnonzero(np.isin(codes, list(refusals))).tolist():
                said = refusals[int(codes[row])]
                yield Flaw(row, said.message, said.values)

    return find


def duplicate(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows whose columns together were there in an earlier row; `first` is that row."""
    arrays = [rows.arrays[name] for name in columns]
    codes, first = _combined(arrays)
    if len(first) == len(codes):
        return
    complete = np.logical_and.reduce([array.is_valid().to_numpy(zero_copy_only=False) for array in arrays])
    again = complete & (first[codes] != np.arange(len(codes)))
    for row in np.flatnonzero(again).tolist():
        key = ", ".join(str(array[row].as_py()) for array in arrays)
        yield Flaw(row, values={"key": key, "first": int(first[codes[row]])})


def overlapping(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse rows that begin before an earlier stretch of the same key has ended; columns are key, start, end.

    An empty end lasts for ever. Rows whose end does not lie after their start are left to another check.
    """
    key, start, end = (rows.arrays[name] for name in columns)
    usable = _true(pc.and_(pc.is_valid(key), pc.is_valid(start)))
    keys, _ = _combined([key])
    starts = start.cast(pa.int64()).fill_null(0).to_numpy()
    ends = end.cast(pa.int64()).fill_null(np.iinfo(np.int64).max).to_numpy()
    places = np.flatnonzero(usable & (ends > starts))
    places = places[np.lexsort((starts[places], keys[places]))]
    if len(places) < 2:
        return
    # The largest end so far within a key: ranks make one running maximum do for all keys.
    distinct, rank = np.unique(ends[places], return_inverse=True)
    offset = keys[places] * len(distinct)
    so_far = distinct[np.maximum.accumulate(offset + rank) - offset]
    overlaps = (keys[places][1:] == keys[places][:-1]) & (starts[places][1:] < so_far[:-1])
    yield from _at(np.sort(places[1:][overlaps]))


def circular(rows: Rows, columns: Columns) -> Iterator[Flaw]:
    """Refuse one row of every circle that the two columns, read as arrows, run in; `circle` names its members."""
    heads, tails = (rows.arrays[name].to_pylist() for name in columns)
    arrows: dict[str, dict[str, int]] = defaultdict(dict)
    for row, (head, tail) in enumerate(zip(heads, tails, strict=True)):
        if head is not None and tail is not None:
            arrows[head][tail] = row
    done: set[str] = set()
    for start in list(arrows):
        if start not in done:
            yield from _circles_from(start, arrows, done)


def _circles_from(start: str, arrows: dict[str, dict[str, int]], done: set[str]) -> Iterator[Flaw]:
    path, place = [start], {start: 0}
    waiting = [iter(arrows[start].items())]
    while waiting:
        step = next(waiting[-1], None)
        if step is None:
            waiting.pop()
            left = path.pop()
            del place[left]
            done.add(left)
            continue
        node, row = step
        if node in place:
            yield Flaw(row, values={"circle": " → ".join([*path[place[node] :], node])})
        elif node not in done and node in arrows:
            place[node] = len(path)
            path.append(node)
            waiting.append(iter(arrows[node].items()))


def _combined(arrays: list[pa.Array]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number the distinct combinations of values: (number of each row, first row of each number)."""
    codes = np.zeros(len(arrays[0]), dtype=np.int64)
    first = np.zeros(min(len(codes), 1), dtype=np.int64)
    for array in arrays:
        encoded = array.dictionary_encode(null_encoding="encode")
        own = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        _, first, codes = np.unique(codes * len(encoded.dictionary) + own, return_index=True, return_inverse=True)
    return codes, first


def _floats(array: pa.Array) -> npt.NDArray[np.float64]:
    return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _true(mask: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(mask.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _flaws(wrong: pa.Array) -> Iterator[Flaw]:
    yield from _at(np.flatnonzero(_true(wrong)))


def _at(places: npt.NDArray[np.int64]) -> Iterator[Flaw]:
    return (Flaw(row) for row in places.tolist())
