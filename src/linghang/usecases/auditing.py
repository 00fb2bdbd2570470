"""Who changed what, when and through which face: every change of a workspace is told of before it is made.

The audit log is a chain of its own beside the ledger (`linghang.evidence.chain`), so that a deed makes no judgement
stale and a bundle of evidence names no person. Every deed names the head of the ledger at that moment: neither of the
two can be exchanged without the other.
"""

import fcntl
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, cast, get_args

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence import chain, ledger
from linghang.evidence.chain import START, Anchor
from linghang.store.workspace import Workspace, open_workspace
from linghang.words import later

T = TypeVar("T")
Face = Literal["console", "api", "command"]
FILE = "audit.jsonl"
LOCK = ".linghang.audit.lock"
WAIT_S = 10.0
"""How long a deed waits for others that are being written; each takes some milliseconds."""
LONGEST = 500
"""Characters of a text that are kept: names come from outside."""
_PASSWORDS = (
    (re.compile(r"(://[^/@:\s]*):\S*@"), r"\1:***@"),
    (re.compile(r"(?i)\b(password|passwd|pwd|sslpassword)=[^&\s]*"), r"\1=***"),
)
"""Of a database's address: before the host, where it may hold `/` and `@` that nobody quoted, or as a setting."""
LOG = logging.getLogger("linghang.audit")


@dataclass(frozen=True, slots=True)
class Deed:
    """A change that somebody asks for.

    Attributes
    ----------
    who
        Name of the account; `local` where the workspace has none; of the system's user on the command line.
    through
        The face it came by.
    what
        A word of the list of changes, such as `documents.add`.
    on
        What is changed: an id, a file's name, an element.
    how
        Small values that say more; never a secret.
    """

    who: str
    through: Face
    what: str
    on: str = ""
    how: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A deed as the log has it.

    Attributes
    ----------
    at
        The caller's clock (UTC).
    ledger
        Records of the ledger of evidence at that time, and the hash of the last one; None where it could not be read.
    """

    deed: Deed
    at: datetime
    ledger: Anchor | None

    def to_dict(self) -> dict[str, Any]:
        """The deed as JSON has it."""
        deed, head = self.deed, self.ledger
        return {
            "at": self.at.astimezone(UTC).isoformat(),
            "who": deed.who,
            "through": deed.through,
            "what": deed.what,
            "on": deed.on,
            "how": dict(deed.how),
            "ledger": None if head is None else head._asdict(),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Told":
        """Read a deed back.

        Raises
        ------
        BadInput
            A key is missing or has the wrong form.
        """
        try:
            texts = [said[name] for name in ("who", "through", "what", "on")]
            if said["through"] not in get_args(Face) or not all(isinstance(one, str) for one in texts):
                raise ValueError(texts)
            deed = Deed(said["who"], cast(Face, said["through"]), said["what"], said["on"], dict(said["how"]))
            head = said["ledger"]
            at = datetime.fromisoformat(said["at"])
            return cls(deed, at, None if head is None else Anchor(head["records"], head["hash"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("is not a deed: {reason}", reason=repr(error)) from None


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a deed that was not done: its number in the log, and why."""

    deed: int
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The failure as JSON has it."""
        return {"deed": self.deed, "reason": self.reason}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Failed":
        """Read a failure back.

        Raises
        ------
        BadInput
            A key is missing or has the wrong form.
        """
        try:
            return cls(int(said["deed"]), str(said["reason"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("is not a deed: {reason}", reason=repr(error)) from None


Act: TypeAlias = Told | Failed


def _written(act: Act) -> tuple[str, object]:
    return ("deed" if isinstance(act, Told) else "failure"), act.to_dict()


CHAIN: chain.Chain[Act] = chain.Chain(
    kinds={"deed": Told.from_dict, "failure": Failed.from_dict},
    written=_written,
    words=chain.Words(
        changed=later("record {number} of the audit log cannot be read; it was changed"),
        unfit=later("record {number} of the audit log does not fit the one before it; it or the chain was changed"),
        missing=later(
            "the audit log has {found} records, but {count} were written; the last {missing} are missing: put the "
            "whole log back"
        ),
        anew=later("record {number} of the audit log is not the one that was written; the chain was computed anew"),
        no_anchor=later("is not the anchor of an audit log; put it back as it was"),
    ),
    plain="",
)


def log_of(folder: Path) -> Path:
    """Return the file of a workspace's audit log."""
    return folder / FILE


def audited(
    folder: Path, deed: Deed, now: datetime, work: Callable[[], T], unless: Callable[[T], str] | None = None
) -> T:
    """Tell of a change, make it, and tell if it failed; return what the work gives.

    Parameters
    ----------
    folder
        The workspace.
    now
        The caller's clock (with a zone).
    work
        What makes the change; what it raises is raised on.
    unless
        Says of what the work gives why nothing was changed after all; empty where it was.

    Raises
    ------
    BadInput
        The folder is no workspace, or the deed cannot be written down: nothing was changed then.
    """
    workspace = open_workspace(folder)
    told = Told(_bounded(deed), now, _head(workspace))
    try:
        number = _append(workspace, told)
    except BadInput as error:
        raise BadInput(
            "nothing was changed, because the audit log cannot tell of it: {reason}", reason=str(error)
        ) from error
    try:
        made = work()
    except BaseException as error:
        _failed(workspace, number, _reason(error))
        raise
    if unless is not None and (why := unless(made)):
        _failed(workspace, number, why)
    return made


def _failed(workspace: Workspace, number: int, reason: str) -> None:
    try:
        _append(workspace, Failed(number, _cut(reason)))
    except BadInput as trouble:
        LOG.error("deed %s failed, which could not be written down: %s", number, trouble)


def _append(workspace: Workspace, act: Act) -> int:
    """Write an act durably and return its number."""
    path = log_of(workspace.folder)
    with _alone(workspace.folder / LOCK):
        last = CHAIN.last(path)
        end = last.end if last else _size(path)
        try:
            CHAIN.append(path, (act,), last)
        except BadInput:
            with suppress(OSError):  # what was never acknowledged must not look like a deed
                if _size(path) > end:
                    os.truncate(path, end)
            raise
        found = CHAIN.anchor(path)
        assert found is not None
        return found.records


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until nobody else writes the log: another thread or another process."""
    try:
        with lock.open("a") as file:
            until = time.monotonic() + WAIT_S
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise BadInput(
                            "another process has been writing for {seconds} s; look what it does",
                            Place(str(lock)),
                            seconds=round(WAIT_S),
                        ) from None
                    time.sleep(0.002)
            yield
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(lock)), reason=reason_of(error)) from None


def _head(workspace: Workspace) -> Anchor | None:
    try:
        return ledger.anchor(workspace.ledger) or Anchor(0, START)
    except BadInput:  # whoever puts things right must be able to; the check of the log says it
        return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _bounded(deed: Deed) -> Deed:
    how = {_cut(str(name)): _cut(str(value)) for name, value in deed.how.items()}
    return Deed(_cut(deed.who) or "?", deed.through, _cut(deed.what), _cut(deed.on), how)


def _cut(text: str) -> str:
    """A text that can be written as UTF-8, is not endless, and holds no password of a database's address."""
    clean = text.encode("utf-8", "backslashreplace").decode()
    for secret, instead in _PASSWORDS:
        clean = secret.sub(instead, clean)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def _reason(error: BaseException) -> str:
    said = str(error)
    return said if isinstance(error, BadInput) else f"{type(error).__name__}: {said}" if said else type(error).__name__
