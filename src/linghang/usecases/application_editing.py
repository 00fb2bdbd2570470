"""Edit `application.yaml` from a page: checked before it is written, no edit of others lost, one step back."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from linghang.conditions.scenes import load_scenes
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, ManyProblems, Place, reason_of
from linghang.store.documents import DocumentRegister
from linghang.store.whole_file import write_whole
from linghang.store.workspace import open_workspace
from linghang.usecases.application_fields import Values, edited, values_of
from linghang.usecases.report_skeleton import begin_application
from linghang.usecases.report_sources import DEFAULT_PACK, GUIDE, Records, check_named
from linghang.usecases.report_statements import APPLICATION, LIMITS, read_text

__all__ = [
    "APPLICATION",
    "MOST_BYTES",
    "Changed",
    "Statement",
    "begin",
    "check",
    "put_back",
    "read_statement",
    "save",
    "save_values",
    "values_of",
]

MOST_BYTES = LIMITS.bytes
BEFORE = ".application.before.json"
"""The edition before the last edit, beside the file."""
NOTHING = "-"
_ONE_AT_A_TIME = Lock()


class Changed(BadInput):
    """Somebody else has changed the file since it was read."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the file holds.

    Attributes
    ----------
    text
        None where there is no file.
    edition
        sha256 of the file, the first 32 digits; `-` where there is none.
    can_put_back
        Whether the edition before the last edit can be put back: nothing else has changed the file since.
    """

    text: str | None
    edition: str
    can_put_back: bool = False


def read_statement(folder: Path) -> Statement:
    """Read the file; a workspace without it has none.

    Raises
    ------
    BadInput
        The folder is no workspace, or the file is too large, no UTF-8, or cannot be read.
    """
    path = open_workspace(folder).folder / APPLICATION
    data = _bytes(path)
    if data is None:
        return Statement(None, NOTHING, _before(folder, NOTHING) is not None)
    if len(data) > MOST_BYTES:
        raise BadInput("is larger than the {limit} bytes allowed here", Place(APPLICATION), limit=MOST_BYTES)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8 text; save it as UTF-8", Place(APPLICATION)) from None
    edition = _edition(data)
    return Statement(text, edition, _before(folder, edition) is not None)


def check(folder: Path, text: str, pack: str = DEFAULT_PACK) -> Sequence[BadInput]:
    """Say what is wrong with a text that is to become the file, each with its line; nothing where it can be written."""
    workspace = open_workspace(folder)
    try:
        text.encode()
        stated = read_text(text, load_scenes(GUIDE))
        documents = DocumentRegister.of(workspace).all(retired=True)
        check_named(stated, APPLICATION, load_pack(pack), Records(workspace), documents)
    except UnicodeEncodeError:
        return [BadInput("is not UTF-8 text; save it as UTF-8", Place(APPLICATION))]
    except ManyProblems as error:
        return error.problems
    except BadInput as error:
        return [error]
    return []


def save(folder: Path, text: str, known: str, pack: str = DEFAULT_PACK) -> Statement:
    """Write the file: whole or not at all, and only if it can be read and is still the edition that the writer knows.

    Parameters
    ----------
    known
        Edition that the writer began from; `-` where there was no file.
    pack
        Whose conditions the plan may name, beside those of all packs.

    Raises
    ------
    Changed
        The file is another one by now.
    BadInput, ManyProblems
        What is wrong with the text, line by line; the file stays as it is.
    """
    if problems := check(folder, text, pack):
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return _write(folder, text, known)


def save_values(folder: Path, values: Values, known: str, pack: str = DEFAULT_PACK) -> Statement:
    """Put facts of the form into the file; everything else in it stays letter by letter. See `save`."""
    return save(folder, edited(read_statement(folder).text or "", values), known, pack)


def begin(folder: Path) -> Statement:
    """Write the skeleton into a workspace that has no such file; see `begin_application`."""
    with _ONE_AT_A_TIME:
        begin_application(folder)
        data = _bytes(folder / APPLICATION) or b""
        _remember(folder, None, _edition(data))
    return read_statement(folder)


def put_back(folder: Path) -> Statement:
    """Put the edition before the last edit back; once more brings the edit back.

    Raises
    ------
    Changed
        There is no such edition, or somebody else has changed the file since.
    """
    with _ONE_AT_A_TIME:
        path = open_workspace(folder).folder / APPLICATION
        now = _bytes(path)
        found = _before(folder, _edition(now))
        if found is None:
            raise Changed("there is no edition to put back, or the file was changed by others since")
        former = found["text"]
        if former is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, former.encode())
        _remember(folder, now, _edition(_bytes(path)))
    return read_statement(folder)


def _write(folder: Path, text: str, known: str) -> Statement:
    path = open_workspace(folder).folder / APPLICATION
    with _ONE_AT_A_TIME:
        now = _bytes(path)
        if _edition(now) != known:
            raise Changed("was changed by others since you began; look at what is there now", Place(APPLICATION))
        data = text.encode()
        if data != now:
            write_whole(path, data)
            _remember(folder, now, _edition(data))
    return read_statement(folder)


def _remember(folder: Path, former: bytes | None, edition: str) -> None:
    """Keep the former edition, with the one that it can be put back over; a file that was no text is not kept."""
    with suppress(UnicodeDecodeError):
        text = None if former is None else former.decode()
        write_whole(folder / BEFORE, orjson.dumps({"over": edition, "text": text}))


def _before(folder: Path, edition: str) -> dict[str, Any] | None:
    """The edition before, if it can be put back over this one."""
    with suppress(OSError, ValueError):
        found = orjson.loads((folder / BEFORE).read_bytes())
        if isinstance(found, dict) and found.get("over") == edition and "text" in found:
            return found
    return None


def _edition(data: bytes | None) -> str:
    return NOTHING if data is None else sha256(data).hexdigest()[:32]


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(APPLICATION), reason=reason_of(error)) from None
