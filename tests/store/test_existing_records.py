"""A workspace on a database that holds records already: refused by name, unless they are to be taken over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from plant_databases import clear, insert, insert_examples, scratch_postgresql
from sqlalchemy.engine import URL, make_url

from linghang.cli.main import run
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.held import factories_in
from linghang.store.migrate import is_current
from linghang.store.records import counts
from linghang.store.workspace import Workspace, new_workspace, open_workspace

EXAMPLE = TABLES["factory"].info["examples"][0]["name"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database of its own, with nothing in it."""
    if request.param == "sqlite":
        yield make_url(f"sqlite:///{tmp_path / 'shared.sqlite'}")
        return
    with scratch_postgresql() as address:
        yield address


def text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def first(url: URL, tmp_path: Path) -> Workspace:
    """Another plant's workspace on that database, with records."""
    made = new_workspace(tmp_path / "first", "first", url=text(url))
    insert_examples(made.engine())
    return made


def rows(workspace: Workspace) -> int:
    return sum(counts(workspace.engine(), TABLES).values())


def test_another_plants_records_are_refused_by_name_and_left_alone(first: Workspace, tmp_path: Path) -> None:
    before = rows(first)
    with pytest.raises(BadInput) as refused:
        new_workspace(tmp_path / "second", "second", url=text(first.url))
    said = str(refused.value)
    assert f"holds the records of {EXAMPLE} already; choose another database" in said
    assert "--existing" in said
    assert not (tmp_path / "second").exists()
    assert rows(first) == before
    assert is_current(first.engine())


def test_a_password_is_not_said(first: Workspace, tmp_path: Path) -> None:
    if first.url.get_backend_name() == "sqlite":
        return  # it has no passwords
    with pytest.raises(BadInput) as refused:
        new_workspace(tmp_path / "second", url=text(first.url.set(password="geheim")))
    assert "geheim" not in str(refused.value)


def test_several_factories_are_all_named(first: Workspace, tmp_path: Path) -> None:
    other = {**TABLES["factory"].info["examples"][0], "factory_id": "F2", "name": "二厂"}
    insert(first.engine(), "factory", [other])
    with pytest.raises(BadInput, match="already") as refused:
        new_workspace(tmp_path / "second", url=text(first.url))
    assert EXAMPLE in str(refused.value)
    assert "二厂" in str(refused.value)
    assert new_workspace(tmp_path / "third", url=text(first.url), existing=True).name == "third"


def test_records_may_be_taken_over_with_the_name_of_their_factory(first: Workspace, tmp_path: Path) -> None:
    before = rows(first)
    taken = new_workspace(tmp_path / "second", url=text(first.url), existing=True)
    assert taken.name == EXAMPLE
    assert open_workspace(taken.folder) == taken
    assert rows(taken) == before
    named = new_workspace(tmp_path / "third", "my name", url=text(first.url), existing=True)
    assert open_workspace(named.folder).name == "my name"


def test_an_enterprise_without_a_factory_is_named_too(url: URL, tmp_path: Path) -> None:
    made = new_workspace(tmp_path / "first", url=text(url))
    insert(made.engine(), "enterprise", TABLES["enterprise"].info["examples"])
    with pytest.raises(BadInput, match=TABLES["enterprise"].info["examples"][0]["name"]):
        new_workspace(tmp_path / "second", url=text(url))


def test_records_of_nobody_are_refused_too(url: URL, tmp_path: Path) -> None:
    made = new_workspace(tmp_path / "first", url=text(url))
    table = next(name for name, one in TABLES.items() if not one.foreign_keys and name != "enterprise")
    insert(made.engine(), table, TABLES[table].info["examples"])
    assert factories_in(made.engine()) == ()
    with pytest.raises(BadInput, match="holds the records of a factory without a name already"):
        new_workspace(tmp_path / "second", url=text(url))


def test_empty_tables_are_no_records(first: Workspace, tmp_path: Path) -> None:
    """As a first attempt that was given up leaves them."""
    clear(first.engine())
    assert factories_in(first.engine()) is None
    assert new_workspace(tmp_path / "second", "second", url=text(first.url)).name == "second"


def test_a_database_without_records_has_none_to_take_over(url: URL, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no records of a factory; leave --existing out"):
        new_workspace(tmp_path / "first", url=text(url), existing=True)
    assert not (tmp_path / "first").exists()
    with pytest.raises(BadInput, match="holds no records of a factory"):
        new_workspace(tmp_path / "first", existing=True)
    assert not (tmp_path / "first").exists()


def test_a_database_that_was_looked_at_in_vain_is_not_left_behind(tmp_path: Path) -> None:
    file = tmp_path / "mistyped.sqlite"
    with pytest.raises(BadInput, match="holds no records"):
        new_workspace(tmp_path / "first", url=f"sqlite:///{file}", existing=True)
    assert list(tmp_path.iterdir()) == []


def test_tables_of_another_program_are_not_taken_for_records(url: URL, tmp_path: Path) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table factory (title varchar(20))")
        connection.exec_driver_sql("insert into factory values ('not ours')")
    assert factories_in(engine) is None
    with pytest.raises(BadInput, match="the database cannot be used"):
        new_workspace(tmp_path / "first", url=text(url))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select title from factory").scalar() == "not ours"
    engine.dispose()


def test_records_of_a_newer_program_are_refused_as_such(first: Workspace, tmp_path: Path) -> None:
    with first.engine().begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    for existing in (False, True):
        with pytest.raises(BadInput, match="was made by a newer version of the program"):
            new_workspace(tmp_path / "second", url=text(first.url), existing=existing)


def test_the_command_takes_records_over(first: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["new", str(tmp_path / "second"), "--records", text(first.url), "--lang", "en"]
    assert run(command) == 2
    assert f"holds the records of {EXAMPLE} already" in capsys.readouterr().err.replace("\n", " ")
    assert run([*command, "--existing"]) == 0
    assert open_workspace(tmp_path / "second").name == EXAMPLE
