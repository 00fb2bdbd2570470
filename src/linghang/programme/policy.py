"""What a changed rule would do to everybody: who rises, who falls, in which group, and for which conditions.

A registry is judged by the rules in force and by each variant of them on the same columns, so a variant costs what it
changes. Reasons are looked up for those alone who move: who falls is asked what the variant holds against the level
that was held; who rises, what the rules in force held against the level that is gained.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.conditions.model import Level
from linghang.errors import BadInput, Place, nearest
from linghang.judge import planes
from linghang.judge.columns import JudgedBlock, judged_blocks
from linghang.judge.findings import Floor
from linghang.judge.inputs import Population
from linghang.judge.planes import Plane
from linghang.judge.program import Condition, Plan, Program
from linghang.words import Listed

Direction = Literal["rises", "falls"]
DIRECTIONS: tuple[Direction, ...] = ("rises", "falls")

EVERYBODY = ""
"""Name of the grouping that has one group: all enterprises."""

MAX_GROUPS = 4096
"""A column with more values groups nothing."""

Counts = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Variant:
    """Rules that are tried, by the name that results give them."""

    name: str
    program: Program


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition that stands between enterprises and a level.

    Attributes
    ----------
    unmet, unknown
        Of how many enterprises that move it is unmet, or unknown.
    alone
        Of how many it is the only one.
    """

    direction: Direction
    level: str
    condition: Condition
    unmet: int
    unknown: int
    alone: int

    @property
    def count(self) -> int:
        """Enterprises for which it is a reason."""
        return self.unmet + self.unknown

    def to_dict(self) -> dict[str, Any]:
        """The reason as JSON has it."""
        asked = self.condition.asked
        return {
            "direction": self.direction,
            "level": self.level,
            "id": self.condition.id,
            "clause": asked.cited,
            "text": asked.text.to_dict(),
            "unmet": self.unmet,
            "unknown": self.unknown,
            "alone": self.alone,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """One group of enterprises under one variant.

    Attributes
    ----------
    value
        What the grouping column says; None where it says nothing.
    moves
        (level before, level after) -> enterprises; None is no level. Only those that move.
    before
        Level before -> enterprises, of all.
    reasons
        The commonest first.
    """

    value: str | None
    rows: int
    before: Mapping[str | None, int]
    moves: Mapping[tuple[str | None, str | None], int]
    rises: int
    falls: int
    reasons: tuple[Reason, ...]

    def top(self, direction: Direction, number: int) -> tuple[Reason, ...]:
        """The commonest reasons of one direction."""
        return tuple(one for one in self.reasons if one.direction == direction)[:number]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one variant does; `groups` has a grouping's groups by its column, and `EVERYBODY`."""

    variant: Variant
    groups: Mapping[str, tuple[Group, ...]]

    @property
    def everybody(self) -> Group:
        """All enterprises."""
        return self.groups[EVERYBODY][0]


@dataclass(frozen=True, slots=True)
class Moved:
    """Some rows of a batch that a variant moves: rows, place of the level before and after (-1 none), reasons."""

    variant: int
    rows: Rows
    before: npt.NDArray[np.int8]
    after: npt.NDArray[np.int8]
    reasons: pa.ListArray | None


class Simulation:
    """Judges batch after batch by the rules in force and by every variant, and counts.

    Parameters
    ----------
    base
        The rules in force.
    variants
        What is tried; each has the levels of the rules in force.
    by
        Columns that group the enterprises.
    floor
        The floor of proof.

    Raises
    ------
    BadInput
        A variant has other levels, two have one name, or a grouping is named twice.
    """

    def __init__(
        self, base: Program, variants: Sequence[Variant], by: Sequence[str] = (), floor: Floor = "declared"
    ) -> None:
        for one in variants:
            if one.program.pack.level_ids != base.pack.level_ids:
                raise BadInput(
                    "variant {name} has the levels {found}, the rules in force have {known}",
                    name=one.name,
                    found=Listed(one.program.pack.level_ids),
                    known=Listed(base.pack.level_ids),
                )
        for names in ([one.name for one in variants], list(by)):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise BadInput("“{name}” is named twice; name it once", name=twice[0])
        self.base = base
        self.variants = tuple(variants)
        self.floor = floor
        self.groupings = [_Grouping(name) for name in dict.fromkeys((EVERYBODY, *by))]
        self.before = {one.name: _Table(len(base.plans) + 1) for one in self.groupings}
        self.tallies = [_Tally(base, one.program, self.groupings) for one in variants]

    def add(self, batch: pa.RecordBatch | pa.Table, file: str = "", first_row: int = 1) -> None:
        """Judge and count a batch; see `moved` for who moves."""
        for _ in self.moved(batch, file, first_row, reasons=False):
            pass

    def moved(
        self, batch: pa.RecordBatch | pa.Table, file: str = "", first_row: int = 1, reasons: bool = True
    ) -> Iterator[Moved]:
        """Judge and count a batch, and yield who moves (with the reasons of each, if asked for)."""
        population = Population(batch, file, first_row)
        groups = {one.name: one.places(batch, file) for one in self.groupings}
        programs = (self.base, *(one.program for one in self.variants))
        judged = zip(*(judged_blocks(one, population, self.floor) for one in programs), strict=True)
        for base, *others in judged:
            here = {
                name: place[base.block.start : base.block.start + base.block.rows] for name, place in groups.items()
            }
            before = _highest(base)
            for name, place in here.items():
                self.before[name].add(place, before + 1)
            for number, other in enumerate(others):
                after = _highest(other)
                rows = np.flatnonzero(before != after)
                if rows.size:
                    said = self.tallies[number].add(_Move(base, other, before, after, rows, here), reasons)
                    yield Moved(number, rows + base.block.start, before[rows], after[rows], said)

    def outcomes(self) -> list[Outcome]:
        """Return what each variant does to all that was added so far."""
        return [
            Outcome(
                variant,
                {
                    one.name: tuple(tally.group(one, place, self.before[one.name]) for place in _by_name(one.values))
                    for one in self.groupings
                },
            )
            for variant, tally in zip(self.variants, self.tallies, strict=True)
        ]


def _by_name(values: list[str | None]) -> list[int]:
    return sorted(range(len(values)), key=lambda place: (values[place] is None, values[place]))


class _Grouping:
    """A column that groups, and the values that it was seen to have."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: list[str | None] = [] if name else [EVERYBODY]
        self.place: dict[str | None, int] = {}

    def places(self, batch: pa.RecordBatch | pa.Table, file: str) -> Rows:
        """Each row's place among the values."""
        if not self.name:
            return np.zeros(batch.num_rows, np.intp)
        if self.name not in batch.schema.names:
            raise BadInput(
                "there is no column {name} to group by; {near}",
                Place(file),
                name=self.name,
                near=nearest(self.name, [one for one in batch.schema.names if not one.startswith("proof:")]),
            )
        column = batch.column(self.name)
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        said = [None if one is None else str(one) for one in coded.dictionary.to_pylist()]
        lookup = np.array([self._known(one, file) for one in said] + [0], np.intp)
        if coded.null_count:
            lookup[-1] = self._known(None, file)
        found: Rows = lookup[coded.indices.fill_null(len(said)).to_numpy(zero_copy_only=False)]
        return found

    def _known(self, value: str | None, file: str) -> int:
        if value not in self.place:
            if len(self.values) == MAX_GROUPS:
                raise BadInput(
                    "column {name} has more than {limit} values; it groups nothing",
                    Place(file),
                    name=self.name,
                    limit=MAX_GROUPS,
                )
            self.place[value] = len(self.values)
            self.values.append(value)
        return self.place[value]


class _Table:
    """Counts by group and by one more thing; it grows with the groups."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.counts: Counts = np.zeros((0, width), np.int64)

    def add(self, groups: Rows, what: npt.NDArray[Any] | int = 0) -> None:
        found = np.bincount(groups * self.width + what)
        rows = -(-found.size // self.width)
        if rows > len(self.counts):
            self.counts = np.concatenate((self.counts, np.zeros((rows - len(self.counts), self.width), np.int64)))
        self.counts[:rows] += np.pad(found, (0, rows * self.width - found.size)).reshape(rows, self.width)

    def of(self, group: int) -> Counts:
        return self.counts[group] if group < len(self.counts) else np.zeros(self.width, np.int64)


@dataclass(frozen=True, slots=True)
class _Move:
    """One block before and after, and which of its rows move."""

    base: JudgedBlock
    other: JudgedBlock
    before: npt.NDArray[np.int8]
    after: npt.NDArray[np.int8]
    rows: Rows
    groups: Mapping[str, Rows]

    def plane(self, direction: Direction, place: int) -> Plane | None:
        """The rows that lose, or gain, the level at `place`; None if there are none."""
        if direction == "falls":
            chosen = (self.before == place) & (self.after < place)
        else:
            chosen = (self.after == place) & (self.before < place)
        return planes.pack(chosen) if chosen.any() else None


class _Tally:
    """What one variant does, counted."""

    def __init__(self, base: Program, other: Program, groupings: Sequence[_Grouping]) -> None:
        self.levels: tuple[Level, ...] = base.pack.levels
        self.plans: dict[Direction, tuple[Plan, ...]] = {"rises": base.plans, "falls": other.plans}
        self.width = len(self.levels) + 1
        self.moves = {one.name: _Table(self.width**2) for one in groupings}
        self.reasons: dict[tuple[Direction, int, str], _Table] = {}

    def add(self, move: _Move, reasons: bool) -> pa.ListArray | None:
        """Count who moves in a block; return the reasons of each row that moves, if asked for."""
        cell = (move.before[move.rows] + 1) * self.width + move.after[move.rows] + 1
        for name, groups in move.groups.items():
            self.moves[name].add(groups[move.rows], cell.astype(np.intp))
        said: list[tuple[Rows, str]] = []
        for direction in DIRECTIONS:
            evaluator = move.base if direction == "rises" else move.other
            for place, plan in enumerate(self.plans[direction]):
                if (chosen := move.plane(direction, place)) is not None:
                    said += self._reasons(direction, place, plan, evaluator, chosen, move, reasons)
        return _listed(said, move.rows) if reasons else None

    def _reasons(
        self,
        direction: Direction,
        place: int,
        plan: Plan,
        evaluator: JudgedBlock,
        chosen: Plane,
        move: _Move,
        wanted: bool,
    ) -> Iterator[tuple[Rows, str]]:
        failing, missing = evaluator.open_conditions(plan)
        rows = np.flatnonzero(_bools(chosen, evaluator.block.rows))
        unmet, unknown = _bits(failing, rows), _bits(missing, rows)
        alone = (unmet | unknown) & ((unmet | unknown).sum(axis=0) == 1)
        width = 3 * len(plan.conditions)
        for what, found in enumerate((unmet, unknown, alone)):
            which, who = np.nonzero(found)
            cell = which * 3 + what
            for name, groups in move.groups.items():
                self.reasons.setdefault((direction, place, name), _Table(width)).add(groups[rows[who]], cell)
        if wanted:
            for condition, found in zip(plan.conditions, unmet | unknown, strict=True):
                if found.any():
                    yield rows[found], condition.id

    def group(self, grouping: _Grouping, place: int, before: _Table) -> Group:
        """One group, with its reasons."""
        ids = (None, *(level.id for level in self.levels))
        cells = self.moves[grouping.name].of(place).reshape(self.width, self.width)
        moves = {
            (ids[a], ids[b]): int(cells[a, b]) for a in range(self.width) for b in range(self.width) if cells[a, b]
        }
        was = before.of(place)
        reasons = [
            Reason(direction, self.levels[level].id, condition, *map(int, found))
            for (direction, level, name), table in self.reasons.items()
            if name == grouping.name
            for condition, found in zip(
                self.plans[direction][level].conditions, table.of(place).reshape(-1, 3), strict=True
            )
            if found.any()
        ]
        return Group(
            grouping.values[place],
            int(was.sum()),
            {one: int(was[number]) for number, one in enumerate(ids)},
            moves,
            int(np.triu(cells, 1).sum()),
            int(np.tril(cells, -1).sum()),
            tuple(sorted(reasons, key=lambda one: -one.count)),
        )


def _highest(block: JudgedBlock) -> npt.NDArray[np.int8]:
    """Each row's highest level that is met, -1 for none."""
    highest = np.full(block.block.rows, -1, np.int8)
    for place, plan in enumerate(block.program.plans):
        highest[_bools(block.level(plan).met, block.block.rows)] = place
    return highest


def _bools(plane: Plane, rows: int) -> npt.NDArray[np.bool_]:
    return planes.unpack(plane, rows).view(bool)


def _bits(columns: Sequence[Plane], rows: Rows) -> npt.NDArray[np.bool_]:
    """The bits of some rows: shape (columns, rows)."""
    words = np.array([one[rows >> 6] for one in columns])
    return (words >> (rows & 63).astype(np.uint64) & np.uint64(1)).astype(bool)


def _listed(said: Sequence[tuple[Rows, str]], moving: Rows) -> pa.ListArray:
    """Per moving row the conditions that were said of it."""
    rows = np.concatenate([rows for rows, _ in said]) if said else np.zeros(0, np.intp)
    names = list(dict.fromkeys(name for _, name in said))
    which = np.repeat([names.index(name) for _, name in said], [len(rows) for rows, _ in said]).astype(np.int32)
    order = np.argsort(rows, kind="stable")
    ends = np.searchsorted(rows[order], moving, side="right")
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    values = pa.array(names, pa.string()).take(pa.array(which[order], pa.int32()))
    return pa.ListArray.from_arrays(pa.array(offsets), values)
