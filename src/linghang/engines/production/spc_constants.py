"""Constants of control charts, computed from their definitions instead of copied from a table.

For a sample of `n` independent standard normal values: `d2` and `d3` are mean and standard deviation of its range, `c4`
is the mean of its standard deviation (ISO 7870-2, table of coefficients; Montgomery, Introduction to Statistical
Quality Control, appendix VI).
"""

from functools import cache
from math import exp, lgamma, sqrt

import numpy as np

from linghang.errors import BadInput

MOST = 1000
"""Largest sample whose range still makes sense as a measure of spread."""


def _checked(n: int) -> int:
    if not 2 <= n <= MOST:
        raise BadInput("a subgroup has between 2 and {most} values, not {n}", most=MOST, n=n)
    return int(n)


@cache
def c4(n: int) -> float:
    """Return the mean standard deviation of `n` standard normal values."""
    if n < 2:
        raise BadInput("a standard deviation needs at least 2 values, not {n}", n=n)
    return sqrt(2.0 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))


@cache
def d2(n: int) -> float:
    """Return the mean range of `n` standard normal values."""
    return _range_moments(_checked(n))[0]


@cache
def d3(n: int) -> float:
    """Return the standard deviation of the range of `n` standard normal values."""
    return _range_moments(_checked(n))[1]


@cache
def _range_moments(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the range (Tippett 1925).

    The range exceeds w with probability 1 - n * integral of phi(x) (Phi(x + w) - Phi(x))^(n - 1) over x. The inner
    integrand is smooth and vanishes at the ends, so that the trapezoidal rule is exact to rounding; the outer integral
    is Gaussian.
    """
    from scipy.special import ndtr

    grid = np.linspace(-9.0, 9.0, 361)
    density = np.exp(-0.5 * grid * grid) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    node, weight = np.polynomial.legendre.leggauss(160)
    width, weight = 8.0 * (node + 1), 8.0 * weight
    between = ndtr(grid[None, :] + width[:, None]) - ndtr(grid)[None, :]
    exceeds = 1 - n * (between ** (n - 1)) @ density
    mean = float(exceeds @ weight)
    second = 2 * float((width * exceeds) @ weight)
    return mean, sqrt(second - mean * mean)
