"""Mean, standard deviation and one-way analysis of variance that keep their digits.

Values with many constant leading digits (1000000000000.4) lose everything in a naive sum of squares. Here every value
is first made small by taking one of them away, which is exact for near values (Sterbenz), and sums are exactly rounded
(`math.fsum`). NIST's certified values (StRD, Simon and Lesage 1989) are then met up to what the values themselves lose
when they become binary numbers; given as decimals they lose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import fsum, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

Values = Sequence[float] | Sequence[Decimal] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OneWay:
    """One-way analysis of variance: between and within treatments."""

    between_df: int
    between_ss: float
    within_df: int
    within_ss: float
    f: float
    p_value: float
    r_squared: float
    residual_sd: float


def mean_sd(values: Values) -> tuple[float, float]:
    """Return mean and standard deviation (divisor n - 1) of at least two values."""
    data = _read(values)
    if len(data) < 2:
        raise BadInput("a standard deviation needs at least 2 values, not {n}", n=len(data))
    small = _less(data, data[0])
    shift = fsum(small) / len(small)
    middle = float(sum(data) / len(data)) if isinstance(data[0], Decimal) else fsum(data) / len(data)
    return middle, sqrt(_squares(small, shift) / (len(small) - 1))


def one_way(treatments: Sequence[Values]) -> OneWay:
    """Return the analysis of variance of values by treatment.

    Raises
    ------
    BadInput
        Fewer than two treatments, or no values left to estimate the error from.
    """
    from scipy.special import fdtrc

    groups = [_read(one) for one in treatments if len(one)]
    count = sum(map(len, groups))
    if len(groups) < 2 or count <= len(groups):
        raise BadInput("an analysis of variance needs two treatments and more values than treatments")
    small = [_less(group, groups[0][0]) for group in groups]
    whole = fsum(one for group in small for one in group) / count
    means = [fsum(group) / len(group) for group in small]
    between = fsum(len(group) * (mean - whole) ** 2 for group, mean in zip(small, means, strict=True))
    within = fsum(_squares(group, mean) for group, mean in zip(small, means, strict=True))
    between_df, within_df = len(groups) - 1, count - len(groups)
    error = within / within_df
    f = between / between_df / error if error > 0 else float("inf") if between > 0 else float("nan")
    whole_ss = between + within
    share = between / whole_ss if whole_ss > 0 else float("nan")
    p_value = float(fdtrc(between_df, within_df, f)) if f == f else float("nan")
    return OneWay(between_df, between, within_df, within, f, p_value, share, sqrt(error))


def _squares(values: Sequence[float], mean: float) -> float:
    """Sum of squares about the mean, corrected for the rounding of the mean itself."""
    away = [one - mean for one in values]
    return fsum(one * one for one in away) - fsum(away) ** 2 / len(away)


def _less(values: list[float] | list[Decimal], pivot: float | Decimal) -> list[float]:
    return [float(one - pivot) for one in values]  # type: ignore[operator]


def _read(values: Values) -> list[float] | list[Decimal]:
    data = list(values)
    if not all(map(isfinite, data)):
        raise BadInput("a value is no number; leave it away")
    if data and all(isinstance(one, Decimal) for one in data):
        return [Decimal(one) for one in data]
    return [float(one) for one in data]
