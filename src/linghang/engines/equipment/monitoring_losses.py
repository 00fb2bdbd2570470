"""Equipment monitoring, losses: OEE of ISO 22400-2 (GB/T 34044.2) and the six big losses (Nakajima, TPM).

    planned busy time PBT = running + idle + setup + breakdown + unknown
    availability A = APT / PBT            APT: running time
    effectiveness P = PRU x PQ / APT      PRU: planned run time of a piece, PQ: pieces made
    quality Q = PRU x GQ / (PRU x PQ)     GQ: pieces good at once; weighted with PRU, so that A x P x Q = OEE over
    OEE = PRU x GQ / PBT                  machines and products too

    PBT - PRU x GQ = breakdowns + setup + idling and minor stops + unexplained      (PBT - APT)
                   + reduced speed                                                  (APT - PRU x PQ)
                   + start-up rejects + rejects in production                       (PRU x PQ - PRU x GQ)

The standard counts every stop within the planned busy time as availability; Nakajima's minor stops are performance. The
losses and their sum are the same, so the standard's boundary is kept and minor stops are shown apart (shorter than a
bound) from waiting.

What it cannot do: speed is negative where pieces were made faster than planned; then the planned time is too long. Job
responses do not say when rejects came, so they are spread evenly over the running time of the response; those within a
while after a setup or a stop count as start-up rejects.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.engines.equipment.monitoring_states import (
    BREAKDOWN,
    IDLE,
    LOADING,
    NONE,
    OFF,
    PLANNED_STOP,
    RUNNING,
    SETUP,
    UNKNOWN,
    Stretches,
)
from linghang.words import Text

S = 1e-6
LOSSES = (
    "breakdown",
    "setup",
    "minor_stops",
    "waiting",
    "unexplained",
    "reduced_speed",
    "startup_rejects",
    "rejects",
)
LOSS_TITLES = {
    "breakdown": Text("故障停机", "breakdowns"),
    "setup": Text("换型调整", "setup and adjustment"),
    "minor_stops": Text("短暂停机", "minor stops"),
    "waiting": Text("空转等待", "idling and waiting"),
    "unexplained": Text("原因不明停机", "unexplained"),
    "reduced_speed": Text("速度损失", "reduced speed"),
    "startup_rejects": Text("启动不良", "start-up rejects"),
    "rejects": Text("过程不良", "rejects in production"),
}
"""The six big losses; idling and minor stops in two parts, and what is recorded without a reason."""
STARTS_ANEW = (SETUP, BREAKDOWN, PLANNED_STOP, OFF)


@dataclass(frozen=True, slots=True)
class Work:
    """What a machine made in the window.

    Attributes
    ----------
    produced, good
        Pieces, or whatever the unit is.
    planned_s, planned_good_s, planned_startup_s
        Planned run time of all pieces, of the good ones, and of the rejects after a start: seconds.
    """

    produced: float
    good: float
    planned_s: float
    planned_good_s: float
    planned_startup_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """Times of one machine or of several: seconds, except the (8,) microseconds of `times_us`.

    Attributes
    ----------
    times_us
        In each of `STATES`.
    minor_s
        Part of the idle time that is minor stops.
    work
        What was made; None where the records do not say, then only availability is known.
    machines
        How many machines it is about.
    """

    times_us: tuple[int, ...]
    minor_s: float
    work: Work | None
    machines: int = 1

    @property
    def loading_s(self) -> float:
        """Planned busy time."""
        return sum(self.times_us[one] for one in LOADING) * S

    @property
    def running_s(self) -> float:
        """Actual production time."""
        return self.times_us[RUNNING] * S

    @property
    def known_share(self) -> float:
        """Share of the window in which a state is known."""
        whole = sum(self.times_us)
        return 1 - (self.times_us[UNKNOWN] + self.times_us[NONE]) / whole if whole else 0.0

    @property
    def availability(self) -> float | None:
        """APT / PBT, from 0 to 1; None without planned busy time."""
        return _ratio(self.running_s, self.loading_s)

    @property
    def performance(self) -> float | None:
        """PRU x PQ / APT; may exceed 1 where planned times are long."""
        return None if self.work is None else _ratio(self.work.planned_s, self.running_s)

    @property
    def quality(self) -> float | None:
        """PRU x GQ / (PRU x PQ), from 0 to 1."""
        return None if self.work is None else _ratio(self.work.planned_good_s, self.work.planned_s)

    @property
    def oee(self) -> float | None:
        """PRU x GQ / PBT."""
        return None if self.work is None else _ratio(self.work.planned_good_s, self.loading_s)

    def losses(self) -> dict[str, float | None]:
        """Return seconds of planned busy time lost by each of `LOSSES`; of speed and quality None without work."""
        idle = self.times_us[IDLE] * S
        found: dict[str, float | None] = dict.fromkeys(LOSSES)
        found |= {
            "breakdown": self.times_us[BREAKDOWN] * S,
            "setup": self.times_us[SETUP] * S,
            "minor_stops": self.minor_s,
            "waiting": max(idle - self.minor_s, 0.0),
            "unexplained": self.times_us[UNKNOWN] * S,
        }
        if self.work is not None:
            rejected = self.work.planned_s - self.work.planned_good_s
            found |= {
                "reduced_speed": self.running_s - self.work.planned_s,
                "startup_rejects": self.work.planned_startup_s,
                "rejects": rejected - self.work.planned_startup_s,
            }
        return found


def _ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom > 0 else None


def effect(stretches: Stretches, work: Work | None, minor_stop_s: float) -> Effect:
    """Return the times of one machine; idle stretches of at most `minor_stop_s` seconds are minor stops.

    A stretch that the window cuts counts by its part inside.
    """
    length = stretches.end - stretches.begin
    minor = (stretches.state == IDLE) & (length <= minor_stop_s * 1_000_000)
    return Effect(tuple(int(one) for one in stretches.times()), float(length[minor].sum()) * S, work)


def total(effects: Iterable[Effect]) -> Effect | None:
    """Add up machines; None without one. The work is known only if it is of every one."""
    listed = list(effects)
    if not listed:
        return None
    times = tuple(sum(column) for column in zip(*(one.times_us for one in listed), strict=True))
    works = [one.work for one in listed if one.work is not None]
    work = None
    if len(works) == len(listed):
        work = Work(
            sum(one.produced for one in works),
            sum(one.good for one in works),
            sum(one.planned_s for one in works),
            sum(one.planned_good_s for one in works),
            sum(one.planned_startup_s for one in works),
        )
    return Effect(times, sum(one.minor_s for one in listed), work, sum(one.machines for one in listed))


def startup_share(
    stretches: Stretches, begin: NDArray[np.int64], end: NDArray[np.int64], startup_us: int
) -> NDArray[np.float64]:
    """Return which share of the running time of each job lies within `startup_us` after a setup or a stop.

    Parameters
    ----------
    begin, end
        (n,) jobs, microseconds; what lies outside the stretches is left out.

    Returns
    -------
    (n,) from 0 to 1; 0 for a job without running time.
    """
    run = stretches.state == RUNNING
    starts = stretches.end[np.isin(stretches.state, STARTS_ANEW)]
    first, last = stretches.begin[run], stretches.end[run]
    since = np.searchsorted(starts, first, side="right") - 1
    until = np.where(since >= 0, starts[np.maximum(since, 0)] + startup_us, first) if len(starts) else first
    early_end = np.clip(until, first, last)
    ran = _covered(first, last, begin, end)
    early = _covered(first, early_end, begin, end)
    return np.divide(early, ran, out=np.zeros(len(begin)), where=ran > 0)


def _covered(
    first: NDArray[np.int64], last: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how much of each `[begin, end)` the ascending, disjoint `[first, last)` cover."""
    before = np.concatenate([[0], np.cumsum(last - first)])

    def upto(moments: NDArray[np.int64]) -> NDArray[np.int64]:
        place = np.searchsorted(first, moments, side="right")
        inside = np.clip(moments, None, last[np.maximum(place - 1, 0)]) - first[np.maximum(place - 1, 0)]
        return np.where(place > 0, before[np.maximum(place - 1, 0)] + inside, 0)

    if not len(first):
        return np.zeros(len(begin))
    return (upto(end) - upto(begin)).astype(float)
