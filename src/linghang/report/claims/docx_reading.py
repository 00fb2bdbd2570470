"""A DOCX draft as paragraphs: in the order of the page, cells with their places, runs as Word keeps them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from linghang.report.claims.layout import Headings, cells, heading_level
from linghang.report.claims.model import Paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HOLDERS = frozenset(f"{_W}{name}" for name in ("hyperlink", "ins", "smartTag", "sdt", "sdtContent", "fldSimple"))
_BLOCKS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml"))
_STYLE = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
MAX_DEPTH = 20
"""Tables inside tables that are followed."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph outside tables, or a table as rows of cells of paragraphs; each paragraph is its XML element."""

    paragraph: Any = None
    rows: Sequence[Sequence[Sequence[Any]]] = ()


def runs_of(paragraph: Any) -> list[Any]:
    """The runs (w:r) of a paragraph in order, also those in links and insertions; deleted text is left out."""
    found: list[Any] = []
    _collect(paragraph, found)
    return found


def _collect(holder: Any, found: list[Any]) -> None:
    for child in holder:
        if child.tag == f"{_W}r":
            found.append(child)
        elif child.tag in _HOLDERS:
            _collect(child, found)


def run_text(run: Any) -> str:
    """What a run shows; tabs and breaks are one character each."""
    return "".join(piece_text(child) for child in run)


def piece_text(child: Any) -> str:
    """What one child of a run shows."""
    tag = child.tag
    if tag == f"{_W}t":
        return child.text or ""
    if tag == f"{_W}tab":
        return "\t"
    if tag in (f"{_W}br", f"{_W}cr"):
        return "\n"
    return "-" if tag == f"{_W}noBreakHyphen" else ""


def paragraph_text(paragraph: Any) -> str:
    """What a paragraph shows."""
    return "".join(run_text(run) for run in runs_of(paragraph))


def blocks(body: Any, depth: int = 0) -> Iterator[Block]:
    """Paragraphs and tables of the body in their order; a table in a cell follows as paragraphs of the cell."""
    for child in body:
        if child.tag == f"{_W}p":
            yield Block(child)
        elif child.tag == f"{_W}tbl":
            yield Block(rows=[[list(_inside(cell, depth)) for cell in _cells(row)] for row in child.iter(f"{_W}tr")
                              if _own(row, child)])  # fmt: skip
        elif child.tag in _BLOCKS and depth < MAX_DEPTH:
            yield from blocks(child, depth + 1)


def _own(row: Any, table: Any) -> bool:
    """Whether a row belongs to this table, not to one inside a cell of it."""
    holder = row.getparent()
    while holder is not None and holder.tag != f"{_W}tbl":
        holder = holder.getparent()
    return holder is table


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in _BLOCKS:
            yield from (one for one in child.iter(f"{_W}tc"))


def _inside(cell: Any, depth: int) -> Iterator[Any]:
    if depth >= MAX_DEPTH:
        return
    for block in blocks(cell, depth + 1):
        if block.paragraph is not None:
            yield block.paragraph
        for row in block.rows:
            for inner in row:
                yield from inner


def elements(body: Any) -> Iterator[Any]:
    """The XML elements of the paragraphs that `paragraphs` gives, in the same order: `index` counts them."""
    for block in blocks(body):
        if block.paragraph is not None and paragraph_text(block.paragraph).strip():
            yield block.paragraph
        for row in block.rows:
            for cell in row:
                yield from (one for one in cell if paragraph_text(one).strip())


def paragraphs(document: Any) -> list[Paragraph]:
    """All paragraphs with text: headings by style or by number, cells with what their table says of them."""
    levels = _style_levels(document)
    found: list[Paragraph] = []
    headings, tables, last = Headings(), 0, ""
    for block in blocks(document.element.body):
        if block.paragraph is None:
            texts = [[[paragraph_text(one) for one in cell] for cell in row] for row in block.rows]
            found += cells(texts, len(found), tables, headings.path, last)
            tables += 1
            continue
        text = paragraph_text(block.paragraph)
        if not text.strip():
            continue
        level = _styled(block.paragraph, levels) or heading_level(text)
        if level is not None:
            headings.enter(level, text)
        found.append(Paragraph(len(found), text, "text" if level is None else "heading", headings.path))
        last = text
    return found


def _style_levels(document: Any) -> dict[str, int]:
    """Id of a style -> depth, for styles that are headings by name or by outline."""
    found: dict[str, int] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        written = name.get(f"{_W}val", "") if name is not None else ""
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if match := _STYLE.match(written):
            found[style.get(f"{_W}styleId", "")] = int(match[1])
        elif outline is not None and outline.get(f"{_W}val", "9").isdigit() and int(outline.get(f"{_W}val", "9")) < 9:
            found[style.get(f"{_W}styleId", "")] = int(outline.get(f"{_W}val")) + 1
    return found


def _styled(paragraph: Any, levels: dict[str, int]) -> int | None:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None and (level := outline.get(f"{_W}val", "")).isdigit() and int(level) < 9:
        return int(level) + 1
    return levels.get(style.get(f"{_W}val", "")) if style is not None else None
