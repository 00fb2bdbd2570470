"""A PDF draft as paragraphs: the lines of its pages joined again, each character with its place on the page."""

import re
import statistics
import threading
from typing import Any

from linghang.errors import BadInput, Place
from linghang.report.claims.layout import Headings, heading_level
from linghang.report.claims.model import Paragraph
from linghang.report.claims.pdf_tables import Line, lines_of, table_at, table_cells

MAX_PAGES = 2_000
MIN_CHARACTERS_A_PAGE = 12
"""Below this a page has no text layer worth the name: it is a scan."""

PDFIUM = threading.RLock()
"""PDFium is not safe for several threads."""

_AROUND_NUMBER = re.compile(r"[-—–\s·第页共/]|of")
_ENDS = ("。", "；", ";", "！", "？", "：", ":")


def open_pdf(path: str, place: Place) -> Any:
    """Open a PDF without running anything in it.

    Raises
    ------
    BadInput
        It is damaged, has a password, or has too many pages.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise BadInput("has a password: save it without one, then review it", place) from None
        raise BadInput("is a damaged PDF: {reason}", place, reason=str(error)) from None
    if len(document) > MAX_PAGES:
        document.close()
        raise BadInput("has {count} pages; {limit} are read at most", place, count=len(document), limit=MAX_PAGES)
    return document


def characters(text_page: Any) -> str:
    """The characters of a page: one string character for each index that PDFium counts."""
    import pypdfium2.raw as raw

    count = raw.FPDFText_CountChars(text_page)
    get = raw.FPDFText_GetUnicode
    codes = [get(text_page, index) for index in range(count)]
    return "".join(chr(code) if 0 < code < 0xFFFE and not 0xD800 <= code < 0xE000 else " " for code in codes)


def paragraphs(path: str, place: Place) -> tuple[list[Paragraph], int]:
    """Read a PDF; return its paragraphs and the number of its pages.

    Raises
    ------
    BadInput
        It cannot be opened, or its pages have no text (a scan).
    """
    lines: list[Line] = []
    pages, total = 0, 0
    with PDFIUM:
        document = open_pdf(path, place)
        try:
            pages = len(document)
            for number in range(pages):
                page = document[number]
                text_page = page.get_textpage()
                text = characters(text_page.raw)
                total += sum(map(len, text.split()))
                lines += lines_of(text_page.raw, text, number + 1)
                text_page.close()
                page.close()
        finally:
            document.close()
    if total < MIN_CHARACTERS_A_PAGE * pages:
        raise BadInput(
            "has {pages} pages but next to no text: it is a scan. Review the DOCX that it was made from, or run "
            "text recognition (OCR) over it first",
            place,
            pages=pages,
        )
    return _joined(_without_running_heads(lines, pages)), pages


def _without_running_heads(lines: list[Line], pages: int) -> list[Line]:
    """Leave out page numbers, and lines that stand on nearly every page."""
    seen: dict[str, set[int]] = {}
    for one in lines:
        seen.setdefault(one.text, set()).add(one.page)
    often = {text for text, on in seen.items() if pages >= 4 and len(on) * 10 >= pages * 7 and len(text) < 40}
    kept = []
    for one in lines:
        bare = _AROUND_NUMBER.sub("", one.text)
        number = bare.isdigit() and len(bare) <= 3 and int(bare) <= pages + 9 and len(one.text) <= 12
        if one.text not in often and not (number and len(one.pieces) == 1):
            kept.append(one)
    return kept


def _joined(lines: list[Line]) -> list[Paragraph]:
    """Join lines that go on: a line that is about as wide as the text and does not end a sentence; tables apart."""
    widths = [_width(one.text) for one in lines]
    full = statistics.quantiles(widths, n=10)[8] if len(widths) >= 10 else max(widths, default=0)
    found: list[Paragraph] = []
    headings = Headings()
    text, parts, tables, place = "", list[tuple[int, int, int, int]](), 0, 0
    while place < len(lines):
        line = lines[place]
        if not text and (used := table_at(lines, place)):
            cells = table_cells(lines[place : place + used], len(found), tables, headings.path)
            found += cells
            tables, place = tables + 1, place + used
            continue
        if text and text[-1].isascii() and line.text[0].isascii() and text[-1].isalpha():
            text += " "
        parts.append((len(text), line.page, line.at, len(line.text)))
        text += line.text
        place += 1
        following = lines[place] if place < len(lines) else None
        goes_on = widths[place - 1] >= full * 0.86 and not line.text.endswith(_ENDS) and following is not None
        if goes_on and following is not None and heading_level(following.text) is None and len(following.pieces) < 2:
            continue
        level = heading_level(text)
        if level is not None:
            headings.enter(level, text)
        kind = "text" if level is None else "heading"
        found.append(Paragraph(len(found), text, kind, headings.path, parts[0][1], parts=tuple(parts)))  # type: ignore[arg-type]
        text, parts = "", []
    return found


def _width(text: str) -> int:
    """Width in half-width characters."""
    return sum(1 if character.isascii() else 2 for character in text)
