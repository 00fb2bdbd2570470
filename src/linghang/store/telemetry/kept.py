"""Kept files: Parquet with checksums of its blocks, which are looked at whenever bytes of a block are used.

Parquet's own page checksums leave out the page headers and the footer, and few readers look at them. So the manifest
keeps a CRC-32 of every 64 KiB of a file; a flipped bit anywhere is found, and its place is known.
"""

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linghang.errors import BadInput, Place, reason_of
from linghang.store.telemetry.durable import remove, temporary_of
from linghang.store.telemetry.settings import FORMAT
from linghang.words import later

BLOCK = 1 << 16
GROUP = 1 << 16
"""Rows of a row group: what is decoded at least for one tag. Larger ones are hardly smaller on the disk."""
FOOT = 8  # bytes after the footer: its length and "PAR1"


class Damaged(BadInput):
    """Bytes of a file are not what was written."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the manifest keeps of a file: rows, bytes, and the checksums of its blocks, four bytes each."""

    rows: int
    size: int
    sums: bytes


def write(path: Path, tables: Iterable[pa.Table], schema: pa.Schema, group: int = 0) -> Facts:
    """Write tables to a file under its temporary name and sync it.

    Parameters
    ----------
    path
        Its later name.
    tables
        In order; rows are grouped anew.
    schema
        Of all of them. Columns of 64-bit whole numbers and moments are kept as differences, others by dictionary.
    group
        Rows of a row group; `GROUP` where it is 0.

    Raises
    ------
    OSError
        It cannot be written; nothing is left.
    """
    temporary, group = temporary_of(path), group or GROUP
    small = [field.name for field in schema if not _is_long(field.type)]
    named = schema.with_metadata({"linghang.telemetry.format": str(FORMAT)})  # for who finds the file alone
    differences = {field.name: "DELTA_BINARY_PACKED" for field in schema if _is_long(field.type)}
    try:
        with pq.ParquetWriter(
            temporary, named, compression="zstd", use_dictionary=small, column_encoding=differences or None
        ) as writer:
            rows = sum(_written(writer, table, group) for table in _grouped(tables, group))
        with temporary.open("rb", buffering=0) as file:
            os.fsync(file.fileno())
            sums = b"".join(zlib.crc32(block).to_bytes(4, "little") for block in iter(lambda: file.read(BLOCK), b""))
            return Facts(rows, file.tell(), sums)
    except BaseException:
        remove([temporary])
        raise


class KeptFile:
    """A file of the store, to be read.

    Parameters
    ----------
    path
        Where it lies.
    size, sums
        As the manifest has them.

    Raises
    ------
    Damaged
        The footer is not what was written, or the file cannot be read.
    """

    def __init__(self, path: Path, size: int, sums: bytes) -> None:
        self.path, self._size, self._sums = path, size, sums
        with _Checked(path, size, sums) as bytes_of:
            length = int.from_bytes(bytes_of(size - FOOT, size)[:4], "little")
            footer = bytes_of(size - FOOT - length, size)
        self._meta = pq.read_metadata(pa.BufferReader(footer))
        groups = [self._meta.row_group(place) for place in range(self._meta.num_row_groups)]
        self._parts = [_extent(group) for group in groups]
        names = self._meta.schema.names
        self._least = {name: _bound(groups, place, "min_raw") for place, name in enumerate(names)}
        self._most = {name: _bound(groups, place, "max_raw") for place, name in enumerate(names)}

    def groups(self, **ranges: tuple[int, int]) -> NDArray[np.intp]:
        """Return the row groups that may have rows with each of these whole-number columns in its range (inclusive)."""
        fits = np.ones(len(self._parts), bool)
        for name, (least, most) in ranges.items():
            fits &= (self._most[name] >= least) & (self._least[name] <= most)
        return np.flatnonzero(fits)

    def bounds(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the least and the greatest value of a whole-number column in each row group."""
        return self._least[name], self._most[name]

    def read(self, groups: Sequence[int]) -> Iterator[pa.Table]:
        """Yield row groups, one table each.

        Raises
        ------
        Damaged
            Bytes of one of them are not what was written.
        """
        with (
            _Checked(self.path, self._size, self._sums) as bytes_of,
            pq.ParquetFile(self.path, metadata=self._meta) as file,
        ):
            for group in groups:
                bytes_of(*self._parts[group])
                yield file.read_row_group(group, use_threads=False)


def damage(path: Path, size: int, sums: bytes) -> Iterator[Damaged]:
    """Look at every byte of a file and yield what is not what was written."""
    try:
        with _Checked(path, size, sums) as bytes_of:
            for start in range(0, size, BLOCK):
                try:
                    bytes_of(start, min(start + BLOCK, size))
                except Damaged as found:
                    yield found
    except Damaged as found:
        yield found


class _Checked:
    """Gives bytes of a file if all blocks that they lie in are sound."""

    def __init__(self, path: Path, size: int, sums: bytes) -> None:
        self._path, self._size, self._sums = path, size, sums
        with _saying(path):
            self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self) -> "_Checked":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def __call__(self, start: int, end: int) -> bytes:
        first = max(0, start - start % BLOCK)
        last = min(self._size, end + -end % BLOCK)
        with _saying(self._path):
            read = os.pread(self._handle, last - first, first)
        for at in range(first, last, BLOCK):
            place = at // BLOCK * 4
            block = memoryview(read)[at - first : min(at + BLOCK, last) - first]
            sum_ = int.from_bytes(self._sums[place : place + 4], "little")
            if len(block) < min(BLOCK, last - at) or zlib.crc32(block) != sum_:
                message = later("bytes {start} to {end} are not what was written; take the file from a copy")
                raise Damaged(message, Place(str(self._path)), start=at, end=min(at + BLOCK, last) - 1)
        return read[start - first : end - first]


@contextmanager
def _saying(path: Path) -> Iterator[None]:
    """Say which file of the store cannot be read."""
    try:
        yield
    except OSError as error:
        raise Damaged(later("cannot be read: {reason}"), Place(str(path)), reason=reason_of(error)) from error


def _grouped(tables: Iterable[pa.Table], group: int) -> Iterator[pa.Table]:
    """Cut and join tables so that each but the last has whole row groups."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        if rows >= group:
            joined = pa.concat_tables(held)
            whole = rows - rows % group
            yield joined.slice(0, whole)
            held, rows = [joined.slice(whole)], rows - whole
    if rows:
        yield pa.concat_tables(held)


def _written(writer: Any, table: pa.Table, group: int) -> int:
    writer.write_table(table, row_group_size=group)
    return int(table.num_rows)


def _is_long(kind: pa.DataType) -> bool:
    return bool(pa.types.is_int64(kind) or pa.types.is_timestamp(kind))


def _extent(group: Any) -> tuple[int, int]:
    """Return from which byte to which a row group lies in its file."""
    columns = [group.column(place) for place in range(group.num_columns)]
    starts = [one.dictionary_page_offset or one.data_page_offset for one in columns]
    return min(starts), max(start + one.total_compressed_size for start, one in zip(starts, columns, strict=True))


def _bound(groups: Sequence[Any], place: int, which: str) -> NDArray[np.int64]:
    """Return the least or greatest value of a column of whole numbers in each row group (zeros for others)."""
    found = [group.column(place).statistics for group in groups]
    raw = [getattr(one, which) if one is not None and one.has_min_max else 0 for one in found]
    return np.array([one if isinstance(one, int) else 0 for one in raw], np.int64)
