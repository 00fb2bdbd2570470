"""OPC UA (IEC 62541): browse, subscribe, keep every data change, and connect again after every loss.

One subscription holds all variables below the roots. A publish response is acknowledged (with the next publish
request) only after its points are durable; while the disk is full none is asked for, and the server's queues hold
what they can. What changes while no connection stands is not known afterwards: only servers with history keep it. The
last known values are marked stale then.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from threading import Event

from linghang.intake.live.backoff import BackOff
from linghang.intake.live.batch import Tags
from linghang.intake.live.connections import OpcUaConnection
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.opcua_faults import CERTIFICATE, Lost, explain, is_refusal
from linghang.intake.live.opcua_security import Untrusted
from linghang.intake.live.opcua_session import BROWSE_AGAIN_S, Session, Standing
from linghang.intake.live.sink import Level, Sink, Surroundings
from linghang.intake.live.tag_hints import TagHint


class OpcUaConnector:
    """One OPC UA connection at work.

    Parameters
    ----------
    connection
        What linghang.toml says.
    around
        Workspace, environment, clock, log and seed.
    on_hints
        Told what the server says of its tags (units, ranges, paths) whenever they were browsed.
    browse_again_s
        Seconds between two looks for new and vanished variables.
    monotonic
        A clock that only goes forward, seconds.
    """

    def __init__(
        self,
        connection: OpcUaConnection,
        around: Surroundings,
        on_hints: Callable[[Sequence[TagHint]], None] | None = None,
        browse_again_s: float = BROWSE_AGAIN_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = connection.name
        self.counters = Counters()
        self._connection, self._around, self._monotonic = connection, around, monotonic
        self._on_hints, self._browse_again_s = on_hints, browse_again_s
        self._rarely = Rarely(around.log, monotonic)

    def run(self, sink: Sink, stop: Event) -> None:
        """Receive until `stop` is set; never raise for a lost or refusing server."""
        logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)  # its lines are said in our words instead
        asyncio.run(self._run(sink, stop))

    async def _run(self, sink: Sink, stop: Event) -> None:
        # Tasks of a dead connection end with errors that nobody waits for; the loss itself is seen by the session.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        standing = Standing(
            connection=self._connection,
            around=self._around,
            counters=self.counters,
            tags=Tags(sink, self.name, stop, self.counters, self._around.log, self._rarely),
            stop=stop,
            tell=self._tell,
            monotonic=self._monotonic,
            on_hints=self._on_hints,
            browse_again_s=self._browse_again_s,
        )
        back_off = BackOff(self._around.seed)
        while not stop.is_set():
            session = Session(standing)
            try:
                await session.run()
            except Exception as error:  # whatever happens to one connection, the next is tried
                if not stop.is_set():
                    self._note(error)
            if session.stood:
                standing.stood = True
                back_off.reset()
            until = self._monotonic() + back_off.wait_s()
            while not stop.is_set() and self._monotonic() < until:
                await asyncio.sleep(0.05)

    def _note(self, error: Exception) -> None:
        if isinstance(error, Untrusted) or getattr(error, "code", 0) in CERTIFICATE:
            self.counters.add("refused_certificates")
        if is_refusal(error):
            self.counters.add("refused_connections")
        what = explain(error, self._connection)
        self._tell(what, "warning" if isinstance(error, Lost) else "error", what)

    def _tell(self, key: object, level: Level, text: str) -> None:
        """Say a line for a person, with the connection's name, and each line not too often."""
        self._rarely(key, level, f"{self.name}: {text}")
