"""When points were: the first and the last moment, and how many there are of each day."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from linghang.store.telemetry.points import END_US, FIRST_US
from linghang.store.telemetry.volume import DAY_US, day_of


class Span:
    """Gathers the moments of points, block by block.

    Attributes
    ----------
    first_us, last_us
        The first and the last moment.
    by_day
        How many points there were of each day (days since 1970-01-01).
    """

    def __init__(self) -> None:
        self.first_us, self.last_us = END_US, FIRST_US
        self.by_day: Counter[int] = Counter()

    def see(self, at_us: NDArray[np.int64]) -> None:
        """Take in moments, one at least."""
        first, last = int(at_us.min()), int(at_us.max())
        self.first_us, self.last_us = min(self.first_us, first), max(self.last_us, last)
        if day_of(first) == day_of(last):
            self.by_day[day_of(first)] += len(at_us)
            return
        days, counts = np.unique(at_us // DAY_US, return_counts=True)
        self.by_day.update(dict(zip(days.tolist(), counts.tolist(), strict=True)))
