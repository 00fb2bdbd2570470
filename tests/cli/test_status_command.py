"""`linghang status`: what a workspace holds, its ledger and health, and what it says where nothing is there yet."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from linghang.cli.main import run
from linghang.evidence.ledger import anchor_of, append
from linghang.evidence.observation import Observation, Source
from linghang.evidence.withdrawal import Withdrawal
from linghang.plant.tables import TABLES
from linghang.store.held import extents
from linghang.store.workspace import Workspace, new_workspace
from linghang.usecases.status import status_of

NOW = datetime(2025, 4, 15, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
EXAMPLE = TABLES["factory"].info["examples"][0]["name"]


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "works", "北疆铝轮毂")


@pytest.fixture
def plant(empty: Workspace) -> Workspace:
    """A workspace that holds the example rows of every table."""
    with empty.engine().begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    return empty


def observation(value: str = "met") -> Observation:
    day = date(2025, 4, 15)
    source = Source("signatory", "plant manager")
    return Observation("base.talent", value, "", day - timedelta(1), day, "plant", "declared", source, NOW)


def printed(folder: Path, capsys: pytest.CaptureFixture[str], language: str = "en") -> str:
    assert run(["status", str(folder), "--lang", language]) == 0
    return " ".join(capsys.readouterr().out.split())


def document(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["status", str(folder), "--json", "--lang", "en"]) == 0
    return json.loads(capsys.readouterr().out)


# --- records ---


def test_the_factory_and_the_records_of_every_subject_are_shown(
    plant: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    said = printed(plant.folder, capsys)
    assert said.startswith(f"北疆铝轮毂 factory {EXAMPLE} time zone Asia/Shanghai database sqlite:///")
    groups = {table.info["group"] for table in TABLES.values()}
    for group in groups:
        assert group.en in said
    chinese = printed(plant.folder, capsys, "zh")
    for group in groups:
        assert group.zh in chinese
    found = document(plant.folder, capsys)
    assert found["factories"] == [EXAMPLE]
    assert {name: one["rows"] for group in found["records"] for name, one in group["tables"].items()} == {
        name: len(table.info["examples"]) for name, table in TABLES.items()
    }


def test_an_empty_workspace_says_what_comes_next(empty: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(empty.folder, capsys)
    assert "factory none in the records yet" in said
    assert "ledger empty; an assessment writes it" in said
    assert "telemetry empty" in said
    assert "no records yet" in said
    assert f"linghang import {empty.folder} records.xlsx" in said
    found = document(empty.folder, capsys)
    assert (found["factories"], found["telemetry"]) == ([], {"files": 0, "bytes": 0})
    assert sum(one["rows"] for one in found["records"]) == 0
    assert found["ledger"] == {
        "observations": 0,
        "withdrawals": 0,
        "bytes": 0,
        "last_made_at": None,
        "head": None,
        "anchored": True,
        "problem": None,
    }


def insert(workspace: Workspace, table: str, **changes: Any) -> None:
    row = {**TABLES[table].info["examples"][0], **changes}
    engine = sa.create_engine(workspace.url)  # without the references
    with engine.begin() as connection:
        connection.execute(TABLES[table].insert(), [row])


def test_the_latest_moment_is_the_last_one_that_has_come(empty: Workspace) -> None:
    insert(empty, "equipment_state", start=NOW - timedelta(2), end=NOW - timedelta(hours=1))
    insert(empty, "equipment_state", equipment_id="x", start=NOW - timedelta(hours=2), end=NOW + timedelta(9))
    insert(empty, "stock_snapshot", day=date(2025, 4, 14))
    insert(empty, "stock_snapshot", day=date(2025, 4, 16))
    found = extents(empty.engine(), TABLES, NOW, ZONE)
    assert found["equipment_state"].rows == 2
    assert found["equipment_state"].latest == NOW - timedelta(hours=1)
    assert found["equipment_state"].latest.tzinfo == ZONE
    assert (found["stock_snapshot"].rows, found["stock_snapshot"].latest) == (2, date(2025, 4, 14))
    assert (found["person"].rows, found["person"].latest) == (0, None)
    groups = {one.title.en: one for one in status_of(empty.folder, NOW).groups}
    assert groups["Equipment"].latest == NOW - timedelta(hours=1)
    assert groups["Warehouse and logistics"].latest == date(2025, 4, 14)
    assert groups["People"].latest is None


def test_the_days_are_the_plants(empty: Workspace) -> None:
    """At 17 o'clock in UTC the plant has the next day."""
    insert(empty, "stock_snapshot", day=date(2025, 4, 16))
    evening = datetime(2025, 4, 15, 17, tzinfo=UTC)
    assert extents(empty.engine(), TABLES, evening, ZONE)["stock_snapshot"].latest == date(2025, 4, 16)
    assert extents(empty.engine(), TABLES, evening, ZoneInfo("UTC"))["stock_snapshot"].latest is None


def test_what_is_promised_is_no_latest_moment(empty: Workspace) -> None:
    planned = [c.name for c in TABLES["sales_order_line"].columns if c.info["future"]]
    assert planned
    insert(empty, "sales_order_line", **dict.fromkeys(planned, date(2025, 4, 1)))
    latest = extents(empty.engine(), TABLES, NOW, ZONE)["sales_order_line"].latest
    assert latest is None or latest < date(2025, 4, 1)


def test_records_of_another_version_are_not_looked_at(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with plant.engine().begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '0000'")
    assert f"bring them up with: linghang upgrade {plant.folder}" in printed(plant.folder, capsys)
    found = document(plant.folder, capsys)
    assert (found["current"], found["records"]) == (False, [])


# --- the ledger ---


def test_the_ledger_is_counted_and_its_head_is_shown(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    append(plant.ledger, [observation(), Withdrawal.of(observation(), date(2025, 4, 16), NOW, "not_stated")])
    found = document(plant.folder, capsys)["ledger"]
    assert (found["observations"], found["withdrawals"], found["anchored"], found["problem"]) == (1, 1, True, None)
    assert found["bytes"] == plant.ledger.stat().st_size
    assert found["last_made_at"] == "2025-04-15T03:00:00+00:00"
    said = printed(plant.folder, capsys)
    assert f"✓ 1 observations, 1 withdrawn, last on 2025-04-15 03:00 UTC; head {found['head'][:16]}" in said


def test_a_damaged_ledger_is_said_with_its_record_and_the_rest_is_shown(
    plant: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    append(plant.ledger, [observation(), observation("unmet")])
    plant.ledger.write_bytes(plant.ledger.read_bytes().replace(b'"unmet"', b'"other"'))
    found = document(plant.folder, capsys)
    assert "record 2 of the ledger does not fit" in found["ledger"]["problem"]
    assert found["ledger"]["observations"] == 1
    assert sum(one["rows"] for one in found["records"]) > 0
    assert "✗" in printed(plant.folder, capsys)


def test_a_ledger_without_its_end_is_said(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    append(plant.ledger, [observation(), observation("unmet")])
    plant.ledger.write_bytes(plant.ledger.read_bytes().splitlines(keepends=True)[0])
    assert "the last 1 are missing" in document(plant.folder, capsys)["ledger"]["problem"]


def test_a_ledger_without_its_anchor_is_doubtful(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    append(plant.ledger, [observation()])
    anchor_of(plant.ledger).unlink()
    assert document(plant.folder, capsys)["ledger"]["anchored"] is False
    assert "? 1 observations" in printed(plant.folder, capsys)
    assert "its anchor does not stand at its end" in printed(plant.folder, capsys)
    assert not anchor_of(plant.ledger).exists()


# --- folders ---


def test_telemetry_and_documents_are_measured(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    below = plant.folder / "telemetry" / "2025" / "04"
    below.mkdir(parents=True)
    (below / "a.parquet").write_bytes(b"x" * 1500)
    (plant.folder / "telemetry" / "wal").write_bytes(b"x" * 500)
    (plant.documents / "certificate.pdf").write_bytes(b"x" * 10)
    found = document(plant.folder, capsys)
    assert found["telemetry"] == {"files": 2, "bytes": 2000}
    assert found["documents"] == {"files": 1, "bytes": 10}
    assert "telemetry 2 files, 2.0 kB documents 1 files, 10 bytes" in printed(plant.folder, capsys)


def test_a_workspace_without_these_folders_has_nothing_in_them(empty: Workspace) -> None:
    empty.documents.rmdir()
    assert status_of(empty.folder, NOW).documents == (0, 0)


# --- refusals ---


def test_what_is_no_workspace_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", str(tmp_path), "--lang", "en"]) == 2
    assert "is no workspace" in capsys.readouterr().err


def test_nothing_is_changed_by_looking(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    append(plant.ledger, [observation()])
    before = {path: path.read_bytes() for path in plant.folder.rglob("*") if path.is_file()}
    printed(plant.folder, capsys)
    after = {path: path.read_bytes() for path in plant.folder.rglob("*") if path.is_file()}
    of_sqlite = {"records.sqlite", "records.sqlite-wal", "records.sqlite-shm"}
    assert {path.name for path in after.keys() - before.keys()} <= of_sqlite
    assert all(after[path] == content for path, content in before.items() if path.name not in of_sqlite)
