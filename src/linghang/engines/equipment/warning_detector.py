"""The detector of early warning: two statistics with a memory, on plain arrays.

What is learnt from normal samples is how the sensors vary together and in time; what is watched is whether they
still do:

- **level**: Hotelling's T² of the exponentially weighted mean of the sensors (multivariate EWMA; Lowry, Woodall, Champ,
  Rigdon 1992) in the subspace that explains most of the learnt variation: a shift that stays, however small;
- **relation**: the exponentially weighted mean of the squared prediction error of a dynamic PCA (Ku, Storer, Georgakis
  1995: the sensors and their last values; Jackson and Mudholkar 1979 for the error): a relation between sensors, or
  between now and just before, that is broken, and a noise that has grown.

Both are much like chi-squared variables, whose fourth roots are nearly normal (Hawkins and Wixley 1986). The roots are
standardised by what samples showed that had been held out of the learning (`warning_limits`), and the index is the
greater of the two over its limit: above 1 the machine is not as it was learnt. One sensor is the case k = 1 of the
same. Contributions by sensor are decompositions that add up to the statistic (partial ones of T², complete ones of the
error; Alcala and Qin 2011): a sensor that is where it always was contributes nothing.

It cannot tell a fault from a change that is meant, and what was in the samples it learnt from is normal to it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MIN_ROWS = 100
"""Fewer samples say too little about relations: five held-out blocks of twenty are the least that limits stand on."""
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Tuning:
    """The setting of the detector: one for all machines and all data.

    Attributes
    ----------
    memory
        Weight of the newest sample: 0.06 remembers about 16 samples, at the lower end of what is usual, for small
        shifts (Montgomery, Introduction to Statistical Quality Control: 0.05 to 0.25).
    lags
        How many earlier values each sensor brings into the relation: 3; Ku et al. use 1 to 3, and one more than second
        order costs little.
    explained
        Share of the variation that the subspaces keep: 0.75, less than the usual 0.8 to 0.9, because with the lags the
        rest has to be large enough to show a broken relation.
    limit
        How many standard deviations of the held-out roots make the index 1: 5, because the samples depend on
        each other and a warning that is false once a quarter is already too frequent.
    clip
        No single value counts for more than so many deviations of its sensor: a spike is no shift.
    blocks
        Contiguous blocks that are held out in turn to set the limits.
    """

    memory: float = 0.06
    lags: int = 3
    explained: float = 0.75
    limit: float = 5.0
    clip: float = 15.0
    blocks: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.memory <= 1 or not 0 <= self.lags <= 20:
            raise BadInput("the memory of a detector lies in (0, 1], its lags between 0 and 20")
        if not 0 < self.explained < 1 or not self.limit > 0 or not self.clip > 0 or self.blocks < 2:
            raise BadInput("explained lies between 0 and 1; limit and clip are above 0; there are two blocks or more")


@dataclass(frozen=True, slots=True)
class Subspace:
    """Principal components of standardised features.

    Attributes
    ----------
    centre, scale
        (m,) of the features.
    axes
        (m, a) the components kept.
    variance
        (a,) theirs.
    """

    centre: Floats
    scale: Floats
    axes: Floats
    variance: Floats

    def level_parts(self, features: Floats) -> Floats:
        """Return (..., m) contributions to T²: x times P Λ⁻¹ Pᵀ x, by feature; a feature at its centre has none."""
        standard = (features - self.centre) / self.scale
        return np.asarray(standard * (((standard @ self.axes) / self.variance) @ self.axes.T))

    def error_parts(self, features: Floats) -> Floats:
        """Return (..., m) contributions to the squared prediction error."""
        standard = (features - self.centre) / self.scale
        return np.asarray((standard - (standard @ self.axes) @ self.axes.T) ** 2)


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt.

    Attributes
    ----------
    centre, scale
        (k,) mean and standard deviation of each sensor.
    used
        (k,) whether the sensor varied at all in what was learnt; one that did not carries no baseline.
    low, high
        (k,) between which each sensor lay, and a twentieth of that to either side.
    level, relation
        Subspaces of the weighted mean, and of values with lags.
    usual
        (k, 2) mean contribution of each sensor to level and relation in the held-out samples.
    root_centre, root_spread
        (2,) of the fourth roots of level and relation in the held-out samples.
    tuning
        With what it was learnt.
    rows
        How many samples it was learnt from.
    """

    centre: Floats
    scale: Floats
    used: Flags
    low: Floats
    high: Floats
    level: Subspace
    relation: Subspace
    usual: Floats
    root_centre: Floats
    root_spread: Floats
    tuning: Tuning
    rows: int


@dataclass(slots=True)
class Memory:
    """What a running detector remembers: weighted mean, last values, weighted contributions to the error."""

    mean: Floats
    last: Floats
    error: Floats
    started: bool = False


@dataclass(frozen=True, slots=True)
class Scores:
    """What samples amount to.

    Attributes
    ----------
    index
        (n,) above 1 the machine is not as it was learnt; NaN where too little was measured.
    level, relation
        (n,) the two statistics over their limit; the index is the greater.
    contributions
        (n, k) share of each sensor in what the greater statistic has above its usual; rows add up to 1 or are 0.
    """

    index: Floats
    level: Floats
    relation: Floats
    contributions: Floats


def principal(features: Floats, explained: float) -> Subspace:
    """Find the subspace that explains a share of the standardised variation.

    Parameters
    ----------
    features
        (n, m), n > 1.
    explained
        Share, between 0 and 1; at least one component is kept.
    """
    from sklearn.decomposition import PCA

    centre, scale = features.mean(0), features.std(0)
    scale = np.where(scale > TINY, scale, 1.0)
    found = PCA(svd_solver="full").fit((features - centre) / scale)
    shares = np.cumsum(found.explained_variance_ratio_)
    kept = int(np.searchsorted(shares, explained)) + 1
    variance = np.maximum(found.explained_variance_[:kept], TINY)
    return Subspace(centre, scale, np.ascontiguousarray(found.components_[:kept].T), variance)


def fourth_root(values: Floats) -> Floats:
    """Return the fourth roots of sums of squares, which rounding alone makes negative."""
    return np.sqrt(np.sqrt(np.maximum(values, 0.0)))


def weighted(values: Floats, memory: float, start: Floats) -> Floats:
    """Return (n, m) exponentially weighted means of the rows so far, beginning from `start` (m,)."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([memory], [1, memory - 1], values, axis=0, zi=(1 - memory) * start[None])[0])


def lagged(standard: Floats, fresh: Flags, lags: int) -> Floats:
    """Return (n, k (lags + 1)) values with their forerunners; before the beginning of a stretch its first value holds.

    Parameters
    ----------
    standard
        (n, k).
    fresh
        (n,) whether a stretch begins with the row: the machine stood still before, what was then is no forerunner.
    """
    places = np.arange(len(standard))
    begins = np.maximum.accumulate(np.where(fresh, places, 0))
    return np.hstack([standard[np.maximum(places - lag, begins)] for lag in range(lags + 1)])


def standardised(values: Floats, centre: Floats, scale: Floats, clip: float) -> Floats:
    """Return values in deviations of their sensor, bounded by `clip`; what is missing stays NaN."""
    return np.clip((values - centre) / scale, -clip, clip)


class Watcher:
    """A detector at work: takes one sample at a time, in constant memory.

    The sums of a row never depend on what else came in the same batch, so that any chunking gives the same figures.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        used = int(model.used.sum())
        self.memory = Memory(np.zeros(used), np.zeros((model.tuning.lags, used)), model.usual[model.used, 1].copy())

    def step(self, sample: Floats, fresh: bool = False) -> tuple[float, float, Floats]:
        """Take a sample.

        Parameters
        ----------
        sample
            (k,) in the order of what was learnt; NaN where a sensor says nothing: its weighted mean stands in.
        fresh
            Whether a stretch begins with it (after a stop).

        Returns
        -------
        Level and relation over their limit, NaN where more than half of the sensors say nothing, and (k,)
        contributions.
        """
        model, memory = self.model, self.memory
        values = np.asarray(sample, np.float64)[model.used]
        known = np.isfinite(values)
        if not 2 * known.sum() >= len(values) or not len(values):
            return np.nan, np.nan, np.zeros(len(model.used))
        centre, scale, tuning = model.centre[model.used], model.scale[model.used], model.tuning
        standard = np.where(known, standardised(values, centre, scale, tuning.clip), memory.mean)
        if fresh or not memory.started:
            memory.last[:] = standard
            memory.started = True
        features = np.concatenate([standard, *memory.last])
        memory.mean = (1 - tuning.memory) * memory.mean + tuning.memory * standard
        errors = model.relation.error_parts(features).reshape(tuning.lags + 1, -1).sum(0)
        memory.error = (1 - tuning.memory) * memory.error + tuning.memory * errors
        if tuning.lags:
            memory.last = np.vstack([standard[None], memory.last[:-1]])
        return self._amounts(model.level.level_parts(memory.mean), memory.error)

    def _amounts(self, level: Floats, error: Floats) -> tuple[float, float, Floats]:
        model = self.model
        roots = fourth_root(np.array([level.sum(), error.sum()]))
        over = (roots - model.root_centre) / model.root_spread / model.tuning.limit
        which = int(over[1] > over[0])
        above = np.maximum((level, error)[which] - model.usual[model.used, which], 0.0)
        shares = np.zeros(len(model.used))
        shares[model.used] = above / above.sum() if above.sum() > 0 else 0.0
        return float(over[0]), float(over[1]), shares


def score(model: Model, samples: Floats, fresh: Flags | None = None) -> Scores:
    """Score samples from a new start.

    Parameters
    ----------
    model
        What was learnt.
    samples
        (n, k), oldest first; NaN where nothing was measured.
    fresh
        (n,) where stretches begin; None: there is only one.
    """
    watcher, (count, width) = Watcher(model), samples.shape
    begins = np.zeros(count, np.bool_) if fresh is None else fresh
    level, relation, shares = np.empty(count), np.empty(count), np.empty((count, width))
    for place in range(count):
        level[place], relation[place], shares[place] = watcher.step(samples[place], bool(begins[place]))
    return Scores(np.maximum(level, relation), level, relation, shares)
