"""Sealing: a full file of the write-ahead log becomes a sorted Parquet file, while the next one is written."""

import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from linghang.errors import BadInput, Place
from linghang.store.telemetry import kept
from linghang.store.telemetry.durable import publish, refusal
from linghang.store.telemetry.manifest import Segment
from linghang.store.telemetry.points import SCHEMA, Points
from linghang.store.telemetry.rows import in_order
from linghang.store.telemetry.settings import SEGMENT_FOLDER, Counts, Log, StoreSettings
from linghang.store.telemetry.source import Asked
from linghang.store.telemetry.span import Span
from linghang.store.telemetry.wal import Frame
from linghang.words import tr


@dataclass(slots=True, eq=False)
class Hot:
    """A file of the write-ahead log, with its frames in memory.

    Attributes
    ----------
    path
        The file.
    frames
        Those that are durable.
    rows
        How many points they hold.
    damaged
        Whether some of the file cannot be read: it is put aside then, and not removed.
    """

    path: Path
    frames: list[Frame] = field(default_factory=list)
    rows: int = 0
    damaged: bool = False

    @property
    def last_seq(self) -> int:
        """Number of the last frame; 0 without any."""
        return self.frames[-1].seq if self.frames else 0


def sealed(folder: Path, frames: Sequence[Frame], retained_us: int) -> tuple[Segment | None, Points, int]:
    """Write frames as one sorted file, durably; it does not belong to the store yet.

    Parameters
    ----------
    folder
        Of the store.
    frames
        At least one.
    retained_us
        Points from before this moment are left out.

    Returns
    -------
    Segment or None, Points, int
        The file (none without points), what is in it, each (tag, moment) once, and how many points were left out.

    Raises
    ------
    OSError
        It cannot be written.
    """
    taken = Points.joined([frame.points() for frame in frames])
    retained = Asked(None, retained_us).of(taken)
    too_old = len(taken) - len(retained)
    points = in_order(retained)
    if not len(points):
        return None, points, too_old
    path = Path(SEGMENT_FOLDER) / f"{frames[0].seq:020d}-{frames[-1].seq:020d}.parquet"
    facts = kept.write(folder / path, [points.table()], SCHEMA)
    publish([folder / path])
    span = Span()
    span.see(points.at_us)
    segment = Segment(str(path), None, frames[-1].seq, span.first_us, span.last_us, span.by_day, facts.size, facts.sums)
    return segment, points, too_old


class Sealer:
    """A thread that seals one file after the other, and tries again where it cannot.

    Parameters
    ----------
    seal
        Seals one file and makes the store know; raises where it cannot.
    settings
        How many may wait, and how long it waits before it tries again.
    counts
        Where failures are counted.
    log
        Told when sealing fails and when it works again.
    """

    def __init__(self, seal: Callable[[Hot], None], settings: StoreSettings, counts: Counts, log: Log) -> None:
        self._seal, self._settings, self._counts, self._log = seal, settings, counts, log
        self._changed = Condition()
        self._queue: deque[Hot] = deque()
        self._trouble: BadInput | None = None
        self._ended = False
        context = contextvars.copy_context()  # the language of whoever opened the store
        self._thread = Thread(target=context.run, args=(self._work,), name="telemetry sealing", daemon=True)
        self._thread.start()

    def put(self, hot: Hot, at_once: bool = False) -> None:
        """Hand over a file; waits while too many wait, unless `at_once`.

        Raises
        ------
        BadInput
            Too many wait because sealing fails (`StoreFull` where space is missing); it was not handed over.
        """
        with self._changed:
            while len(self._queue) >= self._settings.waiting_segments and not at_once:
                if self._trouble is not None:
                    raise self._trouble
                self._changed.wait()
            self._queue.append(hot)
            self._changed.notify_all()

    def finish(self) -> None:
        """Return when everything that was handed over is sealed.

        Raises
        ------
        BadInput
            Sealing fails; it goes on trying.
        """
        with self._changed:
            while self._queue:
                if self._trouble is not None:
                    raise self._trouble
                self._changed.wait()

    def end(self) -> None:
        """Stop after the file at hand; what waits is found again at the next opening."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while (hot := self._next()) is not None:
            try:
                self._seal(hot)
            except Exception as error:
                self._failed(hot, error)
            else:
                self._succeeded()

    def _next(self) -> Hot | None:
        with self._changed:
            while not self._queue and not self._ended:
                self._changed.wait()
            return None if self._ended else self._queue[0]

    def _failed(self, hot: Hot, error: Exception) -> None:
        if isinstance(error, OSError):
            error = refusal(error, hot.path)
        if not isinstance(error, BadInput):
            error = BadInput("cannot be sealed: {reason}", Place(str(hot.path)), reason=repr(error))
        self._counts.add("seal_failures")
        if str(error) != str(self._trouble):
            self._log("error", tr("telemetry waits in the write-ahead log, safe but not sealed: {why}", why=error))
        with self._changed:
            self._trouble = error
            self._changed.notify_all()
            if not self._ended:
                self._changed.wait(self._settings.retry_s)

    def _succeeded(self) -> None:
        if self._trouble is not None:
            self._log("info", tr("telemetry is sealed again; nothing was lost"))
        self._counts.add("segments_sealed")
        with self._changed:
            self._queue.popleft()
            self._trouble = None
            self._changed.notify_all()
