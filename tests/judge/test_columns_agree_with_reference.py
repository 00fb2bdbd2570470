"""Two evaluators, one meaning: random packs, random tables, and the case file of every row."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from judge_packs import AS_OF, LINK_COVERED, build_pack, element, small_program
from judge_random import Drawn, random_content, random_program, random_table, random_values

from linghang.judge import inputs, planes
from linghang.judge.case import read_case
from linghang.judge.columns import judge_table
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.inputs import Population
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge

SEEDS = st.integers(0, 2**64 - 1)
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is no simpler pack

Row = tuple[Any, ...]
"""One row at one floor: confirmed, possible, and of each level the finding, what fails and what is missing."""


def by_reference(program: Program, cases: Sequence[Mapping[str, Any]]) -> dict[Floor, list[Row]]:
    rows: dict[Floor, list[Row]] = {floor: [] for floor in FLOORS}
    for case in cases:
        verdict = judge(program, read_case(case, "case.yaml", program))
        for floor, one in verdict.floors.items():
            levels = tuple((level.finding, level.failing, level.missing) for level in one.levels.values())
            rows[floor].append((one.confirmed, one.possible, *levels))
    return rows


def by_columns(program: Program, population: Population) -> dict[Floor, list[Row]]:
    return {floor: rows_at(program, population, floor) for floor in FLOORS}


def rows_at(program: Program, population: Population, floor: Floor) -> list[Row]:
    verdict = judge_table(program, population, floor)
    ids = (*program.pack.level_ids, None)  # -1 is none
    columns: list[list[Any]] = [[ids[at] for at in verdict.confirmed()], [ids[at] for at in verdict.possible()]]
    for plan in program.plans:
        level = verdict.levels[plan.level.id]
        met, unmet = planes.unpack(level.met, population.rows), planes.unpack(level.unmet, population.rows)
        assert not (met & unmet).any()
        findings = ["met" if m else "unmet" if u else "unknown" for m, u in zip(met, unmet, strict=True)]
        conditions = [one.id for one in plan.conditions]
        reasons = (_named(level.failing, conditions), _named(level.missing, conditions))
        columns.append(list(zip(findings, *reasons, strict=True)))
    return list(zip(*columns, strict=True))


def of_rows(found: Mapping[Floor, Sequence[Row]], rows: Sequence[int]) -> dict[Floor, list[Row]]:
    return {floor: [one[row] for row in rows] for floor, one in found.items()}


def _named(masks: Any, conditions: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(one for bit, one in enumerate(conditions) if mask >> bit & 1) for mask in masks.tolist()]


def assert_agree(program: Program, enterprises: Drawn, found: Mapping[Floor, Sequence[Row]]) -> None:
    """Compare row by row, so that a failure shows one enterprise and not a table."""
    right = by_reference(program, enterprises.cases)
    for row, case in enumerate(enterprises.cases):
        for floor in FLOORS:
            assert found[floor][row] == right[floor][row], f"row {row} at {floor}: {case}"
    assert all(len(found[floor]) == len(enterprises.cases) for floor in FLOORS)


def drawn(rng: Random, rows: int) -> tuple[Program, Drawn]:
    program = random_program(rng)
    for asked in program.asked:
        rule = next(element for element in program.pack.elements if element.key == asked.key).rule_on(program.as_of)
        note(f"{asked.key} {asked.kind} {asked.force}: {rule.source}")
    return program, random_table(rng, program, rows)


@given(SEEDS)
@settings(max_examples=120, deadline=None, phases=NO_SHRINKING)
def test_every_row_is_judged_as_its_case_file_is(seed: int) -> None:
    rng = Random(seed)
    program, enterprises = drawn(rng, rng.choice((1, 40, 64, 100)))
    assert_agree(program, enterprises, by_columns(program, Population(enterprises.table)))


@pytest.mark.slow
@given(SEEDS)
@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
def test_every_row_of_a_table_in_several_blocks_is_judged_as_its_case_file_is(seed: int) -> None:
    rng = Random(seed)
    program, enterprises = drawn(rng, 150)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "BLOCK", rng.choice((64, 128)))
        population = Population(enterprises.table)
    assert len(population.blocks) > 1
    assert_agree(program, enterprises, by_columns(program, population))


@given(SEEDS)
@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
def test_how_a_table_is_cut_changes_nothing(seed: int) -> None:
    rng = Random(seed)
    program, enterprises = drawn(rng, 200)
    table = enterprises.table
    whole = by_columns(program, Population(table))

    start, end = sorted(rng.sample(range(201), 2))
    sliced = Population(table.slice(start, end - start))
    assert by_columns(program, sliced) == of_rows(whole, range(start, end))

    at = sorted(rng.sample(range(201), 3))
    pieces = [table.slice(a, b - a) for a, b in zip([0, *at], [*at, 200], strict=True)]
    assert by_columns(program, Population(pa.concat_tables(pieces))) == whole

    shuffled = rng.sample(range(200), 200)
    assert by_columns(program, Population(table.take(pa.array(shuffled)))) == of_rows(whole, shuffled)

    batch = table.combine_chunks().to_batches()[0].slice(start, end - start)
    assert by_columns(program, Population(batch)) == of_rows(whole, range(start, end))

    with pytest.MonkeyPatch.context() as patch:
        for size in (64, 128):
            patch.setattr(inputs, "BLOCK", size)
            assert by_columns(program, Population(table)) == whole
            assert by_columns(program, sliced := Population(table.slice(start, end - start))) == of_rows(
                whole, range(start, end)
            )
            assert len(sliced.blocks) == -(-(end - start) // size)


@given(SEEDS)
@settings(max_examples=30, deadline=None, phases=NO_SHRINKING)
def test_a_column_that_is_not_there_is_a_column_of_nulls(seed: int) -> None:
    rng = Random(seed)
    program, enterprises = drawn(rng, 70)
    table = enterprises.table
    dropped = [name for name in table.column_names if rng.random() < 0.2]
    nulls = {name: pa.nulls(70, table.schema.field(name).type) for name in dropped}
    blank = table.drop(dropped)
    for name, column in nulls.items():
        blank = blank.append_column(name, column)
    assert by_columns(program, Population(table.drop(dropped))) == by_columns(program, Population(blank))


@given(SEEDS)
@settings(max_examples=30, deadline=None, phases=NO_SHRINKING)
def test_packs_judged_in_turn_on_one_population_do_not_disturb_each_other(seed: int) -> None:
    rng = Random(seed)
    content = random_content(rng)
    first = prepare(build_pack(content), AS_OF)
    table = random_table(rng, first, 70).table
    programs = [first, *(random_program(rng) for _ in range(2)), *_variants(rng, content)]
    alone = [by_columns(program, Population(table)) for program in programs]
    population = Population(table)
    turns = [(place, floor) for place in range(len(programs)) for floor in FLOORS] * 2
    rng.shuffle(turns)
    for place, floor in turns:
        assert rows_at(programs[place], population, floor) == alone[place][floor]


def _variants(rng: Random, content: dict[str, Any]) -> Iterator[Program]:
    """The same pack with other values in its tables, other interpretations, other kinds, another day."""
    tables = [{**one, "values": random_values(rng, one["keys"])} for one in content["tables"]]
    yield prepare(build_pack({**content, "tables": tables}), AS_OF)
    chosen = {"link_covered": rng.choice(LINK_COVERED), "limit": Decimal("60.1"), "quota": Decimal("0.4")}
    yield prepare(build_pack(content), AS_OF, chosen)
    kinds = {"attested": "measured", "measured": "fact", "fact": "attested"}
    elements = [{**one, "kind": kinds.get(one["kind"], one["kind"])} for one in content["elements"]]
    yield prepare(build_pack({**content, "elements": elements}), AS_OF - timedelta(1))


@given(SEEDS)
@settings(max_examples=20, deadline=None, phases=NO_SHRINKING)
def test_leaving_out_the_reasons_leaves_the_findings(seed: int) -> None:
    program, enterprises = drawn(Random(seed), 70)
    population = Population(enterprises.table)
    with_reasons, without = (judge_table(program, population, "documented", masks) for masks in (True, False))
    assert (with_reasons.confirmed() == without.confirmed()).all()
    assert (with_reasons.possible() == without.possible()).all()
    assert all(level.failing is None and level.missing is None for level in without.levels.values())


@given(SEEDS)
@settings(max_examples=20, deadline=None, phases=NO_SHRINKING)
def test_changed_names_the_rows_whose_level_is_found_otherwise(seed: int) -> None:
    rng = Random(seed)
    program, enterprises = drawn(rng, 100)
    other = prepare(program.pack, program.as_of, {"link_covered": "any", "limit": Decimal(2), "quota": Decimal("0.1")})
    population = Population(enterprises.table)
    changed = judge_table(program, population).changed(judge_table(other, population))
    before, after = rows_at(program, population, "declared"), rows_at(other, population, "declared")
    for place, level in enumerate(program.pack.level_ids):
        differing = [row for row in range(100) if before[row][2 + place][0] != after[row][2 + place][0]]
        assert changed[level].tolist() == differing


def test_a_table_without_rows_has_a_verdict_without_rows() -> None:
    verdict = judge_table(small_program(element("a")), Population(pa.table({"a": pa.array([], pa.bool_())})))
    assert verdict.confirmed().shape == verdict.possible().shape == (0,)
