"""Opening a workspace, its SQLite settings, and that only one process writes to it at a time."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.workspace import CONFIG, Workspace, new_workspace, open_workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return new_workspace(tmp_path_factory.mktemp("opened") / "works", "一厂")


def with_settings(folder: Path, text: str | bytes) -> Path:
    (folder / CONFIG).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_a_folder_without_settings_is_no_workspace_and_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is no workspace \(linghang.toml is missing\).*linghang new"):
        open_workspace(tmp_path)
    with pytest.raises(BadInput, match="is no workspace"):
        open_workspace(tmp_path / "nowhere")


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be read: a part of the path is no folder"):
        open_workspace(tmp_path / "file")


def test_settings_that_are_a_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / CONFIG).mkdir()
    with pytest.raises(BadInput, match="cannot be read: it is a folder"):
        open_workspace(tmp_path)


REFUSED = {
    "broken TOML": ("[workspace\nformat = 1", "is not TOML"),
    "not UTF-8": ("[workspace]\nname = '一厂'".encode("gb18030"), "is not TOML"),
    "newer format": ("[workspace]\nformat = 2", r"format 2, this one reads 1"),
    "no format": ("[workspace]\nname = 'x'", r"format None, this one reads 1"),
    "no table of the workspace": ("", r"format None"),
    "a workspace that is no table": ("workspace = 3", r"format None"),
    "unknown zone": ("[workspace]\nformat = 1\ntime_zone = 'Asia/Beijing'", "“Asia/Beijing” is not a time zone"),
    "a zone that is a number": ("[workspace]\nformat = 1\ntime_zone = 8", "“8” is not a time zone"),
    "no URL": ("[workspace]\nformat = 1\n[records]\nurl = 'records'", "“records” is not a database URL"),
    "a URL that is a number": ("[workspace]\nformat = 1\n[records]\nurl = 5", "“5” is not a database URL"),
    "records that are no table": ("records = 'here'\n[workspace]\nformat = 1", "“here” is not a database URL"),
    "another database": ("[workspace]\nformat = 1\n[records]\nurl = 'mysql://h/n'", "not in mysql"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_settings_that_do_not_fit_are_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        open_workspace(with_settings(tmp_path, text))
    assert str(tmp_path) in str(refused.value)


def test_what_the_settings_leave_out_has_its_default(tmp_path: Path) -> None:
    opened = open_workspace(with_settings(tmp_path, "[workspace]\nformat = 1\n"))
    assert opened == Workspace(tmp_path, tmp_path.name, "Asia/Shanghai", opened.url)
    assert opened.url.database == str(tmp_path / "records.sqlite")


def test_the_day_is_the_plants_unless_one_is_chosen(tmp_path: Path) -> None:
    opened = open_workspace(with_settings(tmp_path, "[workspace]\nformat = 1\ntime_zone = 'Asia/Shanghai'\n"))
    evening = datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert opened.day(evening) == date(2026, 2, 1)
    assert opened.day(evening - timedelta(seconds=1)) == date(2026, 1, 31)
    assert opened.day(evening, date(2025, 1, 1)) == date(2025, 1, 1)


def test_a_workspace_that_moved_finds_its_records(tmp_path: Path) -> None:
    old = new_workspace(tmp_path / "old").folder
    old.rename(tmp_path / "new")
    assert open_workspace(tmp_path / "new").url.database == str(tmp_path / "new" / "records.sqlite")


def test_sqlite_writes_ahead_syncs_every_commit_and_keeps_references(made: Workspace) -> None:
    engine = made.engine()
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            settings = {
                name: connection.exec_driver_sql(f"pragma {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"), engine.begin() as connection:
        connection.execute(TABLES["factory"].insert(), dict(TABLES["factory"].info["examples"][0]))
    engine.dispose()


# --- one writer ---

HOLDING = """
import sys, time
from pathlib import Path
from linghang.store.workspace import open_workspace
with open_workspace(Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_refused_until_the_first_is_done(made: Workspace) -> None:
    with made.writing():
        other = open_workspace(made.folder)
        with pytest.raises(BadInput, match="another process is writing to this workspace"), other.writing():
            raise AssertionError("two writers at once")
    with made.writing():
        pass


def test_an_error_of_the_writer_lets_the_next_one_in(made: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), made.writing():
        raise ZeroDivisionError
    with made.writing():
        pass


def test_a_writer_that_was_killed_lets_the_next_one_in(made: Workspace) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(made.folder)], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        try:
            assert first.stdout.readline() == b"held\n"
            with pytest.raises(BadInput, match="another process is writing"), made.writing():
                raise AssertionError("two writers at once")
        finally:
            os.kill(first.pid, signal.SIGKILL)
            first.wait(10)
    with made.writing():
        pass


def test_a_workspace_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    opened = open_workspace(with_settings(tmp_path, "[workspace]\nformat = 1\n"))
    (tmp_path / ".linghang.lock").mkdir()
    with pytest.raises(BadInput, match="cannot be written: it is a folder"), opened.writing():
        raise AssertionError("nothing was locked")
