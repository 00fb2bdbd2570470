"""Solving: dispatch rules, then tabu search where the problem is a (flexible) job shop, else neighbourhoods of CP-SAT.

Everything is verified before it is handed out. With a limit of effort instead of seconds the same problem, goal and
seed give the same schedule on every machine.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from linghang.engines.scheduling.model import Goal, Measure, Placement, Problem, Schedule, measures
from linghang.engines.scheduling.solving_cpsat import Effort, solve
from linghang.engines.scheduling.solving_dispatch import RULES, dispatch
from linghang.engines.scheduling.solving_list import improved
from linghang.engines.scheduling.solving_neighbours import neighbourhood
from linghang.engines.scheduling.solving_sequence import Sequencing, Shop, shop_of
from linghang.engines.scheduling.solving_tabu import Order, search
from linghang.engines.scheduling.verify import Verdict, verify
from linghang.errors import BadInput

STEPS_PER_EFFORT = 6_000
"""Steps of the tabu search that count as a unit of effort: about what a second of one core makes; half of it where
operations can choose their machine."""
WHOLE = 120
"""Up to so many tasks CP-SAT gets the whole problem first; larger ones are only searched in neighbourhoods; ours."""
ROUND = 0.3
"""Deterministic seconds of CP-SAT that one neighbourhood may take; ours."""
DETERMINISTIC = 3.0
"""Units of effort in a deterministic second of CP-SAT: it takes about three seconds of a core."""
PUT_PER_EFFORT = 60_000
"""Tasks put onto the floor that count as a unit of effort: about what a second of one core makes."""
TURN = 2.0
"""Units of effort (or seconds) after which the local search and CP-SAT take turns, unless one still gains."""
SLICE_S = 15.0
"""Seconds after which CP-SAT beside the tabu search takes over what was found meanwhile; ours."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop.

    Attributes
    ----------
    effort
        Units of work (about seconds of one core): the same everywhere, so the result is, too.
    seconds
        Instead: seconds of the clock, with all workers; for live use and benchmarks. The result depends on the machine.
    workers
        Cores to use in a live solve.
    seed
        Of all chance.
    """

    effort: float = 20.0
    seconds: float | None = None
    workers: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.effort <= 0 or (self.seconds is not None and self.seconds <= 0) or self.workers < 1:
            raise BadInput("a search needs some effort or time, and one worker at least")


@dataclass(frozen=True)
class Solved:
    """A verified schedule.

    Attributes
    ----------
    schedule, verdict, measured
        The schedule, what the verifier says of it, its measures.
    value
        What was minimised (`Goal.value`).
    bound
        Nothing below it exists; None where no bound is known. Of a lexicographic goal of its first figure.
    proven
        Whether nothing better exists.
    by
        What gave it: a rule, `tabu`, `cp-sat`, `start`.
    course
        (seconds or effort, value) of every better schedule.
    """

    schedule: Schedule
    verdict: Verdict
    measured: dict[Measure, int]
    value: tuple[int, ...]
    bound: float | None = None
    proven: bool = False
    by: str = ""
    course: tuple[tuple[float, tuple[int, ...]], ...] = ()


@dataclass
class _Search:
    """The state of a search: the best so far, what was spent."""

    problem: Problem
    goal: Goal
    limits: Limits
    told: Callable[[Solved], None]
    best: Solved | None = None
    spent: float = 0.0
    bound: float | None = None
    began: float = field(default_factory=time.monotonic)
    rounds: int = 0
    course: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)

    def at(self) -> float:
        return self.spent if self.limits.seconds is None else time.monotonic() - self.began

    def left(self) -> float:
        return (self.limits.effort if self.limits.seconds is None else self.limits.seconds) - self.at()

    def offer(self, schedule: Schedule, by: str) -> bool:
        """Keep a schedule if it is better and keeps every rule."""
        measured = measures(self.problem, schedule)
        value = self.goal.value(measured)
        if self.best is not None and value >= self.best.value:
            return False
        verdict = verify(self.problem, schedule)
        if not verdict.good:
            return False
        self.course.append((self.at(), value))
        self.best = Solved(schedule, verdict, measured, value, self.bound, False, by, tuple(self.course))
        self.told(self.best)
        return True

    def closed(self) -> bool:
        return self.best is not None and self.bound is not None and self.best.value[0] <= self.bound


def schedule(
    problem: Problem,
    goal: Goal,
    limits: Limits,
    start: Schedule | None = None,
    told: Callable[[Solved], None] = lambda _: None,
) -> Solved:
    """Schedule a problem.

    Parameters
    ----------
    problem, goal
        What and towards what.
    limits
        When to stop.
    start
        A schedule to begin with (live rescheduling); one that breaks a rule is not used.
    told
        Called with every better schedule.

    Raises
    ------
    BadInput
        No schedule keeps every rule (deadlines, frozen tasks in each other's way), or none was found in time.
    """
    state = _Search(problem, goal, limits, told)
    if not problem.jobs:
        raise BadInput("there is nothing to schedule")
    if start is not None:
        state.offer(start, "start")
    shop = as_shop(problem, goal)
    if shop is not None:
        _tabu(state, shop)
    else:
        for rule in RULES:
            state.offer(dispatch(problem, rule), rule)
        if state.best is None:
            whole = solve(problem, Goal(goal.terms[:1]), _effort(state, max(state.left(), 1.0)))
            state.spent += whole.spent_s
            if whole.schedule is None or not state.offer(whole.schedule, "cp-sat"):
                raise BadInput("no schedule keeps every rule, or none was found in time")
        _neighbourhoods(state)
    assert state.best is not None
    return replace(state.best, bound=state.bound, proven=state.closed(), course=tuple(state.course))


def as_shop(problem: Problem, goal: Goal) -> Shop | None:
    """Return the problem as a (flexible) job shop with the last end as goal; None if it is more than that."""
    if [name for name, _ in goal.terms] != ["makespan"] or problem.frozen or problem.resources:
        return None
    if any(one.breaks or one.matrix for one in problem.machines):
        return None
    number = {one.id: place for place, one in enumerate(problem.machines)}
    jobs = []
    for job in problem.jobs:
        if job.release or job.deadline is not None:
            return None
        for place, task in enumerate(job.tasks):
            if task.lag or task.after != ((job.tasks[place - 1].id,) if place else ()):
                return None
        jobs.append([{number[mode.machine]: mode.duration for mode in task.modes} for task in job.tasks])
    return shop_of(jobs, len(problem.machines))


def _tabu(state: _Search, shop: Shop) -> None:
    """Search a job shop; in a live solve with two cores or more CP-SAT looks for proof and better beside it."""
    problem, limits, names = state.problem, state.limits, [one.id for one in state.problem.machines]
    tasks = [task.id for job in problem.jobs for task in job.tasks]
    state.bound = shop.bound() * state.goal.terms[0][1]
    lock, asked = threading.Lock(), [0]
    news: list[Order] = []
    weight = state.goal.terms[0][1]

    def found(_: int, order: Order) -> None:
        now = Sequencing(shop, *order)
        starts = now.starts()
        placed = {
            name: Placement(name, names[now.machine[at]], starts[at], now.end[at]) for at, name in enumerate(tasks)
        }
        with lock:
            state.offer(Schedule(placed), "tabu")

    def stop() -> bool:
        asked[0] += 1
        if limits.seconds is None:
            state.spent = asked[0] * 64 * (2 if shop.flexible else 1) / STEPS_PER_EFFORT
        return state.left() <= 0 or state.closed()

    start = _order_of(problem, state.best.schedule, tasks, names) if state.best else None
    beside = None
    if limits.seconds is not None and limits.workers > 1:
        beside = threading.Thread(target=_prove, args=(state, lock, news, tasks, names), daemon=True)
        beside.start()
    search(
        shop,
        limits.seed,
        stop,
        found,
        start,
        lambda: int(state.bound or 0) // weight,
        lambda: news.pop() if news else None,
    )
    if beside is not None:
        beside.join()


def _prove(state: _Search, lock: threading.Lock, news: list[Order], tasks: list[str], names: list[str]) -> None:
    """Let CP-SAT work beside the tabu search, in slices that each begin with the best there is."""
    seed = state.limits.seed
    while state.left() > 1 and not state.closed():
        best = state.best
        if best is None:
            time.sleep(0.05)
            continue
        effort = Effort(1e9, min(SLICE_S, state.left() - 0.5), max(state.limits.workers - 1, 1), seed)
        found = solve(state.problem, state.goal, effort, best.schedule)
        seed += 1
        with lock:
            state.bound = max(state.bound or 0, min(found.bound, best.value[0]))
            better = found.schedule is not None and state.offer(found.schedule, "cp-sat")
        if better and found.schedule is not None:
            news.append(_order_of(state.problem, found.schedule, tasks, names))


def _order_of(problem: Problem, one: Schedule, tasks: list[str], names: list[str]) -> Order:
    number = {name: place for place, name in enumerate(names)}
    place = {name: at for at, name in enumerate(tasks)}
    depth = {task.id: at for job in problem.jobs for at, task in enumerate(job.tasks)}
    order = sorted(one.placements.values(), key=lambda p: (p.start, p.end, depth[p.task]))
    return [place[p.task] for p in order], [number[one.placements[name].machine] for name in tasks]


def _effort(state: _Search, most: float) -> Effort:
    """Return how much CP-SAT may take: `most` units of effort, or seconds."""
    limits, seed = state.limits, state.limits.seed + state.rounds
    if limits.seconds is None:
        return Effort(min(most, max(state.left(), 0.1)) / DETERMINISTIC, 1e6, 1, seed)
    return Effort(1e9, max(min(most, state.left()), 0.1), limits.workers, seed)


def _neighbourhoods(state: _Search) -> None:
    """Improve term by term (or the weighted sum at once), each within an equal share of what is left."""
    terms = state.goal.terms
    stages = [Goal((term,)) for term in terms] if state.goal.lexicographic else [state.goal]
    rng = random.Random(state.limits.seed)
    for number, stage in enumerate(stages):
        end = state.at() + state.left() / (len(stages) - number)
        assert state.best is not None
        caps = {name: state.best.measured[name] for name, _ in terms[:number]} if state.goal.lexicographic else {}
        if _stage(state, stage, caps, rng, end) and number == 0:
            state.bound = state.best.value[0]


def _stage(state: _Search, goal: Goal, caps: dict[Measure, int], rng: random.Random, end: float) -> bool:
    """Improve one goal until `end`; return whether nothing better is left."""
    problem, count = state.problem, len(state.problem.tasks) - len(state.problem.frozen)
    if state.best is None or goal.value(state.best.measured)[0] == 0:
        return state.best is not None
    if count <= WHOLE and _round(state, goal, caps, None, (end - state.at()) / 3)[1]:
        return True
    size, idle, share = 16.0, 0, TURN
    while state.at() < end and idle < 12:
        began = state.best.value
        _listed(state, goal, caps, rng, min(end, state.at() + TURN))
        listed, turn = state.best.value, min(end, state.at() + share)
        while state.at() < turn and goal.value(state.best.measured)[0] > 0:
            free = neighbourhood(problem, state.best.schedule, goal, int(size), rng)
            _, proven = _round(state, goal, caps, free, ROUND * DETERMINISTIC)
            size = max(6.0, size * 0.9) if not proven else min(float(count), size * 1.1)
            if proven and len(free) >= count:
                return True
        if goal.value(state.best.measured)[0] == 0:
            return True
        share = TURN if state.best.value < listed else share / 2
        idle = 0 if state.best.value < began else idle + 1
    return False


def _round(
    state: _Search, goal: Goal, caps: dict[Measure, int], free: frozenset[str] | None, most: float
) -> tuple[bool, bool]:
    """Give CP-SAT the whole problem or a neighbourhood; return whether it gained and whether nothing is left there."""
    assert state.best is not None
    found = solve(state.problem, goal, _effort(state, most), state.best.schedule, free, caps=caps)
    state.rounds += 1
    state.spent += found.spent_s * DETERMINISTIC + len(state.problem.tasks) * 1e-4
    return found.schedule is not None and state.offer(found.schedule, "cp-sat"), found.proven


def _listed(state: _Search, goal: Goal, caps: dict[Measure, int], rng: random.Random, end: float) -> None:
    """Let the local search improve the best until `end`."""
    assert state.best is not None
    problem = state.problem
    dated = [job for job in problem.jobs if job.deadline is not None]

    def allowed(made: Schedule) -> bool:
        if any(made.placements[task.id].end > (job.deadline or 0) for job in dated for task in job.tasks):
            return False
        measured = measures(problem, made) if caps else {}
        return all(measured[name] <= cap for name, cap in caps.items())

    def stop(put: int) -> bool:
        state.spent += put / PUT_PER_EFFORT
        return state.at() >= end or (state.best is not None and goal.value(state.best.measured)[0] == 0)

    state.offer(improved(problem, goal, state.best.schedule, rng, stop, allowed), "local search")
