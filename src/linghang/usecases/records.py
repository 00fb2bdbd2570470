"""The records of a workspace as tables that are read when they are first looked at."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from linghang.plant.tables import TABLES
from linghang.store.kept_tables import KeptTables
from linghang.store.records import digest
from linghang.store.state import kept_in
from linghang.store.workspace import Workspace


class RecordTables(Mapping[str, pa.Table]):
    """Table name -> Arrow table; each is read once, and its digest computed once.

    Parameters
    ----------
    engine
        Of the records.
    workspace
        Whose records they are; large tables are then kept there as Arrow files until the records change.
    """

    def __init__(self, engine: Engine, workspace: Workspace | None = None) -> None:
        self.kept = KeptTables(engine, kept_in(workspace) / "records" if workspace else None)
        self.read: dict[str, pa.Table] = {}
        self.digests: dict[str, str] = {}

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self.read:
            self.read[name] = self.kept.read(TABLES[name])
        return self.read[name]

    def __contains__(self, name: object) -> bool:
        return name in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def digest(self, name: str) -> str:
        """sha256 of the rows of a table."""
        if name not in self.digests:
            self.digests[name] = digest(self[name])
        return self.digests[name]


class IbisTables(Mapping[str, Any]):
    """The same tables as Ibis expressions on an embedded DuckDB; Arrow is read in place, not copied."""

    def __init__(self, tables: RecordTables) -> None:
        import ibis

        self.tables = tables
        self.backend = ibis.duckdb.connect()
        self.made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.made:
            self.backend.con.register(name, self.tables[name])
            self.made[name] = self.backend.table(name)
        return self.made[name]

    def __contains__(self, name: object) -> bool:
        return name in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


class Digests(Mapping[str, str]):
    """Table name -> digest, computed when it is asked for."""

    def __init__(self, tables: RecordTables) -> None:
        self.tables = tables

    def __getitem__(self, name: str) -> str:
        return self.tables.digest(name)

    def __contains__(self, name: object) -> bool:
        return name in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)
