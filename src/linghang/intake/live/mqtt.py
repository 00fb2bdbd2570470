"""MQTT: messages are acknowledged when their points are on the disk, so that nothing is lost with QoS 1.

The session is persistent (fixed client id, clean session off) and acknowledgements are given by hand: what was not
acknowledged, the broker sends again. It may come twice so, which the store takes without harm. Of acknowledgements that
belong to an earlier connection none is sent: the broker may use their numbers for other messages now.
"""

import ssl
import sys
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import Any, NamedTuple, Protocol

import orjson
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from linghang.errors import BadInput
from linghang.intake.live.backoff import BackOff
from linghang.intake.live.batch import Arrived, Batch, Stopped, Tags
from linghang.intake.live.connections import MqttConnection
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.plain import PlainReader
from linghang.intake.live.sink import Sink, Surroundings
from linghang.intake.live.sparkplug.births import Births
from linghang.intake.live.sparkplug.reading import SparkplugReader
from linghang.intake.live.sparkplug.topics import Topic
from linghang.intake.live.tag_hints import TagHint
from linghang.words import tr

FOLDER = "connections"
"""Where a workspace keeps what its connections have to remember."""
MOST_TOGETHER = 500
LONGEST_S = 0.02
"""So many messages, or those of so much time, become durable together. Half of what a broker sends without an
acknowledgement where it is set up for it (1,000), so that the other half travels meanwhile."""
MOST_TOGETHER_BYTES = 4 << 20
"""More does not fit into the processor's caches and becomes slower, not faster (ours)."""
QUIET_S = 0.002
"""When no message came for so long, nothing more is waited for: the broker may wait for acknowledgements (ours)."""
TICK_S = 0.1
MOST_WAITING = 20_000
MOST_WAITING_BYTES = 64 << 20
"""Messages received and not stored, beyond which nothing more is read from the broker (ours)."""


class _Came(NamedTuple):
    connection: int
    message: MQTTMessage
    arrived_us: int


class _Resumed(NamedTuple):
    kept: bool


class _Reader(Protocol):
    commands: list[tuple[str, bytes]]

    def read(self, arrived: Arrived, now_s: float, batch: Batch, /) -> None: ...
    def tick(self, arrived_us: int, now_s: float, batch: Batch, /) -> None: ...
    def resume(self, kept: bool, /) -> None: ...
    def save(self) -> None: ...


class MqttConnector:
    """One broker.

    Parameters
    ----------
    connection
        What linghang.toml says.
    around
        Clock, log, environment, folder of the workspace.
    on_hints
        Told what births say of their metrics.
    """

    def __init__(
        self,
        connection: MqttConnection,
        around: Surroundings,
        on_hints: Callable[[Sequence[TagHint]], None] | None = None,
    ) -> None:
        self.connection, self.around, self.on_hints = connection, around, on_hints
        self.name, self.counters = connection.name, Counters()

    def run(self, sink: Sink, stop: Event) -> None:
        """Receive until `stop` is set; see `Connector`.

        Raises
        ------
        BadInput
            A file of certificates cannot be used.
        """
        rarely = Rarely(self.around.log, time.monotonic)
        tags = Tags(sink, self.name, stop, self.counters, self.around.log, rarely)
        broker = _Broker(self.connection, self.around, self.counters, rarely)
        writer = _Writer(self, broker, self._reader(tags, rarely), tags, rarely)
        broker.start()
        try:
            while not stop.is_set():
                writer.work(TICK_S)
            writer.work(0)  # with QoS 0 the broker would not send again what has come already
        except Stopped:
            pass
        finally:
            broker.stop()

    def _reader(self, tags: Tags, rarely: Rarely) -> _Reader:
        form = self.connection.payload
        if form == "sparkplug":
            births = Births(self.around.folder / FOLDER / f"{self.name}.sqlite")
            return SparkplugReader(self.name, tags, births, self.counters, rarely, self.on_hints)
        return PlainReader(self.name, form, self.connection.tag_from, tags, self.counters, rarely)


class _Writer:
    """Takes messages from the queue, makes their points durable, then acknowledges them."""

    def __init__(
        self, connector: MqttConnector, broker: "_Broker", reader: _Reader, tags: Tags, rarely: Rarely
    ) -> None:
        self._name, self._counters, self._clock = connector.name, connector.counters, connector.around.clock
        self._broker, self._reader, self._tags, self._rarely = broker, reader, tags, rarely

    def work(self, wait_s: float) -> None:
        """Wait for messages, at most `wait_s`, and store what came."""
        came = self._broker.take(wait_s)
        batch, now_s = Batch(), time.monotonic()
        for one in came:
            if isinstance(one, _Resumed):
                self._reader.resume(one.kept)
            else:
                self._read(one, now_s, batch)
        now_us = self._clock()
        self._reader.tick(now_us, now_s, batch)
        points = batch.points(now_us, self._counters)
        if len(points):
            self._tags.append(points)
        self._tags.when_there_is_space(self._reader.save)
        self._broker.acknowledge([one for one in came if isinstance(one, _Came)])
        if len(points):
            self._counters.stored(len(points), batch.newest_us, self._clock())
        while self._reader.commands:
            self._broker.publish(*self._reader.commands.pop(0))

    def _read(self, came: _Came, now_s: float, batch: Batch) -> None:
        message = came.message
        self._counters.add("messages")
        try:
            topic = message.topic
            arrived = Arrived(topic, bytes(message.payload), message.qos, message.dup, came.arrived_us)
            self._reader.read(arrived, now_s, batch)
        except UnicodeDecodeError:
            self._counters.add("bad_messages")
        except BadInput as error:
            self._counters.add("bad_messages")
            text = tr("{name}: {topic}: {problem}", name=self._name, topic=topic, problem=error)
            self._rarely(("bad", topic), "warning", text)


class _Broker:
    """The connection to the broker: a queue of what came, and acknowledgements."""

    def __init__(self, connection: MqttConnection, around: Surroundings, counters: Counters, rarely: Rarely) -> None:
        self._connection, self._around, self._counters, self._rarely = connection, around, counters, rarely
        self._queue: SimpleQueue[_Came | _Resumed] = SimpleQueue()
        # Each of these four is written by one thread only.
        self._came, self._came_bytes, self._taken, self._taken_bytes = 0, 0, 0, 0
        self._number, self._lock = 0, Lock()
        self._ending = Event()
        self._was_connected = False
        self._back_off = BackOff(around.seed)
        self._context = copy_context()  # the library's thread speaks the language of ours
        self._client = self._made()

    def _made(self) -> Client:
        here = self._connection
        client = Client(CallbackAPIVersion.VERSION2, here.client_id, clean_session=False, manual_ack=True)
        if here.user is not None:
            client.username_pw_set(here.user, self._around.environment.get(here.password_variable))
        if here.tls:
            try:
                ca, certificate, key = (
                    None if one is None else str(one) for one in (here.ca, here.certificate, here.private_key)
                )
                client.tls_set(ca_certs=ca, certfile=certificate, keyfile=key)
            except (OSError, ValueError) as error:
                raise BadInput(
                    "{name}: the certificates cannot be used: {reason}", name=here.name, reason=str(error)
                ) from None
        client.on_connect = self._in_context(self._on_connect)
        client.on_connect_fail = self._in_context(self._on_connect_fail)
        client.on_disconnect = self._in_context(self._on_disconnect)
        client.on_subscribe = self._in_context(self._on_subscribe)
        client.on_message = self._on_message
        return client

    def _in_context(self, callback: Callable[..., None]) -> Callable[..., None]:
        return lambda *arguments: self._context.run(callback, *arguments)

    # --- for the writer's thread ---

    def start(self) -> None:
        """Begin to connect."""
        self._before_a_try()
        self._client.connect_async(self._connection.host, self._connection.port, self._connection.keepalive_s)
        self._client.loop_start()

    def stop(self) -> None:
        """Send what is acknowledged, and end."""
        self._ending.set()
        if self._connection.host_id is not None:
            self._client.publish(*self._state(online=False), qos=1, retain=True)
        self._client.disconnect()
        self._client.loop_stop()
        self._counters.connected = False

    def take(self, wait_s: float) -> list[_Came | _Resumed]:
        """Return what came: nothing after `wait_s`, else up to 500 messages or 20 ms of them."""
        came: list[_Came | _Resumed] = []
        wait, until, size = wait_s, 0.0, 0
        while len(came) < MOST_TOGETHER and size < MOST_TOGETHER_BYTES:
            try:
                one = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            except Empty:
                break
            came.append(one)
            size += len(one.message.payload) if isinstance(one, _Came) else 0
            if wait_s == 0:
                continue
            now = time.monotonic()
            until = until or now + LONGEST_S
            wait = min(QUIET_S, until - now)
        self._taken += len(came)
        self._taken_bytes += size
        return came

    def acknowledge(self, came: Sequence[_Came]) -> None:
        """Acknowledge messages of the connection that stands now."""
        with self._lock:
            for one in came:
                if one.connection == self._number and one.message.qos:
                    self._client.ack(one.message.mid, one.message.qos)

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a command; it is not repeated."""
        self._client.publish(topic, payload, qos=0)

    # --- for the library's thread ---

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._came += 1
        self._came_bytes += len(message.payload)
        self._queue.put(_Came(self._number, message, self._around.clock()))
        while (
            self._came - self._taken > MOST_WAITING or self._came_bytes - self._taken_bytes > MOST_WAITING_BYTES
        ) and not self._ending.is_set():
            time.sleep(0.005)

    def _on_connect(self, _client: Client, _userdata: Any, flags: ConnectFlags, reason: ReasonCode, _: Any) -> None:
        here = self._connection
        if reason.is_failure:
            self._counters.add("refused_connections")
            self._say(
                "refused",
                tr(
                    "{name}: the broker {url} refuses the connection: {reason}",
                    name=here.name,
                    url=here.url,
                    reason=reason,
                ),
            )
            return
        self._back_off.reset()
        self._counters.connected = True
        if self._was_connected:
            self._counters.add("reconnects")
        self._was_connected = True
        self._queue.put(_Resumed(flags.session_present and here.qos > 0))
        self._came += 1
        self._client.subscribe([(one, here.qos) for one in here.topics])
        if here.host_id is not None:
            self._client.publish(*self._state(online=True), qos=1, retain=True)
        self._around.log("info", tr("{name}: connected to {url}", name=here.name, url=here.url))

    def _on_subscribe(self, _client: Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _: Any) -> None:
        for topic, reason in zip(self._connection.topics, reasons, strict=False):
            if reason.is_failure:
                self._counters.add("refused_connections")
                text = tr(
                    "{name}: the broker does not let us subscribe to {topic}", name=self._connection.name, topic=topic
                )
                self._say(("subscribe", topic), text)

    def _on_connect_fail(self, _client: Client, _userdata: Any) -> None:
        error = sys.exc_info()[1]  # the library calls this while it handles the exception
        here = self._connection
        if isinstance(error, ssl.SSLCertVerificationError):
            self._counters.add("refused_certificates")
            text = tr(
                "{name}: the certificate of {url} is not trusted ({reason}); name who signed it in ca",
                name=here.name,
                url=here.url,
                reason=error.verify_message,
            )
        else:
            text = tr("{name}: no connection to {url}: {reason}", name=here.name, url=here.url, reason=error)
        self._say(("fail", type(error)), text)
        self._before_a_try()

    def _on_disconnect(
        self, _client: Client, _userdata: Any, _flags: DisconnectFlags, reason: ReasonCode, _: Any
    ) -> None:
        with self._lock:
            self._number += 1
        if self._counters.connected and not self._ending.is_set():
            here = self._connection
            text = tr("{name}: the connection to {url} is lost ({reason})", name=here.name, url=here.url, reason=reason)
            self._around.log("warning", text)
        self._counters.connected = False
        self._before_a_try()

    def _before_a_try(self) -> None:
        wait_s = self._back_off.wait_s()
        self._client.reconnect_delay_set(wait_s, wait_s)  # type: ignore[arg-type]
        if self._connection.host_id is not None:
            self._client.will_set(*self._state(online=False), qos=1, retain=True)

    def _state(self, online: bool) -> tuple[str, bytes]:
        topic = str(Topic("STATE", "", str(self._connection.host_id)))
        return topic, orjson.dumps({"online": online, "timestamp": self._around.clock() // 1000})

    def _say(self, key: object, text: str) -> None:
        self._rarely(key, "error", text)
