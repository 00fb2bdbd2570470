"""Capability: published and hand-computed indices, intervals that cover, laws; NIST's analyses of variance."""

import csv
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, lognorm

from linghang.engines.production.capability_indices import Specification, bissell, capability
from linghang.engines.production.capability_shapes import OUTER, fit, shaped_capability
from linghang.engines.production.spc_anova import mean_sd, one_way
from linghang.engines.production.spc_charts import subgroup_charts
from linghang.errors import BadInput

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
NIST = SHARED / "nist_strd_anova"
RINGS = SHARED / "spc_reference" / "qcc_pistonrings.csv"


@pytest.mark.skipif(not RINGS.exists(), reason="the shared reference data are not here")
def test_piston_rings_are_as_capable_as_the_reference_says() -> None:
    with RINGS.open(encoding="utf-8") as file:
        rings = np.array([float(row["diameter"]) for row in csv.DictReader(file) if row["trial"] == "TRUE"])
    sigma = float(subgroup_charts(rings.reshape(25, 5), "range").location.sigma)
    found = capability(rings, Specification(73.95, 74.05), sigma, 0.9 * 100)
    assert found.cp is not None
    assert found.cpk is not None
    assert found.cp.value == pytest.approx(1.7032, abs=5e-5)
    assert found.cpk.value == pytest.approx(1.6632, abs=5e-5)


def test_indices_by_hand() -> None:
    values = np.array([9.0, 10.0, 11.0, 10.0, 10.0])
    found = capability(values, Specification(7, 13, 10), sigma_within=1.0, freedom_within=4)
    assert (found.cp and found.cp.value, found.cpk and found.cpk.value) == pytest.approx((1.0, 1.0))
    assert found.pp is not None
    assert found.pp.value == pytest.approx(6 / (6 * np.sqrt(0.5)))
    assert found.cpm is not None
    assert found.cpm.value == pytest.approx(found.pp.value)


def test_a_one_sided_specification_has_no_cp() -> None:
    values = np.array([1.0, 2.0, 3.0])
    upper, lower = capability(values, Specification(upper=5.0)), capability(values, Specification(lower=-1.0))
    assert upper.cp is upper.pp is upper.cpm is None
    assert upper.ppk is not None
    assert upper.ppk.value == pytest.approx(1.0)
    assert lower.ppk is not None
    assert lower.ppk.value == pytest.approx(1.0)


def test_values_that_do_not_vary_have_no_index() -> None:
    found = capability(np.ones(10), Specification(0, 2, 1))
    assert found.cp is found.cpk is found.pp is found.ppk is found.cpm is None


def test_bissell_interval_by_hand() -> None:
    # Montgomery, example 8.4: n = 20, Cpk = 1.33 gives 0.88 to 1.78 (his 0.99 to 1.67 is the 90 % one).
    found = bissell(1.33, 20, 19, alpha=0.05)
    assert (found.low, found.high) == pytest.approx((0.88, 1.78), abs=0.01)


@pytest.mark.slow
def test_intervals_cover_the_true_index_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    hits = {"pp": 0, "ppk": 0, "cpm": 0}
    for _ in range(1500):
        found = capability(rng.normal(10.5, 1.0, 60), Specification(6, 14, 10))
        true = {"pp": 8 / 6, "ppk": 3.5 / 3, "cpm": 8 / (6 * np.sqrt(1.25))}
        for name, value in true.items():
            index = getattr(found, name)
            hits[name] += index.low <= value <= index.high
    assert all(0.93 <= count / 1500 <= 0.97 for count in hits.values())


@settings(deadline=None)
@given(st.floats(-50, 50), st.floats(0.5, 20), st.floats(0.1, 10), st.floats(-20, 20))
def test_indices_do_not_depend_on_the_unit(middle: float, width: float, factor: float, shift: float) -> None:
    values = np.random.default_rng(0).normal(middle, width / 4, 40)
    one = capability(values, Specification(middle - width, middle + width, middle))
    other = capability(
        values * factor + shift,
        Specification((middle - width) * factor + shift, (middle + width) * factor + shift, middle * factor + shift),
    )
    for name in ("cp", "cpk", "pp", "ppk", "cpm"):
        assert getattr(one, name).value == pytest.approx(getattr(other, name).value, rel=1e-6)
    assert one.cpk is not None
    assert one.cp is not None
    assert one.cpk.value <= one.cp.value + 1e-12


# --- not normal ---


def test_percentiles_of_skewed_values_are_near_the_true_ones() -> None:
    law = lognorm(0.5)
    values = law.rvs(2000, random_state=np.random.default_rng(4))
    true = law.ppf(OUTER)
    for shape in ("box_cox", "johnson"):
        assert fit(values, shape).percentiles == pytest.approx(tuple(true), rel=0.2)  # type: ignore[arg-type]
    found = shaped_capability(values, Specification(upper=float(true[2])), resamples=20)
    assert found.fitted.shape != "normal"
    assert found.pp is None
    assert found.ppk.value == pytest.approx(1.0, rel=0.15)
    normal = capability(values, Specification(upper=float(true[2])))
    assert normal.ppk is not None
    assert normal.ppk.value > 1.2  # what one would believe otherwise


def test_bounded_values_get_johnsons_bounded_law() -> None:
    values = beta(2, 5).rvs(3000, random_state=np.random.default_rng(5))
    assert fit(values, "johnson").percentiles == pytest.approx(tuple(beta(2, 5).ppf(OUTER)), abs=0.05)


def test_normal_values_stay_normal_and_give_the_usual_index() -> None:
    values = np.random.default_rng(6).normal(10, 1, 300)
    found = shaped_capability(values, Specification(5, 15), resamples=20)
    plain = capability(values, Specification(5, 15))
    assert found.fitted.shape == "normal"
    assert plain.ppk is not None
    assert found.ppk.value == pytest.approx(plain.ppk.value)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Specification(),
        lambda: Specification(2, 1),
        lambda: Specification(float("nan"), 1),
        lambda: capability(np.array([1.0]), Specification(0, 1)),
        lambda: capability(np.array([1.0, np.inf]), Specification(0, 1)),
        lambda: fit(np.ones(20)),
        lambda: fit(np.linspace(-1, 1, 20), "box_cox"),
    ],
)
def test_what_has_no_capability_is_refused(wrong: object) -> None:
    with pytest.raises(BadInput):
        wrong()  # type: ignore[operator]


# --- NIST StRD ---


def _nist(name: str) -> tuple[dict[str, list[str]], dict[str, float]]:
    lines = (NIST / f"{name}.dat").read_text().splitlines()
    groups: dict[str, list[str]] = {}
    for line in lines[60:]:
        if len(parts := line.split()) == 2:
            groups.setdefault(parts[0], []).append(parts[1])
    head = [line.split() for line in lines[36:50] if line.split()]
    between = next(row for row in head if row[0] == "Between")
    within = next(row for row in head if row[0] == "Within")
    deviation = next(row for row in head if row[:2] == ["Standard", "Deviation"])
    return groups, {
        "between_ss": float(between[-3]), "within_ss": float(within[-2]), "f": float(between[-1]),
        "residual_sd": float(deviation[-1]),
    }  # fmt: skip


@pytest.mark.skipif(not NIST.exists(), reason="the shared NIST data are not here")
@pytest.mark.parametrize("name", ["SiRstv", "SmLs01", "SmLs04", "SmLs07"])
def test_nist_certified_values_from_decimals_to_every_digit(name: str) -> None:
    groups, certified = _nist(name)
    found = one_way([[Decimal(one) for one in group] for group in groups.values()])
    for field, value in certified.items():
        assert getattr(found, field) == pytest.approx(value, rel=2e-13)


@pytest.mark.skipif(not NIST.exists(), reason="the shared NIST data are not here")
@pytest.mark.parametrize("name", ["SiRstv", "SmLs01", "SmLs04", "SmLs07"])
def test_nist_from_doubles_loses_only_what_the_doubles_lost(name: str) -> None:
    groups, _ = _nist(name)
    doubles = [[float(one) for one in group] for group in groups.values()]
    exact = [[Fraction(one) for one in group] for group in doubles]
    count = sum(map(len, exact))
    whole = sum(map(sum, exact), Fraction(0)) / count
    between = sum((len(one) * (sum(one) / len(one) - whole) ** 2 for one in exact), Fraction(0))
    within = sum(((each - sum(one) / len(one)) ** 2 for one in exact for each in one), Fraction(0))
    found = one_way(doubles)
    assert found.between_ss == pytest.approx(float(between), rel=1e-12)
    assert found.within_ss == pytest.approx(float(within), rel=1e-12)


@settings(deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40), st.sampled_from([0.0, 1e6, 1e9]))
def test_mean_and_deviation_keep_their_digits(values: list[float], leading: float) -> None:
    moved = [one + leading for one in values]
    exact = [Fraction(one) for one in moved]
    mean = sum(exact, Fraction(0)) / len(exact)
    variance = sum(((one - mean) ** 2 for one in exact), Fraction(0)) / (len(exact) - 1)
    found = mean_sd(moved)
    assert found[0] == pytest.approx(float(mean), rel=4e-16, abs=1e-300)
    assert found[1] ** 2 == pytest.approx(float(variance), rel=1e-10, abs=1e-20)


def test_an_analysis_without_error_is_refused() -> None:
    with pytest.raises(BadInput):
        one_way([[1.0], [2.0]])
    with pytest.raises(BadInput):
        one_way([[1.0, float("nan")], [2.0, 3.0]])
