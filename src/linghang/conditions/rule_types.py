"""Check rules: every name is known, and only what can be compared is compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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
    Type,
    is_fixed,
)
from linghang.errors import BadInput, nearest
from linghang.words import Word, later


@dataclass(frozen=True)
class Scope:
    """What the names in a rule can mean.

    Attributes
    ----------
    fields
        Field name -> its type.
    elements
        Ids of elements that a rule may read.
    interpretations
        Name -> type of its value.
    tables
        Table name -> names of its key fields.
    links
        Ids of the links.
    """

    fields: Mapping[str, Type]
    elements: frozenset[str]
    interpretations: Mapping[str, Type]
    tables: Mapping[str, tuple[str, ...]]
    links: frozenset[str]


TYPE_WORDS = (later("finding"), later("number"), later("date"), later("code"), later("share"))


def check(node: Node, scope: Scope) -> None:
    """Refuse a rule that names what is not there or compares what cannot be compared.

    Raises
    ------
    BadInput
        Says which part of the rule is wrong and what would be right.
    """
    found = type_of(node, scope)
    if found != "finding":
        raise BadInput("the rule gives a {type}, not a finding; compare it with something", type=Word(found))


def type_of(node: Node, scope: Scope) -> Type:
    """Return the type of a part of a rule, checking everything below it."""
    match node:
        case Name(name):
            return _type_of_name(name, scope)
        case Literally(value):
            return _type_of_literal(value)
        case Lookup(table, keys):
            _check_lookup(table, keys, scope)
            return "number"
        case MonthsBefore():
            return "date"
        case Share(parts):
            _check_findings(parts, scope)
            return "share"
        case Compare():
            _check_comparison(node, scope)
        case Among(left, _):
            if (found := type_of(left, scope)) != "code" or is_fixed(left):
                raise BadInput("“in” asks whether a field of codes is among some, not a {type}", type=Word(found))
        case Not(part):
            _check_findings((part,), scope)
        case All(parts) | Any(parts):
            _check_findings(parts, scope)
        case AtLeast(k, parts):
            _check_findings(parts, scope)
            if not 1 <= k <= len(parts):
                raise BadInput("at_least({k}, …) of {count} can never be decided", k=k, count=len(parts))
        case Covers(links):
            for link in links:
                if link not in scope.links:
                    raise BadInput(
                        "there is no link {name}; {near}", name=link, near=nearest(link, sorted(scope.links))
                    )
            if len(set(links)) < len(links):
                raise BadInput("covers(…) names a link twice")
    return "finding"


def _type_of_name(name: str, scope: Scope) -> Type:
    if name == "found" or name in scope.elements:
        return "finding"
    if name == "as_of":
        return "date"
    if name in scope.fields:
        return scope.fields[name]
    if name.startswith("interpretation."):
        short = name.removeprefix("interpretation.")
        if short in scope.interpretations:
            return scope.interpretations[short]
        raise BadInput(
            "there is no interpretation {name}; {near}",
            name=short,
            near=nearest(short, sorted(scope.interpretations)),
        )
    known = sorted({*scope.fields, *scope.elements})
    raise BadInput("there is no field {name}; {near}", name=name, near=nearest(name, known))


def _type_of_literal(value: Decimal | date | str | bool) -> Type:
    match value:
        case bool():
            return "finding"
        case Decimal():
            return "number"
        case date():
            return "date"
        case _:
            return "code"


def _check_findings(parts: tuple[Node, ...], scope: Scope) -> None:
    for part in parts:
        found = type_of(part, scope)
        if found != "finding":
            raise BadInput("a {type} stands where a finding is needed; compare it with something", type=Word(found))


def _check_comparison(node: Compare, scope: Scope) -> None:
    left, right = type_of(node.left, scope), type_of(node.right, scope)
    if left == "share" and right == "number" and isinstance(node.right, Literally | Name):
        if isinstance(node.right, Name) and not node.right.name.startswith("interpretation."):
            raise BadInput("share(…) is compared with a fixed number")
        if node.operator in ("==", "!="):
            raise BadInput("share(…) is compared by >=, >, <= or <")
        if isinstance(node.right, Literally):
            check_share_bound(node.operator, node.right.value)
        return
    if is_fixed(node.left):
        raise BadInput("a comparison needs a field of the factory on one side")
    if left != right or left == "share":
        raise BadInput("a {left} cannot be compared with a {right}", left=Word(left), right=Word(right))
    if left == "finding":
        raise BadInput("findings are joined by and, or, not; they are not compared")
    if left == "code" and node.operator not in ("==", "!="):
        raise BadInput("codes have no order; use == or !=")


def check_share_bound(operator: str, bound: object) -> None:
    """Refuse a bound that every share passes or none does: it would decide where nothing is known."""
    closed = operator in (">=", "<")
    if not isinstance(bound, Decimal) or not ((0 < bound <= 1) if closed else (0 <= bound < 1)):
        raise BadInput(
            "share(…) {operator} {bound} decides the same for everybody; shares lie between 0 and 1",
            operator=operator,
            bound=bound,
        )


def _check_lookup(table: str, keys: tuple[str, ...], scope: Scope) -> None:
    if table not in scope.tables:
        raise BadInput("there is no table {name}; {near}", name=table, near=nearest(table, sorted(scope.tables)))
    if keys != scope.tables[table]:
        raise BadInput(
            "table {name} is looked up by ({right}), not by ({found})",
            name=table,
            right=", ".join(scope.tables[table]),
            found=", ".join(keys),
        )
    for key in keys:
        if scope.fields.get(key) != "code":
            raise BadInput("table {name} is looked up by {key}, which is not a field of codes", name=table, key=key)
