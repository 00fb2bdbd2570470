"""Equipment monitoring, counters: what a counter that only grows has counted, over resets, rollovers and dips.

What it cannot do: pieces that were made between the last point before a reset and the reset are not in the counter any
more, and so not in the count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROLLOVERS = (1e4, 1e5, 1e6, 1e7, 1e8, 2.0**15, 2.0**16, 2.0**31, 2.0**32)
"""Where counters usually start again: decades of mechanical counters and displays, words of controllers."""
NEAR = 0.9
"""A counter that rolls over was in the last tenth before the rollover; one further away was reset."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter counted.

    Attributes
    ----------
    at_us, amount
        (n,) moments of the points that counted anything, and how much since the point before.
    resets, rollovers, dips
        How often it began again at nought, ran over, or was lower for a single point (which is left out).
    """

    at_us: NDArray[np.int64]
    amount: NDArray[np.float64]
    resets: int = 0
    rollovers: int = 0
    dips: int = 0

    def between(self, start_us: int, end_us: int) -> float:
        """Return what was counted by points of `[start, end)`."""
        return float(self.amount[(self.at_us >= start_us) & (self.at_us < end_us)].sum())


def counted(at_us: NDArray[np.int64], value: NDArray[np.float64]) -> Counted:
    """Return the increments of a counter.

    Parameters
    ----------
    at_us, value
        (n,) moments, ascending, and values; those that are no number are left out, negative ones too.

    Notes
    -----
    The first point counts nothing. A single point that is lower than both neighbours while they do not fall is a dip.
    Of other falls it is a rollover if the counter was within a tenth of a usual rollover and what is missing to it,
    with the new value, is not more than the largest step before; else it was reset to nought, and the new value is
    what was counted since.
    """
    good = np.isfinite(value) & (value >= 0)
    at_us, value = at_us[good], value[good]
    low = np.zeros(len(value), bool)
    if len(value) > 2:
        low[1:-1] = (value[1:-1] < value[:-2]) & (value[1:-1] < value[2:]) & (value[2:] >= value[:-2])
    at_us, value = at_us[~low], value[~low]
    step = np.diff(value)
    resets = rollovers = 0
    largest = np.maximum.accumulate(np.maximum(step, 0.0)) if len(step) else step
    for place in np.flatnonzero(step < 0):
        before, after = value[place], value[place + 1]
        over = [one - before + after for one in ROLLOVERS if NEAR * one <= before < one]
        usual = largest[place]
        if over and min(over) <= usual:
            step[place], rollovers = min(over), rollovers + 1
        else:
            step[place], resets = after, resets + 1
    moved = step > 0
    return Counted(at_us[1:][moved], step[moved], resets, rollovers, int(low.sum()))
