"""DOCX reports: what Word will find in them, and what LibreOffice shows of them."""

import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from dossier_sample import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from report_pages import (
    assert_a4,
    assert_no_empty_page,
    assert_within_margins,
    converted,
    covered,
    flat,
    fonts,
    stranded,
    texts,
)

from linghang.report.content import KINDS, Entry, Kind
from linghang.report.docx import docx
from linghang.report.labels import LABELS
from linghang.words import LANGUAGES, Language, Text

BOTH = [(kind, language) for kind in KINDS for language in LANGUAGES]


def opened(data: bytes) -> Any:
    return Document(BytesIO(data))


def said(data: bytes) -> str:
    with zipfile.ZipFile(BytesIO(data)) as package:
        xml = package.read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", xml)


@pytest.mark.parametrize(("kind", "language"), BOTH)
def test_no_tag_is_left_over(kind: Kind, language: Language) -> None:
    made = docx(sample(kind), language)
    with zipfile.ZipFile(BytesIO(made)) as package:
        for name in package.namelist():
            if name.endswith(".xml"):
                text = package.read(name).decode()
                assert not re.search(r"\{\{|\{%|%\}|\}\}", text), name
                assert "\ufdd0" not in text


def test_headings_captions_and_tables_are_word_s_own() -> None:
    document = opened(docx(sample(), "zh"))
    styles = {paragraph.style.name for paragraph in document.paragraphs}
    assert {"Heading 1", "Heading 2", "Heading 3", "Caption", "Annex Heading", "Title", "Body Text"} <= styles
    heads = [table for table in document.tables if table._tbl.find(f".//{qn('w:tblHeader')}") is not None]
    assert len(heads) > 8
    fields = [one.text for one in document.element.iter(qn("w:instrText"))]
    assert any(" TOC " in one for one in fields)
    assert any("SEQ Figure" in one for one in fields)
    footer = document.sections[0].footer._element
    assert {one.text.strip() for one in footer.iter(qn("w:instrText"))} == {"PAGE", "NUMPAGES"}
    assert not list(document.element.iter(qn("w:txbxContent")))


def test_every_style_names_a_font_for_chinese() -> None:
    document = opened(docx(sample(clauses=1), "zh"))
    for style in document.styles:
        fonts_ = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        if fonts_ is not None:
            assert fonts_.get(qn("w:eastAsia")) in ("SimSun", "SimHei"), style.name


def test_pictures_have_words_for_those_who_do_not_see_them() -> None:
    document = opened(docx(sample(), "zh"))
    described = [one.get("descr") for one in document.element.iter(qn("wp:docPr"))]
    assert len(described) == 6
    assert all(described)


def test_the_contents_list_every_chapter_with_its_number() -> None:
    document = opened(docx(sample(), "zh"))
    lines = [
        "".join(one.text or "" for one in p._p.iter(qn("w:t")))
        for p in document.paragraphs
        if p.style.name.startswith("TOC")
    ]
    assert "一、申报单位基本信息" in lines
    assert "（二）环节与场景覆盖" in lines
    assert any(line.startswith("附件E") for line in lines)


def test_captions_are_counted() -> None:
    document = opened(docx(sample(), "zh"))
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    assert next(one for one in captions if one.startswith("图 ")).startswith("图 1")
    assert [one for one in captions if one.startswith("表 ")][1].startswith("表 2")


def test_a_placeholder_is_a_run_on_yellow() -> None:
    document = opened(docx(sample(), "zh"))
    marked = [
        "".join(text.text for text in run.iter(qn("w:t")))
        for run in document.element.iter(qn("w:r"))
        if (shade := run.find(f"{qn('w:rPr')}/{qn('w:shd')}")) is not None and shade.get(qn("w:fill")) == "FFF07A"
    ]
    assert "【待补：联系人姓名与电话】" in marked
    assert all(one.startswith("【待补：") and one.endswith("】") for one in marked)


def test_all_clauses_are_there() -> None:
    dossier = sample()
    text = said(docx(dossier, "en"))
    for clause in dossier.clauses:
        assert clause.id in text


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert docx(sample(), "zh") == docx(sample(), "zh")


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "{% for x in y %}", "{#x#}", "a & b < c > d \"q\" 'z'", "{_{ x }_}", "]]>", "%}"]
)
def test_text_is_never_read_as_a_tag(text: str) -> None:
    dossier = sample(clauses=1, factory_name=text, products=Entry(Text(text, text)))
    document = opened(docx(dossier, "zh"))
    assert any(paragraph.text == text for paragraph in document.paragraphs)
    assert text in document.sections[0].header.paragraphs[0].text


@pytest.mark.slow
@given(text=st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_makes_a_file_that_opens(text: str) -> None:
    document = opened(docx(sample(clauses=1, charts={}, systems=(), products=Entry(text or "无")), "zh"))
    assert document.paragraphs


def test_lines_of_a_text_become_paragraphs() -> None:
    document = opened(docx(sample(clauses=1, factory_summary=Entry("第一段\n第二段\n")), "zh"))
    body = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Body Text"]
    assert body[:2] == ["第一段", "第二段"]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "language"), BOTH)
def test_libreoffice_shows_it_whole(kind: Kind, language: Language, tmp_path: Path) -> None:
    shown = converted(docx(sample(kind), language), tmp_path)
    assert_a4(shown)
    assert_no_empty_page(shown)
    assert_within_margins(shown)
    assert covered(shown) == []
    assert 5 <= len(texts(shown)) <= 30
    keys = [key for key in LABELS if key.startswith("h_")]
    assert stranded(shown, [LABELS[key].zh if language == "zh" else LABELS[key].en for key in keys]) == []
    found = fonts(tmp_path / "report.pdf")
    assert all(embedded for _, embedded in found)
    text = flat(shown)
    assert "联系人姓名与电话" in text if language == "zh" else "nameandtelephoneofthecontact" in text


def test_the_templates_are_those_that_the_script_writes() -> None:
    script = Path(__file__).parents[2] / "scripts" / "docx_template.py"
    checked = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
