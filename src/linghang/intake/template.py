"""The workbook that a factory fills: a sheet a table, explained in its headers, with lists, formats and one example."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from linghang.intake.sheet import Sheet, letter
from linghang.intake.wording import folded
from linghang.plant.tables import TABLES
from linghang.plant.units import UNITS
from linghang.words import LANGUAGES, Language, Text

GUIDE = Text("说明", "Guide")
LISTS = "_lists"
OTHER_SHEETS = frozenset((*GUIDE, LISTS))
"""Sheets of the template that hold no records."""

FORMATTED_ROWS = 10_000
"""Rows below the header that get drop-downs."""

NOTE_SIZE = {"x_scale": 2.2, "y_scale": 1.8}
_MAX_LIST = 255
_YES = Text("是", "yes")
_NO = Text("否", "no")
_WIDTHS = {"when": 18, "day": 12, "number": 13, "money": 15, "whole": 11, "flag": 9}
_FORMATS = {"when": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd", "money": "#,##0.00##", "whole": "0", "id": "@", "ref": "@"}

_SAID: Mapping[str, Text] = {
    "title": Text("领航数据模板", "Linghang data template"),
    "how": Text(
        "每张工作表对应一类数据。红色表头为必填列；灰色小字是机器列名，请勿删改；斜体行是示例，导入时自动略过，可改写或删除。"
        "时间按工厂所在时区填写；空单元格表示未知，不表示零。用不到的工作表留空即可。",
        "Each sheet takes one kind of record. Red headers are required; the small grey line holds the machine names, "
        "leave it as it is; the row in italics is an example, which import leaves out. Times are the plant's; an empty "
        "cell means unknown, never zero. Sheets that you do not need stay empty.",
    ),
    "then": Text("填好后运行：linghang import 工作区 本文件", "When it is filled: linghang import WORKSPACE THIS-FILE"),
    "sheet": Text("工作表", "Sheet"),
    "meaning": Text("内容", "Meaning"),
    "machine": Text("机器名", "Machine name"),
    "subject": Text("主题", "Subject"),
    "required": Text("必填", "Required"),
    "optional": Text("选填", "Optional"),
    "key": Text("主键：不可重复", "Key: no two rows alike"),
    "unit": Text("单位", "Unit"),
    "unit_of": Text("单位：同 {} 列", "Unit: that of {}"),
    "refers": Text("引用：{}", "Refers to: {}"),
    "words": Text("可填", "Words"),
    "yes_no": Text("填：是 / 否", "Write: yes / no"),
    "moment": Text("填：2025-03-14 08:05（工厂时区）", "Write: 2025-03-14 08:05 (the plant's time)"),
    "day": Text("填：2025-03-14", "Write: 2025-03-14"),
    "month": Text("填当月第一天：2025-03-01", "Write the first day: 2025-03-01"),
    "range": Text("范围：{}", "Range: {}"),
}


def write_workbook(path: Path, lang: Language, tables: Sequence["sa.Table"]) -> None:
    """Write the template into a file.

    Parameters
    ----------
    path
        Where; it is overwritten.
    lang
        Language of titles, notes and words.
    tables
        The tables that get a sheet.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        writer = _Writer(book, lang)
        writer.guide(tables)
        for table in tables:
            writer.sheet(table)
        writer.finish()


def header_of(column: "sa.Column[Any]", lang: Language) -> str:
    """Return the header of a column: its title, with its unit in brackets."""
    title = _say(column.info["title"], lang)
    unit = column.info["unit"]
    if unit is None or unit.startswith("@") or unit == "1":
        return title
    shown = _say(UNITS[unit].text, lang) if unit in ("CNY", "person", "pallet") else unit
    return f"{title}（{shown}）" if lang == "zh" else f"{title} ({shown})"


def example_cells(table: "sa.Table", lang: Language) -> dict[str, Any]:
    """Return the cells of the example row by column."""
    return {name: _cell(table.columns[name], value, lang) for name, value in table.info["examples"][0].items()}


def is_example(sheet: Sheet, table: "sa.Table", places: Mapping[str, int]) -> bool:
    """Whether the first row of a sheet is the example as the template wrote it, in either language."""
    row = sheet.first_row()
    for lang in LANGUAGES:
        cells = example_cells(table, lang)
        if all(_same(row[place], cells.get(name)) for name, place in places.items()):
            return True
    return False


def _same(text: str | None, value: Any) -> bool:
    if text is None or value is None:
        return text is None and value is None
    if isinstance(value, datetime):
        return text[:16] == value.isoformat(sep=" ")[:16]
    if isinstance(value, date):
        return text[:10] == value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            return float(text) == float(value)
        except ValueError:
            return False
    return folded(text) == folded(str(value))


def _cell(column: "sa.Column[Any]", value: Any, lang: Language) -> Any:
    if value is None:
        return None
    match column.info["kind"]:
        case "choice":
            return _say(column.info["choices"][value], lang)
        case "flag":
            return _say(_YES if value else _NO, lang)
        case "when":
            return value.replace(tzinfo=None)
        case "money":
            return float(value)
        case _:
            return value


def _say(text: Text, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, lang: Language) -> None:
        self.book = book
        self.lang = lang
        base = {"font_name": "Microsoft YaHei" if lang == "zh" else "Calibri", "font_size": 10, "valign": "vcenter"}
        head = {**base, "bold": True, "text_wrap": True, "border": 1, "border_color": "#B0B7C3"}
        self.required = book.add_format({**head, "bg_color": "#C0392B", "font_color": "#FFFFFF"})
        self.optional = book.add_format({**head, "bg_color": "#DCE6F2", "font_color": "#1F3552"})
        self.machine = book.add_format({**base, "font_size": 8, "font_color": "#8A94A3", "bg_color": "#F4F6F9"})
        self.title = book.add_format({**base, "bold": True, "font_size": 16, "font_color": "#1F3552"})
        self.text = book.add_format({**base, "text_wrap": True, "valign": "top"})
        self.link = book.add_format({**base, "font_color": "#1155CC", "underline": 1})
        self.cells: dict[str | None, Any] = {}
        self.examples: dict[str | None, Any] = {}
        for form in (None, *sorted(set(_FORMATS.values()))):
            shown = {**base, **({"num_format": form} if form else {})}
            self.cells[form] = book.add_format(shown)
            self.examples[form] = book.add_format({**shown, "italic": True, "font_color": "#7F8C8D"})
        self.lists: list[list[str]] = []

    def guide(self, tables: Sequence["sa.Table"]) -> None:
        """Write the first sheet: how to fill the workbook, and what every sheet is."""
        sheet = self.book.add_worksheet(_say(GUIDE, self.lang))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, 3, 24)
        sheet.write_string(0, 0, self._said("title"), self.title)
        sheet.merge_range(1, 0, 1, 3, self._said("how"), self.text)
        sheet.set_row(1, 64)
        sheet.merge_range(2, 0, 2, 3, self._said("then"), self.text)
        for at, word in enumerate(("sheet", "meaning", "subject", "machine")):
            sheet.write_string(4, at, self._said(word), self.optional)
        for row, table in enumerate(tables, start=5):
            name = _say(table.info["title"], self.lang)
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self.link, name)
            sheet.write_string(row, 1, _say(table.info["text"], self.lang), self.text)
            sheet.write_string(row, 2, _say(table.info["group"], self.lang), self.text)
            sheet.write_string(row, 3, table.name, self.machine)
        sheet.freeze_panes(5, 0)

    def sheet(self, table: "sa.Table") -> None:
        """Write the sheet of one table."""
        sheet = self.book.add_worksheet(_say(table.info["title"], self.lang))
        sheet.set_row(0, 32)
        sheet.freeze_panes(2, 1)
        cells = example_cells(table, self.lang)
        for at, column in enumerate(table.columns):
            form = _FORMATS.get(column.info["kind"])
            header = header_of(column, self.lang)
            width = max(
                _WIDTHS.get(column.info["kind"], 16), min(sum(2 if ord(one) > 255 else 1 for one in header) + 2, 30)
            )
            sheet.set_column(at, at, width, self.cells[form])
            sheet.write_string(0, at, header, self.optional if column.nullable else self.required)
            sheet.write_comment(0, at, self._note(column), NOTE_SIZE)
            sheet.write_string(1, at, column.name, self.machine)
            self._example(sheet, at, cells[column.name], self.examples[form])
            self._list(sheet, at, column)

    def finish(self) -> None:
        """Write the hidden sheet of lists that are too long to stand in a drop-down."""
        if self.lists:
            sheet = self.book.add_worksheet(LISTS)
            sheet.hide()
            for at, words in enumerate(self.lists):
                sheet.write_column(0, at, words)

    def _example(self, sheet: Any, at: int, value: Any, form: Any) -> None:
        if value is None:
            sheet.write_blank(2, at, None, form)
        elif isinstance(value, date):
            sheet.write_datetime(2, at, value, form)
        elif isinstance(value, str):
            sheet.write_string(2, at, value, form)
        else:
            sheet.write_number(2, at, value, form)

    def _list(self, sheet: Any, at: int, column: "sa.Column[Any]") -> None:
        words = self._words(column)
        if not words:
            return
        source: Any = words
        if sum(len(one) + 1 for one in words) > _MAX_LIST or any("," in one for one in words):
            self.lists.append(words)
            place = letter(len(self.lists) - 1)
            source = f"={LISTS}!${place}$1:${place}${len(words)}"
        options = {"validate": "list", "source": source, "ignore_blank": True, "error_type": "warning"}
        sheet.data_validation(2, at, FORMATTED_ROWS, at, options)

    def _words(self, column: "sa.Column[Any]") -> list[str]:
        if column.info["kind"] == "flag":
            return [_say(_YES, self.lang), _say(_NO, self.lang)]
        return [_say(text, self.lang) for text in (column.info["choices"] or {}).values()]

    def _note(self, column: "sa.Column[Any]") -> str:
        info = column.info
        lines = [_say(info["text"], self.lang), self._said("optional" if column.nullable else "required")]
        if column.primary_key and len(column.table.primary_key.columns) == 1:
            lines.append(self._said("key"))
        if info["unit"] is not None:
            unit = info["unit"]
            lines.append(
                self._said("unit_of").format(unit[1:]) if unit.startswith("@") else f"{self._said('unit')}: {unit}"
            )
        for foreign in column.foreign_keys:
            lines.append(self._said("refers").format(_say(TABLES[foreign.column.table.name].info["title"], self.lang)))
        if info["choices"] is not None:
            words = [f"{_say(text, self.lang)} ({word})" for word, text in info["choices"].items()]
            lines.append(f"{self._said('words')}: " + ("、" if self.lang == "zh" else ", ").join(words))
        hint = {"flag": "yes_no", "when": "moment", "day": "month" if info["month"] else "day"}.get(info["kind"])
        if hint is not None:
            lines.append(self._said(hint))
        if info["minimum"] is not None or info["maximum"] is not None:
            low, high = info["minimum"], info["maximum"]
            limits = " ".join(said for value, said in ((low, f"≥ {low}"), (high, f"≤ {high}")) if value is not None)
            lines.append(self._said("range").format(limits))
        return "\n".join(lines)

    def _said(self, word: str) -> str:
        return _say(_SAID[word], self.lang)
