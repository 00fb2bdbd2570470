"""Sparkplug B payloads: the same bytes, the same values, whoever wrote them."""

import json
import math
import os
from pathlib import Path
from typing import Any

import live_sparkplug as sp
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.live.sparkplug.codec import decode, encode
from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.definition import CLASSES
from linghang.intake.live.sparkplug.payload import (
    DataSet,
    MetaData,
    Metric,
    Parameter,
    Payload,
    PropertySet,
    PropertyValue,
    Sent,
    Template,
)

unhurried = settings(deadline=None, max_examples=60)
T = DataType
SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FILES = sorted((SHARED / "data" / "sparkplug").glob("*.bin"))


# --- payloads that somebody else wrote ---


@pytest.mark.skipif(not FILES, reason="the payloads of another encoder are not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_payload_of_another_encoder_reads_as_its_description_says(path: Path) -> None:
    raw, told = path.read_bytes(), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert raw.hex() == told["payload_hex"]
    message = CLASSES["Payload"].FromString(raw)
    assert MessageToDict(message, preserving_proto_field_name=True) == told["payload"]
    payload = decode(raw)
    assert encode(payload) == raw
    assert payload.at_ms == int(told["payload"]["timestamp"])
    assert payload.seq == (int(told["payload"]["seq"]) if "seq" in told["payload"] else None)
    for metric, said in zip(payload.metrics, told["payload"]["metrics"], strict=True):
        assert (metric.name, metric.datatype, metric.at_ms) == (said["name"], said["datatype"], int(said["timestamp"]))
        (carrier,) = (key for key in said if key.endswith("_value"))
        assert metric.value == (int(said[carrier]) if carrier == "long_value" else said[carrier])


# --- laws ---


@unhurried
@given(sp.payloads)
def test_what_is_written_reads_the_same(payload: Payload) -> None:
    assert decode(encode(payload)) == payload


@unhurried
@given(sp.messages())
def test_what_anybody_wrote_is_written_the_same_again(message: Any) -> None:
    raw = message.SerializeToString()
    assert encode(decode(raw)) == raw


@unhurried
@given(st.binary(max_size=80))
def test_any_bytes_are_a_payload_or_refused(raw: bytes) -> None:
    try:
        payload = decode(raw)
    except BadInput:
        return
    assert isinstance(payload, Payload)


# --- values ---


@pytest.mark.parametrize(
    ("datatype", "value", "carrier", "raw"),
    [
        (T.INT8, -1, "int_value", 0xFF),
        (T.INT16, -2, "int_value", 0xFFFE),
        (T.INT32, -3, "int_value", 0xFFFF_FFFD),
        (T.INT64, -4, "long_value", 2**64 - 4),
        (T.UINT32, 2**32 - 1, "int_value", 2**32 - 1),
        (T.DATETIME, 1_772_000_000_000, "long_value", 1_772_000_000_000),
        (T.INT16_ARRAY, (1, -1), "bytes_value", b"\x01\x00\xff\xff"),
        (T.BOOLEAN_ARRAY, (True, False, True), "bytes_value", b"\x03\x00\x00\x00\xa0"),
        (T.STRING_ARRAY, ("ab", "铝"), "bytes_value", "ab\0铝\0".encode()),
        (T.UUID, "a-b", "string_value", "a-b"),
    ],
)
def test_a_value_stands_where_the_specification_puts_it(datatype: T, value: Any, carrier: str, raw: Any) -> None:
    (written,) = CLASSES["Payload"].FromString(encode(Payload((Metric("m", value, datatype),)))).metrics
    assert written.WhichOneof("value") == carrier
    assert getattr(written, carrier) == raw


@pytest.mark.parametrize(
    ("datatype", "carrier", "raw", "value"),
    [
        (T.INT8, "int_value", 0xFFFF_FFFF, -1),  # extended to the carrier's width
        (T.INT16, "long_value", 2**64 - 5, -5),
        (T.UINT32, "long_value", 7, 7),
        (T.INT8, "int_value", 300, 300),  # no Int8 at all: as it was sent
        (None, "int_value", 5, 5),
        (T.INT16_ARRAY, "bytes_value", b"abc", b"abc"),
        (99, "double_value", 1.5, 1.5),
    ],
)
def test_unusual_ways_of_others_are_understood_and_kept(datatype: Any, carrier: str, raw: Any, value: Any) -> None:
    message = CLASSES["Payload"]()
    metric = message.metrics.add(name="m")
    if datatype is not None:
        metric.datatype = datatype
    setattr(metric, carrier, raw)
    (read,) = decode(message.SerializeToString()).metrics
    assert read.value == value
    assert encode(Payload((read,))) == message.SerializeToString()


def test_a_number_that_is_none_stays_none() -> None:
    (metric,) = decode(encode(Payload((Metric("m", math.nan, T.FLOAT),)))).metrics
    assert math.isnan(metric.value)


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        (T.INT8, 128),
        (T.UINT8, -1),
        (T.INT32, 1.5),
        (T.BOOLEAN, "yes"),
        (T.STRING, 3),
        (T.DOUBLE, "x"),
        (T.INT8_ARRAY, (1, 300)),
        (T.STRING_ARRAY, ("a\0b",)),
        (99, 1),
        (T.PROPERTYSET, PropertySet()),
        (None, 1),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused(datatype: Any, value: Any) -> None:
    with pytest.raises(BadInput):
        encode(Payload((Metric("m", value, datatype),)))


def test_structures_come_back_whole() -> None:
    properties = PropertySet(
        ("engUnit", "more"),
        (
            PropertyValue(T.STRING, "°C"),
            PropertyValue(T.PROPERTYSETLIST, (PropertySet(("k",), (PropertyValue(T.INT32, -1),)),)),
        ),
    )
    dataset = DataSet(("a", "b"), (T.INT32, T.STRING), ((-1, "x"), (None, "y")), 2)
    template = Template(
        (Metric("member", 1.5, T.DOUBLE), Metric("inner", Template(template_ref="T2"), T.TEMPLATE)),
        (Parameter("p", T.UINT64, 2**63),),
        "1.0",
        "T1",
        False,
    )
    payload = Payload(
        (
            Metric("set", dataset, T.DATASET, properties=properties),
            Metric("machine", template, T.TEMPLATE, metadata=MetaData(False, "text", 3, description="d")),
            Metric("file", b"\x00\x01", T.FILE),
        )
    )
    assert decode(encode(payload)) == payload


def test_the_number_of_birth_and_death_is_found() -> None:
    assert decode(sp.death(7)).bd_seq == 7
    assert Payload().bd_seq is None


def test_a_raw_value_of_ones_own_is_written_as_it_is() -> None:
    metric = Metric("m", -1, T.INT8, sent=Sent("int_value", 0xFFFF_FFFF))
    assert decode(encode(Payload((metric,)))).metrics == (metric,)
