"""The workbook that a factory fills, and workbooks that went wrong."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from intake_plant import Plant

from linghang.errors import BadInput
from linghang.intake import package
from linghang.plant.tables import TABLES
from linghang.usecases.importing import ImportReport, write_template
from linghang.words import LANGUAGES, Language

Said = Callable[[ImportReport], str]


def written(value: object, column: Any, lang: Language) -> object:
    """Write a value as a person at the factory would."""
    if value is None:
        return None
    match column.info["kind"]:
        case "when":
            return value.replace(tzinfo=None)  # type: ignore[attr-defined]
        case "flag":
            return {"zh": "是否", "en": ("yes", "no")}[lang][0 if value else 1]
        case "choice":
            return getattr(column.info["choices"][value], lang)
    return value


@pytest.fixture(scope="session", params=LANGUAGES)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Language, Path]:
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_template(path, lang=request.param)
    return request.param, path


def test_every_table_has_a_sheet_in_order(template: tuple[Language, Path]) -> None:
    lang, path = template
    names = openpyxl.load_workbook(path).sheetnames
    assert names[0] == {"zh": "说明", "en": "Guide"}[lang]
    assert [one for one in names[1:] if one != "_lists"] == [
        getattr(one.info["title"], lang) for one in TABLES.values()
    ]


def test_a_sheet_explains_itself(template: tuple[Language, Path]) -> None:
    lang, path = template
    if lang == "en":
        return
    sheet = openpyxl.load_workbook(path)["设备"]
    head = {cell.value: cell for cell in sheet[2]}
    power = sheet.cell(1, head["rated_power_kw"].column)
    assert power.value == "额定功率（kW）"
    assert "单位: kW" in power.comment.text
    assert "≥ 0" in power.comment.text
    assert sheet["A1"].fill.fgColor.rgb != power.fill.fgColor.rgb, "required columns are coloured"
    assert sheet.freeze_panes == "B3"
    lists = {str(one.sqref).partition(":")[0][:-1]: one.formula1 for one in sheet.data_validations.dataValidation}
    assert "在用" in lists[head["status"].column_letter]
    assert lists[head["key"].column_letter] == '"是,否"'
    example = sheet.cell(3, head["equipment_id"].column)
    assert example.font.italic
    assert sheet.cell(3, head["commissioned_on"].column).number_format == "yyyy-mm-dd"


def test_an_empty_template_is_nothing_to_import(new_plant: Plant, template: tuple[Language, Path]) -> None:
    with pytest.raises(BadInput, match="nothing to import"):
        new_plant.load(str(template[1]))


def test_a_filled_template_becomes_the_same_records(new_plant: Plant, template: tuple[Language, Path]) -> None:
    lang, path = template
    book = openpyxl.load_workbook(path)
    for table in TABLES.values():
        sheet = book[getattr(table.info["title"], lang)]
        for row in table.info["examples"]:
            sheet.append([written(row[column.name], column, lang) for column in table.columns])
    filled = new_plant.folder / "filled.xlsx"
    book.save(filled)
    report = new_plant.load(str(filled))
    assert not report.problems
    for table in TABLES.values():
        assert len(new_plant.rows(table.name)) == len(table.info["examples"])
        keys = [column.name for column in table.primary_key.columns]
        found = {tuple(row[key] for key in keys): row for row in new_plant.rows(table.name)}
        for row in table.info["examples"]:
            assert found[tuple(row[key] for key in keys)] == row, table.name
    assert sum(one.added + one.changed for one in new_plant.load(str(filled)).tables) == 0


def test_only_the_tables_that_are_asked_for(tmp_path: Path) -> None:
    assert write_template(tmp_path / "t.xlsx", lang="zh", tables=["客户", "supplier"]) == ("customer", "supplier")
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames == ["说明", "客户", "供应商"]
    with pytest.raises(BadInput, match="did you mean customer"):
        write_template(tmp_path / "t.xlsx", lang="zh", tables=["custommer"])
    with pytest.raises(BadInput, match=r"ends in \.xlsx"):
        write_template(tmp_path / "t.xls", lang="zh")


class Book:
    """A workbook with one sheet of customers."""

    def __init__(self, plant: Plant, sheet: str = "customer") -> None:
        self.path = str(plant.folder / "book.xlsx")
        self.book = xlsxwriter.Workbook(self.path)
        self.sheet = self.book.add_worksheet(sheet)

    def rows(self, *rows: tuple[object, ...], first: int = 0) -> "Book":
        """Write rows."""
        for at, row in enumerate(rows, start=first):
            for place, value in enumerate(row):
                if value is not None:
                    self.sheet.write(at, place, value)
        return self

    def done(self) -> str:
        """Close the workbook and return its path."""
        self.book.close()
        return self.path


HEADER = ("customer_id", "name", "country")


def test_a_changed_title_does_not_matter_while_the_machine_names_stand(new_plant: Plant) -> None:
    book = Book(new_plant).rows(("我们的编号", "名字", "国家"), HEADER, ("C-1", "a", "CN"))
    assert new_plant.load(book.done()).tables[0].added == 1


def test_titles_and_machine_names_that_disagree_are_refused(new_plant: Plant, said: Said) -> None:
    book = Book(new_plant).rows(("客户编号", "客户国家", "客户名称"), HEADER, ("C-1", "a", "CN"))
    assert "row 1 says 客户国家, and row 2 says name" in said(new_plant.load(book.done()))


def test_the_unit_of_a_changed_title_counts(plant: Plant) -> None:
    book = Book(plant, "设备").rows(
        ("设备", "产线", "名", "重点", "状态", "机器功率(MW)"),
        ("equipment_id", "work_center_id", "name", "key", "status", "rated_power_kw"),
        ("X", "WC-LPC1", "a", "是", "在用", 0.11),
    )
    assert not plant.load(book.done()).problems
    assert plant.row("equipment", "X")["rated_power_kw"] == 110.0


def test_a_merged_header_is_refused_with_its_cell(new_plant: Plant, said: Said) -> None:
    book = Book(new_plant).rows(HEADER, ("C-1", "a", "CN"))
    book.sheet.merge_range("B1:C1", "name")
    report = new_plant.load(book.done())
    assert "sheet customer, cell B1: B1:C1 is one merged cell in the header" in said(report)


def test_a_merged_cell_among_the_rows_is_refused(new_plant: Plant, said: Said) -> None:
    book = Book(new_plant).rows(HEADER, ("C-1", "a", "CN"), ("C-2", "b", "CN"))
    book.sheet.merge_range("C2:C3", "CN")
    assert "C2:C3 is one merged cell; take the merging away" in said(new_plant.load(book.done()))


def test_a_header_in_two_lines_is_refused(new_plant: Plant, said: Said) -> None:
    book = Book(new_plant).rows(("客户", None, None), HEADER, ("C-1", "a", "CN"))
    assert "cell A1: the header stands in two lines" in said(new_plant.load(book.done()))
    book = Book(new_plant).rows(("customer_id", "name\n(of the customer)", "country"), ("C-1", "a", "CN"))
    assert "cell B1" in said(new_plant.load(book.done()))


def test_a_heading_above_is_left_out_where_the_mapping_says_the_row(new_plant: Plant) -> None:
    book = Book(new_plant, "Sheet1").rows(("All our customers",), HEADER, ("C-1", "a", "CN"))
    mapping = '[[source]]\nsheet = "Sheet1"\nheader = 2\n[[source.table]]\nto = "customer"\n'
    mapping += 'columns = { customer_id = "customer_id", name = "name" }\n'
    assert new_plant.load(book.done(), mapping=new_plant.mapping(mapping)).tables[0].added == 1


def test_cells_keep_their_types(plant: Plant) -> None:
    book = Book(plant, "nonconformance")
    when = book.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    head = ("nonconformance_id", "product_id", "opened_at", "quantity", "disposal", "cost_cny")
    book.rows(head, (1001, "W1875", None, 2.5, "scrap", 640.1))
    book.sheet.write_datetime(1, 2, datetime(2025, 3, 14, 17, 0), when)
    assert not plant.load(book.done()).problems
    row = plant.row("nonconformance", "1001")
    assert row["opened_at"] == datetime(2025, 3, 14, 9, tzinfo=UTC)
    assert (row["quantity"], str(row["cost_cny"])) == (2.5, "640.1000")


def test_serial_numbers_and_days_as_dates(plant: Plant) -> None:
    book = Book(plant, "sales_order")
    book.rows(("order_id", "customer_id", "ordered_on"), ("S-1", "C-0012", 45717), ("S-2", "C-0012", "2025年3月1日"))
    assert not plant.load(book.done()).problems
    assert plant.row("sales_order", "S-1")["ordered_on"] == date(2025, 3, 1)
    assert plant.row("sales_order", "S-2")["ordered_on"] == date(2025, 3, 1)


def test_a_number_shown_as_per_cent_is_what_is_shown(plant: Plant) -> None:
    book = Book(plant, "bill_of_material")
    book.rows(("parent_material_id", "component_material_id", "quantity", "loss_percent"), ("A356.2", "SP-RISER-01", 1))
    book.sheet.write_number(1, 3, 0.05, book.book.add_format({"num_format": "0.0%"}))
    assert not plant.load(book.done()).problems
    (row,) = [one for one in plant.rows("bill_of_material") if one["parent_material_id"] == "A356.2"]
    assert row["loss_percent"] == 5.0


def test_errors_and_formulas_without_a_result_are_refused(new_plant: Plant, said: Said) -> None:
    book = Book(new_plant).rows(HEADER, ("C-1", "a", None), ("C-2", "b", None))
    book.sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
    book.sheet.write_formula("C3", '="C"&"N"', None, "")
    complaints = said(new_plant.load(book.done()))
    assert "cell C2: the cell holds the error #DIV/0!" in complaints
    assert "cell C3: C3 holds a formula without its result" in complaints


def test_a_formula_with_a_result_is_its_result(new_plant: Plant) -> None:
    book = Book(new_plant).rows(HEADER, ("C-1", "a", None))
    book.sheet.write_formula("C2", '="C"&"N"', None, "CN")
    assert not new_plant.load(book.done()).problems
    assert new_plant.row("customer", "C-1")["country"] == "CN"


def test_a_sheet_that_is_no_table_is_refused(new_plant: Plant, said: Said) -> None:
    book = Book(new_plant, "Custommers").rows(("a", "b"), (1, 2))
    assert "Custommers is no table, and its header fits none (did you mean Customer" in said(
        new_plant.load(book.done())
    )


def hostile(plant: Plant, **parts: bytes) -> str:
    """Write a workbook and replace parts of its package."""
    path = Book(plant).rows(HEADER, ("C-1", "a", "CN")).done()
    with zipfile.ZipFile(path) as package:
        held = {name: package.read(name) for name in package.namelist()}
    held |= {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in held.items():
            package.writestr(name, data)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(new_plant: Plant, said: Said) -> None:
    path = hostile(new_plant, xl__media__image1_dot_png=b"\0" * (package.SUSPECT_BYTES + 1))
    assert "times its size" in said(new_plant.load(path))


def test_a_package_of_too_many_bytes_is_refused(new_plant: Plant, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1000)
    assert "would unpack to" in said(new_plant.load(hostile(new_plant)))


def test_entities_are_refused(new_plant: Plant, said: Said) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    assert "declares entities" in said(new_plant.load(hostile(new_plant, xl__sharedStrings_dot_xml=bomb)))


@pytest.mark.parametrize("damage", [b"<worksheet><sheetData><row", b"", b"<worksheet/>"])
def test_a_damaged_sheet_is_refused_or_empty(new_plant: Plant, damage: bytes) -> None:
    path = hostile(new_plant, xl__worksheets__sheet1_dot_xml=damage)
    if damage == b"<worksheet/>":
        with pytest.raises(BadInput, match="nothing to import"):
            new_plant.load(path)
    else:
        assert new_plant.load(path).refused


def test_a_sheet_that_lies_about_its_size_is_read(new_plant: Plant) -> None:
    path = hostile(new_plant)
    with zipfile.ZipFile(path) as file:
        sheet = file.read("xl/worksheets/sheet1.xml")
    lying = sheet.replace(b'<dimension ref="A1:C2"/>', b'<dimension ref="A1:XFD1048576"/>')
    assert lying != sheet
    assert new_plant.load(hostile(new_plant, xl__worksheets__sheet1_dot_xml=lying)).tables[0].added == 1


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", b"text"), ("a.xlsx", b"PK\x03\x04"), ("a.xls", b"\xd0\xcf\x11\xe0")]
)
def test_what_is_no_workbook_is_refused(new_plant: Plant, said: Said, name: str, content: bytes) -> None:
    assert ".xlsx" in said(new_plant.text(name, content)) or "is no XLSX workbook" in said(
        new_plant.text(name, content)
    )
