"""Stock of every material by day, what moved it, and the counts at the ends of weeks and months."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linghang.twin.works.capabilities import live_on
from linghang.twin.works.costs import unit_costs
from linghang.twin.works.demand import Floats, Ints, Lines
from linghang.twin.works.floor import CAST, HEAT, LEAK, MACHINED, PACKED, XRAY, Floor
from linghang.twin.works.genealogy import lot_ids
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.materials import AUXILIARY, FINISHED_GATE, FINISHED_PLACES, SPARE_STORE, YARD
from linghang.twin.works.metal import Metal
from linghang.twin.works.planning import Plan
from linghang.twin.works.products import PRODUCTS, RETURNS
from linghang.twin.works.purchasing import Supplied
from linghang.twin.works.rows import rows_of
from linghang.twin.works.shipping import Shipments, ship_moment, stock_of_day
from linghang.twin.works.span import Span, day_from, number_of
from linghang.twin.works.words import chosen, joined, padded

HOUR_US = 3_600_000_000
BUFFERS = {"WC-XRAY": "BUF-XRAY", "WC-HT": "BUF-HT", "WC-CNC": "BUF-CNC"}
FORKLIFT = "叉车"


@dataclass(frozen=True)
class Stock:
    """Stock at the end of each day of the span: material -> (days,) quantity, and what was there before the first."""

    of_day: Mapping[str, Floats]
    opening: Mapping[str, float]


def stock_of(
    span: Span, floor: Floor, lines: Lines, shipments: Shipments, metal: Metal, supplied: Supplied,
    used: Mapping[str, Floats],
) -> Stock:  # fmt: skip
    """Count the stock of every material day by day."""
    of_day: dict[str, Floats] = {}
    opening: dict[str, float] = {}
    for material, came in supplied.received.items():
        opening[material] = supplied.opening[material]
        of_day[material] = opening[material] + np.cumsum(came - used[material])
    of_day[RETURNS] = metal.returns_stock
    finished = stock_of_day(span, floor.lots, lines, shipments).astype(np.float64)
    cast, machined = _between(span, floor)
    for place, product in enumerate(PRODUCTS):
        of_day[product.material("C")] = cast[:, place]
        of_day[product.material("M")] = machined[:, place]
        of_day[product.material("FG")] = finished[:, place]
    return Stock(of_day, opening)


def _between(span: Span, floor: Floor) -> tuple[Floats, Floats]:
    """Cast and machined wheels that are in the plant at the end of each day: (days, products) each."""
    first, days = number_of(span.first), len(span.days)
    cast, machined = np.zeros((days + 1, len(PRODUCTS))), np.zeros((days + 1, len(PRODUCTS)))

    def add(into: Floats, at: Ints, product: Ints, amount: Ints) -> None:
        place = np.clip(span.day_of(at) - first + 1, 0, days)
        np.add.at(into, (place, product), amount)

    steps, lots = floor.steps, floor.lots
    for segment, into, amount in (
        (CAST, cast, steps.good + steps.rework),
        (XRAY, cast, -steps.scrap),
        (HEAT, cast, -steps.scrap),
        (MACHINED, cast, -steps.pieces),
        (MACHINED, machined, steps.good + steps.rework),
        (LEAK, machined, -steps.scrap),
    ):
        rows = steps.segment == segment
        add(into, steps.end[rows], steps.product[rows], amount[rows])
    gone = (lots.left > 0) & (lots.good > 0)
    packed = steps.of(PACKED)
    came_in = np.zeros(len(lots.order), dtype=np.int64)
    came_in[packed.lot] = packed.pieces
    add(machined, lots.left[gone], lots.product[gone], -came_in[gone])
    scrapped = packed.take(np.flatnonzero(packed.scrap == packed.pieces))
    add(machined, scrapped.end, scrapped.product, -scrapped.pieces)
    return np.cumsum(cast, axis=0)[1:], np.cumsum(machined, axis=0)[1:]


def snapshot_rows(span: Span, seed: int, stock: Stock) -> pa.Table:
    """Rows of stock_snapshot: every Sunday and every last day of a month, valued at cost."""
    days = span.day_numbers
    counted = [
        place for place, day in enumerate(days.tolist()) if day_from(day).weekday() == 6 or day_from(day + 1).day == 1
    ]
    costs = unit_costs(span, seed, days[counted])
    materials = sorted(stock.of_day)
    quantity = np.concatenate([np.maximum(np.round(stock.of_day[name][counted], 3), 0.0) for name in materials])
    value = np.concatenate([costs[name] for name in materials]) * quantity
    return rows_of(
        "stock_snapshot",
        len(quantity),
        factory_id=FACTORY,
        material_id=[name for name in materials for _ in counted],
        day=np.tile(days[counted], len(materials)),
        quantity=quantity,
        value_cny=value,
    )


def movement_rows(
    span: Span, plan: Plan, floor: Floor, lines: Lines, shipments: Shipments, supplied: Supplied,
    used: Mapping[str, Floats],
) -> pa.Table:  # fmt: skip
    """Rows of stock_movement in the order of time."""
    parts = [
        *_openings(span, floor, lines, shipments, supplied),
        *_bought(span, supplied),
        *_issued(span, used),
        _carried(span, plan, floor),
        _finished(span, plan, floor),
        _shipped(span, lines, shipments),
    ]
    whole = pa.concat_tables(parts).sort_by([("at", "ascending"), ("movement_id", "ascending")])
    ids = joined("MV", padded(np.arange(1, whole.num_rows + 1), 7))
    return whole.set_column(0, whole.schema.field(0), ids)


def _rows(count: int, kind: str, **columns: object) -> pa.Table:
    """Rows that have no number yet; until then their id keeps the order of equal moments."""
    ids = joined(kind, padded(np.arange(count), 7))
    return rows_of("stock_movement", count, movement_id=ids, factory_id=FACTORY, kind=kind, **columns)


def _place(material: str) -> str:
    if material.startswith("SP-"):
        return SPARE_STORE
    return YARD if material in ("A356.2", "ALSR10", "ALTI5B") else AUXILIARY


def _openings(span: Span, floor: Floor, lines: Lines, shipments: Shipments, supplied: Supplied) -> Iterator[pa.Table]:
    """What lay in stock when the records begin: a count, written as an adjustment."""
    names = list(supplied.opening)
    finished = _finished_before(span, floor, lines, shipments)
    yield _rows(
        len(names) + len(PRODUCTS),
        "adjustment",
        material_id=[*names, *(one.material("FG") for one in PRODUCTS)],
        at=span.start_us,
        quantity=[*supplied.opening.values(), *finished.astype(np.float64).tolist()],
        to_location_id=[*map(_place, names), *(_bin(place) for place in range(len(PRODUCTS)))],
    )


def _finished_before(span: Span, floor: Floor, lines: Lines, shipments: Shipments) -> Ints:
    first = number_of(span.first)
    before = (floor.lots.left > 0) & (floor.lots.left < span.start_us)
    stock = shipments.opening.copy()
    np.add.at(stock, floor.lots.product[before], floor.lots.good[before])
    gone = shipments.shipped < first
    np.add.at(stock, lines.product[shipments.line[gone]], -shipments.quantity[gone])
    return stock


def _bin(product: int) -> str:
    """Home of a product in the warehouse."""
    return FINISHED_PLACES[product % len(FINISHED_PLACES)]


def _bought(span: Span, supplied: Supplied) -> Iterator[pa.Table]:
    bought = supplied.bought
    materials = [bought.material[line] for line in bought.line]
    at = span.midnight_us(np.array(bought.received, dtype=np.int64)) + 10 * HOUR_US
    yield _rows(
        len(materials),
        "receipt",
        material_id=materials,
        at=at + np.arange(len(materials)) % 40 * 60_000_000,
        quantity=np.array(bought.accepted),
        to_location_id=[_place(name) for name in materials],
        carrier=FORKLIFT,
    )


def _issued(span: Span, used: Mapping[str, Floats]) -> Iterator[pa.Table]:
    for number, (name, amounts) in enumerate(used.items()):
        days = np.flatnonzero(amounts > 0)
        yield _rows(
            len(days),
            "issue",
            material_id=name,
            at=span.midnight_us(span.day_numbers[days]) + 20 * HOUR_US + number * 60_000_000,
            quantity=amounts[days],
            from_location_id=_place(name),
            carrier=FORKLIFT,
        )


def _carriers(span: Span, machine: Ints, at: Ints) -> pa.Array:
    """Vehicles by their id since they came; forklifts before."""
    names = [one.id for one in MACHINES] + [f"{FORKLIFT}{number}" for number in range(1, len(MACHINES) + 1)]
    first = next(place for place, one in enumerate(MACHINES) if one.group.center == "WC-AGV")
    new = at >= span.at(live_on("warehouse", span))
    return chosen(names, np.where(new, machine, len(MACHINES) + machine - first))


def _carried(span: Span, plan: Plan, floor: Floor) -> pa.Table:
    """Castings between the buffers."""
    drives = floor.drives
    rows = np.array([place for place, end in enumerate(drives.end_place) if end != FINISHED_GATE], dtype=np.int64)
    lots = drives.lot[rows]
    return _rows(
        len(rows),
        "transfer",
        material_id=chosen([one.material("C") for one in PRODUCTS], floor.lots.product[lots]),
        at=drives.end[rows],
        quantity=_pieces_on_the_way(floor, lots, drives.end[rows]),
        from_location_id=[BUFFERS[drives.start_place[row]] for row in rows.tolist()],
        to_location_id=[BUFFERS[drives.end_place[row]] for row in rows.tolist()],
        lot=lot_ids(plan, floor.lots, lots, "C"),
        carrier=_carriers(span, drives.machine[rows], drives.end[rows]),
    )


def _pieces_on_the_way(floor: Floor, lots: Ints, at: Ints) -> Floats:
    """Pieces that are left of a lot after its last step before a moment: that of the next step that it enters."""
    pieces = np.zeros(len(lots))
    heated, machined = np.zeros(len(floor.lots.order)), np.zeros(len(floor.lots.order))
    xray, heat = floor.steps.of(XRAY), floor.steps.of(HEAT)
    heated[xray.lot] = xray.pieces - xray.scrap
    machined[heat.lot] = heat.pieces - heat.scrap
    ends = np.zeros(len(floor.lots.order), dtype=np.int64)
    ends[heat.lot] = heat.end
    after = (ends[lots] > 0) & (ends[lots] <= at)
    pieces[after], pieces[~after] = machined[lots[after]], heated[lots[~after]]
    return pieces


def _finished(span: Span, plan: Plan, floor: Floor) -> pa.Table:
    lots = floor.lots
    rows = np.flatnonzero((lots.left >= span.start_us) & (lots.good > 0))
    carrier = np.zeros(len(lots.order), dtype=np.int64)
    to_gate = np.array([end == FINISHED_GATE for end in floor.drives.end_place], dtype=bool)
    carrier[floor.drives.lot[to_gate]] = floor.drives.machine[to_gate]
    return _rows(
        len(rows),
        "receipt",
        material_id=chosen([one.material("FG") for one in PRODUCTS], lots.product[rows]),
        at=lots.left[rows],
        quantity=lots.good[rows].astype(np.float64),
        to_location_id=chosen(FINISHED_PLACES, lots.product[rows] % len(FINISHED_PLACES)),
        lot=lot_ids(plan, lots, rows, "F"),
        carrier=_carriers(span, carrier[rows], lots.left[rows]),
    )


def _shipped(span: Span, lines: Lines, shipments: Shipments) -> pa.Table:
    rows = np.flatnonzero(shipments.shipped >= number_of(span.first))
    product = lines.product[shipments.line[rows]]
    return _rows(
        len(rows),
        "issue",
        material_id=chosen([one.material("FG") for one in PRODUCTS], product),
        at=ship_moment(span, shipments)[rows],
        quantity=shipments.quantity[rows].astype(np.float64),
        from_location_id=chosen(FINISHED_PLACES, product % len(FINISHED_PLACES)),
        carrier=FORKLIFT,
    )
