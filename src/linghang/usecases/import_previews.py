"""The first rows of a sheet as they would be kept, each faulty cell with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from linghang.errors import BadInput, ManyProblems
from linghang.intake.draft import Draft, mapped_draft, plain_draft
from linghang.intake.looking import Look
from linghang.intake.sheet import Problems, Sheet
from linghang.intake.sources import filled
from linghang.plant.records import check_rows
from linghang.plant.tables import TABLES
from linghang.plant.units import UNITS
from linghang.usecases.import_plans import SheetPlan, strange_words

SHOWN_ROWS = 20
LONGEST_SAMPLE = 120


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a sheet as rows of our table.

    Attributes
    ----------
    columns
        Our columns, in the order of the table; those that the sheet does not give are left out.
    rows
        Row of the sheet -> values, in the order of `columns`.
    faults
        Row of the sheet -> our column -> what is wrong there.
    missing
        Required columns that nothing gives.
    words
        Our column -> words that its list does not know.
    problems
        What is wrong with the sheet or its plan as a whole.
    """

    table: str | None
    columns: tuple[str, ...] = ()
    rows: Mapping[int, tuple[Any, ...]] = field(default_factory=dict)
    faults: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def preview(look: Look, plan: SheetPlan, zone: str) -> Preview:
    """Return what the first rows of a sheet become; references are looked at only when all is checked.

    Parameters
    ----------
    zone
        The plant's time zone.
    """
    if plan.use == "left_out" or plan.table is None:
        return Preview(None)
    table = TABLES[plan.table]
    if plan.use == "mapped" and not plan.columns:
        required = tuple(one.name for one in table.columns if not one.nullable)
        return Preview(plan.table, missing=required)
    problems = Problems()
    draft: Draft | None = None
    more: list[str] = []
    try:
        draft = _mapped(look, plan, zone, problems) if plan.use == "mapped" else _plain(look, plan, zone, problems)
    except ManyProblems as many:
        more = [str(one) for one in many.problems]
    except BadInput as error:
        more = [str(error)]
    said = (*more, *(one.said() for one in problems.kept))
    words = strange_words(look, plan)
    if draft is None:
        return Preview(plan.table, words=words, problems=said)
    names = tuple(one.name for one in table.columns if one.name in draft.arrays)
    rows = [int(draft.sheet.rows[at]) for at in draft.at]
    values = zip(*(draft.arrays[name].to_pylist() for name in names), strict=True) if names else ((),) * len(rows)
    missing = tuple(one.name for one in table.columns if not one.nullable and one.name not in draft.arrays)
    return Preview(plan.table, names, dict(zip(rows, values, strict=True)), _faults(draft), missing, words, said)


def _first(sheet: Sheet) -> Sheet:
    kept = tuple(one.slice(0, SHOWN_ROWS) for one in sheet.texts)
    return Sheet(sheet.file, sheet.name, sheet.kind, sheet.header, kept, sheet.rows[:SHOWN_ROWS], sheet.header_row)


def _mapped(look: Look, plan: SheetPlan, zone: str, problems: Problems) -> Draft | None:
    source = plan.source()
    return mapped_draft(_first(look.sheet(plan.header)), source, source.tables[0], zone, problems)


def _plain(look: Look, plan: SheetPlan, zone: str, problems: Problems) -> Draft:
    table = TABLES[plan.table or ""]
    rows, matched = filled(look.sheet(), table, problems)
    return plain_draft(_first(rows), table, matched, zone)


def _faults(draft: Draft) -> dict[int, dict[str, str]]:
    """What is wrong with each cell: what cannot be read, and what the column forbids."""
    found: dict[int, dict[str, str]] = {}
    for one in draft.problems:
        if one.row is not None and one.field is not None:
            found.setdefault(one.row, {})[one.field] = one.said()
    columns: dict[str, pa.Array] = dict(draft.arrays)
    for problem in check_rows(draft.table.name, columns, {}, None):
        if problem.row is None or problem.column not in draft.arrays:
            continue
        refused = draft.refused.get(problem.column)
        row = int(draft.sheet.rows[draft.at[int(problem.row)]])
        if refused is None or not refused[int(problem.row)]:
            found.setdefault(row, {}).setdefault(problem.column, str(problem))
    return found


def samples(look: Look, header: int | None, count: int = 3) -> dict[str, str]:
    """Return column of the sheet -> some of its different values, joined for the eye."""
    sheet = look.sheet(header)
    return {
        name: ", ".join(values.drop_null().unique().slice(0, count).to_pylist())[:LONGEST_SAMPLE]
        for name, values in zip(sheet.header, sheet.texts, strict=True)
    }


def units_like(unit: str | None) -> tuple[str, ...]:
    """Return the units that convert to a column's; none where it has none of its own."""
    if unit is None or unit.startswith("@") or unit not in UNITS:
        return ()
    return tuple(name for name, one in UNITS.items() if one.dimension == UNITS[unit].dimension)
