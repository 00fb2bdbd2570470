"""A copy of a DOCX with the remarks as Word comments at the exact words; text and formatting stay as they are."""

from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from linghang.errors import Place
from linghang.report.claims.docx_reading import elements, piece_text, run_text, runs_of
from linghang.report.claims.model import Draft
from linghang.report.claims.reading import open_docx
from linghang.report.remarks import Remark
from linghang.report.review.comments import AUTHOR, INITIALS, apart, of_the_whole, said

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def mark(path: Path, draft: Draft, remarks: Sequence[Remark]) -> bytes:
    """Return the draft with a comment for each remark.

    Parameters
    ----------
    path, draft
        The draft that the remarks are about: its paragraphs are counted as `docx_reading.elements` counts them.

    Raises
    ------
    BadInput
        The file cannot be opened.
    """
    document = open_docx(path, Place(str(path)))
    found = list(elements(document.element.body))
    whole, placed = apart(remarks)
    if whole and found:
        runs = [one for one in runs_of(found[0]) if run_text(one)]
        _comment(document, runs[0], runs[-1], of_the_whole(whole))
    for one in placed:
        spot = one.spot
        if spot.paragraph is not None and spot.paragraph < len(found):
            paragraph = draft.paragraphs[spot.paragraph]
            start, end = paragraph.original(spot.start or 0, len(paragraph.text) if spot.end is None else spot.end)
            covered = cover(found[spot.paragraph], start, end)
            if covered:
                _comment(document, covered[0], covered[-1], said(one))
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _comment(document: Any, first: Any, last: Any, text: str) -> None:
    from docx.text.run import Run

    ends = [Run(first, document), Run(last, document)]
    document.add_comment(ends, text=text, author=AUTHOR, initials=INITIALS)


def cover(paragraph: Any, start: int, end: int | None) -> list[Any]:
    """Split runs so that some of them hold exactly characters `[start, end)`; return those."""
    length = sum(len(run_text(one)) for one in runs_of(paragraph))
    end = length if end is None else min(end, length)
    for border in (start, end):
        _split_at(paragraph, border)
    covered, at = [], 0
    for run in runs_of(paragraph):
        size = len(run_text(run))
        if size and at >= start and at + size <= end:
            covered.append(run)
        at += size
    return covered


def _split_at(paragraph: Any, border: int) -> None:
    at = 0
    for run in runs_of(paragraph):
        size = len(run_text(run))
        if at < border < at + size:
            _split(run, border - at)
            return
        at += size


def _split(run: Any, offset: int) -> None:
    """Cut a run in two with the same formatting; what shows nothing (a picture, a field mark) stays where it is."""
    behind = deepcopy(run)
    for child in list(behind):
        if child.tag != f"{_W}rPr":
            behind.remove(child)
    at = 0
    for child in list(run):
        if child.tag == f"{_W}rPr":
            continue
        text = piece_text(child)
        if at >= offset:
            behind.append(child)  # moves it
        elif at + len(text) > offset:
            tail = deepcopy(child)
            child.text, tail.text = text[: offset - at], text[offset - at :]
            for one in (child, tail):
                one.set(_SPACE, "preserve")
            behind.append(tail)
        at += len(text)
    run.addnext(behind)
