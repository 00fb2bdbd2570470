"""Messages in JSON and Arrow: every form, and what is wrong with the others."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any, Literal

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_memory import Log, MemorySink

from linghang.errors import BadInput
from linghang.intake.live.batch import Arrived, Batch, Tags
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.moments import moment, quality
from linghang.intake.live.payloads import read_arrow, read_json
from linghang.intake.live.plain import PlainReader
from linghang.store.telemetry.points import TagKind

unhurried = settings(deadline=None, max_examples=60)
AT_MS = 1_772_000_000_000
AT_US = AT_MS * 1000
ARRIVED = AT_US + 2_000_000


class Gate:
    """A reader of messages with everything around it."""

    def __init__(
        self, form: Literal["json", "arrow"] = "json", tag_from: Literal["payload", "topic"] = "payload"
    ) -> None:
        self.sink, self.log, self.counters = MemorySink(), Log(), Counters()
        rarely = Rarely(self.log, lambda: 0.0)
        tags = Tags(self.sink, "gate", Event(), self.counters, self.log, rarely)
        self.reader = PlainReader("gate", form, tag_from, tags, self.counters, rarely)

    def take(self, said: Any, topic: str = "line/1") -> "Gate":
        batch = Batch()
        raw = said if isinstance(said, bytes) else orjson.dumps(said)
        self.reader.read(Arrived(topic, raw, 1, False, ARRIVED), 0.0, batch)
        self.sink.append(batch.points(ARRIVED, self.counters))
        return self

    def of(self, name: str) -> list[tuple[int, float | str, int]]:
        return self.sink.of(f"gate!{name}")


def arrow(columns: dict[str, Any], file: bool = False) -> bytes:
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    sink = pa.BufferOutputStream()
    with (pa.ipc.new_file if file else pa.ipc.new_stream)(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


# --- moments and qualities ---


@pytest.mark.parametrize(
    ("said", "at_us"),
    [
        (AT_MS // 1000, AT_US),
        (AT_MS, AT_US),
        (AT_US, AT_US),
        (AT_US * 1000, AT_US),
        (AT_MS / 1000 + 0.25, AT_US + 250_000),
        (0, 0),
        ("2026-03-01T08:00:00Z", 1_772_352_000_000_000),
        ("2026-03-01T16:00:00.000001+08:00", 1_772_352_000_000_001),
        (None, ARRIVED),
    ],
)
def test_a_moment_is_read_in_every_unit(said: Any, at_us: int) -> None:
    assert moment(said, ARRIVED) == at_us


@unhurried
@given(st.datetimes(datetime(1974, 1, 1), datetime(2200, 1, 1)))
def test_a_moment_is_the_same_as_a_number_and_as_a_text(when: datetime) -> None:
    when = when.replace(tzinfo=UTC, microsecond=when.microsecond // 1000 * 1000)
    ms = round(when.timestamp() * 1000)
    assert moment(ms, 0) == moment(ms * 1000, 0) == moment(when.isoformat(), 0) == ms * 1000


@pytest.mark.parametrize("said", ["2026-03-01T08:00:00", "yesterday", True, [1], 2**64])
def test_a_moment_that_cannot_be_told_is_refused(said: Any) -> None:
    with pytest.raises(BadInput, match="right would be"):
        moment(said, 0)


@pytest.mark.parametrize(("said", "byte"), [(None, 192), (0, 0), (64, 64), ("GOOD", 192), ("stale", 20), (216, 216)])
def test_a_quality_is_read(said: Any, byte: int) -> None:
    assert quality(said) == byte


@pytest.mark.parametrize("said", [-1, 256, "fine", True, 1.5])
def test_a_quality_that_is_none_is_refused(said: Any) -> None:
    with pytest.raises(BadInput, match="right would be"):
        quality(said)


# --- JSON ---


def test_one_point() -> None:
    gate = Gate().take({"tag": "a/b", "t": AT_MS, "v": 41.5, "q": 64})
    assert gate.of("a/b") == [(AT_US, 41.5, 64)]


def test_a_list_of_points() -> None:
    gate = Gate().take(
        [{"tag": "a", "t": AT_MS, "v": 1}, {"name": "b", "ts": AT_MS, "value": "on"}, {"tag": "a", "v": 2}]
    )
    assert gate.of("a") == [(AT_US, 1.0, 192), (ARRIVED, 2.0, 192)]
    assert gate.of("b") == [(AT_US, "on", 192)]


@pytest.mark.parametrize(
    "said",
    [
        {"tag": ["a", "b", "a"], "t": [AT_MS, AT_MS, AT_MS + 1], "v": [1, 2.5, 3]},
        {"tag": ["a", "b", "a"], "t": [AT_MS, AT_MS, AT_MS + 1], "v": [1, 2.5, 3], "q": [192, "good", 192]},
        {"tag": ["a", "b", "a"], "t": [f"{AT_MS}", AT_MS, AT_MS + 1], "v": [1, 2.5, 3]},
    ],
)
def test_columns(said: dict[str, Any]) -> None:
    gate = Gate().take(said)
    textual = isinstance(said["t"][0], str)
    assert gate.of("b") == [(AT_US, 2.5, 192)]
    assert gate.of("a") == [(AT_US, 1.0, 192), (AT_US + 1000, 3.0, 192)][int(textual) :]
    assert gate.counters["bad_messages"] == int(textual)


def test_columns_of_one_tag_with_one_moment() -> None:
    gate = Gate().take({"tag": "a", "t": AT_MS, "v": [1, True, "x", None]})
    assert [value for _, value, _ in gate.of("a")][:3] == [1.0, 1.0, "x"]


def test_columns_that_differ_in_length_are_refused() -> None:
    with pytest.raises(BadInput, match="differ in length"):
        read_json("t", orjson.dumps({"tag": ["a"], "t": [1, 2], "v": [1, 2]}), 0, "payload")


def test_an_object_of_names_and_values() -> None:
    gate = Gate().take({"time": AT_MS, "temperature": 700, "door": {"open": True}, "state": "idle", "none": None})
    assert gate.of("line/1/temperature") == [(AT_US, 700.0, 192)]
    assert gate.of("line/1/door/open") == [(AT_US, 1.0, 192)]
    assert gate.of("line/1/state") == [(AT_US, "idle", 192)]
    ((_, value, how),) = gate.of("line/1/none")
    assert isinstance(value, float)
    assert math.isnan(value)
    assert how == 0


def test_the_topic_names_points_that_have_no_name() -> None:
    assert Gate().take({"v": 5}, "furnace/temperature").of("furnace/temperature") == [(ARRIVED, 5.0, 192)]


def test_the_topic_stands_before_the_name_where_it_is_wanted() -> None:
    assert Gate(tag_from="topic").take({"tag": "t", "v": 5}, "furnace").of("furnace/t") == [(ARRIVED, 5.0, 192)]


def test_true_and_false_do_not_change_a_number_into_a_flag() -> None:
    gate = Gate().take([{"tag": "a", "v": 2}, {"tag": "a", "v": True}])
    assert [value for _, value, _ in gate.of("a")] == [2.0, 1.0]
    assert gate.counters["type_changes"] == 0
    assert {kind for _, kind in gate.sink.tags} == {TagKind.NUMBER}


def test_a_text_in_place_of_a_number_is_kept_and_told() -> None:
    gate = Gate().take([{"tag": "a", "v": 2}, {"tag": "a", "v": "broken"}])
    assert [value for _, value, _ in gate.of("a")] == [2.0, "broken"]
    assert gate.counters["type_changes"] == 1
    assert gate.log.said("was number, is text now")


def test_a_null_keeps_the_kind_of_its_tag() -> None:
    gate = Gate().take([{"tag": "a", "v": "on"}, {"tag": "a", "v": None}])
    assert {kind for _, kind in gate.sink.tags} == {TagKind.TEXT}


def test_what_is_wrong_in_a_message_does_not_take_the_rest_with_it() -> None:
    gate = Gate().take([{"tag": "a", "v": 1}, {"tag": "b", "v": [1]}, {"tag": "c", "v": 1, "t": "noon"}, 7])
    assert gate.of("a") == [(ARRIVED, 1.0, 192)]
    assert gate.sink.count == 1
    assert gate.counters["bad_messages"] == 1
    assert gate.log.said("line/1", "b", "and 2 more")


@pytest.mark.parametrize(
    "raw", [b"", b"nope", b"7", b'"x"', b"[1]", b'{"tag": 3, "v": 1}', b'{"tag": "", "v": 1}', b'{"a": [1]}']
)
def test_what_says_nothing_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_json("t", raw, 0, "payload")


json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["tag", "t", "v", "q", "a"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@unhurried
@given(json)
def test_any_json_is_points_or_refused(said: Any) -> None:
    try:
        Gate().take(said)
    except BadInput as error:
        assert str(error)  # noqa: PT017


@unhurried
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2**40), st.floats(-1e9, 1e9)), min_size=1, max_size=20)
)
def test_columns_say_the_same_as_a_list_of_points(rows: list[tuple[str, int, float]]) -> None:
    points = [{"tag": tag, "t": at, "v": value} for tag, at, value in rows]
    tags, moments, values = zip(*rows, strict=True)
    listed, columnar = Gate().take(points), Gate().take({"tag": tags, "t": moments, "v": values})
    for name in "abc":
        assert listed.of(name) == columnar.of(name)


# --- Arrow ---

NUMBERS = [pa.float64(), pa.float32(), pa.int64(), pa.int8(), pa.uint64(), pa.decimal128(9, 2)]


@pytest.mark.parametrize("kind", NUMBERS, ids=str)
@pytest.mark.parametrize("file", [False, True], ids=["stream", "file"])
def test_arrow_numbers_of_every_type(kind: Any, file: bool) -> None:
    given_values = [Decimal(1), Decimal(2)] if pa.types.is_decimal(kind) else [1, 2]
    columns = {
        "tag": ["a", "b"],
        "at": pa.array([AT_US, AT_US + 1], pa.timestamp("us", "UTC")),
        "value": pa.array(given_values, kind),
        "quality": pa.array([192, 64], pa.uint8()),
    }
    gate = Gate("arrow").take(arrow(columns, file))
    assert gate.of("a") == [(AT_US, 1.0, 192)]
    assert gate.of("b") == [(AT_US + 1, 2.0, 64)]


@pytest.mark.parametrize(
    "at",
    [
        pa.array([AT_MS], pa.timestamp("ms", "Asia/Shanghai")),
        pa.array([AT_MS // 1000], pa.timestamp("s", "UTC")),
        pa.array([AT_US * 1000 + 1], pa.timestamp("ns", "UTC")),
        pa.array([AT_MS], pa.int64()),
        pa.array([AT_US], pa.int64()),
    ],
    ids=str,
)
def test_arrow_moments_of_every_type(at: Any) -> None:
    assert Gate("arrow").take(arrow({"name": ["a"], "t": at, "v": [1.0]})).of("a") == [(AT_US, 1.0, 192)]


def test_arrow_flags_and_texts() -> None:
    gate = Gate("arrow").take(arrow({"tag": ["a", "b"], "value": [True, False]}))
    gate.take(arrow({"tag": ["c", "d", "c"], "value": pa.array(["on", "off", None]).dictionary_encode()}))
    assert gate.of("a") == [(ARRIVED, 1.0, 192)]
    assert gate.of("c")[0] == (ARRIVED, "on", 192)
    assert gate.of("c")[1][2] == 0
    assert gate.of("d") == [(ARRIVED, "off", 192)]
    assert {kind for _, kind in gate.sink.tags} == {TagKind.FLAG, TagKind.TEXT}


def test_arrow_tags_may_be_encoded_and_may_change_from_message_to_message() -> None:
    gate = Gate("arrow")
    for names in (["a", "b"], ["a", "b"], ["b", "a"], ["b", "c"]):
        gate.take(arrow({"tag": pa.array(names).dictionary_encode(), "value": [1.0, 2.0]}))
    assert [value for _, value, _ in gate.of("a")] == [1.0, 1.0, 2.0]
    assert [value for _, value, _ in gate.of("b")] == [2.0, 2.0, 1.0, 1.0]
    assert [value for _, value, _ in gate.of("c")] == [2.0]


def test_arrow_without_tags_is_named_by_its_topic() -> None:
    assert Gate("arrow").take(arrow({"value": [1.0, 2.0]}), "furnace").of("furnace") == [
        (ARRIVED, 1.0, 192),
        (ARRIVED, 2.0, 192),
    ]


def test_arrow_rows_without_tag_or_moment_are_left_out_and_told() -> None:
    columns = {
        "tag": ["a", None, "a"],
        "at": pa.array([AT_US, AT_US, None], pa.timestamp("us", "UTC")),
        "value": [1.0, 2.0, 3.0],
    }
    gate = Gate("arrow").take(arrow(columns))
    assert gate.of("a") == [(AT_US, 1.0, 192)]
    assert gate.counters["bad_messages"] == 1
    assert gate.log.said("2 rows have no tag or no moment")


def test_arrow_qualities_as_words_and_missing_values() -> None:
    columns = {"tag": ["a", "b", "c"], "value": [1.0, None, 3.0], "quality": ["uncertain", None, None]}
    gate = Gate("arrow").take(arrow(columns))
    assert [gate.of(name)[0][2] for name in "abc"] == [64, 0, 192]


def test_arrow_of_several_batches() -> None:
    table = pa.concat_tables([pa.table({"tag": ["a"], "value": [1.0]}), pa.table({"tag": ["a"], "value": [2.0]})])
    assert len(Gate("arrow").take(arrow(table)).of("a")) == 2


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"tag": ["a"]}, "no column value"),
        ({"tag": [1], "value": [1.0]}, "tag is int64"),
        ({"tag": ["a"], "value": [[1]]}, "value is list"),
        ({"tag": ["a"], "value": [1.0], "at": ["noon"]}, "at is string"),
        ({"tag": ["a"], "value": [1.0], "at": pa.array([1], pa.timestamp("us"))}, "no zone"),
        ({"tag": ["a"], "value": [1.0], "quality": [300]}, "outside 0 to 255"),
        ({"tag": ["a"], "value": [1.0], "quality": ["fine"]}, "no quality"),
        ({"tag": ["a"], "value": [1.0], "quality": [1.5]}, "quality is double"),
    ],
)
def test_arrow_that_says_nothing_is_refused(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_arrow(arrow(columns), 0)


@unhurried
@given(st.binary(max_size=60) | st.tuples(st.integers(0, 2000), st.integers(0, 255)))
def test_any_bytes_are_arrow_or_refused(given_bytes: Any) -> None:
    raw = given_bytes
    if isinstance(raw, tuple):
        place, byte = raw
        whole = bytearray(
            arrow({"tag": ["a", "bc"], "at": pa.array([1, 2], pa.timestamp("us", "UTC")), "value": [1.0, 2.0]})
        )
        whole[place % len(whole)] = byte
        raw = bytes(whole)
    try:
        Gate("arrow").take(raw)
    except BadInput as error:
        assert str(error)  # noqa: PT017


def test_the_examples_of_the_guide_are_read(tmp_path: Path) -> None:
    gate = Gate().take(b'{"tag": "line-1/temperature", "t": 1772000000000, "v": 41.5, "q": 192}')
    assert gate.of("line-1/temperature") == [(AT_US, 41.5, 192)]
