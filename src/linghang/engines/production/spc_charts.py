"""Control charts on plain arrays, many characteristics at once: limits and plotted statistics.

Follows ISO 7870-2 (Shewhart charts), ISO 7870-4 (CUSUM), ISO 7870-6 (EWMA), ISO 7870-8 (short runs) and Laney,
“Improved control charts for attributes”, Quality Engineering 14 (2002) 531-537. Every function says which estimator of
sigma it uses. The last axes are (subgroups, values) or (points); axes before them are characteristics.

What it cannot do: charts for autocorrelated data (see `spc_process`) and Bayesian or nonparametric limits.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.spc_constants import c4, d2, d3
from linghang.errors import BadInput

Floats = NDArray[np.float64]
Spread = Literal["range", "sd", "pooled"]
Attribute = Literal["p", "np", "c", "u"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre and control limits of one statistic.

    Attributes
    ----------
    centre, lower, upper
        (...,) one a characteristic, or (..., m) where the limits change from point to point.
    sigma
        (...,) standard deviation of single values (of the plotted counts and shares: at one point).
    estimator
        Which estimator gave sigma.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    estimator: str


@dataclass(frozen=True, slots=True)
class Subgrouped:
    """A pair of charts on subgroups: location (means) and spread (ranges or standard deviations), with their points."""

    means: Floats
    spreads: Floats
    location: Limits
    spread: Limits


def subgroup_charts(values: Floats, spread: Spread = "range", width: float = 3.0) -> Subgrouped:
    """Return Xbar and R, or Xbar and S charts.

    Parameters
    ----------
    values
        (..., m, n): characteristics, m subgroups of n values each; all finite.
    spread
        `range`: sigma is the mean range over d2(n). `sd`: the mean standard deviation over c4(n). `pooled`: the root of
        the mean variance over c4(m (n - 1) + 1), the estimator behind the figures that Scrucca published for the piston
        rings (R News 4/1, 2004).
    width
        How many standard deviations of the statistic the limits lie from the centre.

    Raises
    ------
    BadInput
        Fewer than two values a subgroup, or values that are no numbers.
    """
    data = np.asarray(values, np.float64)
    if data.ndim < 2 or data.shape[-1] < 2 or data.shape[-2] < 1:
        raise BadInput("subgroups are rows of at least two values; the shape is {shape}", shape=data.shape)
    _finite(data)
    groups, size = data.shape[-2:]
    means = data.mean(-1)
    if spread == "range":
        spreads = data.max(-1) - data.min(-1)
        sigma = spreads.mean(-1) / d2(size)
        centre, error = sigma * d2(size), d3(size)
    else:
        spreads = np.sqrt(((data - means[..., None]) ** 2).sum(-1) / (size - 1))
        if spread == "sd":
            sigma = spreads.mean(-1) / c4(size)
        else:
            sigma = np.sqrt((spreads**2).mean(-1)) / c4(groups * (size - 1) + 1)
        centre, error = sigma * c4(size), np.sqrt(1 - c4(size) ** 2)
    middle = means.mean(-1)
    half = width * sigma / np.sqrt(size)
    location = Limits(middle, middle - half, middle + half, sigma, spread)
    reach = width * error * sigma
    return Subgrouped(
        means, spreads, location, Limits(centre, np.maximum(centre - reach, 0), centre + reach, sigma, spread)
    )


@dataclass(frozen=True, slots=True)
class Individuals:
    """A pair of charts on single values: the values and their moving ranges (first one NaN)."""

    ranges: Floats
    location: Limits
    spread: Limits


def individuals(values: Floats, width: float = 3.0) -> Individuals:
    """Return the charts of individual values and moving ranges; sigma is the mean moving range of two over d2(2).

    Parameters
    ----------
    values
        (..., m); NaN is a missing point: it takes part in no mean and no range.
    """
    data = np.asarray(values, np.float64)
    if data.ndim < 1 or data.shape[-1] < 2:
        raise BadInput("a chart of individuals needs at least two values")
    moved = np.abs(np.diff(data, axis=-1))
    ranges = np.concatenate([np.full((*data.shape[:-1], 1), np.nan), moved], axis=-1)
    centre, mean_range = _mean(data), _mean(moved)
    sigma = mean_range / d2(2)
    reach = width * d3(2) * sigma
    return Individuals(
        ranges,
        Limits(centre, centre - width * sigma, centre + width * sigma, sigma, "moving range"),
        Limits(mean_range, np.maximum(mean_range - reach, 0), mean_range + reach, sigma, "moving range"),
    )


def attribute_limits(
    counts: Floats, sizes: Floats, kind: Attribute, width: float = 3.0, centre: Floats | float | None = None
) -> tuple[Floats, Limits]:
    """Return the points and limits of a p, np, c or u chart.

    Parameters
    ----------
    counts
        (..., m) nonconforming units (p, np) or nonconformities (c, u).
    sizes
        (..., m) units inspected; of a c chart the same everywhere.
    centre
        Known share or rate of one unit; else the total count over the total size.
    """
    found, looked = _counted(counts, sizes, kind)
    rate = found.sum(-1) / looked.sum(-1) if centre is None else np.broadcast_to(centre, found.shape[:-1])
    one = np.asarray(rate, np.float64)[..., None]
    variance = one * (1 - one) if kind in ("p", "np") else one
    share = kind in ("p", "u")
    points = found / looked if share else found
    middle = np.broadcast_to(one, found.shape) if share else one * looked
    sigma = np.sqrt(variance / looked) if share else np.sqrt(variance * looked)
    top = 1.0 if kind == "p" else looked if kind == "np" else np.inf
    upper = np.minimum(middle + width * sigma, top)
    return points, Limits(middle, np.maximum(middle - width * sigma, 0), upper, sigma, _ESTIMATOR[kind])


_ESTIMATOR = {"p": "binomial", "np": "binomial", "c": "Poisson", "u": "Poisson"}


def laney(
    counts: Floats, sizes: Floats, kind: Literal["p", "u"] = "p", width: float = 3.0
) -> tuple[Floats, Limits, Floats]:
    """Return points, limits and sigma_z of Laney's p' or u' chart.

    Sigma_z is the mean moving range of the standardised points over d2(2): above 1 the counts spread more than binomial
    (Poisson) ones do, and the limits widen by it; below 1 they narrow.
    """
    points, plain = attribute_limits(counts, sizes, kind, width)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(plain.sigma > 0, (points - plain.centre) / plain.sigma, 0.0)
    factor = np.abs(np.diff(z, axis=-1)).mean(-1) / d2(2) if z.shape[-1] > 1 else np.ones(z.shape[:-1])
    sigma = plain.sigma * factor[..., None]
    upper = plain.centre + width * sigma
    upper = np.minimum(upper, 1.0) if kind == "p" else upper
    limits = Limits(plain.centre, np.maximum(plain.centre - width * sigma, 0), upper, sigma, "Laney moving range of z")
    return points, limits, np.asarray(factor)


def normal_scores(counts: Floats, sizes: Floats, share: float) -> Floats:
    """Return standard normal scores of nonconforming counts: mid-probabilities of the binomial law, as z.

    With few pieces a lot the three-sigma limits of a p chart alarm far too often upwards; the score keeps the tail
    probability, so that the rules for normal points apply to small lots too.
    """
    from scipy.special import bdtr, bdtrc, ndtri

    found, looked = _counted(np.rint(counts), np.rint(sizes), "p")
    inside = min(max(share, 1e-12), 1 - 1e-12)
    more = np.where(found > 0, bdtrc(np.maximum(found - 1, 0), looked.astype(np.int64), inside), 1.0)
    less = np.where(found > 0, bdtr(np.maximum(found - 1, 0), looked.astype(np.int64), inside), 0.0)
    above = 0.5 * (bdtrc(found, looked.astype(np.int64), inside) + more)
    below = 0.5 * (bdtr(found, looked.astype(np.int64), inside) + less)
    tail = np.maximum(np.minimum(above, below), 1e-300)
    return np.asarray(np.where(above < below, -1.0, 1.0) * ndtri(tail), np.float64)


def cusum(z: Floats, k: float = 0.5, h: float = 5.0) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return upper sums, lower sums and signals of a tabular CUSUM (ISO 7870-4); both sums restart after a signal.

    Parameters
    ----------
    z
        (..., m) standardised points; NaN leaves the sums as they are.
    k, h
        Reference value and decision interval in standard deviations.
    """
    points = np.asarray(z, np.float64)
    up, down = np.zeros(points.shape), np.zeros(points.shape)
    signal = np.zeros(points.shape, np.bool_)
    high, low = np.zeros(points.shape[:-1]), np.zeros(points.shape[:-1])
    for place in range(points.shape[-1]):
        one = points[..., place]
        there = ~np.isnan(one)
        high = np.where(there, np.maximum(high + one - k, 0), high)
        low = np.where(there, np.maximum(low - one - k, 0), low)
        up[..., place], down[..., place] = high, low
        hit = there & ((high > h) | (low > h))
        signal[..., place] = hit
        high, low = np.where(hit, 0, high), np.where(hit, 0, low)
    return up, down, signal


def ewma(z: Floats, weight: float = 0.2, width: float = 2.962, steady: bool = False) -> tuple[Floats, Floats]:
    """Return the exponentially weighted means of standardised points and their half-widths (ISO 7870-6).

    Parameters
    ----------
    z
        (..., m); NaN leaves the mean as it is.
    weight, width
        Lambda and L of Lucas and Saccucci (1990).
    steady
        Take the limits of the long run from the first point on (as their tables do).
    """
    if not 0 < weight <= 1 or width <= 0:
        raise BadInput("the weight of an EWMA lies in (0, 1] and its width above 0")
    points = np.asarray(z, np.float64)
    means, halves = np.zeros(points.shape), np.zeros(points.shape)
    mean, seen = np.zeros(points.shape[:-1]), np.zeros(points.shape[:-1])
    limit = width * np.sqrt(weight / (2 - weight))
    for place in range(points.shape[-1]):
        one = points[..., place]
        there = ~np.isnan(one)
        mean = np.where(there, weight * one + (1 - weight) * mean, mean)
        seen = seen + there
        means[..., place] = mean
        halves[..., place] = limit if steady else limit * np.sqrt(1 - (1 - weight) ** (2 * seen))
    return means, halves


def short_run(values: Floats, nominal: Floats, scale: Floats | float = 1.0) -> Floats:
    """Return deviations from the nominal over a scale (ISO 7870-8): parts of many kinds on one chart.

    With scale 1 it is the target chart (the kinds vary alike); with each kind's own sigma the standardised one.
    """
    divisor = np.asarray(scale, np.float64)
    if np.any(divisor <= 0):
        raise BadInput("the scale of a short-run chart is above 0")
    return np.asarray((np.asarray(values, np.float64) - nominal) / divisor, np.float64)


def _counted(counts: Floats, sizes: Floats, kind: Attribute) -> tuple[Floats, Floats]:
    found = np.asarray(counts, np.float64)
    looked = np.broadcast_to(np.asarray(sizes, np.float64), found.shape)
    _finite(found)
    _finite(looked)
    if found.ndim < 1 or found.shape[-1] < 1 or np.any(looked <= 0) or np.any(found < 0):
        raise BadInput("an attribute chart needs counts of 0 or more and sizes above 0")
    if kind in ("p", "np") and np.any(found > looked):
        raise BadInput("more units are nonconforming than were inspected")
    if kind == "c" and np.any(looked != looked[..., :1]):
        raise BadInput("a c chart needs the same size everywhere; take a u chart")
    return found, looked


def _finite(values: Floats) -> None:
    if not np.isfinite(values).all():
        raise BadInput("a value is no number; leave the subgroup away or fill it")


def _mean(values: Floats) -> Floats:
    there = ~np.isnan(values)
    counts = there.sum(-1)
    return np.asarray(np.where(there, values, 0.0).sum(-1) / np.where(counts > 0, counts, np.nan), np.float64)
