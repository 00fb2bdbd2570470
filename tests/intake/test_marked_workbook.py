"""The sources given back with their faults marked."""

from pathlib import Path

import openpyxl
from intake_plant import Plant
from openpyxl.worksheet.worksheet import Worksheet

TEXT = "customer_id,name,country\nC-1,=1+1,CN\nC-2,@SUM(A1),China\nC-3,-2,CN\n,+x,CN\n"


def marked(plant: Plant, text: str = TEXT, name: str = "customer.csv") -> tuple[Worksheet, Worksheet, Path]:
    target = plant.folder / "faults.xlsx"
    report = plant.text(name, text, problems_file=target)
    assert report.refused
    book = openpyxl.load_workbook(target)
    return book[book.sheetnames[0]], book[book.sheetnames[1]], target


def test_the_first_sheet_lists_everything(new_plant: Plant) -> None:
    listed, _, _ = marked(new_plant)
    assert [cell.value for cell in listed[1]] == ["where", "row", "column", "what is wrong"]
    assert [listed.cell(row, 2).value for row in (2, 3)] == [3, 5]
    assert "two capital letters" in listed.cell(2, 4).value


def test_bad_cells_are_red_and_have_a_note(new_plant: Plant) -> None:
    _, sheet, _ = marked(new_plant)
    wrong = sheet["D3"]
    assert wrong.value == "China"
    assert wrong.fill.fgColor.rgb == "FFF8C9C4"
    assert "two capital letters" in wrong.comment.text
    assert sheet["B5"].comment.text == "Customer id is empty"
    assert sheet["D2"].comment is None
    assert sheet["A3"].value == 3


def test_no_text_becomes_a_formula(new_plant: Plant) -> None:
    _, sheet, path = marked(new_plant)
    for cell, text in (("C2", "=1+1"), ("C3", "@SUM(A1)"), ("C4", "-2"), ("C5", "+x")):
        assert sheet[cell].value == text
        assert sheet[cell].data_type == "s"
        assert sheet[cell].quotePrefix
    import zipfile

    with zipfile.ZipFile(path) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist() if "worksheets/" in name)


def test_a_formula_in_a_header_or_a_message_stays_a_text(new_plant: Plant) -> None:
    text = "customer_id,name,=cmd()\nC-1,a,=x\n"
    listed, sheet, _ = marked(new_plant, text)
    assert sheet["D1"].data_type == "s"
    assert all(cell.data_type != "f" for row in listed.iter_rows() for cell in row)


def test_a_long_sheet_is_given_back_by_its_faulty_rows(new_plant: Plant) -> None:
    rows = "".join(f"C-{at},a,{'X' if at == 24_000 else 'CN'}\n" for at in range(25_000))
    _, sheet, _ = marked(new_plant, "customer_id,name,country\n" + rows)
    assert sheet.max_row == 2
    assert [cell.value for cell in sheet[2]] == [24_002, "C-24000", "a", "X"]


def test_nothing_is_written_where_nothing_is_wrong(new_plant: Plant) -> None:
    target = new_plant.folder / "faults.xlsx"
    new_plant.text("customer.csv", "customer_id,name\nC-1,a\n", problems_file=target)
    assert not target.exists()


def test_two_files_of_one_name_get_two_sheets(new_plant: Plant) -> None:
    (new_plant.folder / "a").mkdir()
    one = new_plant.file("customer.csv", "customer_id,name\n,a\n")
    two = new_plant.file("a/customer.csv", "customer_id,name\n,b\n")
    new_plant.load(one, two, problems_file=new_plant.folder / "faults.xlsx")
    assert openpyxl.load_workbook(new_plant.folder / "faults.xlsx").sheetnames == [
        "problems",
        "customer.csv",
        "customer.csv~2",
    ]
