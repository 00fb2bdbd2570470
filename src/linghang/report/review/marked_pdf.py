"""A copy of a PDF with the remarks as highlights at the exact words; the text of a remark pops up at its highlight."""

import ctypes
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from linghang.errors import Place
from linghang.report.claims.model import Draft, Paragraph
from linghang.report.claims.pdf_reading import PDFIUM, open_pdf
from linghang.report.remarks import Remark, Severity
from linghang.report.review.comments import AUTHOR, apart, of_the_whole, said

COLOURS: dict[Severity, tuple[int, int, int]] = {
    "error": (255, 120, 110),
    "warning": (255, 205, 70),
    "hint": (130, 190, 255),
}
_OPACITY = 110
_NOTE_POINTS = 20.0
_THIN = 0.1


def mark(path: Path, draft: Draft, remarks: Sequence[Remark]) -> bytes:
    """Return the draft with a highlight for each remark; those on the whole are a note on the first page.

    Raises
    ------
    BadInput
        The file cannot be opened.
    """
    whole, placed = apart(remarks)
    by_page: dict[int, list[tuple[Remark, list[tuple[int, int]]]]] = {}
    for one in placed:
        paragraph = draft.paragraphs[one.spot.paragraph or 0]
        for page, spans in _spans(paragraph, one.spot.start or 0, one.spot.end):
            by_page.setdefault(page, []).append((one, spans))
    with PDFIUM:
        document = open_pdf(str(path), Place(str(path)))
        try:
            for page in sorted({*by_page, *((1,) if whole else ())}):
                _mark_page(document, page, by_page.get(page, []), whole if page == 1 else [])
            buffer = BytesIO()
            document.save(buffer)
        finally:
            document.close()
    return buffer.getvalue()


def _spans(paragraph: Paragraph, start: int, end: int | None) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Page -> (first character of the page, number of characters) that show characters `[start, end)`."""
    start, end = paragraph.original(start, len(paragraph.text) if end is None else end)
    found: dict[int, list[tuple[int, int]]] = {}
    for first, page, at, length in paragraph.parts:
        low, high = max(start, first), min(end, first + length)
        if low < high:
            found.setdefault(page, []).append((at + low - first, high - low))
    yield from found.items()


def _mark_page(
    document: Any, number: int, marks: Sequence[tuple[Remark, list[tuple[int, int]]]], whole: Sequence[Remark]
) -> None:
    import pypdfium2.raw as raw

    page = document[number - 1]
    text = page.get_textpage()
    for one, spans in marks:
        boxes = [box for span in spans for box in _boxes(raw, text.raw, *span)]
        if boxes:
            _highlight(raw, page.raw, boxes, COLOURS[one.check.severity], said(one))
    if whole:
        _note(raw, page, of_the_whole(whole))
    text.close()
    page.close()


_Box = tuple[float, float, float, float]


def _boxes(raw: Any, text: Any, start: int, count: int) -> list[_Box]:
    """Boxes (left, top, right, bottom, in points) of characters of a page."""
    found = []
    for place in range(raw.FPDFText_CountRects(text, start, count)):
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        if not raw.FPDFText_GetRect(text, place, left, top, right, bottom):
            continue
        if right.value - left.value > _THIN and top.value - bottom.value > _THIN:  # a blank has a box without area
            found.append((left.value, top.value, right.value, bottom.value))
    return found


def _highlight(raw: Any, page: Any, boxes: Sequence[_Box], colour: tuple[int, int, int], text: str) -> None:
    mark = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_HIGHLIGHT)
    for left, top, right, bottom in boxes:
        points = raw.FS_QUADPOINTSF(left, top, right, top, left, bottom, right, bottom)
        raw.FPDFAnnot_AppendAttachmentPoints(mark, points)
    edges = list(zip(*boxes, strict=True))
    _finish(raw, mark, (min(edges[0]), max(edges[1]), max(edges[2]), min(edges[3])), colour, text)


def _note(raw: Any, page: Any, text: str) -> None:
    mark = raw.FPDFPage_CreateAnnot(page.raw, raw.FPDF_ANNOT_TEXT)
    _, height = page.get_size()
    top = height - _NOTE_POINTS
    box = (_NOTE_POINTS, top, 2 * _NOTE_POINTS, top - _NOTE_POINTS)
    _finish(raw, mark, box, COLOURS["error"], text)


def _finish(raw: Any, mark: Any, box: _Box, colour: tuple[int, int, int], text: str) -> None:
    left, top, right, bottom = box
    raw.FPDFAnnot_SetRect(mark, raw.FS_RECTF(left, top, right, bottom))
    raw.FPDFAnnot_SetColor(mark, raw.FPDFANNOT_COLORTYPE_Color, *colour, _OPACITY)
    for key, value in (("Contents", text), ("T", AUTHOR)):
        data = (value + "\0").encode("utf-16-le")
        buffer = (ctypes.c_ushort * (len(data) // 2)).from_buffer_copy(data)
        raw.FPDFAnnot_SetStringValue(mark, key.encode(), buffer)
    raw.FPDFAnnot_SetFlags(mark, raw.FPDF_ANNOT_FLAG_PRINT)
    raw.FPDFPage_CloseAnnot(mark)
