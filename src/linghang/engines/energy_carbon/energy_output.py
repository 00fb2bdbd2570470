"""Energy per tonne of output, month by month."""

from datetime import timedelta
from typing import Any

import numpy as np

from linghang.engines.energy_carbon.energy_factors import kgce
from linghang.engines.energy_carbon.energy_plant import Plant, column, table_of


def specific_of(plant: Plant, baseline: np.ndarray) -> list[dict[str, Any]]:
    """Return energy and output of whole months: what was bought or is renewable, less what left the plant.

    As the indicators of the plant count it; a month with a gap in the readings, or without output, is left out. None of
    them where a carrier has no coefficient.

    Parameters
    ----------
    baseline
        (days,) which days belong to the baseline.
    """
    output = _output_t(plant)
    counted = {
        one.id: kgce(one.carrier, one.unit)
        for one in plant.meters.values()
        if one.boundary and one.carrier != "water_reused" and (one.bought or one.renewable or one.out)
    }
    if not counted or any(factor is None for factor in counted.values()):
        return []
    months = np.array([100 * one.year + one.month for one in plant.days], np.int64)
    rows = []
    for month in np.unique(months):
        days = months == month
        first, last = plant.days[int(np.argmax(days))], plant.days[int(np.flatnonzero(days)[-1])]
        whole = first.day == 1 and (last + timedelta(days=1)).day == 1
        known = all(plant.daily[one].whole()[days].all() for one in counted)
        mass = output.get(int(month), float("nan"))
        if not (whole and known and mass > 0):
            continue
        energy = 0.0
        for one, factor in counted.items():
            amount = float(plant.daily[one].value[days].sum()) * (factor or 0.0)
            energy += -amount if plant.meters[one].out else amount
        name = f"{month // 100}-{month % 100:02d}"
        rows.append({"month": name, "kgce": energy, "output_t": mass, "kgce_per_t": energy / mass,
                     "baseline": bool(baseline[days].all())})  # fmt: skip
    return rows


def _output_t(plant: Plant) -> dict[int, float]:
    """Return month (100 year + month) -> tonnes; NaN where the mass of a product is not known."""
    table = table_of(plant.inputs, "output_month", "month", "mass_t")
    found: dict[int, float] = {}
    if table is not None:
        for month, mass in zip(column(table, "month"), column(table, "mass_t"), strict=True):
            if month is not None:
                key = 100 * month.year + month.month
                found[key] = found.get(key, 0.0) + (float("nan") if mass is None else float(mass))
    return found
