"""The data types of Sparkplug B (Sparkplug 3.0, 6.4.16) and how the wire carries their values."""

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from linghang.errors import BadInput


class DataType(IntEnum):
    """Numbers of the types."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTYSET = 20
    PROPERTYSETLIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


T = DataType
WHOLE: Mapping[int, tuple[int, bool]] = {
    **{T.INT8: (8, True), T.INT16: (16, True), T.INT32: (32, True), T.INT64: (64, True)},
    **{T.UINT8: (8, False), T.UINT16: (16, False), T.UINT32: (32, False), T.UINT64: (64, False)},
    T.DATETIME: (64, False),
}
"""Whole numbers: their bits, and whether they are signed. A DateTime is milliseconds since 1970 in UTC."""

TEXTS = frozenset({T.STRING, T.TEXT, T.UUID})

CARRIER: Mapping[int | None, str] = {
    **{one: "long_value" if bits == 64 else "int_value" for one, (bits, _) in WHOLE.items()},
    **{T.FLOAT: "float_value", T.DOUBLE: "double_value", T.BOOLEAN: "boolean_value"},
    **dict.fromkeys(TEXTS, "string_value"),
    **dict.fromkeys((T.BYTES, T.FILE, *(one for one in T if one >= T.INT8_ARRAY)), "bytes_value"),
    **{T.DATASET: "dataset_value", T.TEMPLATE: "template_value"},
    **{T.PROPERTYSET: "propertyset_value", T.PROPERTYSETLIST: "propertysets_value"},
}
"""The field that carries a value of each type."""

_ITEM: Mapping[int, str] = {
    **{T.INT8_ARRAY: "b", T.INT16_ARRAY: "h", T.INT32_ARRAY: "i", T.INT64_ARRAY: "q"},
    **{T.UINT8_ARRAY: "B", T.UINT16_ARRAY: "H", T.UINT32_ARRAY: "I", T.UINT64_ARRAY: "Q"},
    **{T.FLOAT_ARRAY: "f", T.DOUBLE_ARRAY: "d", T.DATETIME_ARRAY: "q"},
}
"""How one item of an array is packed, little-endian."""


def whole_of(raw: int, carrier_bits: int, datatype: int) -> int | None:
    """Return the whole number that a carrier holds, None where it cannot be one of that type.

    Negative numbers arrive as two's complement of their own width (8 bits for Int8), as the specification has it, or
    of the carrier's width (32 or 64 bits), as other encoders write them; both are read.
    """
    bits, signed = WHOLE[datatype]
    if raw < 1 << bits:
        return raw - (1 << bits) if signed and raw >> (bits - 1) else raw
    wide = raw - (1 << carrier_bits)
    return wide if signed and -(1 << (bits - 1)) <= wide < 0 else None


def unpacked(raw: bytes, datatype: int) -> tuple[Any, ...] | None:
    """Return the items of an array, None where the bytes are none of that type or could be packed in another way."""
    try:
        items = _unpacked(raw, datatype)
        return items if packed(items, datatype) == raw else None
    except (struct.error, UnicodeDecodeError):
        return None


def _unpacked(raw: bytes, datatype: int) -> tuple[Any, ...]:
    if datatype == T.STRING_ARRAY:
        return tuple(raw.decode().split("\0")[:-1])
    if datatype == T.BOOLEAN_ARRAY:
        (count,) = struct.unpack_from("<I", raw)
        if (count + 7) // 8 != len(raw) - 4:
            raise struct.error
        return tuple(bool(raw[4 + place // 8] >> (7 - place % 8) & 1) for place in range(count))
    item = _ITEM[datatype]
    return struct.unpack(f"<{len(raw) // struct.calcsize(item)}{item}", raw)


def packed(items: Sequence[Any], datatype: int) -> bytes:
    """Return the bytes of an array: numbers little-endian, texts each ended by 0, booleans as their count and bits.

    Raises
    ------
    struct.error
        An item that the type cannot hold.
    """
    if datatype == T.STRING_ARRAY:
        if any("\0" in one for one in items):
            raise struct.error("a text of an array holds no 0")
        return b"".join(one.encode() + b"\0" for one in items)
    if datatype == T.BOOLEAN_ARRAY:
        bits = bytearray((len(items) + 7) // 8)
        for place, one in enumerate(items):
            bits[place // 8] |= bool(one) << (7 - place % 8)
        return struct.pack("<I", len(items)) + bytes(bits)
    return struct.pack(f"<{len(items)}{_ITEM[datatype]}", *items)


def plain(carrier: str, raw: Any, datatype: int | None) -> Any:
    """Return the value that a simple carrier or bytes hold: of the type where they fit, as sent where they do not."""
    if datatype is None:
        return raw
    if datatype in WHOLE and carrier in ("int_value", "long_value"):
        found = whole_of(raw, 32 if carrier == "int_value" else 64, datatype)
        return raw if found is None else found
    if carrier == "bytes_value" and datatype >= T.INT8_ARRAY and datatype in CARRIER:
        items = unpacked(raw, datatype)
        return raw if items is None else items
    return raw


def wired(value: Any, datatype: int, name: str) -> tuple[str, Any]:
    """Return the carrier and content for a value of a simple, bytes or array type.

    Raises
    ------
    BadInput
        The value is none of that type.
    """
    carrier = CARRIER.get(datatype)
    try:
        if datatype in WHOLE:
            bits, signed = WHOLE[datatype]
            low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
            if low <= value < high and value == int(value):
                return str(carrier), int(value) % (1 << bits)
        elif carrier in ("float_value", "double_value"):
            return carrier, float(value)
        elif (carrier == "boolean_value" and value in (True, False)) or (
            carrier == "string_value" and isinstance(value, str)
        ):
            return carrier, bool(value) if carrier == "boolean_value" else value
        elif carrier == "bytes_value":
            return carrier, value if isinstance(value, bytes) else packed(value, datatype)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, struct.error):
        pass
    raise BadInput("{name}: {value} is no value of Sparkplug type {type}", name=name, value=repr(value), type=datatype)
