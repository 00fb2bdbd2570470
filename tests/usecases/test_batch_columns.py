"""Which columns of a table are read, passed through or missing, and what the output says of itself."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import enterprises as made
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enterprises import DAY, LEVELS, NATIONAL, NEIMENGGU

from linghang import __version__
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.judge import inputs
from linghang.usecases import batch
from linghang.usecases.batch import BatchReport, judge_file


def judged(folder: Path, table: pa.Table, pack: str = NATIONAL, **options: Any) -> tuple[pa.Table, BatchReport]:
    """Judge a table of a few rows and read what was written."""
    source = made.write(folder / "in.parquet", table)
    report = judge_file(source, folder / "out.parquet", pack=pack, as_of=DAY, **options)
    return pq.read_table(folder / "out.parquet"), report


def perfect_columns(rows: int, pack: str = NATIONAL) -> dict[str, Any]:
    return made.table_of(pack, [made.perfect(pack)] * rows).to_pydict()


# --- types of findings and numbers ---

TYPED = {
    "bool": pa.array([True, False, None]),
    "int8": pa.array([1, 0, None], pa.int8()),
    "int64": pa.array([1, 0, None], pa.int64()),
    "uint8": pa.array([1, 0, None], pa.uint8()),
    "float32": pa.array([1.0, 0.0, None], pa.float32()),
    "float64": pa.array([1.0, 0.0, None], pa.float64()),
    "float64 with NaN": pa.array([1.0, 0.0, float("nan")], from_pandas=False),
}


@pytest.mark.parametrize("column", TYPED.values(), ids=TYPED)
def test_a_finding_may_be_a_truth_value_or_a_number_and_null_or_nan_is_unknown(
    column: pa.Array, tmp_path: Path
) -> None:
    table = pa.table({**perfect_columns(3), "base.talent": column})
    found, _ = judged(tmp_path, table)
    assert found["pioneer"].to_pylist() == [1, 0, None]
    assert found["confirmed"].to_pylist() == ["pioneer", None, None]
    assert found["possible"].to_pylist() == ["pioneer", None, "pioneer"]


def test_a_column_of_nulls_is_unknown(tmp_path: Path) -> None:
    found, report = judged(tmp_path, pa.table({**perfect_columns(2), "base.talent": pa.nulls(2)}))
    assert found["basic"].to_pylist() == [None, None]
    assert report.missing == []


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.float32(), pa.float64()], ids=str)
def test_minus_one_is_not_applicable(kind: pa.DataType, tmp_path: Path) -> None:
    name = "pioneer.construction.digital-twin"
    table = pa.table({**perfect_columns(3), name: pa.array([-1, 0, 1], pa.int8()).cast(kind)})
    found, _ = judged(tmp_path, table)
    assert found["pioneer"].to_pylist() == [1, 0, 1]
    assert found["missing_pioneer"].to_pylist() == [0, 0, 0]


NUMERIC = {
    "int8": pa.array([4, 3, None], pa.int8()),
    "float64": pa.array([4.0, 3.9999999999999996, None]),
    "float32": pa.array([4.0, 3.9999998, None], pa.float32()),
    "float16": pa.array(np.array([4, 3.998, np.nan], np.float16)),
    "decimal": pa.array([Decimal("4.0"), Decimal("3.9"), None], pa.decimal128(4, 1)),
}


@pytest.mark.parametrize("column", NUMERIC.values(), ids=NUMERIC)
def test_numbers_are_compared_exactly_in_every_type(column: pa.Array, tmp_path: Path) -> None:
    found, _ = judged(tmp_path, pa.table({**perfect_columns(3), "maturity_level": column}))
    assert found["pioneer"].to_pylist() == [1, 0, None]


# --- what is passed through ---

HOUR = datetime(2026, 6, 30, 8, 30, tzinfo=UTC)
PASSED = {
    "Name of the firm": pa.array(["甲", None, "丙 (北)"]),
    "企业 名称": pa.array(["包头", "", None], pa.large_string()),
    "industry": pa.array(["C36", "C37", "C36"]).dictionary_encode(),
    "seen": pa.array([HOUR, None, HOUR], pa.timestamp("us", "UTC")),
    "day": pa.array([DAY, None, DAY]),
    "lines": pa.array([["a", None], [], None], pa.list_(pa.string())),
    "address": pa.array([{"city": "包头", "no": 1}, None, {"city": None, "no": 2}]),
    "energy": pa.array([Decimal("60.10"), None, Decimal("-0.01")], pa.decimal128(9, 2)),
    "photo": pa.array([b"\x00\xff", None, b""]),
    "open": pa.array([True, None, False]),
    "nothing": pa.nulls(3),
    "score": pa.array([float("inf"), -0.0, None]),
}


def test_columns_that_the_pack_does_not_read_keep_name_type_values_and_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(batch, "BATCH_ROWS", 64)
    rows = [0, 1, 2] * 50
    passed = pa.table(PASSED).take(rows)
    columns: dict[str, Any] = {}
    for place, (name, values) in enumerate(perfect_columns(150).items()):
        if place < passed.num_columns:  # mixed among the columns that are read
            columns[passed.column_names[place]] = passed.column(place)
        columns[name] = values
    found, _ = judged(tmp_path, pa.table(columns))
    assert found.column_names[: passed.num_columns] == passed.column_names
    kept = found.select(passed.column_names)
    assert kept.schema.equals(passed.schema)
    assert kept.to_pylist() == passed.to_pylist()


def test_a_columns_own_description_is_kept(tmp_path: Path) -> None:
    field = pa.field("note", pa.string(), metadata={b"unit": "无".encode()})
    columns = perfect_columns(1)
    table = pa.table(columns).append_column(field, pa.array(["x"]))
    found, _ = judged(tmp_path, table)
    assert found.field("note").metadata[b"unit"] == "无".encode()


def test_dictionaries_that_differ_between_row_groups_are_passed_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(batch, "BATCH_ROWS", 64)
    towns = [f"town {number // 64}-{number % 3}" for number in range(200)]
    table = pa.table({**perfect_columns(200), "town": pa.array(towns).dictionary_encode()})
    source = made.write(tmp_path / "in.parquet", table, row_group=64)
    judge_file(source, tmp_path / "out.parquet", pack=NATIONAL, as_of=DAY)
    found = pq.read_table(tmp_path / "out.parquet")
    assert pa.types.is_dictionary(found.schema.field("town").type)
    assert found["town"].to_pylist() == towns


def test_columns_that_were_read_are_not_in_the_output(tmp_path: Path) -> None:
    table = made.table_of(NEIMENGGU, [made.perfect(NEIMENGGU)], proofs=True)
    found, _ = judged(tmp_path, table, NEIMENGGU)
    assert set(found.column_names) & set(table.column_names) == set()


# --- missing and derived columns ---


def test_a_missing_column_is_unknown_for_everybody_and_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(batch, "BATCH_ROWS", 64)
    columns = perfect_columns(200)
    del columns["base.talent"], columns["maturity_level"]
    found, report = judged(tmp_path, pa.table(columns))
    assert report.missing == ["base.talent", "maturity_level"]
    assert made.described(found)["missing_columns"] == ["base.talent", "maturity_level"]
    rows = made.judged_in_table(tmp_path / "out.parquet")
    assert all(row["declared"]["levels"]["basic"]["missing"] == ["base.talent", "maturity"] for row in rows)
    assert report.confirmed["declared"][None] == report.possible["declared"]["pioneer"] == 200


def test_a_table_without_any_column_that_is_read_is_unknown_throughout(tmp_path: Path) -> None:
    found, report = judged(tmp_path, pa.table({"name": ["甲", "乙"]}), NEIMENGGU)
    assert found["name"].to_pylist() == ["甲", "乙"]
    assert found["confirmed"].to_pylist() == [None, None]
    assert found["possible"].to_pylist() == ["pioneer", "pioneer"]
    asked = made.program(NEIMENGGU)
    deciding = {one.asked.id for plan in asked.plans for one in plan.conditions} & asked.claimable
    assert set(report.missing) == {*deciding, *asked.fields}


def test_a_table_without_rows_gives_a_table_without_rows(tmp_path: Path) -> None:
    table = made.table_of(NATIONAL, [made.perfect(NATIONAL)], proofs=True).slice(0, 0)
    found, report = judged(tmp_path, table)
    assert found.num_rows == report.rows == 0
    assert [name for name in found.column_names if name.startswith("confirmed")] == [
        "confirmed",
        "confirmed_documented",
        "confirmed_measured",
    ]
    assert report.confirmed == {floor: dict.fromkeys((None, *LEVELS), 0) for floor in made.FLOORS}


def test_ids_of_derived_elements_are_passed_through_and_told(tmp_path: Path) -> None:
    derived = {"excellence.coverage": [False, False], "base.maturity": [0, 0]}
    found, report = judged(tmp_path, pa.table({**perfect_columns(2), **derived}))
    assert sorted(report.derived) == sorted(derived)
    assert found.select([*derived]).to_pydict() == derived
    assert found["confirmed"].to_pylist() == ["pioneer", "pioneer"], "they were not read"


def test_a_column_with_a_mistyped_id_is_passed_through_and_the_right_one_missing(tmp_path: Path) -> None:
    columns = perfect_columns(1)
    columns["base.talents"] = columns.pop("base.talent")
    found, report = judged(tmp_path, pa.table(columns))
    assert "base.talents" in found.column_names
    assert report.missing == ["base.talent"]


def test_a_column_that_decides_nothing_is_not_missed(tmp_path: Path) -> None:
    columns = perfect_columns(1)
    del columns["basic.rnd.product-digital-design"]  # encouraged at the basic level
    _, report = judged(tmp_path, pa.table(columns))
    assert report.missing == []


def test_a_proof_of_something_that_is_not_read_is_passed_through_and_told(tmp_path: Path) -> None:
    odd = {"proof:base.talents": ["measured"], "proof:name": ["seen"]}
    found, report = judged(tmp_path, pa.table({**perfect_columns(1), **odd}))
    assert report.odd_proofs == [*odd]
    assert report.floors == ("declared",)
    assert found.select([*odd]).to_pydict() == odd


# --- floors ---


def test_without_proof_columns_there_is_the_declared_floor_only(tmp_path: Path) -> None:
    found, report = judged(tmp_path, pa.table(perfect_columns(1)))
    assert report.floors == ("declared",)
    expected = ["confirmed", "possible"]
    for level in LEVELS:
        expected += [level, f"failing_{level}", f"missing_{level}"]
    assert found.column_names == expected


def test_one_proof_column_is_enough_for_three_floors_with_their_names_as_suffix(tmp_path: Path) -> None:
    table = pa.table({**perfect_columns(1), "proof:base.talent": ["documented"]})
    found, report = judged(tmp_path, table)
    assert report.floors == made.FLOORS == tuple(made.described(found)["floors"])
    per_floor = len(found.column_names) // 3
    assert found.column_names[per_floor] == "confirmed_documented"
    for end in ("", "_documented", "_measured"):
        names = [
            "confirmed",
            "possible",
            *(f"{kind}{level}" for kind in ("", "failing_", "missing_") for level in LEVELS),
        ]
        assert {f"{name}{end}" for name in names} <= set(found.column_names)
    assert found["confirmed"].to_pylist() == ["pioneer"]
    assert found["confirmed_documented"].to_pylist() == [None], "what has no proof is declared"


def test_proof_decides_what_counts_at_each_floor(tmp_path: Path) -> None:
    enterprise = made.perfect(NATIONAL)
    proofs = ["measured", "documented", "declared", None]
    table = made.table_of(NATIONAL, [enterprise] * 4, proofs=True)
    place = table.column_names.index("proof:advanced.production.anomaly-warning")
    table = table.set_column(place, table.column_names[place], pa.array(proofs))
    found, _ = judged(tmp_path, table)
    assert found["advanced"].to_pylist() == [1, 1, 1, 1]
    assert found["advanced_documented"].to_pylist() == [1, 1, None, None]
    assert found["advanced_measured"].to_pylist() == [1, None, None, None], "a capability needs measured proof there"


@pytest.mark.parametrize("name", ["proof:maturity_level", "proof:maturity", "proof:base.maturity"])
def test_the_proof_of_maturity_may_have_its_short_name(name: str, tmp_path: Path) -> None:
    table = made.table_of(NATIONAL, [made.perfect(NATIONAL)], proofs=True)
    table = table.rename_columns([name if one == "proof:maturity_level" else one for one in table.column_names])
    found, _ = judged(tmp_path, table)
    assert found["confirmed_measured"].to_pylist() == ["pioneer"]
    assert name not in found.column_names


# --- what the output says of itself ---


def test_the_output_says_by_which_pack_day_and_interpretation_it_was_judged(tmp_path: Path) -> None:
    found, report = judged(tmp_path, pa.table(perfect_columns(1, NEIMENGGU)), NEIMENGGU)
    about = made.described(found)
    assert about["pack"] == report.pack == NEIMENGGU
    assert about["pack_digest"] == load_pack(NEIMENGGU).digest
    assert about["as_of"] == DAY.isoformat()
    assert about["linghang"] == __version__
    assert about["interpretation"].items() >= {"link_covered": "all", "basic_self_rating": "1"}.items()
    assert set(about["interpretation"]) == {one.id for one in load_pack(NEIMENGGU).interpretations}
    assert about["levels"] == list(LEVELS)
    assert about["missing_columns"] == []


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_the_bits_name_each_condition_of_a_level_once(pack: str, tmp_path: Path) -> None:
    found, _ = judged(tmp_path, pa.table(perfect_columns(1, pack)), pack)
    bits = made.described(found)["bits"]
    assert list(bits) == list(LEVELS)
    for level, names in bits.items():
        assert len(set(names)) == len(names)
        assert "maturity" in names
        assert ("scenario_count" in names) == (pack == NEIMENGGU)
        assert found.schema.field(f"failing_{level}").type.bit_width >= len(names)


def test_confirmed_and_possible_are_words_and_null_where_there_is_none(tmp_path: Path) -> None:
    found, _ = judged(tmp_path, pa.table({**perfect_columns(2), "base.talent": [True, False]}))
    for name in ("confirmed", "possible"):
        assert found.schema.field(name).type == pa.dictionary(pa.int8(), pa.string())
        assert found[name].to_pylist() == ["pioneer", None]


# --- names that clash ---


@pytest.mark.parametrize("name", ["basic", "confirmed", "possible", "failing_pioneer", "missing_advanced"])
def test_a_column_with_the_name_of_a_verdict_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        judged(tmp_path, pa.table({**perfect_columns(1), name: [1]}))
    said = str(refusal.value)
    assert said.startswith(f"{tmp_path / 'in.parquet'}: already has columns that the verdict would write: {name}")
    assert not (tmp_path / "out.parquet").exists()


def test_a_name_of_another_floor_clashes_only_where_that_floor_is_written(tmp_path: Path) -> None:
    columns = {**perfect_columns(1), "confirmed_measured": ["mine"], "failing_basic": [3]}
    found, _ = judged(tmp_path, pa.table(columns), masks=False)
    assert found["confirmed_measured"].to_pylist() == ["mine"]
    assert found["failing_basic"].to_pylist() == [3]
    with pytest.raises(BadInput, match="confirmed_measured"):
        judged(tmp_path, pa.table({**columns, "proof:base.talent": ["measured"]}), masks=False)


def test_two_columns_of_the_same_name_are_refused(tmp_path: Path) -> None:
    table = pa.table([pa.array([1]), pa.array([0]), pa.array(["x"])], names=["base.talent", "base.talent", "name"])
    with pytest.raises(BadInput, match=r"has two columns of the same name: base\.talent"):
        judged(tmp_path, table)
