"""Tables of a PDF: lines with wide gaps are rows, pieces below each other are columns."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linghang.report.claims.layout import has_header, heading_level, heads_of
from linghang.report.claims.model import Paragraph

GAP = 0.55
"""Heights of a character between two pieces of a line that are two cells; a blank between words is narrower."""
MAX_ROWS = 400
_NEAR_POINTS = 6.0
_SPANNING = 0.6
"""A piece wider than this share of the table reaches over several columns."""

_LONG = 30
_ENDS = ("。", "；", "！", "？")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line without wide gaps: its first character on the page, its text, and its edges in points."""

    at: int
    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page."""

    page: int
    at: int
    text: str
    pieces: tuple[Piece, ...]


def lines_of(text_page: Any, text: str, page: int) -> list[Line]:
    """The lines of a page. Boxes are asked for only beside blanks, so that long texts stay cheap."""
    found, start = [], 0
    for end in range(len(text) + 1):
        if end == len(text) or text[end] in "\r\n":
            line = text[start:end]
            if line.strip():
                at = start + len(line) - len(line.lstrip())
                found.append(Line(page, at, line.strip(), _pieces(text_page, at, line.strip())))
            start = end + 1
    return found


def _pieces(text_page: Any, at: int, line: str) -> tuple[Piece, ...]:
    borders = [0]
    if len(line) <= 160:
        for place, character in enumerate(line):
            if character == " " and 0 < place < len(line) - 1 and line[place + 1] != " ":
                before = place - 1
                while before > 0 and line[before] == " ":
                    before -= 1
                one, other = _box(text_page, at + before), _box(text_page, at + place + 1)
                if other[0] - one[1] > GAP * max(one[3] - one[2], other[3] - other[2], 4.0) or other[0] < one[0] - 1:
                    borders.append(place + 1)
    pieces = []
    for start, end in zip(borders, [*borders[1:], len(line)], strict=True):
        text = line[start:end].rstrip()
        if text:
            left, right = _box(text_page, at + start)[0], _box(text_page, at + start + len(text) - 1)[1]
            pieces.append(Piece(at + start, text, left, right))
    return tuple(pieces)


def _box(text_page: Any, index: int) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a character."""
    import pypdfium2.raw as raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value


def table_at(lines: Sequence[Line], place: int) -> int:
    """Number of lines from `place` that are a table; 0 where none begins."""
    if len(lines[place].pieces) < 2 or heading_level(lines[place].text) is not None:
        return 0
    used, rows = 1, 1
    lefts = [one.left for one in lines[place].pieces]
    for line in lines[place + 1 : place + MAX_ROWS]:
        if heading_level(line.text) is not None and len(line.pieces[0].text) > 4:
            break
        if len(line.pieces) >= 2:
            rows += 1
            lefts += [one.left for one in line.pieces]
        elif not _continues(line, lefts):
            break
        used += 1
    return used if rows >= 2 else 0


def _continues(line: Line, lefts: Sequence[float]) -> bool:
    """Whether a line of one piece is the rest of a wrapped cell, or a cell beside empty ones."""
    text, left = line.text, line.pieces[0].left
    if len(text) > _LONG or text.endswith(_ENDS) or heading_level(text) is not None:
        return False
    return any(abs(left - one) <= _NEAR_POINTS for one in lefts if one > min(lefts) + _NEAR_POINTS)


def table_cells(lines: Sequence[Line], first: int, table: int, headings: tuple[str, ...]) -> list[Paragraph]:
    """Paragraphs of a table: pieces at their columns; a line without its first column goes on with the row above."""
    edges = _columns(lines)
    bands = _bands(lines)
    rows: list[list[list[tuple[int, Piece]]]] = []
    for line in lines:
        placed = [(_column(bands, edges, piece), (line.page, piece)) for piece in line.pieces]
        starts = any(column == 0 for column, _ in placed) or not rows
        if starts and rows and len(placed) == 1 and len(lines[0].pieces) > 2 and not any(rows[-1][1:]):
            starts = False
        if starts:
            rows.append([[] for _ in bands or edges])
        for column, one in placed:
            rows[-1][column].append(one)
    texts = [["".join(piece.text for _, piece in cell) for cell in row] for row in rows]
    header = has_header(texts)
    found: list[Paragraph] = []
    for at_row, row in enumerate(rows):
        for at_column, cell in enumerate(row):
            if not cell:
                continue
            heads = heads_of(texts, at_row, at_column, header, "")
            parts, length = [], 0
            for page, piece in cell:
                parts.append((length, page, piece.at, len(piece.text)))
                length += len(piece.text)
            found.append(
                Paragraph(
                    first + len(found), texts[at_row][at_column], "cell", headings, cell[0][0], table, at_row,
                    at_column,
                    heads.row, heads.column, heads.unit, parts=tuple(parts),
                )
            )  # fmt: skip
    return found


def _columns(lines: Sequence[Line]) -> list[float]:
    """Left edges of the columns, from the pieces of all lines."""
    edges: list[float] = []
    for left in sorted(piece.left for line in lines for piece in line.pieces):
        if not edges or left - edges[-1] > _NEAR_POINTS * 2:
            edges.append(left)
    return edges


def _bands(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Columns as bands that no blank strip crosses, whatever way their cells are aligned.

    Empty where fewer bands than cells of one line come out: then a cell reaches over several columns.
    """
    width = max(one.right for line in lines for one in line.pieces) - min(
        one.left for line in lines for one in line.pieces
    )
    bands: list[tuple[float, float]] = []
    for left, right in sorted((one.left, one.right) for line in lines for one in line.pieces):
        if right - left > width * _SPANNING:
            continue
        if bands and left < bands[-1][1]:
            bands[-1] = bands[-1][0], max(bands[-1][1], right)
        else:
            bands.append((left, right))
    return bands if len(bands) >= max(len(one.pieces) for one in lines) else []


def _column(bands: Sequence[tuple[float, float]], edges: Sequence[float], piece: Piece) -> int:
    if not bands:
        return _nearest(edges, piece)
    middle = min(piece.left + 1, piece.right) if piece.right - piece.left > 200 else (piece.left + piece.right) / 2
    return min(range(len(bands)), key=lambda at: max(bands[at][0] - middle, middle - bands[at][1]))


def _nearest(edges: Sequence[float], piece: Piece) -> int:
    return min(range(len(edges)), key=lambda column: abs(edges[column] - piece.left))
