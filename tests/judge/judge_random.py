"""Random packs, and random tables of enterprises with the case file of each row.

A pack uses everything that the rule language has, in rules that are well typed and bounded. A table gives every
field in one of the types that Arrow has for it, with values at, just under and just over the thresholds of the pack;
the case file of a row says in decimals, words and dates what the row holds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from judge_packs import AS_OF, LINK_COVERED, build_pack, built, coverage, element, field, interpretation, table, written
from linghang.conditions.rules import Lookup, names, parse, walk
from linghang.judge.program import Program, prepare
from linghang.judge.rule_columns import proof_columns

THRESHOLDS = tuple(
    map(Decimal, "60.1 0.1 0.30 33.3 100 70 2 1 0 -5.5 -0.1 12.345678 16777217 9007199254740993 0.10000000149".split())
)
DAYS = (date(2023, 6, 30), date(2024, 2, 29), date(2025, 12, 31), date(1969, 7, 1))
CODES = {
    "region": ("11", "12", "15"),
    "home": ("12", "15", "31"),
    "trade": ("C36", "C37", "D44"),
    "class_a": (),
    "class_b": (),
}
OPEN_CODES = ("x", "y", "11")
NUMBERS = ("rate", "share_of_sales", "energy")
DATES = ("founded", "audited")
FLAGS = ("listed", "exempt")
TABLES = {"lead": ("region",), "mean": ("region", "trade")}
LEVELS = ("l1", "l2", "l3", "l4")
LINKS = ("link_a", "link_b", "link_c")
PROOFS = ("declared", "documented", "measured")
ORDER = (">=", ">", "<=", "<")
EQUALITY = ("==", "!=")


class RuleWriter:
    """Writes random well-typed rules.

    Parameters
    ----------
    found
        Whether the rule may read what was found.
    elements
        Ids that the rule may read.
    """

    def __init__(self, rng: Random, levels: Sequence[str], found: bool, elements: Sequence[str]) -> None:
        self.rng = rng
        self.found = found
        self.elements = elements
        self.numbers = (*NUMBERS, "maturity_level", *(f"scenes_{level}" for level in levels))

    def rule(self) -> str:
        """A rule that reads something of the factory."""
        written = self.finding(self.rng.choice((0, 0, 1, 2, 3)))
        if not {name for name in names(parse(written)) if name != "as_of" and not name.startswith("interpretation.")}:
            return f"{'found' if self.found else 'listed'} and ({written})"
        return written

    def finding(self, depth: int) -> str:
        rng = self.rng
        if depth <= 0 or rng.random() < 0.15:
            return self.leaf()
        parts = [self.finding(depth - 1) for _ in range(rng.choice((1, 2, 2, 3)))]
        listed = ", ".join(parts)
        match rng.choice(("and", "or", "not", "at_least", "share", "leaf")):
            case "and" | "or" as word if len(parts) > 1:
                return f" {word} ".join(f"({part})" for part in parts)
            case "not":
                return f"not ({parts[0]})"
            case "at_least":
                return f"at_least({rng.randint(1, len(parts))}, {listed})"
            case "share":
                operator = rng.choice(ORDER)
                closed = operator in (">=", "<")
                bounds = ("0.5", "0.34", "0.333333333333333333333", "0.67", "1" if closed else "0")
                return f"share({listed}) {operator} {rng.choice((*bounds, 'interpretation.quota'))}"
        return self.leaf()

    def leaf(self) -> str:
        rng = self.rng
        if self.found and rng.random() < 0.4:
            return "found"
        if self.elements and rng.random() < 0.2:
            return rng.choice(self.elements)
        leaves: tuple[Callable[[], str], ...] = (self.word, self.number, self.number, self.number, self.day, self.code)
        return rng.choice(leaves)()

    def word(self) -> str:
        return self.rng.choice((*FLAGS, *FLAGS, "interpretation.counted", "true", "false"))

    def number(self) -> str:
        rng = self.rng
        left, operator = rng.choice(self.numbers), rng.choice(ORDER + EQUALITY)
        if left == "maturity_level" or left.startswith("scenes_"):
            bound = str(rng.randint(0, 5))
            return f"{left} {operator} {bound}" if rng.random() < 0.8 else f"{bound} {operator} {left}"
        right = rng.choice(
            (
                str(rng.choice(THRESHOLDS)),
                str(rng.choice(THRESHOLDS)),
                "interpretation.limit",
                "lookup(lead, region)",
                "lookup(mean, region, trade)",
                rng.choice(self.numbers),
            )
        )
        return f"{left} {operator} {right}" if rng.random() < 0.8 else f"{right} {operator} {left}"

    def day(self) -> str:
        rng = self.rng
        left, operator = rng.choice(DATES), rng.choice(ORDER + EQUALITY)
        right = rng.choice((str(rng.choice(DAYS)), "as_of", "months_before(as_of, 36)", rng.choice(DATES)))
        return f"{left} {operator} {right}" if rng.random() < 0.8 else f"{right} {operator} {left}"

    def code(self) -> str:
        rng = self.rng
        left = rng.choice(tuple(CODES))
        some = CODES[left] or OPEN_CODES
        if rng.random() < 0.4:
            listed = ", ".join(f"'{code}'" for code in rng.sample(some, rng.randint(1, 3)))
            return f"{left} {rng.choice(('in', 'not in'))} [{listed}]"
        right = rng.choice((f"'{rng.choice(some)}'", "interpretation.wanted", rng.choice(tuple(CODES))))
        sides = (left, right) if rng.random() < 0.8 else (right, left)
        return f" {rng.choice(EQUALITY)} ".join(sides)


def random_content(rng: Random) -> dict[str, Any]:
    """Write a random pack; packs of all seeds have the same fields, so that tables of one fit the others."""
    levels = LEVELS[: rng.randint(1, 4)]
    elements = list(_elements(rng, levels))
    rng.shuffle(elements)
    return written(
        *elements,
        levels=levels,
        interpretation=[
            interpretation("link_covered", rng.choice(LINK_COVERED), LINK_COVERED),
            interpretation("limit", rng.choice(THRESHOLDS)),
            interpretation("quota", rng.choice((Decimal("0.5"), Decimal("0.25"), Decimal("0.9")))),
            interpretation("wanted", rng.choice((*CODES["region"], *CODES["trade"]))),
            interpretation("counted", rng.random() < 0.5),
        ],
        fields=[
            *(field(name, "yes_no") for name in FLAGS),
            *(field(name, "number") for name in NUMBERS),
            *(field(name, "date") for name in DATES),
            *(field(name, "code", codes) for name, codes in CODES.items()),
        ],
        tables=[table(name, keys, _values(rng, keys)) for name, keys in TABLES.items()],
    )


def _values(rng: Random, keys: Sequence[str]) -> dict[str, Any]:
    first, *others = keys
    return {code: _values(rng, others) if others else rng.choice(THRESHOLDS) for code in CODES[first]}


def _elements(rng: Random, levels: Sequence[str]) -> Iterator[dict[str, Any]]:
    readable: list[str] = []

    def one(name: str, part: str, kinds: Sequence[str], forces: Sequence[str], **rest: Any) -> dict[str, Any]:
        found = part not in ("maturity", "scenario_count")
        writer = RuleWriter(rng, levels, found, readable)
        made = element(name, "", part, kind=rng.choice(kinds), force=rng.choice(forces), **rest)
        if found and rng.random() < 0.4:
            made["rule"] = "found"
        elif rng.random() < 0.15:
            del made["rule"]
            made["rules"] = [
                {"from": date(2020, 1, 1), "to": AS_OF, "rule": writer.rule()},
                {"from": AS_OF, "rule": writer.rule()},
            ]
        else:
            made["rule"] = writer.rule()
        if not name.startswith("same"):  # an id at several levels cannot be read by rules
            readable.append(name)
        return made

    decides = ("must", "must", "should")
    eligible, reached = ("fact", "attested", "measured", "capability"), ("benchmark", "attested", "measured", "fact")
    for place in range(rng.randint(1, 3)):
        yield one(f"base.{place}", "eligibility", eligible, decides)
    if rng.random() < 0.3:
        yield one("same.id", "eligibility", eligible, decides)
        yield one("same.id", "outcome", reached, decides, level=levels[-1])
    for level in levels:
        if rng.random() < 0.5:
            yield one(f"{level}.maturity", "maturity", ("maturity",), decides, level=level)
        if rng.random() < 0.5:
            yield one(f"{level}.scenes", "scenario_count", ("count",), decides, level=level)
        for place in range(rng.randint(0, 2)):
            yield one(f"{level}.outcome.{place}", "outcome", reached, decides, level=level)
        required = rng.sample(LINKS, rng.randint(0, 3))
        for link in LINKS:
            forces = decides if link in required else ("encouraged",)
            for place in range(rng.randint(1, 4) if link in required else rng.choice((0, 0, 1))):
                yield one(f"{level}.{link}.{place}", "build", ("capability",), forces, level=level, link=link)
        if required:
            yield coverage(*required, level=level, force=rng.choice(decides))
    for link in LINKS:  # so that every link is one of the pack
        yield built(f"l1.{link}.rest", link, "l1", force="encouraged" if link not in _required(readable) else "must")


def _required(_: Sequence[str]) -> tuple[str, ...]:
    return ()
