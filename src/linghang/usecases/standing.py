"""Where a factory stands, kept in memory while nothing changes: plans and what-ifs ask for it again and again."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.store.kept_documents import load, save
from linghang.store.state import kept_in
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.apart import Told, apart, once, telling, together
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
_HEARING: dict[tuple[str, ...], list[Told]] = {}


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

    async def made() -> Known:
        return await apart(known_of, ASSESSED_WITHIN_S, folder, asked, now)

    if key is None:
        return await made()
    found = await once(("standing", key), made)
    if key == await asyncio.to_thread(_key, folder, pack, day, now, interpretation):
        with _LOCK:
            _KEPT[key] = found
            while len(_KEPT) > KEPT:
                _KEPT.popitem(last=False)
    return found


def first_day(folder: Path, day: date | None, now: datetime) -> date:
    """Return the day of judgement: the plant's today where none is chosen; a plan begins on it."""
    return open_workspace(folder).day(now, day)


def _key(
    folder: Path, pack: str, day: date | None, now: datetime, interpretation: Chosen | None
) -> tuple[str, ...] | None:
    workspace = open_workspace(folder)
    state = workspace_state(workspace)
    asked = (load_pack(pack).digest, str(workspace.day(now, day)), repr(sorted((interpretation or {}).items())))
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
    first = workspace.day(now, question.as_of)
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


async def sensed(
    folder: Path, pack: str, day: date | None, now: datetime, told: Told = lambda *_: None
) -> dict[str, Any]:
    """Return the sensitivity of a workspace as JSON has it, in the same way; kept until something changes.

    Parameters
    ----------
    told
        Is told in a thread how far it is, where it is not kept; whoever asks for the same meanwhile is told, too.

    Raises
    ------
    BadInput
        Everything that an assessment refuses, or it took longer than `SENSED_WITHIN_S`.
    """
    workspace = await asyncio.to_thread(open_workspace, folder)
    digest = (await asyncio.to_thread(load_pack, pack)).digest
    asked = (digest, str(workspace.day(now, day)))

    key = str(folder), *asked
    hearing = _HEARING.setdefault(key, [])

    def tell(what: str, done: int, total: int | None) -> None:
        for one in tuple(hearing):
            one(what, done, total)

    async def made() -> dict[str, Any]:
        return await telling(_sensed, SENSED_WITHIN_S, tell, folder, pack, day, now)

    hearing.append(told)
    try:
        return await _once(workspace, SENSED, asked, made)
    finally:
        hearing.remove(told)
        if not hearing:
            _HEARING.pop(key, None)


def _sensed(folder: Path, pack: str, day: date | None, now: datetime, told: Told) -> dict[str, Any]:
    from linghang.usecases.sensitivity import sensitivity

    return dict(plain(sensitivity(folder, now=now, pack=pack, as_of=day, progress=told).to_dict()))


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
