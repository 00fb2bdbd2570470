"""Open production orders of the records as a scheduling problem.

The pieces that a job order still lacks go through the plant in lots: a lot moves on to the next operation when it is
done, so that a large order runs on several machines of a work centre at once. Pieces that are further on than others
of their order form lots of their own, without the operations that they have behind them.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from linghang.engines.contract import Inputs
from linghang.engines.scheduling.model import Job, Machine, Mode, Placement, Problem, Resource, Task
from linghang.engines.scheduling.plant_floor import Floorplan, floorplan, number, rows

MOST_TASKS = 1500
"""With more tasks the lots are made larger: a search through more gains nothing in the time that it has; ours."""
MOST_LOTS = 200
"""Lots of one order at most; ours."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an order still lacks at one operation: pieces, seconds a piece, where, and the plan of the records."""

    job_id: str
    segment: Mapping[str, Any]
    quantity: float
    piece_s: float
    machines: tuple[str, ...]
    fixed: str
    planned_start: datetime | None
    planned_end: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """An open production order."""

    id: str
    product: str
    quantity: float
    due: datetime | None
    weight: int
    steps: tuple[Step, ...]
    lots: tuple[str, ...] = ()
    planned_end: datetime | None = None


@dataclass(frozen=True)
class Plant:
    """The problem and what its names stand for.

    Attributes
    ----------
    problem
        Times in seconds from `origin`; None where nothing can be scheduled.
    orders
        The open orders that can be scheduled.
    left_out
        Open order -> why it cannot be scheduled.
    of_task
        Task -> (order, step, pieces).
    needs, notes
        What is missing; what was assumed.
    """

    problem: Problem | None
    origin: datetime
    orders: tuple[Order, ...]
    left_out: Mapping[str, str]
    of_task: Mapping[str, tuple[Order, Step, float]]
    floor: Floorplan
    needs: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())


def plant_of(inputs: Inputs, lot_hours: float, frozen_hours: float, crew: Mapping[str, int]) -> Plant:
    """Build the problem of the orders that are open at the end of the stretch.

    Parameters
    ----------
    inputs
        Tables of the records.
    lot_hours
        A lot is so large that no operation takes longer on one machine.
    frozen_hours
        Job orders that are planned on a machine within so many hours keep machine and start.
    crew
        Work centre -> people there at once; of those not named the crew does not limit.
    """
    floor = floorplan(inputs)
    open_rows = _open_orders(inputs)
    steps = _steps(inputs, [row["production_order_id"] for row in open_rows], floor, open_rows)
    due = _due(inputs)
    orders, left_out = [], {}
    for row in open_rows:
        name = row["production_order_id"]
        own = steps.get(name, [])
        lacking = [one for one in own if one.quantity > 0]
        if any(one.quantity != one.quantity for one in own):
            left_out[name] = "production_order.quantity"
        elif own and not lacking:
            continue  # all pieces went through: it is done, whatever its status says
        elif not own:
            left_out[name] = "process_segment"
        elif any(not one.machines for one in lacking):
            left_out[name] = "equipment"
        elif any(not one.piece_s > 0 for one in lacking):
            left_out[name] = "process_segment.standard_s"
        else:
            weight = max(1, int(number(row.get("priority")) or 1))
            product, quantity = str(row["product_id"]), number(row.get("quantity")) or 0.0
            when = row.get("planned_end")
            orders.append(Order(name, product, quantity, due(row), weight, tuple(lacking), (), when))
    return _problem(inputs, orders, left_out, floor, lot_hours, frozen_hours, crew)


def _open_orders(inputs: Inputs) -> list[dict[str, Any]]:
    """Return the orders that are neither done nor cancelled, as it was known at the end of the stretch."""
    after = {row["job_id"] for row in rows(inputs, "job_response", ("job_id", "end"), "end", inputs.end)}
    jobs = rows(inputs, "job_order", ("job_id", "production_order_id"))
    worked = {row["production_order_id"] for row in jobs if row["job_id"] in after}
    found = []
    for row in rows(inputs, "production_order"):
        name = row.get("production_order_id")
        status = row.get("status")
        if not name or status == "cancelled" or (status == "completed" and name not in worked):
            continue
        released = row.get("released_on")
        if released is not None and released > inputs.day:
            continue
        if released is None and row.get("planned_start") is not None and row["planned_start"] > inputs.end:
            continue
        found.append(row)
    return sorted(found, key=lambda row: str(row["production_order_id"]))


def _due(inputs: Inputs) -> Any:
    """Return the function that tells when an order is due: the end of the day of the order, or of its sales line."""
    lines = {
        row["line_id"]: row.get("revised_due_on") or row.get("due_on")
        for row in rows(inputs, "sales_order_line", ("line_id", "due_on", "revised_due_on"))
    }

    def due(row: Mapping[str, Any]) -> datetime | None:
        day = row.get("due_on") or lines.get(row.get("sales_line_id"))
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=1), time(0), inputs.zone)

    return due


def _steps(
    inputs: Inputs, names: Sequence[str], floor: Floorplan, open_rows: Sequence[Mapping[str, Any]]
) -> dict[str, list[Step]]:
    """Return of every order its operations in their sequence, with what they still lack."""
    wanted = set(names)
    jobs = [row for row in rows(inputs, "job_order") if row.get("production_order_id") in wanted]
    made = _made(inputs, {row["job_id"] for row in jobs})
    quantity = {row["production_order_id"]: number(row.get("quantity")) or 0.0 for row in open_rows}
    by_order: dict[str, list[dict[str, Any]]] = {}
    for row in jobs:
        if row.get("segment_id") in floor.segments:
            by_order.setdefault(row["production_order_id"], []).append(row)
    for order in open_rows:  # orders without job orders follow the routing of their product
        name = order["production_order_id"]
        if name not in by_order:
            by_order[name] = [
                {"job_id": f"{name}-{one['segment_id']}", "segment_id": one["segment_id"], "quantity": None}
                for one in floor.routing.get(str(order["product_id"]), ())
            ]
    found: dict[str, list[Step]] = {}
    for name, own in by_order.items():
        own.sort(key=lambda row: (number(floor.segments[row["segment_id"]].get("sequence")) or 0, row["job_id"]))
        found[name] = _remaining(own, quantity.get(name, 0.0), made, floor)
    return found


def _remaining(
    own: Sequence[Mapping[str, Any]], ordered: float, made: Mapping[str, tuple[float, float]], floor: Floorplan
) -> list[Step]:
    """Return what is still to do at each operation: what comes from the one before, less what went through."""
    steps, coming = [], None
    for row in own:
        segment = floor.segments[row["segment_id"]]
        planned = number(row.get("quantity")) or ordered
        known = planned > 0
        through, scrap = made.get(row["job_id"], (0.0, 0.0))
        lacking = max(0.0, (planned if coming is None else coming) - through)
        share = min(1.0, (number(row.get("planned_scrap_quantity")) or 0.0) / planned) if planned > 0 else 0.0
        coming = through - scrap + lacking * (1 - share)
        centre = segment.get("work_center_id") or ""
        fixed = row.get("equipment_id") or ""
        machines = floor.machines.get(centre, ())
        steps.append(
            Step(
                row["job_id"],
                segment,
                math.floor(lacking + 0.5) if known else math.nan,
                floor.piece_s(segment),
                machines,
                fixed if fixed in machines else "",
                row.get("planned_start"),
                row.get("planned_end"),
            )
        )
    return steps


def _made(inputs: Inputs, jobs: set[str]) -> dict[str, tuple[float, float]]:
    """Return of every job order how many pieces went through until the end of the stretch, and how many are scrap."""
    found: dict[str, tuple[float, float]] = {}
    columns = ("job_id", "end", "produced_quantity", "scrap_quantity")
    for row in rows(inputs, "job_response", columns, isin=("job_id", jobs)):
        if row.get("end") is not None and row["end"] <= inputs.end:
            through, scrap = found.get(row["job_id"], (0.0, 0.0))
            more, bad = number(row.get("produced_quantity")) or 0.0, number(row.get("scrap_quantity")) or 0.0
            found[row["job_id"]] = (through + max(more, 0.0), scrap + min(max(bad, 0.0), max(more, 0.0)))
    return found


def _problem(
    inputs: Inputs,
    orders: Sequence[Order],
    left_out: Mapping[str, str],
    floor: Floorplan,
    lot_hours: float,
    frozen_hours: float,
    crew: Mapping[str, int],
) -> Plant:
    jobs: list[Job] = []
    of_task: dict[str, tuple[Order, Step, float]] = {}
    kept: list[Order] = []
    plan: dict[str, Placement] = {}
    notes = list(floor.notes)
    while sum(_count(order, lot_hours) * len(order.steps) for order in orders) > MOST_TASKS and lot_hours < 1e6:
        lot_hours *= 2
        notes.append(f"lots {lot_hours:g}")
    for order in orders:
        made, lots = lots_of(inputs, order, lot_hours, crew), []
        for job, tasks in made:
            jobs.append(job)
            lots.append(job.id)
            of_task |= {name: (order, step, pieces) for name, (step, pieces) in tasks.items()}
            for name, (step, _) in tasks.items():
                if step.planned_start is not None:
                    start = int((step.planned_start - inputs.end).total_seconds())
                    plan[name] = Placement(name, step.fixed, start, start)
        kept.append(replace(order, lots=tuple(lots)))
    used = {mode.machine for job in jobs for task in job.tasks for mode in task.modes}
    machines = tuple(floor.machine(name) for name in sorted(used))
    resources = tuple(Resource(f"crew {name}", people, "crew") for name, people in sorted(crew.items()) if people > 0)
    needs = tuple(dict.fromkeys([*floor.needs, *sorted(set(left_out.values()))]))
    problem = None
    if jobs:
        frozen = _frozen(jobs, machines, of_task, plan, frozen_hours * 3600) if frozen_hours > 0 else []
        problem = Problem(tuple(jobs), machines, resources, floor.matrices(used), tuple(frozen), plan)
    told = tuple(dict.fromkeys(notes))
    return Plant(problem, inputs.end, tuple(kept), left_out, of_task, floor, needs, told)


def lots_of(
    inputs: Inputs, order: Order, lot_hours: float, crew: Mapping[str, int]
) -> list[tuple[Job, dict[str, tuple[Step, float]]]]:
    """Return the lots of an order as jobs. Piece i (the least advanced is 0) lacks a step if i < its quantity."""
    cuts = _cuts(order, lot_hours)
    due = None if order.due is None else int((order.due - inputs.end).total_seconds())
    found = []
    for at, (low, high) in enumerate(itertools.pairwise(cuts), 1):
        tasks: list[Task] = []
        told: dict[str, tuple[Step, float]] = {}
        for step in order.steps:
            pieces = min(max(step.quantity - low, 0), high - low)
            if pieces <= 0:
                continue
            name = f"{step.job_id}/{at}"
            work = max(1, round(pieces * step.piece_s))
            centre = step.segment.get("work_center_id") or ""
            people = min(math.ceil(number(step.segment.get("crew")) or 0), crew.get(centre, 0))
            uses = ((f"crew {centre}", people),) if people > 0 else ()
            machines = (step.fixed,) if step.fixed else step.machines
            modes = tuple(Mode(machine, work, uses) for machine in machines)
            tasks.append(Task(name, modes, (tasks[-1].id,) if tasks else (), 0, order.product))
            told[name] = (step, pieces)
        if tasks:
            found.append((Job(f"{order.id}/{at}", tuple(tasks), 0, due, order.weight), told))
    return found


def _cuts(order: Order, lot_hours: float) -> list[int]:
    """Return where the pieces of an order are cut into lots: evenly, and where operations have reached.

    Where that is within a quarter of a lot from another cut, none is made: a few pieces are no lot.
    """
    most = max(step.quantity for step in order.steps)
    size = most / _count(order, lot_hours)
    edges = [0.0]
    for reached in sorted({step.quantity for step in order.steps}):
        if reached - edges[-1] >= size / 4 and (most - reached >= size / 4 or reached == most):
            edges.append(reached)
    edges = [*edges[:-1], most] if len(edges) > 1 else [0.0, most]
    found = {0}
    for low, high in itertools.pairwise(edges):
        parts = max(1, math.ceil((high - low) / size - 0.25))
        found |= {round(low + (high - low) * at / parts) for at in range(1, parts + 1)}
    return sorted(found)


def _count(order: Order, lot_hours: float) -> int:
    longest = max(step.piece_s for step in order.steps)
    size = max(1.0, math.floor(lot_hours * 3600 / longest))
    return min(math.ceil(max(step.quantity for step in order.steps) / size), MOST_LOTS)


def _frozen(
    jobs: Sequence[Job],
    machines: Sequence[Machine],
    of_task: Mapping[str, tuple[Order, Step, float]],
    plan: Mapping[str, Placement],
    until: float,
) -> list[Placement]:
    """Return the placements of tasks that the records put on a machine soon; those in each other's way are not kept."""
    from linghang.engines.scheduling.solving_dispatch import Clock

    clocks = {one.id: Clock(one) for one in machines}
    found: list[Placement] = []
    free: dict[str, int] = {}
    ended: dict[str, int] = {}
    for job in jobs:
        for task in job.tasks:
            _, step, _ = of_task[task.id]
            if not step.fixed or task.id not in plan or not 0 <= plan[task.id].start <= until:
                break
            begin = max(plan[task.id].start, free.get(step.fixed, 0), ended.get(job.id, 0))
            start, end = clocks[step.fixed].span(begin, task.modes[0].duration, True)
            if start > until:
                break
            found.append(Placement(task.id, step.fixed, start, end))
            free[step.fixed] = ended[job.id] = end
    return found
