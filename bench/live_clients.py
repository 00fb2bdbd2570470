"""Live clients: how much of a processor `linghang serve` takes while 200 people look on.

A plant of 315 tags changes every value every second, written by another process as `linghang ingest` does. Half of the
clients listen to all values, the other half to one machine each, of sixty. After they have settled, the server's own
processor time (user and system, /proc/PID/stat) is taken over `SECONDS`; what the clients and the writer take is not in
it. Every client has to have heard of every second, or the figure is not given.

Run with: python -m bench.live_clients [CLIENTS] [SECONDS]
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linghang.plant.tables import TABLES
from linghang.store.telemetry import Points, TagKind, TelemetryStore
from linghang.usecases.workspaces import make_workspace

if TYPE_CHECKING:
    from bench.__main__ import Bench

CLIENTS, SECONDS, SETTLE_S = 200, 30, 6
TAGS, MACHINES = 315, 60
BAR = 0.5
"""Of one processor."""
HEARD = 0.8
"""Events a second that each client has to have heard at least."""


def source(tag: int) -> str:
    """Name a tag."""
    return f"plant!AREA/M-{tag % MACHINES:03d}/signal_{tag}"


def plant(folder: Path) -> Path:
    """Make a workspace with the example rows and the first points."""
    engine = make_workspace(folder, "live", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    feed(folder, 1)
    return folder


def feed(folder: Path, seconds: float) -> None:
    """Append a point of every tag each second."""
    draw = np.random.default_rng(1)
    quality = np.full(TAGS, 192, np.uint8)
    with TelemetryStore.open(folder / "telemetry") as store:
        tags = store.register([source(tag) for tag in range(TAGS)], TagKind.NUMBER)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            at = np.full(TAGS, time.time_ns() // 1000, np.int64)
            store.append(Points(tags, at, np.round(draw.normal(50, 5, TAGS), 2), quality))
            time.sleep(1)


def seconds_of(process: int) -> float:
    """Processor seconds that a process has taken, with all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _listen(port: int, path: str, heard: list[int], place: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode())
    try:
        while part := await reader.read(1 << 16):
            heard[place] += part.count(b"event: ")
    finally:
        writer.close()


async def _watch(port: int, process: int, clients: int, seconds: float) -> tuple[float, float, float]:
    """Open the clients; return processors taken, and events a second of the one that heard least and of all."""
    heard = [0] * clients
    paths = [
        "/api/v1/live/values" + (f"?find=M-{place % MACHINES:03d}" if place % 2 else "") for place in range(clients)
    ]
    tasks = [asyncio.create_task(_listen(port, path, heard, place)) for place, path in enumerate(paths)]
    await asyncio.sleep(SETTLE_S)
    before, begun, taken = list(heard), time.monotonic(), seconds_of(process)
    await asyncio.sleep(seconds)
    lasted, used = time.monotonic() - begun, seconds_of(process) - taken
    events = [after - old for after, old in zip(heard, before, strict=True)]
    for task in tasks:
        task.cancel()
    with contextlib.suppress(Exception):
        await asyncio.gather(*tasks, return_exceptions=True)
    return used / lasted, min(events) / lasted, sum(events) / lasted


@contextmanager
def served(folder: Path, port: int) -> Iterator[int]:
    """Serve a workspace and write to it; gives the server's process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "linghang", "serve", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    feeder = subprocess.Popen([sys.executable, "-m", "bench.live_clients", "--feed", str(folder)])
    try:
        for _ in range(900):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/login").read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("live clients: the server did not start")
        yield server.pid
    finally:
        for process in (feeder, server):
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def measure(clients: int = CLIENTS, seconds: float = SECONDS) -> tuple[float, float, float]:
    """Return processors that the server took, and events a second of the slowest client and of all."""
    from bench.api import free_port

    with tempfile.TemporaryDirectory(dir=os.environ.get("LINGHANG_BENCH_FOLDER")) as place:
        port = free_port()
        with served(plant(Path(place) / "plant"), port) as process:
            return asyncio.run(_watch(port, process, clients, seconds))


def run(bench: "Bench") -> None:
    """Measure once and print."""
    used, least, events = measure()
    reached = "reached" if used <= BAR and least >= HEARD else "NOT reached"
    bench.console.print(
        f"{CLIENTS} live clients, {TAGS} tags a second: {used:.2f} of a processor, {events:,.0f} events/s, "
        f"{least:.2f}/s for the slowest   bar {BAR:g} {reached}"
    )


def main() -> None:
    """Print the figure; or feed a plant for it."""
    if sys.argv[1:2] == ["--feed"]:
        return feed(Path(sys.argv[2]), 3_600)
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS
    used, least, events = measure(clients, float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS)
    print(f"{clients} clients: {used:.3f} of a processor; {events:,.0f} events/s in all, {least:.2f}/s for the slowest")
    return None


if __name__ == "__main__":
    main()
