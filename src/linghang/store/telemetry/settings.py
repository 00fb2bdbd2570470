"""What can be set about a telemetry store, what it counts, and whom it tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from threading import Lock
from types import MappingProxyType
from typing import Literal

from linghang.errors import BadInput
from linghang.words import later

FORMAT = 1
"""Of the folder, the write-ahead log and the segments; a store of a newer format is refused."""

LOG_FOLDER, SEGMENT_FOLDER, ROLLUP_FOLDER = "log", "segments", "rollups"
READER_FOLDER, DAMAGED_FOLDER = "readers", "damaged"
FOLDERS = (LOG_FOLDER, SEGMENT_FOLDER, ROLLUP_FOLDER, READER_FOLDER, DAMAGED_FOLDER)

Level = Literal["info", "warning", "error"]
Log = Callable[[Level, str], None]
"""Takes a line that a person understands, said already in the language of whoever opened the store."""


def tell_nobody(_level: Level, _text: str) -> None:
    """Take a line and leave it."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How a store works. None of it changes what is kept.

    Attributes
    ----------
    segment_points
        Points after which the write-ahead log begins a new file and the old one is sealed. Two million are 42 MB of
        memory and some 5 MB sealed.
    segment_bytes
        The same in bytes, for batches of few points, of which the framing is larger than the points.
    waiting_segments
        Files that may wait to be sealed; then `append` waits for the sealing (memory stays bounded).
    reserve_bytes
        Space that `append` leaves on the disk, so that what was taken can still be sealed when it is full: twice what
        may wait.
    slow_sync_s
        A sync of the disk that takes longer is told and counted: a source that sends every second would fall behind.
    retry_s
        Pause between two tries to seal while that fails.
    most_fresh
        Sealed files beside the merged ones from which on `keep_house` merges them: readers look into all of them.
    month_points
        A month of points is kept in one file up to so many, some 25 MB; beyond, in a file for each day.
    """

    segment_points: int = 2_000_000
    segment_bytes: int = 64 << 20
    waiting_segments: int = 3
    reserve_bytes: int = 128 << 20
    slow_sync_s: float = 1.0
    retry_s: float = 1.0
    most_fresh: int = 16
    month_points: int = 16_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            least = 0 if field.name in ("reserve_bytes", "slow_sync_s") else 1e-3 if field.name == "retry_s" else 1
            if getattr(self, field.name) < least:
                raise BadInput("telemetry: {name} has to be at least {least}", name=field.name, least=least)


COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "points": later("points made durable"),
        "syncs": later("syncs of the write-ahead log"),
        "slow_syncs": later("syncs that took too long"),
        "full_refusals": later("batches refused because the disk is full"),
        "segments_sealed": later("files of the write-ahead log sealed"),
        "seal_failures": later("tries to seal that failed"),
        "recovered_points": later("points found in the write-ahead log at opening"),
        "torn_frames": later("incomplete ends of the write-ahead log"),
        "damaged_frames": later("damaged places in the write-ahead log"),
        "too_old_points": later("points from before the retained time, left out"),
    }
)
"""Everything that a store counts, with what it means."""


class Counts:
    """What a store has done since it was opened; safe to use from every thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts = dict.fromkeys(COUNTS, 0)

    def add(self, name: str, count: int = 1) -> None:
        """Count `count` more of `name`, one of `COUNTS`."""
        with self._lock:
            self._counts[name] += count

    def all(self) -> Mapping[str, int]:
        """Return every count as it is now."""
        with self._lock:
            return MappingProxyType(dict(self._counts))
