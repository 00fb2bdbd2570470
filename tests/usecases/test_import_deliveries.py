"""Files as they come become records: told apart, mapped, checked as a whole, imported, taken back."""

import io
import os
import tomllib
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from brought_files import ME, NOW, brought, foreign_equipment, plant_at
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.looking import header_row
from linghang.plant.tables import TABLES
from linghang.usecases.import_checks import check_delivery, faults_csv, faults_of, last_import, undo_import
from linghang.usecases.import_deliveries import (
    Delivery,
    add_files,
    deliveries,
    drop_delivery,
    open_delivery,
    set_plan,
)
from linghang.usecases.import_plans import SheetPlan, mapping_text, plan_document, plan_of
from linghang.usecases.import_previews import preview
from linghang.usecases.importing import import_files, write_template
from linghang.usecases.record_pages import rows
from linghang.usecases.workspaces import open_workspace
from linghang.words import use

WORDS = {"使用中": "in_use", "闲置": "idle"}


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    use("en")
    return plant_at(tmp_path / "works")


def center_of(plant: Path) -> str:
    return str(rows(plant, "work_center").rows[0]["work_center_id"])


def equipment(plant: Path) -> dict[str, dict[str, Any]]:
    return {one["equipment_id"]: dict(one) for one in rows(plant, "equipment").rows}


def mapped(plant: Path) -> Delivery:
    """The foreign register, its status translated."""
    found = brought(plant, ("设备台账.csv", foreign_equipment(center_of(plant))))
    columns = dict(found.plans[0].columns) | {"status": {"from": "使用状况", "words": WORDS}}
    return set_plan(plant, found, {0: {"columns": columns}})


def test_a_foreign_sheet_is_told_apart_by_its_words(plant: Path) -> None:
    found = brought(plant, ("设备台账.csv", foreign_equipment(center_of(plant))))
    (plan,) = found.plans
    assert (plan.use, plan.table, plan.header, plan.encoding) == ("mapped", "equipment", 2, "gb18030")
    assert {name: one["from"] for name, one in plan.columns.items()} == {
        "equipment_id": "资产编号",
        "work_center_id": "所属产线",
        "name": "设备名称",
        "key": "是否关键",
        "rated_power_kw": "额定功率(MW)",
    }
    assert plan.columns["rated_power_kw"]["unit"] == "MW"


def test_the_preview_shows_what_would_be_kept_and_why_a_cell_is_not(plant: Path) -> None:
    found = brought(plant, ("设备台账.csv", foreign_equipment(center_of(plant))))
    seen = preview(found.looks[0], found.plans[0], "Asia/Shanghai")
    assert seen.missing == ("status",)
    assert dict(zip(seen.columns, seen.rows[3], strict=True))["rated_power_kw"] == 200.0
    columns = dict(found.plans[0].columns) | {"status": {"from": "使用状况"}}
    changed = set_plan(plant, found, {0: {"columns": columns}})
    seen = preview(changed.looks[0], changed.plans[0], "Asia/Shanghai")
    assert set(seen.faults) == {3}
    assert seen.words["status"] == ("使用中",)


def test_check_keeps_nothing_and_import_keeps_all(plant: Path) -> None:
    found, before = mapped(plant), equipment(plant)
    checked = check_delivery(plant, found.id, ME, NOW)
    assert checked.result is not None
    assert checked.result["tables"] == [{"table": "equipment", "rows": 2, "added": 2, "changed": 0, "unchanged": 0}]
    assert equipment(plant) == before
    done = check_delivery(plant, found.id, ME, NOW, keep=True)
    assert done.imported
    kept = equipment(plant)
    assert set(kept) - set(before) == {"A1", "A2"}
    assert (kept["A1"]["status"], kept["A1"]["rated_power_kw"], kept["A2"]["key"]) == ("in_use", 200.0, False)
    with pytest.raises(BadInput, match="imported already"):
        check_delivery(plant, found.id, ME, NOW, keep=True)


def test_one_wrong_cell_refuses_everything_and_is_named(plant: Path) -> None:
    content = foreign_equipment(center_of(plant)).decode("gb18030").replace("0.1\n", "viel\n").encode("gb18030")
    found = brought(plant, ("设备台账.csv", content))
    columns = dict(found.plans[0].columns) | {"status": {"value": "in_use"}}
    found = set_plan(plant, found, {0: {"columns": columns}})
    before = equipment(plant)
    done = check_delivery(plant, found.id, ME, NOW, keep=True)
    assert not done.imported
    (fault,) = faults_of(done)
    assert (fault.file, fault.row, fault.column, fault.field) == (
        "设备台账.csv",
        4,
        "额定功率(MW)",
        "rated_power_kw",
    )
    assert "viel" in fault.said["zh"]
    assert equipment(plant) == before
    assert last_import(plant) is None


def test_the_same_shape_is_offered_the_same_mapping_again(plant: Path) -> None:
    found = mapped(plant)
    check_delivery(plant, found.id, ME, NOW, keep=True)
    again = brought(plant, ("七月.csv", foreign_equipment(center_of(plant)).replace(b"A1", b"A7")))
    assert again.plans[0].remembered
    assert again.plans[0].columns["status"] == {"from": "使用状况", "words": WORDS}


def test_a_mapping_goes_to_the_command_line_and_means_the_same(plant: Path, tmp_path: Path) -> None:
    found = mapped(plant)
    file = tmp_path / "mapping.toml"
    file.write_text(mapping_text(found.plans), "utf-8")
    source = tmp_path / "设备台账.csv"
    source.write_bytes(foreign_equipment(center_of(plant)))
    report = import_files(plant, [str(source)], now=NOW, mapping=file)
    assert not report.refused, report.problems
    assert equipment(plant)["A1"]["rated_power_kw"] == 200.0


def test_the_template_goes_in_without_a_mapping(plant: Path, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path, lang="zh", tables=["area", "customer"])
    book = openpyxl.load_workbook(path)
    book["客户"].append(["C-9", "新客户", None, None])
    written = io.BytesIO()
    book.save(written)
    found = brought(plant, ("filled.xlsx", written.getvalue()))
    assert [(one.use, one.table) for one in found.plans] == [("template", "area"), ("template", "customer")]
    found = set_plan(plant, found, {0: {"use": "left_out"}})
    done = check_delivery(plant, found.id, ME, NOW, keep=True)
    assert done.result is not None
    assert [(one["table"], one["rows"]) for one in done.result["tables"]] == [("customer", 1)]


def test_dates_in_another_order_are_proposed_where_there_is_no_doubt(plant: Path) -> None:
    machine = next(iter(equipment(plant)))
    text = f"machine no;begin;finish;status\n{machine};13/02/2025 08:00;13/02/2025 09:00;running\n"
    sure = brought(plant, ("states.csv", text.encode()))
    assert sure.plans[0].columns["start"]["format"] == "%d/%m/%Y %H:%M"
    doubtful = brought(plant, ("states.csv", text.replace("13/02", "03/02").encode()))
    assert "format" not in doubtful.plans[0].columns["start"]


# --- taking back ---


def test_an_import_is_taken_back_as_a_whole(plant: Path) -> None:
    machine, before = next(iter(equipment(plant))), equipment(plant)
    content = f"equipment_id,work_center_id,name,key,status\n{machine},{center_of(plant)},改名,是,in_use\n"
    content += f"A9,{center_of(plant)},新机,否,idle\n"
    found = brought(plant, ("equipment.csv", content.encode()))
    check_delivery(plant, found.id, ME, NOW, keep=True)
    assert equipment(plant)[machine]["name"] == "改名"
    last = last_import(plant)
    assert last is not None
    assert (last.who, last.files, last.tables) == (ME, ("equipment.csv",), {"equipment": (1, 1)})
    undo_import(plant)
    assert equipment(plant) == before
    assert last_import(plant) is None
    with pytest.raises(BadInput, match="no import"):
        undo_import(plant)


@pytest.mark.parametrize(
    "also", ["UPDATE equipment SET name = 'x' WHERE equipment_id = 'A1'", "maker", "delete", "refer"]
)
def test_what_was_changed_since_is_not_taken_back(plant: Path, also: str) -> None:
    found = mapped(plant)
    check_delivery(plant, found.id, ME, NOW, keep=True)
    statements = {
        "maker": "UPDATE equipment SET maker = 'y' WHERE equipment_id = 'A2'",
        "delete": "DELETE FROM equipment WHERE equipment_id = 'A2'",
        "refer": "UPDATE equipment_state SET equipment_id = 'A1'",
    }
    engine = open_workspace(plant).engine()
    with engine.begin() as connection:
        connection.execute(sa.text(statements.get(also, also)))
    engine.dispose()
    now = equipment(plant)
    with pytest.raises(BadInput, match="nothing was taken back"):
        undo_import(plant)
    assert equipment(plant) == now
    assert last_import(plant) is not None


# --- what is kept of it ---


def test_a_delivery_is_found_again_by_its_owner_alone(plant: Path) -> None:
    found = mapped(plant)
    again = open_delivery(plant, found.id, ME)
    assert (again.plans, again.looks, again.files) == (found.plans, found.looks, found.files)
    for id, owner in ((found.id, "wang"), ("0" * 16, ME), ("../../etc", ME)):
        with pytest.raises(BadInput, match="no longer here"):
            open_delivery(plant, id, owner)
    assert deliveries(plant, "wang") == []
    drop_delivery(plant, found.id, ME)
    assert deliveries(plant, ME) == []


def test_what_nobody_touches_for_a_day_is_taken_away(plant: Path) -> None:
    old = mapped(plant)
    state = next((plant / "cache" / "deliveries" / old.id).glob("delivery.json"))
    then = (NOW - timedelta(hours=25)).timestamp()
    os.utime(state, (then, then))
    brought(plant, ("equipment.csv", b"equipment_id\nX\n"))
    with pytest.raises(BadInput):
        open_delivery(plant, old.id, ME)


def test_a_plan_is_the_same_after_it_was_written_down(plant: Path) -> None:
    for plan in mapped(plant).plans:
        assert plan_of(plan_document(plan)) == plan


@given(
    st.dictionaries(st.sampled_from(["name", "model", "maker"]), st.text(min_size=1, max_size=20), min_size=1),
    st.lists(st.text(max_size=5), max_size=3),
)
def test_any_text_survives_the_mapping_file(columns: dict[str, str], empty: list[str]) -> None:
    given_ = {name: {"from": one} for name, one in columns.items()}
    plan = SheetPlan("a.csv", None, "mapped", "equipment", 1, columns=given_, empty=tuple(empty))
    try:
        text = mapping_text([plan])
        text.encode()
    except UnicodeEncodeError:  # half of a pair is no text
        return
    (source,) = tomllib.loads(text)["source"]
    assert source["table"][0]["columns"] == columns
    assert tuple(source.get("empty", ())) == tuple(empty)


@settings(max_examples=50)
@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=5), min_size=1, max_size=30))
def test_a_header_row_is_always_one_of_the_rows(cells: list[list[str | None]]) -> None:
    assert 1 <= header_row(cells) <= len(cells)


# --- hostile files ---


def workbook(*lines: list[Any], merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(line)
    if merge:
        sheet.merge_cells(merge)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (200 << 20))
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "is empty"),
        ("damaged.xlsx", b"PK\x03\x04 nothing", "no XLSX workbook"),
        ("text.xlsx", b"a,b\n1,2\n", "no XLSX workbook"),
        ("zip.csv", b"PK\x03\x04" + b"0" * 50, "is no text file"),
        ("nul.csv", b"a,b\n\0,2\n", "NUL"),
        ("old.xls", b"\xd0\xcf\x11\xe0", "none of the files"),
        ("program.exe", b"MZ", "none of the files"),
        ("data.parquet", b"PAR1 no", "not a Parquet file"),
        ("no.gz", b"\x1f\x8b no", "damaged gzip"),
    ],
)
def test_what_cannot_be_read_is_refused_in_its_own_name(plant: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        brought(plant, (name, content))
    assert "deliveries" not in str(refused.value)
    assert deliveries(plant, ME) == []


def test_a_zip_bomb_is_refused_before_it_is_opened(plant: Path) -> None:
    with pytest.raises(BadInput, match="times its size"):
        brought(plant, ("bomb.xlsx", bomb()))


def test_formulas_stay_texts_and_are_quoted_in_the_list(plant: Path) -> None:
    content = (
        f"equipment_id,work_center_id,name,key,status\n=1+1,{center_of(plant)},=cmd|' /C calc'!A0,=HYPERLINK(1),idle\n"
    )
    found = brought(plant, ("equipment.csv", content.encode()))
    done = check_delivery(plant, found.id, ME, NOW)
    (fault,) = faults_of(done)
    assert fault.column == "key"
    assert b",=" not in faults_csv(done)


def test_doubled_and_empty_headers_get_names_of_their_own(plant: Path) -> None:
    found = brought(plant, ("x.csv", b"a,a,,b\n1,2,CN,4\n"))
    assert found.looks[0].columns() == ("a", "a#2", "#C", "b")
    columns = {"customer_id": {"from": "a"}, "name": {"from": "a#2"}, "country": {"from": "#C"}}
    found = set_plan(plant, found, {0: {"use": "mapped", "table": "customer", "columns": columns}})
    check_delivery(plant, found.id, ME, NOW, keep=True)
    kept = {one["customer_id"]: one for one in rows(plant, "customer").rows}
    assert (kept["1"]["name"], kept["1"]["country"]) == ("2", "CN")


def test_merged_cells_are_harmless_above_the_header_and_refused_below(plant: Path) -> None:
    lines = [["客户一览", None], ["客户编号", "名称"], ["C1", "甲"], ["C2", None]]
    above = brought(plant, ("客户.xlsx", workbook(*lines[:3], merge="A1:B1")))
    assert (above.plans[0].table, above.plans[0].header) == ("customer", 2)
    assert not faults_of(check_delivery(plant, above.id, ME, NOW))
    below = brought(plant, ("客户.xlsx", workbook(*lines, merge="B3:B4")))
    assert any("merged" in one.said["en"] for one in faults_of(check_delivery(plant, below.id, ME, NOW)))


def test_a_hundred_columns_are_looked_at_and_those_that_mean_nothing_are_left(plant: Path) -> None:
    names = [f"测项{number}" for number in range(97)]
    content = ",".join(["客户编号", "客户名称", *names]) + "\nC5,甲," + ",".join("1" for _ in names) + "\n"
    found = brought(plant, ("客户.csv", content.encode()))
    assert found.plans[0].table == "customer"
    assert {"customer_id", "name"} <= set(found.plans[0].columns)
    assert check_delivery(plant, found.id, ME, NOW, keep=True).imported


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_are_found_out(plant: Path, encoding: str) -> None:
    found = brought(plant, ("客户.csv", "客户编号,名称\nC1,甲乙丙丁戊己庚辛\n".encode(encoding)))
    assert found.looks[0].rows[1] == ("C1", "甲乙丙丁戊己庚辛")
    assert check_delivery(plant, found.id, ME, NOW, keep=True).imported


def test_a_wrong_encoding_is_said_and_another_can_be_chosen(plant: Path) -> None:
    found = brought(plant, ("客户.csv", "客户编号,名称\nC1,甲乙\n".encode()))
    with pytest.raises(BadInput, match="is no text in"):
        set_plan(plant, found, {0: {"encoding": "ascii"}})
    with pytest.raises(BadInput, match="there is no encoding"):
        set_plan(plant, found, {0: {"encoding": "klingon"}})


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "eaten"},
        {"table": "nothing"},
        {"use": "mapped", "table": "customer", "columns": {"nothing": {"from": "a"}}},
        {"use": "mapped", "table": "customer", "columns": {"name": {"from": "a", "unit": "kW"}}},
    ],
)
def test_a_plan_that_is_none_is_refused_and_changes_nothing(plant: Path, changes: dict[str, Any]) -> None:
    found = brought(plant, ("客户.csv", "客户编号,名称\nC1,甲\n".encode()))
    with pytest.raises(BadInput):
        set_plan(plant, found, {0: changes})
    assert open_delivery(plant, found.id, ME).plans == found.plans


def test_files_are_one_set_and_may_refer_to_each_other(plant: Path, tmp_path: Path) -> None:
    found = brought(plant, ("sales_order.csv", b"order_id,customer_id,ordered_on\nS-77,C-77,2026-01-02\n"))
    assert faults_of(check_delivery(plant, found.id, ME, NOW))
    more = tmp_path / "more.csv"
    more.write_text("customer_id,name\nC-77,new\n", "utf-8")
    found = add_files(plant, found, [(more, "customer.csv")])
    assert not faults_of(check_delivery(plant, found.id, ME, NOW))
    with pytest.raises(BadInput, match="is here already"):
        add_files(plant, found, [(more, "customer.csv")])


def test_every_required_column_of_every_table_can_be_mapped_to_a_constant_or_column() -> None:
    for table in TABLES.values():
        columns = {str(one.name): {"from": str(one.name)} for one in table.columns}
        plan = SheetPlan("a.csv", None, "mapped", table.name, 1, columns=columns)
        assert plan_of(plan_document(plan)) == replace(plan)
