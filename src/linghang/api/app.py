"""The server: FastAPI with everything under `/api/v1`, run by uvicorn in one process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from linghang import __version__
from linghang.api import (
    account_routes,
    application_routes,
    assessment_routes,
    audit_routes,
    elsewhere,
    engine_routes,
    evidence_routes,
    history_routes,
    interpretation_routes,
    live_routes,
    maturity_routes,
    pack_routes,
    plant_routes,
    problems,
    record_routes,
    way_up_routes,
)
from linghang.api.problems import Problem, answers
from linghang.api.security import Door
from linghang.api.sending import Ready
from linghang.api.turns import Turns
from linghang.errors import BadInput, reason_of
from linghang.usecases.accounts import Accounts
from linghang.words import tr

BASE = "/api/v1"
MOST_BYTES = 512 * 1024 * 1024
"""Largest request: a year of a plant's records as CSV has its place in it."""
ROUTES = (
    account_routes,
    assessment_routes,
    interpretation_routes,
    pack_routes,
    record_routes,
    evidence_routes,
    history_routes,
    maturity_routes,
    engine_routes,
    plant_routes,
    live_routes,
    way_up_routes,
    application_routes,
    audit_routes,
)
REQUESTS_END_S, WORK_ENDS_S = 5, 2.0
"""Seconds that requests have when the server ends; their long work is broken off before, so that they say so."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Serving:
    """How a workspace is served.

    Attributes
    ----------
    folder
        The workspace.
    host, port
        Where it listens.
    secure
        Whether people reach it by https (a proxy in front of it): cookies are then sent by https only.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8810
    secure: bool = False
    most_bytes: int = MOST_BYTES


def build(serving: Serving) -> FastAPI:
    """Build the application of a workspace.

    Raises
    ------
    BadInput
        The folder is no workspace, or it would be open to others without accounts.
    """
    accounts = Accounts(serving.folder)
    local = serving.host in LOOPBACK
    if not local and not accounts.any():
        raise BadInput(
            "without accounts this is served on 127.0.0.1 only, not on {host}; make one: "
            "linghang accounts add {folder} NAME --role administrator",
            host=serving.host,
            folder=serving.folder,
        )
    app = FastAPI(
        title="Linghang 领航",
        version=__version__,
        summary=tr("Which level of the smart-factory programme has a factory really reached, and why?"),
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,  # those pages are drawn by scripts of another site
        redoc_url=None,
        lifespan=_living,
    )
    app.state.serving, app.state.accounts, app.state.ready = serving, accounts, Ready()
    app.state.turns = Turns()
    for routes in ROUTES:
        app.include_router(routes.router, prefix=BASE, responses=answers(400, 401, 403, 413, 422))
    problems.register(app)
    _describe_problems(app)
    app.add_middleware(
        Door, accounts=accounts, ready=app.state.ready, open_to_local=local, most_bytes=serving.most_bytes
    )
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the problem into the description: the routes refer to it by name."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            parts = schema.setdefault("components", {})
            parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
            for operations in schema["paths"].values():
                for operation in operations.values():
                    operation.setdefault("security", [])  # whoever asks: to enter, and to leave
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """Stop what the routes have started when the server ends."""
    yield
    await live_routes.end(app)


class _Server(uvicorn.Server):
    """Says when it is ready, and why it cannot be."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        ending = asyncio.get_running_loop().call_later(WORK_ENDS_S, elsewhere.end_now)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()
            elsewhere.end_now()


def serve(serving: Serving, ready: Callable[[], None], also: Callable[[FastAPI, Serving], None] | None = None) -> None:
    """Serve a workspace until interrupted.

    Parameters
    ----------
    ready
        Called once it listens.
    also
        What is to stand on the same server, such as the console.

    Raises
    ------
    BadInput
        See `build`; or the port is taken or not ours to take.
    """
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        app = build(serving)
        if also is not None:
            also(app, serving)
        try:
            listening.bind((serving.host, serving.port))
        except OSError as error:
            raise BadInput(
                "cannot listen at {host}, port {port}: {reason}; choose another one with --port",
                host=serving.host,
                port=serving.port,
                reason=reason_of(error),
            ) from None
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=serving.secure,
            timeout_graceful_shutdown=REQUESTS_END_S,
        )
        _Server(config, ready).run([listening])
