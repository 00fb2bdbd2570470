"""The plant as this engine sees it: meters in common units, readings, days, and the variables that explain energy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.engines.contract import Inputs, micros, moment
from linghang.engines.energy_carbon.energy_factors import between
from linghang.engines.energy_carbon.energy_idle import state_hours, time_inside
from linghang.engines.energy_carbon.energy_meters import Meter
from linghang.engines.energy_carbon.energy_readings import (
    Amounts,
    Floats,
    Ints,
    Readings,
    added,
    cleaned,
    day_edges,
    readings_of,
    spread,
    ticks,
)

DAY_US = 86_400_000_000
NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, bool))
LONGEST_DAYS = 1200
"""Days of history that are read at most: three years and a quarter."""


@dataclass(frozen=True)
class Plant:
    """Meters and readings of the plant.

    Attributes
    ----------
    meters
        Id -> meter; the unit is the common one of its carrier.
    readings
        Id -> readings in that unit.
    edges_us
        Midnights of the plant's days, the last one at or before the end of the window.
    daily
        Id -> amounts of those days.
    refused
        Meters whose unit is not known or does not fit their carrier; they have no readings.
    """

    inputs: Inputs
    meters: Mapping[str, Meter]
    readings: Mapping[str, Readings]
    edges_us: Ints
    daily: Mapping[str, Amounts]
    refused: tuple[str, ...] = ()
    equipment_centers: Mapping[str, str] = field(default_factory=dict)

    @property
    def window(self) -> np.ndarray:
        """(days,) which days lie in the window."""
        return np.asarray(self.edges_us[:-1] >= micros(self.inputs.start) - DAY_US // 2, bool)

    @property
    def days(self) -> list[datetime]:
        """The plant's days, as local midnights."""
        return [moment(int(one)).astimezone(self.inputs.zone) for one in self.edges_us[:-1]]


def table_of(inputs: Inputs, name: str, *columns: str) -> pa.Table | None:
    """Return a table that is there, has rows and the columns; else None."""
    if name not in inputs.tables:
        return None
    found = inputs.tables[name]
    return found if found.num_rows and all(one in found.column_names for one in columns) else None


def column(table: pa.Table, name: str) -> list[Any]:
    """Return a column as Python values; None where the table lacks it."""
    return table[name].to_pylist() if name in table.column_names else [None] * table.num_rows


def plant_of(inputs: Inputs) -> Plant | None:
    """Read the plant; None without meters or readings before the end of the window."""
    table = table_of(inputs, "meter", "meter_id", "carrier", "unit")
    rows = table_of(inputs, "meter_reading", "meter_id", "start", "end", "quantity")
    if table is None or rows is None:
        return None
    centers = _equipment_centers(inputs)
    listed = _meters(inputs, table, centers)
    ends = micros(inputs.end)
    found = readings_of(rows, [one.id for one in listed], ends - LONGEST_DAYS * DAY_US, ends)
    units = _common_units(listed)
    meters, readings, refused = {}, {}, []
    for one in listed:
        scale = between(one.unit, units[one.carrier])
        if scale is None:
            # It stays in the tree without readings, so that nothing above it is taken for whole.
            refused.append(one.id)
            meters[one.id], readings[one.id] = one, cleaned(*NOTHING)
            continue
        meters[one.id] = Meter(**{**_fields(one), "unit": units[one.carrier]})
        own = found[one.id]
        readings[one.id] = Readings(own.start_us, own.end_us, own.quantity * scale, own.estimated, own.set_aside)
    started = [int(one.start_us[0]) for one in readings.values() if len(one)]
    if not started:
        return None
    edges = day_edges(max(min(started), ends - LONGEST_DAYS * DAY_US), ends, inputs.zone)
    if len(edges) < 2:
        return None
    daily = {name: spread(one, edges) for name, one in readings.items()}
    return Plant(inputs, meters, readings, edges, daily, tuple(refused), centers)


def _fields(one: Meter) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Meter.__dataclass_fields__}


def _equipment_centers(inputs: Inputs) -> dict[str, str]:
    table = table_of(inputs, "equipment", "equipment_id", "work_center_id")
    if table is None:
        return {}
    return {str(one): str(center or "") for one, center in zip(column(table, "equipment_id"),
            column(table, "work_center_id"), strict=True) if one}  # fmt: skip


def _meters(inputs: Inputs, table: pa.Table, centers: Mapping[str, str]) -> list[Meter]:
    areas, area_of = table_of(inputs, "area", "area_id", "name"), {}
    if (known := table_of(inputs, "work_center", "work_center_id", "area_id")) is not None:
        area_of = dict(zip(column(known, "work_center_id"), column(known, "area_id"), strict=True))
    named = [] if areas is None else list(zip(column(areas, "area_id"), column(areas, "name"), strict=True))
    found = []
    for row in table.to_pylist():
        name, equipment = str(row.get("name") or ""), str(row.get("equipment_id") or "")
        center = str(row.get("work_center_id") or centers.get(equipment, ""))
        area = str(area_of.get(center) or "")
        if not center and not equipment:
            # A meter of an area has no column of its own in the records: its name says it.
            fitting = [id for id, called in named if called and name.startswith(called)]
            area = str(fitting[0]) if len(fitting) == 1 else ""
        if row["meter_id"] and row["carrier"] and row["unit"]:
            found.append(Meter(
                str(row["meter_id"]), name, str(row["carrier"]), str(row["unit"]), bool(row.get("boundary")),
                row.get("direction") == "out", row.get("bought") is not False, bool(row.get("renewable")), center,
                equipment, area,
            ))  # fmt: skip
    return sorted(found, key=lambda one: one.id)


def _common_units(meters: Sequence[Meter]) -> dict[str, str]:
    """Return carrier -> unit: kWh for electricity, else that of the boundary, else of the first meter."""
    found: dict[str, str] = {}
    for one in sorted(meters, key=lambda one: (not one.boundary, one.id)):
        found.setdefault(one.carrier, one.unit)
    if "electricity" in found:
        found["electricity"] = "kWh"
    return found


def supply(plant: Plant, carrier: str, edges_us: Ints) -> Amounts | None:
    """Return what the plant used of a carrier in intervals: in less out at the boundary; None without such a meter.

    An interval is covered as far as the meter with the least readings covers it.
    """
    tops = [one for one in plant.meters.values() if one.carrier == carrier and one.boundary]
    parts = [(one, spread(plant.readings[one.id], edges_us)) for one in tops if len(plant.readings[one.id])]
    if not parts or len(parts) < len(tops):
        return None
    value = np.sum([amounts.value * (-1 if one.out else 1) for one, amounts in parts], axis=0)
    return Amounts(edges_us, np.asarray(value, np.float64), np.min([one.covered for _, one in parts], axis=0),
                   np.max([one.estimated for _, one in parts], axis=0))  # fmt: skip


@dataclass(frozen=True)
class Variables:
    """What may explain consumption: (n, k) of n intervals, with names; finite."""

    names: tuple[str, ...]
    value: Floats

    def joined(self, other: "Variables") -> "Variables":
        """Return both side by side."""
        return Variables((*self.names, *other.names), np.column_stack([self.value, other.value]))


def production(plant: Plant, edges_us: Ints) -> Variables:
    """Return tonnes (pieces where a product's mass is not known) that passed each work centre: `WC-LPC t`."""
    table = table_of(plant.inputs, "job_response", "equipment_id", "start", "end", "produced_quantity")
    if table is None:
        return Variables((), np.empty((len(edges_us) - 1, 0)))
    start, end = ticks(table["start"]), ticks(table["end"])
    pieces = table["produced_quantity"].cast(pa.float64()).fill_null(np.nan).to_numpy()
    mass = _mass_kg(plant.inputs, table)
    weighed = np.isfinite(mass[np.isfinite(pieces)]).all()
    amount = pieces * mass / 1000 if weighed else pieces
    centers = np.array([plant.equipment_centers.get(one or "", "") for one in column(table, "equipment_id")], object)
    usable = (end > start) & np.isfinite(amount) & (amount >= 0) & (start > 0) & (centers != "")
    names = sorted(set(centers[usable]))
    columns = []
    for name in names:
        own = usable & (centers == name)
        columns.append(added(start[own], end[own], amount[own], edges_us))
    value = np.column_stack(columns) if columns else np.empty((len(edges_us) - 1, 0))
    return Variables(tuple(f"{name} {'t' if weighed else 'pcs'}" for name in names), value)


def _mass_kg(inputs: Inputs, responses: pa.Table) -> Floats:
    """Return (n,) kilograms of one piece of each response: its job's order's product; NaN where not known."""
    jobs = table_of(inputs, "job_order", "job_id", "production_order_id")
    orders = table_of(inputs, "production_order", "production_order_id", "product_id")
    products = table_of(inputs, "product", "product_id", "ideal_mass_kg")
    if jobs is None or orders is None or products is None or "job_id" not in responses.column_names:
        return np.full(responses.num_rows, np.nan)
    mass = dict(zip(column(products, "product_id"), column(products, "ideal_mass_kg"), strict=True))
    of_order = {one: mass.get(product) for one, product in zip(column(orders, "production_order_id"),
                column(orders, "product_id"), strict=True)}  # fmt: skip
    of_job = {one: of_order.get(order) for one, order in zip(column(jobs, "job_id"),
              column(jobs, "production_order_id"), strict=True)}  # fmt: skip
    found = [of_job.get(one) for one in column(responses, "job_id")]
    return np.array([np.nan if one is None or one <= 0 else float(one) for one in found], np.float64)


@dataclass(frozen=True)
class States:
    """Stretches of states of machines; an open one lasts until the end of the window."""

    equipment: np.ndarray
    start_us: Ints
    end_us: Ints
    state: np.ndarray

    def of(self, machine: str, edges_us: Ints) -> Floats:
        """Return (n, 3) hours running, waiting and off of a machine in n intervals."""
        own = self.equipment == machine
        return state_hours(self.start_us[own], self.end_us[own], list(self.state[own]), edges_us)


def states_of(inputs: Inputs, start_us: int) -> States | None:
    """Return the states that touch the time from `start_us` on; None without any."""
    table = table_of(inputs, "equipment_state", "equipment_id", "start", "end", "state")
    if table is None:
        return None
    until = micros(inputs.end)
    start, end = ticks(table["start"]), ticks(table["end"].fill_null(inputs.end))
    end = np.minimum(end, until)
    keep = (start > 0) & (end > start) & (end > start_us)
    if not keep.any():
        return None
    kept = table.select(["equipment_id", "state"]).filter(pa.array(keep))
    names = np.asarray(kept["equipment_id"].to_pylist(), object)
    return States(names, start[keep], end[keep], np.asarray(kept["state"].to_pylist(), object))


def producing(plant: Plant) -> frozenset[str]:
    """Return the work centres that made something at any time: compressors and pumps only follow them."""
    table = table_of(plant.inputs, "job_response", "equipment_id")
    if table is None:
        return frozenset(plant.equipment_centers.values())
    machines = table["equipment_id"].unique().to_pylist()
    return frozenset(plant.equipment_centers.get(one or "", "") for one in machines) - {""}


def running(plant: Plant, states: States | None, edges_us: Ints, wanted: frozenset[str]) -> Variables:
    """Return machine-hours running of each wanted work centre in each interval: `WC-LPC h`."""
    if states is None:
        return Variables((), np.empty((len(edges_us) - 1, 0)))
    centers = np.array([plant.equipment_centers.get(one or "", "") for one in states.equipment], object)
    on = states.state == "running"
    names = sorted(set(centers[on]) & wanted)
    columns = [
        time_inside(states.start_us[own], states.end_us[own], edges_us)
        for own in (on & (centers == name) for name in names)
    ]
    value = np.column_stack(columns) if columns else np.empty((len(edges_us) - 1, 0))
    return Variables(tuple(f"{name} h" for name in names), value)


def closed_days(inputs: Inputs, edges_us: Ints) -> np.ndarray:
    """Return (n,) days without any shift, where shifts are planned around them; none without shifts."""
    table = table_of(inputs, "shift", "start", "end")
    closed = np.zeros(len(edges_us) - 1, bool)
    if table is None:
        return closed
    start, end = ticks(table["start"]), ticks(table["end"])
    good = (start > 0) & (end > start)
    if not good.any():
        return closed
    hours = time_inside(start[good], end[good], edges_us)
    planned = (edges_us[:-1] >= start[good].min() - DAY_US) & (edges_us[1:] <= end[good].max())
    return np.asarray((hours <= 0) & planned, bool)
