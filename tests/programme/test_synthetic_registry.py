"""Synthetic registries: marked as such, the same for the same seed, in the published shares, correlated."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.judge.columns import judge_table
from linghang.judge.inputs import Population
from linghang.judge.program import prepare
from linghang.plant.codes import division_of, region_of
from linghang.programme import synth
from linghang.programme.profiles import ENTERPRISES, INDUSTRIES, PUBLISHED, REGIONS, published_counts
from linghang.programme.synth import synthesise
from linghang.usecases.batch import judge_file
from linghang.usecases.registry import is_synthetic, read_description, write_registry

DAY = date(2026, 6, 30)
PACKS = ("national-2024", "neimenggu-2025", "jiangsu-2025", "hainan-2025")


def registry(pack: str, rows: int, seed: int) -> pa.Table:
    return pa.Table.from_batches(list(synthesise(prepare(load_pack(pack), DAY), rows, seed)))


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("rows", [1, 63, 20_000])
def test_as_many_have_a_level_as_is_published(pack: str, rows: int) -> None:
    program = prepare(load_pack(pack), DAY)
    verdict = judge_table(program, Population(registry(pack, rows, 5)), masks=False)
    found = Counter(verdict.confirmed().tolist())
    at_least = [sum(found[place] for place in range(level, 4)) for level in range(4)]
    assert dict(zip(program.pack.level_ids, at_least, strict=True)) == published_counts(rows)


def test_of_half_a_million_the_published_counts_themselves() -> None:
    assert published_counts(ENTERPRISES) == {one.level: one.factories for one in PUBLISHED}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        write_registry(tmp_path / name, enterprises=500, seed=seed, pack=PACKS[0], as_of=DAY)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_it_is_marked_as_synthetic_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "factories.parquet"
    report = write_registry(path, enterprises=200, seed=7, pack=PACKS[0], as_of=DAY)
    assert not report.named_as_synthetic
    assert report.to_dict()["synthetic"] is True
    assert read_description(path)["synthetic"] is True
    table = pq.read_table(path)
    assert is_synthetic(table.schema)
    assert table.column("synthetic").to_pylist() == [True] * 200
    assert all(one.startswith("SYN-") for one in table.column("id").to_pylist())


def test_batch_reads_it_and_passes_the_mark_on(tmp_path: Path) -> None:
    source, target = tmp_path / "synthetic.parquet", tmp_path / "verdicts.parquet"
    write_registry(source, enterprises=3000, seed=7, pack=PACKS[0], as_of=DAY)
    report = judge_file(source, target, pack=PACKS[0], as_of=DAY)
    assert [*report.missing, *report.derived, *report.odd_proofs] == []
    assert report.floors == ("declared", "documented", "measured")
    assert report.confirmed["declared"]["basic"] == 210 - 49
    assert all(pq.read_table(target).column("synthetic").to_pylist())


def test_who_has_one_capability_tends_to_have_the_others() -> None:
    table = registry(PACKS[0], 20_000, 3)
    a, b = (
        table.column(name).to_numpy()
        for name in ("basic.production.equipment-upgrade", "advanced.production.precise-control")
    )
    both = np.array([[x, y] for x, y in zip(a, b, strict=True) if x is not None and y is not None], float)
    assert np.corrcoef(both.T)[0, 1] > 0.2
    met: dict[str, list[bool]] = {"large": [], "small": []}
    for size, one in zip(table.column("size").to_pylist(), a, strict=True):
        if size in met and one is not None:
            met[size].append(one)
    assert np.mean(met["large"]) > np.mean(met["small"]) + 0.1


def test_codes_are_those_of_the_standards() -> None:
    assert all(region_of(code) for code in REGIONS)
    assert all(division_of(f"C{code}") for code in INDUSTRIES)


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth, "CHUNK", 64)
    table = registry(PACKS[0], 1000, 1)
    assert table.column("id").to_pylist() == [f"SYN-{number:08d}" for number in range(1, 1001)]


@pytest.mark.parametrize(
    ("rows", "seed", "message"), [(0, 7, "at least one enterprise, not 0"), (5, -1, "whole number from 0 on, not -1")]
)
def test_what_cannot_be_is_refused(rows: int, seed: int, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        registry(PACKS[0], rows, seed)
