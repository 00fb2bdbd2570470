"""Energy of waiting machines, base load, and what flows at rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.energy_carbon.energy_idle import base_load, by_state, standing_flow, state_hours, time_inside

HOUR = 3_600_000_000


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), min_size=1, max_size=15))
def test_time_inside_is_that_of_each_stretch(parts: list[tuple[int, int]]) -> None:
    start = np.array([one for one, _ in parts], np.int64) * HOUR
    end = start + np.array([length for _, length in parts], np.int64) * HOUR
    edges = np.arange(0, 81, 8, dtype=np.int64) * HOUR
    expected = np.zeros(10)
    for a, b in zip(start, end, strict=True):
        expected += np.maximum(np.minimum(b, edges[1:]) - np.maximum(a, edges[:-1]), 0) / HOUR
    assert time_inside(start, end, edges) == pytest.approx(expected)


def test_unknown_states_are_no_time_at_rest() -> None:
    at = np.arange(4, dtype=np.int64) * HOUR
    hours = state_hours(at, at + HOUR, ["running", "unknown", None, "breakdown"], np.array([0, 4 * HOUR], np.int64))
    assert hours.tolist() == [[1.0, 1.0, 0.0]]


def test_power_by_state_comes_out_of_daily_readings() -> None:
    rng = np.random.default_rng(1)
    run = rng.uniform(8, 20, 30)
    hours = np.column_stack([run, 22 - run, np.full(30, 2.0)])
    found = by_state(hours @ [58.0, 14.0, 3.6] * rng.normal(1, 0.004, 30), hours)
    assert found is not None
    assert found.power_kw[0] == pytest.approx(58, rel=0.02)
    assert found.power_kw[1] == pytest.approx(14, rel=0.08)
    assert found.idle_kwh == pytest.approx(14 * (22 - run).sum(), rel=0.08)


def test_a_state_that_was_hardly_there_has_no_power() -> None:
    rng = np.random.default_rng(2)
    run = rng.uniform(8, 20, 30)
    found = by_state(58 * run + 14 * (24 - run), np.column_stack([run, 24 - run, np.zeros(30)]))
    assert found is not None
    assert found.power_kw[2] is None
    assert by_state(np.full(30, np.nan), np.ones((30, 3))) is None
    assert by_state(np.ones(3), np.ones((3, 3))) is None


def test_base_load_is_that_of_the_lowest_hours() -> None:
    hour = np.arange(24 * 28)
    power = np.where((hour % 24 >= 6) & (hour // 24 % 7 < 5), 100.0, 30.0)
    found = base_load(power, hour % 24, hour // 24 % 7)
    assert found is not None
    assert found.base == 30
    assert found.night_share is not None
    assert found.night_share < 0.5
    assert found.weekend_share is not None
    assert found.weekend_share < 0.5
    assert base_load(np.full(100, np.nan), np.zeros(100, int), np.zeros(100, int)) is None


def test_a_leak_is_measured_at_standstill() -> None:
    rng = np.random.default_rng(3)
    running = np.where(np.arange(600) % 24 < 20, rng.uniform(4, 8, 600), 0.0)[:, None]
    found = standing_flow(50 + 20 * running[:, 0] + rng.normal(0, 2, 600), running, ["a"])
    assert found is not None
    assert found.measured
    assert found.flow == pytest.approx(50, abs=1)


def test_without_a_standstill_a_model_says_what_is_left_at_no_use() -> None:
    rng = np.random.default_rng(4)
    running = rng.uniform(2, 8, (700, 3))
    found = standing_flow(80 + running @ [20.0, 8.0, 0.0] + rng.normal(0, 4, 700), running, ["a", "b", "c"])
    assert found is not None
    assert not found.measured
    assert found.flow == pytest.approx(80, abs=3 * found.error)
    assert found.rates == pytest.approx({"a": 20, "b": 8}, rel=0.05)


def test_a_flow_that_nothing_explains_gives_no_figure() -> None:
    rng = np.random.default_rng(5)
    assert standing_flow(rng.uniform(50, 150, 300), np.ones((300, 1)), ["a"]) is None
    assert standing_flow(np.full(300, np.nan), np.ones((300, 1)), ["a"]) is None
