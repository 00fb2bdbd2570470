"""Who waits at the door for one of a few places: address by address in turn, so that a crowd keeps nobody else out."""

import asyncio
import ipaddress
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from linghang.usecases.passwords import AT_THE_DOOR, WAIT_S, Busy

MOST_OF_ONE = 100
"""Who waits from one address: a works behind one address comes to its shift all at once."""
MOST = 1_000
NETWORK_BITS = 64
"""Of an IPv6 address: one customer has all that begin with them (RFC 6177)."""


class Turns:
    """A few places, and a line of those who wait for one of each address; the addresses are served in turn.

    Who waits costs neither a thread nor the time of the event loop.

    Parameters
    ----------
    at_once
        Places.
    wait_s
        After how long somebody is sent away.
    """

    def __init__(self, at_once: int = AT_THE_DOOR, wait_s: float = WAIT_S) -> None:
        self._free, self._wait_s = at_once, wait_s
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def of(self, address: str) -> AsyncIterator[None]:
        """Hold a place as long as the block runs.

        Raises
        ------
        Busy
            None became free in time, or too many wait already.
        """
        await self._wait(line_of(address))
        try:
            yield
        finally:
            self._next()

    async def _wait(self, name: str) -> None:
        if self._free:  # nobody waits then
            self._free -= 1
            return
        line = self._lines.setdefault(name, deque())
        if len(line) >= MOST_OF_ONE or sum(map(len, self._lines.values())) >= MOST:
            raise Busy
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(mine)
        try:
            await asyncio.wait({mine}, timeout=self._wait_s)
        except asyncio.CancelledError:
            self._leave(name, mine)
            raise
        if not mine.done():
            self._leave(name, mine)
            raise Busy

    def _leave(self, name: str, mine: asyncio.Future[None]) -> None:
        if mine.done():
            self._next()
            return
        line = self._lines[name]
        line.remove(mine)
        if not line:
            del self._lines[name]

    def _next(self) -> None:
        """Give a place to the next address, which then stands behind the others."""
        name = next(iter(self._lines), None)
        if name is None:
            self._free += 1
            return
        line = self._lines.pop(name)
        line.popleft().set_result(None)
        if line:
            self._lines[name] = line


def line_of(address: str) -> str:
    """Return whose line somebody of an address stands in: of IPv6 the network's, for one has all of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, NETWORK_BITS), strict=False))
    return str(found)
