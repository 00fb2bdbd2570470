"""What is going on now, as server-sent events: values of tags, and jobs. One reader serves all who listen."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from linghang.api.given import folder_of
from linghang.api.security import KNOWN_FOR_S, Reader, staying
from linghang.usecases.jobs import jobs_of
from linghang.usecases.json_values import plain
from linghang.usecases.kept import has_telemetry
from linghang.usecases.telemetry import Watch, meanings, open_telemetry

router = APIRouter(tags=["live"])
EVERY_S = 1.0
STILL_S = 15.0
"""After so long without news a comment is sent: proxies close what is silent."""
STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
Look = Callable[[], dict[str, Any]]


class Channel:
    """Looks once a second while anybody listens, and tells all of them what has changed.

    Parameters
    ----------
    look
        Key -> what is the case now; JSON values.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._last: dict[str, Any] = {}

    @property
    def idle(self) -> bool:
        """Whether nobody listens and nobody looks."""
        return not self._listeners and (self._task is None or self._task.done())

    async def listen(self, name: str) -> AsyncGenerator[bytes]:
        """Yield events: first everything, then what has changed; it ends where looking fails."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=8)
        if self._last:
            queue.put_nowait(orjson.dumps(self._last))
        self._listeners.add(queue)
        if self._task is None or self._task.done():
            self._last = {}
            self._task = asyncio.create_task(self._watch())
        try:
            while True:
                try:
                    data = await asyncio.wait_for(queue.get(), STILL_S)
                    if data is None:
                        return
                    yield b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self._listeners.discard(queue)

    async def _watch(self) -> None:
        try:
            while self._listeners:
                found = await run_in_threadpool(self._look)
                news = {key: value for key, value in found.items() if self._last.get(key) != value}
                self._last = found
                if news:
                    self._tell(orjson.dumps(news))
                await asyncio.sleep(EVERY_S)
        finally:
            self._last = {}
            self._tell(None)  # whoever still listens would wait for ever

    def _tell(self, data: bytes | None) -> None:
        for queue in tuple(self._listeners):
            said = data
            if queue.full():  # who cannot keep up gets the whole picture next, not an ever longer queue
                while not queue.empty():
                    queue.get_nowait()
                said = data and orjson.dumps(self._last)
            queue.put_nowait(said)

    async def end(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, Exception):  # what it failed with was the listeners' business
                await self._task


@router.get("/live/values", responses=STREAM, response_class=StreamingResponse)
async def values(
    request: Request,
    _: Reader,
    find: Annotated[str, Query(max_length=200, description="words that name or title hold")] = "",
) -> StreamingResponse:
    """Send the values of tags as they change, at most once a second."""
    return _stream(request, f"values {find}", _values_of(folder_of(request), find), "values")


@router.get("/live/jobs", responses=STREAM, response_class=StreamingResponse)
async def jobs(request: Request, _: Reader) -> StreamingResponse:
    """Send the newest jobs as they change."""
    folder = folder_of(request)
    look: Look = lambda: {str(one.id): plain(one) for one in jobs_of(folder, 50)}  # noqa: E731
    return _stream(request, "jobs", look, "jobs")


async def end(app: FastAPI) -> None:
    """End all channels of an application."""
    for one in _channels(app).values():
        await one.end()


def _channels(app: FastAPI) -> dict[str, Channel]:
    found: dict[str, Channel] = app.state._state.setdefault("channels", {})
    return found


def _channel(app: FastAPI, key: str, look: Look) -> Channel:
    channels = _channels(app)
    for name in [name for name, one in channels.items() if one.idle]:
        del channels[name]
    if key not in channels:
        channels[key] = Channel(look)
    return channels[key]


def _stream(request: Request, key: str, look: Look, name: str) -> StreamingResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _while_allowed(_channel(request.app, key, look).listen(name), staying(request))
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")


async def _while_allowed(events: AsyncGenerator[bytes], stays: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Yield events as long as the one who listens may read; a revoked session gets nothing more."""
    looked_at = time.monotonic()
    async with aclosing(events):
        async for one in events:
            if time.monotonic() - looked_at > KNOWN_FOR_S:
                if not await run_in_threadpool(stays):
                    return
                looked_at = time.monotonic()
            yield one


def _values_of(folder: Path, find: str) -> Look:
    meant = cache(lambda: meanings(folder))

    def look() -> dict[str, Any]:
        if not has_telemetry(folder):
            return {}
        with open_telemetry(folder) as reader:
            found = Watch(reader, find.split(), meant()).rows()
        return {
            one.name: {
                "title": one.title,
                "unit": one.unit,
                "value": one.value,
                "at": one.at.isoformat() if one.at else None,
                "good": one.good,
            }
            for one in found
        }

    return look
