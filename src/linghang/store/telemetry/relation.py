"""The points of a store as a relation for DuckDB, Ibis or Spark: merged files, and what is newer than they."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from linghang.store.telemetry.points import END_US, FIRST_US, SCHEMA, Points
from linghang.store.telemetry.source import Asked
from linghang.store.telemetry.view import View


class Relation:
    """Points of a view. Its files stay until `close`.

    Attributes
    ----------
    paths
        Parquet files with the columns tag, at, value and quality; over all of them each (tag, at) stands once.
    newer
        Points that are not in these files yet, of which a (tag, at) may be in them too: these count. Empty after a
        compaction.
    """

    def __init__(self, view: View, asked: Asked) -> None:
        self._view = view
        first_us = max(asked.first_us, view.standing.retained_us)
        self._asked = replace(asked, first_us=first_us)
        merged = [one for one in view.standing.merged.values() if self._asked.touches(one.first_us, one.last_us)]
        self.paths: tuple[Path, ...] = tuple(view.folder / one.path for one in merged)
        self.newer: pa.Table = Points.joined([block for part in view.parts(asked) for block in part.newer()]).table()

    def __enter__(self) -> "Relation":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._view.close()

    def show(self, connection: Any, name: str = "points") -> None:
        """Make a view in a DuckDB connection with the points that are asked for, each (tag, at) once.

        Parameters
        ----------
        connection
            Of DuckDB; with Ibis it is `backend.con`.
        name
            Of the view; the newer points become a table named after it. Its column "at" needs its quotation marks,
            because DuckDB knows the word.
        """
        columns = ", ".join(f'p."{field.name}"' for field in SCHEMA)
        newer = f'"{name}_newer"'
        connection.register(f"{name}_newer", self.newer)
        query = f"SELECT {columns} FROM {newer} p"
        if self.paths:
            files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in self.paths)
            wanted = self._wanted()
            if self.newer.num_rows:
                wanted.append(f'NOT EXISTS (SELECT 1 FROM {newer} n WHERE n.tag = p.tag AND n."at" = p."at")')
            older = f"SELECT {columns} FROM read_parquet([{files}]) p WHERE {' AND '.join(wanted)}"
            query = f"{older} UNION ALL {query}"
        connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query}')

    def _wanted(self) -> list[str]:
        wanted = ["true"]
        if self._asked.first_us > FIRST_US:
            wanted.append(f'p."at" >= make_timestamptz({self._asked.first_us})')
        if self._asked.end_us < END_US:
            wanted.append(f'p."at" < make_timestamptz({self._asked.end_us})')
        if self._asked.tags is not None:
            wanted.append(f"p.tag IN ({', '.join(map(str, self._asked.tags.tolist())) or 'NULL'})")
        return wanted
