"""T2 and SPE: false alarms as promised, contributions that add up and point at the variable that deviates."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.production.mspc import fit_calm, fit_model, lagged, statistics
from linghang.errors import BadInput

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
TEP = SHARED / "process_tep"


def normal(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(count, 2))
    turn = np.array([[1.0, 0.8, -0.5, 0.2, 0.0], [0.0, 0.6, 1.0, -0.7, 0.9]])
    return hidden @ turn + rng.normal(0, 0.2, (count, 5)) + [10, 20, 30, 40, 50]


@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_normal_points_alarm_as_often_as_alpha_says(alpha: float) -> None:
    model = fit_model(normal(2000), components=2, alpha=alpha)
    found = statistics(model, normal(20_000, seed=1))
    assert (found.t2 > model.t2_limit).mean() == pytest.approx(alpha, abs=alpha / 3)
    assert (found.spe > model.spe_limit).mean() == pytest.approx(alpha, abs=alpha / 3)


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_contributions_add_up_to_the_statistics(seed: int) -> None:
    found = statistics(fit_model(normal(100), components=2), normal(20, seed) * 1.1)
    assert found.t2_parts.sum(1) == pytest.approx(found.t2, rel=1e-9)
    assert found.spe_parts.sum(1) == pytest.approx(found.spe, rel=1e-9)
    assert (found.t2_parts >= 0).all()


@pytest.mark.parametrize("broken", range(5))
def test_the_sensor_that_breaks_contributes_most(broken: int) -> None:
    model = fit_model(normal(1000), components=2)
    points = normal(50, seed=2)
    points[:, broken] += 6.0
    found = statistics(model, points)
    assert (found.spe > model.spe_limit).mean() > 0.9
    assert int(found.spe_parts.sum(0).argmax()) == broken


def test_a_constant_variable_takes_no_part_and_a_gap_gives_no_statistic() -> None:
    data = np.column_stack([normal(100), np.full(100, 7.0)])
    model = fit_model(data, components=2)
    point = data[:2].copy()
    point[0, 5], point[1, 0] = 9.0, np.nan
    found = statistics(model, point)
    assert found.spe_parts[0, 5] == 0
    assert np.isnan(found.spe[1])
    assert np.isnan(found.t2[1])


def test_too_few_points_make_no_model() -> None:
    for wrong in (normal(12), np.ones((50, 3)), np.arange(50.0)[:, None]):
        with pytest.raises(BadInput):
            fit_model(wrong)


def test_lags_stand_beside_each_other() -> None:
    found = lagged(np.array([[1.0], [2.0], [3.0]]), 1)
    assert found[1:].tolist() == [[2.0, 1.0], [3.0, 2.0]]
    assert np.isnan(found[0, 1])


@pytest.mark.skipif(not TEP.exists(), reason="the shared process data are not here")
@pytest.mark.parametrize(
    ("fault", "t2", "spe"), [(1, 0.994, 0.998), (6, 0.99, 1.0), (14, 0.999, 0.999), (4, 0.29, 0.978)]
)
def test_tennessee_eastman_faults_are_found_as_the_reference_says(fault: int, t2: float, spe: float) -> None:
    def read(name: str) -> np.ndarray:
        return np.loadtxt(gzip.open(TEP / f"{name}.dat.gz", "rt"))

    model = fit_model(read("d00").T, explained=0.85)
    calm = statistics(model, read("d00_te"))
    limits = np.quantile(calm.t2, 0.99), np.quantile(calm.spe, 0.99)
    found = statistics(model, read(f"d{fault:02d}_te")[160:])
    assert ((found.t2 > limits[0]).mean(), (found.spe > limits[1]).mean()) == pytest.approx((t2, spe), abs=0.02)


def test_a_model_of_disturbed_points_forgets_them() -> None:
    points = normal(1000)
    points[600:640, 1] += 8.0
    calm, left_away = fit_calm(points, alpha=0.001)
    plain = fit_model(points, alpha=0.001, empirical=True)
    assert left_away >= 40
    again = normal(40, seed=3)
    again[:, 1] += 8.0
    assert (statistics(calm, again).spe > calm.spe_limit).mean() > 0.9
    assert (statistics(plain, again).spe > plain.spe_limit).mean() < 0.2
    assert (statistics(calm, normal(2000, seed=4)).spe > calm.spe_limit).mean() < 0.02
