"""One rule over one block of rows: every comparison is exact, every result is named by what it means."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from linghang.conditions.rules import All, Among, Any, AtLeast, Compare, Literally, Lookup, Name, Node, Not, Share
from linghang.evidence.proof import STRENGTH
from linghang.judge import planes
from linghang.judge.findings import Floor, needed
from linghang.judge.inputs import Block, Numbers
from linghang.judge.planes import Plane, Trits
from linghang.judge.program import Asked, Program

T = TypeVar("T")
Found = Mapping[str, Trits]
"""Element key or id -> its column."""

LONGEST_NAME = 400
"""Names of results that are longer are remembered by their digest."""

_EPOCH = date(1970, 1, 1).toordinal()


class Meanings:
    """Writes down what each part of each rule means, once for all blocks: the name of its result in their memory.

    Two parts with the same meaning have the same name, whatever pack they stand in: fields and elements by id,
    tables by their content, and with the strength of proof that is needed.
    """

    def __init__(self, program: Program, floor: Floor) -> None:
        self.program = program
        self.names: dict[tuple[str, int], str] = {}
        self.elements: dict[str, str] = {}
        for asked in program.asked:
            name = self._name(asked.rule, asked, needed(asked.kind, floor))
            self.elements[asked.key] = self.elements[asked.id] = name

    def of(self, node: Node, asked: Asked) -> str:
        """Return the name of a part of an element's rule."""
        return self.names[asked.key, id(node)]

    def _name(self, node: Node, asked: Asked, needs: int) -> str:
        def name(part: Node) -> str:
            return self._name(part, asked, needs)

        match node:
            case Name("found"):
                said = f"{needs}:{asked.id}"
            case Name(field) if field in self.program.fields:
                said = f"{needs}:{field}"
            case Name(element):
                said = self.elements[element]
            case Literally(value):
                said = repr(value)
            case Lookup(table, keys):
                said = f"{self.program.tables[table].digest}[{needs}:{','.join(keys)}]"
            case Among(left, codes):
                said = f"({name(left)} in {codes})"
            case Compare(left, operator, right):
                said = f"({name(left)} {operator} {name(right)}{' as codes' * self.is_code(left)})"
            case Not(part):
                said = f"not {name(part)}"
            case All(parts) | Any(parts) | AtLeast(_, parts) | Share(parts):
                k = node.k if isinstance(node, AtLeast) else ""
                said = f"{type(node).__name__}{k}({', '.join(map(name, parts))})"
            case _:
                raise AssertionError(f"{node} has no column")
        if len(said) > LONGEST_NAME:  # rules that read each other would make it grow without end
            said = sha256(said.encode()).hexdigest()
        self.names[asked.key, id(node)] = said
        return said

    def is_code(self, node: Node) -> bool:
        """Whether a side of a comparison is a field of codes."""
        return isinstance(node, Name) and self.program.fields[node.name].type == "code"


class RuleColumns:
    """Evaluates the rule of one element over a block; results are remembered under their meaning."""

    def __init__(self, meanings: Meanings, block: Block, floor: Floor, asked: Asked, found: Found) -> None:
        self.meanings = meanings
        self.program = meanings.program
        self.block = block
        self.asked = asked
        self.found = found
        self.needs = needed(asked.kind, floor)

    def remembered(self, name: str, compute: Callable[[], T]) -> T:
        """Return what the block remembers under `name`, computing it the first time."""
        memo = self.block.memo
        if name not in memo:
            memo[name] = compute()
        return cast(T, memo[name])

    def finding(self, node: Node) -> Trits:
        """Evaluate a node that gives a finding."""
        return self.remembered(self.meanings.of(node, self.asked), lambda: self._finding(node))

    def _finding(self, node: Node) -> Trits:
        match node:
            case Name("found"):
                return self._proved(self.block.findings(self.asked.id), self.asked.id)
            case Name(name) if name in self.program.fields:
                return self._proved(self.block.findings(name), name)
            case Name(name):
                return self.found[name]
            case Literally(value):
                return planes.constant(bool(value), self.block.size)
            case Not(part):
                return planes.negation(self.finding(part))
            case All(parts):
                return planes.conjunction([self.finding(part) for part in parts])
            case Any(parts):
                return planes.disjunction([self.finding(part) for part in parts])
            case AtLeast(k, parts):
                return self._at_least(k, parts)
            case Among(Name(name), codes):
                return self._among(name, codes)
            case Compare(Share(parts), operator, Literally(bound)):
                return Shares([self.finding(part) for part in parts], self.block.rows).compared(operator, bound)
            case Compare(left, operator, right):
                return self._compared(left, operator, right)
        raise AssertionError(f"{node} gives no finding")

    def _at_least(self, k: int, parts: tuple[Node, ...]) -> Trits:
        """Count once for all k."""
        of = ", ".join(self.meanings.of(part, self.asked) for part in parts)
        met, impossible = self.remembered(
            f"counts of {of}", lambda: planes.counts([self.finding(part) for part in parts])
        )
        return Trits(planes.reaches(met, k), planes.reaches(impossible, len(parts) - k + 1))

    def _compared(self, left: Node, operator: str, right: Node) -> Trits:
        """Every comparison from one: does the left side reach (or pass) the right side."""
        if operator in ("==", "!="):
            if self.meanings.is_code(left):
                equal = self._same_code(left, right)
            else:
                equal = planes.conjunction(
                    [self._reaches(left, right, True), planes.negation(self._reaches(left, right, False))]
                )
            return equal if operator == "==" else planes.negation(equal)
        reaches = self._reaches(left, right, operator in (">=", "<"))
        return reaches if operator in (">=", ">") else planes.negation(reaches)

    def _reaches(self, left: Node, right: Node, inclusive: bool) -> Trits:
        """Whether a field is at least (or above) the right side."""
        assert isinstance(left, Name)
        numbers = self.numbers(left.name)
        if numbers is None:
            return planes.nothing(self.block.size)
        match right:
            case Literally(value):
                met, known = numbers.reach(_number(value), inclusive), numbers.known
            case Lookup(table, keys):
                met, known = self._reaches_table(numbers, table, keys, inclusive)
            case Name(name):
                met, known = self._reaches_column(numbers, name, inclusive)
            case _:
                raise AssertionError(f"{right} cannot be compared with")
        if known is None:
            return Trits(met, ~met)
        return Trits(met & known, ~met & known)

    def _reaches_table(
        self, numbers: Numbers, table: str, keys: tuple[str, ...], inclusive: bool
    ) -> tuple[Plane, Plane | None]:
        known = numbers.known
        for key in keys if self.needs else ():
            proved = self._proof_plane(key)
            known = proved if known is None else known & proved
        codes = tuple(self.program.fields[key].codes for key in keys)
        at, has_row = self.remembered(f"places {keys} {codes}", lambda: self._places(keys, codes))
        if has_row is not None:
            known = has_row if known is None else known & has_row
        return numbers.reach_table(self.program.tables[table], codes, at, inclusive), known

    def _places(
        self, keys: tuple[str, ...], codes: tuple[tuple[str, ...], ...]
    ) -> tuple[npt.NDArray[np.intp], Plane | None]:
        """Each row's place in a table by its keys, and the rows that have one (None if all have)."""
        place, outside = np.zeros(self.block.rows, np.intp), np.zeros(self.block.rows, bool)
        for key, known_codes in zip(keys, codes, strict=True):
            at = self.block.codes(key, known_codes)
            outside |= at == len(known_codes)
            place = place * len(known_codes) + at
        if not outside.any():
            return place, None
        place[outside] = math.prod(map(len, codes))
        return place, planes.pack(~outside)

    def _reaches_column(self, numbers: Numbers, other: str, inclusive: bool) -> tuple[Plane, Plane | None]:
        right = self.numbers(other)
        if right is None:
            nothing = planes.nothing(self.block.size).met
            return nothing, nothing
        known = (
            numbers.known
            if right.known is None
            else (right.known if numbers.known is None else numbers.known & right.known)
        )
        return numbers.reach_column(right, inclusive), known

    def _same_code(self, left: Node, right: Node) -> Trits:
        assert isinstance(left, Name)
        if isinstance(right, Literally):
            return self._among(left.name, (str(right.value),))
        assert isinstance(right, Name)
        return self._same_codes(left.name, right.name)

    def _among(self, column: str, codes: tuple[str, ...]) -> Trits:
        at, known = self.codes(column, codes)
        met = planes.pack(at < len(codes))
        return Trits(met & known, ~met & known)

    def _same_codes(self, left: str, right: str) -> Trits:
        there = self.block.distinct(left)  # not the codes of the pack: two that it does not list are not the same
        (a, known_a), (b, known_b) = self.codes(left, there), self.codes(right, there)
        same, both = planes.pack(a == b), known_a & known_b
        return Trits(same & both, ~same & both)

    def codes(self, column: str, codes: tuple[str, ...]) -> tuple[npt.NDArray[np.intp], Plane]:
        """Each row's place among `codes`, and the rows in which the column is known and proved."""
        at = self.remembered(f"codes {column} {codes}", lambda: self.block.codes(column, codes))
        return at, self._proof_plane(column) & self.block.present(column)

    def numbers(self, column: str) -> Numbers | None:
        """A column of numbers, unknown where it is not proved as needed."""
        numbers = self.remembered(
            f"numbers {column}", lambda: self.block.numbers(column, self.program.fields[column].type == "date")
        )
        if numbers is None or self.needs == STRENGTH["declared"]:
            return numbers
        proved = self._proof_plane(column)
        return Numbers(numbers.values, proved if numbers.known is None else proved & numbers.known, numbers.scale)

    def _proved(self, trits: Trits, column: str) -> Trits:
        if self.needs == 0:
            return trits
        proved = self._proof_plane(column)
        return Trits(trits.met & proved, trits.unmet & proved, None if trits.na is None else trits.na & proved)

    def _proof_plane(self, column: str) -> Plane:
        """Rows in which the column's proof is as strong as the element needs; without proofs all are declared."""
        if self.needs == STRENGTH["declared"]:
            return planes.constant(True, self.block.size).met
        strengths = self.remembered(
            f"proof {column}",
            lambda: next((one for one in map(self.block.strengths, proof_columns(column)) if one), None),
        )
        if strengths is None:
            return planes.nothing(self.block.size).met
        return strengths[self.needs - 1]


def proof_columns(column: str) -> tuple[str, ...]:
    """Names under which a table may carry the proof of a column: `proof:<id>`, for maturity and scenes also short."""
    if column == "maturity_level":
        return ("proof:maturity_level", "proof:maturity", "proof:base.maturity")
    if column.startswith("scenes_"):
        level = column.removeprefix("scenes_")
        return (f"proof:{column}", f"proof:{level}.scenarios", "proof:scenes")
    return (f"proof:{column}",)


class Shares:
    """How many of some columns are met, possibly met and applicable, a row."""

    def __init__(self, columns: Sequence[Trits], rows: int) -> None:
        self.met = _summed([one.met for one in columns], rows)
        unmet = _summed([one.unmet for one in columns], rows)
        na = _summed([one.na for one in columns if one.na is not None], rows)
        self.applicable = np.int16(len(columns)) - na
        self.possible = self.applicable - unmet

    def compared(self, operator: str, bound: object) -> Trits:
        """Compare the share with a bound: what holds at both ends of its interval holds."""
        assert isinstance(bound, Decimal)
        above, below = bound.as_integer_ratio()
        exact: npt.DTypeLike = np.int64 if below < 1 << 40 else object
        right = self.applicable.astype(exact) * above
        low, high = self.met.astype(exact) * below, self.possible.astype(exact) * below
        if operator in (">=", "<"):
            surely, never = low >= right, high < right
        else:
            surely, never = low > right, high <= right
        some = self.applicable > 0
        na = planes.pack(~some)
        trits = Trits(planes.pack(surely & some), planes.pack(never & some), na if na.any() else None)
        return trits if operator in (">=", ">") else planes.negation(trits)


def _summed(columns: Sequence[Plane], rows: int) -> npt.NDArray[np.int16]:
    total = np.zeros(rows, np.int16)
    for plane in columns:
        total += planes.unpack(plane, rows)
    return total


def _number(value: object) -> Decimal:
    """Return what a field is compared with as a number; a date is its day since 1970-01-01."""
    return Decimal(value.toordinal() - _EPOCH) if isinstance(value, date) else Decimal(value)  # type: ignore[arg-type]
