"""Where connectors put what they receive, and what they are told about their surroundings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from linghang.intake.live.counters import Counters
from linghang.store.telemetry.points import Points, TagKind
from linghang.store.telemetry.points import StoreFull as StoreFull
from linghang.words import tr

Level = Literal["info", "warning", "error"]
Log = Callable[[Level, str], None]
"""Takes a line that a person understands, said already in the language of the context it was said in."""

FULL_WAIT_S = 1.0
"""Seconds between two tries while the disk is full (ours)."""


class Sink(Protocol):
    """What a connector needs of the store; `TelemetryStore` is one."""

    def register(self, names: Sequence[str], kinds: Sequence[TagKind] | TagKind) -> NDArray[np.int32]:
        """Return the numbers of the tags, durable when returned."""
        ...

    def text_numbers(self, words: Sequence[str]) -> Sequence[int]:
        """Return the numbers of texts, durable when returned."""
        ...

    def append(self, points: Points) -> None:
        """Keep points; they are durable on return. Raises StoreFull and keeps nothing while the disk is full."""
        ...


class Connector(Protocol):
    """One connection at work."""

    name: str
    counters: Counters

    def run(self, sink: Sink, stop: Event) -> None:
        """Receive until `stop` is set; connect again after every loss, and never raise for a lost peer."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector may know of the world around it.

    Attributes
    ----------
    folder
        The workspace.
    environment
        The environment's variables, for passwords.
    clock
        Tells the time, UTC microseconds.
    log
        Takes lines for a person; called from the connector's threads.
    seed
        Of the jitter between two tries to connect.
    """

    folder: Path
    environment: Mapping[str, str]
    clock: Callable[[], int]
    log: Log
    seed: int = 0


def keep(
    work: Callable[[], None], stop: Event, name: str, counters: Counters, log: Log, wait_s: float = FULL_WAIT_S
) -> bool:
    """Do `work` on the sink; while the disk is full, wait and try again.

    Parameters
    ----------
    work
        Registers or appends; keeps nothing where it raises StoreFull.
    stop
        Ends the waiting.
    name
        Of the connection, for the log.
    counters
        Of the connection: every wait is counted.
    log
        Told when waiting begins and when it ends.
    wait_s
        Seconds between two tries.

    Returns
    -------
    bool
        Whether it was done; False only where `stop` came first.
    """
    waited = False
    while True:
        try:
            work()
        except StoreFull:
            counters.add("store_full_waits")
            if not waited:
                log("error", tr("{name}: the disk is full; nothing more is taken until there is space", name=name))
            waited = True
            if stop.wait(wait_s):
                return False
        else:
            if waited:
                log("info", tr("{name}: there is space again; nothing was lost", name=name))
            return True
