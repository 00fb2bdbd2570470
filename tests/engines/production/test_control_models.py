"""Identification, tuning and soft sensors: models are found again, published rules reproduced, bad data refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.production.control_identification import (
    Channel,
    Experiment,
    Fit,
    fit_percent,
    identify,
    model_of,
    prbs,
)
from linghang.engines.production.control_pid import (
    Pid,
    PidTuning,
    brink,
    from_relay,
    lambda_tuning,
    simc,
    tyreus_luyben,
)
from linghang.engines.production.control_soft_sensor import fit_soft_sensor
from linghang.engines.production.control_state_space import arx, state_space
from linghang.errors import BadInput


def answer(inputs: np.ndarray, channels: list[Channel], step_s: float, offset: float = 20.0) -> np.ndarray:
    """Simulate in hundredths of a step, by Euler, independently of the code under test."""
    fine, total = 100, np.full(len(inputs), offset)
    for column, one in zip(inputs.T, channels, strict=True):
        u = np.repeat(column, fine)
        late = np.concatenate([np.full(round(one.delay_s / step_s * fine), u[0]), u])[: len(u)]
        dt, first, second = step_s / fine, late[0], late[0]
        seen = np.empty(len(inputs))
        for k, value in enumerate(late):
            if k % fine == 0:
                seen[k // fine] = second if one.second_s else first
            first += dt / one.lag_s * (value - first)
            if one.second_s:
                second += dt / one.second_s * (first - second)
        total = total + one.gain * seen
    return total


@pytest.mark.parametrize(
    "channel",
    [Channel(2.0, 60.0, 15.0), Channel(-0.5, 200.0, 0.0), Channel(1.5, 30.0, 42.5)],
    ids=["plain", "no delay", "delay"],
)
def test_first_order_with_dead_time_is_found_again(channel: Channel) -> None:
    u = prbs(500, 12, 1)[:, None]
    noise = np.random.default_rng(2).normal(0, 0.02, 500)
    fit = identify(Experiment(5.0, u, answer(u, [channel], 5.0) + noise), most_delay_s=90.0)
    found = fit.channels[0]
    assert found.gain == pytest.approx(channel.gain, rel=0.05)
    assert found.lag_s == pytest.approx(channel.lag_s, rel=0.08)
    assert found.delay_s == pytest.approx(channel.delay_s, abs=2.5)
    assert fit.noise < 0.03
    assert fit.validated_percent > 70
    assert fit.white


def test_second_order_and_a_measured_disturbance_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    true = [Channel(2.0, 120.0, 20.0, 30.0), Channel(-3.0, 80.0, 0.0, 30.0)]
    inputs = np.column_stack([prbs(900, 15, 3), np.repeat(rng.normal(size=60), 15)])
    y = answer(inputs, true, 5.0) + rng.normal(0, 0.05, 900)
    fit = identify(Experiment(5.0, inputs, y), order=2, most_delay_s=90.0)
    assert [one.gain for one in fit.channels] == pytest.approx([2.0, -3.0], rel=0.06)
    assert sum((fit.channels[0].lag_s, fit.channels[0].second_s, fit.channels[0].delay_s)) == pytest.approx(
        170.0, rel=0.1
    )
    assert fit.validated_percent > 85


def test_an_unmeasured_drift_does_not_bend_the_model() -> None:
    u = prbs(800, 12, 1)[:, None]
    drift = np.cumsum(np.random.default_rng(3).normal(0, 0.05, 800))
    fit = identify(
        Experiment(5.0, u, answer(u, [Channel(2.0, 60.0, 15.0)], 5.0) + drift), most_delay_s=60.0, drift_s=300.0
    )
    assert fit.channels[0].gain == pytest.approx(2.0, rel=0.1)


def test_noise_alone_gives_no_model_to_believe_in() -> None:
    u = prbs(400, 10, 1)[:, None]
    fit = identify(Experiment(5.0, u, np.random.default_rng(4).normal(size=400)))
    assert fit.validated_percent < 10


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (np.zeros((200, 1)), np.random.default_rng(1).normal(size=200)),
        (np.ones((20, 1)), np.ones(20)),
        (prbs(200, 10, 1)[:, None], np.zeros(200)),
    ],
    ids=["input at rest", "too short", "output at rest"],
)
def test_data_that_say_nothing_are_refused(inputs: np.ndarray, output: np.ndarray) -> None:
    with pytest.raises(BadInput):
        identify(Experiment(5.0, inputs, output))
    with pytest.raises(BadInput):
        Experiment(5.0, inputs, np.full(len(output), np.nan))


@given(
    st.floats(0.1, 5).map(lambda gain: round(gain, 3)),
    st.floats(20, 2000),
    st.floats(0, 200),
    st.sampled_from([0.0, 0.3]),
)
@settings(max_examples=30, deadline=None)
def test_the_state_space_form_answers_as_the_identified_model(
    gain: float, lag: float, delay: float, second: float
) -> None:
    channels = (Channel(gain, lag, delay, second * lag), Channel(-gain, lag / 2, delay / 3))
    mean = np.array([1.0, 0.5])
    fit = Fit(channels, 30.0, mean, 20.0, 0.0, 0.0, 0.0, np.zeros(2), True)
    inputs = np.column_stack([prbs(120, 9, 1), prbs(120, 7, 2)]) + mean
    inputs[0] = mean
    model = model_of(fit, 20.0)
    direct = fit.simulate(inputs)
    # The model takes the disturbance itself, not its distance from the mean.
    state, found = np.zeros(len(model.a)), []
    x0 = np.linalg.lstsq(np.eye(len(model.a)) - model.a, model.e @ mean[1:], rcond=None)[0]
    state = x0
    for u, v in inputs:
        found.append(float((model.c @ state + model.output_at)[0]))
        state = model.a @ state + model.b @ (np.array([u]) - model.input_at) + model.e @ np.array([v])
    assert np.array(found) == pytest.approx(direct, abs=1e-6 * max(1, abs(gain)) * 10)


def test_arx_finds_the_order_the_delay_and_the_coefficients() -> None:
    rng = np.random.default_rng(8)
    u, y = prbs(800, 5, 4), np.zeros(800)
    for t in range(4, 800):
        y[t] = 1.5 * y[t - 1] - 0.56 * y[t - 2] + 0.3 * u[t - 3] + 0.1 * u[t - 4]
    found = arx(u[:, None], y + rng.normal(0, 1e-3, 800))
    assert found.delay == 3
    assert found.validated_percent > 97
    assert found.moved.sum() / (1 - found.past.sum()) == pytest.approx(0.4 / 0.06, rel=0.05)


def test_a_multivariable_state_space_model_is_found_again() -> None:
    rng = np.random.default_rng(9)
    a = np.array([[0.8, 0.2, 0.0], [-0.1, 0.9, 0.1], [0.0, 0.0, 0.7]])
    b, c = rng.normal(size=(3, 2)), rng.normal(size=(2, 3))
    u, x, y = rng.normal(size=(1500, 2)), np.zeros(3), np.empty((1500, 2))
    for k in range(1500):
        y[k] = c @ x + 5.0
        x = a @ x + b @ u[k]
    model = state_space(u[:1000], y[:1000] + rng.normal(0, 0.01, (1000, 2)), 1.0, order=3)
    assert np.sort(np.linalg.eigvals(model.a).real) == pytest.approx(np.sort(np.linalg.eigvals(a).real), abs=0.02)
    simulated = model.simulate(u[900:], np.zeros((600, 0)))
    assert all(fit_percent(y[950:, k], simulated[50:, k]) > 97 for k in range(2))


def test_simc_reproduces_the_published_examples() -> None:
    """Skogestad 2003, table 4 and section 4: k = τ1 = θ = 1, tight; and an almost integrating process."""
    assert simc(Channel(1.0, 1.0, 1.0)) == PidTuning(0.5, 1.0, 0.0, "SIMC")
    slow = simc(Channel(1.0, 100.0, 1.0))
    assert (slow.gain, slow.integral_s) == (50.0, 8.0)
    # In the series form of the paper Kc = 1, τI = 2, τD = 0.5.
    double = simc(Channel(1.0, 2.0, 1.0, 0.5))
    factor = 1 + 0.5 / 2.0
    assert (double.gain, double.integral_s, double.derivative_s) == pytest.approx(
        (1.0 * factor, 2.0 * factor, 0.5 / factor)
    )


def test_relay_and_brink_agree_on_a_known_process() -> None:
    """k = 1, τ = 1, θ = 1: the phase is -180° at ω = 2.0288, so Ku = 2.2618 and Pu = 3.0970."""
    found = brink(Channel(1.0, 1.0, 1.0))
    assert (found.gain, found.period_s) == pytest.approx((2.2618, 3.0970), rel=1e-4)
    relay = from_relay(amplitude=0.5629, relay=1.0, period_s=3.097)
    assert relay.gain == pytest.approx(found.gain, rel=1e-3)
    tuned = tyreus_luyben(found)
    assert (tuned.gain, tuned.integral_s) == pytest.approx((found.gain / 3.2, 2.2 * found.period_s))
    with pytest.raises(BadInput):
        from_relay(1.0, 1.0, 10.0, hysteresis=1.0)


@given(st.floats(0.2, 5), st.floats(30, 3000), st.floats(10, 200), st.sampled_from(["simc", "lambda"]))
@settings(max_examples=40, deadline=None)
def test_every_tuned_loop_settles(gain: float, lag: float, delay: float, rule: str) -> None:
    channel = Channel(gain, lag, delay)
    tuning = simc(channel, least_delay_s=2.5) if rule == "simc" else lambda_tuning(channel, 3 * delay)
    pid = Pid(tuning, 5.0, -1e6, 1e6)
    state, y, late = pid.begin(0.0, 0.0), 0.0, [0.0] * max(1, round(delay / 5))
    for _ in range(round(20 * (delay + min(lag, 8 * delay)) / 5)):
        state = pid.step(state, y, 1.0)
        late.append(state.output)
        y += (1 - np.exp(-5 / lag)) * (gain * late.pop(0) - y)
    assert y == pytest.approx(1.0, abs=0.05)


def test_a_saturated_controller_does_not_wind_up() -> None:
    pid = Pid(simc(Channel(1.0, 100.0, 10.0)), 5.0, 0.0, 2.0)
    state, y, peak = pid.begin(0.0, 0.0), 0.0, 0.0
    for k in range(400):
        state = pid.step(state, y, 5.0 if k < 200 else 1.0)
        y += (1 - np.exp(-5 / 100.0)) * (state.output - y)
        if k > 230:
            peak = max(peak, abs(y - 1.0))
    assert state.output == pytest.approx(1.0, abs=0.02)
    assert peak < 0.3
    assert pid.step(state, float("nan"), 1.0) == state


def test_a_soft_sensor_learns_says_what_it_does_not_know_and_follows_the_laboratory() -> None:
    rng = np.random.default_rng(1)
    x = np.cumsum(rng.normal(size=(600, 3)), axis=0)
    y = 4 + x @ np.array([1.0, -2.0, 0.0]) + rng.normal(0, 0.1, 600)
    sensor = fit_soft_sensor(x[:400], y[:400])
    assert sensor.r2 > 0.99
    assert sensor.spread == pytest.approx(0.1, rel=0.3)
    estimates, known = sensor.estimate(np.array([x[10], x[10] + 1e4, [np.nan] * 3]))
    assert estimates[0] == pytest.approx(y[10], abs=0.6)
    assert known.tolist() == [True, False, False]
    assert sensor.corrected(y[10] + 1, y[10]).bias == pytest.approx(0.2)
    assert sensor.corrected(float("nan"), 1.0).bias == 0.0
    with pytest.raises(BadInput):
        fit_soft_sensor(x, np.full(600, 2.0))
