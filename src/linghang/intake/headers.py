"""Headers: which table a sheet is, and which of its columns each cell of the header means."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from linghang.errors import BadInput, nearest
from linghang.intake.sheet import Problems, Sheet, letter, of_sheet
from linghang.intake.wording import folded
from linghang.plant.tables import TABLES
from linghang.plant.units import same_kind, unit
from linghang.words import later

_BRACKETS = re.compile(r"(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Matched:
    """One column of a sheet that is a column of the records.

    Attributes
    ----------
    place
        Place in the sheet.
    unit
        Unit that the header gives, None where it gives none.
    """

    place: int
    unit: str | None


def table_named(name: str) -> "sa.Table | None":
    """Return the table of this machine name or title in either language."""
    found = _tables().get(folded(name))
    return None if found is None else TABLES[found]


@cache
def _tables() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, table in TABLES.items():
        for spelling in (name, table.info["title"].zh, table.info["title"].en):
            found.setdefault(folded(spelling), name)
    return found


@cache
def _columns(table: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for column in TABLES[table].columns:
        for spelling in (column.name, column.info["title"].zh, column.info["title"].en):
            found.setdefault(folded(spelling), column.name)
    return found


def split(header: str) -> tuple[str, str | None]:
    """Split a header into its name and the unit in brackets behind it."""
    text = unicodedata.normalize("NFKC", header).strip().rstrip("*").rstrip()
    found = _BRACKETS.fullmatch(text)
    return (found["name"], found["unit"].strip() or None) if found else (text, None)


def column_named(table: "sa.Table", header: str) -> tuple[str, str | None] | None:
    """Return the column that a header means, and the unit it gives; None where it means none."""
    known = _columns(table.name)
    whole = known.get(folded(header.rstrip("*")))
    if whole is not None:
        return whole, None
    name, given = split(header)
    found = known.get(folded(name))
    return None if found is None else (found, given)


def each_named(sheet: Sheet) -> Sheet:
    """Return the sheet with a name of its own for every column, so that a mapping can name it.

    A column without a name is called after its letter (`#C`), the second of a name after its number (`name#2`).
    """
    return replace(sheet, header=names_of(sheet.header))


def names_of(header: Sequence[str]) -> tuple[str, ...]:
    """Return the names by which a mapping knows the columns of a header; see `each_named`."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for place, cell in enumerate(header):
        name = cell or f"#{letter(place)}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(names)


def guess_table(sheet: Sheet) -> "sa.Table | None":
    """Return the table whose columns the header names best; None where none or two fit."""
    best: list[tuple[int, str]] = []
    for name, table in TABLES.items():
        found = {one[0] for cell in sheet.header if cell and (one := column_named(table, cell))}
        required = {column.name for column in table.columns if not column.nullable}
        if required <= found:
            best.append((len(found), name))
    best.sort(reverse=True)
    used = sum(1 for cell in sheet.header if cell)
    if not best or best[0][0] < used or (len(best) > 1 and best[1][0] == best[0][0]):
        return None
    return TABLES[best[0][1]]


def second_line(sheet: Sheet, table: "sa.Table", problems: Problems) -> tuple[Sheet, bool]:
    """Take the second header line of the template (machine names) out of the rows, and believe it.

    Titles may be changed or translated while the machine names stand; a title that names another column is refused.

    Returns
    -------
    The sheet, and whether the second line was there.
    """
    cells = [(one or "").strip() for one in sheet.first_row()]
    named = [place for place, one in enumerate(cells) if one]
    if len(named) < 2 or not all(cells[place] in table.columns and sheet.header[place] for place in named):
        return sheet, False
    header = list(sheet.header)
    for place in named:
        title = column_named(table, header[place])
        if title is None:
            given = split(header[place])[1]
            header[place] = cells[place] if given is None else f"{cells[place]} ({given})"
        elif title[0] != cells[place]:
            message = later("row {above} says {title}, and row {below} says {name}; which one is meant?")
            shown = {
                "above": sheet.header_row,
                "title": header[place],
                "below": int(sheet.rows[0]),
                "name": cells[place],
            }
            problems.add(_at(sheet, message, shown, place, table))
    return replace(sheet.without_first(1), header=tuple(header)), True


def match(sheet: Sheet, table: "sa.Table", problems: Problems) -> dict[str, Matched]:
    """Match the cells of a header to the columns of a table.

    Parameters
    ----------
    problems
        Takes headers that mean nothing, that stand twice, that are missing, and units that do not convert.

    Returns
    -------
    Column of the table -> where it stands in the sheet.
    """
    if _two_lines(sheet, table, problems):
        return {}
    found: dict[str, Matched] = {}
    for place, cell in enumerate(sheet.header):
        if not cell:
            if sheet.texts[place].null_count < len(sheet):
                message = later("column {letter} has values but no header; name it, or empty it")
                problems.add(_at(sheet, message, {"letter": letter(place)}, place, table))
            continue
        named = column_named(table, cell)
        if named is None:
            _unknown(sheet, table, place, problems)
        elif named[0] in found:
            message = later("{title} stands in two columns ({first} and {second}); leave one")
            first = sheet.header[found[named[0]].place]
            shown = {"title": table.columns[named[0]].info["title"], "first": first, "second": cell}
            problems.add(_at(sheet, message, shown, place, table, named[0]))
        else:
            given = _checked_unit(sheet, table.columns[named[0]], named[1], place, problems)
            found[named[0]] = Matched(place, given)
    return found


def check_unit(column: "sa.Column[Any]", given: str) -> str:
    """Return the unit's name; refuse one that does not convert to the column's.

    Raises
    ------
    BadInput
        It is unknown, of another kind, or the column has none or one that differs from row to row.
    """
    wanted = column.info["unit"]
    title = column.info["title"]
    if wanted is None:
        raise BadInput("{title} has no unit; leave ({unit}) away", title=title, unit=given)
    if wanted.startswith("@"):
        raise BadInput(
            "the unit of {title} is that of its row ({unit_column}); leave ({unit}) away",
            title=title,
            unit=given,
            unit_column=wanted[1:],
        )
    name = unit(given).name
    if not same_kind(name, wanted):
        raise BadInput(
            "{title} is kept in {wanted}; {unit} does not convert to it", title=title, wanted=wanted, unit=given
        )
    return name


def _checked_unit(
    sheet: Sheet, column: "sa.Column[Any]", given: str | None, place: int, problems: Problems
) -> str | None:
    if given is None:
        return None
    try:
        return check_unit(column, given)
    except BadInput as refusal:
        problems.add(_at(sheet, refusal.message, refusal.values, place, TABLES[column.table.name], column.name))
        return None


def _unknown(sheet: Sheet, table: "sa.Table", place: int, problems: Problems) -> None:
    cell = sheet.header[place]
    titles = [title for column in table.columns for title in (column.name, str(column.info["title"]))]
    if "\n" in cell.strip():
        message = later("the header {cell} has two lines; write one name in one line ({near})")
    else:
        message = later("{table} has no column {cell}; {near}")
    shown = {"table": table.info["title"], "cell": cell, "near": nearest(split(cell)[0], titles)}
    problems.add(_at(sheet, message, shown, place, table))


def _two_lines(sheet: Sheet, table: "sa.Table", problems: Problems) -> bool:
    """Refuse a header that begins in the next row, or goes on there: the names stand below a heading."""
    if not len(sheet):
        return False
    here = _hits(table, sheet.header)
    below = _hits(table, sheet.first_row())
    if below <= here or below < 2:
        return False
    row = int(sheet.rows[0])
    wrong = next((place for place, cell in enumerate(sheet.header) if cell and column_named(table, cell) is None), 0)
    message = later(
        "the header stands in two lines: the names are in row {below}, but {cell} is above them; "
        "leave one line with the names, and delete row {above}"
    )
    shown = {"below": row, "above": sheet.header_row, "cell": sheet.header[wrong] or letter(wrong)}
    problems.add(of_sheet(sheet, message, shown, row=sheet.header_row, place=wrong, table=table.name))
    return True


def _hits(table: "sa.Table", cells: Sequence[str | None]) -> int:
    return len({found[0] for cell in cells if cell and (found := column_named(table, cell))})


def _at(
    sheet: Sheet, message: str, values: Mapping[str, object], place: int, table: "sa.Table", field: str | None = None
) -> Any:
    return of_sheet(sheet, message, values, row=sheet.header_row or None, place=place, table=table.name, field=field)
