"""What a suspicion touches: suspect lots from a lot, a heat, a supplier or a machine, and where the goods are now.

Deliveries rarely name lots. What can be said is then bounded: of a lot no more can have left than was delivered of its
product since it was made, and no less than its quantity without all that is in stock of the product. The likely figure
between the bounds takes the oldest goods to leave first. None of the three is more than the records bear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.engines.quality.genealogy import Cause, Flags, Floats, Ints, reached
from linghang.engines.quality.traceability_lots import NO_DAY, Lots, days, numbers, texts

CONTAINED, SHIPPED, UNKNOWN = "contained", "shipped", "unknown"


@dataclass(frozen=True, slots=True)
class Suspects:
    """Lots that are suspect, and why.

    Attributes
    ----------
    places
        (k,) places of the lots, ascending.
    certain
        (k,) whether the records name the lot; else only its job ran on the suspect machine at that time.
    missing
        What was named and is not in the records.
    """

    places: Ints
    certain: Flags
    missing: tuple[str, ...] = ()


def named(lots: Lots, names: Sequence[str], heats: Sequence[str], suppliers: Sequence[str]) -> Suspects:
    """Return the lots of these names, heats (furnace charges) and suppliers."""
    chosen = np.zeros(len(lots.graph), bool)
    missing = []
    for one in names:
        place = lots.graph.places([one])
        chosen[place] = True
        missing += [] if len(place) else [one]
    for column, wanted in ((lots.heat, heats), (lots.supplier, suppliers)):
        for one in wanted:
            found = column == one
            chosen |= found
            missing += [] if found.any() else [one]
    places = np.flatnonzero(chosen)
    return Suspects(places, np.ones(len(places), bool), tuple(missing))


def on_machines(lots: Lots, machines: Sequence[str], start_us: int, end_us: int) -> Suspects:
    """Return the lots that were, or may have been, on the machines in `[start, end)`.

    Where only the job is known, a lot stays out if it cannot have been made then: what went into it was not begun yet,
    or it was already seen on a machine of a later job.
    """
    used = lots.used
    here = (
        np.isin(used.equipment, np.array(machines, dtype=object)) & (used.end_us >= start_us) & (used.start_us < end_us)
    )
    sure = np.unique(used.lot[here & used.certain])
    maybe = np.flatnonzero(here & ~used.certain)
    earliest, latest = _bounds(lots)
    of = used.lot[maybe]
    first = np.maximum(used.start_us[maybe], start_us)
    last = np.minimum(used.end_us[maybe], end_us)
    possible = np.unique(of[(earliest[of] <= last) & (latest[of] >= first)])
    places = np.union1d(sure, possible)
    known = set(lots.tables["equipment"]["equipment_id"].to_pylist()) | set(used.equipment.tolist())
    return Suspects(places, np.isin(places, sure), tuple(one for one in machines if one not in known))


def _bounds(lots: Lots) -> tuple[Ints, Ints]:
    """Return between which moments each lot was made, as far as the stays of its parents and its own bound it."""
    used, n = lots.used, len(lots.graph)
    never = np.iinfo(np.int64).max
    names = {one: number for number, one in enumerate(sorted(set(used.equipment.tolist())))}
    code = np.array([names[one] for one in used.equipment.tolist()], np.int64)
    key = used.lot * (len(names) + 1) + code
    later = used.certain & ~np.isin(key, key[~used.certain])
    latest, first = np.full(n, never), np.full(n, never)
    np.minimum.at(latest, used.lot[later], used.end_us[later])
    np.minimum.at(first, used.lot[used.certain], used.start_us[used.certain])
    begun = np.where(first < never, first, NO_DAY)
    earliest = np.full(n, NO_DAY)
    np.maximum.at(earliest, lots.graph.child, begun[lots.graph.parent])
    return earliest, latest


def joined(parts: Sequence[Suspects]) -> Suspects:
    """Return the suspects of several suspicions together."""
    places = np.unique(np.concatenate([one.places for one in parts]))
    sure = np.unique(np.concatenate([one.places[one.certain] for one in parts]))
    return Suspects(places, np.isin(places, sure), tuple(name for one in parts for name in one.missing))


@dataclass(frozen=True)
class Left:
    """Where finished lots are: arrays (k,) in the unit of the product; NaN where the records cannot say."""

    least: Floats
    most: Floats
    likely: Floats

    def status(self, quantity: Floats) -> list[str]:
        """Say of each lot whether it is contained, shipped, or cannot be told."""
        found = []
        for least, most, whole in zip(self.least, self.most, quantity, strict=True):
            if most == 0:
                found.append(CONTAINED)
            else:
                found.append(SHIPPED if whole == whole and least >= whole > 0 else UNKNOWN)
        return found


def left(lots: Lots, places: Ints) -> Left:
    """Bound how much of finished lots has left the plant, from deliveries, stock and movements that name a lot."""
    sent, stock, by_lot = sendings(lots.tables), stocks(lots.tables), _issued(lots)
    least, most, likely = (np.full(len(places), np.nan) for _ in range(3))
    for material in sorted(set(lots.material[places].tolist())):
        mine = np.flatnonzero(lots.material[places] == material)
        found = _left(lots, places[mine], material, sent, stock.get(material))
        least[mine], most[mine], likely[mine] = found
    for row, place in enumerate(places.tolist()):
        if place in by_lot:
            least[row] = np.fmax(least[row], min(by_lot[place], np.nan_to_num(lots.quantity[place], nan=np.inf)))
            most[row], likely[row] = np.fmax(most[row], least[row]), np.fmax(likely[row], least[row])
    return Left(least, most, likely)


def _left(
    lots: Lots, places: Ints, material: str, sent: pa.Table | None, stock: tuple[int, float] | None
) -> tuple[Floats, Floats, Floats]:
    quantity, day = lots.quantity[places], lots.day[places]
    least, most, likely = np.zeros(len(places)), np.full(len(places), np.nan), np.full(len(places), np.nan)
    if sent is not None:
        mine = np.asarray(pc.equal(sent["material"], material))
        on, amount = days(sent["on"])[mine], numbers(sent["quantity"])[mine]
        since = np.array([np.nansum(amount[on >= one]) if one != NO_DAY else np.nansum(amount) for one in day])
        most = np.fmin(quantity, since) if len(since) else most
    if stock is not None:
        held = (day != NO_DAY) & (day <= stock[0])
        least = np.where(held, np.fmax(0, quantity - stock[1]), 0.0)
        likely = quantity - np.clip(stock[1] - _newer(lots, places, material, stock[0]), 0, quantity)
        likely = np.where(held, likely, np.where(day > stock[0], 0.0, np.nan))
    least = np.where(np.isnan(most), least, np.fmin(least, most))
    return np.nan_to_num(least), most, np.clip(likely, np.nan_to_num(least), np.where(np.isnan(most), np.inf, most))


def _newer(lots: Lots, places: Ints, material: str, until: int) -> Floats:
    """Return how much of the product was made after each lot, up to the day of the stock."""
    all_of = np.flatnonzero((lots.material == material) & (lots.day != NO_DAY) & (lots.day <= until))
    order = all_of[np.lexsort((np.array(lots.graph.names(all_of), dtype=str), lots.day[all_of]))]
    behind = np.cumsum(np.nan_to_num(lots.quantity[order])[::-1])[::-1] - np.nan_to_num(lots.quantity[order])
    after = np.zeros(len(lots.graph))
    after[order] = behind
    return after[places]


def sendings(tables: Mapping[str, pa.Table]) -> pa.Table | None:
    """Return deliveries as `delivery, material, customer, line, on, quantity`; None without any."""
    delivery = tables["delivery"]
    if delivery.num_rows == 0:
        return None
    line = {row["line_id"]: row for row in tables["sales_order_line"].to_pylist()}
    order = {row["order_id"]: row["customer_id"] for row in tables["sales_order"].to_pylist()}
    product = {row["product_id"]: row["material_id"] for row in tables["product"].to_pylist()}
    of = [line.get(one, {}) for one in delivery["line_id"].to_pylist()]
    return pa.table(
        {
            "delivery": delivery["delivery_id"],
            "material": pa.array([product.get(one.get("product_id")) or "" for one in of], pa.string()),
            "customer": pa.array([order.get(one.get("order_id")) or "" for one in of], pa.string()),
            "line": texts(delivery["line_id"]),
            "on": pc.coalesce(delivery["shipped_on"], delivery["delivered_on"]),
            "quantity": numbers(delivery["quantity"]),
        }
    )


def stocks(tables: Mapping[str, pa.Table]) -> dict[str, tuple[int, float]]:
    """Return material -> (day, quantity) of its last stock-taking, all factories together."""
    rows = tables["stock_snapshot"]
    if rows.num_rows == 0:
        return {}
    material, day, quantity = texts(rows["material_id"]), days(rows["day"]), numbers(rows["quantity"])
    last: dict[str, int] = {}
    for one, on in zip(material, day, strict=True):
        last[one] = max(last.get(one, NO_DAY), int(on))
    held: dict[str, float] = {}
    for one, on, amount in zip(material, day, quantity, strict=True):
        if on == last[one] and amount == amount:
            held[one] = held.get(one, 0.0) + max(float(amount), 0.0)
    return {one: (last[one], amount) for one, amount in held.items() if last[one] != NO_DAY}


def _issued(lots: Lots) -> dict[int, float]:
    """Return how much of a lot went out by movements that name it."""
    rows = lots.tables["stock_movement"]
    rows = rows.filter(pc.and_(pc.equal(rows["kind"], "issue"), rows["lot"].is_valid()))
    found: dict[int, float] = {}
    for name, amount in zip(rows["lot"].to_pylist(), numbers(rows["quantity"]), strict=True):
        for place in lots.graph.places([name]).tolist():
            if amount == amount:
                found[place] = found.get(place, 0.0) + abs(float(amount))
    return found


def made_for(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """Return job order -> customer for whose order it was made."""
    order = {row["order_id"]: row["customer_id"] for row in tables["sales_order"].to_pylist()}
    line = {row["line_id"]: order.get(row["order_id"]) for row in tables["sales_order_line"].to_pylist()}
    made = {
        row["production_order_id"]: line.get(row["sales_line_id"]) for row in tables["production_order"].to_pylist()
    }
    jobs = tables["job_order"]
    pairs = zip(jobs["job_id"].to_pylist(), jobs["production_order_id"].to_pylist(), strict=True)
    return {job: found for job, of in pairs if (found := made.get(of))}


def recipients(lots: Lots, places: Ints) -> list[dict[str, Any]]:
    """Return who got the products of finished lots since the first of them was made: rows a customer and product."""
    sent = sendings(lots.tables)
    if sent is None or not len(places):
        return []
    names = {row["customer_id"]: row["name"] for row in lots.tables["customer"].to_pylist()}
    rows: list[dict[str, Any]] = []
    for material in sorted(set(lots.material[places].tolist()) - {""}):
        mine = places[lots.material[places] == material]
        first = int(lots.day[mine].min())
        of = sent.filter(pc.and_(pc.equal(sent["material"], material), pa.array(days(sent["on"]) >= first)))
        for customer in sorted(set(of["customer"].to_pylist())):
            got = of.filter(pc.equal(of["customer"], customer))
            rows.append(
                {
                    "customer_id": customer or None,
                    "customer": names.get(customer),
                    "material_id": material,
                    "unit": str(lots.unit[mine[0]]),
                    "deliveries": got.num_rows,
                    "delivered_quantity": float(np.nansum(numbers(got["quantity"]))),
                    "first_on": pc.min(got["on"]).as_py(),
                    "last_on": pc.max(got["on"]).as_py(),
                }
            )
    return rows


def in_common(lots: Lots, bad: Ints, most: int = 10) -> list[Cause]:
    """Return machines and suppliers that several bad lots, or what went into them, have in common.

    Only stays that name the lot count; `touched` is with how many lots of the records the machine or supplier has to do
    in all: one that touches everything explains nothing.
    """
    if len(bad) < 2:
        return []
    used, n = lots.used, len(lots.graph)
    sure = np.flatnonzero(used.certain)
    order = sure[np.argsort(used.lot[sure], kind="stable")]
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(used.lot[order], minlength=n), out=start[1:])
    met: dict[tuple[str, str], int] = {}
    for place in bad.tolist():
        above, _ = reached(lots.graph, np.array([place]), "up")
        stays = [row for one in above.tolist() for row in order[start[one] : start[one + 1]].tolist()]
        machines = {("equipment", str(used.equipment[row])) for row in stays}
        for key in machines | {("supplier", str(one)) for one in lots.supplier[above] if one}:
            met[key] = met.get(key, 0) + 1
    shared = sorted((key for key, count in met.items() if count > 1), key=lambda key: (-met[key], key))[: 2 * most]
    found = []
    for kind, name in shared:
        whole = np.unique(used.lot[sure][used.equipment[sure] == name]) if kind == "equipment" else None
        touched = (
            len(whole) if whole is not None else len(reached(lots.graph, np.flatnonzero(lots.supplier == name))[0])
        )
        found.append(Cause(kind, (name,), met[kind, name], len(bad), touched))
    return sorted(found, key=lambda one: (-one.explained, one.touched, one.names))[:most]
