"""Pages of a table for grids that scroll: any page of a million rows takes as long as the first.

In the order of the key SQLite walks its index to the page, from whichever end is nearer. For any other order, and for
filters, the row numbers (rowid) are put in order once and kept until the records change; a page is then
a slice of them. PostgreSQL gets the keys of the page first and their rows then, so that what is skipped is not
read.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.store.records import arrow_of, key_of
from linghang.store.state import records_state

Test = Literal["has", "is", "from", "to", "empty", "filled"]
MOST_KEPT = 32
"""Orders that are kept: those of a few readers."""
FOLDER = "orders"
RowNumbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing that rows have to fulfil.

    Attributes
    ----------
    test
        "has" (the text holds the value, in any case), "is", "from" and "to" (both included), "empty" or "filled".
    value
        Of the column's type; a text for "has"; None for "empty" and "filled".
    """

    column: str
    test: Test
    value: Any = None


@dataclass(frozen=True, slots=True)
class Order:
    """What a page is a part of: the rows that pass the filters, in the order of a column and then of the key."""

    column: str = ""
    backwards: bool = False
    filters: tuple[Filter, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is the whole table in the order of its key."""
        return not self.column and not self.filters


def page(
    engine: Engine, table: sa.Table, offset: int, limit: int, order: Order, kept: Path | None = None
) -> tuple[pa.Table, int]:
    """Read a part of a table.

    Parameters
    ----------
    offset, limit
        Rows before it, and most rows of it.
    order
        Filters and order.
    kept
        Folder in which orders may be kept; None to keep nothing.

    Returns
    -------
    The rows as `linghang.store.records.read` gives them, and how many pass the filters.
    """
    columns = list(table.columns)
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            return _by_keys(connection, engine, table, offset, limit, order)
        if not order.plain:
            numbers = _numbers(connection, engine, table, order, kept)
            return _of_numbers(connection, table, numbers[offset : offset + limit]), len(numbers)
        total = _count(connection, engine, table, kept)
        found = max(min(limit, total - offset), 0)
        far = offset > total // 2
        keys = [one.desc() if far else one for one in table.primary_key.columns]
        skipped = max(total - offset - found, 0) if far else offset
        inside: sa.Select[Any] = (
            sa.select(sa.literal_column("rowid")).select_from(table).order_by(*keys).limit(found).offset(skipped)
        )
        chosen = sa.select(*columns).where(sa.literal_column(f'"{table.name}".rowid').in_(inside))
        return arrow_of(connection, chosen.order_by(*key_of(engine, table)), columns), total


def _count(connection: sa.Connection, engine: Engine, table: sa.Table, kept: Path | None) -> int:
    """Count the rows of a table, once as long as nothing is written."""
    query = sa.select(sa.func.count()).select_from(table)
    found = _once(engine, kept, str(query), lambda: np.array([connection.execute(query).scalar_one()], np.int64))
    return int(found[0])


def _where(table: sa.Table, filters: Sequence[Filter]) -> list[sa.ColumnElement[bool]]:
    return [_condition(table.c[one.column], one) for one in filters]


def _condition(column: sa.Column[Any], one: Filter) -> sa.ColumnElement[bool]:
    tests: dict[str, Callable[[], sa.ColumnElement[bool]]] = {
        "has": lambda: sa.cast(column, sa.String()).icontains(str(one.value), autoescape=True),
        "is": lambda: sa.and_(column == one.value),
        "from": lambda: sa.and_(column >= one.value),
        "to": lambda: sa.and_(column <= one.value),
        "empty": lambda: column.is_(None),
        "filled": lambda: column.is_not(None),
    }
    return tests[one.test]()


def _sorted(engine: Engine, table: sa.Table, order: Order) -> list[sa.ColumnElement[Any]]:
    """Order by a column and then by the key; what is not known comes last in both directions."""
    by: list[sa.ColumnElement[Any]] = []
    if order.column:
        column = table.c[order.column]
        by = [(column.desc() if order.backwards else column.asc()).nulls_last()]
    return [*by, *key_of(engine, table)]


def _numbers(connection: sa.Connection, engine: Engine, table: sa.Table, order: Order, kept: Path | None) -> RowNumbers:
    """Return the numbers of the rows in their order, from the file where they were put in order already."""
    query: sa.Select[Any] = (
        sa.select(sa.literal_column("rowid")).select_from(table).where(*_where(table, order.filters))
    )
    statement = str(
        query.order_by(*_sorted(engine, table, order)).compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
    )

    def made() -> RowNumbers:
        cursor: Any = connection.connection.cursor()
        cursor.execute(statement)
        return np.fromiter((row[0] for row in cursor), np.int64)

    return _once(engine, kept, statement, made)


def _once(engine: Engine, kept: Path | None, question: str, make: Callable[[], RowNumbers]) -> RowNumbers:
    """Return the numbers that answer a question, from their file as long as the records do not change."""
    state = records_state(engine) if kept is not None else None
    if kept is None or state is None:
        return make()
    path = kept / FOLDER / f"{hashlib.sha256(f'{state} {question}'.encode()).hexdigest()[:32]}.npy"
    with suppress(OSError, ValueError):
        return np.asarray(np.load(path, mmap_mode="r"))
    found = make()
    if records_state(engine) == state:
        _keep(found, path)
    return found


def _keep(found: RowNumbers, path: Path) -> None:
    """Keep an order, and forget the oldest; where that cannot be, nothing is kept and nothing is lost."""
    beside = path.with_suffix(f".{os.getpid()}-{get_ident()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            np.save(file, found)
        beside.replace(path)
        kept = sorted(path.parent.glob("*.npy"), key=lambda one: one.stat().st_mtime_ns)
        for one in kept[:-MOST_KEPT]:
            one.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def _of_numbers(connection: sa.Connection, table: sa.Table, numbers: RowNumbers) -> pa.Table:
    """Read the rows of these numbers, in this order."""
    columns = list(table.columns)
    number: sa.ColumnClause[Any] = sa.literal_column(f'"{table.name}".rowid')
    chosen = sa.select(*columns).where(number.in_([int(one) for one in numbers])).order_by(number)
    rows = arrow_of(connection, chosen, columns)
    if rows.num_rows != len(numbers):  # written to meanwhile: what is left, in any order
        return rows
    return rows.take(pa.array(np.argsort(np.argsort(numbers))))


def _by_keys(
    connection: sa.Connection, engine: Engine, table: sa.Table, offset: int, limit: int, order: Order
) -> tuple[pa.Table, int]:
    where = _where(table, order.filters)
    total = connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
    keys = list(table.primary_key.columns)
    inside = sa.select(*keys).where(*where).order_by(*_sorted(engine, table, order)).limit(limit).offset(offset)
    page_of = inside.subquery("page")
    joined = table.join(page_of, sa.and_(*(one == page_of.c[one.name] for one in keys)))
    chosen = sa.select(*table.columns).select_from(joined).order_by(*_sorted(engine, table, order))
    return arrow_of(connection, chosen, list(table.columns)), total
