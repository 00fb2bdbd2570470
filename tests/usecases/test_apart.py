"""Work in a process of its own: its answer, its refusal, its end."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.usecases.apart import apart
from linghang.words import tr, use

pytestmark = pytest.mark.slow


def where(word: str) -> tuple[int, str]:
    return os.getpid(), word


def said(message: str) -> str:
    return tr(message)


def refusing() -> None:
    raise BadInput("there is no file {file}", file="plant.yaml")


def ending() -> None:
    os._exit(3)


def slow(sign: str, seconds: float) -> None:
    Path(sign).write_text(str(os.getpid()), "ascii")
    time.sleep(seconds)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] != "Z"
    except OSError:
        return False


async def gone(pid: int) -> bool:
    for _ in range(100):
        if not is_there(pid):
            return True
        await asyncio.sleep(0.05)
    return False


def test_the_answer_comes_from_another_process_in_the_readers_language() -> None:
    async def asked() -> tuple[tuple[int, str], str]:
        use("zh")
        return await apart(where, 30, "x"), await apart(said, 30, "met")

    (pid, word), chinese = asyncio.run(asked())
    assert pid != os.getpid()
    assert word == "x"
    assert chinese == "满足"


def test_a_refusal_is_raised_where_it_was_asked_for() -> None:
    with pytest.raises(BadInput, match=r"plant\.yaml"):
        asyncio.run(apart(refusing, 30))


def test_a_process_that_ends_by_itself_is_told_of() -> None:
    with pytest.raises(BadInput):
        asyncio.run(apart(ending, 30))


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    sign = tmp_path / "pid"

    async def asked() -> bool:
        with pytest.raises(BadInput, match=r"0\.5"):
            await apart(slow, 0.5, str(sign), 60)
        return await gone(int(sign.read_text("ascii"))) if sign.exists() else True

    assert asyncio.run(asked())


def test_who_stops_waiting_ends_the_process(tmp_path: Path) -> None:
    sign = tmp_path / "pid"

    async def asked() -> bool:
        task = asyncio.create_task(apart(slow, 60, str(sign), 60))
        while not sign.exists() or not sign.read_text("ascii"):
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await gone(int(sign.read_text("ascii")))

    assert asyncio.run(asked())
