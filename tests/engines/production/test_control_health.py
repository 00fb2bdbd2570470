"""Loop health: swings, the best that could be, sticking valves, saturation; each against what is known exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.production.control_health import minimum_variance_index, oscillation, saturation_share, stiction
from linghang.errors import BadInput


@given(st.floats(8, 150), st.floats(0, 0.8), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_swing_is_found_with_its_period_under_noise_and_drift(period: float, noise: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(3000)
    found = oscillation(np.sin(2 * np.pi * t / period) + noise * rng.normal(size=3000) + 0.001 * t)
    assert found.period == pytest.approx(period, rel=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_noise_and_slow_wandering_are_no_swing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    white = rng.normal(size=2000)
    coloured = np.empty(2000)
    value = 0.0
    for k in range(2000):
        value = 0.95 * value + white[k]
        coloured[k] = value
    assert not oscillation(white).swings
    assert not oscillation(coloured).swings


def test_too_few_or_constant_values_say_nothing() -> None:
    assert oscillation(np.zeros(1000)).regularity is None
    assert oscillation(np.arange(50.0)).regularity is None
    assert minimum_variance_index(np.zeros(1000), 2) is None
    assert minimum_variance_index(np.random.default_rng(1).normal(size=50), 2) is None
    with pytest.raises(BadInput):
        minimum_variance_index(np.zeros(1000), 0)


def test_white_errors_cannot_be_improved() -> None:
    error = np.random.default_rng(2).normal(size=20_000)
    assert minimum_variance_index(error, 3) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("delay", [1, 2, 5])
def test_the_index_is_that_of_the_theory_for_an_autoregression(delay: int) -> None:
    """Error e(t) = 0.9 e(t-1) + a(t): unavoidable is Σ 0.81^i, i < delay, of a total of 1 / 0.19."""
    noise, error, value = np.random.default_rng(3).normal(size=60_000), np.empty(60_000), 0.0
    for k, one in enumerate(noise):
        value = 0.9 * value + one
        error[k] = value
    assert minimum_variance_index(error, delay) == pytest.approx(1 - 0.81**delay, abs=0.02)


def test_a_lasting_offset_counts_against_the_loop() -> None:
    error = np.random.default_rng(2).normal(size=5000)
    found = minimum_variance_index(error + 3.0, 2)
    assert found == pytest.approx(0.1, abs=0.02)


def sticking(n: int, period: int) -> tuple[np.ndarray, np.ndarray]:
    """A valve that moves by a jump under an integrating controller: triangle out, square in the process."""
    t = np.arange(n)
    square = np.where((t // (period // 2)) % 2 == 0, 1.0, -1.0)
    triangle = np.cumsum(-square)
    return triangle - triangle.mean(), square


def test_a_sticking_valve_is_hinted_at_and_an_outside_swing_is_not() -> None:
    rng = np.random.default_rng(4)
    output, measured = sticking(2000, 80)
    assert stiction(output, measured + 0.05 * rng.normal(size=2000), 80.0) == "likely"
    t = np.arange(2000)
    swing = np.sin(2 * np.pi * t / 80)
    assert stiction(-swing, swing + 0.05 * rng.normal(size=2000), 80.0) == "unlikely"
    assert stiction(np.zeros(2000), swing, 80.0) == "unclear"


def test_saturation_counts_what_lies_at_a_limit() -> None:
    output = np.concatenate([np.full(25, 100.0), np.full(25, 0.2), np.full(50, 50.0), [np.nan]])
    assert saturation_share(output, 0.0, 100.0) == pytest.approx(0.5)
    with pytest.raises(BadInput):
        saturation_share(output, 1.0, 1.0)
