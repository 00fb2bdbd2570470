"""Lots with their descent, and what job responses consumed and produced."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linghang.twin.works import products as made
from linghang.twin.works.demand import Floats, Ints
from linghang.twin.works.floor import CAST, MACHINED, PACKED, Floor, Lots, Steps
from linghang.twin.works.jobs import Responses, job_ids
from linghang.twin.works.metal import CAST_KG, Metal, returns_of
from linghang.twin.works.planning import Plan
from linghang.twin.works.products import PRODUCTS
from linghang.twin.works.purchasing import Supplied, receipt_ids
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import Span, number_of
from linghang.twin.works.sums import summed
from linghang.twin.works.words import chosen, joined, numbered, padded

LEAST_KG = 0.5
"""Less of an ingot lot in a heat is not written down."""


def lot_ids(plan: Plan, lots: Lots, rows: Ints, kind: str) -> pa.Array:
    """Ids of lots: C is cast, F finished."""
    name = pc.replace_substring(chosen(plan.ids, lots.order[rows]), "MO-", f"{kind}-", max_replacements=1)
    return joined(name, padded(lots.number[rows], 3))


def kept_lots(span: Span, floor: Floor) -> npt.NDArray[np.bool_]:
    """Return which lots belong to the records: in the plant, cast or finished within them."""
    cast = floor.steps.of(CAST)
    kept = floor.lots.left >= span.start_us
    kept[cast.lot[cast.end >= span.start_us]] = True
    kept[(floor.lots.left == 0) & (floor.lots.entered < span.end_us)] = True
    return np.asarray(kept, dtype=np.bool_)


def lot_rows(span: Span, plan: Plan, floor: Floor, metal: Metal, supplied: Supplied) -> dict[str, pa.Table]:
    """Rows of lot and lot_genealogy: ingots, heats, cast lots and finished lots."""
    lots, heats = floor.lots, metal.heats
    kept = kept_lots(span, floor)
    cast = floor.steps.of(CAST)
    cast = cast.take(np.flatnonzero(kept[cast.lot]))
    done = np.flatnonzero(kept & (lots.left >= span.start_us) & (lots.good > 0))
    heat_of_lot = np.full(len(lots.order), -1, dtype=np.int64)
    heat_of_lot[floor.steps.lot[heats.melting]] = heats.of_step
    heat_of_cast = heat_of_lot[cast.lot]
    used_heats = np.unique(np.concatenate([heat_of_cast, np.flatnonzero(heats.day >= number_of(span.first))]))
    tables = [
        _ingot_lots(supplied),
        rows_of(
            "lot",
            len(used_heats),
            lot_id=heats.ids.take(pa.array(used_heats)),
            material_id=made.LIQUID,
            quantity=np.round(heats.melt[used_heats], 3),
            made_on=heats.day[used_heats],
            heat=heats.ids.take(pa.array(used_heats)),
        ),
        _wheels(plan, lots, cast.lot, "C", cast.good, span.day_of(cast.end), heats.ids.take(pa.array(heat_of_cast))),
        _wheels(
            plan, lots, done, "F", lots.good[done], span.day_of(lots.left[done]),
            heats.ids.take(pa.array(heat_of_lot[done])),
        ),
    ]  # fmt: skip
    descent = [
        _from_ingots(span, metal, supplied),
        _from_heats(plan, lots, cast, heats.ids.take(pa.array(heat_of_cast))),
        _from_cast(plan, floor, done, np.unique(cast.lot)),
    ]
    return {"lot": pa.concat_tables(tables), "lot_genealogy": pa.concat_tables(descent)}


def _wheels(plan: Plan, lots: Lots, rows: Ints, kind: str, quantity: Ints, day: Ints, heat: pa.Array) -> pa.Table:
    """Lots of wheels: cast (C) or finished (F)."""
    stage = "FG" if kind == "F" else kind
    return rows_of(
        "lot",
        len(rows),
        lot_id=lot_ids(plan, lots, rows, kind),
        material_id=chosen([one.material(stage) for one in PRODUCTS], lots.product[rows]),
        quantity=quantity.astype(np.float64),
        made_on=day,
        heat=heat,
    )


def _ingot_receipts(supplied: Supplied) -> Iterator[tuple[str, int, float, str]]:
    """Receipts of ingots: id, day, kg accepted, supplier."""
    bought = supplied.bought
    for name, line, day, amount in zip(receipt_ids(bought), bought.line, bought.received, bought.accepted, strict=True):
        if bought.material[line] == made.INGOT:
            yield name, day, amount, bought.supplier[line]


OPENING_LOT = "L-OPENING"


def _ingot_lots(supplied: Supplied) -> pa.Table:
    found = list(_ingot_receipts(supplied))
    return rows_of(
        "lot",
        len(found) + 1,
        lot_id=[OPENING_LOT, *(f"L-{name}" for name, *_ in found)],
        material_id=made.INGOT,
        quantity=[supplied.opening[made.INGOT], *(amount for _, _, amount, _ in found)],
        made_on=pa.array([None, *(day for _, day, _, _ in found)], pa.int32()).cast(pa.date32()),
        supplier_id=[None, *(supplier for *_, supplier in found)],
    )


def _from_ingots(span: Span, metal: Metal, supplied: Supplied) -> pa.Table:
    """Ingots are charged in the order in which they came."""
    found = sorted(_ingot_receipts(supplied), key=lambda one: (one[1], one[0]))
    names = [OPENING_LOT, *(f"L-{name}" for name, *_ in found)]
    there = np.cumsum([supplied.opening[made.INGOT], *(amount for _, _, amount, _ in found)])
    rows = np.flatnonzero(metal.heats.day >= number_of(span.first))
    ends = np.cumsum(metal.heats.ingots[rows])
    edges = np.unique(np.concatenate([[0.0], there, ends]))
    edges = edges[edges <= ends[-1]] if len(ends) else edges[:1]
    amount = np.diff(edges)
    middle = (edges[1:] + edges[:-1]) / 2
    lot, heat = np.searchsorted(there, middle), np.searchsorted(ends, middle)
    kept = (amount >= LEAST_KG) & (lot < len(names))
    return rows_of(
        "lot_genealogy",
        int(kept.sum()),
        parent_lot_id=chosen(names, lot[kept]),
        child_lot_id=metal.heats.ids.take(pa.array(rows[heat[kept]])),
        quantity=np.round(amount[kept], 3),
    )


def _from_heats(plan: Plan, lots: Lots, cast: Steps, heat_ids: pa.Array) -> pa.Table:
    return rows_of(
        "lot_genealogy",
        len(cast),
        parent_lot_id=heat_ids,
        child_lot_id=lot_ids(plan, lots, cast.lot, "C"),
        quantity=np.round(cast.pieces * CAST_KG[cast.product], 3),
        job_id=job_ids(plan, cast.order, cast.segment),
    )


def _from_cast(plan: Plan, floor: Floor, done: Ints, cast_lots: Ints) -> pa.Table:
    packed = floor.steps.of(PACKED)
    known = np.isin(packed.lot, done) & np.isin(packed.lot, cast_lots)
    packed = packed.take(np.flatnonzero(known))
    return rows_of(
        "lot_genealogy",
        len(packed),
        parent_lot_id=lot_ids(plan, floor.lots, packed.lot, "C"),
        child_lot_id=lot_ids(plan, floor.lots, packed.lot, "F"),
        quantity=packed.pieces.astype(np.float64),
        job_id=job_ids(plan, packed.order, packed.segment),
    )


def actual_rows(floor: Floor, metal: Metal, responses: Responses, kept: npt.NDArray[np.bool_]) -> pa.Table:
    """Rows of material_actual: a heat's charge at the response that begins it, wheels and returns at each response."""
    steps, heats = floor.steps, metal.heats
    parts: list[tuple[Ints, pa.Array | str, str, Floats, pa.Array | None]] = []
    at = responses.of_step[heats.first_step]
    for material, direction, amount, lot in (
        (made.INGOT, "consumed", heats.ingots, None),
        (made.RETURNS, "consumed", heats.returns, None),
        (made.STRONTIUM, "consumed", heats.strontium, None),
        (made.GRAIN_REFINER, "consumed", heats.refiner, None),
        (made.LIQUID, "produced", heats.melt, heats.ids),
        (made.SKIMMED, "by_product", heats.skimmed, None),
    ):
        parts.append((at, material, direction, amount, lot))
    product = np.zeros(len(responses.order), dtype=np.int64)
    product[responses.of_step] = steps.product
    sums = {
        name: summed(responses.of_step, values, len(product))
        for name, values in (
            ("pieces", steps.pieces.astype(np.float64)),
            ("made", (steps.good + steps.rework).astype(np.float64)),
            ("melt", steps.pieces * CAST_KG[steps.product]),
            ("back", returns_of(steps)),
        )
    }
    everywhere = np.arange(len(product))
    for segment, used, result in ((CAST, "", "C"), (MACHINED, "C", "M"), (PACKED, "M", "FG")):
        rows = everywhere[responses.segment == segment]
        if used:
            names = chosen([one.material(used) for one in PRODUCTS], product[rows])
            parts.append((rows, names, "consumed", sums["pieces"][rows], None))
        else:
            parts.append((rows, made.LIQUID, "consumed", sums["melt"][rows], None))
        names = chosen([one.material(result) for one in PRODUCTS], product[rows])
        parts.append((rows, names, "produced", sums["made"][rows], None))
    parts.append((everywhere, made.RETURNS, "produced", sums["back"], None))
    return _actuals(responses, kept, parts)


def _actuals(
    responses: Responses,
    kept: npt.NDArray[np.bool_],
    parts: list[tuple[Ints, pa.Array | str, str, Floats, pa.Array | None]],
) -> pa.Table:
    tables = []
    for place, (rows, material, direction, amount, lot) in enumerate(parts):
        chosen_rows = np.flatnonzero(kept[rows] & (amount > 0))
        picked = pa.array(chosen_rows)
        tables.append(
            rows_of(
                "material_actual",
                len(chosen_rows),
                actual_id=joined(
                    responses.ids.take(pa.array(rows[chosen_rows])),
                    f"{chr(65 + place)}",
                    padded(numbered(rows[chosen_rows]), 1),
                    between="-",
                ),
                response_id=responses.ids.take(pa.array(rows[chosen_rows])),
                material_id=material if isinstance(material, str) else material.take(picked),
                direction=direction,
                quantity=np.round(amount[chosen_rows], 3),
                lot_id=None if lot is None else lot.take(picked),
            )
        )
    return pa.concat_tables(tables)
