"""Listen to a plant: every connection of a workspace in a thread of its own, into the store of telemetry."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event

from linghang.errors import BadInput, Place, nearest
from linghang.intake.live.connections import CONFIG, MqttConnection, OpcUaConnection, read_connections
from linghang.intake.live.connections import Connection as Connected
from linghang.intake.live.counters import COUNTS, Snapshot
from linghang.intake.live.mqtt import MqttConnector
from linghang.intake.live.sink import Connector, Log, Surroundings
from linghang.intake.live.tag_hints import FILE as HINTS
from linghang.intake.live.tag_hints import TagHint, merge_hints
from linghang.store.telemetry import TelemetryStore
from linghang.store.workspace import open_workspace
from linghang.words import tr

__all__ = ["COUNTS", "STATUS", "ConnectionState", "Log", "Surroundings", "ingest", "last_states"]

STATUS = ".ingest.json"
"""How the connections stand, written while they work, for whoever asks from another process."""
HOUSE_S = 600.0
TOLD_S = 1.0
RATE_TURNS = 10
"""How many of these turns a rate of points is taken over."""
_JOIN_S = 30.0


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How one connection stands.

    Attributes
    ----------
    name, kind, url
        As in linghang.toml.
    counts
        See `COUNTS`.
    connected
        Whether the other side answers.
    lag_s
        Seconds from the newest source time to when it was durable; None before any point.
    last_point_us
        Newest source time stored, UTC microseconds; None before any point.
    failed
        Why it does not work at all, and will not by itself.
    points_s
        Points stored a second, over the last seconds; None before there are any.
    """

    name: str
    kind: str
    url: str
    counts: Mapping[str, int]
    connected: bool
    lag_s: float | None
    last_point_us: int | None
    failed: str | None = None
    points_s: float | None = None


class _Running:
    """One connector in its thread; what ends it for good is kept."""

    def __init__(self, connection: Connected, connector: Connector) -> None:
        self.connection, self.connector = connection, connector
        self.failed: str | None = None
        self._thread: threading.Thread | None = None

    def start(self, sink: TelemetryStore, stop: Event, log: Log) -> None:
        """Let it work in a thread that speaks the language of this one."""

        def work() -> None:
            try:
                self.connector.run(sink, stop)
            except BadInput as error:
                self.failed = str(error)
                log("error", tr("{name}: {reason}", name=self.connector.name, reason=self.failed))

        self._thread = threading.Thread(target=copy_context().run, args=(work,), name=self.connector.name, daemon=True)
        self._thread.start()

    def join(self) -> bool:
        """Wait for its end; return whether it came."""
        if self._thread is not None:
            self._thread.join(_JOIN_S)
        return self._thread is None or not self._thread.is_alive()

    def state(self) -> ConnectionState:
        """Return how it stands."""
        seen: Snapshot = self.connector.counters.snapshot()
        return ConnectionState(
            self.connection.name,
            _kind(self.connection),
            self.connection.url,
            dict(seen.counts),
            seen.connected,
            seen.lag_s,
            seen.last_point_at,
            self.failed,
        )


def ingest(
    folder: Path,
    *,
    only: Sequence[str] = (),
    stop: Event,
    around: Surroundings,
    told: Callable[[Sequence[ConnectionState]], None],
) -> Sequence[ConnectionState]:
    """Listen to the connections of a workspace until `stop` is set.

    Parameters
    ----------
    folder
        The workspace.
    only
        Names of connections; all where none is named.
    stop
        Ends it; what was received is stored first.
    around
        Clock, environment, log.
    told
        Told every second how the connections stand.

    Returns
    -------
    How they stood at the end.

    Raises
    ------
    BadInput
        There is no such connection, none at all, all of them failed for good, or another process writes telemetry.
    """
    open_workspace(folder)
    chosen = _chosen(folder, only)
    lock = threading.Lock()

    def hinted(hints: Sequence[TagHint]) -> None:
        with lock:
            merge_hints(folder / "telemetry" / HINTS, hints)

    running = [_Running(one, _connector(one, around, hinted)) for one in chosen]
    with TelemetryStore.open(folder / "telemetry", log=around.log) as store:
        for one in running:
            one.start(store, stop, around.log)
        house = threading.Thread(target=copy_context().run, args=(_house, store, stop, around.log), daemon=True)
        house.start()
        try:
            states = _watch(folder, running, stop, told)
        finally:
            stop.set()
            late = [one.connector.name for one in running if not one.join()]
            house.join(_JOIN_S)
            for name in late:
                around.log("warning", tr("{name} does not end; it is left behind", name=name))
    # How they stood before they were told to end, with what came until then.
    states = [replace(one.state(), connected=before.connected) for one, before in zip(running, states, strict=True)]
    _write_status(folder, [replace(one, connected=False) for one in states])
    if all(one.failed for one in running):
        raise BadInput("no connection works; see above", Place(str(folder / CONFIG)))
    return states


def _watch(
    folder: Path, running: Sequence[_Running], stop: Event, told: Callable[[Sequence[ConnectionState]], None]
) -> Sequence[ConnectionState]:
    states: Sequence[ConnectionState] = []
    seen: deque[tuple[float, Sequence[ConnectionState]]] = deque(maxlen=RATE_TURNS)
    while True:
        ended, before = stop.wait(TOLD_S), states
        states = [one.state() for one in running]
        seen.append((time.monotonic(), states))
        states = _with_rates(seen)
        if ended and before:  # they hang up as soon as they are told to end
            states = [replace(one, connected=last.connected) for one, last in zip(states, before, strict=True)]
        _write_status(folder, states)
        told(states)
        if ended or all(one.failed for one in running):
            return states


def _with_rates(seen: Sequence[tuple[float, Sequence[ConnectionState]]]) -> Sequence[ConnectionState]:
    (begun, first), (at, last) = seen[0], seen[-1]
    if at <= begun:
        return last
    counts = [(one.counts["points"], old.counts["points"]) for one, old in zip(last, first, strict=True)]
    return [replace(one, points_s=(new - old) / (at - begun)) for one, (new, old) in zip(last, counts, strict=True)]


def _house(store: TelemetryStore, stop: Event, log: Log) -> None:
    """Merge and sum up what came, now and then; a failure is told and tried again."""
    while not stop.wait(HOUSE_S):
        try:
            store.keep_house()
        except BadInput as error:
            log("error", str(error))


def _chosen(folder: Path, only: Sequence[str]) -> Sequence[Connected]:
    connections = read_connections(folder)
    place = Place(str(folder / CONFIG))
    if not connections:
        raise BadInput("has no [[connections]]: say there what the workspace listens to", place)
    names = [one.name for one in connections]
    for name in only:
        if name not in names:
            raise BadInput("there is no connection {name}; {near}", place, name=name, near=nearest(name, names))
    return [one for one in connections if not only or one.name in only]


def _kind(connection: Connected) -> str:
    if isinstance(connection, OpcUaConnection):
        return "opcua"
    return "mqtt" if isinstance(connection, MqttConnection) else "modbus"


def _connector(connection: Connected, around: Surroundings, hinted: Callable[[Sequence[TagHint]], None]) -> Connector:
    if isinstance(connection, MqttConnection):
        return MqttConnector(connection, around, hinted)
    if isinstance(connection, OpcUaConnection):
        from linghang.intake.live.opcua import OpcUaConnector

        return OpcUaConnector(connection, around, hinted)
    from linghang.intake.live.modbus import ModbusConnector

    return ModbusConnector(connection, around)


def _write_status(folder: Path, states: Sequence[ConnectionState]) -> None:
    """Replace the status whole; a disk that is full keeps the old one."""
    draft, file = folder / f"{STATUS}.tmp", folder / STATUS
    try:
        rows = [asdict(one) for one in states]
        draft.write_text(json.dumps({"at": time.time(), "connections": rows}, ensure_ascii=False), encoding="utf-8")
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)


def last_states(folder: Path) -> tuple[float, Sequence[ConnectionState]] | None:
    """Return when the connections were last seen (seconds since 1970 UTC) and how they stood; None if never."""
    try:
        said = json.loads((folder / STATUS).read_text(encoding="utf-8"))
        return float(said["at"]), [ConnectionState(**one) for one in said["connections"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
