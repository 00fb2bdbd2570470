"""A worker beside a server: started with it, ended with it, and started again when it dies.

Other workers of the same workspace do no harm: each job is claimed by one of them.
"""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from linghang.store.workspace import open_workspace
from linghang.words import language

LOG = logging.getLogger("linghang.worker")
AGAIN_S = (1.0, 5.0, 30.0)
"""Seconds until a worker that died is started again: longer where it dies again and again."""
STEADY_S = 60.0
"""A worker that lived so long did not die of its start."""
LONGEST_END_S = 10.0


class KeptWorker:
    """A worker in a process of its own, as long as this stands.

    Parameters
    ----------
    folder
        The workspace.
    again_s
        Seconds until the first, second … start after a death; the last counts for all later ones.
    """

    def __init__(self, folder: Path, again_s: tuple[float, ...] = AGAIN_S) -> None:
        self._folder, self._again_s = open_workspace(folder).folder, again_s
        self._language = language()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="linghang-worker")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "KeptWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start it; it is not waited for."""
        self._thread.start()

    def end(self) -> None:
        """End it and wait until it has; its jobs are given back."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _keep(self) -> None:
        """Start and wait in this one thread: the system takes its end for the end of the server."""
        deaths = 0
        while not self._stop.is_set():
            lived = self._live()
            deaths = 0 if lived >= STEADY_S else deaths
            if not self._stop.is_set():
                LOG.warning("the worker ended with status %s", self._process and self._process.returncode)
                self._stop.wait(self._again_s[min(deaths, len(self._again_s) - 1)])
                deaths += 1

    def _live(self) -> float:
        """Run it until it ends or this is to end; return how many seconds it lived."""
        command = [sys.executable, "-m", "linghang.usecases.worker_process", str(self._folder), str(os.getpid())]
        environment = {**os.environ, "LINGHANG_LANG": self._language}
        self._process = process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, env=environment, start_new_session=True
        )
        lived = 0.0
        while process.poll() is None and not self._stop.is_set():
            self._stop.wait(0.2)
            lived += 0.2
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(LONGEST_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return lived
