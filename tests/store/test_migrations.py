"""Migrations: the tables after them are those of the plant, and a step is made whole or not at all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from plant_databases import insert_examples, scratch_postgresql, workspace_at

from linghang.errors import BadInput
from linghang.plant.tables import METADATA, TABLES
from linghang.store.migrate import MIGRATIONS, is_current, upgrade
from linghang.store.records import counts


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An engine of a database without any table."""
    if request.param == "sqlite":
        engine = workspace_at(tmp_path).engine()
        yield engine
        engine.dispose()
        return
    with scratch_postgresql() as url:
        engine = workspace_at(tmp_path, url).engine()
        yield engine
        engine.dispose()


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def tables_of(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def test_after_the_upgrade_the_tables_are_those_of_the_plant(fresh: sa.Engine) -> None:
    assert not is_current(fresh)
    assert len(differences(fresh)) >= len(TABLES)
    upgrade(fresh)
    assert is_current(fresh)
    assert differences(fresh) == []
    assert tables_of(fresh) == {*TABLES, "alembic_version"}


def test_upgrading_again_changes_nothing(fresh: sa.Engine) -> None:
    upgrade(fresh)
    insert_examples(fresh)
    before = counts(fresh, TABLES)
    upgrade(fresh)
    assert counts(fresh, TABLES) == before
    assert min(before.values()) > 0
    assert differences(fresh) == []


def test_a_database_of_a_newer_version_is_refused_and_left_alone(fresh: sa.Engine) -> None:
    upgrade(fresh)
    with fresh.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(BadInput, match=r"newer version of the program \(its tables are at step 9999\)"):
        upgrade(fresh)
    assert not is_current(fresh)
    with fresh.connect() as connection:
        assert connection.exec_driver_sql("select version_num from alembic_version").scalar() == "9999"


def test_the_steps_can_be_taken_back(fresh: sa.Engine) -> None:
    upgrade(fresh)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with fresh.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables_of(fresh) == {"alembic_version"}
    upgrade(fresh)
    assert differences(fresh) == []


def test_a_table_of_somebody_else_stops_the_upgrade_before_anything_is_made(fresh: sa.Engine) -> None:
    with fresh.begin() as connection:
        connection.exec_driver_sql("create table supplier (number integer)")
    with pytest.raises(BadInput, match=r"the database cannot be used: .*supplier"):
        upgrade(fresh)
    assert tables_of(fresh) == {"supplier"}


@pytest.mark.parametrize("after", [1, 17, len(TABLES)])
def test_an_upgrade_that_fails_in_the_middle_leaves_the_tables_as_they_were(fresh: sa.Engine, after: int) -> None:
    made = 0

    def stop(_c: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal made
        made += "CREATE TABLE" in statement
        if made == after:
            raise KeyboardInterrupt

    sa.event.listen(fresh, "before_cursor_execute", stop)
    with pytest.raises(KeyboardInterrupt):
        upgrade(fresh)
    sa.event.remove(fresh, "before_cursor_execute", stop)
    assert made == after
    assert tables_of(fresh) == set()
    upgrade(fresh)
    assert differences(fresh) == []


def test_a_database_that_cannot_be_reached_is_refused_in_words(tmp_path: Path) -> None:
    engine = workspace_at(tmp_path, sa.make_url("postgresql+psycopg://u:geheim@127.0.0.1:1/name")).engine()
    for question in (upgrade, is_current):
        with pytest.raises(BadInput, match=r"the database cannot be used: .*Connection refused") as refused:
            question(engine)
        assert "geheim" not in str(refused.value)


KILLED = """
import os, signal, sys
import sqlalchemy as sa
from pathlib import Path
from plant_databases import workspace_at
from linghang.store.migrate import upgrade
engine = workspace_at(Path(sys.argv[1]), sa.make_url(sys.argv[2])).engine()
made = 0
@sa.event.listens_for(engine, "after_cursor_execute")
def stop(_c, _cursor, statement, *_):
    global made
    made += "CREATE" in statement
    if made == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
upgrade(engine)
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 2, 25, 50])
def test_an_upgrade_that_is_killed_leaves_the_tables_as_they_were(fresh: sa.Engine, tmp_path: Path, after: int) -> None:
    url = fresh.url.render_as_string(hide_password=False)
    command_line = [sys.executable, "-c", KILLED, str(tmp_path), url, str(after)]
    ran = subprocess.run(command_line, cwd=Path(__file__).parent, check=False, timeout=60)
    assert ran.returncode == -9
    assert tables_of(fresh) == set()
    upgrade(fresh)
    assert differences(fresh) == []
