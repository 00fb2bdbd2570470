"""Black-box models from data: ARX by least squares, and state space by realisation of its Markov parameters.

ARX: y(t) = Σ a_i y(t-i) + Σ b_j u(t-delay-j) + c, the order chosen by the final part of the data that the fit does not
see (Ljung, System Identification, 2nd ed., sections 4.2 and 16.4). State space for several inputs and outputs: a long
vector ARX gives the Markov parameters, their Hankel matrix a balanced realisation (observer/Kalman identification with
the eigensystem realisation algorithm: Juang and Pappa, 1985; Juang, Phan, Horta and Longman, 1993).

It cannot: guarantee stability of what noise makes unstable; say what the states mean.
"""

from dataclasses import dataclass

import numpy as np

from linghang.engines.production.control_identification import KEPT_OUT, fit_percent
from linghang.engines.production.control_mpc import LinearModel
from linghang.engines.production.control_qp import Floats
from linghang.errors import BadInput


@dataclass(frozen=True)
class Arx:
    """y(t) = Σ past_i y(t-i) + Σ_k Σ_j moved_kj u_k(t-delay-j) + constant; i and j count from 1 and 0.

    Attributes
    ----------
    past
        (na,)
    moved
        (k, nb)
    constant
        In the unit of the output.
    delay
        Whole samples, at least 1.
    validated_percent
        Fit of the simulated output on the part kept out.
    """

    past: Floats
    moved: Floats
    constant: float
    delay: int
    validated_percent: float

    def simulate(self, inputs: Floats, first: Floats) -> Floats:
        """Return (n,) the free simulation of (n, k) inputs, begun with the first measured values."""
        found = np.full(len(inputs), np.nan)
        begin = max(len(self.past), self.delay + self.moved.shape[1] - 1)
        found[:begin] = first[:begin]
        for t in range(begin, len(inputs)):
            late = inputs[t - self.delay - self.moved.shape[1] + 1 : t - self.delay + 1][::-1].T
            found[t] = (
                self.past @ found[t - len(self.past) : t][::-1] + float((self.moved * late).sum()) + self.constant
            )
        return found


def arx(inputs: Floats, output: Floats, most_order: int = 4, most_delay: int = 10) -> Arx:
    """Fit ARX models of all orders and delays up to the given, and return the one that simulates best.

    Parameters
    ----------
    inputs, output
        (n, k) and (n,).
    most_order, most_delay
        In samples.

    Raises
    ------
    BadInput
        Too few samples.
    """
    cut = int(len(output) * (1 - KEPT_OUT))
    if cut < 10 * (most_order * (1 + inputs.shape[1]) + 1) or len(output) - cut < 2 * (most_delay + most_order):
        raise BadInput("too few samples for a model of order {order}", order=most_order)
    tried = [
        _arx(inputs, output, order, delay, cut)
        for order in range(1, most_order + 1)
        for delay in range(1, most_delay + 1)
    ]
    best = max(one.validated_percent for one in tried)
    # The first within half a percent of the best is the simplest.
    return next(one for one in tried if one.validated_percent >= best - 0.5)


def _arx(inputs: Floats, output: Floats, order: int, delay: int, cut: int) -> Arx:
    begin = delay + order - 1 if delay > 1 else order
    rows = [output[begin - i : cut - i] for i in range(1, order + 1)]
    rows += [column[begin - delay - j : cut - delay - j] for column in inputs.T for j in range(order)]
    columns = np.column_stack([*rows, np.ones(cut - begin)])
    found, *_ = np.linalg.lstsq(columns, output[begin:cut], rcond=None)
    past, moved = found[:order], found[order:-1].reshape(inputs.shape[1], order)
    model = Arx(past, moved, float(found[-1]), delay, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        simulated = model.simulate(inputs[cut:], output[cut:])
    good = bool(np.isfinite(simulated).all())
    percent = fit_percent(output[cut:], simulated) if good else -np.inf
    return Arx(past, moved, float(found[-1]), delay, max(percent, -1e6))


def state_space(inputs: Floats, outputs: Floats, step_s: float, order: int, window: int = 20) -> LinearModel:
    """Identify a state-space model.

    Parameters
    ----------
    inputs, outputs
        (n, m) and (n, p) on one grid.
    step_s
        Interval of the grid.
    order
        States.
    window
        Past samples in the long ARX; several times the order.

    Raises
    ------
    BadInput
        Too few samples, or an order that the window cannot give.
    """
    n, m = inputs.shape
    p = outputs.shape[1]
    if n < 5 * window * (m + p) or order < 1 or order > window * min(m, p) // 2:
        raise BadInput("too few samples for a model of order {order}", order=order)
    input_at, output_at = inputs.mean(axis=0), outputs.mean(axis=0)
    u, y = inputs - input_at, outputs - output_at
    past = [np.concatenate([u[window - i : n - i], y[window - i : n - i]], axis=1) for i in range(1, window + 1)]
    found, *_ = np.linalg.lstsq(np.concatenate(past, axis=1), y[window:], rcond=None)
    blocks = found.reshape(window, m + p, p).transpose(0, 2, 1)
    markov: list[Floats] = []
    for k in range(window):
        # y depends on its own past, which the observer's parameters contain: take it out.
        value = blocks[k, :, :m].copy()
        for i in range(k):
            value += blocks[i, :, m:] @ markov[k - 1 - i]
        markov.append(value)
    half = window // 2
    hankel = np.block([[markov[i + j] for j in range(half)] for i in range(half)])
    shifted = np.block([[markov[i + j + 1] for j in range(half)] for i in range(half)])
    left, size, right = np.linalg.svd(hankel)
    root = np.sqrt(size[:order])
    if root[-1] == 0:
        raise BadInput("too few samples for a model of order {order}", order=order)
    seen, reached = left[:, :order] * root, (right[:order].T * root).T
    a = (left[:, :order] / root).T @ shifted @ (right[:order] / root[:, None]).T
    return LinearModel(
        a=a,
        b=reached[:, :m],
        e=np.zeros((order, 0)),
        c=seen[:p],
        step_s=step_s,
        input_at=input_at,
        output_at=output_at,
    )
