"""The constraints of a plan: which actions, and, where a horizon is given, when."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from linghang.roadmap.actions import Action
from linghang.roadmap.calendar import years
from linghang.roadmap.checking import shut_out
from linghang.roadmap.closure import Closure, Need
from linghang.roadmap.gates import Gates, Lit
from linghang.roadmap.limits import Limits
from linghang.roadmap.ruling import Ruling
from linghang.roadmap.scheduling import Step

Aim = Literal["cost", "risk", "end", "count", "weighted"]


@dataclass(frozen=True, slots=True)
class Also:
    """What a solution keeps to beside the limits: bounds of the trade-offs, and choices that are not asked again.

    Attributes
    ----------
    cuts
        Sets of actions of which each may not be chosen whole.
    conditions
        The conditions of the level that are asked; None for all.
    """

    fen: int | None = None
    slots: int | None = None
    risk_fen: int | None = None
    cuts: tuple[frozenset[str], ...] = ()
    conditions: frozenset[str] | None = None


class Model:
    """The constraints: choice always, time where a horizon is given."""

    def __init__(self, closure: Closure, limits: Limits, also: Also, horizon: int | None = None) -> None:
        from ortools.sat.python import cp_model

        self.closure, self.limits, self.also = closure, limits, also
        self.model: Any = cp_model.CpModel()
        self.gates = Gates(self.model)
        self.actions = self.closure.relevant(self.limits.must)
        self.x: dict[str, Any] = {one.id: self.model.new_bool_var(one.id) for one in self.actions}
        self.unit = _unit(one.fen for one in self.actions)
        self.all_cost = all(one.fen for one in self.actions)
        self.impossible = False
        self.best = 0
        self.start: dict[str, Any] = {}
        self.end: Any = 0
        self._solver: Any = None
        self._choice()
        if horizon is not None:
            self._time(horizon)
        risk_unit = _unit(one.risk_fen for one in self.actions)
        self.aims: dict[Aim, tuple[Any, int]] = {
            "cost": (self._sum("fen", self.unit), self.unit),
            "risk": (self._sum("risk_fen", risk_unit), risk_unit),
            "end": (self.end, 1),
            "count": (sum(self.x.values()), 1),
        }

    # --- choice ---

    def _choice(self) -> None:
        ruling = Ruling(self.closure.situation, self.gates, self.actions, self.x)
        wanted = self.also.conditions
        conditions = ruling.conditions()
        self.conditions = tuple(conditions)
        for name, lit in conditions.items():
            if wanted is None or name in wanted:
                self._require(lit)
        for action in self.actions:
            for need in self.closure.needs(action):
                self._follow(action, need)
        for pair in shut_out(self.closure.situation.catalogue):
            if pair <= self.x.keys():
                self.model.add_at_most_one(self.x[one] for one in sorted(pair))
        for name in self.limits.must:
            self._require(self.x[name])
        for cut in self.also.cuts:
            self.model.add_bool_or([self.x[one].negated() for one in sorted(cut) if one in self.x])
        self._bound("fen", self.also.fen)
        self._bound("risk_fen", self.also.risk_fen)
        if self.limits.budget is not None:
            self._bound("fen", int(self.limits.budget * 100))

    def _require(self, lit: Lit) -> None:
        if lit is False:
            self.impossible = True
            self.model.add_bool_or([])
        elif lit is not True:
            self.model.add_bool_or([lit])

    def _bound(self, attribute: str, most: int | None) -> None:
        if most is not None:
            self.model.add(self._sum(attribute, 1) <= most)

    def _follow(self, action: Action, need: Need) -> None:
        """A requirement: the action itself, or all that it would bring about from others."""
        own = [self.x[need.action.id]] if need.action else []
        if need.parts is None:
            self.model.add_bool_or([self.x[action.id].negated(), *own])
            return
        for part in need.parts:
            makers = [self.x[one.id] for one in part]
            self.model.add_bool_or([self.x[action.id].negated(), *own, *makers])

    def _sum(self, attribute: str, unit: int) -> Any:
        return sum(getattr(one, attribute) // unit * self.x[one.id] for one in self.actions)

    def at_most(self, aim: Aim, bound: int) -> None:
        """Keep to what was reached before (in the units of the aim)."""
        expression = self.aims[aim][0]
        if not isinstance(expression, int):
            self.model.add(expression <= bound)

    # --- time ---

    def _time(self, horizon: int) -> None:
        model = self.model
        self.end = model.new_int_var(0, horizon, "end")
        intervals = []
        for one in self.actions:
            start = self.start[one.id] = model.new_int_var(0, max(horizon - one.slots, 0), f"{one.id} starts")
            if one.slots > horizon:
                model.add_bool_or([self.x[one.id].negated()])
            model.add(self.end >= start + one.slots).only_enforce_if(self.x[one.id])
            model.add(start == 0).only_enforce_if(self.x[one.id].negated())
            if one.kind == "build" and one.slots:
                intervals.append(model.new_optional_fixed_size_interval_var(start, one.slots, self.x[one.id], ""))
        for one in self.actions:
            for need in self.closure.needs(one):
                self._after(one, need)
        parallel = self.limits.parallel
        if parallel is not None:
            model.add_cumulative(intervals, [1] * len(intervals), parallel)
            self._crowded(parallel)
        if self.limits.per_year is not None:
            self._yearly(horizon, int(self.limits.per_year * 100))

    def _crowded(self, parallel: int) -> None:
        """What cannot start before a moment has to fit between it and the end: the solver proves little without."""
        heads = self._heads()
        for moment in sorted({*heads.values()}):
            work = [
                (one.slots, self.x[one.id]) for one in self.actions if heads[one.id] >= moment and one.kind == "build"
            ]
            self.model.add(sum(slots * lit for slots, lit in work) <= parallel * (self.end - moment)).only_enforce_if(
                self.gates.any(lit for _, lit in work)
            )

    def _heads(self) -> dict[str, int]:
        """Half months before which an action cannot start, whichever others are chosen."""
        heads: dict[str, int] = {}

        def head(one: Action) -> int:
            if one.id not in heads:
                heads[one.id] = max((ready(need) for need in self.closure.needs(one)), default=0)
            return heads[one.id]

        def ready(need: Need) -> int:
            ends = [head(need.action) + need.action.slots] if need.action else []
            if need.parts:
                ends.append(max(min((head(one) + one.slots for one in part), default=0) for part in need.parts))
            return min(ends, default=0)

        for one in self.actions:
            head(one)
        return heads

    def _after(self, action: Action, need: Need) -> None:
        """An action starts when what it requires is there: the required action, or the first to bring it about."""
        start, x = self.start[action.id], self.x[action.id]
        if need.action is not None:
            own = self.x[need.action.id]
            self.model.add(start >= self.start[need.action.id] + need.action.slots).only_enforce_if(x, own)
        else:
            own = None
        for part in need.parts or ():
            when = [x] if own is None else [x, own.negated()]
            if len(part) == 1:
                self.model.add(start >= self.start[part[0].id] + part[0].slots).only_enforce_if(when)
                continue
            support = [self.model.new_bool_var("") for _ in part]
            for one, lit in zip(part, support, strict=True):
                self.model.add_implication(lit, self.x[one.id])
                self.model.add(start >= self.start[one.id] + one.slots).only_enforce_if(lit)
            self.model.add_bool_or([*support, *(one.negated() for one in when)])

    def _yearly(self, horizon: int, most: int) -> None:
        spans = years(self.limits.start, horizon)
        paid: list[list[Any]] = [[] for _ in spans]
        for one in self.actions:
            if not one.fen:
                continue
            lits = []
            for place, (_, first, last) in enumerate(spans):
                lit = self.model.new_bool_var("")
                self.model.add_linear_constraint(self.start[one.id], first, last).only_enforce_if(lit)
                paid[place].append(one.fen * lit)
                lits.append(lit)
            self.model.add(sum(lits) == self.x[one.id])
        for terms in paid:
            if terms:
                self.model.add(sum(terms) <= most)

    # --- answers ---

    def hint(self, steps: Iterable[Step]) -> None:
        """Begin the search at a plan that is known."""
        starts = {step.action.id: step.start for step in steps}
        for name, lit in self.x.items():
            self.model.add_hint(lit, name in starts)
            self.model.add_hint(self.start[name], starts.get(name, 0))

    def solved(self, solver: Any) -> None:
        """Keep an answer."""
        self._solver = solver
        self.best = round(solver.objective_value)

    def value(self, expression: Any) -> int:
        """Return the value of an expression in the last answer."""
        return int(self._solver.value(expression))

    def chosen(self) -> list[Action]:
        """Return the actions of the last answer."""
        return [one for one in self.actions if self._solver.boolean_value(self.x[one.id])]

    def order(self) -> Callable[[Action], tuple[int, str]] | None:
        """Return the order in which the answer starts its actions."""
        if not self.start:
            return None
        return lambda one: (self.value(self.start[one.id]), one.id)

    def steps(self) -> list[Step]:
        """Return the actions with the times of the answer."""
        steps = [Step(one, self.value(self.start[one.id])) for one in self.chosen()]
        return sorted(steps, key=lambda step: (step.start, step.end, step.action.id))


def _unit(amounts: Iterable[int]) -> int:
    """The largest amount that all amounts are multiples of: small numbers are quicker to prove."""
    from math import gcd

    return gcd(*amounts) or 1
