"""One writer for each store: a lock that ends with the process, and says whose it is."""

import fcntl
import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from linghang.errors import BadInput, Place
from linghang.store.telemetry.durable import refusal

FILE = "writer.lock"


class WriterLock:
    """The lock of a store's only writer, held until `release`.

    Parameters
    ----------
    folder
        Of the store.

    Raises
    ------
    BadInput
        Somebody else writes (it says who), or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise refusal(error, path) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, program, host = _holder(os.pread(self._handle, 4096, 0))
            os.close(self._handle)
            raise BadInput(
                "process {pid} ({program}) on {host} takes telemetry into this store; only one can at a time",
                Place(str(folder)),
                pid=pid,
                program=program,
                host=host,
            ) from None
        except OSError as error:
            os.close(self._handle)
            raise refusal(error, path) from error
        mine = {"pid": os.getpid(), "host": socket.gethostname(), "program": Path(sys.argv[0]).name}
        with suppress(OSError):  # on a full disk the holder has no name, but the store opens
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps(mine).encode(), 0)

    def release(self) -> None:
        """Let the next writer in."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1


def _holder(written: bytes) -> tuple[object, object, object]:
    try:
        found = json.loads(written)
        return found["pid"], found["program"], found["host"]
    except (ValueError, KeyError, TypeError):  # it is writing its name just now
        return "?", "?", "?"
