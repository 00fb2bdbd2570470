"""One job in a process of its own: `python -m linghang.usecases.job_process DIR JOB`, started by a worker.

What it says goes line by line to the worker on its standard output: `@progress SHARE`, `@done RUN`, `@refused TEXT`;
everything else is the job's log. It ends with its worker, even if that is killed.
"""

import contextlib
import ctypes
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from linghang.errors import BadInput
from linghang.store.jobs import JobStore
from linghang.usecases.engines import Request, run_engine
from linghang.words import choose, tr, use

PROGRESS, DONE, REFUSED = "@progress ", "@done ", "@refused "
_PR_SET_PDEATHSIG = 1


def main(folder: Path, number: int) -> int:
    """Run the job; the exit status says whether it came to an end of its own."""
    job = JobStore(folder).job(number)
    last = 0.0

    def progress(share: float) -> None:
        nonlocal last
        if share >= min(last + 0.01, 1.0):
            last = share
            _tell(f"{PROGRESS}{share:.3f}")

    try:
        run = run_engine(folder, job.engine, Request.from_dict(job.request), now=datetime.now(UTC), progress=progress)
    except BadInput as error:
        _tell(REFUSED + str(error).replace("\n", " "))
        return 0
    _tell(str(run.result.finding))
    _tell(tr("{count} new observations in the ledger", count=run.recorded))
    _tell(DONE + run.name)
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _end_with(parent: int) -> None:
    """Have the system kill this process when its worker is gone."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux: then the token keeps it from spoiling anything
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    _end_with(int(sys.argv[3]))
    use(choose([], os.environ))
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
