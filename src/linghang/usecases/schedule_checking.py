"""Checking a schedule that a person has changed: the engine's own judge looks at it, and its figures stand beside it.

The problem is built again from the records as they are now, for the moment of the run. Where it is no longer the same
(tasks came or went, or the kept schedule breaks a rule by now) nothing can be said, and the engine has to run again.
"""

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from linghang.engines.contract import Inputs
from linghang.engines.scheduling.finite_capacity import CARD, Settings
from linghang.engines.scheduling.model import Placement, Problem, Schedule
from linghang.engines.scheduling.plant_orders import Plant, plant_of
from linghang.engines.scheduling.plant_result import ends
from linghang.engines.scheduling.solving_dispatch import Clock
from linghang.engines.scheduling.verify import Verdict, Violation, verify
from linghang.engines.settings import settings_of
from linghang.errors import BadInput
from linghang.store.state import records_state
from linghang.store.workspace import open_workspace
from linghang.usecases.engine_inputs import opened
from linghang.usecases.engine_results import all_rows_of, document_of
from linghang.words import Text

ENGINE = CARD.id
MOST_MOVES = 2_000
_BREAKS_SENT = 60
_HELD = 2
"""Problems that are kept ready in a process: a person who drags asks for the same one again and again."""

RULES: Mapping[str, Text] = {
    "machine": Text("设备不能做这道工序", "the machine cannot do it"),
    "release": Text("早于下达时间", "begins before it is released"),
    "order": Text("前工序未完就开工", "begins before the operation ahead of it has ended"),
    "break": Text("中间有停班，而这道工序不能中断", "the machine closes in between, and it cannot be interrupted"),
    "begins or ends in a break": Text("在停班时间开工或完工", "begins or ends while the machine is closed"),
    "duration": Text("时间不够或过长", "takes another time than its work does"),
    "overlap": Text("与同一设备上的另一道重叠", "overlaps another one on its machine"),
    "set-up": Text("换型时间不够", "the time before it is too short for the set-up"),
    "capacity": Text("人员或工装不够", "needs more crew or tools than there are"),
    "frozen": Text("在冻结区内，不能移动", "is frozen and must not move"),
    "deadline": Text("超过必须完成的时间", "ends after its deadline"),
}
"""What the judge's rules are called."""


@dataclass(frozen=True, slots=True)
class Move:
    """A task on a machine from a moment on (UTC); its end follows from its work and the machine's calendar."""

    task: str
    machine: str
    start: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise BadInput("the start of {task} needs a time zone", task=self.task)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a schedule is measured by: hours, and orders that end after their due date."""

    makespan_h: float
    tardiness_h: float
    setup_h: float
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that the changed schedule breaks.

    Attributes
    ----------
    rule
        In the judge's words.
    said
        In a person's.
    task
        Whose bar it is; empty where it is about no one task.
    by
        What else is named: the task ahead, the machine, the crew.
    """

    rule: str
    said: Text
    task: str
    by: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A bar: from start to end (UTC seconds), its set-up ahead of it, and whether it is elsewhere than it was."""

    task: str
    order: str
    machine: str
    start_s: float
    end_s: float
    setup_s: float
    moved: bool


@dataclass(frozen=True, slots=True)
class PlanTask:
    """What a person may do with a task: its machines, whether it is frozen, what goes before it."""

    task: str
    machines: tuple[str, ...]
    frozen: bool
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the judge says of a schedule, beside the one that the engine made.

    Attributes
    ----------
    placed
        All bars, laid onto the machines' calendars.
    broken
        Rules that are broken; empty where it can be done.
    before, after
        Figures of the engine's schedule, and of this one.
    """

    placed: tuple[Placed, ...]
    broken: tuple[Broken, ...]
    before: Figures
    after: Figures


@dataclass(frozen=True, slots=True)
class Plan:
    """A kept schedule as it can be changed.

    Attributes
    ----------
    run
        Of the engine.
    zone
        The plant's.
    machines
        In their order, each with its breaks (UTC seconds) as long as the schedule lasts.
    due
        Order -> when it is due (UTC seconds); without those that have no date.
    """

    run: str
    zone: str
    machines: Mapping[str, tuple[tuple[float, float], ...]]
    tasks: Mapping[str, PlanTask]
    due: Mapping[str, float]
    checked: Checked


@dataclass(frozen=True)
class _Ready:
    plant: Plant
    problem: Problem
    kept: Schedule
    zone: str
    figures: Figures


_ready: OrderedDict[tuple[str, str, str | None], _Ready] = OrderedDict()


def plan_of(folder: Path, run: str = "") -> Plan:
    """Return a kept schedule as it can be changed; the newest where no run is named.

    Raises
    ------
    BadInput
        No schedule is kept, or the records have changed so that it is none any more.
    """
    name, ready = _made_ready(folder, run)
    problem, last = ready.problem, max(one.end for one in ready.kept.placements.values())
    origin = ready.plant.origin.timestamp()
    centre = ready.plant.floor.centre_of
    machines = {
        one.id: tuple((origin + low, origin + high) for low, high in one.breaks[:_BREAKS_SENT] if low < 2 * last)
        for one in sorted(problem.machines, key=lambda one: (centre[one.id], one.id))
    }
    frozen = {one.task for one in problem.frozen}
    tasks = {
        one.id: PlanTask(one.id, tuple(mode.machine for mode in one.modes), one.id in frozen, one.after)
        for one in problem.tasks.values()
    }
    due = {one.id: one.due.timestamp() for one in ready.plant.orders if one.due is not None}
    return Plan(name, ready.zone, machines, tasks, due, _checked(ready, ready.kept))


def check_schedule(folder: Path, run: str, moves: Sequence[Move]) -> Checked:
    """Check a kept schedule with some tasks moved.

    Parameters
    ----------
    run
        Name of the run; the newest where it is empty.
    moves
        Task, machine and start; what is not named stays. Of a task that is named twice the last one counts.

    Returns
    -------
    Checked
        A start in a break is laid behind it; set-ups are those that the new sequence asks for.

    Raises
    ------
    BadInput
        See `plan_of`; or a task or machine is not of this schedule.
    """
    if len(moves) > MOST_MOVES:
        raise BadInput("{count} moves are too many", count=len(moves))
    _, ready = _made_ready(folder, run)
    return _checked(ready, changed(ready.problem, ready.kept, _placements(ready, moves)))


def changed(problem: Problem, schedule: Schedule, moved: Mapping[str, tuple[str, int]]) -> Schedule:
    """Return a schedule with tasks moved: ends by the machines' calendars, set-ups by the new sequences.

    Parameters
    ----------
    moved
        Task -> (machine, start); a machine that cannot do the task keeps the length that the bar had.
    """
    placed = dict(schedule.placements)
    touched: set[str] = set()
    for name, (machine, start) in moved.items():
        old, task = placed[name], problem.tasks[name]
        touched |= {old.machine, machine}
        mode = next((one for one in task.modes if one.machine == machine), None)
        if (machine, start) == (old.machine, old.start):
            continue
        if mode is None:
            placed[name] = Placement(name, machine, start, start + old.end - old.start, 0)
            continue
        begin, end = Clock(problem.machine[machine]).span(start, mode.duration, task.interruptible)
        placed[name] = Placement(name, machine, begin, end, 0)
    frozen = {one.task for one in problem.frozen}
    for machine in touched:
        state = problem.machine[machine].state
        queue = (one for one in placed.values() if one.machine == machine)
        for one in sorted(queue, key=lambda one: (one.start, one.end, one.task)):
            wanted = problem.tasks[one.task].state
            if one.task not in frozen:
                placed[one.task] = replace(one, setup=problem.setup_time(machine, state, wanted))
            state = wanted or state
    return Schedule(placed)


def _placements(ready: _Ready, moves: Sequence[Move]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for one in moves:
        if one.task not in ready.problem.tasks:
            raise BadInput("this schedule has no task {task}", task=one.task)
        if one.machine not in ready.problem.machine:
            raise BadInput("this schedule has no machine {machine}", machine=one.machine)
        start = round((one.start - ready.plant.origin).total_seconds())
        if not 0 <= start < 10 * 365 * 86_400:
            raise BadInput("{task} cannot begin before the moment of planning", task=one.task)
        found[one.task] = one.machine, start
    return found


def _checked(ready: _Ready, schedule: Schedule) -> Checked:
    kept, origin = ready.kept.placements, ready.plant.origin.timestamp()
    of_task = ready.plant.of_task
    placed = tuple(
        Placed(
            one.task,
            of_task[one.task][0].id,
            one.machine,
            origin + one.start,
            origin + one.end,
            float(one.setup),
            (one.machine, one.start) != (kept[one.task].machine, kept[one.task].start),
        )
        for one in sorted(schedule.placements.values(), key=lambda one: (one.machine, one.start, one.task))
    )
    verdict = verify(ready.problem, schedule)
    broken = tuple(_broken(ready.problem, one) for one in verdict.violations)
    return Checked(placed, broken, ready.figures, _figures(ready.plant, schedule, verdict))


def _broken(problem: Problem, one: Violation) -> Broken:
    """Say a violation: the task that is at fault is named last by the judge, except where it names its machine."""
    said = RULES.get(one.rule, Text(one.rule, one.rule))
    tasks = [name for name in one.what if name in problem.tasks]
    task = tasks[-1] if tasks else ""
    return Broken(one.rule, said, task, ", ".join(name for name in one.what if name != task))


def _figures(plant: Plant, schedule: Schedule, verdict: Verdict) -> Figures:
    end = ends(plant, schedule)
    late = tuple(one.id for one in plant.orders if one.due is not None and end[one.id] > one.due)
    makespan, tardiness, setup = (round(one / 3600, 2) for one in (verdict.makespan, verdict.tardiness, verdict.setup))
    return Figures(makespan, tardiness, setup, late)


def _made_ready(folder: Path, run: str) -> tuple[str, _Ready]:
    name, document = document_of(folder, ENGINE, run)
    key = str(folder), name, records_state(open_workspace(folder).engine())
    if key not in _ready:
        _ready[key] = _read(folder, name, document)
        while len(_ready) > _HELD:
            _ready.popitem(last=False)
    return name, _ready[key]


def _read(folder: Path, name: str, document: Mapping[str, Any]) -> _Ready:
    if "schedule" not in document["tables"]:
        raise BadInput("this run planned nothing that could be moved")
    settings: Settings = settings_of(Settings, document["settings"])
    end = datetime.fromisoformat(document["window"][1]).astimezone(UTC)
    with opened(folder, days=CARD.window_days, now=end) as given:
        plant = _plant(given.inputs, settings)
    problem = plant.problem
    placements = {}
    for row in all_rows_of(folder, ENGINE, name, "schedule"):
        # the table has whole seconds, cut off; the origin has a fraction
        start, finish = (math.ceil((row[one] - plant.origin) / timedelta(seconds=1)) for one in ("start", "end"))
        setup = round((row["setup_min"] or 0) * 60)
        placements[row["lot"]] = Placement(row["lot"], row["equipment"], start, finish, setup)
    if problem is None or problem.tasks.keys() != placements.keys():
        raise _outdated()
    kept = _with_setups(problem, Schedule(placements))
    verdict = verify(problem, kept)
    if not verdict.good:
        raise _outdated()
    return _Ready(plant, problem, kept, document["zone"], _figures(plant, kept, verdict))


def _plant(inputs: Inputs, settings: Settings) -> Plant:
    return plant_of(inputs, settings.lot_hours, settings.frozen_hours, settings.people())


def _with_setups(problem: Problem, schedule: Schedule) -> Schedule:
    """Set-ups of a kept schedule stand in minutes with one digit: the matrix says the seconds."""
    every = {name: (one.machine, one.start) for name, one in schedule.placements.items()}
    return changed(problem, schedule, every)


def _outdated() -> BadInput:
    return BadInput("the records have changed since this schedule was made; run the engine again")
