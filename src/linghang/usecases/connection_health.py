"""How the connections of a workspace stand: what linghang.toml configures beside what `linghang ingest` last said."""

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from linghang.errors import BadInput, nearest, reason_of
from linghang.intake.live.connections import (
    Connection,
    ModbusConnection,
    MqttConnection,
    OpcUaConnection,
    read_connections,
)
from linghang.intake.live.counters import COUNTS
from linghang.usecases.ingesting import ConnectionState, last_states
from linghang.words import Text

ALIVE_S = 5.0
"""`linghang ingest` writes every second; after so long without, it is not running (ours)."""
WAIT_S = 3.0
STANDS = {
    "connected": Text("已连接", "connected"),
    "broken": Text("断开", "not connected"),
    "failed": Text("无法工作", "failed"),
    "stopped": Text("采集未运行", "ingest is not running"),
    "never": Text("从未采集", "never ingested"),
}
FAULTS = (
    "bad_messages",
    "sequence_gaps",
    "bad_quality",
    "refused_connections",
    "refused_certificates",
    "store_full_waits",
    "overflows",
    "skipped_polls",
    "reconnects",
)
"""Counts that say that something is wrong."""


@dataclass(frozen=True, slots=True)
class Health:
    """One connection.

    Attributes
    ----------
    stands
        One of `STANDS`.
    url, secured, details
        As linghang.toml says; never a secret.
    points_s
        Points a second lately; None where nothing is running.
    last_point_at
        Newest source time that was stored.
    faults
        Name -> how often it happened since the ingest began, in words of `COUNTS`; only what happened.
    """

    name: str
    kind: str
    url: str
    secured: Text
    details: str
    stands: str
    points: int
    messages: int
    points_s: float | None
    lag_s: float | None
    last_point_at: datetime | None
    faults: tuple[tuple[str, int], ...]
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Ingest:
    """All connections, and when the ingest was last heard of."""

    connections: tuple[Health, ...]
    said_at: datetime | None
    alive: bool


def connection_health(folder: Path, now: datetime) -> Ingest:
    """Return how the connections stand.

    Raises
    ------
    BadInput
        linghang.toml cannot be read or says nonsense (`ManyProblems`: each with its key).
    """
    configured = read_connections(folder)
    said = last_states(folder)
    at = None if said is None else datetime.fromtimestamp(said[0], UTC)
    alive = at is not None and abs((now - at).total_seconds()) <= ALIVE_S
    states = {} if said is None else {one.name: one for one in said[1]}
    return Ingest(tuple(_health(one, states.get(one.name), alive) for one in configured), at, alive)


def reach(folder: Path, name: str, wait_s: float = WAIT_S) -> float:
    """Knock at the port of a connection; return how many seconds the other side took to open.

    Nothing is said there, no certificate is shown and nobody logs in: it tells whether the address is right and the
    way is free, no more.

    Raises
    ------
    BadInput
        There is no such connection, or nobody opens.
    """
    connections = {one.name: one for one in read_connections(folder)}
    if name not in connections:
        raise BadInput("there is no connection {name}; {near}", name=name, near=nearest(name, list(connections)))
    host, port = _address(connections[name])
    begun = time.perf_counter()
    try:
        socket.create_connection((host, port), wait_s).close()
    except OSError as error:
        raise BadInput("{host}, port {port}: {reason}", host=host, port=port, reason=reason_of(error)) from None
    return time.perf_counter() - begun


def _address(one: Connection) -> tuple[str, int]:
    if isinstance(one, OpcUaConnection):
        split = urlsplit(one.url)
        return split.hostname or "", split.port or 4840
    return one.host, one.port


def _health(one: Connection, state: ConnectionState | None, alive: bool) -> Health:
    if state is None:
        stands = "never"
    elif not alive:
        stands = "stopped"
    elif state.failed:
        stands = "failed"
    else:
        stands = "connected" if state.connected else "broken"
    counts = state.counts if state else {}
    last = state.last_point_us if state else None
    return Health(
        one.name,
        _kind(one),
        _bare(one.url),
        _secured(one),
        _details(one),
        stands,
        counts.get("points", 0),
        counts.get("messages", 0),
        state.points_s if state and alive else None,
        state.lag_s if state else None,
        datetime.fromtimestamp(last / 1e6, UTC) if last is not None else None,
        tuple((COUNTS[key], counts[key]) for key in FAULTS if counts.get(key)),
        (state.failed or "") if state else "",
    )


def _bare(url: str) -> str:
    """An address without who logs in: a password may stand there against the advice."""
    scheme, mark, rest = url.partition("://")
    return scheme + mark + rest.rpartition("@")[2]


def _kind(one: Connection) -> str:
    if isinstance(one, OpcUaConnection):
        return "OPC UA"
    if isinstance(one, ModbusConnection):
        return "Modbus TCP"
    return "MQTT · Sparkplug B" if one.payload == "sparkplug" else f"MQTT · {one.payload}"


def _secured(one: Connection) -> Text:
    open_ = Text("未加密", "not encrypted")
    if isinstance(one, OpcUaConnection):
        if one.security == "none":
            return open_
        return Text("已签名加密", "signed and encrypted") if one.mode == "SignAndEncrypt" else Text("已签名", "signed")
    return Text("TLS", "TLS") if isinstance(one, MqttConnection) and one.tls else open_


def _details(one: Connection) -> str:
    if isinstance(one, OpcUaConnection):
        return ", ".join(one.browse)
    if isinstance(one, MqttConnection):
        return ", ".join(one.topics)
    return ", ".join(register.label for register in one.registers)
