"""Energy baselines with relevant variables, and what was saved against them.

ISO 50006 (energy performance using baselines and indicators), ISO 50015 and IPMVP option C: consumption of a period is
explained by its relevant variables (production, running hours, season) by least squares. ASHRAE Guideline 14 gives the
statistics: R2, CV(RMSE) with the degrees of freedom of the model, NMBE, t of each coefficient, and the uncertainty of
savings, here with the autocorrelation of the residuals (effective number of observations).

Signs: NMBE = sum(measured - modelled) / ((n - p) mean); a saving is modelled - measured, positive where less is used.

Limits: linear in the variables; a baseline says nothing about how much of a saving a certain measure brought. Outside
the range of the variables that the baseline has seen, the model extrapolates (`extrapolated`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SEASON = ("season_cos", "season_sin")
"""Names of the two waves of the year, which stand for the weather where nobody measures it."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A model of consumption.

    Attributes
    ----------
    names
        (k,) relevant variables.
    coefficients
        (k + 1,) base load first, then one a variable.
    covariance
        (k + 1, k + 1) of the coefficients.
    n
        Observations.
    mean
        Mean consumption.
    rmse
        sqrt(SSE / (n - p)), p = k + 1.
    r2, adjusted_r2
        Share of the variance explained; 0 where consumption does not vary.
    cv_rmse, nmbe
        As ASHRAE Guideline 14; shares, not per cent. 0 mean consumption gives infinity.
    t
        (k + 1,) t statistics.
    autocorrelation
        Of the residuals at lag 1, in the order of time, 0 or above.
    low, high
        (k,) range of the variables seen.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    n: int
    mean: float
    rmse: float
    r2: float
    adjusted_r2: float
    cv_rmse: float
    nmbe: float
    t: Floats
    autocorrelation: float
    low: Floats
    high: Floats

    def expected(self, variables: Floats) -> Floats:
        """Return (m,) what the baseline would have used; `variables` is (m, k)."""
        return np.asarray(_design(variables) @ self.coefficients, np.float64)

    def extrapolated(self, variables: Floats) -> NDArray[np.bool_]:
        """Return (m,) whether a variable lies outside the range that the baseline has seen, by a tenth of it."""
        if not self.names:
            return np.zeros(len(variables), bool)
        margin = 0.1 * (self.high - self.low)
        outside = (variables < self.low - margin) | (variables > self.high + margin)
        return np.asarray(outside.any(axis=1), bool)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a baseline is good enough to speak: shares.

    Attributes
    ----------
    cv_rmse
        At most; ASHRAE Guideline 14 gives 0.15 for monthly and 0.30 for hourly data, daily between: 0.25 (ours).
    nmbe
        At most, either way; ASHRAE Guideline 14: 0.05 monthly, 0.10 hourly. 0 where it was fitted.
    r2
        At least; IPMVP's rule of thumb is 0.75. A load that hardly varies cannot reach it and may be modelled
        well: so R2 is shown and judged only where the consumption varies more than `cv_rmse`.
    t
        At least, of every variable: 2 (ASHRAE, IPMVP).
    """

    cv_rmse: float = 0.25
    nmbe: float = 0.10
    r2: float = 0.75
    t: float = 2.0


def valid(model: Baseline, limits: Limits) -> list[str]:
    """Return what is not good enough, by name; empty if the model may speak."""
    variation = model.cv_rmse if model.r2 >= 1 else model.cv_rmse / np.sqrt(max(1 - model.adjusted_r2, 1e-12))
    poor = []
    if not model.cv_rmse <= limits.cv_rmse:
        poor.append("cv_rmse")
    if not abs(model.nmbe) <= limits.nmbe:
        poor.append("nmbe")
    if variation > limits.cv_rmse and model.r2 < limits.r2:
        poor.append("r2")
    if any(abs(one) < limits.t for one in model.t[1:]):
        poor.append("t")
    return poor


def fit(consumption: Floats, variables: Floats, names: Sequence[str]) -> Baseline:
    """Fit a baseline by least squares.

    Parameters
    ----------
    consumption
        (n,) finite, in the order of time.
    variables
        (n, k) finite.

    Raises
    ------
    ValueError
        Fewer observations than coefficients + 1.
    """
    n, k = variables.shape
    p = k + 1
    if n <= p:
        raise ValueError(f"{n} observations cannot carry {p} coefficients")
    design = _design(variables)
    scale = np.maximum(np.abs(design).max(axis=0), 1e-300)
    scaled = design / scale
    inverse = np.linalg.pinv(scaled.T @ scaled)
    solved = np.linalg.lstsq(scaled, consumption, rcond=None)[0]
    residual = consumption - scaled @ solved
    sse = float(residual @ residual)
    sst = float(((consumption - consumption.mean()) ** 2).sum())
    variance = sse / (n - p)
    covariance = inverse * variance / np.outer(scale, scale)
    coefficients = solved / scale
    error = np.sqrt(np.maximum(np.diag(covariance), 0))
    mean = float(consumption.mean())
    flat = sst <= (1e-12 * max(abs(mean), 1e-300)) ** 2 * n
    r2 = 0.0 if flat else max(1 - sse / sst, 0.0)
    t = np.divide(coefficients, error, out=np.full(p, 1e6), where=error > 0)
    return Baseline(
        tuple(names), coefficients, covariance, n, mean, float(np.sqrt(variance)), r2,
        0.0 if flat else 1 - (1 - r2) * (n - 1) / (n - p),
        float(np.sqrt(variance)) / mean if mean > 0 else float("inf"),
        float(residual.sum()) / ((n - p) * mean) if mean > 0 else float("inf"),
        np.clip(t, -1e6, 1e6), _autocorrelation(residual), variables.min(axis=0, initial=np.inf),
        variables.max(axis=0, initial=-np.inf),
    )  # fmt: skip


def chosen(
    consumption: Floats, variables: Floats, names: Sequence[str], *, most: int = 4, least_gain: float = 6.0
) -> Baseline:
    """Choose relevant variables one by one, and fit.

    Each step takes the variable that lowers the Bayesian information criterion most, if by at least `least_gain`
    (strong evidence after Kass and Raftery 1995), if every slope stays above twice its error, and if no slope of a
    production variable is negative: making more does not use less, such a slope is chance or another variable in
    disguise. The two waves of the season enter together.

    Parameters
    ----------
    consumption
        (n,) finite.
    variables
        (n, k) finite; constant ones are not taken.
    most
        Variables at most (the season counts as one).
    """
    groups: list[tuple[int, ...]] = [
        (number,) for number, name in enumerate(names) if name not in SEASON and np.ptp(variables[:, number]) > 0
    ]
    if all(name in names for name in SEASON):
        groups.append(tuple(names.index(name) for name in SEASON))
    taken: list[int] = []
    best = fit(consumption, variables[:, taken], ())
    for _ in range(most):
        tried: list[tuple[float, tuple[int, ...], Baseline]] = []
        for group in groups:
            columns = [*taken, *group]
            if len(consumption) < 5 * (len(columns) + 1):
                continue
            model = fit(consumption, variables[:, columns], [names[one] for one in columns])
            if _sensible(model):
                tried.append((_bic(model), group, model))
        if not tried:
            break
        bic, group, model = min(tried, key=lambda one: (one[0], one[1]))
        if bic > _bic(best) - least_gain:
            break
        best, taken = model, [*taken, *group]
        groups.remove(group)
    return best


def _sensible(model: Baseline) -> bool:
    for name, slope, t in zip(model.names, model.coefficients[1:], model.t[1:], strict=True):
        if name not in SEASON and (slope <= 0 or t < 2):
            return False
    return True


def _bic(model: Baseline) -> float:
    sse = max(model.rmse**2 * (model.n - len(model.coefficients)), 1e-300)
    return float(model.n * np.log(sse / model.n) + len(model.coefficients) * np.log(model.n))


def trimmed(
    consumption: Floats, variables: Floats, names: Sequence[str], *, most: int = 4, beyond: float = 3.5
) -> tuple[Baseline, NDArray[np.bool_]]:
    """Choose and fit without outliers: an episode of waste in the reference must not become the norm.

    Fitted twice; the second time without residuals beyond `beyond` robust standard deviations (1.4826 MAD, Iglewicz and
    Hoaglin 1993).

    Returns
    -------
    Baseline
        The model.
    ndarray
        (n,) which observations it was fitted to.
    """
    first = chosen(consumption, variables, names, most=most)
    columns = [names.index(name) for name in first.names]
    residual = consumption - first.expected(variables[:, columns])
    centre = np.median(residual)
    spread = 1.4826 * float(np.median(np.abs(residual - centre)))
    keep = np.abs(residual - centre) <= beyond * spread if spread > 0 else np.ones(len(residual), bool)
    if keep.all() or keep.sum() < max(10, len(keep) // 2):
        return first, np.ones(len(keep), bool)
    return chosen(consumption[keep], variables[keep], names, most=most), keep


@dataclass(frozen=True, slots=True)
class Savings:
    """What was saved over a reporting period.

    Attributes
    ----------
    expected, actual, saved
        Sums; saved = expected - actual.
    uncertainty
        Half width of the interval of `saved` at the level asked for.
    enpi
        actual / expected: below 1 is better than the baseline.
    cusum
        (m,) running sum of the savings.
    """

    expected: float
    actual: float
    saved: float
    uncertainty: float
    enpi: float
    cusum: Floats


def savings(model: Baseline, actual: Floats, variables: Floats, level: float = 0.90) -> Savings:
    """Compare a reporting period with the baseline.

    The uncertainty is that of the sum of m predictions: of the coefficients (s' C s, s the sum of the design rows) and
    of the scatter (m rmse2), both made larger by (1 + r) / (1 - r) for residuals with autocorrelation r.

    Parameters
    ----------
    actual
        (m,) finite.
    variables
        (m, k) finite.
    """
    from scipy.stats import t as student

    expected = model.expected(variables)
    design = _design(variables).sum(axis=0)
    inflated = (1 + model.autocorrelation) / (1 - model.autocorrelation)
    variance = (float(design @ model.covariance @ design) + len(actual) * model.rmse**2) * inflated
    free = max((model.n / inflated) - len(model.coefficients), 1.0)
    half = float(student.ppf(0.5 + level / 2, free)) * float(np.sqrt(max(variance, 0.0)))
    total, used = float(expected.sum()), float(actual.sum())
    return Savings(total, used, total - used, half, used / total if total > 0 else float("nan"),
                   np.cumsum(expected - actual))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch with more (or less) than expected: places [first, last], excess over it, and its share."""

    first: int
    last: int
    excess: float
    share: float


def episodes(
    residual: Floats, expected: Floats, sigma: float, *, slack: float = 0.5, limit: float = 5.0
) -> list[Episode]:
    """Find where consumption stays above what is expected: one-sided tabular CUSUM (Page 1954; NIST/SEMATECH 6.3.2.3).

    Parameters
    ----------
    residual
        (n,) actual - expected, in the order of time; NaN where nothing is known: the sum then stays as it is.
    expected
        (n,) of the same intervals.
    sigma
        Standard deviation of the residuals in the reference.
    slack, limit
        In sigmas: k = 0.5 for a shift of one sigma, h = 5 gives a false alarm about every 930 values one-sided.

    Returns
    -------
    list of Episode
        The sum says that there is one; where it begins and ends is where values stay nearer to its level than to none.
    """
    if not sigma > 0:
        return []
    found: list[Episode] = []
    total, began, top, peak, raised = 0.0, 0, 0.0, 0, False
    for place, value in enumerate(np.append(residual / sigma, -np.inf)):
        if np.isnan(value):
            continue
        if total <= 0:
            began, top, raised = place, 0.0, False
        total = max(total + value - slack, 0.0)
        if total > top:
            top, peak = total, place
        raised |= total > limit
        if raised and (total <= 0 or total < top - limit):
            found.append(_episode(residual, expected, began, peak))
            total = 0.0
    return found


def _episode(residual: Floats, expected: Floats, began: int, peak: int) -> Episode:
    """Return the stretch inside [began, peak] whose values together lie farthest above half of its own level."""
    values = residual[began : peak + 1]
    first, last = 0, len(values) - 1
    for _ in range(5):
        inside = values[first : last + 1]
        half = float(np.median(inside[np.isfinite(inside)])) / 2
        found = _highest(np.nan_to_num(values - half))
        if found == (first, last):
            break
        first, last = found
    known = np.isfinite(values[first : last + 1])
    excess = float(values[first : last + 1][known].sum())
    usual = float(expected[began + first : began + last + 1][known].sum())
    return Episode(began + first, began + last, excess, excess / usual if usual > 0 else 0.0)


def _highest(values: Floats) -> tuple[int, int]:
    """Return first and last place of the stretch with the largest sum (Kadane)."""
    first = last = start = 0
    best, running = -np.inf, 0.0
    for place, one in enumerate(values):
        if running <= 0:
            running, start = 0.0, place
        running += one
        if running > best:
            best, first, last = running, start, place
    return first, last


def season(day_of_year: Floats) -> Mapping[str, Floats]:
    """Return the two waves of the year."""
    angle = 2 * np.pi * day_of_year / 365.25
    return {"season_cos": np.cos(angle), "season_sin": np.sin(angle)}


def _design(variables: Floats) -> Floats:
    return np.column_stack([np.ones(len(variables)), variables])


def _autocorrelation(residual: Floats) -> float:
    centred = residual - residual.mean()
    power = float(centred @ centred)
    if power <= 0 or len(residual) < 3:
        return 0.0
    return float(np.clip(centred[1:] @ centred[:-1] / power, 0.0, 0.95))
