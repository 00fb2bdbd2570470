"""Three-valued columns as bit planes: one bit a row in `met`, one in `unmet`, one in `na` (not applicable).

A row with no bit set is unknown. 64 rows share a machine word, so joining two columns of 500,000 findings
touches 62 kB a plane. Rows are in little-endian bit order, as Arrow keeps its own bitmaps. Bits past the last
row are unspecified; whoever unpacks a plane says how many rows there are.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


class Trits(NamedTuple):
    """A column of findings; `na` is None where no row is not applicable."""

    met: Plane
    unmet: Plane
    na: Plane | None = None

    @property
    def settled(self) -> Plane:
        """Rows that are not unknown."""
        known = self.met | self.unmet
        return known if self.na is None else known | self.na


def words(rows: int) -> int:
    """Return how many 64-bit words `rows` bits fill."""
    return (rows + 63) // 64


def pack(bools: Bools) -> Plane:
    """Pack one bool a row into a plane."""
    return as_words(np.packbits(bools, bitorder="little"))


def as_words(packed: Bytes) -> Plane:
    """View packed bytes as words, filled up with zeros."""
    if packed.size % 8:
        packed = np.concatenate((packed, np.zeros(-packed.size % 8, np.uint8)))
    return packed.view(np.uint64)


def unpack(plane: Plane, rows: int) -> Bytes:
    """Return one byte (0 or 1) a row."""
    return np.unpackbits(plane.view(np.uint8), count=rows, bitorder="little")


def nothing(size: int) -> Trits:
    """A column in which every row is unknown."""
    return Trits(np.zeros(size, np.uint64), np.zeros(size, np.uint64))


def constant(met: bool, size: int) -> Trits:
    """A column in which every row is met, or every row unmet."""
    zeros, ones = np.zeros(size, np.uint64), np.full(size, ~np.uint64(0))
    return Trits(ones, zeros) if met else Trits(zeros, ones)


def negation(trits: Trits) -> Trits:
    """`not`: unknown and not applicable stay so."""
    return Trits(trits.unmet, trits.met, trits.na)


def conjunction(columns: Sequence[Trits]) -> Trits:
    """`and` over the applicable; not applicable where none is."""
    if len(columns) == 1:
        return columns[0]
    met, unmet = columns[0].met.copy(), columns[0].unmet.copy()
    if all(one.na is None for one in columns):
        for one in columns[1:]:
            met &= one.met
            unmet |= one.unmet
        return Trits(met, unmet)
    neutral = met if columns[0].na is None else met | columns[0].na
    applicable = _applicable(columns[0])
    for one in columns[1:]:
        neutral = neutral & (one.met if one.na is None else one.met | one.na)
        unmet |= one.unmet
        applicable = applicable | _applicable(one)
    return Trits(neutral & applicable, unmet, ~applicable)


def disjunction(columns: Sequence[Trits]) -> Trits:
    """`or` over the applicable; not applicable where none is."""
    return negation(conjunction([negation(one) for one in columns]))


def whole(columns: Sequence[Trits]) -> Trits:
    """Join what a part or a level asks: where nothing of it is applicable it is met."""
    joined = conjunction(columns)
    return joined if joined.na is None else Trits(joined.met | joined.na, joined.unmet)


def _applicable(trits: Trits) -> Plane:
    return np.full(trits.met.size, ~np.uint64(0)) if trits.na is None else ~trits.na


def counts(columns: Sequence[Trits]) -> tuple[list[Plane], list[Plane]]:
    """Count per row how many are met, and how many cannot be met any more (unmet or not applicable)."""
    met = count([one.met for one in columns])
    return met, count([one.unmet if one.na is None else one.unmet | one.na for one in columns])


def count(planes: Sequence[Plane]) -> list[Plane]:
    """Count the set bits of each row: the binary digits of the counts as planes, lowest first.

    Carry-save: three planes of one weight become one of that weight and one of the next, so n planes take
    about 5 n word operations, against n additions on bytes that are eight times as wide.
    """
    digits: list[Plane] = []
    waiting = list(planes)
    while waiting:
        carried: list[Plane] = []
        while len(waiting) >= 3:
            a, b, c = waiting.pop(), waiting.pop(), waiting.pop()
            half = a ^ b
            waiting.append(half ^ c)
            carried.append((a & b) | (half & c))
        if len(waiting) == 2:
            a, b = waiting
            waiting = [a ^ b]
            carried.append(a & b)
        digits.append(waiting[0])
        waiting = carried
    return digits


def reaches(digits: Sequence[Plane], k: int) -> Plane:
    """Return the rows whose count is at least `k`."""
    size = digits[0].size
    if k <= 0:
        return np.full(size, ~np.uint64(0))
    if k >= 1 << len(digits):
        return np.zeros(size, np.uint64)
    # count >= k is count > k - 1: from the lowest digit up, a higher digit overrules the lower ones.
    greater = np.zeros(size, np.uint64)
    for place, digit in enumerate(digits):
        greater = digit & greater if (k - 1) >> place & 1 else digit | greater
    return greater


def outnumber(these: Sequence[Plane], those: Sequence[Plane]) -> Plane:
    """Return the rows in which one count (as `count` gives it) is greater than another."""
    greater = np.zeros(these[0].size, np.uint64)
    for a, b in zip_longest(these, those, fillvalue=np.uint64(0)):  # a higher digit overrules the lower ones
        greater = (a & ~b) | (~(a ^ b) & greater)
    return greater


def union(planes: Sequence[Plane]) -> Plane:
    """Return the rows that are in any of the planes."""
    joined = planes[0].copy()
    for one in planes[1:]:
        joined |= one
    return joined


def masks(planes: Sequence[Plane], rows: int) -> npt.NDArray[np.unsignedinteger]:
    """Turn planes (one a condition) into one number a row whose bit i is the row's bit in plane i.

    Returns
    -------
    Array of shape (rows,) in the smallest unsigned type that holds one bit a condition (at most 64).
    """
    width = next(size for size in (1, 2, 4, 8) if size * 8 >= len(planes))
    rows_padded = words(rows) * 64
    table = np.zeros((rows_padded, width), np.uint8)
    for group in range(0, len(planes), 8):
        table[:, group // 8] = _transposed(planes[group : group + 8])
    return table.view(f"<u{width}").ravel()[:rows]


def _transposed(planes: Sequence[Plane]) -> Bytes:
    """Transpose up to eight planes: byte r of the result holds the bits of row r (Hacker's Delight, 7-3)."""
    stacked = np.zeros((planes[0].size * 8, 8), np.uint8)
    for place, plane in enumerate(planes):
        stacked[:, place] = plane.view(np.uint8)
    x = stacked.view(np.uint64).ravel()
    for shift, mask in ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0)):
        distance = np.uint64(shift)
        swapped = (x ^ (x >> distance)) & np.uint64(mask)
        x ^= swapped ^ (swapped << distance)
    return x.view(np.uint8)
