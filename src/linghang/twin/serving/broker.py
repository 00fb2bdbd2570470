"""An MQTT broker for demonstrations: Debian's mosquitto where it is installed, else one inside Python.

The one inside Python takes a tenth of the messages and keeps nothing over a restart: it is no broker for a plant.
"""

import asyncio
import logging
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linghang.errors import BadInput

WAIT_S = 15.0
_MOSQUITTO = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")
_SETTINGS = "listener {port} {host}\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"


def listens(host: str, port: int) -> bool:
    """Whether somebody listens at an address already."""
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False


@contextmanager
def demo_broker(host: str, port: int) -> Iterator[str]:
    """Run a broker in a process of its own; give its kind: there (somebody else's), mosquitto or embedded.

    Raises
    ------
    BadInput
        None can be started.
    """
    if listens(host, port):
        yield "there"
        return
    mosquitto = shutil.which("mosquitto") or next((path for path in _MOSQUITTO if Path(path).exists()), None)
    with tempfile.TemporaryDirectory(prefix="linghang-broker-") as folder:
        if mosquitto is not None:
            settings = Path(folder) / "mosquitto.conf"
            settings.write_text(_SETTINGS.format(host=host, port=port), encoding="ascii")
            command = [mosquitto, "-c", str(settings)]
        else:
            command = [sys.executable, "-m", "linghang.twin.serving.broker", host, str(port)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(process, host, port)
            yield "mosquitto" if mosquitto else "embedded"
        finally:
            process.terminate()
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    until = time.monotonic() + WAIT_S
    while not listens(host, port):
        if process.poll() is not None or time.monotonic() > until:
            raise BadInput(
                "no MQTT broker can be started at {host}:{port}; install mosquitto, or the extra: {extra}",
                host=host,
                port=port,
                extra="linghang[broker]",
            )
        time.sleep(0.1)


async def _embedded(host: str, port: int) -> None:
    from amqtt.broker import Broker
    from amqtt.contexts import BrokerConfig, ListenerConfig

    logging.disable(logging.CRITICAL)
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker(BrokerConfig(listeners={"default": ListenerConfig(bind=f"{host}:{port}")}, plugins=plugins))
    await broker.start()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(_embedded(sys.argv[1], int(sys.argv[2])))
