"""`linghang export`: files for other programs, and refusals that say what would be right."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from command_line import EXAMPLE, Linghang

from linghang.report.oscal_reading import findings_of


def test_a_catalog_is_written(linghang: Linghang, tmp_path: Path) -> None:
    said = linghang("export", "oscal", "catalog", "--pack", "neimenggu-2025", "-o", tmp_path / "c.json")
    assert said.status == 0
    assert "neimenggu-2025" in said.out
    assert "catalog" in json.loads((tmp_path / "c.json").read_bytes())


def test_a_profile_is_written_beside_its_catalogs(linghang: Linghang, tmp_path: Path) -> None:
    said = linghang("export", "oscal", "profile", "--pack", "jiangsu-2025", "-o", tmp_path / "out")
    assert said.status == 0
    assert [Path(line).name for line in said.out.splitlines()] == [
        "base-catalog.json",
        "additions-catalog.json",
        "profile.json",
    ]
    assert all(Path(line).is_file() for line in said.out.splitlines())


def test_results_of_a_case_are_written(linghang: Linghang, tmp_path: Path) -> None:
    said = linghang("export", "oscal", "results", EXAMPLE, "-o", tmp_path / "r.json", "--as-of", "2026-06-30")
    assert said.status == 0
    assert "wheel-works" in said.out
    assert set(findings_of(json.loads((tmp_path / "r.json").read_bytes()))) == {"declared", "documented", "measured"}


def test_a_table_becomes_one_document_a_line(linghang: Linghang, tmp_path: Path) -> None:
    table = pa.table({"id": ["A", "B"], "name": ["甲", "乙"], "base.talent": [True, None]})
    pq.write_table(table, tmp_path / "t.parquet")
    said = linghang(
        *("export", "oscal", "table", tmp_path / "t.parquet", "-o", tmp_path / "o.jsonl", "--names", "id,name"),
        *("--as-of", "2026-06-30", "--json"),
    )
    assert said.status == 0
    assert (said.document["rows"], said.document["floors"]) == (2, ["declared"])
    assert "base.finance-sound" in said.document["missing"]
    lines = (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [json.loads(line)["assessment-results"]["metadata"]["title"] for line in lines]
    assert [title.partition(":")[0] for title in titles] == ["甲", "乙"]


def test_columns_that_are_missing_are_named_on_the_error_channel(linghang: Linghang, tmp_path: Path) -> None:
    pq.write_table(pa.table({"base.talent": [True]}), tmp_path / "t.parquet")
    said = linghang("export", "oscal", "table", tmp_path / "t.parquet", "-o", tmp_path / "o.jsonl")
    assert said.status == 0
    assert "1 enterprises" in said.out
    assert "unknown for everybody" in said.err


def test_a_library_of_ciso_assistant_is_written(linghang: Linghang, tmp_path: Path) -> None:
    said = linghang("export", "ciso-assistant", "-o", tmp_path / "l.yaml", "--library-version", 3)
    assert said.status == 0
    assert yaml.safe_load((tmp_path / "l.yaml").read_bytes())["version"] == 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("oscal", "catalog", "--pack", "national", "-o", "x.json"), "did you mean national-2024"),
        (("oscal", "profile", "--pack", "national-2024", "-o", "x"), "has no base"),
        (("oscal", "results", "no-such-case.yaml", "-o", "x.json"), "there is no file"),
        (("oscal", "table", "no-such.parquet", "-o", "x.jsonl"), "there is no file"),
        (("oscal", "table", "t.parquet", "-o", "x.jsonl", "--floor", "high"), "--floor takes declared"),
        (("oscal", "table", "t.parquet", "-o", "x.jsonl", "--names", "a,b,c"), "--names takes ID or ID,NAME"),
        (("ciso-assistant", "-o", "x.yaml", "--library-version", "0"), "from 1 on, not 0"),
        (("oscal", "catalog", "-o", "no/such/folder/x.json"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_refused(
    linghang: Linghang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = linghang("export", *arguments)
    assert said.status == 2
    assert reason in said.err
    assert list(tmp_path.iterdir()) == []
