"""Advanced process control in service by shift, and the alarms of the machines."""

import numpy as np
import pyarrow as pa

from linghang.twin.works.capabilities import setting
from linghang.twin.works.floor import Failures
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.machines import MACHINES, loop_id, loops
from linghang.twin.works.processes import signals_of
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import DAY_US, Span
from linghang.twin.works.streams import stream
from linghang.twin.works.tags import path_of
from linghang.twin.works.words import chosen, days_as_text, joined, numbered, padded

MINUTE_US = 60_000_000
ALARMS_A_DAY = 21.0
PRIORITIES = ("low", "medium", "high", "critical")


def apc_rows(span: Span, seed: int) -> pa.Table:
    """Rows of apc_period: each loop to which it applies, shift by shift; people switch it on and off with the shift."""
    edges = np.append(np.arange(span.start_us, span.end_us, DAY_US // 2, dtype=np.int64), span.end_us)
    starts, ends = edges[:-1], edges[1:]
    share = setting("apc_share", span, span.day_of(starts))
    applicable = [(kind, machine) for kind, machine in loops() if kind.apc]
    service = []
    for kind, machine in applicable:
        rng = stream(seed, "apc", loop_id(kind, machine))
        own = np.clip(share * rng.normal(1.0, 0.05), 0.0, 0.99)
        service.append(rng.random(len(starts)) < own)
    names = [loop_id(kind, machine) for kind, machine in applicable]
    return rows_of(
        "apc_period",
        len(starts) * len(names),
        loop_id=chosen(names, np.repeat(np.arange(len(names)), len(starts))),
        start=np.tile(starts, len(names)),
        end=np.tile(ends, len(names)),
        in_service=np.concatenate(service).tolist(),
    )


def alarm_rows(span: Span, seed: int, failures: Failures) -> pa.Table:
    """Rows of alarm: every failure raises one, and signals leave their limits now and then."""
    machine, at, priority, tag, text, cleared = _of_failures(failures)
    more = _of_limits(span, seed)
    machine, at, priority = (np.concatenate(pair) for pair in ((machine, more[0]), (at, more[1]), (priority, more[2])))
    tag, text, cleared = [*tag, *more[3]], [*text, *more[4]], np.concatenate([cleared, more[5]])
    rng = stream(seed, "acknowledged")
    noticed = at + np.round(rng.gamma(1.6, 55.0, len(at))).astype(np.int64) * 1_000_000
    order = np.lexsort((machine, at))
    day = span.day_of(at[order])

    def moments(values: np.ndarray) -> pa.Array:
        known = [one if one < span.end_us else None for one in values[order].tolist()]
        return pa.array(known, pa.int64()).cast(pa.timestamp("us"))

    return rows_of(
        "alarm",
        len(order),
        alarm_id=joined("ALM", days_as_text(day), padded(numbered(day), 4)),
        equipment_id=chosen([one.id for one in MACHINES], machine[order]),
        at=at[order],
        cleared_at=moments(cleared),
        acknowledged_at=moments(noticed),
        priority=chosen(PRIORITIES, priority[order]),
        tag=[tag[row] for row in order.tolist()],
        text=[text[row] for row in order.tolist()],
    )


Alarms = tuple[np.ndarray, np.ndarray, np.ndarray, list[str | None], list[str], np.ndarray]


def _of_failures(failures: Failures) -> Alarms:
    never = np.iinfo(np.int64).max
    return (
        failures.machine,
        failures.start,
        np.where([MACHINES[number].group.key for number in failures.machine.tolist()], 3, 2),
        [f"{FACTORY}/{path_of(MACHINES[number], 'state')}" for number in failures.machine.tolist()],
        list(failures.cause),
        np.where(failures.end > 0, failures.end, never),
    )


def _of_limits(span: Span, seed: int) -> Alarms:
    """Alarms of signals with limits; each machine has its own rate."""
    rng = stream(seed, "alarms")
    limited = [
        (number, signal)
        for number, machine in enumerate(MACHINES)
        for signal in signals_of(machine)
        if signal.low is not None or signal.high is not None
    ]
    weights = rng.gamma(1.2, 1.0, len(limited))
    count = int(rng.poisson(ALARMS_A_DAY * (span.end_us - span.start_us) / DAY_US))
    picked = rng.choice(len(limited), count, p=weights / weights.sum())
    at = span.start_us + np.round(rng.random(count) * (span.end_us - span.start_us)).astype(np.int64)
    at = at // 1_000_000 * 1_000_000
    above = rng.random(count) < 0.6
    tags: list[str | None] = []
    texts: list[str] = []
    for place, high in zip(picked.tolist(), above.tolist(), strict=True):
        number, signal = limited[place]
        over = signal.high is not None and (high or signal.low is None)
        limit = signal.high if over else signal.low
        tags.append(f"{FACTORY}/{path_of(MACHINES[number], signal.name)}")
        texts.append(
            f"{signal.title.zh}{'高于' if over else '低于'}{limit:g}{f' {signal.unit}' if signal.unit else ''}"
        )
    return (
        np.array([limited[place][0] for place in picked.tolist()], dtype=np.int64),
        at,
        rng.choice(3, count, p=[0.45, 0.4, 0.15]),
        tags,
        texts,
        at + np.round(rng.gamma(1.4, 9.0, count) * MINUTE_US).astype(np.int64) + MINUTE_US,
    )
