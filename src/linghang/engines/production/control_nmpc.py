"""Nonlinear model predictive control: direct multiple shooting, sequential quadratic programs, warm from step to step.

The plant's equations come as CasADi expressions. Each interval is integrated by the classical Runge-Kutta method of
order 4, and differentiated by CasADi. The states are eliminated (condensing), so that one small dense program in the
moves remains (`control_qp`). Its Hessian is that of Gauss and Newton, positive for a sum of squares. One or two
iterations a control step, begun at the shifted solution of the step before, stay close to the optimum: the real-time
iteration of Diehl, Bock and Schlöder (SIAM J. Control Optim. 43, 2005).

It cannot: economic costs that are no sum of squares, stiff models (an explicit method: use more substeps), integer
inputs, and proof of stability. Limits of inputs are hard; limits of states are softened by an exact penalty, because a
disturbance may make them unattainable and a controller has to answer all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.control_qp import Floats, solve_qp
from linghang.errors import BadInput

_NEAR = 0.2
"""A limit of a state is looked at from the start where the prediction comes this near, in the state's scale."""


@dataclass(frozen=True)
class NonlinearModel:
    """A plant in continuous time.

    Attributes
    ----------
    states, inputs
        Names, in the order of the vectors.
    rhs
        (x, u) -> dx/dt, CasADi expressions; the unit of time is that of `NmpcTuning.step`.
    controlled
        x -> the variables that have a set-point.
    """

    states: tuple[str, ...]
    inputs: tuple[str, ...]
    rhs: Callable[[Any, Any], Any]
    controlled: Callable[[Any], Any]


@dataclass(frozen=True)
class NmpcTuning:
    """What the controller is to do.

    The cost is Σ weight (controlled - set-point)² at the ends of the intervals, the last one once more, plus
    Σ move_weight ((u_k - u_{k-1}) / input_scale)².

    Attributes
    ----------
    step, horizon
        Length of an interval, and how many.
    weight
        (p,) of the controlled variables.
    move_weight
        (m,) of the moves; above zero.
    input_low, input_high, input_scale
        (m,) limits and size of the inputs.
    state_low, state_high
        (n,) limits of the states; infinite where there is none.
    violation_weight
        Price of the largest excess of a state, relative to `state_scale`.
    state_scale
        (n,) size of the states.
    substeps
        Runge-Kutta steps an interval.
    iterations
        Quadratic programs a control step.
    """

    step: float
    horizon: int
    weight: tuple[float, ...]
    move_weight: tuple[float, ...]
    input_low: tuple[float, ...]
    input_high: tuple[float, ...]
    input_scale: tuple[float, ...]
    state_low: tuple[float, ...]
    state_high: tuple[float, ...]
    state_scale: tuple[float, ...]
    violation_weight: float = 1e4
    substeps: int = 2
    iterations: int = 1

    def __post_init__(self) -> None:
        if self.step <= 0 or min(self.horizon, self.substeps, self.iterations) < 1:
            raise BadInput("a controller looks at least one interval ahead, in at least one step")
        if min(self.move_weight) <= 0 or min(self.weight) < 0 or min(*self.input_scale, *self.state_scale) <= 0:
            raise BadInput("weights are not negative, and weights of moves and scales are above zero")
        if any(low > high for low, high in zip(self.input_low, self.input_high, strict=True)):
            raise BadInput("a lower limit lies above the upper one")


@dataclass(frozen=True)
class Plan:
    """What the controller intends.

    Attributes
    ----------
    states
        (horizon + 1, n) predicted, the first one measured.
    inputs
        (horizon, m); the first row is the move to make.
    solved
        Whether every quadratic program was solved.
    """

    states: Floats
    inputs: Floats
    solved: bool = True


class NonlinearMpc:
    """A controller: built once, then a pure function from the measured state and the last plan to the next.

    Parameters
    ----------
    model, tuning
        Of the plant.

    Raises
    ------
    BadInput
        The sizes of model and tuning do not fit.
    """

    def __init__(self, model: NonlinearModel, tuning: NmpcTuning) -> None:
        n, m = len(model.states), len(model.inputs)
        t = tuning
        sizes = {len(t.state_low) - n, len(t.state_high) - n, len(t.state_scale) - n, len(t.move_weight) - m}
        sizes |= {len(t.input_low) - m, len(t.input_high) - m, len(t.input_scale) - m}
        if sizes != {0}:
            raise BadInput("the tuning of a controller names other states or inputs than its model")
        self.model, self.tuning = model, tuning
        self._n, self._m, self._steps = n, m, tuning.horizon

    def begin(self, state: Floats, inputs: Floats, setpoint: Floats, iterations: int = 12) -> Plan:
        """Plan for the first time: from a constant input, with more iterations than in the control steps."""
        steps = self._steps
        plan = self._rolled(np.asarray(state, np.float64), np.tile(np.asarray(inputs, np.float64), (steps, 1)))
        for _ in range(iterations):
            plan = self._improved(plan, np.asarray(inputs, np.float64), setpoint)
        return plan

    def step(self, plan: Plan, state: Floats, setpoint: Floats) -> Plan:
        """Plan anew.

        Parameters
        ----------
        plan
            The last one, whose first move was made.
        state
            (n,) as measured now.
        setpoint
            (p,) of the controlled variables.

        Raises
        ------
        BadInput
            The state is not finite: whoever drives the plant has to fall back.
        """
        state = np.asarray(state, np.float64)
        if not np.isfinite(state).all():
            raise BadInput("a control problem has a number that is not finite")
        last = plan.inputs[0]
        shifted = Plan(
            np.concatenate([state[None], plan.states[2:], plan.states[-1:]]),
            np.concatenate([plan.inputs[1:], plan.inputs[-1:]]),
        )
        for _ in range(self.tuning.iterations):
            shifted = self._improved(shifted, last, setpoint)
        return shifted

    @cached_property
    def _linearised(self) -> tuple[Callable[[], None], dict[str, Floats], Any]:
        """An evaluation of all intervals at once, the arrays that it reads and writes, and what keeps it alive."""
        import casadi as ca

        n, m, count = self._n, self._m, self._steps
        x, u = ca.SX.sym("x", n), ca.SX.sym("u", m)
        rate = ca.Function("rate", [x, u], [self.model.rhs(x, u)])
        size, end = self.tuning.step / self.tuning.substeps, x
        for _ in range(self.tuning.substeps):
            k1 = rate(end, u)
            k2 = rate(end + size / 2 * k1, u)
            k3 = rate(end + size / 2 * k2, u)
            k4 = rate(end + size * k3, u)
            end = end + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        seen = self.model.controlled(x)
        outputs = [end, ca.jacobian(end, x), ca.jacobian(end, u), seen, ca.jacobian(seen, x)]
        stage = ca.Function("stage", [x, u], [ca.densify(one) for one in outputs]).map(count + 1)
        p = outputs[3].shape[0]
        arrays = {
            "x": np.zeros((count + 1, n)),
            "u": np.zeros((count + 1, m)),
            "end": np.zeros((count + 1, n)),
            # CasADi stores by columns: the transposed matrix of each interval.
            "a": np.zeros((count + 1, n, n)),
            "b": np.zeros((count + 1, m, n)),
            "seen": np.zeros((count + 1, p)),
            "slope": np.zeros((count + 1, n, p)),
        }
        stage_buffer: Any = stage.buffer()
        buffer, evaluate = stage_buffer
        for place, name in enumerate(("x", "u")):
            buffer.set_arg(place, arrays[name].data)
        for place, name in enumerate(("end", "a", "b", "seen", "slope")):
            buffer.set_res(place, arrays[name].data)
        return evaluate, arrays, buffer

    def _rolled(self, state: Floats, inputs: Floats) -> Plan:
        """Simulate a plant that is given the inputs."""
        evaluate, arrays, _ = self._linearised
        states = np.tile(state, (self._steps + 1, 1))
        for k in range(self._steps):
            arrays["x"][k], arrays["u"][:-1] = states[k], inputs
            evaluate()
            states[k + 1] = arrays["end"][k]
        return Plan(states, inputs)

    def _improved(self, plan: Plan, last: Floats, setpoint: Floats) -> Plan:
        """Linearise along a plan, solve the quadratic program, return the better plan."""
        evaluate, arrays, _ = self._linearised
        t, steps, m = self.tuning, self._steps, self._m
        arrays["x"][:], arrays["u"][:-1], arrays["u"][-1] = plan.states, plan.inputs, plan.inputs[-1]
        evaluate()
        scale = np.array(t.input_scale)
        reach, drift = self._condensed(arrays, plan, scale)
        slope = arrays["slope"][1:].transpose(0, 2, 1)
        weight = np.tile(np.array(t.weight), (steps, 1))
        weight[-1] *= 2  # running and final cost both count there
        miss = arrays["seen"][1:] - np.asarray(setpoint, np.float64) + np.einsum("kpn,kn->kp", slope, drift)
        effect = slope @ reach
        flat = effect.reshape(-1, steps * m)
        heavy = (flat.T * weight.ravel()) @ flat
        pull = flat.T @ (weight * miss).ravel()
        moves, penalty = self._moves
        had = moves @ (plan.inputs / scale).ravel()
        had[:m] -= last / scale
        heavy += (moves.T * penalty) @ moves
        pull += moves.T @ (penalty * had)
        change, solved = self._solved(2 * heavy, 2 * pull, plan, reach, drift)
        inputs = plan.inputs + change.reshape(steps, m) * scale
        inputs = np.clip(inputs, t.input_low, t.input_high)
        states = plan.states.copy()
        states[1:] += drift + reach @ change
        return Plan(states, inputs, plan.solved and solved)

    def _solved(self, heavy: Floats, pull: Floats, plan: Plan, reach: Floats, drift: Floats) -> tuple[Floats, bool]:
        """Return the best change of the scaled moves (N m,), and whether it was found.

        Limits of states that are far away are left out at first; if the answer breaks one of them, all are put in.
        """
        t, size = self.tuning, len(pull)
        at, scale = plan.states[1:] + drift, np.array(t.state_scale)
        room = np.stack([np.array(t.state_high) - at, at - np.array(t.state_low)], axis=1) / scale
        near = room.min(axis=0) < _NEAR
        while True:
            rows, most, slacks = self._limits(plan, reach, room, near)
            hessian = np.zeros((size + slacks, size + slacks))
            hessian[:size, :size] = heavy
            # A little curvature keeps the program strictly convex; the price is what keeps the limit.
            hessian[range(size, size + slacks), range(size, size + slacks)] = t.violation_weight
            gradient = np.concatenate([pull, np.full(slacks, t.violation_weight)])
            found = solve_qp(hessian, gradient, rows, most)
            change = found.value[:size]
            moved = (reach @ change) / scale
            left = np.stack([room[:, 0] - moved, room[:, 1] + moved], axis=1).min(axis=0)
            broken = (left < -1e-9) & ~near
            if not broken.any():
                return change, found.solved
            near = np.isfinite(room).all(axis=0)

    def _condensed(self, arrays: dict[str, Floats], plan: Plan, scale: Floats) -> tuple[Floats, Floats]:
        """Return how the states after each interval answer the scaled moves (N, n, N m), and how far they drift."""
        steps, n, m = self._steps, self._n, self._m
        a, b = arrays["a"].transpose(0, 2, 1), arrays["b"].transpose(0, 2, 1)
        gap = arrays["end"][:-1] - plan.states[1:]
        reach, drift = np.zeros((steps, n, steps * m)), np.zeros((steps, n))
        for k in range(steps):
            if k:
                reach[k, :, : k * m] = a[k] @ reach[k - 1, :, : k * m]
                drift[k] = a[k] @ drift[k - 1]
            reach[k, :, k * m : (k + 1) * m] = b[k] * scale
            drift[k] += gap[k]
        return reach, drift

    @cached_property
    def _moves(self) -> tuple[Floats, Floats]:
        """Matrix that makes moves of scaled inputs, and the weights of its rows."""
        size = self._steps * self._m
        return np.eye(size) - np.eye(size, k=-self._m), np.tile(np.array(self.tuning.move_weight), self._steps)

    def _limits(self, plan: Plan, reach: Floats, room: Floats, near: NDArray[np.bool_]) -> tuple[Floats, Floats, int]:
        """Return the rows A z <= b of inputs, states and slacks; one slack for each limit of a state."""
        t, steps, size = self.tuning, self._steps, self._steps * self._m
        sides = [(side, i) for side, i in np.argwhere(near).tolist()]
        eye = np.eye(size, size + len(sides))
        scale = np.array(t.input_scale)
        rows, most = (
            [eye, -eye],
            [
                ((np.array(t.input_high) - plan.inputs) / scale).ravel(),
                ((plan.inputs - np.array(t.input_low)) / scale).ravel(),
            ],
        )
        for place, (side, i) in enumerate(sides):
            block = np.zeros((steps + 1, size + len(sides)))
            block[:-1, :size] = (reach[:, i, :] if side == 0 else -reach[:, i, :]) / t.state_scale[i]
            block[:, size + place] = -1.0
            rows.append(block)
            most.append(np.append(room[:, side, i], 0.0))
        return np.concatenate(rows), np.concatenate(most), len(sides)
