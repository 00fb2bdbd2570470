"""The meters and utilities of the works behind one Modbus TCP gateway: a unit id each, floats in holding registers."""

import asyncio
import logging
import struct
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from linghang.errors import BadInput
from linghang.twin.works.live import Reading
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.processes import NETWORKS, TOTALS, unit_of

HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Register:
    """Where a value stands.

    Attributes
    ----------
    unit
        Unit id behind the gateway.
    address
        First holding register.
    type
        float32 takes two registers, float64 four; the most significant word stands first.
    machine, signal
        What it is: the path is area/machine/signal.
    """

    unit: int
    address: int
    type: Literal["float32", "float64"]
    machine: Machine
    signal: str

    @property
    def path(self) -> str:
        """Address without a protocol: area, machine, signal."""
        return f"{self.machine.area}/{self.machine.id}/{self.signal}"


def _laid_out() -> tuple[Register, ...]:
    rows = []
    metered = [machine for machine in MACHINES if machine.group.center in NETWORKS]
    for unit, machine in enumerate(metered, start=1):
        address = 0
        signals = [signal.name for signal in unit_of(machine).signals]
        for name in signals:
            rows.append(Register(unit, address, "float32", machine, name))
            address += 2
        for name in signals:
            if name in TOTALS:
                rows.append(Register(unit, address, "float64", machine, TOTALS[name][0]))
                address += 4
    return tuple(rows)


REGISTERS: tuple[Register, ...] = _laid_out()
"""All registers of the gateway."""


class ModbusPlant:
    """The gateway.

    Parameters
    ----------
    host, port
        Where it listens.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._rows = {row.path: row for row in REGISTERS}
        self._memory: dict[int, list[int]] = {}
        for row in REGISTERS:
            size = 2 if row.type == "float32" else 4
            held = self._memory.setdefault(row.unit, [])
            held.extend([0] * (row.address + size - len(held)))
        self._totals: dict[str, tuple[int, float]] = {}
        self._server: ModbusTcpServer | None = None

    async def start(self) -> None:
        """Listen.

        Raises
        ------
        BadInput
            The port is taken or may not be used.
        """
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        devices = [
            SimDevice(unit, [SimData(0, len(held), 0, DataType.REGISTERS)], action=self._answering(unit))
            for unit, held in self._memory.items()
        ]
        self._server = ModbusTcpServer(devices, address=(self._host, self._port), ignore_missing_devices=True)
        if not await self._server.listen():
            raise BadInput("port {port} of {host} cannot be used for Modbus TCP", port=self._port, host=self._host)
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]

    def publish(self, readings: Sequence[Reading]) -> None:
        """Put new values into the registers."""
        for reading in readings:
            row = self._rows.get(reading.path)
            if row is None or not isinstance(reading.value, float):
                continue
            self._put(row, reading.value)
            if reading.signal.name in TOTALS:
                self._sum_up(reading)

    def _sum_up(self, reading: Reading) -> None:
        """Add what flowed since the last reading: the mean of both values over the time between (trapezoid)."""
        path = f"{reading.machine.area}/{reading.machine.id}/{TOTALS[reading.signal.name][0]}"
        now = float(reading.value)
        if now != now:
            return
        before = self._totals.get(path)
        total = self._total(path)
        if before is not None:
            total += (before[1] + now) / 2 * (reading.at_us - before[0]) / HOUR_US
        self._totals[path] = (reading.at_us, now)
        self._put(self._rows[path], total)

    def _total(self, path: str) -> float:
        row = self._rows[path]
        held = self._memory[row.unit][row.address : row.address + 4]
        return float(struct.unpack(">d", struct.pack(">4H", *held))[0])

    def _put(self, row: Register, value: float) -> None:
        packed = struct.pack(">f" if row.type == "float32" else ">d", value)
        words = struct.unpack(f">{len(packed) // 2}H", packed)
        self._memory[row.unit][row.address : row.address + len(words)] = words

    def _answering(self, unit: int) -> Callable[..., Coroutine[None, None, ExcCodes | None]]:
        """Return what fills the registers of a request from the unit's memory, at the moment of the request."""
        memory = self._memory[unit]

        async def answer(*asked: Any) -> ExcCodes | None:
            registers, written = asked[4], asked[5]
            if written:
                return ExcCodes.ILLEGAL_FUNCTION  # meters are read only
            registers[:] = memory
            return None

        return answer
