"""Distributions of durations from records: maximum likelihood with censored ones, chosen by Akaike's criterion.

A machine that has not failed again when the records end has run at least as long as that: such a censored duration
counts with the probability to last longer. Sources: Meeker and Escobar, *Statistical Methods for Reliability Data*, 7,
8; Akaike 1974. Lognormal with censoring is fitted by expectation and maximisation (Dempster, Laird and Rubin 1977).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linghang.errors import BadInput
from linghang.twin.flow.distributions import Distribution

MIN_FOR_SHAPE = 8
"""Durations from which a second parameter is fitted; fewer say too little of a shape (ours)."""
SHAPES = (0.05, 50.0)
"""Limits of a fitted Weibull shape."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted distribution.

    Attributes
    ----------
    distribution
        With its mean in s.
    observed, censored
        How many durations it rests on.
    log_likelihood, aic
        Logarithm of the likelihood, and Akaike's criterion, of which the smallest is best.
    """

    distribution: Distribution
    observed: int
    censored: int
    log_likelihood: float
    aic: float


def fit(observed_s: np.ndarray, censored_s: np.ndarray | Sequence[float] = ()) -> Fit:
    """Fit exponential, Weibull and lognormal to durations in s and return the best.

    Parameters
    ----------
    observed_s
        Complete durations; those of 0 and less are left out.
    censored_s
        Durations that lasted at least so long.

    Raises
    ------
    BadInput
        If no complete duration is left.
    """
    known = np.asarray(observed_s, dtype=np.float64)
    known = known[known > 0]
    cut = np.asarray(censored_s, dtype=np.float64)
    cut = cut[cut > 0]
    if not len(known):
        raise BadInput("a distribution needs at least one complete duration above 0")
    fits = [exponential_fit(known, cut)]
    if len(known) >= MIN_FOR_SHAPE and known.min() < known.max():
        fits += [weibull_fit(known, cut), lognormal_fit(known, cut)]
    return min(fits, key=lambda one: one.aic)


def exponential_fit(known: np.ndarray, cut: np.ndarray) -> Fit:
    """Fit an exponential distribution: time of all by the number of complete ones."""
    mean = float(known.sum() + cut.sum()) / len(known)
    likelihood = -len(known) * (math.log(mean) + 1)
    return _fit(Distribution("exponential", mean), known, cut, likelihood, 1)


def weibull_fit(known: np.ndarray, cut: np.ndarray) -> Fit:
    """Fit a Weibull distribution; the likelihood equation of the shape has one root, found by bisection."""
    scale = float(known.mean())
    times, logs = np.concatenate([known, cut]) / scale, np.log(known / scale)

    def excess(shape: float) -> float:
        powers = times**shape
        return float((powers * np.log(times)).sum() / powers.sum() - 1 / shape - logs.mean())

    shape = _bisect(excess, *SHAPES)
    power_mean = float((times**shape).sum()) / len(known)
    size = scale * power_mean ** (1 / shape)
    likelihood = len(known) * (math.log(shape) - shape * math.log(size / scale) - math.log(scale))
    likelihood += (shape - 1) * float(logs.sum()) - len(known)
    return _fit(Distribution("weibull", size * math.gamma(1 + 1 / shape), shape), known, cut, likelihood, 2)


def lognormal_fit(known: np.ndarray, cut: np.ndarray) -> Fit:
    """Fit a lognormal distribution."""
    logs, bounds = np.log(known), np.log(cut)
    mu, sigma = float(logs.mean()), float(logs.std())
    for _ in range(500 if len(cut) else 0):
        standard = (bounds - mu) / sigma
        hazard = np.array([_hazard(z) for z in standard.tolist()])
        first = mu + sigma * hazard
        second = mu * mu + sigma * sigma + sigma * (bounds + mu) * hazard
        count = len(logs) + len(bounds)
        new_mu = float(logs.sum() + first.sum()) / count
        new_sigma = math.sqrt(max(float((logs**2).sum() + second.sum()) / count - new_mu**2, 1e-18))
        done = abs(new_mu - mu) + abs(new_sigma - sigma) < 1e-10
        mu, sigma = new_mu, new_sigma
        if done:
            break
    standard = (logs - mu) / sigma
    likelihood = -float(logs.sum() + 0.5 * (standard**2).sum()) - len(logs) * math.log(sigma * math.sqrt(2 * math.pi))
    likelihood += sum(math.log(max(_tail(z), 1e-300)) for z in ((bounds - mu) / sigma).tolist())
    mean = math.exp(mu + sigma * sigma / 2)
    return _fit(Distribution("lognormal", mean, sigma), known, cut, likelihood, 2)


def _fit(distribution: Distribution, known: np.ndarray, cut: np.ndarray, likelihood: float, parameters: int) -> Fit:
    return Fit(distribution, len(known), len(cut), likelihood, 2 * parameters - 2 * likelihood)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of a function that rises; an end of the interval where it has none inside."""
    for _ in range(100):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return math.sqrt(low * high)


def _tail(z: float) -> float:
    """Probability that a standard normal variate is above z."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def _hazard(z: float) -> float:
    """Density of a standard normal variate at z by the probability to be above it; about z far out."""
    tail = _tail(z)
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / tail if tail > 1e-300 else z
