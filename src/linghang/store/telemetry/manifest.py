"""The manifest: which files hold the points, which tags and texts there are. SQLite, one transaction for each change.

A file is part of the store only while the manifest names it; whatever else lies in the folders is left over from an
interruption. `synchronous=full` in WAL mode: a transaction is durable when it returns.
"""

import errno
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from linghang.errors import BadInput, Place, reason_of
from linghang.store.telemetry.durable import MEGABYTE, free_bytes, refusal
from linghang.store.telemetry.points import FIRST_US
from linghang.store.telemetry.settings import FORMAT
from linghang.store.telemetry.volume import Volume

FILE = "manifest.sqlite"
WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A Parquet file of points, sorted by tag and moment.

    Attributes
    ----------
    path
        Relative to the store's folder.
    volume
        What it covers where files were merged to it; None while it is as it was sealed.
    last_seq
        Number of the last frame in it: of two files with the same (tag, moment), the higher one counts.
    first_us, last_us
        The moments of its first and last point.
    by_day
        How many points it has of each day (days since 1970-01-01).
    size, sums
        Bytes, and the checksums of its blocks.
    """

    path: str
    volume: Volume | None
    last_seq: int
    first_us: int
    last_us: int
    by_day: Mapping[int, int]
    size: int
    sums: bytes

    @property
    def rows(self) -> int:
        """How many points it has."""
        return sum(self.by_day.values())


@dataclass(frozen=True, slots=True)
class RollUp:
    """A Parquet file with the roll-ups of one volume.

    Attributes
    ----------
    path
        Relative to the store's folder.
    volume
        What it covers.
    made_from
        Path of the segment whose points it sums up; it holds only while that segment does, and for ever once the
        volume's points are retired.
    complete
        Whether it has the intervals of every tag, also of those with few points.
    size, sums
        Bytes, and the checksums of its blocks.
    """

    path: str
    volume: Volume
    made_from: str
    complete: bool
    size: int
    sums: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store consisted of at one moment.

    Attributes
    ----------
    generation
        Grows when files leave the store.
    through_seq
        Frames up to this number are in segments.
    retained_us
        Points before this moment are retired.
    merged
        Files of points that were merged, by volume; no point of one lies in another.
    fresh
        Files that are as they were sealed, in the order of writing. They count over merged ones, later over earlier.
    rollups
        Roll-ups by volume.
    """

    generation: int
    through_seq: int
    retained_us: int
    merged: Mapping[Volume, Segment]
    fresh: tuple[Segment, ...]
    rollups: Mapping[Volume, RollUp]


class Manifest:
    """The manifest of one store; safe to use from several threads.

    Parameters
    ----------
    folder
        Of the store.
    writes
        Whether this process is the store's writer; a reader never changes anything.

    Raises
    ------
    BadInput
        There is none, it is damaged, or a newer version made it.
    """

    def __init__(self, folder: Path, writes: bool) -> None:
        self._lock = RLock()
        self._path = folder / FILE
        mode = "rwc" if writes else "ro"
        with self._refusing():
            self._connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=WAIT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._begin(writes)
            except BaseException:
                self._connection.close()
                raise

    def _begin(self, writes: bool) -> None:
        if writes:
            for setting in ("journal_mode=wal", "synchronous=full"):
                self._connection.execute(f"PRAGMA {setting}")
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if found == 0 and writes:
            with self._writing() as sql:
                for statement in _TABLES:
                    sql.execute(statement)
                sql.execute("INSERT INTO standing VALUES (1, 0, 0, ?, x'')", (FIRST_US,))
                sql.execute(f"PRAGMA user_version = {FORMAT}")
        elif found != FORMAT:
            raise BadInput(
                "was made by another version (format {found}, this one reads {format})",
                Place(str(self._path)),
                found=found,
                format=FORMAT,
            )

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    # --- tags and texts ---

    def tags(self, after: int = -1) -> list[tuple[int, str, str]]:
        """Return number, name and kind of the tags with a higher number than `after`."""
        return self._rows("SELECT number, name, kind FROM tag WHERE number > ? ORDER BY number", after)

    def texts(self, after: int = -1) -> list[tuple[int, str]]:
        """Return number and text of the texts with a higher number than `after`."""
        return self._rows("SELECT number, text FROM text WHERE number > ? ORDER BY number", after)

    def add(self, tags: Sequence[tuple[int, str, str]] = (), texts: Sequence[tuple[int, str]] = ()) -> None:
        """Keep new tags (number, name, kind) and texts (number, text)."""
        with self._writing() as sql:
            sql.executemany("INSERT INTO tag VALUES (?, ?, ?)", tags)
            sql.executemany("INSERT INTO text VALUES (?, ?)", texts)

    # --- files ---

    def standing(self) -> Standing:
        """Return what the store consists of now."""
        with self._reading() as sql:
            generation, through, retained = sql.execute(
                "SELECT generation, through_seq, retained_us FROM standing"
            ).fetchone()
            segments = [_segment(row) for row in sql.execute("SELECT * FROM segment ORDER BY last_seq, path")]
            rollups = [_rollup(row) for row in sql.execute("SELECT * FROM rollup")]
        return Standing(
            generation,
            through,
            retained,
            {one.volume: one for one in segments if one.volume is not None},
            tuple(one for one in segments if one.volume is None),
            {one.volume: one for one in rollups},
        )

    def generation(self) -> int:
        """Return how often files have left the store."""
        return int(self._rows("SELECT generation FROM standing")[0][0])

    def state(self) -> tuple[int, bytes]:
        """Return the packed state of the tags, and up to which frame it goes."""
        packed, through = self._rows("SELECT state, through_seq FROM standing")[0]
        return through, packed

    def seal(self, segment: Segment | None, through_seq: int, state: bytes) -> None:
        """Take in a sealed file: the frames up to `through_seq` are no longer needed."""
        with self._writing() as sql:
            if segment is not None:
                _insert(sql, "segment", _row(segment))
            sql.execute("UPDATE standing SET through_seq = ?, state = ?", (through_seq, state))

    def exchange(
        self,
        gone: Sequence[str],
        segments: Sequence[Segment] = (),
        rollups: Sequence[RollUp] = (),
        state: bytes | None = None,
        retained_us: int | None = None,
    ) -> None:
        """Let files go and take others in, all at once. Files that went are kept until no reader needs them."""
        with self._writing() as sql:
            if gone:
                sql.execute("UPDATE standing SET generation = generation + 1")
                names = [(path,) for path in gone]
                for table in ("segment", "rollup"):
                    sql.executemany(f"DELETE FROM {table} WHERE path = ?", names)
                sql.executemany("INSERT INTO gone SELECT ?, generation FROM standing", names)
            for segment in segments:
                _insert(sql, "segment", _row(segment))
            for rollup in rollups:
                _insert(sql, "rollup", _row(rollup))
            if state is not None:
                sql.execute("UPDATE standing SET state = ?", (state,))
            if retained_us is not None:
                sql.execute("UPDATE standing SET retained_us = ?", (retained_us,))

    def gone(self, generation: int) -> list[str]:
        """Return the files that had left the store when it had this generation."""
        return [path for (path,) in self._rows("SELECT path FROM gone WHERE generation <= ?", generation)]

    def forget(self, paths: Sequence[str]) -> None:
        """Forget files that left and are removed now."""
        if paths:
            with self._writing() as sql:
                sql.executemany("DELETE FROM gone WHERE path = ?", [(path,) for path in paths])

    def all_files(self) -> set[str]:
        """Return every file that the manifest names, also those that left."""
        union = "SELECT path FROM segment UNION SELECT path FROM rollup UNION SELECT path FROM gone"
        return {path for (path,) in self._rows(union)}

    # --- transactions ---

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock, self._refusing():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._refusing():
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._refusing():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def _refusal(self, error: sqlite3.Error) -> BadInput:
        place = Place(str(self._path))
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
            return refusal(OSError(errno.ENOSPC, ""), self._path)
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return BadInput("is damaged ({reason}); take it from a copy of the workspace", place, reason=str(error))
        if code & 0xFF == sqlite3.SQLITE_CANTOPEN:
            if not self._path.exists():
                return BadInput("cannot be read: {reason}", place, reason=reason_of(OSError(errno.ENOENT, "")))
            if free_bytes(self._path.parent) < MEGABYTE:  # it cannot make the files that it needs beside the manifest
                return refusal(OSError(errno.ENOSPC, ""), self._path)
        return BadInput("cannot be used: {reason}", place, reason=str(error))


def _insert(sql: sqlite3.Connection, table: str, values: Sequence[object]) -> None:
    # What failed after it was durable is done again.
    sql.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(values))})", values)


def _row(one: Segment | RollUp) -> list[object]:
    """Return a file as a row: a volume is two columns, counts of days are bytes."""
    row: list[object] = []
    for field in fields(one):
        value = getattr(one, field.name)
        if field.name == "volume":
            row += (None, None) if value is None else (value.first_day, value.days)
        elif field.name == "by_day":
            row.append(np.array(sorted(value.items()), np.int64).tobytes())
        else:
            row.append(value)
    return row


def _segment(row: tuple[Any, ...]) -> Segment:
    path, first_day, days, last_seq, first_us, last_us, by_day, size, sums = row
    volume = None if first_day is None else Volume(first_day, days)
    counted = np.frombuffer(by_day, np.int64).reshape(-1, 2)
    counts = dict(zip(counted[:, 0].tolist(), counted[:, 1].tolist(), strict=True))
    return Segment(path, volume, last_seq, first_us, last_us, counts, size, sums)


def _rollup(row: tuple[Any, ...]) -> RollUp:
    path, first_day, days, made_from, complete, size, sums = row
    return RollUp(path, Volume(first_day, days), made_from, bool(complete), size, sums)


_TABLES = (
    "CREATE TABLE standing (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL,"
    " through_seq INTEGER NOT NULL, retained_us INTEGER NOT NULL, state BLOB NOT NULL)",
    "CREATE TABLE tag (number INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (name, kind))",
    "CREATE TABLE text (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    "CREATE TABLE segment (path TEXT PRIMARY KEY, first_day INTEGER, days INTEGER, last_seq INTEGER NOT NULL,"
    " first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, by_day BLOB NOT NULL, size INTEGER NOT NULL,"
    " sums BLOB NOT NULL)",
    "CREATE TABLE rollup (path TEXT PRIMARY KEY, first_day INTEGER NOT NULL, days INTEGER NOT NULL,"
    " made_from TEXT NOT NULL, complete INTEGER NOT NULL, size INTEGER NOT NULL, sums BLOB NOT NULL,"
    " UNIQUE (first_day, days))",
    "CREATE TABLE gone (path TEXT PRIMARY KEY, generation INTEGER NOT NULL)",
)
