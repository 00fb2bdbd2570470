"""Nonlinear predictive control of the stirred tank of do-mpc's example: what the course costs, and its limits."""

from typing import Any

import numpy as np
import pytest

from linghang.engines.production.control_nmpc import NmpcTuning, NonlinearModel, NonlinearMpc

DO_MPC_COST = 0.0050786
"""do-mpc 5.1.2 with its example's settings (radau collocation of degree 2): the same sum, the same plant."""
FIRST, WANTED, STEP_H = np.array([0.8, 0.5, 134.14, 130.0]), np.array([0.6]), 0.005


def rates(x: Any, u: Any, exp: Any) -> list[Any]:
    """Van de Vusse reactions A -> B -> C, 2 A -> D in a cooled tank; hours, mol/l, °C, kJ/h."""
    k12, k3 = 1.287e12 * exp(-9758.3 / (x[2] + 273.15)), 9.043e9 * exp(-8560.0 / (x[2] + 273.15))
    ab, bc, ad = k12 * x[0], k12 * x[1], k3 * x[0] ** 2
    stored, wall = 0.9342 * 3.01, 4032.0 * 0.215
    return [
        u[0] * (5.1 - x[0]) - ab - ad,
        ab - bc - u[0] * x[1],
        (11.0 * bc + 41.85 * ad - 4.2 * ab) / stored + u[0] * (130.0 - x[2]) + wall * (x[3] - x[2]) / (stored * 10.01),
        (u[1] + wall * (x[2] - x[3])) / 10.0,
    ]


def controller() -> NonlinearMpc:
    def symbolic(x: Any, u: Any) -> Any:
        import casadi as ca

        return ca.vertcat(*rates(x, u, ca.exp))

    model = NonlinearModel(("C_a", "C_b", "T_R", "T_K"), ("F", "Q_dot"), symbolic, lambda x: x[1])
    tuning = NmpcTuning(
        step=STEP_H,
        horizon=20,
        weight=(1.0,),
        move_weight=(0.1, 1e-3),
        input_low=(5.0, -8500.0),
        input_high=(100.0, 0.0),
        input_scale=(100.0, 2000.0),
        state_low=(0.1, 0.1, 50.0, 50.0),
        state_high=(2.0, 2.0, 140.0, 140.0),
        state_scale=(1.0, 1.0, 100.0, 100.0),
        violation_weight=100.0,
    )
    return NonlinearMpc(model, tuning)


def reacted(state: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Go on for a step, in 200 Runge-Kutta steps that owe nothing to the code under test."""
    size = STEP_H / 200

    def rate(x: np.ndarray) -> np.ndarray:
        return np.array(rates(x, given, np.exp))

    for _ in range(200):
        k1 = rate(state)
        k2 = rate(state + size / 2 * k1)
        k3 = rate(state + size / 2 * k2)
        k4 = rate(state + size * k3)
        state = state + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state


@pytest.mark.slow
def test_the_closed_loop_costs_what_do_mpcs_does_and_keeps_the_limits() -> None:
    mpc, state = controller(), FIRST
    plan = mpc.begin(state, np.zeros(2), WANTED)
    states, inputs = [], [np.zeros(2)]
    for step in range(50):
        if step:
            plan = mpc.step(plan, state, WANTED)
        assert plan.solved
        inputs.append(plan.inputs[0])
        state = reacted(state, plan.inputs[0])
        states.append(state)
    moves = np.diff(np.array(inputs), axis=0) / np.array([100.0, 2000.0])
    cost = float(((np.array(states)[:, 1] - 0.6) ** 2).sum() + (moves**2 @ np.array([0.1, 1e-3])).sum())
    assert cost == pytest.approx(DO_MPC_COST, rel=0.01)
    assert np.array(states)[:, 2:].max() <= 140.0
    assert (np.array(inputs[1:]) >= [5.0, -8500.0]).all()
    assert (np.array(inputs[1:]) <= [100.0, 0.0]).all()
    assert state[1] == pytest.approx(0.6, abs=1e-4)
