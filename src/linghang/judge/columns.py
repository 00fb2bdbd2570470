"""The column evaluator: the same rules as the reference evaluator, over a whole table at once.

Every rule becomes operations on bit planes (see `planes`), every comparison of numbers a comparison with an exact
cut (see `cuts`). Each intermediate result is named by what it means and remembered, so clauses and levels share
their common parts, and after a change only what depends on it is computed again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linghang.judge import planes
from linghang.judge.findings import Floor
from linghang.judge.inputs import Block, Population
from linghang.judge.planes import Plane, Trits
from linghang.judge.program import Asked, Plan, Program
from linghang.judge.rule_columns import Meanings, RuleColumns


@dataclass(frozen=True, slots=True)
class LevelColumns:
    """One level at one floor for a whole table.

    Attributes
    ----------
    met, unmet
        Planes over all rows.
    failing, missing
        Per row a number whose bit i says that condition i of the level's plan is unmet or unknown; None if not asked.
    """

    met: Plane
    unmet: Plane
    failing: npt.NDArray[np.unsignedinteger] | None
    missing: npt.NDArray[np.unsignedinteger] | None


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """A whole table at one floor."""

    program: Program
    floor: Floor
    rows: int
    levels: Mapping[str, LevelColumns]

    def confirmed(self) -> npt.NDArray[np.int8]:
        """Per row the index of the highest level that is met, -1 for none."""
        return self._highest([one.met for one in self.levels.values()])

    def possible(self) -> npt.NDArray[np.int8]:
        """Per row the index of the highest level that is not unmet, -1 for none."""
        return self._highest([~one.unmet for one in self.levels.values()])

    def changed(self, after: "TableVerdict") -> dict[str, npt.NDArray[np.intp]]:
        """Return per level the rows whose finding differs in `after`, a verdict over the same population."""
        return {
            level: np.flatnonzero(
                planes.unpack((one.met ^ after.levels[level].met) | (one.unmet ^ after.levels[level].unmet), self.rows)
            )
            for level, one in self.levels.items()
        }

    def _highest(self, holds: Sequence[Plane]) -> npt.NDArray[np.int8]:
        highest = np.zeros(self.rows, np.uint8)
        for place, plane in enumerate(holds, 1):
            np.maximum(highest, planes.unpack(plane, self.rows) * np.uint8(place), out=highest)
        return highest.view(np.int8) - np.int8(1)


def judge_table(
    program: Program, population: Population, floor: Floor = "declared", masks: bool = True
) -> TableVerdict:
    """Judge every row of a population.

    Parameters
    ----------
    program
        A pack ready to judge.
    population
        The rows; what was computed of them before is used again.
    floor
        The floor of proof; columns `proof:<id>` carry proofs, and without one a finding is declared.
    masks
        Whether to give the reasons (failing and missing masks) too.

    Raises
    ------
    BadInput
        A column holds what is not a finding, a number or a proof, with the row.
    """
    found = {plan.level.id: _Collected(plan, population.rows, masks) for plan in program.plans}
    for evaluator in judged_blocks(program, population, floor):
        for plan in program.plans:
            found[plan.level.id].put(evaluator, plan)
    return TableVerdict(program, floor, population.rows, {level: one.columns() for level, one in found.items()})


def judged_blocks(program: Program, population: Population, floor: Floor = "declared") -> Iterator["JudgedBlock"]:
    """Judge a population block by block, for whoever asks for less, or more, than whole columns; see `judge_table`."""
    meanings = Meanings(program, floor)
    for block in population.blocks:
        evaluator = JudgedBlock(meanings, block, floor)
        for asked in program.asked:
            evaluator.element(asked)
        yield evaluator


class _Collected:
    """One level's results over all blocks."""

    def __init__(self, plan: Plan, rows: int, masks: bool) -> None:
        size = planes.words(rows)
        self.met, self.unmet = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        dtype = planes.masks([np.zeros(1, np.uint64)] * len(plan.conditions), 1).dtype
        self.failing = np.zeros(rows, dtype) if masks else None
        self.missing = np.zeros(rows, dtype) if masks else None

    def put(self, evaluator: "JudgedBlock", plan: Plan) -> None:
        block = evaluator.block
        level = evaluator.level(plan)
        at = slice(block.start // 64, block.start // 64 + block.size)
        self.met[at], self.unmet[at] = level.met, level.unmet
        if self.failing is not None and self.missing is not None:
            rows = slice(block.start, block.start + block.rows)
            self.failing[rows], self.missing[rows] = evaluator.reasons(plan)

    def columns(self) -> LevelColumns:
        return LevelColumns(self.met, self.unmet, self.failing, self.missing)


class JudgedBlock:
    """One program over one block at one floor."""

    def __init__(self, meanings: Meanings, block: Block, floor: Floor) -> None:
        self.meanings = meanings
        self.program = meanings.program
        self.block = block
        self.floor = floor
        self.found: dict[str, Trits] = {}  # by element key and id
        self.links: dict[tuple[str, str], Trits] = {}  # by level and link

    def element(self, asked: Asked) -> Trits:
        """Evaluate an element and remember it under its key and id."""
        rule = RuleColumns(self.meanings, self.block, self.floor, asked, self.found)
        self.found[asked.key] = self.found[asked.id] = rule.finding(asked.rule)
        return self.found[asked.key]

    def column(self, asked: Asked) -> Trits:
        """The column of an element that was evaluated before."""
        return self.found[asked.key]

    def level(self, plan: Plan) -> Trits:
        """Join the parts of a level."""
        columns = [
            self.column(one.asked)
            for part, conditions in plan.parts.items()
            if part != "coverage"
            for one in conditions or ()
        ]
        return planes.whole(columns + [self.link(link, plan) for link in plan.links])

    def link(self, link: str, plan: Plan) -> Trits:
        """Whether a link is covered, by the interpretation in force."""
        at = plan.level.id, link
        if at not in self.links:
            self.links[at] = self._link(link, plan)
        return self.links[at]

    def _link(self, link: str, plan: Plan) -> Trits:
        columns = [self.column(one) for one in plan.links[link]]
        if self.program.link_covered == "all":
            return planes.whole(columns)
        met, unmet = [one.met for one in columns], [one.unmet for one in columns]
        open_ones = [~one.met if one.na is None else ~(one.met | one.na) for one in columns]
        hopeful = [~one.unmet if one.na is None else ~(one.unmet | one.na) for one in columns]
        if self.program.link_covered == "any":
            covered, possible = planes.union(met), planes.union(hopeful)
        else:  # more than half: the met outnumber the other applicable ones
            covered = planes.outnumber(planes.count(met), planes.count(open_ones))
            possible = planes.outnumber(planes.count(hopeful), planes.count(unmet))
        asks_nothing = ~planes.union([*met, *open_ones])
        return Trits(covered | asks_nothing, ~possible & ~asks_nothing)

    def reasons(self, plan: Plan) -> tuple[npt.NDArray[np.unsignedinteger], npt.NDArray[np.unsignedinteger]]:
        """The failing and the missing masks of a level."""
        failing, missing = self.open_conditions(plan)
        rows = self.block.rows
        return planes.masks(failing, rows), planes.masks(missing, rows)

    def open_conditions(self, plan: Plan) -> tuple[list[Plane], list[Plane]]:
        """Per condition of a level the rows in which it is failing, and those in which it is missing."""
        failing, missing = [], []
        for condition in plan.conditions:
            column = self.column(condition.asked)
            unmet, unknown = column.unmet, ~column.settled
            if condition.link is not None and self.program.link_covered != "all":
                open_link = ~self.link(condition.link, plan).met
                unmet, unknown = unmet & open_link, unknown & open_link
            failing.append(unmet)
            missing.append(unknown)
        return failing, missing
