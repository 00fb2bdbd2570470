"""The graph of lots: what is reached, in which order, with which share, and what explains bad lots."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.quality.genealogy import (
    Genealogy,
    edges_within,
    genealogy,
    layers,
    likely_causes,
    on_loops,
    reached,
    shares,
)

LINKS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30)
FORWARD = LINKS.map(lambda found: [(min(one), max(one)) for one in found if one[0] != one[1]])


def graph(links: list[tuple[int, int]], quantities: list[float] | None = None) -> Genealogy:
    return genealogy(
        [str(one) for one, _ in links], [str(one) for _, one in links], quantities, [str(one) for one in range(13)]
    )


def walked(links: list[tuple[int, int]], seeds: set[int]) -> dict[int, int]:
    """Return steps to every lot, one lot at a time."""
    found, front = dict.fromkeys(seeds, 0), list(seeds)
    while front:
        one = front.pop(0)
        for used, made in links:
            if used == one and made not in found:
                found[made] = found[one] + 1
                front.append(made)
    return found


@given(LINKS, st.sets(st.integers(0, 12), min_size=1, max_size=3))
@settings(deadline=None)
def test_what_is_reached_is_what_walking_lot_by_lot_reaches(links: list[tuple[int, int]], seeds: set[int]) -> None:
    found = graph(links)
    for way, pairs in (("down", links), ("up", [(made, used) for used, made in links])):
        places, steps = reached(found, np.array(sorted(seeds)), way)  # type: ignore[arg-type]
        assert dict(zip(places.tolist(), steps.tolist(), strict=True)) == walked(pairs, seeds)


@given(LINKS)
@settings(deadline=None)
def test_a_lot_is_downstream_of_another_if_that_one_is_upstream_of_it(links: list[tuple[int, int]]) -> None:
    found = graph(links)
    down = {(one, other) for one in range(13) for other in reached(found, np.array([one]))[0].tolist()}
    up = {(other, one) for one in range(13) for other in reached(found, np.array([one]), "up")[0].tolist()}
    assert down == up


@given(LINKS)
@settings(deadline=None)
def test_loops_are_the_lots_that_reach_themselves_or_lie_between_loops(links: list[tuple[int, int]]) -> None:
    found = graph(links)
    follows = {one: set(walked(links, {made for used, made in links if used == one})) for one in range(13)}
    looped = {one for one in range(13) if one in follows[one]}
    between = {
        one for one in range(13) if any(one in follows[a] for a in looped) and any(b in follows[one] for b in looped)
    }
    assert set(on_loops(found).tolist()) == looped | between


@given(FORWARD)
@settings(deadline=None)
def test_in_the_order_of_layers_every_lot_stands_behind_its_inputs(links: list[tuple[int, int]]) -> None:
    order, stuck = layers(graph(links))
    assert not len(stuck)
    place = {one: number for number, one in enumerate(order.tolist())}
    assert len(place) == 13
    assert all(place[used] < place[made] for used, made in links)


@given(FORWARD, st.data())
@settings(deadline=None)
def test_the_shares_of_all_sources_together_are_the_whole(links: list[tuple[int, int]], data: st.DataObject) -> None:
    weights = [data.draw(st.floats(0.1, 10)) for _ in links]
    found = graph(links, weights)
    sources = np.flatnonzero(np.diff(found.up_start) == 0)
    total = np.zeros(13)
    for one in sources.tolist():
        places, share = shares(found, np.array([one]), found.quantity)
        total[places] += share
    np.testing.assert_allclose(total, 1.0)
    places, share = shares(found, sources, found.quantity)
    np.testing.assert_allclose(share, 1.0)


def test_a_share_behind_an_unknown_quantity_is_unknown() -> None:
    found = graph([(0, 2), (1, 2), (2, 3)], [1.0, float("nan"), 1.0])
    places, share = shares(found, np.array([0]), found.quantity)
    known = dict(zip(places.tolist(), share.tolist(), strict=True))
    assert known[0] == 1.0
    assert np.isnan(known[2])
    assert np.isnan(known[3])


@given(FORWARD, st.sets(st.integers(0, 12), min_size=2, max_size=4))
@settings(deadline=None)
def test_the_smallest_set_of_causes_explains_all_and_no_smaller_one_does(
    links: list[tuple[int, int]], bad: set[int]
) -> None:
    found = graph(links)
    single, joint = likely_causes(found, np.array(sorted(bad)))
    explains = {one: {other for other in bad if other in walked(links, {one})} for one in range(13)}
    shared = [said for said in explains.values() if len(said) > 1]
    size = next((n for n in range(1, 5) if any(set().union(*c) == bad for c in combinations(shared, n))), None)
    assert (joint is None) == (size is None)
    if joint is not None:
        assert len(joint.names) == size
        assert set().union(*(explains[int(one)] for one in joint.names)) == bad
    for one in single:
        assert one.explained == len(explains[int(one.names[0])]) > 1


def test_the_most_specific_of_equal_causes_is_named() -> None:
    # 0 feeds 1 and 9; 1 feeds the bad 2 and 3: both explain them, but 1 touches less.
    single, joint = likely_causes(graph([(0, 1), (0, 9), (1, 2), (1, 3)]), np.array([2, 3]))
    assert joint is not None
    assert joint.names == single[0].names == ("1",)
    assert (single[0].explained, single[0].of, single[0].touched) == (2, 2, 2)


def test_rows_that_name_no_lot_are_left_out_and_unknown_names_are_nowhere() -> None:
    found = genealogy(["a", None, "b"], ["b", "c", None], [1.0, 2.0, 3.0])
    assert found.names(reached(found, found.places(["a", "nobody"]))[0]) == ["a", "b"]
    assert found.quantity.tolist() == [1.0]


def test_an_empty_graph_has_nothing_to_say() -> None:
    found = genealogy([], [])
    assert len(found) == 0
    assert not len(reached(found, found.places(["a"]))[0])
    assert not len(on_loops(found))


def test_a_long_chain_is_walked_to_its_end() -> None:
    n = 5000
    found = genealogy([str(one) for one in range(n)], [str(one + 1) for one in range(n)])
    places, steps = reached(found, found.places(["0"]))
    assert (len(places), steps.max()) == (n + 1, n)


@pytest.mark.parametrize("seeds", [[0], [0, 2]])
def test_edges_within_are_those_whose_both_ends_are_there(seeds: list[int]) -> None:
    found = graph([(0, 1), (0, 2), (2, 1), (5, 1)])
    places, _ = reached(found, np.array(seeds))
    assert sorted(edges_within(found, places).tolist()) == [0, 1, 2]
