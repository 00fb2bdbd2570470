"""Rows of the records, a page at a time, for grids that scroll."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from linghang.errors import BadInput, Place, nearest
from linghang.plant.tables import TABLES, described
from linghang.store.migrate import is_current
from linghang.store.records import page
from linghang.store.workspace import open_workspace
from linghang.words import Text

MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One column: name, title, kind, unit, and whether every row has it."""

    name: str
    title: Text
    kind: str
    unit: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class TableShown:
    """One table of the dictionary."""

    name: str
    title: Text
    about: Text
    group: Text
    columns: tuple[ColumnShown, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of a table's rows; times in UTC."""

    rows: Sequence[Mapping[str, Any]]
    total: int


def tables() -> tuple[TableShown, ...]:
    """Return all tables in the order of the dictionary."""
    return tuple(_shown(one) for one in described())


def rows(folder: Path, table: str, *, offset: int = 0, limit: int = 100, order: str = "") -> Rows:
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

    Raises
    ------
    BadInput
        No such table or column, or the records are of another version.
    """
    if table not in TABLES:
        raise BadInput("there is no table {name}; {near}", name=table, near=nearest(table, list(TABLES)))
    engine = open_workspace(folder).engine()
    try:
        if not is_current(engine):
            raise BadInput(
                "the records were made by another version; bring them up with: linghang upgrade {folder}",
                Place(str(folder)),
                folder=folder,
            )
        chosen = TABLES[table]
        name = order.removeprefix("-")
        if name and name not in chosen.c:
            raise BadInput("{table} has no column {name}; {near}", **_near(table, name, chosen))
        found, total = page(engine, chosen, offset, min(limit, MOST_ROWS), name, order.startswith("-"))
        return Rows(found.to_pylist(), total)
    finally:
        engine.dispose()


def _near(table: str, name: str, chosen: sa.Table) -> dict[str, Any]:
    return {"table": table, "name": name, "near": nearest(name, [one.name for one in chosen.columns])}


def _shown(table: sa.Table) -> TableShown:
    columns = (
        ColumnShown(one.name, one.info["title"], one.info["kind"], one.info.get("unit"), not one.nullable)
        for one in table.columns
    )
    return TableShown(table.name, table.info["title"], table.info["text"], table.info["group"], tuple(columns))
