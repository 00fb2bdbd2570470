"""What an import changed, noted while it is written, and taken back as a whole or not at all.

Noted are the rows that appeared, and rows that changed as they were before and after. Taking back is refused as soon as
one of these rows is no longer what the import made of it, or anything that came later refers to a row that appeared.

The notes of an import stand before it is committed, and those of the one before stay beside them until it was. Whoever
finds both asks the records which import was the last: a process may be killed, and a database lost, at any moment.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from pyarrow import feather
from sqlalchemy.exc import IntegrityError

from linghang.errors import BadInput
from linghang.intake.draft import Draft
from linghang.intake.sheet import whole
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
    """Notes what an import changes; only who holds the workspace against other writers may note.

    Parameters
    ----------
    folder
        Where the notes are; what stands there is replaced once the import is kept.
    at, who, files
        See `Undoable`.
    """

    def __init__(self, folder: Path, at: datetime, who: str, files: Sequence[str]) -> None:
        self.folder, self.at, self.who, self.files = folder, at, who, files
        self.unfinished = folder.with_name(f"{folder.name}.new")
        self.steps: list[dict[str, Any]] = []

    def begin(self, connection: sa.Connection) -> None:
        """Make room for new notes, and put right what a killed process left.

        Raises
        ------
        OSError
            There is no room, or it cannot be written there.
        """
        settle(self.folder, connection)
        shutil.rmtree(self.unfinished, ignore_errors=True)
        self.unfinished.mkdir(parents=True)

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

    def keep(self, commit: Callable[[], None]) -> None:
        """Let the notes stand, and commit; an import that changed nothing leaves those of the one before.

        Raises
        ------
        OSError
            They cannot be written; nothing was committed then.
        """
        if not self.steps:
            commit()
            return
        document = {"at": self.at.isoformat(), "who": self.who, "files": self.files, "steps": self.steps}
        (self.unfinished / _ABOUT).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        before = _before(self.folder)
        if self.folder.exists():
            self.folder.replace(before)
        else:
            before.mkdir()
        self.unfinished.replace(self.folder)
        commit()
        shutil.rmtree(before, ignore_errors=True)

    def forget(self) -> None:
        """Drop what was noted of an import that was not kept."""
        shutil.rmtree(self.unfinished, ignore_errors=True)


def undoable(folder: Path, engine: sa.Engine) -> Undoable | None:
    """Return what the notes of a folder would take back; None where there are none."""
    last = folder
    if _before(folder).exists():
        with engine.connect() as connection:
            last = folder if _in_records(folder, connection) else _before(folder)
    with suppress(OSError, ValueError, KeyError):
        said = json.loads((last / _ABOUT).read_text("utf-8"))
        tables: dict[str, tuple[int, int]] = {}
        for one in said["steps"]:
            new, changed = tables.get(one["table"], (0, 0))
            tables[one["table"]] = (new + one["new"], changed + one["changed"])
        return Undoable(datetime.fromisoformat(said["at"]), said["who"], tuple(said["files"]), tables)
    return None


def settle(folder: Path, connection: sa.Connection) -> None:
    """Let the notes of the last import stand alone; nobody else may write to the workspace meanwhile.

    Raises
    ------
    OSError
        They cannot be moved.
    """
    if _before(folder).exists():
        if _in_records(folder, connection):
            shutil.rmtree(_before(folder))
        else:
            _drop(folder)


def take_back(folder: Path, connection: sa.Connection) -> None:
    """Take the import back of which the notes are, and commit that.

    Raises
    ------
    BadInput
        A row is no longer what the import made of it, or something refers to a new row.
    """
    for number, one in reversed(list(enumerate(_steps(folder)))):
        table = TABLES[one["table"]]
        new, before, after = (_read(folder / f"{number}-{name}.arrow") for name in ("new", "before", "after"))
        if new is not None and new.num_rows:
            _remove(table, _columns(new), connection)
        if before is not None and after is not None and before.num_rows:
            with staged(table, _columns(after), connection) as stage:
                _check(table, stage, after.num_rows, connection, whole=False)
            with staged(table, _columns(before), connection) as stage:
                merge(table, stage, connection)
    _before(folder).mkdir(exist_ok=True)
    connection.commit()
    with suppress(OSError):  # it is taken back, as whoever asks the records will find
        _drop(folder)


def _before(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.before")


def _drop(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _before(folder).replace(folder)


def _in_records(folder: Path, connection: sa.Connection) -> bool:
    """Whether an import is in the records: some row is as it made it."""
    for number, one in enumerate(_steps(folder)):
        table = TABLES[one["table"]]
        for name in ("new", "after"):
            try:
                rows = _read(folder / f"{number}-{name}.arrow")
            except pa.ArrowException:  # the power went before the disk had it
                continue
            if rows is not None and rows.num_rows:
                with staged(table, _columns(rows), connection) as stage:
                    if _count(table, stage, connection, equal_rows(table, stage)):
                        return True
    return False


def _steps(folder: Path) -> Sequence[Mapping[str, Any]]:
    with suppress(OSError, ValueError, KeyError):
        return list(json.loads((folder / _ABOUT).read_text("utf-8"))["steps"])
    return ()


def _remove(table: sa.Table, new: Columns, connection: sa.Connection) -> None:
    count = len(next(iter(new.values())))
    with staged(table, new, connection) as stage:
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
    found = _count(table, stage, connection, *same)
    if found != count:
        raise BadInput(
            "{count} rows of {table} were changed since this import; nothing was taken back",
            count=count - found,
            table=table.info["title"],
        )


def _count(table: sa.Table, stage: sa.Table, connection: sa.Connection, *where: sa.ColumnElement[bool]) -> int:
    """Count the rows of a stage that are in its table and fulfil something there."""
    joined = stage.join(table, on_keys(table, stage))
    return int(connection.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one())


def _read(path: Path) -> pa.Table | None:
    return feather.read_table(str(path), memory_map=False) if path.exists() else None


def _columns(rows: pa.Table) -> dict[str, pa.Array]:
    return {name: whole(rows[name]) for name in rows.column_names}
