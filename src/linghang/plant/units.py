"""Units that records are kept in, and exact conversion between units of one kind.

A factor is an exact fraction. `convert` gives the exact decimal where there is one (kWh to MJ), else 28 significant
digits (s to h). A standard cubic metre (Nm3) is no cubic metre, and a tonne of standard coal is no energy here:
both conversions need numbers that a unit does not know.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt

from linghang.errors import BadInput, nearest
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: `base = value * factor + offset` of its dimension's base unit.

    Attributes
    ----------
    name
        As it is written in records.
    dimension
        What it measures; only units of one dimension convert.
    also
        Other ways to write it.
    """

    name: str
    dimension: str
    factor: Fraction
    text: Text
    also: tuple[str, ...] = ()
    offset: Fraction = Fraction(0)


_ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    # name, dimension, factor, Chinese, English, other ways to write it
    ("J", "energy", "1", "焦", "joule", "焦耳"),
    ("kJ", "energy", "1000", "千焦", "kilojoule", ""),
    ("MJ", "energy", "1000000", "兆焦", "megajoule", ""),
    ("GJ", "energy", "1000000000", "吉焦", "gigajoule", "百万千焦"),
    ("TJ", "energy", "1000000000000", "太焦", "terajoule", ""),
    ("Wh", "energy", "3600", "瓦时", "watt-hour", "W·h"),
    ("kWh", "energy", "3600000", "千瓦时", "kilowatt-hour", "kW·h 度 千瓦小时"),
    ("MWh", "energy", "3600000000", "兆瓦时", "megawatt-hour", "MW·h"),
    ("GWh", "energy", "3600000000000", "吉瓦时", "gigawatt-hour", "GW·h"),
    ("万kWh", "energy", "36000000000", "万千瓦时", "ten thousand kilowatt-hours", "万度 万kW·h"),
    ("kcal", "energy", "4186.8", "千卡", "kilocalorie", "大卡"),
    ("kgce", "standard_coal", "1", "千克标准煤", "kilogram of standard coal", "公斤标准煤 千克标煤"),
    ("tce", "standard_coal", "1000", "吨标准煤", "tonne of standard coal", "吨标煤"),
    ("万tce", "standard_coal", "10000000", "万吨标准煤", "ten thousand tonnes of standard coal", "万吨标煤"),
    ("W", "power", "1", "瓦", "watt", ""),
    ("kW", "power", "1000", "千瓦", "kilowatt", ""),
    ("MW", "power", "1000000", "兆瓦", "megawatt", ""),
    ("VA", "apparent_power", "1", "伏安", "volt-ampere", "V·A"),
    ("kVA", "apparent_power", "1000", "千伏安", "kilovolt-ampere", "kV·A"),
    ("var", "reactive_power", "1", "乏", "var", ""),
    ("kvar", "reactive_power", "1000", "千乏", "kilovar", ""),
    ("mA", "current", "0.001", "毫安", "milliampere", ""),
    ("A", "current", "1", "安", "ampere", "安培"),
    ("kA", "current", "1000", "千安", "kiloampere", ""),
    ("mV", "voltage", "0.001", "毫伏", "millivolt", ""),
    ("V", "voltage", "1", "伏", "volt", "伏特"),
    ("kV", "voltage", "1000", "千伏", "kilovolt", ""),
    ("Hz", "frequency", "1", "赫", "hertz", "赫兹"),
    ("kHz", "frequency", "1000", "千赫", "kilohertz", ""),
    ("mg", "mass", "0.000001", "毫克", "milligram", ""),
    ("g", "mass", "0.001", "克", "gram", ""),
    ("kg", "mass", "1", "千克", "kilogram", "公斤"),
    ("t", "mass", "1000", "吨", "tonne", "T ton 公吨"),
    ("kt", "mass", "1000000", "千吨", "kilotonne", ""),
    ("万t", "mass", "10000000", "万吨", "ten thousand tonnes", ""),
    ("mL", "volume", "0.000001", "毫升", "millilitre", "ml"),
    ("L", "volume", "0.001", "升", "litre", "l"),
    ("m3", "volume", "1", "立方米", "cubic metre", "方 立方"),
    ("万m3", "volume", "10000", "万立方米", "ten thousand cubic metres", "万方"),
    ("Nm3", "standard_volume", "1", "标准立方米", "standard cubic metre", "标方 标立方米 标准立方"),
    ("kNm3", "standard_volume", "1000", "千标准立方米", "thousand standard cubic metres", "千标方"),
    ("万Nm3", "standard_volume", "10000", "万标准立方米", "ten thousand standard cubic metres", "万标方"),
    ("L/h", "flow", "1/3600000", "升每小时", "litre per hour", "l/h"),
    ("L/min", "flow", "1/60000", "升每分钟", "litre per minute", "l/min"),
    ("L/s", "flow", "1/1000", "升每秒", "litre per second", "l/s"),
    ("m3/d", "flow", "1/86400", "立方米每天", "cubic metre per day", ""),
    ("m3/h", "flow", "1/3600", "立方米每小时", "cubic metre per hour", ""),
    ("m3/min", "flow", "1/60", "立方米每分钟", "cubic metre per minute", ""),
    ("m3/s", "flow", "1", "立方米每秒", "cubic metre per second", ""),
    ("Nm3/h", "standard_flow", "1/60", "标准立方米每小时", "standard cubic metre per hour", "标方/h"),
    ("Nm3/min", "standard_flow", "1", "标准立方米每分钟", "standard cubic metre per minute", "标方/min"),
    ("kg/h", "mass_flow", "1/3600", "千克每小时", "kilogram per hour", ""),
    ("kg/min", "mass_flow", "1/60", "千克每分钟", "kilogram per minute", ""),
    ("kg/s", "mass_flow", "1", "千克每秒", "kilogram per second", ""),
    ("t/h", "mass_flow", "5/18", "吨每小时", "tonne per hour", ""),
    ("ms", "time", "0.001", "毫秒", "millisecond", ""),
    ("s", "time", "1", "秒", "second", "sec"),
    ("min", "time", "60", "分钟", "minute", ""),
    ("h", "time", "3600", "小时", "hour", "H hr 时 工时"),
    ("d", "time", "86400", "天", "day", "日"),
    ("um", "length", "0.000001", "微米", "micrometre", "μm"),
    ("mm", "length", "0.001", "毫米", "millimetre", ""),
    ("cm", "length", "0.01", "厘米", "centimetre", ""),
    ("m", "length", "1", "米", "metre", ""),
    ("km", "length", "1000", "千米", "kilometre", "公里"),
    ("m2", "area", "1", "平方米", "square metre", "平米"),
    ("ha", "area", "10000", "公顷", "hectare", ""),
    ("km2", "area", "1000000", "平方千米", "square kilometre", "平方公里"),
    ("mm/s", "speed", "0.001", "毫米每秒", "millimetre per second", ""),
    ("m/min", "speed", "1/60", "米每分钟", "metre per minute", ""),
    ("m/s", "speed", "1", "米每秒", "metre per second", ""),
    ("km/h", "speed", "5/18", "千米每小时", "kilometre per hour", ""),
    ("m/s2", "acceleration", "1", "米每二次方秒", "metre per second squared", ""),
    ("rpm", "rotation", "1/60", "转每分钟", "revolution per minute", "r/min 转/分 转/min"),
    ("r/s", "rotation", "1", "转每秒", "revolution per second", "rps 转/秒"),
    ("°", "angle", "1", "角度", "degree of angle", "deg"),
    ("N", "force", "1", "牛", "newton", "牛顿"),
    ("kN", "force", "1000", "千牛", "kilonewton", ""),
    ("N·m", "torque", "1", "牛米", "newton metre", "Nm N.m"),
    ("Pa", "pressure", "1", "帕", "pascal", ""),
    ("kPa", "pressure", "1000", "千帕", "kilopascal", ""),
    ("MPa", "pressure", "1000000", "兆帕", "megapascal", ""),
    ("mbar", "pressure", "100", "毫巴", "millibar", "hPa"),
    ("bar", "pressure", "100000", "巴", "bar", ""),
    ("K", "temperature", "1", "开", "kelvin", "开尔文"),
    ("°C", "temperature", "1", "摄氏度", "degree Celsius", "℃ degC 度C"),
    ("CNY", "money", "1", "元", "yuan", "RMB 人民币 人民币元 ¥"),
    ("千元", "money", "1000", "千元", "thousand yuan", "kCNY"),
    ("万元", "money", "10000", "万元", "ten thousand yuan", "10kCNY 人民币万元"),
    ("百万元", "money", "1000000", "百万元", "million yuan", "MCNY"),
    ("亿元", "money", "100000000", "亿元", "hundred million yuan", "人民币亿元"),
    ("pcs", "count", "1", "件", "pieces", "pc piece 个 只 台 套 支 块 片 根 辆 ea"),
    ("kpcs", "count", "1000", "千件", "thousand pieces", "千个 千只"),
    ("万件", "count", "10000", "万件", "ten thousand pieces", "万个 万只 万台 万套"),
    ("person", "people", "1", "人", "person", "persons"),
    ("万人", "people", "10000", "万人", "ten thousand persons", ""),
    ("pallet", "pallets", "1", "托", "pallet", "pallets 托盘"),
    ("box", "boxes", "1", "箱", "box", "boxes 盒"),
    ("bag", "bags", "1", "袋", "bag", "bags 包"),
    ("drum", "drums", "1", "桶", "drum", "drums"),
    ("bottle", "bottles", "1", "瓶", "bottle", "bottles"),
    ("roll", "rolls", "1", "卷", "roll", "rolls"),
    ("1", "ratio", "1", "1", "1", "比值"),
    ("%", "ratio", "0.01", "百分之", "per cent", "百分比 percent"),
    ("‰", "ratio", "0.001", "千分之", "per mille", ""),
    ("ppm", "ratio", "0.000001", "百万分之", "parts per million", ""),
    ("ug/m3", "concentration", "0.000001", "微克每立方米", "microgram per cubic metre", "μg/m3"),
    ("mg/m3", "concentration", "0.001", "毫克每立方米", "milligram per cubic metre", ""),
    ("g/m3", "concentration", "1", "克每立方米", "gram per cubic metre", ""),
    ("mg/L", "concentration", "1", "毫克每升", "milligram per litre", "mg/l"),
    ("kg/m3", "concentration", "1000", "千克每立方米", "kilogram per cubic metre", ""),
    ("pH", "acidity", "1", "pH", "pH", "酸碱度"),
    ("uS/cm", "conductivity", "1", "微西每厘米", "microsiemens per centimetre", "μS/cm"),
    ("mS/cm", "conductivity", "1000", "毫西每厘米", "millisiemens per centimetre", ""),
    ("lx", "illuminance", "1", "勒", "lux", "勒克斯"),
    ("dB", "sound_level", "1", "分贝", "decibel", "dB(A)"),
)

UNITS: Mapping[str, Unit] = {
    name: Unit(
        name,
        dimension,
        Fraction(factor),
        Text(zh, en),
        tuple(also.split()),
        Fraction("273.15") if name == "°C" else Fraction(0),
    )
    for name, dimension, factor, zh, en, also in _ROWS
}
"""Name -> unit."""

_DIGITS = Context(prec=28)


def unit(written: str) -> Unit:
    """Find a unit by its name or another way to write it (m³, 度, KWH).

    Raises
    ------
    BadInput
        If no unit is written so; names units that look alike.
    """
    plain = _plain(written)
    exact, folded = _spellings()
    name = exact.get(plain) or (folded.get(plain.casefold()) if len(plain) > 1 else None)
    if name is None:
        raise BadInput("no unit {unit}; {near}", unit=written, near=nearest(plain, tuple(exact)))
    return UNITS[name]


def same_kind(one: str, other: str) -> bool:
    """Whether values convert between the two units."""
    return unit(one).dimension == unit(other).dimension


def convert(value: Decimal, given: str, wanted: str) -> Decimal:
    """Convert a value from unit `given` to unit `wanted`.

    Raises
    ------
    BadInput
        If a unit is not known or the two measure different things.
    """
    scale, shift = _between(given, wanted)
    result = Fraction(value) * scale + shift
    exact = _exact(result)
    return _DIGITS.divide(Decimal(result.numerator), Decimal(result.denominator)) if exact is None else exact


def convert_numbers(values: npt.NDArray[np.float64], given: str, wanted: str) -> npt.NDArray[np.float64]:
    """Convert an array of quantities; two roundings at most, none where the units are the same.

    Raises
    ------
    BadInput
        If a unit is not known or the two measure different things.
    """
    scale, shift = _between(given, wanted)
    if scale == 1 and not shift:
        return values
    scaled = values * float(scale) if scale.denominator == 1 else values * scale.numerator / scale.denominator
    return scaled + float(shift) if shift else scaled


@cache
def _between(given: str, wanted: str) -> tuple[Fraction, Fraction]:
    one, other = unit(given), unit(wanted)
    if one.dimension != other.dimension:
        near = [found.name for found in UNITS.values() if found.dimension == other.dimension]
        raise BadInput(
            "{given} does not convert to {wanted}; {known} do", given=given, wanted=wanted, known=", ".join(near)
        )
    return one.factor / other.factor, (one.offset - other.offset) / other.factor


def _exact(value: Fraction) -> Decimal | None:
    """Return the decimal that equals `value`, if its denominator has no prime factors but 2 and 5."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    return Decimal(value.numerator * 2 ** (places - twos) * 5 ** (places - fives)).scaleb(
        -places, Context(prec=len(str(value.numerator)) + 2 * places + 28)
    )


def _plain(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).split())


@cache
def _spellings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    exact: dict[str, str] = {}
    for found in UNITS.values():
        for spelling in (found.name, found.text.zh, found.text.en, *found.also):
            exact.setdefault(_plain(spelling), found.name)
    folded: dict[str, set[str]] = {}
    for spelling, name in exact.items():
        folded.setdefault(spelling.casefold(), set()).add(name)
    return exact, {spelling: names.pop() for spelling, names in folded.items() if len(names) == 1}
