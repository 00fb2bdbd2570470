"""Standard coal for one unit of a carrier, so that carriers can be ranked and drawn beside each other.

The values are those of GB/T 2589 that the indicators of the plant use (`kpi/factors.py`, a room that engines do not
enter); a test holds both tables together. A carrier without a coefficient is analysed in its own unit and not ranked.
"""

import numpy as np

from linghang.errors import BadInput
from linghang.plant.units import convert_numbers, unit

KGCE: dict[str, tuple[tuple[str, float], ...]] = {
    "electricity": (("kWh", 0.1229),),
    "natural_gas": (("Nm3", 1.33), ("m3", 1.33)),
    "raw_coal": (("kg", 0.7143),),
    "cleaned_coal": (("kg", 0.9),),
    "coke": (("kg", 0.9714),),
    "fuel_oil": (("kg", 1.4286),),
    "diesel": (("kg", 1.4571),),
    "gasoline": (("kg", 1.4714),),
    "lpg": (("kg", 1.7143),),
    "lng": (("kg", 1.7572),),
    "coke_oven_gas": (("Nm3", 0.5714), ("m3", 0.5714)),
    "blast_furnace_gas": (("Nm3", 0.1286), ("m3", 0.1286)),
    "heat": (("MJ", 0.0341),),
    "steam": (("MJ", 0.0341), ("kg", 0.1286)),
    "compressed_air": (("Nm3", 0.04), ("m3", 0.04)),
    "oxygen": (("Nm3", 0.4), ("m3", 0.4)),
    "water_fresh": (("t", 0.2571), ("m3", 0.2571)),
}
"""Carrier -> (unit, kgce for one of it)."""


def kgce(carrier: str, written: str) -> float | None:
    """Return kgce for one unit of a carrier; None without a coefficient."""
    for known, factor in KGCE.get(carrier, ()):
        if (scale := between(written, known)) is not None:
            return factor * scale
    return None


def between(given: str, wanted: str) -> float | None:
    """Return how many `wanted` one `given` is; None if a unit is not known or they measure different things."""
    if given == wanted:
        return 1.0
    try:
        if unit(given).offset or unit(wanted).offset:
            return None
        return float(convert_numbers(np.ones(1), given, wanted)[0])
    except BadInput:
        return None
