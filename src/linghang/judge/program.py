"""A pack made ready to judge on one day: the rules in force, interpretations put in, levels laid out.

Both evaluators read this and nothing else of a pack, so they cannot disagree about what is asked, only about
what it amounts to, and that is what the tests compare.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from linghang.conditions.checks import LINK_COVERED, fields_of
from linghang.conditions.model import PARTS, Element, Field, Force, Kind, Level, Pack, Part, Table
from linghang.conditions.rule_types import check_share_bound
from linghang.conditions.rules import (
    All,
    Among,
    Any,
    AtLeast,
    Compare,
    Covers,
    Literally,
    Lookup,
    MonthsBefore,
    Name,
    Node,
    Not,
    Share,
    months_before,
    names,
)
from linghang.errors import BadInput, nearest
from linghang.words import Listed, Text


@dataclass(frozen=True, slots=True)
class Asked:
    """One element with the rule in force; `simple` says that the rule is just what was found for it."""

    key: str
    id: str
    level: str
    part: Part
    kind: Kind
    force: Force
    link: str | None
    cited: str
    text: Text
    rule: Node
    simple: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a level's conjunction ranges over, by the id that reasons name it by."""

    id: str
    asked: Asked
    key: str
    link: str | None


@dataclass(frozen=True)
class Plan:
    """What one level asks.

    Attributes
    ----------
    parts
        Part -> its conditions; None where the pack has no such part. Coverage holds the build elements of the
        required links.
    links
        Required link -> the build elements of that link at this level.
    coverage
        The coverage element itself.
    """

    level: Level
    parts: Mapping[Part, tuple[Condition, ...] | None]
    links: Mapping[str, tuple[Asked, ...]]
    coverage: Asked | None

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Everything that the conjunction ranges over, in the order of `PARTS`."""
        return tuple(one for part in PARTS for one in self.parts[part] or ())


@dataclass(frozen=True)
class Program:
    """A pack ready to judge.

    Attributes
    ----------
    asked
        Every element but coverage, in an order in which each stands after those that its rule reads.
    plans
        One a level, lowest first.
    """

    pack: Pack
    as_of: date
    interpretation: Mapping[str, Decimal | str | bool]
    fields: Mapping[str, Field]
    asked: tuple[Asked, ...]
    plans: tuple[Plan, ...]
    tables: Mapping[str, Table]

    @property
    def link_covered(self) -> str:
        """How many elements make a link covered: all, majority or any."""
        return str(self.interpretation.get(LINK_COVERED, "all"))

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of elements that occur."""
        return frozenset(one.kind for one in self.asked)

    @cached_property
    def claimable(self) -> frozenset[str]:
        """Ids of the elements for which somebody may state a finding."""
        return frozenset(one.id for one in self.asked if "found" in names(one.rule))

    @cached_property
    def waivable(self) -> frozenset[str]:
        """Ids of the elements that are a `should`."""
        return frozenset(element.id for element in self.pack.elements if element.force == "should")


def prepare(pack: Pack, as_of: date, interpretation: Mapping[str, Decimal | str | bool] | None = None) -> Program:
    """Make a pack ready to judge on `as_of`.

    Parameters
    ----------
    pack
        A resolved pack.
    as_of
        The day of judgement; it must lie in the pack's validity.
    interpretation
        Values that a reviewer sets instead of the pack's.

    Raises
    ------
    BadInput
        The pack is not in force on that day, or an interpretation is unknown or of the wrong type.
    """
    if not pack.in_force(as_of):
        raise BadInput(
            "pack {pack} is in force from {start} to {end}, not on {day}",
            pack=pack.id,
            start=pack.valid_from,
            end=pack.valid_to or "…",
            day=as_of,
        )
    values = _interpretation(pack, interpretation or {})
    tables = {table.id: table for table in pack.tables}
    asked = {element.key: _asked(element, as_of, values) for element in pack.elements}
    return Program(
        pack=pack,
        as_of=as_of,
        interpretation=values,
        fields={field.id: field for field in fields_of(pack)},
        asked=tuple(_in_order(asked[element.key] for element in pack.elements if element.part != "coverage")),
        plans=tuple(_plan(pack, level, asked) for level in pack.levels),
        tables=tables,
    )


def _interpretation(pack: Pack, chosen: Mapping[str, Decimal | str | bool]) -> dict[str, Decimal | str | bool]:
    values = {one.id: one.value for one in pack.interpretations}
    for name, value in chosen.items():
        if name not in values:
            raise BadInput(
                "pack {pack} has no interpretation {name}; {near}",
                pack=pack.id,
                name=name,
                near=nearest(name, sorted(values)),
            )
        one = next(one for one in pack.interpretations if one.id == name)
        if one.choices and value not in one.choices:
            raise BadInput("“{value}” is not one of {choices}", subject=name, value=value, choices=Listed(one.choices))
        if type(value) is not type(one.value):
            raise BadInput(
                "“{value}” does not fit the interpretation {name}, which is {now} in the pack",
                value=value,
                name=name,
                now=one.value,
            )
        values[name] = value
    return values


def _asked(element: Element, as_of: date, values: Mapping[str, Decimal | str | bool]) -> Asked:
    rule = element.rule_on(as_of)
    if rule is None:  # the checks of packs refuse gaps, so only a pack built by hand comes here
        raise BadInput("has no rule on {day}", subject=element.id, day=as_of)
    node = _bind(rule.node, element, as_of, values)
    return Asked(
        element.key,
        element.id,
        element.level,
        element.part,
        element.kind,
        element.force,
        element.link,
        element.cited,
        element.text,
        node,
        node == Name("found"),
    )


def _bind(node: Node, element: Element, as_of: date, values: Mapping[str, Decimal | str | bool]) -> Node:
    """Put the day and the interpretations into a rule."""

    def bind(part: Node) -> Node:
        return _bind(part, element, as_of, values)

    match node:
        case Name("as_of"):
            return Literally(as_of)
        case Name(name) if name.startswith("interpretation."):
            return Literally(values[name.removeprefix("interpretation.")])
        case MonthsBefore(months):
            return Literally(months_before(as_of, months))
        case Compare(left, operator, right):
            bound = Compare(bind(left), operator, bind(right))
            if isinstance(left, Share) and isinstance(bound.right, Literally):
                check_share_bound(operator, bound.right.value)
            return bound
        case Among(left, codes):
            return Among(bind(left), codes)
        case Not(part):
            return Not(bind(part))
        case All(parts):
            return All(tuple(map(bind, parts)))
        case Any(parts):
            return Any(tuple(map(bind, parts)))
        case AtLeast(k, parts):
            return AtLeast(k, tuple(map(bind, parts)))
        case Share(parts):
            return Share(tuple(map(bind, parts)))
        case Name() | Literally() | Lookup() | Covers():
            return node


def _in_order(asked: Iterable[Asked]) -> list[Asked]:
    """Sort so that an element stands after the elements that its rule reads (the checks refuse circles)."""
    ordered: list[Asked] = []
    waiting = list(asked)
    while waiting:
        open_ids = {one.id for one in waiting}
        ready: list[Asked] = []
        later: list[Asked] = []
        for one in waiting:
            (later if names(one.rule) & open_ids else ready).append(one)
        if not ready:
            raise BadInput("the rules go round in a circle: {circle}", circle=Listed(sorted(open_ids)))
        ordered += ready
        waiting = later
    return ordered


def _plan(pack: Pack, level: Level, asked: Mapping[str, Asked]) -> Plan:
    coverage = next((asked[element.key] for element in pack.of("coverage", level.id)), None)
    required = coverage.rule.links if coverage is not None and isinstance(coverage.rule, Covers) else ()
    links = {link: tuple(asked[one.key] for one in pack.of("build", level.id) if one.link == link) for link in required}

    def conditions(part: Part, name: str | None = None) -> tuple[Condition, ...] | None:
        found = [asked[one.key] for one in pack.of(part, level.id)]
        return tuple(Condition(name or one.id, one, one.key, one.link) for one in found) or None

    return Plan(
        level,
        {
            "eligibility": conditions("eligibility"),
            "maturity": conditions("maturity", "maturity"),
            "coverage": tuple(Condition(one.id, one, one.key, one.link) for link in required for one in links[link])
            or None,
            "scenario_count": conditions("scenario_count", "scenario_count"),
            "outcome": conditions("outcome"),
        },
        links,
        coverage,
    )
