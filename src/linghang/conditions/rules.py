"""The rule language: small, typed, total, without `eval`.

A rule says when one element is met. It is a tree of

- names: a field of the pack, another element's id, `found` (what was found for this very element), `as_of`,
  `interpretation.NAME`;
- literals: numbers, dates (2026-06-30), codes in single quotes, `true`, `false`;
- comparisons `>= > <= < == !=` and `in ['C36', 'C37']`;
- `and`, `or`, `not`, `at_least(k, …)`, `share(…)` (of the applicable ones, compared with a number);
- `lookup(table, field, …)` in a table of the pack, `months_before(as_of, 36)`;
- `covers(link, …)`, the whole rule of a coverage element.

Every rule ends, for every input, in met, unmet, unknown or not applicable (strong Kleene logic, in which what
is not applicable is left out). There are no loops, no arithmetic and no text beyond codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Type = Literal["finding", "number", "date", "code", "share"]
Operator = Literal[">=", ">", "<=", "<", "==", "!="]


@dataclass(frozen=True, slots=True)
class Name:
    """A field, an element, `found`, `as_of` or `interpretation.NAME`."""

    name: str


@dataclass(frozen=True, slots=True)
class Literally:
    """A number, a date, a code, or a finding that is fixed (true, false)."""

    value: Decimal | date | str | bool


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`; met, unmet, or unknown if a side is unknown."""

    left: "Node"
    operator: Operator
    right: "Node"


@dataclass(frozen=True, slots=True)
class Among:
    """`left in [codes]`."""

    left: "Node"
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """`and`: unmet if one is unmet, else unknown if one is unknown, else met."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """`or`: met if one is met, else unknown if one is unknown, else unmet."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`not`: unknown stays unknown."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Met if k are met already, unmet if k cannot be reached any more, else unknown."""

    k: int
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Share:
    """The met among the applicable: an interval from the known to the possible. Only compared, never used alone."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of a table for the codes of some fields; unknown where the table has no row."""

    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthsBefore:
    """The day `months` months before `as_of` (the month's last day where the day does not exist)."""

    months: int


@dataclass(frozen=True, slots=True)
class Covers:
    """All the named links are covered at the element's level."""

    links: tuple[str, ...]


Node = Name | Literally | Compare | Among | All | Any | Not | AtLeast | Share | Lookup | MonthsBefore | Covers


def is_fixed(node: Node) -> bool:
    """Whether a side of a comparison is no field: a literal, a table's value, a day, an interpretation."""
    if isinstance(node, Name):
        return node.name == "as_of" or node.name.startswith("interpretation.")
    return isinstance(node, Literally | Lookup | MonthsBefore)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it."""
    yield node
    match node:
        case Compare(left, _, right):
            yield from walk(left)
            yield from walk(right)
        case Among(left, _):
            yield from walk(left)
        case Not(part):
            yield from walk(part)
        case All(parts) | Any(parts) | AtLeast(_, parts) | Share(parts):
            for part in parts:
                yield from walk(part)


def written(node: Node) -> str:
    """Write a rule down in its own language; `parse` of it gives the node again."""
    match node:
        case Name(name):
            return name
        case Literally(bool() as value):
            return "true" if value else "false"
        case Literally(str() as value):
            return f"'{value}'"
        case Literally(Decimal() as value):
            return f"{value:f}"
        case Literally(value):
            return str(value)
        case Compare(left, operator, right):
            return f"{written(left)} {operator} {written(right)}"
        case Among(left, codes):
            return f"{written(left)} in [{', '.join(written(Literally(code)) for code in codes)}]"
        case Not(part):
            return f"not ({written(part)})"
        case All(parts) | Any(parts):
            joined = " and " if isinstance(node, All) else " or "
            return joined.join(f"({written(part)})" for part in parts)
        case AtLeast(k, parts):
            return f"at_least({k}, {', '.join(map(written, parts))})"
        case Share(parts):
            return f"share({', '.join(map(written, parts))})"
        case Lookup(table, keys):
            return f"lookup({', '.join((table, *keys))})"
        case MonthsBefore(months):
            return f"months_before(as_of, {months})"
        case Covers(links):
            return f"covers({', '.join(links)})"


@lru_cache(maxsize=4096)
def names(node: Node) -> frozenset[str]:
    """Return every name that a rule reads: fields, elements, interpretations and the keys of its tables."""
    read: set[str] = set()
    for part in walk(node):
        if isinstance(part, Name):
            read.add(part.name)
        elif isinstance(part, Lookup):
            read.update(part.keys)
    return frozenset(read)


def months_before(day: date, months: int) -> date:
    """Return the day `months` months earlier, or the last day of that month where the day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
