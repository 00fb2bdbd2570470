"""A table of enterprises as the column evaluator reads it: Arrow columns in blocks of rows that fit the cache."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.conditions.model import Table
from linghang.errors import BadInput, Place
from linghang.judge.cuts import cuts, decimal_of, shifted
from linghang.judge.planes import Plane, Trits, as_words, nothing, pack, unpack, words
from linghang.words import Word, later, tr

DATES_OR_NUMBERS = (later("dates"), later("numbers"))

BLOCK = 1 << 15
"""Rows of a block: a multiple of 64, so that planes of blocks join without shifting."""

Array = npt.NDArray[Any]


class Population:
    """Enterprises as columns, cut into blocks that remember what was computed of them.

    What is remembered is named by its whole meaning (rule, table content, floor), never by a pack's id, so
    another pack or threshold can be judged on the same population without the one leaking into the other.

    Parameters
    ----------
    table
        One column a field; a column that is not there is unknown.
    file, first_row
        Name of the input, and number of its first row here, for messages.
    """

    def __init__(self, table: pa.Table | pa.RecordBatch, file: str = "", first_row: int = 0) -> None:
        self.rows: int = table.num_rows
        columns = {name: _one_array(table.column(name)) for name in table.schema.names}
        self.blocks = tuple(
            Block(columns, start, min(BLOCK, self.rows - start), file, first_row)
            for start in range(0, self.rows, BLOCK)
        )


class Block:
    """Some consecutive rows of a population, and the planes computed of them."""

    def __init__(self, columns: Mapping[str, pa.Array], start: int, rows: int, file: str, first_row: int) -> None:
        self.columns = columns
        self.start = start
        self.rows = rows
        self.file = file
        self.first_row = first_row
        self.size = words(self.rows)
        self.memo: dict[str, Any] = {}

    def findings(self, column: str) -> Trits:
        """Return a column of findings: 1 met, 0 unmet, null unknown, -1 not applicable; absent is unknown."""
        array = self._slice(column)
        if array is None or pa.types.is_null(array.type):
            return nothing(self.size)
        if pa.types.is_boolean(array.type):
            met, known = self._bits(array.buffers()[1], array.offset), self._valid(array)
            return Trits(met, ~met) if known is None else Trits(met & known, ~met & known)
        values = self._values(array, column)
        return self._checked(column, array, values)

    def numbers(self, column: str, dates: bool = False) -> "Numbers | None":
        """Return a column of numbers (or dates) with the rows in which they are known; None if it is absent."""
        array = self._slice(column)
        if array is None or pa.types.is_null(array.type):
            return None
        if dates != pa.types.is_temporal(array.type):
            wanted = Word("dates") if dates else Word("numbers")
            raise BadInput(
                "column {name} holds {found}; {wanted} are needed",
                Place(self.file),
                name=column,
                found=array.type,
                wanted=wanted,
            )
        scale = 0
        if pa.types.is_decimal(array.type):
            values, scale = self._unscaled(array, column), array.type.scale
        elif pa.types.is_date32(array.type):
            values = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + self.rows]
        elif pa.types.is_timestamp(array.type) or pa.types.is_date64(array.type):
            return _days(self, array)
        else:
            values = self._values(array, column)
        known = self._valid(array)
        if values.dtype.kind == "f":
            number = pack(values == values)
            known = number if known is None else known & number
        return Numbers(values, known, scale)

    def codes(self, column: str, codes: tuple[str, ...]) -> Array:
        """Return each row's place among `codes`, `len(codes)` where its code is null, absent or not among them."""
        array = self._slice(column)
        missing = len(codes)
        if array is None or pa.types.is_null(array.type):
            return np.full(self.rows, missing, np.intp)
        if (
            pa.types.is_integer(array.type)
            and array.null_count == 0
            and (small := self._small(array, column, codes)) is not None
        ):
            return small
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        place = {code: at for at, code in enumerate(codes)}
        lookup = np.array(
            [place.get(str(value), missing) for value in array.dictionary.to_pylist()] + [missing], np.intp
        )
        indices = array.indices.fill_null(len(lookup) - 1).to_numpy(zero_copy_only=False)
        found: Array = lookup[indices]
        return found

    def distinct(self, column: str) -> tuple[str, ...]:
        """Return every code that occurs in a column."""
        array = self._slice(column)
        values = [] if array is None else array.unique().to_pylist()
        return tuple(sorted({str(value) for value in values if value is not None}))

    def present(self, column: str) -> Plane:
        """Return the rows in which a column is not null."""
        array = self._slice(column)
        if array is None or pa.types.is_null(array.type):
            return np.zeros(self.size, np.uint64)
        valid = self._valid(array)
        return np.full(self.size, ~np.uint64(0)) if valid is None else valid

    def strengths(self, column: str) -> tuple[Plane, Plane] | None:
        """Return where a column of proofs says documented or better, and measured; None if it is absent."""
        array = self._slice(column)
        if array is None:
            return None
        at = self.codes(column, ("declared", "documented", "measured"))
        if (wrong := (at == 3) & ~_null_rows(array)).any():
            row = int(np.flatnonzero(wrong)[0])
            raise self._refuse(
                column,
                row,
                "“{value}” is not one of {choices}",
                value=array[row].as_py(),
                choices="declared, documented, measured",
            )
        documented = (at == 1) | (at == 2)
        return pack(documented), pack(at == 2)

    def _slice(self, column: str) -> pa.Array | None:
        array = self.columns.get(column)
        return None if array is None else array.slice(self.start, self.rows)

    def _values(self, array: pa.Array, column: str) -> Array:
        kind = array.type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            raise BadInput(
                "column {name} holds {found}; numbers are needed",
                Place(self.file),
                name=column,
                found=kind,
            )
        dtype = kind.to_pandas_dtype()
        return np.frombuffer(array.buffers()[1], dtype)[array.offset : array.offset + self.rows]

    def _unscaled(self, array: pa.Array, column: str) -> Array:
        if not pa.types.is_decimal128(array.type) or array.type.precision > 18:
            raise BadInput(
                "column {name} holds {found}; decimals of up to 18 digits can be compared",
                Place(self.file),
                name=column,
                found=array.type,
            )
        low = np.frombuffer(array.buffers()[1], np.int64)[::2]
        found: Array = low[array.offset : array.offset + self.rows]
        return found

    def _small(self, array: pa.Array, column: str, codes: tuple[str, ...]) -> Array | None:
        """Codes that are small whole numbers, through a table instead of a dictionary."""
        values = self._values(array, column)
        low, high = int(values.min()), int(values.max())
        if high - low > 1 << 16:
            return None
        return np.take(_places(codes, low, high), values.astype(np.intp) - low if low else values)

    def _checked(self, column: str, array: pa.Array, values: Array) -> Trits:
        met, unmet = pack(values == 1), pack(values == 0)
        known = self._valid(array)
        if known is None:
            rest = ~(met | unmet)
        else:
            met &= known
            unmet &= known
            rest = known & ~(met | unmet)
        if not rest.any():  # the usual case: nothing is not applicable, and nothing is wrong
            return Trits(met, unmet)
        na = pack(values == -1) & rest
        odd = unpack(rest & ~na, self.rows).astype(bool) & (values == values)
        if odd.any():
            row = int(np.flatnonzero(odd)[0])
            raise self._refuse(
                column,
                row,
                "{value} is not a finding: 1 met, 0 unmet, -1 not applicable, empty unknown",
                value=values[row],
            )
        return Trits(met, unmet, na if na.any() else None)

    def _valid(self, array: pa.Array) -> Plane | None:
        return None if array.null_count == 0 else self._bits(array.buffers()[0], array.offset)

    def _bits(self, buffer: pa.Buffer, offset: int) -> Plane:
        """View a bitmap of Arrow as a plane; no copy where it begins on a word."""
        if offset % 64 == 0 and buffer.size * 8 >= offset + self.size * 64:
            return np.frombuffer(buffer, np.uint64, self.size, offset // 8)
        first = offset // 8
        packed = np.frombuffer(buffer, np.uint8)[first : (offset + self.rows + 7) // 8]
        if offset % 8 == 0:
            return as_words(packed)
        bits = np.unpackbits(packed, bitorder="little")[offset % 8 : offset % 8 + self.rows]
        return pack(bits.astype(bool))

    def _refuse(self, column: str, row: int, message: str, /, **values: Any) -> BadInput:
        number = self.first_row + self.start + row
        place = Place(tr("{file}, row {row}", file=self.file or tr("table"), row=number), None, column)
        return BadInput(message, place, **values)


class Numbers:
    """Some rows of a column of numbers; `known` is None where all are."""

    def __init__(self, values: Array, known: Plane | None, scale: int = 0) -> None:
        self.values = values
        self.known = known
        self.scale = scale

    def reach(self, threshold: Decimal, inclusive: bool) -> Plane:
        """Return the rows whose value is at least (or above) a threshold, compared as decimals."""
        return pack(self.values >= self._cuts((threshold,), inclusive)[0])

    def reach_table(self, table: Table, codes: tuple[tuple[str, ...], ...], at: Array, inclusive: bool) -> Plane:
        """Return the rows whose value is at least (or above) the table's value at the row's place `at`."""
        found = np.take(self._table_cuts(table, codes, inclusive), at, mode="clip")
        return pack(self.values >= found)

    def reach_column(self, right: "Numbers", inclusive: bool) -> Plane:
        """Return the rows whose value is at least (or above) another column's, compared as decimals."""
        a, b = self.values, right.values
        same = a.dtype == b.dtype and self.scale == right.scale
        if not same and not (a.dtype.kind in "iu" and b.dtype.kind in "iu" and self.scale == right.scale):
            a, b = _decimals(a, self.scale), _decimals(b, right.scale)
        return pack(np.asarray(a >= b if inclusive else a > b, bool))

    def _cuts(self, thresholds: tuple[Decimal, ...], inclusive: bool) -> Array:
        return _cached_cuts(tuple(shifted(one, self.scale) for one in thresholds), self.values.dtype, inclusive)

    def _table_cuts(self, table: Table, codes: tuple[tuple[str, ...], ...], inclusive: bool) -> Array:
        return _cached_table_cuts(table, codes, self.scale, self.values.dtype, inclusive)


@lru_cache(maxsize=4096)
def _cached_cuts(thresholds: tuple[Decimal, ...], dtype: np.dtype, inclusive: bool) -> Array:
    return cuts(thresholds, dtype, inclusive)


@lru_cache(maxsize=1024)
def _cached_table_cuts(
    table: Table, codes: tuple[tuple[str, ...], ...], scale: int, dtype: np.dtype, inclusive: bool
) -> Array:
    rows = [table.values.get(row) for row in product(*codes)]
    found = cuts((Decimal(0) if one is None else shifted(one, scale) for one in rows), dtype, inclusive)
    return np.append(found, found.dtype.type(0))  # a last place for rows that the table does not have


@lru_cache(maxsize=256)
def _places(codes: tuple[str, ...], low: int, high: int) -> Array:
    place = {code: at for at, code in enumerate(codes)}
    return np.array([place.get(str(value), len(codes)) for value in range(low, high + 1)], np.intp)


def _days(block: Block, array: pa.Array) -> Numbers:
    days = array.cast(pa.date32(), safe=False)
    values = np.frombuffer(days.buffers()[1], np.int32)[days.offset : days.offset + block.rows]
    return Numbers(values, block._valid(array))


def _decimals(values: Array, scale: int) -> Array:
    """Return each number as the decimal that it prints as: exact for any two types, and slow."""
    return np.array([decimal_of(value).scaleb(-scale) if value == value else Decimal(0) for value in values], object)


def _null_rows(array: pa.Array) -> Array:
    found: Array = array.is_null().to_numpy(zero_copy_only=False)
    return found


def _one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    array = _joined(column) if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type) and array.dictionary.null_count:
        return array.dictionary_decode()  # else a row that points at the null would count as known
    return array


def _joined(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:  # joining one chunk would copy it
        return column.chunk(0)
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined
