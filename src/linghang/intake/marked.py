"""The sources given back with their faults marked: red cells with a note each, and a list of everything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from linghang.intake.sheet import ImportProblem, Sheet
from linghang.words import tr

WHOLE_ROWS = 20_000
"""Sheets up to so many rows are written back whole; of longer ones only the rows with faults."""

MAX_NOTE = 2_000
MAX_SHEET_NAME = 31
RISKY = ("=", "+", "-", "@", "\t", "\r")
_NO_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


def write_marked(path: Path, problems: Sequence[ImportProblem], count: int, sheets: Sequence[Sheet]) -> None:
    """Write a workbook: a list of the problems, then every sheet that has some, its faulty cells red with a note.

    Every text is written as a text, also one that begins with = + - @, so nothing in it is ever calculated.

    Parameters
    ----------
    problems
        The problems that are shown.
    count
        How many there are in all.
    sheets
        The sources as they were read.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        writer = _Writer(book)
        writer.listed(problems, count)
        by_sheet: dict[tuple[str, str | None], list[ImportProblem]] = defaultdict(list)
        for one in problems:
            by_sheet[one.file, one.sheet].append(one)
        for sheet in sheets:
            own = by_sheet.pop((sheet.file, sheet.name), None)
            if own:
                writer.sheet(sheet, own)


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.names: set[str] = set()
        self.head = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1})
        self.plain = book.add_format({"num_format": "@"})
        self.risky = book.add_format({"num_format": "@", "quote_prefix": True})
        self.red = book.add_format(
            {"num_format": "@", "bg_color": "#F8C9C4", "font_color": "#9C0006", "quote_prefix": True}
        )
        self.grey = book.add_format({"font_color": "#8A94A3"})

    def listed(self, problems: Sequence[ImportProblem], count: int) -> None:
        """Write the list of problems."""
        sheet = self.book.add_worksheet(self._name(tr("problems")))
        for at, word in enumerate((tr("where"), tr("row"), tr("column"), tr("what is wrong"))):
            sheet.write_string(0, at, word, self.head)
        for row, one in enumerate(problems, start=1):
            self._text(sheet, row, 0, one.where())
            if one.row is not None:
                sheet.write_number(row, 1, one.row)
            self._text(sheet, row, 2, one.column or "")
            self._text(sheet, row, 3, one.said())
        if count > len(problems):
            said = tr("and {count} more, which are not listed", count=f"{count - len(problems):,}")
            sheet.write_string(len(problems) + 1, 0, said, self.grey)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 2, 14)
        sheet.set_column(3, 3, 90)
        sheet.freeze_panes(1, 0)

    def sheet(self, source: Sheet, problems: Sequence[ImportProblem]) -> None:
        """Write one sheet back; the first column holds the rows' numbers in the source."""
        sheet = self.book.add_worksheet(self._name(source.name or Path(source.file).name))
        notes: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
        for one in problems:
            row = None if one.row is None or one.row == source.header_row else one.row
            notes[row, one.place].append(one.said())
        sheet.write_string(0, 0, tr("row"), self.head)
        for at, cell in enumerate(source.header):
            self._cell(sheet, 0, at + 1, cell, notes.get((None, at)), self.head)
        if None in {place for _, place in notes}:
            general = notes.get((None, None))
            if general:
                sheet.write_comment(0, 0, "\n".join(general)[:MAX_NOTE])
        self._rows(sheet, source, notes)
        sheet.freeze_panes(1, 1)

    def _rows(self, sheet: Any, source: Sheet, notes: Mapping[tuple[int | None, int | None], list[str]]) -> None:
        wrong = np.array(sorted({row for row, _ in notes if row is not None}), np.int64)
        places = np.arange(len(source))
        if len(source) > WHOLE_ROWS:
            places = np.flatnonzero(np.isin(source.rows, wrong))
        kept = source.taken(places)
        columns = [one.to_pylist() for one in kept.texts]
        faulty = set(wrong.tolist())
        for line, number in enumerate(kept.rows.tolist()):
            sheet.write_number(line + 1, 0, number, self.grey)
            own = notes.get((number, None)) if number in faulty else None
            if own:
                sheet.write_comment(line + 1, 0, "\n".join(own)[:MAX_NOTE])
            for at, column in enumerate(columns):
                said = notes.get((number, at)) if number in faulty else None
                self._cell(sheet, line + 1, at + 1, column[line], said, self.plain)

    def _cell(self, sheet: Any, row: int, at: int, text: str | None, said: list[str] | None, form: Any) -> None:
        if said:
            sheet.write_string(row, at, (text or "")[:32767], self.red) if text else sheet.write_blank(
                row, at, None, self.red
            )
            sheet.write_comment(row, at, "\n".join(said)[:MAX_NOTE])
        elif text:
            chosen = self.risky if form is self.plain and text.startswith(RISKY) else form
            sheet.write_string(row, at, text[:32767], chosen)

    def _text(self, sheet: Any, row: int, at: int, text: str) -> None:
        sheet.write_string(row, at, text[:32767], self.risky if text.startswith(RISKY) else None)

    def _name(self, wanted: str) -> str:
        """Return a name that a sheet may have and no other has."""
        plain = (wanted.translate(_NO_NAME).strip() or "1")[:MAX_SHEET_NAME]
        name, number = plain, 2
        while name.casefold() in self.names:
            name = f"{plain[: MAX_SHEET_NAME - 4]}~{number}"
            number += 1
        self.names.add(name.casefold())
        return name
