"""Equipment monitoring, records: states, jobs and alarms out of a plant's tables, as arrays and by machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.engines.columns import EMPTY, micros_of
from linghang.engines.equipment.monitoring_alarms import AlarmLog
from linghang.engines.equipment.monitoring_losses import Work, startup_share
from linghang.engines.equipment.monitoring_states import STATES, UNKNOWN, Stretches, closed_ends, filled

DAY_US = 86_400_000_000
LARGEST = 1e12
"""A quantity of one job above it is no quantity."""
Micros = NDArray[np.int64]


@dataclass
class Lacks:
    """What is missing, in the order in which it was noticed."""

    needs: list[str] = field(default_factory=list)

    def add(self, *needs: str) -> None:
        """Note what would have to be supplied."""
        self.needs.extend(one for one in needs if one not in self.needs)


def table_of(tables: Mapping[str, pa.Table], name: str, columns: Sequence[str]) -> pa.Table | None:
    """Return a table with these columns; None where it is not there or has no rows. A column not there is empty."""
    if name not in tables or tables[name].num_rows == 0:
        return None
    found = tables[name]
    there = set(found.column_names)
    return pa.table({one: found[one] if one in there else pa.nulls(found.num_rows, pa.string()) for one in columns})


def numbers_of(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return numbers; NaN for what is none, is negative, or is too large to be a quantity."""
    try:
        value = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return np.full(len(column), np.nan)
    value = np.array(value, float)
    value[~((value >= 0) & (value < LARGEST))] = np.nan
    return value


def machines_of(tables: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """Return the equipment that is in use, by id."""
    columns = ("equipment_id", "name", "work_center_id", "key", "status", "commissioned_on", "retired_on")
    found = table_of(tables, "equipment", (*columns, "ideal_cycle_s"))
    rows = [] if found is None else found.to_pylist()
    kept = {row["equipment_id"]: row for row in rows if row["equipment_id"] and row["status"] in ("in_use", None)}
    return [kept[one] for one in sorted(kept)]


def recorded_states(
    tables: Mapping[str, pa.Table], start: int, end: int, heard: Mapping[str, int], open_days: float
) -> dict[str, Stretches]:
    """Return equipment -> its recorded states of the window.

    Parameters
    ----------
    heard
        Equipment -> moment of its last live point. A state without an end counts up to it; without telemetry up to the
        latest moment that any state of the plant speaks of. At most `open_days` days, as the evidence has it.
    """
    found = table_of(tables, "equipment_state", ("equipment_id", "start", "end", "state"))
    if found is None:
        return {}
    begin, until = micros_of(found["start"]), micros_of(found["end"])
    valid, is_open = begin != EMPTY, until == EMPTY
    machine, names = _codes(found["equipment_id"])
    word, words = _codes(found["state"])
    horizon = int(np.minimum(np.where(is_open, begin, until)[valid], end).max(initial=start))
    last = np.array([min(heard.get(one, horizon), end) for one in names], np.int64)
    known = last[machine] if len(names) else np.empty(0, np.int64)
    until = closed_ends(begin, until, is_open, known, round(open_days * DAY_US))
    order = np.lexsort((begin, machine))
    following = np.full(len(begin), np.iinfo(np.int64).max, np.int64)
    same = machine[order][1:] == machine[order][:-1]
    following[order[:-1][same]] = begin[order][1:][same]
    # The next stretch ends an open one: that is no overlap.
    until = np.where(is_open, np.minimum(until, following), until)
    meant = np.array([STATES.index(one) if one in STATES[:-1] else UNKNOWN for one in words], np.int8)
    keep = order[(valid & (begin < end) & (until > start))[order]]
    result: dict[str, Stretches] = {}
    for part in np.split(keep, np.flatnonzero(np.diff(machine[keep])) + 1):
        if len(part) and names[machine[part[0]]]:
            result[names[machine[part[0]]]] = filled(begin[part], until[part], meant[word[part]], start, end)
    return result


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of texts as places in the list of its different texts; none is the empty text."""
    encoded = pc.fill_null(column.cast(pa.string()), "").combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


@dataclass(frozen=True)
class Jobs:
    """Job responses that touch the window.

    Attributes
    ----------
    machine
        (n,) whose.
    begin, end
        (n,) microseconds.
    share
        (n,) part of each that lies inside the window.
    produced, good, piece_s
        (n,) pieces, and planned seconds of one; NaN where the records do not say.
    """

    machine: NDArray[np.object_]
    begin: Micros
    end: Micros
    share: NDArray[np.float64]
    produced: NDArray[np.float64]
    good: NDArray[np.float64]
    piece_s: NDArray[np.float64]

    def within(self, start: int, end: int) -> "Jobs":
        """Return the jobs that touch a part of the window, with their share of it."""
        touches = (self.begin < end) & ((self.end > start) | (self.begin >= start))
        begin, until = self.begin[touches], self.end[touches]
        return Jobs(
            self.machine[touches],
            begin,
            until,
            _share(begin, until, start, end),
            self.produced[touches],
            self.good[touches],
            self.piece_s[touches],
        )


def _share(begin: Micros, until: Micros, start: int, end: int) -> NDArray[np.float64]:
    """Return which part of each job lies inside; a job of no length lies inside wholly."""
    length = until - begin
    inside = np.minimum(until, end) - np.maximum(begin, start)
    return np.where(length > 0, inside / np.maximum(length, 1), 1.0)


def jobs_of(tables: Mapping[str, pa.Table], start: int, end: int, lacks: Lacks) -> Jobs | None:
    """Return the job responses of a window with the planned time of a piece: of the segment, else of the machine."""
    columns = ("job_id", "equipment_id", "start", "end", "produced_quantity", "good_quantity")
    found = table_of(tables, "job_response", columns)
    if found is None:
        lacks.add("job_response")
        return None
    begin, until = micros_of(found["start"]), micros_of(found["end"])
    touches = (begin != EMPTY) & (until >= begin) & (begin < end) & ((until > start) | (begin >= start))
    rows, begin, until = found.filter(pa.array(touches)), begin[touches], until[touches]
    share = _share(begin, until, start, end)
    orders = _orders(tables, rows["job_id"].to_pylist())
    ideal = {
        row["equipment_id"]: row["ideal_cycle_s"] for row in machines_of(tables) if _positive(row["ideal_cycle_s"])
    }
    machine, piece = [], []
    for job, own in zip(rows["job_id"].to_pylist(), rows["equipment_id"].to_pylist(), strict=True):
        ordered, standard = orders.get(job, (None, None))
        machine.append(own or ordered or "")
        piece.append(standard if _positive(standard) else ideal.get(machine[-1], np.nan))
    produced, good = numbers_of(rows["produced_quantity"]), numbers_of(rows["good_quantity"])
    good = np.where(good <= produced * (1 + 1e-9), np.minimum(good, produced), np.nan)
    return Jobs(np.array(machine, object), begin, until, share, produced, good, np.array(piece, float))


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and 0 < value < LARGEST


def _orders(tables: Mapping[str, pa.Table], jobs: Sequence[str]) -> dict[str, tuple[str | None, float | None]]:
    """Return job -> machine of its order and standard time of its segment."""
    orders = table_of(tables, "job_order", ("job_id", "segment_id", "equipment_id"))
    segments = table_of(tables, "process_segment", ("segment_id", "standard_s"))
    if orders is None:
        return {}
    wanted = pa.array(sorted({one for one in jobs if one}), orders["job_id"].type)
    orders = orders.filter(pc.is_in(orders["job_id"], wanted))
    standard: dict[str, float] = {}
    if segments is not None:
        standard = dict(zip(segments["segment_id"].to_pylist(), segments["standard_s"].to_pylist(), strict=True))
    return {row["job_id"]: (row["equipment_id"], standard.get(row["segment_id"])) for row in orders.to_pylist()}


def works_of(jobs: Jobs | None, states: Mapping[str, Stretches], startup_us: int, lacks: Lacks) -> dict[str, Work]:
    """Return machine -> what it made; machines of which anything is missing are left out and noted."""
    found: dict[str, Work] = {}
    if jobs is None:
        return found
    for machine in sorted({one for one in jobs.machine.tolist() if one in states}):
        own = jobs.machine == machine
        share, produced, good, piece = jobs.share[own], jobs.produced[own], jobs.good[own], jobs.piece_s[own]
        if np.isnan(produced).any() or np.isnan(good).any():
            lacks.add("job_response.produced_quantity", "job_response.good_quantity")
        elif np.isnan(piece).any():
            lacks.add("process_segment.standard_s", "equipment.ideal_cycle_s")
        else:
            early = startup_share(states[machine], jobs.begin[own], jobs.end[own], startup_us)
            rejected = (produced - good) * share * piece
            found[machine] = Work(
                float((produced * share).sum()),
                float((good * share).sum()),
                float((produced * share * piece).sum()),
                float((good * share * piece).sum()),
                float((rejected * early).sum()),
            )
    return found


def alarms_of(tables: Mapping[str, pa.Table], start: int, end: int, look_back_days: float) -> AlarmLog | None:
    """Return the alarms of a window and those that may still stand in it; None where the table has none at all."""
    columns = ("equipment_id", "at", "cleared_at", "acknowledged_at", "priority", "tag", "text")
    found = table_of(tables, "alarm", columns)
    if found is None:
        return None
    at, cleared = micros_of(found["at"]), micros_of(found["cleared_at"])
    back = start - round(look_back_days * DAY_US)
    keep = (at != EMPTY) & (at < end) & ((at >= start) | (cleared > start) | ((cleared == EMPTY) & (at >= back)))
    rows, at, cleared = found.filter(pa.array(keep)), at[keep], cleared[keep]
    acknowledged = micros_of(rows["acknowledged_at"])
    sources = [
        " · ".join(part for part in (row["equipment_id"], row["tag"], row["text"]) if part) or "?"
        for row in rows.select(["equipment_id", "tag", "text"]).to_pylist()
    ]
    # What is cleared or acknowledged after the window was not so within it.
    return AlarmLog(
        at,
        np.where(cleared < end, np.maximum(cleared, -1), -1),
        np.where(acknowledged < end, np.maximum(acknowledged, -1), -1),
        [one or "" for one in rows["priority"].to_pylist()],
        sources,
    )


def shifts_of(tables: Mapping[str, pa.Table], start: int, end: int) -> list[tuple[str, str, int, int]]:
    """Return (crew, work center, begin, end) of the shifts inside a window; the center is empty for the whole plant."""
    found = table_of(tables, "shift", ("work_center_id", "start", "end", "crew_name"))
    if found is None:
        return []
    begin, until = np.maximum(micros_of(found["start"]), start), np.minimum(micros_of(found["end"]), end)
    rows = zip(found["crew_name"].to_pylist(), found["work_center_id"].to_pylist(), begin, until, strict=True)
    return [(crew, center or "", int(first), int(last)) for crew, center, first, last in rows if crew and last > first]
