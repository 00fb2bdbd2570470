"""Durations as distributions: of work, of operating time to a failure, of repair."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from linghang.errors import BadInput, nearest

Kind = Literal["fixed", "exponential", "weibull", "lognormal", "gamma"]
KINDS: tuple[Kind, ...] = ("fixed", "exponential", "weibull", "lognormal", "gamma")


@dataclass(frozen=True, slots=True)
class Distribution:
    """A duration that is drawn anew each time.

    Attributes
    ----------
    kind
        `fixed`, `exponential`, `weibull`, `lognormal` or `gamma`.
    mean_s
        Mean in seconds, whatever the kind.
    shape
        Weibull: shape k (1 is exponential, above 1 wears out). Lognormal: standard deviation sigma of the
        logarithm. Gamma: shape k (an Erlang-k time where k is whole). Not used by `fixed` and `exponential`.

    Raises
    ------
    BadInput
        If the kind is not known, the mean is negative or no number, or the shape is not positive.
    """

    kind: Kind
    mean_s: float
    shape: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput("{kind} is no distribution; {near}", kind=self.kind, near=nearest(self.kind, KINDS))
        if not (math.isfinite(self.mean_s) and self.mean_s >= 0):
            raise BadInput("a mean duration is a number of seconds, 0 or more; {value} is not", value=self.mean_s)
        if not (math.isfinite(self.shape) and self.shape > 0):
            raise BadInput("the shape of a distribution is above 0; {value} is not", value=self.shape)

    @property
    def variance_s2(self) -> float:
        """Variance in s²."""
        return self.mean_s**2 * self.squared_cv

    @property
    def squared_cv(self) -> float:
        """Squared coefficient of variation: variance over squared mean."""
        k = self.shape
        match self.kind:
            case "fixed":
                return 0.0
            case "exponential":
                return 1.0
            case "weibull":
                return math.exp(math.lgamma(1 + 2 / k) - 2 * math.lgamma(1 + 1 / k)) - 1
            case "lognormal":
                return math.expm1(k * k)
            case "gamma":
                return 1 / k

    def times(self, factor: float) -> "Distribution":
        """Return the same distribution with `factor` times the mean; its relative spread stays."""
        return replace(self, mean_s=self.mean_s * factor)


def fixed(mean_s: float) -> Distribution:
    """Return a duration that is always the same."""
    return Distribution("fixed", mean_s)


def exponential(mean_s: float) -> Distribution:
    """Return a duration without memory."""
    return Distribution("exponential", mean_s)


def weibull(mean_s: float, shape: float) -> Distribution:
    """Return a Weibull duration: the hazard falls for a shape below 1 and rises above 1."""
    return Distribution("weibull", mean_s, shape)


def lognormal(mean_s: float, cv: float) -> Distribution:
    """Return a lognormal duration with a coefficient of variation; `cv` 0 is a fixed one."""
    return Distribution("lognormal", mean_s, math.sqrt(math.log1p(cv * cv))) if cv else fixed(mean_s)


def gamma(mean_s: float, shape: float) -> Distribution:
    """Return a gamma duration; a whole shape is an Erlang time of that many stages."""
    return Distribution("gamma", mean_s, shape)
