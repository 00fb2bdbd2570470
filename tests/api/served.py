"""A workspace that is really served: uvicorn in a thread, on a port of its own."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import uvicorn

from linghang.api.app import Serving, build

PASSWORD = "丹枫 autumn 17"
EXAMPLE_ROWS_DAY = "2025-04-15"


@contextmanager
def served(serving: Serving) -> Iterator[httpx.Client]:
    """Serve a workspace; gives a client that reads English and follows no redirect."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = build(replace(serving, port=port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        address = f"http://127.0.0.1:{port}/api/v1/"
        with httpx.Client(base_url=address, headers={"Accept-Language": "en"}, timeout=60, trust_env=False) as client:
            yield client
        server.should_exit = True
        thread.join(10)


def enter(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Enter by name and password."""
    return client.post("session", json={"name": name, "password": password})


def serving_of(folder: Path) -> Serving:
    """How tests serve: as on a machine of one's own."""
    return Serving(folder)
