"""Local search over the order in which tasks are put onto the floor: for every problem of the model.

A list of all tasks is put task by task, each on the machine where it ends first (or on one that the list names).
Moves shift a task, or a whole job, in the list, or name another machine; what is not worse is kept, and now and then
something a little worse (late acceptance, Burke and Bykov 2017).
"""

import random
from collections.abc import Callable, Mapping

from linghang.engines.scheduling.model import Goal, Problem, Schedule, measures
from linghang.engines.scheduling.solving_dispatch import Floor, Option

HISTORY = 30
"""Length of late acceptance: a move counts against the value that many moves ago; ours."""
Value = tuple[int, ...]


class Lister:
    """A list of tasks and the schedule that it gives."""

    def __init__(self, problem: Problem, start: Schedule) -> None:
        self.problem = problem
        self.frozen = {one.task for one in problem.frozen}
        placed = sorted(start.placements.values(), key=lambda one: (one.start - one.setup, one.end, one.task))
        depth = _depths(problem)
        names = [one.task for one in placed if one.task not in self.frozen]
        self.order = sorted(names, key=lambda n: (start.placements[n].start - start.placements[n].setup, depth[n]))
        self.order = self.repaired(self.order)
        self.named: dict[str, str] = {name: start.placements[name].machine for name in self.order}
        self.jobs = problem.job_of
        self.release = {name: self.jobs[name].release for name in self.order}

    def repaired(self, order: list[str]) -> list[str]:
        """Return the list with every task behind those it waits for."""
        tasks, done, found = self.problem.tasks, set(self.frozen), []
        for name in order:
            stack = [name]
            while stack:
                missing = [one for one in tasks[stack[-1]].after if one not in done]
                if missing:
                    stack += missing
                    continue
                if (one := stack.pop()) not in done:
                    done.add(one)
                    found.append(one)
        return found

    def put(self, order: list[str], named: Mapping[str, str]) -> Schedule:
        """Return the schedule of a list."""
        floor, tasks = Floor(self.problem), self.problem.tasks
        for kept in sorted(self.problem.frozen, key=lambda one: (one.start, one.end)):
            task = tasks[kept.task]
            floor.put(task, kept, next(mode for mode in task.modes if mode.machine == kept.machine))
        for name in order:
            task = tasks[name]
            ready = self.release[name]
            for before in task.after:
                ready = max(ready, floor.placed[before].end + task.lag)
            best: Option | None = None
            wanted = named.get(name)
            for mode in task.modes:
                if wanted is None or mode.machine == wanted:
                    one = floor.option(task, mode, ready)
                    key = (one.placement.end, one.placement.setup)
                    if best is None or key < (best.placement.end, best.placement.setup):
                        best = one
            assert best is not None
            floor.put(task, best.placement, best.mode)
        return Schedule(floor.placed)

    def moved(self, now: Schedule, costly: list[str], rng: random.Random) -> tuple[list[str], dict[str, str]]:
        """Return a neighbour: the list and the named machines."""
        order, named, kind = list(self.order), dict(self.named), rng.random()
        name = rng.choice(costly if costly and rng.random() < 0.7 else order)
        if kind < 0.25 and len(self.problem.tasks[name].modes) > 1:
            machines = [mode.machine for mode in self.problem.tasks[name].modes if mode.machine != named.get(name)]
            named[name] = rng.choice(machines)
            return order, named
        if kind < 0.45:
            named.pop(name, None)
        if kind < 0.6:
            mates = [task.id for task in self.jobs[name].tasks if task.id not in self.frozen]
            step = -rng.randint(1, max(2, len(order) // 3))
            if rng.random() < 0.3:
                step = -step
            shift = dict.fromkeys(mates, step)
        else:
            machine = now.placements[name].machine
            queue = [one for one in order if now.placements[one].machine == machine]
            at = queue.index(name)
            other = queue[max(0, min(len(queue) - 1, at + rng.choice((-3, -2, -1, -1, 1, 1, 2))))]
            shift = {name: order.index(other) - order.index(name)}
            shift[name] += -1 if shift[name] < 0 else 1
        keyed = [(at + shift.get(one, 0) - (0.5 if one in shift else 0), at, one) for at, one in enumerate(order)]
        return self.repaired([one for _, _, one in sorted(keyed)]), named


def _depths(problem: Problem) -> dict[str, int]:
    depth: dict[str, int] = {}
    for name in problem.tasks:
        stack = [name]
        while stack:
            missing = [one for one in problem.tasks[stack[-1]].after if one not in depth]
            if missing:
                stack += missing
                continue
            one = stack.pop()
            depth[one] = 1 + max((depth[before] for before in problem.tasks[one].after), default=0)
    return depth


def improved(
    problem: Problem,
    goal: Goal,
    start: Schedule,
    rng: random.Random,
    stop: Callable[[int], bool],
    allowed: Callable[[Schedule], bool] = lambda _: True,
) -> Schedule:
    """Improve a schedule until `stop`.

    Parameters
    ----------
    problem, goal
        What and towards what.
    start
        Where to begin.
    rng
        Chance.
    stop
        Asked with the number of tasks put in a step.
    allowed
        Whether a schedule may be kept (deadlines, what must not get worse).
    """
    lister = Lister(problem, start)
    if not lister.order:
        return start
    now, best = start, start
    value = top = goal.value(measures(problem, start))
    history, step, costly = [value] * HISTORY, 0, _costly(problem, now, lister)
    while not stop(len(lister.order)):
        order, named = lister.moved(now, costly, rng)
        made = lister.put(order, named)
        reached = goal.value(measures(problem, made))
        if (reached <= value or reached <= history[step % HISTORY]) and allowed(made):
            lister.order = order
            lister.named = {name: one.machine for name, one in made.placements.items() if name in lister.release}
            now, value = made, reached
            if reached < top:
                best, top = made, reached
            if step % 5 == 0 or reached < top:
                costly = _costly(problem, now, lister)
        history[step % HISTORY] = value
        step += 1
    return best


def _costly(problem: Problem, now: Schedule, lister: Lister) -> list[str]:
    """Return the tasks of late jobs, of the jobs that end last, and those with a set-up."""
    end = {job.id: max(now.placements[task.id].end for task in job.tasks) for job in problem.jobs}
    last = max(end.values())
    found = [
        task.id
        for job in problem.jobs
        if end[job.id] == last or (job.due is not None and end[job.id] > job.due)
        for task in job.tasks
    ]
    found += [one.task for one in now.placements.values() if one.setup]
    return [name for name in found if name in lister.release]
