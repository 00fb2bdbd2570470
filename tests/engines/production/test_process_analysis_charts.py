"""Control charts: constants, limits and statistics against published figures, and the laws they keep."""

import csv
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from linghang.engines.production.spc_charts import (
    attribute_limits,
    cusum,
    ewma,
    individuals,
    laney,
    normal_scores,
    short_run,
    subgroup_charts,
)
from linghang.engines.production.spc_constants import c4, d2, d3
from linghang.errors import BadInput

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
REFERENCE = SHARED / "spc_reference"
shared = pytest.mark.skipif(not REFERENCE.exists(), reason="the shared reference data are not here")

values = st.floats(-1e3, 1e3).map(lambda one: round(one, 3))


def rows(name: str, trial: bool | None = None) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    return found if trial is None else [row for row in found if row["trial"] == str(trial).upper()]


@pytest.mark.parametrize(
    ("n", "mean", "deviation", "centre"),
    [(2, 1.128, 0.853, 0.7979), (5, 2.326, 0.864, 0.9400), (10, 3.078, 0.797, 0.9727), (25, 3.931, 0.708, 0.9896)],
)
def test_constants_are_those_of_the_printed_tables(n: int, mean: float, deviation: float, centre: float) -> None:
    # ISO 7870-2 and Montgomery's appendix VI print three and four digits.
    assert d2(n) == pytest.approx(mean, abs=6e-4)
    assert d3(n) == pytest.approx(deviation, abs=6e-4)
    assert c4(n) == pytest.approx(centre, abs=6e-5)


def test_constants_of_two_values_are_exact() -> None:
    assert d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-12)
    assert d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-11)
    assert c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-14)


@shared
def test_piston_rings_by_every_estimator_of_sigma() -> None:
    known = json.loads((REFERENCE / "reference.json").read_text())["pistonrings"]
    rings = np.array([float(row["diameter"]) for row in rows("qcc_pistonrings.csv", True)]).reshape(25, 5)
    by_range = subgroup_charts(rings, "range").location
    assert by_range.centre == pytest.approx(known["center"], abs=5e-7)
    assert by_range.sigma == pytest.approx(known["sigma_R"], abs=1e-9)
    assert (by_range.lower, by_range.upper) == pytest.approx((known["LCL"], known["UCL"]), abs=5e-7)
    assert subgroup_charts(rings, "sd").location.sigma == pytest.approx(known["sigma_S"], abs=5e-10)
    # Scrucca, R News 4/1 (2004): the pooled estimator.
    pooled = subgroup_charts(rings, "pooled").location
    assert pooled.sigma == pytest.approx(0.009887547, abs=5e-10)
    assert (pooled.lower, pooled.upper) == pytest.approx((73.98791, 74.01444), abs=5e-6)


@shared
def test_orange_juice_shares_and_the_samples_beyond() -> None:
    known = json.loads((REFERENCE / "reference.json").read_text())["orangejuice"]
    trial = rows("qcc_orangejuice.csv", True)
    bad = np.array([float(row["D"]) for row in trial])
    points, limits = attribute_limits(bad, np.full(len(bad), 50.0), "p")
    assert limits.centre[0] == pytest.approx(known["pbar"], abs=5e-7)
    assert (limits.lower[0], limits.upper[0]) == pytest.approx((known["LCL"], known["UCL"]), abs=5e-7)
    beyond = np.flatnonzero((points > limits.upper) | (points < limits.lower)) + 1
    assert beyond.tolist() == known["beyond_trial"]


@shared
def test_circuit_boards_count() -> None:
    known = json.loads((REFERENCE / "reference.json").read_text())["circuit_c_chart"]
    found = np.array([float(row["x"]) for row in rows("qcc_circuit.csv", True)])
    _, limits = attribute_limits(found, np.ones(len(found)), "c")
    assert limits.centre[0] == pytest.approx(known["cbar"], abs=5e-5)
    assert (limits.lower[0], limits.upper[0]) == pytest.approx((known["LCL"], known["UCL"]), abs=5e-5)


def test_individuals_take_the_moving_range() -> None:
    # Montgomery, example 6.5 (viscosity): mean 33.52, mean range 0.48, limits 32.24 and 34.80.
    viscosity = [
        33.75,
        33.05,
        34.00,
        33.81,
        33.46,
        34.02,
        33.68,
        33.27,
        33.49,
        33.20,
        33.62,
        33.00,
        33.54,
        33.12,
        33.84,
    ]
    chart = individuals(np.array(viscosity))
    assert chart.location.centre == pytest.approx(33.52, abs=5e-3)
    assert (chart.location.lower, chart.location.upper) == pytest.approx((32.24, 34.80), abs=1e-2)
    assert chart.spread.upper == pytest.approx(1.57, abs=1e-2)


def test_cusum_by_hand_and_its_restart() -> None:
    up, down, signal = cusum(np.array([1.0, 2.0, 4.0, 0.0, -1.0]), k=0.5, h=5.0)
    assert up.tolist() == [0.5, 2.0, 5.5, 0.0, 0.0]
    assert down.tolist() == [0.0, 0.0, 0.0, 0.0, 0.5]
    assert signal.tolist() == [False, False, True, False, False]


def test_ewma_widens_to_its_long_run_limit() -> None:
    means, halves = ewma(np.ones(200), weight=0.2, width=3.0)
    assert halves[0] == pytest.approx(3.0 * 0.2)
    assert halves[-1] == pytest.approx(3.0 * math.sqrt(0.2 / 1.8))
    assert means[0] == pytest.approx(0.2)
    assert means[-1] == pytest.approx(1.0)


@settings(deadline=None)
@given(arrays(np.float64, (4, 12, 3), elements=values))
def test_many_characteristics_at_once_are_each_alone(data: np.ndarray) -> None:
    together = subgroup_charts(data)
    for place in range(4):
        alone = subgroup_charts(data[place])
        assert together.location.upper[place] == pytest.approx(float(alone.location.upper), rel=1e-12, abs=1e-12)
        assert together.spread.upper[place] == pytest.approx(float(alone.spread.upper), rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(arrays(np.float64, (8, 4), elements=values), st.floats(0.1, 10), st.floats(-100, 100))
def test_limits_move_and_stretch_with_the_data(data: np.ndarray, factor: float, shift: float) -> None:
    plain, moved = subgroup_charts(data).location, subgroup_charts(data * factor + shift).location
    assert float(moved.upper) == pytest.approx(float(plain.upper) * factor + shift, rel=1e-9, abs=1e-6)
    assert float(moved.sigma) == pytest.approx(float(plain.sigma) * factor, rel=1e-9, abs=1e-6)


def test_laney_widens_for_overdispersion_and_stays_for_binomial() -> None:
    rng = np.random.default_rng(1)
    sizes = np.full(400, 2000.0)
    plain = rng.binomial(2000, 0.05, 400).astype(float)
    spread = rng.binomial(2000, np.clip(rng.normal(0.05, 0.02, 400), 0, 1)).astype(float)
    assert laney(plain, sizes)[2] == pytest.approx(1.0, abs=0.12)
    assert laney(spread, sizes)[2] > 3


@settings(deadline=None)
@given(st.integers(1, 200), st.floats(0.001, 0.5))
def test_normal_scores_rise_with_the_count(size: int, share: float) -> None:
    counts = np.arange(size + 1, dtype=float)
    scores = normal_scores(counts, np.full(size + 1, float(size)), share)
    assert np.isfinite(scores).all()
    assert (np.diff(scores) >= 0).all()


def test_normal_scores_keep_the_false_alarms_of_small_lots_in_bounds() -> None:
    # A p chart of 24 pieces at 2.7 % alarms upwards more than twice as often as the 0.135 % that three sigma promise.
    rng = np.random.default_rng(2)
    bad, sizes = rng.binomial(24, 0.027, 200_000).astype(float), np.full(200_000, 24.0)
    points, limits = attribute_limits(bad, sizes, "p", centre=0.027)
    assert (points > limits.upper).mean() > 2 * 0.00135
    assert (normal_scores(bad, sizes, 0.027) > 3).mean() < 0.0015


def test_short_run_takes_the_kinds_apart() -> None:
    found = short_run(np.array([10.1, 20.2]), np.array([10.0, 20.0]), np.array([0.1, 0.2]))
    assert found.tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: subgroup_charts(np.ones((3, 1))),
        lambda: subgroup_charts(np.array([[1.0, np.nan]])),
        lambda: individuals(np.array([1.0])),
        lambda: attribute_limits(np.array([3.0]), np.array([2.0]), "p"),
        lambda: attribute_limits(np.array([1.0, 1.0]), np.array([1.0, 2.0]), "c"),
        lambda: ewma(np.ones(3), weight=0.0),
        lambda: short_run(np.ones(2), np.zeros(2), 0.0),
        lambda: c4(1),
        lambda: d2(1),
    ],
)
def test_what_makes_no_chart_is_refused(wrong: object) -> None:
    with pytest.raises(BadInput):
        wrong()  # type: ignore[operator]
