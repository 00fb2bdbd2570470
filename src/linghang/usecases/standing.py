"""Where a factory stands, kept in memory while nothing changes: plans and what-ifs ask for it again and again."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from linghang.conditions.shelf import load_pack
from linghang.store.kept_documents import load, save
from linghang.store.state import kept_in
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.apart import apart, together
from linghang.usecases.json_values import plain
from linghang.usecases.judging import Chosen
from linghang.usecases.kept import workspace_state
from linghang.usecases.planning import (
    Catalogue,
    Known,
    Limits,
    Question,
    export_actions,
    front_from,
    known_of,
    load_actions,
    plan_from,
    read_costs,
)
from linghang.usecases.uploaded import called
from linghang.usecases.way_up_document import document, front_document
from linghang.words import Language

__all__ = [
    "changed_costs",
    "costs_workbook",
    "first_day",
    "first_plan",
    "own_actions",
    "planned",
    "sensed",
    "standing",
    "traded",
]

KEPT = 4
"""How many standings are kept: a few packs and days of judgement."""
FIRST_PLAN, SENSED = "first-plan", "sensitivity"
ASSESSED_WITHIN_S, PLANNED_WITHIN_S, TRADED_WITHIN_S, SENSED_WITHIN_S = 300.0, 120.0, 300.0, 600.0
_KEPT: OrderedDict[tuple[str, ...] | None, Known] = OrderedDict()
_LOCK = Lock()


async def standing(
    folder: Path, pack: str, day: date | None, now: datetime, interpretation: Chosen | None = None
) -> Known:
    """Return what is known of the factory of a workspace; made in a process of its own where it is not kept.

    Parameters
    ----------
    pack
        Id of the pack.
    day
        The day of judgement (else the plant's today).
    interpretation
        Values set instead of those in force.

    Raises
    ------
    BadInput
        Everything that an assessment refuses.
    """
    key = await asyncio.to_thread(_key, folder, pack, day, now, interpretation)
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    # which level a question names does not matter here
    asked = Question("", pack=pack, as_of=day, interpretation=interpretation)
    work = apart(known_of, ASSESSED_WITHIN_S, folder, asked, now)
    if key is None:
        return await work
    making = _MAKING.setdefault(asyncio.get_running_loop(), {})
    if key in making:
        work.close()
    else:
        making[key] = asyncio.create_task(work)
        making[key].add_done_callback(lambda done: _made(making, key, done))
    found = await asyncio.shield(making[key])  # others may wait for the same
    if key == await asyncio.to_thread(_key, folder, pack, day, now, interpretation):
        with _LOCK:
            _KEPT[key] = found
            while len(_KEPT) > KEPT:
                _KEPT.popitem(last=False)
    return found


_Key = tuple[str, ...]
_MAKING: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[_Key, asyncio.Task[Known]]]" = WeakKeyDictionary()


def _made(making: dict[_Key, "asyncio.Task[Known]"], key: _Key, done: "asyncio.Task[Known]") -> None:
    del making[key]
    if not done.cancelled():
        done.exception()  # whoever still waits for it is told; if nobody does, that is no fault


def first_day(folder: Path, day: date | None, now: datetime) -> date:
    """Return the day of judgement: the plant's today where none is chosen; a plan begins on it."""
    return _judged_on(open_workspace(folder), day, now)


def _judged_on(workspace: Workspace, day: date | None, now: datetime) -> date:
    return day or now.astimezone(ZoneInfo(workspace.time_zone)).date()


def _key(
    folder: Path, pack: str, day: date | None, now: datetime, interpretation: Chosen | None
) -> tuple[str, ...] | None:
    workspace = open_workspace(folder)
    state = workspace_state(workspace)
    asked = (load_pack(pack).digest, str(_judged_on(workspace, day, now)), repr(sorted((interpretation or {}).items())))
    return None if state is None else (str(folder), state, *asked)


async def planned(known: Known, question: Question, limits: Limits, actions: Catalogue | None = None) -> dict[str, Any]:
    """Plan the way up in a process of its own, which ends when nobody waits for it; return the plan as JSON has it.

    Raises
    ------
    BadInput
        What is given does not fit, or it took longer than `PLANNED_WITHIN_S`.
    """
    within = TRADED_WITHIN_S if question.pareto else PLANNED_WITHIN_S
    return await apart(_planned, within, known, question, limits, actions or own_actions())


def _planned(known: Known, question: Question, limits: Limits, actions: Catalogue) -> dict[str, Any]:
    return dict(plain(document(plan_from(known, question, limits, actions))))


async def first_plan(folder: Path, question: Question, now: datetime) -> dict[str, Any]:
    """Plan without limits from the day of judgement on; kept until something changes, also when the program ends.

    Parameters
    ----------
    question
        With the id of its pack.

    Raises
    ------
    BadInput
        Everything that an assessment and a plan refuse.
    """
    assert question.pack is not None
    pack = question.pack
    workspace = await asyncio.to_thread(open_workspace, folder)
    first = _judged_on(workspace, question.as_of, now)
    digest = (await asyncio.to_thread(load_pack, pack)).digest
    asked = (question.target, question.floor, question.assume, digest, first.isoformat())

    async def made() -> dict[str, Any]:
        return await planned(await standing(folder, pack, question.as_of, now), question, Limits(first))

    return await _once(workspace, FIRST_PLAN, asked, made)


async def _once(
    workspace: Workspace, name: str, asked: object, make: Callable[[], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Return what was made of a question before, as long as nothing has changed; else make it and keep it."""
    state = await asyncio.to_thread(workspace_state, workspace)
    if state is None:
        return await make()
    place, key = kept_in(workspace), f"{state} {asked}"
    found: dict[str, Any] | None = await asyncio.to_thread(load, place, name, key)

    async def made() -> dict[str, Any]:
        new = await make()
        if state == await asyncio.to_thread(workspace_state, workspace):
            await asyncio.to_thread(save, place, name, key, new)
        return new

    return await together((str(place), name, key), made) if found is None else found


async def traded(
    known: Known, question: Question, limits: Limits, actions: Catalogue | None = None
) -> dict[str, Any] | None:
    """Return the trade-off of cost, time and risk as JSON has it, in the same way; None where there is no plan."""
    return await apart(_traded, TRADED_WITHIN_S, known, question, limits, actions or own_actions())


def _traded(known: Known, question: Question, limits: Limits, actions: Catalogue) -> dict[str, Any] | None:
    found = front_from(known, question, limits, actions)
    return None if found is None else dict(plain(front_document(found, limits)))


async def sensed(folder: Path, pack: str, day: date | None, now: datetime) -> dict[str, Any]:
    """Return the sensitivity of a workspace as JSON has it, in the same way; kept until something changes.

    Raises
    ------
    BadInput
        Everything that an assessment refuses, or it took longer than `SENSED_WITHIN_S`.
    """
    workspace = await asyncio.to_thread(open_workspace, folder)
    digest = (await asyncio.to_thread(load_pack, pack)).digest
    asked = (digest, str(_judged_on(workspace, day, now)))

    async def made() -> dict[str, Any]:
        return await apart(_sensed, SENSED_WITHIN_S, folder, pack, day, now)

    return await _once(workspace, SENSED, asked, made)


def _sensed(folder: Path, pack: str, day: date | None, now: datetime) -> dict[str, Any]:
    from linghang.usecases.sensitivity import sensitivity

    return dict(plain(sensitivity(folder, now=now, pack=pack, as_of=day).to_dict()))


@cache
def own_actions() -> Catalogue:
    """Return the product's catalogue of actions; it does not change while the program runs."""
    return load_actions()


def changed_costs(workbook: Path, name: str) -> Catalogue:
    """Return the catalogue with the figures of a workbook that somebody handed in under a name.

    Raises
    ------
    BadInput, ManyProblems
        Everything in the workbook that does not fit, each with sheet, row and column.
    """
    with called(workbook, name):
        return read_costs(own_actions(), workbook)


def costs_workbook(path: Path, lang: Language) -> None:
    """Write the figures of the actions into a workbook, to change them."""
    export_actions(path, lang)
