"""Work in a process of its own: begun once for all who ask meanwhile; its refusals are raised here."""

import asyncio
import os
import time

import pytest

from linghang.api.elsewhere import aside, elsewhere, end_now, once
from linghang.errors import BadInput
from linghang.usecases.reporting import own_template
from linghang.words import language, use


def test_it_is_another_process_that_speaks_the_same_language() -> None:
    use("en")
    assert asyncio.run(elsewhere(os.getpid)) != os.getpid()
    assert aside(language) == "en"
    use("zh")
    assert aside(language) == "zh"


def test_what_it_refuses_is_refused_here() -> None:
    use("en")
    with pytest.raises(BadInput, match="--kind takes"):
        aside(own_template, "poem", "zh")  # type: ignore[arg-type]


def test_the_same_work_is_not_begun_twice_and_begun_anew_when_it_is_done() -> None:
    begun: list[int] = []

    async def work() -> int:
        begun.append(1)
        await asyncio.sleep(0.01)
        return len(begun)

    async def asked() -> list[int]:
        together = await asyncio.gather(*(once("a", work) for _ in range(5)), once("b", work))
        return [*together, await once("a", work)]

    assert asyncio.run(asked()) == [2, 2, 2, 2, 2, 2, 3]


def test_who_goes_does_not_take_the_work_of_others_along() -> None:
    async def work() -> str:
        await asyncio.sleep(0.02)
        return "done"

    async def asked() -> str:
        first = asyncio.create_task(once("a", work))
        await asyncio.sleep(0.001)
        second = asyncio.create_task(once("a", work))
        await asyncio.sleep(0.001)
        first.cancel()
        return await second

    assert asyncio.run(asked()) == "done"


def test_when_the_server_ends_its_work_is_broken_off_and_says_so() -> None:
    use("en")

    async def asked() -> float:
        await elsewhere(os.getpid)
        task = asyncio.create_task(elsewhere(time.sleep, 60.0))
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        await asyncio.to_thread(end_now)
        with pytest.raises(BadInput, match="broken off"):
            await task
        return time.monotonic() - begun

    assert asyncio.run(asked()) < 30
