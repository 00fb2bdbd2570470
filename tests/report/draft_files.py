"""Drafts as office files: what people hand in, made from the plain drafts of the tests."""

from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt


def docx_of(text: str, path: Path) -> Path:
    """Write a plain draft as DOCX: headings by style, tables, and runs that change in the middle of words."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name = "Noto Sans CJK SC"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Sans CJK SC")
    style.font.size = Pt(10.5)
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            if set(line) - set("|-: "):
                rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            table = document.add_table(len(rows), max(map(len, rows)))
            table.style = "Table Grid"
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    table.cell(at, column).text = cell
            rows = []
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            document.add_heading(line.lstrip("# "), min(level, 9))
        elif line.strip():
            paragraph = document.add_paragraph()
            for start in range(0, len(line), 11):
                paragraph.add_run(line[start : start + 11]).bold = start % 22 == 11
    document.save(str(path))
    return path


def pdf_of(text: str, path: Path) -> Path:
    """Write a plain draft as PDF."""
    import typst

    body = []
    for line in text.splitlines():
        shown = line.lstrip("# ").replace("|", " ")
        if set(shown) - set("-: "):
            escaped = "".join(f"\\{one}" if one in "#*_$@<>`\\[]~=" else one for one in shown)
            body.append(f"= {escaped}" if line.startswith("#") else escaped)
    source = '#set page(paper: "a4", numbering: "1")\n#set text(font: "Noto Sans CJK SC", size: 10.5pt, lang: "zh")\n'
    path.write_bytes(typst.compile((source + "\n\n".join(body)).encode()))
    return path
