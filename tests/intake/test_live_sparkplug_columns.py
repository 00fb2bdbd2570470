"""The fast way reads exactly what the slow way reads."""

import math
from dataclasses import replace
from typing import Any

import live_sparkplug as sp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.live.sparkplug.codec import decode, encode
from linghang.intake.live.sparkplug.columns import Columns, columns, pieces
from linghang.intake.live.sparkplug.datatypes import WHOLE, DataType
from linghang.intake.live.sparkplug.definition import CLASSES
from linghang.intake.live.sparkplug.payload import DataSet, Metric, Payload, PropertySet, PropertyValue, Sent

unhurried = settings(deadline=None, max_examples=60)
T = DataType


def fast(payload: Payload, known: dict[Any, int] | None = None) -> Columns:
    return columns(pieces(encode(payload)), known or {})


def equal(value: float, expected: Any) -> bool:
    if expected is None or isinstance(expected, str):
        return math.isnan(value)
    return value == float(expected)


def check(found: Columns, payload: Payload) -> None:
    """Compare columns with the metrics of the payload, one by one."""
    assert list(found.keys) == [one.alias if one.name is None else one.name for one in payload.metrics]
    assert list(found.types) == [one.datatype for one in payload.metrics]
    for place, metric in enumerate(payload.metrics):
        null = metric.is_null or metric.value is None
        at_ms = payload.at_ms if metric.at_ms is None else metric.at_ms
        assert found.times_ms[place] == (-1 if at_ms is None else at_ms)
        text = metric.value if isinstance(metric.value, str) and not null else None
        assert (found.texts[place] if found.texts is not None else None) == text
        if place not in found.left_out:
            assert equal(found.values[place], None if null else metric.value)
        assert (192 if found.qualities is None else found.qualities[place]) == (0 if null else 192)
        assert bool(found.historical is not None and found.historical[place]) == bool(metric.is_historical)


@st.composite
def even(draw: Any) -> Payload:
    """Data of a node that writes all metrics in one way, as nodes do."""
    count = draw(st.integers(1, 12))
    kinds = draw(st.lists(st.sampled_from(sorted(sp.VALUES)), min_size=count, max_size=count))
    if draw(st.booleans()):
        kinds = kinds[:1] * count
    named, timed = draw(st.booleans()), draw(st.booleans())
    metrics = [
        Metric(
            f"m{place}" if named else None,
            draw(sp.VALUES[kind]),
            T(kind),
            None if named else place,
            draw(st.integers(0, 2**45)) if timed else None,
        )
        for place, kind in enumerate(kinds)
    ]
    return Payload(tuple(metrics), draw(st.integers(0, 2**45)), draw(st.integers(0, 255)))


@unhurried
@given(even())
def test_columns_of_even_data_are_the_metrics(payload: Payload) -> None:
    check(fast(payload), payload)


@unhurried
@given(even())
def test_types_may_stand_in_the_birth_alone(payload: Payload) -> None:
    message = CLASSES["Payload"].FromString(encode(payload))
    known = {}
    for one in message.metrics:
        known[one.name if one.HasField("name") else one.alias] = one.datatype
        one.ClearField("datatype")
    check(columns(pieces(message.SerializeToString()), known), payload)


@unhurried
@given(st.lists(sp.metrics(), max_size=8))
def test_columns_of_any_data_are_the_metrics(metrics: list[Metric]) -> None:
    payload = Payload(tuple(metrics), 5, 1)
    check(fast(payload), payload)


@unhurried
@given(sp.messages())
def test_messages_of_anybody_are_columns_of_equal_length(message: Any) -> None:
    cut = pieces(message.SerializeToString())
    found = columns(cut, {})
    count = len(message.metrics)
    assert len(found.keys) == len(found.types) == len(found.times_ms) == len(found.values) == count
    assert cut.seq == (message.seq if message.HasField("seq") else None)


@unhurried
@given(st.binary(max_size=60))
def test_any_bytes_are_columns_or_refused(raw: bytes) -> None:
    try:
        found = columns(pieces(raw), {})
    except BadInput:
        return
    assert len(found.keys) == len(found.values)


@unhurried
@given(st.sampled_from(sorted(WHOLE)), st.sampled_from([32, 64]), st.integers(0, 2**64 - 1))
def test_whole_numbers_of_any_width_are_read_as_the_payload_reads_them(kind: int, bits: int, raw: int) -> None:
    raw %= 1 << bits
    metric = Metric("m", None, T(kind), sent=Sent("int_value" if bits == 32 else "long_value", raw))
    (read,) = decode(encode(Payload((metric,)))).metrics
    bits_of, signed = WHOLE[kind]
    low = -(1 << (bits_of - 1)) if signed else 0
    fits = low <= read.value < low + (1 << bits_of)
    (value,) = fast(Payload((metric,))).values
    assert value == float(read.value) if fits else math.isnan(value)


def same(one: Columns, other: Columns) -> None:
    assert list(one.keys) == list(other.keys)
    assert list(one.types) == list(other.types)
    assert one.times_ms.tolist() == other.times_ms.tolist()
    np.testing.assert_array_equal(one.values, other.values)
    assert list(one.texts or []) == list(other.texts or [])
    assert one.left_out == other.left_out
    for flag in ("qualities", "historical"):
        mine, theirs = getattr(one, flag), getattr(other, flag)
        assert (mine is None) == (theirs is None)
        assert mine is None or mine.tolist() == theirs.tolist()


@st.composite
def followed(draw: Any) -> tuple[Payload, Payload]:
    """A message, and the next one of the same node: like it, with some metrics changed in some way."""
    first = draw(even())
    metrics = []
    for metric in first.metrics:
        change = draw(st.sampled_from(["value", "value", "value", "null", "type", "key", "time", "gone"]))
        kind = draw(st.sampled_from(sorted(sp.VALUES))) if change == "type" else metric.datatype
        if change == "gone":
            continue
        metrics.append(
            replace(
                metric,
                value=None if change == "null" else draw(sp.VALUES[kind or 0]),
                is_null=True if change == "null" else None,
                datatype=T(kind),
                alias=77 if change == "key" else metric.alias,
                at_ms=None if change == "time" else metric.at_ms,
            )
        )
    if draw(st.booleans()):
        metrics.reverse()
    return first, replace(first, metrics=tuple(metrics))


@unhurried
@given(followed(), st.booleans())
def test_what_was_found_out_about_a_message_never_changes_what_the_next_one_says(
    both: tuple[Payload, Payload], typed: bool
) -> None:
    raw, known = [], {}
    for payload in both:
        message = CLASSES["Payload"].FromString(encode(payload))
        for one in message.metrics:
            known.setdefault(one.name if one.HasField("name") else one.alias, one.datatype)
            if not typed:
                one.ClearField("datatype")
        raw.append(pieces(message.SerializeToString()))
    layout = columns(raw[0], known).layout
    same(columns(raw[1], known, layout), columns(raw[1], known))


@unhurried
@given(even())
def test_the_next_message_of_the_same_metrics_needs_nothing_found_out(payload: Payload) -> None:
    layout = fast(payload).layout
    assert layout is not None
    again = columns(pieces(encode(payload)), {}, layout)
    assert again.layout is layout
    check(again, payload)


def test_two_values_that_swapped_their_kinds_are_not_mixed_up() -> None:
    """As many values of each kind as the birth expects, but the other way round."""
    message = CLASSES["Payload"](timestamp=1)
    message.metrics.add(alias=1, int_value=7)
    message.metrics.add(alias=2, float_value=2.5)
    found = columns(pieces(message.SerializeToString()), {1: T.FLOAT, 2: T.INT32})
    assert found.values.tolist() == [7.0, 2.5]


def test_a_null_among_values_moves_nothing() -> None:
    metrics = (Metric("a", 1.5, T.FLOAT), Metric("b", None, T.FLOAT, is_null=True), Metric("c", 3.5, T.FLOAT))
    found = fast(Payload(metrics, 1))
    assert found.values[0] == 1.5
    assert math.isnan(found.values[1])
    assert found.values[2] == 3.5
    assert found.qualities is not None
    assert found.qualities.tolist() == [192, 0, 192]


@pytest.mark.parametrize(("said", "quality"), [(192, 192), (0, 0), (500, 20), (64, 64), (-1, 0)])
def test_the_quality_property_is_read(said: int, quality: int) -> None:
    properties = PropertySet(("Quality",), (PropertyValue(T.INT32, said),))
    found = fast(Payload((Metric("a", 1.5, T.FLOAT, properties=properties),), 1))
    assert (192 if found.qualities is None else found.qualities[0]) == quality


def test_transient_and_structured_metrics_are_left_out() -> None:
    metrics = (
        Metric("a", 1, T.INT32, is_transient=True),
        Metric("b", DataSet(), T.DATASET),
        Metric("c", b"x", T.BYTES),
        Metric("d", 4, T.INT32),
    )
    found = fast(Payload(metrics, 1))
    assert found.left_out == {0, 1, 2}
    assert found.values[3] == 4


def test_a_moment_beyond_every_calendar_stays_beyond_it() -> None:
    found = fast(Payload((Metric("a", 1, T.INT32, at_ms=2**64 - 1),), 1))
    assert found.times_ms[0] > 2**50
