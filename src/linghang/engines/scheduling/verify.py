"""The judge of schedules: plain loops over the rules of the model, no code in common with what makes schedules."""

from dataclasses import dataclass

from linghang.engines.scheduling.model import Job, Machine, Placement, Problem, Schedule, Task


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its name, and the tasks (or the machine or resource) that break it."""

    rule: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier found; figures are its own, taken from the placements.

    Attributes
    ----------
    violations
        Empty where the schedule keeps every rule.
    makespan, tardiness, setup
        As in `model.measures`; of a schedule that lacks tasks, of what is there.
    late
        Ids of jobs that end after their due date, in the order of the problem.
    """

    violations: tuple[Violation, ...]
    makespan: int
    tardiness: int
    setup: int
    late: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every rule is kept."""
        return not self.violations


def verify(problem: Problem, schedule: Schedule) -> Verdict:
    """Check every rule of the model against a schedule, one by one."""
    placed = dict(schedule.placements)
    found: list[Violation] = []
    for job in problem.jobs:
        for task in job.tasks:
            if task.id not in placed:
                found.append(Violation("missing", (task.id,)))
            else:
                found += _task(problem, job, task, placed)
    known = {task.id for job in problem.jobs for task in job.tasks}
    found += [Violation("unknown task", (name,)) for name in placed if name not in known]
    found += [Violation("wrong name", (name,)) for name, one in placed.items() if one.task != name]
    placed = {name: one for name, one in placed.items() if name in known}
    for machine in problem.machines:
        found += _machine(problem, machine, [one for one in placed.values() if one.machine == machine.id])
    found += _resources(problem, placed)
    for one in problem.frozen:
        there = placed.get(one.task)
        if there is not None and (there.machine, there.start, there.end) != (one.machine, one.start, one.end):
            found.append(Violation("frozen", (one.task,)))
    makespan, tardiness, late = 0, 0, []
    for job in problem.jobs:
        ends = [placed[task.id].end for task in job.tasks if task.id in placed]
        if len(ends) < len(job.tasks):
            continue
        end = sorted(ends)[-1]
        makespan = end if end > makespan else makespan
        if job.due is not None and end > job.due:
            tardiness += job.weight * (end - job.due)
            late.append(job.id)
        if job.deadline is not None and end > job.deadline:
            found.append(Violation("deadline", (job.id,)))
    setup = sum(one.setup for one in placed.values())
    return Verdict(tuple(found), makespan, tardiness, setup, tuple(late))


def _task(problem: Problem, job: Job, task: Task, placed: dict[str, Placement]) -> list[Violation]:
    one, found = placed[task.id], []
    frozen = any(task.id == fixed.task for fixed in problem.frozen)
    duration = None
    for mode in task.modes:
        if mode.machine == one.machine:
            duration = mode.duration
    if duration is None:
        return [Violation("machine", (task.id, one.machine))]
    if one.start < job.release and not frozen:
        found.append(Violation("release", (task.id,)))
    for before in task.after:
        if before in placed and not frozen and one.start < placed[before].end + task.lag:
            found.append(Violation("order", (before, task.id)))
    if frozen:
        return found
    breaks = next(machine.breaks for machine in problem.machines if machine.id == one.machine)
    worked = one.end - one.start
    for start, end in breaks:
        inside = min(end, one.end) - max(start, one.start)
        if inside > 0:
            worked -= inside
            if not task.interruptible and duration > 0:
                found.append(Violation("break", (task.id,)))
        if duration > 0 and (start <= one.start < end or start < one.end <= end):
            found.append(Violation("begins or ends in a break", (task.id,)))
    if worked != duration:
        found.append(Violation("duration", (task.id,)))
    return found


def _machine(problem: Problem, machine: Machine, queue: list[Placement]) -> list[Violation]:
    found = []
    states = {task.id: task.state for job in problem.jobs for task in job.tasks}
    matrix = problem.matrices.get(machine.matrix, {})
    frozen = {one.task for one in problem.frozen}
    free, state = None, machine.state
    for one in sorted(queue, key=lambda one: (one.start, one.end, one.task)):
        wanted = states[one.task]
        needed = matrix.get((state, wanted), 0) if state and wanted else 0
        if free is not None and one.start < free:
            found.append(Violation("overlap", (machine.id, one.task)))
        begin = free if free is not None else 0
        gap = one.start - begin
        for start, end in machine.breaks:
            inside = min(end, one.start) - max(start, begin)
            gap -= inside if inside > 0 else 0
        if one.task not in frozen:
            if gap < needed:
                found.append(Violation("set-up", (machine.id, one.task)))
            if one.setup != needed:
                found.append(Violation("set-up not as told", (machine.id, one.task)))
        free = one.end if free is None or one.end > free else free
        state = wanted or state
    return found


def _resources(problem: Problem, placed: dict[str, Placement]) -> list[Violation]:
    held: dict[str, list[tuple[int, int, str]]] = {one.id: [] for one in problem.resources}
    for job in problem.jobs:
        for task in job.tasks:
            for mode in task.modes:
                if task.id in placed and placed[task.id].machine == mode.machine:
                    one = placed[task.id]
                    for name, amount in mode.uses:
                        if one.end > one.start:
                            held[name] += [(one.start, amount, task.id), (one.end, -amount, task.id)]
    found = []
    for resource in problem.resources:
        level = 0
        for _, amount, task_id in sorted(held[resource.id]):
            level += amount
            if level > resource.capacity:
                found.append(Violation("capacity", (resource.id, task_id)))
    return found
