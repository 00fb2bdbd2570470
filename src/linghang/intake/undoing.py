"""What an import changed, noted while it is written, and taken back as a whole or not at all.

Noted are the rows that appeared, and rows that changed as they were before and after. Taking back is refused as soon as
one of these rows is no longer what the import made of it, or anything that came later refers to a row that appeared.
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from pyarrow import feather
from sqlalchemy.exc import IntegrityError

from linghang.errors import BadInput
from linghang.intake.draft import Draft
from linghang.intake.writing import Columns, equal_rows, merge, on_keys, staged
from linghang.plant.tables import TABLES
from linghang.store.records import arrow_of

_ABOUT = "import.json"


@dataclass(frozen=True, slots=True)
class Undoable:
    """The last import that can be taken back.

    Attributes
    ----------
    at, who, files
        When it was made, by whom, and of which files.
    tables
        Table -> rows that appeared and rows that changed.
    """

    at: datetime
    who: str
    files: tuple[str, ...]
    tables: Mapping[str, tuple[int, int]]


class Noting:
    """Notes what an import changes.

    Parameters
    ----------
    folder
        Where the notes are; what stands there is replaced once the import is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.unfinished = Path(mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        self.steps: list[dict[str, Any]] = []

    def appears(self, draft: Draft) -> None:
        """Note that all rows of a draft are new."""
        self._step(draft.table.name, pa.table(dict(draft.arrays)), None, None)

    def merges(self, table: sa.Table, stage: sa.Table, connection: sa.Connection) -> None:
        """Note which rows of a stage are new, and what the others are now and will be."""
        names = [column.name for column in stage.columns]
        own, kept = [table.c[name] for name in names], [stage.c[name] for name in names]
        key = next(iter(table.primary_key.columns))
        joined, changed = stage.join(table, on_keys(table, stage)), sa.not_(equal_rows(table, stage))
        new = sa.select(*kept).select_from(stage.outerjoin(table, on_keys(table, stage))).where(key.is_(None))
        self._step(
            table.name,
            arrow_of(connection, new, own),
            arrow_of(connection, sa.select(*own).select_from(joined).where(changed), own),
            arrow_of(connection, sa.select(*kept).select_from(joined).where(changed), own),
        )

    def _step(self, table: str, new: pa.Table, before: pa.Table | None, after: pa.Table | None) -> None:
        number = len(self.steps)
        for name, rows in (("new", new), ("before", before), ("after", after)):
            if rows is not None:
                feather.write_feather(rows, str(self.unfinished / f"{number}-{name}.arrow"))
        self.steps.append({"table": table, "new": new.num_rows, "changed": before.num_rows if before else 0})

    def kept(self, about: Undoable) -> None:
        """Let the notes stand: the import was kept."""
        document = {"at": about.at.isoformat(), "who": about.who, "files": about.files, "steps": self.steps}
        (self.unfinished / _ABOUT).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.unfinished.replace(self.folder)

    def forget(self) -> None:
        """Drop the notes: nothing was kept."""
        shutil.rmtree(self.unfinished, ignore_errors=True)


def undoable(folder: Path) -> Undoable | None:
    """Return what the notes of a folder would take back; None where there are none."""
    with suppress(OSError, ValueError, KeyError):
        said = json.loads((folder / _ABOUT).read_text("utf-8"))
        tables: dict[str, tuple[int, int]] = {}
        for one in said["steps"]:
            new, changed = tables.get(one["table"], (0, 0))
            tables[one["table"]] = (new + one["new"], changed + one["changed"])
        return Undoable(datetime.fromisoformat(said["at"]), said["who"], tuple(said["files"]), tables)
    return None


def take_back(folder: Path, connection: sa.Connection) -> None:
    """Take an import back, in the transaction of a connection.

    Raises
    ------
    BadInput
        There are no notes, a row is no longer what the import made of it, or something refers to a new row.
    """
    try:
        steps = json.loads((folder / _ABOUT).read_text("utf-8"))["steps"]
    except (OSError, ValueError, KeyError):
        raise BadInput("there is no import that could be taken back") from None
    for number, one in reversed(list(enumerate(steps))):
        table = TABLES[one["table"]]
        new, before, after = (_read(folder / f"{number}-{name}.arrow") for name in ("new", "before", "after"))
        if new is not None and new.num_rows:
            _remove(table, _columns(new), connection)
        if before is not None and after is not None and before.num_rows:
            with staged(table, _columns(after), connection, _silent) as stage:
                _check(table, stage, after.num_rows, connection, whole=False)
            with staged(table, _columns(before), connection, _silent) as stage:
                merge(table, stage, connection)


def _remove(table: sa.Table, new: Columns, connection: sa.Connection) -> None:
    count = len(next(iter(new.values())))
    with staged(table, new, connection, _silent) as stage:
        _check(table, stage, count, connection, whole=True)
        there = sa.exists(sa.select(sa.literal(1)).select_from(stage).where(on_keys(table, stage)))
        try:
            connection.execute(sa.delete(table).where(there))
        except IntegrityError:
            raise BadInput(
                "other records refer to rows of {table} that this import added; nothing was taken back",
                table=table.info["title"],
            ) from None


def _check(table: sa.Table, stage: sa.Table, count: int, connection: sa.Connection, *, whole: bool) -> None:
    """Refuse where a row is gone or changed; with `whole` also where other columns were filled since."""
    same = [equal_rows(table, stage)]
    if whole:
        same += [column.is_(None) for column in table.columns if column.name not in stage.c]
    joined = stage.join(table, on_keys(table, stage))
    found = connection.execute(sa.select(sa.func.count()).select_from(joined).where(*same)).scalar_one()
    if found != count:
        raise BadInput(
            "{count} rows of {table} were changed since this import; nothing was taken back",
            count=count - found,
            table=table.info["title"],
        )


def _read(path: Path) -> pa.Table | None:
    return feather.read_table(str(path), memory_map=False) if path.exists() else None


def _columns(rows: pa.Table) -> dict[str, pa.Array]:
    whole = {name: rows[name].combine_chunks() for name in rows.column_names}
    return {name: one if isinstance(one, pa.Array) else pa.concat_arrays(one.chunks) for name, one in whole.items()}


def _silent(_: int) -> None:
    """Tell nobody."""
