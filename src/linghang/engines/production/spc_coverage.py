"""Which key operations were really analysed: producing machine-days with points on a control chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.engines.contract import Inputs
from linghang.engines.production.spc_study import Overview, Study
from linghang.engines.production.spc_tracks import Operation, TrackId

Ints = NDArray[np.int64]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Covered:
    """A key operation: the machine-days it produced on, and those of them with points on a chart."""

    operation: Operation
    machines: int
    produced_days: int
    analysed_days: int
    charts: int

    @property
    def percent(self) -> float | None:
        """Share of the producing machine-days that were analysed; None where nothing was produced."""
        return 100 * self.analysed_days / self.produced_days if self.produced_days else None


def days_of(at_us: Ints, zone: str) -> NDArray[np.int64]:
    """Return the plant's days (since 1970) of moments."""
    moments = pa.array(at_us, pa.int64()).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))
    days = pc.local_timestamp(moments).cast(pa.date32()).cast(pa.int32())
    return np.asarray(days.to_numpy(zero_copy_only=False), np.int64)


def produced(
    inputs: Inputs, operations: Mapping[str, Operation], least_s: int
) -> dict[Operation, set[tuple[str, int]]]:
    """Return operation -> (machine, day) on which it produced for at least `least_s` seconds in the stretch."""
    responses = inputs.tables["job_response"]
    jobs = inputs.tables["job_order"]
    segment = dict(zip(jobs["job_id"].to_pylist(), jobs["segment_id"].to_pylist(), strict=True))
    some = responses.filter(
        pc.fill_null(
            pc.and_(
                pc.less(responses["start"], pa.scalar(inputs.end, responses["start"].type)),
                pc.greater(responses["end"], pa.scalar(inputs.start, responses["end"].type)),
            ),
            False,
        )
    )
    spent: dict[tuple[Operation, str, int], float] = {}
    for job, machine, start, end in zip(
        *(some[name].to_pylist() for name in ("job_id", "equipment_id", "start", "end")), strict=True
    ):
        operation = operations.get(segment.get(job) or "")
        if operation is None:
            continue
        for day, seconds in _days(max(start, inputs.start), min(end, inputs.end), inputs):
            key = operation, machine or "", day
            spent[key] = spent.get(key, 0.0) + seconds
    found: dict[Operation, set[tuple[str, int]]] = {}
    for (operation, machine, day), seconds in spent.items():
        if seconds >= least_s:
            found.setdefault(operation, set()).add((machine, day))
    return found


def _days(start: datetime, end: datetime, inputs: Inputs) -> list[tuple[int, float]]:
    found = []
    while start < end:
        local = start.astimezone(inputs.zone).date()
        midnight = datetime.combine(local + timedelta(days=1), time(), inputs.zone).astimezone(UTC)
        until = min(end, midnight)
        found.append(((local - EPOCH).days, (until - start).total_seconds()))
        start = until
    return found


def coverage(inputs: Inputs, study: Study, overview: Overview, least_s: int) -> list[Covered]:
    """Return what was analysed of every key operation.

    A machine-day counts as analysed where a chart with limits (not one that was still learning) has a point of that
    machine on that day; production that names no machine where any chart of the operation has one.
    """
    made = produced(inputs, study.operations, least_s)
    analysed = {track: _analysed(overview, track, inputs.zone.key) for track in overview.tracks}
    found = []
    for operation in sorted(study.key):
        own = [one for one in analysed if analysed[one] and _belongs(one, operation)]
        by_machine: dict[str, set[int]] = {"": set()}
        for track in own:
            by_machine.setdefault(track.equipment_id, set()).update(analysed[track])
            by_machine[""] |= analysed[track]
        days = made.get(operation, set())
        # A chart that names no machine stands for all machines of its operation.
        anywhere = {day for track in own if not track.equipment_id for day in analysed[track]}
        hit = sum(day in by_machine.get(machine, set()) or day in anywhere for machine, day in days)
        found.append(Covered(operation, len({machine for machine, _ in days}), len(days), hit, len(own)))
    return found


def _belongs(track: TrackId, operation: Operation) -> bool:
    if track.operation == operation:
        return True
    same_place = track.operation.work_center_id == operation.work_center_id != ""
    return track.kind == "parameter" and same_place


def _analysed(overview: Overview, track: TrackId, zone: str) -> set[int]:
    one = overview.tracks[track]
    return set(days_of(one.course.at_us[np.isfinite(one.z)], zone).tolist())
