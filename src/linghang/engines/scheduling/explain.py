"""Why jobs are late: the chain of what each of their tasks waited for, back to where nothing could be earlier.

Each link of the chain is what ended last before the task could start: the task before it in its job, the task before
it on its machine (with the set-up between), a tool or crew, the release, or the frozen zone. Along the chain the time
is added up by cause; the largest waiting tells what would have to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from linghang.engines.scheduling.model import Job, Placement, Problem, Schedule
from linghang.engines.scheduling.solving_dispatch import Clock, dispatch

Cause = Literal["machine", "setup", "predecessor", "resource", "release", "break", "frozen", "own work"]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a critical chain, from the late end backwards.

    Attributes
    ----------
    task
        What runs.
    machine, start, end
        Where and when.
    cause
        What it waited for last.
    by
        The task, resource or machine that held it up; empty where it was nothing of the kind.
    setup
        Working time of its set-up.
    """

    task: str
    machine: str
    start: int
    end: int
    cause: Cause
    by: str
    setup: int


@dataclass(frozen=True, slots=True)
class Late:
    """A job that ends too late, and why.

    Attributes
    ----------
    job, end, due
        Which, when it ends, when it should.
    alone
        When it would end if it had the plant to itself.
    chain
        The critical chain, last task first.
    foreign, setups, pauses
        Time on the chain that tasks of other jobs, set-ups and breaks take.
    bottleneck
        The machine that other jobs hold longest on the chain; empty where they hold none.
    ahead
        Those jobs, the longest first.
    """

    job: str
    end: int
    due: int
    alone: int
    chain: tuple[Link, ...]
    foreign: int
    setups: int
    pauses: int
    bottleneck: str
    ahead: tuple[str, ...]

    @property
    def by(self) -> int:
        """How late it is."""
        return self.end - self.due

    @property
    def hopeless(self) -> bool:
        """Whether it would be late even with the plant to itself: only its date or the way it is made can change."""
        return self.alone > self.due


def late_jobs(problem: Problem, schedule: Schedule) -> list[Late]:
    """Explain every late job of a schedule, the latest first."""
    queues = schedule.by_machine()
    before = {one.task: queue[at - 1] for queue in queues.values() for at, one in enumerate(queue) if at}
    found = []
    for job in problem.jobs:
        end = max(schedule.placements[task.id].end for task in job.tasks)
        if job.due is not None and end > job.due:
            found.append(_explained(problem, schedule, job, end, job.due, before))
    return sorted(found, key=lambda one: (-one.by, one.job))


def _explained(
    problem: Problem, schedule: Schedule, job: Job, end: int, due: int, before: dict[str, Placement]
) -> Late:
    last = max((schedule.placements[task.id] for task in job.tasks), key=lambda one: (one.end, one.task))
    chain = critical_chain(problem, schedule, last.task, before)
    held: dict[str, int] = {}
    jobs: dict[str, int] = {}
    pauses = 0
    for link in chain:
        clock = Clock(problem.machine[link.machine])
        work = (
            link.end
            - link.start
            - sum(max(0, min(high, link.end) - max(low, link.start)) for low, high in clock.breaks)
        )
        pauses += link.end - link.start - work
        other = problem.job_of[link.task].id
        if other != job.id:
            held[link.machine] = held.get(link.machine, 0) + work
            jobs[other] = jobs.get(other, 0) + work
    longest = max(sorted(held), key=lambda name: held[name]) if held else ""
    ahead = tuple(sorted(jobs, key=lambda name: (-jobs[name], name)))
    setups = sum(link.setup for link in chain)
    return Late(job.id, end, due, alone(problem, job), chain, sum(held.values()), setups, pauses, longest, ahead)


def critical_chain(problem: Problem, schedule: Schedule, task: str, before: dict[str, Placement]) -> tuple[Link, ...]:
    """Return the chain that leads to a task, itself first.

    Parameters
    ----------
    problem, schedule
        What was scheduled.
    task
        Where the chain ends.
    before
        Task -> placement before it on its machine.
    """
    frozen = {one.task for one in problem.frozen}
    chain: list[Link] = []
    seen: set[str] = set()
    at: str | None = task
    while at is not None and at not in seen:
        seen.add(at)
        one = schedule.placements[at]
        cause, by, following = ("frozen", "", None) if at in frozen else _held_up(problem, schedule, one, before)
        chain.append(Link(at, one.machine, one.start, one.end, cause, by, one.setup))
        at = following
    return tuple(chain)


def _held_up(
    problem: Problem, schedule: Schedule, one: Placement, before: dict[str, Placement]
) -> tuple[Cause, str, str | None]:
    """Return cause, who held the task up, and where the chain goes on."""
    task, job, placed = problem.tasks[one.task], problem.job_of[one.task], schedule.placements
    clock = Clock(problem.machine[one.machine])
    earlier = before.get(one.task)
    free = earlier.end if earlier else 0
    ready = clock.after(clock.open(free), one.setup) if one.setup else free
    options: list[tuple[int, int, Cause, str, str | None]] = []
    if earlier is not None or one.setup:
        cause: Cause = "setup" if one.setup * 2 > ready - free and one.setup > 0 else "machine"
        options.append((ready, 1, cause, earlier.task if earlier else one.machine, earlier.task if earlier else None))
    for name in task.after:
        options.append((placed[name].end + task.lag, 2, "predecessor", name, name))
    if job.release > 0:
        options.append((job.release, 3, "release", job.id, None))
    uses = {name for mode in task.modes if mode.machine == one.machine for name, _ in mode.uses}
    if uses:
        options += _holders(problem, schedule, one, uses)
    if not options:
        return ("break", one.machine, None) if one.start > 0 else ("own work", "", None)
    _, _, found, by, following = max(options, key=lambda option: (option[0], option[1], option[3]))
    return found, by, following


def _holders(
    problem: Problem, schedule: Schedule, one: Placement, uses: set[str]
) -> list[tuple[int, int, Cause, str, str | None]]:
    """Return the tasks that let go of the task's tools and crew right when it starts."""
    found: list[tuple[int, int, Cause, str, str | None]] = []
    for other in schedule.placements.values():
        if other.end == one.start and other.task != one.task and other.end > other.start:
            modes = problem.tasks[other.task].modes
            shared = uses & {name for mode in modes if mode.machine == other.machine for name, _ in mode.uses}
            found += [(other.end, 0, "resource", name, other.task) for name in sorted(shared)]
    return found


def alone(problem: Problem, job: Job) -> int:
    """Return when a job would end if it, and what it waits for, had the plant to themselves."""
    own: set[str] = set()
    stack = [task.id for task in job.tasks]
    while stack:
        if (name := stack.pop()) not in own:
            own.add(name)
            stack += problem.tasks[name].after
    jobs = []
    for one in problem.jobs:
        if kept := tuple(task for task in one.tasks if task.id in own):
            jobs.append(replace(one, tasks=kept))
    used = {mode.machine for one in jobs for task in one.tasks for mode in task.modes}
    machines = tuple(one for one in problem.machines if one.id in used)
    frozen = tuple(one for one in problem.frozen if one.task in own)
    placed = dispatch(Problem(tuple(jobs), machines, problem.resources, problem.matrices, frozen), "MWR").placements
    return max(placed[task.id].end for task in job.tasks)


def bottleneck(problem: Problem, schedule: Schedule) -> list[tuple[str, int, int, int, int]]:
    """Return machine, working time, set-up time, open time until the last end, and its tasks; the fullest first."""
    last = max((one.end for one in schedule.placements.values()), default=0)
    found: list[tuple[str, int, int, int, int]] = []
    for name, queue in schedule.by_machine().items():
        breaks = problem.machine[name].breaks
        closed = sum(max(0, min(high, last) - max(low, 0)) for low, high in breaks)
        work = sum(_worked(one, breaks) for one in queue)
        found.append((name, work, sum(one.setup for one in queue), max(last - closed, 1), len(queue)))
    return sorted(found, key=lambda one: (-(one[1] + one[2]) / one[3], one[0]))


def _worked(one: Placement, breaks: Sequence[tuple[int, int]]) -> int:
    return one.end - one.start - sum(max(0, min(high, one.end) - max(low, one.start)) for low, high in breaks)
