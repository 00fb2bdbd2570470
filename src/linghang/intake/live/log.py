"""Lines that would come too often, said rarely."""

from collections.abc import Callable

from linghang.intake.live.sink import Level, Log
from linghang.words import tr

EVERY_S = 60.0
"""Seconds in which one complaint is said once (ours)."""
MOST_KEYS = 10_000
"""Different complaints that are remembered (ours); then all are forgotten and may be said again."""


class Rarely:
    """Says each complaint at most once in `every_s`, with how often it was held back.

    Parameters
    ----------
    log
        Where the lines go.
    monotonic
        A clock that only goes forward, seconds.
    every_s
        The time in which one complaint is said once.
    """

    def __init__(self, log: Log, monotonic: Callable[[], float], every_s: float = EVERY_S) -> None:
        self._log, self._monotonic, self._every_s = log, monotonic, every_s
        self._said: dict[object, tuple[float, int]] = {}

    def __call__(self, key: object, level: Level, text: str) -> None:
        """Say `text` unless `key` was said a short while ago."""
        now = self._monotonic()
        if (before := self._said.get(key)) is not None and now - before[0] < self._every_s:
            self._said[key] = (before[0], before[1] + 1)
            return
        if len(self._said) >= MOST_KEYS:
            self._said.clear()
        self._said[key] = (now, 0)
        if before is not None and before[1]:
            text = tr("{line} ({count} more like it since)", line=text, count=before[1])
        self._log(level, text)
