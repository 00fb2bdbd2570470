"""`linghang plan` and `linghang actions` as a person calls them."""

from pathlib import Path

import pytest
from command_line import EXAMPLE, Linghang

pytestmark = pytest.mark.slow
START = ("--start", "2026-07-01")


def test_a_plan_shows_both_cases_phases_and_its_certificate(linghang: Linghang) -> None:
    said = linghang("plan", EXAMPLE, "--target", "excellence", *START)
    assert said.status == 0
    for part in ("Both cases", "Which evidence to get first", "The plan", "Level and money", "Certificate", "proven"):
        assert part in said.out


def test_the_document_reaches_the_target_and_repeats(linghang: Linghang) -> None:
    first, second = (linghang("plan", EXAMPLE, "--target", "excellence", *START, "--json").document for _ in range(2))
    assert first == second
    hoped, worst = first["cases"]["optimistic"]["plan"], first["cases"]["pessimistic"]["plan"]
    assert float(hoped["cost_cny"]) < float(worst["cost_cny"])
    assert worst["phases"][-1]["confirmed"]["documented"] == "excellence"
    assert worst["proof"]["status"] == "optimal"
    assert all(step["value"] == step["bound"] for step in worst["proof"]["steps"])
    assert [one["clause"] for one in first["unmet"]]
    assert first["ranking"] is None or float(first["ranking"]["cost_cny"]) >= float(worst["cost_cny"])


def test_limits_that_do_not_go_together_are_named(linghang: Linghang) -> None:
    said = linghang("plan", EXAMPLE, "--target", "pioneer", *START, "--by", "2026-12-31", "--json")
    assert said.status == 0
    conflict = said.document["cases"]["pessimistic"]["conflict"]
    assert conflict["limits"] == ["by"]
    assert conflict["enough"]["by"] > "2026-12-31"


def test_own_figures_change_the_plan_and_its_digest(linghang: Linghang, tmp_path: Path) -> None:
    import openpyxl

    file = tmp_path / "costs.xlsx"
    assert linghang("actions", "export", file).status == 0
    before = linghang("plan", EXAMPLE, "--target", "excellence", *START, "--json").document
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    chosen = before["cases"]["pessimistic"]["plan"]["actions"]
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 1).value in chosen:
            for column in (4, 5, 6):
                sheet.cell(row, column).value *= 2
    book.save(file)
    after = linghang("plan", EXAMPLE, "--target", "excellence", *START, "--costs", file, "--json").document
    assert after["catalogue_digest"] != before["catalogue_digest"]
    cost = float(after["cases"]["pessimistic"]["plan"]["cost_cny"])
    assert float(before["cases"]["pessimistic"]["plan"]["cost_cny"]) < cost


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "excelence"), "there is no level excelence; did you mean excellence?"),
        (("--target", "basic", "--budget", "-1"), "“-1” is not an amount in CNY"),
        (("--target", "basic", "--must", "warn-of-anomalie"), "did you mean warn-of-anomalies"),
        (("--target", "basic", "--floor", "seen"), "--floor takes declared, documented, measured, not “seen”"),
        (("--target", "basic", "--weights", "money=1"), "--weights takes cost=NUMBER,time=NUMBER"),
        (("--target", "basic", *START, "--by", "2026-01-01"), "after its last day 2026-01-01"),
    ],
)
def test_bad_input_is_refused(linghang: Linghang, arguments: tuple[str, ...], said: str) -> None:
    answer = linghang("plan", EXAMPLE, *arguments)
    assert answer.status == 2
    assert said in "\n".join(answer.refusals)


def test_the_catalogue_of_the_product_is_whole(linghang: Linghang) -> None:
    said = linghang("actions", "check")
    assert said.status == 0
    assert "actions-2026 is whole" in said.out
    assert "no action for" not in said.out
