"""Records read once and kept as Arrow files beside them, until the records change."""

import os
from contextlib import suppress
from pathlib import Path
from threading import get_ident

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import Engine

from linghang.store.records import read
from linghang.store.state import records_state

LEAST_ROWS = 2_000
"""Smaller tables are read from the database faster than it takes to look whether they are kept."""
_STATE = b"linghang.state"


class KeptTables:
    """Tables of the records, from the files of the last reading where nothing was written since.

    Parameters
    ----------
    engine
        Of the records.
    folder
        Where the Arrow files are; None to keep nothing.
    """

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        self.engine = engine
        self.folder = folder
        self.state = records_state(engine) if folder else None

    def read(self, table: sa.Table) -> pa.Table:
        """Return a table as `linghang.store.records.read` does."""
        if self.folder is None or self.state is None:
            return read(self.engine, table)
        path = self.folder / f"{table.name}.arrow"
        if (kept := _kept(path, self.state)) is not None:
            return kept
        found = read(self.engine, table)
        if found.num_rows >= LEAST_ROWS and records_state(self.engine) == self.state:
            _keep(found, path, self.state)
        return found


def _kept(path: Path, state: str) -> pa.Table | None:
    """Return the kept table; None where there is none of this state, or it cannot be read."""
    with suppress(OSError, pa.ArrowInvalid), pa.memory_map(str(path)) as file:
        opened = pa.ipc.open_file(file)
        if (opened.schema.metadata or {}).get(_STATE) == state.encode():
            return opened.read_all().replace_schema_metadata(None)
    return None


def _keep(table: pa.Table, path: Path, state: str) -> None:
    """Keep a table; where that cannot be, nothing is kept and nothing is lost."""
    beside = path.with_suffix(f".{os.getpid()}-{get_ident()}.new")  # others may keep the same at the same moment
    schema = table.schema.with_metadata({_STATE: state})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            pa.OSFile(str(beside), "wb") as file,
            pa.ipc.new_file(file, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer,
        ):
            writer.write_table(table.replace_schema_metadata(schema.metadata))
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
