"""The rules of a level as constraints: what the judge says of the planned case, literal by literal."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any as Anything

from linghang.conditions.model import PARTS
from linghang.conditions.rules import (
    All,
    Among,
    Any,
    AtLeast,
    Compare,
    Literally,
    Lookup,
    Name,
    Node,
    Not,
    Share,
)
from linghang.errors import BadInput
from linghang.evidence.proof import STRENGTH
from linghang.judge.findings import Finding, needed
from linghang.judge.program import Asked
from linghang.roadmap.actions import MATURITY, Action, Goal
from linghang.roadmap.gates import Four, Gates, Lit, constant
from linghang.roadmap.situation import SCENES, Situation

_COMPARE: Mapping[str, Callable[[Anything, Anything], bool]] = {
    ">=": ge,
    ">": gt,
    "<=": le,
    "<": lt,
    "==": eq,
    "!=": ne,
}
_MIRRORED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "==", "!=": "!="}


class Ruling:
    """Builds the literal that says whether a level is met.

    Parameters
    ----------
    chosen
        Action id -> literal that says whether it is in the plan.
    """

    def __init__(self, situation: Situation, gates: Gates, actions: Sequence[Action], chosen: Mapping[str, Lit]):
        self.situation = situation
        self.gates = gates
        self.actions = actions
        self.chosen = chosen
        self.found: dict[str, Four] = {}
        self.goals: dict[tuple[str, str], list[tuple[Action, Goal]]] = {}
        for action in actions:
            for goal in action.goals:
                self.goals.setdefault((goal.kind, goal.of), []).append((action, goal))

    def conditions(self) -> dict[str, Lit]:
        """Return what the target's conjunction ranges over, each with the literal that it is met."""
        situation, gates = self.situation, self.gates
        for asked in situation.program.asked:
            self.found[asked.key] = self.found[asked.id] = self._element(asked)
        conditions: dict[str, Lit] = {}
        for part in PARTS:
            if part == "coverage":
                for link, asked_of in situation.plan.links.items():
                    conditions[f"covers {link}"] = self._covered([self.found[one.key] for one in asked_of])
                continue
            for one in situation.plan.parts[part] or ():
                four = self.found[one.key]
                conditions[one.id] = gates.any((four.met, four.not_applicable))
        coverage = situation.plan.coverage
        if coverage is not None and coverage.force == "should" and coverage.id in situation.case.waivers:
            return {name: lit for name, lit in conditions.items() if not name.startswith("covers ")}
        return conditions

    def _covered(self, findings: Sequence[Four]) -> Lit:
        gates, rule = self.gates, self.situation.program.link_covered
        joined = gates.whole(gates.conjunction(findings)).met
        if rule == "all":
            return joined
        none = gates.all(one.not_applicable for one in findings)
        if rule == "any":
            return gates.any((gates.all((none, joined)), *(one.met for one in findings)))
        # more than half of the applicable: 2 met > met + unmet + unknown
        terms = [(1, one.met) for one in findings]
        terms += [(-1, lit) for one in findings for lit in (one.unmet, one.unknown)]
        return gates.any((none, gates.least(terms, 1)))

    # --- one element ---

    def _element(self, asked: Asked) -> Four:
        situation, gates = self.situation, self.gates
        need = needed(asked.kind, situation.floor)
        four = self._own(asked.id, need)
        if not asked.simple:
            four = self._rule(asked.rule, four, need)
        if asked.id in situation.case.waivers and asked.force == "should":
            four = Four(four.met, False, False, gates.no(four.met))
        return four

    def _own(self, element: str, need: int) -> Four:
        """What is found of an element itself: built, shown, or as it was."""
        situation, gates = self.situation, self.gates
        claim = situation.case.findings.get(element)
        counts = claim is not None and STRENGTH[claim.proof] >= need
        base: Finding = claim.finding if claim is not None and counts else "unknown"
        built: list[Lit] = []
        shown: list[Lit] = []
        for action, goal in self.goals.get(("element", element), ()):
            if STRENGTH[goal.proof] >= need:
                (shown if action.kind == "evidence" else built).append(self.chosen[action.id])
        four = constant(base)
        answer = situation.answer(element)
        if answer is not None:
            four = gates.choose(gates.any(shown), constant(answer), four)
        if situation.buildable(element):
            four = gates.choose(gates.any(built), constant("met"), four)
        return four

    # --- rules ---

    def _rule(self, node: Node, own: Four, need: int) -> Four:
        gates, program = self.gates, self.situation.program
        match node:
            case Name("found"):
                return own
            case Name(name) if name in program.fields:
                value = self._value(name, need)
                return constant("unknown" if value is None else "met" if value else "unmet")
            case Name(name):
                return self.found[name]
            case Literally(value):
                return constant("met" if value else "unmet")
            case Among(Name(name), codes):
                value = self._value(name, need)
                return constant("unknown" if value is None else "met" if value in codes else "unmet")
            case Compare(Share(parts), operator, Literally(Decimal() as bound)):
                return self._share([self._rule(part, own, need) for part in parts], operator, bound)
            case Compare():
                return self._compare(node, need)
            case Not(part):
                return gates.negation(self._rule(part, own, need))
            case All(parts):
                return gates.conjunction([self._rule(part, own, need) for part in parts])
            case Any(parts):
                return gates.disjunction([self._rule(part, own, need) for part in parts])
            case AtLeast(k, parts):
                return gates.at_least(k, [self._rule(part, own, need) for part in parts])
        raise BadInput("no plan can be made exactly for the rule {rule}", rule=node)

    def _share(self, parts: Sequence[Four], operator: str, bound: Decimal) -> Four:
        """`share(…) operator bound` at its least and at its most, without a fraction."""
        gates, limit = self.gates, Fraction(bound)
        applicable = gates.any(gates.no(one.not_applicable) for one in parts)

        def holds(hopeful: bool) -> Lit:
            above, below = limit.denominator - limit.numerator, -limit.numerator
            terms = []
            for one in parts:
                terms += [(above, one.met), (below, one.unmet), (above if hopeful else below, one.unknown)]
            match operator:
                case ">=":
                    return gates.least(terms, 0)
                case ">":
                    return gates.least(terms, 1)
                case "<":
                    return gates.no(gates.least(terms, 0))
            return gates.no(gates.least(terms, 1))

        both = (holds(False), holds(True))
        return gates.between(gates.all(both), gates.any(both), applicable)

    def _compare(self, node: Compare, need: int) -> Four:
        left, operator, right = node.left, node.operator, node.right
        if isinstance(right, Name) and self._moves(right.name):
            left, operator, right = right, _MIRRORED[operator], left  # type: ignore[assignment]
        fixed = self._fixed(right, need)
        if not (isinstance(left, Name) and self._moves(left.name)):
            value = self._fixed(left, need)
            if value is None or fixed is None:
                return constant("unknown")
            return constant("met" if _COMPARE[operator](value, fixed) else "unmet")
        if fixed is None:
            return constant("unknown")
        assert isinstance(fixed, Decimal)
        if left.name == MATURITY:
            return self._maturity(operator, fixed, need)
        return self._scenes(left.name, operator, fixed, need)

    def _moves(self, name: str) -> bool:
        """Whether actions change a field."""
        return name == MATURITY or (name.startswith(SCENES) and name in self.situation.program.fields)

    def _fixed(self, node: Node, need: int) -> object:
        """The value of a side of a comparison that no action changes."""
        match node:
            case Literally(value):
                return value
            case Name(name) if not self._moves(name):
                return self._value(name, need)
            case Lookup(table, keys):
                codes = tuple(str(self._value(key, need)) for key in keys)
                return self.situation.program.tables[table].values.get(codes)
        raise BadInput("no plan can be made exactly for the rule {rule}", rule=node)

    def _value(self, name: str, need: int) -> object:
        fact = self.situation.case.facts.get(name)
        return None if fact is None or STRENGTH[fact.proof] < need else fact.value

    def _maturity(self, operator: str, bound: Decimal, need: int) -> Four:
        """The first candidate that is there stands; it is seen where its proof carries."""
        gates = self.gates
        free: Lit = True
        met: list[Lit] = []
        unmet: list[Lit] = []
        for value, proof, action in self.situation.maturity_candidates(self.actions):
            lit = True if action is None else self.chosen[action.id]
            if STRENGTH[proof] >= need:
                (met if _COMPARE[operator](value, bound) else unmet).append(gates.all((free, lit)))
            free = gates.all((free, gates.no(lit)))
        yes, no = gates.any(met), gates.any(unmet)
        return Four(yes, no, gates.no(gates.any((yes, no))), False)

    def _scenes(self, name: str, operator: str, bound: Decimal, need: int) -> Four:
        """The count of what stands, is shown and is built."""
        situation, gates = self.situation, self.gates
        own = situation.need_of_field(name)
        if need > own:
            raise BadInput("no plan can be made exactly for the rule {rule}", rule=f"{name} {operator} {bound}")
        base, shown = situation.known(name), situation.field_answer(name)
        lit: Lit = base is not None
        value = int(base.value) if base is not None else 0  # type: ignore[arg-type]
        if base is None and shown is not None:
            value = int(shown)
            lit = gates.any(
                self.chosen[one.id] for one, goal in self.goals.get(("field", name), ()) if STRENGTH[goal.proof] >= own
            )
        terms: list[tuple[int, Lit]] = [(value, lit)]
        terms += [(1, self.scene(number, own)) for number in self._scene_numbers()]
        known = gates.any(one for _, one in terms)
        least = bound.to_integral_value("ROUND_CEILING") if operator in (">=", "<") else bound // 1 + 1
        match operator:
            case ">=" | ">":
                holds = gates.least(terms, int(least))
            case "<" | "<=":
                holds = gates.no(gates.least(terms, int(least)))
            case _:
                same = bound == bound.to_integral_value() and gates.all(
                    (gates.least(terms, int(bound)), gates.no(gates.least(terms, int(bound) + 1)))
                )
                holds = same if operator == "==" else gates.no(same)
        return gates.between(holds, holds, True) if known is True else gates.choose(
            known, gates.between(holds, holds, True), self._unseen(name, need, operator, bound)
        )  # fmt: skip

    def _unseen(self, name: str, need: int, operator: str, bound: Decimal) -> Four:
        """A count that nothing adds to is what the case says, where its proof carries."""
        value = self._value(name, need)
        return constant("unknown" if value is None else "met" if _COMPARE[operator](value, bound) else "unmet")

    def _scene_numbers(self) -> list[int]:
        numbers = {int(of) for kind, of in self.goals if kind == "scene"}
        return sorted(numbers - self.situation.scenes)

    def scene(self, number: int, need: int = 0) -> Lit:
        """Whether a scene is built by the plan with enough proof."""
        makers = self.goals.get(("scene", str(number)), ())
        return self.gates.any(self.chosen[one.id] for one, goal in makers if STRENGTH[goal.proof] >= need)
