"""What stands before every page: nobody without a session, and what a browser may load and run."""

from urllib.parse import quote

from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linghang.api.problems import problem

FILES = "/_nicegui/"
SOCKET = "/_nicegui_ws"
LOGIN = "/login"
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        # NiceGUI writes its start into the page and compiles templates in the browser: both words are its price.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
LOGIN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Gate:
    """ASGI middleware of the pages.

    Parameters
    ----------
    app
        NiceGUI's application.
    outer
        The application that it is mounted on: paths of the API that nobody answers there end here.
    """

    def __init__(self, app: ASGIApp, outer: FastAPI) -> None:
        self.app, self.outer = app, outer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let somebody who has entered through; send others to the door."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        path = scope["path"]
        if path.startswith("/api/") and scope["type"] == "http":
            return await self._unanswered(scope)(scope, receive, send)
        person = scope.get("state", {}).get("person")
        may = person is not None and "read" in person.scopes
        if path.startswith(FILES) or may:
            return await self.app(scope, receive, _with_policy(send))
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 4401, "reason": ""})
        if path.startswith(SOCKET):
            return await Response(status_code=401)(scope, receive, send)
        query = scope["query_string"].decode("latin-1")
        wanted = path + (f"?{query}" if query else "")
        return await RedirectResponse(f"{LOGIN}?to={quote(wanted, safe='')}", 303)(scope, receive, send)

    def _unanswered(self, scope: Scope) -> Response:
        """The problem that the API itself would have answered with, were nothing mounted behind it."""
        wrong_method = any(route.matches(scope)[0] is Match.PARTIAL for route in self.outer.routes)
        return problem(405 if wrong_method else 404)


def _with_policy(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            heads = [(b"content-security-policy", PAGE_POLICY.encode())]
            message["headers"] = [*message["headers"], *heads]
        await send(message)

    return sent
