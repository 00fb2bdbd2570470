"""Plan the way up: from what is known of a factory to the plan that costs least, with its proof and its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from linghang.conditions.scenes import load_scenes
from linghang.conditions.shelf import PACKS, load_pack, pack_ids
from linghang.errors import BadInput, ManyProblems
from linghang.evidence.settle import Settled
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.verdict import ElementVerdict
from linghang.roadmap.actions import Action, Cannot, Catalogue
from linghang.roadmap.calendar import day_of
from linghang.roadmap.chances import Chances, chances
from linghang.roadmap.checking import check_names, without_action
from linghang.roadmap.explaining import (
    Binding,
    Conflict,
    Worth,
    alternatives,
    bindings,
    conflict,
    evidence_first,
)
from linghang.roadmap.greedy import Greedy, greedy
from linghang.roadmap.limits import Limits, Weights
from linghang.roadmap.phases import Milestone, Phase, curve, milestones, phases
from linghang.roadmap.reading import load_catalogue
from linghang.roadmap.scheduling import Step
from linghang.roadmap.situation import ASSUMPTIONS, Assumption, Situation
from linghang.roadmap.solving import Planner, Solution
from linghang.roadmap.trading import Front, front
from linghang.usecases.action_costs import read_costs, write_costs
from linghang.usecases.assessing import assess
from linghang.usecases.judging import Chosen, Judged, judge_case
from linghang.words import Language, Listed

__all__ = [
    "ASSUMPTIONS",
    "Catalogue",
    "Known",
    "Limits",
    "Outcome",
    "Question",
    "Solution",
    "WayUp",
    "Weights",
    "check_actions",
    "export_actions",
    "front_from",
    "known_of",
    "load_actions",
    "plan_from",
    "plan_way_up",
    "read_costs",
]

GUIDE = PACKS / "scenes-2025.yaml"
DEFAULT_PACK = "national-2024"
ALTERNATIVES = 3


@dataclass(frozen=True)
class Outcome:
    """What planning found in one assumption: a plan, or why there is none.

    Attributes
    ----------
    milestones
        When which level is reached, at each of the three floors.
    impossible
        Open conditions that no action of the catalogue brings about, with the catalogue's reason where it has one.
    """

    situation: Situation
    solution: Solution | None
    conflict: Conflict | None
    phases: tuple[Phase, ...]
    curve: tuple[tuple[date, int], ...]
    milestones: tuple[Milestone, ...]
    impossible: tuple[tuple[ElementVerdict, Cannot | None], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a plan.

    Attributes
    ----------
    target
        Id of the level.
    floor
        Floor of proof at which the target is to be confirmed.
    assume
        Assumption that the details are given for; the other is solved beside it.
    pack
        Id or file of the pack (else the case's, else national-2024).
    as_of
        The day of judgement (else the case's, else today).
    interpretation
        Values that a reviewer sets instead of the pack's.
    seed
        Of the draws.
    pareto
        Whether the trade-off of cost, time and risk is wanted too.
    """

    target: str
    floor: Floor = "documented"
    assume: Assumption = "pessimistic"
    pack: str | None = None
    as_of: date | None = None
    interpretation: Chosen | None = None
    seed: int = 7
    pareto: bool = False

    def __post_init__(self) -> None:
        for option, value, known in (("--floor", self.floor, FLOORS), ("--assume", self.assume, ASSUMPTIONS)):
            if value not in known:
                raise BadInput(
                    "{option} takes {choices}, not “{value}”", option=option, choices=Listed(known), value=value
                )


@dataclass(frozen=True)
class WayUp:
    """A plan with everything that explains it.

    Attributes
    ----------
    outcomes
        Assumption -> what planning found.
    unknown
        Open elements that are unknown; the other open ones are unmet.
    """

    judged: Judged
    subject: str
    catalogue: Catalogue
    limits: Limits
    question: Question
    outcomes: Mapping[Assumption, Outcome]
    unmet: tuple[ElementVerdict, ...]
    unknown: tuple[ElementVerdict, ...]
    evidence: tuple[Worth, ...]
    bindings: tuple[Binding, ...]
    alternatives: tuple[Solution, ...]
    ranked: Greedy | None
    chances: Chances | None
    front: Front | None

    @property
    def presumed(self) -> tuple[ElementVerdict, ...]:
        """Open elements that no action brings about and nobody says are unmet: the plan rests on their proof."""
        facts = self.outcome.situation.facts
        return tuple(one for one in self.unknown if one.asked.id in facts and one.stated != "unmet")

    @property
    def outcome(self) -> Outcome:
        """What planning found in the assumption that the details are given for."""
        return self.outcomes[self.question.assume]

    def days(self, step: Step) -> tuple[date, date]:
        """Return the first day of a step, and the day on which it is finished."""
        return day_of(self.limits.start, step.start), day_of(self.limits.start, step.end)

    def exchanged(self, other: Solution) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
        """Return the actions of the plan that another one leaves out, and those that it has instead."""
        own = self.outcome.solution.actions if self.outcome.solution else ()
        return tuple(one for one in own if one not in other.actions), tuple(
            one for one in other.actions if one not in own
        )


def load_actions(name: str = "actions-2026", costs: Path | None = None) -> Catalogue:
    """Load a catalogue of actions with the figures of a workbook, and check what it names.

    Raises
    ------
    BadInput, ManyProblems
        Everything that is wrong with either.
    """
    catalogue = load_catalogue(name)
    if problems := check_names(catalogue, map(load_pack, pack_ids()), load_scenes(GUIDE), name):
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return catalogue if costs is None else read_costs(catalogue, costs)


def check_actions(name: str = "actions-2026") -> tuple[Catalogue, dict[str, list[str]]]:
    """Check a catalogue; return it with the elements of each pack that it does not speak of."""
    catalogue = load_actions(name)
    gaps = {pack: without_action(catalogue, load_pack(pack)) for pack in pack_ids()}
    return catalogue, {pack: names for pack, names in gaps.items() if names}


def export_actions(path: Path, lang: Language, name: str = "actions-2026") -> int:
    """Write the figures of a catalogue into a workbook; return how many actions it has."""
    catalogue = load_actions(name)
    write_costs(catalogue, path, lang)
    return len(catalogue.actions)


@dataclass(frozen=True)
class Known:
    """What is known of a factory before a plan: the same for every question about the same day and pack.

    Attributes
    ----------
    indicators
        Id -> present value, of those that have one.
    scenes
        Level -> numbers of the scenes that the register names for the level's list.
    """

    judged: Judged
    subject: str
    indicators: Mapping[str, Decimal]
    scenes: Mapping[str, frozenset[int]]


def plan_way_up(
    path: Path, question: Question, limits: Limits, *, now: datetime, catalogue: Catalogue | None = None
) -> WayUp:
    """Plan the way to a level.

    Parameters
    ----------
    path
        A workspace, or a case file (YAML).
    limits
        What the plan keeps to.
    now
        The caller's clock (with a zone).
    catalogue
        The actions to choose from (else those of the product).

    Raises
    ------
    BadInput
        What is given does not fit, or OR-Tools is not installed.
    """
    _with_solver()
    actions = catalogue or load_actions()
    limits.check(actions)
    return plan_from(known_of(path, question, now), question, limits, actions)


def plan_from(known: Known, question: Question, limits: Limits, actions: Catalogue) -> WayUp:
    """Plan the way to a level from what is known of a factory.

    Parameters
    ----------
    known
        Of `known_of`, with the question's pack, day and interpretation.

    Raises
    ------
    BadInput
        What is given does not fit, or OR-Tools is not installed.
    """
    _with_solver()
    limits.check(actions)
    situations = {one: _situation(known, question, actions, one) for one in ASSUMPTIONS}
    planners = {one: Planner(situation) for one, situation in situations.items()}
    outcomes = {one: _outcome(planners[one], limits) for one in ASSUMPTIONS}
    planner, found = planners[question.assume], outcomes[question.assume].solution
    open_elements = planner.situation.open_elements()
    best, worst = (outcomes[one].solution for one in ASSUMPTIONS)
    hoped = situations["optimistic"]
    indicators = known.judged.verdict.program.pack.indicators
    return WayUp(
        judged=known.judged,
        subject=known.subject,
        catalogue=actions,
        limits=limits,
        question=question,
        outcomes=outcomes,
        unmet=tuple(one for one in open_elements if one.finding == "unmet"),
        unknown=tuple(one for one in open_elements if one.finding != "unmet"),
        evidence=evidence_first(hoped, limits, best, worst) if best and worst else (),
        bindings=bindings(planner, limits, found) if found else (),
        alternatives=alternatives(planner, limits, found, ALTERNATIVES) if found else (),
        ranked=greedy(planner.situation, limits) if found else None,
        chances=chances(found, limits, indicators, known.indicators, question.seed) if found else None,
        front=front(planner, limits) if question.pareto and found else None,
    )


def front_from(known: Known, question: Question, limits: Limits, actions: Catalogue) -> Front | None:
    """Return the trade-off of cost, time and risk alone; None where there is no plan.

    Raises
    ------
    BadInput
        What is given does not fit, or OR-Tools is not installed.
    """
    _with_solver()
    limits.check(actions)
    planner = Planner(_situation(known, question, actions, question.assume))
    found = front(planner, limits)
    return found if found.plans else None


def _situation(known: Known, question: Question, actions: Catalogue, assume: Assumption) -> Situation:
    program, case = known.judged.verdict.program, known.judged.case
    scenes = known.scenes.get(question.target, frozenset())
    return Situation(program, case, actions, question.target, question.floor, assume, scenes)


def _with_solver() -> None:
    try:
        import ortools  # noqa: F401
    except ImportError:
        raise BadInput("planning needs OR-Tools; install linghang[planning]") from None


def known_of(path: Path, question: Question, now: datetime) -> Known:
    """Find out what is known of a factory (a workspace or a case file); nothing is recorded.

    Raises
    ------
    BadInput
        Everything that `assess` and `judge_case` refuse.
    """
    chosen = question.interpretation
    if not path.is_dir():
        judged = judge_case(path, today=now.date(), pack=question.pack, as_of=question.as_of, interpretation=chosen)
        return Known(judged, str(path), {}, {})
    pack = question.pack or DEFAULT_PACK
    found = assess(path, pack=pack, now=now, as_of=question.as_of, interpretation=chosen, record=False)
    values = {one.id: one.value for one in found.indicators if one.value is not None}
    scenes = {level: _scenes(found.settled, level) for level in found.judged.pack.level_ids}
    return Known(found.judged, found.workspace.name, values, scenes)


def _scenes(settled: Mapping[str, Settled], target: str) -> frozenset[int]:
    """Return the numbers of the scenes that the register names for the target's list."""
    names = {
        name: scene.number
        for scene in load_scenes(GUIDE).scenes
        for name in (scene.id, str(scene.number), *scene.name, *scene.variants)
    }
    one = settled.get(f"scenes_{target}")
    listed = [name for each in (one.observations if one else ()) for name in _listed(each.detail.get("scenes"))]
    return frozenset(names[name] for name in listed if name in names)


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _outcome(planner: Planner, limits: Limits) -> Outcome:
    situation = planner.situation
    found = planner.solve(limits)
    if found is None:
        why = conflict(planner, limits)
        return Outcome(situation, None, why, (), (), (), _impossible(situation, why))
    if not situation.reached(found.actions):
        raise AssertionError("the judge does not confirm the target of a plan that the solver calls right")
    start = limits.start
    halves = phases(situation, found, start)
    reached = milestones(situation, found, halves, start)
    return Outcome(situation, found, None, halves, curve(found, start), reached, ())


def _impossible(situation: Situation, why: Conflict) -> tuple[tuple[ElementVerdict, Cannot | None], ...]:
    """Return the open elements that neither evidence nor building nor waiting would close here."""
    reasons = {row.element: row for row in situation.catalogue.cannot}
    closing = {
        goal.of
        for action in situation.catalogue.by_id.values()
        for goal in action.of_kind("element")
        if action.kind != "evidence" or situation.answer(goal.of) is not None
    }
    return tuple(
        (one, reasons.get(one.asked.id))
        for one in situation.open_elements()
        if why.conditions and one.asked.id not in closing and one.asked.simple
    )
