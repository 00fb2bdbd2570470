"""How answers are sent: JSON with an ETag, pages with links, and documents that are made once and sent often."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope, Send

from linghang.usecases.json_values import plain

MOST_ITEMS = 1_000
MOST_READY = 64
FRESH_FOR_S = 1.0
"""How long an answer is sent again before anybody looks whether the workspace has changed."""
T = TypeVar("T")

Described = dict[int | str, dict[str, Any]]
"""What a route answers, as OpenAPI describes it."""
BINARY: Mapping[str, Any] = {"schema": {"type": "string", "format": "binary"}}
UNCHANGED: Described = {304: {"description": "not changed since the ETag that was sent"}}
FILE: Described = {
    200: {"content": {"*/*": BINARY}, "description": "the file"},
    206: {"content": {"*/*": {"schema": {"type": "string"}}}, "description": "the part of the file that was asked for"},
    416: {"description": "the file has no such part", "content": {"text/plain": {"schema": {"type": "string"}}}},
}
JSON: Described = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
JSON_OBJECT: Described = JSON | UNCHANGED
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="most items of the page")]
Offset = Annotated[int, Query(ge=0, le=2**53, description="items before the page")]


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    total: int
    offset: int
    limit: int


def json_of(value: Any) -> bytes:
    """Return a value of a use case as JSON: texts in both languages, decimals and dates as text."""
    return orjson.dumps(plain(value))


def tagged(
    request: Request,
    content: bytes,
    tag: str | None = None,
    *,
    media_type: str = "application/json",
    name: str = "",
) -> Response:
    """Send what was made with its ETag, or nothing where the client has it already (RFC 9110, 13.1.2).

    Parameters
    ----------
    name
        Of the file that it is to be kept as; without one it is shown.
    """
    etag = tag or etag_of(content)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if has_it(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, headers=headers, media_type=media_type)


def has_it(known: str | None, etag: str) -> bool:
    """Whether a client's If-None-Match names what it would get."""
    return known is not None and (known == "*" or etag in (one.strip().removeprefix("W/") for one in known.split(",")))


def etag_of(content: bytes) -> str:
    """A strong ETag: equal bytes, equal tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def page_of(request: Request, response: Response, items: Sequence[T], offset: int, limit: int) -> "Page[T]":
    """Cut a page out of a list and link to its neighbours (RFC 8288)."""
    link(request, response, len(items), offset, limit)
    return Page(items=list(items[offset : offset + limit]), total=len(items), offset=offset, limit=limit)


def link(request: Request, response: Response, total: int, offset: int, limit: int) -> None:
    """Link to the pages before and after."""
    links = []
    if offset + limit < total:
        links.append((offset + limit, "next"))
    if offset > 0:
        links.append((max(offset - limit, 0), "prev"))
    if links:
        response.headers["Link"] = ", ".join(
            f'<{request.url.include_query_params(offset=at, limit=limit)}>; rel="{name}"' for at, name in links
        )


class Ready:
    """Documents by the very request that asks for them, so that the next one is answered without being read again.

    A route puts in what it has checked; the door answers what is in. It holds the newest few.
    """

    def __init__(self) -> None:
        self._of: dict[tuple[str, bytes], Often] = {}

    def put(self, request: Request, document: "Often") -> None:
        """Answer this very request with a document from now on."""
        while len(self._of) >= MOST_READY:
            self._of.pop(next(iter(self._of)))
        self._of[request.url.path, request.scope["query_string"]] = document

    async def answer(self, scope: Scope, headers: Mapping[bytes, str], send: Send) -> bool:
        """Answer a GET that is known; return whether it was."""
        document = self._of.get((scope["path"], scope["query_string"]))
        if document is None or scope["method"] != "GET":
            return False
        content, etag = await document.get()
        same = has_it(headers.get(b"if-none-match"), etag)
        heads = [(b"etag", etag.encode()), (b"cache-control", b"private, no-cache")]
        if not same:
            heads += [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 304 if same else 200, "headers": heads})
        await send({"type": "http.response.body", "body": b"" if same else content})
        return True


class Often:
    """A document that is asked for often: made once, then looked after at most once a second.

    Whoever asks while it is made anew gets the one before; only the first of all waits.
    """

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._lock = asyncio.Lock()
        self._kept: tuple[float, bytes, str] | None = None

    async def get(self) -> tuple[bytes, str]:
        """Return the bytes and their ETag."""
        kept = self._kept
        if kept is not None and (time.monotonic() - kept[0] < FRESH_FOR_S or self._lock.locked()):
            return kept[1], kept[2]
        async with self._lock:
            kept = self._kept
            if kept is None or time.monotonic() - kept[0] >= FRESH_FOR_S:
                content = await run_in_threadpool(self._make)
                kept = time.monotonic(), content, etag_of(content)
                self._kept = kept
        return kept[1], kept[2]
