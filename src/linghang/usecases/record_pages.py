"""Rows of the records, a page at a time, for grids that scroll."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from linghang.engines.discovery import engines
from linghang.errors import BadInput, Place, nearest
from linghang.kpi.indicators import RULES
from linghang.plant.tables import TABLES, described
from linghang.store.migrate import is_current
from linghang.store.pages import Filter, Order, Test, page
from linghang.store.state import kept_in
from linghang.store.workspace import open_workspace
from linghang.words import Listed, Text

MOST_ROWS = 1_000
MOST_FILTERS = 20
LARGEST_WHOLE = 2**63


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One column.

    Attributes
    ----------
    name, title, text
        Machine name, short name and full meaning.
    unit
        A unit; "@column" where that column of the row names it.
    required, key
        Whether every row has it, and whether it belongs to the key.
    refers
        `table.column` that its values stand in, None where they stand nowhere else.
    minimum, maximum
        Natural limits of its values.
    choices
        Word -> what a person reads; None where it takes no words of a list.
    """

    name: str
    title: Text
    kind: str
    unit: str | None
    required: bool
    key: bool
    text: Text
    refers: str | None
    minimum: float | None
    maximum: float | None
    choices: Mapping[str, Text] | None


@dataclass(frozen=True, slots=True)
class Reads:
    """What reads a table.

    Attributes
    ----------
    kind
        "indicator" or "engine".
    """

    kind: str
    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class TableShown:
    """One table of the dictionary, and the indicators and engines that read it."""

    name: str
    title: Text
    about: Text
    group: Text
    columns: tuple[ColumnShown, ...]
    read_by: tuple[Reads, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of a table's rows; times in UTC."""

    rows: Sequence[Mapping[str, Any]]
    total: int


@cache
def tables() -> tuple[TableShown, ...]:
    """Return all tables in the order of the dictionary."""
    return tuple(_shown(one) for one in described())


def table_title(name: str) -> Text | None:
    """Return what a table of the records is called; none where there is no such table. Loads no engine."""
    return TABLES[name].info["title"] if name in TABLES else None


def table_shown(name: str) -> TableShown:
    """Return one table of the dictionary.

    Raises
    ------
    BadInput
        There is no such table.
    """
    for one in tables():
        if one.name == name:
            return one
    raise BadInput("there is no table {name}; {near}", name=name, near=nearest(name, list(TABLES)))


def rows(
    folder: Path, table: str, *, offset: int = 0, limit: int = 100, order: str = "", where: Sequence[str] = ()
) -> Rows:
    """Return a page of a table.

    Parameters
    ----------
    folder
        The workspace.
    table
        Name of the table.
    offset, limit
        Which rows: `[offset, offset + limit)`.
    order
        Column to sort by, with a minus before it from the greatest; by the key where it is empty.
    where
        Filters as `column:test:value` with the tests has, is, from, to, and as `column:empty` or `column:filled`;
        a row has to pass all of them. Moments without a zone are the plant's.

    Raises
    ------
    BadInput
        No such table or column, a filter that is none, or the records are of another version.
    """
    if table not in TABLES:
        raise BadInput("there is no table {name}; {near}", name=table, near=nearest(table, list(TABLES)))
    workspace = open_workspace(folder)
    chosen = TABLES[table]
    name = order.removeprefix("-")
    if name:
        _column(chosen, name)
    if len(where) > MOST_FILTERS:
        raise BadInput("{count} filters; {most} at most", count=len(where), most=MOST_FILTERS)
    filters = tuple(_filter(chosen, one, ZoneInfo(workspace.time_zone)) for one in where)
    engine = workspace.engine()
    if not is_current(engine):
        raise BadInput(
            "the records were made by another version; bring them up with: linghang upgrade {folder}",
            Place(str(folder)),
            folder=folder,
        )
    asked = Order(name, order.startswith("-"), filters)
    found, total = page(engine, chosen, offset, min(limit, MOST_ROWS), asked, kept_in(workspace))
    return Rows(found.to_pylist(), total)


def _column(table: sa.Table, name: str) -> "sa.Column[Any]":
    if name not in table.c:
        near = nearest(name, [one.name for one in table.columns])
        raise BadInput("{table} has no column {name}; {near}", table=table.name, name=name, near=near)
    return table.c[name]


def _filter(table: sa.Table, written: str, zone: ZoneInfo) -> Filter:
    name, _, rest = written.partition(":")
    test, colon, value = rest.partition(":")
    column = _column(table, name)
    known: tuple[Test, ...] = get_args(Test)
    if test not in known:
        raise BadInput(
            "“{filter}” is no filter: write column:test:value with one of {tests}", filter=written, tests=Listed(known)
        )
    if test in ("empty", "filled"):
        return Filter(name, test)
    if not colon or not value:
        raise BadInput("the filter “{filter}” has no value", filter=written)
    return Filter(name, test, value if test == "has" else _value(column, value, zone))


def _value(column: "sa.Column[Any]", written: str, zone: ZoneInfo) -> Any:
    """Read the value of a filter as the column's kind has it."""
    kind = column.info["kind"]
    try:
        match kind:
            case "number":
                return float(written)
            case "money":
                return Decimal(written)
            case "whole":
                return _whole(written)
            case "flag":
                return {"true": True, "false": False}[written.casefold()]
            case "day":
                return date.fromisoformat(written)
            case "when":
                moment = datetime.fromisoformat(written)
                return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        title = column.info["title"]
        raise BadInput("{value} is no value of {title} to filter by", value=written, title=title) from None
    return written


def _whole(written: str) -> int:
    found = int(written)
    if abs(found) >= LARGEST_WHOLE:
        raise ValueError(written)
    return found


def _shown(table: sa.Table) -> TableShown:
    columns = tuple(_column_shown(one) for one in table.columns)
    readers = _readers().get(table.name, ())
    return TableShown(table.name, table.info["title"], table.info["text"], table.info["group"], columns, readers)


def _column_shown(one: "sa.Column[Any]") -> ColumnShown:
    info = one.info
    target = next((foreign.target_fullname for foreign in one.foreign_keys), None)
    low, high = info["minimum"], info["maximum"]
    return ColumnShown(
        one.name,
        info["title"],
        info["kind"],
        info["unit"],
        not one.nullable,
        one.primary_key,
        info["text"],
        target,
        None if low is None else float(low),
        None if high is None else float(high),
        info["choices"],
    )


@cache
def _readers() -> Mapping[str, tuple[Reads, ...]]:
    """Table -> the indicators and installed engines that read it."""
    found: dict[str, list[Reads]] = {}
    titles = TABLES["comparator"].c.indicator.info["choices"]
    for rule in RULES:
        for name in rule.tables:
            found.setdefault(name, []).append(Reads("indicator", rule.id, titles[rule.id]))
    for id, one in engines():
        if not isinstance(one, BadInput):
            for name in dict.fromkeys((*one.CARD.needs, *one.CARD.uses)):
                found.setdefault(name, []).append(Reads("engine", id, one.CARD.title))
    return {name: tuple(each) for name, each in found.items()}
