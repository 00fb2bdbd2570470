"""The last point of every tag, kept up with: a byte of the log is looked at once, however often one asks.

`TelemetryReader.last` sorts the whole log anew for each question, which is right for one question and too dear for a
page that asks every second.
"""

from pathlib import Path
from threading import Lock

from linghang.errors import BadInput, Place, reason_of
from linghang.store.telemetry import wal
from linghang.store.telemetry.inventory import state_of
from linghang.store.telemetry.manifest import Manifest
from linghang.store.telemetry.points import Points, TagKind
from linghang.store.telemetry.registry import Registry
from linghang.store.telemetry.rows import in_order
from linghang.store.telemetry.settings import LOG_FOLDER
from linghang.store.telemetry.source import Asked
from linghang.store.telemetry.state import TagState


class Latest:
    """The last point of every tag of a store. Safe to use from several threads.

    Parameters
    ----------
    folder
        Of the store.

    Raises
    ------
    BadInput
        There is no store, it is damaged, or a newer version made it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._manifest = Manifest(folder, writes=False)
        self._registry = Registry(self._manifest)
        self._through, self._retained = -1, Asked()
        self._state = TagState.of_no_tags()
        self._positions: dict[Path, int] = {}

    def close(self) -> None:
        """Let go of the store."""
        self._manifest.close()

    @property
    def names(self) -> list[str]:
        """Names of the tags by their numbers; it grows."""
        return self._registry.names

    @property
    def kinds(self) -> list[TagKind]:
        """Kinds of the tags by their numbers; it grows."""
        return self._registry.kinds

    @property
    def texts(self) -> list[str]:
        """Texts that values of text tags stand for; it grows."""
        return self._registry.texts

    def look(self) -> Points:
        """Return the last point, by its moment, of each tag that has one, in the order of their numbers.

        Raises
        ------
        BadInput
            The store cannot be read.
        """
        try:
            with self._lock:
                self._catch_up()
                return self._state.known()
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(self._folder)), reason=reason_of(error)) from error

    def _catch_up(self) -> None:
        """Read what was written since; all of the log where files of it were sealed or taken back meanwhile."""
        news = self._read_on()
        through, packed = self._manifest.state()
        while news is None or through != self._through:
            standing = self._manifest.standing()
            self._retained = Asked(None, standing.retained_us)
            self._through, self._positions = through, {}
            self._state = state_of(packed)
            news = self._read_on()
            through, packed = self._manifest.state()  # what was sealed while the log was read is in neither
        self._registry.refresh()
        if len(self._state) < len(self._registry):
            self._state = self._state.copy(len(self._registry))
        self._state.fold(in_order(self._retained.of(Points.joined(news))))

    def _read_on(self) -> list[Points] | None:
        """Return the points of the log that were not read yet; None where the log must be read from its beginning."""
        news = []
        for path in wal.files_of(self._folder / LOG_FOLDER):
            if wal.first_seq(path) <= self._through:
                continue
            position = self._positions.get(path, 0)
            try:
                if path.stat().st_size < position:  # a write that failed was taken away
                    return None
                frames, self._positions[path] = wal.frames_from(path, position)
            except FileNotFoundError:  # sealed just now
                return None
            news += [frame.points() for frame in frames]
        return news
