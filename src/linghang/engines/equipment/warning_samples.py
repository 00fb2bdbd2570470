"""Samples of a machine at work: points become means of intervals, as they come, in constant memory.

Only points count that were measured while the machine ran, and ran for some minutes already: what it shows while it
starts up, waits or is set up for another product is no sign of its health. Sums are formed point by point in the order
of time, so that any chunking of the points gives the same means. What a counter adds in an hour counts, not where it
stands: a tool that wears faster, a machine that takes more energy.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linghang.engines.equipment.monitoring_states import BREAKDOWN, RUNNING, UNKNOWN
from linghang.engines.equipment.warning_detector import Flags, Floats

LARGEST = 1e15
"""No instrument shows more: a greater value is a broken one."""
HOUR_US = 3_600_000_000
SILENT = 3
"""After so many intervals without a sample, what came before is no forerunner any more."""
Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Means of the intervals in which a machine ran.

    Attributes
    ----------
    at_us
        (n,) beginning of each interval.
    value
        (n, k) means; NaN where a sensor said nothing.
    since_us
        (n,) since when the machine ran without a stop.
    repairs
        (n,) how many breakdowns it had had by then.
    """

    at_us: Micros
    value: Floats
    since_us: Micros
    repairs: Micros

    def fresh(self, step_us: int) -> Flags:
        """Return (n,) whether the machine stood still, or said nothing for three intervals, before each."""
        stopped = (np.diff(self.since_us) != 0) | (np.diff(self.at_us) > SILENT * step_us)
        return np.append(np.ones(min(len(self.at_us), 1), np.bool_), stopped)

    def only(self, keep: Flags) -> "Samples":
        """Return some of them."""
        return Samples(self.at_us[keep], self.value[keep], self.since_us[keep], self.repairs[keep])


@dataclass(slots=True)
class States:
    """What a machine did up to now: its state, since when it has it, and how many breakdowns there were."""

    state: int = UNKNOWN
    since_us: int = 0
    breakdowns: int = 0

    def take(self, begin_us: Micros, state: NDArray[np.int8]) -> tuple[Micros, NDArray[np.int8], Micros]:
        """Take changes of the state, oldest first; return beginnings, states and counts of breakdowns."""
        begins, states, counts = [self.since_us], [self.state], [self.breakdowns]
        for at, one in zip(begin_us.tolist(), state.tolist(), strict=True):
            if one == states[-1]:
                continue
            begins.append(at)
            states.append(one)
            counts.append(counts[-1] + (one == BREAKDOWN))
        self.state, self.since_us, self.breakdowns = states[-1], begins[-1], counts[-1]
        return np.array(begins, np.int64), np.array(states, np.int8), np.array(counts, np.int64)


@dataclass(slots=True)
class Sampler:
    """Points in, samples out.

    Attributes
    ----------
    step_us, settle_us
        Length of an interval; how long a machine has to have run until its points count.
    width
        Sensors.
    states
        What the machine does.
    counters
        Columns that count: they become rates an hour, from point to point while the machine runs.
    """

    step_us: int
    settle_us: int
    width: int
    states: States = field(default_factory=States)
    counters: tuple[int, ...] = ()
    _counted: dict[int, tuple[int, float]] = field(default_factory=dict)
    _interval: int = -1
    _sums: Floats = field(default_factory=lambda: np.empty(0))
    _counts: Floats = field(default_factory=lambda: np.empty(0))
    _since: int = 0
    _repairs: int = 0

    def take(
        self,
        at_us: Micros,
        column: NDArray[np.int64],
        value: Floats,
        changes: tuple[Micros, NDArray[np.int8]],
        now_us: int,
    ) -> Samples:
        """Take points.

        Parameters
        ----------
        at_us, column, value
            (p,) points, oldest first, whose sensor each is, and its value (NaN where it is bad).
        changes
            When the state changed, oldest first, and to what; up to the last point.
        now_us
            Up to when (not including it) everything has come.

        Returns
        -------
        The samples of intervals that ended by `now_us` and were not given before.
        """
        begins, states, counts = self.states.take(*changes)
        place = np.maximum(np.searchsorted(begins, at_us, "right") - 1, 0)
        value = self._rated(at_us, column, value, begins[place])
        runs = (states[place] == RUNNING) & (at_us - begins[place] >= self.settle_us)
        good = runs & np.isfinite(value) & (np.abs(np.nan_to_num(value)) < LARGEST)
        at_us, column, value, place = at_us[good], column[good], value[good], place[good]
        interval = at_us // self.step_us
        held = self._interval >= 0
        numbers = np.unique(np.append(interval, self._interval) if held else interval)
        if not len(numbers):
            return self._none()
        row = np.searchsorted(numbers, interval)
        sums, sizes = self._added(row * self.width + column, value, len(numbers))
        first = np.searchsorted(interval, numbers)
        at_first = np.minimum(first, max(len(place) - 1, 0))
        since = begins[place[at_first]] if len(place) else np.zeros(len(numbers), np.int64)
        repairs = counts[place[at_first]] if len(place) else np.zeros(len(numbers), np.int64)
        if held:
            since[0], repairs[0] = self._since, self._repairs
        closed = (numbers + 1) * self.step_us <= now_us
        self._keep(numbers, closed, sums, sizes, since, repairs)
        value = np.full(sums.shape, np.nan)
        np.divide(sums, sizes, out=value, where=sizes > 0)
        return Samples(numbers[closed] * self.step_us, value[closed], since[closed], repairs[closed])

    def _rated(self, at_us: Micros, column: NDArray[np.int64], value: Floats, since_us: Micros) -> Floats:
        """Return the values, those of counters as rates; over a reset, a stop or a long silence there is none."""
        rated = value.copy()
        for counter in self.counters:
            own = np.flatnonzero((column == counter) & np.isfinite(value))
            if not len(own):
                continue
            last_us, last = self._counted.get(counter, (int(at_us[own[0]]), np.nan))
            before_us, before = np.append(last_us, at_us[own[:-1]]), np.append(last, value[own[:-1]])
            passed, added = at_us[own] - before_us, value[own] - before
            good = (passed > 0) & (passed <= SILENT * self.step_us) & (before_us >= since_us[own]) & (added >= 0)
            rated[own] = np.where(good, added * HOUR_US / np.maximum(passed, 1), np.nan)
            self._counted[counter] = int(at_us[own[-1]]), float(value[own[-1]])
        return rated

    def _added(self, key: NDArray[np.int64], value: Floats, rows: int) -> tuple[Floats, Floats]:
        """Sum values and count them by interval and sensor, going on from what is held of the first interval."""
        held = self._interval >= 0
        keys = np.concatenate([np.arange(self.width), key]) if held else key
        sums = np.bincount(keys, np.concatenate([self._sums, value]) if held else value, minlength=rows * self.width)
        ones = np.ones(len(value))
        sizes = np.bincount(keys, np.concatenate([self._counts, ones]) if held else ones, minlength=rows * self.width)
        shape = (rows, self.width)
        return np.asarray(sums, np.float64).reshape(shape), np.asarray(sizes, np.float64).reshape(shape)

    def _keep(
        self, numbers: Micros, closed: Flags, sums: Floats, sizes: Floats, since: Micros, repairs: Micros
    ) -> None:
        if closed.all():
            self._interval = -1
            return
        # Points are never later than `now`: at most the last interval is open.
        self._interval = int(numbers[-1])
        self._sums, self._counts = sums[-1].copy(), sizes[-1].copy()
        self._since, self._repairs = int(since[-1]), int(repairs[-1])

    def _none(self) -> Samples:
        empty = np.empty(0, np.int64)
        return Samples(empty, np.empty((0, self.width)), empty, empty)
