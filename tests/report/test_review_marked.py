"""Marked copies: comments and highlights at the words, text unchanged; tables without formulas; bad input refused."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from docx import Document
from draft_files import docx_of, pdf_of
from openpyxl import load_workbook
from planted_errors import DRAFTS

from linghang.errors import BadInput
from linghang.report.claims.docx_reading import elements, paragraph_text
from linghang.usecases.reviewing import Question, review_draft, write_marked, write_table

NOW = datetime(2026, 11, 22, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def bad_draft() -> str:
    text = (DRAFTS / "machining.md").read_text(encoding="utf-8")
    text = text.replace("现有员工1260人", "现有员工1620人").replace("| 合计 |  | 3000 |", "| 合计 |  | 3300 |")
    return text.replace("愿意接受现场核查", "愿意接受现场核查，产品国际领先")


def commented(document: object) -> dict[str, str]:
    """Words between the marks of a comment -> the comment."""
    found = {}
    for comment in document.comments:  # type: ignore[attr-defined]
        inside, words = False, ""
        for one in document.element.body.iter():  # type: ignore[attr-defined]
            if one.tag == f"{W}commentRangeStart" and one.get(f"{W}id") == str(comment.comment_id):
                inside = True
            elif one.tag == f"{W}commentRangeEnd" and one.get(f"{W}id") == str(comment.comment_id):
                inside = False
            elif inside and one.tag == f"{W}t":
                words += one.text or ""
        found[words] = comment.text
    return found


def test_word_comments_cover_the_quote_and_the_text_stays(tmp_path: Path) -> None:
    source, output = docx_of(bad_draft(), tmp_path / "draft.docx"), tmp_path / "marked.docx"
    found = review_draft(source, Question(), now=NOW)
    write_marked(found, source, output)
    before, after = Document(str(source)), Document(str(output))
    old, new = list(elements(before.element.body)), list(elements(after.element.body))
    assert [paragraph_text(one) for one in old] == [paragraph_text(one) for one in new]
    said = commented(after)
    assert {"1620人", "3300", "国际领先"} <= set(said)
    assert "R201" in said["1620人"]
    assert {one.author for one in after.comments} == {"Linghang 领航"}


def test_pdf_highlights_lie_on_the_quote(tmp_path: Path) -> None:
    source, output = pdf_of(bad_draft(), tmp_path / "draft.pdf"), tmp_path / "marked.pdf"
    write_marked(review_draft(source, Question(), now=NOW), source, output)
    document = pdfium.PdfDocument(output)
    marked = []
    for page in document:
        text = page.get_textpage()
        for place in range(raw.FPDFPage_GetAnnotCount(page)):
            one = raw.FPDFPage_GetAnnot(page, place)
            if raw.FPDFAnnot_GetSubtype(one) == raw.FPDF_ANNOT_HIGHLIGHT:
                box = raw.FS_RECTF()
                raw.FPDFAnnot_GetRect(one, box)
                marked.append(text.get_text_bounded(box.left, box.bottom, box.right, box.top).replace(" ", ""))
            raw.FPDFPage_CloseAnnot(one)
        text.close()
        page.close()
    document.close()
    assert any("1620人" in one for one in marked)


def test_a_text_copy_has_footnotes(tmp_path: Path) -> None:
    source, output = tmp_path / "draft.md", tmp_path / "marked.md"
    source.write_text(bad_draft(), encoding="utf-8")
    write_marked(review_draft(source, Question(), now=NOW), source, output)
    text = output.read_text(encoding="utf-8")
    assert "1620人[^lh" in text
    assert "[R201" in text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_quote_that_looks_like_a_formula_stays_text(tmp_path: Path, kind: str) -> None:
    source, output = tmp_path / "draft.md", tmp_path / f"table.{kind}"
    source.write_text(
        "设备联网率为\n\n| 指标 | 改造前 |\n|---|---|\n| 设备联网率 | =1+195% |\n| 合格率 | -195% |\n", encoding="utf-8"
    )
    write_table(review_draft(source, Question(), now=NOW).remarks, output)
    if kind == "csv":
        cells = [cell for line in output.read_text(encoding="utf-8-sig").splitlines() for cell in line.split(",")]
        assert not any(cell.startswith(("=", "-", "+", "@")) for cell in cells)
    else:
        sheet = load_workbook(BytesIO(output.read_bytes())).active
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_marked_copy_never_overwrites_the_draft(tmp_path: Path) -> None:
    source = tmp_path / "draft.md"
    source.write_text(bad_draft(), encoding="utf-8")
    with pytest.raises(BadInput):
        write_marked(review_draft(source, Question(), now=NOW), source, source)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.docx", b""),
        ("broken.docx", b"PK\x03\x04 not a package"),
        ("broken.pdf", b"%PDF-1.7 nothing"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("blank.txt", b" \n \n"),
        ("binary.txt", b"\x00\x01\x02\x00\x00"),
    ],
)
def test_what_is_no_draft_is_refused_with_the_reason(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput):
        review_draft(tmp_path / name, Question(), now=NOW)


def test_a_scan_is_told_apart(tmp_path: Path) -> None:
    document = pdfium.PdfDocument.new()
    document.new_page(595, 842).close()
    with (tmp_path / "scan.pdf").open("wb") as file:
        document.save(file)
    document.close()
    with pytest.raises(BadInput, match=r"scan|扫描"):
        review_draft(tmp_path / "scan.pdf", Question(), now=NOW)


def test_a_text_in_gb18030_is_read(tmp_path: Path) -> None:
    source = tmp_path / "draft.txt"
    source.write_bytes((DRAFTS / "textile.txt").read_bytes().decode().encode("gb18030"))
    assert not review_draft(source, Question(), now=NOW).draft.text.startswith("\ufffd")
