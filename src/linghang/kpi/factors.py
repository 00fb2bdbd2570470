"""Dated coefficients: standard coal (GB/T 2589), CO2 of fuels and heat (GB/T 32150), CO2 of grid electricity.

Every coefficient names its source, and how sure it is: H stands in several sources that agree, M in one, L was not
found in a source that could be read. A carrier without a coefficient makes an indicator unknown, never smaller.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal, NamedTuple

from linghang.errors import BadInput
from linghang.plant.units import convert

Confidence = Literal["H", "M", "L"]
C_TO_CO2 = Fraction(44, 12)
"""Mass of CO2 from a mass of carbon."""
PURCHASED_HEAT_T_PER_GJ = Fraction("0.11")
"""CO2 of bought heat, t/GJ: default of the enterprise guidelines (H)."""
STEAM_GJ_PER_T = Fraction("2.6846")
"""Heat of one tonne of saturated steam at 0.8 MPa above water of 20 °C, GJ/t: 2768.3 - 83.7 kJ/kg (L). Meter steam in
GJ where its pressure differs."""
NO_CO2 = frozenset({"compressed_air", "nitrogen", "oxygen", "hydrogen", "water_fresh", "water_reused"})
"""Carriers that give no CO2 where they are used."""


class Coefficient(NamedTuple):
    """Factor for one unit of what a meter counts."""

    factor: Fraction
    confidence: Confidence


class StandardCoal(NamedTuple):
    """kgce for one `unit` of a carrier, after `source`."""

    carrier: str
    unit: str
    kgce: str
    confidence: Confidence
    source: str


_2589 = "GB/T 2589-2020"
_2008 = "GB/T 2589-2008, kept in 2020"
STANDARD_COAL: tuple[StandardCoal, ...] = (
    StandardCoal("electricity", "kWh", "0.1229", "H", f"{_2589}, equivalent value"),
    StandardCoal("natural_gas", "Nm3", "1.3300", "H", f"{_2008}, oil field gas"),
    StandardCoal("natural_gas", "m3", "1.3300", "H", f"{_2008}, oil field gas"),
    StandardCoal("raw_coal", "kg", "0.7143", "H", _2008),
    StandardCoal("cleaned_coal", "kg", "0.9000", "H", _2008),
    StandardCoal("coke", "kg", "0.9714", "H", _2008),
    StandardCoal("fuel_oil", "kg", "1.4286", "H", _2008),
    StandardCoal("diesel", "kg", "1.4571", "H", _2008),
    StandardCoal("gasoline", "kg", "1.4714", "H", _2008),
    StandardCoal("lpg", "kg", "1.7143", "H", _2008),
    StandardCoal("lng", "kg", "1.7572", "L", _2589),
    StandardCoal("coke_oven_gas", "Nm3", "0.5714", "H", f"{_2008}, lower end of its range"),
    StandardCoal("coke_oven_gas", "m3", "0.5714", "H", f"{_2008}, lower end of its range"),
    StandardCoal("blast_furnace_gas", "Nm3", "0.1286", "M", _2008),
    StandardCoal("blast_furnace_gas", "m3", "0.1286", "M", _2008),
    StandardCoal("heat", "MJ", "0.0341", "H", _2008),
    StandardCoal("steam", "MJ", "0.0341", "H", f"{_2008}, as heat"),
    StandardCoal("steam", "kg", "0.1286", "L", f"{_2008}, saturated, 0.8 MPa"),
    StandardCoal("compressed_air", "Nm3", "0.0400", "M", f"{_2008}, energy-carrying media"),
    StandardCoal("compressed_air", "m3", "0.0400", "M", f"{_2008}, energy-carrying media"),
    StandardCoal("oxygen", "Nm3", "0.4000", "M", f"{_2008}, energy-carrying media"),
    StandardCoal("oxygen", "m3", "0.4000", "M", f"{_2008}, energy-carrying media"),
    StandardCoal("water_fresh", "t", "0.2571", "M", f"{_2589}, energy-carrying media"),
    StandardCoal("water_fresh", "m3", "0.2571", "M", f"{_2589}, energy-carrying media; 1 m3 weighs 1 t"),
)
"""kgce per unit; 1 kgce = 29 307 kJ."""


class Fuel(NamedTuple):
    """Net calorific value, carbon content and oxidation of a fuel: defaults of the sector guidelines."""

    carrier: str
    unit: str
    ncv_gj: str
    carbon_t_per_gj: str
    oxidation: str
    confidence: Confidence
    source: str

    @property
    def t_co2(self) -> Fraction:
        """Tonnes of CO2 from one unit: NCV x carbon content x oxidation x 44/12."""
        return Fraction(self.ncv_gj) * Fraction(self.carbon_t_per_gj) * Fraction(self.oxidation) * C_TO_CO2


_GUIDE = "defaults of the enterprise guidelines for greenhouse-gas accounting"
_INVENTORY = "GB/T 2589 calorific value with provincial-inventory carbon data"
FUELS: tuple[Fuel, ...] = (
    Fuel("raw_coal", "t", "20.908", "0.02637", "0.94", "M", _INVENTORY),
    Fuel("cleaned_coal", "t", "26.344", "0.02540", "0.93", "M", _GUIDE),
    Fuel("coke", "t", "28.446", "0.02940", "0.93", "M", _GUIDE),
    Fuel("fuel_oil", "t", "40.19", "0.02110", "0.98", "M", _GUIDE),
    Fuel("gasoline", "t", "44.8", "0.01890", "0.98", "M", _GUIDE),
    Fuel("diesel", "t", "43.33", "0.02020", "0.98", "M", _GUIDE),
    Fuel("lpg", "t", "47.31", "0.01720", "0.99", "M", _GUIDE),
    Fuel("lng", "t", "41.868", "0.01530", "0.99", "M", _GUIDE),
    Fuel("natural_gas", "万Nm3", "389.31", "0.01530", "0.99", "M", _GUIDE),
    Fuel("natural_gas", "万m3", "389.31", "0.01530", "0.99", "M", _GUIDE),
    Fuel("coke_oven_gas", "万Nm3", "173.854", "0.01360", "0.99", "M", _GUIDE),
    Fuel("coke_oven_gas", "万m3", "173.854", "0.01360", "0.99", "M", _GUIDE),
    Fuel("blast_furnace_gas", "万Nm3", "37.69", "0.07080", "0.99", "M", _GUIDE),
    Fuel("blast_furnace_gas", "万m3", "37.69", "0.07080", "0.99", "M", _GUIDE),
)
"""Fuels by carrier of the meters."""


class GridFactor(NamedTuple):
    """kgCO2 for one kWh of bought electricity: of a province, or of the nation ("00"), for one year."""

    region: str
    year: int
    kg_per_kwh: Decimal
    confidence: Confidence
    source: str


_NOTICES = {
    2022: "Ministry of Ecology and Environment and National Bureau of Statistics, 2024-12-20",
    2023: "Ministry of Ecology and Environment and National Bureau of Statistics, notice 2025 no. 47, 2025-12-31",
}
_GRID = """
00 0.5366 0.5306
11 0.5580 0.5554
12 0.7041 0.6796
13 0.7252 0.6516
14 0.7096 0.6634
15 0.6849 0.6479
21 0.5626 0.4878
22 0.4932 0.4671
23 0.5368 0.5229
31 0.5849 0.5737
32 0.5978 0.5827
33 0.5153 0.4974
34 0.6782 0.6553
35 0.4092 0.4211
36 0.5752 0.5836
37 0.6410 0.6191
41 0.6058 0.5897
42 0.4364 0.4044
43 0.4900 0.4976
44 0.4403 0.4419
45 0.4044 0.4476
46 0.4184 0.3648
50 0.5227 0.5581
51 0.1404 0.1564
52 0.4989 0.5683
53 0.1073 0.1333
61 0.6558 0.6335
62 0.4772 0.4471
63 0.1567 0.1796
64 0.6423 0.6187
65 0.6231 0.6021
"""
GRID: Mapping[tuple[str, int], GridFactor] = {
    (region, year): GridFactor(region, year, Decimal(value), "H", _NOTICES[year])
    for region, *values in (line.split() for line in _GRID.split("\n") if line)
    for year, value in zip((2022, 2023), values, strict=True)
}
"""Average factors by two digits of the region code and year; none was published for Xizang (54)."""
DIGEST = hashlib.sha256(
    repr((PURCHASED_HEAT_T_PER_GJ, STEAM_GJ_PER_T, sorted(NO_CO2), STANDARD_COAL, FUELS, tuple(GRID.values()))).encode()
).hexdigest()
"""sha256 of all coefficients: a value that rests on them comes out again with the same ones only."""


def standard_coal(carrier: str, unit: str) -> Coefficient | None:
    """kgce for one `unit` of a carrier; None if there is no coefficient for it."""
    for row in STANDARD_COAL:
        if row.carrier == carrier and (scale := _scale(unit, row.unit)) is not None:
            return Coefficient(Fraction(row.kgce) * scale, row.confidence)
    return None


def fuel_co2(carrier: str, unit: str) -> Coefficient | None:
    """Tonnes of CO2 from burning one `unit` of a carrier; None if there is no factor for it."""
    for row in FUELS:
        if row.carrier == carrier and (scale := _scale(unit, row.unit)) is not None:
            return Coefficient(row.t_co2 * scale, row.confidence)
    return None


def heat_gj(amount: Fraction, unit: str) -> Fraction | None:
    """GJ of heat or steam; steam counted by mass is taken as saturated at 0.8 MPa."""
    if (scale := _scale(unit, "GJ")) is not None:
        return amount * scale
    scale = _scale(unit, "t")
    return None if scale is None else amount * scale * STEAM_GJ_PER_T


def in_tonnes_of_water(amount: Fraction, unit: str) -> Fraction | None:
    """Tonnes of water; a cubic metre weighs one."""
    scale = _scale(unit, "t") or _scale(unit, "m3")
    return None if scale is None else amount * scale


def grid_factor(region_code: str, year: int) -> GridFactor | None:
    """Factor of a province for the newest published year up to `year`, else the oldest; None if there is none."""
    years = sorted(known for region, known in GRID if region == region_code[:2])
    if not years:
        return None
    fitting = [known for known in years if known <= year]
    return GRID[region_code[:2], fitting[-1] if fitting else years[0]]


@cache
def _scale(unit: str, wanted: str) -> Fraction | None:
    """How many `wanted` one `unit` is; None if they measure different things."""
    try:
        return Fraction(convert(Decimal(1), unit, wanted))
    except BadInput:
        return None
