"""Sheets of a workbook: tables with a frozen head, filters, widths that fit Chinese, A4 landscape, texts as texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from linghang.report.content import Entry
from linghang.report.naming import said
from linghang.words import Language, Text

A4 = 9
MAX_TEXT = 32_000
"""Characters of a cell; Excel ends at 32,767."""
FORBIDDEN = "".join(chr(code) for code in range(32) if chr(code) not in "\n\t")
_CLEAN = {ord(one): None for one in FORBIDDEN} | {0x7F: None}

Kind = Literal["text", "number", "money", "percent", "count", "day"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in characters, and how its cells are written."""

    title: Text
    width: float
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula, and what it gives now."""

    text: str
    value: float | int | str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding, coloured and never by colour alone."""

    word: str
    text: Text


Cell = Text | str | int | Decimal | date | Entry | Formula | Finding | None

STYLES: Mapping[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": "#1F3864"},
    "note": {"font_color": "#5A6472", "text_wrap": True, "valign": "top"},
    "head": {
        "bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter",
        "align": "center", "border": 1, "border_color": "#B8C2D0",
    },
    "text": {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3"},
    "strong": {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3", "bold": True},
    "missing": {
        "text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3", "bg_color": "#FFF2CC",
        "font_color": "#7F6000", "italic": True,
    },
    "number": {"num_format": "#,##0.####_ ", "valign": "top", "border": 1, "border_color": "#D5DBE3"},
    "money": {"num_format": "#,##0.00_ ", "valign": "top", "border": 1, "border_color": "#D5DBE3"},
    "percent": {"num_format": "0.0%_ ", "valign": "top", "border": 1, "border_color": "#D5DBE3"},
    "count": {"num_format": "0", "valign": "top", "border": 1, "border_color": "#D5DBE3", "align": "center"},
    "day": {
        "num_format": "yyyy-mm-dd", "valign": "top", "border": 1, "border_color": "#D5DBE3", "align": "center",
    },
    "met": {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3", "bg_color": "#E2EFDA"},
    "unmet": {
        "text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3", "bg_color": "#F8CBAD", "bold": True,
    },
    "unknown": {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3", "bg_color": "#FFF2CC"},
    "not_applicable": {
        "text_wrap": True, "valign": "top", "border": 1, "border_color": "#D5DBE3", "font_color": "#7F8894",
    },
}  # fmt: skip


class Book:
    """A workbook in one language; `xlsxwriter.Workbook` without formulas or links made out of texts."""

    def __init__(self, book: Any, language: Language) -> None:
        self.book, self.language = book, language
        font = "Noto Sans CJK SC" if language == "zh" else "Arial"
        self.styles = {
            name: book.add_format({"font_name": font, "font_size": 10} | style) for name, style in STYLES.items()
        }

    def sheet(self, name: Text, columns: Sequence[Column], title: Text, note: Text | None = None) -> "Sheet":
        """Add a sheet with its columns."""
        return Sheet(self, name, columns, title, note)


class Sheet:
    """One sheet: title, note, and a table under it."""

    def __init__(self, book: Book, name: Text, columns: Sequence[Column], title: Text, note: Text | None) -> None:
        self.book, self.columns = book, columns
        self.name = said(name, book.language)
        self.sheet = book.book.add_worksheet(self.name)
        self.row = 0
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)
        self._page()
        self.sheet.write_string(0, 0, self._said(title), book.styles["title"])
        self.sheet.set_row(0, 24)
        self.row = 1
        if note is not None:
            self.line(note)

    def _page(self) -> None:
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&A&R&P / &N")
        self.sheet.hide_gridlines(2)

    def _said(self, text: Text | str) -> str:
        return cleaned(said(text, self.book.language))

    def line(self, text: Text | str) -> None:
        """Write a line of text over the whole width."""
        style = self.book.styles["note"]
        wide = self._said(text)
        last = len(self.columns) - 1
        if last:
            self.sheet.merge_range(self.row, 0, self.row, last, "", style)
        self.sheet.write_string(self.row, 0, wide, style)
        room = sum(column.width for column in self.columns)
        self.sheet.set_row(self.row, 15 * lines_of(wide, room))
        self.row += 1

    def head(self, *, filtered: bool = True, rows: int = 0, printed: int = 0) -> int:
        """Write the head of the table; return the row of the first line below it, counted from 0.

        Of a wide table only the first `printed` columns go to paper.
        """
        if printed:
            self.sheet.print_area(0, 0, self.row + max(rows, 1), printed - 1)
        for place, column in enumerate(self.columns):
            self.sheet.write_string(self.row, place, self._said(column.title), self.book.styles["head"])
        self.sheet.set_row(self.row, 30)
        if filtered and rows:
            self.sheet.autofilter(self.row, 0, self.row + rows, len(self.columns) - 1)
        if filtered:
            self.sheet.freeze_panes(self.row + 1, 0)
            self.sheet.repeat_rows(self.row)
        self.row += 1
        return self.row

    def add(self, cells: Sequence[Cell], *, strong: bool = False) -> None:
        """Write one line of the table, as high as its longest text needs."""
        lines = 1
        for place, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            shown = self._cell(place, column, cell, strong)
            lines = max(lines, lines_of(shown, column.width))
        self.sheet.set_row(self.row, min(409, 14.5 * lines + 2))
        self.row += 1

    def _cell(self, place: int, column: Column, cell: Cell, strong: bool) -> str:
        """Write one cell; return what is to be read in it."""
        styles, plain = self.book.styles, "strong" if strong else "text"
        style = styles[column.kind if column.kind != "text" else plain]
        if isinstance(cell, Entry):
            if cell.missing:
                text = self._said(cell.wanted or "")
                self.sheet.write_string(self.row, place, f"【{text}】", styles["missing"])
                return f"【{text}】"
            cell = cell.text
        if cell is None:
            self.sheet.write_blank(self.row, place, None, styles[plain])
            return ""
        if isinstance(cell, Finding):
            text = self._said(cell.text)
            self.sheet.write_string(self.row, place, text, styles.get(cell.word, styles[plain]))
            return text
        if isinstance(cell, Formula):
            self.sheet.write_formula(self.row, place, cell.text, style, cell.value)
            return str(cell.value)[:12]
        if isinstance(cell, bool | int | Decimal):
            self.sheet.write_number(self.row, place, float(cell), style)
            return str(cell)[:12]
        if isinstance(cell, date):
            self.sheet.write_datetime(self.row, place, _moment(cell), styles["day"])
            return str(cell)
        text = self._said(cell)
        self.sheet.write_string(self.row, place, text, styles[plain] if column.kind == "text" else style)
        return text


def cleaned(text: str) -> str:
    """Take out what no sheet may hold, and cut what is too long; a text stays a text whatever it begins with."""
    text = text.translate(_CLEAN)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def lines_of(text: str, width: float) -> int:
    """Estimate how many lines a text takes in a column: a Chinese sign is as wide as two letters."""
    room = max(1.0, width - 1)
    return sum(max(1, -int(-wide(line) // room)) for line in text.split("\n"))


def wide(text: str) -> float:
    """Return the width of a text in letters."""
    return sum(2.0 if ord(sign) > 0x2E7F else 1.05 for sign in text)


def _moment(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day)
