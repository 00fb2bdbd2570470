"""An identity provider as plants have one: discovery, PKCE, signed ID tokens; it can also lie, lag and refuse."""

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "linghang", "kept under lock"
Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class IdentityProvider:
    """One provider; what it says of people and how it misbehaves can be changed between two ways in."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "42", "preferred_username": "zhao", "name": "赵工"})
    calls_itself: str | None = None
    refuses: str = ""
    lags_s: int = 0
    signs_with_another_key: bool = False
    audience: str = CLIENT
    forgets_nonce: bool = False
    names_itself_on_the_way_back: str = ""
    instead: dict[str, Callable[[], Awaitable[Response]]] = field(default_factory=dict)
    more_configuration: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.other = RSAKey.generate_key(2048, {"kid": "one"})
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> Starlette:
        """Its server."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._or_instead("configuration", self._configuration)),
                Route("/authorize", self._authorize),
                Route("/token", self._or_instead("token", self._token), methods=["POST"]),
                Route("/keys", self._or_instead("keys", self._keys)),
                Route("/leave", self._leave),
            ]
        )

    def _or_instead(self, name: str, usual: Answer) -> Answer:
        async def answer(request: Request) -> Response:
            return await (self.instead[name]() if name in self.instead else usual(request))

        return answer

    async def _configuration(self, _: Request) -> Response:
        said = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        said |= {"end_session_endpoint": "leave"}
        named = {name: f"{self.issuer}/{path}" for name, path in said.items()}
        algorithms = ["none", "HS256", "RS256"]
        named |= {"issuer": self.calls_itself or self.issuer}
        return JSONResponse(named | {"id_token_signing_alg_values_supported": algorithms} | self.more_configuration)

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        back = {"state": asked["state"]}
        if self.names_itself_on_the_way_back:
            back["iss"] = self.names_itself_on_the_way_back
        if self.refuses:
            back |= {"error": "access_denied", "error_description": self.refuses}
        else:
            code = f"code-{len(self._codes)}"
            self._codes[code] = asked
            back |= {"code": code}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            given = {key: str(value) for key, value in form.items()}
        asked = self._codes.pop(given.get("code", ""), None)
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        named = request.headers.get("authorization") == f"Basic {known.replace(' ', '')}"
        if asked is None or not named or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time()) + self.lags_s
        claims = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + 300} | self.claims
        if not self.forgets_nonce:
            claims["nonce"] = asked["nonce"]
        key = self.other if self.signs_with_another_key else self.key
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": token})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _leave(self, request: Request) -> Response:
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Run an application on a free port of this machine; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(10)


@contextmanager
def provider_running() -> Iterator[IdentityProvider]:
    """A provider that runs."""
    made = IdentityProvider()
    with running(made.app()) as address:
        made.issuer = address
        yield made
