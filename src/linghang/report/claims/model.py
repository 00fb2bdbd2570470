"""A draft as paragraphs with places, and what it claims, as data."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from linghang.errors import BadInput
from linghang.report.remarks import Spot

DraftKind = Literal["docx", "pdf", "text", "markdown"]
ParagraphKind = Literal["heading", "text", "cell"]

ClaimKind = Literal[
    "figure", "system", "scene", "link", "level", "maturity", "name", "credit_code", "industry", "document", "ai"
]
"""What a claim says: a number; a software system (its go-live where it is said); a typical scene; a link of the
conditions; the level applied for; the maturity level; a name of an enterprise; a credit code; an industry; a
document or standard that is cited; the use of artificial intelligence."""

Role = Literal["value", "before", "after", "points", "relative", "multiple", "limit"]
"""What a figure is: a value as it stands; the value before or after; a change in percentage points or in the value's
own unit (`points`); a change relative to the value before, in % (`relative`); so many times (`multiple`); a required
limit, not a value of the plant (`limit`)."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a claim speaks of: `[start, end)`; a year, a month and a day are periods of their own length."""

    start: date
    end: date
    text: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BadInput("a period ends after it starts")

    def overlaps(self, other: "Period") -> bool:
        """Whether a day lies in both."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, heading, or cell of a table.

    Attributes
    ----------
    index
        Its number in the draft, from 0.
    headings
        Headings above it, outermost first.
    page
        Page from 1, where the draft has pages.
    table, row, column
        Number of the table in the draft, row and column of the cell, from 0.
    row_head, column_head
        What the table says of the row (nearest label to the left) and of the column (its first row).
    unit_head
        Unit that the table gives for the cell: of a column 单位, of a head in brackets, or of the line above the table.
    line, offset
        Line of a text file, from 1, and the character of it where this text starts.
    parts
        How a PDF's lines were joined: (first character of the original text, page, character of the page, length).
    removed
        Blanks between Chinese and digits that were taken out: places in `text` before which one stood.
    """

    index: int
    text: str
    kind: ParagraphKind = "text"
    headings: tuple[str, ...] = ()
    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    row_head: str = ""
    column_head: str = ""
    unit_head: str = ""
    line: int | None = None
    offset: int = 0
    parts: tuple[tuple[int, int, int, int], ...] = ()
    removed: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Characters `[start, end)` of `text` as characters of the text before blanks were taken out."""
        first = start + bisect_right(self.removed, start)
        return first, max(first, end - 1 + bisect_right(self.removed, end - 1) + 1) if end > start else first

    @property
    def where(self) -> str:
        """The place as a person looks it up: headings, and table, row and column."""
        place = " › ".join(one[:40] for one in self.headings)
        if self.table is not None and self.row is not None and self.column is not None:
            cell = f"表{self.table + 1} {self.row + 1}:{self.column + 1}"
            return f"{place} › {cell}" if place else cell
        if not place and self.line is not None:
            return f":{self.line}"
        return place or f"¶{self.index + 1}"

    def spot(self, start: int = 0, end: int | None = None) -> Spot:
        """Characters `[start, end)` of this paragraph as a place."""
        end = len(self.text) if end is None else end
        page = self.page
        at = self.original(start, end)[0]
        for first, of_page, _, _ in self.parts:
            if first <= at:
                page = of_page
        return Spot("draft", self.where, self.text[start:end], self.index, start, end, page)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a draft says.

    Attributes
    ----------
    subject
        What it is about: id of a quantity (`staff`, `indicator:oee`), kind of a system (`MES`), number of a scene,
        id of a link or level, normalised number of a document. Empty where it is not known.
    value
        Figures in `unit`, exact; levels of maturity as a whole number; names and codes as text.
    unit
        `%`, `CNY`, `1`, a unit of `linghang.plant.units`, or a counting word (台, 套, 项 …); empty if none is written.
    low, high
        Ends of a range, and open ends: 超过 gives `low` alone, 不足 `high` alone.
    period
        When, or for which days, as far as the draft says it.
    spot
        The characters that say it.
    text
        The sentence that it stands in.
    role
        What the figure is: value, before, after, change.
    approximate
        Whether it is said to be about that.
    planned
        Whether it is a plan or an aim, not what is there.
    scope
        Of which part it is said (车间, 产线, 子公司, 其中 …); empty for the whole plant.
    group
        Figures of one number chain (从A提升至B，提升X%) carry the same number; -1 alone.
    detail
        What else is said: `vendor`, `version`, `instance`, `written`, `direction`, `edition` …
    """

    kind: ClaimKind
    subject: str
    value: Decimal | str | int | None
    spot: Spot
    text: str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    period: Period | None = None
    role: Role = "value"
    approximate: bool = False
    planned: bool = False
    scope: str = ""
    group: int = -1
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A draft that was read.

    Attributes
    ----------
    name
        File name.
    dated
        Day that the draft gives itself on its cover or at its end; None where it gives none.
    """

    name: str
    kind: DraftKind
    paragraphs: tuple[Paragraph, ...]
    dated: Period | None = None
    pages: int | None = None

    @cached_property
    def text(self) -> str:
        """All of it, one paragraph a line."""
        return "\n".join(one.text for one in self.paragraphs)
