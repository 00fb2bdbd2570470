"""Process capability and performance of a measured characteristic, with confidence intervals.

ISO 22514-2 and -4 and the AIAG manual: Cp, Cpk from the spread within (what the process can do while it is stable), Pp,
Ppk from the whole spread (what it did), Cpm against the target (Taguchi). One-sided specifications have no Cp and no
Pp; a bound that is missing is None, never a guess. Intervals: chi-square for Cp, Pp and Cpm (Boyles 1991), Bissell
(1990) for Cpk and Ppk. They hold for independent normal values: for others see `capability_shapes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Specification:
    """Lower and upper limit and target, each None where there is none; one limit at least."""

    lower: float | None = None
    upper: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.lower, self.upper, self.target) if one is not None]
        if not all(map(isfinite, given)):
            raise BadInput("a limit of a specification is a number or left out")
        if self.lower is None and self.upper is None:
            raise BadInput("a specification has a lower or an upper limit")
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise BadInput(
                "the lower limit {lower} is not below the upper one {upper}", lower=self.lower, upper=self.upper
            )

    @property
    def two_sided(self) -> bool:
        """Whether both limits are there."""
        return self.lower is not None and self.upper is not None


@dataclass(frozen=True, slots=True)
class Index:
    """An index with its confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Capability:
    """What a characteristic's process can do and did.

    Attributes
    ----------
    count, mean
        Of the values.
    sigma_within, sigma_total
        Spread within subgroups or between neighbours; of all values (divisor n - 1).
    cp, cpk, pp, ppk, cpm
        None where the specification does not define them (one-sided, no target) or the values do not vary.
    below, above
        Shares of the values that lie outside the lower and upper limit, as found.
    expected_outside
        Share outside that a normal law with this mean and sigma_total has.
    """

    count: int
    mean: float
    sigma_within: float
    sigma_total: float
    cp: Index | None
    cpk: Index | None
    pp: Index | None
    ppk: Index | None
    cpm: Index | None
    below: float
    above: float
    expected_outside: float | None


def capability(
    values: Floats,
    specification: Specification,
    sigma_within: float | None = None,
    freedom_within: float | None = None,
    confidence: float = 0.95,
) -> Capability:
    """Return the indices of normal values.

    Parameters
    ----------
    values
        (n,) finite, n >= 2.
    sigma_within
        From the control chart; else from the mean moving range of two in the order given.
    freedom_within
        Degrees of freedom of sigma_within: m (n - 1), of ranges 0.9 times that, of moving ranges 0.62 (n - 1).
    confidence
        Of the two-sided intervals.
    """
    data = np.asarray(values, np.float64)
    if data.ndim != 1 or len(data) < 2 or not np.isfinite(data).all():
        raise BadInput("a capability needs at least two values, all of them numbers")
    if not 0 < confidence < 1:
        raise BadInput("a confidence lies between 0 and 1")
    count, mean, total = len(data), float(data.mean()), float(data.std(ddof=1))
    if sigma_within is None:
        sigma_within = float(np.abs(np.diff(data)).mean() / 1.1283791670955126)
        freedom_within = 0.62 * (count - 1)
    within_df = freedom_within if freedom_within is not None else count - 1.0
    alpha = 1 - confidence
    cp, cpk = _pair(mean, sigma_within, specification, count, within_df, alpha)
    pp, ppk = _pair(mean, total, specification, count, count - 1.0, alpha)
    lower, upper = specification.lower, specification.upper
    return Capability(
        count, mean, sigma_within, total, cp, cpk, pp, ppk, _cpm(data, specification, alpha),
        float((data < lower).mean()) if lower is not None else 0.0,
        float((data > upper).mean()) if upper is not None else 0.0,
        _normal_outside(mean, total, specification),
    )  # fmt: skip


def nearer(mean: float, below: float, above: float, specification: Specification) -> float:
    """Return the one-sided index of the nearer limit: distance to it over the half-width on its side."""
    sides = []
    if specification.upper is not None:
        sides.append((specification.upper - mean) / above)
    if specification.lower is not None:
        sides.append((mean - specification.lower) / below)
    return min(sides)


def _pair(
    mean: float, sigma: float, specification: Specification, count: int, freedom: float, alpha: float
) -> tuple[Index | None, Index | None]:
    if not sigma > 0 or not isfinite(sigma) or freedom <= 0:
        return None, None
    worst = nearer(mean, 3 * sigma, 3 * sigma, specification)
    one = bissell(worst, count, freedom, alpha)
    if specification.lower is None or specification.upper is None:
        return None, one
    ratio = (specification.upper - specification.lower) / (6 * sigma)
    low, high = _chi(freedom, alpha)
    return Index(ratio, ratio * low, ratio * high), one


def bissell(index: float, count: int, freedom: float, alpha: float = 0.05) -> Index:
    """Return Cpk with the interval of Bissell (1990): standard error sqrt(1 / 9n + Cpk^2 / 2v)."""
    from scipy.stats import norm

    half = float(norm.isf(alpha / 2)) * sqrt(1 / (9 * count) + index * index / (2 * freedom))
    return Index(index, index - half, index + half)


def _chi(freedom: float, alpha: float) -> tuple[float, float]:
    from scipy.stats import chi2

    return sqrt(chi2.ppf(alpha / 2, freedom) / freedom), sqrt(chi2.isf(alpha / 2, freedom) / freedom)


def _cpm(data: Floats, specification: Specification, alpha: float) -> Index | None:
    lower, upper, target = specification.lower, specification.upper, specification.target
    if lower is None or upper is None or target is None:
        return None
    mean, variance = float(data.mean()), float(data.var(ddof=1))
    spread = variance + (mean - target) ** 2
    if not spread > 0 or not variance > 0:
        return None
    value = (upper - lower) / (6 * sqrt(spread))
    off = (mean - target) ** 2 / variance
    low, high = _chi(len(data) * (1 + off) ** 2 / (1 + 2 * off), alpha)
    return Index(value, value * low, value * high)


def _normal_outside(mean: float, sigma: float, specification: Specification) -> float | None:
    from scipy.special import ndtr

    if not sigma > 0:
        return None
    below = ndtr((specification.lower - mean) / sigma) if specification.lower is not None else 0.0
    above = ndtr((mean - specification.upper) / sigma) if specification.upper is not None else 0.0
    return float(below + above)


def stable_first(broken: Sequence[bool], most: float) -> bool:
    """Tell whether a characteristic is stable enough for its capability: at most this share of its points signals."""
    return not broken or sum(broken) / len(broken) <= most
