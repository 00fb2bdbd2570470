"""The workbook of a report: texts are texts, formulas give what stands in them, the same dossier the same bytes."""

import subprocess
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from dossier_sample import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.report.content import Entry, Row
from linghang.report.workbook import workbook
from linghang.report.workbook_sheet import MAX_TEXT, cleaned, lines_of
from linghang.words import Text

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "https://example.org/x")


def opened(content: bytes, **options: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content), **options)


def cells(content: bytes) -> list[Any]:
    return [cell for sheet in opened(content) for line in sheet.iter_rows() for cell in line if cell.value is not None]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["application", "self-assessment", "gap", "annual-review"])
def test_every_kind_is_written_in_both_languages(kind: Any, language: Any) -> None:
    made = workbook(sample(kind), language)
    assert made == workbook(sample(kind), language)
    book = opened(made)
    assert book.sheetnames[0] == ("概览" if language == "zh" else "Overview")


@pytest.mark.parametrize("text", EVIL)
def test_a_text_stays_a_text_whatever_it_begins_with(text: str) -> None:
    row = Row("name", Text("名称", "Name"), Entry(text, text))
    made = workbook(sample(unit=(row,), factory_name=text), "en")
    found = [cell for cell in cells(made) if isinstance(cell.value, str) and cell.value == cleaned(text)]
    assert found
    assert all(cell.data_type == "s" for cell in found)
    assert all(cell.hyperlink is None for sheet in opened(made) for line in sheet.iter_rows() for cell in line)


def test_formulas_stand_only_where_we_put_them() -> None:
    ours = ("=COUNT", "=SUM", "=D", "=E", "=(G", "=100*", "=G", "='", "=IF")
    formulas = [cell.value for cell in cells(workbook(sample(), "en")) if cell.data_type == "f"]
    assert formulas
    assert all(one.startswith(ours) for one in formulas)


def test_a_placeholder_is_marked() -> None:
    row = Row("phone", Text("电话", "Phone"), Entry(None, "x", Text("请补充电话", "a phone, please")))
    made = workbook(sample(unit=(row,)), "en")
    (found,) = [cell for cell in cells(made) if cell.value == "【a phone, please】" and cell.column == 2]
    assert found.fill.fgColor.rgb == "FFFFF2CC"


def test_the_table_of_conditions_has_filters_a_frozen_head_and_its_page() -> None:
    sheet = opened(workbook(sample(), "en"))["Conditions"]
    assert sheet.auto_filter.ref
    assert sheet.freeze_panes
    assert sheet.print_title_rows
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )


def test_totals_follow_the_figures() -> None:
    plan = [replace(one, cost=Decimal(place)) for place, one in enumerate(sample().plan, 1)]
    found = sample(plan=tuple(plan), total_investment_cny=Decimal(1000))
    sheet = opened(workbook(found, "en"), data_only=True)["Plan"]
    values = {row[1].value: row[4].value for row in sheet.iter_rows()}
    total = sum(range(1, len(plan) + 1))
    assert values["cost of the plan (CNY)"] == total
    assert values["invested and planned (CNY)"] == 1000 + total


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_written(text: str) -> None:
    said = cleaned(text.encode("utf-8", "replace").decode())
    assert len(said) <= MAX_TEXT
    assert lines_of(said, 20) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_office_suite_computes_the_same(tmp_path: Path, language: Any) -> None:
    made = workbook(sample(), language)
    (tmp_path / "in.xlsx").write_bytes(made)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += ["--convert-to", "ods", "--outdir", str(tmp_path / "ods"), str(tmp_path / "in.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    command[-4:] = ["xlsx", "--outdir", str(tmp_path / "out"), str(tmp_path / "ods" / "in.ods")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    again = openpyxl.load_workbook(tmp_path / "out" / "in.xlsx", data_only=True)
    ours, formulas = opened(made, data_only=True), opened(made)
    compared = 0
    for sheet in formulas:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    value = again[sheet.title][cell.coordinate].value
                    assert value == pytest.approx(ours[sheet.title][cell.coordinate].value, rel=1e-9), cell
                    compared += 1
    assert compared > 10
