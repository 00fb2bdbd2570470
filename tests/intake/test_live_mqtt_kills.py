"""A process that is killed while it ingests loses nothing that a sender at QoS 1 said."""

import math
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import live_ingesting
import live_sparkplug as sp
import orjson
import pytest
from live_broker import MOSQUITTO, Broker, Talker

from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.payload import Metric
from linghang.store.telemetry import TelemetryReader

KILLS, MESSAGES, METRICS, BORN_EVERY = 8, 6000, 10, 150
START_MS = 1_772_000_000_000


class Ingesting:
    """The process, which is started again after every kill."""

    def __init__(self, folder: Path, broker: Broker, payload: str, topic: str) -> None:
        self.command = [sys.executable, live_ingesting.__file__, str(folder), broker.url, payload, topic]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        while line and "ready" not in line:
            line = self.process.stdout.readline()
        assert line

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()

    def end(self) -> None:
        self.process.communicate("stop\n", timeout=60)


def killed_while_sending(ingesting: Ingesting, talker: Talker, said: list[tuple[str, bytes]], seed: int) -> None:
    """Send everything, and kill the process in between."""
    chance = random.Random(seed)
    kills = sorted(chance.sample(range(len(said) // 10, len(said)), KILLS))
    for number, (topic, payload) in enumerate(said):
        last = talker.client.publish(topic, payload, 1)
        if number % 20 == 0:
            time.sleep(0.002)
        if kills and number >= kills[0]:
            kills.pop(0)
            time.sleep(chance.random() * 0.05)
            ingesting.kill()
            ingesting.start()
    last.wait_for_publish(60)


def kept(folder: Path, name: str) -> list[tuple[int, float]]:
    """Moment (milliseconds since 1970) and value of every point of a tag that has a value."""
    with closing(TelemetryReader(folder / "telemetry")) as reader:
        table = reader.points([name])
    rows = zip(table.column("at").cast("int64").to_pylist(), table.column("value").to_pylist(), strict=True)
    return [(at_us // 1000, value) for at_us, value in rows if not math.isnan(value)]


@pytest.mark.slow
@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (scripts/services.sh installs it)")
@pytest.mark.parametrize("payload", ["json", "sparkplug"])
def test_eight_kills_lose_nothing_and_double_nothing(tmp_path: Path, payload: str) -> None:
    with Broker(tmp_path) as broker:
        topic = "plant/#" if payload == "json" else "spBv1.0/#"
        ingesting = Ingesting(tmp_path, broker, payload, topic)
        time.sleep(1)  # the subscription stands
        with broker.client() as talker:
            killed_while_sending(ingesting, talker, list(spoken(payload)), seed=7)
        ingesting.end()
        # What was on its way when the process ended is there after it has listened once more.
        ingesting.start()
        time.sleep(3)
        ingesting.end()
        for one in range(1 if payload == "json" else METRICS):
            name = "gate!m0" if payload == "json" else f"gate!spBv1.0/G/N/m{one}"
            wanted = [(START_MS + 2 * number, float(number * METRICS + one)) for number in range(MESSAGES)]
            assert sorted(kept(tmp_path, name)) == wanted


def spoken(payload: str) -> list[tuple[str, bytes]]:
    """What is sent; in Sparkplug the node is born again every now and then, and its aliases change each time."""
    if payload == "json":
        points = [{"tag": "m0", "t": START_MS + 2 * number, "v": number * METRICS} for number in range(MESSAGES)]
        return [("plant/x", orjson.dumps(point)) for point in points]
    T, said, seq, aliases = DataType, list[tuple[str, bytes]](), 0, list(range(METRICS))
    for number in range(MESSAGES):
        at_ms = START_MS + 2 * number
        if number % BORN_EVERY == 0:
            aliases, seq = [*aliases[1:], aliases[0]], 0
            metrics = [
                Metric(f"m{one}", None, T.DOUBLE, aliases[one], at_ms - 1, is_null=True) for one in range(METRICS)
            ]
            said.append((sp.node("NBIRTH"), sp.birth(*metrics, bd_seq=number // BORN_EVERY, at_ms=at_ms - 1)))
        seq = (seq + 1) % 256
        metrics = [Metric(None, float(number * METRICS + one), T.DOUBLE, aliases[one], at_ms) for one in range(METRICS)]
        said.append((sp.node("NDATA"), sp.data(*metrics, seq=seq, at_ms=at_ms)))
    return said
