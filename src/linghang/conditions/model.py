"""A pack as the judge reads it: one dated edition of conditions, resolved, immutable, each value with its origin."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from linghang.conditions.rules import Node, Type
from linghang.words import Text

Part = Literal["eligibility", "maturity", "build", "coverage", "scenario_count", "outcome"]
Kind = Literal["fact", "attested", "measured", "maturity", "coverage", "count", "capability", "benchmark"]
Force = Literal["must", "should", "encouraged"]
Status = Literal["complete", "partial"]

PARTS: tuple[Part, ...] = ("eligibility", "maturity", "coverage", "scenario_count", "outcome")
"""The parts of a level's conjunction in the order in which reasons name them (`build` elements make coverage)."""

DERIVED: frozenset[Part] = frozenset({"maturity", "coverage", "scenario_count"})
"""Parts whose finding follows from other input: nobody may state it."""

ALL_LEVELS = "all"
MAX_CONDITIONS = 64
"""A level ranges over at most as many conditions as a mask of the column evaluator has bits."""


class Origin(NamedTuple):
    """Where a value comes from: the pack that states it, and the legal basis if an overlay changed it."""

    pack: str
    basis: Text | None = None


@dataclass(frozen=True, slots=True)
class DatedRule:
    """The rule of an element in `[valid_from, valid_to)`; an open end is None."""

    source: str
    node: Node
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Element:
    """The smallest thing that a clause asks.

    Attributes
    ----------
    level
        A level's id, or "all" for what every level asks.
    link
        Of a build element: the link that it belongs to.
    clause
        Number of the clause in the document whose short name is `document`.
    rules
        One rule for every date of the pack's validity.
    origins
        Attribute -> where its value comes from.
    """

    id: str
    level: str
    part: Part
    kind: Kind
    force: Force
    clause: str
    document: str
    text: Text
    rules: tuple[DatedRule, ...]
    link: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """The id, with the level where several levels ask the same element differently."""
        return f"{self.id}@{self.level}"

    @property
    def cited(self) -> str:
        """The clause as it is cited, for example `N24 三.3`."""
        return f"{self.document} {self.clause}"

    def rule_on(self, day: date) -> DatedRule | None:
        """Return the rule in force on `day`."""
        for rule in self.rules:
            if rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to):
                return rule
        return None


@dataclass(frozen=True, slots=True)
class SubLink:
    """One of the sub-links that a link consists of (notes 1-5 of the documents)."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Link:
    """One of the five links."""

    id: str
    title: Text
    clause: str
    sub_links: tuple[SubLink, ...]
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One of the levels, lowest first in a pack."""

    id: str
    title: Text
    aim: Text


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What we take a text to mean in numbers. Never mixed with the text: it has its own source.

    Attributes
    ----------
    value
        The value in force.
    choices
        The words allowed, of an interpretation that chooses a word.
    source
        "platform" where it is ours, else the document that states it.
    unit
        Unit of a number, as UCUM writes it: d, mo, and 1 for shares and counts; empty of words.
    """

    id: str
    value: Decimal | str | bool
    choices: tuple[str, ...]
    source: str
    text: Text
    unit: str = ""
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A typed input of rules that is not a finding: number, date, code or yes/no."""

    id: str
    type: Type
    text: Text
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Numbers by the codes of some fields, for example a threshold by region and industry."""

    id: str
    keys: tuple[str, ...]
    values: Mapping[tuple[str, ...], Decimal]
    text: Text

    @cached_property
    def digest(self) -> str:
        """sha256 of what the table says, whatever its name."""
        rows = sorted((*row, value.as_integer_ratio()) for row, value in self.values.items())
        return hashlib.sha256(repr((self.keys, rows)).encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the indicators of the annex: `state` reports the present value, `change` the change to a baseline."""

    id: str
    number: int
    group: Text
    title: Text
    unit: str
    type: Literal["state", "change"]
    better: Literal["higher", "lower"]


@dataclass(frozen=True)
class Pack:
    """One dated edition of conditions, resolved through its bases.

    Attributes
    ----------
    lineage
        Ids of the packs that it was resolved from, base first, itself last.
    removed
        Key of an entry that an overlay took out -> the overlay and its basis.
    digest
        sha256 over the files of the lineage, in that order.
    """

    id: str
    title: Text
    short: str
    document: Mapping[str, object]
    note: Text | None
    status: Status
    valid_from: date
    valid_to: date | None
    levels: tuple[Level, ...]
    links: tuple[Link, ...]
    elements: tuple[Element, ...]
    interpretations: tuple[Interpretation, ...]
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]
    indicators: tuple[Indicator, ...]
    lineage: tuple[str, ...]
    removed: Mapping[str, Origin]
    digest: str

    def in_force(self, day: date) -> bool:
        """Whether `day` lies in the validity of the pack."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @cached_property
    def level_ids(self) -> tuple[str, ...]:
        """Ids of the levels, lowest first."""
        return tuple(level.id for level in self.levels)

    @cached_property
    def by_id(self) -> Mapping[str, tuple[Element, ...]]:
        """Element id -> the elements of that id (several where levels ask it differently)."""
        found: dict[str, tuple[Element, ...]] = {}
        for element in self.elements:
            found[element.id] = (*found.get(element.id, ()), element)
        return found

    @cached_property
    def _by_part(self) -> Mapping[Part, tuple[Element, ...]]:
        return {part: tuple(one for one in self.elements if one.part == part) for part in get_args(Part)}

    def of(self, part: Part, level: str) -> Iterator[Element]:
        """Yield the elements of a part that `level` asks, in the pack's order."""
        return (element for element in self._by_part[part] if element.level in (level, ALL_LEVELS))
