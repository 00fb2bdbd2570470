"""The store of telemetry: what comes in is durable when `append` returns, and is found again whatever happens."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput
from linghang.store.telemetry import recovery, wal
from linghang.store.telemetry.appending import Appending
from linghang.store.telemetry.durable import refusal
from linghang.store.telemetry.housekeeping import Housekeeping
from linghang.store.telemetry.inventory import Inventory
from linghang.store.telemetry.lock import WriterLock
from linghang.store.telemetry.manifest import Manifest
from linghang.store.telemetry.moments import Moment, microseconds
from linghang.store.telemetry.points import Points, TagKind
from linghang.store.telemetry.registry import Registry
from linghang.store.telemetry.rows import in_order
from linghang.store.telemetry.sealing import Hot, Sealer, sealed
from linghang.store.telemetry.settings import Counts, Log, StoreSettings, tell_nobody
from linghang.store.telemetry.source import Asked
from linghang.store.whole_file import sync_folder

MOST_POINTS = 10_000_000
"""Points of one batch, some 200 MB: it is kept in memory until it is sealed."""


class TelemetryStore:
    """The only writer of a store; safe to use from several threads. Made by `open`.

    The order of writing counts: of points with the same tag and moment, the one written last is the point. Points may
    come late by any time. A point from before the retained time is left out and counted.
    """

    def __init__(self, folder: Path, settings: StoreSettings, log: Log, lock: WriterLock) -> None:
        self._folder, self._lock = folder, lock
        self._counts = Counts()
        self._manifest = Manifest(folder, writes=True)
        try:
            sync_folder(folder)
            recovery.remove_leftovers(folder, self._manifest)
            self._registry = Registry(self._manifest)
            self._inventory = Inventory(self._manifest, self._registry)
            self._live, self._live_seq = self._inventory.sealed_state()
            self._live_lock = Lock()
            found = recovery.unsealed(folder, self._live_seq, self._counts, log)
            next_seq = 1 + max([self._live_seq, *(max(one.last_seq, wal.first_seq(one.path)) for one in found)])
            self._house = Housekeeping(folder, self._manifest, self._inventory, self._registry, settings, self.seal)
            self._house.sweep()
        except BaseException:
            self._manifest.close()
            raise
        self._sealer = Sealer(self._seal_file, settings, self._counts, log)
        self._appending = Appending(folder, settings, self._counts, log, self._sealer.put, found, next_seq)
        for hot in found:
            self._sealer.put(hot, at_once=True)

    @classmethod
    def open(cls, folder: Path, settings: StoreSettings | None = None, log: Log = tell_nobody) -> "TelemetryStore":
        """Open a store for writing; make it where there is none. What was acknowledged before is there.

        Parameters
        ----------
        folder
            Of the store: `telemetry` in a workspace.
        settings
            How it works.
        log
            Takes lines for a person, also from other threads.

        Raises
        ------
        BadInput
            Another process writes to it (which one), it is damaged, a newer version made it, or it cannot be written.
        """
        recovery.make_folders(folder)
        lock = WriterLock(folder)
        try:
            return cls(folder, settings or StoreSettings(), log, lock)
        except OSError as error:
            lock.release()
            raise refusal(error, folder) from error
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> "TelemetryStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take nothing more and let the next writer in. What is not sealed is sealed after the next opening."""
        self._appending.close()
        self._sealer.end()
        self._manifest.close()
        self._lock.release()

    # --- taking in ---

    def register(self, names: Sequence[str], kinds: Sequence[TagKind] | TagKind) -> NDArray[np.int32]:
        """Return the numbers of tags; new ones are durable when it returns.

        A tag is a name with a kind: a name with another kind than before gets another number, and what came under the
        old one stays as it came.

        Parameters
        ----------
        names
            As the source calls them, with the connection before: `works-opcua!ns=2;s=CAST/LPC-103/state`.
        kinds
            One for each name, or one for all.

        Raises
        ------
        BadInput
            A name that cannot be one; nothing is kept.
        StoreFull
            No space; nothing is kept.
        """
        return self._registry.register(names, kinds)

    def text_numbers(self, words: Sequence[str]) -> list[int]:
        """Return the numbers that stand for texts as values; new ones are durable when it returns.

        Raises
        ------
        BadInput
            A text that cannot be kept; nothing is kept.
        StoreFull
            No space; nothing is kept.
        """
        return self._registry.text_numbers(words)

    def append(self, points: Points) -> None:
        """Keep points; they are durable when it returns. Threads that append at once share one sync of the disk.

        Raises
        ------
        BadInput
            A tag that was not registered, too many points at once, a closed store, or a disk that fails; nothing of the
            points was acknowledged.
        StoreFull
            No space. Nothing is half written; the same call works again once there is space.
        """
        if not len(points):
            return
        if len(points) > MOST_POINTS:
            raise BadInput("{count} points in one batch; give at most {most}", count=len(points), most=MOST_POINTS)
        least, most = int(points.tag.min()), int(points.tag.max())
        if least < 0 or most >= len(self._registry):
            raise BadInput("no tag has the number {number}", number=least if least < 0 else most)
        self._appending.append(points)

    # --- looking ---

    def last(self, tags: NDArray[np.int32] | None = None) -> Points:
        """Return the last point, by its moment, of each of these tags (of all) that has one, from memory."""
        with self._live_lock:
            frames = self._appending.frames_after(self._live_seq)
            sealed_state, through = self._inventory.sealed_state()
            if through > self._live_seq:  # sealed before it was looked at
                self._live, self._live_seq = sealed_state, through
            self._live = self._live.copy(len(self._registry))
            retained = Asked(None, self._inventory.retained_us)
            if new := [frame for frame in frames if frame.seq > self._live_seq]:
                self._live.fold(in_order(retained.of(Points.joined([frame.points() for frame in new]))))
                self._live_seq = new[-1].seq
            return self._live.known(tags)

    def counts(self) -> Mapping[str, int]:
        """Return what happened since the opening, by the names of `settings.COUNTS`."""
        return self._counts.all()

    def damage(self) -> list[BadInput]:
        """Look at every byte that holds points and return file and place of what is damaged."""
        return list(recovery.damage(self._folder, self._manifest))

    # --- keeping in order ---

    def seal(self) -> None:
        """Seal what has been taken in, and return when that is done.

        Raises
        ------
        BadInput
            It cannot be sealed now (`StoreFull` where space is missing); it stays in the write-ahead log.
        """
        self._appending.rotate()
        self._sealer.finish()

    def compact(self) -> None:
        """Seal what has been taken in, and merge everything into files of months or days, each (tag, moment) once.

        Raises
        ------
        BadInput
            A file is damaged (which, and where), or the disk refuses; nothing is changed then.
        StoreFull
            No space for it; nothing is changed.
        """
        self._house.compact()

    def roll_up(self) -> None:
        """Make the roll-ups (minute, quarter, hour) of every merged month or day that has none.

        Raises
        ------
        BadInput
            As `compact`; those before the one that failed have theirs.
        """
        self._house.roll_up()

    def retain(self, older_than: Moment, rollups_older_than: Moment | None = None) -> None:
        """Retire the points of UTC days that lie wholly before a moment; of months that are one file, whole months.

        Roll-ups and last values stay.

        Parameters
        ----------
        older_than
            The day or month that it lies in is kept.
        rollups_older_than
            The same for roll-ups; None keeps all of them.

        Raises
        ------
        BadInput
            As `compact`.
        """
        since = None if rollups_older_than is None else microseconds(rollups_older_than)
        self._house.retain(microseconds(older_than), since)

    def keep_house(self) -> None:
        """Do what is due: merge fresh files when there are many, roll up, remove what no reader holds any more.

        To be called every few minutes by whoever feeds the store; it runs beside `append`.

        Raises
        ------
        BadInput
            As `compact`.
        """
        if self._house.is_due():
            self._house.merge()
            self._house.roll_up()
        else:
            self._house.sweep()

    def _seal_file(self, hot: Hot) -> None:
        segment, points, too_old = None, Points.none(), 0
        if hot.frames:
            segment, points, too_old = sealed(self._folder, hot.frames, self._inventory.retained_us)
        self._inventory.take_in(segment, points, max(hot.last_seq, wal.first_seq(hot.path)))
        self._counts.add("too_old_points", too_old)
        self._appending.forget(hot)
        recovery.let_go(self._folder, hot)
