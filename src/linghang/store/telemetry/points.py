"""Points: what a source said of its tags, with moment, value and quality, as columns of equal length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from linghang.errors import BadInput
from linghang.words import Text

FIRST_US, END_US = -62_135_596_800_000_000, 253_402_300_800_000_000
"""Moments that a calendar can name: from 0001-01-01 on, before 10000-01-01, UTC microseconds."""


class TagKind(StrEnum):
    """What the value of a tag is."""

    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"


class Quality(IntEnum):
    """The quality byte of OPC (OPC Data Access 3.0, quality flags): the two upper bits decide."""

    BAD = 0
    STALE = 20
    UNCERTAIN = 64
    GOOD = 192


QUALITY_WORDS: Mapping[Quality, Text] = MappingProxyType(
    {
        Quality.BAD: Text("坏", "bad"),
        Quality.STALE: Text("旧值", "stale"),
        Quality.UNCERTAIN: Text("存疑", "uncertain"),
        Quality.GOOD: Text("好", "good"),
    }
)
"""How a person reads a quality."""


def quality_of(byte: int) -> Quality:
    """Return the quality that a byte stands for; sub-status and limit bits of the four words are left out."""
    if byte >= Quality.GOOD:
        return Quality.GOOD
    if byte >= Quality.UNCERTAIN:
        return Quality.UNCERTAIN
    return Quality.STALE if byte & 0xFC == Quality.STALE else Quality.BAD


class StoreFull(BadInput):
    """No space for points: nothing of the call was kept, and the same call works again once there is space."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points as columns of equal length, in the order in which they were said.

    Attributes
    ----------
    tag
        int32, numbers that the store gave to names.
    at_us
        int64, the source's moment, UTC microseconds, years 1 to 9999.
    value
        float64; NaN is "no number", 0 and 1 are a flag's, a text is its number in the store's texts.
    quality
        uint8, see `Quality`.

    Raises
    ------
    BadInput
        Columns of another type or of different length, or a moment that no calendar can name.
    """

    tag: NDArray[np.int32]
    at_us: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name, dtype in _TYPES.items():
            column = getattr(self, name)
            if not isinstance(column, np.ndarray) or column.dtype != dtype or column.ndim != 1:
                raise BadInput("points: {column} has to be an array of {dtype}", column=name, dtype=np.dtype(dtype))
        if not len(self.tag) == len(self.at_us) == len(self.value) == len(self.quality):
            raise BadInput("points: the columns differ in length")
        if len(self.at_us) and not (self.at_us.min() >= FIRST_US and self.at_us.max() < END_US):
            raise BadInput("points: a moment lies outside the years 1 to 9999")

    def __len__(self) -> int:
        return len(self.tag)

    @classmethod
    def of(cls, tag: ArrayLike, at_us: ArrayLike, value: ArrayLike, quality: ArrayLike = int(Quality.GOOD)) -> "Points":
        """Make points of anything that numpy takes; a single tag, moment or quality stands for all of them."""
        given: list[Any] = [np.asarray(tag), np.asarray(at_us), np.asarray(value), np.asarray(quality)]
        wide = np.broadcast_arrays(*(np.atleast_1d(column) for column in given))
        columns = (np.ascontiguousarray(one, dtype) for one, dtype in zip(wide, _TYPES.values(), strict=True))
        return cls(*columns)

    @classmethod
    def none(cls) -> "Points":
        """Return no points."""
        return cls(*(np.empty(0, dtype) for dtype in _TYPES.values()))

    @classmethod
    def joined(cls, several: Sequence["Points"]) -> "Points":
        """Return all points one after the other."""
        if len(several) < 2:
            return several[0] if several else cls.none()
        return cls(*(np.concatenate([getattr(one, name) for one in several]) for name in _TYPES))

    @classmethod
    def from_table(cls, table: pa.Table) -> "Points":
        """Return the points of an Arrow table of `SCHEMA`."""
        tag, at, value, quality = (table.column(field.name).to_numpy() for field in SCHEMA)
        return cls(tag, at.view(np.int64), value, quality)

    def taken(self, which: NDArray[Any] | slice) -> "Points":
        """Return the points that `which` (indices, a mask or a slice) names."""
        return Points(self.tag[which], self.at_us[which], self.value[which], self.quality[which])

    def table(self) -> pa.Table:
        """Return them as an Arrow table of `SCHEMA`."""
        return pa.table([self.tag, self.at_us.view("M8[us]"), self.value, self.quality], schema=SCHEMA)


_TYPES: Mapping[str, Any] = MappingProxyType(
    {"tag": np.int32, "at_us": np.int64, "value": np.float64, "quality": np.uint8}
)

SCHEMA = pa.schema(
    [
        pa.field("tag", pa.int32(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("quality", pa.uint8(), nullable=False),
    ]
)
"""Points in Arrow and Parquet."""
