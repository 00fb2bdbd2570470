"""Bring a database of records to the tables of this version, step by step, with Alembic."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from linghang.errors import BadInput, Place

if TYPE_CHECKING:  # Alembic takes a fifth of a second to import, and only a change of the tables needs it
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
STEP = table("alembic_version", column("version_num"))


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """Create the tables, or bring them to this version; all or nothing.

    Raises
    ------
    BadInput
        The database cannot be reached, or was made by a newer version.
    """
    from alembic import command

    config = _config()
    place = Place(engine.url.render_as_string(hide_password=True))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # The driver would begin before rows change only: every new table would be kept at once.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            known_step(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise BadInput("the database cannot be used: {reason}", place, reason=str(error.orig).strip()) from None


def is_current(engine: Engine) -> bool:
    """Whether the tables are those of this version.

    Raises
    ------
    BadInput
        The database cannot be reached.
    """
    try:
        with engine.connect() as connection:
            found = _step_of(connection)
    except DBAPIError as error:
        place = Place(engine.url.render_as_string(hide_password=True))
        raise BadInput("the database cannot be used: {reason}", place, reason=str(error.orig).strip()) from None
    return found == _steps()[-1]


def known_step(connection: Connection) -> str | None:
    """Return the step of a database; None of one without tables of ours.

    Raises
    ------
    BadInput
        It was made by a newer version.
    """
    found = _step_of(connection)
    if found is not None and found not in _steps():
        place = Place(connection.engine.url.render_as_string(hide_password=True))
        raise BadInput(
            "was made by a newer version of the program (its tables are at step {found})", place, found=found
        )
    return found


def _step_of(connection: Connection) -> str | None:
    """Step of a database; None of one without tables."""
    if not inspect(connection).has_table(STEP.name):
        return None
    return connection.scalar(select(STEP.c.version_num))


def _steps() -> list[str]:
    """All steps, the newest last: their files are numbered."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
