"""A workspace listens to the plant over three protocols at once; what it cannot reach, it says."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.twin.serving.broker import demo_broker
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.processes import NETWORKS, signals_of
from linghang.usecases.ingesting import ConnectionState, Surroundings, ingest, last_states
from linghang.usecases.plant_serving import DESK, FaultRequest, ask_plant
from linghang.usecases.telemetry import Watch, open_telemetry, trend
from linghang.usecases.workspaces import make_workspace

WAIT_S = 90.0

CONNECTIONS = """
[[connections]]
name = "works-opcua"
kind = "opcua"
url = "opc.tcp://127.0.0.1:{opcua}/linghang/"
security = "Basic256Sha256"
mode = "SignAndEncrypt"
certificate = "pki/own/client.der"
private_key = "pki/own/client.pem"
trusted = "pki/trusted"
browse = ["ns=2;s=HLGL/CAST"]

[[connections]]
name = "works-mqtt"
kind = "mqtt"
url = "mqtt://127.0.0.1:{mqtt}"
topics = ["spBv1.0/HLGL/#"]
payload = "sparkplug"
qos = 1
client_id = "linghang-ingest-test"

[[connections]]
name = "meters"
kind = "modbus"
url = "modbus://127.0.0.1:{modbus}"
poll_ms = 500
[[connections.registers]]
unit = 1
kind = "holding"
address = 0
type = "float32"
name = "UTIL/AC-1/pressure"
"""


def free_ports(count: int) -> list[int]:
    doors = [socket.socket() for _ in range(count)]
    try:
        for door in doors:
            door.bind(("127.0.0.1", 0))
        return [door.getsockname()[1] for door in doors]
    finally:
        for door in doors:
            door.close()


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace with connections to free ports."""
    folder = tmp_path / "plant"
    make_workspace(folder, None, "Asia/Shanghai", None)
    opcua, mqtt, modbus = free_ports(3)
    with (folder / "linghang.toml").open("a", encoding="utf-8") as config:
        config.write(CONNECTIONS.format(opcua=opcua, mqtt=mqtt, modbus=modbus))
    return folder


@pytest.fixture
def served(plant: Path) -> Iterator[Path]:
    """The same workspace with its plant alive."""
    port = int((plant / "linghang.toml").read_text(encoding="utf-8").split("mqtt://127.0.0.1:")[1].split('"')[0])
    with demo_broker("127.0.0.1", port):
        command = [sys.executable, "-m", "linghang", "plant", "serve", str(plant), "--speed", "60"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            until = time.monotonic() + WAIT_S
            while not (plant / DESK).exists():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until, "the plant does not open its doors"
                time.sleep(0.1)
            yield plant
        finally:
            process.terminate()
            process.communicate(timeout=30)


def listened(folder: Path, enough: "Enough", only: Sequence[str] = ()) -> tuple[Sequence[ConnectionState], list[str]]:
    """Listen until there is enough; return how it ended and what was said."""
    stop, said = threading.Event(), list[str]()
    threading.Timer(WAIT_S, stop.set).start()
    around = Surroundings(folder, os.environ, lambda: time.time_ns() // 1000, lambda level, text: said.append(text))

    def told(states: Sequence[ConnectionState]) -> None:
        if enough(states):
            stop.set()

    return ingest(folder, only=only, stop=stop, around=around, told=told), said


class Enough:
    """Whether every connection has brought so many points."""

    def __init__(self, points: int) -> None:
        self.points = points

    def __call__(self, states: Sequence[ConnectionState]) -> bool:
        return all(one.counts["points"] >= self.points for one in states)


@pytest.mark.slow
def test_three_protocols_bring_every_signal_into_one_store(served: Path) -> None:
    asked = ask_plant(served, FaultRequest("LPC-103", "breakdown", minutes=600))
    assert "LPC-103" in asked
    states, _ = listened(served, Enough(8))
    assert [(one.name, one.connected, one.failed) for one in states] == [
        ("works-opcua", True, None),
        ("works-mqtt", True, None),
        ("meters", True, None),
    ]
    with open_telemetry(served) as reader:
        rows = {one.name: one for one in Watch(reader).rows()}
    cast = {f"CAST/{one.id}/{signal.name}" for one in MACHINES if one.area == "CAST" for signal in signals_of(one)}
    assert {name.removeprefix("works-opcua!ns=2;s=") for name in rows if name.startswith("works-opcua!")} == cast
    every = {f"{one.area}/{one.id}/{signal.name}" for one in MACHINES for signal in signals_of(one)}
    sparkplug = {name.removeprefix("works-mqtt!spBv1.0/HLGL/") for name in rows if name.startswith("works-mqtt!")}
    assert every <= sparkplug
    over_opcua, over_mqtt = (
        rows[f"{door}CAST/LPC-103/state"].value for door in ("works-opcua!ns=2;s=", "works-mqtt!spBv1.0/HLGL/")
    )
    assert over_opcua == over_mqtt == "breakdown"
    assert 6 < float(rows["meters!UTIL/AC-1/pressure"].value or 0) < 8
    course = trend(served, "meters!UTIL/AC-1/pressure", None, None, 1)
    assert course.num_rows >= 2
    seen = last_states(served)
    assert seen is not None
    assert [one.connected for one in seen[1]] == [False] * 3


@pytest.mark.slow
def test_what_does_not_answer_does_not_keep_the_others(served: Path) -> None:
    config = served / "linghang.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("modbus://127.0.0.1", "modbus://127.0.0.2"), encoding="utf-8")
    states, said = listened(served, lambda rows: rows[0].counts["points"] > 0)  # type: ignore[arg-type]
    assert not states[2].connected
    assert states[0].counts["points"] > 0
    assert any("modbus://127.0.0.2" in line for line in said)


def test_an_unknown_connection_is_refused_with_the_nearest(plant: Path) -> None:
    with pytest.raises(BadInput, match=r"works-opcau.*works-opcua"):
        listened(plant, Enough(1), only=["works-opcau"])


def test_a_workspace_without_connections_says_what_is_missing(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w", None, "Asia/Shanghai", None)
    with pytest.raises(BadInput, match=r"\[\[connections\]\]"):
        listened(tmp_path / "w", Enough(1))


def test_a_plant_that_does_not_run_cannot_be_asked_for_a_fault(plant: Path) -> None:
    with pytest.raises(BadInput, match="plant serve"):
        ask_plant(plant, FaultRequest("CNC-205", "breakdown"))
    with pytest.raises(BadInput, match="CNC-999"):
        ask_plant(plant, FaultRequest("CNC-999", "breakdown"))


def test_telemetry_that_was_never_stored_is_said_to_be_missing(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w", None, "Asia/Shanghai", None)
    with pytest.raises(BadInput):
        open_telemetry(tmp_path / "w")


def test_networks_have_no_count_and_every_machine_has_a_state() -> None:
    for machine in MACHINES:
        names = [signal.name for signal in signals_of(machine)]
        assert "state" in names
        assert ("count" in names) == (machine.group.center not in NETWORKS)


def test_mosquitto_is_used_where_it_is_installed() -> None:
    (port,) = free_ports(1)
    with demo_broker("127.0.0.1", port) as kind:
        installed = shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()
        assert kind == ("mosquitto" if installed else "embedded")
        with demo_broker("127.0.0.1", port) as second:
            assert second == "there"
