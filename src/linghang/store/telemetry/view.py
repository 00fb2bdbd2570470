"""A view: everything that the store held at one moment, for as long as somebody looks at it.

The end of the write-ahead log is read first and the manifest after it: what was sealed in between is in both and counts
once, because frames that the manifest has are left out of the log. So a view holds every point that was acknowledged
before it was taken, and of each batch all or nothing. It may hold a batch whose sync is still going on.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput, Place, reason_of
from linghang.store.telemetry import pins, wal
from linghang.store.telemetry.kept import KeptFile
from linghang.store.telemetry.manifest import Manifest, RollUp, Segment, Standing
from linghang.store.telemetry.points import Points
from linghang.store.telemetry.rows import in_order, merged, rows_of
from linghang.store.telemetry.settings import LOG_FOLDER
from linghang.store.telemetry.source import Asked, Source
from linghang.store.telemetry.span import Span
from linghang.store.telemetry.volume import Volume, volumes_of

MOST_OPEN = 128
"""Files whose footers are kept in memory."""


@dataclass(slots=True, eq=False)
class _Read:
    """What has been read of a file of the write-ahead log."""

    position: int = 0
    chunks: list[Points] = field(default_factory=list)

    def take(self, frames: Sequence[wal.Frame]) -> None:
        """Take in frames; chunks are joined like digits of a binary counter, so that there are few."""
        if frames:
            self.chunks.append(Points.joined([frame.points() for frame in frames]))
        while len(self.chunks) > 1 and len(self.chunks[-1]) * 2 > len(self.chunks[-2]):
            self.chunks[-2:] = [Points.joined(self.chunks[-2:])]


class Tail:
    """The part of a store's write-ahead log that is not sealed; each byte of it is read once.

    Parameters
    ----------
    folder
        Of the store.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / LOG_FOLDER
        self._files: dict[Path, _Read] = {}

    def read_on(self) -> None:
        """Read what has been written since."""
        paths = wal.files_of(self._folder)
        self._files = {path: self._files.get(path, _Read()) for path in paths}
        for path, read in list(self._files.items()):
            try:
                if path.stat().st_size < read.position:  # a write that failed was taken away
                    read = self._files[path] = _Read()
                frames, read.position = wal.frames_from(path, read.position)
            except FileNotFoundError:  # sealed just now: the manifest has it
                del self._files[path]
                continue
            read.take(frames)

    def after(self, seq: int) -> list[Points]:
        """Return the points of the files that were not sealed when `seq` was the last frame sealed."""
        kept = [read for path, read in sorted(self._files.items()) if wal.first_seq(path) > seq]
        return [chunk for read in kept for chunk in read.chunks]


class Files:
    """Footers of files that were read before, the last used ones; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: OrderedDict[str, Source | KeptFile] = OrderedDict()
        self._lock = Lock()

    def source(self, segment: Segment) -> Source:
        """Return a file of points."""
        found = self._held.get(segment.path)
        if not isinstance(found, Source):
            found = Source(self._folder, segment)
        self._hold(segment.path, found)
        return found

    def rollup(self, rollup: RollUp) -> KeptFile:
        """Return a file of roll-ups."""
        found = self._held.get(rollup.path)
        if not isinstance(found, KeptFile):
            found = KeptFile(self._folder / rollup.path, rollup.size, rollup.sums)
        self._hold(rollup.path, found)
        return found

    def _hold(self, path: str, found: Source | KeptFile) -> None:
        with self._lock:
            self._held[path] = found
            self._held.move_to_end(path)
            if len(self._held) > MOST_OPEN:
                self._held.popitem(last=False)


class View:
    """What the store held at one moment. Its files stay until `close`.

    Parameters
    ----------
    folder
        Of the store.
    standing
        What the manifest said.
    tail
        Points of the write-ahead log that are not in the manifest's files, in the order of writing.
    files
        Where footers are kept.
    handle
        The pin of the generation.
    """

    def __init__(
        self, folder: Path, standing: Standing, tail: Sequence[Points], files: Files, handle: int | None
    ) -> None:
        self.folder, self.standing, self.tail = folder, standing, tail
        self.files = files
        self._handle = handle

    def __enter__(self) -> "View":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        pins.unpin(self._handle)
        self._handle = None

    def tail_sorted(self, asked: Asked) -> Points:
        """Return what is wanted of the write-ahead log, sorted, each (tag, moment) once."""
        return in_order(Points.joined([asked.of(chunk) for chunk in self.tail]))

    def rollups(self, asked: Asked) -> dict[Volume, RollUp]:
        """Return the roll-ups that hold, by volume: those of present files, and those of retired points."""
        held = {}
        for volume, rollup in self.standing.rollups.items():
            retired = volume.end_us <= self.standing.retained_us
            present = volume in self.standing.merged and self.standing.merged[volume].path == rollup.made_from
            if (retired or present) and asked.touches(volume.start_us, volume.end_us - 1):
                held[volume] = rollup
        return held

    def parts(self, asked: Asked) -> Iterator["Part"]:
        """Yield the volumes that may have points that are asked for, oldest first."""
        asked = replace(asked, first_us=max(asked.first_us, self.standing.retained_us))
        span, tail = Span(), self.tail_sorted(asked)
        if len(tail):
            span.see(tail.at_us)
        fresh = [one for one in self.standing.fresh if asked.touches(one.first_us, one.last_us)]
        merged = {vol: one for vol, one in self.standing.merged.items() if asked.touches(one.first_us, one.last_us)}
        volume_of = volumes_of(set(span.by_day).union(*(one.by_day for one in fresh)), self.standing.merged)
        newer = {volume: list[Segment]() for volume in {*volume_of.values(), *merged}}
        for one in fresh:
            for volume in {volume_of[day] for day in one.by_day}:
                newer[volume].append(one)
        for volume in sorted(newer):
            if asked.touches(volume.start_us, volume.end_us - 1):
                within = asked.within(volume)
                older = self.files.source(merged[volume]) if volume in merged else None
                sources = [self.files.source(one) for one in newer[volume]]
                yield Part(volume, within, older, sources, within.of(tail))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One volume of a view.

    Attributes
    ----------
    volume
        Which month or day.
    asked
        What is wanted of it.
    merged
        The merged file, if there is one.
    fresh
        Files that are newer than that one.
    tail
        Points of the write-ahead log that are wanted, sorted.
    """

    volume: Volume
    asked: Asked
    merged: Source | None
    fresh: Sequence[Source]
    tail: Points

    def points(self, tags: NDArray[np.int32] | None = None) -> Iterator[Points]:
        """Yield what is wanted (of these tags only), sorted by tag and moment, each (tag, moment) once."""
        older = [] if self.merged is None else [self.merged]
        return self._merged([*older, *self.fresh], tags)

    def newer(self) -> Iterator[Points]:
        """Yield what was written after the merged file was made, sorted, each (tag, moment) once."""
        return self._merged(self.fresh, None)

    def _merged(self, sources: Sequence[Source], tags: NDArray[np.int32] | None) -> Iterator[Points]:
        asked = self.asked if tags is None else replace(self.asked, tags=tags)
        blocks = [source.rows(self.volume, asked) for source in sources]
        blocks.append(iter([rows_of(asked.of(self.tail), self.volume.start_us)]))
        return (rows.points(self.volume.start_us) for rows in merged(blocks))


def look(folder: Path, manifest: Manifest, tail: Tail, files: Files) -> View:
    """Take a view.

    Raises
    ------
    BadInput
        The store cannot be read.
    """
    try:
        tail.read_on()
        while True:
            handle = pins.pin(folder, generation := manifest.generation())
            standing = manifest.standing()
            if standing.generation == generation:
                return View(folder, standing, tail.after(standing.through_seq), files, handle)
            pins.unpin(handle)  # files left meanwhile, perhaps before they were held
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(folder)), reason=reason_of(error)) from error
