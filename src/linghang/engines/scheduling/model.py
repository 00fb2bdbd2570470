"""What is scheduled, in the shop floor's words; what a schedule is, and by what it is judged.

Times are whole numbers of one unit that the caller chooses (the plant's data: seconds) from an origin of his.

A task runs on one of its modes' machines without another in between. A break of the machine interrupts it (it goes on
behind the break) if it is interruptible, else it must lie between breaks. The set-up runs on the machine, before the
task, and may be done before the material is there; breaks interrupt it. Tools and crew are held from the start of the
task to its end, breaks included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from linghang.errors import BadInput

Measure = Literal["tardiness", "makespan", "setup", "moved", "earliness"]
MEASURES: tuple[Measure, ...] = ("tardiness", "makespan", "setup", "moved", "earliness")
LATEST = 2**40
"""No time lies beyond it: sums of times stay exact in 64 bits."""


def _refuse(wrong: bool, message: str, **values: object) -> None:
    if wrong:
        raise BadInput(message, None, None, **values)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine.

    Attributes
    ----------
    id
        Its name.
    breaks
        (from, to) when it does not work: sorted, apart from each other.
    matrix
        Id of its set-up matrix; empty where it needs no set-ups.
    state
        What it is set up for at the origin; empty where not known: the first task then needs no set-up.
    """

    id: str
    breaks: tuple[tuple[int, int], ...] = ()
    matrix: str = ""
    state: str = ""

    def __post_init__(self) -> None:
        last = -LATEST
        for start, end in self.breaks:
            _refuse(start < last or end <= start, "the breaks of {machine} overlap or are not sorted", machine=self.id)
            last = end


@dataclass(frozen=True, slots=True)
class Resource:
    """A tool or a crew: several tasks hold it at once, up to its capacity."""

    id: str
    capacity: int
    kind: Literal["tool", "crew"] = "tool"

    def __post_init__(self) -> None:
        _refuse(self.capacity < 0, "{resource} has less than nothing", resource=self.id)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do a task: machine, working time, and how much of which tools and crew it holds."""

    machine: str
    duration: int
    uses: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        _refuse(
            not 0 <= self.duration < LATEST,
            "{machine}: {duration} is no time",
            machine=self.machine,
            duration=self.duration,
        )
        _refuse(any(amount <= 0 for _, amount in self.uses), "a task holds nothing of a tool")


@dataclass(frozen=True, slots=True)
class Task:
    """One operation of a job.

    Attributes
    ----------
    id
        Its name, one in the whole problem.
    modes
        The ways to do it, one at least, each on another machine.
    after
        Tasks that must have ended before it starts.
    lag
        Time that passes at least between their end and its start (cooling, transport).
    state
        What its machine has to be set up for; may be empty only where its machines have no set-up matrix.
    interruptible
        Whether a break of the machine may lie inside.
    """

    id: str
    modes: tuple[Mode, ...]
    after: tuple[str, ...] = ()
    lag: int = 0
    state: str = ""
    interruptible: bool = True

    def __post_init__(self) -> None:
        machines = [mode.machine for mode in self.modes]
        _refuse(not machines, "the task {task} has no machine", task=self.id)
        _refuse(len(set(machines)) < len(machines), "the task {task} names a machine twice", task=self.id)
        _refuse(not 0 <= self.lag < LATEST, "the task {task} has a lag below zero", task=self.id)


@dataclass(frozen=True, slots=True)
class Job:
    """Tasks with a common date.

    Attributes
    ----------
    id
        Its name.
    tasks
        Its operations; `after` says which comes before which.
    release
        Nothing of it starts earlier.
    due
        When it should be done; None where nobody said.
    weight
        How much a unit of its tardiness counts.
    deadline
        When it must be done; None without one.
    """

    id: str
    tasks: tuple[Task, ...]
    release: int = 0
    due: int | None = None
    weight: int = 1
    deadline: int | None = None

    def __post_init__(self) -> None:
        _refuse(not self.tasks, "the job {job} has no task", job=self.id)
        _refuse(self.weight < 0, "the job {job} has a weight below zero", job=self.id)
        _refuse(not 0 <= self.release < LATEST, "the job {job} has no release from the origin on", job=self.id)


@dataclass(frozen=True, slots=True)
class Placement:
    """A task on its machine from start to end, with the set-up (working time) that goes before it."""

    task: str
    machine: str
    start: int
    end: int
    setup: int = 0


@dataclass(frozen=True)
class Schedule:
    """Where every task is: task -> placement."""

    placements: Mapping[str, Placement]

    def by_machine(self) -> dict[str, list[Placement]]:
        """Return the placements of every machine that is used, in their order."""
        found: dict[str, list[Placement]] = {}
        for one in sorted(self.placements.values(), key=lambda one: (one.start, one.end, one.task)):
            found.setdefault(one.machine, []).append(one)
        return found


@dataclass(frozen=True)
class Problem:
    """Everything that a schedule has to respect.

    Attributes
    ----------
    jobs, machines, resources
        What is there; ids are unique.
    matrices
        Id of a matrix -> (from state, to state) -> working time of the set-up. What is not named takes none.
    frozen
        Placements that stay as they are (frozen zone, work in progress).
    plan
        The old plan: what `moved` is measured against.
    """

    jobs: tuple[Job, ...]
    machines: tuple[Machine, ...]
    resources: tuple[Resource, ...] = ()
    matrices: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    frozen: tuple[Placement, ...] = ()
    plan: Mapping[str, Placement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what in (self.jobs, self.machines, self.resources, list(self.tasks.values())):
            ids = [one.id for one in what]
            twice = next((one for one in ids if ids.count(one) > 1), "") if len(set(ids)) < len(ids) else ""
            _refuse(bool(twice), "{id} is there twice", id=twice)
        count = sum(len(job.tasks) for job in self.jobs)
        _refuse(count != len(self.tasks), "a task is there twice")
        for task in self.tasks.values():
            self._check(task)
        self._check_circles()
        for one in self.frozen:
            _refuse(
                one.task not in self.tasks or one.machine not in {mode.machine for mode in self.tasks[one.task].modes},
                "the frozen task {task} is not one of {machine}",
                task=one.task,
                machine=one.machine,
            )
        for name, matrix in self.matrices.items():
            _refuse(any(time < 0 for time in matrix.values()), "the matrix {name} has times below zero", name=name)

    def _check(self, task: Task) -> None:
        for mode in task.modes:
            _refuse(
                mode.machine not in self.machine,
                "{task} needs the unknown machine {machine}",
                task=task.id,
                machine=mode.machine,
            )
            _refuse(
                not task.state and bool(self.machine[mode.machine].matrix),
                "{task} does not say what {machine}, which has set-ups, must be set up for",
                task=task.id,
                machine=mode.machine,
            )
            for name, amount in mode.uses:
                _refuse(
                    name not in self.resource or self.resource[name].capacity < amount,
                    "{task} needs {amount} of {resource}, which is more than there is",
                    task=task.id,
                    amount=amount,
                    resource=name,
                )
        for before in task.after:
            _refuse(before not in self.tasks, "{task} waits for the unknown task {before}", task=task.id, before=before)

    def _check_circles(self) -> None:
        waiting = {task.id: set(task.after) for task in self.tasks.values()}
        followers: dict[str, list[str]] = {}
        for task in self.tasks.values():
            for before in set(task.after):
                followers.setdefault(before, []).append(task.id)
        ready = [task for task, before in waiting.items() if not before]
        done = 0
        while ready:
            done += 1
            for after in followers.get(one := ready.pop(), ()):
                waiting[after].discard(one)
                if not waiting[after]:
                    ready.append(after)
        _refuse(done < len(waiting), "tasks wait for each other in a circle")

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Id -> task."""
        return {task.id: task for job in self.jobs for task in job.tasks}

    @cached_property
    def job_of(self) -> dict[str, Job]:
        """Id of a task -> its job."""
        return {task.id: job for job in self.jobs for task in job.tasks}

    @cached_property
    def machine(self) -> dict[str, Machine]:
        """Id -> machine."""
        return {one.id: one for one in self.machines}

    @cached_property
    def resource(self) -> dict[str, Resource]:
        """Id -> tool or crew."""
        return {one.id: one for one in self.resources}

    def setup_time(self, machine: str, before: str, after: str) -> int:
        """Return the working time of a set-up: none from or to the empty state, or where the matrix names none."""
        if not before or not after:
            return 0
        return self.matrices.get(self.machine[machine].matrix, {}).get((before, after), 0)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted: measures with weights; lexicographic: the first decides, the next among its best, and so on."""

    terms: tuple[tuple[Measure, int], ...] = (("makespan", 1),)
    lexicographic: bool = False

    def __post_init__(self) -> None:
        names = [name for name, _ in self.terms]
        _refuse(not names or len(set(names)) < len(names), "a goal names one measure at least, and none twice")
        for name, weight in self.terms:
            _refuse(name not in MEASURES or weight <= 0, "“{name}” × {weight} is no goal", name=name, weight=weight)

    def value(self, measured: Mapping[Measure, int]) -> tuple[int, ...]:
        """Return what is minimised: one sum, or one figure a term in their order."""
        parts = tuple(measured[name] * weight for name, weight in self.terms)
        return parts if self.lexicographic else (sum(parts),)


def measures(problem: Problem, schedule: Schedule) -> dict[Measure, int]:
    """Return the measures of a whole schedule.

    Returns
    -------
    dict
        `tardiness` and `earliness` (weighted, over jobs with a due date), `makespan`, `setup` (working time),
        `moved` (over tasks of the old plan: distance of the starts).
    """
    placed = schedule.placements
    ends = {job.id: max(placed[task.id].end for task in job.tasks) for job in problem.jobs}
    dated = [(job.weight, ends[job.id], job.due) for job in problem.jobs if job.due is not None]
    return {
        "tardiness": sum(weight * max(0, end - due) for weight, end, due in dated),
        "makespan": max(ends.values(), default=0),
        "setup": sum(one.setup for one in placed.values()),
        "moved": sum(abs(placed[task].start - old.start) for task, old in problem.plan.items() if task in placed),
        "earliness": sum(weight * max(0, due - end) for weight, end, due in dated),
    }


def rescheduled(problem: Problem, old: Schedule, until: int) -> Problem:
    """Return the problem for planning anew while the old schedule runs.

    Parameters
    ----------
    problem
        What is to be scheduled; tasks that the old schedule does not know are new.
    old
        The schedule that runs; it becomes the old plan that `moved` is measured against, and may be the start of the
        search.
    until
        The end of the frozen zone: tasks that start before it keep machine and start.
    """
    known = {name: one for name, one in old.placements.items() if name in problem.tasks}
    return replace(problem, frozen=tuple(one for one in known.values() if one.start < until), plan=known)
