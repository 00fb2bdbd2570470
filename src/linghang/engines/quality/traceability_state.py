"""The state of traceability: lots that lead back without a gap, faults of the records, masses, blast radii."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from linghang.engines.quality.genealogy import Flags, Floats, Ints, on_loops, reached
from linghang.engines.quality.traceability_lots import MADE_HERE, NO_DAY, Lots

DEAD_END, NO_SUPPLIER, NOT_RECORDED, LOOP, NO_KIND = "dead_end", "no_supplier", "not_recorded", "loop", "no_kind"


@dataclass(frozen=True)
class Traced:
    """How finished lots lead back: flags have one place a lot of the graph.

    Attributes
    ----------
    gap
        Some way back ends at a lot that was made here, of which nobody knows from what, or in a loop.
    open
        No gap, but some way back ends at a lot that the records do not describe, or without supplier.
    why
        Place of the lot at which a way ends -> what is missing there.
    """

    gap: Flags
    open: Flags
    why: dict[int, str]

    def clear(self) -> Flags:
        """Return the lots all of whose ways lead to bought lots with their supplier."""
        return ~self.gap & ~self.open


def traced(lots: Lots) -> Traced:
    """Follow all ways back at once: what is wrong at an end is passed on to all that was made from it."""
    graph = lots.graph
    ends = np.diff(graph.up_start) == 0
    made = np.isin(lots.kind, MADE_HERE)
    why: dict[int, str] = dict.fromkeys(on_loops(graph).tolist(), LOOP)
    gap_at = [*why, *np.flatnonzero(ends & made).tolist()]
    why |= dict.fromkeys(np.flatnonzero(ends & made).tolist(), DEAD_END)
    reasons = (
        (NOT_RECORDED, ends & ~lots.known),
        (NO_KIND, ends & lots.known & (lots.kind == "")),
        (NO_SUPPLIER, ends & (lots.kind != "") & ~made & (lots.supplier == "")),
    )
    open_at: list[int] = []
    for reason, flags in reasons:
        found = np.flatnonzero(flags).tolist()
        open_at += found
        why |= dict.fromkeys(found, reason)
    gap, unsure = (np.zeros(len(graph), bool) for _ in range(2))
    gap[reached(graph, np.array(sorted(gap_at), np.int64))[0]] = True
    unsure[reached(graph, np.array(sorted(open_at), np.int64))[0]] = True
    return Traced(gap, unsure & ~gap, why)


def faults(lots: Lots, tolerance: float) -> list[dict[str, Any]]:
    """Return what the records of lots say that cannot be: rows `kind, lot, other, stated, found`.

    Loops; lots that the genealogy names and the table `lot` does not have; lots that were made before what went into
    them; lots of which more was used than there was; lots that weigh more than all that went into them; negative
    quantities.
    """
    graph = lots.graph
    names = graph.ids.to_pylist()
    rows: list[dict[str, Any]] = []

    def add(kind: str, place: int, other: int | None = None, stated: Any = None, found: Any = None) -> None:
        rows.append(
            {
                "kind": kind,
                "lot": names[place],
                "other": None if other is None else names[other],
                "stated": None if stated is None or stated != stated else float(stated),
                "found": None if found is None or found != found else float(found),
            }
        )

    for place in on_loops(graph).tolist():
        add("loop", place)
    for place in np.flatnonzero(~lots.known).tolist():
        add("not_recorded", place)
    day = lots.day
    early = (day[graph.parent] != NO_DAY) & (day[graph.child] != NO_DAY) & (day[graph.child] < day[graph.parent])
    for edge in np.flatnonzero(early).tolist():
        child, parent = int(graph.child[edge]), int(graph.parent[edge])
        add("made_before_its_input", child, parent, day[parent], day[child])
    for edge in np.flatnonzero(graph.quantity < 0).tolist():
        add("negative_quantity", int(graph.child[edge]), int(graph.parent[edge]), None, graph.quantity[edge])
    spent = np.bincount(graph.parent, graph.quantity, len(graph))
    over = spent > lots.quantity * (1 + tolerance)
    for place in np.flatnonzero(over).tolist():
        add("more_used_than_there_was", place, None, lots.quantity[place], spent[place])
    put_in = lots.input_kg
    heavy = (np.diff(graph.up_start) > 0) & (lots.mass_kg > put_in * (1 + tolerance))
    for place in np.flatnonzero(heavy).tolist():
        add("heavier_than_its_inputs", place, None, put_in[place], lots.mass_kg[place])
    return rows


def balance(lots: Lots, chosen: Flags) -> list[dict[str, Any]]:
    """Return the masses that went into and came out of the chosen lots, a row a material; only lots of known masses."""
    graph = lots.graph
    put_in = lots.input_kg
    used = np.bincount(graph.parent, np.nan_to_num(graph.quantity), len(graph))
    has = np.diff(graph.up_start) > 0
    rows = []
    for material in sorted(set(lots.material[chosen].tolist()) - {""}):
        mine = chosen & (lots.material == material)
        known = mine & has & np.isfinite(put_in) & np.isfinite(lots.mass_kg)
        goes_in, comes_out = float(put_in[known].sum()), float(lots.mass_kg[known].sum())
        whole = float(np.nansum(lots.quantity[mine]))
        rows.append(
            {
                "material_id": material,
                "lots": int(mine.sum()),
                "lots_with_known_masses": int(known.sum()),
                "input_kg": goes_in if known.any() else None,
                "output_kg": comes_out if known.any() else None,
                "output_share": comes_out / goes_in if goes_in > 0 else None,
                "used_share": float(used[mine].sum()) / whole if whole > 0 else None,
            }
        )
    return rows


@dataclass(frozen=True, slots=True)
class Radius:
    """How much of the finished goods of the window something touches."""

    kind: str
    id: str
    lots: int
    mass_kg: float
    share: float


def radii(lots: Lots, chosen: Flags, start_us: int, end_us: int) -> list[Radius]:
    """Return the blast radii over the finished lots that are chosen, greatest first: by lot, heat, supplier, machine.

    A machine counts with the lots that it certainly had in the window and with those of the jobs that it worked on.
    """
    goods = chosen & lots.finished
    weight = np.where(goods, np.nan_to_num(lots.mass_kg), 0.0)
    whole = float(weight.sum())
    if not goods.any() or whole <= 0:
        return []
    graph = lots.graph
    above = np.zeros(len(graph), bool)
    above[reached(graph, np.flatnonzero(goods), "up")[0]] = True
    found: list[Radius] = []

    def add(kind: str, id: str, seeds: Ints) -> None:
        places, _ = reached(graph, seeds, "down", above)
        touched = places[goods[places]]
        mass = float(weight[touched].sum())
        if len(touched):
            found.append(Radius(kind, id, len(touched), mass, mass / whole))

    names = graph.ids
    for place in np.flatnonzero(
        above & ~lots.finished & np.isin(lots.kind, ("raw", "auxiliary", "packaging", "other"))
    ):
        add("lot", names[int(place)].as_py(), np.array([place]))
    _grouped(lots.heat, above & ~lots.finished, lambda heat, seeds: add("heat", heat, seeds))
    _grouped(lots.supplier, above, lambda supplier, seeds: add("supplier", supplier, seeds))
    used = lots.used
    here = above[used.lot] & (used.start_us < end_us) & (used.end_us >= start_us)
    order = np.argsort(used.equipment[here].astype(str), kind="stable")
    equipment, lot = used.equipment[here][order], used.lot[here][order]
    for machine in sorted(set(equipment.tolist())):
        add("equipment", machine, np.unique(lot[equipment == machine]))
    return sorted(found, key=lambda one: (-one.mass_kg, one.kind, one.id))


def _grouped(column: Any, among: Flags, give: Any) -> None:
    places = np.flatnonzero(among & (column != ""))
    order = places[np.argsort(column[places].astype(str), kind="stable")]
    for group in np.split(order, np.flatnonzero(column[order][1:] != column[order][:-1]) + 1) if len(order) else []:
        give(str(column[group[0]]), np.sort(group))


def flows(lots: Lots, chosen: Flags, most: int) -> list[tuple[str, str, float]]:
    """Return the masses that flow into the chosen lots: (supplier or material, material, kg), small ones together."""
    graph = lots.graph
    edges = np.flatnonzero(chosen[graph.child] & np.isfinite(lots.edge_mass))
    sums: dict[tuple[str, str], float] = {}
    names = _shown(lots, chosen, most)
    mass: Floats = lots.edge_mass
    for edge in edges.tolist():
        parent, child = int(graph.parent[edge]), int(graph.child[edge])
        first = lots.supplier[parent] or names.get(lots.material[parent], "…")
        last = names.get(lots.material[child], "…")
        if lots.supplier[parent]:
            middle = names.get(lots.material[parent], "…")
            sums[first, middle] = sums.get((first, middle), 0.0) + float(mass[edge])
            first = middle
        if first != last:
            sums[first, last] = sums.get((first, last), 0.0) + float(mass[edge])
    return [(first, last, amount) for (first, last), amount in sorted(sums.items()) if amount > 0]


def _shown(lots: Lots, chosen: Flags, most: int) -> dict[str, str]:
    """Return material -> what it is shown as: the greatest of each kind by name, the others by their kind."""
    found: dict[str, str] = {}
    for kind in sorted(set(lots.kind.tolist())):
        mine = (lots.kind == kind) & (chosen if kind in MADE_HERE else np.ones(len(chosen), bool))
        sums: dict[str, float] = {}
        for material, mass in zip(lots.material[mine], np.nan_to_num(lots.mass_kg[mine]), strict=True):
            sums[material] = sums.get(material, 0.0) + float(mass)
        for number, material in enumerate(sorted(sums, key=lambda one: (-sums[one], one))):
            found[material] = material if number < most else f"{kind} …"
    return found
