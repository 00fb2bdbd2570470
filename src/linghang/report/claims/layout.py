"""Headings and tables of a draft: which lines are headings, and what a table says of each of its cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from linghang.report.claims.model import Paragraph

MAX_HEADING = 45
"""Characters of a numbered line that may still be a heading."""

_NUMBERED = (
    (1, re.compile(r"(?:附件|附录)\s?[A-Z\d一二三四五六七八九十]{1,2}[\s\u3000、：:]")),
    (1, re.compile(r"第[一二三四五六七八九十\d]{1,3}(?:章|部分|篇)")),
    (2, re.compile(r"[一二三四五六七八九十]{1,3}[、.．]")),
    (3, re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]")),
    (5, re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}[\s、.．]?(?=\D)")),
    (4, re.compile(r"\d{1,2}\.\d{1,2}[\s、.．]?(?=[^\d\s%％])")),
    (4, re.compile(r"\d{1,2}[、.．](?=\s?\D)")),
    (5, re.compile(r"(?:[（(]\d{1,2}[)）]|\d{1,2}[)）]|场景[一二三四五六七八九十\d]{1,3}[：:\s])")),
)
_SENTENCE = re.compile(r"[。；;！？!?，]")

HEADER_WORDS = (
    "序号", "指标", "项目", "名称", "内容", "单位", "改造前", "改造后", "建设前", "建设后", "实施前", "实施后",
    "数值", "数量", "金额",
    "备注", "环节", "场景", "实例", "系统", "年份", "年度", "类别", "功能", "供应商", "版本", "上线", "变化",
    "提升", "幅度", "占比",
    "说明", "投资", "型号", "用途", "时间", "完成", "目标", "结果", "得分", "等级", "基准", "当前", "现值", "集成",
    "接口",
)  # fmt: skip
"""Words that stand in the first row of a table when it names the columns."""

_UNIT_IN_BRACKETS = re.compile(r"[（(](?![^（）()]{0,6}[前后年])\s*(?:单位[：:]?\s*)?([^（）()\s]{1,8})\s*[)）]\s*$")
_UNIT_LINE = re.compile(r"单位[：:]\s*([^\s，。；）)]{1,8})")
_DATED = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)\s?年?(?:\s?\d{1,2}\s?月)?|[1-4]季度")
_DIGITS = re.compile(r"\d")
_FIGURE = re.compile(r"[\d.,%％\s\-—+]{1,20}")
_FIRST_HEADS = ("序号", "指标", "项目", "类别", "年份", "年度", "系统", "系统名称", "场景", "环节", "名称", "内容")
_LABEL_COLUMNS = ("序号", "编号", "单位", "No", "no")


def heading_level(text: str) -> int | None:
    """Depth of a line that is numbered as a heading (from 11, below all styled ones); None if it is none."""
    line = text.strip()
    if not line or len(line) > MAX_HEADING or _SENTENCE.search(line.rstrip("：:")):
        return None
    return next((10 + depth for depth, pattern in _NUMBERED if pattern.match(line)), None)


@dataclass
class Headings:
    """The headings above the place where reading is now."""

    stack: list[tuple[int, str]] = field(default_factory=list)

    def enter(self, level: int, text: str) -> None:
        """Take a heading: it ends those of its own and deeper levels."""
        while self.stack and self.stack[-1][0] >= level:
            self.stack.pop()
        self.stack.append((level, " ".join(text.split())))

    @property
    def path(self) -> tuple[str, ...]:
        """Outermost first."""
        return tuple(text for _, text in self.stack)


@dataclass(frozen=True, slots=True)
class CellHeads:
    """What a table says of one cell."""

    row: str
    column: str
    unit: str


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of a table names its columns."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = [cell.strip() for cell in rows[0]]
    named = sum(1 for cell in first if len(cell) <= 16 and any(word in cell for word in HEADER_WORDS))
    years = sum(1 for cell in first if re.fullmatch(r"20\d\d年?(?:度)?", cell))
    plain = sum(1 for cell in first if _DIGITS.search(_DATED.sub("", cell)))
    if plain:
        return False
    # A form has labels in odd columns and values beside them: then the first row names nothing.
    labels_below = [cell for row in rows[1:] for cell in row[2::2] if cell.strip() and not _DIGITS.search(cell)]
    if len(first) == 2 and named + years < 2 and first[0] not in _FIRST_HEADS:
        return bool(_UNIT_IN_BRACKETS.search(first[1]))
    form = len(first) % 2 == 0 and len(first) >= 4 and named <= len(first) // 2 and not years and labels_below
    return (named + years) * 2 >= len(first) and not form


def heads_of(rows: Sequence[Sequence[str]], row: int, column: int, header: bool, caption: str) -> CellHeads:
    """What the table says of the cell at `row`, `column`; `caption` is the line above the table."""
    head = rows[0][column].strip() if header and row > 0 and column < len(rows[0]) else ""
    names = rows[0] if header else ()
    label, unit = "", ""
    for place in range(min(column, len(rows[row])) - 1, -1, -1):
        cell = rows[row][place].strip()
        of = names[place].strip() if place < len(names) else ""
        if of.startswith("单位"):
            unit = unit or cell
        if not cell or of.startswith(_LABEL_COLUMNS) or _FIGURE.fullmatch(cell):
            continue
        label = cell
        if not header:
            break
    if header and not unit:
        unit = next(
            (rows[row][at].strip() for at, of in enumerate(names) if of.strip() == "单位" and at < len(rows[row])), ""
        )
    for written in (head, label):
        if not unit and (found := _UNIT_IN_BRACKETS.search(written)):
            unit = found[1]
    if not unit and label.startswith("其中"):  # a part is counted in the unit of what it is a part of
        above = (one for back in range(row - 1, -1, -1) for one in rows[back][:column])
        unit = next((found[1] for one in above if (found := _UNIT_IN_BRACKETS.search(one.strip()))), "")
    if not unit and (found := _UNIT_LINE.search(caption)):
        unit = found[1]
    return CellHeads(label, head, unit)


def cells(
    rows: Sequence[Sequence[Sequence[str]]],
    first_index: int,
    table: int,
    headings: tuple[str, ...],
    caption: str,
) -> list[Paragraph]:
    """Paragraphs of a table: `rows[r][c]` are the paragraphs of one cell; empty ones are left out."""
    texts = [["\n".join(one).strip() for one in row] for row in rows]
    header = has_header(texts)
    found: list[Paragraph] = []
    for at_row, row in enumerate(rows):
        for at_column, cell in enumerate(row):
            if not any(one.strip() for one in cell):
                continue
            heads = heads_of(texts, at_row, at_column, header, caption)
            for text in cell:
                if text.strip():
                    index = first_index + len(found)
                    found.append(
                        Paragraph(
                            index, text, "cell", headings, None, table, at_row, at_column, heads.row, heads.column,
                            heads.unit,
                        )
                    )  # fmt: skip
    return found
