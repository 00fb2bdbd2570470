"""Long work for somebody who may go: it is ended when the connection is."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

T = TypeVar("T")

LOOKED_AFTER_S = 0.5
CLOSED = 408
"""Nobody gets this status: the one who asked is gone."""


async def while_wanted(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Wait for work and return what it gives; it is cancelled when the client is gone.

    Raises
    ------
    HTTPException
        The client is gone.
    """
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOKED_AFTER_S)
            if not task.done() and await request.is_disconnected():
                raise HTTPException(CLOSED)
        return task.result()
    finally:
        task.cancel()
