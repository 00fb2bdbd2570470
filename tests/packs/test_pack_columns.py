"""The same examples as rows of one table a pack, through the column evaluator: equal to what the documents say."""

from decimal import Decimal
from functools import cache

import pyarrow as pa
import pytest
from golden_packs import FLOORS, LEVELS, SHORT, Example, element_examples, program, rows

from linghang.judge.columns import TableVerdict, judge_table
from linghang.judge.inputs import Population
from linghang.judge.planes import unpack

NUMBERS = {"met": 1, "unmet": 0, "not_applicable": -1, "unknown": None}


@pytest.mark.parametrize("floor", FLOORS)
@pytest.mark.parametrize("pack", SHORT)
def test_a_table_of_all_examples_is_judged_as_each_alone(pack: str, floor: str) -> None:
    examples = examples_of(pack)
    verdict = judge_table(program(pack), population(pack), floor)
    confirmed, possible = (_names(highest) for highest in (verdict.confirmed(), verdict.possible()))
    found = {level: _told(verdict, level) for level in LEVELS}
    for row, example in enumerate(examples):
        expected = example.expected(floor)
        assert (confirmed[row], possible[row]) == (expected["confirmed"], expected["possible"]), example.name
        for level, wanted in expected["levels"].items():
            wanted = {key: wanted[key] for key in ("finding", "failing", "missing")}
            assert found[level][row] == wanted, f"{example.name}: {level}"


@cache
def examples_of(pack: str) -> tuple[Example, ...]:
    return tuple(element_examples(pack))


@cache
def population(pack: str) -> Population:
    """Findings as numbers, facts as decimals, and the proof of each beside it."""
    cases = [example.case for example in examples_of(pack)]
    columns: dict[str, pa.Array] = {}
    for name in {row.id: row for row in rows(pack)}:
        claims = [case.findings.get(name) for case in cases]
        columns[name] = pa.array([claim and NUMBERS[claim.finding] for claim in claims], pa.int8())
        columns[f"proof:{name}"] = pa.array([claim and claim.proof for claim in claims], pa.string())
    for name in ("maturity_level", *(f"scenes_{level}" for level in LEVELS)):
        facts = [case.facts.get(name) for case in cases]
        values = [None if fact is None else Decimal(str(fact.value)) for fact in facts]
        columns[name] = pa.array(values, pa.decimal128(6, 2))
        columns[f"proof:{name}"] = pa.array([fact and fact.proof for fact in facts], pa.string())
    return Population(pa.table(columns))


def _names(highest: list[int]) -> list[str | None]:
    return [None if place < 0 else LEVELS[place] for place in highest]


def _told(verdict: TableVerdict, level: str) -> list[dict[str, object]]:
    """Per row the finding of a level and the conditions behind it, by name."""
    one = verdict.levels[level]
    names = [condition.id for condition in next(p for p in verdict.program.plans if p.level.id == level).conditions]
    met, unmet = unpack(one.met, verdict.rows), unpack(one.unmet, verdict.rows)
    return [
        {
            "finding": "met" if is_met else "unmet" if is_unmet else "unknown",
            "failing": _named(failing, names),
            "missing": _named(missing, names),
        }
        for is_met, is_unmet, failing, missing in zip(
            met, unmet, one.failing.tolist(), one.missing.tolist(), strict=True
        )
    ]


def _named(mask: int, names: list[str]) -> list[str]:
    return [name for bit, name in enumerate(names) if mask >> bit & 1]
