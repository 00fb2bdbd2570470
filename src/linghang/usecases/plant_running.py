"""The main job on the reference plant: start it live, listen, run the engines, leave it to be judged."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from linghang.errors import BadInput, Place
from linghang.intake.live.connections import MqttConnection, read_connections
from linghang.twin.serving.broker import demo_broker
from linghang.usecases.engines import Request, catalogue, kept_result
from linghang.usecases.ingesting import ConnectionState, Surroundings, ingest
from linghang.usecases.job_worker import Worker
from linghang.usecases.jobs import job_of, said_of, submit
from linghang.usecases.plant_building import plant_today
from linghang.usecases.plant_serving import DESK
from linghang.words import language

__all__ = ["engines_for", "live_for"]

START_S = 120.0
"""How long a plant may take until all its doors are open: weak machines build the address space slowly."""
END_S = 20.0


def live_for(
    folder: Path,
    seconds: float,
    *,
    speed: float,
    around: Surroundings,
    told: Callable[[Sequence[ConnectionState]], None],
    stop: threading.Event,
) -> Sequence[ConnectionState]:
    """Run the plant of a workspace live for a while, and listen to it.

    Parameters
    ----------
    folder
        A workspace that `build_plant` made.
    seconds
        How long to listen.
    speed
        How much faster the plant lives than the clock.
    around
        Clock, environment, log.
    told
        Told every second how the connections stand.
    stop
        Ends it early.

    Returns
    -------
    How the connections stood at the end.

    Raises
    ------
    BadInput
        The plant or a broker cannot be started (why), or nothing can be received.
    """
    with _broker(folder), _plant(folder, speed, stop):
        timer = threading.Timer(seconds, stop.set)
        timer.start()
        try:
            return ingest(folder, stop=stop, around=around, told=told)
        finally:
            timer.cancel()


def engines_for(folder: Path, clock: Callable[[], datetime], stop: threading.Event) -> Iterator[tuple[str, str, bool]]:
    """Run every engine that can be run here on the days before the plant's today, one a processor at once.

    Yields
    ------
    Id of the engine, what it found or why it failed, and whether it found something.

    Raises
    ------
    BadInput
        The workspace or its jobs cannot be used.
    """
    request = Request({}, as_of=plant_today(clock()))
    asked = {submit(folder, one.id, request, clock()): one.id for one in catalogue() if one.problem is None}
    Worker(folder, clock, slots=os.cpu_count() or 1).work(stop, until_idle=True)
    for number, id in asked.items():
        job = job_of(folder, number)
        kept = kept_result(folder, id)
        if job.status == "done" and kept is not None:
            yield id, kept[1]["finding"][language()], True
        else:
            yield id, job.error or said_of(job.status), False


@contextmanager
def _broker(folder: Path) -> Iterator[None]:
    """Have a broker where the workspace looks for one."""
    brokers = [one for one in read_connections(folder) if isinstance(one, MqttConnection)]
    if not brokers:
        yield
        return
    address = urlsplit(brokers[0].url)
    with demo_broker(address.hostname or "127.0.0.1", address.port or 1883):
        yield


@contextmanager
def _plant(folder: Path, speed: float, stop: threading.Event) -> Iterator[None]:
    """Serve the plant in a process of its own, so that it does not slow the listening."""
    (folder / DESK).unlink(missing_ok=True)
    command = [sys.executable, "-m", "linghang", "plant", "serve", str(folder), "--speed", str(speed)]
    environment = {**os.environ, "LINGHANG_LANG": language()}
    # In a group of its own: Ctrl-C is for the one who listens, who then ends the plant.
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )
    try:
        _wait(folder, process, stop)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.stderr is not None:
            process.stderr.close()


def _wait(folder: Path, process: "subprocess.Popen[bytes]", stop: threading.Event) -> None:
    until = time.monotonic() + START_S
    while not (folder / DESK).exists():
        if process.poll() is not None:
            said = (process.stderr.read() if process.stderr else b"").decode(errors="replace").strip()
            raise BadInput("the plant cannot be served: {reason}", Place(str(folder)), reason=said)
        if time.monotonic() > until:
            raise BadInput("the plant did not open its doors in {seconds:g} s", Place(str(folder)), seconds=START_S)
        if stop.wait(0.1):
            raise KeyboardInterrupt
