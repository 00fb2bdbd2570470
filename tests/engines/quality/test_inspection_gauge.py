"""Gauge studies against published results: AIAG's example, the shared reference, the oxide wafers."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
import scipy.stats  # noqa: F401  its first import takes longer than a property test may
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.quality.inspection_gauge import average_range, crossed, mean_range, single_range, study
from linghang.errors import BadInput

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared/data"))
AIAG = """
0.29 -0.56 1.34 0.47 -0.80 0.02 0.59 -0.31 2.26 -1.36 0.41 -0.68 1.17 0.50 -0.92 -0.11 0.75 -0.20 1.99 -1.25
0.64 -0.58 1.27 0.64 -0.84 -0.21 0.66 -0.17 2.01 -1.31 0.08 -0.47 1.19 0.01 -0.56 -0.20 0.47 -0.63 1.80 -1.68
0.25 -1.22 0.94 1.03 -1.20 0.22 0.55 0.08 2.12 -1.62 0.07 -0.68 1.34 0.20 -1.28 0.06 0.83 -0.34 2.19 -1.50
0.04 -1.38 0.88 0.14 -1.46 -0.29 0.02 -0.46 1.77 -1.49 -0.11 -1.13 1.09 0.20 -1.07 -0.67 0.01 -0.56 1.45 -1.77
-0.15 -0.96 0.67 0.11 -1.45 -0.49 0.21 -0.49 1.87 -2.16
"""
"""AIAG MSA, 4th edition, figure III-B 6: by appraiser A, B, C, trial 1 to 3, part 1 to 10."""
AIAG_CUBE = np.array(AIAG.split(), dtype=float).reshape(3, 3, 10).transpose(2, 0, 1)


def test_aiag_example_by_average_and_range() -> None:
    found = average_range(AIAG_CUBE)
    deviations = [np.sqrt(one) for one in (found.repeatability, found.operator, found.gauge, found.part, found.total)]
    assert deviations == pytest.approx([0.20188, 0.22963, 0.30575, 1.10460, 1.14610], abs=2e-4)
    shares = [found.percent_study(one) for one in (found.repeatability, found.operator, found.gauge, found.part)]
    assert shares == pytest.approx([17.62, 20.04, 26.68, 96.38], abs=0.02)
    assert found.classes == 5
    assert found.verdict == "conditional"


def test_aiag_example_by_anova_with_the_interaction_pooled() -> None:
    found = crossed(AIAG_CUBE, pool_above=0.25)
    by = {one.source: one for one in found.lines}
    assert [
        by[name].squares for name in ("operator", "part", "interaction", "repeatability", "total")
    ] == pytest.approx([3.1673, 88.3619, 0.3590, 2.7589, 94.6471], abs=6e-5)
    assert (by["operator"].f, by["part"].f, by["interaction"].f) == pytest.approx((39.617, 245.614, 0.434), abs=2e-3)
    assert found.pooled
    deviations = [np.sqrt(one) for one in (found.repeatability, found.operator, found.gauge, found.part, found.total)]
    assert deviations == pytest.approx([0.199933, 0.226838, 0.302373, 1.042327, 1.085], abs=1e-3)
    assert [found.percent_study(one) for one in (found.repeatability, found.operator, found.gauge)] == pytest.approx(
        [18.4, 20.9, 27.9], abs=0.06
    )
    assert found.classes == 4


def test_constants_are_those_of_aiags_table() -> None:
    assert [1 / mean_range(n) for n in (2, 3)] == pytest.approx([0.8862, 0.5908], abs=5e-5)
    k3 = (0.7071, 0.5231, 0.4467, 0.4030, 0.3742, 0.3534, 0.3375, 0.3249, 0.3146)
    assert [1 / single_range(n) for n in range(2, 11)] == pytest.approx(k3, abs=6e-5)


@pytest.mark.parametrize("response", ["time1", "time2"])
def test_shared_reference_is_reproduced(response: str) -> None:
    folder = SHARED / "spc_reference"
    if not folder.exists():
        pytest.skip("the shared data are not there")
    rows = list(csv.DictReader((folder / "sixsigma_rr.csv").read_text().splitlines()))
    wanted = json.loads((folder / "reference.json").read_text())[f"grr_rr_{response}"]
    found = study(
        [one["prototype"] for one in rows], [one["operator"] for one in rows], [float(one[response]) for one in rows]
    )
    lines = {one.source: one for one in found.lines}
    sources = {"part": "part", "op": "operator", "int": "interaction", "rep": "repeatability"}
    for short, source in sources.items():
        assert lines[source].squares == pytest.approx(wanted[f"SS_{short}"], rel=1e-5)  # type: ignore[index]
        assert lines[source].mean == pytest.approx(wanted[f"MS_{short}"], rel=1e-5)  # type: ignore[index]
    assert found.repeatability == pytest.approx(wanted["var_repeat"], rel=1e-5)
    assert found.reproducibility == pytest.approx(wanted["var_reprod"], rel=1e-5)
    assert found.part == pytest.approx(wanted["var_part"], rel=1e-5)
    assert found.percent_contribution() == pytest.approx(wanted["pct_contrib_GRR"], rel=1e-5)
    assert found.percent_study() == pytest.approx(wanted["pct_studyvar_GRR"], rel=1e-5)


def test_nested_components_of_the_oxide_wafers() -> None:
    """Pinheiro and Bates (2000), 4.1: deviations of lots 11.398, wafers 5.9888, sites 3.5453."""
    file = SHARED / "spc_reference/nlme_Oxide.csv"
    if not file.exists():
        pytest.skip("the shared data are not there")
    rows = list(csv.DictReader(file.read_text().splitlines()))
    found = study(
        [(one["Lot"], one["Wafer"]) for one in rows],
        [one["Lot"] for one in rows],
        [float(one["Thickness"]) for one in rows],
        method="nested",
    )
    deviations = [np.sqrt(one) for one in (found.operator, found.part, found.repeatability)]
    assert deviations == pytest.approx([11.398, 5.9888, 3.5453], abs=1e-3)


cubes = st.tuples(st.integers(2, 6), st.integers(2, 4), st.integers(2, 3), st.integers(0, 10**6)).map(
    lambda one: np.random.default_rng(one[3]).normal(size=one[:3])
)


@given(cubes)
def test_squares_add_up_and_no_variance_is_negative(cube: np.ndarray) -> None:
    found = crossed(cube)
    assert sum(one.squares for one in found.lines[:-1]) == pytest.approx(((cube - cube.mean()) ** 2).sum())
    assert min(found.repeatability, found.operator, found.interaction, found.part) >= 0


@given(cubes, st.floats(0.1, 50), st.floats(-1e3, 1e3))
def test_shares_do_not_depend_on_unit_and_zero(cube: np.ndarray, scale: float, zero: float) -> None:
    for method in (crossed, average_range):
        one, other = method(cube), method(cube * scale + zero)
        assert other.percent_study() == pytest.approx(one.percent_study(), rel=1e-5)


def test_known_variances_are_found_in_a_large_study() -> None:
    rng = np.random.default_rng(4)
    part, operator, both = rng.normal(0, 3, (60, 1, 1)), rng.normal(0, 1, (1, 40, 1)), rng.normal(0, 0.5, (60, 40, 1))
    found = crossed(part + operator + both + rng.normal(0, 0.7, (60, 40, 3)))
    assert np.sqrt([found.repeatability, found.interaction]) == pytest.approx([0.7, 0.5], rel=0.05)
    assert np.sqrt([found.part, found.operator]) == pytest.approx([3, 1], rel=0.3)


def test_a_perfect_gauge_and_nothing_at_all() -> None:
    perfect = crossed(np.arange(4.0)[:, None, None] * np.ones((4, 2, 2)), tolerance=2.0)
    assert (perfect.percent_study(), perfect.percent_tolerance(), perfect.classes) == (0, 0, None)
    nothing = crossed(np.ones((3, 2, 2)))
    assert (nothing.percent_study(), nothing.verdict, nothing.lines[0].f) == (None, None, None)


def test_tolerance_share() -> None:
    found = crossed(AIAG_CUBE, tolerance=4.0, pool_above=0.25)
    assert found.percent_tolerance() == pytest.approx(100 * 6 * 0.302373 / 4, rel=1e-4)


@pytest.mark.parametrize(
    ("part", "operator", "value", "message"),
    [
        (["a", "a", "b"], ["x", "x", "y"], [1, 2, 3], "every operator measures every part equally often"),
        (["a"] * 4, ["x", "x", "y", "y"], [1, 2, 3, 4], "at least 2 parts"),
        (["a", "b"] * 4, ["x", "x", "y", "y"] * 2, [1, 2, 3, 4, 5, 6, 7, float("nan")], "no number"),
        (["a"], ["x", "y"], [1], "a part, an operator and a value"),
        ([], [], [], "at least 2 parts"),
    ],
)
def test_unfit_studies_are_refused(part: list[str], operator: list[str], value: list[float], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        study(part, operator, value)
