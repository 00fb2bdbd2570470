"""A worker beside a server: started again when it dies, gone when the server is, and no second hand on a job."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from linghang.store.jobs import JobStore
from linghang.store.workspace import new_workspace
from linghang.usecases.assessing import utc_now
from linghang.usecases.engines import Request
from linghang.usecases.jobs import jobs_of, submit
from linghang.usecases.worker_keeping import KeptWorker

pytestmark = pytest.mark.slow
LONGEST_S = 60.0
KEEPER = """
import sys, time
from pathlib import Path
from linghang.usecases.worker_keeping import KeptWorker
kept = KeptWorker(Path(sys.argv[1]))
kept.start()
while kept.pid is None:
    time.sleep(0.05)
print(kept.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return new_workspace(tmp_path / "plant", "Works").folder


def wait_for(what: Callable[[], bool], said: str) -> None:
    until = time.monotonic() + LONGEST_S
    while not what():
        assert time.monotonic() < until, said
        time.sleep(0.1)


def lives(pid: int) -> bool:
    """Whether a process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ended(folder: Path) -> bool:
    return all(one.ended_us is not None for one in jobs_of(folder))


def test_jobs_are_worked_off_and_nothing_stays_behind(workspace: Path) -> None:
    with KeptWorker(workspace) as kept:
        kept.start()
        wait_for(lambda: kept.pid is not None, "no worker")
        pid = kept.pid
        submit(workspace, "equipment.monitoring", Request({}), utc_now())
        wait_for(lambda: ended(workspace), "the job did not end")
    assert jobs_of(workspace)[0].status == "done"
    assert pid is not None
    assert not lives(pid)
    assert kept.pid is None


def test_a_worker_that_is_killed_is_started_again(workspace: Path) -> None:
    with KeptWorker(workspace, again_s=(0.1,)) as kept:
        kept.start()
        wait_for(lambda: kept.pid is not None, "no worker")
        first = kept.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: kept.pid not in (None, first), "it was not started again")
        submit(workspace, "equipment.monitoring", Request({}), utc_now())
        wait_for(lambda: ended(workspace), "the second worker does nothing")
    assert jobs_of(workspace)[0].status == "done"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_worker_goes_with_its_server_however_that_ends(workspace: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", KEEPER, str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert lives(pid)
        os.kill(server.pid, how)
        server.wait(LONGEST_S)
    wait_for(lambda: not lives(pid), "the worker outlived its server")


def test_two_workers_of_one_workspace_share_the_jobs(workspace: Path) -> None:
    for _ in range(4):
        submit(workspace, "equipment.monitoring", Request({}), utc_now())
    with KeptWorker(workspace) as first, KeptWorker(workspace) as second:
        first.start()
        second.start()
        wait_for(lambda: ended(workspace), "the jobs did not end")
    assert {(one.status, one.attempt) for one in jobs_of(workspace)} == {("done", 1)}


def test_a_server_that_ends_gives_a_running_job_back(workspace: Path) -> None:
    store = JobStore(workspace)
    number = submit(workspace, "equipment.monitoring", Request({}), utc_now())
    with KeptWorker(workspace) as kept:
        kept.start()
        wait_for(lambda: store.job(number).status == "running", "nobody took it")
    assert store.job(number).status in ("queued", "done")  # it may have been faster than the end


def test_one_that_was_never_started_ends_too(workspace: Path) -> None:
    with KeptWorker(workspace) as kept:
        assert kept.pid is None
