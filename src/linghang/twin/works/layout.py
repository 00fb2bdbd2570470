"""The works on the ground: an invented aluminium-wheel works in Inner Mongolia, its areas and work centres.

Lengths are metres on the site plan; its corner lies south-west, x runs east and y north. `x, y` of an area or work
centre is its south-west corner. Nothing here is a real enterprise.
"""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from linghang.plant.credit_code import check_character
from linghang.twin.works.rows import listed

ENTERPRISE = "HLGL"
FACTORY = "HLGL"
SITE = "HLGL-S1"
REGION = "150121"
NAME = "敕勒川轮毂有限公司"
FACTORY_NAME = "敕勒川铝合金轮毂工厂"
INDUSTRY = "3670"
ADDRESS = "内蒙古自治区呼和浩特市土默特左旗工业园区（虚构）"
COMMISSIONED = "2014-09-01"
SITE_LENGTH_M, SITE_WIDTH_M = 430.0, 250.0


def credit_code(body: str, region: str = REGION) -> str:
    """Credit code of an invented body of nine characters, with the check character of GB 32100.

    Raises
    ------
    BadInput
        If it is not written with the characters of the standard.
    """
    first = f"91{region}{body}"
    return first + check_character(first)


@dataclass(frozen=True, slots=True)
class Area:
    """A workshop or yard: its rectangle on the site plan."""

    id: str
    name: str
    en: str
    x: float
    y: float
    length: float
    width: float


@dataclass(frozen=True, slots=True)
class Center:
    """A work centre: like machines that take each other's work, and their rectangle on the site plan."""

    id: str
    area: str
    name: str
    kind: str
    x: float
    y: float
    length: float
    width: float


AREAS: tuple[Area, ...] = (
    Area("MELT", "熔炼车间", "melting", 10, 150, 64, 80),
    Area("CAST", "低压铸造车间", "low-pressure casting", 80, 150, 130, 80),
    Area("XRAY", "X光检测区", "X-ray", 216, 190, 44, 40),
    Area("HEAT", "热处理车间", "heat treatment", 216, 150, 120, 36),
    Area("CNC", "机加工车间", "machining", 80, 55, 150, 85),
    Area("LEAK", "气密检测区", "leak test", 236, 100, 44, 40),
    Area("PAINT", "涂装车间", "painting", 236, 55, 120, 41),
    Area("PACK", "终检包装区", "final inspection and packing", 362, 55, 56, 55),
    Area("STORE", "立体仓库", "warehouse", 362, 116, 56, 114),
    Area("UTIL", "公用工程区", "utilities", 10, 10, 220, 38),
)

CENTERS: tuple[Center, ...] = (
    Center("WC-MELT", "MELT", "铝合金熔炼", "process_cell", 12, 170, 36, 56),
    Center("WC-HOLD", "MELT", "保温与除气", "process_cell", 50, 170, 22, 56),
    Center("WC-LPC", "CAST", "低压铸造", "production_unit", 84, 156, 122, 68),
    Center("WC-XRAY", "XRAY", "X光探伤", "production_unit", 220, 194, 36, 32),
    Center("WC-HT", "HEAT", "T6热处理", "process_cell", 220, 154, 112, 28),
    Center("WC-CNC", "CNC", "数控加工单元", "production_unit", 84, 59, 142, 77),
    Center("WC-LEAK", "LEAK", "气密性检测", "production_unit", 240, 104, 36, 32),
    Center("WC-PRE", "PAINT", "涂装前处理", "production_line", 240, 59, 36, 33),
    Center("WC-POWDER", "PAINT", "静电喷粉", "production_line", 280, 59, 32, 33),
    Center("WC-BAKE", "PAINT", "烘烤固化", "production_line", 316, 59, 36, 33),
    Center("WC-PACK", "PACK", "终检与包装", "production_line", 366, 59, 48, 47),
    Center("WC-STORE", "STORE", "自动化立体库", "storage_zone", 366, 140, 48, 86),
    Center("WC-AGV", "STORE", "厂内物流", "other", 366, 124, 48, 14),
    Center("WC-POWER", "UTIL", "变配电", "other", 14, 14, 34, 30),
    Center("WC-AIR", "UTIL", "空压站", "other", 52, 14, 40, 30),
    Center("WC-GAS", "UTIL", "天然气调压站", "other", 96, 14, 26, 30),
    Center("WC-WATER", "UTIL", "污水处理与回用", "other", 126, 14, 56, 30),
    Center("WC-VOC", "UTIL", "废气治理", "other", 186, 14, 40, 30),
)


def area_of(center_id: str) -> str:
    """Area of a work centre."""
    return next(center.area for center in CENTERS if center.id == center_id)


def enterprise_rows() -> dict[str, pa.Table]:
    """Rows of enterprise, factory, site, area and work_center."""
    return {
        "enterprise": listed("enterprise", [_ENTERPRISE]),
        "factory": listed("factory", [_FACTORY]),
        "site": listed("site", [_SITE]),
        "area": listed(
            "area",
            [
                {"area_id": one.id, "site_id": SITE, "name": one.name, "area_m2": one.length * one.width}
                for one in AREAS
            ],
        ),
        "work_center": listed("work_center", [_center(one) for one in CENTERS]),
    }


def _center(one: Center) -> dict[str, object]:
    return {
        "work_center_id": one.id,
        "area_id": one.area,
        "name": one.name,
        "kind": one.kind,
        "x_m": one.x,
        "y_m": one.y,
        "length_m": one.length,
        "width_m": one.width,
    }


_ENTERPRISE: dict[str, object] = {
    "enterprise_id": ENTERPRISE,
    "name": NAME,
    "credit_code": credit_code("MA0QCLC0X"),
    "industry_code": INDUSTRY,
    "region_code": REGION,
    "size_class": "medium",
    "above_scale": True,
    "legal_person": True,
    "established_on": date(2012, 5, 18),
    "on_dishonest_list": False,
    "credit_clean": True,
    "finance_sound": True,
    "operating_normally": True,
    "law_abiding": True,
}
_FACTORY: dict[str, object] = {
    "factory_id": FACTORY,
    "enterprise_id": ENTERPRISE,
    "name": FACTORY_NAME,
    "region_code": REGION,
    "time_zone": "Asia/Shanghai",
    "address": ADDRESS,
    "commissioned_on": date.fromisoformat(COMMISSIONED),
    "process_type": "discrete",
}
_SITE: dict[str, object] = {
    "site_id": SITE,
    "factory_id": FACTORY,
    "name": "主厂区",
    "address": ADDRESS,
    "area_m2": SITE_LENGTH_M * SITE_WIDTH_M,
}
