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

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from linghang.errors import BadInput, nearest
from linghang.words import Word, later, tr

MAX_LENGTH = 2000
MAX_DEPTH = 24
MAX_NODES = 400

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


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>\d{4}-\d{2}-\d{2})
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.-]))
    | (?P<code>'[^'\n]*')
    | (?P<operator>>=|<=|==|!=|>|<)
    | (?P<mark>[()\[\],])
    | (?P<name>[A-Za-z_][\w]*(?:[.-]\w+)*)
    )""",
    re.VERBOSE | re.ASCII,
)
TYPE_WORDS = (later("finding"), later("number"), later("date"), later("code"), later("share"))

_RESERVED = frozenset({"and", "or", "not", "in", "true", "false"})
_FLIPPED: dict[str, Operator] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "==", "!=": "!="}


@lru_cache(maxsize=4096)
def parse(source: str) -> Node:
    """Parse one rule.

    Raises
    ------
    BadInput
        Not a rule, or longer, deeper or larger than allowed.
    """
    if len(source) > MAX_LENGTH:
        raise BadInput("the rule is longer than {limit} characters", limit=MAX_LENGTH)
    return _Parser(source).whole()


class _Parser:
    """Recursive descent over the tokens; depth and number of nodes are bounded."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = list(_tokens(source))
        self.next = 0
        self.depth = 0
        self.nodes = 0

    def whole(self) -> Node:
        node = self.either()
        if self.next < len(self.tokens):
            raise self.refusal(tr("“{token}” was not expected here", token=self.tokens[self.next][1]))
        return node

    def either(self) -> Node:
        self.deepen(1)
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else self.count(Any(tuple(parts)))

    def both(self) -> Node:
        parts = [self.negation()]
        while self.accept("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else self.count(All(tuple(parts)))

    def negation(self) -> Node:
        negations = 0
        while self.accept("not"):
            negations += 1
        self.deepen(negations)
        node = self.comparison()
        for _ in range(negations):
            node = self.count(Not(node))
        self.depth -= negations
        return node

    def comparison(self) -> Node:
        left = self.operand()
        kind, token = self.peek()
        if kind == "operator":
            self.next += 1
            right = self.operand()
            if isinstance(right, Name) and _is_fixed(left):  # write the field first: one shape less to evaluate
                left, token, right = right, _FLIPPED[token], left
            return self.count(Compare(left, token, right))  # type: ignore[arg-type]
        if token in ("in", "not") and kind == "name":
            negated = self.accept("not")
            self.expect("in")
            among = self.count(Among(left, self.codes()))
            return self.count(Not(among)) if negated else among
        return left

    def operand(self) -> Node:
        kind, token = self.peek()
        self.next += 1
        match kind:
            case "number":
                return self.count(Literally(Decimal(token)))
            case "date":
                return self.count(Literally(self.day(token)))
            case "code":
                return self.count(Literally(token[1:-1]))
            case "name" if token in ("true", "false"):
                return self.count(Literally(token == "true"))
            case "name" if token not in _RESERVED:
                return self.call(token) if self.accept("(") else self.count(Name(token))
            case "mark" if token == "(":
                node = self.either()
                self.expect(")")
                return node
        raise self.refusal(tr("a name, a value or “(” was expected instead of “{token}”", token=token or tr("the end")))

    def call(self, name: str) -> Node:
        match name:
            case "at_least":
                k = self.whole_number()
                self.expect(",")
                return self.count(AtLeast(k, self.arguments()))
            case "share":
                return self.count(Share(self.arguments()))
            case "lookup":
                table, *keys = self.names()
                return self.count(Lookup(table, tuple(keys)))
            case "covers":
                return self.count(Covers(tuple(self.names())))
            case "months_before":
                if self.peek() != ("name", "as_of"):
                    raise self.refusal(tr("months_before takes as_of and a number of months"))
                self.next += 1
                self.expect(",")
                months = self.whole_number()
                self.expect(")")
                return self.count(MonthsBefore(months))
        known = ("at_least", "share", "lookup", "covers", "months_before")
        raise self.refusal(tr("there is no function {name}; {near}", name=name, near=nearest(name, known)))

    def arguments(self) -> tuple[Node, ...]:
        parts = [self.either()]
        while self.accept(","):
            parts.append(self.either())
        self.expect(")")
        return tuple(parts)

    def names(self) -> list[str]:
        names = []
        while True:
            kind, token = self.peek()
            if kind != "name" or token in _RESERVED:
                raise self.refusal(tr("a name was expected instead of “{token}”", token=token or tr("the end")))
            names.append(token)
            self.next += 1
            if not self.accept(","):
                self.expect(")")
                return names

    def codes(self) -> tuple[str, ...]:
        self.expect("[")
        codes = []
        while True:
            kind, token = self.peek()
            if kind != "code":
                raise self.refusal(tr("a code in single quotes was expected instead of “{token}”", token=token))
            codes.append(token[1:-1])
            self.next += 1
            if not self.accept(","):
                self.expect("]")
                return tuple(codes)

    def whole_number(self) -> int:
        kind, token = self.peek()
        if kind != "number" or not token.isdecimal():
            raise self.refusal(tr("a whole number was expected instead of “{token}”", token=token or tr("the end")))
        self.next += 1
        return int(token)

    def day(self, token: str) -> date:
        try:
            return date.fromisoformat(token)
        except ValueError:
            raise self.refusal(tr("{token} is not a date of the calendar", token=token)) from None

    def deepen(self, by: int) -> None:
        self.depth += by
        if self.depth > MAX_DEPTH:
            raise self.refusal(tr("it is nested deeper than {limit}", limit=MAX_DEPTH))

    def count(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.refusal(tr("it has more than {limit} parts", limit=MAX_NODES))
        return node

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def accept(self, token: str) -> bool:
        kind, found = self.peek()
        if found != token or kind == "code":
            return False
        self.next += 1
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            found = self.peek()[1] or tr("the end")
            raise self.refusal(tr("“{token}” was expected instead of “{found}”", token=token, found=found))

    def refusal(self, reason: str) -> BadInput:
        return BadInput("the rule “{rule}” does not parse: {reason}", rule=self.source, reason=reason)


def _is_fixed(node: Node) -> bool:
    """Whether a side of a comparison is no field: a literal, a table's value, a day, an interpretation."""
    if isinstance(node, Name):
        return node.name == "as_of" or node.name.startswith("interpretation.")
    return isinstance(node, Literally | Lookup | MonthsBefore)


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    at = 0
    end = len(source.rstrip())
    while at < end:
        found = _TOKEN.match(source, at)
        if found is None or found.lastgroup is None:
            rest = source[at:].strip()[:12]
            raise BadInput(
                "the rule “{rule}” does not parse: {reason}",
                rule=source,
                reason=tr("“{token}” was not expected here", token=rest),
            )
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


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


def names(node: Node) -> frozenset[str]:
    """Return every name that a rule reads: fields, elements, interpretations and the keys of its tables."""
    read: set[str] = set()
    for part in walk(node):
        if isinstance(part, Name):
            read.add(part.name)
        elif isinstance(part, Lookup):
            read.update(part.keys)
    return frozenset(read)


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
            if (found := type_of(left, scope)) != "code" or _is_fixed(left):
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
    if _is_fixed(node.left):
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
