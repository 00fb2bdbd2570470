"""What takes a processor for long is done in a process of its own: the server's loop and its other pages go on."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from typing import ParamSpec, TypeVar

from linghang.errors import BadInput
from linghang.usecases.apart import once as once
from linghang.usecases.parent_gone import end_with_parent
from linghang.words import Language, language, use

P = ParamSpec("P")
T = TypeVar("T")


async def elsewhere(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do work in another process, in the reader's language; what it raises is raised here.

    Parameters
    ----------
    work
        A function of a module (it is found by its name there); what it takes and gives can be pickled.

    Raises
    ------
    BadInput
        What the work refuses; or its process was ended.
    """
    loop = asyncio.get_running_loop()
    spoken = partial(work, *args, **kwargs)
    try:
        return await loop.run_in_executor(_processes(), _in_language, spoken, language())
    except BrokenProcessPool:
        end()
        raise BadInput("this work was broken off; open the page again to try once more") from None


def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the same for a thread that waits for it.

    Raises
    ------
    BadInput
        As `elsewhere`.
    """
    spoken = partial(work, *args, **kwargs)
    try:
        return _processes().submit(_in_language, spoken, language()).result()
    except BrokenProcessPool:
        end()
        raise BadInput("this work was broken off; open the page again to try once more") from None


def _in_language(work: Callable[[], T], speaking: Language) -> T:
    use(speaking)
    return work()


@cache
def _processes() -> ProcessPoolExecutor:
    """Started with the first work, ended with the server; two, so that a long plan does not hold up a verdict."""
    return ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), initializer=end_with_parent)


def end() -> None:
    """End the processes, if there are any."""
    if _processes.cache_info().currsize:
        _processes().shutdown(wait=False, cancel_futures=True)
        _processes.cache_clear()


def end_now() -> None:
    """End the processes and whatever they do: the server ends, and nobody waits for their answers any longer."""
    end()
    for one in multiprocessing.active_children():
        with contextlib.suppress(ValueError):  # closed meanwhile by who waited for it
            one.kill()
