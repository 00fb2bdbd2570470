"""Bring a database of records to the tables of this version, step by step, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from linghang.errors import BadInput, Place

MIGRATIONS = Path(__file__).parent / "migrations"


def _config() -> Config:
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
    config = _config()
    place = Place(engine.url.render_as_string(hide_password=True))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # The driver would begin before rows change only: every new table would be kept at once.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            found = MigrationContext.configure(connection).get_current_revision()
            if found is not None and found not in _known():
                raise BadInput(
                    "was made by a newer version of the program (its tables are at step {found})", place, found=found
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise BadInput("the database cannot be used: {reason}", place, reason=str(error.orig).strip()) from None


def _known() -> set[str]:
    return {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def is_current(engine: Engine) -> bool:
    """Whether the tables are those of this version.

    Raises
    ------
    BadInput
        The database cannot be reached.
    """
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        place = Place(engine.url.render_as_string(hide_password=True))
        raise BadInput("the database cannot be used: {reason}", place, reason=str(error.orig).strip()) from None
    return found == ScriptDirectory.from_config(_config()).get_current_head()
