"""CSV and TSV files as they come: encodings, delimiters, packed files, rows that are too long."""

import gzip
from collections.abc import Callable

import pytest
from intake_plant import Plant

from linghang.errors import BadInput
from linghang.intake import encodings
from linghang.usecases.importing import ImportReport

Said = Callable[[ImportReport], str]

CUSTOMERS = "客户编号,客户名称,客户国家\nC-1,内蒙古某厂,CN\nC-2,长春某厂,CN\n"


def names(plant: Plant) -> list[str]:
    return [row["name"] for row in plant.rows("customer")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found_out(new_plant: Plant, encoding: str) -> None:
    report = new_plant.text("customer.csv", CUSTOMERS.encode(encoding))
    assert not report.problems
    assert names(new_plant) == ["内蒙古某厂", "长春某厂"]


def test_what_is_text_in_no_encoding_is_refused_with_its_line(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", CUSTOMERS.encode("gb18030") + b"C-3,\xff\xff,CN\n")
    assert "customer.csv, row 4" in said(report)
    assert "GB18030" in said(report)
    assert not new_plant.rows("customer")


def test_a_wrong_encoding_in_the_mapping_is_refused(new_plant: Plant, said: Said) -> None:
    mapping = '[[source]]\nencoding = "{}"\n[[source.table]]\nto = "customer"\n'
    mapping += 'columns = {{ customer_id = "客户编号", name = "客户名称" }}\n'
    report = new_plant.text("c.csv", CUSTOMERS.encode("gb18030"), mapping=new_plant.mapping(mapping.format("utf-8")))
    assert "no text in UTF-8" in said(report)
    report = new_plant.text("c.csv", CUSTOMERS, mapping=new_plant.mapping(mapping.format("latin-99")))
    assert "there is no encoding latin-99" in said(report)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(new_plant: Plant, delimiter: str) -> None:
    report = new_plant.text("customer.tsv", CUSTOMERS.replace(",", delimiter))
    assert not report.problems
    assert len(names(new_plant)) == 2


def test_a_packed_file_is_unpacked(new_plant: Plant) -> None:
    assert not new_plant.text("customer.csv.gz", gzip.compress(CUSTOMERS.encode())).problems
    assert len(names(new_plant)) == 2


def test_a_damaged_packed_file_is_refused(new_plant: Plant, said: Said) -> None:
    packed = gzip.compress(CUSTOMERS.encode() * 100)
    assert "damaged gzip" in said(new_plant.text("customer.csv.gz", packed[: len(packed) // 2]))


def test_a_packed_file_that_would_fill_the_memory_is_refused(
    new_plant: Plant, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    path = new_plant.file("customer.csv.gz", gzip.compress(b"0" * 5_000_000))
    from pathlib import Path

    with pytest.raises(BadInput, match="more than 1 MiB"):
        encodings.read_text(Path(path), limit=1 << 20)


def test_a_nul_byte_is_refused_with_its_line(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", CUSTOMERS.replace("长春", "长\0春"))
    assert "row 3" in said(report)
    assert "NUL" in said(report)


def test_rows_too_long_and_too_short_are_named(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", CUSTOMERS + "C-3,x\nC-4,y,CN,,\nC-5,z,CN\n")
    assert "customer.csv, row 4: has 2 cells, the header has 3" in said(report)
    assert "customer.csv, row 5: has 5 cells, the header has 3" in said(report)
    assert report.problem_count == 2
    assert not new_plant.rows("customer")


def test_blank_lines_do_not_shift_the_numbers_of_rows(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name,country\n\nC-1,a,CN\n\n\nC-2,b,China\n,,\n\n")
    assert "row 6, column country" in said(report)
    assert report.problem_count == 1


def test_quotes_may_hold_delimiters_and_line_ends(new_plant: Plant) -> None:
    report = new_plant.text("customer.csv", 'customer_id,name,country\nC-1,"a, ""b""\nc",CN\n')
    assert not report.problems
    assert names(new_plant) == ['a, "b"\nc']


def test_a_quote_that_never_closes_is_refused(new_plant: Plant) -> None:
    report = new_plant.text("customer.csv", CUSTOMERS + 'C-3,"x,CN\nC-4,y,CN\n')
    assert report.refused
    assert not new_plant.rows("customer")


@pytest.mark.parametrize("content", ["", "\n\n", " "])
def test_an_empty_file_is_refused(new_plant: Plant, said: Said, content: str) -> None:
    assert "is empty" in said(new_plant.text("customer.csv", content))


def test_a_header_alone_is_nothing_to_import(new_plant: Plant) -> None:
    with pytest.raises(BadInput, match="nothing to import"):
        new_plant.text("customer.csv", CUSTOMERS.splitlines()[0])


def test_a_file_that_is_not_there(new_plant: Plant, said: Said) -> None:
    assert "there is no file" in said(new_plant.load("nowhere.csv"))


def test_a_workbook_that_says_it_is_csv_is_refused(new_plant: Plant, said: Said) -> None:
    assert "is no text file" in said(new_plant.text("customer.csv", b"PK\x03\x04rest"))


def test_line_ends_of_windows(new_plant: Plant) -> None:
    assert not new_plant.text("customer.csv", CUSTOMERS.replace("\n", "\r\n")).problems
    assert names(new_plant)[1] == "长春某厂"
