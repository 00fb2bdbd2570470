"""While engines run and people look, the server's loop is free: nobody waits for what somebody else asked.

The server watches its own loop (`lagging_server`): a sleep that takes longer than it should is a time in which nobody
was served. Those who ask are in this process, engines in the worker's, so that the figure is the loop's own.

Where other programs hold the processors, everything takes long and says nothing of the server. So a process beside it,
which nobody asks anything, does a little work now and then and says how much longer that took than the work: what
the machine denied to it, it denied to the loop. What the loop is late beyond that is the server's own, and is judged.
"""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from planned_works import ENGINE, PLANNED_AT, planned_works

pytestmark = pytest.mark.slow
MOST_MS = 100.0
LOAD_S = 15.0
CLIENTS = 3
BESIDE = """
import time
while True:
    begun = time.perf_counter()
    time.sleep(0.01)
    worked = time.thread_time()
    while time.thread_time() - worked < 0.02:
        pass
    print((time.perf_counter() - begun - 0.03) * 1e3, flush=True)
    time.sleep(0.12)
"""
PAGES = ("/", "/conditions", "/engines", f"/engines/{ENGINE}", "/engines/jobs", "/data", "/plant")
ASKED = ("verdict", "conditions", f"engines/{ENGINE}/result", "jobs", "engines", "tables/equipment/rows", "indicators")
TASK = "MO-26-0002-W1875-020/1"


class Watched:
    """A served console whose loop is watched."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, str(Path(__file__).with_name("lagging_server.py")), str(folder), str(self.port)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = f"http://127.0.0.1:{self.port}"
        until = time.monotonic() + 90
        while True:
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not start in time"
            try:
                httpx.get(f"{self.address}/login", timeout=5, trust_env=False)
                return
            except httpx.HTTPError:
                time.sleep(0.2)

    def lags(self) -> list[tuple[float, float]]:
        """Milliseconds that each sleep took too long, and of the loop's own work, since this was asked last."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        found: list[tuple[float, float]] = json.loads(self.process.stdout.readline())
        return found

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    server = Watched(planned_works(tmp_path / "works"))
    yield server
    server.end()


def look(server: Watched, stop: threading.Event, met: list[int]) -> None:
    """Open pages as a browser does (first the page, then what it loads), and ask the API, again and again."""
    with httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client:
        turn = 0
        while not stop.is_set():
            answer = client.get(PAGES[turn % len(PAGES)], headers={"Accept-Language": "en"})
            met.append(answer.status_code)
            for script in re.findall(r'src="(/console/[^"]+)"', answer.text)[:2]:
                met.append(client.get(script).status_code)
            met.append(client.get(f"/api/v1/{ASKED[turn % len(ASKED)]}").status_code)
            moved = {"task": TASK, "machine": "LPC-103", "start": PLANNED_AT.isoformat()}
            met.append(client.post(f"/api/v1/engines/{ENGINE}/check", json={"moves": [moved]}).status_code)
            turn += 1


def keep_engines_running(server: Watched, stop: threading.Event) -> None:
    """See to it that jobs are there as long as the load lasts."""
    with httpx.Client(base_url=f"{server.address}/api/v1/", timeout=60, trust_env=False) as client:
        while not stop.is_set():
            waiting = sum(one["status"] in ("queued", "running") for one in client.get("jobs").json()["items"])
            for engine in (ENGINE, "equipment.monitoring")[: max(0, 2 - waiting)]:
                client.post("jobs", json={"engine": engine}).raise_for_status()
            stop.wait(0.5)


def test_the_loop_is_free_while_engines_run_and_people_look(watched: Watched) -> None:
    stop, met = threading.Event(), list[int]()
    workers = [threading.Thread(target=look, args=(watched, stop, met)) for _ in range(CLIENTS)]
    workers.append(threading.Thread(target=keep_engines_running, args=(watched, stop)))
    for path in PAGES:  # what is made once for all is not the load's
        httpx.get(f"{watched.address}{path}", timeout=90, trust_env=False)
    for path in ASKED:
        httpx.get(f"{watched.address}/api/v1/{path}", timeout=90, trust_env=False)
    watched.lags()
    for one in workers:
        one.start()
    with subprocess.Popen([sys.executable, "-c", BESIDE], stdout=subprocess.PIPE, text=True) as beside:
        time.sleep(LOAD_S)
        lags = watched.lags()
        beside.kill()
        denied = p99([float(one) for one in beside.communicate()[0].splitlines()[:-1]])
    stop.set()
    for one in workers:
        one.join()
    jobs = httpx.get(f"{watched.address}/api/v1/jobs", timeout=60, trust_env=False).json()["items"]
    late, worked = (p99([one[place] for one in lags]) for place in (0, 1))
    said = (
        f"p99 {late:.1f} ms, of the loop's own work {worked:.1f} ms, denied by the machine {denied:.1f} ms; "
        f"{len(met)} answers, {len(lags)} sleeps"
    )
    print(said, {status: met.count(status) for status in set(met)}, [one["status"] for one in jobs])
    assert any(one["status"] in ("running", "done") for one in jobs), "no engine ran meanwhile"
    assert len(met) > 20, "there was hardly any load"
    assert max(met) < 500
    assert worked < MOST_MS, said
    assert late - denied < MOST_MS, said


def p99(values: list[float]) -> float:
    """The value that one in a hundred is above."""
    return sorted(values)[int(len(values) * 0.99)]
