"""A process that ingests from a broker into a real store until it is told to stop, or killed.

Called as: python live_ingesting.py FOLDER URL PAYLOAD TOPIC
"""

import sys
import threading
import time
from pathlib import Path

from linghang.intake.live.connections import parse_connections
from linghang.intake.live.mqtt import MqttConnector
from linghang.intake.live.sink import Surroundings
from linghang.store.telemetry import TelemetryStore


def main() -> None:
    folder, url, payload, topic = sys.argv[1:]
    given = {"name": "gate", "kind": "mqtt", "url": url, "topics": [topic], "payload": payload}
    (connection,) = parse_connections({"connections": [given]}, Path(folder))
    stop = threading.Event()
    around = Surroundings(
        Path(folder), {}, lambda: time.time_ns() // 1000, lambda level, text: print(level, text, flush=True)
    )
    connector = MqttConnector(connection, around)  # type: ignore[arg-type]
    store = TelemetryStore.open(Path(folder) / "telemetry")
    thread = threading.Thread(target=connector.run, args=(store, stop))
    thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    stop.set()
    thread.join()
    store.close()


if __name__ == "__main__":
    main()
