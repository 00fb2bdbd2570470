"""The ledger: records one after the other, each chained to the one before by its hash.

One line a record, `{"hash", "n", "observation" or "withdrawal", "previous"}` as canonical JSON; the hash covers the
previous hash, the number and the record. A changed, removed or added byte breaks the chain at a line that can be
named. A line without its end is an append that was cut off (power, kill -9): it was never acknowledged and is not read.

Beside the ledger an anchor says how many records there are and the hash of the last one, so that whole records cut
off its end are missed, and a chain that was computed anew is seen. It is written when the ledger is on the disk: a
ledger that is longer than its anchor by whole records was left by a stop between the two, and the next append
heals it.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.observation import Observation, canonical, sha256_of
from linghang.evidence.withdrawal import Record, Withdrawal

START = "0" * 64


class Entry(NamedTuple):
    """One record of the ledger, and where its line ends (bytes)."""

    number: int
    hash: str
    record: Record
    end: int


class Anchor(NamedTuple):
    """How many records there are, and the hash of the last one."""

    records: int
    hash: str


def read(path: Path, after: Entry | None = None) -> Iterator[Entry]:
    """Read the ledger from its beginning, or what came after an entry, checking the chain and the anchor.

    Raises
    ------
    BadInput
        A record does not fit (the place names its line), records are missing at the end, or the ledger cannot be read.
    """
    known = anchor(path)  # before the ledger: who appends now makes that longer first
    last = Anchor(after.number, after.hash) if after else Anchor(0, START)
    _check_anchor(path, known, last)
    for entry in _lines(path, after):
        last = Anchor(entry.number, entry.hash)
        _check_anchor(path, known, last)
        yield entry
    if known and last.records < known.records:
        raise BadInput(
            "the ledger has {found} records, but {count} were written; the last {missing} are missing: put the whole "
            "ledger back",
            Place(str(path)),
            found=last.records,
            count=known.records,
            missing=known.records - last.records,
        )


def append(path: Path, records: Iterable[Record], after: Entry | None = None) -> int:
    """Append records durably; return how many there were.

    Either all are in the ledger when this returns, or (an error, a kill) a whole number of the first ones.

    Parameters
    ----------
    after
        The last entry that the caller has read, so that it is not read again from the beginning.

    Raises
    ------
    BadInput
        The ledger so far does not fit together, or it cannot be written.
    """
    last = after
    for entry in read(path, after):
        last = entry
    number, previous, end = (last.number, last.hash, last.end) if last else (0, START, 0)
    lines = []
    for record in records:
        number += 1
        kind, content = _written(record)
        digest = _hash(previous, number, kind, content)
        lines.append(_line(number, previous, digest, kind, content))
        previous = digest
    try:
        if lines:
            _write(path, end, b"".join(lines))
        if number and anchor(path) != Anchor(number, previous):
            _write_anchor(path, Anchor(number, previous))
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return len(lines)


def anchored(path: Path, last: Entry | None) -> bool:
    """Whether the anchor stands at the last entry, so that nothing could be cut off the end unseen."""
    return anchor(path) == (Anchor(last.number, last.hash) if last else None)


def anchor_of(path: Path) -> Path:
    """Return the file of a ledger's anchor, which goes where the ledger goes."""
    return path.with_suffix(".anchor")


def anchor(path: Path) -> Anchor | None:
    """Read the anchor of a ledger; None if there is none.

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
        raise BadInput("is not the anchor of a ledger; put it back as it was", Place(str(file))) from None
    return found


def _check_anchor(path: Path, known: Anchor | None, found: Anchor) -> None:
    if known and known.records == found.records and known.hash != found.hash:
        raise BadInput(
            "record {number} of the ledger is not the one that was written; the chain was computed anew",
            Place(str(path), found.records),
            number=found.records,
        )


def _write(path: Path, end: int, data: bytes) -> None:
    """Write behind the last whole line and wait until the disk has it."""
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


def _lines(path: Path, after: Entry | None) -> Iterator[Entry]:
    """Yield the records behind an entry, checking the chain."""
    first, previous, end = (after.number + 1, after.hash, after.end) if after else (1, START, 0)
    try:
        with path.open("rb") as file:
            file.seek(end)
            for number, line in enumerate(file, first):
                place = Place(str(path), number)
                if not line.endswith(b"\n"):
                    _check_torn(line, number, place)
                    return
                end += len(line)
                entry = _checked(line, number, previous, end, place)
                yield entry
                previous = entry.hash
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None


def _check_torn(line: bytes, number: int, place: Place) -> None:
    """Refuse a last line that goes on behind its record: no append that was cut off leaves that."""
    text = line.decode(errors="replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return
    if end < len(text):
        raise _changed(number, place)


def _changed(number: int, place: Place) -> BadInput:
    return BadInput("record {number} of the ledger cannot be read; it was changed", place, number=number)


def _checked(line: bytes, number: int, previous: str, end: int, place: Place) -> Entry:
    try:
        record = json.loads(line)
        kind = "withdrawal" if "withdrawal" in record else "observation"
        content, digest = record[kind], record["hash"]
        fits = _line(number, previous, digest, kind, content) == line
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _changed(number, place) from None
    if not fits or digest != _hash(previous, number, kind, content):
        raise BadInput(
            "record {number} of the ledger does not fit the one before it; it or the chain was changed",
            place,
            number=number,
        )
    try:
        said: Record = (Withdrawal if kind == "withdrawal" else Observation).from_dict(content)
    except BadInput as error:
        raise error.at(place) from None
    return Entry(number, digest, said, end)


def _written(record: Record) -> tuple[str, object]:
    return ("withdrawal" if isinstance(record, Withdrawal) else "observation"), record.to_dict()


def _line(number: int, previous: str, digest: str, kind: str, content: object) -> bytes:
    return canonical({"n": number, "previous": previous, "hash": digest, kind: content}) + b"\n"


def _hash(previous: str, number: int, kind: str, content: object) -> str:
    """Hash a record with its chain; the kind of all but observations, of which the first ledgers were made, goes in."""
    return sha256_of([previous, number, content] if kind == "observation" else [previous, number, kind, content])
