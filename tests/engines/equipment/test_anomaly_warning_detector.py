"""The detector of early warning on plain arrays: what it learns, what it says, and the published data sets."""

import os
from pathlib import Path

import numpy as np
import pytest
from bench import engine_anomaly_warning as bench
from hypothesis import given, settings
from hypothesis import strategies as st
from warning_cases import related

from linghang.engines.equipment.warning_alarms import AlarmRule, AlarmState
from linghang.engines.equipment.warning_detector import Tuning, Watcher, score
from linghang.engines.equipment.warning_drift import DriftState, Recent
from linghang.engines.equipment.warning_limits import learn
from linghang.engines.equipment.warning_normal import DAY_US, confirmed
from linghang.errors import BadInput

SHARED = Path(os.environ.get("LINGHANG_SHARED") or Path(__file__).parents[4] / "shared") / "data"


def test_a_sound_machine_stays_below_the_limit() -> None:
    found = score(learn(related(800), Tuning()), related(2000, seed=5))
    assert (found.index > 1).mean() <= 0.02


def test_a_shift_of_one_sensor_is_found_and_named() -> None:
    samples = related(600, seed=5)
    samples[200:, 2] += 2 * samples[:, 2].std()
    found = score(learn(related(800), Tuning()), samples)
    assert (found.index[260:] > 1).mean() >= 0.95
    assert (found.contributions[260:].argmax(1) == 2).mean() >= 0.95


def test_a_broken_relation_is_found_though_every_sensor_stays_in_its_range() -> None:
    samples = related(600, seed=5)
    samples[200:, 1] = 100 - samples[200:, 1]
    found = score(learn(related(800), Tuning()), samples)
    assert (found.relation[:200] > 1).mean() <= 0.02
    assert (found.relation[260:] > 1).mean() >= 0.5
    assert samples[200:, 1].std() == pytest.approx(related(800)[:, 1].std(), rel=0.15)


def test_noise_that_grows_is_found() -> None:
    samples = related(600, seed=5)
    samples[200:, 0] += 2 * samples[:, 0].std() * np.random.default_rng(3).normal(size=400)
    assert (score(learn(related(800), Tuning()), samples).index[260:] > 1).mean() >= 0.9


def test_one_sensor_alone_is_the_same_detector() -> None:
    samples = related(600, seed=5, sensors=1)
    samples[300:] += 6 * samples.std()
    found = score(learn(related(800, sensors=1), Tuning()), samples)
    assert (found.index[:300] > 1).mean() <= 0.02
    assert (found.index[340:] > 1).mean() >= 0.95


def test_the_scale_and_the_zero_of_a_sensor_do_not_matter() -> None:
    learnt, samples = related(400), related(300, seed=5)
    factor, offset = np.array([1e-3, 7.0, 2e4, 1.0]), np.array([0.0, -40.0, 3.0, 1e3])
    plain = score(learn(learnt, Tuning()), samples).index
    moved = score(learn(learnt * factor + offset, Tuning()), samples * factor + offset).index
    assert moved == pytest.approx(plain, abs=1e-6)


def test_a_sensor_that_never_varied_carries_no_baseline() -> None:
    learnt, samples = related(400), related(300, seed=5)
    learnt[:, 3], samples[:, 3] = 7.0, 7.0
    found = score(learn(learnt, Tuning()), samples)
    assert found.index == pytest.approx(score(learn(learnt[:, :3], Tuning()), samples[:, :3]).index, abs=1e-9)
    assert not found.contributions[:, 3].any()


def test_what_is_missing_is_neither_an_alarm_nor_a_zero() -> None:
    model, samples = learn(related(800), Tuning()), related(600, seed=5)
    samples[::3, 0] = np.nan
    samples[100:110] = np.nan
    found = score(model, samples)
    assert np.isnan(found.index[100:110]).all()
    assert np.isfinite(np.delete(found.index, np.arange(100, 110))).all()
    assert np.nanmean(found.index > 1) <= 0.02


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.floats(0, 5))
def test_contributions_are_shares(seed: int, shift: float) -> None:
    samples = related(60, seed=seed)
    samples[:, 1] += shift
    found = score(learn(related(400), Tuning()), samples)
    total = found.contributions.sum(1)
    assert (found.contributions >= 0).all()
    assert np.all(np.isclose(total, 1) | (total == 0))
    assert np.array_equal(found.index, np.maximum(found.level, found.relation))


def test_the_parts_of_the_level_add_up_to_hotellings_t2() -> None:
    model = learn(related(400), Tuning())
    space, point = model.level, np.array([1.0, -2.0, 0.5, 3.0])
    scores = ((point - space.centre) / space.scale) @ space.axes
    assert space.level_parts(point).sum() == pytest.approx((scores**2 / space.variance).sum())


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 149))
def test_a_watcher_that_goes_on_gives_the_same_as_one_that_never_paused(seed: int, cut: int) -> None:
    model, samples = learn(related(300), Tuning()), related(150, seed=seed)
    watcher = Watcher(model)
    parts = [watcher.step(one)[:2] for one in samples[:cut]] + [watcher.step(one)[:2] for one in samples[cut:]]
    whole = score(model, samples)
    assert parts == list(zip(whole.level.tolist(), whole.relation.tolist(), strict=True))


def test_too_little_and_nothing_that_varies_are_refused() -> None:
    with pytest.raises(BadInput, match="99 samples are too few"):
        learn(related(99), Tuning())
    with pytest.raises(BadInput, match="no sensor varies"):
        learn(np.ones((200, 3)), Tuning())


@pytest.mark.parametrize(
    "wrong", [{"memory": 0}, {"memory": 1.1}, {"lags": -1}, {"explained": 1}, {"limit": 0}, {"blocks": 1}, {"clip": 0}]
)
def test_a_tuning_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Tuning(**wrong)  # type: ignore[arg-type]


# --- alarms ---


def changes(index: list[float], rule: AlarmRule) -> list[str | None]:
    state = AlarmState(rule)
    return [state.step(one) for one in index]


def test_a_warning_waits_for_three_samples_in_a_row_and_goes_below_the_hysteresis_only() -> None:
    rule = AlarmRule()
    assert changes([1.1, 1.1, 0.5, 1.1, 1.1, 1.1], rule) == [None] * 5 + ["raised"]
    assert changes([1.2] * 3 + [0.95] * 9 + [0.8, 0.8, 0.95, 0.8, 0.8, 0.8], rule)[3:] == [None] * 14 + ["cleared"]


def test_a_warning_grows_worse_once() -> None:
    assert [one for one in changes([1.2] * 4 + [1.7] * 9, AlarmRule()) if one] == ["raised", "worse"]
    assert [one for one in changes([1.7] * 9, AlarmRule()) if one] == ["raised"]


@given(st.lists(st.floats(-3, 4), max_size=200), st.integers(1, 5), st.integers(1, 5), st.floats(0.1, 1))
def test_raised_and_cleared_take_turns(index: list[float], persist: int, clear: int, low: float) -> None:
    said = [one for one in changes(index, AlarmRule(persist, clear, low)) if one in ("raised", "cleared")]
    assert said == ["raised", "cleared"] * (len(said) // 2) + ["raised"] * (len(said) % 2)


# --- drift and learning anew ---


def test_a_small_change_that_stays_is_drift_and_chance_is_none() -> None:
    rng = np.random.default_rng(0)
    quiet, slow = DriftState(16), DriftState(16)
    assert not any(quiet.step(float(one)) for one in rng.normal(size=50_000))
    told = [place for place, one in enumerate(3.2 + rng.normal(size=5_000)) if slow.step(float(one))]
    assert len(told) == 1
    assert told[0] < 500


def test_only_samples_that_nothing_followed_are_learnt_anew() -> None:
    recent = Recent(rows=5, confirm_us=3)
    for at in range(10):
        recent.add(at, np.array([float(at)]), at == 0)
    recent.doubt()
    for at in range(10, 14):
        recent.add(at, np.array([float(at)]), False)
    assert recent.samples()[0].ravel().tolist() == [3.0, 4.0, 5.0, 6.0, 10.0]


def _days(level: list[float]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    at = np.arange(len(level) * 48) * (DAY_US // 48)
    return at, np.repeat(level, 48)[:, None] + rng.normal(size=(len(at), 1))


def test_what_rose_before_a_failure_is_not_learnt_but_a_mode_that_nothing_followed_is() -> None:
    at, values = _days([0] * 6 + [30] * 2 + [0] * 8 + [-20] * 3 + [0] * 12)
    failed = np.array([19 * DAY_US])
    keep = confirmed(at, values, failed, 31 * DAY_US, 5 * DAY_US)
    by_day = keep.reshape(-1, 48).mean(1)
    assert by_day[6:8].tolist() == [1, 1]
    assert by_day[16:19].tolist() == [0, 0, 0]
    assert by_day[14:16].tolist() == [1, 1]
    assert by_day[26:].tolist() == [1] * 5


def test_a_failure_after_the_end_of_learning_is_not_looked_at() -> None:
    at, values = _days([0] * 20)
    for late in (20, 22):
        keep = confirmed(at, values, np.array([late * DAY_US]), 20 * DAY_US, 5 * DAY_US)
        assert keep.all()


# --- published data ---


@pytest.mark.slow
def test_skab_with_the_one_setting_is_as_good_as_the_best_published() -> None:
    if not (SHARED / "anomaly_skab").exists():
        pytest.skip(f"SKAB is not at {SHARED}; LINGHANG_SHARED may name its folder")
    found = bench.Rates.of(bench.on_skab(bench.skab(SHARED / "anomaly_skab"), Tuning(), AlarmRule()).values())
    assert found.f1 >= 0.78
    assert found.false <= 0.35


@pytest.mark.slow
def test_tep_with_the_same_setting_is_above_pca_and_dpca() -> None:
    if not (SHARED / "process_tep").exists():
        pytest.skip(f"TEP is not at {SHARED}; LINGHANG_SHARED may name its folder")
    runs = bench.tep(SHARED / "process_tep")
    ours = bench.on_tep(runs, Tuning(), AlarmRule())
    mean = np.mean(list(bench.detected(ours).values()))
    assert ours["d00_te"].mean() <= 0.02
    for either, alone, _ in bench.peers(runs).values():
        assert mean >= max(np.mean(list(either.values())), np.mean(list(alone.values()))) + 0.05


@pytest.mark.slow
def test_the_usual_baseline_on_skab_is_reproduced() -> None:
    if not (SHARED / "anomaly_skab").exists():
        pytest.skip(f"SKAB is not at {SHARED}; LINGHANG_SHARED may name its folder")
    runs = bench.skab(SHARED / "anomaly_skab")
    found = bench.Rates.of((bench.t2_q(one.normal, one.scored), one.anomalous) for one in runs)
    assert found.f1 == pytest.approx(0.756, abs=5e-4)
    assert found.false == pytest.approx(0.5269, abs=5e-4)
