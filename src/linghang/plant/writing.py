"""How codes, zones and units are written: each function refuses what is not, with `BadInput`."""

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linghang.errors import BadInput
from linghang.plant.units import UNITS, convert, unit

_SOLID = ("mass",)
_GAS = ("standard_volume", "volume", "mass")
_LIQUID = ("mass", "volume")
_OF_CARRIER: Mapping[str, tuple[str, ...]] = {
    "electricity": ("energy",),
    "heat": ("energy",),
    "steam": ("mass", "energy"),
    "raw_coal": _SOLID,
    "cleaned_coal": _SOLID,
    "coke": _SOLID,
    "fuel_oil": _LIQUID,
    "diesel": _LIQUID,
    "gasoline": _LIQUID,
    "lpg": _GAS,
    "lng": _GAS,
    "natural_gas": _GAS,
    "coke_oven_gas": _GAS,
    "blast_furnace_gas": _GAS,
    "compressed_air": _GAS,
    "nitrogen": _GAS,
    "oxygen": _GAS,
    "hydrogen": _GAS,
    "water_fresh": _LIQUID,
    "water_reused": _LIQUID,
}


def check_time_zone(name: str) -> None:
    """Refuse what is no IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("{name} is no IANA time zone, for example Asia/Shanghai", name=name) from None


def check_country(code: str) -> None:
    """Refuse what is not two capital letters."""
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        raise BadInput("{code} is no country code of ISO 3166: two capital letters, for example CN", code=code)


def check_carrier_unit(carrier: str, written: str) -> None:
    """Refuse a unit in which the carrier cannot be measured: an unknown one, or kg for electricity."""
    dimensions = _OF_CARRIER.get(carrier)
    measured = unit(written).dimension
    if dimensions is not None and measured not in dimensions:
        raise BadInput(
            "{carrier} is not measured in {unit}; {known} are right",
            carrier=carrier,
            unit=written,
            known=", ".join(found.name for found in UNITS.values() if found.dimension in dimensions),
        )


def check_source_unit(wanted: str, given: str) -> None:
    """Refuse a source's unit that does not convert to the unit of its tag."""
    convert(Decimal(1), given, wanted)
