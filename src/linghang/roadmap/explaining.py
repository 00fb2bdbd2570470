"""Why a plan is as it is, or why there is none: conflicting limits, limits that bind, the next best, evidence first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from linghang.roadmap.actions import Action
from linghang.roadmap.calendar import day_of
from linghang.roadmap.limits import Limits
from linghang.roadmap.modelling import Also
from linghang.roadmap.situation import Situation
from linghang.roadmap.solving import Planner, Solution


@dataclass(frozen=True, slots=True)
class Conflict:
    """A smallest set of what cannot be had together: without any one of them there is a plan.

    Attributes
    ----------
    limits
        As `Limits.drop` takes them.
    conditions
        Conditions of the level, where no plan meets them even without limits.
    enough
        Limit -> value with which there would be a plan, the others as they are.
    """

    limits: tuple[str, ...]
    conditions: tuple[str, ...]
    enough: dict[str, str]


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that makes the plan dearer or longer, and what it would be without.

    Attributes
    ----------
    enough
        The value from which on the limit no longer matters; None of an action that is asked for or left out.
    """

    limit: str
    saved_fen: int
    earlier_slots: int
    enough: str | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What evidence is worth: what it costs, and what the plan saves if it turns out well.

    Attributes
    ----------
    answers
        The open elements and fields that it answers.
    saved_fen
        Against building all that is unknown, the evidence itself already paid.
    """

    action: Action
    answers: tuple[str, ...]
    saved_fen: int


def smallest(names: Sequence[str], possible: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    """Return a minimal subset of names that is impossible together (deletion filter of Chinneck and Dravnieks, 1991).

    Parameters
    ----------
    possible
        Whether some names can be had together; of what is possible every part is.
    """
    kept = list(names)
    for name in names:
        rest = tuple(one for one in kept if one != name)
        if not possible(rest):
            kept = list(rest)
    return tuple(kept)


def conflict(planner: Planner, limits: Limits) -> Conflict:
    """Explain why there is no plan."""
    names = tuple(limits.names())

    def with_limits(kept: tuple[str, ...]) -> bool:
        dropped = limits.drop(*(one for one in names if one not in kept))
        return planner.solve(dropped, by="any") is not None

    if with_limits(()):
        found = smallest(names, with_limits)
        alone = limits.drop(*(one for one in names if one not in found))
        return Conflict(found, (), {one: value for one in found if (value := _relaxed(planner, alone, one))})
    free = Limits(limits.start)
    conditions = planner.conditions()

    def with_conditions(kept: tuple[str, ...]) -> bool:
        return planner.solve(free, Also(conditions=frozenset(kept)), by="any") is not None

    return Conflict((), smallest(conditions, with_conditions), {})


def _relaxed(planner: Planner, limits: Limits, name: str) -> str | None:
    """Return a value of one limit with which there is a plan under the others."""
    if name.partition(":")[2]:
        return None
    by = "end" if name == "by" else "cost"
    found = planner.solve(limits.drop(name), by=by)
    return None if found is None else used(found, limits, name)


def used(found: Solution, limits: Limits, name: str) -> str | None:
    """Return how much of a limit a plan uses: an amount, a day, a number."""
    match name:
        case "budget":
            return amount(found.fen)
        case "by":
            return day_of(limits.start, found.slots).isoformat()
        case "per_year":
            return amount(max(yearly(found, limits).values(), default=0))
        case "parallel":
            return str(most_at_once(found))
    return None


def amount(fen: int) -> str:
    """Write hundredths of a CNY as CNY, without needless zeros."""
    return f"{Decimal(fen) / 100:f}"


def yearly(found: Solution, limits: Limits) -> dict[int, int]:
    """Return what is committed in each calendar year, in hundredths of a CNY."""
    paid: dict[int, int] = {}
    for step in found.schedule.steps:
        year = day_of(limits.start, step.start).year
        paid[year] = paid.get(year, 0) + step.action.fen
    return paid


def most_at_once(found: Solution) -> int:
    """Return how many actions run at once at most."""
    steps = [step for step in found.schedule.steps if step.action.kind == "build"]
    return max((sum(one.start <= step.start < one.end for one in steps) for step in steps), default=0)


def bindings(planner: Planner, limits: Limits, found: Solution) -> tuple[Binding, ...]:
    """Return the limits without any one of which the plan would be better, the costliest first."""
    answers = []
    for name in limits.names():
        free = planner.solve(limits.drop(name))
        if free is not None and (free.fen, free.slots) != (found.fen, found.slots):
            enough = used(free, limits, name)
            answers.append(Binding(name, found.fen - free.fen, found.slots - free.slots, enough))
    return tuple(sorted(answers, key=lambda one: (-one.saved_fen, -one.earlier_slots)))


def alternatives(planner: Planner, limits: Limits, found: Solution, count: int) -> tuple[Solution, ...]:
    """Return the next best plans: each leaves out something of every one before it."""
    answers: list[Solution] = []
    while len(answers) < count:
        cuts = tuple(frozenset(action.id for action in one.actions) for one in (found, *answers))
        following = planner.solve(limits, Also(cuts=cuts)) if all(cuts) else None
        if following is None:
            break
        answers.append(following)
    return tuple(answers)


def evidence_first(hoped: Situation, limits: Limits, best: Solution, worst: Solution) -> tuple[Worth, ...]:
    """Rank the evidence of the optimistic plan by what it saves for its cost.

    Parameters
    ----------
    hoped
        The optimistic situation.
    best, worst
        The plans of the optimistic and of the pessimistic situation.
    """
    open_ids = {one.asked.id for one in hoped.open_elements()}
    answers = []
    for action in best.actions:
        goals = {goal.of for goal in action.goals if goal.kind in ("element", "field")}
        if action.kind != "evidence" or not goals:
            continue
        found = Planner(replace(hoped, hopeful=frozenset(goals))).solve(limits.drop("by", "budget"), by="choice")
        if found is not None:
            fields = [goal.of for goal in action.of_kind("field") if hoped.field_answer(goal.of) is not None]
            answered = tuple(goal.of for goal in action.goals if goal.of in open_ids) + tuple(fields)
            answers.append(Worth(action, answered, worst.fen - found.fen))
    return tuple(sorted(answers, key=lambda one: -Decimal(one.saved_fen) / max(one.action.fen, 1)))
