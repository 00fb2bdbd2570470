"""Instruments: noise that depends on the tag and the sample alone, resolution, faults; states become courses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.twin.process.course import Course, ProcessFault, ambient_c, stretch_of, together
from linghang.twin.process.sensing import BAD, GOOD, InstrumentFault, key_of, measured, normals
from linghang.twin.process.stretch import Signal
from linghang.words import Text

TEMPERATURE = Signal("t", Text("温度", "Temperature"), "°C", noise=0.5, resolution=0.1)
KEY = key_of(7, "LPC-101/t")
TIMES = np.arange(0, 200_000, 1.0)


def test_noise_is_normal_and_white() -> None:
    noise = normals(KEY, np.arange(400_000))
    count = len(noise)
    # Five standard errors of each statistic under the normal law.
    assert abs(noise.mean()) < 5 / np.sqrt(count)
    assert abs(noise.var() - 1) < 5 * np.sqrt(2 / count)
    assert abs((noise**4).mean() - 3) < 5 * np.sqrt(96 / count)
    assert abs((noise[1:] * noise[:-1]).mean()) < 5 / np.sqrt(count)
    other = normals(key_of(7, "LPC-102/t"), np.arange(400_000))
    assert abs((noise * other).mean()) < 5 / np.sqrt(count)


@given(st.integers(1, 199))
def test_a_signal_is_the_same_whether_made_at_once_or_in_pieces(cut: int) -> None:
    times = np.arange(200) * 0.25 + 1e9
    true = np.linspace(500, 510, 200)
    whole, _ = measured(TEMPERATURE, true, times, KEY)
    first, _ = measured(TEMPERATURE, true[:cut], times[:cut], KEY)
    second, _ = measured(TEMPERATURE, true[cut:], times[cut:], KEY)
    assert np.array_equal(whole, np.concatenate([first, second]))


def test_an_instrument_shows_steps_of_its_resolution() -> None:
    shown, quality = measured(TEMPERATURE, np.full(len(TIMES), 700.0), TIMES, KEY)
    assert np.allclose(shown * 10, np.round(shown * 10), atol=1e-9)
    assert shown.std() == pytest.approx(np.sqrt(0.25 + 0.01 / 12), rel=0.02)
    assert set(quality) == {GOOD}


@pytest.mark.parametrize(
    ("kind", "size", "start", "middle"), [("bias", 4.0, 4.0, 4.0), ("drift", 4.0, 0.0, 2.0), ("drift", -4.0, 0.0, -2.0)]
)
def test_a_faulty_instrument_is_off_by_so_much(kind: str, size: float, start: float, middle: float) -> None:
    fault = InstrumentFault("t", kind, 50_000, 150_000, size)  # type: ignore[arg-type]
    true = np.full(len(TIMES), 700.0)
    shown = measured(TEMPERATURE, true, TIMES, KEY, (fault,))[0] - measured(TEMPERATURE, true, TIMES, KEY)[0]
    assert np.all(np.abs(shown[:50_000]) == 0)
    assert shown[50_000:50_100].mean() == pytest.approx(start, abs=0.06)
    assert shown[99_900:100_100].mean() == pytest.approx(middle, abs=0.06)
    assert np.all(np.abs(shown[150_000:]) == 0)


def test_a_dropout_gives_no_number_and_says_so() -> None:
    fault = InstrumentFault("t", "dropout", 10, 20)
    shown, quality = measured(TEMPERATURE, np.full(30, 700.0), np.arange(30.0), KEY, (fault,))
    assert np.isnan(shown).nonzero()[0].tolist() == list(range(10, 20))
    assert (quality == BAD).nonzero()[0].tolist() == list(range(10, 20))


def test_states_become_loads_and_power() -> None:
    course = Course.of_states(np.array([0.0, 100, 200]), ["running", "off", "breakdown"], 300.0)
    over = stretch_of(course, 0.0, 300.0)
    assert over.load.tolist() == [1, 0, 0]
    assert over.powered.tolist() == [True, False, True]


def test_a_machine_is_at_rest_outside_its_states() -> None:
    course = Course.of_states(np.array([100.0]), ["running"], 200.0)
    over = stretch_of(course, 0.0, 300.0)
    assert (over.start_s.tolist(), over.load.tolist()) == ([0, 100, 200], [0, 1, 0])


def test_a_slow_fault_grows_in_steps_and_is_over_when_it_ends() -> None:
    course = Course.of_states(np.array([0.0]), ["running"], 10_000.0)
    over = stretch_of(course, 0.0, 10_000.0, [ProcessFault("bearing", 2_400, 4_800, 3.4, "ramp")])
    factor = over.factor("bearing")
    at = over.interval_at(np.array([0.0, 2_450, 3_650, 4_790, 4_810]))
    assert factor[at] == pytest.approx([1, 1.1, 1 + 2.4 * 13 / 24, 3.4, 1])


@given(
    st.lists(st.floats(1, 1_000), min_size=1, max_size=6),
    st.lists(st.floats(1, 1_000), min_size=1, max_size=6),
    st.floats(0.5, 20),
)
def test_the_load_of_a_network_is_the_weighted_share_of_what_runs(
    first: list[float], second: list[float], weight: float
) -> None:
    def course(lengths: list[float]) -> Course:
        edges = np.concatenate([[0.0], np.cumsum(lengths)])
        words = ["running" if number % 2 == 0 else "idle" for number in range(len(lengths))]
        return Course.of_states(edges[:-1], words, float(edges[-1]))

    one, two = course(first), course(second)
    both = together([one, two], [1.0, weight])

    def energy(of: Course) -> float:
        return float((np.diff(np.append(of.start_s, of.end_s)) * of.load).sum())

    expected = (energy(one) + weight * energy(two)) / (1 + weight)
    over = stretch_of(both, 0.0, both.end_s)
    assert float((over.seconds * over.load).sum()) == pytest.approx(expected)


def test_summer_is_warmer_than_winter_and_noon_than_morning() -> None:
    january, july = 15 * 86_400.0, 196 * 86_400.0
    assert ambient_c(np.array([july]))[0] > ambient_c(np.array([january]))[0] + 12
    six_local, eighteen_local = july - 2 * 3600 + 86_400, july + 10 * 3600
    assert ambient_c(np.array([eighteen_local]))[0] > ambient_c(np.array([six_local]))[0]
