"""Settings of engines: frozen dataclasses, made from words and TOML values with errors in the user's terms."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from linghang.errors import BadInput, nearest
from linghang.words import Text

NOTHING = Text("", "")
DAYS, HOURS, SECONDS = Text("天", "d"), Text("小时", "h"), Text("秒", "s")
"""Units of settings that are words in Chinese."""


@dataclass(frozen=True, slots=True)
class SettingWords:
    """What a person reads of a setting.

    Attributes
    ----------
    title
        What it is called: a label.
    help
        What it means, and why its default is what it is.
    unit
        Of its value; empty without one.
    choices
        Value -> its word, where it is one or some of a few; empty where anything can be given.
    """

    title: Text
    help: Text = NOTHING
    unit: Text = NOTHING
    choices: Mapping[str, Text] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Both languages of everything, as JSON has them."""
        choices = {value: word.to_dict() for value, word in self.choices.items()}
        return {one: getattr(self, one).to_dict() for one in ("title", "help", "unit")} | {"choices": choices}


def setting(
    default: Any, title: Text, help: Text, unit: str | Text = NOTHING, choices: Mapping[str, Text] | None = None
) -> Any:
    """Declare a setting with its default and its words, as the field of a dataclass `Settings`.

    Parameters
    ----------
    title, help, choices
        As `SettingWords` has them.
    unit
        `HOURS` and the like, or its symbol where that is the same in both languages: `%`.
    """
    said = SettingWords(title, help, unit if isinstance(unit, Text) else Text(unit, unit), choices or {})
    return field(default=default, metadata={"words": said})


def words_of(kind: type[Any]) -> dict[str, SettingWords]:
    """Return setting -> its words; of one that its author declared without any, its name and its values as they are."""
    hints = get_type_hints(kind)
    return {one.name: one.metadata.get("words") or _plain_words(one.name, hints[one.name]) for one in fields(kind)}


def settings_of(kind: type[Any], values: Mapping[str, object]) -> Any:
    """Make the settings of an engine.

    Parameters
    ----------
    kind
        Its `Settings`.
    values
        Name -> value, as a word of the command line or as TOML and JSON give it; names left out keep their default.

    Raises
    ------
    BadInput
        A name that it does not have, or a value of another kind.
    """
    hints = get_type_hints(kind)
    for name in values:
        if name not in hints:
            raise BadInput("there is no setting “{name}”; {near}", name=name, near=nearest(name, list(hints)))
    return kind(**{name: _read(name, value, hints[name]) for name, value in values.items()})


def described(kind: type[Any]) -> list[dict[str, object]]:
    """Return name, kind, default and words of every setting, as JSON has them."""
    hints, words = get_type_hints(kind), words_of(kind)
    return [
        {"name": one.name, "kind": _kind(hints[one.name]), "default": _plain(_default(one))} | words[one.name].to_dict()
        for one in fields(kind)
    ]


def as_json(settings: Any) -> dict[str, object]:
    """Return settings as JSON has them, for a digest and for running them again."""
    return {name: _plain(value) for name, value in asdict(settings).items()}


def _plain_words(name: str, hint: Any) -> SettingWords:
    values = map(str, get_args(hint)) if get_origin(hint) is Literal else ()
    return SettingWords(Text(name, name), choices={value: Text(value, value) for value in values})


def _default(one: Field[Any]) -> object:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else None


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return value


def _kind(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " | ".join(map(str, get_args(hint)))
    if get_origin(hint) in (Union, UnionType):
        return " | ".join(_kind(one) for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        return f"{_kind(get_args(hint)[0])} …"
    return getattr(hint, "__name__", str(hint))


def _read(name: str, value: object, hint: Any) -> object:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None or value == "":
            return None
        return _read(name, value, next(one for one in parts if one is not NoneType))
    if origin is tuple:
        listed = [one.strip() for one in value.split(",")] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple):
            raise _wrong(name, value, hint)
        return tuple(_read(name, one, parts[0]) for one in listed if one != "")
    if origin is Literal:
        if value not in parts:
            raise _wrong(name, value, hint)
        return value
    if hint is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if isinstance(value, bool):
            return value
        if str(value).lower() not in words:
            raise _wrong(name, value, hint)
        return words[str(value).lower()]
    return _number(name, value, hint)


def _number(name: str, value: object, hint: Any) -> object:
    if hint is str:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _wrong(name, value, hint)
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        raise _wrong(name, value, hint) from None
    if not read.is_finite() or (hint is int and read != read.to_integral_value()):
        raise _wrong(name, value, hint)
    return hint(read)


def _wrong(name: str, value: object, hint: Any) -> BadInput:
    return BadInput(
        "“{value}” is no value of the setting {name}, which is: {kind}", value=value, name=name, kind=_kind(hint)
    )
