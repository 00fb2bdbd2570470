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
