"""Work in a process of its own, which is ended when it takes too long or when nobody waits for it any longer."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from linghang.errors import BadInput
from linghang.usecases.parent_gone import end_with_parent
from linghang.words import Language, language, use

P = ParamSpec("P")
T = TypeVar("T")
Told = Callable[[str, int, int | None], None]
"""Is told what is going on, how many steps are done, and of how many (None where that is not known)."""

AT_ONCE = 2
"""How many of them run at once; the others wait their turn, so that questions in a row leave the machine its breath."""
LOADED = ["linghang.usecases.planning", "linghang.usecases.way_up_document", "ortools.sat.python.cp_model"]
"""What the process that the others are made from loads beforehand; what is not installed it leaves out."""


async def apart(work: Callable[P, T], within_s: float, /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do work in a process of its own, in the reader's language; what it raises is raised here.

    Whoever stops waiting (cancels) ends the process at once.

    Parameters
    ----------
    work
        A function of a module (it is found by its name there); what it takes and gives can be pickled.
    within_s
        Seconds after which it is ended.

    Raises
    ------
    BadInput
        What the work refuses; it took too long; or its process was ended.
    """
    return await _answered(_Run(partial(work, *args, **kwargs), language()), within_s)


async def telling(work: Callable[..., T], within_s: float, told: Told, /, *args: object) -> T:
    """Do work apart that tells how far it is.

    Parameters
    ----------
    work
        As of `apart`; it is called with `told`, too.
    told
        Is told here, in a thread, what the work tells there.

    Raises
    ------
    BadInput
        As `apart`.
    """
    return await _answered(_Run(partial(work, *args), language(), told), within_s)


async def _answered(run: "_Run[T]", within_s: float) -> T:
    async with _turns():
        try:
            return await asyncio.to_thread(run.answer, within_s)
        finally:
            asyncio.get_running_loop().run_in_executor(None, run.end)


async def together(key: Hashable, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do work once for all who ask for the same meanwhile; it ends when the last of them stops waiting."""
    under_way = _UNDER_WAY.setdefault(asyncio.get_running_loop(), {})
    if key not in under_way:
        under_way[key] = _Shared(asyncio.create_task(begin()))
        under_way[key].task.add_done_callback(_told)
    shared = under_way[key]
    shared.waiting += 1
    try:
        found: T = await asyncio.shield(shared.task)
        return found
    finally:
        shared.waiting -= 1
        if shared.waiting == 0 or shared.task.done():
            shared.task.cancel()
            if under_way.get(key) is shared:  # whoever asks from now on begins anew
                del under_way[key]


async def once(key: Hashable, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do work once for all who ask for the same meanwhile; it goes on when nobody waits for it any longer."""
    going_on = _GOING_ON.setdefault(asyncio.get_running_loop(), {})
    if key not in going_on:
        going_on[key] = asyncio.create_task(begin())
        going_on[key].add_done_callback(lambda _: going_on.pop(key, None))
        going_on[key].add_done_callback(_told)
    found: T = await asyncio.shield(going_on[key])
    return found


@dataclass
class _Shared:
    task: "asyncio.Task[Any]"
    waiting: int = 0


def _told(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled():
        task.exception()  # whoever still waits for it is told; if nobody does, that is no fault


_UNDER_WAY: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, _Shared]]" = WeakKeyDictionary()
_GOING_ON: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, asyncio.Task[Any]]]" = WeakKeyDictionary()
_TURNS: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = WeakKeyDictionary()


def _turns() -> asyncio.Semaphore:
    return _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


@cache
def _context() -> ForkServerContext:
    """Forked from a process that has one thread and has loaded what planning needs: a new one costs next to nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    return context


class _Run(Generic[T]):
    """One piece of work: answered in a thread, ended from wherever."""

    def __init__(self, work: Callable[..., T], speaking: Language, told: Told | None = None) -> None:
        self._work, self._speaking, self._told = work, speaking, told
        self._lock, self._ended = Lock(), False
        self._process: ForkServerProcess | None = None

    def answer(self, within_s: float) -> T:
        """Start the process and wait for what it says."""
        context = _context()
        receiving, sending = context.Pipe(duplex=False)
        with receiving:
            with self._lock, sending:
                if self._ended:
                    raise BadInput("this work was broken off; ask once more")
                given = sending, self._work, self._speaking, self._told is not None
                self._process = context.Process(target=_run, args=given, daemon=True)
                self._process.start()
            found: T = _received(receiving, within_s, self._told)
            return found

    def end(self) -> None:
        """End the process, if it is there."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.kill()
                self._process.join()
                self._process.close()
                self._process = None


def _received(receiving: Connection, within_s: float, told: Told | None) -> Any:
    ends = time.monotonic() + within_s
    try:
        while True:
            if not receiving.poll(max(ends - time.monotonic(), 0)):
                raise BadInput("this took longer than {seconds} s and was ended; ask for less", seconds=f"{within_s:g}")
            answered, said = receiving.recv()
            if answered:
                error, found = said
                break
            if told is not None:
                told(*said)
    except (EOFError, OSError):
        raise BadInput("this work was broken off; ask once more") from None
    if error is not None:
        raise error
    return found


def _run(sending: Connection, work: Callable[..., object], speaking: Language, tells: bool) -> None:
    """What the process does: answer with what the work gives or raises, and before that tell how far it is."""
    end_with_parent()
    use(speaking)

    def told(*said: object) -> None:
        sending.send((False, said))

    try:
        answer: tuple[Exception | None, object] = None, work(told=told) if tells else work()
    except Exception as error:  # raised again where it was asked for
        answer = error, None
    with sending:
        sending.send((True, answer))
