"""What things cost: standard cost of wheels at each stage, and prices of energy, work and services."""

import numpy as np
import numpy.typing as npt

from linghang.twin.works.demand import Floats, metal_index
from linghang.twin.works.materials import BOUGHT, INGOT_CNY, SPARES
from linghang.twin.works.products import FAMILIES, PRODUCTS, RETURNS
from linghang.twin.works.span import Span

METAL_FACTOR = 1.055
"""Ingots bought for a kilogram of metal in good wheels, in the baseline year."""
COAT_CNY = 8.4
"""Powder, chemicals and box of one wheel."""
CONVERSION_CNY = {family.name: 92.0 + 14.0 * place for place, family in enumerate(FAMILIES)}
"""Work, energy and depreciation of one wheel."""
STAGES = {"C": 0.34, "M": 0.72, "FG": 1.0}
"""Share of the conversion that a wheel has behind it."""
RETURNS_SHARE = 0.82
"""Value of returns relative to ingots."""

POWER_CNY_KWH = 0.47
GAS_CNY_NM3 = 2.95
HEAT_CNY_GJ = 34.0
DIESEL_CNY_KG = 8.6
WATER_CNY_M3 = 6.4
WAGE_CNY_MONTH = 7_900.0
OVERTIME_FACTOR = 1.5


def unit_costs(span: Span, seed: int, days: npt.ArrayLike) -> dict[str, Floats]:
    """CNY for a unit of each material in stock on days: bought ones at their price, wheels at standard cost."""
    index = metal_index(span, seed, days)
    ones = np.ones_like(index)
    costs = {one.id: one.price_cny * (index if one.kind == "raw" else ones) for one in BOUGHT}
    costs |= {one.id: one.price_cny * ones for one in SPARES}
    costs[RETURNS] = INGOT_CNY * RETURNS_SHARE * index
    for product in PRODUCTS:
        conversion = CONVERSION_CNY[product.family.name]
        metal = product.metal_kg * METAL_FACTOR * INGOT_CNY * index
        extra = (product.cast_kg - product.metal_kg) * INGOT_CNY * RETURNS_SHARE * index
        costs[product.material("C")] = metal + extra + conversion * STAGES["C"]
        costs[product.material("M")] = metal + conversion * STAGES["M"]
        costs[product.material("FG")] = metal + COAT_CNY + conversion
    return costs
