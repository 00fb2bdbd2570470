"""What an engine can be given by a workspace: which of its tables have rows, and what its settings are, as a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from linghang.engines.contract import EngineCard
from linghang.engines.discovery import engine
from linghang.engines.settings import NOTHING, SettingWords, described, settings_of, words_of
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.workspace import open_workspace
from linghang.usecases.engines import supplies
from linghang.words import Listed, Text, tr

FieldKind = Literal["number", "whole", "choice", "yes_no", "text"]
MANY = 1_000
"""So many rows are many: nobody waits for a million to be counted."""
_KINDS: Mapping[str, FieldKind] = {"float": "number", "Decimal": "number", "int": "whole", "bool": "yes_no"}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that an engine reads.

    Attributes
    ----------
    name
        Table, or `telemetry`.
    title
        What it is called.
    rows
        How many there are, counted up to `MANY`; of the telemetry its tags.
    required
        Whether the engine cannot do without.
    """

    name: str
    title: Text
    rows: int
    required: bool


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting as a form asks for it.

    Attributes
    ----------
    kind
        What its values are; of a list, what each of them is.
    default
        As it is written; empty where there is none.
    title, help, unit, choices
        What its author calls it and says of it; the choices are empty where anything can be written.
    many
        Whether it is a list, written with commas between.
    """

    name: str
    kind: FieldKind
    default: str
    title: Text
    help: Text = NOTHING
    unit: Text = NOTHING
    choices: Mapping[str, Text] = field(default_factory=dict)
    many: bool = False

    def said(self, value: object) -> str:
        """Say a value, of the kind that a form or a request holds, with its unit in the reader's language."""
        words = [one.strip() for one in written(value).split(",")] if self.many else [written(value)]
        if self.kind == "yes_no":
            words = [tr("yes") if one.lower() in ("true", "yes", "1") else tr("no") for one in words]
        listed = str(Listed(self.choices.get(one, one) for one in words))
        return f"{listed} {self.unit}" if listed and str(self.unit) else listed


def needs_of(folder: Path, cards: list[EngineCard]) -> dict[str, list[Need]]:
    """Return of every engine what it needs and uses, and how much of it the workspace has.

    Parameters
    ----------
    cards
        Of the engines.

    Returns
    -------
    dict
        Id of the engine -> its tables, the required ones first.
    """
    asked = {one.partition(".")[0] for card in cards for one in (*card.needs, *card.uses)} & TABLES.keys()
    held = {"telemetry": _tags(folder)}
    records = open_workspace(folder).engine()
    with records.connect() as connection:
        for name in sorted(asked):
            some = sa.select(sa.literal(1)).select_from(TABLES[name]).limit(MANY).subquery()
            held[name] = connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    records.dispose()
    return {
        card.id: [
            Need(name, supplies(name), held[name.partition(".")[0]], name in card.needs)
            for name in (*card.needs, *card.uses)
            if name.partition(".")[0] in held  # files are given with a run, not held
        ]
        for card in cards
    }


def form_of(id: str) -> list[SettingField]:
    """Return the settings of an engine as a form asks for them.

    Raises
    ------
    BadInput
        There is no such engine.
    """
    kind = engine(id).Settings
    words = words_of(kind)
    return [_field(one, words[str(one["name"])]) for one in described(kind)]


def said_settings(id: str, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return title and value of settings as a person reads them; names and values where the engine is not known here.

    Parameters
    ----------
    values
        Setting -> value, as a request has them.
    """
    try:
        fields = {one.name: one for one in form_of(id)}
    except BadInput:
        fields = {}
    plain = {name: SettingField(name, "text", "", Text(name, name)) for name in values}
    return [(str(one.title), one.said(values[name])) for name, one in (plain | fields).items() if name in values]


def checked_settings(id: str, values: Mapping[str, object]) -> dict[str, BadInput]:
    """Return what is wrong with values of a form: setting -> why; under an empty name what is wrong with all of them.

    Each is read alone first, so that every wrong one is told of at once.
    """
    kind = engine(id).Settings
    wrong: dict[str, BadInput] = {}
    for name, value in values.items():
        try:
            settings_of(kind, {name: value})
        except BadInput as error:
            wrong[name] = error
    if not wrong:
        try:
            settings_of(kind, values)
        except BadInput as error:
            wrong[""] = error
    return wrong


def _tags(folder: Path) -> int:
    from linghang.store.telemetry import TelemetryReader
    from linghang.store.telemetry.manifest import FILE

    if not (folder / "telemetry" / FILE).exists():
        return 0
    with TelemetryReader(folder / "telemetry") as reader:
        return int(reader.tags().num_rows)


def _field(one: Mapping[str, object], words: SettingWords) -> SettingField:
    said = str(one["kind"])
    many = said.endswith(" …")
    kind: FieldKind = "choice" if words.choices else _KINDS.get(said.removesuffix(" …"), "text")
    default = written(one["default"])
    return SettingField(str(one["name"]), kind, default, words.title, words.help, words.unit, words.choices, many)


def written(value: Any) -> str:
    """Write a setting's value as a form shows it: lists with commas between."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(written, value)) if isinstance(value, list | tuple) else str(value)
