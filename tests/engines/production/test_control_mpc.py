"""Predictive control: quadratic programs, limits, no lasting offset, and the nonlinear controller."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

from linghang.engines.production.control_identification import Channel, Fit, model_of
from linghang.engines.production.control_mpc import LinearModel, LinearMpc, MpcTuning
from linghang.engines.production.control_nmpc import NmpcTuning, NonlinearModel, NonlinearMpc
from linghang.engines.production.control_qp import solve_qp
from linghang.errors import BadInput


def random_program(seed: int, n: int, m: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    rows = rng.normal(size=(m, n))
    return root @ root.T + 0.1 * np.eye(n), rng.normal(size=n) * 5, rows, rng.uniform(0.1, 2, m)


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_a_program_is_solved_to_its_optimality_conditions(seed: int, n: int, m: int) -> None:
    h, g, rows, most = random_program(seed, n, m)
    found = solve_qp(h, g, rows, most)
    assert found.solved
    assert (rows @ found.value <= most + 1e-6).all()
    assert (found.multiplier >= 0).all()
    scale = np.abs(h).max() + np.abs(g).max()
    assert np.abs(h @ found.value + g + rows.T @ found.multiplier).max() < 1e-5 * scale
    assert np.abs(found.multiplier * (most - rows @ found.value)).max() < 1e-4 * scale


def test_a_program_agrees_with_another_solver() -> None:
    h, g, rows, most = random_program(3, 6, 12)
    other = minimize(
        lambda z: 0.5 * z @ h @ z + g @ z,
        np.zeros(6),
        jac=lambda z: h @ z + g,
        constraints=[LinearConstraint(rows, ub=most)],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 300},
    )
    assert solve_qp(h, g, rows, most).value == pytest.approx(other.x, abs=1e-4)


def test_without_limits_the_minimum_is_that_of_the_linear_system() -> None:
    h, g, _, _ = random_program(1, 4, 1)
    assert solve_qp(h, g, np.empty((0, 4)), np.empty(0)).value == pytest.approx(-np.linalg.solve(h, g))


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(BadInput):
        solve_qp(np.eye(2), np.array([np.nan, 0.0]), np.eye(2), np.ones(2))


def heated(gain: float = 2.0, lag_s: float = 600.0, delay_s: float = 60.0) -> LinearModel:
    channel = Channel(gain, lag_s, delay_s)
    fit = Fit((channel,), 50.0, np.array([40.0]), 20.0, 90.0, 90.0, 0.1, np.array([0.1]), True)
    return model_of(fit, 20.0)


TUNING = MpcTuning(
    horizon=60,
    moves=(1, 1, 1, 2, 3, 5, 10),
    weight=(1.0,),
    move_weight=(0.2,),
    input_low=(0.0,),
    input_high=(100.0,),
    rate=(8.0,),
    noise=(0.1,),
    wander=(0.1,),
)


def closed(plant: LinearModel, mpc: LinearMpc, setpoint: float, steps: int, load: float = 0.0) -> tuple[Any, Any]:
    state, x = mpc.begin(np.array([40.0]), plant.output_at), np.zeros(len(plant.a))
    outputs, inputs = [], []
    for k in range(steps):
        y = plant.c @ x + plant.output_at
        u, state = mpc.step(state, y, np.zeros((60, 0)), np.array([setpoint]))
        x = plant.a @ x + plant.b @ (u - plant.input_at)
        if k > steps // 2:
            x = x + plant.load @ np.array([load])
        outputs.append(float(y[0]))
        inputs.append(float(u[0]))
    return np.array(outputs), np.array(inputs)


def test_a_wrong_gain_and_an_unmeasured_load_leave_no_offset() -> None:
    plant = heated(gain=2.6)
    y, _ = closed(plant, LinearMpc(heated(), TUNING), 60.0, 400, load=-6.0)
    assert y[195] == pytest.approx(60.0, abs=0.05)
    assert y[-1] == pytest.approx(60.0, abs=0.05)


@given(st.floats(-400, 400), st.floats(-30, 30))
@settings(max_examples=12, deadline=None)
def test_limits_and_rates_of_the_input_are_kept_whatever_is_wanted(setpoint: float, load: float) -> None:
    _, u = closed(heated(), LinearMpc(heated(), TUNING), setpoint, 60, load)
    assert u.min() >= 0.0
    assert u.max() <= 100.0
    assert np.abs(np.diff(np.concatenate([[40.0], u]))).max() <= 8.0 + 1e-9


def test_a_soft_limit_of_the_output_is_not_overshot() -> None:
    free, _ = closed(heated(), LinearMpc(heated(), replace(TUNING, move_weight=(1e-6,))), 64.0, 120)
    kept = replace(TUNING, move_weight=(1e-6,), output_low=(-np.inf,), output_high=(60.0,))
    y, _ = closed(heated(), LinearMpc(heated(), kept), 64.0, 120)
    assert free.max() > 63.0
    assert y.max() <= 60.05


def test_a_lost_measurement_is_bridged_by_the_model() -> None:
    plant, mpc = heated(), LinearMpc(heated(), TUNING)
    state, x = mpc.begin(np.array([40.0]), plant.output_at), np.zeros(len(plant.a))
    for k in range(200):
        y = plant.c @ x + plant.output_at
        shown = np.array([np.nan]) if 50 <= k < 70 else y
        u, state = mpc.step(state, shown, np.zeros((60, 0)), np.array([60.0]))
        assert np.isfinite(u).all()
        x = plant.a @ x + plant.b @ (u - plant.input_at)
    assert y[0] == pytest.approx(60.0, abs=0.05)


def test_a_load_that_is_known_ahead_is_met_before_it_comes() -> None:
    gas, charge = Channel(2.0, 600.0, 60.0), Channel(-20.0, 600.0, 0.0)
    mean = np.array([40.0, 0.0])
    fit = Fit((gas, charge), 50.0, mean, 20.0, 90.0, 90.0, 0.1, np.array([0.1, 0.1]), True)
    model = model_of(fit, 20.0)
    mpc = LinearMpc(model, TUNING)
    state = mpc.begin(np.array([40.0]), model.output_at)
    ahead = np.zeros((60, 1))
    ahead[5:] = 0.5
    told, _ = mpc.step(state, model.output_at, ahead, model.output_at)
    untold, _ = mpc.step(state, model.output_at, np.zeros((60, 1)), model.output_at)
    assert untold[0] == pytest.approx(40.0, abs=1e-4)
    assert told[0] > 40.3


def test_a_tuning_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput):
        LinearMpc(heated(), replace(TUNING, weight=(1.0, 1.0)))
    with pytest.raises(BadInput):
        replace(TUNING, moves=(50, 20))


def tank(x: Any, u: Any) -> Any:
    """Torricelli: a tank of 1 m² with an outlet, level in m, inflow in m³/min."""
    import casadi as ca

    return ca.vertcat(u[0] - 0.5 * ca.sqrt(ca.fmax(x[0], 1e-4)))


TANK = NonlinearModel(("level",), ("inflow",), tank, lambda x: x[0])
TANK_TUNING = NmpcTuning(
    step=0.5,
    horizon=12,
    weight=(1.0,),
    move_weight=(0.05,),
    input_low=(0.0,),
    input_high=(1.0,),
    input_scale=(1.0,),
    state_low=(0.1,),
    state_high=(1.2,),
    state_scale=(1.0,),
)


def simulated_tank(level: float, inflow: float) -> float:
    for _ in range(50):
        level += 0.01 * (inflow - 0.5 * np.sqrt(max(level, 1e-4)))
    return level


@pytest.mark.parametrize("setpoint", [0.4, 1.0])
def test_the_nonlinear_controller_reaches_its_setpoint_within_the_limits(setpoint: float) -> None:
    mpc, level = NonlinearMpc(TANK, TANK_TUNING), 0.6
    wanted = np.array([setpoint])
    plan = mpc.begin(np.array([level]), np.array([0.3]), wanted)
    levels = []
    for k in range(60):
        if k:
            plan = mpc.step(plan, np.array([level]), wanted)
        assert plan.solved
        assert plan.inputs.min() >= 0.0
        assert plan.inputs.max() <= 1.0
        level = simulated_tank(level, float(plan.inputs[0, 0]))
        levels.append(level)
    assert levels[-1] == pytest.approx(setpoint, abs=5e-3)


def test_a_limit_of_a_state_is_kept_where_the_setpoint_lies_beyond() -> None:
    mpc, level, levels = NonlinearMpc(TANK, TANK_TUNING), 0.6, []
    plan = mpc.begin(np.array([level]), np.array([0.3]), np.array([2.0]))
    for k in range(60):
        if k:
            plan = mpc.step(plan, np.array([level]), np.array([2.0]))
        level = simulated_tank(level, float(plan.inputs[0, 0]))
        levels.append(level)
    assert max(levels) <= 1.2 + 5e-3
    assert levels[-1] == pytest.approx(1.2, abs=0.01)


def test_a_state_that_is_not_finite_is_refused_so_that_the_guard_can_fall_back() -> None:
    mpc = NonlinearMpc(TANK, TANK_TUNING)
    plan = mpc.begin(np.array([0.5]), np.array([0.3]), np.array([0.5]))
    with pytest.raises(BadInput):
        mpc.step(plan, np.array([np.nan]), np.array([0.5]))
    with pytest.raises(BadInput):
        NonlinearMpc(TANK, replace(TANK_TUNING, state_low=(0.0, 0.0)))
