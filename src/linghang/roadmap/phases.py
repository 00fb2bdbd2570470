"""A plan by half years: what begins and ends, what is spent, and which level the judge would confirm after each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from linghang.judge.findings import FLOORS, Floor
from linghang.judge.reference import judge
from linghang.roadmap.actions import SLOTS_A_MONTH, Action
from linghang.roadmap.calendar import day_of
from linghang.roadmap.scheduling import Step
from linghang.roadmap.situation import Situation
from linghang.roadmap.solving import Solution

PHASE_SLOTS = 6 * SLOTS_A_MONTH


@dataclass(frozen=True, slots=True)
class Phase:
    """Half a year of a plan.

    Attributes
    ----------
    begins, ends
        First day, and the day after the last.
    steps
        The actions that start in it.
    finished
        Those that are finished when it ends, of all.
    fen, whole_fen
        What is committed in it, and until its end.
    yearly_fen
        What runs up in a year after it for what is finished.
    levels
        Floor -> level that is confirmed after it.
    """

    number: int
    begins: date
    ends: date
    steps: tuple[Step, ...]
    finished: tuple[Action, ...]
    fen: int
    whole_fen: int
    yearly_fen: int
    levels: Mapping[Floor, str | None]


@dataclass(frozen=True, slots=True)
class Milestone:
    """A level that is confirmed at a floor from a day on; None where none is any longer."""

    floor: Floor
    level: str | None
    day: date


def phases(situation: Situation, found: Solution, start: date) -> tuple[Phase, ...]:
    """Lay a plan out by half years and judge the case after each."""
    steps = found.schedule.steps
    answers: list[Phase] = []
    whole = 0
    first = 0
    while first < found.slots or (not answers and steps):
        last = min(first + PHASE_SLOTS, max(found.slots, 1))
        begun = tuple(step for step in steps if first <= step.start < first + PHASE_SLOTS)
        finished = tuple(step.action for step in steps if step.end <= last)
        fen = sum(step.action.fen for step in begun)
        whole += fen
        answers.append(
            Phase(
                len(answers) + 1,
                day_of(start, first),
                day_of(start, last),
                begun,
                finished,
                fen,
                whole,
                sum(int(one.yearly_cost * 100) for one in finished),
                {floor: _confirmed(replace(situation, floor=floor), finished) for floor in FLOORS},
            )
        )
        first += PHASE_SLOTS
    return tuple(answers)


def milestones(situation: Situation, found: Solution, halves: tuple[Phase, ...], start: date) -> tuple[Milestone, ...]:
    """Return when which level is reached at each floor, in the order of the days.

    Parameters
    ----------
    halves
        The half years of the plan: only those at whose end another level is confirmed are looked at day by day.
    """
    answers = []
    steps = found.schedule.steps
    ends = sorted({step.end for step in steps})
    for floor in FLOORS:
        here = replace(situation, floor=floor)
        level = _confirmed(here, ())
        for phase in halves:
            if phase.levels[floor] == level:
                continue
            for end in ends:
                if not phase.begins < day_of(start, end) <= phase.ends:
                    continue
                now = _confirmed(here, tuple(step.action for step in steps if step.end <= end))
                if now != level:
                    answers.append(Milestone(floor, now, day_of(start, end)))
                    level = now
    return tuple(sorted(answers, key=lambda one: one.day))


def _confirmed(situation: Situation, finished: tuple[Action, ...]) -> str | None:
    """Return the level at the situation's floor: what weaker proof says still counts where it is enough."""
    return judge(situation.program, situation.after(finished)).floors[situation.floor].confirmed


def curve(found: Solution, start: date) -> tuple[tuple[date, int], ...]:
    """Return the days on which money is committed, with all that is committed by then (hundredths of a CNY)."""
    spent: dict[date, int] = {}
    whole = 0
    for step in found.schedule.steps:
        if step.action.fen:
            whole += step.action.fen
            spent[day_of(start, step.start)] = whole
    return tuple(spent.items())
