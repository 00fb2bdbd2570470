"""A table is judged as each of its enterprises alone, however it is typed, ordered and cut."""

from pathlib import Path
from random import Random

import enterprises as made
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enterprises import DAY, FLOORS, NATIONAL, NEIMENGGU

from linghang.judge import inputs
from linghang.usecases import batch
from linghang.usecases.batch import judge_file

ROWS = 150


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one word and batches of two blocks: a table of 150 rows has several of both."""
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(batch, "BATCH_ROWS", 128)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("proofs", [False, True], ids=["without proofs", "with proofs"])
@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_every_row_is_judged_as_its_case_file_alone(pack: str, proofs: bool, tmp_path: Path) -> None:
    enterprises = made.random_enterprises(pack, ROWS, seed=7)
    source = made.write(tmp_path / "in.parquet", made.table_of(pack, enterprises, proofs, seed=7), row_group=50)
    report = judge_file(source, tmp_path / "out.parquet", pack=pack, as_of=DAY)

    expected = made.judged_alone(pack, enterprises, tmp_path)
    found = made.judged_in_table(tmp_path / "out.parquet")
    floors = FLOORS if proofs else ("declared",)
    assert report.rows == len(found) == ROWS
    for number, (alone, in_table) in enumerate(zip(expected, found, strict=True)):
        assert in_table == {floor: alone[floor] for floor in floors}, f"row {number + 1}"
    confirmed = {one["declared"]["confirmed"] for one in expected}
    assert len(confirmed) >= 3, "the draw is too poor to show a difference"


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_counts_are_those_of_the_rows(pack: str, tmp_path: Path) -> None:
    source = made.write(tmp_path / "in.parquet", made.table_of(pack, made.random_enterprises(pack, ROWS, 3), True))
    report = judge_file(source, tmp_path / "out.parquet", pack=pack, as_of=DAY)
    found = made.judged_in_table(tmp_path / "out.parquet")
    for floor in FLOORS:
        for which, counted in (("confirmed", report.confirmed), ("possible", report.possible)):
            said = [row[floor][which] for row in found]
            assert counted[floor] == {level: said.count(level) for level in (None, *made.LEVELS)}


@pytest.mark.parametrize("chosen", ["all", "majority", "any"])
def test_a_reviewers_interpretation_is_judged_by_and_written_down(chosen: str, tmp_path: Path) -> None:
    enterprises = made.random_enterprises(NATIONAL, 60, seed=11)
    source = made.write(tmp_path / "in.parquet", made.table_of(NATIONAL, enterprises))
    interpretation = {"link_covered": chosen}
    judge_file(source, tmp_path / "out.parquet", pack=NATIONAL, as_of=DAY, interpretation=interpretation)
    expected = made.judged_alone(NATIONAL, enterprises, tmp_path, interpretation=interpretation)
    found = made.judged_in_table(tmp_path / "out.parquet")
    assert [row["declared"] for row in found] == [row["declared"] for row in expected]
    about = made.described(pq.read_table(tmp_path / "out.parquet"))
    assert about["interpretation"]["link_covered"] == chosen


CUTS = [(None, 1 << 16, 1 << 15), (13, 64, 64), (64, 128, 64), (100, 192, 64), (150, 1 << 16, 128)]


@pytest.mark.parametrize(("row_group", "batch_rows", "block"), CUTS)
def test_cutting_a_table_into_row_groups_batches_and_blocks_changes_nothing(
    row_group: int | None, batch_rows: int, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = made.table_of(NEIMENGGU, made.random_enterprises(NEIMENGGU, ROWS, 5), True)
    table = table.append_column("name", pa.array([f"厂 {number}" for number in range(ROWS)]))
    whole = made.write(tmp_path / "whole.parquet", table)
    judge_file(whole, tmp_path / "whole-out.parquet", pack=NEIMENGGU, as_of=DAY)

    monkeypatch.setattr(inputs, "BLOCK", block)
    monkeypatch.setattr(batch, "BATCH_ROWS", batch_rows)
    cut = made.write(tmp_path / "cut.parquet", table, row_group)
    judge_file(cut, tmp_path / "cut-out.parquet", pack=NEIMENGGU, as_of=DAY)
    assert pq.read_table(tmp_path / "cut-out.parquet").equals(pq.read_table(tmp_path / "whole-out.parquet"))


def test_the_order_of_rows_changes_no_row(tmp_path: Path, small_batches: None) -> None:
    table = made.table_of(NATIONAL, made.random_enterprises(NATIONAL, ROWS, 5), True)
    table = table.append_column("number", pa.array(range(ROWS)))
    shuffled = list(range(ROWS))
    Random(1).shuffle(shuffled)
    found = []
    for name, one in (("straight", table), ("shuffled", table.take(shuffled))):
        source = made.write(tmp_path / f"{name}.parquet", one)
        judge_file(source, tmp_path / f"{name}-out.parquet", pack=NATIONAL, as_of=DAY)
        found.append(pq.read_table(tmp_path / f"{name}-out.parquet").sort_by("number").to_pylist())
    assert found[0] == found[1]


def test_without_masks_the_levels_are_the_same(tmp_path: Path) -> None:
    source = made.write(
        tmp_path / "in.parquet", made.table_of(NATIONAL, made.random_enterprises(NATIONAL, 40, 2), True)
    )
    judge_file(source, tmp_path / "with.parquet", pack=NATIONAL, as_of=DAY)
    judge_file(source, tmp_path / "without.parquet", pack=NATIONAL, as_of=DAY, masks=False)
    with_masks, without = pq.read_table(tmp_path / "with.parquet"), pq.read_table(tmp_path / "without.parquet")
    kept = [name for name in with_masks.column_names if not name.startswith(("failing_", "missing_"))]
    assert without.column_names == kept
    assert without.equals(with_masks.select(kept))


def test_progress_is_told_after_every_batch(tmp_path: Path, small_batches: None) -> None:
    source = made.write(tmp_path / "in.parquet", made.table_of(NATIONAL, made.random_enterprises(NATIONAL, ROWS, 2)))
    told: list[tuple[int, int]] = []
    judge_file(source, tmp_path / "out.parquet", pack=NATIONAL, as_of=DAY, progress=lambda *counts: told.append(counts))
    assert told == [(128, ROWS), (ROWS, ROWS)]
