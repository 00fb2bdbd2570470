"""Databases with the plant's tables; messages in English."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from plant_databases import clear, scratch_postgresql, workspace_at

from linghang.store.migrate import upgrade
from linghang.words import use


@pytest.fixture(autouse=True)
def _english() -> None:
    use("en")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """An engine of records with all tables, one for each kind of database."""
    folder = tmp_path_factory.mktemp("records")
    if request.param == "sqlite":
        engine = workspace_at(folder).engine()
        upgrade(engine)
        yield engine
        engine.dispose()
        return
    with scratch_postgresql() as url:
        engine = workspace_at(folder, url).engine()
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def records(migrated: sa.Engine) -> Iterator[sa.Engine]:
    """The same, empty before each test."""
    yield migrated
    clear(migrated)
