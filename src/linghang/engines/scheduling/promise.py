"""Promise dates (capable to promise): when a new job can be done, without and with moving the others."""

from dataclasses import dataclass, replace

from linghang.engines.scheduling.model import Goal, Job, Mode, Placement, Problem, Schedule, Task
from linghang.engines.scheduling.solving import Limits, Solved, schedule
from linghang.engines.scheduling.solving_dispatch import Clock, Held
from linghang.engines.scheduling.verify import verify
from linghang.errors import BadInput


@dataclass(frozen=True, slots=True)
class Promise:
    """When a new job can be done.

    Attributes
    ----------
    job
        The new job.
    untouched
        Its end if every other task stays where it is.
    earliest
        Its end if others may move, but none that is in time becomes late and none that is late becomes later.
    beside, among
        The verified schedules of both, with the new job.
    moved
        Tasks of others that start at another time in `among`.
    """

    job: str
    untouched: int
    earliest: int
    beside: Schedule
    among: Schedule
    moved: tuple[str, ...]


def promise(problem: Problem, now: Schedule, new: Job, limits: Limits) -> Promise:
    """Find promise dates for a new job.

    Parameters
    ----------
    problem, now
        What is scheduled, and how.
    new
        The new job; its machines, tools and states are those of the problem. Its due date is not looked at.
    limits
        How long to look for the date that needs others to move.

    Raises
    ------
    BadInput
        The new job does not fit the problem, or the schedule breaks a rule.
    """
    wanted = replace(new, due=0, weight=1, deadline=None)
    grown = replace(problem, jobs=(*problem.jobs, wanted))
    beside = inserted(grown, now, wanted)
    end = _end(beside, wanted)
    others = tuple(
        replace(job, due=None, deadline=max(_end(now, job), job.due if job.due is not None else 0))
        for job in problem.jobs
    )
    held = replace(grown, jobs=(*others, wanted))
    solved: Solved = schedule(held, Goal((("tardiness", 1),)), limits, beside)
    starts = {name: one.start for name, one in now.placements.items()}
    moved = tuple(sorted(name for name in starts if solved.schedule.placements[name].start != starts[name]))
    return Promise(new.id, end, _end(solved.schedule, wanted), beside, solved.schedule, moved)


def _end(schedule: Schedule, job: Job) -> int:
    return max(schedule.placements[task.id].end for task in job.tasks)


def inserted(problem: Problem, now: Schedule, new: Job) -> Schedule:
    """Put a job's tasks, in their order, each into the first gap in which it ends soonest; nothing else moves.

    Raises
    ------
    BadInput
        The schedule that comes of it breaks a rule: the schedule given did so before.
    """
    placed, queues = dict(now.placements), now.by_machine()
    held = {one.id: Held(one.capacity) for one in problem.resources}
    for name, one in placed.items():
        for mode in problem.tasks[name].modes:
            if mode.machine == one.machine and one.end > one.start:
                for resource, amount in mode.uses:
                    held[resource].spans.append((one.start, one.end, amount))
    left = list(new.tasks)
    while left:
        task = next(one for one in left if all(before in placed for before in one.after))
        left.remove(task)
        ready = max([new.release, *(placed[before].end + task.lag for before in task.after)])
        options = [_gap(problem, task, mode, ready, queues.get(mode.machine, []), held) for mode in task.modes]
        at = min(range(len(options)), key=lambda place: (options[place].end, options[place].setup, place))
        one, mode = options[at], task.modes[at]
        queue = queues.setdefault(one.machine, [])
        queue.append(one)
        queue.sort(key=lambda p: (p.start, p.end, p.task))
        placed[task.id] = one
        if (place := queue.index(one) + 1) < len(queue):  # the task behind the gap is now set up from the new one
            after = queue[place]
            setup = problem.setup_time(one.machine, task.state, problem.tasks[after.task].state)
            queue[place] = placed[after.task] = replace(after, setup=setup)
        for resource, amount in mode.uses:
            if one.end > one.start:
                held[resource].spans.append((one.start, one.end, amount))
    made = Schedule(placed)
    if not (verdict := verify(problem, made)).good:
        raise BadInput("the schedule breaks the rule “{rule}”", rule=verdict.violations[0].rule)
    return made


def _gap(
    problem: Problem, task: Task, mode: Mode, ready: int, queue: list[Placement], held: dict[str, Held]
) -> Placement:
    """Return the first place on a machine's queue, from `ready` on, where the task fits with the set-ups around it."""
    machine = problem.machine[mode.machine]
    clock, frozen = Clock(machine), {one.task for one in problem.frozen}
    for at in range(len(queue) + 1):
        before = queue[at - 1] if at else None
        after = queue[at] if at < len(queue) else None
        state = problem.tasks[before.task].state if before else machine.state
        setup = problem.setup_time(machine.id, state, task.state)
        free = before.end if before else 0
        low = max(ready, clock.after(clock.open(free), setup) if setup else free)
        while True:
            start, end = clock.span(low, mode.duration, task.interruptible)
            waits = [held[name].blocked_until(start, end, amount) for name, amount in mode.uses]
            later = [wait for wait in waits if wait is not None]
            if not later:
                break
            low = max(later)
        if after is None:
            return Placement(task.id, machine.id, start, end, setup)
        change = problem.setup_time(machine.id, task.state, problem.tasks[after.task].state)
        next_start = clock.after(clock.open(end), change) if change and after.task not in frozen else end
        if next_start <= after.start:
            return Placement(task.id, machine.id, start, end, setup)
    raise AssertionError("behind the last there is always room")
