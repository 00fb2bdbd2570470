"""A flow model made from a workspace's own records."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from statistics import median
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from linghang.errors import BadInput, ManyProblems, nearest
from linghang.twin.flow.model import FlowModel, Load, Machine, Order, Station
from linghang.twin.flow.recorded_calendars import calendars
from linghang.twin.flow.recorded_failures import failure_modes
from linghang.twin.flow.recorded_routes import chosen_segments, routes
from linghang.twin.flow.recorded_rows import Recorded, Row, grouped
from linghang.twin.flow.recorded_times import Performance, performances
from linghang.twin.flow.recorded_ways import VehicleSettings, ways
from linghang.words import later

NOT_WORKING = ("agv", "conveyor", "storage", "utility", "other")
"""Kinds of equipment that do no segment of a product."""
ZONE = "Asia/Shanghai"


def model_from_records(
    tables: Mapping[str, pa.Table],
    factory_id: str,
    since: datetime,
    until: datetime,
    *,
    lot_pieces: int = 1,
    vehicles: VehicleSettings | None = None,
) -> FlowModel:
    """Make a model of a factory from its records.

    Parameters
    ----------
    tables
        Tables of the records by name, with their columns. Needed are `factory`, `work_center`, `equipment`, `product`
        and `process_segment`; better with `site`, `area`, `routing`, `setup_matrix`, `shift`, `job_order`,
        `job_response`, `equipment_state`, `failure`, `maintenance_order`, `lot`, `storage_location`, `stock_movement`.
    since, until
        Time of the records from which times, yields and failures are taken; machines and routings are those in use at
        its end.
    lot_pieces
        Pieces of a lot where neither responses nor lots tell.
    vehicles
        Speed and times of AGVs, which no record tells.

    Returns
    -------
    FlowModel
        Its `assumptions` list what was taken because no record says it.

    Raises
    ------
    ManyProblems
        With everything that is missing and cannot be assumed, and what would be needed.
    """
    recorded = Recorded(tables, factory_id, since, until)
    zone = _zone(recorded)
    chosen, done = chosen_segments(recorded, until.astimezone(ZoneInfo(zone)).date()), performances(recorded)
    centres = sorted({row["work_center_id"] for rows in chosen.values() for row in rows if row["work_center_id"]})
    opening, made = calendars(recorded, zone, centres)
    equipment = _equipment(recorded)
    carried = ways(recorded, centres, _agvs(recorded), vehicles or VehicleSettings())
    stations: list[Station] = []
    for centre in centres:
        machines = equipment.get(centre, [])
        if not machines:
            refusal = BadInput("work centre {id} has no machine in use: `equipment` is needed", id=centre)
            recorded.problems.append(refusal)
            continue
        used = [row for rows in chosen.values() for row in rows if row["work_center_id"] == centre]
        stations.append(_station(recorded, centre, machines, used, done))
    ideal_s = {
        centre: median(known)
        for centre, rows in equipment.items()
        if (known := [row["ideal_cycle_s"] for row in rows if row["ideal_cycle_s"] is not None])
    }
    found = routes(recorded, chosen, done, ideal_s, lot_pieces)
    recorded.assume("process_segment", later("lots wait in the order of their arrival: no dispatch rule is recorded"))
    recorded.assume("storage_location", later("there is room for any number of lots before and behind every station"))
    if recorded.problems:
        raise ManyProblems(recorded.problems)
    return FlowModel(
        factory_id,
        tuple(_placed(one, opening[one.station_id], carried.places.get(one.station_id, "")) for one in stations),
        found,
        made,
        carried.transport,
        source_place=carried.source,
        sink_place=carried.sink,
        assumptions=tuple(dict.fromkeys(recorded.assumptions)),
    )


def orders_from_records(
    tables: Mapping[str, pa.Table], factory_id: str, since: datetime, until: datetime
) -> list[Order]:
    """Production orders of a factory that were planned to start in `[since, until)`, cancelled ones left out.

    An order is released at its planned start, or else at midnight of its release day; one with neither is left out. It
    is due at the end of its due day.
    """
    recorded = Recorded(tables, factory_id, since, until)
    zone = ZoneInfo(_zone(recorded))
    orders: list[Order] = []
    for row in recorded.rows("production_order"):
        released = row["planned_start"]
        if released is None and row["released_on"] is not None:
            released = datetime.combine(row["released_on"], time(), zone).astimezone(UTC)
        if row["factory_id"] != factory_id or row["status"] == "cancelled" or released is None:
            continue
        if since <= released < until and round(row["quantity"]) >= 1:
            due = (
                None
                if row["due_on"] is None
                else datetime.combine(row["due_on"], time(23, 59, 59), zone).astimezone(UTC)
            )
            name, product = row["production_order_id"], row["product_id"]
            orders.append(Order(name, product, round(row["quantity"]), released, due, row["priority"] or 0))
    return sorted(orders, key=lambda order: (order.release, order.order_id))


def _zone(recorded: Recorded) -> str:
    """Return the time zone of the factory, or note that it is not among the records."""
    zones = {row["factory_id"]: row["time_zone"] for row in recorded.rows("factory")}
    if recorded.factory_id not in zones:
        near = nearest(recorded.factory_id, tuple(zones))
        recorded.problems.append(BadInput("no factory {id} in the records; {near}", id=recorded.factory_id, near=near))
        return ZONE
    zone = str(zones[recorded.factory_id])
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        recorded.problems.append(BadInput("no time zone {zone}; one is written like Asia/Shanghai", zone=zone))
        return ZONE
    return zone


def _equipment(recorded: Recorded) -> dict[str, list[Row]]:
    """Machines in use of each work centre, those that do no segment left out."""
    rows = sorted((row for row in _in_use(recorded) if row["kind"] not in NOT_WORKING), key=_name)
    return grouped(rows, lambda row: row["work_center_id"])


def _agvs(recorded: Recorded) -> list[str]:
    return sorted(_name(row) for row in _in_use(recorded) if row["kind"] == "agv")


def _in_use(recorded: Recorded) -> list[Row]:
    day, foreign = recorded.until.date(), recorded.foreign_centres()
    return [
        row
        for row in recorded.rows("equipment")
        if row["status"] == "in_use"
        and (row["retired_on"] is None or row["retired_on"] > day)
        and row["work_center_id"] not in foreign
    ]


def _name(row: Row) -> str:
    return str(row["equipment_id"])


def _station(
    recorded: Recorded, centre: str, machines: Sequence[Row], used: Sequence[Row], done: Mapping[str, Performance]
) -> Station:
    names = [row["equipment_id"] for row in machines]
    modes = failure_modes(recorded, names, centre)
    setups = {
        (row["from_family"], row["to_family"]): float(row["setup_s"])
        for row in recorded.rows("setup_matrix")
        if row["work_center_id"] == centre
    }
    together = max((done[row["segment_id"]].together for row in used if row["segment_id"] in done), default=1)
    if together > 1:
        recorded.assume(centre, later("a load of up to {value} lots starts with what waits"), together)
    return Station(
        centre,
        tuple(Machine(name, failures=modes[name]) for name in names),
        setups=setups,
        load=Load(together, 0.0, "any") if together > 1 else None,
    )


def _placed(station: Station, calendar: str, place: str) -> Station:
    machines = tuple(replace(machine, calendar=calendar) for machine in station.machines)
    return replace(station, machines=machines, place=place)
