"""What the checks of consistency count and sum in the database, so that no large table is read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.plant.tables import TABLES
from linghang.report.consistency.dates import SPANS
from linghang.report.consistency.facts import Span, Values
from linghang.report.consistency.indicators import TIME_COLUMNS
from linghang.store.workspace import Workspace
from linghang.usecases.json_values import plain
from linghang.usecases.kept import kept

Query = Callable[[sa.Connection, ZoneInfo], list[dict[str, Any]]]

SPAN_COLUMNS = tuple(dict.fromkeys((*SPANS, *TIME_COLUMNS.values())))
"""Every `table.column` of which the first and the last day are asked."""


DAYS = ("first", "last", "month")
"""Columns of sums that hold days."""


def measured(workspace: Workspace) -> tuple[dict[str, Span], dict[str, Sequence[Values]]]:
    """Measure the records, or take what was measured before, while nothing in the workspace has changed."""
    zone = ZoneInfo(workspace.time_zone)

    def made() -> dict[str, Any]:
        engine = workspace.engine()
        reach = {name: [one.first, one.last] for name, one in spans(engine, zone).items()}
        return plain({"spans": reach, "sums": sums(engine, zone)})  # type: ignore[no-any-return]

    found = kept(workspace, "consistency", "sums", made)
    reach = {name: Span(_day(first), _day(last)) for name, (first, last) in found["spans"].items()}
    counted: dict[str, Sequence[Values]] = {
        name: [_with_days(row) for row in rows] for name, rows in found["sums"].items()
    }
    return reach, counted


def _with_days(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: _day(row[name]) for name in DAYS if name in row}


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)


def spans(engine: Engine, zone: ZoneInfo) -> dict[str, Span]:
    """Measure how far the records reach, by one query a table."""
    with engine.connect() as connection:
        return {name: _span(connection, name, zone) for name in SPAN_COLUMNS}


def _span(connection: sa.Connection, name: str, zone: ZoneInfo) -> Span:
    table, _, column = name.partition(".")
    chosen = TABLES[table].c[column]
    first, last = connection.execute(sa.select(sa.func.min(chosen), sa.func.max(chosen))).one()
    return Span(local(first, zone), local(last, zone))


def local(value: date | datetime | None, zone: ZoneInfo) -> date | None:
    """A moment as a day of the plant; a day as it is."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(zone).date()
    return value


def sums(engine: Engine, zone: ZoneInfo) -> dict[str, Sequence[Values]]:
    """Make every query; each gives few rows."""
    with engine.connect() as connection:
        return {name: query(connection, zone) for name, query in QUERIES.items()}


def _reach(table: str, key: str, moment: str) -> Query:
    """First and last day of each key."""

    def query(connection: sa.Connection, zone: ZoneInfo) -> list[dict[str, Any]]:
        chosen, at = TABLES[table].c[key], TABLES[table].c[moment]
        rows = connection.execute(
            sa.select(chosen, sa.func.min(at), sa.func.max(at)).where(chosen.is_not(None)).group_by(chosen)
        )
        return [{key: one, "first": local(first, zone), "last": local(last, zone)} for one, first, last in rows]

    return query


def _last_states(connection: sa.Connection, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The last state of each machine: one seek in the key, not a walk over half a million rows."""
    equipment, state = TABLES["equipment"], TABLES["equipment_state"]
    newest = sa.select(sa.func.max(state.c.start)).where(state.c.equipment_id == equipment.c.equipment_id)
    rows = connection.execute(sa.select(equipment.c.equipment_id, newest.scalar_subquery()))
    return [{"equipment_id": one, "last": local(last, zone)} for one, last in rows if last is not None]


def _month_hours(connection: sa.Connection, _: ZoneInfo) -> list[dict[str, Any]]:
    table = TABLES["work_hours"]
    year, month = sa.extract("year", table.c.day), sa.extract("month", table.c.day)
    rows = connection.execute(sa.select(year, month, sa.func.sum(table.c.hours)).group_by(year, month))
    return [{"month": date(int(one), int(two), 1), "hours": hours} for one, two, hours in rows]


def _departments(connection: sa.Connection, _: ZoneInfo) -> list[dict[str, Any]]:
    column = TABLES["work_hours"].c.department
    rows = connection.execute(sa.select(column).where(column.is_not(None)).distinct())
    return [{"department": one} for (one,) in rows]


def _delivered(connection: sa.Connection, _: ZoneInfo) -> list[dict[str, Any]]:
    """What the deliveries of each month are worth; a month with a line that has no price is left out."""
    delivery, line = TABLES["delivery"], TABLES["sales_order_line"]
    year, month = sa.extract("year", delivery.c.delivered_on), sa.extract("month", delivery.c.delivered_on)
    worth = sa.func.sum(delivery.c.quantity * sa.cast(line.c.price_cny, sa.Float))
    bare = sa.func.count() - sa.func.count(line.c.price_cny)
    rows = connection.execute(
        sa.select(year, month, worth, bare)
        .select_from(delivery.join(line, delivery.c.line_id == line.c.line_id))
        .group_by(year, month)
    )
    return [{"month": date(int(one), int(two), 1), "value": value} for one, two, value, lost in rows if not lost]


def _outlets(connection: sa.Connection, _: ZoneInfo) -> list[dict[str, Any]]:
    outlet, reading = TABLES["outlet"], TABLES["outlet_reading"]
    there = sa.exists().where(reading.c.outlet_id == outlet.c.outlet_id)
    rows = connection.execute(sa.select(outlet.c.outlet_id).where(there))
    return [{"outlet_id": one} for (one,) in rows]


def _loops(connection: sa.Connection, _: ZoneInfo) -> list[dict[str, Any]]:
    """Loops with records of service, and whether they were ever in service."""
    table = TABLES["apc_period"]
    served = sa.func.max(sa.case((table.c.in_service.is_(True), 1), else_=0))
    rows = connection.execute(sa.select(table.c.loop_id, served).group_by(table.c.loop_id))
    return [{"loop_id": one, "in_service": bool(served)} for one, served in rows]


QUERIES: Mapping[str, Query] = {
    "states": _last_states,
    "calls": _reach("model_call", "model_id", "at"),
    "person_hours": _reach("work_hours", "person_id", "day"),
    "month_hours": _month_hours,
    "departments": _departments,
    "delivered": _delivered,
    "outlets": _outlets,
    "loops": _loops,
}
"""Name as the checks ask for it (`sum:<name>`) -> query."""
