"""OPC UA from server to disk on this machine, beside a bare client that only counts.

*The work.* A server of its own process (asyncua) writes its variables in turns, each with the moment as source time.
The connector browses, subscribes and makes every data change durable in the store. The clock runs in the receiver, over
a window in the middle of the run.

*The peer.* The client of asyncua as its documentation uses it: one subscription with a handler that counts, and nothing
kept. The server is the same program for both and the limit for both: it uses one processor whole.

*Lag.* At half the rate that has to be reached: from the source time to the moment when the point is durable.

*Browsing.* 10,000 variables in 100 folders, half of them with an engineering unit: until the connector knows them with
types and units, beside the same by one call for each node.

Run the file for the table: `python -m bench.opcua`.
"""

import argparse
import asyncio
import json
import logging
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from asyncua import Client, Server, ua

from linghang.intake.live.connections import OpcUaConnection, parse_connections
from linghang.intake.live.opcua import OpcUaConnector
from linghang.intake.live.opcua_asking import Asker
from linghang.intake.live.opcua_browse import browse

if TYPE_CHECKING:
    from bench.__main__ import Bench

BAR = 10_000
"""Notifications a second that have to be reached."""
FULL, HALF = (2000, 10.0), (500, 10.0)
"""Variables, and how often each is written in a second: more than can be reached, and half of the bar."""
BROWSED = 10_000
WARM_S, WINDOW_S = 3.0, 10.0
ROOT = "ns=2;s=PLANT"


# --- the server ---


async def serve(port: int, count: int, hertz: float) -> None:
    """Offer `count` variables and write each `hertz` times a second, or as often as it can."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace("urn:linghang:bench")
    root = await server.nodes.objects.add_object(ua.NodeId("PLANT", index), ua.QualifiedName("PLANT", index))
    unit = ua.EUInformation("http://www.opcfoundation.org/UA/units/un/cefact", 4408652, ua.LocalizedText("°C"))
    nodes, folder = [], root
    for number in range(count):
        if number % 100 == 0:
            name = f"machine-{number // 100}"
            folder = await root.add_object(ua.NodeId(name, index), ua.QualifiedName(name, index))
        name = f"{number}"
        variable = await folder.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), 0.0)
        if number % 2:
            await variable.add_property(ua.NodeId(f"{name}/unit", index), ua.QualifiedName("EngineeringUnits", 0), unit)
        nodes.append(variable.nodeid)
    await server.start()
    print("ready", flush=True)
    value = 0.0
    while True:
        begun = time.perf_counter()
        value += 1.0
        for node in nodes if hertz else ():
            data = ua.DataValue(ua.Variant(value, ua.VariantType.Double), SourceTimestamp=datetime.now(UTC))
            await server.write_attribute_value(node, data)
        await asyncio.sleep(max(0.0, 1 / hertz - (time.perf_counter() - begun)) if hertz else 1.0)


# --- the receivers ---


class _Timed:
    """The store, with how late each point was when it became durable."""

    def __init__(self, store: Any) -> None:
        self.register, self.text_numbers = store.register, store.text_numbers
        self._store = store
        self.points = 0
        self.lags: list[np.ndarray] = []

    def append(self, points: Any) -> None:
        self._store.append(points)
        self.points += len(points)
        self.lags.append(time.time() - points.at_us / 1e6)


def _connection(port: int, folder: Path) -> OpcUaConnection:
    given = {"name": "bench", "kind": "opcua", "url": f"opc.tcp://127.0.0.1:{port}/", "security": "none"}
    (connection,) = parse_connections({"connections": [given | {"browse": [ROOT]}]}, folder)
    assert isinstance(connection, OpcUaConnection)
    return connection


def _window(count: Callable[[], int]) -> dict[str, float]:
    """Count over a window once it runs, with the processor time of this process."""
    until = time.time() + 120
    while not count():
        assert time.time() < until, "nothing came"
        time.sleep(0.01)
    time.sleep(WARM_S)
    first, begun, used = count(), time.perf_counter(), time.process_time()
    time.sleep(WINDOW_S)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    return {"rate": (count() - first) / seconds, "cpu": used / seconds}


def receive_ours(port: int, folder: Path) -> dict[str, float]:
    """Receive with the connector and the store."""
    from linghang.intake.live.sink import Surroundings
    from linghang.store.telemetry import TelemetryStore

    lines: list[str] = []
    around = Surroundings(folder, {}, lambda: time.time_ns() // 1000, lambda _, line: lines.append(line))
    connector = OpcUaConnector(_connection(port, folder), around)
    stop = threading.Event()
    with TelemetryStore.open(folder / "telemetry") as store:
        sink = _Timed(store)
        thread = threading.Thread(target=connector.run, args=(sink, stop))
        thread.start()
        while not connector.counters.connected:
            time.sleep(0.01)
        before = len(sink.lags)
        found = _window(lambda: sink.points)
        lags = np.concatenate(sink.lags[before + 5 :])
        stop.set()
        thread.join()
    lost = {name: connector.counters[name] for name in ("overflows", "sequence_gaps", "reconnects")}
    assert not any(lost.values()), (lost, lines)
    return found | {"p50": float(np.median(lags)), "p99": float(np.quantile(lags, 0.99))}


def receive_bare(port: int, _folder: Path) -> dict[str, float]:
    """Receive with asyncua alone."""

    class Handler:
        count = 0

        def datachange_notification(self, _node: Any, _value: Any, _data: Any) -> None:
            self.count += 1

    handler = Handler()
    over = threading.Event()

    async def run() -> None:
        async with Client(f"opc.tcp://127.0.0.1:{port}/", timeout=15) as client:
            nodes = []
            for folder in await client.get_node(ROOT).get_children():
                nodes += await folder.get_children()
            subscription = await client.create_subscription(100, handler)
            for at in range(0, len(nodes), 500):
                await subscription.subscribe_data_change(nodes[at : at + 500], queuesize=10)
            while not over.is_set():
                await asyncio.sleep(0.1)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    found = _window(lambda: handler.count)
    over.set()
    thread.join()
    return found


async def _browse_ours(client: Client) -> int:
    asker = Asker(client.uaclient.session)
    await asker.read_limits()
    tree = await browse(asker, [ROOT])
    assert sum(one.hint.unit == "°C" for one in tree.variables) == BROWSED // 2
    return len(tree.variables)


async def _browse_bare(client: Client) -> int:
    found = units = 0
    for folder in await client.get_node(ROOT).get_children():
        for node in await folder.get_children():
            found += 1
            await node.read_data_type()
            for one in await node.get_properties():
                units += (await one.read_value()).DisplayName.Text == "°C"
    assert units == BROWSED // 2
    return found


def browse_timed(port: int, work: Callable[[Client], Any]) -> dict[str, float]:
    """Browse everything once; return the seconds."""

    async def run() -> float:
        async with Client(f"opc.tcp://127.0.0.1:{port}/", timeout=30) as client:
            begun = time.perf_counter()
            assert await work(client) == BROWSED
            return time.perf_counter() - begun

    return {"seconds": asyncio.run(run())}


PARTS: dict[str, Callable[[int, Path], dict[str, float]]] = {
    "ours": receive_ours,
    "bare": receive_bare,
    "browse-ours": lambda port, _: browse_timed(port, _browse_ours),
    "browse-bare": lambda port, _: browse_timed(port, _browse_bare),
}


# --- one run ---


def one_run(part: str, folder: Path, count: int, hertz: float) -> dict[str, float]:
    """Start a server and one receiver; return what the receiver measured."""
    own = Path(tempfile.mkdtemp(dir=folder))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = _child("serve", str(port), str(count), str(hertz))
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        said, _ = _child(part, str(port), str(own)).communicate(timeout=300)
        return dict(json.loads(said))
    finally:
        server.kill()
        server.communicate()


def _child(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.opcua", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def run(bench: "Bench", folder: Path) -> None:
    """Race ours against the bare client, measure the lag at half the rate, and browse."""
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    cpu: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(min(bench.rounds, 3)):
        for who in seconds:
            found = one_run(who, folder, *FULL)
            seconds[who].append(BAR / found["rate"])
            cpu[who].append(found["cpu"])
    work = f"OPC UA, {BAR:,} data changes from server to disk; beside: asyncua's client, keeps nothing"
    bench.row(work, seconds["ours"], seconds["bare"], 1000)
    slow = one_run("ours", folder, *HALF)
    bench.console.print(
        f"OPC UA: {BAR / np.median(seconds['ours']):,.0f} data changes/s [{BAR / min(seconds['ours']):,.0f}] "
        f"with {np.median(cpu['ours']):.0%} of a processor (asyncua's client {np.median(cpu['bare']):.0%}); "
        f"at {slow['rate']:,.0f}/s lag p50 {slow['p50'] * 1e3:.0f} ms, p99 {slow['p99'] * 1e3:.0f} ms"
    )
    browsed = {who: [one_run(who, folder, BROWSED, 0.0)["seconds"]] for who in ("browse-ours", "browse-bare")}
    work = f"OPC UA, {BROWSED:,} variables browsed with types and units; beside: one call for each node"
    bench.row(work, browsed["browse-ours"], browsed["browse-bare"], 10_000)


def main() -> None:
    """Run a part (for the processes of a run), or everything."""
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(prog="bench.opcua")
    parser.add_argument("part", nargs="*")
    part = parser.parse_args().part
    if part[:1] == ["serve"]:
        asyncio.run(serve(int(part[1]), int(part[2]), float(part[3])))
    elif part:
        print(json.dumps(PARTS[part[0]](int(part[1]), Path(part[2]))))
    else:
        from bench.__main__ import Bench

        bench = Bench(3)
        with tempfile.TemporaryDirectory() as folder:
            run(bench, Path(folder))
        bench.console.print(bench.table)
        print(f"peak memory of children {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
