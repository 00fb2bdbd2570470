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
from judge_packs import AS_OF, LINK_COVERED, build_pack, coverage, element, field, interpretation, table, text, written

from linghang.conditions.rule_parser import parse
from linghang.conditions.rules import Lookup, names, walk
from linghang.judge.program import Program, prepare
from linghang.judge.rule_columns import proof_columns

THRESHOLDS = tuple(
    Decimal(said)
    for said in (
        *("60.1", "0.1", "0.30", "33.3", "100", "70", "2", "1", "0", "-5.5", "-0.1", "12.345678", "0.10000000149"),
        *("16777217", "9007199254740993", "9223372036854775808", "18446744073709551616"),  # no float holds them
        *("70.00000000000000000000000000000001", "59.99999999999999999999999999999999"),  # nor 28 digits
    )
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


def random_content(rng: Random, reading: bool = True, link_covered: str | None = None) -> dict[str, Any]:
    """Write a random pack; packs of all seeds have the same fields, so that tables of one fit the others.

    Parameters
    ----------
    reading
        Whether rules may read other elements.
    link_covered
        How many elements make a link covered; None leaves it to chance.
    """
    levels = LEVELS[: rng.randint(1, 4)]
    elements = list(_elements(rng, levels, reading))
    rng.shuffle(elements)
    return written(
        *elements,
        levels=levels,
        links=[{"id": link, "title": text(link), "clause": "1", "sub_links": []} for link in LINKS],
        interpretation=[
            interpretation("link_covered", link_covered or rng.choice(LINK_COVERED), LINK_COVERED),
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
        tables=[table(name, keys, random_values(rng, keys)) for name, keys in TABLES.items()],
    )


def random_values(rng: Random, keys: Sequence[str]) -> dict[str, Any]:
    """A number for every row of a table with these keys."""
    first, *others = keys
    return {code: random_values(rng, others) if others else rng.choice(THRESHOLDS) for code in CODES[first]}


def _elements(rng: Random, levels: Sequence[str], reading: bool) -> Iterator[dict[str, Any]]:
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
        if reading and not name.startswith("same"):  # an id at several levels cannot be read by rules
            readable.append(name)
        return made

    decides = ("must", "must", "should")
    eligible, reached = ("fact", "attested", "measured", "capability"), ("benchmark", "attested", "measured", "fact")
    for place in range(rng.choice((1, 1, 2))):
        yield one(f"base.{place}", "eligibility", eligible, decides)
    if rng.random() < 0.3:
        yield one("same.id", "eligibility", eligible, decides)
        yield one("same.id", "outcome", reached, decides, level=levels[-1])
    for level in levels:
        if rng.random() < 0.5:
            yield one(f"{level}.maturity", "maturity", ("maturity",), decides, level=level)
        if rng.random() < 0.5:
            yield one(f"{level}.scenes", "scenario_count", ("count",), decides, level=level)
        for place in range(rng.choice((0, 0, 1, 2))):
            yield one(f"{level}.outcome.{place}", "outcome", reached, decides, level=level)
        required = rng.sample(LINKS, rng.choice((0, 1, 1, 2, 3)))
        asking = []
        for link in LINKS:
            forces = decides if link in required else ("encouraged",)
            count = rng.randint(1, 4) if link in required else rng.choice((0, 0, 1))
            asking += [link] if count else []
            for place in range(count):
                yield one(f"{level}.{link}.{place}", "build", ("capability",), forces, level=level, link=link)
        if required:
            covering = coverage(*required, level=level, force=rng.choice(decides))
            if rng.random() < 0.2:  # on the day before it covered other links
                covering["rules"] = [
                    {"from": date(2020, 1, 1), "to": AS_OF, "rule": f"covers({rng.choice(asking)})"},
                    {"from": AS_OF, "rule": covering.pop("rule")},
                ]
            yield covering


def random_program(rng: Random, reading: bool = True, link_covered: str | None = None) -> Program:
    """A random pack, ready to judge on the day on which its dated rules change or on the day before."""
    return prepare(build_pack(random_content(rng, reading, link_covered)), AS_OF - timedelta(rng.randint(0, 1)))


@dataclass(frozen=True)
class Drawn:
    """A random table, and of each row the case file that says the same."""

    table: pa.Table
    cases: list[dict[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column: what Arrow holds, and what a case file says of each row (None where it says nothing)."""

    array: pa.Array
    said: list[Any]


def random_table(rng: Random, program: Program, rows: int) -> Drawn:
    """Draw a table that holds most of what a pack reads, in random types, with or without proofs."""
    read = [*sorted(program.claimable), *program.fields]
    columns = {name: _column(rng, name, program, rows) for name in read if rng.random() < 0.95}
    proofs = {name: _proofs(rng, rows) for name in _proved(columns) if rng.random() < 0.8} if rng.random() < 0.8 else {}
    arrays = {name: column.array for name, column in columns.items()}
    for name, column in proofs.items():
        if name == "scenes":
            arrays["proof:scenes"] = column.array
        else:
            arrays[rng.choice(proof_columns(name))] = column.array
    named = list(arrays.items())
    rng.shuffle(named)
    named.append(("row", pa.array(range(rows))))
    said = {name: column.said for name, column in columns.items()}
    proved = {name: column.said for name, column in proofs.items()}
    return Drawn(pa.table(dict(named)), [_case(program, row, said, proved) for row in range(rows)])


def _proved(columns: Mapping[str, Column]) -> Iterator[str]:
    """What has a proof of its own in a case file: all scene counts share one."""
    yield from dict.fromkeys("scenes" if name.startswith("scenes_") else name for name in columns)


def _case(
    program: Program, row: int, said: Mapping[str, Sequence[Any]], proved: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    case: dict[str, Any] = {"findings": {}, "facts": {}, "maturity": {}, "scenes": {"count": {}}}

    def proof(name: str) -> dict[str, str]:
        word = proved[name][row] if name in proved else None
        return {} if word is None else {"proof": word}

    case["scenes"].update(proof("scenes"))
    for name, values in said.items():
        value = values[row]
        if value is None:
            continue
        if name == "maturity_level":
            case["maturity"] = {"level": int(value), **proof(name)}
        elif name.startswith("scenes_"):
            case["scenes"]["count"][name.removeprefix("scenes_")] = int(value)
        elif name in program.fields:
            case["facts"][name] = {"value": value, **proof(name)}
        else:
            reason = {"reason": "there is none here"} if value == "not_applicable" else {}
            case["findings"][name] = {"finding": value, **reason, **proof(name)}
    return case


def _column(rng: Random, name: str, program: Program, rows: int) -> Column:
    if name not in program.fields:
        return _findings(rng, rows, na=rng.random() < 0.5)
    match program.fields[name].type:
        case "finding":
            column = _findings(rng, rows, na=False)
            return Column(column.array, [None if one is None else one == "met" for one in column.said])
        case "date":
            return _dates(rng, rows, program.as_of)
        case "code":
            return _codes(rng, rows, program.fields[name].codes or OPEN_CODES)
    if name == "maturity_level":
        return _counts(rng, rows, 5)
    if name.startswith("scenes_"):
        return _counts(rng, rows, 7)
    return _numbers(rng, rows, thresholds_of(program))


def thresholds_of(program: Program) -> list[Decimal]:
    """Every number that the rules and tables of a pack compare with."""
    found = {
        node.value
        for asked in program.asked
        for node in walk(asked.rule)
        if hasattr(node, "value") and isinstance(node.value, Decimal)
    }
    if any(isinstance(node, Lookup) for asked in program.asked for node in walk(asked.rule)):
        found |= {value for one in program.tables.values() for value in one.values.values()}
    return sorted(found) or [Decimal(1)]


_WORDS = {1: "met", 0: "unmet", -1: "not_applicable", None: None}


def _findings(rng: Random, rows: int, na: bool) -> Column:
    weights = rng.choice(((40, 1, 1, 1), (9, 1, 1, 1), (4, 2, 2, 1), (1, 1, 1, 1), (1, 0, 0, 0), (3, 0, 1, 0)))
    drawn = rng.choices((1, 0, None, -1 if na else None), weights, k=rows)
    said = [_WORDS[one] for one in drawn]
    if all(one is None for one in drawn):
        return Column(pa.nulls(rows), said)
    kinds = [pa.int8(), pa.int64(), pa.float32(), pa.float64()]
    if -1 not in drawn:
        kinds += [pa.bool_()] * 4 + [pa.uint8()]
    kind = rng.choice(kinds)
    if pa.types.is_floating(kind) and rng.random() < 0.5:
        return Column(pa.array([float("nan") if one is None else float(one) for one in drawn], kind), said)
    return Column(pa.array(drawn, pa.int8()).cast(kind), said)


def _counts(rng: Random, rows: int, most: int) -> Column:
    drawn = [rng.choice((None, *range(most + 1), *range(most + 1))) for _ in range(rows)]
    kind = rng.choice((pa.int8(), pa.uint16(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(4, 1)))
    return Column(pa.array(drawn, pa.int8()).cast(kind), drawn)


def _numbers(rng: Random, rows: int, thresholds: Sequence[Decimal]) -> Column:
    kind = rng.choice(("int8", "int16", "int64", "uint8", "uint64", "float16", "float32", "float64", "decimal"))
    near: list[Any]
    if kind == "decimal":
        precision, scale = rng.choice(((18, 6), (10, 2), (18, 0), (5, -1), (18, 17)))
        near = _near_decimals(thresholds, precision, scale)
        arrow: pa.DataType = pa.decimal128(precision, scale)
    else:
        dtype = np.dtype(kind)
        near = _near_floats(thresholds, dtype) if dtype.kind == "f" else _near_integers(thresholds, dtype)
        arrow = pa.from_numpy_dtype(dtype)
    holes = (None,) if rng.random() < 0.7 else ()
    nan = (np.dtype(kind).type("nan"),) if kind.startswith("float") and rng.random() < 0.5 else ()
    some = rng.sample(near, min(len(near), rng.choice((2, 5, 40))))
    drawn = [rng.choice((*holes, *nan, *some)) for _ in range(rows)]
    said = [None if one is None or one != one else Decimal(str(one)) for one in drawn]
    return Column(pa.array(drawn, arrow, from_pandas=False), said)


def _near_integers(thresholds: Sequence[Decimal], dtype: np.dtype[Any]) -> list[int]:
    limits = np.iinfo(dtype)
    near = {int(one) + step for one in thresholds for step in (-1, 0, 1)}
    return sorted({max(limits.min, min(limits.max, one)) for one in near} | {limits.min, limits.max})


def _near_floats(thresholds: Sequence[Decimal], dtype: np.dtype[Any]) -> list[Any]:
    kind = dtype.type
    at = [kind(float(one)) for one in thresholds if abs(one) < np.finfo(dtype).max]
    near = [*at, *(np.nextafter(one, kind(end)) for one in at for end in ("-inf", "inf")), kind(0), kind("-0.0")]
    return [one for one in near if np.isfinite(one)]


def _near_decimals(thresholds: Sequence[Decimal], precision: int, scale: int) -> list[Decimal]:
    unit, limit = Decimal(1).scaleb(-scale), Decimal(10).scaleb(precision - scale - 1)
    at = [one // unit for one in thresholds if abs(one) < limit]
    return sorted({(one + step) * unit for one in at for step in (-1, 0, 1)} | {Decimal(0)})


def _dates(rng: Random, rows: int, as_of: date) -> Column:
    days = [day + timedelta(step) for day in (*DAYS, as_of) for step in (-1, 0, 1)]
    drawn = [rng.choice((None, *days)) for _ in range(rows)]
    if rng.random() < 0.3:
        hours = [None if day is None else datetime.combine(day, time(rng.randint(0, 23), 30)) for day in drawn]
        return Column(pa.array(hours, pa.timestamp(rng.choice(("s", "ms", "us", "ns")))), drawn)
    return Column(pa.array(drawn, rng.choice((pa.date32(), pa.date32(), pa.date64()))), drawn)


def _codes(rng: Random, rows: int, codes: Sequence[str]) -> Column:
    holes = (None,) if rng.random() < 0.6 else ()
    drawn = [rng.choice((*holes, *codes)) for _ in range(rows)]
    if all(code.isdigit() for code in codes) and rng.random() < 0.4:
        kind = rng.choice((pa.int8(), pa.int16(), pa.int32(), pa.uint64()))
        return Column(pa.array([None if one is None else int(one) for one in drawn], kind), drawn)
    array = pa.array(drawn, rng.choice((pa.string(), pa.large_string())))
    if rng.random() < 0.5:
        array = pa.array(drawn, pa.string()).dictionary_encode(rng.choice(("mask", "encode")))
    return Column(array, drawn)


def _proofs(rng: Random, rows: int) -> Column:
    weights = rng.choice(((1, 1, 1, 1), (1, 1, 8, 0), (0, 2, 6, 1)))
    drawn = rng.choices((*PROOFS, None), weights, k=rows)
    array = pa.array(drawn, pa.string())
    return Column(array.dictionary_encode() if rng.random() < 0.5 else array, drawn)
