"""Long work for a page: it ends when nobody looks at the page any longer, or asks something else."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from nicegui import ui

T = TypeVar("T")

LOOKED_AFTER_S = 0.5


async def while_open(
    place: ui.element, work: Coroutine[Any, Any, T], looked: Callable[[], None] = lambda: None
) -> T | None:
    """Wait for work as long as a place is on the page; None, and the work ended, when it is not any longer.

    Parameters
    ----------
    looked
        What is done meanwhile, as often as the place is looked after.
    """
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOKED_AFTER_S)
            if place.is_deleted:
                return None
            if not task.done():
                looked()
        return task.result()
    finally:
        task.cancel()
