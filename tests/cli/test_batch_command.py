"""`linghang batch`: what it says about a table of enterprises, and how it refuses one."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import Linghang, in_a_process

from linghang.conditions.shelf import load_pack
from linghang.judge.program import prepare

DAY = "2026-06-30"
NATIONAL = "national-2024"
LEVELS = ("basic", "advanced", "excellence", "pioneer")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three enterprises: one reaches everything, one has no talent, of one the talent is not known."""
    asked = prepare(load_pack(NATIONAL), date.fromisoformat(DAY))
    columns: dict[str, list[object]] = {name: [1, 1, 1] for name in sorted(asked.claimable)}
    columns |= {"maturity_level": [5, 5, 5], "base.talent": [True, False, None], "名称": ["甲", "乙", "丙"]}
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    return tmp_path / "in.parquet"


def test_it_counts_the_enterprises_by_level(linghang: Linghang, table: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    said = linghang("batch", table, "-o", target, "--pack", NATIONAL, "--as-of", DAY)
    assert (said.status, said.err) == (0, "")
    assert f"3 enterprises judged by national-2024 → {target}" in said.out.replace("\n", "")
    counts = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if len(line.split()) == 3}
    assert counts["pioneer"] == ["1", "2"]
    assert counts["none"] == ["2", "1"]
    assert counts["basic"] == counts["advanced"] == counts["excellence"] == ["0", "0"]
    written = pq.read_table(target)
    assert written["confirmed"].to_pylist() == ["pioneer", None, None]
    assert written["名称"].to_pylist() == ["甲", "乙", "丙"]


def test_the_document_for_programs_is_json_and_nothing_else(linghang: Linghang, table: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    said = linghang("batch", table, "-o", target, "--pack", NATIONAL, "--as-of", DAY, "--json")
    assert (said.status, said.err) == (0, "")
    none = dict.fromkeys(LEVELS, 0)
    assert said.document == {
        "pack": NATIONAL,
        "rows": 3,
        "missing": [],
        "derived": [],
        "odd_proofs": [],
        "floors": ["declared"],
        "confirmed": {"declared": none | {"none": 2, "pioneer": 1}},
        "possible": {"declared": none | {"none": 1, "pioneer": 2}},
        "output": str(target),
    }


def test_without_masks_no_masks_are_written(linghang: Linghang, table: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    assert linghang("batch", table, "-o", target, "--pack", NATIONAL, "--as-of", DAY, "--no-masks").status == 0
    assert pq.read_schema(target).names == ["名称", "confirmed", "possible", *LEVELS]


def test_an_interpretation_of_the_reviewer_is_used(linghang: Linghang, table: Path, tmp_path: Path) -> None:
    lame = pq.read_table(table)
    for name in lame.column_names:
        if name.startswith("basic.production."):
            lame = lame.set_column(lame.column_names.index(name), name, pa.array([1, 0, 0]))
    one_met = "basic.production.realtime-monitoring"
    lame = lame.set_column(lame.column_names.index(one_met), one_met, pa.array([1, 1, 0]))
    lame = lame.set_column(lame.column_names.index("base.talent"), "base.talent", pa.array([1, 1, 1]))
    pq.write_table(lame, table)
    found = {}
    for chosen in ("all", "any"):
        options = ("--pack", NATIONAL, "--as-of", DAY, "--interpretation", f"link_covered={chosen}")
        assert linghang("batch", table, "-o", tmp_path / "out.parquet", *options).status == 0
        found[chosen] = pq.read_table(tmp_path / "out.parquet")["basic"].to_pylist()
    assert found == {"all": [1, 0, 0], "any": [1, 1, 0]}


def test_what_was_not_read_is_told_on_the_error_channel(linghang: Linghang, table: Path, tmp_path: Path) -> None:
    given = pq.read_table(table).drop_columns(["base.talent", "maturity_level"])
    given = given.append_column("base.maturity", pa.array([1, 1, 1]))
    given = given.append_column("proof:base.talents", pa.array(["measured"] * 3))
    pq.write_table(given, table)
    said = linghang("batch", table, "-o", tmp_path / "out.parquet", "--pack", NATIONAL, "--as-of", DAY)
    assert said.status == 0
    missing, odd, derived = said.err.splitlines()
    assert missing.startswith(
        "2 columns are not in the table, so they are unknown for everybody: base.talent, maturity"
    )
    assert odd.endswith("proof:base.talents")
    assert derived.endswith("base.maturity")


def test_many_missing_columns_are_counted_and_only_some_named(linghang: Linghang, tmp_path: Path) -> None:
    pq.write_table(pa.table({"name": ["甲"]}), tmp_path / "in.parquet")
    said = linghang("batch", tmp_path / "in.parquet", "-o", tmp_path / "out.parquet", "--pack", "neimenggu-2025")
    (line,) = said.err.splitlines()
    asked = prepare(load_pack("neimenggu-2025"), date.today())
    deciding = {one.asked.id for plan in asked.plans for one in plan.conditions} & asked.claimable
    assert line.startswith(f"{len(deciding) + 5} columns are not in the table")
    assert line.count(", ") == 9
    assert line.endswith(", …")


def test_a_table_without_rows_is_judged_too(linghang: Linghang, table: Path, tmp_path: Path) -> None:
    pq.write_table(pq.read_table(table).slice(0, 0), table)
    said = linghang("batch", table, "-o", tmp_path / "out.parquet", "--pack", NATIONAL, "--as-of", DAY)
    assert (said.status, said.err) == (0, "")
    assert "0 enterprises judged" in said.out
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 0


def test_three_floors_stand_side_by_side(
    linghang: Linghang, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    given = pq.read_table(table).append_column("proof:base.talent", pa.array(["measured"] * 3))
    pq.write_table(given, table)
    said = linghang("batch", table, "-o", tmp_path / "out.parquet", "--pack", NATIONAL, "--as-of", DAY)
    heading = [line for line in said.out.splitlines() if "·" in line]
    for floor in ("declared", "documented", "measured"):
        assert sum(line.count(f"confirmed · {floor}") + line.count(f"possible · {floor}") for line in heading) == 2


def test_a_wrong_value_is_refused_with_row_and_column_and_nothing_is_written(
    linghang: Linghang, table: Path, tmp_path: Path
) -> None:
    given = pq.read_table(table)
    place = given.column_names.index("base.talent")
    pq.write_table(given.set_column(place, "base.talent", pa.array([1, 7, 0])), table)
    said = linghang("batch", table, "-o", tmp_path / "out.parquet", "--pack", NATIONAL, "--as-of", DAY)
    assert (said.status, said.out) == (2, "")
    (refusal,) = said.refusals
    assert refusal.startswith(f"{table}, row 2, column base.talent: 7 is not a finding")
    assert list(tmp_path.iterdir()) == [table]


def test_output_and_pack_are_needed(linghang: Linghang, table: Path) -> None:
    for options, name in ((("--pack", NATIONAL), "--output"), (("-o", "out.parquet"), "--pack")):
        said = linghang("batch", table, *options)
        assert (said.status, said.out) == (2, "")
        (refusal,) = said.refusals
        assert f"{name}' " in refusal
        assert "is missing (see linghang batch --help)" in refusal


def test_the_progress_bar_stays_off_channels_that_are_no_terminal(table: Path, tmp_path: Path) -> None:
    said = in_a_process(
        "--lang", "en", "batch", table, "-o", tmp_path / "out.parquet", "--pack", NATIONAL, "--as-of", DAY, "--json"
    )
    assert (said.status, said.err) == (0, "")
    assert said.document["rows"] == 3
