"""Equipment monitoring, telemetry: states, counts and signs of life of the machines out of their signals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linghang.engines.contract import Inputs, micros
from linghang.engines.equipment.monitoring_counts import counted
from linghang.engines.equipment.monitoring_states import Stretches, from_points, meaningless, states_of_values
from linghang.engines.equipment.monitoring_stream import state_signals
from linghang.engines.signals import Points, Signal

HOUR_S = 3600
PIECES = ("piece", "pcs", "pc", "件", "个", "只", "台")
MOST_HOURS = 100_000
"""Longest window, in hours, for which signs of life are looked for; about eleven years."""


@dataclass
class Heard:
    """What the telemetry says of the machines.

    Attributes
    ----------
    states
        Equipment -> its stretches of the window.
    points
        State tag -> its points, from before the window too.
    last
        Equipment -> moment of its last sign of life.
    counts
        Equipment -> pieces that its counter counted.
    strange
        Words of state signals that mean nothing here.
    """

    states: dict[str, Stretches] = field(default_factory=dict)
    points: dict[str, Points] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)


def heard_of(inputs: Inputs, words: Mapping[str, int], look_back_us: int, hold_us: int) -> Heard:
    """Read the state signals, the counters of pieces, and in which hours anything of a machine came."""
    start, end = micros(inputs.start), micros(inputs.end)
    signals = list(inputs.signals.list())
    alive = _alive(inputs, signals, start, end)
    found = Heard()
    strange: set[str] = set()
    for machine, signal in state_signals(signals).items():
        points = inputs.signals.points(signal.tag_id, start - look_back_us, end)
        if not len(points):
            continue
        found.points[signal.tag_id] = points
        states = states_of_values(points.value, signal.kind, points.texts, words)
        own = alive.get(machine, np.empty(0, np.int64))
        found.states[machine] = from_points(points.at_us, states, own, start, end, hold_us)
        strange |= set(meaningless(points, signal.kind, words))
        found.last[machine] = int(max(points.at_us[-1], own.max(initial=points.at_us[-1])))
    for machine, moments in alive.items():
        found.last.setdefault(machine, int(moments.max()))
    for signal in signals:
        if signal.role == "counter" and signal.equipment_id and signal.kind == "number" and _counts_pieces(signal):
            points = inputs.signals.points(signal.tag_id, start - look_back_us, end)
            if len(points):
                counter = counted(points.at_us, points.value)
                found.counts.setdefault(signal.equipment_id, counter.between(start, end))
    found.strange = sorted(strange)
    return found


def _counts_pieces(signal: Signal) -> bool:
    return signal.quantity == "count" or (not signal.quantity and signal.unit in PIECES)


def _alive(inputs: Inputs, signals: Sequence[Signal], start: int, end: int) -> dict[str, NDArray[np.int64]]:
    """Return equipment -> beginnings of the hours in which a number of it came, inside the window."""
    numbers = [one for one in signals if one.equipment_id and one.kind == "number"]
    if not numbers or (end - start) > MOST_HOURS * HOUR_S * 1_000_000:
        return {}
    frame = inputs.signals.frame([one.tag_id for one in numbers], start, end, HOUR_S)
    found: dict[str, NDArray[np.int64]] = {}
    for column, signal in enumerate(numbers):
        hours = np.maximum(frame.at_us[np.isfinite(frame.value[:, column])], start)
        if len(hours):
            before = found.get(signal.equipment_id)
            found[signal.equipment_id] = hours if before is None else np.union1d(before, hours)
    return found
