"""From finished goods to customers: each product's lines are served in the order of their due days."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.twin.works.demand import CUSTOMERS, Floats, Ints, Lines, line_ids
from linghang.twin.works.floor import Lots
from linghang.twin.works.planning import FIRST_DAYS
from linghang.twin.works.products import LOT, PRODUCTS
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import DAY_US, Span, day_from, number_of
from linghang.twin.works.streams import stream

EARLY_DAYS = 1
"""Customers take goods a day before they are due, not sooner."""
SAFETY_DAYS = 2
"""Days of demand that lie in stock at the start beyond what the first lines need."""
TRUCK_DELAY_SHARE = 0.02
NEVER = 1 << 40


@dataclass(frozen=True)
class Shipments:
    """Trucks to customers; all arrays have one value a shipment of a line.

    Attributes
    ----------
    line
        Row of the order lines.
    shipped, delivered
        Days since 1970.
    revised
        For each order line the due day that was agreed on later; -1 where the first one stands.
    opening
        (products,) finished wheels in stock on the first day of the warm-up.
    """

    line: Ints
    shipped: Ints
    delivered: Ints
    quantity: Ints
    revised: Ints
    opening: Ints


def ship(span: Span, seed: int, lines: Lines, lots: Lots, warm_day: int) -> Shipments:
    """Serve the order lines from the lots that left the plant and from the stock of the start.

    Parameters
    ----------
    warm_day
        First day of the run, as days since 1970.
    """
    transit = np.array([one.transit_days for one in CUSTOMERS])[lines.customer]
    target = lines.due - transit - EARLY_DAYS
    served = np.flatnonzero(~lines.cancelled)
    opening = np.zeros(len(PRODUCTS), dtype=np.int64)
    ready = np.full(len(lines), NEVER, dtype=np.int64)
    part = np.zeros(len(lines), dtype=np.int64)
    done_day = span.day_of(lots.left + 6 * 3_600_000_000)  # what is finished by 18:00 goes on that day's truck
    for product in range(len(PRODUCTS)):
        rows = served[lines.product[served] == product]
        at_once = lines.due[rows] - transit[rows] - 1 - FIRST_DAYS < warm_day
        wanted = np.cumsum(lines.quantity[rows])
        daily = lines.quantity[rows].sum() / max(1, lines.due[rows[-1]] - lines.due[rows[0]]) if len(rows) else 0
        opening[product] = lines.quantity[rows][at_once].sum() + round(daily * SAFETY_DAYS)
        made = np.flatnonzero((lots.product == product) & (lots.left > 0))
        made = made[np.argsort(lots.left[made], kind="stable")]
        days, sums = done_day[made], opening[product] + np.cumsum(lots.good[made])
        place = np.searchsorted(sums, wanted)
        known = np.append(days, NEVER)
        ready[rows] = np.where(wanted <= opening[product], warm_day, known[np.minimum(place, len(days))])
        part[rows] = _part(days, sums, int(opening[product]), target[rows] + EARLY_DAYS, wanted, lines.quantity[rows])
    return _trucks(span, seed, lines, target, transit, ready, part, opening)


def _part(days: Ints, sums: Ints, opening: int, day: Ints, wanted: Ints, quantity: Ints) -> Ints:
    """Return what of a line that is not ready lies in stock on its last day to ship, in whole lots."""
    place = np.searchsorted(days, day, side="right")
    there = np.append(opening, sums)[place]
    free = np.clip(there - (wanted - quantity), 0, quantity) // LOT * LOT
    return np.asarray(np.where(free >= quantity // 3, free, 0), dtype=np.int64)


def _trucks(
    span: Span, seed: int, lines: Lines, target: Ints, transit: Ints, ready: Ints, part: Ints, opening: Ints
) -> Shipments:
    rng = stream(seed, "trucks")
    last = target + EARLY_DAYS
    late = (ready > last) & (ready < NEVER)
    split = late & (part > 0) & (part < lines.quantity)
    whole = np.flatnonzero(ready < NEVER)
    first = np.flatnonzero(split | ((ready >= NEVER) & (part > 0)))
    line = np.concatenate([first, whole])
    shipped = np.concatenate([last[first], np.maximum(ready, target)[whole]])
    rest = np.where(split, lines.quantity - part, lines.quantity)
    quantity = np.concatenate([part[first], rest[whole]])
    delivered = shipped + transit[line] + (rng.random(len(line)) < TRUCK_DELAY_SHARE)
    order = np.lexsort((line, shipped))
    order = order[(shipped[order] < number_of(span.until)) & (quantity[order] > 0)]
    told = late & (rng.random(len(lines)) < 0.6)
    revised = np.where(told, np.maximum(ready + transit, lines.due + 1) + rng.integers(0, 3, len(lines)), -1)
    return Shipments(line[order], shipped[order], delivered[order], quantity[order], revised, opening)


def kept_lines(span: Span, lines: Lines, shipments: Shipments) -> npt.NDArray[np.bool_]:
    """Return which lines belong to the records: due or shipped within them."""
    last = np.zeros(len(lines), dtype=np.int64)
    np.maximum.at(last, shipments.line, shipments.shipped)
    return np.asarray((lines.due >= number_of(span.first)) | (last >= number_of(span.first)), dtype=np.bool_)


def stock_of_day(span: Span, lots: Lots, lines: Lines, shipments: Shipments) -> Ints:
    """Finished wheels in stock at the end of each day: (days, products)."""
    first, days = number_of(span.first), len(span.days)
    change = np.zeros((days + 1, len(PRODUCTS)), dtype=np.int64)
    made = lots.left > 0
    place = np.clip(span.day_of(lots.left[made]) - first + 1, 0, days)
    np.add.at(change, (place, lots.product[made]), lots.good[made])
    gone = np.clip(shipments.shipped - first + 1, 0, days)
    np.add.at(change, (gone, lines.product[shipments.line]), -shipments.quantity)
    change[0] += shipments.opening
    return np.asarray(np.cumsum(change, axis=0)[1:], dtype=np.int64)


def delivered_by_month(span: Span, lines: Lines, shipments: Shipments) -> tuple[Floats, Ints]:
    """CNY and wheels that customers received, by month: (months,) and (months, products)."""
    months = span.month_of(shipments.delivered)
    inside = (months >= 0) & (months < span.months)
    row, month = shipments.line[inside], months[inside]
    money, wheels = np.zeros(span.months), np.zeros((span.months, len(PRODUCTS)), dtype=np.int64)
    np.add.at(money, month, shipments.quantity[inside] * lines.price[row])
    np.add.at(wheels, (month, lines.product[row]), shipments.quantity[inside])
    return money, wheels


def delivery_rows(span: Span, lines: Lines, shipments: Shipments, kept: npt.NDArray[np.bool_]) -> pa.Table:
    """Rows of delivery: what customers have received by the end."""
    _, names = line_ids(lines)
    chosen = np.flatnonzero(kept[shipments.line] & (shipments.delivered < number_of(span.until)))
    seen: dict[int, int] = {}
    ids = []
    for day in shipments.shipped[chosen].tolist():
        seen[day] = seen.get(day, 0) + 1
        ids.append(f"DN-{day_from(day):%y%m%d}-{seen[day]:02d}")
    return rows_of(
        "delivery",
        len(chosen),
        delivery_id=ids,
        line_id=[names[row] for row in shipments.line[chosen].tolist()],
        delivered_on=shipments.delivered[chosen],
        shipped_on=shipments.shipped[chosen],
        quantity=shipments.quantity[chosen].astype(np.float64),
    )


def ship_moment(span: Span, shipments: Shipments) -> Ints:
    """UTC microseconds at which trucks leave: at half past six in the evening, one every few minutes."""
    place = np.arange(len(shipments.line)) % 40
    return np.asarray(span.midnight_us(shipments.shipped) + DAY_US // 48 * 37 + place * 180_000_000, dtype=np.int64)
