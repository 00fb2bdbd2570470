"""Digital capture: what counts as captured, and what puts it in doubt."""

import numpy as np
import pytest
import scipy.stats  # noqa: F401  its first import takes longer than a property test may
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.quality.inspection_capture import (
    Captured,
    Limits,
    avoids_limit,
    captured,
    heaping,
    resolution,
)
from linghang.engines.quality.inspection_records import Inspections
from linghang.errors import BadInput

BORE = Limits(66.56, 66.64, 66.60)


def seen(value: np.ndarray, digital: object = 1, every_s: float = 977.3, bad: object = 0.0) -> Inspections:
    many = len(value)
    nothing = np.full(many, None, dtype=object)
    return Inspections(
        at_us=(np.arange(many) * every_s * 1e6).astype(np.int64),
        product=nothing, characteristic=nothing, lot=nothing, stage=nothing, equipment=nothing,
        inspected=np.full(many, 24.0), defective=np.broadcast_to(np.asarray(bad, float), many),
        value=np.asarray(value, float), digital=np.broadcast_to(np.asarray(digital, np.int64), many),
        failed=np.zeros(many, np.int64), lot_size=np.full(many, 24.0), supplier=nothing,
    )  # fmt: skip


def judged(one: Inspections, limits: Limits = BORE, *, measured: bool = True) -> Captured:
    return captured(one, limits, measured=measured, share=0.9, band=5.0)


def bores(many: int = 400, seed: int = 1) -> np.ndarray:
    return np.round(np.random.default_rng(seed).normal(66.6, 0.011, many), 3)


def test_marked_and_plausible_counts() -> None:
    found = judged(seen(bores()))
    assert (found.status, found.captured, found.resolution, found.signs) == ("captured", 400, 0.001, ())


def test_by_hand_does_not_count_and_nine_tenths_are_enough() -> None:
    assert judged(seen(bores(), digital=0)).status == "not_captured"
    assert judged(seen(bores(), digital=np.arange(400) % 10 != 0)).status == "captured"
    assert judged(seen(bores(), digital=np.arange(400) % 5 != 0)).status == "not_captured"


def test_what_is_not_marked_is_unknown_and_never_no() -> None:
    assert judged(seen(bores(), digital=-1)).status == "unknown"
    assert judged(seen(bores(0))).status == "not_inspected"


def test_a_value_is_expected_of_a_measured_characteristic() -> None:
    holes = bores()
    holes[::4] = np.nan
    assert judged(seen(holes)).status == "not_captured"
    assert judged(seen(np.full(60, np.nan))).status == "unknown"


def test_counted_characteristics_need_counts_that_fit() -> None:
    nothing = np.full(60, np.nan)
    assert judged(seen(nothing), Limits(), measured=False).status == "captured"
    assert judged(seen(nothing, bad=25.0), Limits(), measured=False).status == "not_captured"


@pytest.mark.parametrize(("factor", "name"), [(1000.0, "x 1000"), (1 / 25.4, "/ 25.4"), (0.1, "/ 10")])
def test_another_unit_is_named_and_not_plausible(factor: float, name: str) -> None:
    found = judged(seen(bores() * factor))
    assert found.status == "not_captured"
    assert f"other_unit {name}" in found.signs


def test_a_stuck_gauge_is_found() -> None:
    values = bores()
    values[200:300] = 66.6
    found = judged(seen(values))
    assert "stuck" in found.signs
    assert found.plausible == 300
    assert judged(seen(np.full(100, 66.6))).captured == 0


def test_repeats_of_a_coarse_gauge_are_not_stuck() -> None:
    values = np.round(np.random.default_rng(3).normal(92, 1.0, 500))
    assert judged(seen(values), Limits(84, 100, 92)).signs == ()


def test_typed_values_prefer_0_and_5() -> None:
    typed = np.where(np.arange(400) % 2 == 0, np.round(bores() * 200) / 200, bores())
    found = judged(seen(typed))
    assert found.heaping == pytest.approx(0.6, abs=0.06)
    assert "heaping" in found.signs
    assert found.status == "doubtful"


def test_moments_on_whole_minutes_are_typed() -> None:
    assert "whole_minutes" in judged(seen(bores(), every_s=600)).signs


def test_values_that_stop_at_a_limit() -> None:
    values = np.random.default_rng(5).normal(66.6, 0.03, 2000)
    assert not avoids_limit(values, BORE)
    assert avoids_limit(np.where(values > 66.64, 66.64, values), BORE)
    assert not avoids_limit(np.abs(np.random.default_rng(6).normal(0, 0.05, 2000)), Limits(0.0, 0.3))


def test_outside_the_limits_but_passed_is_counted() -> None:
    values = bores()
    values[:7] = 66.70
    assert judged(seen(values)).out_of_limits_passed == 7


def test_resolution_and_coarseness() -> None:
    assert resolution(np.array([1.25, 3.5, 7.0])) == 0.01
    assert resolution(np.array([100.0, 250.0])) == 1.0
    assert resolution(np.array([np.pi, np.e])) is None
    assert "coarse" in judged(seen(np.round(bores(), 2) + 0.0)).signs
    assert heaping(bores(20), 0.001) is None


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), max_size=80), st.integers(-1, 1))
def test_counts_never_exceed_each_other(values: list[float], digital: int) -> None:
    found = judged(seen(np.array(values), digital=digital))
    assert found.captured <= found.plausible <= found.valued <= found.inspections == len(values)
    assert found.captured + found.undecided <= found.inspections
    assert found.digital + found.by_hand + found.unmarked == found.inspections


def test_nonsense_is_refused() -> None:
    with pytest.raises(BadInput):
        captured(seen(bores()), BORE, measured=True, share=0.0, band=5.0)
