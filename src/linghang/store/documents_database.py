"""The database of the register: one SQLite file in the workspace's folder."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, Place
from linghang.store.documents_card import Document, document_id

FILE = "documents.sqlite"
FORMAT = 1
_LISTS = ("proves", "states", "links")
_DAYS = ("issued_on", "supports_from", "supports_to", "valid_until")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEMA = """
create table revision (
  number integer not null, revision integer not null, sha256 text not null, file_name text not null,
  title text not null, kind text not null, proves text not null, states text not null, issuer text not null,
  issued_on text, supports_from text, supports_to text, valid_until text, owner text not null,
  confidentiality text not null, links text not null, note text not null, added_us integer not null,
  primary key (number, revision)
) without rowid;
create index revision_file on revision (sha256);
create table retired (number integer primary key, at_us integer not null, reason text not null);
create table event (
  id integer primary key, number integer not null, revision integer not null, what text not null,
  reason text not null, at_us integer not null
);
create table file (
  id integer primary key, sha256 text not null unique, size_bytes integer not null, media_type text not null,
  extraction text not null default 'waiting', remark text not null default ''
);
create table incoming (sha256 text primary key) without rowid;
create virtual table content using fts5(text, tokenize='trigram')
"""
NEWEST = (
    "select r.*, f.size_bytes, f.media_type, t.at_us as retired_us, coalesce(t.reason, '') as retired_reason"
    " from revision r join file f using (sha256) left join retired t using (number)"
)
"""All revisions with their files; of a retired document every revision is retired."""


class Database:
    """The file `documents.sqlite`; it is made by the first writing.

    Parameters
    ----------
    folder
        Of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Read it; None where there is none yet.

        Raises
        ------
        BadInput
            It was made by a newer version, or is damaged.
        """
        if not self.path.is_file():
            yield None
            return
        with self._connected(_uri(self.path)) as db:
            if db.execute("pragma user_version").fetchone()[0] == 0:
                yield None
                return
            self._check(db)
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change it, wholly or not at all.

        Raises
        ------
        BadInput
            It was made by a newer version, is damaged, or cannot be written.
        """
        with self._connected(f"file:{_quoted(self.path)}?mode=rwc") as db:
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = full")
            db.execute("begin immediate")
            try:
                if db.execute("pragma user_version").fetchone()[0] == 0:
                    for statement in _SCHEMA.split(";"):
                        db.execute(statement)
                    db.execute(f"pragma user_version = {FORMAT}")
                self._check(db)
                yield db
            except BaseException:
                if db.in_transaction:  # a full disk has rolled it back already
                    db.execute("rollback")
                raise
            db.execute("commit")

    @contextmanager
    def _connected(self, uri: str) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                yield db
        except sqlite3.Error as error:
            raise BadInput("the database cannot be used: {reason}", Place(str(self.path)), reason=error) from None

    def _check(self, db: sqlite3.Connection) -> None:
        found = db.execute("pragma user_version").fetchone()[0]
        if found > FORMAT:
            raise BadInput(
                "was made by a newer version of the program (format {found}, this one reads {format}); use that one",
                Place(str(self.path)),
                found=found,
                format=FORMAT,
            )


def _uri(path: Path) -> str:
    """Name the file for reading; on a disk where nothing can be written SQLite may make no file beside it."""
    writable = os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)
    return f"file:{_quoted(path)}?mode={'rw' if writable else 'ro&immutable=1'}"


def _quoted(path: Path) -> str:
    return path.absolute().as_uri().removeprefix("file://")


def microseconds(moment: datetime) -> int:
    """Return microseconds since 1970, UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(us: int) -> datetime:
    """Return the moment of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)


def document(row: sqlite3.Row) -> Document:
    """Read one row of `NEWEST`."""
    values: dict[str, Any] = dict(row)
    values |= {name: tuple(json.loads(values[name])) for name in _LISTS}
    values |= {name: date.fromisoformat(values[name]) if values[name] else None for name in _DAYS}
    values["id"], values["added_at"] = document_id(values["number"]), moment(values["added_us"])
    values["retired_at"] = moment(values["retired_us"]) if values["retired_us"] is not None else None
    return Document(**{one.name: values[one.name] for one in fields(Document)})


def columns_of(given: Document) -> dict[str, Any]:
    """Write a document as a row of `revision`."""
    values: dict[str, Any] = {one.name: getattr(given, one.name) for one in fields(given)}
    values |= {name: json.dumps(values[name], ensure_ascii=False) for name in _LISTS}
    values |= {name: values[name].isoformat() if values[name] else None for name in _DAYS}
    values |= {"number": given.number, "added_us": microseconds(given.added_at)}
    for name in ("id", "added_at", "retired_at", "retired_reason", "size_bytes", "media_type"):
        del values[name]
    return values
