"""What a connection has seen: named counts and a few gauges, safe to read while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType

from linghang.words import later

COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "messages": later("messages received"),
        "points": later("points stored durably"),
        "bad_messages": later("messages that could not be read"),
        "sequence_gaps": later("gaps in the sequence numbers"),
        "rebirth_requests": later("births asked for again"),
        "births": later("births"),
        "deaths": later("deaths"),
        "duplicate_births": later("births that only repeated what was known"),
        "unknown_metrics": later("metrics without a birth, left out"),
        "unkept_metrics": later("metrics whose type is not kept as telemetry"),
        "type_changes": later("tags whose type changed"),
        "bad_quality": later("points of bad quality"),
        "not_a_number": later("values that are no numbers"),
        "clock_jumps": later("jumps of the source's clock"),
        "future_points": later("points from the future"),
        "overflows": later("values before which a full queue of the source lost others"),
        "skipped_polls": later("polls left out because the one before took too long"),
        "reconnects": later("connections made again"),
        "refused_connections": later("connections that the other side refused"),
        "refused_certificates": later("certificates refused"),
        "store_full_waits": later("waits for space on the disk"),
    }
)
"""Every count that a connection may keep, with what it means."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The counts and gauges of one moment.

    Attributes
    ----------
    counts
        Every name of `COUNTS`, zero where nothing happened.
    connected
        Whether the other side answers now.
    lag_s
        Seconds from the newest source time of the last points stored to the moment they were durable; None before any.
    last_point_at
        Newest source time stored, UTC microseconds; None before any.
    """

    counts: Mapping[str, int]
    connected: bool
    lag_s: float | None
    last_point_at: int | None


class Counters:
    """Counts and gauges of one connection; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts = dict.fromkeys(COUNTS, 0)
        self._connected = False
        self._lag_s: float | None = None
        self._last_point_at: int | None = None

    def add(self, name: str, count: int = 1) -> None:
        """Count `count` more of `name`.

        Raises
        ------
        KeyError
            `name` is not one of `COUNTS`.
        """
        with self._lock:
            self._counts[name] += count

    def __getitem__(self, name: str) -> int:
        with self._lock:
            return self._counts[name]

    @property
    def connected(self) -> bool:
        """Whether the other side answers now."""
        return self._connected

    @connected.setter
    def connected(self, now: bool) -> None:
        """Note whether it does."""
        self._connected = now

    @property
    def lag_s(self) -> float | None:
        """Seconds that the last stored points lay behind."""
        return self._lag_s

    @property
    def last_point_at(self) -> int | None:
        """Newest source time stored, UTC microseconds."""
        return self._last_point_at

    def stored(self, points: int, newest_us: int | None, now_us: int) -> None:
        """Note that `points` became durable at `now_us`, the newest of them from `newest_us`.

        Parameters
        ----------
        points
            How many.
        newest_us
            Newest source time among them, UTC microseconds; None where all are historical.
        now_us
            Now, UTC microseconds.
        """
        with self._lock:
            self._counts["points"] += points
            if newest_us is not None:
                self._lag_s = (now_us - newest_us) / 1e6
                self._last_point_at = max(newest_us, self._last_point_at or newest_us)

    def snapshot(self) -> Snapshot:
        """Return everything as it is now."""
        with self._lock:
            return Snapshot(MappingProxyType(dict(self._counts)), self._connected, self._lag_s, self._last_point_at)
