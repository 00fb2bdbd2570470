"""What is known of each tag without reading any file: its first and last moment, last value, and how many points."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.store.telemetry.points import Points

NEVER = np.iinfo(np.int64).min
NOT_YET = np.iinfo(np.int64).max

_SCHEMA = pa.schema(
    [
        ("first_us", pa.int64()),
        ("last_us", pa.int64()),
        ("value", pa.float64()),
        ("quality", pa.uint8()),
        ("points", pa.int64()),
    ]
)


@dataclass(slots=True, eq=False)
class TagState:
    """One row for each tag, by its number.

    Attributes
    ----------
    first_us, last_us
        Moments of the first and the last point, UTC microseconds; `NOT_YET` and `NEVER` without any.
    value, quality
        Of the point with the last moment; of several, the one written last.
    points
        How many are kept.
    """

    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    points: NDArray[np.int64]

    @classmethod
    def of_no_tags(cls) -> "TagState":
        """Return the state of a store without tags."""
        numbers = np.empty(0, np.int64)
        return cls(numbers, numbers.copy(), np.empty(0, np.float64), np.empty(0, np.uint8), numbers.copy())

    def __len__(self) -> int:
        return len(self.last_us)

    def copy(self, tags: int = 0) -> "TagState":
        """Return a copy with rows for at least so many tags."""
        more = max(0, tags - len(self))
        fills = {"first_us": NOT_YET, "last_us": NEVER, "value": np.nan, "quality": 0, "points": 0}
        longer = [np.append(old := getattr(self, name), np.full(more, fill, old.dtype)) for name, fill in fills.items()]
        return TagState(*longer)

    def fold(self, points: Points) -> None:
        """Take in points that were written after all that were taken in before.

        Parameters
        ----------
        points
            Sorted by tag and moment, each (tag, moment) once; their tags have to have a row.
        """
        if not len(points):
            return
        ends = np.append(np.flatnonzero(points.tag[1:] != points.tag[:-1]), len(points) - 1)
        starts = np.append(0, ends[:-1] + 1)
        tags = points.tag[ends]
        self.first_us[tags] = np.minimum(self.first_us[tags], points.at_us[starts])
        self.points[tags] += ends - starts + 1
        newer = points.at_us[ends] >= self.last_us[tags]
        tags, last = tags[newer], ends[newer]
        self.last_us[tags] = points.at_us[last]
        self.value[tags] = points.value[last]
        self.quality[tags] = points.quality[last]

    def known(self, tags: NDArray[np.int32] | None = None) -> Points:
        """Return the last point of each of these tags (of all) that has one."""
        chosen = np.arange(len(self), dtype=np.int32) if tags is None else tags[tags < len(self)]
        chosen = chosen[self.last_us[chosen] != NEVER]
        return Points(chosen, self.last_us[chosen], self.value[chosen], self.quality[chosen])

    def packed(self) -> bytes:
        """Return it as bytes with a checksum."""
        columns = [self.first_us, self.last_us, self.value, self.quality, self.points]
        body = pa.RecordBatch.from_arrays([pa.array(one) for one in columns], schema=_SCHEMA).serialize()
        return zlib.crc32(body).to_bytes(4, "little") + bytes(body)

    @classmethod
    def unpacked(cls, packed: bytes) -> "TagState | None":
        """Read what `packed` wrote; None where it is damaged."""
        if zlib.crc32(packed[4:]) != int.from_bytes(packed[:4], "little"):
            return None
        batch: Any = pa.ipc.read_record_batch(pa.py_buffer(packed[4:]), _SCHEMA)
        return cls(*(batch.column(place).to_numpy().copy() for place in range(len(_SCHEMA))))
