"""Databases to test with: SQLite always, PostgreSQL where LINGHANG_TEST_POSTGRESQL holds the address of a server."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from linghang.plant.columns import ARROW_TYPES
from linghang.plant.tables import TABLES
from linghang.store.workspace import Workspace

ADDRESS = "LINGHANG_TEST_POSTGRESQL"


def workspace_at(folder: Path, url: URL | None = None) -> Workspace:
    """A workspace whose records are at `url`, or in a new SQLite file of the folder; nothing is made yet."""
    return Workspace(folder, "北疆", "Asia/Shanghai", url or make_url(f"sqlite:///{folder / 'records.sqlite'}"))


@contextmanager
def scratch_postgresql() -> Iterator[URL]:
    """A database of its own, sorted as Chinese is, not by code points."""
    if not os.environ.get(ADDRESS):
        pytest.skip(f"{ADDRESS} holds no address of a PostgreSQL server")
    server = make_url(os.environ[ADDRESS]).set(drivername="postgresql+psycopg")
    name = f"linghang_test_{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    sorting = "template template0 encoding 'UTF8' locale_provider icu icu_locale 'zh-Hans-CN'"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"create database {name} {sorting}")
        try:
            yield server.set(database=name)
        finally:
            connection.exec_driver_sql(f"drop database {name} with (force)")
    engine.dispose()


def insert(engine: sa.Engine, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(TABLES[table].insert(), list(rows))


def insert_examples(engine: sa.Engine) -> None:
    """Put the example rows of every table in: their references fit together."""
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))


def clear(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for table in reversed(TABLES.values()):
            connection.execute(table.delete())


def expected(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """What reading `rows` back has to give; they stand in the order of their keys."""
    schema = pa.schema([(c.name, ARROW_TYPES[c.info["kind"]]) for c in TABLES[table].columns])
    return pa.Table.from_pylist([dict(row) for row in rows], schema)
