"""Registers are put into few blocks, and words become values."""

import math
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.intake.live.connections import Register, RegisterType, WordOrder
from linghang.intake.live.modbus_blocks import GAP, MOST, Block, blocks_of, decode

FORMS: dict[RegisterType, str] = {
    "uint16": "H",
    "int16": "h",
    "uint32": "I",
    "int32": "i",
    "uint64": "Q",
    "int64": "q",
    "float32": "f",
    "float64": "d",
}


@st.composite
def registers(draw: st.DrawFn) -> Register:
    kind = draw(st.sampled_from(("holding", "input", "coil", "discrete")))
    form = "bit" if kind in ("coil", "discrete") else draw(st.sampled_from(sorted(FORMS)))
    return Register(draw(st.integers(1, 3)), kind, draw(st.integers(0, 5000)), form)


@given(st.lists(registers(), max_size=60))
def test_every_register_stands_in_one_block_that_a_device_may_be_asked_for(some: list[Register]) -> None:
    blocks = blocks_of(some)
    assert sorted(map(str, (one for block in blocks for one in block.registers))) == sorted(map(str, some))
    for block in blocks:
        assert 1 <= block.count <= MOST[block.kind]
        assert all(
            (one.unit, one.kind) == (block.unit, block.kind)
            and block.start <= one.address
            and one.address + one.words <= block.start + block.count
            for one in block.registers
        )
        assert block.start == block.registers[0].address


@given(st.lists(registers(), min_size=1, max_size=30))
def test_blocks_fall_into_parts_until_each_holds_one_register(some: list[Register]) -> None:
    for block in blocks_of(some):
        parts, steps = [block], 0
        while any(len(one.registers) > 1 for one in parts):
            parts = [part for one in parts for part in (one.parts() if len(one.registers) > 1 else (one,))]
            steps += 1
        assert steps <= 2
        assert [one for part in parts for one in part.registers] == list(block.registers)


def test_neighbours_are_read_together_and_distant_ones_are_not() -> None:
    some = [Register(1, "holding", address, "uint16") for address in (0, 1, 2 + GAP, 3 + 2 * GAP + 1)]
    assert [(one.start, one.count) for one in blocks_of(some)] == [(0, 3 + GAP), (4 + 2 * GAP, 1)]
    long = [Register(1, "holding", address, "uint16") for address in range(300)]
    assert [(one.start, one.count) for one in blocks_of(long)] == [(0, 125), (125, 125), (250, 50)]


def words_of(form: str, value: float) -> list[int]:
    raw = struct.pack(f">{form}", value)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("uint16", 65535),
        ("int16", -2),
        ("uint32", 4_000_000_000),
        ("int32", -70_000),
        ("uint64", 2**52 + 1),
        ("int64", -(2**40)),
        ("float32", 21.5),
        ("float64", 0.1),
        ("float32", -math.inf),
    ],
)
def test_words_become_values_in_either_order(form: RegisterType, value: float, order: WordOrder) -> None:
    one = Register(1, "holding", 7, form, order)
    words = words_of(FORMS[form], value)
    block = Block(1, "holding", 5, 2 + one.words, (one,))
    assert decode(block, [9, 9, *(words if order == "big" else words[::-1])]) == [value]


def test_a_scale_is_applied_and_bits_are_flags() -> None:
    def read(one: Register, words: Sequence[int] | Sequence[bool]) -> list[float]:
        return decode(Block(1, one.kind, one.address, one.words, (one,)), words)

    assert read(Register(1, "input", 3, "int16", scale=0.1), [0xFFFF - 14]) == [pytest.approx(-1.5)]
    assert read(Register(1, "coil", 3, "bit"), [True]) == [1.0]
    assert math.isnan(read(Register(1, "input", 0, "float32"), words_of("f", math.nan))[0])
