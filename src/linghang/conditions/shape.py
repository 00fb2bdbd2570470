"""Take typed values out of a mapping that a person wrote, and name the place of what is wrong."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from linghang.errors import BadInput, Place, nearest
from linghang.words import Listed, Text, later, tr

T = TypeVar("T")

_TYPE_NAMES: dict[type, str] = {
    str: later("text"),
    int: later("a whole number"),
    bool: later("true or false"),
    date: later("a date such as 2026-06-30"),
    Decimal: later("a number"),
    list: later("a list"),
    dict: later("keys and values"),
}


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


class Shape:
    """A view of one mapping that takes its keys out one by one.

    Parameters
    ----------
    data
        The mapping; if it knows the lines of its keys, messages name them.
    file
        Name of the file, for messages.
    subject
        Element and clause, for messages.
    """

    def __init__(self, data: object, file: str, line: int | None = None, subject: str | None = None) -> None:
        self.file = file
        self.line = getattr(data, "line", line)
        self.subject = subject
        if not isinstance(data, dict):
            raise BadInput("keys and values are needed here", Place(file, line), subject)
        self.data: dict[str, Any] = data
        self.lines: dict[str, int] = getattr(data, "lines", {})
        self.taken: set[str] = set()

    def place(self, key: str | None = None) -> Place:
        """Where `key` stands, or the mapping itself."""
        return Place(self.file, self.lines.get(key, self.line) if key else self.line)

    def refuse(self, message: str, /, key: str | None = None, **values: object) -> BadInput:
        """Make the refusal of `key`, with its place."""
        return BadInput(message, self.place(key), self.subject, **values)

    def take(self, key: str, kind: type[T]) -> T:
        """Take a key that must be there, of type `kind` (a whole number passes as a Decimal)."""
        value = self.data.get(key)
        if value is None:
            raise self._missing(key)
        return self._typed(key, value, kind)

    def maybe(self, key: str, kind: type[T], default: T | None = None) -> T | None:
        """Take a key that may be absent or null."""
        value = self.data.get(key)
        if value is None:
            self.taken.add(key)
            return default
        return self._typed(key, value, kind)

    def word(self, key: str, choices: tuple[str, ...], default: str | None = None) -> Any:
        """Take a word that must be one of `choices`."""
        value = self.maybe(key, str, default)
        if value is None:
            raise self._missing(key)
        if value not in choices:
            raise self.refuse("“{value}” is not one of {choices}", key, value=shown(value), choices=Listed(choices))
        return value

    def text(self, key: str) -> Text:
        """Take a text in both languages: `{zh: …, en: …}`."""
        found = self.data.get(key)
        if isinstance(found, dict) and len(found) == 2 and _said(found.get("zh")) and _said(found.get("en")):
            self.taken.add(key)  # the usual case, without the ceremony
            return Text(found["zh"], found["en"])
        shape = self.shape(key)
        text = Text(shape.take("zh", str), shape.take("en", str))
        shape.done()
        return text

    def maybe_text(self, key: str) -> Text | None:
        """Take a text in both languages that may be absent."""
        self.taken.add(key)
        return None if self.data.get(key) is None else self.text(key)

    def shape(self, key: str) -> "Shape":
        """Take a mapping inside."""
        return Shape(self.take(key, dict), self.file, self.lines.get(key, self.line), self.subject)

    def items(self, key: str) -> Iterator["Shape"]:
        """Take a list of mappings that may be absent."""
        values = self.maybe(key, list) or []
        lines = getattr(values, "lines", None) or [self.lines.get(key)] * len(values)
        for value, line in zip(values, lines, strict=True):
            yield Shape(value, self.file, line, self.subject)

    def strings(self, key: str) -> tuple[str, ...]:
        """Take a list of words that may be absent."""
        values = self.maybe(key, list) or []
        if not all(isinstance(value, str) for value in values):
            raise self.refuse("“{name}” must be a list of words", key, name=key)
        return tuple(values)

    def done(self) -> None:
        """Refuse the first key that nobody took."""
        for key in self.data:
            if key not in self.taken:
                raise self.refuse(
                    "the key “{name}” is not known here; {near}",
                    key,
                    name=shown(key),
                    near=nearest(shown(key), sorted(self.taken)),
                )

    def _missing(self, key: str) -> BadInput:
        return BadInput("the key “{name}” is missing", self.place(), self.subject, name=key)

    def _typed(self, key: str, value: Any, kind: type[T]) -> T:
        self.taken.add(key)
        if type(value) is kind and (kind is not str or str(value).strip()):  # the usual case, without the ceremony
            return value
        if kind is Decimal and isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        wrong_bool = kind is int and isinstance(value, bool)
        if not isinstance(value, kind) or wrong_bool:
            raise self.refuse(
                "“{name}” must be {wanted}, not “{value}”",
                key,
                name=key,
                wanted=tr(_TYPE_NAMES[kind]),
                value=shown(value),
            )
        if kind is str and not value.strip():  # type: ignore[attr-defined]
            raise self.refuse("“{name}” is empty", key, name=key)
        return value


def shown(value: object) -> str:
    """Return a value as a message shows it: short, and a mapping or list by its kind."""
    if isinstance(value, dict | list):
        return tr(_TYPE_NAMES[dict if isinstance(value, dict) else list])
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
