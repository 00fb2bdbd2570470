"""A real OPC UA server (asyncua) in a thread, which tests fill, change, stop and start again."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole

T = TypeVar("T")
WAIT_S = 30


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class OneUser:
    """Lets anonymous users in unless a user is named."""

    def __init__(self, name: str | None, password: str | None) -> None:
        self.name, self.password = name, password

    def get_user(
        self, _iserver: Any, username: str | None = None, password: Any = None, certificate: Any = None
    ) -> Any:
        if isinstance(password, bytes):
            password = password.decode()
        known = self.name is None or (username, password) == (self.name, self.password)
        return User(role=UserRole.User, name=username) if known else None


class OpcUaServer:
    """The server; its nodes are named ns=2;s=<path>."""

    def __init__(self, port: int, user: str | None = None, password: str | None = None) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)
        self.url, self._who = f"opc.tcp://127.0.0.1:{port}/linghang/", OneUser(user, password)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.up = False
        self.server = self.do(self._make())

    async def _make(self) -> Server:
        server = Server(user_manager=self._who)
        await server.init()
        server.set_endpoint(self.url)
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        assert await server.register_namespace("urn:linghang:test") == 2
        return server

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def secure(self, certificate: Path, private_key: Path, policies: Iterable[ua.SecurityPolicyType]) -> None:
        self.do(self.server.load_certificate(str(certificate)))
        self.do(self.server.load_private_key(str(private_key)))
        self.server.set_security_policy(list(policies))

    def start(self) -> None:
        self.do(self.server.start())
        self.up = True

    def stop(self) -> None:
        if self.up:
            self.up = False
            self.do(self.server.stop())

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    def freeze(self, seconds: float) -> None:
        """Let it do nothing at all for a while."""
        self._loop.call_soon_threadsafe(time.sleep, seconds)

    # --- what stands in it ---

    def folder(self, path: str) -> None:
        self.do(self._parent(path).add_object(_node(path), _name(path)))

    def variable(self, path: str, value: Any, kind: ua.VariantType | None = None, data_type: Any = None) -> None:
        """Add a variable below the folder of its path."""
        self.do(self._parent(path).add_variable(_node(path), _name(path), value, kind, data_type))

    def variables(self, folder: str, names: Iterable[str]) -> None:
        """Add many numbers at once."""

        async def add() -> None:
            parent = self.server.get_node(_node(folder))
            for name in names:
                await parent.add_variable(_node(f"{folder}/{name}"), ua.QualifiedName(name, 2), 0.0)

        self.do(add())

    def property(self, path: str, name: str, value: Any) -> None:
        node = self.server.get_node(_node(path))
        self.do(node.add_property(_node(f"{path}/{name}"), ua.QualifiedName(name, 0), value))

    def enumeration(self, name: str, words: list[str]) -> ua.NodeId:
        """Add a data type of words."""

        async def add() -> ua.NodeId:
            base = self.server.get_node(ua.ObjectIds.Enumeration)
            made = await base.add_data_type(2, name)
            texts = [ua.LocalizedText(word) for word in words]
            await made.add_property(0, "EnumStrings", ua.Variant(texts, ua.VariantType.LocalizedText))
            return made.nodeid

        return self.do(add())

    def write(
        self,
        path: str,
        value: Any,
        kind: ua.VariantType | None = None,
        status: int = ua.StatusCodes.Good,
        at: datetime | None = None,
    ) -> None:
        """Give a variable a value with status and source time (default: now), even one of another type."""
        data = ua.DataValue(
            ua.Variant(value, kind) if value is not None else ua.Variant(),
            ua.StatusCode(status),
            SourceTimestamp=at or datetime.now(UTC),
        )
        held = self.server.iserver.aspace[_node(path)].attributes[ua.AttributeIds.Value]
        if value is not None and held.value.Value.VariantType != data.Value.VariantType:
            held.value = data  # the server would refuse another type
        self.do(self.server.write_attribute_value(_node(path), data))

    def unhook(self, path: str) -> None:
        """Take a variable out of the tree; the server says nothing of it to those who subscribed it."""
        self.do(self._parent(path).delete_reference(_node(path), ua.ObjectIds.HasComponent))

    def _parent(self, path: str) -> Any:
        above = path.rpartition("/")[0]
        return self.server.get_node(_node(above)) if above else self.server.nodes.objects


def _node(path: str) -> ua.NodeId:
    return ua.NodeId(path, 2)


def _name(path: str) -> ua.QualifiedName:
    return ua.QualifiedName(path.rpartition("/")[2], 2)
