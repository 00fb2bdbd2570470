"""Lay a choice of actions out in time: each as early as its needs, the parallel limit and the year's money allow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from linghang.roadmap.actions import Action
from linghang.roadmap.calendar import day_of
from linghang.roadmap.closure import Closure
from linghang.roadmap.limits import Limits

SAMPLES = 150


@dataclass(frozen=True, slots=True)
class Step:
    """An action with its first half month."""

    action: Action
    start: int

    @property
    def end(self) -> int:
        """The half month at whose beginning it is finished."""
        return self.start + self.action.slots


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Steps in the order of their starts.

    Attributes
    ----------
    preceding
        Id of an action -> ids of those that have to be finished before it starts: by its requirements.
    """

    steps: tuple[Step, ...]
    preceding: Mapping[str, tuple[str, ...]]

    @property
    def end(self) -> int:
        """The half month at whose beginning everything is finished."""
        return max((step.end for step in self.steps), default=0)


def earliest(
    chosen: Sequence[Action],
    closure: Closure,
    limits: Limits,
    order: Callable[[Action], tuple[int, str]] | None = None,
) -> Scheduled:
    """Return a schedule that keeps to every limit but the last day (serial generation of Kolisch, 1996).

    Parameters
    ----------
    chosen
        Actions that between them bring about what each requires, none dearer than a year's budget.
    order
        Which of the actions that could be next is placed first; else the one that most work follows.
    """
    names = {one.id for one in chosen}
    tails = _tails(chosen, closure, names)
    rank = order or (lambda one: (-tails[one.id], one.id))
    placed: dict[str, Step] = {}
    preceding: dict[str, tuple[str, ...]] = {}
    calendar = _Calendar(limits)
    waiting = sorted(chosen, key=rank)
    while waiting:
        action = next(one for one in waiting if _before(one, closure, names, placed) is not None)
        waiting.remove(action)
        before = _before(action, closure, names, placed) or ()
        ready = max((placed[name].end for name in before), default=0)
        step = Step(action, calendar.first(action, ready))
        calendar.take(step)
        placed[action.id], preceding[action.id] = step, before
    steps = sorted(placed.values(), key=lambda step: (step.start, step.end, step.action.id))
    return Scheduled(tuple(steps), preceding)


def sampled(chosen: Sequence[Action], closure: Closure, limits: Limits, seed: int = 7) -> Scheduled:
    """Return the shortest of many schedules whose order is shaken at random, the same ones every time.

    It ends at the first that is as short as the work allows: the solver then has nothing left to prove but that.
    """
    best = earliest(chosen, closure, limits)
    if limits.parallel is None:
        return best
    work = sum(one.slots for one in chosen if one.kind == "build")
    least = -(-work // limits.parallel)
    tails = _tails(chosen, closure, {one.id for one in chosen})
    rng = Random(seed)
    for _ in range(SAMPLES):
        if best.end <= least:
            break
        ranks = {one.id: round(-1_000 * tails[one.id] * rng.uniform(0.6, 1)) for one in chosen}
        tried = earliest(chosen, closure, limits, lambda one: (ranks[one.id], one.id))  # noqa: B023
        best = min(best, tried, key=lambda one: one.end)
    return best


def _before(action: Action, closure: Closure, names: set[str], placed: Mapping[str, Step]) -> tuple[str, ...] | None:
    """Return what has to be finished before an action; None while that is not placed."""
    before: dict[str, None] = {}
    for need in closure.needs(action):
        if need.action is not None and need.action.id in names:
            groups: list[list[str]] = [[need.action.id]]
        else:
            groups = [[one.id for one in part if one.id in names] for part in need.parts or ()]
        for group in groups:
            if any(one not in placed for one in group):
                return None
            before[min(group, key=lambda one: (placed[one].end, one))] = None
    return tuple(before)


def _tails(chosen: Sequence[Action], closure: Closure, names: set[str]) -> dict[str, int]:
    """Return for each action how long it takes from its start to the end of all that may follow it."""
    followers: dict[str, list[Action]] = {one.id: [] for one in chosen}
    for one in chosen:
        for need in closure.needs(one):
            makers = [need.action] if need.action else []
            makers += [maker for part in need.parts or () for maker in part]
            for maker in makers:
                if maker.id in names:
                    followers[maker.id].append(one)
    tails: dict[str, int] = {}

    def tail(one: Action) -> int:
        if one.id not in tails:
            tails[one.id] = one.slots + max((tail(next_one) for next_one in followers[one.id]), default=0)
        return tails[one.id]

    for one in chosen:
        tail(one)
    return tails


class _Calendar:
    """How much is running in each half month and what each year has committed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.running: dict[int, int] = {}
        self.paid: dict[int, int] = {}

    def first(self, action: Action, ready: int) -> int:
        slot = ready
        while not self._fits(action, slot):
            slot += 1
        return slot

    def _fits(self, action: Action, start: int) -> bool:
        limits = self.limits
        if limits.per_year is not None and action.fen:
            year = day_of(limits.start, start).year
            if self.paid.get(year, 0) + action.fen > int(limits.per_year * 100):
                return False
        if limits.parallel is None or action.kind != "build":
            return True
        return all(self.running.get(slot, 0) < limits.parallel for slot in range(start, start + action.slots))

    def take(self, step: Step) -> None:
        year = day_of(self.limits.start, step.start).year
        self.paid[year] = self.paid.get(year, 0) + step.action.fen
        if step.action.kind == "build":
            for slot in range(step.start, step.end):
                self.running[slot] = self.running.get(slot, 0) + 1
