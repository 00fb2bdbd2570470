"""Modbus TCP (Modbus Application Protocol V1.1b3): every register is read once in `poll_ms`.

Values are stored as they are decoded, times `scale`: a raw word has no other home for it. The moment of a value is when
its answer came. What a device refuses is said, counted and kept as bad. A unit that does not answer keeps the others
of its gateway waiting for one time-out only: it is asked last, and rests before it is asked again.
"""

import logging
import time
from collections.abc import Callable
from threading import Event

from pymodbus.client import ModbusTcpClient

from linghang.intake.live.backoff import BackOff
from linghang.intake.live.batch import Stopped, Tags
from linghang.intake.live.connections import ModbusConnection
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.modbus_poll import Lost, Poll, Standing
from linghang.intake.live.sink import Level, Sink, Surroundings
from linghang.words import tr

TIMEOUT_S = 2.0
"""How long an answer may take (ours): serial lines behind a gateway are slow."""


class ModbusConnector:
    """One Modbus TCP connection at work.

    Parameters
    ----------
    connection
        What linghang.toml says.
    around
        Workspace, environment, clock, log and seed.
    timeout_s
        How long an answer may take, seconds.
    monotonic
        A clock that only goes forward, seconds.
    """

    def __init__(
        self,
        connection: ModbusConnection,
        around: Surroundings,
        timeout_s: float = TIMEOUT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = connection.name
        self.counters = Counters()
        self._connection, self._around, self._timeout_s, self._monotonic = connection, around, timeout_s, monotonic
        self._back_off, self._stood = BackOff(around.seed), False
        self._rarely = Rarely(around.log, monotonic)

    def run(self, sink: Sink, stop: Event) -> None:
        """Poll until `stop` is set; never raise for a lost peer."""
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)  # its lines are said in our words instead
        standing = Standing(
            connection=self._connection,
            around=self._around,
            counters=self.counters,
            tags=Tags(sink, self.name, stop, self.counters, self._around.log, self._rarely),
            stop=stop,
            monotonic=self._monotonic,
            timeout_s=self._timeout_s,
            tell=self._tell,
            answered=self._answered,
        )
        while not stop.is_set():
            try:
                self._poll(standing)
            except Lost as lost:
                self._tell(str(lost), "error", str(lost))
            except Stopped:
                break
            finally:
                self.counters.connected = False
            stop.wait(self._back_off.wait_s())

    def _poll(self, standing: Standing) -> None:
        url = self._connection.url
        client = ModbusTcpClient(
            self._connection.host, port=self._connection.port, timeout=self._timeout_s, retries=0, reconnect_delay=0
        )
        client.set_max_no_responses(1 << 30)  # when to give up is decided here
        if not client.connect():  # type: ignore[no-untyped-call]
            raise Lost(tr("nothing answers at {url}; is it on, are address and port right?", url=url))
        try:
            Poll(standing, client).run()
        finally:
            client.close()  # type: ignore[no-untyped-call]

    def _answered(self) -> None:
        self._back_off.reset()
        self.counters.connected = True
        if self._stood:
            self.counters.add("reconnects")
        self._stood = True
        self._tell("connected", "info", tr("connected to {url}", url=self._connection.url))

    def _tell(self, key: object, level: Level, text: str) -> None:
        self._rarely(key, level, f"{self.name}: {text}")
