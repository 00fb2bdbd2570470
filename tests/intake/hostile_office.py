"""Office files to test with: plain ones, and any part put in, left out or changed."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument."


def content_types(main: str, part: str, more: str = "") -> str:
    """The list of content types with one main part."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_TYPES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}"/>{more}</Types>'
    )


def relations(*rows: tuple[str, str, bool]) -> str:
    """A list of relations: type (last word), target, whether it is external."""
    said = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if external else "/>")
        for number, (kind, target, external) in enumerate(rows)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{_RELS}">{said}</Relationships>'


def word_text(*paragraphs: str, more: str = "") -> str:
    """The main part of a DOCX."""
    said = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    return f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{said}{more}</w:body></w:document>'


def docx(more: str = "") -> dict[str, str | bytes]:
    """The parts of a plain DOCX."""
    return {
        "[Content_Types].xml": content_types(_MAIN + "wordprocessingml.document.main+xml", "word/document.xml"),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", False)),
        "word/document.xml": word_text("本合同约定建设智能工厂", more=more),
        "word/_rels/document.xml.rels": relations(),
    }


def xlsx(cells: str = "<row r='1'><c r='A1'><v>1</v></c></row>") -> dict[str, str | bytes]:
    """The parts of a plain XLSX."""
    return {
        "[Content_Types].xml": content_types(_MAIN + "spreadsheetml.sheet.main+xml", "xl/workbook.xml"),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml", False)),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>',
    }


def packed(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write the parts as an office file."""
    path.write_bytes(packed_bytes(parts))
    return path


def packed_bytes(parts: Mapping[str, str | bytes]) -> bytes:
    """Pack the parts."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return into.getvalue()
