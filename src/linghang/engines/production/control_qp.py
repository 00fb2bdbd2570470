"""Convex quadratic programs of predictive controllers: small, dense, solved in a few matrix products.

Primal-dual interior point with predictor and corrector (Mehrotra, 1992), on the normal equations. The number of steps
hardly depends on how many limits are active, so the time of a control step is nearly the same every time. It is meant
for a few dozen variables and a few hundred limits; it does not use sparsity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

Floats = NDArray[np.floating[Any]]

MOST_STEPS = 40
"""Ten are usual; a program that needs forty is badly scaled."""
TOLERANCE = 1e-9
"""Of the scaled residuals and of the mean complementarity: below what any instrument resolves."""
_BACK_OFF = 0.995


@dataclass(frozen=True, slots=True)
class Solution:
    """What a quadratic program gave.

    Attributes
    ----------
    value
        (n,) the minimiser, or the last iterate where it is not solved.
    solved
        Whether the optimality conditions hold to the tolerance.
    steps
        Interior-point steps taken.
    multiplier
        (m,) of the limits: not negative.
    """

    value: Floats
    solved: bool
    steps: int
    multiplier: Floats


def solve_qp(hessian: Floats, slope: Floats, rows: Floats, most: Floats, first: Floats | None = None) -> Solution:
    """Minimise ½ z'Hz + g'z where A z <= b.

    Parameters
    ----------
    hessian
        (n, n) H, symmetric and positive definite.
    slope
        (n,) g.
    rows, most
        (m, n) A and (m,) b; rows without a finite limit are left out by the caller.
    first
        (n,) where to begin; it need not keep the limits.

    Raises
    ------
    BadInput
        A number that is not finite.
    """
    if not (np.isfinite(hessian).all() and np.isfinite(slope).all() and np.isfinite(rows).all()):
        raise BadInput("a control problem has a number that is not finite")
    scale = 1.0 / max(float(np.abs(hessian).max()), 1e-12)
    h, g = hessian * scale, slope * scale
    length = np.maximum(np.sqrt((rows * rows).sum(axis=1)), 1e-12) if len(most) else np.ones(0)
    rows, most = rows / length[:, None], most / length
    z = np.zeros(len(g)) if first is None else first.copy()
    if len(most) == 0:
        return Solution(-np.linalg.solve(h, g), True, 0, np.empty(0))
    room = most - rows @ z
    s = np.maximum(room, 1e-2 * (1 + float(np.abs(room).max(initial=0.0))) if room.min() <= 0 else room)
    multiplier = np.full(len(most), max(1e-3, float(np.abs(g).max())))
    size_p = 1 + float(np.abs(most).max())
    for step in range(MOST_STEPS):
        push = rows.T @ multiplier
        dual = h @ z + g + push
        size_d = 1 + max(float(np.abs(g).max()), float(np.abs(push).max()))
        primal = rows @ z + s - most
        mean = float(s @ multiplier) / len(s)
        if mean < TOLERANCE * size_d and np.abs(dual).max() < 1e-8 * size_d and np.abs(primal).max() < 1e-8 * size_p:
            return Solution(z, True, step, multiplier / length / scale)
        try:
            z, s, multiplier = _newton(h, rows, z, s, multiplier, dual, primal, mean)
        except np.linalg.LinAlgError:  # the weights of active limits have outgrown the number format
            break
    return Solution(z, False, MOST_STEPS, multiplier / length / scale)


def _newton(
    h: Floats, rows: Floats, z: Floats, s: Floats, lam: Floats, dual: Floats, primal: Floats, mean: float
) -> tuple[Floats, Floats, Floats]:
    """Take one step: an affine one that says how far centring is needed, then the corrected one."""
    weight = lam / s
    # Solved twice, not inverted once: near the end the system is so stiff that an inverse is worth nothing.
    system = h + (rows.T * weight) @ rows

    def toward(complement: Floats) -> tuple[Floats, Floats, Floats]:
        dz = np.linalg.solve(system, -dual - rows.T @ ((lam * primal - complement) / s))
        ds = -primal - rows @ dz
        return dz, ds, -(complement + lam * ds) / s

    _, ds, dl = toward(lam * s)
    ahead = float((s + _reach(s, ds) * ds) @ (lam + _reach(lam, dl) * dl)) / len(s)
    centre = (ahead / mean) ** 3 * mean
    dz, ds, dl = toward(lam * s + ds * dl - centre)
    length = _BACK_OFF * min(_reach(s, ds), _reach(lam, dl))
    return z + length * dz, s + length * ds, lam + length * dl


def _reach(value: Floats, change: Floats) -> float:
    """Return how far one may go, at most 1, until a value becomes zero."""
    falling = change < 0
    return min(1.0, float((-value[falling] / change[falling]).min())) if falling.any() else 1.0
