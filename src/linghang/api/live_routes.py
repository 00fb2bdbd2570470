"""What is going on now, as server-sent events: values, states, alarms, jobs. One reader serves all who listen."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from linghang.api.given import folder_of
from linghang.api.security import KNOWN_FOR_S, Reader, staying
from linghang.usecases.jobs import jobs_of
from linghang.usecases.json_values import plain
from linghang.usecases.live_values import live_values
from linghang.usecases.plant_alarms import live_alarms
from linghang.usecases.plant_states import live_states

router = APIRouter(tags=["live"])
EVERY_S = 1.0
STILL_S = 15.0
"""After so long without news a comment is sent: proxies close what is silent."""
MOST_NAMED = 60
STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
Look = Callable[[], dict[str, Any]]


class Channel:
    """Looks once a second while anybody listens, and tells all of them what has changed.

    What is told is written down once, whatever the number of listeners.

    Parameters
    ----------
    name
        Of the events.
    look
        Key -> what is the case now; JSON values.
    gone
        Whether keys that are no more are told as null.
    """

    def __init__(self, name: str, look: Look, gone: bool = True) -> None:
        self._name, self._look, self._gone = name.encode(), look, gone
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._last: dict[str, Any] = {}
        self._whole: bytes | None = None

    @property
    def idle(self) -> bool:
        """Whether nobody listens and nobody looks."""
        return not self._listeners and (self._task is None or self._task.done())

    async def listen(self) -> AsyncGenerator[bytes]:
        """Yield events: first everything, then what has changed; it ends where looking fails."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=8)
        if self._last:
            queue.put_nowait(self._everything())
        self._listeners.add(queue)
        if self._task is None or self._task.done():
            self._last, self._whole = {}, None
            self._task = asyncio.create_task(self._watch())
        try:
            while True:
                try:
                    data = await asyncio.wait_for(queue.get(), STILL_S)
                    if data is None:
                        return
                    yield data
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self._listeners.discard(queue)

    async def _watch(self) -> None:
        try:
            while self._listeners:
                found = await run_in_threadpool(self._look)
                last = self._last
                news = {
                    key: value
                    for key, value in found.items()
                    if (before := last.get(key)) is not value and before != value
                }
                if self._gone:
                    news |= dict.fromkeys(last.keys() - found.keys())
                self._last = found
                if news:
                    self._whole = None
                    self._tell(self._written(news))
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
                said = data and self._everything()
            queue.put_nowait(said)

    def _everything(self) -> bytes:
        if self._whole is None:
            self._whole = self._written(self._last)
        return self._whole

    def _written(self, what: dict[str, Any]) -> bytes:
        return b"event: " + self._name + b"\ndata: " + orjson.dumps(what) + b"\n\n"

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
    tag: Annotated[list[str], Query(max_length=MOST_NAMED, description="names of tags, instead of words")] = [],  # noqa: B006
) -> StreamingResponse:
    """Send the values of tags as they change, at most once a second; a tag that is gone is null."""
    folder, named = folder_of(request), tuple(sorted(set(tag)))
    look: Look = lambda: live_values(folder).chosen(find.split(), named)  # noqa: E731
    return _stream(request, f"values {find} {named}", look, "values")


@router.get("/live/states", responses=STREAM, response_class=StreamingResponse)
async def states(request: Request, _: Reader) -> StreamingResponse:
    """Send the states of the machines as they change: key is the machine, null where nothing is known any more."""
    folder = folder_of(request)
    return _stream(request, "states", lambda: live_states(folder), "states")


@router.get("/live/alarms", responses=STREAM, response_class=StreamingResponse)
async def alarms(request: Request, _: Reader) -> StreamingResponse:
    """Send the alarms that stand as they come, change and go (null)."""
    folder = folder_of(request)
    return _stream(request, "alarms", lambda: live_alarms(folder), "alarms")


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


def _channel(app: FastAPI, key: str, look: Look, name: str) -> Channel:
    channels = _channels(app)
    for left in [left for left, one in channels.items() if one.idle]:
        del channels[left]
    if key not in channels:
        channels[key] = Channel(name, look, gone=name != "jobs")
    return channels[key]


def _stream(request: Request, key: str, look: Look, name: str) -> StreamingResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _while_allowed(_channel(request.app, key, look, name).listen(), _still_there(request))
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")


def _still_there(request: Request) -> Callable[[], Awaitable[bool]]:
    """Return what tells whether the one who listens may still read; asked once for all streams of one person."""
    asked: dict[str, tuple[float, asyncio.Task[bool]]] = request.app.state._state.setdefault("asked", {})
    heads = request.headers
    key = f"{heads.get('authorization', '')} {heads.get('cookie', '')}"
    stays = staying(request)

    async def allowed() -> bool:
        now = time.monotonic()
        known = asked.get(key)
        if known is None or now - known[0] > KNOWN_FOR_S / 2:
            for old in [old for old, (at, _) in asked.items() if now - at > KNOWN_FOR_S]:
                del asked[old]
            known = asked[key] = now, asyncio.create_task(run_in_threadpool(stays))
        return await asyncio.shield(known[1])

    return allowed


async def _while_allowed(events: AsyncGenerator[bytes], allowed: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
    """Yield events as long as the one who listens may read; a revoked session gets nothing more."""
    looked_at = time.monotonic()
    async with aclosing(events):
        async for one in events:
            if time.monotonic() - looked_at > KNOWN_FOR_S:
                if not await allowed():
                    return
                looked_at = time.monotonic()
            yield one
