"""Where a factory stands is found out once and kept until something changes; so is the first plan."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.usecases import standing as module
from linghang.usecases.planning import Question, known_of
from linghang.usecases.standing import first_plan, standing
from linghang.usecases.workspaces import make_workspace

NOW, DAY, PACK = datetime(2025, 4, 15, 4, tzinfo=UTC), date(2025, 4, 15), "national-2024"
Made = list[str]
pytestmark = pytest.mark.slow


@pytest.fixture
def works(tmp_path: Path) -> Path:
    folder = tmp_path / "works"
    make_workspace(folder, "works", "Asia/Shanghai", None)
    known_of(folder, Question("", pack=PACK, as_of=DAY), NOW)  # what a first look at a workspace makes is there
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """What was done apart; here it is done at once, in this process."""
    done: Made = []

    async def apart(work: Callable[..., Any], _within_s: float, *args: Any) -> Any:
        done.append(work.__name__)
        await asyncio.sleep(0.01)
        return work(*args)

    monkeypatch.setattr(module, "apart", apart)
    monkeypatch.setattr(module, "_KEPT", type(module._KEPT)())
    return done


def test_who_asks_at_the_same_time_or_later_waits_for_the_same(works: Path, made: Made) -> None:
    async def asked() -> None:
        first, second = await asyncio.gather(*(standing(works, PACK, DAY, NOW) for _ in range(2)))
        assert first is second
        assert await standing(works, PACK, DAY, NOW) is first

    asyncio.run(asked())
    assert made == ["known_of"]


def test_one_who_gives_up_does_not_end_it_for_the_others(works: Path, made: Made) -> None:
    async def asked() -> None:
        tasks = [asyncio.create_task(standing(works, PACK, DAY, NOW)) for _ in range(2)]
        await asyncio.sleep(0.05)
        tasks[0].cancel()
        assert (await tasks[1]).subject == "works"

    asyncio.run(asked())
    assert made == ["known_of"]


def test_other_records_another_day_and_another_reading_are_found_out_anew(works: Path, made: Made) -> None:
    async def asked() -> None:
        await standing(works, PACK, DAY, NOW)
        await standing(works, PACK, date(2025, 4, 16), NOW)
        await standing(works, PACK, DAY, NOW, {"link_covered": "majority"})
        with module.open_workspace(works).engine().begin() as connection:
            connection.execute(TABLES["enterprise"].insert(), list(TABLES["enterprise"].info["examples"]))
        await standing(works, PACK, DAY, NOW)

    asyncio.run(asked())
    assert made == ["known_of"] * 4


def test_a_refusal_is_not_kept(works: Path, made: Made) -> None:
    async def asked() -> None:
        for _ in range(2):
            with pytest.raises(BadInput, match="link_covered"):
                await standing(works, PACK, DAY, NOW, {"link_coverd": "majority"})

    asyncio.run(asked())
    assert made == ["known_of"] * 2


def test_the_first_plan_is_kept_until_something_changes(works: Path, made: Made) -> None:
    question = Question("basic", pack=PACK, as_of=DAY)
    first = asyncio.run(first_plan(works, question, NOW))
    assert first["limits"]["start"] == DAY.isoformat()
    module._KEPT.clear()  # as after a new start of the program
    assert asyncio.run(first_plan(works, question, NOW)) == first
    assert made == ["known_of", "_planned"]
