"""Promise dates for sales lines that have no production order yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from linghang.engines.contract import Inputs
from linghang.engines.scheduling.model import Job, Mode, Problem, Schedule, Task
from linghang.engines.scheduling.plant_floor import number, rows
from linghang.engines.scheduling.plant_orders import Order, Plant, Step, lots_of
from linghang.engines.scheduling.promise import promise
from linghang.engines.scheduling.solving import Limits


@dataclass(frozen=True, slots=True)
class Promised:
    """When a sales line can be done, without and with moving others."""

    line: str
    product: str
    quantity: float
    due: datetime | None
    untouched: datetime
    earliest: datetime
    moved: int


def promised(
    inputs: Inputs, plant: Plant, made: Schedule, most: int, lot_hours: float, effort: float
) -> list[Promised]:
    """Look for promise dates of the sales lines without a production order, the earliest due first.

    Parameters
    ----------
    inputs, plant, made
        The records, the problem, its schedule.
    most
        How many lines.
    lot_hours, effort
        As in the settings; the effort is of each line.
    """
    found: list[Promised] = []
    for row in _lines(inputs)[:most]:
        job, due = _job(inputs, plant, row, lot_hours), _due(inputs, row)
        if job is None or plant.problem is None:
            continue
        told = promise(_with_machines(plant, job), made, job, Limits(effort=max(effort, 0.2), seed=inputs.seed))
        first, earliest = (plant.origin + timedelta(seconds=one) for one in (told.untouched, told.earliest))
        quantity = number(row["quantity"]) or 0.0
        found.append(Promised(row["line_id"], row["product_id"], quantity, due, first, earliest, len(told.moved)))
    return found


def _due(inputs: Inputs, row: Mapping[str, Any]) -> datetime | None:
    day = row.get("revised_due_on") or row.get("due_on")
    return None if day is None else datetime.combine(day + timedelta(days=1), time(0), inputs.zone)


def _lines(inputs: Inputs) -> list[dict[str, Any]]:
    """Return the sales lines that are ordered, not cancelled, not delivered and without a production order."""
    made = {row.get("sales_line_id") for row in rows(inputs, "production_order", ("sales_line_id",))}
    sent = {row.get("line_id") for row in rows(inputs, "delivery", ("line_id",))}
    ordered = {
        row["order_id"]
        for row in rows(inputs, "sales_order", ("order_id", "ordered_on"))
        if row.get("ordered_on") is None or row["ordered_on"] <= inputs.day
    }
    found = [
        row
        for row in rows(inputs, "sales_order_line")
        if not row.get("cancelled")
        and row["line_id"] not in made | sent
        and row.get("order_id") in ordered
        and (number(row.get("quantity")) or 0.0) > 0
        and row.get("due_on") is not None
        and row["due_on"] >= inputs.day
    ]
    return sorted(found, key=lambda row: (row["due_on"], row["line_id"]))


def _job(inputs: Inputs, plant: Plant, row: Mapping[str, Any], lot_hours: float) -> Job | None:
    """Return the line as one job: its lots side by side."""
    product, name = str(row["product_id"]), str(row["line_id"])
    quantity = number(row["quantity"]) or 0.0
    routing = sorted(plant.floor.routing.get(product, ()), key=lambda one: number(one.get("sequence")) or 0)
    steps = []
    for one in routing:
        machines = plant.floor.machines.get(one.get("work_center_id") or "", ())
        if not machines or plant.floor.piece_s(one) <= 0:
            return None
        job = f"{name}-{one['segment_id']}"
        steps.append(Step(job, one, quantity, plant.floor.piece_s(one), machines, "", None, None))
    if not steps:
        return None
    order = Order(name, product, quantity, None, 1, tuple(steps))
    tasks: list[Task] = []
    for lot, _ in lots_of(inputs, order, lot_hours, {}):
        tasks += lot.tasks
    return Job(name, tuple(tasks))


def _with_machines(plant: Plant, job: Job) -> Problem:
    """Return the problem with the machines and set-ups that only the new job needs."""
    assert plant.problem is not None
    modes: list[Mode] = [mode for task in job.tasks for mode in task.modes]
    used = {one.id for one in plant.problem.machines} | {mode.machine for mode in modes}
    machines = tuple(plant.floor.machine(name) for name in sorted(used))
    return replace(plant.problem, machines=machines, matrices=plant.floor.matrices(used))
