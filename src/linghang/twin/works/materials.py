"""Materials of the works, what goes into what, spare parts and places of storage."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from linghang.twin.works import products as made
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.products import PRODUCTS, Product
from linghang.twin.works.rows import listed


@dataclass(frozen=True, slots=True)
class Bought:
    """A material that the works buys.

    Attributes
    ----------
    price_cny
        Price of a unit at the start of the records.
    """

    id: str
    name: str
    unit: str
    kind: str
    unit_mass_kg: float
    price_cny: float


INGOT_CNY = 19.6

BOUGHT: tuple[Bought, ...] = (
    Bought(made.INGOT, "A356.2铝合金锭", "kg", "raw", 1.0, INGOT_CNY),
    Bought(made.STRONTIUM, "铝锶合金AlSr10", "kg", "raw", 1.0, 38.0),
    Bought(made.GRAIN_REFINER, "铝钛硼合金AlTi5B1", "kg", "raw", 1.0, 31.0),
    Bought("POW-SLV", "银色粉末涂料", "kg", "auxiliary", 1.0, 34.0),
    Bought("POW-BLK", "黑色粉末涂料", "kg", "auxiliary", 1.0, 32.0),
    Bought("POW-GRY", "枪灰粉末涂料", "kg", "auxiliary", 1.0, 36.0),
    Bought(made.CHEMICAL, "无铬转化处理剂", "kg", "auxiliary", 1.0, 14.0),
    Bought(made.COOLANT, "切削液浓缩液", "kg", "auxiliary", 1.0, 18.0),
    Bought(made.BOX, "轮毂纸箱与隔板", "pcs", "packaging", 0.9, 5.2),
)


@dataclass(frozen=True, slots=True)
class Spare:
    """A spare part: which failed component of which group of machines it is for, and how many one repair takes."""

    id: str
    name: str
    groups: tuple[str, ...]
    components: tuple[str, ...]
    mass_kg: float
    price_cny: float
    quantity: int = 1


SPARES: tuple[Spare, ...] = (
    Spare("SP-RISER", "升液管", ("LPC-",), ("riser",), 18.0, 860.0),
    Spare("SP-TC", "热电偶", ("LPC-",), ("sensor",), 0.4, 280.0, 2),
    Spare("SP-SEALKIT", "液压密封件", ("LPC-", "CNC-"), ("hydraulic", "clamp"), 0.8, 460.0),
    Spare("SP-SPINDLE", "主轴轴承组", ("CNC-",), ("spindle",), 9.5, 8200.0),
    Spare("SP-TOOLARM", "换刀机械手爪", ("CNC-",), ("tool_changer",), 1.6, 620.0),
    Spare("SP-PUMP", "泵", ("CNC-", "PT-", "HT-", "WW-1"), ("coolant", "pump", "quench_pump"), 14.0, 1450.0),
    Spare("SP-BURNER", "燃烧器点火组件", ("MF-", "PT-"), ("burner",), 2.2, 1750.0),
    Spare("SP-FAN", "风机轴承", ("HT-",), ("fan",), 6.0, 2400.0, 2),
    Spare("SP-TUBE", "X射线管", ("XR-",), ("tube",), 5.0, 28000.0),
    Spare("SP-ROTOR", "石墨除气转子", ("HF-",), ("rotor",), 7.0, 1900.0),
    Spare("SP-GUN", "喷枪喷嘴", ("PT-",), ("gun", "nozzle"), 0.3, 520.0, 4),
    Spare("SP-BELT", "胶圈与传感器", ("LT-", "PK-", "AGV-"), ("seal", "wrapper", "label", "battery", "guide"), 0.5,
          180.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A place of storage: pallets that it takes, and how far it lies from the gate of the warehouse."""

    id: str
    name: str
    area: str
    pallets: float
    distance_m: float
    automated: bool


PLACES: tuple[Place, ...] = (
    Place("RM-YARD", "铝锭堆场", "MELT", 320, 12, False),
    Place("RM-AUX", "辅料库", "STORE", 160, 30, False),
    Place("SP-STORE", "备件库", "STORE", 120, 36, False),
    Place("BUF-XRAY", "探伤后缓存区", "XRAY", 60, 20, False),
    Place("BUF-HT", "热处理缓存区", "HEAT", 90, 22, False),
    Place("BUF-CNC", "机加前缓存区", "CNC", 120, 24, False),
    Place("FG-IN", "成品入库口", "STORE", 12, 4, True),
    *(
        Place(f"FG-{lane}-{level}", f"成品库{lane}巷道{level}层", "STORE", 96, 14.0 + 9 * number + 2 * level, True)
        for number, lane in enumerate("ABCD")
        for level in (1, 2, 3)
    ),
)
YARD, AUXILIARY, SPARE_STORE, FINISHED_GATE = "RM-YARD", "RM-AUX", "SP-STORE", "FG-IN"
FINISHED_PLACES = tuple(place.id for place in PLACES if place.id.startswith("FG-") and place.id != FINISHED_GATE)


def material_rows() -> dict[str, pa.Table]:
    """Rows of material, bill_of_material and storage_location."""
    return {
        "material": listed("material", [*_materials()]),
        "bill_of_material": listed("bill_of_material", [*_bills()]),
        "storage_location": listed(
            "storage_location",
            [
                {
                    "location_id": one.id,
                    "factory_id": FACTORY,
                    "area_id": one.area,
                    "name": one.name,
                    "capacity": float(one.pallets),
                    "distance_m": float(one.distance_m),
                    "automated": one.automated,
                }
                for one in PLACES
            ],
        ),
    }


def _materials() -> Iterator[dict[str, object]]:
    for one in BOUGHT:
        yield _material(one.id, one.name, one.unit, one.kind, one.unit_mass_kg)
    yield _material(made.LIQUID, "A356.2铝合金液", "kg", "semi", 1.0)
    yield _material(made.RETURNS, "铝回炉料", "kg", "other", 1.0)
    yield _material(made.SKIMMED, "铝灰压榨回收铝", "kg", "other", 1.0)
    for spare in SPARES:
        yield _material(spare.id, spare.name, "pcs", "spare_part", spare.mass_kg)
    for product in PRODUCTS:
        yield _material(product.material("C"), f"{product.name}铸坯", "pcs", "semi", product.cast_kg)
        yield _material(product.material("M"), f"{product.name}机加件", "pcs", "semi", product.metal_kg)
        yield _material(product.material("FG"), product.name, "pcs", "finished", product.mass_kg)


def _material(id: str, name: str, unit: str, kind: str, mass: float) -> dict[str, object]:
    return {"material_id": id, "name": name, "unit": unit, "kind": kind, "unit_mass_kg": mass}


def _bills() -> Iterator[dict[str, object]]:
    for component, quantity, loss in (
        (made.INGOT, 0.700, 3.4),
        (made.RETURNS, 0.330, 5.0),
        (made.STRONTIUM, 0.0022, 0.0),
        (made.GRAIN_REFINER, 0.0018, 0.0),
    ):
        yield _bill(made.LIQUID, component, quantity, loss)
    for product in PRODUCTS:
        yield from _of(product)


def _of(product: Product) -> Iterator[dict[str, object]]:
    cast, machined, finished = (product.material(stage) for stage in ("C", "M", "FG"))
    yield _bill(cast, made.LIQUID, product.cast_kg, 1.0)
    yield _bill(machined, cast, 1.0, 3.8)
    yield _bill(machined, made.COOLANT, 0.012, 0.0)
    yield _bill(finished, machined, 1.0, 1.2)
    yield _bill(finished, product.powder, made.POWDER_KG, 6.0)
    yield _bill(finished, made.CHEMICAL, 0.045, 0.0)
    yield _bill(finished, made.BOX, 0.25, 1.0)


def _bill(parent: str, component: str, quantity: float, loss: float) -> dict[str, object]:
    return {
        "parent_material_id": parent,
        "component_material_id": component,
        "quantity": quantity,
        "loss_percent": loss,
    }
