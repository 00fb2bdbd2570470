"""What customers order: order lines of two years with season, growth and rush orders.

The works records from its first day on, but it worked before: lines that fall due in the weeks before (`WARM_DAYS`)
fill the plant with work and are then left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.twin.works.layout import credit_code
from linghang.twin.works.products import LOT, PRODUCTS
from linghang.twin.works.rows import listed, rows_of
from linghang.twin.works.span import SPRING_FESTIVALS, Span, day_from, number_of
from linghang.twin.works.streams import stream

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WARM_DAYS = 28
AHEAD_DAYS = 45
"""Lines are due up to this long after the end: customers have ordered for the next weeks already."""
MONTHLY_WHEELS = 63_000.0
GROWTH_IMPROVED = 1.135
"""Demand of the improved year over that of the year before: new programmes that the works won."""
SEASON = (0.97, 0.78, 1.02, 1.01, 0.98, 0.98, 0.94, 0.97, 1.06, 1.06, 1.10, 1.09)
LINE_NOISE = 0.25
RUSH_SHARE = 0.16
CANCELLED_SHARE = 0.012


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: weight in the demand, days of transport, and what it pays relative to the list."""

    id: str
    name: str
    body: str
    region: str
    channel: str
    weight: float
    transit_days: int
    price_factor: float
    country: str = "CN"


CUSTOMERS: tuple[Customer, ...] = (
    Customer("C-001", "长春某汽车集团有限公司（虚构）", "MA0CLNT01", "220101", "整车配套", 0.21, 2, 1.00),
    Customer("C-002", "北京某新能源汽车有限公司（虚构）", "MA0CLNT02", "110112", "整车配套", 0.16, 1, 1.02),
    Customer("C-003", "西安某汽车有限公司（虚构）", "MA0CLNT03", "610113", "整车配套", 0.14, 2, 0.99),
    Customer("C-004", "沈阳某汽车有限公司（虚构）", "MA0CLNT04", "210106", "整车配套", 0.13, 2, 1.01),
    Customer("C-005", "鄂尔多斯某商用车有限公司（虚构）", "MA0CLNT05", "150602", "整车配套", 0.10, 1, 0.98),
    Customer("C-006", "天津某汽车零部件贸易有限公司（虚构）", "MA0CLNT06", "120116", "出口", 0.10, 2, 1.05),
    Customer("C-007", "郑州某客车有限公司（虚构）", "MA0CLNT07", "410122", "整车配套", 0.08, 2, 0.99),
    Customer("C-008", "广州某轮毂商贸有限公司（虚构）", "MA0CLNT08", "440114", "售后市场", 0.08, 4, 1.08),
)


@dataclass(frozen=True)
class Lines:
    """Order lines in the order of their due days; all arrays have one value a line.

    Attributes
    ----------
    product, customer
        Index into PRODUCTS and CUSTOMERS.
    ordered, due
        Days since 1970.
    price
        CNY for one wheel.
    """

    product: Ints
    customer: Ints
    quantity: Ints
    ordered: Ints
    due: Ints
    price: Floats
    cancelled: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.due)


def metal_index(span: Span, seed: int, days: npt.ArrayLike) -> Floats:
    """Price of primary aluminium on days, relative to the start: a slow walk that returns to 1."""
    draws = stream(seed, "metal").normal(0.0, 0.012, 120)
    walk, value = np.empty(120), 0.0
    for number, draw in enumerate(draws):
        value = 0.86 * value + draw
        walk[number] = value
    months = np.clip(span.month_of(days) + 2, 0, 119)
    return np.asarray(1.0 + walk[months], dtype=np.float64)


def weekly_demand(span: Span, weeks: Ints) -> Floats:
    """Expected wheels of the weeks that begin on these days: level, growth and season."""
    middle = weeks + 3
    season = np.array([SEASON[day_from(day).month - 1] for day in middle])
    for year, festival in SPRING_FESTIVALS.items():
        if span.first.year - 1 <= year <= span.until.year + 1:
            season = np.where(np.abs(middle - number_of(festival)) <= 6, season * 0.62, season)
    level = np.where(weeks >= number_of(span.improved_from), GROWTH_IMPROVED, 1.0)
    return np.asarray(MONTHLY_WHEELS * 12 / 365.25 * 7 * season * level, dtype=np.float64)


def order_lines(span: Span, seed: int) -> Lines:
    """Draw the order lines that fall due from the warm-up on until some weeks after the end."""
    rng = stream(seed, "demand")
    weeks = np.arange(number_of(span.first) - WARM_DAYS, number_of(span.until) + AHEAD_DAYS, 7, dtype=np.int64)
    shares = np.array([one.family.share * one.share for one in PRODUCTS])
    expected = weekly_demand(span, weeks)[:, None] * shares[None, :]
    size = np.clip(expected * 0.8, 8 * LOT, 30 * LOT)
    running = np.cumsum(expected / size, axis=0) + rng.random(len(PRODUCTS))
    counts = np.diff(np.floor(running), axis=0, prepend=np.floor(running[:1] - expected[:1] / size[:1])).astype(int)
    week, product = np.nonzero(counts)
    times = counts[week, product]
    week, product = np.repeat(week, times), np.repeat(product, times)
    noise = rng.lognormal(-(LINE_NOISE**2) / 2, LINE_NOISE, len(week))
    quantity = np.maximum(np.rint(size[week, product] * noise / LOT), 2).astype(np.int64) * LOT
    due = weeks[week] + rng.integers(0, 7, len(week))
    customer = rng.choice(len(CUSTOMERS), len(week), p=np.array([one.weight for one in CUSTOMERS]))
    lead = np.clip(np.rint(rng.gamma(6.0, 4.2, len(week))), 15, 60).astype(np.int64)
    rush = rng.random(len(week)) < RUSH_SHARE
    lead = np.where(rush, rng.integers(8, 14, len(week)), lead)
    cancelled = rng.random(len(week)) < CANCELLED_SHARE
    index = metal_index(span, seed, due - lead)
    listed_price = np.array([one.price_cny for one in PRODUCTS])[product]
    factor = np.array([one.price_factor for one in CUSTOMERS])[customer]
    price = np.round(listed_price * factor * (0.55 + 0.45 * index), 2)
    order = np.lexsort((customer, product, due))
    lines = Lines(
        product[order],
        customer[order],
        quantity[order],
        (due - lead)[order],
        due[order],
        price[order],
        cancelled[order],
    )
    return _known(lines, lines.ordered < number_of(span.until))


def _known(lines: Lines, kept: npt.NDArray[np.bool_]) -> Lines:
    """Keep lines that the works knows of."""
    return Lines(*(getattr(lines, name)[kept] for name in Lines.__dataclass_fields__))


def line_ids(lines: Lines) -> tuple[list[str], list[str]]:
    """Order and line ids: lines that one customer orders on one day share an order."""
    keys = lines.ordered * 100 + lines.customer
    distinct, place = np.unique(keys, return_inverse=True)
    orders = [f"SO-{day_from(key // 100):%y%m%d}-{key % 100 + 1:02d}" for key in distinct.tolist()]
    seen: dict[int, int] = {}
    names = []
    for number in place.tolist():
        seen[number] = seen.get(number, 0) + 1
        names.append(f"{orders[number]}-{seen[number] * 10:03d}")
    return [orders[number] for number in place.tolist()], names


def demand_rows(lines: Lines, kept: npt.NDArray[np.bool_], revised: Ints) -> dict[str, pa.Table]:
    """Rows of customer, sales_order and sales_order_line.

    Parameters
    ----------
    kept
        Lines that belong to the records.
    revised
        Due day that was agreed on later, as days since 1970; -1 where the first one stands.
    """
    orders, names = line_ids(lines)
    rows = np.flatnonzero(kept)
    first: dict[str, int] = {}
    for row in rows.tolist():
        first.setdefault(orders[row], row)
    heads = list(first.values())
    return {
        "customer": listed(
            "customer",
            [
                {
                    "customer_id": one.id,
                    "name": one.name,
                    "credit_code": credit_code(one.body, one.region),
                    "country": one.country,
                }
                for one in CUSTOMERS
            ],
        ),
        "sales_order": rows_of(
            "sales_order",
            len(heads),
            order_id=list(first),
            customer_id=[CUSTOMERS[number].id for number in lines.customer[heads]],
            ordered_on=lines.ordered[heads],
            channel=[CUSTOMERS[number].channel for number in lines.customer[heads]],
        ),
        "sales_order_line": rows_of(
            "sales_order_line",
            len(rows),
            line_id=[names[row] for row in rows.tolist()],
            order_id=[orders[row] for row in rows.tolist()],
            product_id=[PRODUCTS[number].id for number in lines.product[rows]],
            quantity=lines.quantity[rows].astype(np.float64),
            due_on=lines.due[rows],
            revised_due_on=[day_from(day) if day >= 0 else None for day in revised[rows].tolist()],
            price_cny=lines.price[rows],
            cancelled=lines.cancelled[rows].tolist(),
        ),
    }
