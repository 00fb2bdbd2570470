"""Files that were made for somebody: kept for an hour, for that person alone, then deleted."""

import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from weakref import finalize

KEPT_FOR_S = 3_600.0
MOST = 24
"""Lots of files that are kept at once; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file with the name that it is fetched by."""

    path: Path
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class _Lot:
    person: str
    until: float
    folder: Path
    files: Mapping[str, Handed]


class Handing:
    """What lies ready to be fetched.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._ours = Path(mkdtemp(prefix="linghang-handed-"))
        finalize(self, shutil.rmtree, self._ours, ignore_errors=True)
        self._lots: dict[str, _Lot] = {}

    def room(self) -> Path:
        """Return a new folder for what is being made; it becomes a lot by `hand`, or is deleted by `clear`."""
        folder = self._ours / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        return folder

    def hand(self, person: str, folder: Path, files: Mapping[str, Handed]) -> str:
        """Keep the files of a folder for a person; return the secret that they are fetched by."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._lots[key] = _Lot(person, self._clock() + KEPT_FOR_S, folder, dict(files))
        self._tidy()
        return key

    def get(self, key: str, person: str, which: str) -> Handed | None:
        """Return a file of a lot; None where there is none, or no longer, or it is somebody else's."""
        self._tidy()
        with self._lock:
            lot = self._lots.get(key)
        found = None if lot is None or lot.person != person else lot.files.get(which)
        return found if found is not None and found.path.is_file() else None

    def drop(self, key: str, person: str) -> bool:
        """Delete a lot; return whether there was one."""
        with self._lock:
            lot = self._lots.get(key)
            if lot is None or lot.person != person:
                return False
            del self._lots[key]
        self.clear(lot.folder)
        return True

    def clear(self, folder: Path) -> None:
        """Delete a folder with what is in it."""
        shutil.rmtree(folder, ignore_errors=True)

    def _tidy(self) -> None:
        with self._lock:
            now = self._clock()
            over = [key for key, lot in self._lots.items() if lot.until <= now]
            over += [key for key in self._lots if key not in over][: max(len(self._lots) - len(over) - MOST, 0)]
            gone = [self._lots.pop(key) for key in over]
        for lot in gone:
            self.clear(lot.folder)


@cache
def handing() -> Handing:
    """What lies ready in this process: the folder goes when the process ends."""
    return Handing()
