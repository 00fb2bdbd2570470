"""Drift of the baseline: the machine is no longer quite as it was learnt, though nothing warns; then learn it anew.

Means of so many samples as the detector remembers are nearly independent; a one-sided CUSUM (Page 1954) of how many
deviations of the held-out samples they lie above their centre tells a small change that stays from chance. Samples
during a warning do not count: a fault is no new baseline.

`Recent` keeps samples that are confirmed normal, in constant memory: nothing warned and nothing broke for some days
after them. Only these may be learnt anew.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from linghang.engines.equipment.warning_detector import Flags, Floats

ALLOWANCE = 2.0
"""Deviations of a mean that chance and the plant's own ups and downs may take: about half way to the limit."""
DECISION = 20.0
"""Sum at which it is drift: a mean that stays three deviations above needs twenty, some 400 samples (about four days of
work); what goes by sooner, or is a fault that soon warns, does not get there."""


@dataclass(slots=True)
class DriftState:
    """A CUSUM of means of `every` samples.

    Attributes
    ----------
    every
        Samples of one mean.
    total, count
        Of the mean that is being formed.
    above
        The CUSUM.
    told
        Whether the drift has been told; it is told once.
    """

    every: int
    total: float = 0.0
    count: int = 0
    above: float = 0.0
    told: bool = False

    def forget(self) -> None:
        """Begin anew: what rose was a fault."""
        self.total, self.count, self.above = 0.0, 0, 0.0

    def step(self, deviations: float) -> bool:
        """Take how far a sample without warning lies above the centre; whether drift is to be told now."""
        self.total, self.count = self.total + deviations, self.count + 1
        if self.count < self.every:
            return False
        self.above = max(0.0, self.above + self.total / self.count - ALLOWANCE)
        self.total, self.count = 0.0, 0
        if self.told or self.above < DECISION:
            return False
        self.told = True
        return True


@dataclass(slots=True)
class Recent:
    """Samples that may be learnt anew.

    Attributes
    ----------
    rows
        How many confirmed samples are kept at most; the oldest go.
    confirm_us
        How long nothing may have warned or broken after a sample.
    """

    rows: int
    confirm_us: int
    waiting: deque[tuple[int, Floats, bool]] = field(default_factory=deque)
    confirmed: deque[tuple[int, Floats, bool]] = field(default_factory=deque)

    def add(self, at_us: int, sample: Floats, fresh: bool) -> None:
        """Take a sample without warning; those before it by the time of confirmation are confirmed."""
        self.waiting.append((at_us, sample, fresh))
        while self.waiting and self.waiting[0][0] <= at_us - self.confirm_us:
            self.confirmed.append(self.waiting.popleft())
        while len(self.confirmed) > self.rows:
            self.confirmed.popleft()

    def doubt(self) -> None:
        """Forget what is not confirmed yet: something warned or broke."""
        self.waiting.clear()

    def samples(self) -> tuple[Floats, Flags]:
        """Return (n, k) confirmed samples, oldest first, and where stretches begin."""
        if not self.confirmed:
            return np.empty((0, 0)), np.empty(0, np.bool_)
        return np.vstack([one[1] for one in self.confirmed]), np.array([one[2] for one in self.confirmed], np.bool_)
