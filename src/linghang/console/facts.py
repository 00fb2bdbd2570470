"""What pages show, asked of the use cases in threads: the server's loop never waits for them."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from linghang.console.elsewhere import elsewhere
from linghang.console.visit import Floor
from linghang.usecases.json_values import plain
from linghang.usecases.kept import assessed_before, assessed_document, kept
from linghang.usecases.packs import Difference, Pack, ShelfEntry, diff_packs, list_packs, load
from linghang.usecases.planning import Question
from linghang.usecases.standing import first_plan
from linghang.usecases.status import status_document, status_of
from linghang.usecases.workspaces import open_workspace

T = TypeVar("T")


@cache
def packs() -> dict[str, ShelfEntry]:
    """Return the packs of conditions by id, in the shelf's order."""
    return {one.id: one for one in list_packs() if one.kind == "conditions"}


@cache
def pack_of(name: str) -> Pack:
    """Return a pack of conditions of the shelf; packs do not change while the program runs."""
    found = load(name)
    assert isinstance(found, Pack)
    return found


@cache
def differences(before: str, after: str) -> list[Difference]:
    """Return what the second of two packs states differently."""
    return diff_packs(before, after)


async def assessment(folder: Path, pack: str, day: date | None, now: datetime) -> dict[str, Any]:
    """Return the whole assessment as JSON has it; where it is not kept it is made in a process of its own."""
    found = await asyncio.to_thread(assessed_before, folder, pack=pack, now=now, as_of=day)
    return await elsewhere(assessed_document, folder, pack=pack, now=now, as_of=day) if found is None else found


async def status(folder: Path, now: datetime) -> dict[str, Any]:
    """Return what the workspace holds; counted anew when it has changed."""

    def made() -> dict[str, Any]:
        return dict(plain(status_document(status_of(folder, now))))

    return await asyncio.to_thread(lambda: kept(open_workspace(folder), "status", now.date().isoformat(), made))


async def about(folder: Path) -> tuple[str, str]:
    """Return the workspace's name and its time zone."""

    def read() -> tuple[str, str]:
        found = open_workspace(folder)
        return found.name, found.time_zone

    return await asyncio.to_thread(read)


async def thread(work: Callable[[], T]) -> T:
    """Do what takes time in a thread."""
    return await asyncio.to_thread(work)


async def plan(folder: Path, pack: str, day: date | None, level: str, floor: Floor, now: datetime) -> dict[str, Any]:
    """Return the cheapest way to a level, as the page of the way up shows it first."""
    return await first_plan(folder, Question(level, floor, pack=pack, as_of=day), now)
