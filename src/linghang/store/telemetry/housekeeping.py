"""Housekeeping: merging, rolling up and retiring points, and removing files that nobody reads any more.

It runs beside appending, sealing and reading. Each step makes its new files durable, exchanges them for the old ones in
one transaction, and leaves the old ones until no reader holds them; an interruption at any place changes nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from linghang.errors import Place
from linghang.store.telemetry import compaction, pins, rollups
from linghang.store.telemetry.durable import MEGABYTE, free_bytes, publish, refusal, remove
from linghang.store.telemetry.inventory import Inventory
from linghang.store.telemetry.manifest import Manifest, RollUp, Segment, Standing
from linghang.store.telemetry.points import FIRST_US, StoreFull, TagKind
from linghang.store.telemetry.registry import Registry
from linghang.store.telemetry.rows import MOMENT_BITS
from linghang.store.telemetry.settings import StoreSettings
from linghang.store.telemetry.source import Asked, Source
from linghang.store.telemetry.volume import day_of, volumes_of
from linghang.words import later

GROWTH = 4
"""Fresh rows have to be this part of the merged ones before they are merged by themselves: what is written for merging
grows with the logarithm of the day's rows then, not with their square (ours)."""
PATIENCE = 8
"""So many times `most_fresh` files are merged in any case (ours)."""


class Housekeeping:
    """Keeps the files of a store few and small.

    Parameters
    ----------
    folder
        Of the store.
    manifest, inventory, registry
        What there is.
    settings
        How many fresh files may be, and how much space is left alone.
    seal
        Seals what is in the write-ahead log now.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        inventory: Inventory,
        registry: Registry,
        settings: StoreSettings,
        seal: Callable[[], None],
    ) -> None:
        self._folder, self._manifest, self._inventory, self._registry = folder, manifest, inventory, registry
        self._settings, self._seal = settings, seal
        self._lock = RLock()
        self._doubtful: set[str] = set()

    def is_due(self) -> bool:
        """Say whether there are so many fresh files that merging them is worth it."""
        standing = self._inventory.standing()
        count, least = len(standing.fresh), self._settings.most_fresh
        if count < least or count >= PATIENCE * least:
            return count >= least
        files = compaction.files_of(compaction.planned(standing, self._settings.month_points))
        rows = sum(one.rows for one in files if one.volume is None)
        return rows * GROWTH >= sum(one.rows for one in files if one.volume is not None)

    def compact(self) -> None:
        """Seal what there is and merge it."""
        with self._lock:
            self._seal()
            self.merge()

    def merge(self) -> None:
        """Merge the fresh files that there are."""
        with self._lock:
            standing = self._inventory.standing()
            if plan := compaction.planned(standing, self._settings.month_points):
                self._need(sum(one.size for one in compaction.files_of(plan)))
                try:
                    merged = compaction.merge(self._folder, standing, plan, len(self._registry))
                except OSError as error:
                    raise refusal(error, self._folder) from error
                gone = [*merged.gone, *_stale(standing, set(merged.gone))]
                self._exchange(
                    [one.path for one in merged.segments], gone, segments=merged.segments, fewer=merged.fewer
                )
            self.sweep()

    def roll_up(self, complete_before_us: int = FIRST_US) -> None:
        """Make the roll-ups of every merged file that has none; complete ones of what ends before a moment."""
        with self._lock:
            standing = self._inventory.standing()
            for volume, segment in sorted(standing.merged.items(), key=lambda one: one[0]):
                old = standing.rollups.get(volume)
                complete = volume.end_us <= complete_before_us
                if old is None or old.made_from != segment.path or (complete and not old.complete):
                    self._need(segment.size)
                    self._roll_up_file(segment, old, complete)
            self.sweep()

    def retain(self, since_us: int, rollups_since_us: int | None) -> None:
        """Retire the points of the volumes before a moment; roll-ups stay, or go before a moment of their own."""
        with self._lock:
            self._seal()  # so that last values of what is retired are known for good
            if any(one.first_us < since_us for one in self._inventory.standing().fresh):
                self.merge()
            standing = self._inventory.standing()
            day = day_of(since_us)
            retained_us = max(standing.retained_us, volumes_of([day], standing.merged)[day].start_us)
            self.roll_up(complete_before_us=retained_us)
            standing = self._inventory.standing()
            segments = [one for volume, one in standing.merged.items() if volume.end_us <= retained_us]
            gone = [one.path for one in segments]
            if rollups_since_us is not None:
                least = min(rollups_since_us, retained_us)
                gone += [one.path for volume, one in standing.rollups.items() if volume.end_us <= least]
            self._exchange([], gone, fewer=self._rows_of(segments), retained_us=retained_us)
            self.sweep()

    def sweep(self) -> None:
        """Remove the files that left the store and that no reader holds."""
        with self._lock:
            oldest = pins.oldest_read(self._folder, self._manifest.generation())
            gone = self._manifest.gone(oldest)
            remove([self._folder / path for path in gone])
            with suppress(StoreFull):  # they are removed: nothing is lost by knowing of them a while longer
                self._manifest.forget([path for path in gone if not (self._folder / path).exists()])

    def _roll_up_file(self, segment: Segment, old: RollUp | None, complete: bool) -> None:
        generation = self._manifest.generation() + 1
        texts = [number for number, kind in enumerate(self._registry.kinds) if kind is TagKind.TEXT]
        summed = np.ones(len(self._registry), bool)
        summed[texts] = False
        try:
            made = rollups.write(self._folder, segment, summed, generation, complete)
            publish([self._folder / made.path])
        except OSError as error:
            raise refusal(error, self._folder) from error
        self._exchange([made.path], [] if old is None else [old.path], rollups=[made])

    def _exchange(
        self,
        made: Sequence[str],
        gone: Sequence[str],
        segments: Sequence[Segment] = (),
        rollups: Sequence[RollUp] = (),
        fewer: NDArray[np.int64] | None = None,
        retained_us: int | None = None,
    ) -> None:
        """Exchange files. New ones stay even if that fails: it may have become durable before it failed."""
        self._doubtful.update(made)
        self._inventory.exchange(gone, segments, rollups, fewer, retained_us)
        self._doubtful -= self._manifest.all_files()
        remove([self._folder / path for path in self._doubtful])
        self._doubtful.clear()

    def _rows_of(self, segments: Sequence[Segment]) -> NDArray[np.int64]:
        counts = np.zeros(len(self._registry), np.int64)
        for segment in segments:
            assert segment.volume is not None
            for rows in Source(self._folder, segment).rows(segment.volume, Asked()):
                counts += np.bincount((rows.key >> MOMENT_BITS).astype(np.int64), minlength=len(counts))
        return counts

    def _need(self, size: int) -> None:
        """Refuse to begin what could leave no space for points that come in."""
        free, reserve = free_bytes(self._folder), self._settings.reserve_bytes
        if free < size + reserve:
            raise StoreFull(
                later(
                    "the disk is too full: merging needs up to {size} MB beside the {reserve} MB that are kept for "
                    "new points, and {free} MB are free; nothing was changed"
                ),
                Place(str(self._folder)),
                size=-(-size // MEGABYTE),
                reserve=reserve // MEGABYTE,
                free=free // MEGABYTE,
            )


def _stale(standing: Standing, gone: set[str]) -> list[str]:
    """Return the roll-ups that were made of files that go."""
    return [one.path for one in standing.rollups.values() if one.made_from in gone]
