"""Parquet files, SQL databases as sources, PostgreSQL as target."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from intake_plant import NOW, Plant
from sqlalchemy import make_url

from linghang.plant.tables import TABLES
from linghang.store.workspace import Workspace, new_workspace
from linghang.usecases.importing import ImportReport, import_files

Said = Callable[[ImportReport], str]


def test_a_parquet_file_keeps_its_values(plant: Plant) -> None:
    at = datetime(2025, 3, 14, 9, 0, 0, 250, UTC)
    table = pa.table(
        {
            "nonconformance_id": pa.array(["N-1"]).dictionary_encode(),
            "product_id": ["W1875"],
            "opened_at": pa.array([at], pa.timestamp("us", "Asia/Tokyo")),
            "closed_at": pa.array([datetime(2025, 3, 15)], pa.timestamp("ns")),
            "quantity": [0.1],
            "disposal": ["scrap"],
            "cost_cny": pa.array([Decimal("640.1234")]),
        }
    )
    pq.write_table(table, plant.folder / "nonconformance.parquet")
    assert not plant.load(str(plant.folder / "nonconformance.parquet")).problems
    row = plant.row("nonconformance", "N-1")
    assert (row["opened_at"], row["quantity"], row["cost_cny"]) == (at, 0.1, Decimal("640.1234"))
    assert row["closed_at"] == datetime(2025, 3, 14, 16, tzinfo=UTC)


def test_a_parquet_column_of_lists_is_refused(plant: Plant, said: Said) -> None:
    pq.write_table(pa.table({"customer_id": ["a"], "name": [[1, 2]]}), plant.folder / "customer.parquet")
    assert "neither texts, numbers, flags nor times" in said(plant.load(str(plant.folder / "customer.parquet")))


@pytest.mark.parametrize("content", [b"text", b"PAR1" + b"\0" * 20 + b"PAR1", b""])
def test_what_is_no_parquet_is_refused(plant: Plant, said: Said, content: bytes) -> None:
    assert "is not a Parquet file" in said(plant.text("customer.parquet", content))


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "mes.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE customer (customer_id TEXT, name TEXT, country TEXT)")
        database.execute("INSERT INTO customer VALUES ('C-1', 'a', 'CN'), ('C-2', 'b', NULL)")
        database.execute("CREATE TABLE T_KUNDE (NR INTEGER, NAME1 TEXT, D TEXT)")
        database.execute("INSERT INTO T_KUNDE VALUES (7, 'x', '2025-03-01'), (8, 'y', '2025-03-02')")
    database.close()
    return f"sqlite:///{path}"


def test_a_database_with_our_tables(new_plant: Plant, source: str) -> None:
    assert new_plant.load(source).tables[0].added == 2
    assert new_plant.load(source).tables[0].unchanged == 2


QUERIES = """
[[source]]
sql_table = "T_KUNDE"
[[source.table]]
to = "customer"
columns = { customer_id = { join = [{ value = "K" }, "NR"] }, name = "NAME1" }

[[source]]
query = "SELECT NR, D FROM T_KUNDE WHERE NR > 7"
[[source.table]]
to = "sales_order"
columns = { order_id = "NR", customer_id = { join = [{ value = "K" }, "NR"] }, ordered_on = "D" }
"""


def test_a_database_with_tables_and_queries_that_the_mapping_names(new_plant: Plant, source: str) -> None:
    assert not new_plant.load(source, mapping=new_plant.mapping(QUERIES)).problems
    assert [row["customer_id"] for row in new_plant.rows("customer")] == ["K7", "K8"]
    assert new_plant.rows("sales_order")[0]["ordered_on"] == date(2025, 3, 2)


def test_a_database_is_never_written(new_plant: Plant, source: str, said: Said) -> None:
    mapping = QUERIES.replace("SELECT NR, D FROM T_KUNDE WHERE NR > 7", "DELETE FROM T_KUNDE RETURNING NR, D")
    assert "readonly" in said(new_plant.load(source, mapping=new_plant.mapping(mapping)))
    with sqlite3.connect(source.removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT count(*) FROM T_KUNDE").fetchone() == (2,)
    database.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:///nowhere.db", "there is no file"),
        ("mysql://a/b", "not from mysql"),
        ("what://x", "not from what"),
        ("://", "is not a database URL"),
    ],
)
def test_a_wrong_url_is_refused(new_plant: Plant, said: Said, url: str, why: str) -> None:
    assert why in said(new_plant.load(url))


def test_a_query_that_fails_is_refused_without_the_password(new_plant: Plant, source: str, said: Said) -> None:
    mapping = new_plant.mapping(QUERIES.replace("T_KUNDE WHERE", "NOWHERE WHERE"))
    assert "no such table" in said(new_plant.load(source, mapping=mapping))
    refused = said(new_plant.load("postgresql://me:secret@127.0.0.1:1/x"))
    assert "cannot be used" in refused
    assert "secret" not in refused


@pytest.fixture
def in_postgresql(tmp_path: Path) -> Iterator[Workspace]:
    url = os.environ.get("LINGHANG_TEST_POSTGRESQL")
    if not url:
        pytest.skip("LINGHANG_TEST_POSTGRESQL names no database")
    name = f"linghang_intake_{uuid4().hex}"
    server = sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    own = make_url(url).set(database=name).render_as_string(hide_password=False)
    workspace = new_workspace(tmp_path / "plant", url=own)
    engine = workspace.engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    yield workspace
    engine.dispose()
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def test_postgresql_takes_the_same_records(in_postgresql: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "nonconformance.csv"
    head = "nonconformance_id,product_id,opened_at,quantity,disposal,cost_cny,corrective_action\n"
    path.write_text(
        head + 'N-1,W1875,2025-03-14 17:00:00.5,2,scrap,640.1234,"a, ""b""\nc"\nN-2,W1875,2025-03-14,0.1,报废,,\n'
    )

    def load(dry_run: bool = False) -> tuple[int, int, int]:
        report = import_files(in_postgresql.folder, [str(path)], now=NOW, dry_run=dry_run)
        assert not report.problems
        return report.tables[0].added, report.tables[0].changed, report.tables[0].unchanged

    assert load(dry_run=True) == (2, 0, 0)
    assert load() == (2, 0, 0)
    assert load() == (0, 0, 2)
    path.write_text(path.read_text().replace("0.1,报废", "0.2,报废"))
    assert load() == (0, 1, 1)
    table = TABLES["nonconformance"]
    engine = in_postgresql.engine()
    with engine.connect() as connection:
        row = connection.execute(sa.select(table).where(table.c.nonconformance_id == "N-1")).one()
    engine.dispose()
    assert row.opened_at == datetime(2025, 3, 14, 9, 0, 0, 500_000, UTC)
    assert (row.cost_cny, row.corrective_action, row.closed_at) == (Decimal("640.1234"), 'a, "b"\nc', None)


def test_postgresql_refuses_and_keeps_nothing(in_postgresql: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "sales_order.csv"
    path.write_text("order_id,customer_id,ordered_on\nS-1,C-9,2025-03-01\n")
    report = import_files(in_postgresql.folder, [str(path)], now=NOW)
    assert "does not know C-9" in str(report.problems[0])
    both = import_files(in_postgresql.folder, [str(path), str(_states(tmp_path))], now=NOW)
    assert both.problem_count == 2


def _states(folder: Path) -> Path:
    path = folder / "equipment_state.csv"
    path.write_text("equipment_id,start,end,state\nLPC-103,2025-03-14 11:00,2025-03-14 12:00,idle\n")
    return path
