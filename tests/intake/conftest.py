"""A workspace with the plant's example records, and short ways to import into it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from intake_plant import Plant

from linghang.plant.tables import TABLES
from linghang.store.workspace import new_workspace, open_workspace
from linghang.usecases.importing import ImportReport


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_workspace(tmp_path_factory.mktemp("empty") / "plant").folder


@pytest.fixture(scope="session")
def _with_examples(_empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "plant"
    shutil.copytree(_empty, folder)
    engine = open_workspace(folder).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    return folder


@pytest.fixture
def new_plant(_empty: Path, tmp_path: Path) -> Plant:
    shutil.copytree(_empty, tmp_path / "plant")
    return Plant(open_workspace(tmp_path / "plant"), tmp_path)


@pytest.fixture
def plant(_with_examples: Path, tmp_path: Path) -> Plant:
    shutil.copytree(_with_examples, tmp_path / "plant")
    return Plant(open_workspace(tmp_path / "plant"), tmp_path)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the public data that lie beside the project, never in it."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("LINGHANG_SHARED", root.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"the public data are not at {folder} (set LINGHANG_SHARED to the folder that holds data/)")
    return folder


@pytest.fixture
def said() -> Callable[[ImportReport], str]:
    """Give everything that a report complains of, as a person reads it."""

    def all_of(report: ImportReport) -> str:
        return "\n".join(str(one) for one in report.problems)

    return all_of
