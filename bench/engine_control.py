"""Precise control: the stirred tank beside do-mpc, the reference furnace beside PID, a soft sensor beside boosting.

Run alone: `python -m bench.engine_control [rounds] [--hours H] [--seeds N]`.
"""

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench import engine_control_cstr as cstr
from linghang.engines.production.control_soft_sensor import fit_soft_sensor
from linghang.twin.closing.controllers import experiment, identified, mpc_loop, pid_loop
from linghang.twin.closing.furnace import Furnace, production_loads
from linghang.twin.closing.loop import Controller, close_loop, gas_rule
from linghang.twin.process.melting import GAS_FURNACE

if TYPE_CHECKING:
    from bench.__main__ import Bench

STEPS = 50
PUBLISHED_MS = (18.1, 27.0)
"""do-mpc's time a step on two other machines."""
EXPERIMENT_SEED, FIRST_SEED = 1, 201
"""Of the experiment, and of the loads on which controllers are compared: none served to tune them."""


def run(bench: "Bench", hours: float = 6.0, seeds: int = 3) -> None:
    """Add the row of the tank, and print what is no time."""
    tank(bench)
    furnace(bench, hours, seeds)
    soft_sensor(bench)


def tank(bench: "Bench") -> None:
    """Both controllers in turns, each on its own reactor, step by step; then what their courses cost."""
    ours, plant = cstr.ours(), cstr.reactor()
    seconds: tuple[list[float], list[float]] = ([], [])
    processor: tuple[list[float], list[float]] = ([], [])
    courses: list[tuple[list[np.ndarray], list[np.ndarray]]] = []
    wanted = np.array([cstr.WANTED])
    for _ in range(max(1, bench.rounds // 3)):
        peer = cstr.peer()
        states = [cstr.FIRST, cstr.FIRST]
        peer.x0 = cstr.FIRST
        peer.set_initial_guess()
        plan = ours.begin(cstr.FIRST, np.zeros(2), wanted)
        courses = [([], []), ([], [])]
        for step in range(STEPS):
            begun, used = time.perf_counter(), time.process_time()
            if step:
                plan = ours.step(plan, states[0], wanted)
            moves = [plan.inputs[0]]
            between, used_too = time.perf_counter(), time.process_time()
            moves.append(np.asarray(peer.make_step(states[1].reshape(-1, 1))).ravel())
            ended, used_up = time.perf_counter(), time.process_time()
            for place, (lasted, cost) in enumerate(
                ((between - begun, used_too - used), (ended - between, used_up - used_too))
            ):
                if step:  # the first one plans from nothing
                    seconds[place].append(lasted)
                    processor[place].append(cost)
            for place in range(2):
                states[place] = plant(states[place], moves[place])
                courses[place][0].append(states[place])
                courses[place][1].append(moves[place])
    costs = [cstr.closed_loop_cost(np.array(x), np.array(u)) for x, u in courses]
    hottest = [float(np.array(x)[:, 2].max()) for x, _ in courses]
    bar = round(1e3 * statistics.median(seconds[1]) / 3, 1)
    bench.row("nonlinear MPC, stirred tank, N = 20, one step; peer: do-mpc 5.1.2", *seconds, bar)
    middle = [1e3 * statistics.median(one) for one in processor]
    bench.console.print(
        f"stirred tank, {STEPS} steps: closed-loop cost ours {costs[0]:.6f}, do-mpc {costs[1]:.6f}"
        f" ({100 * (costs[0] / costs[1] - 1):+.3f} %; bar within 1 %)"
    )
    bench.console.print(
        f"hottest {hottest[0]:.2f} / {hottest[1]:.2f} °C of 140; processor {middle[0]:.2f} / {middle[1]:.2f} ms a step"
    )
    bench.console.print(f"do-mpc elsewhere {PUBLISHED_MS[0]} to {PUBLISHED_MS[1]} ms; load {os.getloadavg()[0]:.1f}")


def furnace(bench: "Bench", hours: float, seeds: int) -> None:
    """Identify the furnace from an experiment, then run every controller against the same loads."""
    fit, rule, wanted = identified(experiment(EXPERIMENT_SEED)), gas_rule(), GAS_FURNACE.setpoint_c
    gas, charge = fit.channels
    bench.console.print(
        f"furnace identified from 8 h of its own data: {1e4 * gas.slope:.2f}e-4 K/s a m3/h after {gas.delay_s:.0f} s"
        f" and a lag of {gas.second_s:.0f} s, {charge.slope:.3f} K/s a kg/s;"
        f" fit on kept-out data {fit.validated_percent:.0f} %"
    )
    makers: dict[str, Callable[[], Controller]] = {
        "PID (SIMC)": lambda: pid_loop(fit, rule, wanted),
        "PID (SIMC) with feed-forward": lambda: pid_loop(fit, rule, wanted, feed_forward=True),
        "MPC": lambda: mpc_loop(fit, rule, wanted),
    }
    spread: dict[str, list[float]] = {name: [] for name in makers}
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        for name, make in makers.items():
            course = close_loop(Furnace(production_loads(hours, seed), seed), make(), rule, name, keep=False)
            spread[name].append(course.spread_c())
    base = spread["PID (SIMC)"]
    for name, values in spread.items():
        less = [100 * (1 - value / pid) for value, pid in zip(values, base, strict=True)]
        bench.console.print(
            f"furnace, {hours:g} h, {seeds} seeds, {name}: spread {statistics.mean(values):.2f} K"
            f" [{min(values):.2f}-{max(values):.2f}], below the PID's by {statistics.mean(less):.0f} %"
            f" [{min(less):.0f}-{max(less):.0f}] (bar 40 %)"
        )


def soft_sensor(bench: "Bench") -> None:
    """Learn on 2011 to 2013, estimate 2014: a turbine's NOx drifts, so a daily laboratory value decides."""
    shared = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    folder = shared / "data" / "gas_turbine_emissions"
    if not folder.exists():
        bench.console.print(f"soft sensor: no data at {folder}")
        return
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingRegressor

    years = [pd.read_csv(folder / f"gt_{year}.csv.gz") for year in (2011, 2012, 2013, 2014)]
    learnt, asked = pd.concat(years[:3]), years[3]
    inputs = [name for name in learnt.columns if name not in ("CO", "NOX", "TEY")]
    for target in ("TEY", "NOX"):
        x, y = learnt[inputs].to_numpy(float), learnt[target].to_numpy(float)
        new, true = asked[inputs].to_numpy(float), asked[target].to_numpy(float)
        sensor = fit_soft_sensor(x, y, squares=True)
        plain, _ = sensor.estimate(new)
        corrected = np.empty(len(true))
        for k in range(len(true)):
            corrected[k] = plain[k] + sensor.bias
            if k % 24 == 23:
                sensor = sensor.corrected(true[k], corrected[k], 0.3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            boosted = HistGradientBoostingRegressor(random_state=0).fit(x, y).predict(new)
        scores = [1 - float(np.mean((true - one) ** 2)) / float(np.var(true)) for one in (plain, corrected, boosted)]
        bench.console.print(
            f"soft sensor, {target} of 2014 from 2011-2013: R² {scores[0]:.3f}, with a daily laboratory value"
            f" {scores[1]:.3f}; gradient boosting {scores[2]:.3f} (elsewhere, on 2015: NOX 0.004, TEY 0.994)"
        )


if __name__ == "__main__":
    from bench.__main__ import ROUNDS, Bench

    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    parser.add_argument("--hours", type=float, default=6.0)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    table = Bench(given.rounds)
    run(table, given.hours, given.seeds)
    table.console.print(table.table)
