"""The text of documents for the search: what is taken out, what is said where nothing is, and what never happens."""

from pathlib import Path

import docx as python_docx
import openpyxl
import pytest
from hostile_office import docx, packed, word_text

from linghang.intake import document_text
from linghang.intake.document_reading import TextReader
from linghang.intake.document_text import text_of


def pdf(path: Path, text: str | None) -> Path:
    """A PDF of one page, with a line of Latin text or without."""
    content = f"BT /F1 24 Tf 100 700 Td ({text}) Tj ET".encode() if text else b"0 0 m 9 9 l S"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    said = b"%PDF-1.4\n"
    for number, one in enumerate(objects, 1):
        said += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    path.write_bytes(said + b"trailer<</Root 1 0 R>>")
    return path


def test_a_pdf_gives_its_text_and_a_scan_says_that_it_has_none(tmp_path: Path) -> None:
    assert text_of(pdf(tmp_path / "a.pdf", "maturity report"), "a.pdf").text == "maturity report"
    scan = text_of(pdf(tmp_path / "b.pdf", None), "b.pdf")
    assert (scan.state, scan.text) == ("none", "")
    assert "it is a scan" in scan.remark
    renamed = text_of(pdf(tmp_path / "c.pdf", "by content"), "c.dat")
    assert renamed.text == "by content"


def test_a_file_that_is_a_pdf_only_by_its_name_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("root:x:0:0")
    found = text_of(tmp_path / "a.pdf", "a.pdf")
    assert found.state == "failed"
    assert "damaged PDF" in found.remark


def test_word_gives_paragraphs_tables_and_headers_in_their_order(tmp_path: Path) -> None:
    written = python_docx.Document()
    written.add_paragraph("第一段")
    table = written.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "甲", "乙"
    written.add_paragraph("末段\t制表")
    written.sections[0].header.paragraphs[0].text = "页眉"
    written.save(str(tmp_path / "a.docx"))
    found = text_of(tmp_path / "a.docx", "a.docx")
    assert found.state == "text"
    assert found.text.index("第一段") < found.text.index("甲") < found.text.index("乙") < found.text.index("末段\t制表")
    assert "页眉" in found.text


def test_text_that_stands_twice_for_older_programs_is_taken_once(tmp_path: Path) -> None:
    twice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:Choice><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
    )
    assert text_of(packed(tmp_path / "a.docx", docx(twice)), "a.docx").text.count("框") == 1


def test_workbooks_give_names_of_sheets_and_values(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "设备"
    book.active.append(["联网率", 0.98, None, True])
    book.save(tmp_path / "a.xlsx")
    assert text_of(tmp_path / "a.xlsx", "a.xlsx").text == "设备\n联网率\t0.98\tTrue"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("关键设备\r\n清单".encode(encoding))
    assert text_of(tmp_path / "a.txt", "清单.TXT").text == "关键设备\n清单"


def test_signs_that_look_alike_are_written_alike(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ＭＥＳ　⼯⼚ １００％", encoding="utf-8")
    assert text_of(tmp_path / "a.txt", "a.txt").text == "MES 工厂 100%"


def test_what_gives_no_text_says_why_and_never_fails(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "c.txt").write_bytes(b"\x00\x01\x02\x03\xff")
    (tmp_path / "d.docx").write_bytes(b"PK\x03\x04")
    packed(tmp_path / "e.docx", docx() | {"word/document.xml": word_text("x")[:-9]})
    said = {one.name: text_of(one, one.name) for one in sorted(tmp_path.iterdir())}
    assert {name: one.state for name, one in said.items()} == {
        "a.jpg": "none",
        "b.pdf": "failed",
        "c.txt": "failed",
        "d.docx": "failed",
        "e.docx": "failed",
    }
    assert "no text is taken out of .jpg files" in said["a.jpg"].remark
    assert "damaged PDF" in said["b.pdf"].remark


def test_text_is_cut_at_its_limit_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_text, "MAX_CHARACTERS", 10)
    (tmp_path / "a.txt").write_text("x" * 100)
    found = text_of(tmp_path / "a.txt", "a.txt")
    assert (found.text, found.remark) == ("x" * 10, "only the first 10 characters are searched")


# --- in a process of its own ---


def test_a_process_of_its_own_reads_one_document_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    with TextReader() as reader:
        assert reader.read(tmp_path / "a.txt", "a.txt").text == "甲"
        assert reader.read(tmp_path / "gone.txt", "gone.txt").state == "failed"
        assert reader.read(tmp_path / "a.txt", "a.txt").text == "甲"


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    with TextReader(timeout_s=0.001) as reader:
        found = reader.read(tmp_path / "a.txt", "a.txt")
    assert found.state == "failed"
    assert "longer than 0.001 seconds" in found.remark


def test_a_document_that_ends_the_program_is_given_up_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    with TextReader() as reader:
        reader.read(tmp_path / "a.txt", "a.txt")
        assert reader._process is not None
        reader._process.kill()
        reader._process.wait()
        found = reader.read(tmp_path / "a.txt", "a.txt")
        assert (found.state, "ends the program" in found.remark) == ("failed", True)
        assert reader.read(tmp_path / "a.txt", "a.txt").text == "甲"
