"""A plan as JSON has it: amounts in CNY as text, days as text, ids as the catalogue and the pack have them."""

from dataclasses import fields
from typing import Any

from linghang.judge.verdict import ElementVerdict
from linghang.roadmap.actions import Action, Catalogue, Range
from linghang.roadmap.calendar import day_of
from linghang.roadmap.chances import Chances, Quantiles
from linghang.roadmap.explaining import amount
from linghang.roadmap.limits import Limits
from linghang.roadmap.phases import Phase
from linghang.roadmap.scheduling import Step
from linghang.roadmap.solving import Proof, Solution
from linghang.roadmap.trading import Front
from linghang.usecases.planning import Outcome, WayUp


def document(found: WayUp) -> dict[str, Any]:
    """Return the whole plan, without anything that differs from run to run."""
    program = found.judged.verdict.program
    limits, question = found.limits, found.question
    return {
        "pack": program.pack.id,
        "pack_digest": program.pack.digest,
        "as_of": program.as_of.isoformat(),
        "set_interpretations": [one.to_dict() for one in found.judged.marks],
        "target": question.target,
        "floor": question.floor,
        "assume": question.assume,
        "catalogue": found.catalogue.id,
        "catalogue_digest": found.catalogue.digest,
        "limits": _limits(limits),
        "confirmed": {floor: one.confirmed for floor, one in found.judged.verdict.floors.items()},
        "unmet": [_element(one) for one in found.unmet],
        "unknown": [_element(one) for one in found.unknown],
        "presumed": [one.asked.id for one in found.presumed],
        "cases": {name: _outcome(one, limits) for name, one in found.outcomes.items()},
        "evidence_first": [
            {
                "action": one.action.id,
                "cost_cny": amount(one.action.fen),
                "answers": list(one.answers),
                "saved_cny": amount(one.saved_fen),
            }
            for one in found.evidence
        ],
        "binding": [
            {
                "limit": one.limit,
                "saved_cny": amount(one.saved_fen),
                "earlier_months": one.earlier_slots / 2,
                "enough": one.enough,
            }
            for one in found.bindings
        ],
        "alternatives": [_summary(one, limits) for one in found.alternatives],
        "ranking": None if found.ranked is None else _ranking(found),
        "ranges": None if found.chances is None else _chances(found.chances),
        "front": None if found.front is None else front_document(found.front, limits),
    }


def actions_document(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the actions of a catalogue with everything that is known of each."""
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "title": one.title.to_dict(),
            "text": one.text.to_dict(),
            "satisfies": _goals(one),
            "requires": list(one.requires),
            "excludes": list(one.excludes),
            "cost_cny": _range(one.cost),
            "months": _range(one.months),
            "people_months": str(one.people_months),
            "yearly_cost_cny": str(one.yearly_cost),
            "effects": [
                {"indicator": effect.indicator, "relative": effect.relative, "change": _range(effect.change)}
                for effect in one.effects
            ],
            "engine": one.engine,
            "source": one.source,
            "state": "done" if one.id in catalogue.done else "never" if one.id in catalogue.disabled else "plan",
        }
        for one in catalogue.actions
    ]


def _goals(action: Action) -> list[dict[str, str]]:
    return [{"kind": goal.kind, "of": goal.of, "proof": goal.proof} for goal in action.goals]


def _range(one: Range) -> dict[str, str]:
    return {"low": str(one.low), "likely": str(one.likely), "high": str(one.high)}


def front_document(front: Front, limits: Limits) -> dict[str, Any]:
    """Return the trade-off of cost, time and risk."""
    return {"complete": front.complete, "plans": [_summary(one, limits) for one in front.plans]}


def _limits(limits: Limits) -> dict[str, Any]:
    weights = limits.weights
    return {
        "start": limits.start.isoformat(),
        "by": limits.by.isoformat() if limits.by else None,
        "budget_cny": None if limits.budget is None else str(limits.budget),
        "per_year_cny": None if limits.per_year is None else str(limits.per_year),
        "parallel": limits.parallel,
        "must": list(limits.must),
        "without": list(limits.without),
        "weights": None if weights is None else {"cost": str(weights.cost), "time": str(weights.time)},
    }


def _element(one: ElementVerdict) -> dict[str, Any]:
    return {"id": one.asked.id, "clause": one.asked.cited, "finding": one.finding, "stated": one.stated}


def _summary(one: Solution, limits: Limits) -> dict[str, Any]:
    return {
        "cost_cny": amount(one.fen),
        "months": one.slots / 2,
        "finished": day_of(limits.start, one.slots).isoformat(),
        "possible_overrun_cny": amount(one.risk_fen),
        "actions": [action.id for action in one.actions],
        "proof": _proof(one.proof),
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "status": proof.status,
        "steps": [{name.name: getattr(one, name.name) for name in fields(one)} for one in proof.steps],
        "deterministic_time": proof.deterministic_time,
        "solver": proof.solver,
        "model": proof.model,
    }


def _outcome(one: Outcome, limits: Limits) -> dict[str, Any]:
    if one.solution is None:
        assert one.conflict is not None
        return {
            "plan": None,
            "conflict": {
                "limits": list(one.conflict.limits),
                "conditions": list(one.conflict.conditions),
                "enough": one.conflict.enough,
            },
            "impossible": [
                {"id": element.asked.id, "reason": row.reason.to_dict() if row else None}
                for element, row in one.impossible
            ],
        }
    found = one.solution
    return {
        "plan": _summary(found, limits)
        | {
            "verdict": "met",
            "steps": [
                _step(step, limits, found.schedule.preceding.get(step.action.id, ())) for step in found.schedule.steps
            ],
            "phases": [_phase(phase) for phase in one.phases],
            "curve": [{"day": day.isoformat(), "cost_cny": amount(fen)} for day, fen in one.curve],
            "reached": [
                {"floor": mark.floor, "level": mark.level, "day": mark.day.isoformat()} for mark in one.milestones
            ],
        },
        "conflict": None,
        "impossible": [],
    }


def _step(step: Step, limits: Limits, preceding: tuple[str, ...]) -> dict[str, Any]:
    action = step.action
    return {
        "action": action.id,
        "kind": action.kind,
        "title": action.title.to_dict(),
        "begins": day_of(limits.start, step.start).isoformat(),
        "ends": day_of(limits.start, step.end).isoformat(),
        "cost_cny": amount(action.fen),
        "cost_range_cny": _range(action.cost),
        "months": _range(action.months),
        "satisfies": _goals(action),
        "after": list(preceding),
        "yearly_cost_cny": str(action.yearly_cost),
        "people_months": str(action.people_months),
        "engine": action.engine,
        "source": action.source or "estimate",
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "number": phase.number,
        "begins": phase.begins.isoformat(),
        "ends": phase.ends.isoformat(),
        "actions": [step.action.id for step in phase.steps],
        "cost_cny": amount(phase.fen),
        "whole_cost_cny": amount(phase.whole_fen),
        "yearly_cost_cny": amount(phase.yearly_fen),
        "confirmed": dict(phase.levels),
    }


def _ranking(found: WayUp) -> dict[str, Any]:
    assert found.ranked is not None
    assert found.outcome.solution is not None
    return {
        "reached": found.ranked.reached,
        "cost_cny": amount(found.ranked.fen),
        "extra_cny": amount(found.ranked.fen - found.outcome.solution.fen) if found.ranked.reached else None,
        "actions": [one.id for one in found.ranked.actions],
    }


def _chances(one: Chances) -> dict[str, Any]:
    return {
        "seed": one.seed,
        "draws": one.draws,
        "cost_cny": _quantiles(one.cost_cny),
        "months": _quantiles(one.months),
        "within_budget": None if one.within_budget is None else str(one.within_budget),
        "in_time": None if one.in_time is None else str(one.in_time),
        "indicators": [
            {
                "id": indicator.id,
                "number": indicator.number,
                "before": None if indicator.before is None else str(indicator.before),
                "after": _quantiles(indicator.after),
                "unit": indicator.unit,
            }
            for indicator in one.indicators
        ],
    }


def _quantiles(one: Quantiles) -> dict[str, str]:
    return {name.name: str(getattr(one, name.name)) for name in fields(one)}
