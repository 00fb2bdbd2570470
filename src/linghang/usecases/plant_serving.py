"""Run the reference plant live: as OPC UA server, Sparkplug B edge nodes and Modbus TCP gateway at once."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, Literal
from urllib.parse import urlsplit

from linghang.errors import BadInput, Place, nearest
from linghang.intake.live.connections import (
    CONFIG,
    ModbusConnection,
    MqttConnection,
    OpcUaConnection,
    read_connections,
)
from linghang.store.workspace import open_workspace
from linghang.twin.flow.model import Fault
from linghang.twin.process.course import ProcessFault
from linghang.twin.process.sensing import InstrumentFault
from linghang.twin.works.flow_model import flows
from linghang.twin.works.live import LivePlant, Reading, live_plant
from linghang.twin.works.machines import BY_ID
from linghang.twin.works.processes import factors_of, signals_of
from linghang.words import Listed, tr

__all__ = ["DESK", "FaultRequest", "Served", "ask_plant", "fault_kinds", "serve_plant"]

DESK = ".plant.json"
"""Where a running plant says how it can be spoken to: only the owner of the file can read it."""
TICK_S = 1.0
HISTORY_MONTHS = 24
"""By then every capability of the works is live."""
SECOND_US = 1_000_000
INSTRUMENT_KINDS = ("bias", "drift", "noise", "dropout")
FLOW_KINDS = ("breakdown", "bad_lot")

Log = Callable[[Literal["info", "warning", "error"], str], None]


@dataclass(frozen=True, slots=True)
class FaultRequest:
    """What shall go wrong.

    Attributes
    ----------
    machine
        Id of the machine.
    kind
        breakdown, bad_lot, a parameter of its process (see `fault_kinds`), or bias, drift, noise, dropout of a signal.
    minutes
        For how long, on the plant's own clock.
    size
        Share of bad pieces, factor of the parameter, or error in the signal's unit; None for what is usual.
    signal
        Of instrument faults: which.
    """

    machine: str
    kind: str
    minutes: float = 30.0
    size: float | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """How a plant is served, for the one who watches it.

    Attributes
    ----------
    opcua, mqtt, modbus
        Addresses; None where that protocol is not served.
    machines, signals
        How many there are.
    """

    opcua: str | None
    mqtt: str | None
    modbus: str | None
    machines: int
    signals: int


def fault_kinds(machine_id: str) -> dict[str, float | None]:
    """Return what can go wrong with a machine, and the usual size of each.

    Raises
    ------
    BadInput
        There is no such machine.
    """
    machine = _machine(machine_id)
    usual: dict[str, float | None] = {"breakdown": None, "bad_lot": 1.0} if flows(machine) else {}
    return {**usual, **factors_of(machine), **dict.fromkeys(INSTRUMENT_KINDS)}


def serve_plant(
    folder: Path,
    *,
    speed: float,
    seed: int,
    stop: Event,
    log: Log,
    clock: Callable[[], int],
    started: Callable[[Served], None],
) -> None:
    """Serve the works of a workspace until `stop` is set.

    Parameters
    ----------
    folder
        The workspace; its connections say where each protocol is served.
    speed
        How much faster the plant lives than the clock; source times are the clock's.
    seed
        Of chance in the flow and of the instruments' noise.
    stop
        Ends it.
    log
        Takes lines for a person.
    clock
        Tells the time, UTC microseconds.
    started
        Called once everything listens.

    Raises
    ------
    BadInput
        The workspace has no connections, an address is taken, the broker cannot be reached, or the plant runs already.
    """
    if not 0 < speed <= 10_000:
        raise BadInput("the speed is above 0 and up to 10,000; {speed} is not", speed=speed)
    open_workspace(folder)
    connections = read_connections(folder)
    if not connections:
        raise BadInput(
            "has no connections; say in [[connections]] where the plant is served", Place(str(folder / CONFIG))
        )
    begin_us = clock()
    plant = live_plant(datetime.fromtimestamp(begin_us / SECOND_US, UTC), HISTORY_MONTHS, seed)
    asyncio.run(_Serving(folder, plant, speed, begin_us, stop, log, clock).run(connections, started))


class _Serving:
    """One run of the plant: its doors, its desk and its clock."""

    def __init__(
        self,
        folder: Path,
        plant: LivePlant,
        speed: float,
        begin_us: int,
        stop: Event,
        log: Log,
        clock: Callable[[], int],
    ) -> None:
        self._folder, self._plant, self._speed = folder, plant, speed
        self._begin_us, self._plant_begin_us = begin_us, plant.now_us
        self._stop, self._log, self._clock = stop, log, clock
        self._token = secrets.token_hex(16)
        self._publishers: list[Callable[[list[Reading]], Any]] = []
        self._lateness_s = 0.0

    async def run(self, connections: Any, started: Callable[[Served], None]) -> None:
        """Open every door, then let the plant live until it is told to stop."""
        async with AsyncExitStack() as stack:
            served = await self._open(connections, stack)
            await self._desk(stack)
            await self._publish(self._plant.everything(self._clock()))
            started(served)
            while not self._stop.is_set():
                await self._tick()

    async def _tick(self) -> None:
        now = self._clock()
        due = self._plant_begin_us + round((now - self._begin_us) * self._speed)
        if due > self._plant.now_us:
            readings = self._plant.advance(due, now, self._speed)
            await self._publish(readings)
        took = (self._clock() - now) / SECOND_US
        if took > TICK_S and took > 2 * self._lateness_s:
            self._lateness_s = took
            self._log("warning", tr("the plant needs {seconds:.1f} s for each second; use a lower speed", seconds=took))
        await asyncio.sleep(max(TICK_S - took, 0.01))

    async def _publish(self, readings: list[Reading]) -> None:
        for publish in self._publishers:
            sent = publish(readings)
            if asyncio.iscoroutine(sent):
                await sent

    async def _open(self, connections: Any, stack: AsyncExitStack) -> Served:
        found: dict[str, str] = {}
        for one in connections:
            if isinstance(one, OpcUaConnection) and "opcua" not in found:
                await self._open_opcua(one, stack)
                found["opcua"] = one.url
            elif isinstance(one, MqttConnection) and "mqtt" not in found:
                await self._open_mqtt(one, stack)
                found["mqtt"] = one.url
            elif isinstance(one, ModbusConnection) and "modbus" not in found:
                await self._open_modbus(one, stack)
                found["modbus"] = one.url
        signals = sum(len(signals_of(machine)) for machine in BY_ID.values())
        return Served(found.get("opcua"), found.get("mqtt"), found.get("modbus"), len(BY_ID), signals)

    async def _open_opcua(self, connection: OpcUaConnection, stack: AsyncExitStack) -> None:
        from linghang.twin.serving.opcua_server import OpcUaPlant
        from linghang.twin.serving.server_certificate import server_certificate

        certificate, key = server_certificate(self._folder / "pki" / "plant", datetime.now(UTC))
        if connection.security != "none":
            # The plant is our own: whoever ingests from this workspace may trust it at once.
            connection.trusted.mkdir(parents=True, exist_ok=True)
            (connection.trusted / "reference-plant.der").write_bytes(certificate.read_bytes())
        server = OpcUaPlant(connection.url, certificate, key)
        try:
            await server.start()
        except OSError as error:
            raise BadInput("{url} cannot be served: {reason}", url=connection.url, reason=str(error)) from None
        stack.push_async_callback(server.stop)
        self._publishers.append(server.publish)

    async def _open_mqtt(self, connection: MqttConnection, stack: AsyncExitStack) -> None:
        from linghang.twin.serving.sparkplug_publisher import Broker, SparkplugPlant

        address = urlsplit(connection.url)
        password = os.environ.get(connection.password_variable)
        broker = Broker(address.hostname or "127.0.0.1", address.port or 1883, connection.user, password)
        plant = SparkplugPlant(broker, lambda: self._clock() // 1000)
        await asyncio.to_thread(plant.start)
        stack.push_async_callback(asyncio.to_thread, plant.stop)
        self._publishers.append(plant.publish)

    async def _open_modbus(self, connection: ModbusConnection, stack: AsyncExitStack) -> None:
        from linghang.twin.serving.modbus_server import ModbusPlant

        address = urlsplit(connection.url)
        gateway = ModbusPlant(address.hostname or "127.0.0.1", address.port or 502)
        await gateway.start()
        stack.push_async_callback(gateway.stop)
        self._publishers.append(gateway.publish)

    async def _desk(self, stack: AsyncExitStack) -> None:
        """Open the desk at which the command line asks for faults: on this computer, with a word from the file."""
        file = self._folder / DESK
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        stack.push_async_callback(_closed, server)
        with suppress(FileNotFoundError):
            file.unlink()
        port = server.sockets[0].getsockname()[1]
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({"port": port, "token": self._token, "pid": os.getpid()}, out)
        stack.callback(file.unlink, missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ValueError):
            asked = json.loads(await reader.readline())
            if not secrets.compare_digest(str(asked.pop("token", "")), self._token):
                raise ValueError("the word of the desk is wrong")
            try:
                said = self._trigger(FaultRequest(**asked))
                answer = {"ok": True, "said": said}
            except BadInput as error:
                answer = {"ok": False, "said": str(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    def _trigger(self, asked: FaultRequest) -> str:
        self._plant.trigger(asked.machine, _fault(asked, self._plant.now_us))
        self._log("warning", tr("{kind} at {machine}", kind=asked.kind, machine=asked.machine))
        return tr(
            "{kind} at {machine} for {minutes:g} min", kind=asked.kind, machine=asked.machine, minutes=asked.minutes
        )


async def _closed(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()


def _fault(asked: FaultRequest, now_us: int) -> Fault | ProcessFault | InstrumentFault:
    """Make a fault from a request; refuse what the machine does not have."""
    machine = _machine(asked.machine)
    kinds = fault_kinds(asked.machine)
    if asked.kind not in kinds:
        raise BadInput(
            "{kind} is no fault of {machine}; {near}",
            kind=asked.kind,
            machine=asked.machine,
            near=nearest(asked.kind, list(kinds)),
        )
    if asked.minutes <= 0:
        raise BadInput("a fault lasts longer than 0 minutes")
    start_s, seconds = now_us / SECOND_US, asked.minutes * 60
    size = asked.size if asked.size is not None else kinds[asked.kind]
    if asked.kind in FLOW_KINDS:
        at = datetime.fromtimestamp(start_s, UTC)
        share = 1.0 if size is None else size
        return Fault(at, asked.kind, asked.machine, seconds, share)  # type: ignore[arg-type]
    if asked.kind not in INSTRUMENT_KINDS:
        return ProcessFault(asked.kind, start_s, start_s + seconds, 1.0 if size is None else size)
    names = [signal.name for signal in signals_of(machine) if signal.role == "measurement"]
    if asked.signal not in names:
        raise BadInput(
            "a fault of an instrument needs its signal; {machine} has {names}",
            machine=asked.machine,
            names=Listed(names),
        )
    if size is None and asked.kind != "dropout":
        raise BadInput("{kind} needs a size", kind=asked.kind)
    return InstrumentFault(asked.signal, asked.kind, start_s, start_s + seconds, size or 0.0)  # type: ignore[arg-type]


def _machine(machine_id: str) -> Any:
    if machine_id not in BY_ID:
        near = nearest(machine_id, list(BY_ID))
        raise BadInput("the works has no machine {machine}; {near}", machine=machine_id, near=near)
    return BY_ID[machine_id]


def ask_plant(folder: Path, asked: FaultRequest) -> str:
    """Ask the running plant of a workspace for a fault; return what it says.

    Raises
    ------
    BadInput
        No plant runs there, or it refuses.
    """
    import socket

    fault_kinds(asked.machine)
    idle = BadInput(
        "no plant runs here; start it with: linghang plant serve {folder}", Place(str(folder)), folder=folder
    )
    try:
        desk: Mapping[str, Any] = json.loads((folder / DESK).read_text(encoding="utf-8"))
        with socket.create_connection(("127.0.0.1", int(desk["port"])), timeout=10) as line:
            words = {"token": desk["token"], **{name: getattr(asked, name) for name in FaultRequest.__slots__}}
            line.sendall(json.dumps(words).encode() + b"\n")
            answer = json.loads(line.makefile().readline())
    except (OSError, ValueError, KeyError):
        raise idle from None
    if not answer["ok"]:
        raise BadInput("{said}", said=answer["said"])
    return str(answer["said"])
