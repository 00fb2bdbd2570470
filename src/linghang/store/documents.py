"""The register of documents of a workspace: files of any kind by sha256, with what they prove.

What was registered is never changed: a change of the description or of the file is a new revision beside the old one,
and a document that no longer counts is retired, which can be undone. `documents.sqlite` holds the register, the folder
`documents/` the files (`documents_files`). A stop at any moment leaves the state before or after a change.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Literal

from linghang.errors import BadInput, Place, reason_of
from linghang.store.documents_card import (
    CONFIDENTIALITY,
    KINDS,
    STATES,
    Description,
    Document,
    Event,
    Extraction,
    Fault,
    State,
    changed,
    made_of,
    number_of,
    state_of,
    with_default_validity,
)
from linghang.store.documents_database import (
    FILE,
    FORMAT,
    NEWEST,
    Database,
    columns_of,
    document,
    microseconds,
    moment,
)
from linghang.store.documents_files import MAX_BYTES, FileShelf, Staged, Told, silent
from linghang.store.documents_search import Hit, search
from linghang.store.workspace import Workspace

__all__ = [
    "CONFIDENTIALITY",
    "FILE",
    "FORMAT",
    "KINDS",
    "MAX_BYTES",
    "STATES",
    "Description",
    "Document",
    "DocumentRegister",
    "Event",
    "Extraction",
    "Fault",
    "Hit",
    "Staged",
    "State",
    "changed",
    "state_of",
    "with_default_validity",
]

LOCK = ".register.lock"


class DocumentRegister:
    """The documents of a workspace; any number of processes may use it at once.

    Parameters
    ----------
    folder
        The workspace's folder; nothing is made in it by reading.
    """

    def __init__(self, folder: Path) -> None:
        self._db = Database(folder)
        self._files = FileShelf(folder / "documents")

    @classmethod
    def of(cls, workspace: Workspace) -> "DocumentRegister":
        """Return the register of a workspace."""
        return cls(workspace.folder)

    # --- changing ---

    @contextmanager
    def staged(self, path: Path, told: Told = silent) -> Iterator[Staged]:
        """Copy a file in beforehand, for whoever registers it while a lock is held; see `FileShelf.staged`."""
        with self._files.staged(path, told) as staged:
            yield staged

    def add(
        self,
        path: Path,
        description: Description,
        now: datetime,
        *,
        told: Told = silent,
        staged: Staged | None = None,
    ) -> Document:
        """Register a document.

        Parameters
        ----------
        path
            The file; it is copied.
        description
            What it is. A maturity report without an end expires with the year of its issue.
        now
            The caller's clock (with a zone).
        told
            Hears how many bytes are copied.
        staged
            The file, where it was copied beforehand.

        Raises
        ------
        BadInput
            The file cannot be kept (it says why), or the register cannot be written; then nothing was changed.
        """
        description = with_default_validity(description, now.date())
        if staged is None:
            with self.staged(path, told) as copied:
                return self.add(path, description, now, staged=copied)
        with self._exclusive():
            self._place(staged)
            with self._db.writing() as db:
                number = db.execute("select coalesce(max(number), 0) + 1 from revision").fetchone()[0]
                made = made_of(number, 1, staged.sha256, path, staged.size_bytes, description, now)
                _keep_file(db, made)
                _keep_revision(db, made, "added")
        return made

    def revise(
        self,
        id: str,
        path: Path | None,
        changes: Mapping[str, Any],
        now: datetime,
        *,
        told: Told = silent,
        staged: Staged | None = None,
    ) -> Document:
        """Register a new revision: another file, or another description; the old one stays readable.

        Parameters
        ----------
        changes
            Name of a part of the `Description` -> what is said now.

        Raises
        ------
        BadInput
            There is no such document, it is retired, nothing changes, or as for `add`.
        """
        if path is not None and staged is None:
            with self.staged(path, told) as copied:
                return self.revise(id, path, changes, now, staged=copied)
        with self._exclusive():
            before = self._living(id)
            description = with_default_validity(changed(before.description, changes), now.date())
            if description == before.description and (staged is None or staged.sha256 == before.sha256):
                raise BadInput("{id}: nothing would change; name another file or what is said anew", id=id)
            if staged is not None:
                self._place(staged)
            sha256, size = (staged.sha256, staged.size_bytes) if staged else (before.sha256, before.size_bytes)
            name = path if path is not None else Path(before.file_name)
            made = made_of(before.number, before.revision + 1, sha256, name, size, description, now)
            with self._db.writing() as db:
                _keep_file(db, made)
                _keep_revision(db, made, "revised")
        return made

    def retire(self, id: str, reason: str, now: datetime) -> Document:
        """Let a document count no longer; file and revisions stay, and `restore` undoes it.

        Raises
        ------
        BadInput
            There is no such document, it is retired already, or no reason is given.
        """
        if not reason.strip():
            raise BadInput("a document is retired for a reason; say which")
        with self._exclusive():
            before = self._living(id)
            with self._db.writing() as db:
                row = (before.number, microseconds(now), reason)
                db.execute("insert into retired (number, at_us, reason) values (?, ?, ?)", row)
                _note(db, before, "retired", reason, now)
        return self.get(id)

    def restore(self, id: str, now: datetime) -> Document:
        """Let a retired document count again.

        Raises
        ------
        BadInput
            There is no such document, or it is not retired.
        """
        with self._exclusive():
            before = self.get(id)
            if before.retired_at is None:
                raise BadInput("{id} is not retired", id=id)
            with self._db.writing() as db:
                db.execute("delete from retired where number = ?", (before.number,))
                _note(db, before, "restored", "", now)
        return self.get(id)

    def keep_text(self, sha256: str, extraction: Extraction, text: str = "") -> None:
        """Keep the text of a file for the search, and how it was come by."""
        with self._db.writing() as db:
            row = db.execute("select id from file where sha256 = ?", (sha256,)).fetchone()
            if row is None:
                raise BadInput("there is no file {sha256} in the register", sha256=sha256)
            db.execute("delete from content where rowid = ?", (row["id"],))
            if text:
                db.execute("insert into content (rowid, text) values (?, ?)", (row["id"], text))
            said = (extraction.state, extraction.remark, sha256)
            db.execute("update file set extraction = ?, remark = ? where sha256 = ?", said)

    # --- looking ---

    def get(self, id: str, revision: int | None = None) -> Document:
        """Return a document: its newest revision, or another one.

        Raises
        ------
        BadInput
            There is none of that number or revision.
        """
        found = self.revisions(id)
        if revision is None:
            return found[-1]
        if not 1 <= revision <= len(found):
            raise BadInput("{id} has revisions 1 to {count}", id=id, count=len(found))
        return found[revision - 1]

    def all(self, *, retired: bool = False) -> tuple[Document, ...]:
        """Return the newest revision of every document, by number; retired ones only where asked for."""
        newest = {one.id: one for one in self._select("order by number, revision")}
        return tuple(one for one in newest.values() if retired or one.retired_at is None)

    def every_revision(self) -> tuple[Document, ...]:
        """Return all revisions of all documents, by number and revision."""
        return tuple(self._select("order by number, revision"))

    def revisions(self, id: str) -> tuple[Document, ...]:
        """Return all revisions of a document, the first one first.

        Raises
        ------
        BadInput
            There is no such document.
        """
        found = tuple(self._select("where number = ? order by revision", number_of(id)))
        if not found:
            raise BadInput("there is no document {id} in the register", Place(str(self._db.path)), id=id)
        return found

    def history(self, id: str) -> tuple[Event, ...]:
        """Return what happened to a document, in its order."""
        with self._db.reading() as db:
            rows = db.execute("select * from event where number = ? order by id", (number_of(id),)) if db else ()
            return tuple(Event(one["what"], one["revision"], moment(one["at_us"]), one["reason"]) for one in rows)

    def path(self, sha256: str) -> Path:
        """Return where the file of a sha256 lies; whoever reads it does not change it."""
        return self._files.path(sha256)

    def by_sha256(self, sha256: str) -> tuple[Document, ...]:
        """Return the newest revisions, retired ones too, that have this file."""
        return tuple(one for one in self.all(retired=True) if one.sha256 == sha256)

    def text(self, sha256: str) -> str | None:
        """Return the text of a file; None where none could be taken out of it (yet)."""
        with self._db.reading() as db:
            asked = "select text from content where rowid = (select id from file where sha256 = ?)"
            row = db.execute(asked, (sha256,)).fetchone() if db else None
            return None if row is None else str(row["text"])

    def extraction(self, sha256: str) -> Extraction:
        """Return how the search came to the text of a file."""
        with self._db.reading() as db:
            asked = "select extraction, remark from file where sha256 = ?"
            row = db.execute(asked, (sha256,)).fetchone() if db else None
            return Extraction("waiting", "") if row is None else Extraction(row["extraction"], row["remark"])

    def waiting(self) -> tuple[str, ...]:
        """Return the files whose text nobody has taken out yet."""
        with self._db.reading() as db:
            rows = db.execute("select sha256 from file where extraction = 'waiting' order by id") if db else ()
            return tuple(one["sha256"] for one in rows)

    def search(self, words: str, *, retired: bool = False) -> tuple[Hit, ...]:
        """Return the documents in which every word stands, in their description or their text, by number."""
        with self._db.reading() as db:
            return search(db, self.all(retired=retired), words) if db else ()

    def check(self, told: Told = silent) -> Iterator[Fault]:
        """Hash every file again and hold files and register against each other; yield what does not fit."""
        named: dict[str, list[str]] = {}
        for one in self.every_revision():
            named.setdefault(one.sha256, []).append(f"{one.id}/{one.revision}")
        for sha256, documents in named.items():
            where = (sha256, self.path(sha256), tuple(documents))
            try:
                found = self._files.digest(sha256, told)
            except BadInput as error:
                yield Fault("unreadable", *where, str(error))
                continue
            if found != sha256:
                yield Fault("missing" if found is None else "changed", *where)
        for sha256 in self._files.kept():
            if sha256 not in named:
                yield Fault("unregistered", sha256, self.path(sha256), ())

    # --- how ---

    def _select(self, tail: str, *values: object) -> Iterator[Document]:
        with self._db.reading() as db:
            rows = db.execute(f"{NEWEST} {tail}", values).fetchall() if db else []
        yield from map(document, rows)

    def _living(self, id: str) -> Document:
        found = self.get(id)
        if found.retired_at is not None:
            raise BadInput("{id} is retired; restore it first", id=id)
        return found

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the register against other writers, and take away what a stop left behind."""
        folder = self._files.folder
        try:
            folder.mkdir(exist_ok=True)
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BadInput("cannot be written: {reason}", Place(str(folder)), reason=reason_of(error)) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._clean()
            yield
        finally:
            os.close(handle)

    def _clean(self) -> None:
        self._files.sweep()
        with self._db.reading() as db:
            left = [one["sha256"] for one in db.execute("select sha256 from incoming")] if db else []
        if not left:
            return
        with self._db.writing() as db:
            for sha256 in left:
                if db.execute("select 1 from file where sha256 = ?", (sha256,)).fetchone() is None:
                    self._files.remove(sha256)
            db.execute("delete from incoming")

    def _place(self, staged: Staged) -> None:
        """Name a file that is new here before it gets its place, so that a stop until it is registered is seen."""
        with self._db.writing() as db:
            if db.execute("select 1 from file where sha256 = ?", (staged.sha256,)).fetchone() is None:
                db.execute("insert or ignore into incoming (sha256) values (?)", (staged.sha256,))
        try:
            self._files.place(staged)
        except OSError as error:
            place = Place(str(error.filename or self._files.folder))
            raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None


def _keep_file(db: Connection, made: Document) -> None:
    row = (made.sha256, made.size_bytes, made.media_type)
    db.execute("insert or ignore into file (sha256, size_bytes, media_type) values (?, ?, ?)", row)
    db.execute("delete from incoming where sha256 = ?", (made.sha256,))


def _keep_revision(db: Connection, made: Document, what: Literal["added", "revised"]) -> None:
    row = columns_of(made)
    marks = ", ".join("?" * len(row))
    db.execute(f"insert into revision ({', '.join(row)}) values ({marks})", tuple(row.values()))
    _note(db, made, what, "", made.added_at)


def _note(db: Connection, of: Document, what: str, reason: str, now: datetime) -> None:
    row = (of.number, of.revision, what, reason, microseconds(now))
    db.execute("insert into event (number, revision, what, reason, at_us) values (?, ?, ?, ?, ?)", row)
