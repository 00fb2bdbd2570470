"""The first sheet of a report's workbook: what it is, the verdict, and what can be counted, live."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from linghang.report.content import Dossier
from linghang.report.figures import day
from linghang.report.naming import FINDINGS, FLOORS, PARTS, named, said
from linghang.report.workbook_sheet import A4, Book, cleaned, lines_of
from linghang.words import Language, Text

WIDTHS = (34.0, 22.0, 22.0, 22.0, 22.0)


@dataclass
class Places:
    """Where the figures of other sheets stand, so that the first sheet can count them.

    Attributes
    ----------
    ranges
        What is there -> a range such as `'条款'!$I$4:$I$38`.
    counts
        The same -> what the counting formulas give.
    """

    OVERVIEW: ClassVar[Text] = Text("概览", "Overview")

    language: Language
    ranges: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[Text, str, float]] = field(default_factory=list)

    def add(self, what: Text, formula: str, value: float) -> None:
        """Put a line of counting on the first sheet: its formula and what it gives now."""
        self.rows.append((what, formula, value))


def column(sheet: str, letter: str, first: int, count: int) -> str:
    """Name a column of a sheet from row `first` (counted from 0) on, `count` rows long."""
    name = sheet.replace("'", "''")
    return f"'{name}'!${letter}${first + 1}:${letter}${first + count}"


def add_overview(book: Book, sheet: Any, dossier: Dossier, places: Places) -> None:
    """Write the first sheet."""
    styles, language = book.styles, book.language
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, said(dossier.title, language), styles["title"])
    sheet.set_row(0, 26)
    facts = (
        (Text("工厂", "Factory"), dossier.factory_name),
        (Text("对照等级", "Level"), said(dossier.level_title, language)),
        (Text("条件", "Conditions"), f"{said(dossier.pack_title, language)} ({dossier.pack_id})"),
        (Text("条件文件 sha256", "sha256 of the conditions"), dossier.pack_digest),
        (Text("判定日期", "Day of judgement"), said(day(dossier.as_of), language)),
    )
    row = 2
    for label, value in facts:
        row = _line(book, sheet, row, said(label, language), value)
    for sentence in dossier.sentences:
        row = _line(book, sheet, row, "", said(sentence, language))
    row = _ladder(book, sheet, row + 1, dossier)
    row += 1
    for place, text in enumerate((Text("统计（公式）", "Counted (live)"), Text("数值", "value"))):
        sheet.write_string(row, place, said(text, language), styles["head"])
    for what, formula, now in places.rows:
        row += 1
        sheet.write_string(row, 0, said(what, language), styles["text"])
        money = "CNY" in said(what, "en")
        share = said(what, "en").startswith("share")
        style = styles["money" if money else "percent" if share else "count"]
        sheet.write_formula(row, 1, formula, style, now)


def _line(book: Book, sheet: Any, row: int, label: str, value: str) -> int:
    styles = book.styles
    sheet.write_string(row, 0, label, styles["strong"])
    sheet.merge_range(row, 1, row, len(WIDTHS) - 1, "", styles["text"])
    sheet.write_string(row, 1, cleaned(value), styles["text"])
    sheet.set_row(row, 15.5 * lines_of(value, sum(WIDTHS[1:])))
    return row + 1


def _ladder(book: Book, sheet: Any, row: int, dossier: Dossier) -> int:
    """Levels at the three floors, from the highest down, then the parts of the level."""
    styles, language, ladder = book.styles, book.language, dossier.ladder
    sheet.write_string(row, 0, said(Text("等级", "Level"), language), styles["head"])
    floors = list(FLOORS)
    for place, floor in enumerate(floors, 1):
        sheet.write_string(row, place, said(FLOORS[floor], language), styles["head"])
    titles = dict(ladder.levels)
    for what, held in (
        (Text("已确认", "confirmed"), ladder.confirmed),
        (Text("最高可能", "possible"), ladder.possible),
    ):
        row += 1
        sheet.write_string(row, 0, said(what, language), styles["strong"])
        for place, floor in enumerate(floors, 1):
            level = held.get(floor)
            sheet.write_string(row, place, said(titles[level], language) if level else "–", styles["text"])
    parts = ladder.parts["documented"][dossier.level]
    for part, finding in parts.items():
        if finding is None:
            continue
        row += 1
        level = said(dossier.level_title, language)
        sheet.write_string(row, 0, f"{level}: {said(named(PARTS, part), language)}", styles["text"])
        for place, floor in enumerate(floors, 1):
            word = ladder.parts[floor][dossier.level].get(part)
            text = said(named(FINDINGS, word), language)
            sheet.write_string(row, place, text, styles.get(word or "", styles["text"]))
    return row + 1
