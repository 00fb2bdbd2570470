"""Meters of the works: one at the boundary for each carrier, below it those of areas and large machines."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from linghang.twin.works.layout import AREAS, FACTORY
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.rows import listed

POWER_MAIN, SOLAR, GAS_MAIN, HEAT_MAIN = "MTR-ELE-00", "MTR-ELE-PV", "MTR-GAS-00", "MTR-HEAT-00"
DIESEL, FRESH_MAIN, REUSED, AIR = "MTR-DSL-00", "MTR-WAT-00", "MTR-WAT-RC", "MTR-AIR-00"
BUILDING = "MTR-ELE-BLD"
GAS_USERS = {
    "MTR-GAS-MELT": ("WC-MELT", "熔炼天然气表"),
    "MTR-GAS-HEAT": ("WC-HT", "热处理天然气表"),
    "MTR-GAS-PRE": ("WC-PRE", "前处理加热天然气表"),
    "MTR-GAS-BAKE": ("WC-BAKE", "烘烤炉天然气表"),
    "MTR-GAS-RTO": ("WC-VOC", "焚烧炉天然气表"),
}
WATER_USERS = {
    "MTR-WAT-COOL": ("WC-WATER", "循环冷却补水表"),
    "MTR-WAT-PRE": ("WC-PRE", "前处理用水表"),
    "MTR-WAT-DOM": (None, "生活用水表"),
}
METERED_CENTERS = ("WC-MELT", "WC-LPC", "WC-HT", "WC-CNC", "WC-AIR")
"""Machines of these work centres have a meter of their own."""
POWER_LOSS = 0.016
"""Share of what comes in that transformers and cables lose; no meter sees it."""
GAS_LOSS = 0.004
"""Share of gas and water that no meter below the main one sees."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter; `parent` is the meter above it, whose reading contains its own."""

    id: str
    name: str
    carrier: str
    unit: str
    parent: str | None = None
    boundary: bool = False
    bought: bool = True
    renewable: bool = False
    center: str | None = None
    equipment: str | None = None


def area_meter(area: str) -> str:
    """Meter of the electricity of an area."""
    return f"MTR-ELE-{area}"


def machine_meter(machine: str) -> str:
    """Meter of the electricity of a machine."""
    return f"MTR-ELE-{machine}"


def _meters() -> Iterator[Meter]:
    yield Meter(POWER_MAIN, "10kV进线总表", "electricity", "kWh", boundary=True)
    yield Meter(SOLAR, "光伏发电表", "electricity", "kWh", boundary=True, bought=False, renewable=True)
    for area in AREAS:
        yield Meter(area_meter(area.id), f"{area.name}电表", "electricity", "kWh", POWER_MAIN, bought=False)
    yield Meter(BUILDING, "照明与采暖通风电表", "electricity", "kWh", POWER_MAIN, bought=False)
    for machine in MACHINES:
        if machine.group.center in METERED_CENTERS:
            yield Meter(
                machine_meter(machine.id), f"{machine.id}电表", "electricity", "kWh", area_meter(machine.area),
                bought=False, center=machine.group.center, equipment=machine.id,
            )  # fmt: skip
    yield Meter(GAS_MAIN, "天然气总表", "natural_gas", "Nm3", boundary=True)
    for id, (center, name) in GAS_USERS.items():
        yield Meter(id, name, "natural_gas", "Nm3", GAS_MAIN, bought=False, center=center)
    yield Meter(HEAT_MAIN, "采暖热力表", "heat", "GJ", boundary=True)
    yield Meter(DIESEL, "叉车柴油加注计量", "diesel", "kg", boundary=True)
    yield Meter(FRESH_MAIN, "新水总表", "water_fresh", "m3", boundary=True)
    for id, (user, name) in WATER_USERS.items():
        yield Meter(id, name, "water_fresh", "m3", FRESH_MAIN, bought=False, center=user)
    yield Meter(REUSED, "循环水与中水回用表", "water_reused", "m3", boundary=True, bought=False)
    yield Meter(AIR, "压缩空气总表", "compressed_air", "Nm3", bought=False, center="WC-AIR")


METERS: tuple[Meter, ...] = tuple(_meters())
BY_ID = {meter.id: meter for meter in METERS}


def meter_rows() -> pa.Table:
    """Rows of meter."""
    return listed(
        "meter",
        [
            {
                "meter_id": one.id,
                "factory_id": FACTORY,
                "work_center_id": one.center,
                "equipment_id": one.equipment,
                "name": one.name,
                "carrier": one.carrier,
                "unit": one.unit,
                "boundary": one.boundary,
                "bought": one.bought,
                "direction": "in",
                "renewable": one.renewable,
                "feedstock": False,
            }
            for one in METERS
        ],
    )
