"""A sink that keeps everything in memory, and the surroundings of a connector under test."""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linghang.intake.live.sink import Level, Surroundings
from linghang.store.telemetry.points import Points, StoreFull, TagKind


class MemorySink:
    """Keeps what it is given; while `full`, it refuses."""

    def __init__(self) -> None:
        self.tags: dict[tuple[str, TagKind], int] = {}
        self.words: list[str] = []
        self.kept: list[Points] = []
        self.full = False
        self.refused = 0

    def register(self, names: Sequence[str], kinds: Sequence[TagKind] | TagKind) -> NDArray[np.int32]:
        self._refuse_when_full()
        several = [kinds] * len(names) if isinstance(kinds, TagKind) else kinds
        return np.array(
            [self.tags.setdefault(one, len(self.tags)) for one in zip(names, several, strict=True)], dtype=np.int32
        )

    def text_numbers(self, words: Sequence[str]) -> list[int]:
        self._refuse_when_full()
        self.words += [one for one in dict.fromkeys(words) if one not in self.words]
        return [self.words.index(one) for one in words]

    def append(self, points: Points) -> None:
        self._refuse_when_full()
        self.kept.append(points)

    def _refuse_when_full(self) -> None:
        if self.full:
            self.refused += 1
            raise StoreFull("no space")

    @property
    def count(self) -> int:
        return sum(len(one) for one in self.kept)

    def of(self, name: str) -> list[tuple[int, float | str, int]]:
        """Moment, value and quality of every point of a tag, in the order of arrival; texts are read."""
        points = Points.joined(self.kept)
        found: list[tuple[int, float | str, int]] = []
        kinds = {number: kind for (one, kind), number in self.tags.items() if one == name}
        for tag, at_us, value, quality in zip(*(getattr(points, one).tolist() for one in _COLUMNS), strict=True):
            if tag in kinds:
                text = kinds[tag] == TagKind.TEXT and not np.isnan(value)
                found.append((at_us, self.words[int(value)] if text else value, quality))
        return found

    def values(self, name: str) -> list[float | str]:
        """Every value of a tag in the order of arrival."""
        return [value for _, value, _ in self.of(name)]

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.tags}


_COLUMNS = ("tag", "at_us", "value", "quality")


class Log:
    """Collects lines."""

    def __init__(self) -> None:
        self.lines: dict[Level, list[str]] = defaultdict(list)

    def __call__(self, level: Level, text: str) -> None:
        self.lines[level].append(text)

    def said(self, *parts: str) -> bool:
        return any(all(part in line for part in parts) for lines in self.lines.values() for line in lines)


def now_us() -> int:
    return time.time_ns() // 1000


def surroundings(folder: Path, **environment: str) -> tuple[Surroundings, Log]:
    log = Log()
    return Surroundings(folder, environment, now_us, log, seed=1), log


def eventually(condition: object, seconds: float = 10.0) -> bool:
    """Wait until `condition()` holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():  # type: ignore[operator]
            return True
        threading.Event().wait(0.01)
    return bool(condition())  # type: ignore[operator]
