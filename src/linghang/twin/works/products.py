"""What the works makes: three wheel families of eight part numbers, their materials, routes and characteristics.

Masses: `cast_kg` is the metal poured into the mould with feeder and gate, `metal_kg` the metal of the finished wheel;
the difference is machined or cut off, melted again inside, and never bought twice. The coat comes on top.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from linghang.twin.works.rows import listed

LOT = 24
COAT_KG = 0.14
POWDER_KG = 0.19
INGOT, LIQUID, RETURNS, SKIMMED = "A356.2", "AL-LIQ", "AL-RET", "AL-SKIM"
STRONTIUM, GRAIN_REFINER = "ALSR10", "ALTI5B"
POWDERS = ("POW-SLV", "POW-BLK", "POW-GRY")
BOX, CHEMICAL, COOLANT = "PKG-BOX", "PRE-CHEM", "COOLANT"


@dataclass(frozen=True, slots=True)
class Family:
    """Wheels of one diameter: masses in kg, price in CNY, and seconds of each step for one piece."""

    name: str
    inches: int
    metal_kg: float
    cast_kg: float
    price_cny: float
    cast_s: float
    machine_s: float
    share: float


FAMILIES: tuple[Family, ...] = (
    Family("16寸轮毂", 16, 8.06, 11.6, 292.0, 262.0, 412.0, 0.34),
    Family("18寸轮毂", 18, 10.36, 14.9, 374.0, 304.0, 462.0, 0.42),
    Family("20寸轮毂", 20, 13.06, 18.8, 486.0, 352.0, 520.0, 0.24),
)

SPOKES = ("五辐", "双五辐", "十辐", "多辐", "Y辐", "网辐", "扇叶", "星辐")


@dataclass(frozen=True, slots=True)
class Product:
    """One part number.

    Attributes
    ----------
    share
        Its part of the demand of its family.
    factor
        What its masses and times are of those of its family.
    """

    id: str
    family: Family
    name: str
    share: float
    factor: float
    powder: str

    @property
    def metal_kg(self) -> float:
        """Metal of the finished wheel."""
        return round(self.family.metal_kg * self.factor, 2)

    @property
    def cast_kg(self) -> float:
        """Metal poured for it."""
        return round(self.family.cast_kg * self.factor, 2)

    @property
    def mass_kg(self) -> float:
        """Finished wheel with its coat."""
        return round(self.metal_kg + COAT_KG, 2)

    @property
    def price_cny(self) -> float:
        """Price without tax."""
        return round(self.family.price_cny * self.factor, 1)

    def material(self, stage: str) -> str:
        """Material id: stage C is cast, M machined, FG finished."""
        return f"{self.id}-{stage}"


def _products() -> Iterator[Product]:
    weights = (0.24, 0.19, 0.15, 0.12, 0.10, 0.08, 0.07, 0.05)
    factors = (1.00, 1.03, 0.97, 1.05, 0.95, 1.02, 0.98, 1.04)
    for family in FAMILIES:
        for number, (weight, factor) in enumerate(zip(weights, factors, strict=True)):
            name = f"{family.inches}寸{SPOKES[number]}轮毂"
            yield Product(f"W{family.inches}{number + 1:02d}", family, name, weight, factor, POWDERS[number % 3])


PRODUCTS: tuple[Product, ...] = tuple(_products())
BY_ID = {product.id: product for product in PRODUCTS}


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of every route.

    Attributes
    ----------
    piece_s
        Seconds for one piece at standard pace; 0 where the family or the mass says it.
    passage_s
        Time of passage of a line, beside its takt.
    scrap, rework
        True shares of pieces in the baseline year.
    """

    sequence: int
    code: str
    name: str
    center: str
    piece_s: float
    passage_s: float
    setup_s: float
    crew: float
    key: bool
    scrap: float
    rework: float
    inspects: bool = False


SEGMENTS: tuple[Segment, ...] = (
    Segment(10, "010", "熔炼", "WC-MELT", 0, 0, 0, 2.0, True, 0.0, 0.0),
    Segment(20, "020", "低压铸造", "WC-LPC", 0, 0, 3000, 1.0, True, 0.006, 0.0),
    Segment(30, "030", "X光探伤", "WC-XRAY", 72.0, 0, 0, 1.2, True, 0.034, 0.0, True),
    Segment(40, "040", "T6热处理", "WC-HT", 52.0, 7.5 * 3600, 0, 2.4, True, 0.003, 0.0),
    Segment(50, "050", "机加工", "WC-CNC", 0, 0, 2100, 0.8, True, 0.009, 0.006),
    Segment(60, "060", "气密检测", "WC-LEAK", 68.0, 0, 240, 1.2, False, 0.008, 0.0, True),
    Segment(70, "070", "涂装前处理", "WC-PRE", 25.0, 2700, 0, 4.0, False, 0.0, 0.0),
    Segment(80, "080", "静电喷粉", "WC-POWDER", 25.0, 900, 420, 3.0, True, 0.0, 0.022),
    Segment(90, "090", "烘烤固化", "WC-BAKE", 25.0, 3900, 0, 2.0, True, 0.0, 0.0),
    Segment(100, "100", "终检包装", "WC-PACK", 45.0, 0, 0, 5.0, False, 0.004, 0.006, True),
)

MELT_KG_PER_H = 900.0
"""Melting rate of one furnace."""


def segment_id(product: Product, segment: Segment) -> str:
    """Id of a step of a product."""
    return f"{product.id}-{segment.code}"


def piece_s(product: Product, segment: Segment) -> float:
    """Seconds for one piece at standard pace."""
    if segment.code == "010":
        return round(product.cast_kg / MELT_KG_PER_H * 3600, 1)
    if segment.code == "020":
        return round(product.family.cast_s * product.factor, 1)
    if segment.code == "050":
        return round(product.family.machine_s * product.factor, 1)
    return segment.piece_s


def standard_hours(product: Product) -> float:
    """Labour hours of one wheel: seconds of each step times its crew."""
    return round(sum(piece_s(product, one) * one.crew for one in SEGMENTS) / 3600, 4)


SETUPS: tuple[tuple[str, float, float], ...] = (
    # work centre, change within a family, change of family: seconds
    ("WC-LPC", 3000.0, 3900.0),
    ("WC-CNC", 2100.0, 3300.0),
    ("WC-POWDER", 420.0, 420.0),
    ("WC-LEAK", 240.0, 480.0),
)


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A quality characteristic of every wheel.

    Attributes
    ----------
    sigma
        True standard deviation in the baseline year, in its unit; a counted one has none.
    every
        One lot in so many is measured.
    """

    code: str
    segment: str
    name: str
    unit: str | None
    target: float | None
    low: float | None
    high: float | None
    key: bool
    sigma: float
    every: int


CHARACTERISTICS: tuple[Characteristic, ...] = (
    Characteristic("Q01", "030", "内部缺陷", None, None, None, None, True, 0.0, 1),
    Characteristic("Q02", "040", "布氏硬度", "1", 92.0, 84.0, 100.0, True, 2.2, 12),
    Characteristic("Q03", "040", "抗拉强度", "MPa", 248.0, 228.0, 268.0, True, 5.6, 48),
    Characteristic("Q04", "050", "中心孔直径", "mm", 66.60, 66.56, 66.64, True, 0.0112, 1),
    Characteristic("Q05", "050", "螺栓孔位置度", "mm", 0.10, 0.0, 0.20, True, 0.028, 4),
    Characteristic("Q06", "050", "端面跳动", "mm", 0.15, 0.0, 0.30, True, 0.042, 4),
    Characteristic("Q07", "060", "气密性", None, None, None, None, True, 0.0, 1),
    Characteristic("Q08", "080", "涂层厚度", "um", 90.0, 60.0, 120.0, True, 8.4, 4),
    Characteristic("Q09", "100", "外观", None, None, None, None, True, 0.0, 1),
    Characteristic("Q10", "100", "动平衡量", "g", 18.0, 0.0, 40.0, False, 6.2, 24),
)


def characteristic_id(product: Product, one: Characteristic) -> str:
    """Id of a characteristic of a product."""
    return f"{product.id}-{one.code}"


def product_rows(automated: frozenset[str], digital: frozenset[str]) -> dict[str, pa.Table]:
    """Rows of the tables about products.

    Parameters
    ----------
    automated
        Codes of segments that run automatically.
    digital
        Codes of characteristics that are inspected digitally.
    """
    return {
        "product": listed("product", [_product(one) for one in PRODUCTS]),
        "routing": listed(
            "routing",
            [
                {
                    "routing_id": f"{one.id}-R1",
                    "product_id": one.id,
                    "version": "1",
                    "preferred": True,
                    "valid_from": date(2022, 1, 1),
                }
                for one in PRODUCTS
            ],
        ),
        "process_segment": listed(
            "process_segment", [_segment(product, one, automated) for product in PRODUCTS for one in SEGMENTS]
        ),
        "setup_matrix": listed("setup_matrix", list(_setups())),
        "quality_characteristic": listed(
            "quality_characteristic",
            [_characteristic(product, one, digital) for product in PRODUCTS for one in CHARACTERISTICS],
        ),
    }


def _product(one: Product) -> dict[str, object]:
    return {
        "product_id": one.id,
        "material_id": one.material("FG"),
        "name": one.name,
        "family": one.family.name,
        "unit": "pcs",
        "standard_hours": standard_hours(one),
        "ideal_mass_kg": one.mass_kg,
        "launched_on": date(2019 + int(one.id[-1]) % 4, 3, 1),
    }


def _segment(product: Product, one: Segment, automated: frozenset[str]) -> dict[str, object]:
    return {
        "segment_id": segment_id(product, one),
        "product_id": product.id,
        "routing_id": f"{product.id}-R1",
        "sequence": one.sequence,
        "name": one.name,
        "work_center_id": one.center,
        "standard_s": piece_s(product, one),
        "setup_s": one.setup_s,
        "crew": one.crew,
        "key": one.key,
        "automated": one.code in automated,
        "digitally_controlled": True,
    }


def _setups() -> Iterator[dict[str, object]]:
    for center, same, other in SETUPS:
        for before in FAMILIES:
            for after in FAMILIES:
                yield {
                    "work_center_id": center,
                    "from_family": before.name,
                    "to_family": after.name,
                    "setup_s": same if before is after else other,
                }


def _characteristic(product: Product, one: Characteristic, digital: frozenset[str]) -> dict[str, object]:
    return {
        "characteristic_id": characteristic_id(product, one),
        "product_id": product.id,
        "segment_id": f"{product.id}-{one.segment}",
        "name": one.name,
        "unit": one.unit,
        "target": one.target,
        "lower_limit": one.low,
        "upper_limit": one.high,
        "key": one.key,
        "digital": one.code in digital,
    }
