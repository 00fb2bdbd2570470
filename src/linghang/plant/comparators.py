"""What a comparator of each of the 20 indicators may say: which number of what, in which unit, for whom.

A comparator is what an indicator is in an industry of a region. Names and units are those of the annex of N24; that
the rooms of conditions and indicators say the same is kept by a test.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from linghang.errors import BadInput
from linghang.plant.codes import region_of
from linghang.plant.units import unit
from linghang.words import Text, later

COUNTRY, WORLD = "CN", "world"


class Compared(NamedTuple):
    """One indicator as comparators see it.

    Attributes
    ----------
    level
        Unit of its level V. Output behind "/t" may be counted in other units than tonnes.
    change
        Whether it is reported as a change, so that changes can be compared as well.
    lower
        Whether a lower level is better.
    highest
        Greatest level that there can be, in `level`; None without one.
    """

    title: Text
    level: str
    change: bool = True
    lower: bool = False
    highest: int | None = None


COMPARED: Mapping[str, Compared] = {
    "key_equipment_nc_rate": Compared(
        Text("关键设备数控化率", "numerically controlled share of key equipment"), "%", change=False, highest=100
    ),
    "apc_in_service_rate": Compared(
        Text("先进过程控制投用率", "advanced process control in service"), "%", change=False, highest=100
    ),
    "ai_scene_share": Compared(
        Text("应用人工智能技术场景比例", "share of scenes that use AI"), "%", change=False, highest=100
    ),
    "decision_models": Compared(
        Text("工厂应用智能决策模型数量", "intelligent decision models in use"), "个", change=False
    ),
    "development_cycle": Compared(Text("研制周期缩短", "shorter development cycle"), "d", lower=True),
    "sales_growth": Compared(Text("销售增长率", "growth of sales"), "CNY/a"),
    "production_efficiency": Compared(Text("生产效率提升", "higher production efficiency"), "%"),
    "resource_utilisation": Compared(Text("资源综合利用率提升", "higher utilisation of resources"), "%"),
    "defect_rate": Compared(Text("产品不良率下降", "lower product defect rate"), "%", lower=True, highest=100),
    "oee": Compared(Text("设备综合利用率提升", "higher overall equipment effectiveness"), "%", highest=100),
    "inventory_turns": Compared(Text("库存周转率提升", "higher inventory turnover"), "1/a"),
    "supplier_on_time": Compared(Text("供应商准时交付率提升", "more supplier deliveries on time"), "%", highest=100),
    "order_on_time": Compared(Text("订单准时交付率提升", "more orders delivered on time"), "%", highest=100),
    "operating_cost": Compared(Text("运营成本下降", "lower operating cost"), "CNY/t", lower=True),
    "labour_productivity": Compared(Text("全员劳动生产率提升", "higher overall labour productivity"), "万元/(人·a)"),
    "unit_energy": Compared(
        Text("单位产品综合能耗降低", "lower comprehensive energy per unit of product"), "kgce/t", lower=True
    ),
    "unit_co2": Compared(
        Text("单位产品二氧化碳（CO₂）排放量降低", "lower CO₂ emissions per unit of product"), "kgCO2/t", lower=True
    ),
    "solid_waste_utilisation": Compared(
        Text("一般固废综合利用率", "utilised share of general solid waste"), "%", change=False, highest=100
    ),
    "water_reuse": Compared(Text("水资源重复利用率", "reuse rate of water"), "%", change=False, highest=100),
    "replication": Compared(
        Text(
            "先进制造模式/解决方案向产业链供应链上下游复制推广的企业数量",
            "enterprises up and down the chain that took over the mode or solution",
        ),
        "家",
        change=False,
    ),
}
"""Id of an indicator -> what its comparators are numbers of, in the order of the annex."""

_WIDE = {"cn": COUNTRY, "中国": COUNTRY, "全国": COUNTRY, "world": WORLD, "全球": WORLD, "世界": WORLD}
_PER = {"年": "a", "人年": "人·a", "人·年": "人·a", "人a": "人·a"}
_OUTPUT = re.compile(r"(CNY|kgce|kgCO2)/t")


def area_of(written: str) -> str:
    """Return the two digits of a province, CN or world.

    Raises
    ------
    BadInput
        It is no region, or only a part of a province: the conditions ask for the industry of a province, the country
        or the world (N24 二.(二)1, 三.(二)1, 四.(二)1, 五.(二)1).
    """
    wide = _WIDE.get(written.strip().casefold())
    if wide:
        return wide
    try:
        region_of(written)
    except BadInput:
        raise BadInput(
            "{code} is no region of a comparator; write the code of a province (GB/T 2260), CN or world", code=written
        ) from None
    if written[2:].strip("0"):
        raise BadInput(
            "{code} is a part of the province {head}; comparators are of a province, of CN or of the world",
            code=written,
            head=written[:2],
        )
    return written[:2]


def digits_of(industry_code: str) -> str:
    """Return the digits of a code of GB/T 4754, without the letter of the section that may stand before them."""
    return industry_code.lstrip("BCDbcd")


def rate_factor(given: str, wanted: str) -> Fraction:
    """Return what a value in `given` is multiplied by to be in `wanted`: units, or one unit per another.

    Mass of carbon dioxide is no other mass; years and persons do not convert.

    Raises
    ------
    BadInput
        A unit is not known, or the two measure different things.
    """
    (top, bottom), (wanted_top, wanted_bottom) = _parts(given), _parts(wanted)
    try:
        return _factor(top, wanted_top) / _factor(bottom, wanted_bottom)
    except BadInput:
        raise _apart(given, wanted) from None


def level_unit(indicator: str, given: str) -> str:
    """Return the unit that a level of `given` is converted to: output may be counted in other units than tonnes."""
    wanted = COMPARED[indicator].level
    return f"{wanted.partition('/')[0]}/{given.partition('/')[2]}" if _OUTPUT.fullmatch(wanted) else wanted


def check_kind(indicator: str, kind: str) -> None:
    """Refuse the change of an indicator that is a state."""
    one = COMPARED.get(indicator)
    if one is not None and kind == "change" and not one.change:
        raise BadInput("{title} is a state and no change; write level", title=one.title)


def check_unit(indicator: str, kind: str, written: str) -> None:
    """Refuse a unit that does not convert to that of the indicator's level, or to % for a change."""
    one = COMPARED.get(indicator)
    if one is None:
        return
    try:
        rate_factor(written, _wanted(indicator, kind, written))
        if kind != "change" and _OUTPUT.fullmatch(one.level):
            unit(written.partition("/")[2])
    except BadInput:
        raise BadInput(
            "{title} is compared in {wanted}; {unit} does not convert to it",
            title=one.title,
            wanted="%" if kind == "change" else one.level,
            unit=written,
        ) from None


def check_value(indicator: str, kind: str, written: str, value: float) -> None:
    """Refuse a value that the indicator cannot have; of a wrong unit nothing can be said."""
    one = COMPARED.get(indicator)
    try:
        if one is None:
            return
        wanted = _wanted(indicator, kind, written)
        found = Fraction(exact(value)) * rate_factor(written, wanted)
    except BadInput:
        return
    lowest, highest = (0, one.highest) if kind != "change" else (None, 100) if one.lower else (-100, None)
    if lowest is not None and found < lowest:
        message, limit = later("{title} is at least {limit} {unit}; {value} {written} is less"), lowest
    elif highest is not None and found > highest:
        message, limit = later("{title} is at most {limit} {unit}; {value} {written} is more"), highest
    else:
        return
    raise BadInput(message, title=one.title, limit=limit, unit=wanted, value=value, written=written)


def exact(value: float) -> Decimal:
    """Return the decimal that was written: a double gives any decimal of up to fifteen digits back.

    Raises
    ------
    BadInput
        The number is not finite.
    """
    if not math.isfinite(value):
        raise BadInput("{value} is no finite number", value=value)
    return Decimal(repr(float(value)))


def _wanted(indicator: str, kind: str, given: str) -> str:
    return "%" if kind == "change" else level_unit(indicator, given)


def _parts(written: str) -> tuple[str, str]:
    plain = "".join(unicodedata.normalize("NFKC", written).split())
    top, _, bottom = plain.partition("/")
    bottom = bottom.removeprefix("(").removesuffix(")")
    return {"次": "1"}.get(top, top), _PER.get(bottom, bottom)


def _factor(given: str, wanted: str) -> Fraction:
    if given == wanted:
        return Fraction(1)
    one, other = (unit(part.removesuffix("CO2")) for part in (given, wanted))
    carbon = given.endswith("CO2") == wanted.endswith("CO2")
    if not carbon or one.dimension != other.dimension or one.offset or other.offset:
        raise _apart(given, wanted)
    return one.factor / other.factor


def _apart(given: str, wanted: str) -> BadInput:
    return BadInput("{given} does not convert to {wanted}", given=given, wanted=wanted)
