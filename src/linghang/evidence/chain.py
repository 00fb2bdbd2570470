"""A chain: records one after the other in a file, each bound to the one before by its hash.

One line a record, `{"hash", "n", <kind>, "previous"}` as canonical JSON; the hash covers the previous hash, the number
and the record. A changed, removed or added byte breaks the chain at a line that can be named. A line without its end is
an append that was cut off (power, kill -9): it was never acknowledged and is not read.

Beside the chain an anchor says how many records there are and the hash of the last one, so that whole records cut off
its end are missed, and a chain that was computed anew is seen. It is written when the chain is on the disk: a chain
that is longer than its anchor by whole records was left by a stop between the two, and the next append heals it.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.observation import canonical, sha256_of

R = TypeVar("R")
START = "0" * 64
BLOCK_BYTES = 1 << 16


class Entry(NamedTuple, Generic[R]):
    """One record of a chain, and where its line ends (bytes)."""

    number: int
    hash: str
    record: R
    end: int


class Anchor(NamedTuple):
    """How many records there are, and the hash of the last one."""

    records: int
    hash: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one chain that does not fit: messages of the catalogue.

    Attributes
    ----------
    changed, unfit
        A record cannot be read, or does not fit the one before it ({number}).
    missing
        Records at the end are gone ({found}, {count}, {missing}).
    anew
        The last record is not the one that was written ({number}).
    no_anchor
        The file beside it is no anchor.
    """

    changed: str
    unfit: str
    missing: str
    anew: str
    no_anchor: str


@dataclass(frozen=True, slots=True)
class Chain(Generic[R]):
    """What one sort of chain holds.

    Attributes
    ----------
    kinds
        Kind of record -> how one is read back from its JSON. A line is of the first kind whose name is a key of it.
    written
        Kind and JSON of a record.
    words
        What is said of a chain that does not fit.
    plain
        The kind whose name does not go into the hash; all others' do.
    """

    kinds: Mapping[str, Callable[[Mapping[str, Any]], R]]
    written: Callable[[R], tuple[str, object]]
    words: Words
    plain: str

    def read(self, path: Path, after: Entry[R] | None = None) -> Iterator[Entry[R]]:
        """Read a chain from its beginning, or what came after an entry, checking it and its anchor.

        Raises
        ------
        BadInput
            A record does not fit (the place names its line), records are missing at the end, or it cannot be read.
        """
        known = self.anchor(path)  # before the chain: who appends now makes that longer first
        last = Anchor(after.number, after.hash) if after else Anchor(0, START)
        self._check_anchor(path, known, last)
        for entry in self._lines(path, after):
            last = Anchor(entry.number, entry.hash)
            self._check_anchor(path, known, last)
            yield entry
        if known and last.records < known.records:
            raise BadInput(
                self.words.missing,
                Place(str(path)),
                found=last.records,
                count=known.records,
                missing=known.records - last.records,
            )

    def append(self, path: Path, records: Iterable[R], after: Entry[R] | None = None) -> int:
        """Append records durably; return how many there were.

        Either all are in the chain when this returns, or (an error, a kill) a whole number of the first ones.

        Parameters
        ----------
        after
            The last entry that the caller has read, so that it is not read again from the beginning.

        Raises
        ------
        BadInput
            The chain so far does not fit together, or it cannot be written.
        """
        last = after
        for entry in self.read(path, after):
            last = entry
        number, previous, end = (last.number, last.hash, last.end) if last else (0, START, 0)
        lines = []
        for record in records:
            number += 1
            kind, content = self.written(record)
            digest = self._hash(previous, number, kind, content)
            lines.append(_line(number, previous, digest, kind, content))
            previous = digest
        try:
            if lines:
                write_behind(path, end, b"".join(lines))
            if number and self.anchor(path) != Anchor(number, previous):
                _write_anchor(path, Anchor(number, previous))
        except OSError as error:
            raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
        return len(lines)

    def last(self, path: Path) -> Entry[R] | None:
        """Return the entry that the anchor stands at, found from the end of the file; None where that is not so.

        What stands before it is not looked at: who only wants to append behind it need not read all.

        Raises
        ------
        BadInput
            The file or its anchor cannot be read.
        """
        known = self.anchor(path)
        if known is None:
            return None
        try:
            size = path.stat().st_size
            line = next(lines_backwards(path, size, torn=True), b"")
            previous = json.loads(line)["previous"]
            found = self._checked(line, known.records, previous, size, Place(str(path), known.records))
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None
        except (BadInput, ValueError, KeyError, TypeError, RecursionError):
            return None
        return found if found.hash == known.hash else None

    def anchored(self, path: Path, last: Entry[R] | None) -> bool:
        """Whether the anchor stands at the last entry, so that nothing could be cut off the end unseen."""
        return self.anchor(path) == (Anchor(last.number, last.hash) if last else None)

    def anchor(self, path: Path) -> Anchor | None:
        """Read the anchor of a chain; None if there is none.

        Raises
        ------
        BadInput
            It cannot be read.
        """
        file = anchor_of(path)
        try:
            said = json.loads(file.read_bytes())
            found = Anchor(said["records"], said["hash"])
            if type(found.records) is not int or found.records < 1 or not isinstance(found.hash, str):
                raise ValueError(said)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason_of(error)) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadInput(self.words.no_anchor, Place(str(file))) from None
        return found

    def _check_anchor(self, path: Path, known: Anchor | None, found: Anchor) -> None:
        if known and known.records == found.records and known.hash != found.hash:
            raise BadInput(self.words.anew, Place(str(path), found.records), number=found.records)

    def _lines(self, path: Path, after: Entry[R] | None) -> Iterator[Entry[R]]:
        """Yield the records behind an entry, checking the chain."""
        first, previous, end = (after.number + 1, after.hash, after.end) if after else (1, START, 0)
        try:
            with path.open("rb") as file:
                file.seek(end)
                for number, line in enumerate(file, first):
                    place = Place(str(path), number)
                    if not line.endswith(b"\n"):
                        self._check_torn(line, number, place)
                        return
                    end += len(line)
                    entry = self._checked(line, number, previous, end, place)
                    yield entry
                    previous = entry.hash
        except FileNotFoundError:
            return
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None

    def _check_torn(self, line: bytes, number: int, place: Place) -> None:
        """Refuse a last line that goes on behind its record: no append that was cut off leaves that."""
        text = line.decode(errors="replace")
        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return
        if end < len(text):
            raise BadInput(self.words.changed, place, number=number)

    def _checked(self, line: bytes, number: int, previous: str, end: int, place: Place) -> Entry[R]:
        try:
            record = json.loads(line)
            kind = next((one for one in self.kinds if one in record), "")
            content, digest = record[kind], record["hash"]
            fits = _line(number, previous, digest, kind, content) == line
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadInput(self.words.changed, place, number=number) from None
        if not fits or digest != self._hash(previous, number, kind, content):
            raise BadInput(self.words.unfit, place, number=number)
        try:
            said = self.kinds[kind](content)
        except BadInput as error:
            raise error.at(place) from None
        return Entry(number, digest, said, end)

    def _hash(self, previous: str, number: int, kind: str, content: object) -> str:
        return sha256_of([previous, number, content] if kind == self.plain else [previous, number, kind, content])


def anchor_of(path: Path) -> Path:
    """Return the file of a chain's anchor, which goes where the chain goes."""
    return path.with_suffix(".anchor")


def lines_backwards(path: Path, end: int, *, torn: bool = False) -> Iterator[bytes]:
    """Yield the lines of a file from an end (bytes) back to its beginning, each with its own end.

    Parameters
    ----------
    torn
        Yield what stands behind the last line's end too, if there is anything.

    Memory: a block and the longest line.
    """
    with path.open("rb") as file:
        rest, ending = b"", b""
        while end > 0:
            size = min(BLOCK_BYTES, end)
            end -= size
            file.seek(end)
            rest, *lines = (file.read(size) + rest).split(b"\n")
            for line in reversed(lines):
                if ending or (torn and line):
                    yield line + ending
                ending = b"\n"
        if ending or (torn and rest):
            yield rest + ending


def write_behind(path: Path, end: int, data: bytes) -> None:
    """Write behind the last whole line (bytes), over what an append that was cut off left there; synced on return."""
    existed = path.exists()
    with path.open("r+b" if existed else "xb") as file:
        file.truncate(end)
        file.seek(end)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if not existed:
        _sync(path.parent)


def _write_anchor(path: Path, found: Anchor) -> None:
    """Put the new anchor in place of the old one: whoever looks sees one of the two."""
    file = anchor_of(path)
    beside = file.with_suffix(".anchor.new")
    with beside.open("wb") as new:
        new.write(canonical(found._asdict()) + b"\n")
        new.flush()
        os.fsync(new.fileno())
    beside.replace(file)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _line(number: int, previous: str, digest: str, kind: str, content: object) -> bytes:
    return canonical({"n": number, "previous": previous, "hash": digest, kind: content}) + b"\n"
