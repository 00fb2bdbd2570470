"""Monthly accounts and output of the works, from what it sold, used, paid and made."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linghang.twin.works import costs
from linghang.twin.works.capabilities import setting
from linghang.twin.works.demand import Floats, Ints
from linghang.twin.works.energy import Energy
from linghang.twin.works.environment import by_month
from linghang.twin.works.floor import Lots
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.meters import DIESEL, FRESH_MAIN, GAS_MAIN, HEAT_MAIN, POWER_MAIN
from linghang.twin.works.people import People
from linghang.twin.works.products import PRODUCTS
from linghang.twin.works.purchasing import price_of
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import Span, number_of

MASS_KG = np.array([one.mass_kg for one in PRODUCTS])
MAINTENANCE_CONTRACTS_CNY = 120_000.0
FREIGHT_CNY = 8.9
"""Transport of one wheel to the customer."""
DEPRECIATION_CNY, NEW_DEPRECIATION_CNY = 1_260_000.0, 185_000.0
RESEARCH_CNY = 780_000.0
OVERHEAD_CNY = 930_000.0
WAGE_GROWTH_A_YEAR = 0.03
PRODUCTION_SHARE = 0.78
"""Share of wages that belongs to what is produced."""


@dataclass(frozen=True)
class Used:
    """What the works used, day by day.

    Attributes
    ----------
    materials
        Material -> (days,) quantity.
    maintenance, quality
        (days,) CNY.
    """

    materials: Mapping[str, Floats]
    maintenance: Floats
    quality: Floats


def made_by_month(span: Span, lots: Lots) -> Ints:
    """Good wheels that left the plant: (months, products)."""
    done = (lots.left > 0) & (lots.good > 0)
    month = span.month_of(span.day_of(lots.left[done]))
    inside = (month >= 0) & (month < span.months)
    made = np.zeros((span.months, len(PRODUCTS)), dtype=np.int64)
    np.add.at(made, (month[inside], lots.product[done][inside]), lots.good[done][inside])
    return made


def output_rows(span: Span, made: Ints) -> pa.Table:
    """Rows of output_month."""
    month, product = np.nonzero(made)
    quantity = made[month, product].astype(np.float64)
    return rows_of(
        "output_month",
        len(month),
        factory_id=FACTORY,
        product_id=[PRODUCTS[number].id for number in product.tolist()],
        month=np.array([number_of(day) for day in span.month_days])[month],
        quantity=quantity,
        mass_t=np.round(quantity * MASS_KG[product] / 1000, 4),
        audited=True,
    )


def energy_cost(span: Span, energy: Energy) -> Floats:
    """(months,) CNY."""
    prices = (
        (POWER_MAIN, costs.POWER_CNY_KWH),
        (GAS_MAIN, costs.GAS_CNY_NM3),
        (HEAT_MAIN, costs.HEAT_CNY_GJ),
        (DIESEL, costs.DIESEL_CNY_KG),
        (FRESH_MAIN, costs.WATER_CNY_M3),
    )
    return np.asarray(sum(by_month(span, energy.of_day(name)) * price for name, price in prices), dtype=np.float64)


def finance_rows(
    span: Span, seed: int, sold: tuple[Floats, Ints], made: Ints, used: Used, people: People, energy: Energy
) -> pa.Table:
    """Rows of finance_month.

    Parameters
    ----------
    sold
        CNY and wheels that customers received, by month (and product).
    made
        Good wheels by month and product.
    """
    revenue, delivered = sold
    first = np.array([number_of(day) for day in span.month_days])
    material = _material(span, seed, used)
    years = np.arange(span.months) / 12
    hourly = costs.WAGE_CNY_MONTH / 174.0
    overtime = by_month(span, people.overtime) * hourly * (costs.OVERTIME_FACTOR - 1)
    labour = (people.heads * costs.WAGE_CNY_MONTH + overtime) * (1 + WAGE_GROWTH_A_YEAR) ** years
    fuel = energy_cost(span, energy)
    repair = by_month(span, used.maintenance) + MAINTENANCE_CONTRACTS_CNY
    freight = delivered.sum(axis=1) * FREIGHT_CNY * setting("logistics_cost_factor", span, first)
    depreciation = DEPRECIATION_CNY + np.where(span.improved(first), NEW_DEPRECIATION_CNY, 0.0)
    produced = material + labour * PRODUCTION_SHARE + fuel + repair + depreciation * 0.9
    made_kg, sold_kg = (made * MASS_KG).sum(axis=1), (delivered * MASS_KG).sum(axis=1)
    goods = produced / np.maximum(made_kg, 1.0) * sold_kg
    operating = material + labour + fuel + repair + freight + depreciation + RESEARCH_CNY + OVERHEAD_CNY
    output_value = revenue * made_kg / np.maximum(sold_kg, 1.0)
    bought = material + fuel + repair * 0.6 + freight + RESEARCH_CNY * 0.3 + OVERHEAD_CNY * 0.4
    return rows_of(
        "finance_month",
        span.months,
        factory_id=FACTORY,
        month=first,
        revenue_cny=revenue,
        cost_of_goods_cny=goods,
        operating_cost_cny=operating,
        value_added_cny=output_value - bought,
        material_cost_cny=material,
        labour_cost_cny=labour,
        energy_cost_cny=fuel,
        maintenance_cost_cny=repair,
        logistics_cost_cny=freight,
        quality_cost_cny=by_month(span, used.quality),
        depreciation_cny=depreciation,
        rnd_cost_cny=np.full(span.months, RESEARCH_CNY),
        audited=[place < span.months - 2 for place in range(span.months)],
    )


def _material(span: Span, seed: int, used: Used) -> Floats:
    """CNY by month of the materials that were used, spare parts left to maintenance."""
    total = np.zeros(span.months)
    for name, amounts in used.materials.items():
        if not name.startswith("SP-"):
            price = price_of(span, seed, [name] * len(amounts), span.day_numbers)
            total += by_month(span, amounts * price)
    return total
