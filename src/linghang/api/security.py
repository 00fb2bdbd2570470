"""Who asks: local without accounts, else a session or a token; and what a browser may be tricked into is refused."""

import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linghang.api.problems import problem
from linghang.api.sending import Ready
from linghang.usecases.accounts import ALLOWED, TOKEN_MARK, Accounts, Person
from linghang.usecases.accounts import Scope as Right
from linghang.words import LANGUAGES, Language, tr, use

COOKIE = "linghang_session"
SAFE = ("GET", "HEAD", "OPTIONS")
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
API, LIVE = "/api/", "/api/v1/live/"
OPEN = ("/api/v1/session", "/api/v1/openapi.json")
"""What of the API is answered to who has not entered."""
MOST_TEXT_BYTES = 16 * 1024 * 1024
"""Largest request that brings no files: it is held in memory as a whole."""
MOST_OPEN_BYTES = 16 * 1024
"""Largest request that is read from somebody who has not entered: a name and a password."""
TOKENS = HTTPBearer(scheme_name="token", auto_error=False)
SESSIONS = APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False)
KNOWN_FOR_S = 1.0
"""How long somebody who was let in is let in without asking again.

What this server changes itself counts at once; a session that another process revokes ends so much later.
"""
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
ENTER = {"WWW-Authenticate": "Bearer"}
LOCAL = Person("local", "local", "administrator", ALLOWED["administrator"])


class Door:
    """ASGI middleware of everything: language, who asks, body size, forged requests, security headers.

    Parameters
    ----------
    accounts
        The accounts of the workspace.
    ready
        What may be read and is answered here at once.
    open_to_local
        Whether whoever is on this machine may do everything: only where the server binds to loopback and there are
        no accounts.
    most_bytes
        Largest body of a request.
    """

    def __init__(self, app: ASGIApp, accounts: Accounts, ready: Ready, open_to_local: bool, most_bytes: int) -> None:
        self.app, self.accounts, self.ready = app, accounts, ready
        self.open_to_local, self.most_bytes = open_to_local, most_bytes
        self._known: dict[str, tuple[float, int, Person]] = {}
        self._looked_at, self._version, self._accounts = -KNOWN_FOR_S * 2, -1, True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with `scope["state"]["person"]`, or answer it with a problem."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        use(_language(headers.get(b"accept-language", "")))
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            return await _refuse(refusal, scope, receive, send)
        person = await self._person(headers)
        scope.setdefault("state", {})["person"] = person
        if scope["type"] == "websocket":
            return await self.app(scope, receive, send)
        if scope["method"] == "HEAD" and scope["path"].startswith(API) and not scope["path"].startswith(LIVE):
            scope, send = {**scope, "method": "GET"}, _without_body(send)  # RFC 9110, 9.3.2: as GET, but no content
        if person is None and scope["path"].startswith(API) and scope["path"] not in OPEN:
            # Before a byte of what was sent is read: nobody fills the disk or the memory without having entered.
            return await problem(401, _enter_first(), headers=ENTER)(scope, receive, _with_headers(send, scope["path"]))
        allowed = person is not None and "read" in person.scopes
        if allowed and await self.ready.answer(scope, headers, _with_headers(send, scope["path"])):
            return None
        return await self.app(scope, _limited(receive, self._most(scope, headers)), _with_headers(send, scope["path"]))

    def _most(self, scope: Scope, headers: MutableMapping[bytes, str]) -> int:
        if scope["path"] in OPEN:
            return MOST_OPEN_BYTES
        files = headers.get(b"content-type", "").lower().startswith("multipart/")
        return self.most_bytes if files else min(self.most_bytes, MOST_TEXT_BYTES)

    def _refusal(self, scope: Scope, headers: MutableMapping[bytes, str]) -> tuple[int, str] | None:
        host = headers.get(b"host", "")
        if self.open_to_local and _name(host) not in LOCAL_NAMES:
            # Another site may point its own name at 127.0.0.1; it must not become this machine thereby.
            return 421, tr("this server answers to 127.0.0.1 and localhost only, not to {host}", host=host or "–")
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > (most := self._most(scope, headers)):
            return 413, tr("the request is larger than {most} bytes", most=f"{most:,}")
        writes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if writes and not _token_of(headers) and _from_elsewhere(headers, host):
            return 403, tr("another site sent this request; it is not answered")
        return None

    async def _person(self, headers: MutableMapping[bytes, str]) -> Person | None:
        token, session = _token_of(headers), _session_of(headers)
        secret = token or session
        if secret is None:
            return LOCAL if self.open_to_local and await self._nobody_has_an_account() else None
        version = self.accounts.version  # before the look: what changes meanwhile makes it old
        at, seen, person = self._known.get(secret, (0.0, version, None))
        if person is None or seen != version or time.monotonic() - at > KNOWN_FOR_S:
            find = self.accounts.by_token if token else self.accounts.by_session
            person = await run_in_threadpool(find, secret, datetime.now(UTC))
            if len(self._known) > 10_000:
                self._known.clear()
            if person is not None:
                self._known[secret] = time.monotonic(), version, person
            else:
                self._known.pop(secret, None)
        return person

    async def _nobody_has_an_account(self) -> bool:
        version = self.accounts.version
        if self._version != version or time.monotonic() - self._looked_at > KNOWN_FOR_S:
            self._accounts = await run_in_threadpool(self.accounts.any)
            self._looked_at, self._version = time.monotonic(), version
        return not self._accounts


def staying(request: Request) -> Callable[[], bool]:
    """Return what tells whether the one who asks may still read: an endless answer outlives what let it in."""
    said = {name: value.decode("latin-1") for name, value in request.headers.raw}
    token, session = _token_of(said), _session_of(said)
    accounts: Accounts = request.app.state.accounts

    def stays() -> bool:
        now = datetime.now(UTC)
        if token is not None:
            person = accounts.by_token(token, now)
            return person is not None and "read" in person.scopes
        return accounts.lives(session, now) if session is not None else not accounts.any()

    return stays


def _refusal_needed(person: Person | None, right: Right) -> Person:
    if person is None:
        raise HTTPException(401, _enter_first(), ENTER)
    person.need(right)
    return person


def _enter_first() -> str:
    return tr("enter first: send a token as “Authorization: Bearer …”, or open a session")


def needing(right: Right) -> Any:
    """Return the dependency of a route that needs a right; it gives the person.

    The two schemes let nobody in, the door has: they put the right into the description of the API.
    """

    async def check(
        request: Request,
        _token: Annotated[Any, Security(TOKENS, scopes=[right])] = None,
        _session: Annotated[Any, Security(SESSIONS, scopes=[right])] = None,
    ) -> Person:
        return _refusal_needed(getattr(request.state, "person", None), right)

    return Depends(check)


Reader = Annotated[Person, needing("read")]
Runner = Annotated[Person, needing("run")]
Writer = Annotated[Person, needing("write")]
Reviewer = Annotated[Person, needing("review")]
Administrator = Annotated[Person, needing("admin")]


def _name(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _token_of(headers: MutableMapping[bytes, str]) -> str | None:
    kind, _, secret = headers.get(b"authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip().startswith(TOKEN_MARK) else None


def _session_of(headers: MutableMapping[bytes, str]) -> str | None:
    if not (said := headers.get(b"cookie")):
        return None
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(said)
    except Exception:  # a cookie of another program on this host that is no cookie
        return None
    return cookies[COOKIE].value if COOKIE in cookies else None


def _from_elsewhere(headers: MutableMapping[bytes, str], host: str) -> bool:
    """Whether a browser says that another site sent this; programs without a browser say nothing."""
    site = headers.get(b"sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get(b"origin")
    return origin is not None and origin.partition("://")[2] != host


def _language(accepted: str) -> Language:
    """The first of our languages that a client accepts; Chinese where it does not say."""
    for one in accepted.split(","):
        short = one.strip()[:2].lower()
        for known in LANGUAGES:
            if short == known:
                return known
    return "zh"


def _limited(receive: Receive, most: int) -> Receive:
    """Count what comes: a body without a length must not be endless either."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413, tr("the request is larger than {most} bytes", most=f"{most:,}"))
        return message

    return counted


def _without_body(send: Send) -> Send:
    async def sent(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sent


def _with_headers(send: Send, path: str) -> Send:
    more = (*HEADERS, API_POLICY) if path.startswith("/api/") else HEADERS

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(one for one in more if one[0] not in present)]
        await send(message)

    return sent


async def _refuse(refusal: tuple[int, str], scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": refusal[1][:100]})
        return
    await problem(*refusal)(scope, receive, _with_headers(send, scope["path"]))
