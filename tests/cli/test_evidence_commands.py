"""`linghang evidence`: from a file to the judgement and back, in both languages and as JSON."""

from pathlib import Path

import pytest
from command_line import Linghang

from linghang.usecases.workspaces import make_workspace

ROLE = "advanced.outcome.provincial-role"


@pytest.fixture
def works(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", None).folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "证明.txt"
    path.write_text("省级示范工厂证明", encoding="utf-8")
    return path


def test_a_document_is_registered_listed_shown_retired_and_restored(
    linghang: Linghang, works: Path, file: Path
) -> None:
    options = ["--title", "示范证明", "--kind", "certificate", "--states", f"{ROLE}=met", "--set", "issuer=工信厅"]
    added = linghang("evidence", "add", works, file, *options)
    assert added.status == 0, added.err
    assert "E0001" in added.out
    assert "new in the ledger: 1" in added.out
    assert "示范证明" in linghang("evidence", "list", works, "--search", "示范工厂").out
    shown = linghang("evidence", "show", works, "E0001").out
    assert ROLE in shown
    assert "工信厅" in shown
    assert linghang("evidence", "retire", works, "E0001", "--reason", "撤销").status == 0
    assert "retired" in linghang("evidence", "list", works).out
    assert linghang("evidence", "restore", works, "E0001").status == 0
    assert linghang("evidence", "revise", works, "E0001", "--set", "valid_until=2030-01-01").status == 0
    assert "2030-01-01" in linghang("evidence", "list", works).out
    assert linghang("evidence", "check", works).status == 0
    assert linghang("evidence", "get", works, "E0001", "-o", works.parent / "copy.txt").status == 0
    assert (works.parent / "copy.txt").read_bytes() == file.read_bytes()


def test_the_json_is_the_same_in_both_languages(linghang: Linghang, works: Path, file: Path) -> None:
    added = linghang("evidence", "add", works, file, "--proves", "scene:28", "--json").document[0]
    assert (added["id"], added["title"], added["proves"], added["ledger_records"]) == ("E0001", "证明", ["scene:28"], 0)
    for command in (("list", works), ("show", works, "E0001"), ("list", works, "--search", "示范"), ("check", works)):
        said = [linghang("evidence", *command, "--json", lang=lang).document for lang in ("zh", "en")]
        assert said[0] == said[1]
    (found,) = linghang("evidence", "list", works, "--search", "示范", "--json").document
    assert found["hit"] == {"where": "text", "excerpt": "省级示范工厂证明", "start": 2, "end": 4}


def test_the_matrix_names_gaps_and_what_would_count(linghang: Linghang, works: Path, file: Path) -> None:
    linghang("evidence", "add", works, file, "--states", f"{ROLE}=met")
    asked = ("evidence", "matrix", works, "--pack", "national-2024", "--level", "advanced")
    shown = linghang(*asked, "--as-of", "2026-11-22")
    assert shown.status == 0, shown.err
    assert "what would count" in shown.out
    said = [linghang(*asked, "--json", lang=lang).document for lang in ("zh", "en")]
    assert said[0] == said[1]
    row = next(one for one in said[0]["rows"] if one["id"] == ROLE)
    assert (row["gap"], row["finding"], row["documents"][0]["states"]) == ("proved", "met", "met")
    assert sum(sum(one["gaps"].values()) for one in said[0]["summary"]) == len(said[0]["rows"])
    assert "no level advance; did you mean advanced" in linghang(*asked[:5], "--level", "advance").err


def test_a_changed_file_is_an_exit_status(linghang: Linghang, works: Path, file: Path) -> None:
    added = linghang("evidence", "add", works, file, "--json").document[0]
    kept = works / "documents" / "sha256" / added["sha256"][:2] / added["sha256"]
    kept.chmod(0o644)
    kept.write_text("swapped")
    checked = linghang("evidence", "check", works)
    assert checked.status == 2
    assert "E0001/1: the file was changed" in checked.out


def test_bad_input_is_refused_in_a_sentence(linghang: Linghang, works: Path, file: Path) -> None:
    said = linghang("evidence", "add", works, file, "--set", "isuer=x")
    assert said.status == 2
    assert said.refusals == ["“isuer” is not known of a document; did you mean issuer?"]
    assert linghang("evidence", "show", works, "7").refusals == [
        "“7” is no number of the register; it is written like E0001"
    ]
    assert linghang("evidence", "add", works, works.parent).status == 2


def test_a_list_is_registered_by_one_command(linghang: Linghang, works: Path, file: Path) -> None:
    listed = file.with_name("list.csv")
    listed.write_text("file,title,kind\n证明.txt,证明,certificate\n", encoding="utf-8")
    assert "E0001" in linghang("evidence", "import", works, listed).out
    assert "registered already" in linghang("evidence", "import", works, listed).out
