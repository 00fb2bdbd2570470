"""Read answers back from the workbook of the questionnaire: every cell is checked, and nothing is half taken.

A workbook says which answers it showed when it was made. What differs from those was typed by a person and is taken;
what was only answered elsewhere meanwhile stays. Where both changed the same item differently, a person has to decide.
"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from linghang.conditions.maturity import Item
from linghang.errors import BadInput, ManyProblems, Place, nearest, reason_of
from linghang.intake.office_file import check_office
from linghang.intake.package import merged_cells, sheet_parts
from linghang.intake.sheet import letter
from linghang.store.documents import Document
from linghang.usecases.maturity import Opened, checked_name, checked_reason, item_of, opened, value_of
from linghang.usecases.maturity_documents import check_numbers, numbers_in, registered
from linghang.usecases.maturity_journal import MODEL, Answer, State, answer_content, record, state_of_answers
from linghang.usecases.maturity_workbook import FIRST_ROW, FORMAT, GUIDE, HEADER_ROW, SCORES, acts_digest
from linghang.usecases.maturity_workbook_texts import PLACES
from linghang.words import later

MAX_ROWS = 5_000
MAX_WIDTH = 64
_NEEDED = ("code", "level", "answer", "evidence", "reason")
_DAMAGES = (LookupError, ValueError, TypeError, AttributeError, EOFError, SyntaxError, zipfile.BadZipFile, zlib.error)
Said = tuple[Decimal, str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One item that the workbook answers differently."""

    item: Item
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Differences:
    """What taking a workbook would change, in the order of the model."""

    opened: Opened
    file: str
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """The differences as JSON has them."""
        return {
            "file": self.file,
            "changes": [
                {
                    "item": one.item.code,
                    "before": None if one.before is None else one.before.to_dict(),
                    "after": None if one.after is None else one.after.to_dict(),
                }
                for one in self.changes
            ],
        }


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell as it was read: its value, and whether it is a formula or an error."""

    value: Any
    kind: str
    place: Place


def read_answers(folder: Path, path: Path, *, by: str, now: datetime) -> Differences:
    """Read a workbook and say what it would change; nothing is written.

    Raises
    ------
    BadInput, ManyProblems
        It is no such workbook, is hostile, of another workspace, or cells are wrong: each with sheet, row and column.
    """
    one = opened(folder)
    if check_office(path) != "xlsx":
        raise BadInput("is no workbook of a self-assessment; make one with: linghang maturity export", Place(str(path)))
    reader = _Reader(one, path, checked_name(by), now)
    try:
        reader.read()
    except _DAMAGES as error:
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise BadInput("is a damaged workbook: {reason}", Place(str(path)), reason=said) from None
    if reader.problems:
        raise reader.problems[0] if len(reader.problems) == 1 else ManyProblems(reader.problems)
    order = {item.code: at for at, item in enumerate(one.model.items)}
    return Differences(one, path.name, tuple(sorted(reader.changes, key=lambda change: order[change.item.code])))


def take_answers(found: Differences, *, by: str, now: datetime) -> Opened:
    """Record what a workbook changes, in one act.

    Raises
    ------
    BadInput
        It changes nothing, or somebody has written meanwhile.
    """
    if not found.changes:
        raise BadInput("changes nothing", Place(found.file))
    one = found.opened
    content = answer_content({change.item.code: change.after for change in found.changes}, found.file)
    acts = record(one.workspace, "answers", content, by=checked_name(by), now=now, after=len(one.acts))
    return Opened(one.workspace, one.model, acts, state_of_answers(acts))


class _Reader:
    def __init__(self, one: Opened, path: Path, by: str, now: datetime) -> None:
        self.one, self.path, self.by, self.now = one, path, by, now
        self.problems: list[BadInput] = []
        self.changes: list[Change] = []
        self.seen: dict[str, Place] = {}
        self.documents: Mapping[str, Document] = registered(one.workspace)

    def read(self) -> None:
        """Read all sheets of answers."""
        sheets, parts = 0, sheet_parts(self.path)
        for name, rows in _sheets(self.path):
            if name in (*GUIDE, *SCORES):
                continue
            if not any(cell.value not in (None, "") for row in rows for cell in row):
                continue
            sheets += 1
            self._merged(name, parts.get(name))
            self._sheet(name, rows)
        if not sheets:
            raise BadInput("has no sheet of answers; make one with: linghang maturity export", Place(str(self.path)))

    def _merged(self, name: str, part: str | None) -> None:
        """Refuse merged cells: only the first of them holds an answer, the others look unanswered."""
        for cells, row, _, place in merged_cells(self.path, part)[0] if part else ():
            where = Place(f"{self.path} [{name}]", row, letter(place))
            message = later("{cells} is one merged cell; take the merging away and fill every row")
            self.problems.append(BadInput(message, where, cells=cells))

    def _sheet(self, name: str, rows: list[list[_Cell]]) -> None:
        place = Place(f"{self.path} [{name}]", 1, "A")
        try:
            base = self._base(rows[0][0].value if rows[0] else None, place)
            places = self._places(rows, place)
        except BadInput as error:
            self.problems.append(error)
            return
        for row in rows[FIRST_ROW:]:
            if any(cell.value not in (None, "") for cell in row):
                self._row(row, places, base)

    def _base(self, stamp: Any, place: Place) -> State:
        """Return the answers that the sheet showed when it was made."""
        parts = stamp.split(" ") if isinstance(stamp, str) else []
        if len(parts) != 4 or parts[0] != FORMAT or not parts[2].isdecimal():
            raise BadInput("is no sheet of answers: its first cell does not say “{format}”", place, format=FORMAT)
        if parts[1] != MODEL:
            raise BadInput(
                "belongs to the model {found}; this version reads {wanted}", place, found=parts[1], wanted=MODEL
            )
        count = int(parts[2][:9])
        if count > len(self.one.acts) or acts_digest(self.one, count) != parts[3]:
            raise BadInput("was made from the answers of another workspace; export it from this one", place)
        return state_of_answers(self.one.acts[:count])

    def _places(self, rows: list[list[_Cell]], place: Place) -> dict[str, int]:
        header = rows[HEADER_ROW] if len(rows) > HEADER_ROW else []
        titles = [(str(cell.value).rpartition("[")[2].rstrip("]"), at) for at, cell in enumerate(header) if cell.value]
        named = dict(titles)
        row = Place(place.file, HEADER_ROW + 1)
        if twice := [name for number, (name, _) in enumerate(titles) if name in dict(titles[:number])]:
            raise BadInput("the column {name} stands twice; which one counts cannot be told", row, name=twice[0])
        for name in _NEEDED:
            if name not in named:
                near = nearest(name, sorted(named))
                raise BadInput("has no column {name}; {near}", row, name=name, near=near)
        for name in named:
            if name not in PLACES:
                near = nearest(name, sorted(PLACES))
                raise BadInput("there is no column {name}; {near}", row, name=name, near=near)
        return named

    def _row(self, row: list[_Cell], places: Mapping[str, int], base: State) -> None:
        cells = {name: row[at] for name, at in places.items() if at < len(row)}
        wrong = [self._refused(cell) for cell in cells.values()]
        found = [problem for problem in wrong if problem is not None]
        try:
            item = self._item(cells)
        except BadInput as error:
            found.append(error)
            self.problems += found
            return
        said = None if found else self._said(cells, item, found)
        self.problems += found
        if not found:
            self._compare(item, said, base, cells["answer"].place)

    def _refused(self, cell: _Cell) -> BadInput | None:
        if cell.kind == "f":
            message = "holds a formula; type its value: nobody signs for what a formula will say"
            return BadInput(message, cell.place)
        if cell.kind == "e":
            return BadInput(
                "the cell holds the error {error}; mend it, or leave it empty", cell.place, error=cell.value
            )
        return None

    def _item(self, cells: Mapping[str, _Cell]) -> Item:
        code, level = cells["code"], cells["level"]
        try:
            item = item_of(self.one.model, str(code.value or ""))
        except BadInput as error:
            raise error.at(code.place) from None
        if item.code in self.seen:
            message = "the item {name} stands twice, first in {cell}"
            raise BadInput(
                message, code.place, name=item.code, cell=f"{self.seen[item.code].column}{self.seen[item.code].line}"
            )
        self.seen[item.code] = code.place
        if isinstance(level.value, bool) or str(level.value).removesuffix(".0") != str(item.level):
            raise BadInput(
                "{name} is an item of level {level}, not {found}; leave code and level as they were",
                level.place,
                name=item.code,
                level=item.level,
                found=level.value,
            )
        return item

    def _said(self, cells: Mapping[str, _Cell], item: Item, found: list[BadInput]) -> Said:
        """Read answer, evidence and reason; everything wrong goes into `found`."""
        value: Decimal | None = None
        numbers: tuple[str, ...] = ()
        text = ""
        for take in ("answer", "evidence", "reason"):
            if (cell := cells.get(take)) is None or cell.value in (None, ""):
                continue
            try:
                if take == "answer":
                    value = value_of(self.one.model, _number(cell), item.code)
                elif take == "evidence":
                    numbers = numbers_in(_text(cell))
                    check_numbers(numbers, self.documents)
                else:
                    text = checked_reason(_text(cell).replace("\r\n", "\n"))
            except BadInput as error:
                found.append(error.at(cell.place))
        if value is None and not found and (numbers or text):
            place = cells["answer"].place
            found.append(BadInput("{name} has evidence or a reason, but no answer", place, name=item.code))
        return None if value is None else (value, text, numbers)

    def _compare(self, item: Item, said: Said, base: State, place: Place) -> None:
        shown, now = base.answers.get(item.code), self.one.state.answers.get(item.code)
        before = None if now is None else now.said
        if said == (None if shown is None else shown.said) or said == before:
            return
        if before != (None if shown is None else shown.said):
            raised = BadInput(
                "{name} was answered differently here since the workbook was made ({now}); the workbook says {said}: "
                "export again, or make them equal",
                place,
                name=item.code,
                now="–" if now is None else now.value,
                said="–" if said is None else said[0],
            )
            self.problems.append(raised)
            return
        after = None if said is None else Answer(*said, "person", self.by, self.now)
        self.changes.append(Change(item, now, after))


def _number(cell: _Cell) -> str:
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float | str):
        return str(cell.value)
    return repr(cell.value) if isinstance(cell.value, float) else str(cell.value)


def _text(cell: _Cell) -> str:
    if isinstance(cell.value, str):
        return cell.value
    if isinstance(cell.value, bool | datetime | date | time | timedelta):
        raise BadInput("“{value}” is no text; write it as text", value=cell.value)
    return str(cell.value)


def _sheets(path: Path) -> Iterator[tuple[str, list[list[_Cell]]]]:
    """Yield the sheets of a workbook with their cells."""
    import openpyxl

    place = Place(str(path))
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-downs and other extensions that only Excel needs
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            with closing(book):
                for sheet in book.worksheets:
                    sheet.reset_dimensions()  # what a file says of its own size need not be true
                    yield sheet.title, list(_rows(sheet, f"{path} [{sheet.title}]"))
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None


def _rows(sheet: Any, file: str) -> Iterator[list[_Cell]]:
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MAX_ROWS or len(row) > MAX_WIDTH:
            raise BadInput(
                "is too large for a sheet of answers: {rows} rows of {columns} cells are read at most",
                Place(file),
                rows=MAX_ROWS,
                columns=MAX_WIDTH,
            )
        yield [
            _Cell(cell.value, str(getattr(cell, "data_type", "n")), Place(file, number, letter(at)))
            for at, cell in enumerate(row)
        ]
