"""From the states of a machine to the stretch of time that its physics is computed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from linghang.twin.process.stretch import Floats, Stretch

DAY_S, YEAR_S = 86_400.0, 365.2425 * 86_400.0
AMBIENT_STEP_S = 6 * 3600.0
RAMP_STEPS = 24


@dataclass(frozen=True, slots=True)
class Course:
    """What a machine did: its states one after another.

    Attributes
    ----------
    start_s
        (n,) start of each state, in seconds since the plant's epoch.
    load
        (n,) share of the nominal throughput: 1 while it runs, 0 in every other state.
    powered
        (n,) false in the state `off`.
    end_s
        End of the last state.
    """

    start_s: Floats
    load: Floats
    powered: npt.NDArray[np.bool_]
    end_s: float

    @classmethod
    def of_states(cls, start_s: Floats, states: Sequence[str], end_s: float) -> "Course":
        """Make a course of the words that the record table of states uses."""
        words = np.array(states)
        return cls(start_s, (words == "running").astype(np.float64), words != "off", end_s)


@dataclass(frozen=True, slots=True)
class ProcessFault:
    """Something wrong with the process: a parameter of the unit is multiplied for a while.

    Attributes
    ----------
    parameter
        Name of the unit's factor: see its `run`.
    start_s, end_s
        When, in seconds since the plant's epoch.
    factor
        What the parameter is multiplied by.
    shape
        `step`: all at once; `ramp`: slowly from 1, in 24 steps.
    """

    parameter: str
    start_s: float
    end_s: float
    factor: float
    shape: Literal["step", "ramp"] = "step"

    def __post_init__(self) -> None:
        """Refuse a fault that ends before it starts, or makes a parameter negative."""
        if self.end_s <= self.start_s or self.factor < 0:
            raise ValueError("a fault ends after it starts, and its factor is not negative")

    def edges(self) -> Floats:
        """Return the moments at which its factor changes."""
        return np.linspace(self.start_s, self.end_s, RAMP_STEPS + 1 if self.shape == "ramp" else 2)

    def at(self, times_s: Floats) -> Floats:
        """Return (m,) its factor at each moment: 1 outside its time."""
        inside = (times_s >= self.start_s) & (times_s < self.end_s)
        if self.shape == "step":
            return np.where(inside, self.factor, 1.0)
        step = np.floor((times_s - self.start_s) / (self.end_s - self.start_s) * RAMP_STEPS + 1e-9)
        return np.where(inside, 1 + (self.factor - 1) * (step + 1) / RAMP_STEPS, 1.0)


def ambient_c(times_s: Floats) -> Floats:
    """Return (m,) the temperature in a hall at Hohhot: heated in winter, by year and by day.

    The plant's epoch is UTC 1970; the coldest day is mid-January, the coldest hour six o'clock local time.
    """
    year = -np.cos(2 * np.pi * (times_s - 15 * DAY_S) / YEAR_S)
    day = -np.cos(2 * np.pi * (times_s + 2 * 3600) / DAY_S)
    return 21.0 + 8.0 * year + 2.0 * day


def stretch_of(course: Course, start_s: float, end_s: float, faults: Sequence[ProcessFault] = ()) -> Stretch:
    """Return the stretch [start_s, end_s) of a course, cut wherever a state, a fault or the weather changes.

    Before its first and after its last state a machine is at rest.
    """
    inner = np.concatenate(
        [
            course.start_s,
            [course.end_s],
            np.arange(np.ceil(start_s / AMBIENT_STEP_S) * AMBIENT_STEP_S, end_s, AMBIENT_STEP_S),
            *(fault.edges() for fault in faults),
        ]
    )
    edges = np.unique(np.concatenate([[start_s], inner[(inner > start_s) & (inner < end_s)]]))
    k = np.searchsorted(course.start_s, edges, side="right") - 1
    known = (k >= 0) & (edges < course.end_s)
    factors: dict[str, Floats] = {}
    for fault in faults:
        factors[fault.parameter] = factors.get(fault.parameter, np.ones(len(edges))) * fault.at(edges)
    return Stretch(
        start_s=edges,
        end_s=end_s,
        load=np.where(known, course.load[k], 0.0),
        powered=np.where(known, course.powered[k], True),
        ambient_c=ambient_c(edges),
        factors=factors,
    )


def together(courses: Sequence[Course], weights: Sequence[float]) -> Course:
    """Return the course of what serves several machines: its load is the weighted share of them that run."""
    total = float(sum(weights))
    if not courses or total <= 0:
        raise ValueError("a network serves at least one machine of some weight")
    end_s = max(course.end_s for course in courses)
    edges = np.unique(np.concatenate([np.append(course.start_s, course.end_s) for course in courses]))
    edges = edges[edges < end_s]
    load = np.zeros(len(edges))
    for course, weight in zip(courses, weights, strict=True):
        k = np.searchsorted(course.start_s, edges, side="right") - 1
        load += np.where((k >= 0) & (edges < course.end_s), course.load[k], 0.0) * weight / total
    return Course(edges, np.minimum(load, 1.0), np.ones(len(edges), np.bool_), end_s)
