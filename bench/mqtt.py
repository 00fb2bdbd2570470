"""MQTT from sender to disk: broker, receiver and store on this machine, QoS 1, beside a receiver that does nothing.

*The work.* A sender of its own process (bare socket, messages made beforehand) publishes at QoS 1 to a mosquitto of its
own; the connector reads, makes every point durable in the store, then acknowledges. The clock runs in the receiver from
the first message to the moment when the last point is durable.

*The peer.* The same paho client, acknowledging at once, that counts messages and neither reads nor keeps them: the
ceiling of what any receiver on this client can do here. No other receiver of Sparkplug is in the lock of the benchmark.

*Lag.* At half the rate that has to be reached: from the moment at which the sender hands a message to its socket to the
moment at which its points are durable.

Run the file for the table: `python -m bench.mqtt`.
"""

import argparse
import json
import resource
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from linghang.intake.live.connections import MqttConnection, parse_connections
from linghang.intake.live.sparkplug.codec import encode
from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.payload import Metric, Payload

if TYPE_CHECKING:
    from bench.__main__ import Bench

BASE_MS = 1_772_000_000_000
WINDOW = 1000


class Form(NamedTuple):
    """One kind of message: points in each, messages of one run, the bar in points a second."""

    points: int
    messages: int
    bar: float


FORMS = {
    "sparkplug": Form(100, 10_000, 450_000),
    "arrow": Form(1000, 6_000, 2_500_000),
    "json": Form(1, 40_000, 14_000),
}
TYPES = (*[DataType.FLOAT] * 16, DataType.INT32, DataType.INT32, DataType.BOOLEAN, DataType.BOOLEAN)
"""Of twenty metrics; the types of all hundred repeat them."""


# --- messages ---


def birth() -> bytes:
    """Return the birth of the node that the data belong to."""
    metrics = [Metric(f"machine-{one}/signal", 0, TYPES[one % 20], one + 1, BASE_MS) for one in range(100)]
    return encode(Payload((Metric("bdSeq", 0, DataType.UINT64), *metrics), BASE_MS, 0))


def payloads(form: str) -> Iterator[bytes]:
    """Make the messages of one run; message i bears the moment `BASE_MS + i`."""
    random = np.random.default_rng(7)
    for number in range(FORMS[form].messages):
        at_ms = BASE_MS + number
        if form == "json":
            yield orjson.dumps({"tag": f"tag-{number % 500}", "t": at_ms, "v": round(float(random.random()), 3)})
        elif form == "arrow":
            yield _arrow(at_ms, random.random(1000).round(3))
        else:
            yield _sparkplug(at_ms, random, (number + 1) % 256)


def _sparkplug(at_ms: int, random: np.random.Generator, seq: int) -> bytes:
    drawn = random.random(100).round(2).tolist()
    values = {
        DataType.FLOAT: float,
        DataType.INT32: lambda one: int(one * 1000) - 500,
        DataType.BOOLEAN: lambda one: one < 0.5,
    }
    metrics = []
    for place, one in enumerate(drawn):
        kind = TYPES[place % 20]
        metrics.append(Metric(None, values[kind](one), kind, place + 1, at_ms))
    return encode(Payload(tuple(metrics), at_ms, seq))


_TAGS = pa.array([f"machine-{one}/signal" for one in range(1000)])


def _arrow(at_ms: int, values: Any) -> bytes:
    table = pa.table(
        {"tag": _TAGS, "at": pa.array(np.full(1000, at_ms * 1000), pa.timestamp("us", "UTC")), "value": values}
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


# --- the sender ---


def _packet(kind: int, body: bytes) -> bytes:
    length, size = b"", len(body)
    while True:
        size, low = size >> 7, size & 127
        length += bytes([low | (128 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def _publish(topic: str, payload: bytes, mid: int) -> bytes:
    name = topic.encode()
    return _packet(0x32, len(name).to_bytes(2, "big") + name + mid.to_bytes(2, "big") + payload)


def send(port: int, form: str, rate: float, sent_file: str) -> None:
    """Publish one run at QoS 1, at most `rate` messages a second (0: as fast as the broker takes them)."""
    topic = "spBv1.0/bench/NDATA/node" if form == "sparkplug" else "bench/data"
    packets = [_publish(topic, one, number % 65_000 + 2) for number, one in enumerate(payloads(form))]
    sent = np.memmap(sent_file, np.float64, "r+", shape=(len(packets),))
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.sendall(_packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x00" + b"\x00\x05bench"))
    assert link.recv(4)[3] == 0
    acknowledged = place = 0
    if form == "sparkplug":
        link.sendall(_publish("spBv1.0/bench/NBIRTH/node", birth(), 1))
        acknowledged = -1
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.time()
    while acknowledged < len(packets):
        allowed = len(packets) if not rate else int((time.time() - start) * rate) + 1
        until = min(len(packets), acknowledged + WINDOW, place + 50, allowed)
        if until > place:
            sent[place:until] = time.time()
            link.sendall(b"".join(packets[place:until]))
            place = until
        pause = 0.0 if place < min(len(packets), acknowledged + WINDOW, allowed) else 0.001 if rate else None
        if select.select([link], [], [], pause)[0]:
            acknowledged += len(link.recv(1 << 16)) // 4  # four bytes each; a part of one only shifts the window


# --- the receivers ---


def _connection(port: int, form: str, folder: Path) -> MqttConnection:
    topic = "spBv1.0/#" if form == "sparkplug" else "bench/#"
    given = {"name": "bench", "kind": "mqtt", "url": f"mqtt://127.0.0.1:{port}", "topics": [topic], "payload": form}
    (connection,) = parse_connections({"connections": [given]}, folder)
    assert isinstance(connection, MqttConnection)
    return connection


class _Timed:
    """The store, with a look at the clock after every append."""

    def __init__(self, store: Any, sent_file: str, wanted: int, done: threading.Event) -> None:
        self.register, self.text_numbers = store.register, store.text_numbers
        self._store, self._wanted, self._done = store, wanted, done
        self._sent_file = sent_file
        self.lags: list[np.ndarray] = []
        self.points, self.end = 0, 0.0

    def append(self, points: Any) -> None:
        self._store.append(points)
        self.end = time.time()
        number = np.unique(points.at_us // 1000 - BASE_MS)
        self.lags.append(np.stack([number, np.full(len(number), self.end)]))
        self.points += len(points)
        if self.points >= self._wanted:
            self._done.set()

    def lag_s(self) -> np.ndarray:
        sent = np.memmap(self._sent_file, np.float64, "r")
        number, end = np.concatenate(self.lags, axis=1)
        return end - sent[number.astype(int)]


def receive_ours(port: int, form: str, folder: Path, sent_file: str) -> dict[str, float]:
    """Receive one run with the connector and the store."""
    from linghang.intake.live.mqtt import MqttConnector
    from linghang.intake.live.sink import Surroundings
    from linghang.store.telemetry.store import TelemetryStore

    store = TelemetryStore.open(folder / "telemetry")
    done, stop = threading.Event(), threading.Event()
    wanted = FORMS[form].points * FORMS[form].messages + (100 if form == "sparkplug" else 0)
    sink = _Timed(store, sent_file, wanted, done)
    lines: list[str] = []
    around = Surroundings(folder, {}, lambda: time.time_ns() // 1000, lambda _, line: lines.append(line))
    connector = MqttConnector(_connection(port, form, folder), around)
    thread = threading.Thread(target=connector.run, args=(sink, stop))
    thread.start()
    while not connector.counters.connected:
        time.sleep(0.01)
    time.sleep(0.2)
    print("ready", flush=True)
    used = time.process_time()
    done.wait(300)
    used = time.process_time() - used
    stop.set()
    thread.join()
    store.close()
    assert sink.points == wanted, (sink.points, wanted, connector.counters.snapshot(), lines)
    first = np.memmap(sent_file, np.float64, "r")[0]
    lags = sink.lag_s() if form != "sparkplug" else sink.lag_s()[1:]
    return {
        "seconds": sink.end - first,
        "cpu": used,
        "p50": float(np.median(lags)),
        "p99": float(np.quantile(lags, 0.99)),
    }


def receive_bare(port: int, form: str, _folder: Path, sent_file: str) -> dict[str, float]:
    """Receive one run with paho alone."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    connection = _connection(port, form, Path())
    wanted = FORMS[form].messages + (form == "sparkplug")
    came = 0
    done, subscribed = threading.Event(), threading.Event()

    def on_message(*_: Any) -> None:
        nonlocal came
        came += 1
        if came == wanted:
            done.set()

    client = Client(CallbackAPIVersion.VERSION2, "bare", clean_session=False)
    client.on_message = on_message
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.subscribe(connection.topics[0], 1)
    client.loop_start()
    subscribed.wait(10)
    print("ready", flush=True)
    used = time.process_time()
    done.wait(300)
    end, used = time.time(), time.process_time() - used
    client.disconnect()
    client.loop_stop()
    assert came == wanted
    return {"seconds": end - np.memmap(sent_file, np.float64, "r")[0], "cpu": used}


RECEIVERS: dict[str, Callable[[int, str, Path, str], dict[str, float]]] = {"ours": receive_ours, "bare": receive_bare}


# --- one run ---


def one_run(who: str, form: str, folder: Path, rate: float = 0.0) -> dict[str, float]:
    """Start a broker, a receiver and a sender; return what the receiver measured."""
    own = Path(tempfile.mkdtemp(dir=folder))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (own / "broker.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"
    )
    sent_file = own / "sent"
    np.memmap(sent_file, np.float64, "w+", shape=(FORMS[form].messages,)).flush()
    broker = subprocess.Popen(["/usr/sbin/mosquitto", "-c", str(own / "broker.conf")], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        shared: Sequence[str] = (str(port), form, str(own), str(sent_file))
        receiver = _child("receive", who, *shared)
        assert receiver.stdout is not None
        assert receiver.stdout.readline().strip() == "ready", receiver.communicate()
        sender = _child("send", str(rate), *shared)
        assert sender.stdout is not None
        assert sender.stdout.readline().strip() == "ready"
        sender.communicate("go\n")
        said, _ = receiver.communicate()
        assert receiver.returncode == 0
        return dict(json.loads(said))
    finally:
        broker.terminate()
        broker.wait()


def _child(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.mqtt", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(bench: "Bench", folder: Path) -> None:
    """Race ours against the bare receiver for every form, then measure the lag at half the rate."""
    for form, (points, messages, bar) in FORMS.items():
        seconds: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(min(bench.rounds, 3)):
            for who, times in seconds.items():
                times.append(one_run(who, form, folder)["seconds"])
        work = f"MQTT QoS 1, {form}, {points} points a message, sender to disk; beside: paho alone, keeps nothing"
        bench.row(work, seconds["ours"], seconds["bare"], bar / 1e6, per=points * messages)
        slow = one_run("ours", form, folder, rate=bar / points / 2)
        lag = f"lag p50 {slow['p50'] * 1e3:.0f} ms, p99 {slow['p99'] * 1e3:.0f} ms"
        bench.console.print(f"MQTT QoS 1, {form} at {bar / 2:,.0f} points/s: {lag}")


def main() -> None:
    """Run a part (for the processes of a run), or everything."""
    parser = argparse.ArgumentParser(prog="bench.mqtt")
    parser.add_argument("part", nargs="*")
    part = parser.parse_args().part
    if part[:1] == ["send"]:
        _, rate, port, form, _, sent_file = part
        send(int(port), form, float(rate), sent_file)
    elif part[:1] == ["receive"]:
        _, who, port, form, folder, sent_file = part
        print(json.dumps(RECEIVERS[who](int(port), form, Path(folder), sent_file)))
    else:
        from bench.__main__ import Bench

        bench = Bench(3)
        with tempfile.TemporaryDirectory() as folder:
            run(bench, Path(folder))
        bench.console.print(bench.table)
        print(f"peak memory of children {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
