"""A workspace in a temporary folder, and short ways to import into it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from linghang.plant.tables import TABLES
from linghang.store.workspace import Workspace
from linghang.usecases.importing import ImportReport, import_files

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Plant:
    """A workspace in a temporary folder."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder

    def file(self, name: str, content: str | bytes) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def load(self, *sources: str, **options: Any) -> ImportReport:
        """Import files."""
        return import_files(self.workspace.folder, sources, **{"now": NOW, **options})

    def text(self, name: str, content: str | bytes, **options: Any) -> ImportReport:
        """Import one text file."""
        return self.load(self.file(name, content), **options)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Read the rows of a table as SQLAlchemy gives them."""
        engine = self.workspace.engine()
        with engine.connect() as connection:
            query = sa.select(TABLES[table]).order_by(*TABLES[table].primary_key.columns)
            found = [dict(row._mapping) for row in connection.execute(query)]
        engine.dispose()
        return found

    def row(self, table: str, key: str) -> dict[str, Any]:
        """Read one row by its first column."""
        first = next(iter(TABLES[table].columns)).name
        (found,) = [row for row in self.rows(table) if row[first] == key]
        return found

    def mapping(self, text: str) -> Path:
        """Write a mapping file."""
        return Path(self.file("mapping.toml", text))
