"""The sheet of scores of the questionnaire: live formulas that compute what `linghang.judge.maturity` computes.

A cell is the mean of its items, a level the weighted mean of the sub-domains that ask something there, and levels are
climbed in order. What is not answered counts 0 in the lower end and 1 in the upper end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from linghang.conditions.maturity import TAILORABLE
from linghang.intake.sheet import letter
from linghang.usecases.maturity import Opened, progress_of
from linghang.words import Language, Text

PLACES = 9
"""Decimal places that a score is rounded to before it meets the gate: a spreadsheet computes in binary fractions."""
FIRST = 13
"""Row of the first sub-domain, as a spreadsheet counts."""
_WEIGHTS, _GATE, _TAILORED = "$B$3", "$B$4", 5
_COUNT, _LOW, _HIGH = 9, 14, 19
"""Columns of the first level: number of items, lower and upper end (J, O, T)."""

_SAID: Mapping[str, Text] = {
    "title": Text("成熟度得分（公式实时计算）", "Maturity scores (live formulas)"),
    "note": Text("只供查看，导入不读取本表。", "Only to look at; import does not read this sheet."),
    "weights": Text("权重：discrete 离散型 / process 流程型", "Weights: discrete / process"),
    "gate": Text("门槛（可信度 {}）", "Gate (confidence {})"),
    "left_out": Text("裁剪：{}", "Left out: {}"),
    "confirmed": Text("等级（已确认）", "Level, confirmed"),
    "possible": Text("等级（可能）", "Level, possible"),
    "total_low": Text("总分（低）", "Total, low"),
    "total_high": Text("总分（高）", "Total, high"),
    "answered": Text("已答条目", "Items answered"),
    "level_score": Text("等级得分", "Score of the level"),
    "climbed": Text("逐级满足", "Satisfied with all below"),
    "levels": Text("各等级得分", "Scores of the levels"),
    "profile": Text("子域得分（本工具口径，仅供观察）", "Scores of the sub-domains (ours, for the eye)"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
}
_HEAD = (
    Text("子域", "Sub-domain"), Text("名称", "Name"), Text("域", "Domain"), Text("要素", "Element"),
    Text("离散权重", "Discrete weight"), Text("流程权重", "Process weight"), Text("采用权重", "Weight in use"),
    Text("参与", "Takes part"), Text("裁剪后权重", "Weight after leaving out"),
)  # fmt: skip
_BLOCKS = (Text("条数", "Items"), Text("低", "Low"), Text("高", "High"))


class Answers(NamedTuple):
    """Where the answers of a domain stand: sheet, first and last row as a spreadsheet counts."""

    sheet: str
    first: int
    last: int

    def column(self, name: str) -> str:
        """Return one column of the answers as a formula names it."""
        return f"'{self.sheet}'!${name}${self.first}:${name}${self.last}"


@dataclass(frozen=True, slots=True)
class Formats:
    """How cells look."""

    title: Any
    text: Any
    head: Any
    grey: Any
    score: Any
    weight: Any
    whole: Any
    bold: Any
    choice: Any


def score_sheet(
    book: Any, sheet: Any, one: Opened, places: Mapping[str, Answers], formats: Formats, lang: Language
) -> None:
    """Write the sheet of scores.

    Parameters
    ----------
    places
        Domain -> where its answers stand. Their columns: B level, C sub-domain, I answer.
    """
    _Sheet(book, sheet, one, places, formats, lang).write()


class _Sheet:
    def __init__(
        self, book: Any, sheet: Any, one: Opened, places: Mapping[str, Answers], formats: Formats, lang: Language
    ) -> None:
        self.book, self.sheet, self.one, self.places = book, sheet, one, places
        self.formats, self.lang = formats, lang
        self.progress = progress_of(one)
        self.shown = {row.sub_domain.code: row for row in self.progress.sub_domains}
        self.last = FIRST + len(one.model.sub_domains) - 1
        self.levels = [level.level for level in one.model.levels]
        self.items = {
            (sub.code, level): sum((item.sub_domain, item.level) == (sub.code, level) for item in one.model.items)
            for sub in one.model.sub_domains
            for level in self.levels
        }

    def write(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.freeze_panes(FIRST - 1, 2)
        self.sheet.set_column(0, 0, 30)
        self.sheet.set_column(1, 1, 18)
        self.sheet.set_column(2, 3, 14)
        self.sheet.set_column(4, _HIGH + 6, 9)
        self._settings()
        self._head()
        for at, sub in enumerate(self.one.model.sub_domains):
            self._sub_domain(FIRST + at, sub)
        self._levels()
        self._result()
        self._charts()

    def _settings(self) -> None:
        model, state = self.one.model, self.one.state
        self._text("A1", self._said("title"), self.formats.title)
        self._text("A2", self._said("note"), self.formats.grey)
        self._text("A3", self._said("weights"))
        self._text("B3", state.weights, self.formats.choice)
        self.sheet.data_validation("B3", {"validate": "list", "source": list(model.weights)})
        self._text("A4", self._said("gate").format(model.gate.confidence))
        self.sheet.write_number("B4", float(model.gate.value), self.formats.choice)
        for row, domain in enumerate(TAILORABLE, _TAILORED):
            name = model.domains[domain]
            self._text(f"A{row}", self._said("left_out").format(name.zh if self.lang == "zh" else name.en))
            self._text(f"B{row}", self._said("yes" if domain in state.left_out else "no"), self.formats.choice)
            self._text(f"C{row}", domain, self.formats.grey)
            listed = {"validate": "list", "source": [self._said("yes"), self._said("no")]}
            self.sheet.data_validation(f"B{row}", listed)

    def _head(self) -> None:
        for at, text in enumerate(_HEAD):
            self.sheet.write_string(FIRST - 2, at, text.zh if self.lang == "zh" else text.en, self.formats.head)
        for block, text in zip((_COUNT, _LOW, _HIGH), _BLOCKS, strict=True):
            said = text.zh if self.lang == "zh" else text.en
            for at, level in enumerate(self.levels):
                self.sheet.write_string(FIRST - 3, block + at, said, self.formats.grey)
                self.sheet.write_number(FIRST - 2, block + at, level, self.formats.head)
        for at, text in enumerate(_BLOCKS[1:]):
            self.sheet.write_string(
                FIRST - 2, _HIGH + 5 + at, text.zh if self.lang == "zh" else text.en, self.formats.head
            )
        self.sheet.write_string(FIRST - 3, _HIGH + 5, self._said("profile"), self.formats.grey)

    def _sub_domain(self, row: int, sub: Any) -> None:
        model, shown = self.one.model, self.shown.get(sub.code)
        for at, text in enumerate(
            (sub.code, sub.name.zh if self.lang == "zh" else sub.name.en, sub.domain, sub.element)
        ):
            self.sheet.write_string(row - 1, at, text, self.formats.text)
        for at, kind in enumerate(("discrete", "process"), 4):
            self.sheet.write_number(
                row - 1, at, float(model.weights[kind].sub_domains[sub.code].value), self.formats.weight
            )
        weight = model.weights[self.one.state.weights].sub_domains[sub.code].value
        self._formula(f"G{row}", f'IF({_WEIGHTS}="process",F{row},E{row})', self.formats.weight, float(weight))
        end = _TAILORED + len(TAILORABLE) - 1
        tailored = f'SUMPRODUCT(($C${_TAILORED}:$C${end}=C{row})*($B${_TAILORED}:$B${end}="{self._said("yes")}"))'
        self._formula(f"H{row}", f"IF(OR({tailored}>0,G{row}=0),0,1)", self.formats.whole, int(shown is not None))
        weights, kept, element = (f"${one}${FIRST}:${one}${self.last}" for one in "GHD")
        whole = f"SUMIFS({weights},{element},D{row})"
        left = f"SUMPRODUCT({weights}*{kept}*({element}=D{row}))"
        after = float(shown.weight) if shown else 0
        self._formula(f"I{row}", f"IF(H{row}=0,0,G{row}*{whole}/{left})", self.formats.weight, after)
        for at, level in enumerate(self.levels):
            self._cell(row, at, level, sub)
        counts, lows, highs = (_span(block, row) for block in (_COUNT, _LOW, _HIGH))
        for column, ends in ((_HIGH + 5, lows), (_HIGH + 6, highs)):
            value = 0.0 if shown is None else float(shown.own.low if ends is lows else shown.own.high)
            formula = f"SUMPRODUCT({counts},{ends})/SUM({counts})"
            self._formula(f"{letter(column)}{row}", formula, self.formats.score, value)

    def _cell(self, row: int, at: int, level: int, sub: Any) -> None:
        """Write number of items, lower and upper end; a cell without items stays empty."""
        place, head = self.places[sub.domain], f"${letter(_COUNT + at)}${FIRST - 1}"
        chosen = f"{place.column('C')},$A{row},{place.column('B')},{head}"
        count = f"{letter(_COUNT + at)}{row}"
        items = self.items[sub.code, level]
        self._formula(count, f"COUNTIFS({chosen})", self.formats.whole, items)
        low, high = f"{letter(_LOW + at)}{row}", f"{letter(_HIGH + at)}{row}"
        if not items:
            for one in (low, high):
                self.sheet.write_blank(one, None, self.formats.text)
            return
        shown = self.shown.get(sub.code)
        values = shown.levels[level] if shown else (0, 0)
        summed = f"SUMIFS({place.column('I')},{chosen})"
        answered = f'COUNTIFS({chosen},{place.column("I")},">=0")'
        self._formula(low, f"{summed}/{count}", self.formats.score, float(values[0]))
        self._formula(high, f"({summed}+{count}-{answered})/{count}", self.formats.score, float(values[1]))

    def _levels(self) -> None:
        row = self.last + 1
        self._text(f"A{row}", self._said("level_score"), self.formats.head)
        self._text(f"A{row + 1}", self._said("climbed"), self.formats.head)
        weights = f"$I${FIRST}:$I${self.last}"
        for block in (_LOW, _HIGH):
            climbs = 1
            for at, level in enumerate(self.levels):
                one, count = letter(block + at), letter(_COUNT + at)
                ends, counts = f"{one}${FIRST}:{one}${self.last}", f"${count}${FIRST}:${count}${self.last}"
                found = self.progress.score.levels[level][0 if block == _LOW else 1]
                formula = f"SUMPRODUCT({weights},{ends})/SUMPRODUCT({weights},--({counts}>0))"
                self._formula(f"{one}{row}", formula, self.formats.bold, float(found))
                below = f"*{letter(block + at - 1)}{row + 1}" if at else ""
                climbs *= found >= self.one.model.gate.value
                formula = f"IF(ROUND({one}{row},{PLACES})>={_GATE},1,0){below}"
                self._formula(f"{one}{row + 1}", formula, self.formats.whole, climbs)

    def _result(self) -> None:
        row, found = self.last + 1, self.progress.score
        ends = (("confirmed", "total_low", _LOW, found.confirmed, found.total.low),
                ("possible", "total_high", _HIGH, found.possible, found.total.high))  # fmt: skip
        for at, (level, total, block, climbed, points) in enumerate(ends):
            scores, climbs = _span(block, row), _span(block, row + 1)
            self._text(f"E{3 + at}", self._said(level))
            self._formula(f"G{3 + at}", f"SUM({climbs})", self.formats.whole, climbed)
            self._text(f"E{5 + at}", self._said(total))
            most = len(self.levels)
            formula = f"G{3 + at}+IF(G{3 + at}<{most},INDEX({scores},1,MIN(G{3 + at}+1,{most})),0)"
            self._formula(f"G{5 + at}", formula, self.formats.bold, float(points))
        self._text("E7", self._said("answered"))
        counted = "+".join(f"COUNT({place.column('I')})" for place in self.places.values())
        self._formula("G7", counted, self.formats.whole, len(self.one.state.answers))

    def _charts(self) -> None:
        name = self.sheet.get_name()
        row = self.last
        bars = self.book.add_chart({"type": "column"})
        for block, text in ((_LOW, _BLOCKS[1]), (_HIGH, _BLOCKS[2])):
            bars.add_series({"name": text.zh if self.lang == "zh" else text.en,
                             "categories": [name, FIRST - 2, block, FIRST - 2, block + 4],
                             "values": [name, row, block, row, block + 4]})  # fmt: skip
        bars.set_title({"name": self._said("levels")})
        bars.set_y_axis({"min": 0, "max": 1})
        radar = self.book.add_chart({"type": "radar", "subtype": "with_markers"})
        for at, text in enumerate(_BLOCKS[1:]):
            radar.add_series({"name": text.zh if self.lang == "zh" else text.en,
                              "categories": [name, FIRST - 1, 1, row - 1, 1],
                              "values": [name, FIRST - 1, _HIGH + 5 + at, row - 1, _HIGH + 5 + at]})  # fmt: skip
        radar.set_title({"name": self._said("profile")})
        radar.set_y_axis({"min": 0, "max": 1})
        radar.set_size({"width": 560, "height": 420})
        self.sheet.insert_chart(row + 3, 0, bars)
        self.sheet.insert_chart(row + 3, 6, radar)

    def _text(self, cell: str, text: str, form: Any = None) -> None:
        self.sheet.write_string(cell, text, form or self.formats.text)

    def _formula(self, cell: str, formula: str, form: Any, value: float) -> None:
        self.sheet.write_formula(cell, f"={formula}", form, value)

    def _said(self, word: str) -> str:
        return _SAID[word].zh if self.lang == "zh" else _SAID[word].en


def _span(block: int, row: int) -> str:
    return f"${letter(block)}${row}:${letter(block + 4)}${row}"
