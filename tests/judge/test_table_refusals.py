"""Tables that cannot be judged: the refusal names the file, the row, the column and what would be right."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from judge_packs import element, field, small_program, table

from linghang.errors import BadInput
from linghang.judge import inputs
from linghang.judge.columns import judge_table
from linghang.judge.inputs import Population
from linghang.judge.program import Program

PLAIN = small_program(element("a"), element("b"))
WITH_NUMBER = small_program(
    element("a", "rate >= 60.1"),
    element("b", "rate >= lookup(lead, region)"),
    element("c", "rate >= target"),
    fields=[field("rate", "number"), field("target", "number"), field("region", "code", ("11",))],
    tables=[table("lead", ("region",), {"11": Decimal(60)})],
)
FOUNDED = small_program(element("a", "founded <= as_of"), fields=[field("founded", "date")])


def refusal(program: Program, columns: dict[str, Any], floor: Any = "declared", **where: Any) -> str:
    with pytest.raises(BadInput) as caught:
        judge_table(program, Population(pa.table(columns), **where), floor)
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [
        (pa.array([1, 0, 2], pa.int8()), 2, "2"),
        (pa.array([1, None, -2, 3], pa.int64()), 2, "-2"),
        (pa.array([0, 255], pa.uint8()), 1, "255"),
        (pa.array([1.0, float("nan"), 0.5], pa.float64()), 2, "0.5"),
        (pa.array([float("inf"), 1.0], pa.float32()), 0, "inf"),
    ],
)
def test_a_number_that_is_no_finding_is_refused_with_its_row(column: pa.Array, row: int, value: str) -> None:
    said = refusal(PLAIN, {"a": column}, file="works.parquet")
    assert said.startswith(f"works.parquet, row {row}, column a: ")
    assert f"{value} is not a finding: 1 met, 0 unmet, -1 not applicable, empty unknown" in said


def test_rows_are_counted_from_the_first_row_of_the_file_over_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    column = pa.array([1] * 100 + [7], pa.int8())
    assert refusal(PLAIN, {"a": column}, file="works.parquet", first_row=1000).startswith("works.parquet, row 1100,")


def test_what_stands_under_a_null_is_not_read() -> None:
    column = pa.array([1, 7, 0], pa.int8(), mask=pa.array([False, True, False]).to_numpy(zero_copy_only=False))
    verdict = judge_table(small_program(element("a")), Population(pa.table({"a": column})))
    assert (verdict.confirmed().tolist(), verdict.possible().tolist()) == ([0, -1, -1], [0, 0, -1])


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["yes", "no"]),
        pa.array(["1", "0"]).dictionary_encode(),
        pa.array([Decimal(1), Decimal(0)], pa.decimal128(2, 0)),
        pa.array([[1], [0]]),
    ],
    ids=lambda column: str(column.type)[:12],
)
def test_a_column_of_findings_that_holds_no_numbers_is_refused(column: pa.Array) -> None:
    said = refusal(PLAIN, {"a": column}, file="works.parquet")
    assert said == f"works.parquet: column a holds {column.type}; numbers are needed"


@pytest.mark.parametrize(
    "column",
    [pa.array(["60.1"]), pa.array([True]), pa.array(["60.1"]).dictionary_encode(), pa.array([b"60"])],
    ids=lambda column: str(column.type)[:12],
)
def test_a_column_of_numbers_that_holds_none_is_refused(column: pa.Array) -> None:
    said = refusal(WITH_NUMBER, {"rate": column}, file="works.parquet")
    assert said == f"works.parquet: column rate holds {column.type}; numbers are needed"


def test_the_other_side_of_a_comparison_is_refused_too() -> None:
    assert "column target holds string" in refusal(WITH_NUMBER, {"rate": pa.array([60]), "target": pa.array(["60"])})


def test_a_column_of_dates_that_holds_text_is_refused() -> None:
    assert "column founded holds string" in refusal(FOUNDED, {"founded": pa.array(["2020-01-01"])})


@pytest.mark.parametrize("kind", [pa.decimal128(19, 2), pa.decimal128(38, 10), pa.decimal256(40, 2)], ids=str)
def test_decimals_of_more_than_18_digits_are_refused(kind: pa.DataType) -> None:
    said = refusal(WITH_NUMBER, {"rate": pa.array([Decimal("60.1")], kind)}, file="works.parquet")
    assert said == f"works.parquet: column rate holds {kind}; decimals of up to 18 digits can be compared"


def test_decimals_of_18_digits_are_compared() -> None:
    column = pa.array([Decimal("60.10000000000000000"[:19])], pa.decimal128(18, 16))
    verdict = judge_table(
        small_program(element("a", "rate >= 60.1"), fields=[field("rate", "number")]),
        Population(pa.table({"rate": column})),
    )
    assert verdict.confirmed().tolist() == [0]


@pytest.mark.parametrize("column", [pa.array(["measured", None, "sure"]), pa.array(["declared", "measured", "sure"])])
@pytest.mark.parametrize("encoded", [False, True])
def test_a_word_that_is_no_proof_is_refused_with_its_row(column: pa.Array, encoded: bool) -> None:
    column = column.dictionary_encode() if encoded else column
    said = refusal(PLAIN, {"a": pa.array([1, 1, 1]), "proof:a": column}, "documented", file="works.parquet")
    assert said.startswith("works.parquet, row 2, column proof:a: ")
    assert "sure" in said
    assert "declared, documented, measured" in said


def test_a_table_that_is_no_file_is_called_a_table() -> None:
    assert refusal(PLAIN, {"a": pa.array([3])}).startswith("table, row 0, column a: ")
