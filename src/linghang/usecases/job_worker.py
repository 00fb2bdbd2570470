"""The worker: takes jobs, runs each in a process of its own, keeps them alive, ends them in time."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

from linghang.engines.contract import micros
from linghang.store.jobs import Job, JobStore, Status
from linghang.store.workspace import open_workspace
from linghang.usecases.job_process import DONE, PROGRESS, REFUSED
from linghang.usecases.jobs import fire
from linghang.words import language, tr

HEARTBEAT_S = 2.0
SILENT_S = 30.0
"""After so long without a heartbeat a worker counts as dead: long beside a heartbeat, short beside a job."""
SCHEDULES_S = 5.0
ONE_PROCESSOR = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A job has one processor: libraries that start a thread a processor in each of several jobs wait for each other."""


@dataclass
class _Running:
    """A job with its process, and what it has said."""

    job: Job
    process: subprocess.Popen[str]
    lines: SimpleQueue[str]
    reader: threading.Thread
    until: datetime
    beat: datetime
    progress: float | None = None
    run: str | None = None
    refused: str | None = None
    ending: str | None = None
    last_lines: list[str] = field(default_factory=list)


class Worker:
    """Works off the jobs of a workspace.

    Parameters
    ----------
    folder
        The workspace.
    clock
        The time, with a zone.
    slots
        How many jobs run at once.
    say
        Called with a line for whoever watches.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], slots: int = 1, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self._folder = open_workspace(folder).folder
        self._clock, self._slots, self._say = clock, slots, say
        self._store = JobStore(self._folder)
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._running: list[_Running] = []
        self._looked = datetime.min

    @property
    def busy(self) -> bool:
        """Whether a job of this worker runs."""
        return bool(self._running)

    def work(self, stop: threading.Event, *, until_idle: bool = False) -> None:
        """Work until told to stop, or until nothing is due any more; jobs that run then are given back."""
        try:
            while not stop.is_set():
                took = self.step()
                if until_idle and not took and not self._running:
                    return
                stop.wait(0.1)
        finally:
            self.give_back_all()

    def step(self) -> bool:
        """Look once after everything; return whether a job was taken."""
        now = self._clock()
        if self._looked == datetime.min or now - self._looked >= timedelta(seconds=SCHEDULES_S):
            self._looked = now
            fire(self._folder, self._store, now)
            for dead in self._store.reap(micros(now), SILENT_S, tr("its worker was not heard of any more")):
                self._say(tr("job {job}: its worker {worker} is gone", job=dead.id, worker=dead.worker))
        for one in list(self._running):
            self._look_after(one, now)
        if len(self._running) >= self._slots:
            return False
        job = self._store.claim(self._name, micros(now))
        if job is not None:
            self._start(job, now)
        return job is not None

    def give_back_all(self) -> None:
        """End all processes; their jobs wait for another worker."""
        for one in self._running:
            _kill(one)
            self._store.give_back(one.job, micros(self._clock()), tr("its worker was stopped"))
        self._running = []

    def _start(self, job: Job, now: datetime) -> None:
        command = [sys.executable, "-m", "linghang.usecases.job_process", str(self._folder), str(job.id)]
        process = subprocess.Popen(
            [*command, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**ONE_PROCESSOR, **os.environ, "LINGHANG_LANG": language()},
            start_new_session=True,
        )
        lines: SimpleQueue[str] = SimpleQueue()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        until = now + timedelta(seconds=job.time_limit_s)
        self._running.append(_Running(job, process, lines, reader, until, now))
        self._say(
            tr("job {job}: {engine} started (attempt {attempt})", job=job.id, engine=job.engine, attempt=job.attempt)
        )

    def _look_after(self, one: _Running, now: datetime) -> None:
        ended = one.process.poll() is not None
        if ended:
            one.reader.join(5)
        self._listen(one, now)
        if ended:
            self._finish(one, now)
        elif now >= one.until:
            one.ending = tr("took longer than {seconds} s", seconds=one.job.time_limit_s)
            self._end(one, now, "failed")
        elif now - one.beat >= timedelta(seconds=HEARTBEAT_S):
            one.beat = now
            heard = self._store.alive(one.job, micros(now), one.progress)
            if heard != "go_on":
                one.ending = tr("cancelled") if heard == "cancel" else tr("another worker has it by now")
                self._end(one, now, "cancelled")

    def _listen(self, one: _Running, now: datetime) -> None:
        while True:
            try:
                line = one.lines.get_nowait()
            except Empty:
                return
            if line.startswith(PROGRESS):
                one.progress = float(line.removeprefix(PROGRESS))
            elif line.startswith(DONE):
                one.run = line.removeprefix(DONE)
            elif line.startswith(REFUSED):
                one.refused = line.removeprefix(REFUSED)
            else:
                one.last_lines = [*one.last_lines[-4:], line]
                self._store.say(one.job.id, micros(now), line)

    def _finish(self, one: _Running, now: datetime) -> None:
        """Note how a process ended: done, refused (trying again would not help), or crashed (try again)."""
        self._running.remove(one)
        status = one.process.returncode
        if status == 0 and one.run is not None:
            self._store.end(one.job, "done", micros(now), run=one.run)
            self._say(tr("job {job}: done", job=one.job.id))
        elif status == 0 and one.refused is not None:
            self._store.end(one.job, "failed", micros(now), error=one.refused)
            self._say(tr("job {job}: failed: {reason}", job=one.job.id, reason=one.refused))
        else:
            reason = _ended(status, one.last_lines)
            outcome = self._store.give_back(one.job, micros(now), reason)
            again = tr("it will be tried again") if outcome == "queued" else tr("it is not tried again")
            self._say(tr("job {job}: {reason}; {again}", job=one.job.id, reason=reason, again=again))

    def _end(self, one: _Running, now: datetime, status: Status) -> None:
        self._running.remove(one)
        _kill(one)
        self._listen(one, now)
        self._store.end(one.job, status, micros(now), error=one.ending)
        self._say(tr("job {job}: failed: {reason}", job=one.job.id, reason=one.ending))


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    assert process.stdout is not None
    with process.stdout as printed:
        for line in printed:
            lines.put(line.rstrip("\n"))


def _kill(one: _Running) -> None:
    """Kill a job's process and all that it started: they are one session."""
    with contextlib.suppress(ProcessLookupError):  # it has ended by itself meanwhile
        os.killpg(one.process.pid, signal.SIGKILL)
    one.process.wait()
    one.reader.join(5)


def _ended(status: int, lines: list[str]) -> str:
    if status < 0:
        return tr("its process was ended by signal {signal}", signal=signal.Signals(-status).name)
    last = lines[-1] if lines else tr("no message")
    return tr("its process ended with status {status}: {reason}", status=status, reason=last)
