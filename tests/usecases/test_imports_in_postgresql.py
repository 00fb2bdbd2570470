"""Pages, filters and taking an import back mean the same in PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from brought_files import ME, NOW, brought
from sqlalchemy.engine import make_url

from linghang.plant.tables import TABLES
from linghang.usecases.import_checks import check_delivery, undo_import
from linghang.usecases.record_pages import rows
from linghang.usecases.workspaces import make_workspace


@pytest.fixture
def in_postgresql(tmp_path: Path) -> Iterator[Path]:
    url = os.environ.get("LINGHANG_TEST_POSTGRESQL")
    if not url:
        pytest.skip("LINGHANG_TEST_POSTGRESQL names no database")
    name = f"linghang_pages_{uuid4().hex}"
    server = sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    own = make_url(url).set(database=name).render_as_string(hide_password=False)
    engine = make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", own).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    yield tmp_path / "works"
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def test_an_import_is_paged_filtered_and_taken_back(in_postgresql: Path) -> None:
    before = list(rows(in_postgresql, "customer").rows)
    known = before[0]["customer_id"]
    lines = [f"C-{number:03d},名{number % 7},CN" for number in range(200)]
    text = "\n".join(["customer_id,name,country", f"{known},改名,CN", *lines])
    found = brought(in_postgresql, ("customer.csv", text.encode()))
    assert check_delivery(in_postgresql, found.id, ME, NOW, keep=True).imported
    whole = rows(in_postgresql, "customer", limit=1000)
    assert whole.total == 200 + len(before)
    page = rows(in_postgresql, "customer", offset=150, limit=20)
    assert list(page.rows) == list(whole.rows)[150:170]
    ordered = [one["name"] for one in rows(in_postgresql, "customer", order="-name", limit=1000).rows]
    assert len(ordered) == whole.total
    assert rows(in_postgresql, "customer", where=["name:is:名3", "country:filled"]).total == 29
    undo_import(in_postgresql)
    assert list(rows(in_postgresql, "customer").rows) == before
