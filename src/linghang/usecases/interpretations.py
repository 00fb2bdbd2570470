"""Interpretations that a reviewer sets for a workspace: every judgement of it then reads them instead of the pack's.

Only what the texts leave open may be set (`source: platform`); what an official text says stands. A value holds for the
edition of the pack that the reviewer saw: under another edition it waits until it is confirmed again.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from linghang.conditions.model import Interpretation, Pack
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, nearest
from linghang.judge.program import prepare
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.interpretation_journal import JOURNAL, Act, Kind, Value, read_acts, record, said, standing
from linghang.words import Listed, Text

__all__ = [
    "JOURNAL",
    "Act",
    "Mark",
    "Reading",
    "chosen",
    "history",
    "marks_of",
    "readings",
    "say_mark",
    "set_value",
    "take_back",
    "value_of",
]

OURS = "platform"
WHOLE = ("d", "mo")
"""Units of thresholds that cut records off: they are whole numbers from 1 on."""
SHARE, MINIMUM = "_share", "_minimum"
"""How the ids of thresholds end that are shares from 0 to 1, and of those that count things."""
MAX_REASON, MAX_NAME = 1_000, 100
LARGEST = Decimal(1_000_000)

Chosen = Mapping[str, Value]
State = Literal["set", "to_confirm", "call"]
_NUMBER = re.compile(r"\d{1,7}(\.\d{1,9})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """That a judgement reads, or should read, an interpretation otherwise than the pack.

    Attributes
    ----------
    pack_value
        What the pack says; None if it does not have the interpretation any more.
    state
        set (by a reviewer, and read), to_confirm (set under another edition of the pack, and not read), or call
        (given for this one judgement).
    by, at, reason
        Who set it, when and why; None of what was given for one judgement.
    """

    name: str
    value: Value
    pack_value: Value | None
    unit: str
    state: State
    by: str | None = None
    at: datetime | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The mark as JSON has it."""
        return {
            "name": self.name,
            "value": said(self.value),
            "pack_value": None if self.pack_value is None else said(self.pack_value),
            "unit": self.unit,
            "state": self.state,
            "by": self.by,
            "at": self.at.isoformat() if self.at else None,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """One interpretation of a pack as a workspace reads it.

    Attributes
    ----------
    value
        What judgements read.
    pack_value
        What the pack says.
    act
        What a reviewer set last, where that was not taken back.
    waits
        Whether that was under another edition of the pack, so that it is not read until it is set again.
    settable
        Whether a reviewer may set it: only what no official text says.
    """

    name: str
    value: Value
    pack_value: Value
    unit: str
    choices: tuple[str, ...]
    source: str
    text: Text
    act: Act | None
    waits: bool

    @property
    def settable(self) -> bool:
        """Whether a reviewer may set it."""
        return self.source == OURS

    def to_dict(self) -> dict[str, Any]:
        """The reading as JSON has it."""
        return {
            "name": self.name,
            "value": said(self.value),
            "pack_value": said(self.pack_value),
            "unit": self.unit,
            "choices": list(self.choices),
            "source": self.source,
            "text": self.text.to_dict(),
            "settable": self.settable,
            "state": "pack" if self.act is None else "to_confirm" if self.waits else "set",
            "set": None if self.act is None else self.act.to_dict(),
        }


def readings(folder: Path, pack: str) -> tuple[Reading, ...]:
    """Return every interpretation of a pack as the workspace reads it, in the pack's order.

    Raises
    ------
    BadInput
        The folder is no workspace, there is no such pack, or the journal is damaged.
    """
    found = load_pack(pack)
    acts = standing(read_acts(open_workspace(folder)), found.id)
    return tuple(_reading(one, acts.get(one.id), found) for one in found.interpretations)


def marks_of(workspace: Workspace, pack: Pack, given: Chosen | None = None) -> tuple[Mark, ...]:
    """Return which interpretations a judgement of a workspace reads otherwise than the pack, in the pack's order.

    Parameters
    ----------
    given
        Values of one call; they go before what is set.
    """
    known = {one.id: one for one in pack.interpretations}
    order = {name: place for place, name in enumerate(known)}
    found = {
        name: _mark(name, act.value, known.get(name), "set" if _stands(act, pack) else "to_confirm", act)
        for name, act in standing(read_acts(workspace), pack.id).items()
    }
    for name, value in (given or {}).items():
        mark = found.get(name)
        read = mark.value if mark is not None and mark.state == "set" else known[name].value if name in known else None
        if type(value) is not type(read) or value != read:
            found[name] = _mark(name, value, known.get(name), "call", None)
    return tuple(sorted(found.values(), key=lambda one: order.get(one.name, len(order))))


def chosen(marks: Iterable[Mark]) -> dict[str, Value]:
    """Return what a judgement reads instead of the pack's values."""
    return {one.name: one.value for one in marks if one.state != "to_confirm"}


def say_mark(mark: Mark, zone: str = "UTC") -> Text:
    """Say of a mark what is read, what the pack says, and who set it when and why; days in the plant's zone."""
    own = "–" if mark.pack_value is None else said(mark.pack_value)
    zh, en = (
        f"{mark.name} = {said(mark.value)}（条件包为 {own}）",
        f"{mark.name} = {said(mark.value)} (the pack: {own})",
    )
    if mark.state == "call":
        return Text(f"{zh}：仅用于本次", f"{en}: for this judgement only")
    day = mark.at.astimezone(ZoneInfo(zone)).date().isoformat() if mark.at else "–"
    if mark.state == "to_confirm":
        return Text(
            f"{zh}：{mark.by} 于 {day} 按条件包的另一版本设定，未采用，待重新确认",
            f"{en}: set by {mark.by} on {day} under another edition of the pack; not read until it is confirmed again",
        )
    return Text(
        f"{zh}：{mark.by} 于 {day} 设定，理由：{mark.reason}",
        f"{en}: set by {mark.by} on {day}, because: {mark.reason}",
    )


def set_value(folder: Path, name: str, value: str, *, pack: str, reason: str, by: str, now: datetime) -> Reading:
    """Set an interpretation of a pack for a workspace; setting it again under a new edition confirms it.

    Parameters
    ----------
    value
        A plain decimal, true or false, or one of the words that the pack allows.
    reason
        Why; it is shown wherever a verdict is.
    by
        Who.
    now
        The caller's clock (with a zone).

    Raises
    ------
    BadInput
        There is no such interpretation, an official text gives it, the value does not fit or is the pack's own, the
        reason or the name is missing, or somebody else writes now.
    """
    found = load_pack(pack)
    one = _settable(found, name)
    wanted = value_of(one, value)
    _check(found, one, wanted, now.date())
    if wanted == one.value:
        raise BadInput("{name} is {value} in the pack itself; take back what was set instead", name=name, value=value)
    act = _done(folder, found, name, (by, reason, now), lambda _: ("set", wanted))
    return _reading(one, act, found)


def take_back(folder: Path, name: str, *, pack: str, reason: str, by: str, now: datetime) -> Reading | None:
    """Take back what was set: the pack's value counts again. None where the pack no longer has it.

    Raises
    ------
    BadInput
        Nothing is set, the reason or the name is missing, or somebody else writes now.
    """
    found = load_pack(pack)

    def last(acts: Mapping[str, Act]) -> tuple[Kind, Value]:
        if name not in acts:
            near = nearest(name, sorted(acts))
            raise BadInput("of {pack} no interpretation {name} is set here; {near}", pack=pack, name=name, near=near)
        return "take_back", acts[name].value

    _done(folder, found, name, (by, reason, now), last)
    own = next((one for one in found.interpretations if one.id == name), None)
    return None if own is None else _reading(own, None, found)


def history(folder: Path, pack: str | None = None, name: str | None = None) -> tuple[Act, ...]:
    """Return every act, the oldest first; of one pack or one interpretation where they are named."""
    acts = read_acts(open_workspace(folder))
    return tuple(one for one in acts if pack in (None, one.pack) and name in (None, one.name))


def value_of(one: Interpretation, text: str) -> Value:
    """Read a value of an interpretation, and see that it lies where it can.

    Raises
    ------
    BadInput
        It is of another kind, no choice, or out of range.
    """
    if one.choices:
        if text not in one.choices:
            raise BadInput("“{value}” is not one of {choices}", subject=one.id, value=text, choices=Listed(one.choices))
        return text
    if isinstance(one.value, bool):
        if text not in ("true", "false"):
            raise BadInput("“{value}” is not true or false", subject=one.id, value=text)
        return text == "true"
    return _number(one, text) if isinstance(one.value, Decimal) else text


def _number(one: Interpretation, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise BadInput("“{value}” is no plain number from 0 on, such as 0.8", subject=one.id, value=text)
    value = Decimal(text)
    whole = value == value.to_integral_value()
    if one.unit in WHOLE and not (whole and value >= 1):
        raise BadInput("counts days or months: a whole number from 1 on, not {value}", subject=one.id, value=text)
    if one.id.endswith(SHARE) and value > 1:
        raise BadInput("is a share from 0 to 1, not {value}", subject=one.id, value=text)
    if one.id.endswith(MINIMUM) and not whole:
        raise BadInput("counts things: a whole number, not {value}", subject=one.id, value=text)
    if value > LARGEST:
        raise BadInput("is {most} at most, not {value}", subject=one.id, most=f"{LARGEST:,}", value=text)
    return value


def _settable(pack: Pack, name: str) -> Interpretation:
    one = next((one for one in pack.interpretations if one.id == name), None)
    if one is None:
        near = nearest(name, sorted(one.id for one in pack.interpretations))
        raise BadInput("pack {pack} has no interpretation {name}; {near}", pack=pack.id, name=name, near=near)
    if one.source != OURS:
        raise BadInput(
            "{name} is what {source} says, not an interpretation of ours; it cannot be set",
            name=name,
            source=one.source,
        )
    return one


def _check(pack: Pack, one: Interpretation, value: Value, today: date) -> None:
    """Let the judge refuse what it could not judge by."""
    prepare(pack, today if pack.in_force(today) else pack.valid_from, {one.id: value})


def _done(
    folder: Path,
    pack: Pack,
    name: str,
    said_by: tuple[str, str, datetime],
    what: Callable[[Mapping[str, Act]], tuple[Kind, Value]],
) -> Act:
    """Write one act of somebody, with the reason, while nobody else writes."""
    by, reason, now = said_by
    why, who = _text(reason, MAX_REASON), _text(by, MAX_NAME)
    if not why:
        raise BadInput("an interpretation is set and taken back with a written reason")
    if not who:
        raise BadInput("an interpretation is set and taken back by somebody with a name")
    own = next((one for one in pack.interpretations if one.id == name), None)
    workspace = open_workspace(folder)
    with workspace.writing():
        acts = read_acts(workspace)
        kind, value = what(standing(acts, pack.id))
        before = own.value if own else value
        act = Act(
            len(acts) + 1, kind, pack.id, pack.digest, name, value, before, why, who, now.astimezone(ZoneInfo("UTC"))
        )
        record(workspace, act)
    return act


def _text(given: str, most: int) -> str:
    text = given.strip()
    if len(text) > most:
        raise BadInput("has {count} characters; {limit} are kept at most", count=len(text), limit=most)
    if _CONTROL.search(text):
        raise BadInput("holds characters that cannot be printed; take them out")
    return text


def _stands(act: Act, pack: Pack) -> bool:
    return act.edition == pack.digest


def _reading(one: Interpretation, act: Act | None, pack: Pack) -> Reading:
    stands = act is not None and _stands(act, pack)
    return Reading(
        name=one.id,
        value=act.value if act is not None and stands else one.value,
        pack_value=one.value,
        unit=one.unit,
        choices=one.choices,
        source=one.source,
        text=one.text,
        act=act,
        waits=act is not None and not stands,
    )


def _mark(name: str, value: Value, one: Interpretation | None, state: State, act: Act | None) -> Mark:
    own, unit = (one.value, one.unit) if one is not None else (None, "")
    if act is None:
        return Mark(name, value, own, unit, state)
    return Mark(name, value, own, unit, state, act.by, act.at, act.reason)
