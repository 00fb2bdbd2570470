"""An OPC UA connector at work against a server of the tests."""

from pathlib import Path
from typing import Any

from live_opcua_server import OpcUaServer
from live_working import AtWork

from linghang.intake.live.connections import OpcUaConnection
from linghang.intake.live.opcua import OpcUaConnector


def connection(url: str, folder: Path, *browse: str, **changed: Any) -> OpcUaConnection:
    """A connection without security to everything below ns=2;s=<path> of each path."""
    pki = folder / "pki"
    keys: dict[str, Any] = {
        "name": "works",
        "url": url,
        "security": "none",
        "mode": "SignAndEncrypt",
        "certificate": pki / "own" / "client.der",
        "private_key": pki / "own" / "client.pem",
        "trusted": pki / "trusted",
        "user": None,
        "browse": tuple(f"ns=2;s={path}" for path in browse),
        "sampling_ms": 100,
    }
    return OpcUaConnection(**(keys | changed))


def at_work(
    server: OpcUaServer, folder: Path, *browse: str, browse_again_s: float = 600, env: Any = None, **changed: Any
) -> AtWork:
    wanted = connection(server.url, folder, *browse, **changed)
    return AtWork(
        lambda work, around: OpcUaConnector(wanted, around, work.hints.extend, browse_again_s=browse_again_s),
        folder,
        env,
    )


def tag(path: str) -> str:
    """Name of a variable's tag in the store."""
    return f"works!ns=2;s={path}"
