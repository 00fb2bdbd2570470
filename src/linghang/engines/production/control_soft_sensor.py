"""Soft sensors: what is measured seldom or in the laboratory, estimated from what is measured all the time.

Ridge regression on standardised inputs, the ridge chosen by cross-validation over blocks of time (neighbouring samples
are alike, so random folds would flatter it). Beside the estimate: the spread of its error, whether the inputs lie
within what the sensor has learnt (leverage), and a slow correction by laboratory values (Kadlec, Gabrys and Strandt,
Data-driven soft sensors in the process industry, Comput. Chem. Eng. 33, 2009).

It cannot: extrapolate; follow strong nonlinearity beyond the squares that may be added.
"""

from dataclasses import dataclass, replace

import numpy as np

from linghang.engines.production.control_qp import Floats
from linghang.errors import BadInput

RIDGES = tuple(float(10.0**power) for power in range(-4, 5))
BLOCKS = 5
LEAST_SAMPLES = 50


@dataclass(frozen=True)
class SoftSensor:
    """An estimator.

    Attributes
    ----------
    weights
        (k,) of the standardised features.
    offset
        Estimate at the means.
    mean, scale
        (k,) of the features.
    inverse
        (k, k) for the leverage.
    spread
        Standard deviation of its error in cross-validation.
    limit
        Leverage beyond which the inputs are new to it: the 99.5 % point of those it has learnt.
    r2, naive_r2
        In cross-validation over blocks of time, and of the last known value instead (what one would do without).
    ridge
        The chosen one.
    squares
        Whether squares of the inputs are features too.
    bias
        Correction by laboratory values.
    """

    weights: Floats
    offset: float
    mean: Floats
    scale: Floats
    inverse: Floats
    spread: float
    limit: float
    r2: float
    naive_r2: float
    ridge: float
    squares: bool
    bias: float = 0.0

    def estimate(self, inputs: Floats) -> tuple[Floats, Floats]:
        """Return (n,) estimates and (n,) whether the inputs (n, k) are known to it; a gap gives NaN and False."""
        z = (_features(inputs, self.squares) - self.mean) / self.scale
        found = self.offset + z @ self.weights + self.bias
        known = np.einsum("ij,jk,ik->i", z, self.inverse, z) <= self.limit
        return found, known & np.isfinite(found)

    def corrected(self, measured: float, estimated: float, share: float = 0.2) -> "SoftSensor":
        """Return the sensor after a laboratory value: its bias moves by a share of the difference."""
        return replace(self, bias=self.bias + share * (measured - estimated)) if np.isfinite(measured) else self


def fit_soft_sensor(inputs: Floats, target: Floats, squares: bool = False) -> SoftSensor:
    """Learn a soft sensor.

    Parameters
    ----------
    inputs, target
        (n, k) and (n,), in the order of time; rows with a gap are left out.
    squares
        Whether to add squares and products of the inputs.

    Raises
    ------
    BadInput
        Fewer than 50 whole rows, or a target that does not change.
    """
    whole = np.isfinite(inputs).all(axis=1) & np.isfinite(target)
    x, y = _features(inputs[whole], squares), target[whole]
    if len(y) < LEAST_SAMPLES or np.ptp(y) == 0:
        raise BadInput("a soft sensor needs at least {samples} rows and a target that changes", samples=LEAST_SAMPLES)
    blocks = np.array_split(np.arange(len(y)), BLOCKS)
    errors = {ridge: _left_over(x, y, blocks, ridge) for ridge in RIDGES}
    ridge = min(RIDGES, key=lambda one: float(errors[one] @ errors[one]))
    weights, offset, mean, scale = _ridge(x, y, ridge)
    z = (x - mean) / scale
    inverse = np.linalg.inv(z.T @ z / len(z) + ridge / len(z) * np.eye(z.shape[1]) + 1e-9 * np.eye(z.shape[1]))
    leverage = np.einsum("ij,jk,ik->i", z, inverse, z)
    total = float(np.var(y))
    naive = y[1:] - y[:-1]
    return SoftSensor(
        weights=weights,
        offset=offset,
        mean=mean,
        scale=scale,
        inverse=inverse,
        spread=float(errors[ridge].std()),
        limit=float(np.quantile(leverage, 0.995)),
        r2=1 - float(np.mean(errors[ridge] ** 2)) / total,
        naive_r2=1 - float(np.mean(naive**2)) / total,
        ridge=ridge,
        squares=squares,
    )


def _features(inputs: Floats, squares: bool) -> Floats:
    if not squares:
        return inputs
    first, second = np.triu_indices(inputs.shape[1])
    return np.concatenate([inputs, inputs[:, first] * inputs[:, second]], axis=1)


def _ridge(x: Floats, y: Floats, ridge: float) -> tuple[Floats, float, Floats, Floats]:
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    z, middle = (x - mean) / scale, float(y.mean())
    weights = np.linalg.solve(
        z.T @ z + ridge * np.eye(z.shape[1]) + 1e-9 * len(z) * np.eye(z.shape[1]), z.T @ (y - middle)
    )
    return weights, middle, mean, scale


def _left_over(x: Floats, y: Floats, blocks: list[np.ndarray], ridge: float) -> Floats:
    """Errors of each block as the others predict it."""
    found = np.empty(len(y))
    for block in blocks:
        others = np.setdiff1d(np.arange(len(y)), block)
        weights, offset, mean, scale = _ridge(x[others], y[others], ridge)
        found[block] = y[block] - offset - (x[block] - mean) / scale @ weights
    return found
