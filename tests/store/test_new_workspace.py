"""Making a workspace: where it may lie, what stands in it, and that a failure leaves nothing behind."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from plant_databases import scratch_postgresql

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store import workspace as room
from linghang.store.migrate import is_current
from linghang.store.workspace import new_workspace, open_workspace


def things_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("make", [lambda _: None, lambda folder: folder.mkdir()], ids=["new folder", "empty folder"])
def test_a_workspace_is_made_in_a_new_or_empty_folder(tmp_path: Path, make: Callable[[Path], None]) -> None:
    folder = tmp_path / "works"
    make(folder)
    made = new_workspace(folder)
    assert things_in(folder) == ["documents", "linghang.toml", "records.sqlite", "telemetry"]
    assert made == open_workspace(folder)
    assert (made.name, made.time_zone) == ("works", "Asia/Shanghai")
    assert (made.ledger, made.documents) == (folder / "ledger.jsonl", folder / "documents")
    engine = made.engine()
    assert is_current(engine)
    assert set(sa.inspect(engine).get_table_names()) == {*TABLES, "alembic_version"}
    engine.dispose()


def test_folders_on_the_way_are_made_too(tmp_path: Path) -> None:
    assert new_workspace(tmp_path / "group" / "east" / "works").folder.is_dir()


def test_a_workspace_of_the_folder_that_one_stands_in_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "一厂").mkdir()
    monkeypatch.chdir(tmp_path / "一厂")
    assert new_workspace(Path()).name == "一厂"
    assert open_workspace(Path()).name == "一厂"


@pytest.mark.parametrize("content", ["a.txt", ".hidden"])
def test_a_folder_with_anything_in_it_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / content).write_text("mine")
    with pytest.raises(BadInput, match="is not an empty folder"):
        new_workspace(tmp_path)
    assert things_in(tmp_path) == [content]
    assert (tmp_path / content).read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "works").write_text("mine")
    with pytest.raises(BadInput, match="is not an empty folder"):
        new_workspace(tmp_path / "works")
    assert (tmp_path / "works").read_text() == "mine"


def test_a_workspace_is_not_made_twice(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path / "works", "一厂").folder
    with pytest.raises(BadInput, match="is not an empty folder"):
        new_workspace(folder, "二厂")
    assert open_workspace(folder).name == "一厂"


NAMES = [
    "霍林郭勒市北疆铝轮毂有限公司",
    'the "big" works',
    "it's",
    "back\\slash \\u0041 \\",
    "two\nlines\tand a tab",
    "\x7f\x01 control",
    '"""',
    "]\n[records]\nurl = 'x'",
    "😀 𠀀",
    " spaces ",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_any_name_is_kept_as_it_was_written(tmp_path: Path, name: str, no_database: None) -> None:
    folder = new_workspace(tmp_path / "works", name).folder
    assert open_workspace(folder).name == name


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the tables away where only the file of settings is looked at."""
    monkeypatch.setattr(room, "upgrade", lambda engine: None)


@pytest.mark.parametrize("file", ["a'b.sqlite", 'a"b.sqlite', "库.sqlite"])
def test_records_may_be_kept_in_a_file_of_another_name(tmp_path: Path, file: str) -> None:
    folder = new_workspace(tmp_path / "works", url=f"sqlite:///{file}").folder
    assert (folder / file).is_file()
    assert open_workspace(folder).url.database == str(folder / file)


def test_records_may_lie_outside_of_the_folder(tmp_path: Path) -> None:
    made = new_workspace(tmp_path / "works", url=f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    assert (tmp_path / "elsewhere.sqlite").is_file()
    assert open_workspace(made.folder).url == made.url


def test_the_settings_say_where_the_records_are_and_that_no_password_belongs_there(tmp_path: Path) -> None:
    text = new_workspace(tmp_path / "works", "一厂", "Asia/Urumqi").config.read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        "workspace": {"format": 1, "name": "一厂", "time_zone": "Asia/Urumqi"},
        "records": {"url": "sqlite:///records.sqlite"},
    }
    assert "# A password does not belong here" in text


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_records_may_be_kept_in_postgresql(tmp_path: Path, scheme: str) -> None:
    with scratch_postgresql() as url:
        address = url.set(drivername=scheme) if scheme == "postgresql" else None
        text = (address or url).render_as_string(hide_password=False)
        made = new_workspace(tmp_path / "works", url=text.replace("postgresql+psycopg", scheme))
        assert things_in(made.folder) == ["documents", "linghang.toml", "telemetry"]
        engine = open_workspace(made.folder).engine()
        assert is_current(engine)
        engine.dispose()


# --- failure leaves nothing behind ---

REFUSED = {
    "no URL": ({"url": "records"}, "is not a database URL"),
    "bad port": ({"url": "postgresql://u@host:port/name"}, "is not a database URL"),
    "another database": ({"url": "mysql://u@host/name"}, "SQLite or PostgreSQL, not in mysql"),
    "unreachable server": ({"url": "postgresql://u@127.0.0.1:1/name"}, "the database cannot be used"),
    "unreachable file": ({"url": "sqlite:////nowhere/at/all.sqlite"}, "the database cannot be used"),
    "unknown zone": ({"time_zone": "Asia/Beijing"}, "“Asia/Beijing” is not a time zone"),
    "zone of a path": ({"time_zone": "../etc/passwd"}, "is not a time zone"),
    "no zone": ({"time_zone": ""}, "is not a time zone"),
}


@pytest.mark.parametrize("made_before", [True, False], ids=["empty folder", "new folder"])
@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_made_leaves_nothing_behind(
    tmp_path: Path, options: dict[str, str], message: str, made_before: bool
) -> None:
    folder = tmp_path / "group" / "works"
    if made_before:
        folder.mkdir(parents=True)
    with pytest.raises(BadInput, match=message):
        new_workspace(folder, **options)  # type: ignore[arg-type]
    assert things_in(tmp_path) == (["group", "group/works"] if made_before else [])


def test_an_unreachable_server_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        new_workspace(tmp_path / "works", url="postgresql://reader:geheim@127.0.0.1:1/name")
    assert "reader" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="cannot be written: a part of the path is no folder"):
        new_workspace(tmp_path / "file" / "works")
    with pytest.raises(BadInput, match="cannot be written"):
        new_workspace(tmp_path / ("x" * 300))
    assert things_in(tmp_path) == ["file"]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_text("what I wrote\n" * 100)
    with pytest.raises(BadInput, match="the database cannot be used: file is not a database"):
        new_workspace(tmp_path / "works", url=f"sqlite:///{foreign}")
    assert things_in(tmp_path) == ["notes.txt"]
    assert foreign.read_text() == "what I wrote\n" * 100


@pytest.mark.parametrize("made_before", [True, False], ids=["empty folder", "new folder"])
@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError(28, "No space left on device"), RuntimeError("bug")])
def test_an_interrupted_start_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException, made_before: bool
) -> None:
    def fail(*_: object) -> str:
        raise stop

    monkeypatch.setattr(room, "_config", fail)
    folder = tmp_path / "works"
    if made_before:
        folder.mkdir()
    with pytest.raises(BadInput if isinstance(stop, OSError) else type(stop)):
        new_workspace(folder)
    assert things_in(tmp_path) == (["works"] if made_before else [])
    monkeypatch.undo()
    engine = new_workspace(folder).engine()
    assert is_current(engine)
    engine.dispose()


FULL_DISK = """
import resource, sys
from pathlib import Path
from linghang.errors import BadInput
from linghang.store.workspace import new_workspace
from linghang.words import use
use("en")
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    new_workspace(Path(sys.argv[1]))
except BadInput as error:
    print(error)
"""


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "works")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "the database cannot be used" in ran.stdout
    assert things_in(tmp_path) == []
