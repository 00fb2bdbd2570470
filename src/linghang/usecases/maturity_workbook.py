"""The questionnaire as a workbook: a guide, a sheet a domain to answer in, and the sheet of scores.

Every text is written as text: a reason that begins with = + - or @ is no formula.
"""

import io
from datetime import UTC, datetime
from typing import Any

from linghang.conditions.maturity import Item
from linghang.evidence.maturity_prefill import Prefilled
from linghang.evidence.observation import sha256_of
from linghang.usecases.maturity import MAX_REASON, Opened
from linghang.usecases.maturity_journal import MODEL
from linghang.usecases.maturity_prefilling import said_value, why
from linghang.usecases.maturity_score_sheet import Answers, Formats, score_sheet
from linghang.usecases.maturity_workbook_texts import COLUMNS, LINES, PLACES, TITLE
from linghang.words import Language, Text

FORMAT = "linghang-maturity-answers/1"
GUIDE = Text("说明", "Guide")
SCORES = Text("得分", "Scores")
HEADER_ROW, FIRST_ROW = 1, 2
"""Rows of the sheets of answers, from 0: the stamp, the header, the items."""


def stamp_of(one: Opened) -> str:
    """Say which answers a workbook shows: the model, how many acts there were, and a digest of the last one."""
    return f"{FORMAT} {MODEL} {len(one.acts)} {acts_digest(one, len(one.acts))}"


def acts_digest(one: Opened, count: int) -> str:
    """Digest of the first acts, so that the workbook of another workspace is told apart."""
    return sha256_of([act.to_dict() for act in one.acts[:count]])[:16]


def workbook_bytes(one: Opened, found: Prefilled | None, lang: Language, now: datetime) -> bytes:
    """Write the workbook; the same answers, proposals and time give the same bytes.

    Parameters
    ----------
    found
        What records propose; None leaves the proposals out.
    now
        The caller's clock (with a zone): when the workbook was made.
    """
    import xlsxwriter

    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": now.astimezone(UTC).replace(tzinfo=None), "title": _said(TITLE, lang)})
        _Writer(book, one, found, lang).write()
    return kept.getvalue()


def _said(text: Text, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en


class _Writer:
    def __init__(self, book: Any, one: Opened, found: Prefilled | None, lang: Language) -> None:
        self.book, self.one, self.found, self.lang = book, one, found, lang
        base = {"font_name": "Microsoft YaHei" if lang == "zh" else "Calibri", "font_size": 10, "valign": "top"}
        line = {**base, "border": 1, "border_color": "#D5DAE1"}
        head = {**line, "bold": True, "text_wrap": True, "bg_color": "#DCE6F2", "font_color": "#1F3552"}
        self.formats = Formats(
            title=book.add_format({**base, "bold": True, "font_size": 16, "font_color": "#1F3552"}),
            text=book.add_format({**line, "text_wrap": True}),
            head=book.add_format(head),
            grey=book.add_format({**base, "font_size": 8, "font_color": "#8A94A3"}),
            score=book.add_format({**line, "num_format": "0.000"}),
            weight=book.add_format({**line, "num_format": "0.0%"}),
            whole=book.add_format({**line, "num_format": "0"}),
            bold=book.add_format({**line, "bold": True, "num_format": "0.000", "bg_color": "#EEF3FA"}),
            choice=book.add_format({**line, "bg_color": "#FFF6D6"}),
        )
        self.fill = book.add_format({**line, "text_wrap": True, "bg_color": "#FFF6D6"})
        self.fill_text = book.add_format({**line, "text_wrap": True, "bg_color": "#FFF6D6", "num_format": "@"})
        self.fill_head = book.add_format({**head, "bg_color": "#E8B93B"})

    def write(self) -> None:
        model = self.one.model
        guide = self.book.add_worksheet(self._said(GUIDE))
        scores = self.book.add_worksheet(self._said(SCORES))
        by_domain: dict[str, list[Item]] = {}
        domain_of = {sub.code: sub.domain for sub in model.sub_domains}
        for item in model.items:
            by_domain.setdefault(domain_of[item.sub_domain], []).append(item)
        places: dict[str, Answers] = {}
        for domain in (name for name in model.domains if name in by_domain):
            name = self._said(model.domains[domain])
            items = sorted(by_domain[domain], key=lambda item: (list(domain_of).index(item.sub_domain), item.level))
            self._answers(name, items)
            places[domain] = Answers(name, FIRST_ROW + 1, FIRST_ROW + len(items))
        self._guide(guide)
        for sheet in self.book.worksheets():
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
        score_sheet(self.book, scores, self.one, places, self.formats, self.lang)

    def _guide(self, sheet: Any) -> None:
        model = self.one.model
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 110)
        sheet.write_string(0, 0, self._said(TITLE), self.formats.title)
        row = 2
        for number, line in enumerate(LINES, 1):
            sheet.write_number(row, 0, number, self.formats.whole)
            sheet.write_string(row, 1, self._said(line), self.formats.text)
            sheet.set_row(row, 32)
            row += 1
        row += 1
        for mark, text in model.marks.items():
            sheet.write_string(row, 0, mark, self.formats.head)
            sheet.write_string(row, 1, self._said(text), self.formats.text)
            row += 1
        sheet.write_string(row + 1, 0, f"{model.gate.value} ({model.gate.confidence})", self.formats.head)
        sheet.write_string(row + 1, 1, self._said(model.gate_note), self.formats.text)
        sheet.write_string(row + 2, 0, model.id, self.formats.head)
        sheet.write_string(row + 2, 1, self._said(model.note), self.formats.text)
        sheet.set_row(row + 1, 48)
        sheet.set_row(row + 2, 120)

    def _answers(self, name: str, items: list[Item]) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(FIRST_ROW, 1)
        sheet.write_string(0, 0, stamp_of(self.one), self.formats.grey)
        sheet.set_row(HEADER_ROW, 32)
        for at, column in enumerate(COLUMNS):
            sheet.set_column(at, at, column.width)
            title = f"{self._said(column.title)} [{column.name}]"
            sheet.write_string(HEADER_ROW, at, title, self.fill_head if column.open else self.formats.head)
            if column.note is not None:
                sheet.write_comment(HEADER_ROW, at, self._said(column.note))
        for row, item in enumerate(items, FIRST_ROW):
            self._row(sheet, row, item)
        last, at = FIRST_ROW + len(items) - 1, PLACES["answer"]
        listed = {"validate": "list", "source": [float(one) if one % 1 else int(one) for one in self.one.model.answers]}
        sheet.data_validation(FIRST_ROW, at, last, at, listed | {"ignore_blank": True, "error_type": "stop"})
        limit = {"validate": "length", "criteria": "<=", "value": MAX_REASON, "ignore_blank": True}
        sheet.data_validation(FIRST_ROW, PLACES["reason"], last, PLACES["reason"], limit)
        sheet.autofilter(HEADER_ROW, 0, last, len(COLUMNS) - 1)

    def _row(self, sheet: Any, row: int, item: Item) -> None:
        sub = next(one for one in self.one.model.sub_domains if one.code == item.sub_domain)
        answer = self.one.state.answers.get(item.code)
        proposal = self.found.proposals.get(item.code) if self.found else None
        fixed = {
            "code": item.code,
            "sub_domain": item.sub_domain,
            "name": self._said(sub.name),
            "zh": item.text.zh,
            "en": item.text.en,
            "confidence": item.confidence,
            "mark": item.evidence,
            "proposal": "" if proposal is None else said_value(proposal),
            "why": "" if proposal is None else self._said(why(proposal)),
            "source": "" if answer is None else answer.source,
        }
        sheet.set_row(row, 14 * max(1, -(-max(2 * len(item.text.zh), len(item.text.en) + 4) // 46)))
        for name, value in fixed.items():
            sheet.write_string(row, PLACES[name], value, self.formats.text)
        sheet.write_number(row, PLACES["level"], item.level, self.formats.whole)
        if answer is None:
            sheet.write_blank(row, PLACES["answer"], None, self.fill)
        else:
            sheet.write_number(row, PLACES["answer"], float(answer.value), self.fill)
        evidence = ", ".join(answer.evidence) if answer else ""
        sheet.write_string(row, PLACES["evidence"], evidence, self.fill_text)
        sheet.write_string(row, PLACES["reason"], answer.reason if answer else "", self.fill_text)

    def _said(self, text: Text) -> str:
        return _said(text, self.lang)
