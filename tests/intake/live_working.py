"""A connector at work beside the test, on a sink that keeps its points one by one."""

import contextvars
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from linghang.intake.live.sink import Connector, StoreFull, Surroundings
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import Points, TagKind

WAIT_S = 120.0


class KeptSink:
    """Keeps points in a list; `full` lets it refuse."""

    def __init__(self) -> None:
        self.tags: list[tuple[str, TagKind]] = []
        self.texts: list[str] = []
        self.kept: list[tuple[int, int, float, int]] = []
        self.full = False
        self._places: dict[tuple[str, TagKind], int] = {}

    def register(self, names: Sequence[str], kinds: Sequence[TagKind] | TagKind) -> Any:
        each = [kinds] * len(names) if isinstance(kinds, TagKind) else kinds
        for tag in zip(names, each, strict=True):
            if tag not in self._places:
                self._places[tag] = len(self.tags)
                self.tags.append(tag)
        return np.array([self._places[tag] for tag in zip(names, each, strict=True)], np.int32)

    def text_numbers(self, words: Sequence[str]) -> list[int]:
        self.texts += [word for word in dict.fromkeys(words) if word not in self.texts]
        return [self.texts.index(word) for word in words]

    def append(self, points: Points) -> None:
        if self.full:
            raise StoreFull("full")
        columns = (points.tag, points.at_us, points.value, points.quality)
        self.kept.extend(zip(*(column.tolist() for column in columns), strict=True))

    def of(self, name: str) -> list[tuple[TagKind, int, float, int]]:
        """Everything kept of one tag: kind, moment, value, quality."""
        named = [(*self.tags[tag], at, value, quality) for tag, at, value, quality in self.kept]
        return [tuple(rest) for one, *rest in named if one == name]

    def values(self, name: str) -> list[float]:
        return [value for _, _, value, _ in self.of(name)]

    def words(self, name: str) -> list[str]:
        return [self.texts[int(value)] for value in self.values(name)]


class AtWork:
    """Runs a connector in a thread until the block ends."""

    def __init__(
        self, make: Callable[["AtWork", Surroundings], Connector], folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.hints: list[TagHint] = []
        self.lines: list[tuple[str, str]] = []
        self.sink, self.stop = KeptSink(), threading.Event()
        around = Surroundings(
            folder, env or {}, lambda: time.time_ns() // 1000, lambda level, text: self.lines.append((level, text))
        )
        self.connector = make(self, around)
        self._thread = threading.Thread(
            target=contextvars.copy_context().run, args=(self.connector.run, self.sink, self.stop)
        )

    def __enter__(self) -> "AtWork":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive(), "the connector does not stop"

    @property
    def said(self) -> str:
        return "\n".join(text for _, text in list(self.lines))

    def wait(self, reached: Callable[[], Any], what: str = "") -> None:
        """Wait until something has happened."""
        until = time.monotonic() + WAIT_S
        while not reached():
            counts = self.connector.counters.snapshot()
            assert time.monotonic() < until, f"never happened: {what}\n{self.said}\n{counts}"
            time.sleep(0.01)

    def count(self, name: str) -> int:
        return self.connector.counters[name]
