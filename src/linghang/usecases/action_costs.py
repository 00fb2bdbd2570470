"""The figures of a catalogue as a workbook that a factory changes, and back."""

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, ManyProblems, Place, nearest
from linghang.intake.sheet import Problems, Sheet, letter
from linghang.intake.workbook import read_workbook
from linghang.roadmap.actions import SLOTS_A_MONTH, Action, Catalogue, Range
from linghang.roadmap.reading import MAX_MONEY, MAX_MONTHS, wrong_amount
from linghang.words import Language, Listed, Text

SHEET = Text("行动", "actions")
STATES = {"plan": Text("可选", "plan"), "never": Text("不做", "never"), "done": Text("已做", "done")}
CENT, HALF = Decimal("0.01"), Decimal(1) / SLOTS_A_MONTH


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the workbook; a limit makes it one of figures that may be changed."""

    name: str
    title: Text
    width: int
    limit: Decimal | None = None
    step: Decimal = CENT


COLUMNS = (
    Column("id", Text("行动编号（勿改）", "action (leave as it is)"), 32),
    Column("title", Text("名称", "title"), 36),
    Column("kind", Text("类别", "kind"), 10),
    Column("cost_low", Text("费用低（元）", "cost, low (CNY)"), 15, MAX_MONEY),
    Column("cost_likely", Text("费用可能（元）", "cost, likely (CNY)"), 15, MAX_MONEY),
    Column("cost_high", Text("费用高（元）", "cost, high (CNY)"), 15, MAX_MONEY),
    Column("months_low", Text("工期短（月）", "months, low"), 11, MAX_MONTHS, HALF),
    Column("months_likely", Text("工期可能（月）", "months, likely"), 11, MAX_MONTHS, HALF),
    Column("months_high", Text("工期长（月）", "months, high"), 11, MAX_MONTHS, HALF),
    Column("people_months", Text("人月", "people-months"), 11, MAX_MONTHS * 100),
    Column("yearly_cost", Text("年运行费（元）", "running cost a year (CNY)"), 16, MAX_MONEY),
    Column("state", Text("状态", "state"), 10),
    Column("source", Text("来源", "source"), 28),
)
_FIGURES = tuple(one for one in COLUMNS if one.limit is not None)
_ESTIMATE = Text("估计，请修改", "estimate, change it")


def write_costs(catalogue: Catalogue, path: Path, lang: Language) -> None:
    """Write the figures of a catalogue into a workbook, a row an action."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_said(SHEET, lang))
        bold, fixed = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"font_color": "#6e7781"})
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, f"{_said(column.title, lang)} [{column.name}]", bold)
        for row, action in enumerate(catalogue.actions, 1):
            for place, (column, value) in enumerate(zip(COLUMNS, _row(action, catalogue, lang), strict=True)):
                if column.limit is not None:
                    sheet.write_number(row, place, float(value))
                else:
                    sheet.write_string(row, place, str(value), None if column.name == "state" else fixed)
        states = [_said(one, lang) for one in STATES.values()]
        place = [one.name for one in COLUMNS].index("state")
        sheet.data_validation(1, place, len(catalogue.actions), place, {"validate": "list", "source": states})
        sheet.freeze_panes(1, 2)


def _said(text: Text, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en


def _row(action: Action, catalogue: Catalogue, lang: Language) -> tuple[Any, ...]:
    state = "done" if action.id in catalogue.done else "never" if action.id in catalogue.disabled else "plan"
    return (
        action.id,
        _said(action.title, lang),
        action.kind,
        *_figures(action),
        _said(STATES[state], lang),
        action.source or _said(_ESTIMATE, lang),
    )


def _figures(action: Action) -> tuple[Decimal, ...]:
    cost, months = action.cost, action.months
    return (
        *(cost.low, cost.likely, cost.high),
        *(months.low, months.likely, months.high),
        action.people_months,
        action.yearly_cost,
    )


def read_costs(catalogue: Catalogue, path: Path) -> Catalogue:
    """Return the catalogue with the figures of a workbook; its digest covers them.

    Raises
    ------
    BadInput, ManyProblems
        Everything in the workbook that is not known, negative or out of order, each with sheet, row and column.
    """
    read = Problems()
    sheets = read_workbook(path, read)
    problems = [BadInput("{problem}", problem=str(one)) for one in read.kept]
    if len(sheets) != 1:
        raise BadInput("needs one sheet of actions, not {count}", Place(str(path)), count=len(sheets))
    reader = _Reader(catalogue, sheets[0], problems)
    reader.rows()
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return reader.changed()


class _Reader:
    def __init__(self, catalogue: Catalogue, sheet: Sheet, problems: list[BadInput]) -> None:
        self.catalogue, self.sheet, self.problems = catalogue, sheet, problems
        self.places = {header.rpartition("[")[2].rstrip("]"): at for at, header in enumerate(sheet.header)}
        self.actions: dict[str, Action] = {}
        self.states: dict[str, str] = {}
        known = {one.name for one in COLUMNS}
        for name, at in self.places.items():
            if name and name not in known:
                near = nearest(name, sorted(known))
                problems.append(self._refuse("there is no column {name}; {near}", None, at, name=name, near=near))
        if "id" not in self.places:
            raise BadInput("has no column {name}", self._place(sheet.header_row, None), name="id")

    def _place(self, row: int | None, at: int | None) -> Place:
        return Place(f"{self.sheet.file} [{self.sheet.name}]", row, None if at is None else letter(at))

    def _refuse(self, message: str, row: int | None, at: int | None, **values: object) -> BadInput:
        return BadInput(message, self._place(row or self.sheet.header_row, at), None, **values)

    def rows(self) -> None:
        names = self.sheet.texts[self.places["id"]].to_pylist()
        rows = [int(row) for row in self.sheet.rows]
        for index, (row, name) in enumerate(zip(rows, names, strict=True)):
            action = self.catalogue.by_id.get(name or "")
            at = self.places["id"]
            if action is None or action.kind == "wait":
                known = sorted(one.id for one in self.catalogue.actions)
                near = nearest(name or "", known)
                self.problems.append(self._refuse("there is no action {name}; {near}", row, at, name=name, near=near))
            elif action.id in self.actions:
                self.problems.append(self._refuse("the action {name} stands twice", row, at, name=name))
            else:
                self.actions[action.id] = self._action(action, index, row)
                self.states[action.id] = self._state(index, row)

    def _cell(self, name: str, index: int) -> str | None:
        at = self.places.get(name)
        return None if at is None else self.sheet.texts[at][index].as_py()

    def _action(self, action: Action, index: int, row: int) -> Action:
        before = dict(zip((one.name for one in _FIGURES), _figures(action), strict=True))
        found = {one.name: self._figure(one, index, row, before[one.name]) for one in _FIGURES}
        ranges: dict[str, Range] = {}
        for what in ("cost", "months"):
            low, likely, high = (found[f"{what}_{one}"] for one in ("low", "likely", "high"))
            try:
                ranges[what] = Range(low, likely, high)
            except ValueError:
                at = self.places.get(f"{what}_likely")
                message = "low, likely and high must rise: {low}, {likely}, {high}"
                self.problems.append(self._refuse(message, row, at, low=low, likely=likely, high=high))
                ranges[what] = getattr(action, what)
        return replace(
            action,
            cost=ranges["cost"],
            months=ranges["months"],
            people_months=found["people_months"],
            yearly_cost=found["yearly_cost"],
        )

    def _figure(self, column: Column, index: int, row: int, before: Decimal) -> Decimal:
        text = self._cell(column.name, index)
        if text is None:
            return before
        at = self.places[column.name]
        try:
            value = Decimal(text.replace(",", "").strip())
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            self.problems.append(self._refuse("“{value}” is not a number", row, at, value=text))
            return before
        assert column.limit is not None
        if problem := wrong_amount(value, column.limit, column.step):
            limit = f"{column.limit:,f}"
            self.problems.append(self._refuse(problem, row, at, value=value, limit=limit, step=column.step))
            return before
        return value

    def _state(self, index: int, row: int) -> str:
        text = (self._cell("state", index) or "plan").strip().lower()
        for state, said in STATES.items():
            if text in (state, said.zh, said.en):
                return state
        choices = Listed(f"{one.zh} / {one.en}" for one in STATES.values())
        at = self.places["state"]
        self.problems.append(self._refuse("“{value}” is not one of {choices}", row, at, value=text, choices=choices))
        return "plan"

    def changed(self) -> Catalogue:
        """Return the catalogue with what the workbook says; the same figures give the same digest."""
        marked = {state: frozenset(name for name, one in self.states.items() if one == state) for state in STATES}
        said = [
            (one.id, *(figure.normalize().as_tuple() for figure in _figures(one)), self.states[one.id])
            for one in sorted(self.actions.values(), key=lambda one: one.id)
        ]
        digest = hashlib.sha256(f"{self.catalogue.digest}{said!r}".encode()).hexdigest()
        return self.catalogue.changed(self.actions, marked["never"], marked["done"], digest)
