"""What pages show, asked of the use cases in threads: the server's loop never waits for them."""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from linghang.errors import BadInput
from linghang.usecases.json_values import plain
from linghang.usecases.kept import assessed_document, kept
from linghang.usecases.packs import Difference, Pack, ShelfEntry, diff_packs, list_packs, load
from linghang.usecases.status import status_document, status_of
from linghang.usecases.workspaces import open_workspace
from linghang.words import Language, language, use

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
    """Return the whole assessment as JSON has it."""
    return await asyncio.to_thread(assessed_document, folder, pack=pack, now=now, as_of=day)


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


# --- the way up ---


async def plan(folder: Path, pack: str, day: date | None, level: str, floor: str) -> dict[str, Any]:
    """Return the cheapest way to a level, planned in a process of its own where it is not kept already."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(_planners(), _planned, folder, pack, day, level, floor, language())
    except BrokenProcessPool:
        end()
        raise BadInput("planning was broken off; open the page again to try once more") from None


@cache
def _planners() -> ProcessPoolExecutor:
    """One process that plans; it is started with the first plan and ends with the server."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def end() -> None:
    """End the process that plans, if there is one."""
    if _planners.cache_info().currsize:
        _planners().shutdown(wait=False, cancel_futures=True)
        _planners.cache_clear()


def _planned(folder: Path, pack: str, day: date | None, level: str, floor: str, speaking: Language) -> dict[str, Any]:
    from linghang.usecases.assessing import utc_now
    from linghang.usecases.planning import Limits, Question, plan_way_up
    from linghang.usecases.way_up_document import document

    use(speaking)

    def made() -> dict[str, Any]:
        now = utc_now()
        limits = Limits(day or now.astimezone().date(), None, None, None)
        asked = Question(level, floor, pack=pack, as_of=day)  # type: ignore[arg-type]
        return dict(plain(document(plan_way_up(folder, asked, limits, now=now))))

    question = (level, floor, str(None), str(None), pack, str(day))
    return kept(open_workspace(folder), "plan", question, made)
