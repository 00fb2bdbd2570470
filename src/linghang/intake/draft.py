"""From sheets to drafts of records: texts are chosen, filtered, converted, grouped, and keep their places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linghang.errors import nearest
from linghang.intake.convert import convert
from linghang.intake.grouping import codes_of, grouped
from linghang.intake.headers import Matched
from linghang.intake.mapping import ColumnMap, Part, SourceMap, TableMap, Where
from linghang.intake.reading import Converted, Reading
from linghang.intake.sheet import MAX_SHOWN, ImportProblem, Problems, Rows, Sheet, of_sheet
from linghang.intake.spans import moved, not_sooner, passed, until_next
from linghang.intake.wording import trimmed
from linghang.plant.problem import Flaw
from linghang.plant.tables import TABLES
from linghang.words import later

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Draft:
    """Rows of one table that one sheet gives.

    Attributes
    ----------
    arrays
        Column -> values, of the plant's Arrow types.
    at
        Place in the sheet of each row.
    places
        Column -> place of its column in the sheet, where it has one.
    refused
        Column -> rows whose text could not be read (null in the arrays).
    problems, more
        The first of what could not be read in each column, and how many are not kept.
    """

    table: "sa.Table"
    sheet: Sheet
    arrays: dict[str, pa.Array]
    at: Rows
    places: dict[str, int]
    refused: dict[str, Mask] = field(default_factory=dict)
    problems: list[ImportProblem] = field(default_factory=list)
    more: int = 0

    def __len__(self) -> int:
        return len(self.at)

    def problem(self, message: str, values: Mapping[str, object], row: int | None, column: str | None) -> ImportProblem:
        """Return a problem of a row of the draft, at its place in the sheet."""
        number = None if row is None else int(self.sheet.rows[self.at[row]])
        place = None if column is None else self.places.get(column)
        return of_sheet(self.sheet, message, values, row=number, place=place, table=self.table.name, field=column)


def plain_draft(sheet: Sheet, table: "sa.Table", matched: Mapping[str, Matched], zone: str) -> Draft:
    """Read a sheet whose header names columns of the table."""
    draft = Draft(table, sheet, {}, np.arange(len(sheet)), {name: one.place for name, one in matched.items()})
    for name, one in matched.items():
        reading = Reading(table.columns[name], zone, one.unit)
        _keep(draft, name, convert(trimmed(sheet.texts[one.place]), reading))
    return draft


def mapped_draft(sheet: Sheet, source: SourceMap, given: TableMap, zone: str, problems: Problems) -> Draft | None:
    """Read a sheet as a mapping says; None where the mapping names columns that the sheet does not have."""
    if _unknown_columns(sheet, given, problems):
        return None
    table = TABLES[given.to]
    columns = _Columns(sheet, source.empty)
    at = np.flatnonzero(_filtered(columns, given.where, len(sheet)))
    places = {
        name: columns.place(one.parts[0].column)
        for name, one in given.columns.items()
        if one.parts and one.parts[0].column is not None
    }
    draft = Draft(table, sheet, {}, at, places)
    for name, one in given.columns.items():
        _keep(draft, name, _mapped(columns, one, table.columns[name], source.time_zone or zone, at))
    if given.by:
        return _grouped(draft, given, [columns.text(name).take(pa.array(at)) for name in given.by])
    return _distinct(draft) if given.distinct else draft


class _Columns:
    """Columns of a sheet by their headers, trimmed, each once."""

    def __init__(self, sheet: Sheet, empty: Sequence[str]) -> None:
        self.sheet = sheet
        self.empty = pa.array(list(empty), pa.string())
        self._texts: dict[str, pa.Array] = {}

    def place(self, name: str) -> int:
        return self.sheet.header.index(name)

    def text(self, name: str) -> pa.Array:
        if name not in self._texts:
            text = trimmed(self.sheet.texts[self.place(name)])
            if len(self.empty):
                text = pc.if_else(pc.is_in(text, value_set=self.empty), pa.scalar(None, pa.string()), text)
            self._texts[name] = text
        return self._texts[name]

    def part(self, part: Part, at: Rows) -> pa.Array:
        if part.column is not None:
            return self.text(part.column).take(pa.array(at))
        if part.row:
            return pa.array(self.sheet.rows[at]).cast(pa.string())
        return pa.repeat(pa.scalar(part.value, pa.string()), len(at))


def _unknown_columns(sheet: Sheet, given: TableMap, problems: Problems) -> bool:
    names = [name for one in given.columns.values() for name in one.read()]
    named = dict.fromkeys([*names, *given.by, *(one.column for one in given.where)])
    unknown = [name for name in named if name not in sheet.header]
    for name in unknown:
        message = later("the mapping of {table} reads the column {name}, which is not there; {near}")
        shown = {"table": given.to, "name": name, "near": nearest(name, [one for one in sheet.header if one])}
        problems.add(of_sheet(sheet, message, shown, table=given.to))
    return bool(unknown)


def _filtered(columns: _Columns, where: Sequence[Where], count: int) -> Mask:
    kept = np.ones(count, np.bool_)
    for one in where:
        text = columns.text(one.column).fill_null("")
        found = pc.is_in(text, value_set=pa.array(one.words, pa.string())).to_numpy(zero_copy_only=False)
        kept &= ~found if one.negated else found
    return kept


def _mapped(columns: _Columns, one: ColumnMap, column: "sa.Column[object]", zone: str, at: Rows) -> Converted:
    reading = Reading(column, one.zone or zone, one.unit, one.format, one.words, one.times, one.closes, one.floor)
    texts = [columns.part(part, at) for part in one.parts]
    if one.how == "add":
        return _added([text if one.default is None else text.fill_null(one.default) for text in texts], reading)
    text = texts[0] if one.how == "one" else _joined(texts, one.between)
    if one.default is not None:
        text = text.fill_null(one.default)
    if one.since is not None:
        return passed(text, columns.text(one.since).take(pa.array(at)), reading)
    found = convert(text, reading)
    if one.next is not None:
        keys = [columns.text(name).take(pa.array(at)) for name in one.next.per]
        found = until_next(found, keys, one.next, reading)
    if one.least is not None:
        found = not_sooner(found, columns.text(one.least.column).take(pa.array(at)), one.least, reading)
    if one.plus is not None:
        found = moved(found, columns.part(one.plus.part, at), one.plus.unit, reading)
    return found


def _joined(texts: Sequence[pa.Array], between: str) -> pa.Array:
    """Join texts; empty ones are left out, and where all are empty nothing is."""
    joined = pc.binary_join_element_wise(*texts, pa.scalar(between), null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _added(texts: Sequence[pa.Array], reading: Reading) -> Converted:
    """Add numbers; an empty one counts as nothing, and where all are empty nothing is known."""
    read = [convert(text, reading) for text in texts]
    total = read[0].array
    for one in read[1:]:
        both = pc.add(pc.coalesce(total, _zero(total)), pc.coalesce(one.array, _zero(one.array)))
        total = pc.if_else(pc.and_(pc.is_null(total), pc.is_null(one.array)), total, both.cast(total.type))
    return Converted(total, sorted((flaw for one in read for flaw in one.flaws), key=lambda flaw: flaw.row))


def _zero(array: pa.Array) -> pa.Scalar:
    return pa.scalar(0, pa.int64()).cast(array.type)


def _keep(draft: Draft, name: str, found: Converted) -> None:
    draft.arrays[name] = found.array
    if found.flaws:
        mask = np.zeros(len(draft), np.bool_)
        mask[[flaw.row for flaw in found.flaws]] = True
        draft.refused[name] = mask
        first = sorted(found.flaws, key=lambda flaw: flaw.row)[:MAX_SHOWN]
        draft.problems += [_said(draft, flaw, name) for flaw in first]
        draft.more += len(found.flaws) - len(first)


def _said(draft: Draft, flaw: Flaw, name: str) -> ImportProblem:
    return draft.problem(flaw.message or "", flaw.values, flaw.row, name)


def _distinct(draft: Draft) -> Draft:
    """Keep the first of equal rows."""
    _, first = codes_of(list(draft.arrays.values()))
    kept = np.sort(first)
    arrays = {name: one.take(pa.array(kept)) for name, one in draft.arrays.items()}
    return _replaced(draft, arrays, kept)


def _grouped(draft: Draft, given: TableMap, keys: list[pa.Array]) -> Draft:
    takes = {name: one.take for name, one in given.columns.items()}
    arrays, first = grouped(draft.arrays, takes, keys)
    return _replaced(draft, arrays, first)


def _replaced(draft: Draft, arrays: dict[str, pa.Array], kept: Rows) -> Draft:
    refused = {name: mask[kept] for name, mask in draft.refused.items()}
    return Draft(draft.table, draft.sheet, arrays, draft.at[kept], draft.places, refused, draft.problems, draft.more)
