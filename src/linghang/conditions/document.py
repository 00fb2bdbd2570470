"""Read YAML that nobody vouches for: bounded in size, depth and count, without aliases, tags or duplicate keys.

Only the event level of PyYAML is used, so nothing is built that the limits have not passed. Numbers become
`int` or `Decimal` (a float would lose the digits that thresholds are compared by), dates become `date`, and
`yes`, `no`, `on` stay the words they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from linghang.conditions.shape import shown
from linghang.errors import BadInput, Place, reason_of

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,30}\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{1,30})?[eE][-+]?[0-9]{1,2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may ask of the machine."""

    bytes: int = 4_000_000
    nodes: int = 200_000
    depth: int = 16


CASE_LIMITS = Limits(bytes=1_000_000, nodes=20_000, depth=8)
PACK_LIMITS = Limits()


class Mapping(dict[str, Any]):
    """A YAML mapping that knows the line of itself and of each key."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list[Any]):
    """A YAML sequence that knows the line of itself and of each item."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read_file(path: Path, limits: Limits = PACK_LIMITS) -> Mapping:
    """Read one YAML file that holds one mapping.

    Raises
    ------
    BadInput
        The file is not there, too large or too deep, not YAML, or uses what is refused here.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except IsADirectoryError:
        raise BadInput("this is a folder; a YAML file is needed", place) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    return read(data, str(path), limits)


def read(data: bytes, file: str, limits: Limits = PACK_LIMITS) -> Mapping:
    """Read one YAML mapping from bytes; `file` names it in messages."""
    if len(data) > limits.bytes:
        raise BadInput("is larger than the {limit} bytes allowed here", Place(file), limit=limits.bytes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput("is not UTF-8 text; save it as UTF-8", Place(file, line)) from None
    reader = _Reader(file, limits)
    try:
        document = reader.document(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Place(file, mark.line + 1 if mark else None)
        if mark and "\t" in "".join(text.split("\n")[mark.line : mark.line + 1])[: mark.column + 1]:
            raise BadInput("has a tab where YAML needs spaces", where) from None
        raise BadInput("is not YAML: {reason}", where, reason=error.problem or error.context) from None
    except yaml.YAMLError as error:
        raise BadInput("is not YAML: {reason}", Place(file), reason=str(error).splitlines()[0]) from None
    if not isinstance(document, Mapping):
        raise BadInput("must hold keys and values (a YAML mapping)", Place(file, 1))
    return document


class _Reader:
    """Builds the values of one document from parser events, counting as it goes."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.nodes = 0

    def document(self, events: Iterator[Any]) -> Any:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            raise BadInput("is empty", Place(self.file))
        value = self.value(next(events), events, 0)
        next(events)  # the document's end
        if isinstance(next(events), yaml.DocumentStartEvent):
            raise BadInput("holds more than one YAML document; keep one", Place(self.file))
        return value

    def value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        line = event.start_mark.line + 1
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise BadInput("holds more than {limit} values", Place(self.file, line), limit=self.limits.nodes)
        if depth > self.limits.depth:
            raise BadInput("is nested deeper than {limit}", Place(self.file, line), limit=self.limits.depth)
        if isinstance(event, yaml.AliasEvent):
            raise BadInput(
                "uses a YAML alias (*{name}); write the value out", Place(self.file, line), name=shown(event.anchor)
            )
        if event.anchor is not None:
            raise BadInput("uses a YAML anchor (&{name}); remove it", Place(self.file, line), name=shown(event.anchor))
        if event.tag is not None and event.tag != "!":
            raise BadInput("uses a YAML tag ({tag}); remove it", Place(self.file, line), tag=shown(event.tag))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, depth, line)
        return self.mapping(events, depth, line)

    def sequence(self, events: Iterator[Any], depth: int, line: int) -> Sequence:
        items = Sequence(line)
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.lines.append(event.start_mark.line + 1)
            items.append(self.value(event, events, depth + 1))
        return items

    def mapping(self, events: Iterator[Any], depth: int, line: int) -> Mapping:
        pairs = Mapping(line)
        event: Any
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            where = Place(self.file, line)
            if not isinstance(event, yaml.ScalarEvent) or event.tag or event.anchor:
                raise BadInput("has a key that is not a plain word", where)
            self.printable(event, line)
            if event.value == "<<" and event.implicit[0]:
                raise BadInput("uses a YAML merge key (<<); write the keys out", where)
            if event.value in pairs:
                raise BadInput("has the key “{key}” twice", where, key=shown(event.value))
            pairs.lines[event.value] = line
            pairs[event.value] = self.value(next(events), events, depth + 1)
            self.nodes += 1
        return pairs

    def printable(self, event: Any, line: int) -> None:
        """Refuse what only escapes can write: raw control characters do not pass the parser."""
        if found := _CONTROL.search(event.value):
            raise BadInput(
                "holds the control character {code}; remove it",
                Place(self.file, line),
                code=f"U+{ord(found[0]):04X}",
            )

    def scalar(self, event: Any, line: int) -> Any:
        self.printable(event, line)
        if not event.implicit[0]:  # quoted: text, whatever it looks like
            return event.value
        try:
            return plain(event.value)
        except ValueError:
            raise BadInput(
                "“{value}” is not a date of the calendar", Place(self.file, line), value=event.value
            ) from None


@lru_cache(maxsize=4096)
def plain(text: str) -> bool | int | Decimal | date | str | None:
    """Give an unquoted scalar its value.

    Raises
    ------
    ValueError
        It has the form of a date that does not exist.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    return text
