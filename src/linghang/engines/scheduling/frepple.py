"""frePPLe's JSON models (Django fixtures): demands netted against stock and orders, exploded through bills of material
and distribution into our scheduling problem.

Read: items, locations, calendars, buffers, operations (fixed time, time per piece, routings), operation materials and
resources, resources with their capacity calendars, skills, suppliers, distributions, confirmed purchase and
distribution orders, open demands. Not read: operation plans of manufacturing, set-up matrices, alternates, the days
off of single members of a pool (the pool counts whole), safety stocks. Every demand takes the whole of what it needs
at once; times are seconds from the plan's current date.
"""

import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from linghang.engines.scheduling.model import Job, Machine, Mode, Placement, Problem, Resource, Task
from linghang.errors import BadInput, Place

Row = Mapping[str, Any]
HORIZON_DAYS = 730
"""How far calendars are laid out; ours."""
REFERENCES = (
    "item",
    "location",
    "operation",
    "resource",
    "calendar",
    "supplier",
    "origin",
    "owner",
    "skill",
    "destination",
    "maximum_calendar",
    "available",
)
"""Older fixtures name what they refer to without “_id”."""
DEPTH = 30
"""Levels of a bill of material before it is taken for a circle; ours."""


@dataclass(frozen=True)
class Imported:
    """A model of frePPLe as a problem.

    Attributes
    ----------
    problem
        One job a demand; times in seconds from `now`.
    now
        The plan's current date.
    demands
        How many demands there are in all; how many are open and so planned.
    unplanned
        Open demand -> what nobody supplies.
    """

    problem: Problem
    now: datetime
    demands: int
    planned: int
    unplanned: Mapping[str, str]


@dataclass
class _Stock:
    """What is there of an item at a place: (moment, task that brings it, quantity)."""

    lots: list[tuple[int, str, float]] = field(default_factory=list)


class _NoSource(Exception):
    """Nobody supplies an item."""


def imported(content: bytes, name: str = "") -> Imported:
    """Read a model.

    Raises
    ------
    BadInput
        It is no such file, or has no open demand.
    """
    try:
        listed = json.loads(content)
        tables: dict[str, list[Row]] = {}
        for one in listed:
            fields = dict(one["fields"])
            if "name" not in fields and "pk" in one:
                fields["name"] = one["pk"]
            fields |= {f"{key}_id": fields[key] for key in REFERENCES if key in fields}
            tables.setdefault(str(one["model"]).removeprefix("input."), []).append(fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput("it is no list of models with fields", Place(name)) from None
    if not tables.get("demand"):
        raise BadInput("there is no demand in it", Place(name))
    try:
        return _Explosion(tables, name).made()
    except KeyError as error:
        raise BadInput("a row lacks its field {name}", Place(name), name=str(error)) from None
    except (ValueError, TypeError) as error:
        raise BadInput("a field holds what it cannot hold: {reason}", Place(name), reason=str(error)) from None


class _Explosion:
    def __init__(self, tables: Mapping[str, list[Row]], name: str) -> None:
        self.tables = tables
        told = [row for row in tables.get("common.parameter", ()) if row.get("name") == "currentdate"]
        try:
            self.now = datetime.fromisoformat(str(told[0]["value"]))
        except (IndexError, ValueError):
            raise BadInput("the parameter currentdate tells no date", Place(name)) from None
        self.operations = {row["name"]: row for row in tables.get("operation", ())}
        self.resources = {row["name"]: row for row in tables.get("resource", ())}
        self.locations = {row["name"]: row for row in tables.get("location", ())}
        self.stock: dict[tuple[str, str], _Stock] = {}
        self.machines: dict[str, Machine] = {}
        self.frozen: list[Placement] = []
        self.tasks: list[Task] = []
        self.breaks: dict[str, tuple[tuple[int, int], ...]] = {}
        self.count = 0

    def made(self) -> Imported:
        demands = self.tables["demand"]
        waiting = [row for row in demands if row.get("status", "open") in ("open", None)]
        waiting.sort(key=lambda row: (row.get("priority", 10), str(row["due"]), str(row["name"])))
        lowest = max((int(row.get("priority", 10)) for row in waiting), default=0)
        jobs: list[Job] = []
        unplanned: dict[str, str] = {}
        self._confirmed(jobs)
        for row in waiting:
            before = self._saved()
            try:
                self.tasks = []
                name, quantity = str(row["name"]), float(row["quantity"])
                tasks = self._demanded(row, quantity)
                self._task(f"deliver {name}", 0, tasks)
                due = int((datetime.fromisoformat(str(row["due"])) - self.now).total_seconds())
                weight = lowest - int(row.get("priority", 10)) + 1
                jobs.append(Job(name, tuple(self.tasks), 0, due, weight))
            except _NoSource as error:
                self._restored(before)
                unplanned[str(row["name"])] = str(error)
        if not jobs:
            raise BadInput("no demand is open")
        machines = tuple(self.machines.values())
        problem = Problem(tuple(jobs), machines, self._crews(), {}, tuple(self.frozen))
        return Imported(problem, self.now, len(demands), len(waiting) - len(unplanned), unplanned)

    def _demanded(self, row: Row, quantity: float) -> list[str]:
        made_by = self.operations.get(str(row.get("operation_id")))
        if made_by is not None:
            return [self._produced(made_by, str(row.get("location_id")), quantity, 0)]
        return self._obtained(str(row["item_id"]), str(row["location_id"]), quantity, 0)

    def _saved(self) -> tuple[Any, ...]:
        stock = {key: list(one.lots) for key, one in self.stock.items()}
        return stock, dict(self.machines), list(self.frozen)

    def _restored(self, saved: tuple[Any, ...]) -> None:
        stock, self.machines, self.frozen = saved
        self.stock = {key: _Stock(lots) for key, lots in stock.items()}

    def _confirmed(self, jobs: list[Job]) -> None:
        """Take stock, and what is confirmed to come in."""
        for row in self.tables.get("buffer", ()):
            self._there(row["item_id"], row["location_id"]).lots.append((0, "", float(row.get("onhand") or 0)))
        for number, row in enumerate(self.tables.get("operationplan", ())):
            where = row.get("location_id") or row.get("destination_id")
            if row.get("status") not in ("confirmed", "approved") or row.get("type") not in ("PO", "DO") or not where:
                continue
            at = max(0, self._seconds(str(row["enddate"])))
            self.tasks = []
            task = self._arrival(f"{row.get('reference') or number}", at)
            jobs.append(Job(f"order {row.get('reference') or number}", tuple(self.tasks)))
            self._there(row["item_id"], where).lots.append((at, task, float(row["quantity"])))
            if row["type"] == "DO" and row.get("origin_id"):
                self._taken(str(row["item_id"]), str(row["origin_id"]), float(row["quantity"]))
        for one in self.stock.values():
            one.lots.sort()

    def _there(self, item: str, where: str) -> _Stock:
        return self.stock.setdefault((item, where), _Stock())

    def _seconds(self, at: str) -> int:
        return int((datetime.fromisoformat(at) - self.now).total_seconds())

    def _taken(self, item: str, where: str, quantity: float) -> tuple[float, list[str]]:
        """Take from stock; return what is lacking, and the tasks that bring what was taken."""
        lots, waits = self._there(item, where).lots, []
        while lots and quantity > 1e-9:
            at, task, there = lots.pop(0)
            used = min(there, quantity)
            quantity -= used
            if task and used > 0:
                waits.append(task)
            if there - used > 1e-9:
                lots.insert(0, (at, task, there - used))
        return quantity, waits

    def _obtained(self, item: str, where: str, quantity: float, depth: int) -> list[str]:
        """Return the tasks after which so much of an item is at a place."""
        if depth > DEPTH:
            raise _NoSource(item)
        lacking, waits = self._taken(item, where, quantity)
        if lacking <= 1e-9:
            return waits
        sources: list[tuple[int, int, Row]] = []
        makes = (row for row in self.operations.values() if not row.get("owner_id"))
        for row in makes:
            if row.get("item_id") == item and row.get("location_id") in (where, None):
                sources.append((int(row.get("priority") or 1), 0, row))
        for row in self.tables.get("itemdistribution", ()):
            if row.get("location_id") == where and row.get("item_id") in (item, *self._owners(item)):
                sources.append((int(row.get("priority") or 1), 1, row))
        for row in self.tables.get("itemsupplier", ()):
            if row.get("item_id") == item and row.get("location_id") in (where, None):
                sources.append((int(row.get("priority") or 1), 2, row))
        if not sources:
            raise _NoSource(f"{item} @ {where}")
        _, kind, source = min(sources, key=lambda one: (one[0], one[1]))
        amount = _sized(lacking, source)
        if kind == 0:
            task = self._produced(source, where, amount, depth)
        elif kind == 1:
            task = self._shipped(source, item, amount, depth)
        else:
            task = self._arrival(f"buy {item}", math.ceil(float(source.get("leadtime") or 0)))
        if amount - lacking > 1e-9:
            self._there(item, where).lots.append((10**9, task, amount - lacking))
        return [*waits, task]

    def _owners(self, item: str) -> list[str]:
        parents = {row["name"]: row.get("owner_id") for row in self.tables.get("item", ())}
        found: list[str] = []
        at = parents.get(item)
        while at and at not in found:
            found.append(at)
            at = parents.get(at)
        return found

    def _shipped(self, source: Row, item: str, amount: float, depth: int) -> str:
        waits = self._obtained(item, str(source["origin_id"]), amount, depth + 1)
        return self._task(f"ship {item}", math.ceil(float(source.get("leadtime") or 0)), waits)

    def _produced(self, source: Row, where: str, amount: float, depth: int) -> str:
        steps = [source]
        if source.get("type") == "routing":
            own = [row for row in self.operations.values() if row.get("owner_id") == source["name"]]
            steps = sorted(own, key=lambda row: (int(row.get("priority") or 1), row["name"]))
        last: list[str] = []
        for step in steps:
            waits = list(last)
            for row in self.tables.get("operationmaterial", ()):
                if row["operation_id"] == step["name"] and float(row["quantity"]) < 0:
                    used = -float(row["quantity"]) * amount
                    waits += self._obtained(str(row["item_id"]), str(step.get("location_id") or where), used, depth + 1)
            work = float(step.get("duration") or 0)
            if step.get("type") == "time_per":
                work += float(step.get("duration_per") or 0) * amount
            last = [self._task(str(step["name"]), math.ceil(work), waits, step)]
        return last[0]

    def _task(self, name: str, work: int, waits: list[str], step: Row | None = None) -> str:
        """Add a task; with an operation it takes that one's resources, and its place's calendar."""
        self.count += 1
        uses: list[tuple[str, int]] = []
        machines: list[str] = []
        closed: tuple[tuple[int, int], ...] = ()
        if step is not None:
            place = self.locations.get(str(step.get("location_id")), {})
            closed = self._closed(str(place.get("available_id") or step.get("available_id") or ""))
            for row in self.tables.get("operationresource", ()):
                if row["operation_id"] != step["name"]:
                    continue
                resource = str(row["resource_id"])
                if any(one.get("owner_id") == resource for one in self.resources.values()):
                    uses.append((resource, 1))
                    if row.get("skill_id"):
                        uses.append((f"{resource}: {row['skill_id']}", 1))
                else:
                    machines = [f"{resource} {at + 1}" for at in range(self._capacity(resource))] or machines
        for one in machines or [f"#{self.count}"]:
            self.machines.setdefault(one, Machine(one, closed))
        made = f"{name} #{self.count}"
        modes = tuple(Mode(one, work, tuple(uses)) for one in machines or [f"#{self.count}"])
        self.tasks.append(Task(made, modes, tuple(dict.fromkeys(waits))))
        return made

    def _arrival(self, name: str, at: int) -> str:
        made = self._task(name, at, [])
        self.frozen.append(Placement(made, f"#{self.count}", 0, at))
        return made

    def _capacity(self, resource: str) -> int:
        """Return how many of a resource there are: its capacity calendar today, else its maximum."""
        row = self.resources[resource]
        calendar = row.get("maximum_calendar_id")
        values = [value for *_, value in self._values(str(calendar), 28)] if calendar else []
        return max(1, int(max(values))) if values else max(1, int(row.get("maximum") or 1))

    def _crews(self) -> tuple[Resource, ...]:
        members: dict[str, set[str]] = {}
        for row in self.resources.values():
            if row.get("owner_id"):
                members.setdefault(str(row["owner_id"]), set()).add(str(row["name"]))
        found = {pool: len(own) for pool, own in members.items()}
        for row in self.tables.get("resourceskill", ()):
            for pool, own in members.items():
                if row["resource_id"] in own:
                    key = f"{pool}: {row['skill_id']}"
                    found[key] = found.get(key, 0) + 1
        return tuple(Resource(name, count, "crew") for name, count in sorted(found.items()))

    def _closed(self, calendar: str) -> tuple[tuple[int, int], ...]:
        """Return when a calendar has the value zero."""
        if not calendar:
            return ()
        if calendar not in self.breaks:
            found: list[tuple[int, int]] = []
            for low, high, value in self._values(calendar, HORIZON_DAYS):
                if value > 0:
                    continue
                if found and found[-1][1] == low:
                    found[-1] = (found[-1][0], high)
                else:
                    found.append((low, high))
            self.breaks[calendar] = tuple(found)
        return self.breaks[calendar]

    def _values(self, calendar: str, days: int) -> list[tuple[int, int, float]]:
        """Return the values of a calendar from today on: of the buckets that hold, the one of the lowest priority."""
        default = next(
            (float(row.get("defaultvalue") or 0) for row in self.tables.get("calendar", ()) if row["name"] == calendar),
            0.0,
        )
        buckets = [row for row in self.tables.get("calendarbucket", ()) if row["calendar_id"] == calendar]
        buckets.sort(key=lambda row: int(row.get("priority") or 0))
        cuts = {0, 86400}
        for row in buckets:
            cuts |= {_of_day(row.get("starttime") or "00:00:00"), _of_day(row.get("endtime") or "23:59:59")}
        edges, found = sorted(cuts), []
        first = datetime.combine(self.now.date(), time(0))
        for number in range(days):
            day = first + timedelta(days=number)
            for low, high in itertools.pairwise(edges):
                start = day + timedelta(seconds=low)
                value = next((float(row["value"]) for row in buckets if _holds(row, start, low)), default)
                shift = int((day - self.now).total_seconds())
                if shift + high > 0:
                    found.append((max(0, shift + low), shift + high, value))
        return found


def _sized(lacking: float, source: Row) -> float:
    """Return the amount that a source gives: its minimum, in its multiples."""
    amount = max(lacking, float(source.get("sizeminimum") or 0))
    multiple = float(source.get("sizemultiple") or 0)
    return math.ceil(round(amount / multiple, 9)) * multiple if multiple > 0 else amount


def _of_day(at: str) -> int:
    hour, minute, second = (int(part) for part in at.split(":"))
    seconds = hour * 3600 + minute * 60 + second
    return 86400 if seconds >= 86399 else seconds


def _holds(row: Row, start: datetime, of_day: int) -> bool:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if not row.get(days[start.weekday()], True):
        return False
    if row.get("startdate") and start < datetime.fromisoformat(str(row["startdate"])):
        return False
    if row.get("enddate") and start >= datetime.fromisoformat(str(row["enddate"])):
        return False
    return _of_day(row.get("starttime") or "00:00:00") <= of_day < _of_day(row.get("endtime") or "23:59:59")
