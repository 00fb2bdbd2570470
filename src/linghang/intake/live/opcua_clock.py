"""Jumps of clocks: the server's beside ours, and ours beside one that only goes forward."""

from collections.abc import Callable
from dataclasses import dataclass

from linghang.words import tr

JUMP_S = 5.0
"""A change of the difference between two clocks that is said and counted (ours): below it lie slow networks."""


@dataclass(slots=True)
class ClockWatch:
    """Compares the server's clock with ours whenever a message comes.

    Attributes
    ----------
    monotonic
        A clock that only goes forward, seconds.
    """

    monotonic: Callable[[], float]
    _ahead_s: float | None = None
    _own_s: float | None = None

    def note(self, server_us: int, now_us: int) -> tuple[bool, str | None]:
        """Compare once.

        Parameters
        ----------
        server_us
            When the server says that it sent the message, UTC microseconds.
        now_us
            When we say that it came, UTC microseconds.

        Returns
        -------
        tuple
            Whether a clock jumped, and a line for a person where there is something to say.
        """
        ahead_s, own_s = (server_us - now_us) / 1e6, now_us / 1e6 - self.monotonic()
        before, own_before = self._ahead_s, self._own_s
        self._ahead_s, self._own_s = ahead_s, own_s
        if before is None or own_before is None:
            if abs(ahead_s) <= JUMP_S:
                return False, None
            text = tr("the server's clock differs from ours by {seconds} s", seconds=_s(ahead_s))
            return False, text
        if abs(own_s - own_before) > JUMP_S:
            jump = _s(own_s - own_before)
            return True, tr("this computer's clock jumped by {seconds} s", seconds=jump)
        if abs(ahead_s - before) > JUMP_S:
            jump = _s(ahead_s - before)
            return True, tr("the server's clock jumped by {seconds} s", seconds=jump)
        return False, None


def _s(seconds: float) -> str:
    return f"{seconds:+.1f}"
