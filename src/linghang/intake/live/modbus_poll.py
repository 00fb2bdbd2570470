"""Polling the units of one Modbus TCP connection while it stands."""

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from linghang.intake.live.backoff import BackOff
from linghang.intake.live.batch import Batch, Tags
from linghang.intake.live.connections import ModbusConnection, Register, RegisterKind
from linghang.intake.live.counters import Counters
from linghang.intake.live.modbus_blocks import Block, blocks_of, decode
from linghang.intake.live.modbus_faults import SMALLER_HELPS, UNIT_IS_AWAY, explain, place
from linghang.intake.live.sink import Level, Surroundings
from linghang.store.telemetry.points import Quality, TagKind
from linghang.words import tr

FIRST_REST_S = 2.0
"""How long a unit rests that did not answer; then twice as long each time, up to half a minute (ours)."""

_CALLS: Mapping[RegisterKind, str] = MappingProxyType(
    {
        "holding": "read_holding_registers",
        "input": "read_input_registers",
        "coil": "read_coils",
        "discrete": "read_discrete_inputs",
    }
)


class Lost(Exception):
    """The connection is gone; the text says how, in the language of the reader."""


class _Silent(Exception):
    """A unit did not answer in time."""


@dataclass(slots=True)
class _Unit:
    number: int
    blocks: list[Block]
    back_off: BackOff
    away: bool = False
    rests_until_s: float = -math.inf


@dataclass(frozen=True, slots=True)
class Standing:
    """What outlives one connection.

    Attributes
    ----------
    connection, around, counters, tags, stop, monotonic
        As the connector was given them.
    timeout_s
        How long an answer may take, seconds.
    tell
        Says a line: key under which it is said rarely, level, text.
    answered
        Called when the first answer of a connection came.
    """

    connection: ModbusConnection
    around: Surroundings
    counters: Counters
    tags: Tags
    stop: Event
    monotonic: Callable[[], float]
    timeout_s: float
    tell: Callable[[object, Level, str], None]
    answered: Callable[[], None]


class Poll:
    """One connection from its first request to its loss.

    Parameters
    ----------
    standing
        What outlives it.
    client
        Connected.

    Raises
    ------
    Stopped
        There was no space to register the tags, and the connector is to stop.
    """

    def __init__(self, standing: Standing, client: ModbusTcpClient) -> None:
        connection, tags = standing.connection, standing.tags
        self._of, self._client, self._counters, self._tell = standing, client, standing.counters, standing.tell
        self._any_answer = False
        self._last: dict[int, tuple[int, float]] = {}
        self._number: dict[str, int] = {}
        for kind, bits in ((TagKind.FLAG, True), (TagKind.NUMBER, False)):
            labels = [one.label for one in connection.registers if (one.type == "bit") is bits]
            self._number.update(zip(labels, map(int, tags.numbers(labels, kind)), strict=True))
        blocks = blocks_of(connection.registers)
        self._units = [
            _Unit(unit, [one for one in blocks if one.unit == unit], BackOff(standing.around.seed + unit, FIRST_REST_S))
            for unit in sorted({one.unit for one in blocks})
        ]

    def run(self) -> None:
        """Poll until the connector is to stop.

        Raises
        ------
        Lost
            The connection is gone; the last known values are marked stale.
        Stopped
            The store has no space, and the connector is to stop.
        """
        period_s = self._of.connection.poll_ms / 1000
        due_s = self._of.monotonic()
        try:
            while not self._of.stop.is_set():
                self._round()
                due_s += period_s
                if (late_s := self._of.monotonic() - due_s) > 0:
                    skipped = math.ceil(late_s / period_s)
                    due_s += skipped * period_s
                    self._counters.add("skipped_polls", skipped)
                    line = tr("reading everything takes longer than poll_ms; polls are left out")
                    self._tell("late", "warning", line)
                self._of.stop.wait(max(0.0, due_s - self._of.monotonic()))
        except Lost:
            self._mark_stale()
            raise

    def _round(self) -> None:
        """Ask every unit once, those last that did not answer before: the others need not wait for them."""
        now_s = self._of.monotonic()
        units = sorted((one for one in self._units if one.rests_until_s <= now_s), key=lambda one: one.away)
        batch = Batch()
        for unit in units:
            if unit.away:
                batch = self._keep(batch)
            if not self._of.stop.is_set():
                self._ask_unit(unit, batch)
        self._keep(batch)
        if units and all(one.away for one in self._units) and not self._any_answer:
            raise Lost(tr("no unit answers any more at {url}", url=self._of.connection.url))
        self._any_answer = self._any_answer and not all(one.away for one in self._units)

    def _ask_unit(self, unit: _Unit, batch: Batch) -> None:
        queue = list(unit.blocks)
        while queue:
            block = queue.pop(0)
            try:
                answer = self._ask(block)
            except _Silent:
                self._leave(unit, [block, *queue], tr("does not answer"), batch)
                return
            code = answer.exception_code if answer.isError() else None
            if code in UNIT_IS_AWAY:
                self._leave(unit, [block, *queue], explain(block, code), batch)
                return
            if code in SMALLER_HELPS and len(block.registers) > 1:
                parts = block.parts()
                at = unit.blocks.index(block)
                unit.blocks[at : at + 1] = parts
                queue[:0] = parts
                continue
            self._take(block, answer, code, batch)
        if unit.away:
            unit.away = False
            unit.back_off.reset()
            self._tell(("back", unit.number), "info", tr("unit {unit} answers again", unit=unit.number))

    def _ask(self, block: Block) -> ModbusPDU:
        begun_s = self._of.monotonic()
        try:
            call = getattr(self._client, _CALLS[block.kind])
            answer: ModbusPDU = call(block.start, count=block.count, device_id=block.unit)
        except OSError as error:
            raise Lost(self._lost()) from error
        except (ModbusException, struct.error, IndexError, ValueError) as error:
            if not self._client.connected:
                raise Lost(self._lost()) from error
            if self._of.monotonic() - begun_s >= self._of.timeout_s:
                raise _Silent from error
            self._counters.add("bad_messages")
            raise Lost(tr("{place} the answer cannot be read; connecting anew", place=place(block))) from error
        self._counters.add("messages")
        if not self._any_answer:
            self._any_answer = True
            self._of.answered()
        return answer

    def _lost(self) -> str:
        return tr("the connection to {url} is lost", url=self._of.connection.url)

    def _take(self, block: Block, answer: ModbusPDU, code: int | None, batch: Batch) -> None:
        now_us = self._of.around.clock()
        if code is not None:
            self._tell(("exception", block.unit, block.kind, block.start, code), "warning", explain(block, code))
            self._add_bad(block.registers, batch)
            return
        read: Sequence[int] | Sequence[bool]
        read = answer.bits if block.kind in ("coil", "discrete") else answer.registers
        if len(read) < block.count:
            self._counters.add("bad_messages")
            self._tell(("short", block.unit), "warning", tr("{place} the answer is too short", place=place(block)))
            self._add_bad(block.registers, batch)
            return
        values = decode(block, read)
        numbers = self._numbers(block.registers)
        batch.add(numbers, np.full(len(values), now_us), np.array(values, float))
        self._last.update((number, (now_us, value)) for number, value in zip(numbers.tolist(), values, strict=True))

    def _leave(self, unit: _Unit, blocks: Sequence[Block], why: str, batch: Batch) -> None:
        """Let a unit rest that did not answer."""
        wait_s = unit.back_off.wait_s()
        unit.away, unit.rests_until_s = True, self._of.monotonic() + wait_s
        line = tr("unit {unit} is not read for a while: {why}", unit=unit.number, why=why)
        self._tell(("away", unit.number), "error", line)
        for block in blocks:
            self._add_bad(block.registers, batch)

    def _add_bad(self, registers: Sequence[Register], batch: Batch) -> None:
        numbers, now_us = self._numbers(registers), self._of.around.clock()
        batch.add(numbers, np.full(len(numbers), now_us), np.full(len(numbers), np.nan), Quality.BAD)
        for number in numbers.tolist():
            self._last.pop(number, None)

    def _numbers(self, registers: Sequence[Register]) -> NDArray[np.int32]:
        return np.array([self._number[one.label] for one in registers], np.int32)

    def _keep(self, batch: Batch) -> Batch:
        """Make points durable; return an empty batch."""
        points = batch.points(self._of.around.clock(), self._counters)
        if len(points):
            self._of.tags.append(points)
            self._counters.stored(len(points), batch.newest_us, self._of.around.clock())
        return Batch()

    def _mark_stale(self) -> None:
        """Mark the last known values stale from now on."""
        batch, now_us = Batch(), self._of.around.clock()
        for number, (at_us, value) in self._last.items():
            batch.add_one(number, max(now_us, at_us + 1), value, Quality.STALE)
        self._keep(batch)
