"""Readings spread over intervals, the tree of the meters, and its closure with uncertainty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.energy_carbon.energy_factors import KGCE, kgce
from linghang.engines.energy_carbon.energy_meters import (
    Doubt,
    Meter,
    closure,
    contradicted,
    meter_tree,
    paths,
    total,
)
from linghang.engines.energy_carbon.energy_readings import Amounts, Readings, cleaned, spread
from linghang.kpi import factors

HOUR = 3_600_000_000


def readings(start: list[int], end: list[int], quantity: list[float], estimated: bool = False) -> Readings:
    return cleaned(
        np.array(start, np.int64) * HOUR, np.array(end, np.int64) * HOUR, np.array(quantity, float),
        np.full(len(start), estimated),
    )  # fmt: skip


def amounts(values: list[float], covered: float = 1.0, estimated: float = 0.0) -> Amounts:
    n = len(values)
    return Amounts(np.arange(n + 1) * HOUR * 24, np.array(values), np.full(n, covered), np.full(n, estimated))


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9), st.floats(0, 1e6)), min_size=1, max_size=20),
    st.lists(st.integers(1, 200), min_size=1, max_size=10),
)
def test_spreading_loses_nothing_and_adds_nothing(parts: list[tuple[int, int, float]], cuts: list[int]) -> None:
    start, end, quantity, at = [], [], [], 0
    for length, gap, amount in parts:
        start.append(at)
        end.append(at + length)
        quantity.append(amount)
        at += length + gap
    edges = np.unique(np.array([0, *cuts, at], np.int64)) * HOUR
    edges = edges[edges <= at * HOUR]
    found = spread(readings(start, end, quantity), edges)
    assert found.value.sum() == pytest.approx(sum(quantity), rel=1e-9, abs=1e-6)
    assert (found.covered <= 1).all()
    lengths = np.diff(edges)
    assert (found.covered * lengths).sum() == pytest.approx(sum(length for length, _, _ in parts) * HOUR)


def test_a_reading_over_midnight_is_split_by_time() -> None:
    found = spread(readings([20], [30], [100.0]), np.array([0, 24, 48], np.int64) * HOUR)
    assert found.value.tolist() == [40.0, 60.0]
    assert found.covered == pytest.approx([4 / 24, 6 / 24])


def test_what_overlaps_or_is_no_amount_is_set_aside_and_never_zero() -> None:
    found = readings([0, 0, 1, 2, 3, 5, 4], [1, 2, 2, 3, 4, 4, 5], [1, 9, 2, -3, np.nan, 7, 1e300])
    assert found.quantity.tolist() == [1.0, 2.0]
    assert found.set_aside == 5
    assert np.isnan(spread(found, np.arange(6) * HOUR).known()[2:]).all()


PLANT = [
    Meter("M", "main", "electricity", "kWh", boundary=True),
    Meter("PV", "solar", "electricity", "kWh", boundary=True, bought=False, renewable=True),
    Meter("A", "hall a", "electricity", "kWh", area="S1"),
    Meter("A1", "machine", "electricity", "kWh", work_center="WC", equipment="EQ", area="S1"),
    Meter("G", "gas of the centre", "natural_gas", "Nm3", work_center="WC", area="S1"),
]


def test_a_tree_follows_from_where_the_meters_stand() -> None:
    tree = meter_tree(PLANT)
    assert tree.parent == {
        "M": "supply:electricity", "PV": "supply:electricity", "A": "supply:electricity", "A1": "A", "G": "",
    }  # fmt: skip
    assert tree.why["A1"] == "area"
    assert tree.why["G"] == "none"


def test_where_two_meters_fit_none_is_guessed() -> None:
    twice = [*PLANT, Meter("A'", "hall a again", "electricity", "kWh", area="S1")]
    assert meter_tree(twice).parent["A1"] == "supply:electricity"


def test_a_given_link_counts_unless_it_makes_a_ring_or_joins_carriers() -> None:
    tree = meter_tree(PLANT, {"A1": "M", "A": "A1", "G": "M"})
    assert tree.parent["A1"] == "M"
    assert tree.why["A1"] == "given"
    assert tree.parent["A"] == "A1"
    assert tree.parent["G"] == ""
    ring = meter_tree(PLANT, {"A": "A1"})
    assert ring.parent["A"] == "supply:electricity"


def test_closure_is_what_comes_in_less_what_is_metered_below() -> None:
    meters = {one.id: one for one in PLANT}
    daily = {"M": amounts([60, 60]), "PV": amounts([40, 40]), "A": amounts([90, 98]), "A1": amounts([90, 80]),
             "G": amounts([1, 1])}  # fmt: skip
    found = {
        (one.node, one.period): one for one in closure(meter_tree(PLANT), meters, daily, np.array([1, 2]), Doubt())
    }
    assert found["supply:electricity", 1].error == pytest.approx(10)
    assert found["supply:electricity", 1].share == pytest.approx(0.10)
    assert found["supply:electricity", 1].explained is False
    assert found["A", 1].explained is True
    assert found["A", 2].error == pytest.approx(18)


def test_a_meter_without_readings_makes_the_closure_unknown_not_zero() -> None:
    meters = {one.id: one for one in PLANT}
    daily = {"M": amounts([60]), "PV": amounts([40]), "A": amounts([0], covered=0.0), "A1": amounts([9]),
             "G": amounts([1])}  # fmt: skip
    found = {one.node: one for one in closure(meter_tree(PLANT), meters, daily, np.array([1]), Doubt())}
    assert found["supply:electricity"].error is None
    assert found["supply:electricity"].explained is None
    assert found["supply:electricity"].missing == pytest.approx(1 / 3)


def test_the_uncertainty_of_a_total_follows_the_gum() -> None:
    inside = np.ones(10, bool)
    known = total(amounts([10.0] * 10), inside, Doubt(0.01, 0.1))
    assert known is not None
    assert known.uncertainty == pytest.approx(0.01 / np.sqrt(3) * 100)
    guessed = total(amounts([10.0] * 10, estimated=0.5), inside, Doubt(0.01, 0.1))
    assert guessed is not None
    assert guessed.uncertainty == pytest.approx(np.hypot(0.01 / np.sqrt(3) * 100, 0.1 * 50))


def test_missing_readings_are_filled_and_make_it_less_sure() -> None:
    rng = np.random.default_rng(1)
    errors, doubts = [], []
    for _ in range(400):
        values = rng.normal(100, 10, 30)
        kept = np.ones(30)
        kept[rng.choice(30, 6, replace=False)] = 0
        gappy = Amounts(np.arange(31) * HOUR * 24, values * kept, kept, np.zeros(30))
        found = total(gappy, np.ones(30, bool), Doubt(1e-9, 0))
        assert found is not None
        errors.append(found.amount - values.sum())
        doubts.append(found.uncertainty)
    assert np.std(errors) == pytest.approx(np.mean(doubts), rel=0.12)
    assert found.missing == pytest.approx(0.2)


def test_a_meter_that_counts_more_than_the_one_above_contradicts_the_tree() -> None:
    daily = {"M": amounts([60]), "A": amounts([90]), "A1": amounts([95])}
    tree = meter_tree(PLANT[:1] + PLANT[2:4])
    assert contradicted(tree, daily, Doubt()) == {"A1": pytest.approx(95 / 90)}


def test_flows_leave_a_node_as_they_came() -> None:
    flows = paths(meter_tree(PLANT), {"M": 60, "PV": 40, "A": 90, "A1": 50})
    assert sum(amount for _, end, amount in flows if end == "supply:electricity") == 100
    assert ("supply:electricity", "rest:supply:electricity", 10) in flows
    assert ("A", "rest:A", 40) in flows


def test_standard_coal_is_that_of_the_indicators() -> None:
    for carrier, rows in KGCE.items():
        for unit, _ in rows:
            theirs = factors.standard_coal(carrier, unit)
            assert theirs is not None
            assert kgce(carrier, unit) == pytest.approx(float(theirs.factor))
    assert {row.carrier for row in factors.STANDARD_COAL} == set(KGCE)
    assert kgce("electricity", "MWh") == pytest.approx(122.9)
    assert kgce("electricity", "m3") is None
    assert kgce("hydrogen", "kg") is None
