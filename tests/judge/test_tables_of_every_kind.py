"""What the columns of a table may hold, and what it amounts to: one property of one element at a time."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from judge_packs import at_floor, element, field, small_program, table

from linghang.judge import planes
from linghang.judge.columns import judge_table
from linghang.judge.findings import Floor
from linghang.judge.inputs import Population
from linghang.judge.program import Program

MET, UNMET, UNKNOWN = 1, 0, None


def judged(program: Program, columns: dict[str, Any], floor: Floor = "declared") -> list[int | None]:
    """Findings of the level `basic`, one a row."""
    population = Population(pa.table(columns))
    level = judge_table(program, population, floor).levels["basic"]
    met, unmet = (planes.unpack(plane, population.rows) for plane in (level.met, level.unmet))
    return [MET if m else UNMET if u else UNKNOWN for m, u in zip(met, unmet, strict=True)]


def of_rule(rule: str, *fields: dict[str, Any], **rest: Any) -> Program:
    return small_program(element("a", rule), fields=list(fields), **rest)


def code(name: str, *codes: str) -> dict[str, Any]:
    return field(name, "code", codes)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, 0, None], pa.int8()),
        pa.array([1, 0, None], pa.int64()),
        pa.array([1, 0, None], pa.uint16()),
        pa.array([1, 0, None], pa.float64()),
        pa.array([1.0, -0.0, float("nan")], pa.float32()),
        pa.array([True, False, None], pa.bool_()),
    ],
    ids=lambda column: str(column.type),
)
def test_a_finding_is_one_zero_or_nothing_in_any_type(column: pa.Array) -> None:
    assert judged(small_program(element("a")), {"a": column}) == [MET, UNMET, UNKNOWN]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.float32(), pa.float64()], ids=str)
def test_minus_one_is_not_applicable_and_left_out(kind: pa.DataType) -> None:
    program = small_program(element("a"), element("b"))
    columns = {"a": pa.array([-1, -1, -1, -1], pa.int8()).cast(kind), "b": pa.array([1, 0, None, -1], kind)}
    assert judged(program, columns) == [MET, UNMET, UNKNOWN, MET]


def test_a_column_of_arrow_nulls_is_unknown() -> None:
    program = small_program(element("a"))
    assert judged(program, {"a": pa.nulls(2), "proof:a": pa.nulls(2)}, "documented") == [UNKNOWN, UNKNOWN]


def test_a_table_without_proofs_confirms_nothing_at_the_stricter_floors() -> None:
    columns = {"a": pa.array([True, False])}
    program = small_program(element("a"))
    assert judged(program, columns, "declared") == [MET, UNMET]
    assert judged(program, columns, "documented") == judged(program, columns, "measured") == [UNKNOWN, UNKNOWN]


def test_a_null_proof_is_a_declaration() -> None:
    columns = {"a": pa.array([True, True]), "proof:a": pa.array(["documented", None])}
    assert judged(small_program(element("a")), columns, "documented") == [MET, UNKNOWN]


@pytest.mark.parametrize("name", ["proof:maturity_level", "proof:maturity", "proof:base.maturity"])
def test_the_proof_of_maturity_has_three_names(name: str) -> None:
    program = small_program(element("m", "maturity_level >= 2", "maturity", level="basic"))
    columns = {"maturity_level": pa.array([2, 2, 1]), name: pa.array(["documented", "declared", "measured"])}
    assert judged(program, columns, "measured") == [MET, UNKNOWN, UNMET]


@pytest.mark.parametrize("name", ["proof:scenes_basic", "proof:basic.scenarios", "proof:scenes"])
def test_the_proof_of_a_scene_count_has_three_names(name: str) -> None:
    program = small_program(element("s", "scenes_basic >= 6", "scenario_count", level="basic"))
    columns = {"scenes_basic": pa.array([6, 6, 5]), name: pa.array(["documented", "declared", "measured"])}
    assert judged(program, columns, "documented") == [MET, UNKNOWN, UNMET]


CODE_COLUMNS: dict[str, Sequence[pa.DataType]] = {
    "text": [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())],
    "whole numbers": [pa.int8(), pa.int16(), pa.uint8(), pa.int64(), pa.uint64()],
}


@pytest.mark.parametrize("kind", [kind for kinds in CODE_COLUMNS.values() for kind in kinds], ids=str)
@pytest.mark.parametrize("hole", [None, "11"])
def test_codes_are_the_same_as_text_and_as_whole_numbers(kind: pa.DataType, hole: str | None) -> None:
    program = of_rule("region in ['15', '31']", code("region", "11", "15", "31"))
    said: list[Any] = ["11", "15", "31", hole]
    if pa.types.is_integer(kind):
        said = [None if one is None else int(one) for one in said]
    column = pa.array(said, kind)
    assert judged(program, {"region": column}) == [UNMET, MET, MET, UNKNOWN if hole is None else UNMET]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int64()], ids=str)
def test_codes_at_both_ends_of_a_whole_number_type_are_told_apart(kind: pa.DataType) -> None:
    program = of_rule("region == '127'", code("region"))
    assert judged(program, {"region": pa.array([-1, 127, -128, 0], kind)}) == [UNMET, MET, UNMET, UNMET]


def test_codes_that_no_pack_lists_are_the_same_only_if_they_are_written_the_same() -> None:
    program = of_rule("origin == target", code("origin"), code("target"))
    columns = {"origin": pa.array(["x", "x", "y", None]), "target": pa.array(["x", "y", "y", "x"])}
    assert judged(program, columns) == [MET, UNMET, MET, UNKNOWN]


def test_two_codes_outside_the_list_are_not_the_same() -> None:
    program = of_rule("origin == target", code("origin", "11", "12"), code("target", "12", "15"))
    columns = {"origin": pa.array(["12", "11", "99"]), "target": pa.array(["12", "15", "15"])}
    assert judged(program, columns) == [MET, UNMET, UNMET]


def test_a_null_inside_a_dictionary_is_unknown() -> None:
    program = of_rule("region == '11'", code("region", "11", "12"))
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["11", None, "12"]))
    assert judged(program, {"region": column}) == [MET, UNKNOWN, UNMET]


def test_chunks_with_dictionaries_of_their_own_are_read_as_one_column() -> None:
    program = of_rule("region == '12'", code("region", "11", "12"))
    chunks = [pa.array(["11", "12"]).dictionary_encode(), pa.array(["12", None]).dictionary_encode()]
    assert judged(program, {"region": pa.chunked_array(chunks)}) == [UNMET, MET, MET, UNKNOWN]


def test_a_row_whose_codes_are_not_in_the_table_is_unknown() -> None:
    program = of_rule(
        "rate >= lookup(lead, region)",
        field("rate", "number"),
        code("region", "11", "12"),
        tables=[table("lead", ("region",), {"11": Decimal("60.1"), "12": Decimal(0)})],
    )
    columns = {"rate": pa.array([60.1, 60.0, 60.1, 60.1]), "region": pa.array(["11", "11", "99", None])}
    assert judged(program, columns) == [MET, UNMET, UNKNOWN, UNKNOWN]


def test_a_looked_up_threshold_needs_the_proof_of_its_keys() -> None:
    program = small_program(
        element("a", "rate >= lookup(lead, region)", "outcome"),
        fields=[field("rate", "number"), code("region", "11")],
        tables=[table("lead", ("region",), {"11": Decimal(60)})],
    )
    columns = {
        "rate": pa.array([61, 61]),
        "region": pa.array(["11", "11"]),
        "proof:rate": pa.array(["measured", "measured"]),
        "proof:region": pa.array(["measured", "documented"]),
    }
    assert judged(program, columns, "measured") == [MET, UNKNOWN]
    assert judged(program, columns, "documented") == [MET, MET]


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.date64(), *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns"))], ids=str
)
def test_dates_are_days_in_any_type(kind: pa.DataType) -> None:
    program = of_rule("founded <= months_before(as_of, 36)", field("founded", "date"))
    days = [date(2023, 6, 29), date(2023, 6, 30), date(2023, 7, 1), None]
    assert judged(program, {"founded": pa.array(days, pa.date32()).cast(kind)}) == [MET, MET, UNMET, UNKNOWN]


def test_the_hour_of_a_timestamp_does_not_change_its_day() -> None:
    program = of_rule("founded <= 1969-12-30", field("founded", "date"))
    hours = [datetime(1969, 12, 30, 23, 59), datetime(1969, 12, 31, 0, 1)]
    assert judged(program, {"founded": pa.array(hours, pa.timestamp("us"))}) == [MET, UNMET]


def test_the_same_names_as_numbers_and_as_codes_are_not_mixed_up() -> None:
    population = Population(pa.table({"x": pa.array([1.0]), "y": pa.array([1])}))
    numbers = of_rule("x == y", field("x", "number"), field("y", "number"))
    codes = of_rule("x == y", code("x"), code("y"))
    for program, confirmed in ((numbers, 0), (codes, -1), (numbers, 0)):
        assert judge_table(program, population).confirmed().tolist() == [confirmed]


def test_counts_of_the_same_parts_are_compared_with_the_number_that_each_rule_names() -> None:
    population = Population(pa.table({"a": pa.array([1, 1, 0]), "b": pa.array([1, 0, 0])}))
    for k, confirmed in ((1, [0, 0, -1]), (2, [0, -1, -1]), (1, [0, 0, -1])):
        fields = [field("a", "yes_no"), field("b", "yes_no")]
        program = small_program(element("x", f"at_least({k}, a, b)"), fields=fields)
        assert judge_table(program, population).confirmed().tolist() == confirmed


def test_a_code_may_be_any_word() -> None:
    program = of_rule("region != 'not_applicable'", code("region", "not_applicable", "unknown"))
    assert judged(program, {"region": pa.array(["not_applicable", "unknown"])}) == [UNMET, MET]
    for said, finding in (("not_applicable", "unmet"), ("unknown", "met")):
        verdict = at_floor(program, f"facts: {{region: {{value: {said}}}}}")
        assert verdict.levels["basic"].finding == finding


def test_a_rule_may_read_an_element_that_stands_later_in_the_pack() -> None:
    program = small_program(element("a", "found and b"), element("b"))
    assert judged(program, {"a": pa.array([1, 1, 1]), "b": pa.array([1, 0, None])}) == [MET, UNMET, UNKNOWN]
    assert at_floor(program, "findings: {a: {finding: met}, b: {finding: met}}").confirmed == "basic"


def test_rules_that_read_each_other_many_times_take_no_longer() -> None:
    chain = [element("e0"), *(element(f"e{i}", f"e{i - 1} and (found or e{i - 1})") for i in range(1, 30))]
    program = small_program(*chain)
    start = perf_counter()
    assert judged(program, {"e0": pa.array([1, 0, None])}) == [MET, UNMET, UNKNOWN]
    assert perf_counter() - start < 5


def test_what_the_pack_does_not_read_may_be_anything() -> None:
    columns = {"a": pa.array([1]), "name": pa.array(["some works"]), "weird": pa.array([[1, 2]])}
    assert judged(small_program(element("a")), columns) == [MET]


def test_bits_of_sliced_booleans_are_read_from_where_they_begin() -> None:
    rng = np.random.default_rng(7)
    bits, known = rng.random(300) < 0.5, rng.random(300) < 0.7
    column = pa.array(bits, mask=~known)
    program = small_program(element("a"))
    for start in (0, 1, 7, 8, 63, 64, 65, 128, 299):
        right = [int(b) if k else None for b, k in zip(bits[start:], known[start:], strict=True)]
        assert judged(program, {"a": column.slice(start)}) == right
