"""Rows of records that lie in a stretch of time, asked for so that the database need not look at all the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.plant.tables import TABLES

Row = Mapping[str, Any]


def states_between(engine: Engine, start: datetime, end: datetime) -> Sequence[Row]:
    """Read the stretches of equipment_state that touch a stretch of time, by machine and start.

    Of each machine the last stretch that began before is looked for: stretches of one machine do not overlap, and the
    key leads there at once.
    """
    states, machines = TABLES["equipment_state"], TABLES["equipment"]
    before = states.alias("before")
    last = (
        sa.select(sa.func.max(before.c.start))
        .where(before.c.equipment_id == machines.c.equipment_id, before.c.start <= start)
        .correlate(machines)
        .scalar_subquery()
    )
    query = (
        sa.select(*states.columns)
        .select_from(machines.join(states, machines.c.equipment_id == states.c.equipment_id))
        .where(states.c.start >= sa.func.coalesce(last, sa.bindparam("begin", start, states.c.start.type)))
        .where(states.c.start < end, sa.or_(states.c.end.is_(None), states.c.end > start))
        .order_by(states.c.equipment_id, states.c.start)
    )
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def last_states(engine: Engine) -> Sequence[Row]:
    """Read the last stretch of equipment_state of each machine."""
    states, machines = TABLES["equipment_state"], TABLES["equipment"]
    before = states.alias("before")
    last = (
        sa.select(sa.func.max(before.c.start))
        .where(before.c.equipment_id == machines.c.equipment_id)
        .correlate(machines)
        .scalar_subquery()
    )
    query = sa.select(*states.columns).select_from(
        machines.join(states, sa.and_(machines.c.equipment_id == states.c.equipment_id, states.c.start == last))
    )
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def alarms_since(engine: Engine, since: datetime, most: int) -> Sequence[Row]:
    """Read the newest alarms that were raised since a moment, and all that still stand."""
    alarms = TABLES["alarm"]
    newest = sa.select(*alarms.columns).where(alarms.c.at >= since).order_by(alarms.c.at.desc()).limit(most)
    standing = sa.select(*alarms.columns).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.at.desc()).limit(most)
    with engine.connect() as connection:
        rows = [*connection.execute(standing).mappings(), *connection.execute(newest).mappings()]
    return list({row["alarm_id"]: dict(row) for row in rows}.values())
