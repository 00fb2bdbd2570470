"""A worker in a process of its own: `python -m linghang.usecases.worker_process DIR PARENT`, started by a server.

It ends with its server, even if that is killed: what it runs then is given back and waits for the next worker.
"""

import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from linghang.usecases.assessing import utc_now
from linghang.usecases.job_worker import Worker
from linghang.words import choose, use

LOG = logging.getLogger("linghang.worker")
LOOKS_S = 1.0
_PR_SET_PDEATHSIG = 1


def main(folder: Path, parent: int) -> int:
    """Work until told to stop, or until the server is gone."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    _hear_of_the_end()
    threading.Thread(target=_watch, args=(parent, stop), daemon=True).start()
    Worker(folder, utc_now, say=LOG.info).work(stop)
    return 0


def _hear_of_the_end() -> None:
    """Have the system ask this process to end when its server is gone."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux: then it is looked after
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _watch(parent: int, stop: threading.Event) -> None:
    while not stop.wait(LOOKS_S):
        if os.getppid() != parent:
            stop.set()


if __name__ == "__main__":
    use(choose([], os.environ))
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
