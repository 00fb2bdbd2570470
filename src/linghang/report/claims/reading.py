"""Read a draft: DOCX, PDF, plain text or Markdown, guarded against what such files can hide."""

import re
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, Place, reason_of
from linghang.intake.encodings import read_text
from linghang.report.claims.dates import dated
from linghang.report.claims.layout import Headings, cells, heading_level
from linghang.report.claims.model import Draft, DraftKind, Paragraph

MAX_BYTES = 200 << 20
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
MAX_PARAGRAPH = 20_000
"""Characters of a paragraph that are read; what stands behind them no person wrote as one paragraph."""

LONG_LINE = 4_000
"""A longer line of a text is read in pieces."""

MAX_TEXT_BYTES = 30 << 20
KINDS: dict[str, DraftKind] = {
    ".docx": "docx",
    ".pdf": "pdf",
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
}

_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_RULE = re.compile(r"[\s|:\-–—]+")
_BLANK = re.compile(r"(?<=[一-鿿])[ \u00a0]{1,3}(?=\d)|(?<=[\d%])[ \u00a0]{1,3}(?=[一-鿿])")
_NUMBERING = re.compile(r"\s*[\d.\-]{1,10}")
_OLD_WORD = b"\xd0\xcf\x11\xe0"


def read_draft(path: Path) -> Draft:
    """Read a draft into paragraphs with their places.

    Raises
    ------
    BadInput
        It is no file of a kind that is read, is empty, damaged or locked, hides macros or unpacks to too much, or is a
        scan without text.
    """
    kind = KINDS.get(path.suffix.lower())
    place = Place(str(path))
    head = _head(path, place)
    if kind is None or head.startswith(_OLD_WORD):
        raise BadInput("a draft is a .docx, .pdf, .txt or .md file; save it as DOCX or PDF", place)
    pages = None
    if kind == "docx":
        found = _docx(path, place)
    elif kind == "pdf":
        from linghang.report.claims.pdf_reading import paragraphs

        found, pages = paragraphs(str(path), place)
    else:
        text = read_text(path, limit=MAX_TEXT_BYTES).decode()
        probe = text[:MAX_PARAGRAPH]
        if sum(unicodedata.category(one) in _NO_TEXT and one not in "\t\n\r\f\x85" for one in probe) * 50 > len(probe):
            raise BadInput("is no text: too many of its characters stand for nothing", place)
        found = text_paragraphs(text)
    if not found:
        raise BadInput("holds no text", place)
    found = [squeezed(one) for one in found]
    return Draft(path.name, kind, tuple(found), dated([one.text for one in found]), pages)


def squeezed(paragraph: Paragraph) -> Paragraph:
    """Take out the blanks between Chinese and digits (2023 年 6 月), which say nothing and get in the way."""
    if len(paragraph.text) > MAX_PARAGRAPH:
        paragraph = replace(paragraph, text=paragraph.text[:MAX_PARAGRAPH])
    pieces, removed, at = list[str](), list[int](), 0
    for one in _BLANK.finditer(paragraph.text):
        if _NUMBERING.fullmatch(paragraph.text, 0, one.start()):
            continue
        pieces.append(paragraph.text[at : one.start()])
        place = (removed[-1] if removed else 0) + len(pieces[-1])
        removed += [place] * (one.end() - one.start())
        at = one.end()
    if not pieces:
        return paragraph
    return replace(paragraph, text="".join((*pieces, paragraph.text[at:])), removed=tuple(removed))


def draft_of(text: str, name: str = "text") -> Draft:
    """A text that is already in memory as a draft."""
    found = [squeezed(one) for one in text_paragraphs(text)]
    return Draft(name, "text", tuple(found), dated([one.text for one in found]))


def _head(path: Path, place: Place) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    if not size:
        raise BadInput("is empty (0 bytes)", place)
    if size > MAX_BYTES:
        raise BadInput("has {size} MiB; drafts have {limit} at most", place, size=size >> 20, limit=MAX_BYTES >> 20)
    return head


def open_docx(path: Path, place: Place) -> Any:
    """Open a DOCX after the safe look at its package.

    Raises
    ------
    BadInput
        It is locked, damaged, holds macros, or unpacks to too much.
    """
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    check_office_file(path)
    try:
        return Document(str(path))
    except (PackageNotFoundError, LxmlError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadInput("is a damaged DOCX: {reason}", place, reason=str(error)) from None


def check_office_file(path: Path) -> None:
    """The one door through which an office file of somebody else comes in."""
    from linghang.intake.office_file import check_office

    check_office(path)


def _docx(path: Path, place: Place) -> list[Paragraph]:
    from linghang.report.claims.docx_reading import paragraphs

    return paragraphs(open_docx(path, place))


def text_paragraphs(text: str) -> list[Paragraph]:
    """Lines of a text as paragraphs: headings by # or number, tables of | or tabs as cells."""
    found: list[Paragraph] = []
    headings = Headings()
    rows: list[tuple[int, str]] = []
    tables, last = 0, ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if _is_row(line):
            rows.append((number, line))
            continue
        if rows:
            found += _table(rows, len(found), tables, headings.path, last)
            tables, rows = tables + 1, []
        if not line.strip():
            continue
        if len(line) > LONG_LINE:
            found += _long_line(line, number, len(found), headings.path)
            continue
        hashes = _HASHES.match(line.lstrip()[:8] + "x" if line.lstrip().startswith("#") else "")
        lead = len(line) - len(line.lstrip())
        offset = lead + (hashes.end() if hashes else 0)
        body = line[offset:].rstrip()
        level = len(hashes[1]) if hashes else heading_level(body)
        if level is not None:
            headings.enter(level, body.strip("* "))
        kind = "text" if level is None else "heading"
        found.append(Paragraph(len(found), body, kind, headings.path, line=number, offset=offset))  # type: ignore[arg-type]
        last = body
    return found


def _long_line(line: str, number: int, first: int, headings: tuple[str, ...]) -> list[Paragraph]:
    """A text without line breaks in pieces that end with a sentence."""
    found: list[Paragraph] = []
    start = 0
    while start < len(line):
        end = min(start + LONG_LINE, len(line))
        border = line.rfind("。", start, end) + 1
        end = border if border > start and end < len(line) else end
        if line[start:end].strip():
            index = first + len(found)
            found.append(Paragraph(index, line[start:end], "text", headings, line=number, offset=start))
        start = end
    return found


def _is_row(line: str) -> bool:
    return line.count("|") >= 2 or line.count("\t") >= 2 or line.count("｜") >= 2


def _split(line: str) -> list[tuple[int, str]]:
    """Cells of a row: the place of the first character, and the text without blanks around it."""
    mark = "\t" if line.count("\t") >= 2 and "|" not in line else "｜" if line.count("｜") >= 2 else "|"
    found, at = [], 0
    for piece in line.split(mark):
        lead = len(piece) - len(piece.lstrip())
        found.append((at + lead if piece.strip() else at, piece.strip()))
        at += len(piece) + 1
    if mark != "\t":
        if found and not found[0][1]:
            found = found[1:]
        if found and not found[-1][1]:
            found = found[:-1]
    return found


def _table(
    lines: list[tuple[int, str]], first: int, table: int, headings: tuple[str, ...], caption: str
) -> list[Paragraph]:
    kept = [(number, _split(line)) for number, line in lines if not _RULE.fullmatch(line)]
    found = cells([[[text] for _, text in row] for _, row in kept], first, table, headings, caption)
    placed = []
    for one in found:
        assert one.row is not None
        assert one.column is not None
        number, row = kept[one.row]
        placed.append(replace(one, line=number, offset=row[one.column][0]))
    return placed
