"""Office files from strangers: what only shows something is read, everything else is refused with its reason."""

import io
import struct
import time
import zipfile
from pathlib import Path

import docx as python_docx
import openpyxl
import pytest
from hostile_office import WORD, content_types, docx, packed, packed_bytes, relations, word_text, xlsx

from linghang.errors import BadInput
from linghang.intake.office_file import check_office, looks_like_office

MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def refused(path: Path, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        check_office(path)


def word(tmp_path: Path, more: str = "", **parts: str | bytes) -> Path:
    """A DOCX with more in its text, and with other parts (`__` stands for a slash, `_rels` as it is)."""
    return packed(tmp_path / "a.docx", docx(more) | {name.replace("|", "/"): one for name, one in parts.items()})


def test_plain_files_are_told_by_their_content(tmp_path: Path) -> None:
    assert check_office(packed(tmp_path / "a.docx", docx())) == "docx"
    assert check_office(packed(tmp_path / "b.xlsx", xlsx())) == "xlsx"
    assert check_office(packed(tmp_path / "named.docx", xlsx())) == "xlsx"


def test_files_of_the_libraries_pass(tmp_path: Path) -> None:
    written = python_docx.Document()
    written.add_heading("申报书", 1)
    written.add_table(2, 2).cell(0, 0).text = "甲"
    written.save(str(tmp_path / "a.docx"))
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["RTD (PT100)", "=SUM(A2:A3)", "IMAGE (1)"])
    book.save(tmp_path / "b.xlsx")
    assert check_office(tmp_path / "a.docx") == "docx"
    assert check_office(tmp_path / "b.xlsx") == "xlsx"


def test_a_hyperlink_may_stay(tmp_path: Path) -> None:
    link = relations(("hyperlink", "https://example.com/", True))
    assert check_office(word(tmp_path, **{"word|_rels|document.xml.rels": link})) == "docx"


# --- packages ---


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", docx() | {"word/media/image1.png": b"\0" * (200 << 20)})
    began = time.thread_time()
    refused(path, "would unpack to 200 MiB, .* times its size")
    assert time.thread_time() - began < 1


def test_many_parts_are_refused_before_their_list_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", docx() | {f"x/{number}": "" for number in range(6_000)})
    refused(path, "6004 parts; 5000 are read at most")


def test_a_list_of_parts_that_lies_about_its_length_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed_bytes(docx()))
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<I", data, at + 12, 1 << 30)
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    refused(path, "its list of entries is 1024 MiB long; 8 are read at most")


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/passwd", "word/../../x", "C:/x", "word\\x", "a//b", "word/./x", "x" * 300]
)
def test_parts_that_point_out_of_the_file_are_refused(tmp_path: Path, name: str) -> None:
    refused(packed(tmp_path / "a.docx", docx() | {name: "x"}), "points out of the file")


def test_a_part_that_stands_twice_is_refused(tmp_path: Path) -> None:
    refused(packed(tmp_path / "a.docx", docx() | {"WORD/Document.xml": word_text("other")}), "twice")


def test_a_link_instead_of_a_part_is_refused(tmp_path: Path) -> None:
    into = io.BytesIO(packed_bytes(docx()))
    with zipfile.ZipFile(into, "a") as package:
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    (tmp_path / "a.docx").write_bytes(into.getvalue())
    refused(tmp_path / "a.docx", "a link instead of a part")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"])
def test_a_document_type_is_refused_in_any_encoding(tmp_path: Path, part: str, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    declared = f'<?xml version="1.0" encoding="{encoding}"?>' + " " * 5_000 + bomb
    refused(packed(tmp_path / "a.docx", docx() | {part: declared.encode(encoding)}), "declares a document type")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old binary format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"{\\rtf1 text}", "is RTF"),
        (b"PK\x03\x04 and nothing more", "damaged office file"),
        (b"%PDF-1.7", "no office file"),
        (b"", "no office file"),
    ],
)
def test_what_is_no_package_is_refused_by_what_it_is(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    refused(path, message)


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed_bytes(docx()))
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(magic)
        data[at + offset] |= 1
    (tmp_path / "a.docx").write_bytes(data)
    refused(tmp_path / "a.docx", "encrypted; save it without a password")


def test_a_damaged_package_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed_bytes(docx()))
    at = data.find(b"word/document.xml") + 30
    data[at : at + 40] = b"\xff" * 40
    (tmp_path / "a.docx").write_bytes(data)
    refused(tmp_path / "a.docx", "damaged office file")


def test_a_plain_archive_is_no_office_file(tmp_path: Path) -> None:
    refused(packed(tmp_path / "a.docx", {"readme.txt": "x"}), "zip archive, but no office file")
    unknown = content_types("application/x-unknown", "word/document.xml")
    refused(packed(tmp_path / "a.docx", docx() | {"[Content_Types].xml": unknown}), "no DOCX, XLSX or PPTX")


# --- what runs ---


def test_a_name_that_says_macros_is_refused(tmp_path: Path) -> None:
    refused(packed(tmp_path / "a.docm", docx()), r"holds macros \(.docm\)")
    with pytest.raises(BadInput, match="holds macros"):
        check_office(packed(tmp_path / "kept", docx()), "b.XLSM")


def test_macros_are_refused_wherever_they_are_told_of(tmp_path: Path) -> None:
    macro_type = content_types(MACRO_MAIN, "word/document.xml")
    refused(packed(tmp_path / "a.docx", docx() | {"[Content_Types].xml": macro_type}), "save it without macros")
    vba_type = '<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    by_type = {"[Content_Types].xml": content_types(main, "word/document.xml", vba_type)}
    refused(packed(tmp_path / "b.docx", docx() | by_type), "holds macros")
    refused(packed(tmp_path / "c.docx", docx() | {"word/VBAProject.bin": b"x"}), "holds macros")
    by_relation = {"word/_rels/document.xml.rels": relations(("vbaProject", "x.bin", False))}
    refused(packed(tmp_path / "d.docx", docx() | by_relation), "holds macros")
    refused(packed(tmp_path / "e.xlsx", xlsx() | {"xl/macrosheets/sheet1.xml": "<x/>"}), "holds macros")


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        ("control", "activeX/activeX1.xml", "ActiveX control"),
        ("oleObject", "embeddings/oleObject1.bin", "embedded object"),
        ("package", "embeddings/book.xlsx", "embedded object"),
        ("aFChunk", "chunk.html", "another format"),
        ("webextension", "we.xml", "an add-in from elsewhere"),
    ],
)
def test_what_runs_inside_of_the_package_is_refused(tmp_path: Path, kind: str, target: str, message: str) -> None:
    refused(word(tmp_path, **{"word|_rels|document.xml.rels": relations((kind, target, False))}), message)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("attachedTemplate", "a template from elsewhere"),
        ("image", "a picture from elsewhere"),
        ("oleObject", "an object from elsewhere"),
        ("frame", "a frame from elsewhere"),
        ("subDocument", "another document from elsewhere"),
        ("somethingNew", "something from elsewhere"),
    ],
)
def test_what_is_loaded_from_elsewhere_is_refused(tmp_path: Path, kind: str, message: str) -> None:
    for mode in ("External", "external"):
        link = relations((kind, "http://evil.example/x", True)).replace("External", mode)
        refused(word(tmp_path, **{"word|_rels|settings.xml.rels": link}), message)


def test_links_of_a_workbook_to_others_are_refused(tmp_path: Path) -> None:
    inside = relations(("externalLink", "externalLinks/externalLink1.xml", False))
    refused(
        packed(tmp_path / "a.xlsx", xlsx() | {"xl/_rels/workbook.xml.rels": inside}), "another workbook from elsewhere"
    )
    refused(packed(tmp_path / "b.xlsx", xlsx() | {"xl/externalLinks/externalLink1.xml": "<x/>"}), "from elsewhere")
    refused(packed(tmp_path / "c.xlsx", xlsx() | {"xl/connections.xml": "<x/>"}), "data of a connection")


# --- fields and formulas ---


def field(*pieces: str, nested: str = "") -> str:
    """A field whose code is cut into runs."""
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{one}</w:instrText></w:r>' for one in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{one}"/></w:r>' for one in ("begin", "end"))
    return f"<w:p>{begin}{nested}{runs}{end}</w:p>"


@pytest.mark.parametrize(
    "code",
    [
        field(' DDEAUTO c:\\\\windows "cmd" '),
        field(" D", "DE", "AUTO x"),
        field("\n\tincludepicture ", '"http://evil.example/a.png" \\d'),
        field("INCLUDETEXT x"),
        field(" LINK Excel.Sheet x"),
        field(" DDE x", nested=""),
        '<w:p><w:fldSimple w:instr=" DDE x y "/></w:p>',
        field("x", nested=field("QUOTE 68 68 69")),
        "<w:p><w:r><w:instrText>DDEAUTO x</w:instrText></w:r></w:p>",
    ],
)
def test_fields_that_load_by_themselves_are_refused(tmp_path: Path, code: str) -> None:
    refused(word(tmp_path, more=code), "a field that loads or runs something")
    elsewhere = f'<w:hdr xmlns:w="{WORD}">{code}</w:hdr>'
    refused(word(tmp_path, **{"word|header1.xml": elsewhere}), "a field that loads or runs something")
    wide = word_text("x", more=code).replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")
    refused(packed(tmp_path / "w.docx", docx() | {"word/document.xml": wide}), "a field that loads or runs something")


@pytest.mark.parametrize(
    "code",
    [
        field(" PAGE "),
        field("TOC \\o"),
        field(" HYPERLINK x"),
        field("LINKED"),
        field("IF ", nested=""),
        field(" REF dde "),
    ],
)
def test_fields_that_only_show_something_may_stay(tmp_path: Path, code: str) -> None:
    assert check_office(word(tmp_path, more=code)) == "docx"


@pytest.mark.parametrize(
    "formula",
    ['_xlfn.WEBSERVICE("http://evil")', "_xlfn.IMAGE(A1)", 'RTD("x",,"y")', "&#87;EBSERVICE(A1)", "1+webservice (A1)"],
)
def test_formulas_that_load_something_are_refused(tmp_path: Path, formula: str) -> None:
    cells = f"<row r='1'><c r='A1'><f>{formula}</f><v>1</v></c></row>"
    refused(packed(tmp_path / "a.xlsx", xlsx(cells)), "a formula that loads something")


def test_words_in_cells_are_no_formulas(tmp_path: Path) -> None:
    words = '<c r="A1" t="inlineStr"><is><t>RTD (PT100) IMAGE(1)</t></is></c>'
    cells = f'<row r="1">{words}<c r="B1"><f>A1&amp;"x"</f></c></row>'
    assert check_office(packed(tmp_path / "a.xlsx", xlsx(cells))) == "xlsx"


# --- charts ---


def with_chart(book: bytes) -> dict[str, str | bytes]:
    return docx() | {
        "word/charts/chart1.xml": "<c/>",
        "word/charts/_rels/chart1.xml.rels": relations(("package", "../embeddings/figures.xlsx", False)),
        "word/embeddings/figures.xlsx": book,
    }


def test_the_figures_of_a_chart_are_looked_into(tmp_path: Path) -> None:
    assert check_office(packed(tmp_path / "a.docx", with_chart(packed_bytes(xlsx())))) == "docx"
    macro = packed_bytes(xlsx() | {"xl/vbaProject.bin": b"x"})
    refused(packed(tmp_path / "b.docx", with_chart(macro)), "figures.xlsx.*holds macros")
    refused(packed(tmp_path / "c.docx", with_chart(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")), "old binary format")
    gone = with_chart(b"")
    del gone["word/embeddings/figures.xlsx"]
    refused(packed(tmp_path / "d.docx", gone), "embedded object")


# --- what has to be looked at ---


def test_office_files_are_known_by_name_or_beginning(tmp_path: Path) -> None:
    by_content = packed(tmp_path / "renamed.dat", docx())
    plain_zip = packed(tmp_path / "a.zip", {"x": "y"})
    old = tmp_path / "old"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (tmp_path / "x.txt").write_text("x")
    found = {one.name: looks_like_office(one) for one in (by_content, plain_zip, old, tmp_path / "x.txt")}
    assert found == {"renamed.dat": True, "a.zip": False, "old": True, "x.txt": False}
    assert looks_like_office(tmp_path / "x.txt", "x.DOCM")
