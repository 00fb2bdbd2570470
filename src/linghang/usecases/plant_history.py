"""Write the history of the reference plant's signals into its telemetry store."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from linghang.store.telemetry import Points, TagKind, TelemetryStore
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.processes import NETWORKS, STATE, TOTALS, signals_of
from linghang.twin.works.signals import Sampling, SignalBlock, history, leading_up, past_of
from linghang.twin.works.span import Span
from linghang.twin.works.tags import METERS, path_of, source_of
from linghang.twin.works.works import Works

__all__ = ["write_history"]

COARSE_S, FINE_S, FINE_DAYS = 900.0, 60.0, 60
"""The last days are kept each minute, the time before each quarter of an hour."""
STRETCH_DAYS = 30
"""The history is made in stretches of so many days: memory stays bounded, and points of a time lie together."""
BATCH_POINTS = 200_000
SECOND_US = 1_000_000

Told = Callable[[int, int], None]


def write_history(folder: Path, works: Works, span: Span, seed: int, told: Told) -> int:
    """Write what every instrument of the works showed over its recorded time.

    Parameters
    ----------
    folder
        Of the telemetry store.
    works
        Records of the works: what its machines did, and which failures came.
    span
        The recorded time.
    seed
        Of the instruments' noise.
    told
        Told the days that are done, and all of them.

    Returns
    -------
    How many points there are.
    """
    tables = works.tables
    start_s, end_s = span.at(span.first) / SECOND_US, span.at(span.until) / SECOND_US
    past = past_of(tables["equipment_state"], tables["job_response"], end_s)
    samplings = list(_samplings(span))
    days = round((end_s - start_s) / 86_400)
    written = 0
    with TelemetryStore.open(folder) as store:
        numbers = _registered(store)
        batch = _Batch(store)
        for block in history(past, samplings, seed, leading_up(tables["failure"])):
            batch.add(numbers[_source(block.machine, block.signal)], block)
            written += len(block.at_us)
            if len(block.at_us):
                told(min(round((block.at_us[-1] / SECOND_US - start_s) / 86_400), days), days)
        batch.flush()
        store.seal()
        store.keep_house()
    return written


def _samplings(span: Span) -> Iterator[Sampling]:
    """Cut the recorded time into stretches, the last of them fine."""
    fine = max(span.until - timedelta(days=FINE_DAYS), span.first)
    for first, last, every_s in ((span.first, fine, COARSE_S), (fine, span.until, FINE_S)):
        day = first
        while day < last:
            until = min(day + timedelta(days=STRETCH_DAYS), last)
            yield Sampling(every_s, span.at(day) / SECOND_US, span.at(until) / SECOND_US)
            day = until


def _source(machine: Machine, signal: str) -> str:
    """Name of a signal in the store; the totals of the meters come by their own connection."""
    if machine.group.center in NETWORKS and signal in {name for name, *_ in TOTALS.values()}:
        return f"{METERS}!{path_of(machine, signal)}"
    return source_of(machine, signal)


def _registered(store: TelemetryStore) -> dict[str, int]:
    """Register every tag of the works, and return their numbers."""
    names, kinds = [], []
    for machine in MACHINES:
        for signal in signals_of(machine):
            names.append(source_of(machine, signal.name))
            kinds.append(TagKind.TEXT if signal.name == STATE.name else TagKind.NUMBER)
            if machine.group.center in NETWORKS and signal.name in TOTALS:
                names.append(_source(machine, TOTALS[signal.name][0]))
                kinds.append(TagKind.NUMBER)
    return dict(zip(names, store.register(names, kinds).tolist(), strict=True))


class _Batch:
    """Gathers blocks until they are worth a sync of the disk."""

    def __init__(self, store: TelemetryStore) -> None:
        self._store, self._parts, self._count = store, list[Points](), 0

    def add(self, tag: int, block: SignalBlock) -> None:
        """Take a block of one tag."""
        value = block.value
        if block.words:
            value = np.array(self._store.text_numbers(block.words), np.float64)[value.astype(np.intp)]
        self._parts.append(Points(np.full(len(value), tag, np.int32), block.at_us, value, block.quality))
        self._count += len(value)
        if self._count >= BATCH_POINTS:
            self.flush()

    def flush(self) -> None:
        """Make durable what is gathered."""
        parts: Sequence[Points] = self._parts
        if parts:
            self._store.append(Points.joined(parts))
        self._parts, self._count = [], 0
