"""A mosquitto of our own, on a free port."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Broker:
    """Mosquitto with settings that drop nothing; it can be stopped and started again."""

    def __init__(self, folder: Path, *settings: str, anonymous: bool = True) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.config = folder / "mosquitto.conf"
        lines = (
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(anonymous).lower()}",
            "max_queued_messages 0",
            "max_inflight_messages 1000",
            "persistence true",
            f"persistence_location {folder}/",
            "set_tcp_nodelay true",
            # As root it would become a user who cannot read the folder of a test.
            *(("user root",) if os.geteuid() == 0 else ()),
            *settings,
        )
        self.config.write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> "Broker":
        assert MOSQUITTO is not None
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
            except OSError:
                time.sleep(0.02)
            else:
                return self
        raise AssertionError("mosquitto did not start")

    def stop(self, kill: bool = False) -> None:
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(10)
            self.process = None

    def __enter__(self) -> "Broker":
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def client(self, **options: Any) -> "Talker":
        return Talker(self.port, **options)


class Talker:
    """A client that publishes, and waits until the broker has taken it."""

    def __init__(self, port: int, listen: str | None = None, on_message: Callable[..., None] | None = None) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(1000)
        self.client.max_queued_messages_set(0)
        if listen is not None:
            self.client.on_connect = lambda client, *_: client.subscribe(listen, 1)
        if on_message is not None:
            self.client.on_message = lambda _client, _data, message: on_message(message)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def say(self, topic: str, payload: bytes | str, qos: int = 1, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos, retain).wait_for_publish(10)

    def __enter__(self) -> "Talker":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.client.disconnect()
        self.client.loop_stop()
