"""The reference evaluator: one case, every step kept. Small and plain, so that it can be believed by reading it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import cast

from linghang.conditions.model import PARTS, Part
from linghang.conditions.rules import All, Among, Any, AtLeast, Compare, Literally, Lookup, Name, Node, Not, Share
from linghang.evidence.proof import STRENGTH
from linghang.judge.case import Case
from linghang.judge.deciding import deciding_sets
from linghang.judge.findings import (
    FLOORS,
    Finding,
    Floor,
    at_least,
    between,
    conjunction,
    disjunction,
    needed,
    negation,
    tally,
)
from linghang.judge.program import Asked, Plan, Program
from linghang.judge.verdict import ElementVerdict, FloorVerdict, LevelVerdict, Step, Verdict

_SETTLED = ("met", "not_applicable")
_COMPARE = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq, "!=": ne}


def judge(program: Program, case: Case) -> Verdict:
    """Judge one case at the three floors, side by side."""
    stated = [_stated(asked, case) for asked in program.asked]
    return Verdict(program, {floor: _at(floor, program, case, stated) for floor in FLOORS})


def _stated(asked: Asked, case: Case) -> ElementVerdict:
    claim = case.findings.get(asked.id)
    if claim is None:
        return ElementVerdict(asked, "unknown", reason="not_stated")
    return ElementVerdict(asked, claim.finding, claim.finding, claim.proof)


def _at(floor: Floor, program: Program, case: Case, stated: list[ElementVerdict]) -> FloorVerdict:
    found: dict[str, Finding] = {}  # by key, and by id for rules that read other elements
    views = {needs: _View(program, case, needs, found) for needs in STRENGTH.values()}
    by_kind = {kind: views[needed(kind, floor)] for kind in program.kinds}
    elements = []
    for own in stated:
        asked = own.asked
        verdict = by_kind[asked.kind].element(own)
        found[asked.key] = found[asked.id] = verdict.finding
        elements.append(verdict)
    levels = {plan.level.id: _level(plan, program, case, found) for plan in program.plans}
    return FloorVerdict(floor, levels, tuple(elements))


class _View:
    """What a rule may see at one floor: only what is proved as strongly as its element needs there."""

    __slots__ = ("case", "found", "needs", "program")

    def __init__(self, program: Program, case: Case, needs: int, found: Mapping[str, Finding]) -> None:
        self.program = program
        self.case = case
        self.needs = needs
        self.found = found

    def element(self, own: ElementVerdict) -> ElementVerdict:
        """Judge one element, given what was stated of it."""
        asked = own.asked
        if own.proof is not None and STRENGTH[own.proof] < self.needs:
            own = ElementVerdict(asked, "unknown", own.stated, own.proof, "below_floor")
        if not asked.simple:
            step = evaluate(asked.rule, own.finding, self)
            own = ElementVerdict(asked, cast(Finding, step.value), own.stated, own.proof, None, step)
        if asked.id in self.case.waivers and asked.force == "should" and own.finding != "met":
            own = own._replace(finding="not_applicable", reason="waived")
        return own

    def fact(self, field: str) -> Decimal | date | str | bool | None:
        """Return the value of a field, None if it is unknown here."""
        fact = self.case.facts.get(field)
        return None if fact is None or STRENGTH[fact.proof] < self.needs else fact.value


def evaluate(node: Node, own: Finding, view: _View) -> Step:
    """Evaluate a rule; the step's value is a finding, a value, None (unknown value) or a share's two bounds."""
    match node:
        case Name("found"):
            return Step(node, own)
        case Name(name) if name in view.program.fields:
            value = view.fact(name)
            return Step(node, _as_finding(value) if view.program.fields[name].type == "finding" else value)
        case Name(name):
            return Step(node, view.found[name])
        case Literally(value):
            return Step(node, _as_finding(value) if isinstance(value, bool) else value)
        case Lookup(table, keys):
            codes = tuple(view.fact(key) for key in keys)
            return Step(node, view.program.tables[table].values.get(codes))  # type: ignore[arg-type]
        case Among(left, codes):
            below = evaluate(left, own, view)
            return Step(node, "unknown" if below.value is None else _as_finding(below.value in codes), (below,))
        case Compare(left, operator, right):
            sides = (evaluate(left, own, view), evaluate(right, own, view))
            compare = _compare_share if isinstance(left, Share) else _compare
            return Step(node, compare(sides[0].value, operator, sides[1].value), sides)
        case Not(part):
            below = evaluate(part, own, view)
            return Step(node, negation(below.value), (below,))  # type: ignore[arg-type]
        case All(parts) | Any(parts) | AtLeast(_, parts) | Share(parts):
            steps = tuple(evaluate(part, own, view) for part in parts)
            return Step(node, _join(node, [step.value for step in steps]), steps)  # type: ignore[misc]
    raise AssertionError(f"{node} has no value of its own")


def _join(node: Node, findings: list[Finding]) -> object:
    match node:
        case All():
            return conjunction(findings)
        case Any():
            return disjunction(findings)
        case AtLeast(k, _):
            return at_least(k, findings)
    met, unmet, unknown = tally(findings)
    applicable = met + unmet + unknown
    if applicable == 0:
        return "not_applicable"
    return Fraction(met, applicable), Fraction(met + unknown, applicable)


def _compare_share(share: object, operator: str, right: object) -> Finding:
    """What holds at both bounds of a share holds, what holds at one is unknown."""
    if share == "not_applicable":  # a share of nothing
        return "not_applicable"
    assert isinstance(share, tuple)
    assert isinstance(right, Decimal)
    bounds = [_COMPARE[operator](bound, Fraction(right)) for bound in share]
    return between(all(bounds), any(bounds))


def _compare(left: object, operator: str, right: object) -> Finding:
    if left is None or right is None:
        return "unknown"
    return _as_finding(_COMPARE[operator](left, right))  # type: ignore[arg-type]


def _as_finding(value: object) -> Finding:
    return "unknown" if value is None else "met" if value else "unmet"


def _level(plan: Plan, program: Program, case: Case, found: Mapping[str, Finding]) -> LevelVerdict:
    rule = program.link_covered
    links = {link: _covered([found[one.key] for one in asked], rule) for link, asked in plan.links.items()}
    parts: dict[Part, Finding | None] = {}
    for part in PARTS:
        conditions = plan.parts[part]
        if conditions is None:
            parts[part] = None
        elif part == "coverage":
            parts[part] = conjunction(links.values())
        else:
            parts[part] = _whole([found[one.key] for one in conditions])
    waived = _waived(plan, case) and parts["coverage"] != "met"
    if waived:
        parts["coverage"] = "not_applicable"
    failing: list[str] = []
    missing: list[str] = []
    for condition in plan.conditions:
        one = found[condition.key]
        if one in _SETTLED or (condition.link is not None and (waived or links[condition.link] == "met")):
            continue
        (failing if one == "unmet" else missing).append(condition.id)
    finding = _whole([one for one in parts.values() if one is not None])
    sets, count = deciding_sets(finding, plan, rule, found, waived)
    return LevelVerdict(finding, parts, links, tuple(failing), tuple(missing), sets, count, waived)


def _waived(plan: Plan, case: Case) -> bool:
    """Whether coverage is waived: the id may be a must at another level, and a must cannot be."""
    coverage = plan.coverage
    return coverage is not None and coverage.force == "should" and coverage.id in case.waivers


def _whole(findings: list[Finding]) -> Finding:
    """Join what a part or a level asks: where nothing of it is applicable, it asks nothing and is met."""
    joined = conjunction(findings)
    return "met" if joined == "not_applicable" else joined


def _covered(findings: list[Finding], rule: str) -> Finding:
    """Whether a link is covered, by the interpretation in force, over its applicable elements."""
    if rule == "all":
        return _whole(findings)
    met, unmet, unknown = tally(findings)
    applicable = met + unmet + unknown
    if applicable == 0:
        return "met"
    more_than = applicable // 2 if rule == "majority" else 0
    return between(met > more_than, met + unknown > more_than)
