"""The history of the works' signals: what every instrument showed, computed from what the machines did."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linghang.twin.process.course import Course, ProcessFault, stretch_of, together
from linghang.twin.process.sensing import GOOD, InstrumentFault, key_of, measured
from linghang.twin.process.stretch import Floats, State
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.processes import COUNT, NETWORKS, PRECURSORS, STATE, TOTALS, signals_of, unit_of

Faults = Mapping[str, Sequence[ProcessFault | InstrumentFault]]
"""Machine -> what is wrong with it and when."""

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Sampling:
    """How densely a part of the history is kept: every `every_s` seconds in [start_s, end_s)."""

    every_s: float
    start_s: float
    end_s: float

    def times_s(self) -> Floats:
        """Return (m,) the moments, which are whole multiples of the interval since the plant's epoch."""
        first = np.ceil(self.start_s / self.every_s)
        return np.arange(first, np.ceil(self.end_s / self.every_s), dtype=np.float64) * self.every_s


@dataclass(frozen=True, slots=True)
class SignalBlock:
    """Samples of one signal, oldest first.

    Attributes
    ----------
    machine, signal
        Whose, and which.
    at_us
        (m,) moments, UTC microseconds.
    value
        (m,) values; for words the number of the word in `words`.
    quality
        (m,) OPC quality bytes.
    words
        The words that the values number; empty for numbers.
    """

    machine: Machine
    signal: str
    at_us: npt.NDArray[np.int64]
    value: Floats
    quality: npt.NDArray[np.uint8]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What the machines did, from the records.

    Attributes
    ----------
    courses
        Machine -> its states.
    states
        Machine -> (start of each state in seconds, its word).
    counts
        Machine -> (end of each job in seconds, pieces made up to then).
    """

    courses: Mapping[str, Course]
    states: Mapping[str, tuple[Floats, tuple[str, ...]]]
    counts: Mapping[str, tuple[Floats, Floats]]


def past_of(states: pa.Table, responses: pa.Table, end_s: float) -> Past:
    """Read what the machines did from the records.

    Parameters
    ----------
    states
        Rows of `equipment_state`.
    responses
        Rows of `job_response`.
    end_s
        End of the history, in seconds since 1970 UTC: a state without an end lasts until then.
    """
    courses, words, counts = {}, {}, {}
    ordered = states.sort_by([("equipment_id", "ascending"), ("start", "ascending")])
    for machine, rows in _by_machine(ordered):
        start = _seconds(rows["start"])
        said = tuple(rows["state"].to_pylist())
        courses[machine] = Course.of_states(start, said, end_s)
        words[machine] = (start, said)
    done = responses.sort_by([("equipment_id", "ascending"), ("end", "ascending")])
    for machine, rows in _by_machine(done.filter(pc.is_valid(done["equipment_id"]))):
        counts[machine] = (_seconds(rows["end"]), np.cumsum(rows["produced_quantity"].to_numpy().astype(np.float64)))
    return Past(courses, words, counts)


def _by_machine(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Go through rows that are sorted by machine."""
    if rows.num_rows == 0:
        return
    ids = rows["equipment_id"].combine_chunks().dictionary_encode()
    ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    numbers = ids.indices.to_numpy()
    edges = np.concatenate([[0], np.flatnonzero(np.diff(numbers)) + 1, [len(numbers)]])
    for first, last in pairwise(edges):
        yield str(ids.dictionary[int(numbers[first])]), rows.slice(int(first), int(last - first))


def _seconds(moments: pa.ChunkedArray) -> Floats:
    return np.asarray(moments.cast(pa.int64()).to_numpy(), np.float64) / SECOND_US


def leading_up(failures: pa.Table) -> dict[str, list[ProcessFault | InstrumentFault]]:
    """Return how the failures of the records show in the signals before they stop a machine: machine -> faults."""
    rows = {(row.center, row.component): row for row in PRECURSORS}
    centers = {machine.id: machine.group.center for machine in MACHINES}
    found: dict[str, list[ProcessFault | InstrumentFault]] = {}
    starts = _seconds(failures["start"])
    for machine, component, at in zip(
        failures["equipment_id"].to_pylist(), failures["component"].to_pylist(), starts, strict=True
    ):
        row = rows.get((centers.get(machine, ""), component))
        if row is not None:
            found.setdefault(machine, []).append(row.fault(float(at)))
    return found


def history(past: Past, samplings: Sequence[Sampling], seed: int, faults: Faults) -> Iterator[SignalBlock]:
    """Give the history of every signal, block by block; blocks of one signal follow in time.

    Parameters
    ----------
    past
        What the machines did.
    samplings
        How densely which part is kept, oldest first; they touch each other.
    seed
        Of the instruments' noise.
    faults
        What was wrong when: of the process and of the instruments.
    """
    works = _works(past)
    carried: dict[str, State] = {machine.id: unit_of(machine).begin() for machine in MACHINES}
    summed: dict[str, float] = {}
    for sampling in samplings:
        for machine in MACHINES:
            course = works if machine.group.center in NETWORKS else past.courses.get(machine.id)
            if course is None:
                continue
            wrong = faults.get(machine.id, ())
            for block in _physical(machine, course, sampling, seed, wrong, carried):
                yield block
                if machine.group.center in NETWORKS and block.signal in TOTALS:
                    yield _total(block, sampling, summed)
            yield from _counted(machine, past, sampling)
            yield from _stated(machine, past, sampling)


def _works(past: Past) -> Course:
    """Return the course of the works as a whole: machines weigh by the power that they draw."""
    running = [machine for machine in MACHINES if machine.id in past.courses and machine.group.center not in NETWORKS]
    return together([past.courses[one.id] for one in running], [one.group.run_kw for one in running])


def _physical(
    machine: Machine,
    course: Course,
    sampling: Sampling,
    seed: int,
    wrong: Sequence[ProcessFault | InstrumentFault],
    carried: dict[str, State],
) -> Iterator[SignalBlock]:
    unit = unit_of(machine)
    within = [one for one in wrong if one.end_s > sampling.start_s and one.start_s < sampling.end_s]
    process = [one for one in within if isinstance(one, ProcessFault)]
    stretch = stretch_of(course, sampling.start_s, sampling.end_s, process)
    times = sampling.times_s()
    values, carried[machine.id] = unit.run(stretch, times, carried[machine.id])
    at_us = np.round(times * SECOND_US).astype(np.int64)
    for signal in unit.signals:
        errors = tuple(one for one in within if isinstance(one, InstrumentFault) and one.signal == signal.name)
        key = key_of(seed, f"{machine.id}/{signal.name}")
        value, quality = measured(signal, values[signal.name], times, key, errors)
        yield SignalBlock(machine, signal.name, at_us, value, quality)


def _total(block: SignalBlock, sampling: Sampling, summed: dict[str, float]) -> SignalBlock:
    """Sum up what a meter of a network saw: its rate per hour over the time of each sample."""
    name = TOTALS[block.signal][0]
    key = f"{block.machine.id}/{name}"
    shown = np.where(np.isnan(block.value), 0.0, block.value)
    total = summed.get(key, 0.0) + np.cumsum(shown) * (sampling.every_s / 3600)
    if len(total):
        summed[key] = float(total[-1])
    return SignalBlock(block.machine, name, block.at_us, np.round(total, 1), np.full(len(total), GOOD, np.uint8))


def _counted(machine: Machine, past: Past, sampling: Sampling) -> Iterator[SignalBlock]:
    """Count pieces as jobs end; between two jobs the count stands still."""
    if COUNT not in signals_of(machine) or machine.id not in past.counts:
        return
    ends, made = past.counts[machine.id]
    inside = (ends >= sampling.start_s) & (ends < sampling.end_s)
    at_us = np.round(ends[inside] * SECOND_US).astype(np.int64)
    yield SignalBlock(machine, COUNT.name, at_us, made[inside], np.full(len(at_us), GOOD, np.uint8))


def _stated(machine: Machine, past: Past, sampling: Sampling) -> Iterator[SignalBlock]:
    if machine.id not in past.states:
        return
    start, words = past.states[machine.id]
    inside = np.flatnonzero((start >= sampling.start_s) & (start < sampling.end_s))
    known = tuple(dict.fromkeys(words))
    numbers = {word: number for number, word in enumerate(known)}
    value = np.array([numbers[words[k]] for k in inside], np.float64)
    at_us = np.round(start[inside] * SECOND_US).astype(np.int64)
    yield SignalBlock(machine, STATE.name, at_us, value, np.full(len(at_us), GOOD, np.uint8), known)
