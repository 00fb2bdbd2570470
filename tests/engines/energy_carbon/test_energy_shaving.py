"""Tariffs, and peak shaving as an exact optimum: against bounds, closed forms, another solver and enumeration."""

from itertools import product
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.energy_carbon.energy_shaving import Batch, lowest_peaks, place_batches, shift_load
from linghang.engines.energy_carbon.energy_tariff import EXAMPLE, bill, tariff_of
from linghang.errors import BadInput

ZONE = ZoneInfo("Asia/Shanghai")


def load(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(10, 100, n), rng.choice([0.3, 0.6, 0.9], n)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.floats(0, 1), st.floats(0, 50), st.integers(1, 4))
def test_the_optimum_equals_its_bound(seed: int, n: int, flexible: float, demand: float, days: int) -> None:
    power, price = load(seed, n)
    groups = np.arange(n) * days // n
    found = shift_load(power, price, hours=1.0, flexible=np.full(n, flexible), groups=groups, demand_price=demand)
    assert found.cost == pytest.approx(found.bound, rel=1e-6, abs=1e-6)  # the solver keeps rows to 1e-7
    assert found.cost <= found.before + 1e-6
    for group in np.unique(groups):
        assert found.power_kw[groups == group].sum() == pytest.approx(power[groups == group].sum())
    assert (found.power_kw >= (1 - flexible) * power - 1e-6).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 48), st.floats(0, 1))
def test_with_demand_alone_the_peak_is_where_water_finds_its_level(seed: int, n: int, flexible: float) -> None:
    power, _ = load(seed, n)
    found = shift_load(power, np.zeros(n), hours=1.0, flexible=np.full(n, flexible), groups=np.zeros(n, int),
                       demand_price=1.0)  # fmt: skip
    (lowest,) = lowest_peaks(power, flexible, np.zeros(n, int))
    assert found.peak_kw == pytest.approx(lowest, rel=1e-7)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 24))
def test_with_energy_alone_all_goes_to_the_cheapest_hour(seed: int, n: int) -> None:
    power, price = load(seed, n)
    found = shift_load(power, price, hours=1.0, flexible=np.full(n, 0.4), groups=np.zeros(n, int), demand_price=0.0)
    best = (0.6 * power * price).sum() + 0.4 * power.sum() * price.min()
    assert found.cost == pytest.approx(best)


def test_another_solver_finds_the_same() -> None:
    from ortools.linear_solver import pywraplp

    power, price = load(7, 48)
    groups = np.arange(48) // 24
    ours = shift_load(power, price, hours=0.5, flexible=np.full(48, 0.3), groups=groups, demand_price=20.0,
                      limit_kw=95.0)  # fmt: skip
    solver = pywraplp.Solver.CreateSolver("GLOP")
    new = [solver.NumVar(0.7 * one, solver.infinity(), "") for one in power]
    peak = solver.NumVar(0, solver.infinity(), "")
    for place, one in enumerate(new):
        solver.Add(one <= peak)
        solver.Add(one <= max(95.0, power[place]))
    for group in (0, 1):
        inside = np.flatnonzero(groups == group)
        solver.Add(sum(new[one] for one in inside) == float(power[inside].sum()))
    solver.Minimize(sum(0.5 * float(price[one]) * new[one] for one in range(48)) + 20.0 * peak)
    assert solver.Solve() == pywraplp.Solver.OPTIMAL
    assert ours.cost == pytest.approx(solver.Objective().Value(), rel=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.floats(0, 30))
def test_batches_cost_what_enumeration_finds(seed: int, count: int, demand: float) -> None:
    rng = np.random.default_rng(seed)
    base, price = load(seed, 12)
    batches = []
    for _ in range(count):
        length = int(rng.integers(1, 4))
        earliest = int(rng.integers(0, 5))
        latest = int(rng.integers(earliest, 12 - length + 1))
        batches.append(Batch(float(rng.uniform(5, 60)), length, earliest, latest))
    found = place_batches(base, price, batches, hours=1.0, demand_price=demand)
    costs = []
    for starts in product(*(range(one.earliest, one.latest + 1) for one in batches)):
        power = base.copy()
        for at, one in zip(starts, batches, strict=True):
            power[at : at + one.intervals] += one.power_kw
        costs.append((power * price).sum() + demand * power.max())
    assert found.cost == pytest.approx(min(costs))
    assert found.bound == pytest.approx(found.cost, rel=1e-6)
    assert found.proven


def test_a_limit_of_the_supply_is_kept() -> None:
    power = np.array([50.0, 50, 50, 90])
    found = shift_load(power, np.array([1.0, 0.1, 1.0, 1.0]), hours=1.0, flexible=np.ones(4), groups=np.zeros(4, int),
                       demand_price=0.0, limit_kw=80.0)  # fmt: skip
    assert found.power_kw[:3].max() <= 80 + 1e-9


def test_a_batch_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput):
        place_batches(np.ones(4), np.ones(4), [Batch(1.0, 3, 0, 2)], hours=1.0, demand_price=0.0)
    with pytest.raises(BadInput):
        Batch(1.0, 0, 0, 0)


@pytest.mark.parametrize(
    "periods",
    [("00:00-12:00=0.5",), ("00:00-24:00=0.5", "10:00-11:00=0.9"), ("8-9=1",), ("00:00-24:00@13=1",),
     ("12:00-12:00=1", "00:00-24:00=1")],
)  # fmt: skip
def test_a_tariff_with_gaps_overlaps_or_no_sense_is_refused(periods: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        tariff_of(periods)


def test_a_price_of_single_months_goes_before_the_general_one() -> None:
    from datetime import UTC, datetime

    tariff = tariff_of(("00:00-24:00=0.5", "18:00-20:00@7+8=1.2"))
    at = [datetime(2026, month, 1, hour, tzinfo=UTC) for month, hour in ((7, 10), (7, 12), (6, 10))]
    micros = np.array([int(one.timestamp() * 1e6) for one in at], np.int64)
    assert tariff.price(micros, ZONE).tolist() == [1.2, 0.5, 0.5]


def test_two_parts_make_a_bill() -> None:
    tariff = tariff_of(EXAMPLE, demand_price=30.0)
    found = bill(tariff, np.array([100.0, 200.0, np.nan]), np.array([0.5, 1.0, 1.0]), 0.5)
    assert found.energy_kwh == 150
    assert found.energy_cny == pytest.approx(125)
    assert found.total_cny == pytest.approx(125 + 6000)
    assert bill(tariff_of(EXAMPLE, 0, 20, 500), np.array([1.0]), np.ones(1), 1.0).basic_cny == 10_000
    with pytest.raises(BadInput):
        tariff_of(EXAMPLE, 30, 20, 500)
