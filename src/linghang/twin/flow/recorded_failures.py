"""Failures and repairs of machines, fitted to what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linghang.errors import BadInput
from linghang.twin.flow.fitting import MIN_FOR_SHAPE, exponential_fit, fit
from linghang.twin.flow.model import FailureMode
from linghang.twin.flow.recorded_rows import Recorded, Row, grouped
from linghang.twin.flow.streams import US
from linghang.twin.flow.world import to_us
from linghang.words import later


@dataclass(frozen=True, slots=True, eq=False)
class _History:
    """Failures of one machine: operating times between them, and times of repair, in s.

    `first_s` is the operating time from the begin of the records to the first failure (to their end where there is
    none): how old the machine was before it is not known. `last_s` is that since the last repair: it has lasted at
    least so long.
    """

    between_s: np.ndarray
    first_s: float
    last_s: float
    repairs_s: np.ndarray
    open_repair_s: float

    @property
    def failed(self) -> bool:
        """Whether it failed at all."""
        return len(self.repairs_s) > 0 or self.open_repair_s > 0


def failure_modes(recorded: Recorded, machines: Sequence[str], station: str) -> dict[str, tuple[FailureMode, ...]]:
    """Failure mode of each machine of a station.

    A machine with enough failures has its own fit, the others have that of all machines of the station together. The
    time before the first failure is used by the exponential fit alone, which does not ask for the age of a machine.
    """
    failures = grouped(_stops(recorded), lambda row: row["equipment_id"])
    histories = {machine: _history(recorded, machine, failures.get(machine, [])) for machine in machines}
    pooled = _mode(tuple(histories.values()))
    if pooled is None:
        if any(history.failed for history in histories.values()):
            refusal = BadInput("no failure at station {station} has an end: `failure.end` is needed", station=station)
            recorded.problems.append(refusal)
        else:
            recorded.assume(station, later("its machines do not fail: no failure of them is recorded"))
        return dict.fromkeys(machines, ())
    found: dict[str, tuple[FailureMode, ...]] = {}
    for machine, history in histories.items():
        own = _mode((history,)) if len(history.between_s) >= MIN_FOR_SHAPE else None
        if own is None and len(machines) > 1:
            recorded.assume(
                machine, later("it fails as the machines of {value} do together: too few failures"), station
            )
        found[machine] = (own or pooled,)
    return found


def _stops(recorded: Recorded) -> list[Row]:
    """Failures that stopped a machine; corrective maintenance orders where no failures are recorded at all."""
    rows = [row for row in recorded.rows("failure") if row["stopped"] is not False]
    if not rows:
        orders = recorded.rows("maintenance_order")
        corrective = (row for row in orders if row["kind"] == "corrective" and row["started_at"] is not None)
        rows = [{**row, "start": row["started_at"], "end": row["finished_at"]} for row in corrective]
        if rows:
            recorded.assume("failure", later("machines stood still during corrective maintenance, and only then"))
    return [row for row in rows if recorded.since <= row["start"] < recorded.until]


def _history(recorded: Recorded, machine: str, failures: list[Row]) -> _History:
    since_us, until_us = to_us(recorded.since), to_us(recorded.until)
    stops: list[tuple[int, int | None]] = []
    for row in sorted(failures, key=lambda one: (one["start"], one["end"] or recorded.until)):
        start_us, end_us = to_us(row["start"]), None if row["end"] is None else to_us(row["end"])
        if stops and (stops[-1][1] is None or start_us < stops[-1][1]):
            continue  # a failure of a machine that stands still already
        stops.append((start_us, None if end_us is None or end_us > until_us else end_us))
    begins = np.array([since_us, *(until_us if end is None else end for _, end in stops)], dtype=np.int64)
    ends = np.array([*(start for start, _ in stops), until_us], dtype=np.int64)
    clock = recorded.clock(machine)
    if clock is None:
        operated = np.maximum(ends - begins, 0) / US
        recorded.assume(machine, later("it runs all the time between failures: its states are not recorded"))
    else:
        operated = clock.seconds(begins, np.maximum(begins, ends))
    repairs = [(end - start) / US for start, end in stops if end is not None]
    still_open = [(until_us - start) / US for start, end in stops if end is None]
    last_s = float(operated[-1]) if stops and not still_open else 0.0
    between_s = operated[1:-1] if stops else operated[:0]
    return _History(between_s, float(operated[0]), last_s, np.array(repairs), sum(still_open))


def _mode(histories: Sequence[_History]) -> FailureMode | None:
    """Fit the histories of machines that are alike; None where none of them failed and was repaired."""
    repairs = np.concatenate([one.repairs_s for one in histories])
    if not len(repairs):
        return None
    between = np.concatenate([one.between_s for one in histories])
    last = [one.last_s for one in histories]
    if len(between[between > 0]) >= MIN_FOR_SHAPE:
        to_failure = fit(between, last).distribution
    else:
        known = np.concatenate([between, [one.first_s for one in histories if one.failed]])
        unbroken = [one.first_s for one in histories if not one.failed]
        to_failure = exponential_fit(np.maximum(known, 1.0), np.array([*last, *unbroken])).distribution
    return FailureMode("", to_failure, fit(repairs, [one.open_repair_s for one in histories]).distribution)
