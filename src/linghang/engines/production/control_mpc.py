"""Linear model predictive control with limits, measured disturbances known ahead, and no lasting offset.

The usual arrangement (Maciejowski, Predictive Control with Constraints, 2002; Pannocchia and Rawlings, AIChE J. 49,
2003): a state-space model, a Kalman filter that also estimates a constant disturbance at each input, and every step a
quadratic program over the coming moves. Limits of inputs and of their moves are hard; those of outputs are softened by
an exact penalty. The estimated disturbance takes away the offset that a wrong gain or an unmeasured load would leave.

It cannot: models that change with the operating point (see `control_nmpc`), inputs that are on or off.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from linghang.engines.production.control_qp import Floats, solve_qp
from linghang.errors import BadInput

_MOST_RICCATI = 20_000


@dataclass(frozen=True)
class LinearModel:
    """x+ = A x + B (u - u0) + E v,  y = C x + y0, in steps of `step_s` seconds.

    Attributes
    ----------
    a, b, e, c
        (n, n), (n, m), (n, q), (p, n). `q` may be 0.
    step_s
        Length of a step.
    input_at, output_at
        (m,) u0 and (p,) y0: the point that it was identified about.
    load
        (n, m) where the estimated disturbance enters; B where it is left out, which a dead time would delay.
    """

    a: Floats
    b: Floats
    e: Floats
    c: Floats
    step_s: float
    input_at: Floats
    output_at: Floats
    load: Floats | None = None

    def __post_init__(self) -> None:
        n, m, p = len(self.a), self.b.shape[1], len(self.c)
        fits = self.a.shape == (n, n) and self.b.shape[0] == self.e.shape[0] == self.c.shape[1] == n
        if not fits or self.input_at.shape != (m,) or self.output_at.shape != (p,) or self.step_s <= 0:
            raise BadInput("the matrices of a model do not fit each other")

    def simulate(self, inputs: Floats, disturbances: Floats) -> Floats:
        """Return (k, p) outputs of (k, m) inputs and (k, q) disturbances, from rest at the operating point."""
        state, found = np.zeros(len(self.a)), np.empty((len(inputs), len(self.c)))
        for k in range(len(inputs)):
            found[k] = self.c @ state + self.output_at
            state = self.a @ state + self.b @ (inputs[k] - self.input_at) + self.e @ disturbances[k]
        return found


@dataclass(frozen=True)
class MpcTuning:
    """What the controller is to do; per output (p) or input (m).

    Attributes
    ----------
    horizon
        Steps that are predicted: well beyond the dead time, and far enough to see the answer turn.
    moves
        Lengths, in steps, of the stretches in which the inputs are held; the last one is held to the horizon. Fine at
        first, coarse later, keeps the program small.
    weight, move_weight
        (p,) of the squared errors, (m,) of the squared moves.
    input_low, input_high, rate
        (m,) limits, and the largest move in one step.
    output_low, output_high
        (p,) soft limits; infinite where there is none.
    violation_weight
        Price of leaving a soft limit.
    noise, wander
        (p,) standard deviation of the measurement, (m,) of the change of the input disturbance in one step: their
        ratio says how fast the filter believes that the load has changed.
    """

    horizon: int
    moves: tuple[int, ...]
    weight: tuple[float, ...]
    move_weight: tuple[float, ...]
    input_low: tuple[float, ...]
    input_high: tuple[float, ...]
    rate: tuple[float, ...]
    noise: tuple[float, ...]
    wander: tuple[float, ...]
    output_low: tuple[float, ...] = ()
    output_high: tuple[float, ...] = ()
    violation_weight: float = 1e3

    def __post_init__(self) -> None:
        if self.horizon < 1 or not self.moves or min(self.moves) < 1 or sum(self.moves) > self.horizon:
            raise BadInput("the moves of a controller lie within its horizon of at least one step")
        if min(self.weight) < 0 or min((*self.move_weight, *self.rate, *self.noise, *self.wander)) <= 0:
            raise BadInput("weights are not negative; those of moves, rates and noises are above zero")
        if any(low >= high for low, high in zip(self.input_low, self.input_high, strict=True)):
            raise BadInput("a lower limit lies above the upper one")


@dataclass(frozen=True)
class MpcState:
    """What the controller carries from step to step.

    Attributes
    ----------
    estimate
        (n + m,) state and input disturbance, after the last measurement.
    applied
        (m,) input that was really applied since: a guard may have cut the proposed one.
    disturbance
        (q,) measured disturbance since.
    solved
        Whether the last quadratic program was solved.
    """

    estimate: Floats
    applied: Floats
    disturbance: Floats
    solved: bool = True


class LinearMpc:
    """A controller: built once, then a pure function of its state and the measurement.

    Parameters
    ----------
    model, tuning
        Of the process.

    Raises
    ------
    BadInput
        The sizes do not fit, or the disturbance cannot be told from the state (an integrator at the input).
    """

    def __init__(self, model: LinearModel, tuning: MpcTuning) -> None:
        n, m, p = len(model.a), model.b.shape[1], len(model.c)
        if len(tuning.weight) != p or len(tuning.noise) != p or len(tuning.rate) != m or len(tuning.wander) != m:
            raise BadInput("the tuning of a controller names other states or inputs than its model")
        self.model, self.tuning = model, tuning
        self._n, self._m, self._p = n, m, p
        load = model.b if model.load is None else model.load
        self._a = np.block([[model.a, load], [np.zeros((m, n)), np.eye(m)]])
        self._b = np.concatenate([model.b, np.zeros((m, m))])
        self._e = np.concatenate([model.e, np.zeros((m, model.e.shape[1]))])
        self._c = np.concatenate([model.c, np.zeros((p, m))], axis=1)

    def begin(self, applied: Floats, measured: Floats) -> MpcState:
        """Start: the first measurements correct the state, quickly at first as the filter's gain is that of rest."""
        first = np.zeros(self._n + self._m)
        gap = np.asarray(measured, np.float64) - self.model.output_at
        first += np.linalg.pinv(self._c) @ np.where(np.isfinite(gap), gap, 0.0)
        return MpcState(first, np.asarray(applied, np.float64), np.zeros(self._e.shape[1]))

    def step(self, state: MpcState, measured: Floats, ahead: Floats, setpoint: Floats) -> tuple[Floats, MpcState]:
        """Propose the next input.

        Parameters
        ----------
        state
            Of the last step, with what was really applied (`dataclasses.replace(state, applied=…)`).
        measured
            (p,) outputs now; one that is not finite is left out, the model predicts it.
        ahead
            (horizon, q) measured disturbances from now on, as far as they are known.
        setpoint
            (p,) to be held over the horizon.

        Returns
        -------
        input, state
            (m,) to apply now, and the state with it as applied.
        """
        believed = self._a @ state.estimate + self._b @ (state.applied - self.model.input_at)
        believed = believed + self._e @ state.disturbance
        miss = np.asarray(measured, np.float64) - self.model.output_at - self._c @ believed
        believed = believed + self._gain @ np.where(np.isfinite(miss), miss, 0.0)
        proposed, solved = self._planned(believed, state.applied, ahead, setpoint)
        return proposed, MpcState(believed, proposed, np.asarray(ahead, np.float64)[0], solved)

    @cached_property
    def _gain(self) -> Floats:
        """(n + m, p) stationary Kalman gain, by iterating the Riccati equation."""
        size = self._n + self._m
        process = np.zeros((size, size))
        load = self._a[: self._n, self._n :]
        # A load that changes within the step moves the state as well.
        change = np.array(self.tuning.wander) ** 2
        process[: self._n, : self._n] = (load * change) @ load.T
        process[self._n :, self._n :] = np.diag(change)
        noise = np.diag(np.array(self.tuning.noise) ** 2)
        spread = process * 100
        gain = np.zeros((size, self._p))
        for _ in range(_MOST_RICCATI):
            seen = self._c @ spread @ self._c.T + noise
            new = np.linalg.solve(seen, self._c @ spread).T
            spread = self._a @ (spread - new @ self._c @ spread) @ self._a.T + process
            if np.abs(new - gain).max() < 1e-10 * (1 + np.abs(new).max()):
                return new
            gain = new
        raise BadInput("the load of a process cannot be told from its measurements: its model has no finite filter")

    @cached_property
    def _prediction(self) -> tuple[Floats, Floats, Floats]:
        """Matrices from estimate, from held inputs, and from disturbances to all outputs of the horizon."""
        steps, m, q = self.tuning.horizon, self._m, self._e.shape[1]
        held = np.minimum(np.searchsorted(np.cumsum(self.tuning.moves), np.arange(steps), side="right"), self._last)
        free = np.empty((steps, self._p, self._n + m))
        forced = np.zeros((steps, self._p, (self._last + 1) * m))
        known = np.zeros((steps, self._p, steps * q))
        power = np.eye(self._n + m)
        x_forced, x_known = np.zeros((self._n + m, (self._last + 1) * m)), np.zeros((self._n + m, steps * q))
        for k in range(steps):
            power = self._a @ power
            x_forced, x_known = self._a @ x_forced, self._a @ x_known
            x_forced[:, held[k] * m : (held[k] + 1) * m] += self._b
            x_known[:, k * q : (k + 1) * q] += self._e
            free[k], forced[k], known[k] = self._c @ power, self._c @ x_forced, self._c @ x_known
        return free.reshape(-1, self._n + m), forced.reshape(steps * self._p, -1), known.reshape(steps * self._p, -1)

    @property
    def _last(self) -> int:
        return len(self.tuning.moves) - 1

    @cached_property
    def _program(self) -> tuple[Floats, Floats, Floats]:
        """Hessian, rows of all limits, and the matrix that makes moves of held inputs."""
        _, forced, _ = self._prediction
        count, size = self._last + 1, (self._last + 1) * self._m
        moves = np.eye(size) - np.eye(size, k=-self._m)
        weight = np.tile(np.array(self.tuning.weight), self.tuning.horizon)
        penalty = np.tile(np.array(self.tuning.move_weight), count)
        slacks = len(self._soft)
        hessian = np.zeros((size + slacks, size + slacks))
        hessian[:size, :size] = 2 * ((forced.T * weight) @ forced + (moves.T * penalty) @ moves)
        hessian[range(size, size + slacks), range(size, size + slacks)] = self.tuning.violation_weight
        eye = np.eye(size, size + slacks)
        moved = np.concatenate([moves, np.zeros((size, slacks))], axis=1)
        rows = [eye, -eye, moved, -moved]
        for place, (output, sign, _) in enumerate(self._soft):
            block = np.zeros((self.tuning.horizon + 1, size + slacks))
            block[:-1, :size] = sign * forced[output :: self._p]
            block[:, size + place] = -1.0
            rows.append(block)
        return hessian, np.concatenate(rows), moves

    @cached_property
    def _soft(self) -> list[tuple[int, float, float]]:
        sides = [(1.0, self.tuning.output_high), (-1.0, self.tuning.output_low)]
        return [(k, sign, one) for sign, limits in sides for k, one in enumerate(limits) if np.isfinite(one)]

    def _planned(self, believed: Floats, applied: Floats, ahead: Floats, setpoint: Floats) -> tuple[Floats, bool]:
        free, forced, known = self._prediction
        hessian, rows, moves = self._program
        t, count, size = self.tuning, self._last + 1, (self._last + 1) * self._m
        course = free @ believed + known @ np.asarray(ahead, np.float64)[: t.horizon].ravel()
        course = course + np.tile(self.model.output_at, t.horizon)
        miss = course - np.tile(np.asarray(setpoint, np.float64), t.horizon)
        weight = np.tile(np.array(t.weight), t.horizon)
        before = np.zeros(size)
        before[: self._m] = applied - self.model.input_at
        penalty = np.tile(np.array(t.move_weight), count)
        pull = 2 * (forced.T @ (weight * miss) - moves.T @ (penalty * before))
        high = np.tile(np.array(t.input_high) - self.model.input_at, count)
        low = np.tile(np.array(t.input_low) - self.model.input_at, count)
        rate = np.tile(np.array(t.rate), count)
        most = [high, -low, rate + before, rate - before]
        for output, sign, limit in self._soft:
            most.append(np.append(sign * (limit - course[output :: self._p]), 0.0))
        slope = np.concatenate([pull, np.full(len(self._soft), t.violation_weight)])
        found = solve_qp(hessian, slope, rows, np.concatenate(most))
        proposed = found.value[: self._m] + self.model.input_at
        # The interior point stays a hair inside or outside: the answer keeps the limits exactly.
        proposed = np.clip(proposed, applied - t.rate, applied + t.rate)
        return np.clip(proposed, t.input_low, t.input_high), found.solved
