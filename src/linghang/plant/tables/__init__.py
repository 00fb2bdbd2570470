"""All tables of a plant: METADATA, and TABLES in an order in which referenced tables stand first."""

from collections.abc import Mapping

import sqlalchemy as sa

from linghang.plant.columns import METADATA
from linghang.plant.tables import (
    comparators,
    energy,
    enterprise,
    environment,
    equipment,
    finance,
    innovation,
    maintenance,
    people,
    product,
    production,
    quality,
    stock,
    systems,
    trade,
)

__all__ = ["METADATA", "SUBJECTS", "TABLES", "described"]

SUBJECTS = (
    enterprise,
    equipment,
    systems,
    people,
    product,
    trade,
    stock,
    production,
    quality,
    maintenance,
    energy,
    environment,
    finance,
    innovation,
    comparators,
)
"""Modules of tables, each of one subject; a module refers only to tables of modules before it."""

TABLES: Mapping[str, sa.Table] = {
    table.name: table for subject in SUBJECTS for table in vars(subject).values() if isinstance(table, sa.Table)
}
"""Name -> table, in the order of definition: every table stands after those that it refers to."""


def described() -> tuple[sa.Table, ...]:
    """Return the tables grouped by subject, in the order of the documentation."""
    groups: dict[str, list[sa.Table]] = {}
    for table in TABLES.values():
        groups.setdefault(table.info["group"].en, []).append(table)
    return tuple(table for tables in groups.values() for table in tables)
