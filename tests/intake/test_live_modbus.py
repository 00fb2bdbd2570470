"""Polling a real Modbus TCP server: values, exceptions, silent units, holes, losses, late polls."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_modbus_server import COIL, HOLDING, INPUT, ModbusServer
from live_opcua_server import free_port
from live_working import AtWork

from linghang.intake.live.connections import ModbusConnection, Register
from linghang.intake.live.modbus import ModbusConnector
from linghang.store.telemetry.points import Quality, TagKind


@pytest.fixture
def server() -> Iterator[ModbusServer]:
    made = ModbusServer(free_port(), (1, 3, 7))
    made.start()
    yield made
    made.close()


def at_work(
    server: ModbusServer, folder: Path, *registers: Register, poll_ms: int = 20, timeout_s: float = 0.3
) -> AtWork:
    return on_port(server.port, folder, *registers, poll_ms=poll_ms, timeout_s=timeout_s)


def on_port(port: int, folder: Path, *registers: Register, poll_ms: int = 20, timeout_s: float = 0.3) -> AtWork:
    wanted = ModbusConnection("meters", f"modbus://127.0.0.1:{port}", "127.0.0.1", port, poll_ms, registers)
    return AtWork(lambda _work, around: ModbusConnector(wanted, around, timeout_s), folder)


FLOW = Register(3, "holding", 40, "float32", scale=0.1, name="MTR-GAS-01/flow")
COUNT = Register(3, "input", 10, "uint32", "little")
VALVE = Register(3, "coil", 5, "bit")


def test_registers_of_all_kinds_arrive_decoded_and_scaled(server: ModbusServer, tmp_path: Path) -> None:
    server.put(3, HOLDING, 40, "f", 125.0)
    server.put(3, INPUT, 10, "I", 70_000, little=True)
    server.bits[3][COIL][5] = True
    before = time.time_ns() // 1000
    with at_work(server, tmp_path, FLOW, COUNT, VALVE) as work:
        work.wait(lambda: len(work.sink.kept) >= 6, "two polls")
        assert work.connector.counters.connected
        assert 0 <= work.connector.counters.lag_s < 1
    assert dict(work.sink.tags) == {
        "meters!MTR-GAS-01/flow": TagKind.NUMBER,
        "meters!unit 3 input 10": TagKind.NUMBER,
        "meters!unit 3 coil 5": TagKind.FLAG,
    }
    assert set(work.sink.values("meters!MTR-GAS-01/flow")) == {12.5}
    assert set(work.sink.values("meters!unit 3 input 10")) == {70_000.0}
    assert set(work.sink.values("meters!unit 3 coil 5")) == {1.0}
    moments = [at for _, at, _, _ in work.sink.of("meters!unit 3 coil 5")]
    assert before <= moments[0] < moments[1]
    assert {quality for *_, quality in work.sink.kept} == {Quality.GOOD}


def test_neighbours_are_one_request(server: ModbusServer, tmp_path: Path) -> None:
    some = [Register(3, "holding", address, "uint16") for address in range(100)]
    with at_work(server, tmp_path, *some) as work:
        work.wait(lambda: work.sink.kept, "a poll")
    assert server.asked[0] == (3, HOLDING, 0, 100)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (1, "unit 3, holding 40-41: does not know this kind of register"),
        (2, "unit 3, holding 40-41: has no such address; manuals often count from 1, or from 40001"),
        (4, "unit 3, holding 40-41: reports a failure of its own (exception 4)"),
        (6, "unit 3, holding 40-41: is busy (exception 6)"),
        (10, "unit 3 is not read for a while: unit 3, holding 40-41: cannot be reached by the gateway"),
        (11, "unit 3 is not read for a while: unit 3, holding 40-41: does not answer the gateway"),
    ],
)
def test_an_exception_is_bad_quality_and_a_line_that_names_the_place(
    server: ModbusServer, tmp_path: Path, code: int, line: str
) -> None:
    server.refuses[3] = code
    other = Register(1, "holding", 0, "uint16")
    with at_work(server, tmp_path, FLOW, other) as work:
        work.wait(lambda: line in work.said, line)
        work.wait(lambda: len(work.sink.values("meters!unit 1 holding 0")) >= 3, "the other unit")
        assert work.connector.counters.connected
    assert {quality for *_, quality in work.sink.of("meters!MTR-GAS-01/flow")} == {Quality.BAD}
    assert work.count("bad_quality") >= 1
    assert {quality for *_, quality in work.sink.of("meters!unit 1 holding 0")} == {Quality.GOOD}


def test_a_device_with_holes_is_asked_around_them(server: ModbusServer, tmp_path: Path) -> None:
    server.holes[3] = {2, 30}
    some = [Register(3, "holding", address, "uint16") for address in (0, 1, 3, 4, 30)]
    with at_work(server, tmp_path, *some) as work:
        work.wait(lambda: len(work.sink.values("meters!unit 3 holding 4")) >= 3, "three polls")
    qualities = {one.address: {q for *_, q in work.sink.of(f"meters!{one.label}")} for one in some}
    assert qualities == {0: {192}, 1: {192}, 3: {192}, 4: {192}, 30: {0}}
    assert server.asked[-3:] != server.asked[:3], "it was asked differently later"
    assert "unit 3, holding 30: has no such address" in work.said


def test_a_device_that_takes_only_short_reads_is_read_all_the_same(server: ModbusServer, tmp_path: Path) -> None:
    server.most = 1
    some = [Register(3, "holding", address, "uint16") for address in range(5)]
    with at_work(server, tmp_path, *some) as work:
        work.wait(lambda: len(work.sink.kept) >= 10, "two polls")
    assert {quality for *_, quality in work.sink.kept} == {Quality.GOOD}


def test_a_silent_unit_rests_and_the_others_are_read_on(server: ModbusServer, tmp_path: Path) -> None:
    server.silent.add(3)
    units = [Register(unit, "holding", 0, "uint16") for unit in (1, 3, 7)]
    with at_work(server, tmp_path, *units) as work:
        work.wait(lambda: "unit 3 is not read for a while: does not answer" in work.said, "the line")
        work.wait(lambda: len(work.sink.values("meters!unit 7 holding 0")) >= 10, "the others")
        assert [quality for *_, quality in work.sink.of("meters!unit 3 holding 0")] == [Quality.BAD]
        server.silent.clear()
        work.wait(lambda: "unit 3 answers again" in work.said, "back")
        assert work.count("reconnects") == 0
    assert work.sink.of("meters!unit 3 holding 0")[-1][-1] == Quality.GOOD


def test_after_a_restart_polling_goes_on_and_the_gap_is_stale(server: ModbusServer, tmp_path: Path) -> None:
    server.put(3, HOLDING, 40, "f", 50.0)
    with at_work(server, tmp_path, FLOW) as work:
        work.wait(lambda: work.sink.kept, "a poll")
        server.stop()
        work.wait(lambda: work.sink.of("meters!MTR-GAS-01/flow")[-1][-1] == Quality.STALE, "stale")
        assert not work.connector.counters.connected
        server.start()
        work.wait(lambda: work.count("reconnects") == 1, "again")
        work.wait(lambda: work.sink.of("meters!MTR-GAS-01/flow")[-1][-1] == Quality.GOOD, "good")
    kept = work.sink.of("meters!MTR-GAS-01/flow")
    assert {value for *_, value, _ in kept} == {5.0}
    assert [at for _, at, _, _ in kept] == sorted(at for _, at, _, _ in kept)
    assert "is lost" in work.said


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    port = free_port()
    with on_port(port, tmp_path, FLOW) as work:
        work.wait(lambda: work.said, "the line")
    assert work.said == f"meters: nothing answers at modbus://127.0.0.1:{port}; is it on, are address and port right?"


def test_polls_that_take_too_long_are_left_out_and_counted(server: ModbusServer, tmp_path: Path) -> None:
    server.delay_s = 0.05
    with at_work(server, tmp_path, FLOW, poll_ms=20) as work:
        work.wait(lambda: len(work.sink.kept) >= 5, "polls")
    assert work.count("skipped_polls") >= 5
    assert "takes longer than poll_ms" in work.said


def test_polls_keep_their_beat(server: ModbusServer, tmp_path: Path) -> None:
    """A poll begins a whole number of periods after the first, whatever each took."""
    server.delay_s = 0.03
    with at_work(server, tmp_path, FLOW, poll_ms=200) as work:
        work.wait(lambda: len(work.sink.kept) >= 5, "polls")
    moments = [at / 1e6 for _, at, _, _ in work.sink.kept]
    drift = (moments[4] - moments[0]) / 0.2
    assert abs(drift - round(drift)) < 0.4, "no delay adds up"


def test_a_full_disk_stops_polling_until_there_is_space(server: ModbusServer, tmp_path: Path) -> None:
    with at_work(server, tmp_path, FLOW) as work:
        work.wait(lambda: work.sink.kept, "a poll")
        work.sink.full = True
        work.wait(lambda: work.count("store_full_waits") >= 2, "waits")
        work.sink.full = False
        count = len(work.sink.kept)
        work.wait(lambda: len(work.sink.kept) > count + 1, "polls again")
    assert "the disk is full" in work.said


ANSWERS = {
    "short": lambda tid: tid + b"\0\0\0\x05\x03\x03\x02\0\x01",
    "nonsense": lambda tid: tid + b"\0\0\0\x06\x03\x77\xff\xff\xff\xff",
    "count that lies": lambda tid: tid + b"\0\0\0\x05\x03\x03\xfa\0\x01",
    "another unit": lambda tid: tid + b"\0\0\0\x07\x09\x03\x04\0\0\0\0",
    "no Modbus": lambda tid: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "nothing": lambda tid: b"",
}


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_an_answer_that_is_none_is_survived(tmp_path: Path, kind: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            peer, _ = listener.accept()
            with peer:
                while not over.is_set() and (asked := peer.recv(300)):
                    peer.sendall(ANSWERS[kind](asked[:2]))

    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    with on_port(port, tmp_path, FLOW, timeout_s=0.1) as work:
        work.wait(lambda: len(work.lines) >= 2 or work.count("bad_messages"), "trouble")
    over.set()
    socket.create_connection(("127.0.0.1", port)).close()
    thread.join()
    listener.close()
    assert Quality.GOOD not in {quality for *_, quality in work.sink.kept}
