"""Run rules (Western Electric, Nelson) and run lengths: by hand, by property, and against published tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.production.spc_arl import (
    cusum_arl,
    ewma_arl,
    rules_arl,
    shewhart_arl,
    simulated_arl,
    simulated_rules_arl,
)
from linghang.engines.production.spc_rules import BY_NAME, NELSON, RULES, WESTERN_ELECTRIC, RunRules, violations
from linghang.errors import BadInput

ALL = tuple(one.name for one in RULES)
# Steps of a half meet the edges of zones and make ties, which is where rules are got wrong.
points = st.lists(
    st.one_of(st.integers(-8, 8).map(lambda one: one / 2), st.just(float("nan"))), min_size=1, max_size=60
)


def marked(name: str, z: list[float]) -> list[int]:
    return np.flatnonzero(violations(np.array(z), (name,))[name]).tolist()


@pytest.mark.parametrize(
    ("name", "z", "where"),
    [
        ("beyond_3", [0, 3.0, 3.1, -3.1], [2, 3]),
        ("run_8", [0.1] * 8, [7]),
        ("run_9", [-0.1] * 10, [8, 9]),
        ("run_9", [0.1] * 4 + [0.0] + [0.1] * 8, []),
        ("trend_6", [0, 1, 2, 3, 4, 5], [5]),
        ("trend_6", [0, 1, 2, 2, 3, 4, 5], []),
        ("alternating_14", [0, 1] * 7, [13]),
        ("alternating_14", [0, 1] * 6 + [0], []),
        ("two_of_three", [2.1, 0, 2.1], [2]),
        ("two_of_three", [2.1, 0, -2.1], []),
        ("four_of_five", [1.1, 1.1, 0, 1.1, 1.1], [4]),
        ("within_15", [0.5] * 15, [14]),
        ("outside_8", [1.5, -1.5] * 4, [7]),
    ],
)
def test_a_rule_marks_the_point_that_completes_it(name: str, z: list[float], where: list[int]) -> None:
    assert marked(name, z) == where


@settings(deadline=None)
@given(points)
def test_point_by_point_is_the_same_as_all_at_once(z: list[float]) -> None:
    whole = violations(np.array(z), ALL)
    rules = RunRules(ALL)
    for place, one in enumerate(z):
        assert set(rules.add(one)) == {name for name in ALL if whole[name][place]}


@settings(deadline=None)
@given(points)
def test_rules_see_both_sides_alike(z: list[float]) -> None:
    up, down = violations(np.array(z), ALL), violations(-np.array(z), ALL)
    assert all((up[name] == down[name]).all() for name in ALL)


@settings(deadline=None)
@given(st.lists(points, min_size=2, max_size=5))
def test_charts_do_not_touch_each_other(charts: list[list[float]]) -> None:
    size = min(map(len, charts))
    data = np.array([one[:size] for one in charts])
    together = violations(data, ALL)
    for place, one in enumerate(data):
        alone = violations(one, ALL)
        assert all((together[name][place] == alone[name]).all() for name in ALL)


def test_an_unknown_rule_is_refused_with_its_neighbour() -> None:
    with pytest.raises(BadInput, match="beyond_3"):
        violations(np.zeros(3), ("beyond_4",))
    assert set(NELSON) | set(WESTERN_ELECTRIC) <= set(BY_NAME)


# --- run lengths ---


def test_shewhart_370() -> None:
    assert shewhart_arl() == pytest.approx(370.4, abs=0.05)
    assert shewhart_arl(1.0) == pytest.approx(43.9, abs=0.05)


@pytest.mark.parametrize(
    ("h", "shift", "published"),
    # Lucas and Crosier (1982); Montgomery, table 9.3, for k = 0.5.
    [
        (4, 0.0, 168), (4, 0.25, 74.2), (4, 0.5, 26.6), (4, 0.75, 13.3), (4, 1.0, 8.38), (4, 1.5, 4.75), (4, 2.0, 3.34),
        (4, 2.5, 2.62), (4, 3.0, 2.19), (4, 4.0, 1.71), (5, 0.0, 465), (5, 0.25, 139), (5, 0.5, 38.0), (5, 0.75, 17.0),
        (5, 1.0, 10.4), (5, 1.5, 5.75), (5, 2.0, 4.01), (5, 2.5, 3.11), (5, 3.0, 2.57), (5, 4.0, 2.01),
    ],
)  # fmt: skip
def test_cusum_run_lengths_are_the_published_ones(h: float, shift: float, published: float) -> None:
    assert cusum_arl(shift, 0.5, h) == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize(
    ("weight", "width", "published"),
    # Lucas and Saccucci (1990), table 3, at shifts 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4.
    [
        (0.40, 3.054, (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5, 2.0, 1.4)),
        (0.25, 2.998, (500, 170, 48.2, 20.1, 11.1, 5.5, 3.6, 2.3, 1.7)),
        (0.20, 2.962, (500, 150, 41.8, 18.2, 10.5, 5.5, 3.7, 2.4, 1.9)),
        (0.10, 2.814, (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4, 2.9, 2.2)),
        (0.05, 2.615, (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2, 3.5, 2.7)),
    ],
)
def test_ewma_run_lengths_are_the_published_ones(weight: float, width: float, published: tuple[float, ...]) -> None:
    shifts = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
    for shift, known in zip(shifts, published, strict=True):
        # The table prints one digit after the point below 100.
        assert ewma_arl(shift, weight, width) == pytest.approx(known, rel=0.005, abs=0.06)


@pytest.mark.parametrize(
    ("names", "published"),
    # Champ and Woodall (1987), in control.
    [
        (("beyond_3",), 370.40),
        (("beyond_3", "two_of_three"), 225.44),
        (("beyond_3", "four_of_five"), 166.05),
        (("beyond_3", "run_8"), 152.73),
        (WESTERN_ELECTRIC, 91.75),
    ],
)
def test_run_lengths_of_rules_are_those_of_champ_and_woodall(names: tuple[str, ...], published: float) -> None:
    assert rules_arl(names) == pytest.approx(published, abs=0.006)


@settings(deadline=None, max_examples=15)
@given(st.floats(0, 3), st.floats(0.01, 0.9), st.floats(2, 3.2))
def test_a_larger_shift_is_found_no_later(shift: float, weight: float, width: float) -> None:
    assert ewma_arl(shift + 0.25, weight, width) <= ewma_arl(shift, weight, width) * (1 + 1e-9)


def test_an_ewma_of_weight_one_is_a_shewhart_chart() -> None:
    assert ewma_arl(0.7, 1.0, 3.0) == pytest.approx(shewhart_arl(0.7), rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0.0, 1.0])
@pytest.mark.parametrize("chart", ["shewhart", "cusum", "ewma"])
def test_simulation_meets_the_exact_run_length_within_two_percent(chart: str, shift: float) -> None:
    exact = {"shewhart": shewhart_arl, "cusum": cusum_arl, "ewma": ewma_arl}[chart](shift)
    found, error = simulated_arl(chart, shift, 40_000, seed=11)
    assert found == pytest.approx(exact, rel=0.02)
    assert abs(found - exact) < 4 * error


@pytest.mark.slow
def test_the_rules_themselves_run_as_long_as_their_markov_chain_says() -> None:
    found, error = simulated_rules_arl(WESTERN_ELECTRIC, 1.0, 4_000, seed=5)
    assert abs(found - rules_arl(WESTERN_ELECTRIC, 1.0)) < 4 * error


def test_run_lengths_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: cusum_arl(h=0), lambda: ewma_arl(weight=2.0), lambda: rules_arl(("trend_6",)),
        lambda: simulated_arl("pareto", 0, 1, 1),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            wrong()
