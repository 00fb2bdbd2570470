"""The verdict over HTTP: requests a second of `linghang serve`, beside uvicorn alone that sends the same bytes.

Sixteen connections of wrk (from Debian) ask again and again; server and wrk share the machine's processors. The peer is
the ceiling of any Python server here: an ASGI application of five lines without routes, people or freshness.

Run the file for the table: `python -m bench.api`.
"""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.assessing import plant

if TYPE_CHECKING:
    from bench.__main__ import Bench

SECONDS = 4
CONNECTIONS = 16
BAR_PER_S = 5_000
_BARE = """
import sys, uvicorn
body = open(sys.argv[1], "rb").read()
heads = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": heads})
    await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[2]), lifespan="off", access_log=False, log_level="critical")
"""


@contextmanager
def running(*command: str, address: str) -> Iterator[None]:
    """Run a server until it answers, and end it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address).read()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def rate(address: str) -> float:
    """Requests a second that wrk counts."""
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", address], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said:
        raise SystemExit(said)
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    assert found is not None
    return float(found[1])


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run(bench: "Bench") -> None:
    """Serve a plant and the bytes alone, and let wrk ask both in turns."""
    if shutil.which("wrk") is None:
        bench.console.print("bench: wrk is missing (apt-get install wrk); the API is not timed")
        return
    with tempfile.TemporaryDirectory() as place:
        folder = plant(Path(place) / "plant", 10_000, 1_000)
        ours, peer = free_port(), free_port()
        address = f"http://127.0.0.1:{ours}/api/v1/verdict?as_of=2026-01-01"
        linghang = str(Path(sys.executable).parent / "linghang")
        body = Path(place) / "body.json"
        with running(linghang, "serve", str(folder), "--port", str(ours), address=address):
            body.write_bytes(urllib.request.urlopen(address).read())
            bare = f"http://127.0.0.1:{peer}/"
            with running(sys.executable, "-c", _BARE, str(body), str(peer), address=bare):
                rates = [(rate(address), rate(bare)) for _ in range(bench.rounds // 2 + 1)]
        size = body.stat().st_size
    seconds: Callable[[int], list[float]] = lambda place: [1 / one[place] for one in rates]  # noqa: E731
    what = f"GET verdict, {size // 1000} kB, {CONNECTIONS} connections; peer: bare uvicorn"
    bench.row(what, seconds(0), seconds(1), BAR_PER_S / 1e6, per=1)


if __name__ == "__main__":
    from bench.__main__ import ROUNDS, Bench

    table = Bench(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    run(table)
    table.console.print(table.table)
