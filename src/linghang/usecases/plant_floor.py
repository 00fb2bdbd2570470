"""Where the machines stand: from the records where they say it, else laid out by work center."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linghang.plant.tables import TABLES
from linghang.store.migrate import is_current
from linghang.store.records import read
from linghang.store.workspace import open_workspace
from linghang.usecases.plant_states import Machine, machines_of

CELL_M, GAP_M = 6.0, 8.0
"""Of the layout that we make where the records give none: room of a machine, and ways between work centers."""


@dataclass(frozen=True, slots=True)
class Zone:
    """Ground of a work center, metres from the corner of the plan."""

    id: str
    name: str
    x_m: float
    y_m: float
    length_m: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A machine on the plan: its middle and its sides, metres."""

    machine: Machine
    x_m: float
    y_m: float
    length_m: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Floor:
    """The plan of the plant.

    Attributes
    ----------
    recorded
        Whether the work centers stand where the records say. Machines always stand in rows within theirs, in the order
        of their work units: no record says where exactly.
    """

    zones: tuple[Zone, ...]
    machines: tuple[Placed, ...]
    recorded: bool

    @property
    def extent_m(self) -> tuple[float, float]:
        """Length and width of all of it."""
        return (
            max((one.x_m + one.length_m for one in self.zones), default=0.0),
            max((one.y_m + one.width_m for one in self.zones), default=0.0),
        )


def floor_of(folder: Path) -> Floor:
    """Return the plan of a plant; work centers without machines are left out."""
    machines = machines_of(folder)
    engine = open_workspace(folder).engine()
    rows = read(engine, TABLES["work_center"]).to_pylist() if is_current(engine) else []
    return laid_out(rows, machines)


def laid_out(centers: Sequence[Mapping[str, Any]], machines: Sequence[Machine]) -> Floor:
    """Lay out a plant; see `floor_of`."""
    by: dict[str, list[Machine]] = {}
    for one in machines:
        by.setdefault(one.work_center_id, []).append(one)
    used = [one for one in centers if one["work_center_id"] in by]
    sides = ("x_m", "y_m", "length_m", "width_m")
    recorded = bool(used) and all(one[side] is not None for one in used for side in sides)
    recorded = recorded and all(one["length_m"] > 0 and one["width_m"] > 0 for one in used)
    zones = _recorded(used) if recorded else _schematic(used, by)
    placed = [one for zone in zones for one in _within(zone, by[zone.id])]
    return Floor(tuple(zones), tuple(placed), recorded)


def _recorded(rows: Sequence[Mapping[str, Any]]) -> list[Zone]:
    left, low = min(one["x_m"] for one in rows), min(one["y_m"] for one in rows)
    return [
        Zone(
            one["work_center_id"],
            one["name"] or one["work_center_id"],
            one["x_m"] - left,
            one["y_m"] - low,
            one["length_m"],
            one["width_m"],
        )
        for one in rows
    ]


def _schematic(rows: Sequence[Mapping[str, Any]], by: Mapping[str, Sequence[Machine]]) -> list[Zone]:
    """Put work centers beside each other into rows of about equal length, in the order of the records."""
    sized = []
    for one in rows:
        count = len(by[one["work_center_id"]])
        columns = math.ceil(math.sqrt(count * 2))
        sized.append((one, columns * CELL_M, math.ceil(count / columns) * CELL_M))
    longest = math.sqrt(sum((length + GAP_M) * (width + GAP_M) for _, length, width in sized) * 2)
    zones, x, y, high = [], 0.0, 0.0, 0.0
    for one, length, width in sized:
        if x and x + length > longest:
            x, y, high = 0.0, y + high + GAP_M, 0.0
        zones.append(Zone(one["work_center_id"], one["name"] or one["work_center_id"], x, y, length, width))
        x, high = x + length + GAP_M, max(high, width)
    return zones


def _within(zone: Zone, machines: Sequence[Machine]) -> list[Placed]:
    """Put the machines of a work center into rows that fit the shape of its ground."""
    ordered = sorted(machines, key=lambda one: (one.sequence or 0, one.id))
    columns = max(1, min(len(ordered), round(math.sqrt(len(ordered) * zone.length_m / zone.width_m))))
    rows = math.ceil(len(ordered) / columns)
    length, width = zone.length_m / columns, zone.width_m / rows
    side = 0.7 * min(length, width)
    return [
        Placed(
            one,
            zone.x_m + (place % columns + 0.5) * length,
            zone.y_m + (place // columns + 0.5) * width,
            min(0.8 * length, 2 * side),
            min(0.8 * width, 2 * side),
        )
        for place, one in enumerate(ordered)
    ]
