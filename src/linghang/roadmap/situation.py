"""Where a factory stands before a plan: what counts at the floor, what is open, and what an action would change."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from linghang.conditions.rules import Compare, Literally, Name, walk
from linghang.errors import BadInput, nearest
from linghang.evidence.proof import STRENGTH, Proof
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import Finding, Floor, needed
from linghang.judge.program import Asked, Plan, Program
from linghang.judge.reference import judge
from linghang.judge.verdict import ElementVerdict, FloorVerdict
from linghang.roadmap.actions import MATURITY, Action, Catalogue

Assumption = Literal["optimistic", "pessimistic"]
ASSUMPTIONS: tuple[Assumption, ...] = ("optimistic", "pessimistic")
SCENES = "scenes_"


@dataclass(frozen=True)
class Situation:
    """A case, a level to reach, a floor of proof, and what is assumed of the unknown.

    Attributes
    ----------
    assume
        optimistic: what is unknown turns out met once evidence answers it; pessimistic: it never counts, and what
        is asked has to be built. What cannot be built has to be proved in either.
    scenes
        Numbers of the scenes that are known to be built.
    hopeful
        Of an optimistic situation: the elements and fields that are hoped for; None for all.
    """

    program: Program
    case: Case
    catalogue: Catalogue
    target: str
    floor: Floor = "documented"
    assume: Assumption = "pessimistic"
    scenes: frozenset[int] = field(default_factory=frozenset)
    hopeful: frozenset[str] | None = None

    def __post_init__(self) -> None:
        levels = self.program.pack.level_ids
        if self.target not in levels:
            raise BadInput("there is no level {name}; {near}", name=self.target, near=nearest(self.target, levels))

    @cached_property
    def plan(self) -> Plan:
        """What the target level asks."""
        return next(one for one in self.program.plans if one.level.id == self.target)

    @cached_property
    def verdict(self) -> FloorVerdict:
        """The judgement of the case at the floor."""
        return judge(self.program, self.case).floors[self.floor]

    @cached_property
    def asked(self) -> Mapping[str, tuple[Asked, ...]]:
        """Element id -> what is asked under this id."""
        found: dict[str, tuple[Asked, ...]] = {}
        for one in self.program.asked:
            found[one.id] = (*found.get(one.id, ()), one)
        return found

    def need(self, element: str) -> int:
        """Return the strength of proof that an element needs at the floor."""
        asked = self.asked.get(element)
        return max(needed(one.kind, self.floor) for one in asked) if asked else STRENGTH["declared"]

    def need_of_field(self, name: str) -> int:
        """Return the strength of proof that a field needs at the floor."""
        return needed("maturity" if name == MATURITY else "count", self.floor)

    # --- what is said of elements and fields, and what evidence would make of it ---

    @cached_property
    def facts(self) -> frozenset[str]:
        """The elements that no action brings about."""
        return frozenset(row.element for row in self.catalogue.cannot)

    def stated(self, element: str) -> Finding:
        """Return what is stated of an element whatever its proof; unknown if nothing is."""
        claim = self.case.findings.get(element)
        return "unknown" if claim is None else claim.finding

    def counts(self, element: str) -> bool:
        """Whether what is stated of an element is proved well enough for the floor."""
        claim = self.case.findings.get(element)
        return claim is not None and STRENGTH[claim.proof] >= self.need(element)

    def hopes(self, name: str) -> bool:
        """Whether an element or field that is unknown is taken to turn out well.

        What no action brings about is so in either assumption: nothing but evidence answers it.
        """
        if name in self.facts:
            return True
        return self.assume == "optimistic" and (self.hopeful is None or name in self.hopeful)

    def answer(self, element: str) -> Finding | None:
        """Return what evidence would show of an element in this assumption; None if it shows nothing."""
        if not self.hopes(element) or self.counts(element) or self.stated(element) == "unmet":
            return None
        stated = self.stated(element)
        return stated if stated == "not_applicable" else "met"

    def buildable(self, element: str) -> bool:
        """Whether building changes anything: not what is met, and not what is not applicable with good reason."""
        return not (self.counts(element) and self.stated(element) in ("met", "not_applicable"))

    def there(self, element: str) -> bool:
        """Whether an element is there for actions that require it: met, or said to be and not doubted here."""
        if self.stated(element) != "met":
            return False
        return self.counts(element) or self.hopes(element)

    def known(self, name: str) -> Fact | None:
        """Return a field as far as it counts at the floor."""
        fact = self.case.facts.get(name)
        return fact if fact is not None and STRENGTH[fact.proof] >= self.need_of_field(name) else None

    def field_answer(self, name: str) -> Decimal | None:
        """Return the number that evidence would show for a field: what is stated, else what the target asks for."""
        if not self.hopes(name) or self.known(name) is not None:
            return None
        stated = self.case.facts.get(name)
        if stated is not None:
            return stated.value if isinstance(stated.value, Decimal) else None
        return max(self._wanted(name), default=None)

    def _wanted(self, name: str) -> Iterator[Decimal]:
        for condition in self.plan.conditions:
            for node in walk(condition.asked.rule):
                match node:
                    case Compare(Name(left), ">=" | "==", Literally(Decimal() as value)) if left == name:
                        yield value
                    case Compare(Name(left), ">", Literally(Decimal() as value)) if left == name:
                        yield value.to_integral_value("ROUND_FLOOR") + 1

    def done(self, action: Action) -> bool:
        """Whether an action was done before: somebody says so, or an element that shows it is there."""
        return action.id in self.catalogue.done or any(map(self.there, action.done_if))

    # --- what a plan makes of the case ---

    def after(self, actions: Iterable[Action]) -> Case:
        """Return the case once these actions are finished."""
        actions = tuple(actions)
        findings, facts = dict(self.case.findings), dict(self.case.facts)
        for element, claim in self._claims(actions):
            before = findings.get(element)
            if before is None or before.finding != claim.finding or STRENGTH[before.proof] < STRENGTH[claim.proof]:
                findings[element] = claim
        for name in (MATURITY, *(f"{SCENES}{level}" for level in self.program.pack.level_ids)):
            fact = self.maturity_after(actions) if name == MATURITY else self._count_after(name, actions)
            if fact is not None:
                facts[name] = fact
        return Case(findings, facts, self.case.waivers)

    def _claims(self, actions: Collection[Action]) -> Iterator[tuple[str, Claim]]:
        """Evidence first, so that what is built stands over what was shown; weaker proof before stronger."""
        for kinds in (("evidence",), ("build", "wait")):
            goals = [goal for one in actions if one.kind in kinds for goal in one.of_kind("element")]
            for goal in sorted(goals, key=lambda goal: STRENGTH[goal.proof]):
                if "build" in kinds:
                    if self.buildable(goal.of):
                        yield goal.of, Claim("met", goal.proof)
                elif (answer := self.answer(goal.of)) is not None:
                    before = self.case.findings.get(goal.of)
                    yield goal.of, Claim(answer, goal.proof, before.reason if before else None)

    def maturity_candidates(self, actions: Iterable[Action]) -> list[tuple[Decimal, Proof, Action | None]]:
        """Return what the maturity level may become, the one that stands first; None is what it is now."""
        found: list[tuple[Decimal, Proof, Action | None]] = []
        fact = self.case.facts.get(MATURITY)
        if fact is not None and isinstance(fact.value, Decimal):
            found.append((fact.value, fact.proof, None))
        shown = self.field_answer(MATURITY)
        for one in actions:
            found += [(Decimal(goal.number), goal.proof, one) for goal in one.of_kind("maturity")]
            if shown is not None:
                found += [(shown, goal.proof, one) for goal in one.of_kind("field") if goal.of == MATURITY]
        need = self.need_of_field(MATURITY)
        return sorted(found, key=lambda one: (STRENGTH[one[1]] >= need, one[0], STRENGTH[one[1]]), reverse=True)

    def maturity_after(self, actions: Iterable[Action]) -> Fact | None:
        """Return the maturity level once these actions are finished."""
        return next((Fact(value, proof) for value, proof, _ in self.maturity_candidates(actions)), None)

    def _count_after(self, name: str, actions: Collection[Action]) -> Fact | None:
        """Return a scene count: what counts now, or is shown, and every scene built beside."""
        need = self.need_of_field(name)
        new = {
            goal.number: goal.proof
            for one in actions
            for goal in sorted(one.of_kind("scene"), key=lambda goal: STRENGTH[goal.proof])
            if goal.number not in self.scenes and STRENGTH[goal.proof] >= need
        }
        base = self.known(name)
        shown = self.field_answer(name)
        proofs = [goal.proof for one in actions for goal in one.of_kind("field") if goal.of == name]
        proofs = [proof for proof in proofs if STRENGTH[proof] >= need]
        if base is None and shown is not None and proofs:
            base = Fact(shown, max(proofs, key=STRENGTH.__getitem__))
        if base is None and not new:
            return self.case.facts.get(name)
        value = Decimal(base.value) if base is not None else Decimal(0)  # type: ignore[arg-type]
        weakest = min([*new.values(), *([base.proof] if base else [])], key=STRENGTH.__getitem__)
        return Fact(value + len(new), weakest)

    def reached(self, actions: Iterable[Action]) -> bool:
        """Whether the judge confirms the target at the floor once these actions are finished."""
        return judge(self.program, self.after(actions)).floors[self.floor].levels[self.target].finding == "met"

    def open_elements(self) -> list[ElementVerdict]:
        """Return what the target asks for and does not have, in the order of its conditions."""
        found = {one.asked.key: one for one in self.verdict.elements}
        level = self.verdict.levels[self.target]
        open_ids = {*level.failing, *level.missing}
        return [found[one.key] for one in self.plan.conditions if one.id in open_ids]
