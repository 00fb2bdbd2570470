"""Work in a process of its own: its answer, its refusal, its end."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.usecases.apart import Told, apart, telling, together
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


def counting(steps: int, told: Told) -> int:
    for done in range(steps):
        told("counting", done, steps)
    return os.getpid()


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


def test_work_tells_how_far_it_is_before_it_answers() -> None:
    heard = list[tuple[str, int, int | None]]()
    pid = asyncio.run(telling(counting, 30, lambda *far: heard.append(far), 3))
    assert pid != os.getpid()
    assert heard == [("counting", done, 3) for done in range(3)]


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


# --- the same work for several ---


def test_two_who_ask_for_the_same_share_the_work_and_the_last_to_go_ends_it() -> None:
    begun, ended = list[int](), list[int]()

    async def work() -> int:
        begun.append(1)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)
        return 1

    async def asked() -> tuple[int, int, int]:
        first, second = (asyncio.create_task(together("a", work)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0.01)
        while_one_waits = len(ended)
        second.cancel()
        await asyncio.sleep(0.01)
        third = asyncio.create_task(together("a", work))
        await asyncio.sleep(0.01)
        third.cancel()
        return while_one_waits, len(ended), len(begun)

    assert asyncio.run(asked()) == (0, 1, 2)


def test_what_is_shared_is_answered_to_all_and_refused_to_all() -> None:
    async def work() -> str:
        await asyncio.sleep(0.01)
        return "done"

    async def refused() -> str:
        await asyncio.sleep(0.01)
        raise BadInput("there is no file {file}", file="plant.yaml")

    async def asked() -> list[object]:
        answers: list[object] = await asyncio.gather(*(together("a", work) for _ in range(3)))
        return answers + await asyncio.gather(*(together("b", refused) for _ in range(2)), return_exceptions=True)

    found = asyncio.run(asked())
    assert found[:3] == ["done"] * 3
    assert all(isinstance(one, BadInput) for one in found[3:])


# --- a server that is killed ---

SERVER = """
import asyncio, sys, time
from linghang.api.elsewhere import elsewhere
from linghang.usecases.apart import apart

sys.path.insert(0, sys.argv[1])
import test_apart

async def work():
    one = asyncio.create_task(apart(test_apart.slow, 300, sys.argv[2], 300))
    print(await elsewhere(test_apart.where, "x"), flush=True)
    await one

if __name__ == "__main__":
    asyncio.run(work())
"""


def test_work_goes_with_a_server_that_is_killed(tmp_path: Path) -> None:
    sign, script = tmp_path / "pid", tmp_path / "server.py"
    script.write_text(SERVER, "utf-8")
    command = [sys.executable, str(script), str(Path(__file__).parent), str(sign)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        waiting = int(server.stdout.readline().strip("(").split(",")[0])
        until = time.monotonic() + 60
        while not sign.exists() or not sign.read_text("ascii"):
            assert time.monotonic() < until
            time.sleep(0.05)
        working = int(sign.read_text("ascii"))
        assert is_there(waiting)
        assert is_there(working)
        server.kill()
    assert asyncio.run(gone(waiting)), "a process that waits for work outlived its server"
    assert asyncio.run(gone(working)), "a process that works outlived its server"
