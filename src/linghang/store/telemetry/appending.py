"""Appending: batches of all threads go into the write-ahead log, one sync for all that wait, and are durable then."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

import pyarrow as pa

from linghang.errors import BadInput, Place
from linghang.store.telemetry.commit import GroupCommit
from linghang.store.telemetry.durable import MEGABYTE, free_bytes, refusal, remove
from linghang.store.telemetry.points import Points, StoreFull
from linghang.store.telemetry.sealing import Hot
from linghang.store.telemetry.settings import LOG_FOLDER, Counts, Log, StoreSettings
from linghang.store.telemetry.wal import Frame, LogFile, encoded
from linghang.words import later, tr

MOST_TOGETHER = 16 << 20
"""Bytes of batches that share a sync (ours): more would keep all of them waiting for the writing, not for the sync."""
Batch = tuple[Any, int]  # record batch in Arrow IPC, and how many points


class Appending:
    """The writing end of a store.

    Parameters
    ----------
    folder
        Of the store.
    settings, counts, log
        How large files become; what is counted; who is told that the disk is full or slow.
    hand_over
        Takes a full file to be sealed; with True at once, else it may wait or refuse.
    found
        Files of the write-ahead log that are not sealed yet.
    next_seq
        Number of the next frame.
    """

    def __init__(
        self,
        folder: Path,
        settings: StoreSettings,
        counts: Counts,
        log: Log,
        hand_over: Callable[[Hot, bool], None],
        found: Sequence[Hot],
        next_seq: int,
    ) -> None:
        self._folder, self._settings, self._counts, self._log = folder, settings, counts, log
        self._hand_over = hand_over
        self._hot, self._hot_lock = list(found), Lock()
        self._next_seq = next_seq
        self._file: LogFile | None = None
        self._closed = self._full = self._slow = False
        self._commit: GroupCommit[Batch] = GroupCommit(self._write, lambda batch: len(batch[0]), MOST_TOGETHER)

    def append(self, points: Points) -> None:
        """Return when the points are durable; raise and keep nothing otherwise."""
        self._commit((encoded(points), len(points)))

    def rotate(self) -> None:
        """Hand over what has been written, to be sealed."""
        with self._commit.alone():
            self._end_file()

    def close(self) -> None:
        """Take nothing more."""
        with self._commit.alone():
            self._closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def frames_after(self, seq: int) -> list[Frame]:
        """Return the durable frames with a higher number that are not sealed, as far as they are in memory."""
        with self._hot_lock:
            files = [hot.frames for hot in self._hot if hot.last_seq > seq]
        return [frame for frames in files for frame in frames[bisect_right(frames, seq, key=lambda one: one.seq) :]]

    def forget(self, hot: Hot) -> None:
        """Forget a file that is sealed."""
        with self._hot_lock:
            self._hot.remove(hot)

    def _write(self, group: Sequence[Batch]) -> None:
        if self._closed:
            raise BadInput("the store is closed", Place(str(self._folder)))
        payloads = [payload for payload, _ in group]
        payload = payloads[0] if len(payloads) == 1 else pa.py_buffer(b"".join(payloads))
        try:
            self._leave_reserve(len(payload))
            frame = self._sync(self._ready(), payload)
        except StoreFull as refused:
            self._counts.add("full_refusals", len(group))
            if not self._full:
                self._log("error", tr("telemetry takes nothing more: {why}", why=refused))
            self._full = True
            raise
        rows = sum(count for _, count in group)
        self._hot[-1].frames.append(frame)
        self._hot[-1].rows += rows
        self._counts.add("points", rows)
        self._counts.add("syncs")

    def _leave_reserve(self, size: int) -> None:
        free, reserve = free_bytes(self._folder), self._settings.reserve_bytes
        if free < size + reserve:
            raise StoreFull(
                later(
                    "the disk is full: {free} MB are free, and {reserve} MB of it are kept for sealing what was taken; "
                    "what was acknowledged is safe, nothing else was kept, and it goes on once there is space"
                ),
                Place(str(self._folder)),
                free=free // MEGABYTE,
                reserve=reserve // MEGABYTE,
            )

    def _ready(self) -> LogFile:
        """Return the file to write to, a new one where the last one is full."""
        if self._file is not None:
            rows, size = self._hot[-1].rows, self._file.size
            if rows < self._settings.segment_points and size < self._settings.segment_bytes:
                return self._file
            self._end_file()
        try:
            self._file = LogFile(self._folder / LOG_FOLDER, self._next_seq)
        except OSError as error:
            self._next_seq += 1
            raise refusal(error, self._folder / LOG_FOLDER) from error
        with self._hot_lock:
            self._hot.append(Hot(self._file.path))
        return self._file

    def _sync(self, file: LogFile, payload: Any) -> Frame:
        """Make a frame durable."""
        frame = Frame(self._next_seq, payload)
        self._next_seq += 1
        begun = perf_counter()
        try:
            file.write(frame)
        except OSError as error:
            self._abandon(file)
            raise refusal(error, file.path) from error
        self._tell(perf_counter() - begun)
        return frame

    def _abandon(self, file: LogFile) -> None:
        """Write nothing more to a file of which a write failed; what is durable in it is sealed."""
        self._file = None
        with suppress(OSError):
            file.cut()
        hot = self._hot[-1]
        if hot.frames:
            self._hand_over(hot, True)
        else:
            self.forget(hot)
            remove([hot.path])

    def _end_file(self) -> None:
        if self._file is not None:
            self._hand_over(self._hot[-1], False)
            self._file.close()
            self._file = None

    def _tell(self, seconds: float) -> None:
        """Say when the disk becomes slow, and when it takes points again."""
        if self._full:
            self._log("info", tr("telemetry takes points again; nothing that was acknowledged is lost"))
            self._full = False
        slow = seconds > self._settings.slow_sync_s
        if slow:
            self._counts.add("slow_syncs")
        if slow and not self._slow:
            self._log("warning", tr("the disk took {seconds:.1f} s to make telemetry durable", seconds=seconds))
        self._slow = slow
