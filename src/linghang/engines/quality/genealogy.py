"""Genealogy of lots as a graph in flat arrays: who went into whom, both ways.

The arrays are compressed sparse rows (CSR): the neighbours of lot `i` are `near[start[i]:start[i + 1]]`, once
downstream and once upstream. A search goes level by level, each level in whole arrays, so that a recall over a million
edges takes milliseconds. Loops are no trouble to it: a lot is visited once; they are reported as faults of the data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Way = Literal["down", "up"]


@dataclass(frozen=True)
class Genealogy:
    """Lots and what joins them.

    Attributes
    ----------
    ids
        (n,) names of the lots.
    parent, child
        (m,) the lot used and the lot made, as places in `ids`.
    quantity
        (m,) how much of the lot used went in, in its unit; NaN where not said.
    down_start, down_edge, up_start, up_edge
        CSR: (n + 1,) and (m,) places of edges, by parent and by child.
    """

    ids: pa.Array
    parent: Ints
    child: Ints
    quantity: Floats
    down_start: Ints
    down_edge: Ints
    up_start: Ints
    up_edge: Ints

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.ids.to_pylist())}

    @cached_property
    def down_near(self) -> NDArray[np.int32]:
        """(m,) children in the order of `down_edge`; half as wide, as a search is bound by memory."""
        return self.child[self.down_edge].astype(np.int32)

    @cached_property
    def up_near(self) -> NDArray[np.int32]:
        """(m,) parents in the order of `up_edge`."""
        return self.parent[self.up_edge].astype(np.int32)

    def places(self, names: Iterable[str]) -> Ints:
        """Return where lots are; names that no lot has are left out."""
        known = self._places
        return np.array(sorted({known[one] for one in names if one in known}), np.int64)

    def names(self, places: Ints) -> list[str]:
        """Return the names of lots."""
        found: list[str] = self.ids.take(pa.array(places)).to_pylist()
        return found

    def warm(self) -> "Genealogy":
        """Make everything that is otherwise made on first use."""
        _ = self._places, self.down_near, self.up_near
        return self


def genealogy(parents: Any, children: Any, quantities: Any = None, lots: Any = None) -> Genealogy:
    """Build the graph.

    Parameters
    ----------
    parents, children
        (m,) Arrow arrays or lists of names; rows in which one is null are left out.
    quantities
        (m,) or None.
    lots
        Names of lots that are there even if nothing joins them.
    """
    used, made = _texts(parents), _texts(children)
    amount = np.full(len(used), np.nan) if quantities is None else _floats(quantities)
    there = np.asarray(pc.and_(used.is_valid(), made.is_valid()))
    if not there.all():
        used, made, amount = used.filter(pa.array(there)), made.filter(pa.array(there)), amount[there]
    others = _texts([] if lots is None else lots).drop_null()
    encoded = pa.concat_arrays([others, used, made]).dictionary_encode()
    place = np.asarray(encoded.indices).astype(np.int64)
    parent, child = place[len(others) : len(others) + len(used)], place[len(others) + len(used) :]
    n = len(encoded.dictionary)
    return Genealogy(encoded.dictionary, parent, child, amount, *_rows(parent, n), *_rows(child, n))


def _texts(values: Any) -> pa.Array:
    found = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.string())
    if not isinstance(found, pa.Array):
        found = pa.array(found, pa.string())
    return found if found.type == pa.string() else found.cast(pa.string())


def _floats(values: Any) -> Floats:
    if isinstance(values, pa.ChunkedArray | pa.Array):
        values = pc.fill_null(values.cast(pa.float64()), np.nan)
    return np.array(values, np.float64)


def _rows(key: Ints, n: int) -> tuple[Ints, Ints]:
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(key, minlength=n), out=start[1:])
    return start, np.argsort(key, kind="stable")


def reached(graph: Genealogy, seeds: Ints, way: Way = "down", among: Flags | None = None) -> tuple[Ints, Ints]:
    """Return the lots that are reached from the seeds, seeds included, and over how many steps at least.

    Parameters
    ----------
    among
        (n,) lots that may be passed; None: all.

    Returns
    -------
    (places, steps)
        Both (k,), in the order of the steps.
    """
    start, near = (graph.down_start, graph.down_near) if way == "down" else (graph.up_start, graph.up_near)
    open_ = np.ones(len(graph), bool) if among is None else among.copy()
    first = np.empty(len(graph), np.int32)
    front = np.unique(seeds[open_[seeds]])
    open_[front] = False
    levels, steps = [front], [np.zeros(len(front), np.int64)]
    while len(front):
        found = near[_spread(start, front)]
        found = found[open_[found]]
        number = np.arange(len(found), dtype=np.int32)
        first[found] = number
        front = found[first[found] == number]
        open_[front] = False
        levels.append(front.astype(np.int64))
        steps.append(np.full(len(front), len(levels) - 1, np.int64))
    return np.concatenate(levels), np.concatenate(steps)


def _spread(start: Ints, front: Ints) -> Ints:
    """Return the places of all neighbours of the lots of a front."""
    begin = start[front]
    counts = start[front + 1] - begin
    ends = np.cumsum(counts)
    places: Ints = np.arange(ends[-1] if len(ends) else 0)
    places += np.repeat(begin - (ends - counts), counts)
    return places


def edges_within(graph: Genealogy, places: Ints) -> Ints:
    """Return the edges whose both ends are among the lots."""
    inside = np.zeros(len(graph), bool)
    inside[places] = True
    edges = graph.down_edge[_spread(graph.down_start, places)]
    return edges[inside[graph.child[edges]]]


def layers(graph: Genealogy) -> tuple[Ints, Ints]:
    """Return the lots in an order in which every lot stands behind all that went into it, and those on or behind loops.

    Follows Kahn (1962), a layer at a time.
    """
    waiting = np.diff(graph.up_start).copy()
    front = np.flatnonzero(waiting == 0)
    order = [front]
    while len(front):
        met = graph.down_near[_spread(graph.down_start, front)]
        np.subtract.at(waiting, met, 1)
        front = np.unique(met[waiting[met] == 0])
        order.append(front)
    return np.concatenate(order), np.flatnonzero(waiting > 0)


def on_loops(graph: Genealogy) -> Ints:
    """Return the lots that lie on loops or between them: peeled from above and from below."""
    _, behind = layers(graph)
    if not len(behind):
        return behind
    stuck = np.zeros(len(graph), bool)
    stuck[behind] = True
    inner = stuck[graph.parent] & stuck[graph.child]
    turned = genealogy_of(graph, graph.child[inner], graph.parent[inner])
    _, ahead = layers(turned)
    return np.intersect1d(behind, ahead)


def genealogy_of(graph: Genealogy, parent: Ints, child: Ints) -> Genealogy:
    """Return a graph of the same lots with other edges."""
    n = len(graph)
    return Genealogy(graph.ids, parent, child, np.full(len(parent), np.nan), *_rows(parent, n), *_rows(child, n))


def shares(graph: Genealogy, seeds: Ints, weight: Floats) -> tuple[Ints, Floats]:
    """Return the lots downstream of the seeds and which part of their input stems from the seeds.

    Parameters
    ----------
    weight
        (m,) amount of each edge in one unit for all (mass); NaN makes the shares of what lies behind unknown (NaN).

    Notes
    -----
    A lot is taken as well mixed: what goes out of it has the share that came in. Lots on loops have no share.
    """
    places, _ = reached(graph, seeds)
    share = np.zeros(len(graph))
    inside = np.zeros(len(graph), bool)
    inside[places], share[places] = True, np.nan
    fixed = np.zeros(len(graph), bool)
    fixed[seeds], share[seeds] = True, 1.0
    edges = edges_within(graph, places)
    edges = edges[~fixed[graph.child[edges]]]
    waiting = np.bincount(graph.child[edges], minlength=len(graph))
    front = places[waiting[places] == 0]
    while len(front):
        free = front[~fixed[front]]
        into = graph.up_edge[_spread(graph.up_start, free)]
        size = len(graph)
        given = np.bincount(graph.child[into], weight[into], size)
        tainted = np.bincount(graph.child[into], weight[into] * share[graph.parent[into]], size)
        with np.errstate(invalid="ignore", divide="ignore"):
            share[free] = tainted[free] / given[free]
        out = graph.down_edge[_spread(graph.down_start, front)]
        met = graph.child[out][~fixed[graph.child[out]]]
        np.subtract.at(waiting, met, 1)
        front = np.unique(met[waiting[met] == 0])
    return places, share[places]


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains bad lots.

    Attributes
    ----------
    kind
        lot, smallest_set (of lots), or what else bad lots have in common: equipment, supplier.
    names
        Which: one, or as few lots as explain all.
    explained
        How many of the bad lots stem from them.
    of
        How many bad lots there are.
    touched
        How many lots stem from them at all.
    """

    kind: str
    names: tuple[str, ...]
    explained: int
    of: int
    touched: int


def likely_causes(graph: Genealogy, bad: Ints, most: int = 20) -> tuple[list[Cause], Cause | None]:
    """Return the single lots that explain most of the bad ones, and the smallest set that explains all.

    A lot explains a bad one if it is it, or went into it over any number of steps. Of lots that explain the same bad
    ones only the most specific is kept: of the three nearest the one from which the fewest others stem. The smallest
    set is found exactly for up to three lots, beyond that by taking the best next one (Chvátal, 1979).
    """
    bad = np.unique(bad)
    if len(bad) < 2:
        return [], None
    above: dict[int, set[int]] = {}
    far: dict[int, int] = {}
    for number, one in enumerate(bad.tolist()):
        places, steps = reached(graph, np.array([one]), "up")
        for place, step in zip(places.tolist(), steps.tolist(), strict=True):
            above.setdefault(place, set()).add(number)
            far[place] = far.get(place, 0) + step
    groups: dict[frozenset[int], list[int]] = {}
    for place, said in above.items():
        groups.setdefault(frozenset(said), []).append(place)
    wide = [one for one in groups if len(one) > 1]
    wide.sort(key=lambda one: (-len(one), sorted(one)))
    near = {one: sorted(groups[one], key=lambda place: (far[place], place))[:3] for one in wide[: 4 * most]}
    best = {one: min((_touched(graph, place), place) for place in near[one]) for one in wide[:most]}
    best |= {one: (0, near[one][0]) for one in near if one not in best}
    single = [
        Cause("lot", tuple(graph.names(np.array([best[one][1]]))), len(one), len(bad), best[one][0])
        for one in wide[:most]
    ]
    single.sort(key=lambda one: (-one.explained, one.touched, one.names))
    cover = _cover(list(best), len(bad))
    return single, None if cover is None else _joint(graph, [best[one][1] for one in cover], len(bad))


def _touched(graph: Genealogy, place: int) -> int:
    return len(reached(graph, np.array([place]))[0]) - 1


def _joint(graph: Genealogy, places: Sequence[int], bad: int) -> Cause:
    seeds = np.array(sorted(places), np.int64)
    return Cause("smallest_set", tuple(graph.names(seeds)), bad, bad, len(reached(graph, seeds)[0]) - len(seeds))


def _cover(sets: list[frozenset[int]], bad: int) -> list[frozenset[int]] | None:
    from itertools import combinations

    whole = frozenset(range(bad))
    kept = [one for one in sets if not any(one < other for other in sets)][:60]
    for size in (1, 2, 3):
        for chosen in combinations(kept, size):
            if frozenset().union(*chosen) == whole:
                return list(chosen)
    left, taken = set(whole), []
    while left:
        gain = max(kept, key=lambda one: len(one & left), default=frozenset[int]())
        if not gain & left:
            return None
        taken.append(gain)
        left -= gain
    return taken
