"""Tables that cannot be judged: what is said, and that nothing is left half done."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import enterprises as made
import pyarrow as pa
import pytest
from enterprises import DAY, NATIONAL, NEIMENGGU

from linghang.errors import BadInput
from linghang.judge import inputs
from linghang.store import whole_file
from linghang.usecases import batch
from linghang.usecases.batch import judge_file

FORMER = b"what stood here before"


def good(rows: int = 3, pack: str = NATIONAL) -> pa.Table:
    return made.table_of(pack, [made.perfect(pack)] * rows)


def refusal(source: Path, target: Path, **options: Any) -> str:
    """Judge, and return what was said against it."""
    with pytest.raises(BadInput) as refused:
        judge_file(source, target, **{"pack": NATIONAL, "as_of": DAY, **options})
    return str(refused.value)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An output that stands there from a former run, in a folder of its own."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "out.parquet").write_bytes(FORMER)
    return folder / "out.parquet"


def untouched(target: Path) -> bool:
    """Whether the former output is there byte for byte, and nothing else."""
    return target.read_bytes() == FORMER and list(target.parent.iterdir()) == [target]


# --- the file that is read ---


def test_a_file_that_is_not_there(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "nowhere.parquet"
    assert refusal(source, target) == f"there is no file {source}"
    assert untouched(target)


NO_PARQUET = {
    "text": b"name,base.talent\n1,1\n",
    "empty": b"",
    "marks only": b"PAR1PAR1",
    "noise": bytes(range(256)) * 9,
}


@pytest.mark.parametrize("content", NO_PARQUET.values(), ids=NO_PARQUET)
def test_a_file_that_is_no_parquet(content: bytes, tmp_path: Path, target: Path) -> None:
    source = tmp_path / "in.parquet"
    source.write_bytes(content)
    assert refusal(source, target) == f"{source}: is not a Parquet file"
    assert untouched(target)


@pytest.mark.parametrize("cut", [1, 8, 500], ids="{} bytes cut off".format)
def test_a_file_whose_end_is_cut_off(cut: int, tmp_path: Path, target: Path) -> None:
    source = made.write(tmp_path / "in.parquet", good())
    source.write_bytes(source.read_bytes()[:-cut])
    assert refusal(source, target).startswith(f"{source}: ")
    assert untouched(target)


def test_a_file_that_is_damaged_inside(tmp_path: Path, target: Path) -> None:
    names = pa.array([f"firm {number}" for number in range(9000)])
    source = made.write(tmp_path / "in.parquet", good(9000).append_column("name", names))
    content = bytearray(source.read_bytes())
    start = content.index(b"firm ")
    content[start - 40 : start + 4000] = bytes(4040)
    source.write_bytes(content)
    assert refusal(source, target).startswith(f"{source}: is damaged: ")
    assert untouched(target)


def test_a_folder_instead_of_a_table(tmp_path: Path, target: Path) -> None:
    assert refusal(tmp_path, target) == f"{tmp_path}: cannot be read: it is a folder"
    assert untouched(target)


# --- the file that is written ---


def test_an_output_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    source = made.write(tmp_path / "in.parquet", good())
    target = tmp_path / "nowhere" / "out.parquet"
    assert refusal(source, target).startswith(f"{target}: cannot be written: ")
    assert list(tmp_path.iterdir()) == [source]


def test_an_output_below_a_file(tmp_path: Path) -> None:
    source = made.write(tmp_path / "in.parquet", good())
    target = source / "out.parquet"
    assert refusal(source, target).startswith(f"{target}: cannot be written: ")


def test_an_output_that_is_a_folder(tmp_path: Path) -> None:
    source = made.write(tmp_path / "in.parquet", good())
    target = tmp_path / "out"
    target.mkdir()
    assert refusal(source, target) == f"{target}: cannot be written: it is a folder"
    assert sorted(tmp_path.iterdir()) == [source, target]
    assert list(target.iterdir()) == []


def test_an_output_that_may_not_be_written(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(whole_file, "NamedTemporaryFile", forbidden)
    source = made.write(tmp_path / "in.parquet", good())
    assert refusal(source, target) == f"{target}: cannot be written: you may not do that there"
    assert untouched(target)


def test_an_output_that_cannot_take_its_name_in_the_end(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", forbidden)
    source = made.write(tmp_path / "in.parquet", good())
    assert refusal(source, target).startswith(f"{target}: cannot be written: ")
    assert untouched(target)


ALIASES: dict[str, Callable[[Path], Path]] = {
    "the same path": lambda source: source,
    "another way to it": lambda source: source.parent / "out" / ".." / source.name,
    "a symbolic link": lambda source: linked(source, "symlink_to"),
    "a hard link": lambda source: linked(source, "hardlink_to"),
}


def linked(source: Path, how: str) -> Path:
    link = source.with_name("link.parquet")
    getattr(link, how)(source)
    return link


@pytest.mark.parametrize("alias", ALIASES.values(), ids=ALIASES)
def test_an_output_that_is_the_input_is_refused_because_the_findings_would_be_lost(
    alias: Callable[[Path], Path], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    source = made.write(tmp_path / "in.parquet", good())
    before = source.read_bytes()
    assert "is the table that is judged" in refusal(source, alias(source))
    assert source.read_bytes() == before


# --- values ---

WRONG_VALUES = {
    "two": (pa.array([1, None, 2]), "2"),
    "minus two": (pa.array([1, 0, -2], pa.int8()), "-2"),
    "a half": (pa.array([1.0, float("nan"), 0.5], from_pandas=False), "0.5"),
    "endless": (pa.array([1.0, None, float("inf")]), "inf"),
}


@pytest.mark.parametrize(("column", "value"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_number_that_is_no_finding_is_named_with_row_and_column(
    column: pa.Array, value: str, tmp_path: Path, target: Path
) -> None:
    table = good().set_column(good().column_names.index("base.talent"), "base.talent", column)
    source = made.write(tmp_path / "in.parquet", table)
    said = refusal(source, target)
    assert said.startswith(f"{source}, row 3, column base.talent: {value} is not a finding")
    assert untouched(target)


def test_a_wrong_value_in_a_later_batch_is_named_with_its_row_in_the_file(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(batch, "BATCH_ROWS", 128)
    rows = 500
    values = [1] * rows
    values[299] = 7
    table = good(rows).set_column(good().column_names.index("base.talent"), "base.talent", pa.array(values))
    source = made.write(tmp_path / "in.parquet", table, row_group=100)
    assert refusal(source, target).startswith(f"{source}, row 300, column base.talent: 7 is not a finding")
    assert untouched(target)


def test_a_proof_that_is_no_proof_is_named_with_row_and_column(tmp_path: Path, target: Path) -> None:
    table = good().append_column("proof:base.talent", pa.array(["measured", None, "seen"]))
    source = made.write(tmp_path / "in.parquet", table)
    said = refusal(source, target)
    assert said == f"{source}, row 3, column proof:base.talent: “seen” is not one of declared, documented, measured"
    assert untouched(target)


NUMBERS: dict[str, pa.DataType] = {
    "int8": pa.int8(),
    "int64": pa.int64(),
    "float16": pa.float16(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "decimal": pa.decimal128(4, 1),
}


@pytest.mark.parametrize("kind", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize(("name", "value"), [("maturity_level", 6), ("maturity_level", -1), ("scenes_advanced", -1)])
def test_a_number_that_a_case_could_not_state_is_named_with_row_and_column(
    name: str, value: int, kind: pa.DataType, tmp_path: Path, target: Path
) -> None:
    table = good(pack=NEIMENGGU)
    column = pa.array([None, 5, value], pa.float32()).cast(kind)
    source = made.write(tmp_path / "in.parquet", table.set_column(table.column_names.index(name), name, column))
    said = refusal(source, target, pack=NEIMENGGU)
    assert said.startswith(f"{source}, row 3, column {name}: {value}")
    assert untouched(target)


WRONG_TYPES = {
    "words": pa.array(["met", "unmet", None]),
    "lists": pa.array([[1], [], None]),
    "words by number": pa.array(["1", "0", None]).dictionary_encode(),
}


@pytest.mark.parametrize("name", ["base.talent", "maturity_level"])
@pytest.mark.parametrize("column", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_column_of_another_type_is_refused_by_its_name(
    column: pa.Array, name: str, tmp_path: Path, target: Path
) -> None:
    table = good().set_column(good().column_names.index(name), name, column)
    source = made.write(tmp_path / "in.parquet", table)
    said = refusal(source, target)
    assert said.startswith(str(source))
    assert name in said
    assert untouched(target)


# --- pack and day ---


def test_a_pack_that_is_not_known_or_not_in_force_yet(tmp_path: Path, target: Path) -> None:
    source = made.write(tmp_path / "in.parquet", good())
    assert "did you mean national-2024" in refusal(source, target, pack="national-2042")
    assert "in force from 2025-01-01" in refusal(source, target, pack=NEIMENGGU, as_of=date(2024, 12, 31))
    assert "is not one of all, majority, any" in refusal(source, target, interpretation={"link_covered": "some"})
    assert untouched(target)


def test_a_run_that_succeeds_replaces_the_former_output_and_leaves_nothing_else(tmp_path: Path, target: Path) -> None:
    source = made.write(tmp_path / "in.parquet", good())
    judge_file(source, target, pack=NATIONAL, as_of=DAY)
    assert target.read_bytes() != FORMER
    assert list(target.parent.iterdir()) == [target]
    assert len(made.judged_in_table(target)) == 3
