"""Records read once are kept as Arrow files until the records change."""

from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.plant.tables import TABLES
from linghang.store import kept_tables
from linghang.store.kept_tables import KeptTables
from linghang.store.records import digest, read

ENTERPRISE = TABLES["enterprise"]


@pytest.fixture
def engine(records: Engine) -> Engine:
    """Records with one enterprise, in SQLite and in PostgreSQL."""
    with records.begin() as connection:
        connection.execute(ENTERPRISE.insert(), list(ENTERPRISE.info["examples"]))
    return records


@pytest.fixture(autouse=True)
def _every_table_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_tables, "LEAST_ROWS", 1)


def kept(engine: Engine, folder: Path) -> pa.Table:
    return KeptTables(engine, folder).read(ENTERPRISE)


def test_what_is_kept_is_what_was_read_to_the_last_digest(engine: Engine, tmp_path: Path) -> None:
    first = kept(engine, tmp_path / "cache")
    assert (tmp_path / "cache" / "enterprise.arrow").exists()
    again = kept(engine, tmp_path / "cache")
    assert again.equals(read(engine, ENTERPRISE), check_metadata=True)
    assert digest(again) == digest(first)


def test_the_second_reading_does_not_ask_the_database(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept(engine, tmp_path / "cache")
    monkeypatch.setattr(kept_tables, "read", lambda *_: pytest.fail("the database was asked"))
    assert kept(engine, tmp_path / "cache").equals(first)


def test_a_change_of_the_records_is_seen_though_the_writer_is_still_connected(engine: Engine, tmp_path: Path) -> None:
    kept(engine, tmp_path / "cache")
    writer = sa.create_engine(
        engine.url, poolclass=sa.NullPool
    ).connect()  # keeps the log open: nothing is worked into the database yet
    writer.execute(sa.update(ENTERPRISE).values(name="另一家企业"))
    writer.commit()
    assert kept(engine, tmp_path / "cache")["name"].to_pylist() == ["另一家企业"]
    writer.close()


@pytest.mark.parametrize("spoil", [b"", b"ARROW1 but not really", None])
def test_a_spoiled_file_is_read_anew(engine: Engine, tmp_path: Path, spoil: bytes | None) -> None:
    first = kept(engine, tmp_path / "cache")
    file = tmp_path / "cache" / "enterprise.arrow"
    file.write_bytes(file.read_bytes()[:-40] if spoil is None else spoil)
    assert kept(engine, tmp_path / "cache").equals(first)


def test_without_a_folder_nothing_is_kept(engine: Engine, tmp_path: Path) -> None:
    assert KeptTables(engine, None).read(ENTERPRISE).num_rows == 1
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_made_is_no_failure(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert kept(engine, tmp_path / "cache").num_rows == 1
