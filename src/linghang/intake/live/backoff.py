"""How long to wait before the next try to connect."""

from random import Random

FIRST_S = 0.5
MOST_S = 30.0
JITTER = 0.25
"""The part of a wait that chance takes away, so that many connectors do not come back in one moment (ours)."""


class BackOff:
    """Waits that double from `first_s` to `most_s`, each shortened by chance.

    Parameters
    ----------
    seed
        Of the chance.
    first_s, most_s
        The first and the longest wait, seconds.
    """

    def __init__(self, seed: int, first_s: float = FIRST_S, most_s: float = MOST_S) -> None:
        self._random = Random(seed)
        self._first_s, self._most_s = first_s, most_s
        self._next_s = first_s

    def wait_s(self) -> float:
        """Return the seconds to wait now; the next wait is twice as long."""
        whole = self._next_s
        self._next_s = min(whole * 2, self._most_s)
        return whole * (1 - JITTER * self._random.random())

    def reset(self) -> None:
        """Begin again with the first wait: a connection stood."""
        self._next_s = self._first_s
