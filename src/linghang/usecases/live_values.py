"""Values of tags as they are now, for all who look on: read once, said once, whatever the number of listeners."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from linghang.store.state import records_state
from linghang.store.telemetry import TelemetryReader, quality_of
from linghang.store.telemetry.latest import Latest
from linghang.store.telemetry.manifest import FILE as MANIFEST
from linghang.store.telemetry.points import Points, TagKind
from linghang.store.workspace import open_workspace
from linghang.usecases.telemetry import Meaning, has_telemetry, meanings

Shown = Mapping[str, Any]
FRESH_FOR_S = 0.5
"""How long what was read is said again to others who ask."""
MEANT_FOR_S = 10.0
"""How often it is looked whether the records say something else of the tags."""


def edition_of(folder: Path) -> int:
    """Return a number that is another one when the telemetry of a workspace was exchanged; 0 while there is none."""
    manifest = folder / "telemetry" / MANIFEST
    return manifest.stat().st_ino if manifest.exists() else 0


def shared_reader(folder: Path) -> TelemetryReader:
    """Return a reader of a workspace's telemetry that stays open: footers and the log are read once, not by each page.

    Raises
    ------
    BadInput
        It is no workspace, or nothing was ever stored.
    """
    return _reader(open_workspace(folder).folder / "telemetry", edition_of(folder))


@lru_cache(maxsize=2)
def _reader(folder: Path, _inode: int) -> TelemetryReader:
    return TelemetryReader(folder)


def live_values(folder: Path) -> "LiveValues":
    """Return the values of a workspace as all of this process share them."""
    return _values(folder, edition_of(folder))


@lru_cache(maxsize=2)
def _values(folder: Path, _inode: int) -> "LiveValues":
    return LiveValues(folder)


class LiveValues:
    """The last values of all tags, in the units of the records; safe to use from several threads.

    Parameters
    ----------
    folder
        The workspace.
    clock
        Seconds that only grow.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock, self._lock = folder, clock, Lock()
        self._latest: Latest | None = None
        self._before = Points.none()
        self._shown: dict[str, Shown] = {}
        self._numbers: dict[str, int] = {}
        self._meant: dict[str, Meaning] = {}
        self._records: str | None = None
        self._read_at, self._meant_at = -MEANT_FOR_S * 2, -MEANT_FOR_S * 2
        self._chosen: dict[tuple[str, ...], tuple[int, list[str]]] = {}
        self._edition = 0

    def look(self) -> dict[str, Shown]:
        """Return name -> title, unit, equipment, kind, value, at, good, quality; nothing before anything is stored.

        What has not changed is the same object as before.

        Raises
        ------
        BadInput
            The telemetry cannot be read.
        """
        with self._lock:
            if self._clock() - self._read_at >= FRESH_FOR_S:
                self._read()
                self._read_at = self._clock()
            return self._shown

    def chosen(self, words: Sequence[str] = (), names: Sequence[str] = ()) -> dict[str, Shown]:
        """Return those whose name or title holds all the words, or that are named."""
        shown = self.look()
        if names:
            return {name: shown[name] for name in names if name in shown}
        wanted = tuple(word.casefold() for word in words)
        edition, fitting = self._chosen.get(wanted, (-1, []))
        if edition != self._edition or len(fitting) > len(shown):
            texts = ((name, f"{name} {one['title']}".casefold()) for name, one in shown.items())
            fitting = [name for name, text in texts if all(word in text for word in wanted)]
            if len(self._chosen) > 256:
                self._chosen.clear()
            self._chosen[wanted] = self._edition, fitting
        return {name: shown[name] for name in fitting}

    @property
    def meant(self) -> Mapping[str, Meaning]:
        """What the records say of the tags, as last read."""
        return self._meant

    def _read(self) -> None:
        if self._latest is None:
            if not has_telemetry(self._folder):
                return
            self._latest = Latest(self._folder / "telemetry")
        again = self._meant_anew()
        points = self._latest.look()
        changed = points.tag if again else points.tag[_differing(points, self._before)]
        places = np.searchsorted(points.tag, changed)
        self._before = points
        if not len(changed):
            return
        shown = dict(self._shown) if not again else {}
        for tag, place in zip(changed.tolist(), places.tolist(), strict=True):
            name = self._latest.names[tag]
            one = self._said(name, tag, points, place)
            if (other := self._numbers.get(name)) is not None and other != tag and name in shown:
                if points.at_us[np.searchsorted(points.tag, other)] > points.at_us[place]:
                    continue  # the same name with another kind, which came later
            elif name not in shown:
                self._edition += 1
            self._numbers[name] = tag
            shown[name] = one
        self._shown = shown

    def _meant_anew(self) -> bool:
        if self._clock() - self._meant_at < MEANT_FOR_S:
            return False
        self._meant_at = self._clock()
        state = records_state(open_workspace(self._folder).engine())
        if state == self._records:
            return False
        self._records = state
        found = meanings(self._folder)
        if found == self._meant:
            return False
        self._meant = found
        self._edition += 1
        return True

    def _said(self, name: str, tag: int, points: Points, place: int) -> Shown:
        assert self._latest is not None
        meaning, kind = self._meant.get(name), self._latest.kinds[tag]
        stored = float(points.value[place])
        value: float | str | bool | None = stored
        if stored != stored:
            value = None
        elif kind is TagKind.TEXT:
            texts, number = self._latest.texts, int(stored)
            value = texts[number] if 0 <= number < len(texts) else None
        elif kind is TagKind.FLAG:
            value = bool(stored)
        quality = quality_of(int(points.quality[place]))
        return {
            "title": meaning.title if meaning else "",
            "unit": (meaning.mapping.unit or "") if meaning else "",
            "equipment": (meaning.mapping.equipment_id or "") if meaning else "",
            "kind": kind.value,
            "value": meaning.value(value) if meaning else value,
            "at": datetime.fromtimestamp(int(points.at_us[place]) / 1e6, UTC).isoformat(timespec="milliseconds"),
            "good": quality.name == "GOOD",
            "quality": quality.name.lower(),
        }


def _differing(points: Points, before: Points) -> Any:
    """Which points are others than before; tags do not go away, and new ones stand anywhere."""
    if len(points) == len(before) and np.array_equal(points.tag, before.tag):
        same = (points.at_us == before.at_us) & (points.quality == before.quality)
        same &= (points.value == before.value) | (np.isnan(points.value) & np.isnan(before.value))
        return ~same
    return np.ones(len(points), bool)
