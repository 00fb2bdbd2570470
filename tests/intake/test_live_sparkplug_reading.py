"""From Sparkplug messages to points in a sink."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import live_sparkplug as sp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live_memory import Log, MemorySink

from linghang.errors import BadInput
from linghang.intake.live.batch import Arrived, Batch, Tags
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.sparkplug.births import Births
from linghang.intake.live.sparkplug.codec import decode, encode
from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.definition import CLASSES
from linghang.intake.live.sparkplug.payload import DataSet, Metric, Payload, PropertySet, PropertyValue
from linghang.intake.live.sparkplug.reading import SparkplugReader
from linghang.intake.live.sparkplug.topics import topic_of
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import StoreFull, TagKind

T = DataType
ARRIVED = sp.AT_MS * 1000 + 5_000_000
TEMPERATURE = Metric("temperature", 700.5, T.DOUBLE, 1, sp.AT_MS)
STATE = Metric("state", "idle", T.STRING, 2, sp.AT_MS)
COUNT = Metric("count", -3, T.INT32, 3, sp.AT_MS)
OPEN = Metric("open", True, T.BOOLEAN, 4, sp.AT_MS)


class Works:
    """A reader with everything around it."""

    def __init__(self, folder: Path, sink: MemorySink | None = None) -> None:
        self.sink, self.log, self.counters = sink or MemorySink(), Log(), Counters()
        self.folder, self.now_s, self.hints = folder, 0.0, list[TagHint]()
        rarely = Rarely(self.log, lambda: self.now_s)
        self.tags = Tags(self.sink, "works", Event(), self.counters, self.log, rarely)
        births = Births(folder / "births.sqlite")
        self.reader = SparkplugReader("works", self.tags, births, self.counters, rarely, self.hints.extend)

    def take(self, topic: str, raw: bytes, qos: int = 1, again: bool = False) -> None:
        batch = Batch()
        try:
            self.reader.read(Arrived(topic, raw, qos, again, ARRIVED), self.now_s, batch)
        finally:
            self.sink.append(batch.points(ARRIVED, self.counters))
            self.reader.save()

    def tick(self) -> None:
        batch = Batch()
        self.reader.tick(ARRIVED, self.now_s, batch)
        self.sink.append(batch.points(ARRIVED, self.counters))

    def begin(self, *metrics: Metric) -> None:
        self.take(sp.node("NBIRTH"), sp.birth())
        self.take(sp.device("DBIRTH"), sp.data(*(metrics or (TEMPERATURE, STATE, COUNT, OPEN)), seq=1, at_ms=sp.AT_MS))

    def of(self, metric: str) -> list[tuple[int, float | str, int]]:
        return self.sink.of(f"works!spBv1.0/G/N/D/{metric}")


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return Works(tmp_path)


def bare(raw: bytes) -> bytes:
    """Take names and types out of a message, as data by alias are sent."""
    message = CLASSES["Payload"].FromString(raw)
    for one in message.metrics:
        one.ClearField("name")
        one.ClearField("datatype")
    return bytes(message.SerializeToString())


# --- births and data ---


def test_a_birth_brings_values_of_every_kind(works: Works) -> None:
    works.begin()
    at_us = sp.AT_MS * 1000
    assert works.of("temperature") == [(at_us, 700.5, 192)]
    assert works.of("state") == [(at_us, "idle", 192)]
    assert works.of("count") == [(at_us, -3.0, 192)]
    assert works.of("open") == [(at_us, 1.0, 192)]
    assert {kind for _, kind in works.sink.tags} == {TagKind.NUMBER, TagKind.TEXT, TagKind.FLAG}
    assert works.counters["births"] == 2


def test_data_by_alias_is_read_by_the_types_of_the_birth(works: Works) -> None:
    works.begin()
    metrics = (
        Metric(None, -7, T.INT32, 3, sp.AT_MS + 10),
        Metric(None, "running", T.STRING, 2, sp.AT_MS + 11),
        Metric(None, False, T.BOOLEAN, 4, sp.AT_MS + 12),
    )
    works.take(sp.device("DDATA"), bare(sp.data(*metrics, seq=2)))
    assert works.of("count")[-1] == ((sp.AT_MS + 10) * 1000, -7.0, 192)
    assert works.of("state")[-1] == ((sp.AT_MS + 11) * 1000, "running", 192)
    assert works.of("open")[-1] == ((sp.AT_MS + 12) * 1000, 0.0, 192)
    assert works.counters["unknown_metrics"] == 0


def test_a_value_without_a_moment_has_the_moment_of_its_message_or_of_its_arrival(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, 1.0, T.DOUBLE, 1), seq=2, at_ms=sp.AT_MS + 77))
    works.take(sp.device("DDATA"), encode(Payload((Metric(None, 2.0, T.DOUBLE, 1),), None, 3)))
    assert [at_us for at_us, _, _ in works.of("temperature")[1:]] == [(sp.AT_MS + 77) * 1000, ARRIVED]


def test_metrics_of_the_protocol_are_no_telemetry(works: Works) -> None:
    works.take(
        sp.node("NBIRTH"), sp.birth(Metric("Node Control/Rebirth", False, T.BOOLEAN), Metric("load", 1.0, T.DOUBLE))
    )
    assert works.sink.names == {"works!spBv1.0/G/N/load"}


def test_a_null_is_no_number_and_bad(works: Works) -> None:
    works.begin()
    null = Metric(None, None, T.DOUBLE, 1, sp.AT_MS + 1, is_null=True)
    works.take(sp.device("DDATA"), sp.data(null, Metric(None, None, T.STRING, 2, sp.AT_MS + 1, is_null=True), seq=2))
    for name in ("temperature", "state"):
        _, value, quality = works.of(name)[-1]
        assert isinstance(value, float)
        assert math.isnan(value)
        assert quality == 0
    assert works.counters["not_a_number"] == 2
    assert works.counters["bad_quality"] == 2
    assert works.counters["type_changes"] == 0


def test_values_that_are_sent_late_are_kept_but_are_not_the_last(works: Works) -> None:
    works.begin()
    old = Metric(None, 5.0, T.DOUBLE, 1, sp.AT_MS - 9000, is_historical=True)
    works.take(sp.device("DDATA"), sp.data(old, seq=2))
    works.take(sp.device("DDEATH"), sp.data(seq=3, at_ms=sp.AT_MS + 4000))
    assert works.of("temperature")[1:] == [((sp.AT_MS - 9000) * 1000, 5.0, 192), ((sp.AT_MS + 4000) * 1000, 700.5, 20)]


def test_transient_values_are_not_kept(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, 5.0, T.DOUBLE, 1, sp.AT_MS + 1, is_transient=True), seq=2))
    assert len(works.of("temperature")) == 1


def test_types_that_are_not_kept_are_counted_and_named(works: Works) -> None:
    works.begin(TEMPERATURE, Metric("table", DataSet(), T.DATASET, 9))
    assert works.counters["unkept_metrics"] == 1
    assert works.log.said("G/N/D", "such as table")
    works.take(
        sp.device("DDATA"), sp.data(Metric(None, DataSet(), T.DATASET, 9), Metric(None, 1.0, T.DOUBLE, 1), seq=2)
    )
    assert len(works.of("temperature")) == 2
    assert works.counters["unknown_metrics"] == 0


def test_a_metric_that_changes_its_kind_is_told_and_both_are_kept(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, "broken", T.STRING, 1, sp.AT_MS + 1), seq=2))
    assert [value for _, value, _ in works.of("temperature")] == [700.5, "broken"]
    assert works.counters["type_changes"] == 1
    assert works.log.said("temperature", "was number, is text now")


def test_a_birth_with_other_types_is_told(works: Works) -> None:
    works.begin()
    works.begin(Metric("count", "three", T.STRING, 3, sp.AT_MS + 1))
    assert works.counters["type_changes"] == 1
    assert [value for _, value, _ in works.of("count")] == [-3.0, "three"]


def test_aliases_hold_for_one_birth_only(works: Works) -> None:
    works.begin()
    works.begin(Metric("pressure", 1.0, T.DOUBLE, 1, sp.AT_MS))
    works.take(sp.device("DDATA"), bare(sp.data(Metric(None, 2.0, T.DOUBLE, 1, sp.AT_MS + 5), seq=2)))
    assert [value for _, value, _ in works.of("pressure")] == [1.0, 2.0]
    assert len(works.of("temperature")) == 1


def test_a_birth_that_repeats_what_is_known_is_counted(works: Works) -> None:
    works.begin()
    works.begin()
    assert works.counters["duplicate_births"] == 2
    assert works.counters["births"] == 4


def test_units_and_ranges_of_a_birth_are_passed_on(works: Works) -> None:
    said = PropertySet(
        ("engUnit", "engLow", "engHigh"),
        (PropertyValue(T.STRING, "°C"), PropertyValue(T.DOUBLE, 0.0), PropertyValue(T.DOUBLE, 900.0)),
    )
    works.begin(Metric("temperature", 1.0, T.DOUBLE, 1, properties=said))
    (hint,) = works.hints
    assert hint == TagHint(
        "works!spBv1.0/G/N/D/temperature", ("G", "N", "D", "temperature"), None, "°C", None, 0.0, 900.0
    )


# --- deaths ---


def test_the_death_of_a_node_makes_every_last_value_stale_at_that_moment(works: Works) -> None:
    works.begin()
    works.take(sp.node("NDEATH"), sp.death(0, at_ms=sp.AT_MS - 50_000))
    assert works.of("temperature")[-1] == (ARRIVED, 700.5, 20)
    assert works.of("state")[-1] == (ARRIVED, "idle", 20)
    assert works.counters["deaths"] == 2
    assert works.counters["bad_quality"] == 0
    assert works.log.said("G/N/D", "is gone")


def test_the_death_of_a_device_bears_its_own_moment(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDEATH"), sp.data(seq=2, at_ms=sp.AT_MS + 2000))
    assert works.of("temperature")[-1] == ((sp.AT_MS + 2000) * 1000, 700.5, 20)


def test_a_stale_value_never_covers_a_reading(works: Works) -> None:
    works.begin()
    ahead = ARRIVED // 1000 + 9000
    works.take(sp.device("DDATA"), sp.data(Metric(None, 8.0, T.DOUBLE, 1, ahead), seq=2))
    works.take(sp.node("NDEATH"), sp.death())
    assert works.of("temperature")[-2:] == [(ahead * 1000, 8.0, 192), (ahead * 1000 + 1, 8.0, 20)]


def test_an_older_death_changes_nothing(works: Works) -> None:
    works.begin()
    works.take(sp.node("NBIRTH"), sp.birth(bd_seq=1))
    count = works.sink.count
    works.take(sp.node("NDEATH"), sp.death(0))
    assert works.sink.count == count


# --- what is missing ---


def test_data_without_a_birth_is_counted_and_the_birth_asked_for(works: Works) -> None:
    works.take(sp.device("DDATA"), bare(sp.data(Metric(None, 1.0, T.DOUBLE, 1), seq=9)))
    assert works.counters["unknown_metrics"] == 1
    assert works.counters["rebirth_requests"] == 1
    ((topic, command),) = works.reader.commands
    assert topic == "spBv1.0/G/NCMD/N"
    (metric,) = decode(command).metrics
    assert (metric.name, metric.value, metric.datatype) == ("Node Control/Rebirth", True, T.BOOLEAN)
    assert works.log.said("no birth named")


def test_data_that_names_itself_is_kept_without_a_birth(works: Works) -> None:
    metrics = (Metric("temperature", 41.5, T.FLOAT, None, sp.AT_MS), Metric("state", "on", T.STRING, None, sp.AT_MS))
    works.take(sp.device("DDATA"), sp.data(*metrics, seq=9))
    assert works.of("temperature") == [(sp.AT_MS * 1000, 41.5, 192)]
    assert works.of("state") == [(sp.AT_MS * 1000, "on", 192)]
    assert works.counters["unknown_metrics"] == 0
    assert works.counters["rebirth_requests"] == 1


def test_an_alias_that_the_birth_does_not_have_is_asked_for_and_the_others_kept(works: Works) -> None:
    works.begin()
    metrics = (Metric(None, 1.0, T.DOUBLE, 1, sp.AT_MS + 1), Metric(None, 2.0, T.DOUBLE, 99, sp.AT_MS + 1))
    works.take(sp.device("DDATA"), sp.data(*metrics, seq=2))
    assert works.of("temperature")[-1][1] == 1.0
    assert works.counters["unknown_metrics"] == 1
    assert works.counters["rebirth_requests"] == 1


def test_a_gap_is_counted_and_told(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, 1.0, T.DOUBLE, 1), seq=7))
    works.now_s = 5.0
    works.tick()
    assert works.counters["sequence_gaps"] == 1
    assert works.counters["rebirth_requests"] == 1
    assert works.log.said("gap in the sequence numbers")


def test_a_clock_that_goes_back_is_counted_and_told(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, 1.0, T.DOUBLE, 1), seq=2, at_ms=sp.AT_MS + 60_000))
    works.take(sp.device("DDATA"), sp.data(Metric(None, 1.0, T.DOUBLE, 1), seq=3, at_ms=sp.AT_MS + 20_000))
    assert works.counters["clock_jumps"] == 1
    assert works.log.said("clock of G/N", "40.0 s")


def test_points_from_the_future_are_counted_and_kept(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, 1.0, T.DOUBLE, 1, ARRIVED // 1000 + 3_600_000), seq=2))
    assert works.counters["future_points"] == 1
    assert len(works.of("temperature")) == 2


def test_a_moment_that_no_calendar_has_is_left_out(works: Works) -> None:
    works.begin()
    works.take(sp.device("DDATA"), sp.data(Metric(None, 1.0, T.DOUBLE, 1, 2**63), seq=2))
    assert len(works.of("temperature")) == 1
    assert works.counters["bad_messages"] == 1


@pytest.mark.parametrize("topic", [sp.node("NDATA"), sp.device("DBIRTH"), sp.node("NDEATH"), "somewhere/else"])
def test_what_is_no_sparkplug_is_refused(works: Works, topic: str) -> None:
    with pytest.raises(BadInput):
        works.take(topic, b"\xff\xff")


@pytest.mark.parametrize("topic", ["spBv1.0/G/NCMD/N", "spBv1.0/G/DCMD/N/D", "spBv1.0/STATE/h", "STATE/h"])
def test_commands_and_states_of_others_are_passed_over(works: Works, topic: str) -> None:
    works.take(topic, b"\xff\xff")
    assert works.sink.count == 0


def test_a_name_that_the_store_refuses_is_left_out_alone(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    register = works.sink.register

    def choosy(names: Any, kinds: Any) -> Any:
        if any("temperature" in one for one in names):
            raise BadInput("no such names")
        return register(names, kinds)

    monkeypatch.setattr(works.sink, "register", choosy)
    works.begin(TEMPERATURE, Metric("pressure", 1.0, T.DOUBLE, 9, sp.AT_MS))
    assert [value for _, value, _ in works.of("pressure")] == [1.0]
    assert works.log.said("the store refuses", "temperature")


# --- sent again ---


def test_data_that_comes_again_from_before_a_birth_is_not_read_by_that_birth(works: Works) -> None:
    works.begin(TEMPERATURE)
    old = bare(sp.data(Metric(None, 5.0, T.DOUBLE, 1, sp.AT_MS + 10), seq=2, at_ms=sp.AT_MS + 10))
    works.take(sp.device("DDATA"), old)
    works.take(sp.device("DBIRTH"), sp.data(Metric("pressure", 1.0, T.DOUBLE, 1), seq=3, at_ms=sp.AT_MS + 20))
    works.take(sp.device("DDATA"), old, again=True)
    new = bare(sp.data(Metric(None, 2.0, T.DOUBLE, 1, sp.AT_MS + 30), seq=4, at_ms=sp.AT_MS + 30))
    works.take(sp.device("DDATA"), new, again=True)
    assert [value for _, value, _ in works.of("temperature")] == [700.5, 5.0]
    assert [value for _, value, _ in works.of("pressure")] == [1.0, 2.0]
    assert works.counters["unknown_metrics"] == 0


def test_deaths_and_births_that_come_again_do_not_undo_a_later_birth(works: Works) -> None:
    works.begin()
    death = sp.data(seq=2, at_ms=sp.AT_MS + 10)
    works.take(sp.device("DDEATH"), death)
    works.take(sp.node("NBIRTH"), sp.birth(bd_seq=1, at_ms=sp.AT_MS + 20))
    works.take(sp.device("DBIRTH"), sp.data(TEMPERATURE, seq=1, at_ms=sp.AT_MS + 20))
    count = works.sink.count
    works.take(sp.node("NBIRTH"), sp.birth(), again=True)
    works.take(sp.device("DDEATH"), death, again=True)
    works.take(sp.node("NDEATH"), sp.death(0), again=True)
    works.take(sp.device("DDATA"), bare(sp.data(Metric(None, 1.0, T.DOUBLE, 1), seq=2, at_ms=sp.AT_MS + 30)))
    assert works.sink.count == count + 1
    assert works.of("temperature")[-1][1] == 1.0


# --- another run ---


def test_births_outlive_the_process(tmp_path: Path) -> None:
    before = Works(tmp_path)
    before.begin()
    after = Works(tmp_path, before.sink)
    after.reader.resume(kept=True)
    after.take(sp.device("DDATA"), bare(sp.data(Metric(None, 9.0, T.DOUBLE, 1, sp.AT_MS + 9), seq=200)))
    assert after.of("temperature")[-1] == ((sp.AT_MS + 9) * 1000, 9.0, 192)
    assert after.counters["rebirth_requests"] == 0


def test_births_of_the_process_before_are_not_trusted_when_the_broker_forgot_us(tmp_path: Path) -> None:
    Works(tmp_path).begin()
    after = Works(tmp_path)
    after.reader.resume(kept=False)
    after.take(sp.device("DDATA"), bare(sp.data(Metric(None, 9.0, T.DOUBLE, 1), seq=200)))
    assert after.counters["unknown_metrics"] == 1
    assert after.counters["rebirth_requests"] == 1


def test_births_of_the_process_before_are_not_trusted_by_messages_that_no_broker_keeps(tmp_path: Path) -> None:
    Works(tmp_path).begin()
    after = Works(tmp_path)
    after.reader.resume(kept=True)
    after.take(sp.device("DDATA"), bare(sp.data(Metric(None, 9.0, T.DOUBLE, 1), seq=200)), qos=0)
    assert after.counters["rebirth_requests"] == 1


def test_deaths_outlive_the_process_too(tmp_path: Path) -> None:
    before = Works(tmp_path)
    before.begin()
    before.take(sp.device("DDEATH"), sp.data(seq=2))
    after = Works(tmp_path)
    after.reader.resume(kept=True)
    after.take(sp.device("DDATA"), bare(sp.data(Metric(None, 9.0, T.DOUBLE, 1), seq=3)))
    assert after.counters["unknown_metrics"] == 1


def test_a_damaged_file_of_births_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "births.sqlite").write_bytes(b"not a database, but long enough to look at" * 50)
    works = Works(tmp_path)
    works.begin()
    assert len(Births(tmp_path / "births.sqlite").load()) == 2


def test_births_that_cannot_be_kept_wait_for_space(tmp_path: Path) -> None:
    births = Births(tmp_path / "nowhere" / "births.sqlite")
    (tmp_path / "nowhere").write_text("a file where the folder should be")
    births.put(topic_of(sp.node("NBIRTH")), b"x")
    with pytest.raises(StoreFull):
        births.save()
    (tmp_path / "nowhere").unlink()
    births.save()
    assert births.load() == [(topic_of(sp.node("NBIRTH")), b"x")]


# --- laws ---

unhurried = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
NAMES = ("alpha", "beta", "gamma", "delta")
KINDS = (T.DOUBLE, T.INT32, T.STRING, T.BOOLEAN)


@unhurried
@given(
    st.lists(st.tuples(st.booleans(), st.permutations(range(4)), st.lists(st.integers(0, 3), unique=True)), max_size=12)
)
def test_every_value_lands_under_its_own_name_whatever_the_aliases_are(script: Any) -> None:
    """Values tell which metric they belong to; births change the aliases at will."""
    with TemporaryDirectory() as folder:
        works = Works(Path(folder))
        aliases, seq, wanted = list(range(4)), 0, {name: list[Any]() for name in NAMES}

        def value(which: int, number: int) -> Any:
            return [number + 0.5, -number - 1, f"text {number}", number % 2 == 1][which]

        def born() -> None:
            metrics = [Metric(NAMES[one], value(one, 0), KINDS[one], aliases[one], sp.AT_MS) for one in range(4)]
            works.take(sp.node("NBIRTH"), sp.birth(*metrics))
            for one in range(4):
                wanted[NAMES[one]].append(value(one, 0))

        born()
        for number, (again, order, which) in enumerate(script, start=1):
            if again:
                aliases, seq = order, 0
                born()
            seq = (seq + 1) % 256
            metrics = [Metric(None, value(one, number), KINDS[one], aliases[one], sp.AT_MS + number) for one in which]
            works.take(sp.node("NDATA"), bare(sp.data(*metrics, seq=seq)))
            for one in which:
                wanted[NAMES[one]].append(value(one, number))
        for name in NAMES:
            assert works.sink.values(f"works!spBv1.0/G/N/{name}") == wanted[name]
        assert works.counters["unknown_metrics"] == works.counters["type_changes"] == 0


TOPICS = [sp.node(verb) for verb in ("NBIRTH", "NDATA", "NDEATH")] + [
    sp.device(f"D{one}") for one in ("BIRTH", "DATA", "DEATH")
]


@unhurried
@given(
    st.lists(st.tuples(st.sampled_from(TOPICS), sp.messages() | st.binary(max_size=30), st.integers(0, 1)), max_size=6)
)
def test_whatever_anybody_sends_is_points_or_refused(said: Any) -> None:
    with TemporaryDirectory() as folder:
        works = Works(Path(folder))
        for topic, content, qos in said:
            try:
                works.take(topic, content if isinstance(content, bytes) else content.SerializeToString(), qos)
            except BadInput:
                continue
        Works(Path(folder))
