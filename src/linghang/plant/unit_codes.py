"""How machines name units: common codes of UN/ECE Recommendation 20 (Revision 17) and symbols of UCUM (2.2).

A code stands for one of our units, and where it stands for a unit that we do not keep (°F, psi, gal/min), for how its
values become one that we keep: `value * scale + offset`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from types import MappingProxyType

from linghang.errors import BadInput
from linghang.plant.units import unit


@dataclass(frozen=True, slots=True)
class SourceUnit:
    """A unit of ours, and how values become values in it.

    Attributes
    ----------
    unit
        Name of the unit.
    scale, offset
        value in `unit` = value * scale + offset.
    """

    unit: str
    scale: float = 1.0
    offset: float = 0.0


_SAME: Mapping[str, str] = MappingProxyType(
    {
        "CEL": "°C",
        "KEL": "K",
        "PAL": "Pa",
        "KPA": "kPa",
        "MPA": "MPa",
        "MBR": "mbar",
        "A97": "mbar",
        "BAR": "bar",
        "MGM": "mg",
        "GRM": "g",
        "KGM": "kg",
        "TNE": "t",
        "MLT": "mL",
        "LTR": "L",
        "MTQ": "m3",
        "DMQ": "L",
        "NM3": "Nm3",
        "E32": "L/h",
        "L2": "L/min",
        "J92": "L/min",
        "G51": "L/s",
        "G52": "m3/d",
        "MQH": "m3/h",
        "G53": "m3/min",
        "MQS": "m3/s",
        "Q40": "Nm3/h",
        "E93": "kg/h",
        "F31": "kg/min",
        "KGS": "kg/s",
        "E18": "t/h",
        "C26": "ms",
        "SEC": "s",
        "MIN": "min",
        "HUR": "h",
        "RH": "h",
        "DAY": "d",
        "4H": "um",
        "MMT": "mm",
        "CMT": "cm",
        "MTR": "m",
        "KMT": "km",
        "MTK": "m2",
        "C16": "mm/s",
        "2X": "m/min",
        "MTS": "m/s",
        "KMH": "km/h",
        "MSK": "m/s2",
        "RPM": "rpm",
        "M46": "rpm",
        "RPS": "r/s",
        "DD": "°",
        "NEW": "N",
        "B47": "kN",
        "NU": "N·m",
        "JOU": "J",
        "KJO": "kJ",
        "3B": "MJ",
        "GV": "GJ",
        "WHR": "Wh",
        "KWH": "kWh",
        "MWH": "MWh",
        "GWH": "GWh",
        "WTT": "W",
        "KWT": "kW",
        "MAW": "MW",
        "D46": "VA",
        "KVA": "kVA",
        "D44": "var",
        "KVR": "kvar",
        "4K": "mA",
        "AMP": "A",
        "B22": "kA",
        "2Z": "mV",
        "VLT": "V",
        "2G": "V",
        "2H": "V",
        "KVT": "kV",
        "HTZ": "Hz",
        "KHZ": "kHz",
        "P1": "%",
        "59": "ppm",
        "C62": "1",
        "H87": "pcs",
        "EA": "pcs",
        "GQ": "ug/m3",
        "GP": "mg/m3",
        "A93": "g/m3",
        "M1": "mg/L",
        "KMQ": "kg/m3",
        "G42": "uS/cm",
        "H61": "mS/cm",
        "Q30": "pH",
        "LUX": "lx",
        "2N": "dB",
        "E14": "kcal",
    }
)

_CONVERTED: Mapping[str, SourceUnit] = MappingProxyType(
    {
        "FAH": SourceUnit("°C", 5 / 9, -160 / 9),
        "PS": SourceUnit("kPa", 6.894757293168),
        "E42": SourceUnit("kPa", 98.0665),
        "HN": SourceUnit("Pa", 133.322387415),
        "HP": SourceUnit("Pa", 9.80665),
        "N23": SourceUnit("kPa", 9.80665),
        "ATM": SourceUnit("kPa", 101.325),
        "G2": SourceUnit("L/min", 3.785411784),
        "2L": SourceUnit("m3/min", 0.028316846592),
        "40": SourceUnit("L/h", 3.6),
        "41": SourceUnit("L/h", 0.06),
        "H81": SourceUnit("mm/s", 1 / 60),
        "2M": SourceUnit("mm/s", 10.0),
        "M41": SourceUnit("m/s2", 0.001),
        "K40": SourceUnit("m/s2", 9.80665),
        "2A": SourceUnit("rpm", 30 / pi),
        "C81": SourceUnit("°", 180 / pi),
        "B37": SourceUnit("N", 9.80665),
        "B48": SourceUnit("N·m", 1000.0),
        "INH": SourceUnit("mm", 25.4),
        "FOT": SourceUnit("m", 0.3048),
        "LBR": SourceUnit("kg", 0.45359237),
        "23": SourceUnit("kg/m3", 1000.0),
        "GL": SourceUnit("kg/m3", 1.0),
        "C31": SourceUnit("W", 0.001),
        "B84": SourceUnit("mA", 0.001),
    }
)

COMMON_CODES: Mapping[str, SourceUnit] = MappingProxyType(
    {code: SourceUnit(name) for code, name in _SAME.items()} | dict(_CONVERTED)
)
"""Common code -> unit."""

_UCUM_CODES: Mapping[str, str] = MappingProxyType(
    {
        "Cel": "CEL",
        "[degF]": "FAH",
        "°F": "FAH",
        "degF": "FAH",
        "[psi]": "PS",
        "psi": "PS",
        "kgf/cm2": "E42",
        "mm[Hg]": "HN",
        "mmHg": "HN",
        "mm[H2O]": "HP",
        "mmH2O": "HP",
        "atm": "ATM",
        "W.h": "WHR",
        "kW.h": "KWH",
        "MW.h": "MWH",
        "V.A": "D46",
        "kV.A": "KVA",
        "{rpm}": "RPM",
        "{rev}/min": "RPM",
        "/min": "RPM",
        "rev/min": "RPM",
        "1/min": "RPM",
        "{rev}/s": "RPS",
        "rad/s": "2A",
        "rad": "C81",
        "mm/min": "H81",
        "cm/s": "2M",
        "mm/s2": "M41",
        "[g]": "K40",
        "[pH]": "Q30",
        "[ppm]": "59",
        "[in_i]": "INH",
        "[ft_i]": "FOT",
        "[lb_av]": "LBR",
        "[gal_us]/min": "G2",
        "[cft_i]/min": "2L",
        "g/cm3": "23",
        "g/L": "GL",
        "kN.m": "B48",
        "mW": "C31",
        "uA": "B84",
        "mL/s": "40",
        "mL/min": "41",
    }
)
"""Symbols of UCUM, and others that are common on machines, that are not our own way to write the unit."""


_ONE = "C62"
"""“One” says only that something is counted; what, the text may say."""
_LONGEST = 3


def unit_of_source(code: str | None, written: str | None) -> SourceUnit | None:
    """Find the unit that a source means; None where nothing says it.

    Parameters
    ----------
    code
        Common code, which decides where it is known.
    written
        Text of the unit: a symbol of UCUM, or any way to write one of our units.
    """
    coded = None if code is None else COMMON_CODES.get(code)
    if coded is not None and code != _ONE:
        return coded
    plain = (written or "").strip()
    if (by_symbol := _UCUM_CODES.get(plain)) is not None:
        return COMMON_CODES[by_symbol]
    try:
        return SourceUnit(unit(plain).name)
    except BadInput:
        return COMMON_CODES.get(plain, coded) if plain.isupper() and len(plain) == _LONGEST else coded
