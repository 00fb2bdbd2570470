"""`linghang maturity`: what each command says, in both languages, as text and as JSON."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from command_line import Linghang

from linghang.conditions.maturity import load_maturity
from linghang.conditions.shelf import PACKS
from linghang.usecases.workspaces import make_workspace

BY = ("--by", "王工")
MODEL = load_maturity(PACKS / "gbt-39116-2020.yaml")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", None).folder


def test_an_answer_is_shown_with_what_stands(linghang: Linghang, plant: Path) -> None:
    said = linghang("maturity", "answer", plant, "OS.1.a", "0.8", "--reason", "有规划", *BY)
    assert said.status == 0, said.err
    assert "OS.1.a" in said.out
    assert "0.8 mostly met" in said.out
    assert "level 0 confirmed, 5 possible" in said.out
    assert "218 unanswered" in said.out


def test_a_wrong_answer_is_refused(linghang: Linghang, plant: Path) -> None:
    said = linghang("maturity", "answer", plant, "OS.1.a", "0.9", *BY)
    assert said.status == 2
    assert said.refusals == ["0.9 is no answer to OS.1.a; answers are 1, 0.8, 0.5, 0"]


def test_show_says_levels_gate_weights_and_how_sure_they_are(linghang: Linghang, plant: Path) -> None:
    linghang("maturity", "leave-out", plant, "sales", "--reason", "只有内部客户", *BY)
    linghang("maturity", "weights", plant, "process", *BY)
    said = linghang("maturity", "show", plant).out
    for part in (
        "level 0 confirmed, level 5 possible",
        "weights: process",
        "只有内部客户",
        "gate 0.8",
        "gate L",
        "weights L",
    ):
        assert part in said
    assert "accredited body is another thing" in said
    document = linghang("maturity", "show", plant, "--json").document
    assert document["left_out"] == {"sales": "只有内部客户"}
    assert document["confidence"]["gate"] == {"L": 1}
    assert len(document["sub_domains"]) == 17, "sales is left out; process weights ignore two more"


def test_what_is_not_answered_is_never_shown_as_a_score_of_zero(linghang: Linghang, plant: Path) -> None:
    assert "0.00–1.00 of 0.8" in linghang("maturity", "gap", plant, "--level", "1").out
    level = linghang("maturity", "gap", plant, "--level", "1", "--json").document["levels"][0]
    assert (Decimal(level["score"]), Decimal(level["possible"])) == (0, 1)
    assert "nothing was answered yet" in linghang("maturity", "history", plant).out


def test_history_and_undo(linghang: Linghang, plant: Path) -> None:
    linghang("maturity", "answer", plant, "OS.1.a", "1", *BY)
    assert "taken back: act 1 of 王工: OS.1.a = 1" in linghang("maturity", "undo", plant, *BY).out
    acts = linghang("maturity", "history", plant, "--json").document
    assert [(one["kind"], one["stands"]) for one in acts] == [("answers", False), ("undo", True)]
    assert "王工" in linghang("maturity", "history", plant).out
    assert linghang("maturity", "undo", plant, *BY).refusals == ["there is nothing to undo"]


def test_a_workbook_goes_out_and_comes_back(linghang: Linghang, plant: Path, tmp_path: Path) -> None:
    path = tmp_path / "maturity.xlsx"
    assert "219 items, 0 answered" in linghang("maturity", "export", plant, "-o", path, "--no-proposals").out
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[2:]:
        for row in range(3, sheet.max_row + 1):
            if sheet.cell(row, 2).value <= 2:
                sheet.cell(row, 9).value = 1
    book.save(path)
    dry = linghang("maturity", "import", plant, path, "--dry-run", *BY)
    assert "nothing was taken (--dry-run)" in dry.out
    assert linghang("maturity", "show", plant, "--json").document["acts"] == 0
    taken = linghang("maturity", "import", plant, path, *BY)
    count = sum(item.level <= 2 for item in MODEL.items)
    assert f"{count} items taken" in taken.out
    assert "changes nothing" in linghang("maturity", "import", plant, path, *BY).out
    said = linghang("maturity", "adopt", plant, "--signed-by", "赵总")
    assert (
        f"level 2 adopted, signed by 赵总; declared: it rests on {count} items, {count} of them without"
        in said.out.replace("\n", " ")
    )
    assert "adopted: level 2, signed by 赵总" in linghang("maturity", "show", plant).out
    assert linghang("maturity", "withdraw", plant, *BY).status == 0
    assert linghang("maturity", "show", plant, "--json").document["adopted"] is None


def test_gap_names_the_fewest_items_by_sub_domain_with_hints(linghang: Linghang, plant: Path) -> None:
    said = linghang("maturity", "gap", plant, "--level", "1").out
    assert "Level 1 planning: 0.00–1.00 of 0.8" in said
    assert "at least 27 items have to become 1; 27 of them have no answer yet" in said
    document = linghang("maturity", "gap", plant, "--level", "3", "--json").document
    assert [len(one["items"]) for one in document["levels"]] == [27, 36, 38]
    assert document["levels"][0]["items"][0]["hint"]["zh"]
    assert document["gate"] == {"value": "0.8", "confidence": "L"}
    assert linghang("maturity", "gap", plant, "--level", "6").status == 2


def test_prefill_of_an_empty_plant_proposes_nothing(linghang: Linghang, plant: Path) -> None:
    document = linghang("maturity", "prefill", plant, "--json").document
    assert (document["proposals"], document["taken"]) == ({}, False)
    assert {one["source"] for one in document["thresholds"]} == {"platform"}
    assert linghang("maturity", "prefill", plant, "--take", *BY).refusals[0].startswith("there is nothing to take")


def test_an_official_report_is_registered(linghang: Linghang, plant: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("level 3", encoding="utf-8")
    arguments = (
        "maturity",
        "import-report",
        plant,
        path,
        "--level",
        "3",
        "--issuer",
        "某机构",
        "--issued-on",
        "2025-02-01",
    )
    said = linghang(*arguments, "--score", "3.2")
    assert "registered as E0001: level 3, issued on 2025-02-01; it counts until 2026-01-01" in said.out.replace(
        "\n", " "
    )
    assert linghang(*arguments, "--score", "4").status == 2
    assert linghang(*arguments, "--score", "high").status == 2


def test_the_workspace_has_to_be_one(linghang: Linghang, tmp_path: Path) -> None:
    assert linghang("maturity", "show", tmp_path).status == 2
