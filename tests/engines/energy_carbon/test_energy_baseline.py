"""Baselines with relevant variables: certified values, statistics, choice of variables, savings, stretches of waste."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.energy_carbon.energy_baseline import (
    Limits,
    chosen,
    episodes,
    fit,
    savings,
    season,
    trimmed,
    valid,
)

LONGLEY = """
60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962
"""


def test_nist_certified_longley_values_are_reproduced() -> None:
    rows = np.array([line.split() for line in LONGLEY.split("\n") if line], float)
    model = fit(rows[:, 0], rows[:, 1:], list("abcdef"))
    certified = [-3482258.63459582, 15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359,
                 -0.511041056535807e-01, 1829.15146461355]  # fmt: skip
    assert model.coefficients == pytest.approx(certified, rel=1e-7)
    assert model.rmse == pytest.approx(304.854073561965, rel=1e-9)
    assert model.r2 == pytest.approx(0.995479004577296, rel=1e-9)


def test_statistics_are_those_of_statsmodels() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    x = rng.uniform(1, 9, (80, 2))
    y = 40 + x @ [3.0, 5.0] + rng.normal(0, 2, 80)
    ours, theirs = fit(y, x, ("a", "b")), sm.OLS(y, sm.add_constant(x)).fit()
    assert ours.t == pytest.approx(theirs.tvalues)
    assert ours.adjusted_r2 == pytest.approx(theirs.rsquared_adj)
    assert ours.covariance == pytest.approx(theirs.cov_params())
    assert ours.cv_rmse == pytest.approx(np.sqrt(theirs.mse_resid) / y.mean())
    assert ours.nmbe == pytest.approx(0, abs=1e-12)


def test_the_variables_that_matter_are_chosen_and_no_negative_slope() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(0, 10, (200, 6))
    y = 100 + 4 * x[:, 1] + 2 * x[:, 4] - 3 * x[:, 5] + rng.normal(0, 1, 200)
    model = chosen(y, x, list("abcdef"))
    assert {"b", "e"} == set(model.names)
    assert (model.coefficients[1:] > 0).all()


def test_chance_is_no_relevant_variable() -> None:
    rng = np.random.default_rng(6)
    found = sum(
        bool(chosen(rng.normal(50, 3, 120), rng.normal(0, 1, (120, 10)), list("abcdefghij")).names) for _ in range(100)
    )
    assert found <= 5


def test_the_season_stands_for_the_weather() -> None:
    day = np.arange(1.0, 366)
    waves = season(day)
    y = 50 + 20 * waves["season_cos"] + np.random.default_rng(1).normal(0, 1, 365)
    model = chosen(y, np.column_stack(list(waves.values())), list(waves))
    assert model.names == ("season_cos", "season_sin")
    assert model.r2 > 0.98


def test_a_flat_load_is_judged_by_its_scatter_and_not_by_r2() -> None:
    rng = np.random.default_rng(2)
    assert valid(fit(rng.normal(100, 1, 60), np.empty((60, 0)), ()), Limits()) == []
    assert "cv_rmse" in valid(fit(rng.normal(100, 60, 60), np.empty((60, 0)), ()), Limits())


def test_an_episode_in_the_reference_does_not_become_the_norm() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(5, 10, (150, 1))
    y = 20 + 10 * x[:, 0] + rng.normal(0, 1, 150)
    y[30:45] += 40
    model, kept = trimmed(y, x, ["t"])
    assert not kept[30:45].any()
    assert model.coefficients == pytest.approx([20, 10], abs=1.0)


@settings(max_examples=30)
@given(st.floats(-0.3, 0.3), st.integers(0, 1000))
def test_savings_are_expected_less_actual_and_the_running_sum_ends_there(change: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(5, 10, (100, 1))
    y = 20 + 10 * x[:, 0] + rng.normal(0, 1, 100)
    model = fit(y[:60], x[:60], ["t"])
    found = savings(model, y[60:] * (1 - change), x[60:])
    assert found.cusum[-1] == pytest.approx(found.saved)
    assert found.saved == pytest.approx(found.expected - found.actual)
    assert found.enpi == pytest.approx(1 - change, abs=0.03)


def test_the_interval_of_a_saving_holds_what_it_promises() -> None:
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(400):
        x = rng.uniform(5, 10, (90, 1))
        noise = np.zeros(90)
        for place in range(1, 90):
            noise[place] = 0.4 * noise[place - 1] + rng.normal(0, 3)
        y = 20 + 10 * x[:, 0] + noise
        found = savings(fit(y[:60], x[:60], ["t"]), y[60:], x[60:], 0.9)
        inside += abs(found.saved) <= found.uncertainty
    assert 0.84 <= inside / 400 <= 0.95


def test_waste_is_found_where_it_began_and_ended() -> None:
    rng = np.random.default_rng(9)
    residual = rng.normal(0, 1, 60)
    residual[20:35] += 4
    (found,) = episodes(residual, np.full(60, 100.0), 1.0)
    assert abs(found.first - 20) <= 2
    assert abs(found.last - 34) <= 2
    assert found.excess == pytest.approx(60, rel=0.25)


def test_noise_raises_no_alarm_and_unknown_days_are_no_waste() -> None:
    rng = np.random.default_rng(10)
    alarms = sum(len(episodes(rng.normal(0, 1, 30), np.full(30, 100.0), 1.0)) for _ in range(300))
    assert alarms <= 300 * 30 / 465
    assert episodes(np.full(30, np.nan), np.full(30, 100.0), 1.0) == []
    assert episodes(np.full(30, 5.0), np.full(30, 100.0), 0.0) == []
