"""Remarks that a reviewer accepts with a written reason: kept in the workspace, shown as accepted, reversible."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from linghang.errors import BadInput, Place
from linghang.report.remarks import Remark
from linghang.store.whole_file import write_whole
from linghang.store.workspace import open_workspace
from linghang.words import Listed

WAIVERS = "accepted-remarks.json"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted remark.

    Attributes
    ----------
    code, where
        The check and the place.
    said
        What the remark said then (in English): with other figures it is another remark and comes back.
    reason
        Why it was accepted.
    at
        When (UTC, ISO 8601).
    """

    code: str
    where: str
    said: str
    reason: str
    at: str

    def to_dict(self) -> dict[str, str]:
        """The waiver as JSON has it."""
        return asdict(self)


class Waivers:
    """The accepted remarks of a workspace."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self.all = tuple(waivers)
        self._by_key: Mapping[tuple[str, str, str], Waiver] = {(one.code, one.where, one.said): one for one in self.all}

    def get(self, remark: Remark) -> Waiver | None:
        """The waiver of a remark, if it was accepted as it stands."""
        return self._by_key.get((remark.check.code, remark.spot.where, remark.message.en))


def waivers_of(folder: Path) -> Waivers:
    """Read the accepted remarks; none where nothing was accepted.

    Raises
    ------
    BadInput
        The file is damaged.
    """
    path = folder / WAIVERS
    try:
        return Waivers(Waiver(**one) for one in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Waivers(())
    except (OSError, ValueError, TypeError) as error:
        raise BadInput("is damaged: {reason}", Place(str(path)), reason=str(error)) from None


def accept(folder: Path, remarks: Iterable[Remark], named: str, reason: str, now: datetime) -> tuple[Waiver, ...]:
    """Accept the remarks of `CODE:PLACE` (or of `CODE`, if that has one remark only).

    Raises
    ------
    BadInput
        There is no such remark, there are several, the reason is empty, or it cannot be written.
    """
    if not reason.strip():
        raise BadInput("a remark is accepted with a written reason: --reason “…”")
    code, _, where = named.partition(":")
    found = [one for one in remarks if one.check.code == code and (not where or one.spot.where == where)]
    places = Listed(dict.fromkeys(f"{one.check.code}:{one.spot.where}" for one in found))
    if not found:
        raise BadInput("there is no remark “{value}” to accept", value=named)
    if len(places) > 1:
        raise BadInput("“{value}” has several remarks; name one of {places}", value=named, places=places)
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    fresh = tuple(Waiver(code, one.spot.where, one.message.en, reason.strip(), at) for one in found)
    with open_workspace(folder).writing():
        _write(
            folder, [one for one in waivers_of(folder).all if not _same(one, code, found[0].spot.where)] + list(fresh)
        )
    return fresh


def take_back(folder: Path, named: str) -> tuple[Waiver, ...]:
    """Take back what was accepted as `CODE:PLACE`, or everything of `CODE`; return what was taken back.

    Raises
    ------
    BadInput
        Nothing of that name was accepted.
    """
    code, _, where = named.partition(":")
    with open_workspace(folder).writing():
        held = waivers_of(folder).all
        gone = tuple(one for one in held if one.code == code and (not where or one.where == where))
        if not gone:
            raise BadInput("no remark was accepted as “{value}”", value=named)
        _write(folder, [one for one in held if one not in gone])
    return gone


def _same(one: Waiver, code: str, where: str) -> bool:
    return one.code == code and one.where == where


def _write(folder: Path, waivers: list[Waiver]) -> None:
    text = json.dumps([one.to_dict() for one in waivers], ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / WAIVERS, text.encode())
