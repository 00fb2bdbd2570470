"""Closing the loop on the reference furnace through the guard: physics, identification, and what control brings."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from linghang.engines.production.control_identification import Fit
from linghang.twin.closing.controllers import MpcLoop, experiment, identified, mpc_loop, pid_loop
from linghang.twin.closing.furnace import USUAL_MELTING_S, Furnace, Loads, Surroundings, production_loads
from linghang.twin.closing.loop import STEP_S, Controller, Course, close_loop, gas_rule
from linghang.twin.guard.record import table_of
from linghang.twin.process.course import ambient_c
from linghang.twin.process.melting import GAS_FURNACE, GAS_KWH_PER_M3
from linghang.twin.process.stretch import Stretch
from linghang.twin.process.vessel import heated

SETPOINT = GAS_FURNACE.setpoint_c


def steady(seconds: int, charge: float) -> Loads:
    one = np.ones(seconds)
    return Loads(charge * one, np.empty(0), np.empty(0), one, 0 * one, one)


@pytest.mark.parametrize("load", [0.0, 1.0])
def test_the_furnace_is_the_one_of_the_plant(load: float) -> None:
    """At full power both have the same course: its own controller, told to reach 3,000 °C, gives nothing else."""
    vessel = replace(GAS_FURNACE, setpoint_c=3000.0)
    seconds, charge = 3600, GAS_FURNACE.goods_kg_per_s * load
    gas = GAS_FURNACE.most_kw / GAS_KWH_PER_M3
    furnace = Furnace(steady(seconds, charge), 1, gas_m3_per_h=gas)
    found = furnace.run(gas, seconds)
    stretch = Stretch(np.array([0.0]), float(seconds), np.array([load]), np.array([True]), ambient_c(np.array([0.0])))
    plant = heated(vessel, stretch, SETPOINT)
    assert found == pytest.approx(plant.temperature.at(np.arange(1.0, seconds + 1)), abs=0.02)


def test_loads_are_those_of_their_seed_and_of_a_works() -> None:
    first, again, other = production_loads(8, 3), production_loads(8, 3), production_loads(8, 4)
    assert (first.charge_kg_per_s == again.charge_kg_per_s).all()
    assert (first.charge_kg_per_s != other.charge_kg_per_s).any()
    assert 0.5 < first.charge_kg_per_s.mean() < 0.83
    assert first.charge_kg_per_s.min() == 0.0


def test_what_is_announced_is_what_has_been_weighed() -> None:
    loads = production_loads(2, 3)
    furnace = Furnace(loads, 1)
    furnace.run(150.0, 1800)
    known = loads.skip_at_s <= 1800 + furnace.surroundings.announced_s
    expected = np.zeros(8000)
    for at, mass in zip(loads.skip_at_s[known], loads.skip_kg[known], strict=True):
        expected[int(at) : int(at) + USUAL_MELTING_S] += mass / USUAL_MELTING_S
    ahead = furnace.weighed_ahead(STEP_S, 180)
    assert ahead[:6] == pytest.approx(expected[1800:1920].reshape(6, 20).mean(axis=1))
    usual = loads.skip_kg[loads.skip_at_s <= 1800].sum() / 1800
    assert ahead[60:] == pytest.approx(np.full(120, usual))


@cache
def fit() -> Fit:
    return identified(experiment(seed=1))


@cache
def run(kind: str, seed: int) -> Course:
    makers = {"pid": pid_loop, "mpc": mpc_loop}
    controller: Controller = makers[kind](fit(), gas_rule(), SETPOINT)
    return close_loop(Furnace(production_loads(4, seed), seed), controller, gas_rule(), f"production.control {kind}")


@pytest.mark.slow
def test_the_furnace_is_identified_from_its_own_data_alone() -> None:
    gas, charge = fit().channels
    per_gas = GAS_FURNACE.efficiency * GAS_KWH_PER_M3 / GAS_FURNACE.capacity_kj_per_k
    heat = GAS_FURNACE.goods_kj_per_kg + GAS_FURNACE.goods_kj_per_kg_k * (SETPOINT - GAS_FURNACE.reference_c)
    assert gas.slope == pytest.approx(per_gas, rel=0.2)
    assert charge.slope == pytest.approx(-heat / GAS_FURNACE.capacity_kj_per_k, rel=0.2)
    around = Surroundings()
    assert gas.delay_s + gas.second_s == pytest.approx(
        around.burner_dead_s + around.burner_lag_s + around.tube_lag_s, rel=0.35
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_spread_of_the_metal_is_at_least_40_percent_below_the_pids(seed: int) -> None:
    assert run("mpc", seed).spread_c() <= 0.6 * run("pid", seed).spread_c()


@pytest.mark.slow
def test_every_command_went_through_the_guard_and_its_effect_was_seen() -> None:
    course, rule = run("mpc", 11), gas_rule()
    table = table_of(course.records).to_pylist()
    assert len(table) == 4 * 3600 // STEP_S
    assert all(row["verdict"] in ("accepted", "limited") and row["approved_by"] for row in table)
    assert all(row["taken"] for row in table[:-1])
    put = np.array([row["put_out"] for row in table])
    assert put.min() >= rule.low
    assert put.max() <= rule.high
    assert np.abs(np.diff(put)).max() <= rule.rate_per_s * STEP_S + 1e-9


class Mad(MpcLoop):
    """A controller that has lost its mind."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def propose(self, temperature_c: float, applied: float, charge_ahead: np.ndarray) -> float:
        return float(self.rng.choice([np.nan, np.inf, -1e9, 1e9, 0.0, 500.0]))


def test_a_mad_controller_does_not_move_the_gas_beyond_limits_and_rate() -> None:
    rule = gas_rule()
    course = close_loop(Furnace(production_loads(1, 5), 5), Mad(1), rule, "mad")
    assert course.gas_m3_per_h.min() >= rule.low
    assert course.gas_m3_per_h.max() <= rule.high
    assert np.abs(np.diff(course.gas_m3_per_h)).max() <= rule.rate_per_s * STEP_S + 1e-9
    refused = [one for one in course.records if one.decision.verdict == "refused"]
    assert refused
    assert all("no number" in one.decision.reasons[0].en for one in refused)
