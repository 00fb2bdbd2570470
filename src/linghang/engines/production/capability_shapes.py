"""Capability of values that are not normal: Box-Cox, Johnson, and the percentile method of ISO 22514-2 and -4.

The percentile method takes the 0.135 %, 50 % and 99.865 % points of a fitted law in place of mean - 3 sigma, mean and
mean + 3 sigma: Pp = (U - L) / (X99.865 - X0.135), Ppk the smaller of (U - X50) / (X99.865 - X50) and (X50 - L) /
(X50 - X0.135). For normal values it is the usual index. Box and Cox (1964); Johnson (1949), fitted by Slifker and
Shapiro (1980). With fewer than about 100 values the outer percentiles are extrapolated: the bootstrap interval tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.capability_indices import Index, Specification, nearer
from linghang.errors import BadInput

Floats = NDArray[np.float64]
Shape = Literal["normal", "box_cox", "johnson", "empirical"]
OUTER = (0.00135, 0.5, 0.99865)
LEAST_FOR_SHAPE = 50
SPREAD_Z = (0.3, 0.4, 0.524, 0.6, 0.7, 0.8)
"""Half-distances z that are tried when Johnson's system is fitted (Slifker and Shapiro advise 0.524)."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A law that fits: which, its p-value, its parameters, and its percentiles 0.135 %, 50 % and 99.865 %."""

    shape: Shape
    p_value: float | None
    parameters: tuple[float, ...]
    percentiles: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ShapedCapability:
    """Performance by the percentile method; Pp is None for a one-sided specification."""

    fitted: Fitted
    pp: Index | None
    ppk: Index


def normality(values: Floats) -> float:
    """Return the p-value of Anderson and Darling's test of normality (mean and sigma estimated)."""
    from statsmodels.stats.diagnostic import normal_ad

    return float(normal_ad(np.asarray(values, np.float64))[1])


def fit(values: Floats, shape: Shape | Literal["auto"] = "auto", alpha: float = 0.05) -> Fitted:
    """Fit a law.

    Parameters
    ----------
    values
        (n,) finite, n >= 8, not all the same.
    shape
        `auto`: the first of normal, Box-Cox (values above 0), Johnson whose p-value is `alpha` or more; else the
        percentiles of the values themselves where there are at least 50, else the fit with the highest p-value.
    """
    data = np.asarray(values, np.float64)
    if data.ndim != 1 or len(data) < 8 or not np.isfinite(data).all() or data.min() == data.max():
        raise BadInput("a law is fitted to at least eight values that are numbers and differ")
    if shape != "auto":
        made = _FITS[shape](data)
        if made is None:
            raise BadInput("the values do not allow the shape {shape}", shape=shape)
        return made
    tried: list[Fitted] = []
    for name in ("normal", "box_cox", "johnson"):
        made = _FITS[name](data)
        if made is not None and (made.p_value or 0.0) >= alpha:
            return made
        if made is not None:
            tried.append(made)
    if len(data) >= LEAST_FOR_SHAPE:
        return _empirical(data)
    return max(tried, key=lambda one: one.p_value or 0.0)


def shaped_capability(
    values: Floats,
    specification: Specification,
    shape: Shape | Literal["auto"] = "auto",
    seed: int = 0,
    resamples: int = 400,
    confidence: float = 0.95,
) -> ShapedCapability:
    """Return the performance indices by percentiles, with bootstrap intervals.

    The shape is chosen once and refitted to every resample. 400 resamples fix the ends of a 95 % interval to about a
    tenth of its width.
    """
    data = np.asarray(values, np.float64)
    fitted = fit(data, shape)
    pp, ppk = _indices(fitted.percentiles, specification)
    rng = np.random.default_rng(seed)
    drawn: list[tuple[float | None, float]] = []
    for _ in range(resamples):
        sample = rng.choice(data, len(data))
        if sample.min() == sample.max():
            continue
        again = _FITS[fitted.shape](sample) or _empirical(sample)
        drawn.append(_indices(again.percentiles, specification))
    tails = (50 * (1 - confidence), 100 - 50 * (1 - confidence))

    def interval(value: float, found: list[float]) -> Index:
        low, high = np.percentile(found, tails) if found else (np.nan, np.nan)
        return Index(value, float(low), float(high))

    both = interval(pp, [one for one, _ in drawn if one is not None]) if pp is not None else None
    return ShapedCapability(fitted, both, interval(ppk, [one for _, one in drawn]))


def _indices(points: tuple[float, float, float], specification: Specification) -> tuple[float | None, float]:
    low, middle, high = points
    tiny = np.finfo(np.float64).tiny
    ppk = nearer(middle, max(middle - low, tiny), max(high - middle, tiny), specification)
    if specification.lower is None or specification.upper is None:
        return None, ppk
    return (specification.upper - specification.lower) / max(high - low, tiny), ppk


def _normal(data: Floats) -> Fitted:
    mean, sigma = float(data.mean()), float(data.std(ddof=1))
    return Fitted("normal", normality(data), (mean, sigma), (mean - 3 * sigma, mean, mean + 3 * sigma))


def _box_cox(data: Floats) -> Fitted | None:
    from scipy.special import boxcox as transform
    from scipy.special import inv_boxcox
    from scipy.stats import boxcox_normmax

    if data.min() <= 0:
        return None
    scale = float(np.exp(np.log(data).mean()))
    scaled = data / scale
    lam = float(boxcox_normmax(scaled, brack=(-2.0, 2.0), method="mle"))
    moved = transform(scaled, lam)
    mean, sigma = float(moved.mean()), float(moved.std(ddof=1))
    ends = [float(one) * scale for one in inv_boxcox(np.array([mean - 3 * sigma, mean, mean + 3 * sigma]), lam)]
    if not np.isfinite(ends).all() or not sigma > 0:
        return None
    return Fitted("box_cox", normality(moved), (lam, scale, mean, sigma), (ends[0], ends[1], ends[2]))


def _johnson(data: Floats) -> Fitted | None:
    """Of the half-distances the one whose transformed values are most nearly normal."""
    made = [one for z in SPREAD_Z if (one := _slifker_shapiro(data, z)) is not None]
    return max(made, key=lambda one: one.p_value or 0.0, default=None)


def _slifker_shapiro(data: Floats, z: float) -> Fitted | None:
    from scipy.special import ndtr

    points = np.quantile(data, ndtr(np.array([-3 * z, -z, z, 3 * z])), method="hazen")
    lower, middle, upper = (float(one) for one in np.diff(points))
    if min(lower, middle, upper) <= 0:
        return None
    ratio = upper * lower / middle**2
    centre = float(points[1] + points[2]) / 2
    made = (
        _unbounded(z, lower, middle, upper, centre)
        if ratio > 1.001
        else _bounded(z, lower, middle, upper, centre)
        if ratio < 0.999
        else None
    )
    if made is None:
        return None
    parameters, forth, back = made
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = forth(data)
    if not np.isfinite(moved).all() or moved.std() == 0:
        return None
    ends = [float(back(one)) for one in (-3.0, 0.0, 3.0)]
    return Fitted("johnson", normality(moved), parameters, (ends[0], ends[1], ends[2]))


_Law = tuple[tuple[float, ...], Callable[[Floats], Floats], Callable[[float], float]]


def _unbounded(z: float, lower: float, middle: float, upper: float, centre: float) -> _Law | None:
    """Johnson's SU."""
    up, down = upper / middle, lower / middle
    eta = 2 * z / np.arccosh(0.5 * (up + down))
    root = np.sqrt(up * down - 1)
    gamma = eta * np.arcsinh((down - up) / (2 * root))
    scale = 2 * middle * root / ((up + down - 2) * np.sqrt(up + down + 2))
    place = centre + middle * (down - up) / (2 * (up + down - 2))
    values = tuple(float(one) for one in (gamma, eta, place, scale))
    if not np.isfinite(values).all() or eta <= 0 or scale <= 0:
        return None
    return (
        values,
        lambda x: gamma + eta * np.arcsinh((x - place) / scale),
        lambda u: float(place + scale * np.sinh((u - gamma) / eta)),
    )


def _bounded(z: float, lower: float, middle: float, upper: float, centre: float) -> _Law | None:
    """Johnson's SB."""
    up, down = middle / upper, middle / lower
    inner = (1 + up) * (1 + down)
    if inner <= 4:
        return None
    eta = z / np.arccosh(0.5 * np.sqrt(inner))
    gamma = eta * np.arcsinh((down - up) * np.sqrt(inner - 4) / (2 * (up * down - 1)))
    scale = middle * np.sqrt((inner - 2) ** 2 - 4) / (up * down - 1)
    place = centre - scale / 2 + middle * (down - up) / (2 * (up * down - 1))
    values = tuple(float(one) for one in (gamma, eta, place, scale))
    if not np.isfinite(values).all() or eta <= 0 or scale <= 0:
        return None
    return (
        values,
        lambda x: gamma + eta * np.log((x - place) / (place + scale - x)),
        lambda u: float(place + scale / (1 + np.exp(-(u - gamma) / eta))),
    )


def _empirical(data: Floats) -> Fitted:
    low, middle, high = (float(one) for one in np.quantile(data, OUTER, method="hazen"))
    return Fitted("empirical", None, (), (low, middle, high))


_FITS: dict[str, Callable[[Floats], Fitted | None]] = {
    "normal": _normal,
    "box_cox": _box_cox,
    "johnson": _johnson,
    "empirical": _empirical,
}
