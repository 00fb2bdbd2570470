"""The exact model: which actions, and when, so that the judge would confirm the target; proven by CP-SAT.

Choice and time are one model, solved in steps. The first step chooses without time: its cost is a bound that no plan
beats. The second looks for the earliest end among the plans of that cost. Only where time forbids all of them is the
cost minimised again, with time. Every step is proven by the solver, so their combination is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from linghang.errors import BadInput
from linghang.roadmap.actions import Action
from linghang.roadmap.closure import Closure
from linghang.roadmap.limits import Limits
from linghang.roadmap.modelling import Aim, Also, Model
from linghang.roadmap.scheduling import Scheduled, earliest, sampled
from linghang.roadmap.situation import Situation

Status = Literal["optimal", "feasible"]

EFFORT: Mapping[Aim, float] = {"cost": 20.0, "risk": 10.0, "end": 0.4, "count": 0.4, "weighted": 10.0}
"""Deterministic time that a step may take, in the solver's units (about a second or two each). Under a parallel limit
the last half month of an end can be out of reach of any proof; then what was found stands beside its bound."""


@dataclass(frozen=True, slots=True)
class Proven:
    """One step: what was minimised, what was found, and what nothing goes below (in fen, half months, actions).

    Attributes
    ----------
    status
        optimal: value and bound meet; feasible: the effort ran out before they met.
    """

    aim: Aim
    value: int
    bound: int
    status: Status


@dataclass(frozen=True, slots=True)
class Proof:
    """What the solver says for a result.

    Attributes
    ----------
    steps
        What was minimised, first things first.
    deterministic_time
        Effort of all steps, in the solver's units: the same on every machine.
    seconds
        Time that the solver took here.
    model
        sha256 of the models of all steps.
    """

    steps: tuple[Proven, ...]
    deterministic_time: float
    seconds: float
    solver: str
    model: str

    @property
    def status(self) -> Status:
        """optimal where every step but the count of actions is proven."""
        return "optimal" if all(one.status == "optimal" for one in self.steps if one.aim != "count") else "feasible"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan as it was found: actions with their times, and the proof."""

    schedule: Scheduled
    proof: Proof

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions, in the order of their starts."""
        return tuple(step.action for step in self.schedule.steps)

    @property
    def fen(self) -> int:
        """Likely cost in hundredths of a CNY."""
        return sum(one.fen for one in self.actions)

    @property
    def risk_fen(self) -> int:
        """What it costs more if everything comes at its highest, in hundredths of a CNY."""
        return sum(one.risk_fen for one in self.actions)

    @property
    def slots(self) -> int:
        """Half months until the last action ends."""
        return self.schedule.end


class Planner:
    """Solves one situation again and again under different limits; what does not depend on them is kept."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.effort = 0.0
        self.seconds = 0.0

    def solve(self, limits: Limits, also: Also = Also(), *, by: str = "cost") -> Solution | None:  # noqa: B008
        """Return the best plan, or None where there is none.

        Parameters
        ----------
        by
            cost: cost, then end (or their weighted sum); end: end, then cost; risk: cost, then risk, then end;
            choice: cost without a look at time; any: whatever fits.
        """
        run = _Run(self, limits, also)
        solution = run.solve(by)
        self.effort += run.effort
        self.seconds += run.seconds
        return solution

    def conditions(self) -> tuple[str, ...]:
        """Return the names of what the target's conjunction ranges over."""
        return Model(Closure(self.situation), Limits(date.min), Also()).conditions


class _Run:
    """One question to the solver, in as many steps as it takes."""

    def __init__(self, planner: Planner, limits: Limits, also: Also) -> None:
        self.situation, self.limits, self.also = planner.situation, limits, also
        self.effort = self.seconds = 0.0
        self.digest = hashlib.sha256()
        self.steps: list[Proven] = []
        self.closure = Closure(self.situation, self._too_dear() | {*limits.without})
        self.slots = min((one for one in (limits.slots, also.slots) if one is not None), default=None)

    def _model(self, horizon: int | None = None) -> Model:
        return Model(self.closure, self.limits, self.also, horizon)

    def _too_dear(self) -> set[str]:
        """Actions that one year's budget never pays."""
        if self.limits.per_year is None:
            return set()
        most = int(self.limits.per_year * 100)
        return {one.id for one in self.situation.catalogue.by_id.values() if one.fen > most}

    def solve(self, by: str) -> Solution | None:
        if any(name not in self.closure.allowed for name in self.limits.must):
            return None
        first = self._model()
        if first.impossible:
            return None
        if by == "any":
            fitting = first if self.slots is None else self._model(self.slots)
            return self._timed(fitting, ["count"])
        if not self._minimise(first, "cost"):
            return None
        chosen = first.chosen()
        if by == "choice":
            return self._solution(first)
        if by == "end":
            return self._timed(
                self._model(self._horizon(chosen) if self.slots is None else self.slots), ["end", "cost", "count"]
            )
        bound = sum(one.fen for one in chosen)
        if by == "risk":
            return self._by_risk(first)
        if self.limits.weights is not None and self.limits.weights.time:
            return self._weighted(chosen)
        known = sampled(chosen, self.closure, self.limits)
        second = self._model(known.end if self.slots is None else min(self.slots, known.end))
        second.at_most("cost", bound // first.unit)
        solution = self._timed(second, ["end", "count"], known)
        if solution is None and self.slots is not None:
            self.steps = []
            third = self._model(self.slots)
            solution = self._timed(third, ["cost", "end", "count"])
        return solution

    def _horizon(self, chosen: Sequence[Action]) -> int:
        """An end that an optimal plan does not pass: that of the plan found first, or the last day."""
        steps = sampled(chosen, self.closure, self.limits)
        return steps.end if self.slots is None else min(self.slots, steps.end)

    def _weighted(self, chosen: Sequence[Action]) -> Solution | None:
        """Whatever is better than the cheapest plan ends earlier, so its end is a horizon."""
        assert self.limits.weights is not None
        weigh = self.limits.weights.whole()
        self.steps = []
        model = self._model(self.slots if self.slots is not None else self._horizon(chosen))
        model.aims["weighted"] = (weigh[0] * model.unit * model.aims["cost"][0] + weigh[1] * model.end, 1)
        return self._timed(model, ["weighted", "cost", "end", "count"])

    def _by_risk(self, first: Model) -> Solution | None:
        horizon = self.slots
        if horizon is None:
            first.at_most("cost", first.best)
            if not self._minimise(first, "risk"):
                return None
            horizon = self._horizon(first.chosen())
        self.steps = []
        return self._timed(self._model(horizon), ["cost", "risk", "end", "count"])

    def _timed(self, model: Model, aims: Sequence[Aim], known: Scheduled | None = None) -> Solution | None:
        """Minimise one thing after the other; with the last, lay the plan out in time."""
        if known is not None:
            model.hint(known.steps)
        for place, aim in enumerate(aims):
            if aim == "count" and place and model.all_cost:
                break  # an action that nothing needs would have made the plan dearer
            if place:
                model.at_most(aims[place - 1], model.best)
            if not self._minimise(model, aim):
                return None
        return self._solution(model)

    def _solution(self, model: Model) -> Solution:
        schedule = earliest(model.chosen(), self.closure, self.limits, model.order())
        if model.start and schedule.end > model.value(model.end):
            schedule = Scheduled(tuple(model.steps()), schedule.preceding)
        proof = Proof(tuple(self.steps), round(self.effort, 6), self.seconds, solver_name(), self.digest.hexdigest())
        return Solution(schedule, proof)

    def _minimise(self, model: Model, aim: Aim) -> bool:
        from ortools.sat.python import cp_model

        expression, unit = model.aims[aim]
        model.model.minimize(expression)
        self.digest.update(str(model.model.proto).encode())
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 7
        # small models: looking for symmetries and probing take longer than the search
        solver.parameters.symmetry_level = 0
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_presolve_iterations = 1
        if self.limits.parallel is None:
            solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = EFFORT[aim]
        status = solver.solve(model.model)
        self.effort += solver.deterministic_time
        self.seconds += solver.wall_time
        if status == cp_model.INFEASIBLE:
            return False
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise BadInput("the solver found no answer within its effort ({status}); set fewer limits",
                           status=solver.status_name(status))  # fmt: skip
        model.solved(solver)
        bound = round(solver.best_objective_bound)
        proven: Status = "optimal" if status == cp_model.OPTIMAL else "feasible"
        self.steps.append(Proven(aim, model.best * unit, bound * unit, proven))
        return True


def solver_name() -> str:
    """Return the solver and its version."""
    from importlib.metadata import version

    return f"OR-Tools CP-SAT {version('ortools')}"
