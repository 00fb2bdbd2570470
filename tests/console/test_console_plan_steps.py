"""Moves of a schedule that come faster than they are checked: none is lost, none that is refused becomes a step."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from linghang.console import engine_plan
from linghang.errors import BadInput


class _Event:
    def __init__(self, task: str) -> None:
        self.args = {"task": task, "machine": "A", "start": datetime(2026, 3, 2, tzinfo=UTC).timestamp()}


class _Plan:
    run, checked = "run", ()


class _Visit:
    folder = "works"


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A schedule whose first check is the slowest, and which refuses to look at the task `bad`."""
    waits = iter((0.05, 0.02, 0.01, 0.0, 0.0, 0.0))

    async def checked(_: Callable[..., object], folder: str, run: str, moves: tuple[Any, ...]) -> object:
        await asyncio.sleep(next(waits))
        if any(one.task == "bad" for one in moves):
            raise BadInput("this schedule has no task {task}", task="bad")
        return tuple(one.task for one in moves)

    monkeypatch.setattr(engine_plan, "elsewhere", checked)
    monkeypatch.setattr(engine_plan.acting, "tell", lambda *_: None)
    monkeypatch.setattr(engine_plan._Change, "_show", lambda _: None)
    return engine_plan._Change(_Visit(), _Plan())  # type: ignore[arg-type]


def test_what_is_shown_is_the_last_of_several_moves_at_once(change: Any) -> None:
    async def moved() -> None:
        await asyncio.gather(*(change._moved(_Event(task)) for task in ("a", "bad", "b")))

    asyncio.run(moved())
    assert change.checked == ("a", "b")
    assert [sorted(step) for step in change.steps] == [[], ["a"], ["a", "b"]]
    assert change.at == 2


def test_undo_and_redo_give_what_was_there(change: Any) -> None:
    async def moved() -> list[tuple[int, object]]:
        await asyncio.gather(change._moved(_Event("a")), change._moved(_Event("b")))
        found = []
        for by in (-1, 1, 0, -1):
            await change._stepping(by)()
            found.append((change.at, change.checked))
        return found

    assert asyncio.run(moved()) == [(1, ("a",)), (2, ("a", "b")), (3, ()), (2, ("a", "b"))]
