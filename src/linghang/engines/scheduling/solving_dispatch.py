"""Dispatch rules: a schedule task by task, as a shop floor does it; the start of every search, and what it is
compared with.

Rules: EDD (earliest due date), SPT (shortest processing time), MWR (most work remaining), ATC (apparent tardiness
cost, Vepsalainen and Morton 1987: urgency that grows as the slack runs out). Of the tasks that can start first, the
rule takes one, on the machine where it ends first.
"""

import math
import random
from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from linghang.engines.scheduling.model import LATEST, Job, Machine, Mode, Placement, Problem, Schedule, Task

Rule = Literal["EDD", "SPT", "MWR", "ATC"]
RULES: tuple[Rule, ...] = ("ATC", "EDD", "MWR", "SPT")
ATC_LOOK_AHEAD = 2.0
"""k of ATC, in mean task times; the literature uses 1.5 to 4.5."""


class Clock:
    """The working time of a machine: how work stretches over breaks."""

    def __init__(self, machine: Machine) -> None:
        self.breaks = machine.breaks
        self.starts = [start for start, _ in machine.breaks]

    def open(self, at: int) -> int:
        """Return the first moment from `at` on that is in no break."""
        place = bisect_right(self.starts, at) - 1
        while place >= 0 and place < len(self.breaks) and self.breaks[place][0] <= at < self.breaks[place][1]:
            at, place = self.breaks[place][1], place + 1
        return at

    def after(self, start: int, work: int) -> int:
        """Return when `work` that begins at `start` (in no break) is done; it pauses in breaks."""
        end = start + work
        for place in range(bisect_right(self.starts, start), len(self.breaks)):
            low, high = self.breaks[place]
            if low >= end:
                break
            end += high - low
        return end

    def span(self, at: int, work: int, interruptible: bool) -> tuple[int, int]:
        """Return start and end of work that begins at `at` or as soon after as the breaks let it."""
        if work == 0:
            return at, at
        at = self.open(at)
        if interruptible or not self.breaks:
            return at, self.after(at, work)
        while True:
            place = bisect_right(self.starts, at)
            if place == len(self.breaks) or self.breaks[place][0] >= at + work:
                return at, at + work
            at = self.open(self.breaks[place][1])


class Held:
    """How much of a tool or crew is held when."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.spans: list[tuple[int, int, int]] = []

    def blocked_until(self, start: int, end: int, amount: int) -> int | None:
        """Return when to try again, if `amount` more does not fit into the stretch; None if it fits."""
        inside = [one for one in self.spans if one[0] < end and one[1] > start]
        changes = sorted([(max(low, start), held) for low, _, held in inside] + [(high, -h) for _, high, h in inside])
        level = 0
        for at, change in changes:
            level += change
            if level + amount > self.capacity and at < end:
                return min(high for _, high, _ in inside if high > at)
        return None


@dataclass(frozen=True, slots=True)
class Option:
    """Where a task would go."""

    begin: int
    placement: Placement
    mode: Mode


class Floor:
    """The shop floor while it is being filled."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.clocks = {one.id: Clock(one) for one in problem.machines}
        self.free = {one.id: 0 for one in problem.machines}
        self.state = {one.id: one.state for one in problem.machines}
        self.held = {one.id: Held(one.capacity) for one in problem.resources}
        self.placed: dict[str, Placement] = {}

    def option(self, task: Task, mode: Mode, ready: int) -> Option:
        """Return where the task would go in a mode, not before `ready`, behind all that is on the machine."""
        machine, clock = mode.machine, self.clocks[mode.machine]
        setup = self.problem.setup_time(machine, self.state[machine], task.state)
        at = self.free[machine]
        at = max(ready, clock.after(clock.open(at), setup) if setup else at)
        while True:
            start, end = clock.span(at, mode.duration, task.interruptible)
            waits = [self.held[name].blocked_until(start, end, amount) for name, amount in mode.uses]
            later = [wait for wait in waits if wait is not None]
            if not later:
                return Option(start - setup, Placement(task.id, machine, start, end, setup), mode)
            at = max(later)

    def put(self, task: Task, one: Placement, mode: Mode) -> None:
        """Put a task onto its machine."""
        self.placed[task.id] = one
        self.free[one.machine] = max(self.free[one.machine], one.end)
        self.state[one.machine] = task.state or self.state[one.machine]
        if one.end > one.start:
            for name, amount in mode.uses:
                insort(self.held[name].spans, (one.start, one.end, amount))


def work_left(problem: Problem) -> dict[str, float]:
    """Return of every task its mean working time and that of the longest chain behind it."""
    followers: dict[str, list[str]] = {}
    for task in problem.tasks.values():
        for before in task.after:
            followers.setdefault(before, []).append(task.id)
    left: dict[str, float] = {}
    open_tasks = list(problem.tasks)
    while open_tasks:
        one = open_tasks[-1]
        missing = [after for after in followers.get(one, ()) if after not in left]
        if missing:
            open_tasks += missing
            continue
        open_tasks.pop()
        modes = problem.tasks[one].modes
        own = sum(mode.duration for mode in modes) / len(modes)
        left[one] = own + max((left[after] for after in followers.get(one, ())), default=0.0)
    return left


def priority(rule: Rule, problem: Problem) -> Callable[[Task, Job, Option], float]:
    """Return how urgent a task is under a rule: the larger goes first."""
    left = work_left(problem)
    times = [mode.duration for task in problem.tasks.values() for mode in task.modes]
    mean = max(sum(times) / max(len(times), 1), 1.0)

    def atc(task: Task, job: Job, option: Option) -> float:
        work = max(option.mode.duration + option.placement.setup, 1)
        if job.due is None:
            return 0.0
        slack = max(0.0, job.due - left[task.id] - option.begin)
        return job.weight / work * math.exp(-slack / (ATC_LOOK_AHEAD * mean))

    if rule == "ATC":
        return atc
    if rule == "EDD":
        return lambda _task, job, _option: -(job.due if job.due is not None else LATEST)
    if rule == "SPT":
        return lambda _task, _job, option: -(option.mode.duration + option.placement.setup)
    return lambda task, _job, _option: left[task.id]


def dispatch(problem: Problem, rule: Rule, rng: random.Random | None = None, noise: float = 0.0) -> Schedule:
    """Return the schedule of a rule.

    Parameters
    ----------
    problem
        What is to be scheduled; frozen tasks stay, the others go behind them on their machines.
    rule
        Which of the tasks that can start goes first.
    rng, noise
        With them each priority is blurred by that share: another schedule every time.
    """
    urgency, queue = priority(rule, problem), _Queue(problem)
    while queue.eligible:
        best = {name: min(options, key=_soonest) for name, options in queue.eligible.items()}
        soonest = min(one.placement.start for one in best.values())
        can = [name for name in sorted(best) if best[name].placement.start - best[name].placement.setup <= soonest]
        values = {name: urgency(problem.tasks[name], problem.job_of[name], best[name]) for name in can}
        queue.put(best[max(can, key=lambda name: _blurred(values[name], rng, noise))])
    return Schedule(queue.floor.placed)


def _soonest(one: Option) -> tuple[int, int, str]:
    return one.placement.end, one.placement.setup, one.placement.machine


class _Queue:
    """The tasks that could be put next, with where they would go."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.floor = problem, Floor(problem)
        for one in sorted(problem.frozen, key=lambda one: (one.start, one.end)):
            task = problem.tasks[one.task]
            self.floor.put(task, one, next(mode for mode in task.modes if mode.machine == one.machine))
        waiting = {name: task for name, task in problem.tasks.items() if name not in self.floor.placed}
        self.left = {name: sum(before in waiting for before in task.after) for name, task in waiting.items()}
        self.followers: dict[str, list[str]] = {}
        for name, task in waiting.items():
            for before in task.after:
                self.followers.setdefault(before, []).append(name)
        self.eligible: dict[str, list[Option]] = {}
        for name in [name for name, count in self.left.items() if count == 0]:
            self.offer(name)

    def offer(self, name: str) -> None:
        """Look anew where a task would go."""
        task, release = self.problem.tasks[name], self.problem.job_of[name].release
        ready = max([release, *(self.floor.placed[before].end + task.lag for before in task.after)])
        self.eligible[name] = [self.floor.option(task, mode, ready) for mode in task.modes]

    def put(self, chosen: Option) -> None:
        """Put a task, and look anew at those whose machine, tool or crew it takes, and those that waited for it."""
        name, machine = chosen.placement.task, chosen.mode.machine
        self.floor.put(self.problem.tasks[name], chosen.placement, chosen.mode)
        del self.eligible[name]
        used = {use for use, _ in chosen.mode.uses}
        for other, options in self.eligible.items():
            if any(one.mode.machine == machine or used & {use for use, _ in one.mode.uses} for one in options):
                self.offer(other)
        for after in self.followers.get(name, ()):
            self.left[after] -= 1
            if self.left[after] == 0:
                self.offer(after)


def _blurred(value: float, rng: random.Random | None, noise: float) -> float:
    return value * (1 + noise * rng.uniform(-1, 1)) if rng is not None else value
