"""A small plant in an engine: rows are differences from the example row of each table of the dictionary."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

Rows = Mapping[str, Sequence[Mapping[str, object]]]


def make(rows: Rows, only: bool = False) -> dict[str, Any]:
    """Make Ibis tables on DuckDB: columns that a row leaves out are empty; tables that are left out have no rows."""
    connection = ibis.duckdb.connect()
    tables = {}
    for name in rows if only else TABLES:
        schema = pa.schema([field.with_nullable(True) for field in arrow_schema(TABLES[name])])
        table = pa.Table.from_pylist([dict(row) for row in rows.get(name, ())], schema=schema)
        tables[name] = connection.create_table(name, table)
    return tables


@pytest.fixture
def plant() -> Callable[..., dict[str, Any]]:
    """Return what makes a plant."""
    return make


@pytest.fixture(scope="module")
def module_plant() -> Callable[..., dict[str, Any]]:
    """Return what makes a plant, for fixtures of a whole module."""
    return make


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of data that is not part of the repository: LINGHANG_SHARED, or ../shared beside it."""
    folder = Path(os.environ.get("LINGHANG_SHARED") or Path(__file__).parents[3] / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder}: set LINGHANG_SHARED")
    return folder / "data"
