"""Registers that lie near each other are read together (Modbus Application Protocol V1.1b3, 6.1 to 6.4)."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from linghang.intake.live.connections import Register, RegisterKind

MOST: Mapping[RegisterKind, int] = MappingProxyType({"holding": 125, "input": 125, "coil": 2000, "discrete": 2000})
"""Registers or bits that one request may ask for."""
GAP = 16
"""Registers between two that are read along (ours): cheaper than another round trip."""
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "uint16": "H",
        "int16": "h",
        "uint32": "I",
        "int32": "i",
        "uint64": "Q",
        "int64": "q",
        "float32": "f",
        "float64": "d",
    }
)


@dataclass(frozen=True, slots=True)
class Block:
    """What one request reads.

    Attributes
    ----------
    unit, kind
        Of all its registers.
    start, count
        First address, and how many registers or bits.
    registers
        What is kept of it, in the order of addresses.
    """

    unit: int
    kind: RegisterKind
    start: int
    count: int
    registers: tuple[Register, ...]

    def parts(self) -> "tuple[Block, ...]":
        """Return smaller blocks for a device that refuses this one: first without gaps, then one for each register."""
        close = _blocks(self.registers, 0)
        return close if len(close) > 1 else tuple(_block([one]) for one in self.registers)


def blocks_of(registers: Iterable[Register]) -> tuple[Block, ...]:
    """Put registers of one unit and kind into as few blocks as can be, with gaps of at most `GAP` inside."""
    return _blocks(registers, GAP)


def _blocks(registers: Iterable[Register], gap: int) -> tuple[Block, ...]:
    ordered = sorted(registers, key=lambda one: (one.unit, one.kind, one.address, one.words))
    blocks: list[Block] = []
    for (_, kind), same in groupby(ordered, key=lambda one: (one.unit, one.kind)):
        together: list[Register] = []
        end = 0
        for one in same:
            reach = max(end, one.address + one.words)
            if together and (one.address > end + gap or reach - together[0].address > MOST[kind]):
                blocks.append(_block(together))
                together, reach = [], one.address + one.words
            together.append(one)
            end = reach
        blocks.append(_block(together))
    return tuple(blocks)


def _block(registers: Sequence[Register]) -> Block:
    first = registers[0]
    end = max(one.address + one.words for one in registers)
    return Block(first.unit, first.kind, first.address, end - first.address, tuple(registers))


def decode(block: Block, read: Sequence[int] | Sequence[bool]) -> list[float]:
    """Return the value of each register of a block, scaled.

    Parameters
    ----------
    block
        What was asked for.
    read
        The registers (0 to 65535) or bits that came, as many as were asked for.

    Returns
    -------
    list
        Whole numbers beyond 2^53 lose their last digits.
    """
    values = []
    for one in block.registers:
        words = read[one.address - block.start : one.address - block.start + one.words]
        values.append(float(words[0]) if one.type == "bit" else _number(one, words))
    return values


def _number(register: Register, words: Sequence[int]) -> float:
    ordered = words if register.word_order == "big" else words[::-1]
    raw = struct.pack(f">{len(ordered)}H", *ordered)
    value = float(struct.unpack(f">{_FORMATS[register.type]}", raw)[0])
    return value * register.scale if register.scale != 1 else value
