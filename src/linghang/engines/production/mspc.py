"""Multivariate statistical process control: Hotelling's T2 and SPE (Q) of a PCA model, with contributions.

Jackson and Mudholkar (1979) for the limit of SPE, Tracy, Young and Mason (1992) for T2 of new points; contributions of
SPE are squared residuals, those of T2 the complete decomposition of Alcala and Qin (2009): both sum to the statistic
and are never negative. A contribution says where the deviation shows, not what caused it. The model is linear and
static: for dynamics give it lagged columns (`lagged`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

Floats = NDArray[np.float64]
LEAST_VARIANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Model:
    """A PCA model of normal operation.

    Attributes
    ----------
    mean, scale
        (k,) of each variable; a constant one has scale 1 and takes no part.
    loadings, variances
        (k, a) and (a,) of the components kept.
    t2_limit, spe_limit
        At the share `alpha` of false alarms.
    count
        Points that it was made from.
    alpha
        Share of points of normal operation beyond each limit.
    """

    mean: Floats
    scale: Floats
    loadings: Floats
    variances: Floats
    t2_limit: float
    spe_limit: float
    count: int
    alpha: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """T2 and SPE of points (n,), NaN where a variable is missing, and the contributions (n, k) that sum to them."""

    t2: Floats
    spe: Floats
    t2_parts: Floats
    spe_parts: Floats


def fit_model(
    values: Floats,
    *,
    explained: float = 0.9,
    components: int | None = None,
    alpha: float = 0.01,
    empirical: bool = False,
) -> Model:
    """Make the model from points of normal operation.

    Parameters
    ----------
    values
        (n, k); points with a missing value are left away; at least k + 10 must remain.
    explained
        Share of the variance that the kept components explain, where `components` does not say how many.
    alpha
        Share of false alarms of each limit.
    empirical
        Raise each limit to the (1 - alpha) quantile of the points themselves where that is higher: for points that are
        neither normal nor independent, as process data are.
    """
    data = np.asarray(values, np.float64)
    if data.ndim != 2 or not 0 < alpha < 1 or not 0 < explained <= 1:
        raise BadInput("a model needs points in rows, variables in columns, and shares between 0 and 1")
    data = data[np.isfinite(data).all(1)]
    count, width = data.shape
    if width < 2 or count < width + 10:
        raise BadInput(
            "a model of {width} variables needs at least two of them and {least} whole points, not {count}",
            width=width, least=width + 10, count=count,
        )  # fmt: skip
    mean, scale = data.mean(0), data.std(0, ddof=1)
    moving = scale > LEAST_VARIANCE * np.maximum(np.abs(mean), 1e-300)
    if moving.sum() < 2:
        raise BadInput("fewer than two variables of the model vary")
    scale = np.where(moving, scale, 1.0)
    z = np.where(moving, (data - mean) / scale, 0.0)
    _, singular, turned = np.linalg.svd(z, full_matrices=False)
    variances = singular**2 / (count - 1)
    rank = int((variances > LEAST_VARIANCE).sum())
    if components is None:
        components = int(np.searchsorted(np.cumsum(variances) / variances.sum(), explained - 1e-12) + 1)
    kept = max(1, min(components, rank))
    loadings = turned[:kept].T * np.where(turned[:kept].sum(1) < 0, -1.0, 1.0)
    t2_limit = _t2_limit(kept, count, alpha)
    spe_limit = _spe_limit(variances[kept:rank], alpha)
    model = Model(
        mean, scale * np.where(moving, 1, np.inf), loadings, variances[:kept], t2_limit, spe_limit, count, alpha
    )
    if not empirical:
        return model
    own = statistics(model, data)
    t2_limit = max(t2_limit, float(np.quantile(own.t2, 1 - alpha)))
    spe_limit = max(spe_limit, float(np.quantile(own.spe, 1 - alpha)))
    return Model(mean, model.scale, loadings, model.variances, t2_limit, spe_limit, count, alpha)


def fit_calm(values: Floats, *, explained: float = 0.9, alpha: float = 0.01, passes: int = 5) -> tuple[Model, int]:
    """Make the model from points of which some may not be normal; return it and how many points were left away.

    Points beyond a limit are left away and the model made again, until none is left or `passes` are over; the limits
    are then raised to the quantiles of the points that remain. Where more than half would go, the points are of several
    kinds rather than disturbed, and all are kept.
    """
    data = np.asarray(values, np.float64)
    data = data[np.isfinite(data).all(1)] if data.ndim == 2 else data
    keep = np.ones(len(data), np.bool_)
    for _ in range(passes):
        model = fit_model(data[keep], explained=explained, alpha=alpha)
        found = statistics(model, data)
        now = (found.t2 <= model.t2_limit) & (found.spe <= model.spe_limit)
        if now.mean() < 0.5:
            keep = np.ones(len(data), np.bool_)
            break
        if (now == keep).all():
            break
        keep = now
    return fit_model(data[keep], explained=explained, alpha=alpha, empirical=True), int((~keep).sum())


def statistics(model: Model, values: Floats) -> Statistics:
    """Return T2 and SPE of points (n, k) with the contribution of every variable."""
    data = np.asarray(values, np.float64)
    if data.ndim != 2 or data.shape[1] != len(model.mean):
        raise BadInput("the model has {width} variables; the shape is {shape}", width=len(model.mean), shape=data.shape)
    z = (data - model.mean) / model.scale
    scores = z @ model.loadings
    residual = z - scores @ model.loadings.T
    # Variables that never moved have an infinite scale: their residual is zero, whatever the loadings leave.
    residual = np.where(np.isfinite(model.scale), residual, 0.0)
    spe_parts = residual**2
    t2_parts = ((scores / np.sqrt(model.variances)) @ model.loadings.T) ** 2
    there = np.isfinite(data).all(1)
    t2 = np.where(there, (scores**2 / model.variances).sum(1), np.nan)
    spe = np.where(there, spe_parts.sum(1), np.nan)
    return Statistics(t2, spe, t2_parts, spe_parts)


def lagged(values: Floats, lags: int) -> Floats:
    """Return (n, k (lags + 1)): each point beside the `lags` before it; the first ones lack some and hold NaN there."""
    data = np.asarray(values, np.float64)
    columns = [data]
    for lag in range(1, lags + 1):
        later = np.full_like(data, np.nan)
        later[lag:] = data[:-lag]
        columns.append(later)
    return np.concatenate(columns, axis=1)


def _t2_limit(kept: int, count: int, alpha: float) -> float:
    from scipy.stats import f

    return float(kept * (count**2 - 1) / (count * (count - kept)) * f.isf(alpha, kept, count - kept))


def _spe_limit(left: Floats, alpha: float) -> float:
    """Limit of SPE from the variances of the components left away; without any it cannot deviate but by rounding."""
    from scipy.stats import norm

    if not len(left):
        return 1e-9
    one, two, three = (float((left**power).sum()) for power in (1, 2, 3))
    h0 = 1 - 2 * one * three / (3 * two**2)
    if h0 <= 1e-6:
        from scipy.stats import chi2

        return float(two / one * chi2.isf(alpha, one**2 / two))
    quantile = float(norm.isf(alpha))
    inner = quantile * np.sqrt(2 * two * h0**2) / one + 1 + two * h0 * (h0 - 1) / one**2
    return float(one * inner ** (1 / h0))
