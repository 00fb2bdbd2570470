"""Sparkplug messages of a small node, and strategies for any payload."""

from typing import Any

from hypothesis import strategies as st

from linghang.intake.live.sparkplug.codec import encode
from linghang.intake.live.sparkplug.datatypes import WHOLE, DataType
from linghang.intake.live.sparkplug.definition import CLASSES
from linghang.intake.live.sparkplug.payload import Metric, Payload

T = DataType
AT_MS = 1_772_000_000_000
NODE = "spBv1.0/G/{verb}/N"
DEVICE = "spBv1.0/G/{verb}/N/D"


def node(verb: str) -> str:
    return NODE.format(verb=verb)


def device(verb: str) -> str:
    return DEVICE.format(verb=verb)


def birth(*metrics: Metric, bd_seq: int = 0, seq: int = 0, at_ms: int = AT_MS) -> bytes:
    return encode(Payload((Metric("bdSeq", bd_seq, T.UINT64), *metrics), at_ms, seq))


def data(*metrics: Metric, seq: int, at_ms: int = AT_MS + 1000) -> bytes:
    return encode(Payload(metrics, at_ms, seq))


def death(bd_seq: int = 0, at_ms: int = AT_MS) -> bytes:
    return encode(Payload((Metric("bdSeq", bd_seq, T.UINT64),), at_ms))


# --- strategies ---

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def _range(kind: int) -> Any:
    bits, signed = WHOLE[kind]
    return st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else st.integers(0, (1 << bits) - 1)


VALUES: dict[int, Any] = {
    **{kind: _range(kind) for kind in WHOLE},
    T.FLOAT: st.floats(width=32, allow_nan=False),
    T.DOUBLE: st.floats(allow_nan=False),
    T.BOOLEAN: st.booleans(),
    **dict.fromkeys((T.STRING, T.TEXT, T.UUID), texts),
}
"""Simple values, by type."""

_ARRAYS = {
    T.INT8_ARRAY: _range(T.INT8),
    T.INT16_ARRAY: _range(T.INT16),
    T.INT32_ARRAY: _range(T.INT32),
    T.INT64_ARRAY: _range(T.INT64),
    T.UINT8_ARRAY: _range(T.UINT8),
    T.UINT16_ARRAY: _range(T.UINT16),
    T.UINT32_ARRAY: _range(T.UINT32),
    T.UINT64_ARRAY: _range(T.UINT64),
    T.FLOAT_ARRAY: VALUES[T.FLOAT],
    T.DOUBLE_ARRAY: VALUES[T.DOUBLE],
    T.BOOLEAN_ARRAY: st.booleans(),
    T.STRING_ARRAY: texts,
    T.DATETIME_ARRAY: _range(T.INT64),
}
ALL_VALUES: dict[int, Any] = {
    **VALUES,
    **{kind: st.lists(item, max_size=10).map(tuple) for kind, item in _ARRAYS.items()},
    **dict.fromkeys((T.BYTES, T.FILE), st.binary(max_size=8)),
}
"""Values of every type but the structured ones, by type."""


@st.composite
def metrics(draw: Any, values: dict[int, Any] = ALL_VALUES, **fixed: Any) -> Metric:
    kind = draw(st.sampled_from(sorted(values)))
    null = draw(st.sampled_from([None, None, None, False, True]))
    return Metric(
        **{
            "name": draw(st.none() | texts),
            "value": None if null else draw(values[kind]),
            "datatype": T(kind),
            "alias": draw(st.none() | st.integers(0, 2**64 - 1)),
            "at_ms": draw(st.none() | st.integers(0, 2**50)),
            "is_null": null,
            "is_historical": draw(st.sampled_from([None, None, True])),
            **fixed,
        }
    )


payloads = st.builds(
    Payload,
    st.lists(metrics(), max_size=6).map(tuple),
    st.none() | st.integers(0, 2**63),
    st.none() | st.integers(0, 255),
    st.none() | texts,
    st.none() | st.binary(max_size=5),
)


@st.composite
def messages(draw: Any, name: str = "Payload", depth: int = 0) -> Any:
    """Any message of the protocol as another encoder might write it: types and values need not fit."""
    message = CLASSES[name]()
    _fill(draw, message, depth)
    return message


_RAW = {
    "uint32": st.sampled_from([0, 1, 3, 9, 11, 22, 32, 33, 77, 128, 255, 2**31, 2**32 - 1]),
    "uint64": st.sampled_from([0, 1, 127, 2**31, 2**32, 2**63, 2**64 - 1]),
    "float": st.sampled_from([0.0, 1.5, -2.25]),
    "double": st.sampled_from([0.0, 0.1, -1e300]),
    "bool": st.booleans(),
    "string": st.sampled_from(["", "a", "铝"]),
    "bytes": st.sampled_from([b"", b"\0", b"ab\0", b"\1\0\0\0\x80", b"\1\0\0\0\xff", b"\xff" * 8]),
}
_KINDS = {13: "uint32", 4: "uint64", 2: "float", 1: "double", 8: "bool", 9: "string", 12: "bytes"}


def _fill(draw: Any, message: Any, depth: int) -> None:
    fields = message.DESCRIPTOR.fields
    plain = [one for one in fields if one.containing_oneof is None]
    chosen = draw(st.lists(st.sampled_from(plain), unique=True)) if plain else []
    of_value = [one for one in fields if one.containing_oneof is not None]
    if of_value and draw(st.booleans()):
        chosen.append(draw(st.sampled_from(of_value)))
    for field in chosen:
        _fill_field(draw, message, field, depth)


def _fill_field(draw: Any, message: Any, field: Any, depth: int) -> None:
    nested = field.type == field.TYPE_MESSAGE
    if field.is_repeated:
        for _ in range(draw(st.integers(0, 2))):
            if not nested:
                getattr(message, field.name).append(draw(_RAW[_KINDS[field.type]]))
            elif depth < 3:
                _fill(draw, getattr(message, field.name).add(), depth + 1)
    elif nested:
        getattr(message, field.name).SetInParent()
        if depth < 3:
            _fill(draw, getattr(message, field.name), depth + 1)
    else:
        setattr(message, field.name, draw(_RAW[_KINDS[field.type]]))
