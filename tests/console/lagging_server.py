"""The console in a process of its own that watches its event loop: how much longer a sleep takes than it should.

    python lagging_server.py FOLDER PORT

A line on the standard input begins a new measurement and prints the one before, as JSON: of every sleep the
milliseconds that it took too long, and those that the loop's own work took meanwhile.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from linghang.api.app import Serving

SLEEP_S = 0.01
_late: list[tuple[float, float]] = []


async def watch() -> None:
    """Sleep again and again; what a sleep took too long, nobody else could be served in."""
    while True:
        begun, worked = time.perf_counter(), time.thread_time()
        await asyncio.sleep(SLEEP_S)
        late, work = time.perf_counter() - begun - SLEEP_S, time.thread_time() - worked
        _late.append((round(late * 1e3, 3), round(work * 1e3, 3)))


def answer() -> None:
    """Print what was measured since the last time."""
    for _ in sys.stdin:
        told = _late[:]
        del _late[: len(told)]
        print(json.dumps(told), flush=True)


def main(folder: Path, port: int) -> None:
    """Serve with a worker, as the command does."""
    # here, not above: processes that work for the server read this file anew, as they do not with the command
    from linghang.api.app import Serving, serve
    from linghang.console.mounting import mount
    from linghang.usecases.worker_keeping import KeptWorker

    def watched(app: "FastAPI", serving: "Serving") -> None:
        mount(app, serving)
        living = app.router.lifespan_context

        def lives(outer: "FastAPI") -> object:
            app.state.lag = asyncio.ensure_future(watch())
            return living(outer)

        app.router.lifespan_context = lives  # type: ignore[assignment]

    with KeptWorker(folder) as worker:

        def ready() -> None:
            worker.start()
            threading.Thread(target=answer, daemon=True).start()

        serve(Serving(folder, port=port), ready, watched)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
