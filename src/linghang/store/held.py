"""What a database holds: whose records, how many, and how far they reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from linghang.errors import BadInput, Place
from linghang.plant.tables import TABLES
from linghang.store.migrate import known_step


def factories_in(engine: Engine) -> tuple[str, ...] | None:
    """Name the factories whose records a database holds.

    Returns
    -------
    tuple or None
        None if there is no record of ours; no name where there are records, but neither factory nor enterprise.

    Raises
    ------
    BadInput
        The database cannot be reached, or was made by a newer version.
    """
    try:
        with engine.connect() as connection:
            if known_step(connection) is None:
                return None
            there = set(sa.inspect(connection).get_table_names())
            if not any(
                connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
                for name, table in TABLES.items()
                if name in there
            ):
                return None
            for table in (TABLES["factory"], TABLES["enterprise"]):
                if names := connection.execute(sa.select(table.c.name).order_by(table.c.name)).scalars().all():
                    return tuple(names)
            return ()
    except DBAPIError as error:
        place = Place(engine.url.render_as_string(hide_password=True))
        raise BadInput("the database cannot be used: {reason}", place, reason=str(error.orig).strip()) from None


@dataclass(frozen=True, slots=True)
class Extent:
    """What one table holds.

    Attributes
    ----------
    rows
        How many.
    latest
        The last moment (with the plant's zone) or day that they speak of and that has come; None where they speak of
        none. What is planned or promised is left out.
    """

    rows: int
    latest: datetime | date | None


def extents(engine: Engine, tables: Mapping[str, sa.Table], now: datetime, zone: ZoneInfo) -> dict[str, Extent]:
    """Measure each table, by one query.

    Parameters
    ----------
    now
        What lies behind it has not come yet (with a zone).
    zone
        The plant's zone.
    """
    with engine.connect() as connection:
        return {name: _extent(connection, table, now.astimezone(zone)) for name, table in tables.items()}


def _extent(connection: sa.Connection, table: sa.Table, now: datetime) -> Extent:
    said = [sa.func.max(sa.case((one <= limit, one))) for one, limit in _moments(table, now)]
    rows, *found = connection.execute(sa.select(sa.func.count(), *said).select_from(table)).one()
    latest = [one.astimezone(now.tzinfo) if isinstance(one, datetime) else one for one in found if one is not None]
    return Extent(rows, max(latest, key=day_and_time, default=None))


def day_and_time(one: datetime | date) -> tuple[str, str]:
    """Key by which moments and days of one zone sort together: a day before the moments of that day."""
    return (one.date().isoformat(), one.time().isoformat()) if isinstance(one, datetime) else (one.isoformat(), "")


def _moments(table: sa.Table, now: datetime) -> Iterator[tuple[sa.Column[datetime | date], datetime | date]]:
    for one in table.columns:
        if one.info["kind"] in ("when", "day") and not one.info["future"]:
            yield one, now if one.info["kind"] == "when" else now.date()
