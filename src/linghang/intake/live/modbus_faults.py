"""What a Modbus device means by an exception, and what a person can do about it (V1.1b3, 7)."""

from collections.abc import Mapping
from types import MappingProxyType

from linghang.intake.live.modbus_blocks import Block
from linghang.words import later, tr

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE, ACKNOWLEDGE, BUSY = 1, 2, 3, 4, 5, 6
PARITY, NO_PATH, NO_ANSWER = 8, 10, 11

SMALLER_HELPS = frozenset({ILLEGAL_ADDRESS, ILLEGAL_VALUE})
"""The device may only lack some of the registers between, or not take so many at once."""
UNIT_IS_AWAY = frozenset({NO_PATH, NO_ANSWER})
"""A gateway speaks for a unit that does not."""

CAUSES: Mapping[int, str] = MappingProxyType(
    {
        ILLEGAL_FUNCTION: later("does not know this kind of register; is it holding, input, coil or discrete?"),
        ILLEGAL_ADDRESS: later(
            "has no such address; manuals often count from 1, or from 40001 or 30001, and here it is from 0"
        ),
        ILLEGAL_VALUE: later("does not take this length"),
        DEVICE_FAILURE: later("reports a failure of its own"),
        ACKNOWLEDGE: later("needs more time"),
        BUSY: later("is busy"),
        PARITY: later("reports a fault of its memory"),
        NO_PATH: later("cannot be reached by the gateway; look at the gateway's settings"),
        NO_ANSWER: later("does not answer the gateway; is it on, has it this unit number, is the cable right?"),
    }
)


def explain(block: Block, code: int) -> str:
    """Say which unit and address are meant, and what is likely the cause."""
    cause = CAUSES.get(code)
    return tr(
        "{place} {cause} (exception {code})",
        place=place(block),
        cause=tr(cause) if cause else tr("answers with an exception"),
        code=code,
    )


def place(block: Block) -> str:
    """Say which registers a block is."""
    last = block.start + block.count - 1
    where = f"{block.start}" if last == block.start else f"{block.start}-{last}"
    return tr("unit {unit}, {kind} {where}:", unit=block.unit, kind=block.kind, where=where)
