"""A workspace with the example rows of every table, served as it is and with accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from served import PASSWORD, served, serving_of

from linghang.plant.tables import TABLES
from linghang.usecases import passwords
from linghang.usecases.accounts import ROLES, Accounts
from linghang.usecases.workspaces import make_workspace


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """The workspace."""
    folder = tmp_path / "works"
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    return folder


@pytest.fixture
def local(works: Path) -> Iterator[httpx.Client]:
    """A client of the workspace without accounts."""
    with served(serving_of(works)) as client:
        yield client


@pytest.fixture
def peopled(works: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace with an account of every role, named as the role."""
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    accounts = Accounts(works)
    for role in ROLES:
        accounts.add(role, role, PASSWORD, datetime.now(UTC))
    return works


@pytest.fixture
def client(peopled: Path) -> Iterator[httpx.Client]:
    """A client of the workspace with accounts that has not entered."""
    with served(serving_of(peopled)) as client:
        yield client
