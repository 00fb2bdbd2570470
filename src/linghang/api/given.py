"""What every route is given: the workspace that is served, and what a request may name."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request

from linghang.api.problems import NotThere
from linghang.errors import BadInput, nearest
from linghang.usecases.packs import list_packs
from linghang.usecases.telemetry import has_telemetry

DEFAULT_PACK = "national-2024"
AsOf = Annotated[date | None, Query(description="day of judgement; the plant's today where it is left out")]
PackName = Annotated[str, Query(description="id of a pack of conditions", max_length=100, pattern=r"^[\w.-]+$")]


def folder_of(request: Request) -> Path:
    """The workspace that is served."""
    return Path(request.app.state.serving.folder)


def with_telemetry(request: Request) -> Path:
    """The workspace that is served, where telemetry was ever stored in it."""
    folder = folder_of(request)
    if not has_telemetry(folder):
        raise NotThere("no telemetry was ever stored here")
    return folder


def with_zone(*moments: datetime | None) -> None:
    """Refuse moments of which nobody knows when they are."""
    if any(one is not None and one.tzinfo is None for one in moments):
        raise BadInput("a moment needs its zone, as in 2026-06-01T08:00:00+08:00")


def known_pack(name: str) -> str:
    """Return the id of a pack of the shelf: a request never names a file of this machine."""
    known = [one.id for one in list_packs() if one.kind == "conditions"]
    if name not in known:
        raise NotThere("there is no pack {name}; {near}", name=name, near=nearest(name, known))
    return name
