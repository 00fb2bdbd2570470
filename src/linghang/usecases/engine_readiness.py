"""What an engine can be given by a workspace: which of its tables have rows, and what its settings are, as a form."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from linghang.engines.contract import EngineCard
from linghang.engines.discovery import engine
from linghang.engines.settings import described, settings_of
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.workspace import open_workspace
from linghang.usecases.engines import supplies
from linghang.words import Text

FieldKind = Literal["number", "whole", "choice", "yes_no", "text"]
MANY = 1_000
"""So many rows are many: nobody waits for a million to be counted."""
UNITS = {"percent": "%", "days": "d", "hours": "h", "s": "s", "min": "min", "kw": "kW", "kwh": "kWh", "c": "°C"}
"""End of a setting's name -> the unit that it is in."""
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
    choices
        What can be chosen; empty where anything can be written.
    default
        As it is written; empty where there is none.
    many
        Whether it is a list, written with commas between.
    unit
        That its name ends in; empty without one.
    help
        What its author says of it (English).
    """

    name: str
    kind: FieldKind
    choices: tuple[str, ...]
    default: str
    many: bool
    unit: str
    help: str


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
    helps = _helps(inspect.getdoc(kind) or "")
    return [_field(one, helps) for one in described(kind)]


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


def _field(one: Mapping[str, object], helps: Mapping[str, str]) -> SettingField:
    name, said, default = str(one["name"]), str(one["kind"]), one["default"]
    many = said.endswith(" …")
    said = said.removesuffix(" …")
    choices = tuple(said.split(" | ")) if " | " in said else ()
    kind: FieldKind = "choice" if choices else _KINDS.get(said, "text")
    unit = UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""
    return SettingField(name, kind, choices, written(default), many, unit, helps.get(name, ""))


def written(value: Any) -> str:
    """Write a setting's value as a form shows it: lists with commas between."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(written, value)) if isinstance(value, list | tuple) else str(value)


def _helps(doc: str) -> dict[str, str]:
    """Read what the docstring of settings says of each attribute; several may share a text."""
    _, _, listed = doc.partition("Attributes\n----------\n")
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", listed):
        names, _, text = block.partition("\n")
        said = " ".join(text.split())
        if said:
            found |= dict.fromkeys((one.strip() for one in names.split(",")), said)
    return found
