"""Neighbourhoods of a schedule: which tasks to set free so that something can be gained."""

import random

from linghang.engines.scheduling.model import Goal, Placement, Problem, Schedule


def neighbourhood(problem: Problem, now: Schedule, goal: Goal, size: int, rng: random.Random) -> frozenset[str]:
    """Return about `size` tasks: a stretch of time, a job with its neighbours, or the way to what costs most.

    Parameters
    ----------
    problem, now
        The problem and the schedule to improve.
    goal
        What costs: late jobs and set-ups are looked at first where they count.
    size
        How many tasks.
    rng
        Chance.
    """
    frozen = {one.task for one in problem.frozen}
    loose = [one for name, one in now.placements.items() if name not in frozen]
    if len(loose) <= size:
        return frozenset(one.task for one in loose)
    kind = rng.random()
    names = {name for name, _ in goal.terms}
    if kind < 0.35:
        return _near(loose, rng.choice(loose), size)
    if kind < 0.7 and names & {"tardiness", "earliness", "makespan"}:
        return _costly(problem, now, loose, size, rng)
    if kind < 0.85 and "setup" in names and (turned := [one for one in loose if one.setup]):
        return _near(loose, rng.choice(turned), size)
    return _machines(loose, size, rng)


def _near(loose: list[Placement], centre: Placement, size: int) -> frozenset[str]:
    """Return the tasks that are nearest in time."""
    at = centre.start + centre.end
    nearest = sorted(loose, key=lambda one: (abs(one.start + one.end - at), one.task))
    return frozenset(one.task for one in nearest[:size])


def _costly(problem: Problem, now: Schedule, loose: list[Placement], size: int, rng: random.Random) -> frozenset[str]:
    """Return a job that costs (late, or the last), and what stands before its tasks on their machines."""
    end = {job.id: max(now.placements[task.id].end for task in job.tasks) for job in problem.jobs}
    dated = [job for job in problem.jobs if job.due is not None and end[job.id] > job.due]
    last = sorted(problem.jobs, key=lambda job: (-end[job.id], job.id))[: max(3, len(problem.jobs) // 20)]
    job = rng.choice(dated or last)
    chosen = {task.id for task in job.tasks}
    names = {one.task for one in loose}
    queues = now.by_machine()
    for task in sorted(job.tasks, key=lambda task: now.placements[task.id].start):
        own = now.placements[task.id]
        machines = [mode.machine for mode in task.modes]
        for machine in rng.sample(machines, min(2, len(machines))):
            before = [one.task for one in queues.get(machine, ()) if one.start < own.end and one.task not in chosen]
            chosen |= set(before[-max(1, size // (2 * len(job.tasks)) + 1) :])
    picked = sorted(chosen & names)
    if len(picked) < size:
        picked += sorted(_near(loose, now.placements[job.tasks[-1].id], size - len(picked)) - chosen)
    return frozenset(picked[: 2 * size])


def _machines(loose: list[Placement], size: int, rng: random.Random) -> frozenset[str]:
    """Return a stretch of a few machines."""
    machines = sorted({one.machine for one in loose})
    some = set(rng.sample(machines, min(len(machines), rng.randint(2, 4))))
    there = [one for one in loose if one.machine in some]
    return _near(there, rng.choice(there), size)
