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
from linghang.roadmap.phases import Phase, curve, phases
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
    "Limits",
    "Outcome",
    "Question",
    "Solution",
    "WayUp",
    "Weights",
    "check_actions",
    "export_actions",
    "load_actions",
    "plan_way_up",
]

GUIDE = PACKS / "scenes-2025.yaml"
DEFAULT_PACK = "national-2024"
ALTERNATIVES = 3


@dataclass(frozen=True)
class Outcome:
    """What planning found in one assumption: a plan, or why there is none.

    Attributes
    ----------
    impossible
        Open conditions that no action of the catalogue brings about, with the catalogue's reason where it has one.
    """

    situation: Situation
    solution: Solution | None
    conflict: Conflict | None
    phases: tuple[Phase, ...]
    curve: tuple[tuple[date, int], ...]
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
class _Known:
    """What is known of a factory before a plan."""

    judged: Judged
    subject: str
    indicators: Mapping[str, Decimal]
    scenes: frozenset[int]


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
    known = _known(path, question, now)
    program, case = known.judged.verdict.program, known.judged.case
    situations = {
        one: Situation(program, case, actions, question.target, question.floor, one, known.scenes)
        for one in ASSUMPTIONS
    }
    planners = {one: Planner(situation) for one, situation in situations.items()}
    outcomes = {one: _outcome(planners[one], limits) for one in ASSUMPTIONS}
    planner, found = planners[question.assume], outcomes[question.assume].solution
    open_elements = planner.situation.open_elements()
    best, worst = (outcomes[one].solution for one in ASSUMPTIONS)
    hoped = situations["optimistic"]
    indicators = program.pack.indicators
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


def _with_solver() -> None:
    try:
        import ortools  # noqa: F401
    except ImportError:
        raise BadInput("planning needs OR-Tools; install linghang[planning]") from None


def _known(path: Path, question: Question, now: datetime) -> _Known:
    chosen = question.interpretation
    if not path.is_dir():
        judged = judge_case(path, today=now.date(), pack=question.pack, as_of=question.as_of, interpretation=chosen)
        return _Known(judged, str(path), {}, frozenset())
    pack = question.pack or DEFAULT_PACK
    found = assess(path, pack=pack, now=now, as_of=question.as_of, interpretation=chosen, record=False)
    values = {one.id: one.value for one in found.indicators if one.value is not None}
    return _Known(found.judged, found.workspace.name, values, _scenes(found.settled, question.target))


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
        return Outcome(situation, None, why, (), (), _impossible(situation, why))
    if not situation.reached(found.actions):
        raise AssertionError("the judge does not confirm the target of a plan that the solver calls right")
    start = limits.start
    return Outcome(situation, found, None, phases(situation, found, start), curve(found, start), ())


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
