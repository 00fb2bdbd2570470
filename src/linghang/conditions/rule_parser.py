"""Parse rules: text into nodes, bounded in length, depth and number."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

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
    Operator,
    Share,
    is_fixed,
)
from linghang.errors import BadInput, nearest
from linghang.words import tr

MAX_LENGTH = 2000
MAX_DEPTH = 24
MAX_NODES = 400

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
            if isinstance(right, Name) and is_fixed(left):  # write the field first: one shape less to evaluate
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
