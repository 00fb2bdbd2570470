"""Random streams: own ones for every machine and purpose, the declared means and spreads, inversion of counts."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from flow_plants import (
    START,
    Distribution,
    FailureMode,
    FlowModel,
    Machine,
    Order,
    Route,
    Station,
    Step,
    after,
    exponential,
    fixed,
    lognormal,
)
from hypothesis import given
from hypothesis import strategies as st

from linghang.twin.flow.distributions import gamma, weibull
from linghang.twin.flow.replications import interval_of, replicate, student_t
from linghang.twin.flow.simulate import FlowRun, simulate
from linghang.twin.flow.streams import Streams, binomial


def two_lines(first: Machine) -> FlowModel:
    """Two products, each with its own machine."""
    worn = FailureMode("worn", exponential(5000.0), lognormal(300.0, 0.5))
    other = Machine("B1", failures=(worn,))
    stations = (Station("A", (first,)), Station("B", (other,), setup_cv=0.2))
    routes = tuple(
        Route(name, (Step(f"{name}0", (place,), exponential(60.0), scrap=0.1, rework=0.1),), 5)
        for name, place in ("PA", "QB")
    )
    return FlowModel("F", stations, routes)


def orders() -> list[Order]:
    return [Order(f"O{n}", "PQ"[n % 2], 10, after(n * 700)) for n in range(100)]


def of_machine(run: FlowRun, machine: str) -> list[dict[str, object]]:
    return [row for row in run.tables["step"].to_pylist() if row["machine_id"] == machine]


@pytest.mark.parametrize(
    "changed",
    [
        Machine("A1", failures=(FailureMode("new", exponential(900.0), fixed(60.0)),)),
        Machine("A1", speed=0.4),
        Machine("A9"),
    ],
    ids=["fails", "slow", "renamed"],
)
def test_a_change_of_one_machine_shifts_no_draw_of_another(changed: Machine) -> None:
    one, other = (simulate(two_lines(first), orders(), START, after(80_000), 9) for first in (Machine("A1"), changed))
    assert of_machine(one, "B1") == of_machine(other, "B1")
    assert of_machine(one, "A1") != of_machine(other, changed.machine_id)


def test_a_new_station_shifts_no_draw() -> None:
    model = two_lines(Machine("A1"))
    wider = replace(model, stations=(Station("NEW", (Machine("N1"),)), *model.stations))
    one, other = (simulate(plant, orders(), START, after(80_000), 9) for plant in (model, wider))
    assert one.tables["step"].equals(other.tables["step"])


def test_another_seed_is_another_run() -> None:
    one, other = (simulate(two_lines(Machine("A1")), orders(), START, after(80_000), seed) for seed in (1, 2))
    assert not one.tables["step"].equals(other.tables["step"])


@pytest.mark.parametrize(
    "distribution",
    [fixed(30.0), exponential(30.0), weibull(30.0, 0.7), weibull(30.0, 3.0), lognormal(30.0, 0.8), gamma(30.0, 2.5)],
    ids=str,
)
def test_draws_have_the_declared_mean_and_variance(distribution: Distribution) -> None:
    draw = Streams(4).durations(distribution, "m", "purpose")
    drawn = np.array([draw() for _ in range(40_000)])
    assert drawn.min() >= 0
    if distribution.kind == "fixed":
        assert set(drawn) == {30.0}
        return
    assert interval_of(drawn, 0.9999).covers(distribution.mean_s)
    assert interval_of((drawn - distribution.mean_s) ** 2, 0.9999).covers(distribution.variance_s2)


def test_a_stream_is_the_same_whoever_draws_beside_it() -> None:
    alone, beside = Streams(1), Streams(1)
    other = beside.uniform("a", "other")
    one, two = alone.uniform("a", "x"), beside.uniform("a", "x")
    assert [one() for _ in range(100)] == [two() + 0 * other() for _ in range(100)]


@given(st.integers(0, 200), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1, exclude_max=True))
def test_more_probable_scrap_is_never_less_scrap(count: int, one: float, other: float, uniform: float) -> None:
    low, high = sorted((one, other))
    fewer, more = binomial(count, low, uniform), binomial(count, high, uniform)
    assert 0 <= fewer <= more <= count


@pytest.mark.parametrize(("count", "probability"), [(24, 0.03), (7, 0.5), (5000, 0.4)])
def test_counts_are_binomial(count: int, probability: float) -> None:
    uniforms = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array([binomial(count, probability, uniform) for uniform in uniforms])
    assert drawn.mean() == pytest.approx(count * probability, rel=2e-3)
    assert drawn.var() == pytest.approx(count * probability * (1 - probability), rel=2e-2)
    if count < 100:
        for found in range(count + 1):
            exact = math.comb(count, found) * probability**found * (1 - probability) ** (count - found)
            assert (drawn == found).mean() == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize(
    ("confidence", "freedom", "quantile"),
    [
        (0.95, 1, 12.7062),
        (0.95, 2, 4.30265),
        (0.95, 3, 3.18245),
        (0.95, 9, 2.26216),
        (0.99, 5, 4.03214),
        (0.999, 30, 3.64596),
    ],
)
def test_quantiles_of_student_are_those_of_the_tables(confidence: float, freedom: int, quantile: float) -> None:
    assert student_t(confidence, freedom) == pytest.approx(quantile, rel=2e-6)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    covered = [
        interval_of(rng.exponential(1.0, 400).reshape(20, 20).mean(axis=1), 0.9).covers(1.0) for _ in range(2000)
    ]
    spread = (0.9 * 0.1 / 2000) ** 0.5
    assert np.mean(covered) == pytest.approx(0.9, abs=4 * spread + 0.01)  # means of 20 are not quite normal


def test_one_run_has_no_interval() -> None:
    found = interval_of(np.array([3.0, math.nan]))
    assert (found.mean, found.half_width, found.runs) == (3.0, math.inf, 1)


def test_common_random_numbers_narrow_a_comparison() -> None:
    """The difference of two variants over the same seeds varies less than over different ones."""
    model = two_lines(Machine("A1"))
    faster = two_lines(Machine("A1", speed=1.1))

    def flow_times(plant: FlowModel, seeds: Sequence[int]) -> np.ndarray:
        return replicate(plant, orders(), START, after(80_000), seeds).values["flow_time_s"]

    base = flow_times(model, range(12))
    common, independent = base - flow_times(faster, range(12)), base - flow_times(faster, range(100, 112))
    assert common.std() < independent.std() / 2
