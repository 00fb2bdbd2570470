"""The MQTT connector against a real broker."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import live_sparkplug as sp
import pytest
from live_broker import MOSQUITTO, Broker
from live_memory import MemorySink, eventually, surroundings

from linghang import words
from linghang.errors import BadInput
from linghang.intake.live.connections import parse_connections
from linghang.intake.live.mqtt import MqttConnector
from linghang.intake.live.sparkplug.codec import decode
from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.payload import Metric

pytestmark = pytest.mark.skipif(
    MOSQUITTO is None, reason="mosquitto is not installed (scripts/services.sh installs it)"
)
T = DataType


class Running:
    """A connector at work."""

    def __init__(self, folder: Path, broker: Broker, sink: MemorySink | None = None, **more: Any) -> None:
        environment = more.pop("environment", {})
        given = {"name": "gate", "kind": "mqtt", "url": broker.url, "topics": ["plant/#"], "payload": "json", **more}
        (connection,) = parse_connections({"connections": [given]}, folder)
        around, self.log = surroundings(folder, **environment)
        self.sink, self.stopping = sink or MemorySink(), threading.Event()
        self.connector = MqttConnector(connection, around)  # type: ignore[arg-type]
        self.counters = self.connector.counters
        context = copy_context()  # a new thread would speak the default language
        self.thread = threading.Thread(target=context.run, args=(self.connector.run, self.sink, self.stopping))
        self.thread.start()

    def connected(self) -> "Running":
        assert eventually(lambda: self.counters.connected), self.log.lines
        # A subscription is confirmed after the connection; publishing earlier would be lost to a new session.
        threading.Event().wait(0.1)
        return self

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


@contextmanager
def running(folder: Path, broker: Broker, sink: MemorySink | None = None, **more: Any) -> Iterator[Running]:
    one = Running(folder, broker, sink, **more)
    try:
        yield one
    finally:
        one.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path) as started:
        yield started


def point(value: int, tag: str = "a") -> bytes:
    return json.dumps({"tag": tag, "t": 1_772_000_000_000 + value, "v": value}).encode()


# --- messages ---


def test_points_come_from_a_broker_into_the_sink(tmp_path: Path, broker: Broker) -> None:
    with running(tmp_path, broker) as gate, broker.client() as talker:
        gate.connected()
        for value in range(200):
            talker.say("plant/x", point(value))
        assert eventually(lambda: gate.sink.count == 200)
        assert gate.sink.values("gate!a") == list(range(200))
        assert gate.counters["messages"] == gate.counters["points"] == 200
        assert gate.counters.lag_s is not None


def test_a_bad_message_is_named_and_does_not_stop_the_others(tmp_path: Path, broker: Broker) -> None:
    with running(tmp_path, broker) as gate, broker.client() as talker:
        gate.connected()
        talker.say("plant/press 7", b"\xff nonsense")
        talker.say("plant/x", point(1))
        assert eventually(lambda: gate.sink.count == 1)
        assert gate.counters["bad_messages"] == 1
        assert gate.log.said("gate: plant/press 7: is no JSON")


def test_nothing_is_acknowledged_before_it_is_kept(tmp_path: Path, broker: Broker) -> None:
    """A connector that never got to keep a message is stopped; the next one is given the message again."""
    full = MemorySink()
    full.full = True
    first = Running(tmp_path, broker, full).connected()
    with broker.client() as talker:
        talker.say("plant/x", point(1))
    assert eventually(lambda: first.counters["store_full_waits"] > 0)
    first.stop()
    with running(tmp_path, broker) as second:
        assert eventually(lambda: second.sink.values("gate!a") == [1.0])
    with running(tmp_path, broker) as third:
        third.connected()
        threading.Event().wait(0.3)
        assert third.sink.count == 0


def test_a_full_disk_holds_everything_back_until_there_is_space(tmp_path: Path, broker: Broker) -> None:
    with running(tmp_path, broker) as gate, broker.client() as talker:
        gate.connected()
        gate.sink.full = True
        for value in range(50):
            talker.say("plant/x", point(value))
        assert eventually(lambda: gate.counters["store_full_waits"] > 0)
        assert gate.log.said("the disk is full")
        gate.sink.full = False
        assert eventually(lambda: gate.sink.count == 50)
        assert gate.log.said("there is space again")


def test_messages_of_the_time_when_we_were_away_come_later(tmp_path: Path, broker: Broker) -> None:
    Running(tmp_path, broker).connected().stop()
    with broker.client() as talker:
        for value in range(1500):
            talker.client.publish("plant/x", point(value), 1)
        talker.say("plant/x", point(1500))
    with running(tmp_path, broker) as gate:
        assert eventually(lambda: gate.sink.count == 1501)


# --- the broker goes and comes ---


def test_a_broker_that_dies_is_found_again_and_nothing_is_lost(tmp_path: Path) -> None:
    # Mosquitto writes its state down every so many changes; after a kill it knows what it had written.
    broker = Broker(tmp_path, "autosave_interval 1", "autosave_on_changes true").start()
    try:
        with running(tmp_path, broker) as gate:
            gate.connected()
            with broker.client() as talker:
                talker.say("plant/x", point(1))
            assert eventually(lambda: gate.sink.count == 1)
            broker.stop()
            assert eventually(lambda: not gate.counters.connected)
            assert gate.log.said("is lost")
            broker.start()
            gate.connected()
            with broker.client() as talker:
                talker.say("plant/x", point(2))
            assert eventually(lambda: 2.0 in gate.sink.values("gate!a"))
            assert gate.counters["reconnects"] == 1
    finally:
        broker.stop()


def test_a_broker_that_is_not_there_is_named(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    with running(tmp_path, broker) as gate:
        assert eventually(lambda: gate.log.said("no connection to", broker.url, "refused"))
        broker.start()
        assert eventually(lambda: gate.counters.connected)
    broker.stop()


def test_a_wrong_password_is_named_and_a_right_one_is_taken_from_the_environment(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "me", "right"], check=True, capture_output=True)
    with Broker(tmp_path, f"password_file {passwords}", anonymous=False) as broker:
        with running(tmp_path, broker, user="me", environment={"LINGHANG_GATE_PASSWORD": "wrong"}) as gate:
            assert eventually(lambda: gate.counters["refused_connections"] > 0)
            assert gate.log.said("gate: the broker", "refuses the connection", "Not authorized")
        with running(tmp_path, broker, user="me", environment={"LINGHANG_GATE_PASSWORD": "right"}) as gate:
            gate.connected()


# --- TLS ---


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Broker]:
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes")
    openssl(tmp_path, "req", "-x509", "-newkey", "rsa:2048", "-keyout", "key.pem", "-out", "cert.pem", *subject)
    (tmp_path / "key.pem").chmod(0o644)
    with Broker(tmp_path, f"certfile {tmp_path}/cert.pem", f"keyfile {tmp_path}/key.pem") as started:
        yield started


def test_a_trusted_certificate_lets_points_through(tmp_path: Path, secure: Broker) -> None:
    url = secure.url.replace("mqtt:", "mqtts:")
    with running(tmp_path, secure, url=url, ca="cert.pem") as gate:
        gate.connected()


# The client library leaves a socket to the collector when a handshake fails.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_that_nobody_vouches_for_is_refused_and_named(tmp_path: Path, secure: Broker) -> None:
    url = secure.url.replace("mqtt:", "mqtts:")
    with running(tmp_path, secure, url=url) as gate:
        assert eventually(lambda: gate.counters["refused_certificates"] > 0)
        assert gate.log.said("is not trusted", "ca")
        assert not gate.counters.connected


def test_a_file_of_certificates_that_is_not_there_is_refused(tmp_path: Path) -> None:
    given = {"name": "gate", "kind": "mqtt", "url": "mqtts://x", "topics": ["#"], "payload": "json", "ca": "none.pem"}
    (connection,) = parse_connections({"connections": [given]}, tmp_path)
    around, _ = surroundings(tmp_path)
    with pytest.raises(BadInput, match="certificates cannot be used"):
        MqttConnector(connection, around).run(MemorySink(), threading.Event())  # type: ignore[arg-type]


# --- Sparkplug ---


def sparkplug(folder: Path, broker: Broker, sink: MemorySink | None = None, **more: Any) -> Any:
    return running(folder, broker, sink, topics=["spBv1.0/#"], payload="sparkplug", **more)


def test_births_data_and_deaths_come_through(tmp_path: Path, broker: Broker) -> None:
    with sparkplug(tmp_path, broker) as gate, broker.client() as talker:
        gate.connected()
        talker.say(sp.node("NBIRTH"), sp.birth(Metric("load", 0.5, T.DOUBLE, 1, sp.AT_MS)))
        talker.say(sp.node("NDATA"), sp.data(Metric(None, 0.7, T.DOUBLE, 1, sp.AT_MS + 5), seq=1))
        talker.say(sp.node("NDEATH"), sp.death())
        assert eventually(lambda: gate.sink.count == 3)
        assert gate.sink.values("gate!spBv1.0/G/N/load") == [0.5, 0.7, 0.7]
        assert [how for _, _, how in gate.sink.of("gate!spBv1.0/G/N/load")] == [192, 192, 20]


def test_a_birth_is_asked_for_on_the_broker(tmp_path: Path, broker: Broker) -> None:
    heard: list[bytes] = []
    with sparkplug(tmp_path, broker) as gate:
        gate.connected()
        with broker.client(listen="spBv1.0/G/NCMD/N", on_message=lambda one: heard.append(one.payload)) as talker:
            threading.Event().wait(0.2)
            talker.say(sp.node("NDATA"), sp.data(Metric(None, 0.7, T.DOUBLE, 1), seq=4))
            assert eventually(lambda: bool(heard))
    assert decode(heard[0]).metrics[0].name == "Node Control/Rebirth"
    assert gate.counters["rebirth_requests"] == 1


def test_data_of_the_time_when_we_were_away_is_read_by_the_birth_before(tmp_path: Path, broker: Broker) -> None:
    sink = MemorySink()
    with sparkplug(tmp_path, broker, sink) as gate, broker.client() as talker:
        gate.connected()
        talker.say(sp.node("NBIRTH"), sp.birth(Metric("load", 0.5, T.DOUBLE, 1, sp.AT_MS)))
        assert eventually(lambda: sink.count == 1)
    with broker.client() as talker:
        talker.say(sp.node("NDATA"), sp.data(Metric(None, 0.7, T.DOUBLE, 1, sp.AT_MS + 5), seq=1))
    with sparkplug(tmp_path, broker, sink) as gate:
        assert eventually(lambda: sink.values("gate!spBv1.0/G/N/load") == [0.5, 0.7])
        assert gate.counters["unknown_metrics"] == 0


def test_the_host_says_whether_it_is_there(tmp_path: Path, broker: Broker) -> None:
    heard: list[dict[str, Any]] = []
    with broker.client(listen="spBv1.0/STATE/linghang", on_message=lambda one: heard.append(json.loads(one.payload))):
        with sparkplug(tmp_path, broker, host_id="linghang") as gate:
            gate.connected()
            assert eventually(lambda: bool(heard) and heard[-1]["online"])
        assert eventually(lambda: not heard[-1]["online"])


def test_log_lines_speak_the_language_of_whoever_started_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: list[str] = []
    translate = words.tr

    def heard(message: str, /, **values: object) -> str:
        spoken.append(words.language())
        return translate(message, **values)

    monkeypatch.setattr("linghang.intake.live.mqtt.tr", heard)
    # The connector's thread and the library's both begin in the context of whoever started them.
    with running(tmp_path, Broker(tmp_path)) as gate:
        assert eventually(lambda: gate.log.said("no connection to"))
    assert set(spoken) == {"en"}
