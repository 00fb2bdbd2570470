"""Look at the audit log: who changed what and when, newest first, and whether all of it still fits together."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence import ledger
from linghang.evidence.chain import START, anchor_of, lines_backwards
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.auditing import CHAIN, Failed, Told, log_of

MOST = 1_000
"""Deeds that are given at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deeds are looked for.

    Attributes
    ----------
    who
        A part of the name, in any case.
    what
        The beginning of the word: `documents`, or `documents.add`.
    on
        A part of what was changed, in any case.
    since, until
        First and last day, in the plant's zone.
    failed
        Only deeds that failed.
    """

    who: str = ""
    what: str = ""
    on: str = ""
    since: date | None = None
    until: date | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class DeedShown:
    """A deed with what became of it.

    Attributes
    ----------
    number
        Its record in the log, from 1.
    ledger
        How many records the ledger of evidence had then; None where it could not be read.
    failed
        Why it was refused or failed; None where nothing of that kind was told.
    """

    number: int
    at: datetime
    who: str
    through: str
    what: str
    on: str
    how: Mapping[str, str]
    ledger: int | None
    failed: str | None

    def to_dict(self) -> dict[str, Any]:
        """The deed as JSON has it."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "who": self.who,
            "through": self.through,
            "what": self.what,
            "on": self.on,
            "how": dict(self.how),
            "ledger": self.ledger,
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class DeedsPage:
    """Deeds from the newest on; `before` asks for those that follow, None where there are no more."""

    deeds: tuple[DeedShown, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class LogChecked:
    """What a check of the whole log found.

    Attributes
    ----------
    records, hash
        How many records fit together from the first on, and the hash of the last of them: noted elsewhere, they show
        later whether the log is still the same.
    problems
        What does not fit, in words; empty where everything does.
    """

    records: int
    hash: str
    problems: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON has it."""
        return {"records": self.records, "hash": self.hash, "problems": list(self.problems)}


def deeds(folder: Path, wanted: Wanted | None = None, *, before: int | None = None, limit: int = 100) -> DeedsPage:
    """Return deeds from the newest on.

    It reads from the end of the file and keeps a page in memory, however long the log is. Whether the chain fits is
    what `check_log` tells.

    Parameters
    ----------
    before
        Only deeds with a smaller number.
    limit
        How many at most, 1 to 1,000.

    Raises
    ------
    BadInput
        The folder is no workspace, or a record cannot be read.
    """
    workspace = open_workspace(folder)
    asked, most = wanted or Wanted(), max(1, min(limit, MOST))
    zone = ZoneInfo(workspace.time_zone)
    found: list[DeedShown] = []
    for one in _backwards(log_of(workspace.folder)):
        if (before is None or one.number < before) and _fits(one, asked, zone):
            if len(found) == most:
                return DeedsPage(tuple(found), found[-1].number)
            found.append(one)
    return DeedsPage(tuple(found), None)


def check_log(folder: Path, *, anchored: bool = True) -> LogChecked:
    """Check the whole chain, and that the ledger of evidence still holds what every deed saw of it.

    Parameters
    ----------
    anchored
        Whether a lost anchor is a problem: without it records that were cut off the end are not missed. The first
        record may stand without one, where a stop came between the two.

    Raises
    ------
    BadInput
        The folder is no workspace.
    """
    workspace = open_workspace(folder)
    path = log_of(workspace.folder)
    records, last, problems = 0, START, []
    heads: dict[int, tuple[int, str]] = {}
    try:
        for entry in CHAIN.read(path):
            records, last = entry.number, entry.hash
            problems += _noted(entry.number, entry.record, heads)
    except BadInput as error:
        problems.append(str(error))
    if anchored and records > 1 and not anchor_of(path).exists():
        lost = BadInput("is gone; records cut off the end of the log would not be missed", Place(str(anchor_of(path))))
        problems.append(str(lost))
    problems += _unbound(workspace, heads)
    return LogChecked(records, last, tuple(problems))


def _noted(number: int, act: Told | Failed, heads: dict[int, tuple[int, str]]) -> list[str]:
    """Keep what a deed saw of the ledger; say if two saw different things at the same length."""
    if isinstance(act, Failed) or act.ledger is None:
        return []
    first, seen = heads.setdefault(act.ledger.records, (number, act.ledger.hash))
    if seen == act.ledger.hash:
        return []
    problem = BadInput(
        "deeds {first} and {second} saw different records at the same place of the ledger", first=first, second=number
    )
    return [str(problem)]


def _unbound(workspace: Workspace, heads: Mapping[int, tuple[int, str]]) -> list[str]:
    """Say what deeds saw in the ledger and is not there any more."""
    place, length, problems = Place(str(workspace.ledger)), 0, []
    try:
        for entry in ledger.read(workspace.ledger):
            length = entry.number
            number, seen = heads.get(length, (0, entry.hash))
            if seen != entry.hash:
                other = BadInput(
                    "record {record} of the ledger is not the one that deed {number} saw; the ledger was exchanged",
                    place,
                    record=length,
                    number=number,
                )
                problems.append(str(other))
    except BadInput as error:
        problems.append(str(error))
    for records, (number, _) in sorted(heads.items()):
        if records > length:
            short = BadInput(
                "deed {number} saw {records} records in the ledger, which has {found} now",
                place,
                number=number,
                records=records,
                found=length,
            )
            return [*problems, str(short)]
    return problems


def _backwards(path: Path) -> Iterator[DeedShown]:
    """Yield the deeds of a log from its end; a failure stands behind its deed, so it is met first."""
    failures: dict[int, str] = {}
    try:
        end = path.stat().st_size
        for line in lines_backwards(path, end):
            number, act = _act(line, path)
            if isinstance(act, Failed):
                failures[act.deed] = act.reason
            else:
                yield _shown(number, act, failures.pop(number, None))
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None


def _act(line: bytes, path: Path) -> tuple[int, Told | Failed]:
    try:
        said = json.loads(line)
        number = said["n"]
        if type(number) is not int:
            raise ValueError(number)
        return number, Told.from_dict(said["deed"]) if "deed" in said else Failed.from_dict(said["failure"])
    except (BadInput, ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(
            "holds a record that cannot be read; check it with: linghang audit DIR --check", Place(str(path))
        ) from None


def _shown(number: int, told: Told, failed: str | None) -> DeedShown:
    deed = told.deed
    records = None if told.ledger is None else told.ledger.records
    return DeedShown(number, told.at, deed.who, deed.through, deed.what, deed.on, deed.how, records, failed)


def _fits(one: DeedShown, wanted: Wanted, zone: ZoneInfo) -> bool:
    day = one.at.astimezone(zone).date()
    return (
        wanted.who.casefold() in one.who.casefold()
        and one.what.startswith(wanted.what)
        and wanted.on.casefold() in one.on.casefold()
        and (wanted.since is None or day >= wanted.since)
        and (wanted.until is None or day <= wanted.until)
        and not (wanted.failed and one.failed is None)
    )
