"""States of the machines that no lot passes through, and what share of each hour every machine was in which state."""

from collections.abc import Iterator

import numpy as np

from linghang.twin.works.demand import Floats, Ints
from linghang.twin.works.floor import MACHINE_NUMBER, STATES, Failures, States
from linghang.twin.works.flow_model import REPAIR_SIGMA, STATIONS, WEAR_SHAPE
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.span import Span, festival_days, number_of
from linghang.twin.works.streams import stream

HOUR_US = 3_600_000_000
RUNNING, IDLE, STOP, BROKEN = (STATES.index(word) for word in ("running", "idle", "planned_stop", "breakdown"))
SERVICE_DAYS = 60
SERVICE_HOURS = 6
STANDBY_DAYS = 7
"""Of the three compressors one stands by, each in turn for so long."""


def serving_machines() -> tuple[Machine, ...]:
    """Machines that serve the others: holding furnaces, stacker cranes and utilities."""
    return tuple(one for one in MACHINES if one.group.center not in (*STATIONS, "WC-AGV"))


def serving_states(span: Span, seed: int) -> tuple[States, Failures]:
    """Draw the states and failures of the machines that serve the others."""
    rows: list[tuple[int, int, int, int, str]] = []
    failures: list[tuple[int, int, int, str, str]] = []
    for machine in serving_machines():
        for start, end, state, reason, component in _life(machine, span, seed):
            number = MACHINE_NUMBER[machine.id]
            rows.append((number, start, end, state, reason))
            if state == BROKEN:
                failures.append((number, start, end, reason, component))
    columns = [np.array(column, dtype=np.int64) for column in zip(*(row[:4] for row in rows), strict=True)]
    failures.sort(key=lambda one: (one[1], one[0]))
    broken, begin, until = (np.array([one[place] for one in failures], dtype=np.int64) for place in range(3))
    return (
        States(columns[0], columns[1], columns[2], columns[3], tuple(row[4] for row in rows)),
        Failures(broken, begin, until, tuple(one[3] for one in failures), tuple(one[4] for one in failures)),
    )


Stretch = tuple[int, int, int, str, str]


def _life(machine: Machine, span: Span, seed: int) -> Iterator[Stretch]:
    """Stretches of one machine: it runs, is serviced every two months, and breaks down now and then."""
    rng = stream(seed, "serving", machine.id)
    cuts = sorted([*_stops(machine, span), *_failures(machine, span, rng)])
    at = span.start_us
    for start, end, state, reason, component in cuts:
        if start < at:
            continue
        yield from _ready(machine, span, at, start)
        yield start, min(end, span.end_us), state, reason, component
        at = end
    yield from _ready(machine, span, at, span.end_us)


def _stops(machine: Machine, span: Span) -> Iterator[Stretch]:
    place = MACHINES.index(machine)
    for day in range(number_of(span.first) + 5 + place * 7 % SERVICE_DAYS, number_of(span.until), SERVICE_DAYS):
        start = int(span.midnight_us(day)) + 9 * HOUR_US
        yield start, start + SERVICE_HOURS * HOUR_US, STOP, "计划检修", ""


def _failures(machine: Machine, span: Span, rng: np.random.Generator) -> Iterator[Stretch]:
    group = machine.group
    causes = {component: cause for component, cause, _ in group.modes}
    names, weights = [one[0] for one in group.modes], [one[2] for one in group.modes]
    scale = group.mtbf_h / 0.8966  # mean of a Weibull variable of shape 1.6 and scale 1
    at = span.start_us
    while True:
        at += round(scale * float(rng.weibull(WEAR_SHAPE)) * HOUR_US)
        repair = float(rng.lognormal(-(REPAIR_SIGMA**2) / 2, REPAIR_SIGMA)) * group.repair_h
        end = at + round(repair * HOUR_US)
        if end >= span.end_us:
            return
        component = names[int(rng.choice(len(names), p=np.array(weights) / sum(weights)))]
        yield at, end, BROKEN, causes[component], component
        at = end


def _ready(machine: Machine, span: Span, start: int, end: int) -> Iterator[Stretch]:
    """Run; of the compressors one stands by, and on holidays all but one."""
    if machine.group.center != "WC-AIR":
        if end > start:
            yield start, end, RUNNING, "", ""
        return
    holidays = {number_of(day) for day in festival_days(span)}
    at = start
    while at < end:
        day = int(span.day_of(at))
        until = min(end, int(span.midnight_us(day + 1)))
        turn = day // STANDBY_DAYS % machine.group.count
        waits = turn == machine.number or (day in holidays and turn != (machine.number + 1) % machine.group.count)
        yield at, until, IDLE if waits else RUNNING, "", ""
        at = until


def joined_states(one: States, other: States) -> States:
    """Put the states of different machines together, neighbours of one kind as one stretch."""
    machine, start, end, state = (
        np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("machine", "start", "end", "state")
    )
    reasons = np.array([*one.reason, *other.reason], dtype=object)
    order = np.lexsort((start, machine))
    machine, start, end, state, reasons = machine[order], start[order], end[order], state[order], reasons[order]
    new = np.append(
        True,
        (machine[1:] != machine[:-1])
        | (state[1:] != state[:-1])
        | (reasons[1:] != reasons[:-1])
        | (start[1:] != end[:-1]),
    )
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(machine)) - 1
    return States(machine[first], start[first], end[last], state[first], tuple(reasons[first].tolist()))


def joined_failures(one: Failures, other: Failures) -> Failures:
    """Put the failures of different machines together in the order of time."""
    machine, start, end = (
        np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("machine", "start", "end")
    )
    order = np.lexsort((machine, start))
    cause, component = (*one.cause, *other.cause), (*one.component, *other.component)
    return Failures(
        machine[order], start[order], end[order],
        tuple(cause[place] for place in order.tolist()), tuple(component[place] for place in order.tolist()),
    )  # fmt: skip


def hours_of(span: Span) -> Ints:
    """Starts of all hours of the span, and its end."""
    return np.arange(span.start_us, span.end_us + 1, HOUR_US, dtype=np.int64)


def share_of_hours(span: Span, states: States, wanted: tuple[int, ...]) -> Floats:
    """Share of each hour that each machine is in one of the wanted states: (machines, hours)."""
    edges = hours_of(span)
    shares = np.zeros((len(MACHINES), len(edges) - 1))
    chosen = np.isin(states.state, wanted)
    for number in range(len(MACHINES)):
        rows = chosen & (states.machine == number)
        if rows.any():
            shares[number] = np.diff(_within(states.start[rows], states.end[rows], edges)) / HOUR_US
    return shares


def _within(start: Ints, end: Ints, edges: Ints) -> Floats:
    """Time up to each edge that the stretches cover (they do not overlap)."""
    times = np.empty(2 * len(start), dtype=np.int64)
    times[0::2], times[1::2] = start, end
    covered = np.zeros(2 * len(start))
    length = np.cumsum(end - start).astype(np.float64)
    covered[1::2] = length
    covered[2::2] = length[:-1]
    return np.asarray(np.interp(edges.astype(np.float64), times.astype(np.float64), covered), dtype=np.float64)
