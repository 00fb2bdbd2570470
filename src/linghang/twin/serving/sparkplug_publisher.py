"""The works as Sparkplug B edge nodes: an area is a node, a machine a device, a signal a metric with an alias."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from linghang.errors import BadInput, reason_of
from linghang.intake.live.sparkplug.codec import decode, encode
from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.payload import Metric, Payload, PropertySet, PropertyValue
from linghang.twin.process.sensing import BAD, GOOD
from linghang.twin.process.stretch import Signal
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.live import Reading
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.processes import signals_of

REBIRTH = "Node Control/Rebirth"
SEQUENCE = 256
"""Sequence numbers run from 0 to 255 (Sparkplug 3.0, 6.4)."""
_WAIT_S = 10.0

SPARKPLUG_QUALITY: Mapping[int, int] = MappingProxyType({GOOD: 192, BAD: 0})
"""The codes of Sparkplug for the property Quality (Sparkplug 3.0, 6.4.9): good, bad."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who logs in."""

    host: str
    port: int = 1883
    user: str | None = None
    password: str | None = None


class EdgeNode:
    """One edge node with its devices.

    Births follow every connection and every request for a rebirth; the broker holds the death as the will, with the
    number that joins it to the birth (bdSeq). Data carry aliases only.

    Parameters
    ----------
    broker
        Where it publishes.
    area
        Name of the node.
    machines
        Its devices.
    now_ms
        The clock, milliseconds since 1970 in UTC.
    """

    def __init__(self, broker: Broker, area: str, machines: Sequence[Machine], now_ms: Callable[[], int]) -> None:
        self._area, self._machines, self._now_ms = area, machines, now_ms
        self._lock = threading.RLock()
        self._sequence = self._birth_number = 0
        self._last: dict[str, Reading] = {}
        self._alias = {
            f"{machine.id}/{signal.name}": 1 + number
            for number, (machine, signal) in enumerate(
                (machine, signal) for machine in machines for signal in signals_of(machine)
            )
        }
        self._ready = threading.Event()
        self._broker = broker
        self._client = self._new_client()

    def start(self) -> None:
        """Connect, and be born; the client's own thread keeps the connection up.

        Raises
        ------
        BadInput
            The broker cannot be reached.
        """
        try:
            self._client.connect(self._broker.host, self._broker.port, keepalive=15)
        except OSError as error:
            raise BadInput(
                "the MQTT broker at {host}:{port} cannot be reached ({reason}); start one, such as Debian's mosquitto",
                host=self._broker.host,
                port=self._broker.port,
                reason=reason_of(error),
            ) from None
        self._client.loop_start()
        if not self._ready.wait(_WAIT_S):
            raise BadInput(
                "the MQTT broker at {host}:{port} does not let the plant in",
                host=self._broker.host,
                port=self._broker.port,
            )

    def stop(self) -> None:
        """Say goodbye: the death that the broker would have sent, and the end of the connection."""
        info = self._client.publish(self._topic("NDEATH"), self._death(), qos=1)
        info.wait_for_publish(2.0)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, readings: Sequence[Reading]) -> None:
        """Send new values: one message a device."""
        by_device: dict[str, list[Reading]] = {}
        for reading in readings:
            by_device.setdefault(reading.machine.id, []).append(reading)
        with self._lock:
            for device, new in by_device.items():
                self._last.update((f"{device}/{one.signal.name}", one) for one in new)
                if self._ready.is_set():
                    metrics = tuple(self._metric(one, born=True) for one in new)
                    self._send(f"{self._topic('DDATA')}/{device}", metrics)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{FACTORY}-{self._area}", clean_session=True)
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password)
        client.on_connect, client.on_disconnect, client.on_message = self._connected, self._gone, self._commanded
        client.reconnect_delay_set(1, 30)
        client.will_set(self._topic("NDEATH"), self._death(), qos=1)
        return client

    def _connected(self, client: mqtt.Client, *said: Any) -> None:
        if said[2].is_failure:
            return
        client.subscribe(self._topic("NCMD"), qos=1)
        self._be_born()
        self._ready.set()

    def _gone(self, client: mqtt.Client, *_: Any) -> None:
        """Prepare the will of the next connection: its death belongs to the next birth."""
        self._ready.clear()
        with self._lock:
            self._birth_number = (self._birth_number + 1) % SEQUENCE
            client.will_set(self._topic("NDEATH"), self._death(), qos=1)

    def _commanded(self, _client: mqtt.Client, _user: Any, message: mqtt.MQTTMessage) -> None:
        try:
            payload = decode(bytes(message.payload))
        except BadInput:
            return  # a command that cannot be read commands nothing
        if any(one.name == REBIRTH and one.value is True for one in payload.metrics):
            self._be_born()

    def _be_born(self) -> None:
        with self._lock:
            self._sequence = 0
            node = (
                Metric("bdSeq", self._birth_number, DataType.UINT64, at_ms=self._now_ms()),
                Metric(REBIRTH, False, DataType.BOOLEAN, at_ms=self._now_ms()),
            )
            self._send(self._topic("NBIRTH"), node)
            for machine in self._machines:
                metrics = tuple(self._born(machine, signal) for signal in signals_of(machine))
                self._send(f"{self._topic('DBIRTH')}/{machine.id}", metrics)

    def _born(self, machine: Machine, signal: Signal) -> Metric:
        name = f"{machine.id}/{signal.name}"
        known = self._last.get(name)
        if known is not None:
            return self._metric(known, born=False)
        return Metric(
            signal.name,
            None,
            _type(signal),
            alias=self._alias[name],
            at_ms=self._now_ms(),
            is_null=True,
            properties=_properties(signal, GOOD),
        )

    def _metric(self, reading: Reading, *, born: bool) -> Metric:
        null = isinstance(reading.value, float) and reading.value != reading.value
        properties = None if born and reading.quality == GOOD else _properties(reading.signal, reading.quality)
        return Metric(
            None if born else reading.signal.name,
            None if null else reading.value,
            _type(reading.signal),
            alias=self._alias[f"{reading.machine.id}/{reading.signal.name}"],
            at_ms=reading.at_us // 1000,
            is_null=True if null else None,
            properties=properties,
        )

    def _send(self, topic: str, metrics: tuple[Metric, ...]) -> None:
        content = encode(Payload(metrics, self._now_ms(), self._sequence))
        self._sequence = (self._sequence + 1) % SEQUENCE
        self._client.publish(topic, content, qos=0)

    def _death(self) -> bytes:
        number = Metric("bdSeq", self._birth_number, DataType.UINT64, at_ms=self._now_ms())
        return encode(Payload((number,), self._now_ms()))

    def _topic(self, kind: str) -> str:
        return f"spBv1.0/{FACTORY}/{kind}/{self._area}"


def _type(signal: Signal) -> DataType:
    return DataType.STRING if signal.role == "state" else DataType.DOUBLE


def _properties(signal: Signal, quality: int) -> PropertySet:
    keys, values = ["Quality"], [PropertyValue(DataType.INT32, SPARKPLUG_QUALITY[quality])]
    if signal.unit is not None:
        keys.append("engUnit")
        values.append(PropertyValue(DataType.STRING, signal.unit))
    for name, limit in (("engLow", signal.low), ("engHigh", signal.high)):
        if limit is not None:
            keys.append(name)
            values.append(PropertyValue(DataType.DOUBLE, limit))
    return PropertySet(tuple(keys), tuple(values))


class SparkplugPlant:
    """All edge nodes of the works."""

    def __init__(self, broker: Broker, now_ms: Callable[[], int]) -> None:
        areas = dict.fromkeys(machine.area for machine in MACHINES)
        self._nodes = {
            area: EdgeNode(broker, area, [one for one in MACHINES if one.area == area], now_ms) for area in areas
        }

    def start(self) -> None:
        """Connect every node; what was connected is taken back where one cannot be."""
        started: list[EdgeNode] = []
        try:
            for node in self._nodes.values():
                node.start()
                started.append(node)
        except BaseException:
            for node in started:
                node.stop()
            raise

    def publish(self, readings: Sequence[Reading]) -> None:
        """Send new values, each through its node."""
        by_area: dict[str, list[Reading]] = {}
        for reading in readings:
            by_area.setdefault(reading.machine.area, []).append(reading)
        for area, new in by_area.items():
            self._nodes[area].publish(new)

    def stop(self) -> None:
        """End every node."""
        for node in self._nodes.values():
            node.stop()
