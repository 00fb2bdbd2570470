"""Suppliers, purchase orders and receipts: what is consumed is ordered again, comes on its promised day or late."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from linghang.twin.works import products as made
from linghang.twin.works.capabilities import setting
from linghang.twin.works.demand import Floats, Ints, metal_index
from linghang.twin.works.layout import credit_code
from linghang.twin.works.materials import BOUGHT, SPARES
from linghang.twin.works.rows import listed, rows_of
from linghang.twin.works.span import Span, day_from
from linghang.twin.works.streams import stream


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier: how far it is, and how often it is late in the baseline year."""

    id: str
    name: str
    body: str
    region: str
    distance_km: float
    late_share: float


SUPPLIERS: tuple[Supplier, ...] = (
    Supplier("V-001", "霍林郭勒某铝业有限公司（虚构）", "MA0YQPP01", "150581", 940.0, 0.15),
    Supplier("V-002", "包头某铝业有限公司（虚构）", "MA0YQPP02", "150204", 168.0, 0.10),
    Supplier("V-003", "徐州某中间合金有限公司（虚构）", "MA0YQPP03", "320305", 1080.0, 0.17),
    Supplier("V-004", "天津某粉末涂料有限公司（虚构）", "MA0YQPP04", "120113", 560.0, 0.16),
    Supplier("V-005", "苏州某表面处理材料有限公司（虚构）", "MA0YQPP05", "320505", 1290.0, 0.20),
    Supplier("V-006", "呼和浩特某包装有限公司（虚构）", "MA0YQPP06", "150105", 38.0, 0.11),
    Supplier("V-007", "北京某工业备件有限公司（虚构）", "MA0YQPP07", "110115", 490.0, 0.22),
)


@dataclass(frozen=True, slots=True)
class Supply:
    """How a material is bought.

    Attributes
    ----------
    suppliers
        Suppliers that take turns.
    every_days, lead_days
        Rhythm of ordering, and days from order to promise.
    pack
        Quantity of one truck, pallet or drum; orders are whole ones.
    """

    material: str
    suppliers: tuple[str, ...]
    every_days: int
    lead_days: int
    pack: float


SUPPLIES: tuple[Supply, ...] = (
    Supply(made.INGOT, ("V-001", "V-002"), 2, 5, 15_000.0),
    Supply(made.STRONTIUM, ("V-003",), 9, 7, 500.0),
    Supply(made.GRAIN_REFINER, ("V-003",), 9, 7, 500.0),
    Supply("POW-SLV", ("V-004",), 5, 6, 500.0),
    Supply("POW-BLK", ("V-004",), 5, 6, 500.0),
    Supply("POW-GRY", ("V-004",), 5, 6, 500.0),
    Supply(made.CHEMICAL, ("V-005",), 7, 7, 600.0),
    Supply(made.COOLANT, ("V-005",), 9, 7, 200.0),
    Supply(made.BOX, ("V-006",), 2, 3, 800.0),
    *(Supply(spare.id, ("V-007",), 10, 9, 2.0 if spare.price_cny > 5000 else 5.0) for spare in SPARES),
)

BY_ID = {one.id: one for one in SUPPLIERS}
PARTIAL_SHARE = 0.07
"""Share of orders that come in two parts, in the baseline year."""
REJECTED_SHARE, REJECTED_PART = 0.02, 0.02
"""Share of receipts of which a part is refused, and that part."""
SPARE_COVER = 2.2
"""Spare parts are kept for so many times as long as other materials."""
USUAL_DAYS = 43
"""Days around a day over which the usual consumption is taken."""


@dataclass
class Bought:
    """Purchase lines and receipts as they come about; lists have one value a line or a receipt."""

    material: list[str] = field(default_factory=list)
    supplier: list[str] = field(default_factory=list)
    ordered: list[int] = field(default_factory=list)
    promised: list[int] = field(default_factory=list)
    quantity: list[float] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    came: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Supplied:
    """What the works bought.

    Attributes
    ----------
    opening
        Material -> stock on the first day.
    received
        Material -> (days,) quantity accepted on each day of the span.
    """

    bought: Bought
    opening: Mapping[str, float]
    received: Mapping[str, Floats]


def supply(span: Span, seed: int, used: Mapping[str, Floats]) -> Supplied:
    """Buy what is consumed.

    Parameters
    ----------
    used
        Material -> (days,) quantity consumed on each day of the span.
    """
    bought, opening, received = Bought(), {}, {}
    for one in SUPPLIES:
        if one.material in used:
            opening[one.material], received[one.material] = _buy(one, span, seed, used[one.material], bought)
    return Supplied(bought, opening, received)


def _buy(one: Supply, span: Span, seed: int, used: Floats, bought: Bought) -> tuple[float, Floats]:
    """Order up to a target at each review; what is due after the end is ordered but not received."""
    rng = stream(seed, "supply", one.material)
    days = span.day_numbers
    cover = setting("stock_days", span, days) * (SPARE_COVER if one.material.startswith("SP-") else 1.0)
    delay = setting("supplier_delay_factor", span, days)
    padded = np.pad(used, USUAL_DAYS // 2, mode="edge")
    usual = np.convolve(padded, np.ones(USUAL_DAYS) / USUAL_DAYS, mode="valid")
    usual = np.maximum(usual, used.mean() * 0.2)
    stock = opening = float(np.ceil(cover[0] * usual[0] / one.pack + 1) * one.pack)
    coming, on_order = np.zeros(len(days)), 0.0
    for number, day in enumerate(days.tolist()):
        on_order = max(on_order - coming[number], 0.0)
        lack = used[number] - stock - coming[number]
        if lack > 0:
            coming[number] += _fetch(one, bought, rng, day, lack)
        stock += coming[number] - used[number]
        if (number + len(one.material)) % one.every_days:
            continue
        target = usual[number] * (cover[number] + one.lead_days + one.every_days / 2)
        packs = np.floor((target - stock - on_order) / one.pack)
        if packs >= 1:
            for at, accepted in _order(one, bought, rng, day, float(packs * one.pack), float(delay[number])):
                if at <= days[-1]:
                    coming[at - days[0]] += accepted
            on_order += float(packs * one.pack)
    _forget_after(bought, int(days[-1]))
    return opening, coming


def _order(
    one: Supply, bought: Bought, rng: np.random.Generator, day: int, quantity: float, delay: float
) -> list[tuple[int, float]]:
    """Order a quantity; return the days on which it comes, and what is accepted of it."""
    supplier = BY_ID[one.suppliers[len(bought.line) % len(one.suppliers)]]
    promised = day + one.lead_days
    late = rng.random() < supplier.late_share * delay
    first_day = promised + (int(rng.integers(1, 7)) if late else -int(rng.integers(0, 2)))
    line = _line(bought, one.material, supplier.id, (day, promised), quantity)
    parts = [(first_day, quantity)]
    if rng.random() < PARTIAL_SHARE * delay and quantity > one.pack:
        first = float(np.floor(quantity / one.pack / 2) * one.pack)
        parts = [(first_day, first), (first_day + 2, quantity - first)]
    came = []
    for at, part in parts:
        accepted = part * (1 - REJECTED_PART) if rng.random() < REJECTED_SHARE else part
        _receive(bought, line, at, part, accepted)
        came.append((at, accepted))
    return came


def _fetch(one: Supply, bought: Bought, rng: np.random.Generator, day: int, lack: float) -> float:
    """Fetch what is missing on the same day: a works does not stand still for want of material."""
    quantity = float(np.ceil(lack / one.pack) * one.pack)
    supplier = one.suppliers[int(rng.integers(len(one.suppliers)))]
    _receive(bought, _line(bought, one.material, supplier, (day, day), quantity), day, quantity, quantity)
    return quantity


def _line(bought: Bought, material: str, supplier: str, days: tuple[int, int], quantity: float) -> int:
    """Write a purchase line, ordered and promised on these days; return its place."""
    bought.material.append(material)
    bought.supplier.append(supplier)
    bought.ordered.append(days[0])
    bought.promised.append(days[1])
    bought.quantity.append(quantity)
    return len(bought.material) - 1


def _forget_after(bought: Bought, last: int) -> None:
    """Take out receipts of days that have not come yet."""
    kept = [place for place, day in enumerate(bought.received) if day <= last]
    for name in ("line", "received", "came", "accepted"):
        values = getattr(bought, name)
        values[:] = [values[place] for place in kept]


def _receive(bought: Bought, line: int, day: int, quantity: float, accepted: float) -> None:
    bought.line.append(line)
    bought.received.append(day)
    bought.came.append(quantity)
    bought.accepted.append(accepted)


def purchase_rows(span: Span, seed: int, supplied: Supplied) -> dict[str, pa.Table]:
    """Rows of supplier, purchase_order, purchase_order_line and receipt."""
    bought = supplied.bought
    names = _names(bought)
    count = len(names)
    prices = price_of(span, seed, bought.material, np.array(bought.ordered, dtype=np.int64))
    receipts = np.array(bought.line, dtype=np.int64)
    return {
        "supplier": listed("supplier", [_supplier(one) for one in SUPPLIERS]),
        "purchase_order": rows_of(
            "purchase_order",
            count,
            purchase_order_id=names,
            supplier_id=bought.supplier,
            ordered_on=np.array(bought.ordered, dtype=np.int64),
        ),
        "purchase_order_line": rows_of(
            "purchase_order_line",
            count,
            line_id=[f"{name}-10" for name in names],
            purchase_order_id=names,
            material_id=bought.material,
            quantity=np.array(bought.quantity),
            promised_on=np.array(bought.promised, dtype=np.int64),
            price_cny=prices,
            cancelled=False,
        ),
        "receipt": rows_of(
            "receipt",
            len(receipts),
            receipt_id=receipt_ids(bought),
            line_id=[f"{names[line]}-10" for line in bought.line],
            received_on=np.array(bought.received, dtype=np.int64),
            quantity=np.array(bought.came),
            accepted_quantity=np.array(bought.accepted),
        ),
    }


def _supplier(one: Supplier) -> dict[str, object]:
    return {
        "supplier_id": one.id,
        "name": one.name,
        "credit_code": credit_code(one.body, one.region),
        "country": "CN",
        "distance_km": one.distance_km,
    }


def price_of(span: Span, seed: int, materials: list[str], days: Ints) -> Floats:
    """CNY for a unit of materials on days: what holds aluminium follows the metal."""
    base = {one.id: one.price_cny for one in BOUGHT} | {one.id: one.price_cny for one in SPARES}
    follows = {made.INGOT: 1.0, made.STRONTIUM: 0.6, made.GRAIN_REFINER: 0.6}
    index = metal_index(span, seed, days)
    weight = np.array([follows.get(name, 0.0) for name in materials])
    return np.round(np.array([base[name] for name in materials]) * (1 + weight * (index - 1)), 3)


def receipt_ids(bought: Bought) -> list[str]:
    """Id of each receipt, numbered within its day."""
    seen: dict[int, int] = {}
    names = []
    for day in bought.received:
        seen[day] = seen.get(day, 0) + 1
        names.append(f"GR-{day_from(day):%y%m%d}-{seen[day]:02d}")
    return names


def _names(bought: Bought) -> list[str]:
    seen: dict[int, int] = {}
    names = []
    for day in bought.ordered:
        seen[day] = seen.get(day, 0) + 1
        names.append(f"PO-{day_from(day):%y%m%d}-{seen[day]:02d}")
    return names
