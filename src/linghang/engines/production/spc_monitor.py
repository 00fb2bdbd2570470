"""One characteristic under watch: its limits learnt from a baseline, then point by point in constant memory.

Phase I (ISO 7870-2, 8): centre and sigma from the baseline; points far beyond are left away and the limits computed
again until none is left. Sigma is the mean moving range over d2, which a slow drift inflates little. Limits from few
points are uncertain: new points are scored by Student's law (Q charts, Quesenberry 1991), so that a baseline of 25
points alarms no oftener than three sigma promise, but later.

Neighbouring points that hang together make every chart cry wolf (Alwan and Roberts 1988): where the baseline's lag-one
autocorrelation is significant, the residuals of a first-order autoregression are charted in place of the points.
Residual charts see sudden changes at once but lasting shifts weakly: the CUSUM beside them is there for those.
"""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.spc_rules import RunRules

Floats = NDArray[np.float64]
D2 = 1.1283791670955126
FREEDOM_OF_RANGES = 0.62
"""Degrees of freedom of a mean moving range, per point."""
MEDIAN_RANGE = 0.9538725524
"""Median of the moving range of two standard normal values."""
SIGMA_OF_MEDIAN = 1.4826
"""Standard deviation of normal values over their median absolute deviation: a spread that outliers hardly touch."""
CUT = 3.5
"""Sigma beyond which a baseline point is left away: at 3 the cut itself would make sigma of sound points too small."""
PASSES = 5
MOST_PHI = 0.98


@dataclass(frozen=True)
class Learnt:
    """What a baseline gave.

    Attributes
    ----------
    centre, sigma
        Of the points; sigma is that of the residuals where `phi` is not 0.
    phi
        Lag-one autocorrelation that is taken out; 0 where the points are independent enough.
    count, dropped
        Points of the baseline, and how many of them were left away as out of control.
    autocorrelation
        As found, taken out or not; None where there are too few neighbours.
    """

    centre: float
    sigma: float
    phi: float
    count: int
    dropped: int
    autocorrelation: float | None

    @cached_property
    def freedom(self) -> float:
        """Degrees of freedom of sigma: 0.62 a moving range."""
        return max(FREEDOM_OF_RANGES * (self.count - self.dropped - 1), 3.0)

    @cached_property
    def widened(self) -> float:
        """By how much a new point varies more about the estimated centre than about the true one."""
        return sqrt(1 + 1 / max(self.count - self.dropped, 1))

    @cached_property
    def reach(self) -> float:
        """Half-width of the control limits in the points' unit: three sigma, widened for an uncertain baseline."""
        from scipy.special import ndtr, stdtrit

        return float(stdtrit(self.freedom, ndtr(3.0))) * self.widened * self.spread

    def score(self, deviation: float) -> float:
        """Return a deviation in estimated sigmas as a normal score: what is beyond 3 has a chance of 0.27 %."""
        from scipy.special import ndtri, stdtr

        tail = float(stdtr(self.freedom, -abs(deviation) / self.widened))
        return float(-ndtri(max(tail, 1e-300))) * (1.0 if deviation >= 0 else -1.0)

    @cached_property
    def spread(self) -> float:
        """Standard deviation of the points themselves."""
        return self.sigma / sqrt(1 - self.phi**2)


def learn(
    values: Floats, follows: NDArray[np.bool_] | None = None, *, least: int, most_autocorrelation: float,
    least_sigma: float = 0.0,
) -> Learnt | None:  # fmt: skip
    """Learn limits from a baseline; None where it has too few points or does not vary.

    Parameters
    ----------
    values
        (n,) finite points in the order of time.
    follows
        (n,) whether a point comes right after the one before it; else all do.
    least
        Fewest points.
    most_autocorrelation
        Up to which autocorrelation points are taken as independent.
    least_sigma
        Sigma is at least this (1 for normal scores of counts: limits are never narrower than binomial).
    """
    count = len(values)
    if count < least:
        return None
    next_to = np.ones(count, np.bool_) if follows is None else follows.copy()
    next_to[0] = False
    moved = np.abs(np.diff(values))
    centre = float(np.median(values))
    sigma = float(np.median(moved)) / MEDIAN_RANGE or float(moved.mean()) / D2
    keep = np.ones(count, np.bool_)
    for _ in range(PASSES):
        if not sigma > 0:
            break
        away = np.abs(values - centre)
        now = away <= CUT * max(sigma, SIGMA_OF_MEDIAN * float(np.median(away[keep])), least_sigma)
        if now.sum() < max(least // 2, 2):
            break
        same, keep = bool((now == keep).all()), now
        centre = float(values[keep].mean())
        sigma = float(np.abs(np.diff(values[keep])).mean()) / D2
        if same:
            break
    found = _lag_one(values - centre, keep, next_to)
    limit = max(most_autocorrelation, 2 / sqrt(count))
    phi = 0.0
    if found is not None and abs(found) > limit:
        phi = float(np.clip(found, -MOST_PHI, MOST_PHI))
        sigma = _residual_sigma(values - centre, keep, next_to, phi)
    sigma = max(sigma, least_sigma)
    if not sigma > max(1e-12 * abs(centre), 1e-150):
        return None
    return Learnt(centre, sigma, phi, count, int(count - keep.sum()), found)


def _lag_one(away: Floats, keep: NDArray[np.bool_], next_to: NDArray[np.bool_]) -> float | None:
    pair = next_to[1:] & keep[1:] & keep[:-1]
    before, after = away[:-1][pair], away[1:][pair]
    if len(before) < 10 or before.std() == 0 or after.std() == 0:
        return None
    return float((before * after).sum() / sqrt(float((before**2).sum() * (after**2).sum())))


def _residual_sigma(away: Floats, keep: NDArray[np.bool_], next_to: NDArray[np.bool_], phi: float) -> float:
    pair = next_to[1:] & keep[1:] & keep[:-1]
    left = (away[1:] - phi * away[:-1])[pair]
    spread = float(left.std())
    inside = np.abs(left - left.mean()) <= 4 * spread
    return float(left[inside].std(ddof=1))


@dataclass(frozen=True, slots=True)
class Detectors:
    """What looks at the standardised points: run rules and a CUSUM with reference value k and decision interval h."""

    rules: tuple[str, ...]
    k: float
    h: float


class Watch:
    """A characteristic under watch, point by point; nothing it keeps grows."""

    __slots__ = ("_before", "_detectors", "_down", "_rules", "_up", "learnt")

    def __init__(self, learnt: Learnt, detectors: Detectors) -> None:
        self.learnt = learnt
        self._detectors = detectors
        self._rules = RunRules(detectors.rules)
        self._up = self._down = 0.0
        self._before: float | None = None

    def add(self, value: float, follows: bool = True) -> tuple[float, list[str]]:
        """Take the next point; return its z and what signals: names of rules, `cusum_up`, `cusum_down`.

        Parameters
        ----------
        value
            Finite.
        follows
            Whether it comes right after the point before; only then its residual is known.
        """
        learnt = self.learnt
        away = value - learnt.centre
        if learnt.phi and follows and self._before is not None:
            z = (away - learnt.phi * self._before) / learnt.sigma
        else:
            z = away / learnt.spread
        z = learnt.score(z)
        self._before = away
        signals = self._rules.add(z)
        self._up = max(self._up + z - self._detectors.k, 0.0)
        self._down = max(self._down - z - self._detectors.k, 0.0)
        if self._up > self._detectors.h:
            signals.append("cusum_up")
        if self._down > self._detectors.h:
            signals.append("cusum_down")
        if self._up > self._detectors.h or self._down > self._detectors.h:
            self._up = self._down = 0.0
        return z, signals


class Learning:
    """A characteristic without a baseline: its first points become one."""

    __slots__ = ("_follows", "_least", "_values")

    def __init__(self, least: int) -> None:
        self._least = least
        self._values: list[float] = []
        self._follows: list[bool] = []

    def add(self, value: float, follows: bool = True) -> tuple[Floats, NDArray[np.bool_]] | None:
        """Keep a point; return all kept ones once they are enough (and forget half of them where they do not vary)."""
        self._values.append(value)
        self._follows.append(follows)
        if len(self._values) < self._least:
            return None
        whole = np.array(self._values), np.array(self._follows)
        self._values, self._follows = self._values[self._least // 2 :], self._follows[self._least // 2 :]
        return whole
