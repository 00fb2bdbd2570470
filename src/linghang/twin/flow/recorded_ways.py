"""Vehicles and the ways between storage locations, as far as records know them."""

from collections import Counter
from dataclasses import dataclass

from linghang.twin.flow.model import OPEN, Machine, Transport
from linghang.twin.flow.recorded_rows import Recorded, Row
from linghang.words import later

DOOR = "door"
"""Where the ways of all storage locations meet: records say their distance to the door, not to each other."""


@dataclass(frozen=True, slots=True)
class VehicleSettings:
    """Speed and times of vehicles, which no record says.

    Attributes
    ----------
    speed_m_s
        Walking speed, which AGVs among people keep to.
    load_s, unload_s
        Half a minute at each end.
    """

    speed_m_s: float = 1.0
    load_s: float = 30.0
    unload_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Ways:
    """Storage location of each station, the transport, and where material comes from and goods go to."""

    places: dict[str, str]
    transport: Transport
    source: str
    sink: str


def ways(recorded: Recorded, stations: list[str], vehicles: list[str], settings: VehicleSettings) -> Ways:
    """Make the transport of a plant.

    A station stands at the storage location of its area, of several at that nearest to the door. The way between two
    locations leads through the door. Material comes from the location that most issues leave, goods go to that which
    most receipts reach.
    """
    locations = [row for row in recorded.rows("storage_location") if row["factory_id"] == recorded.factory_id]
    known = {row["location_id"]: row["distance_m"] for row in locations if row["distance_m"] is not None}
    areas = {row["work_center_id"]: row["area_id"] for row in recorded.rows("work_center")}
    places: dict[str, str] = {}
    for station in stations:
        near = [row for row in locations if row["area_id"] == areas.get(station) and row["location_id"] in known]
        if near:
            places[station] = min(near, key=lambda row: (row["distance_m"], row["location_id"]))["location_id"]
    source, sink = _ends(recorded.rows("stock_movement"), known)
    if not vehicles or len(known) < 2:
        recorded.assume("stock_movement", later("lots move on at once: no AGV or no distance of locations is recorded"))
        return Ways(places, Transport(), source, sink)
    for station in stations:
        if station not in places:
            text = later("lots come and go at once: no storage location of its area has a distance")
            recorded.assume(station, text)
    recorded.assume("storage_location", later("the way between two locations leads through the door"))
    recorded.assume("equipment", later("AGVs drive at {value} m/s"), settings.speed_m_s)
    recorded.assume("equipment", later("an AGV takes up a lot in {value} s"), settings.load_s)
    recorded.assume("equipment", later("an AGV sets down a lot in {value} s"), settings.unload_s)
    transport = Transport(
        tuple(Machine(vehicle, OPEN) for vehicle in vehicles),
        settings.speed_m_s,
        settings.load_s,
        settings.unload_s,
        {(name, DOOR): metres for name, metres in known.items()},
        start_at=DOOR,
    )
    return Ways(places, transport, source, sink)


def _ends(movements: list[Row], known: dict[str, float]) -> tuple[str, str]:
    """Location that most issues leave and that most receipts reach, among those that vehicles reach."""
    issued = Counter(row["from_location_id"] for row in movements if row["kind"] == "issue")
    received = Counter(row["to_location_id"] for row in movements if row["kind"] == "receipt")
    return _most(issued, known), _most(received, known)


def _most(counts: "Counter[str | None]", known: dict[str, float]) -> str:
    found = sorted((-count, name) for name, count in counts.items() if name in known)
    return found[0][1] if found else ""
