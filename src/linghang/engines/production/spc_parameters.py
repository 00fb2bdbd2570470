"""Process parameters as subgroups: means of whole intervals in which the machine ran and had settled.

A parameter is a measured signal with both limits in the records, or of a control loop. Its one-minute points hang
together far too much to be charted themselves; means over an hour are the subgroups, and what still hangs together is
taken out by the watch (`spc_monitor`). Intervals with a stop in them, or less than `settle_s` after one, are left away:
a cold die is no signal about the process.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.spc_tracks import HUGE, Course, Operation, TrackId
from linghang.engines.signals import Points, Signal, Signals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RUNNING = ("running", "run", "execute", "producing", "运行", "生产")
SECOND_US = 1_000_000
LOOK_BACK_US = 30 * 86_400 * SECOND_US
"""How far back the state is looked for that a machine is in at the beginning."""


def measured_signals(listed: Sequence[Signal]) -> list[Signal]:
    """Return the signals that measure something on a machine."""
    return [one for one in listed if one.kind == "number" and one.role == "measurement" and one.equipment_id]


def is_parameter(one: Signal) -> bool:
    """Whether a signal is a process parameter: both limits are known, or a loop controls it."""
    return bool(one.loop_id) or (one.low is not None and one.high is not None and one.low < one.high)


def state_tags(listed: Sequence[Signal]) -> dict[str, str]:
    """Return machine -> tag of its state, as text."""
    return {one.equipment_id: one.tag_id for one in listed if one.role == "state" and one.kind == "text"}


def parameter_tracks(wanted: Mapping[str, tuple[Signal, Operation]]) -> dict[str, TrackId]:
    """Return tag -> track of the parameters; two of one name on a machine keep their tags apart."""
    found: dict[str, TrackId] = {}
    taken: set[TrackId] = set()
    for tag in sorted(wanted):
        one, operation = wanted[tag]
        if is_parameter(one):
            track = TrackId(operation, one.name, one.equipment_id, "parameter", one.unit)
            if track in taken:
                track = TrackId(operation, f"{one.name} ({tag})", one.equipment_id, "parameter", one.unit)
            taken.add(track)
            found[tag] = track
    return found


def settled(grid_us: Ints, step_us: int, states: Points, settle_us: int) -> NDArray[np.bool_]:
    """Return which intervals the machine ran in wholly, having run since `settle_us` before them.

    Without points of the state before an interval it is not known to have run.
    """
    if not len(states):
        return np.zeros(len(grid_us), np.bool_)
    running = np.array([one is not None and one.lower() in RUNNING for one in states.words()])
    since = np.empty(len(states), np.int64)
    began: int | None = None
    for place, (at, runs) in enumerate(zip(states.at_us.tolist(), running.tolist(), strict=True)):
        began = (began if began is not None else at) if runs else None
        since[place] = began if began is not None else np.iinfo(np.int64).max
    last = np.searchsorted(states.at_us, grid_us + step_us, side="left") - 1
    known = last >= 0
    return np.asarray(known & (since[np.maximum(last, 0)] <= grid_us - settle_us))


def parameter_courses(
    signals: Signals,
    wanted: Mapping[str, tuple[Signal, Operation]],
    start_us: int,
    end_us: int,
    every_s: int,
    settle_s: int,
) -> tuple[dict[TrackId, Course], dict[str, tuple[Ints, Floats]]]:
    """Return the courses of parameters, and tag -> (intervals, means) of every wanted signal in settled intervals.

    Parameters
    ----------
    wanted
        tag_id -> signal and operation: measured signals of the machines of interest.
    """
    tags = sorted(wanted)
    states = state_tags(signals.list())
    step = every_s * SECOND_US
    # Only whole intervals: a part of one at either end would be another one when it is whole.
    start_us, end_us = -(-start_us // step) * step, end_us // step * step
    if not tags or end_us <= start_us:
        return {}, {}
    frame = signals.frame(tags, start_us, end_us, every_s)
    runs = {
        machine: settled(
            frame.at_us,
            step,
            signals.points(states[machine], start_us - LOOK_BACK_US, end_us),
            settle_s * SECOND_US,
        )
        for machine in sorted({wanted[one][0].equipment_id for one in tags})
        if machine in states
    }
    named = parameter_tracks(wanted)
    tracks: dict[TrackId, Course] = {}
    means: dict[str, tuple[Ints, Floats]] = {}
    for column, tag in enumerate(tags):
        signal, _ = wanted[tag]
        value = frame.value[:, column]
        with np.errstate(invalid="ignore"):
            use = np.abs(value) < HUGE
        if signal.equipment_id in runs:
            use &= runs[signal.equipment_id]
        at, value = frame.at_us[use], value[use]
        means[tag] = at, value
        if len(at) and tag in named:
            tracks[named[tag]] = course(signal, at, value, step)
    return tracks, means


def course(signal: Signal, at: Ints, value: Floats, step: int) -> Course:
    """Return interval means as the course of a parameter."""
    low, high = (np.nan if one is None else one for one in (signal.low, signal.high))
    count = len(at)
    follows = np.zeros(count, np.bool_)
    follows[1:] = np.diff(at) == step
    return Course(
        at,
        value,
        value,
        np.full(count, low),
        np.full(count, high),
        follows,
        np.ones(count),
        np.full(count, -1),
        np.arange(count),
    )


class Interval:
    """One signal's running interval, point by point: gives the mean once the interval is over."""

    __slots__ = ("_begin", "_count", "_step", "_sum")

    def __init__(self, step_us: int) -> None:
        self._step = step_us
        self._begin: int | None = None
        self._sum = 0.0
        self._count = 0

    def close(self, at_us: int) -> Iterator[tuple[int, float]]:
        """Give beginning and mean of the interval if it is over at `at_us`."""
        if self._begin is not None and at_us >= self._begin + self._step:
            if self._count:
                yield self._begin, self._sum / self._count
            self._begin = None

    def add(self, at_us: int, value: float) -> None:
        """Take a point; the interval before has been closed."""
        if self._begin is None:
            self._begin, self._sum, self._count = at_us // self._step * self._step, 0.0, 0
        if abs(value) < float("inf"):
            self._sum += value
            self._count += 1
