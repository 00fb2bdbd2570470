"""Valid births on disk: data that wait in the broker's session while we are away can be read when we are back."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from linghang.intake.live.sparkplug.topics import Topic, topic_of
from linghang.store.telemetry.points import StoreFull

_TABLE = "create table if not exists birth (topic text primary key, content blob not null) without rowid"


class Births:
    """The last valid birth of every node and device, kept in an SQLite file.

    Parameters
    ----------
    path
        The file; made where it is absent. A file that cannot be read is begun anew: births can be asked for again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changes: dict[str, bytes | None] = {}

    def load(self) -> list[tuple[Topic, bytes]]:
        """Return the births, nodes before their devices; none where the file is absent or damaged."""
        if not self._path.exists():
            return []
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                rows = connection.execute("select topic, content from birth").fetchall()
        except sqlite3.DatabaseError:
            for end in ("", "-wal", "-shm", "-journal"):
                with suppress(OSError):
                    self._path.with_name(self._path.name + end).unlink()
            return []
        return sorted(((topic_of(topic), content) for topic, content in rows), key=lambda one: one[0].verb == "DBIRTH")

    def put(self, topic: Topic, content: bytes) -> None:
        """Note a birth; it is durable after `save`."""
        self._changes[str(topic)] = content

    def drop(self, topics: Sequence[Topic]) -> None:
        """Note that these births are not valid any more."""
        self._changes.update((str(topic), None) for topic in topics)

    def save(self) -> None:
        """Make everything that was noted durable.

        Raises
        ------
        StoreFull
            There is no space; nothing is forgotten.
        """
        if not self._changes:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path)) as connection, connection:
                connection.execute("pragma synchronous=full")
                connection.execute(_TABLE)
                for topic, content in self._changes.items():
                    if content is None:
                        connection.execute("delete from birth where topic = ?", (topic,))
                    else:
                        connection.execute("insert or replace into birth values (?, ?)", (topic, content))
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreFull("{file}: cannot be written: {reason}", file=str(self._path), reason=str(error)) from None
        self._changes.clear()
