"""The stirred tank of do-mpc's example, written down once for both: its physics, its limits and its cost.

Continuous stirred tank reactor with a cooled jacket; van de Vusse scheme A -> B -> C, 2 A -> D (Klatt and Engell,
1998). States: concentrations of A and B in mol/l, temperatures of reactor and jacket in °C. Inputs: feed over volume
in 1/h, heat taken from the jacket in kJ/h. Time in hours.
"""

import warnings
from typing import Any

import numpy as np

from linghang.engines.production.control_nmpc import NmpcTuning, NonlinearModel, NonlinearMpc

STATES, INPUTS = ("C_a", "C_b", "T_R", "T_K"), ("F", "Q_dot")
FIRST = np.array([0.8, 0.5, 134.14, 130.0])
WANTED, STEP_H, HORIZON = 0.6, 0.005, 20
MOVE_WEIGHT, INPUT_SCALE = (0.1, 1e-3), (100.0, 2000.0)
STATE_LOW, STATE_HIGH = (0.1, 0.1, 50.0, 50.0), (2.0, 2.0, 140.0, 140.0)
INPUT_LOW, INPUT_HIGH = (5.0, -8500.0), (100.0, 0.0)
EXCESS_PRICE = 100.0
"""Of a reactor that is hotter than 140 °C, a kelvin."""


def rates(x: Any, u: Any) -> Any:
    """Balances of A, B, reactor heat and jacket heat."""
    import casadi as ca

    a, b, reactor, jacket = (x[k] for k in range(4))
    feed, cooling = u[0], u[1]
    kelvin = reactor + 273.15
    first = 1.287e12 * ca.exp(-9758.3 / kelvin) * a
    second = 1.287e12 * ca.exp(-9758.3 / kelvin) * b
    side = 9.043e9 * ca.exp(-8560.0 / kelvin) * a**2
    heat_capacity, exchange, volume = 0.9342 * 3.01, 4032.0 * 0.215, 10.01
    released = -(4.2 * first - 11.0 * second - 41.85 * side) / heat_capacity
    return ca.vertcat(
        feed * (5.1 - a) - first - side,
        -feed * b + first - second,
        released + feed * (130.0 - reactor) + exchange * (jacket - reactor) / (heat_capacity * volume),
        (cooling + exchange * (reactor - jacket)) / (5.0 * 2.0),
    )


def ours(iterations: int = 1) -> NonlinearMpc:
    """Return our controller."""
    model = NonlinearModel(STATES, INPUTS, rates, lambda x: x[1])
    tuning = NmpcTuning(
        step=STEP_H,
        horizon=HORIZON,
        weight=(1.0,),
        move_weight=MOVE_WEIGHT,
        input_low=INPUT_LOW,
        input_high=INPUT_HIGH,
        input_scale=INPUT_SCALE,
        state_low=STATE_LOW,
        state_high=STATE_HIGH,
        state_scale=(1.0, 1.0, 100.0, 100.0),
        violation_weight=EXCESS_PRICE,
        iterations=iterations,
    )
    return NonlinearMpc(model, tuning)


def peer() -> Any:
    """Return do-mpc's controller with the settings of its example, the parameters taken as known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import do_mpc
    model = do_mpc.model.Model("continuous")
    x = [model.set_variable("_x", name) for name in STATES]
    u = [model.set_variable("_u", name) for name in INPUTS]
    right = rates(x, u)
    for k, name in enumerate(STATES):
        model.set_rhs(name, right[k])
    model.setup()
    mpc = do_mpc.controller.MPC(model)
    mpc.set_param(
        n_horizon=HORIZON,
        t_step=STEP_H,
        n_robust=0,
        open_loop=0,
        state_discretization="collocation",
        collocation_type="radau",
        collocation_deg=2,
        collocation_ni=1,
        store_full_solution=False,
        nlpsol_opts={"ipopt.print_level": 0, "ipopt.sb": "yes", "print_time": 0},
    )
    for name in ("T_R", "T_K"):
        mpc.scaling["_x", name] = 100
    miss = (model.x["C_b"] - WANTED) ** 2
    mpc.set_objective(mterm=miss, lterm=miss)
    mpc.set_rterm(**dict(zip(INPUTS, MOVE_WEIGHT, strict=True)))
    for k, name in enumerate(STATES):
        mpc.bounds["lower", "_x", name] = STATE_LOW[k]
        if name != "T_R":
            mpc.bounds["upper", "_x", name] = STATE_HIGH[k]
    for k, name in enumerate(INPUTS):
        mpc.scaling["_u", name] = INPUT_SCALE[k]
        mpc.bounds["lower", "_u", name], mpc.bounds["upper", "_u", name] = INPUT_LOW[k], INPUT_HIGH[k]
    mpc.set_nl_cons("T_R", model.x["T_R"], ub=140, soft_constraint=True, penalty_term_cons=EXCESS_PRICE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mpc.setup()
    return mpc


def reactor() -> Any:
    """Return the plant that both meet: CVODES at tight tolerance, (state, input) -> state after a step."""
    import casadi as ca

    x, u = ca.SX.sym("x", 4), ca.SX.sym("u", 2)
    exact = {"abstol": 1e-10, "reltol": 1e-10}
    solve = ca.integrator("reactor", "cvodes", {"x": x, "p": u, "ode": rates(x, u)}, 0, STEP_H, exact)
    return lambda state, given: np.asarray(solve(x0=state, p=given)["xf"]).ravel()


def closed_loop_cost(states: np.ndarray, inputs: np.ndarray) -> float:
    """Return what both minimise, along what really happened: states after each step, inputs, which begin at zero."""
    moves = np.diff(np.vstack([np.zeros(2), inputs]), axis=0) / np.array(INPUT_SCALE)
    return float(((states[:, 1] - WANTED) ** 2).sum() + (moves**2 @ np.array(MOVE_WEIGHT)).sum())
