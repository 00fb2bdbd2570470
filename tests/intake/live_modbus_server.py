"""A real Modbus TCP server (pymodbus) in a thread: some units, each with a few registers, that can misbehave."""

import asyncio
import logging
import struct
import threading
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

WAIT_S = 20
HOLDING, INPUT, COIL, DISCRETE = 3, 4, 1, 2


class ModbusServer:
    """Units with 200 holding and input registers and 64 coils and discrete inputs from address 0.

    `registers[unit][function]` holds the words; `holes[unit]` the addresses that the unit does not have;
    `refuses[unit]` an exception code; `silent` the units that do not answer.
    """

    def __init__(self, port: int, units: tuple[int, ...] = (1,)) -> None:
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)
        self.port, self.units = port, units
        self.registers = {unit: {HOLDING: [0] * 200, INPUT: [0] * 200} for unit in units}
        self.bits = {unit: {COIL: [False] * 64, DISCRETE: [False] * 64} for unit in units}
        self.holes: dict[int, set[int]] = {unit: set() for unit in units}
        self.most = 125
        self.refuses: dict[int, int] = {}
        self.silent: set[int] = set()
        self.asked: list[tuple[int, int, int, int]] = []
        self.delay_s = 0.0
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: ModbusTcpServer | None = None

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def start(self) -> None:
        async def run() -> None:
            bits, words = (SimData(0, 64, False, DataType.BITS), SimData(0, 200, 0, DataType.REGISTERS))
            devices = [
                SimDevice(unit, ([bits], [bits], [words], [words]), action=self._action(unit)) for unit in self.units
            ]
            self._server = ModbusTcpServer(devices, address=("127.0.0.1", self.port))
            await self._server.listen()

        self.do(run())

    def _action(self, unit: int) -> Any:
        async def action(
            function: int, start: int, address: int, count: int, current: list[Any], written: Any
        ) -> ExcCodes | None:
            self.asked.append((unit, function, address, count))
            await asyncio.sleep(self.delay_s)
            if unit in self.silent:
                await asyncio.sleep(3600)
            if unit in self.refuses:
                return ExcCodes(self.refuses[unit])
            if count > self.most or self.holes[unit] & set(range(address, address + count)):
                return ExcCodes.ILLEGAL_ADDRESS
            if function in (COIL, DISCRETE):  # held as words of 16 bits, the lowest bit first
                held = self.bits[unit][function]
                current[:] = [sum(bit << at for at, bit in enumerate(held[16 * n : 16 * n + 16])) for n in range(4)]
            else:
                words = self.registers[unit][function][address : address + count]
                current[address - start : address - start + count] = words
            return None

        return action

    def stop(self) -> None:
        if self._server is not None:
            self.do(self._server.shutdown())
            self._server = None

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    def put(self, unit: int, function: int, address: int, form: str, value: float, little: bool = False) -> None:
        """Write a value as a device would, most significant word first unless `little`."""
        words = list(struct.unpack(f">{struct.calcsize(form) // 2}H", struct.pack(f">{form}", value)))
        self.registers[unit][function][address : address + len(words)] = words[::-1] if little else words
