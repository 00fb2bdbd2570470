"""The ledger: observations one after the other, each chained to the one before by its hash.

One line a record, `{"hash", "n", "observation", "previous"}` as canonical JSON; the hash covers the previous hash,
the number and the observation. A changed, removed or added byte breaks the chain at a line that can be named. A
line without its end is an append that was cut off (power, kill -9): it was never acknowledged and is not read.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.observation import Observation, canonical, sha256_of

START = "0" * 64


class Entry(NamedTuple):
    """One record of the ledger."""

    number: int
    hash: str
    observation: Observation


def read(path: Path) -> Iterator[Entry]:
    """Read the ledger from its beginning, checking the chain.

    Raises
    ------
    BadInput
        A record does not fit (the place names its line), or the ledger cannot be read.
    """
    for entry, _ in _lines(path):
        yield entry


def append(path: Path, observations: Iterable[Observation]) -> int:
    """Append observations durably; return how many there were.

    Either all are in the ledger when this returns, or (an error, a kill) a whole number of the first ones.

    Raises
    ------
    BadInput
        The ledger so far does not fit together, or it cannot be written.
    """
    number, previous, end = 0, START, 0
    for entry, length in _lines(path):
        number, previous, end = entry.number, entry.hash, end + length
    lines = []
    for observation in observations:
        number += 1
        content = observation.to_dict()
        digest = _hash(previous, number, content)
        lines.append(_line(number, previous, digest, content))
        previous = digest
    if not lines:
        return 0
    try:
        _write(path, end, b"".join(lines))
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return len(lines)


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
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _lines(path: Path) -> Iterator[tuple[Entry, int]]:
    """Yield the records with the lengths of their lines, checking the chain."""
    previous = START
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                place = Place(str(path), number)
                if not line.endswith(b"\n"):
                    _check_torn(line, number, place)
                    return
                entry = _checked(line, number, previous, place)
                yield entry, len(line)
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


def _checked(line: bytes, number: int, previous: str, place: Place) -> Entry:
    try:
        record = json.loads(line)
        content, digest = record["observation"], record["hash"]
        fits = _line(number, previous, digest, content) == line
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _changed(number, place) from None
    if not fits or digest != _hash(previous, number, content):
        raise BadInput(
            "record {number} of the ledger does not fit the one before it; it or the chain was changed",
            place,
            number=number,
        )
    try:
        return Entry(number, digest, Observation.from_dict(content))
    except BadInput as error:
        raise error.at(place) from None


def _line(number: int, previous: str, digest: str, content: object) -> bytes:
    return canonical({"n": number, "previous": previous, "hash": digest, "observation": content}) + b"\n"


def _hash(previous: str, number: int, content: object) -> str:
    return sha256_of([previous, number, content])
