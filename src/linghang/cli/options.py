"""Options that several commands take, each said in the current language when a command is built."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.errors import BadInput
from linghang.words import tr

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def Workspace() -> Any:
    """`DIR`, the folder of a workspace."""
    return Annotated[Path, typer.Argument(help=tr("Folder of the workspace."), metavar="DIR")]


def AsOf(said: str) -> Any:
    """`--as-of 2026-06-30`."""
    return Annotated[date | None, typer.Option(help=said, parser=_day, metavar="DATE")]


def Interpretation() -> Any:
    """`--interpretation name=value`, several times."""
    return Annotated[
        list[str] | None,
        typer.Option(help=tr("Set an interpretation: NAME=VALUE; may be given several times."), metavar="NAME=VALUE"),
    ]


def Json() -> Any:
    """`--json`."""
    return Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))]


def interpretations(given: Sequence[str] | None) -> dict[str, Decimal | str | bool]:
    """Read NAME=VALUE pairs: numbers as decimals, true and false as such, anything else as a word."""
    values: dict[str, Decimal | str | bool] = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not (name and equals and value):
            raise BadInput("--interpretation takes NAME=VALUE, not “{value}”", value=one)
        if value in ("true", "false"):
            values[name] = value == "true"
        else:
            values[name] = Decimal(value) if _NUMBER.fullmatch(value) else value
    return values


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput("“{value}” is not a date of the calendar; write it as 2026-06-30", value=value) from None
