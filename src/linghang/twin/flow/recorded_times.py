"""Times of work, set-ups, lots and yields of process segments, from what was planned and what was reported."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from linghang.twin.flow.distributions import Distribution, fixed, lognormal
from linghang.twin.flow.recorded_rows import Recorded, Row, by_value
from linghang.twin.flow.world import to_us
from linghang.words import later

MIN_RESPONSES = 10
"""Responses from which times are taken rather than the planned ones (ours)."""
OUTLIER = 3.0
"""Times above this multiple of the median, or below that part of it, are bookings that nobody corrected (ours)."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What was reported of one segment.

    Attributes
    ----------
    responses
        How many.
    piece_s
        Net time of a piece: machine running, without set-ups and stops; pieces to rework count twice, because the
        model works them again on the spot. Of a furnace load, the time of the load. None where it cannot be told.
    lot_pieces
        Median of the pieces of a response.
    scrap, rework
        Shares of the pieces.
    setup_s
        Mean of the set-ups that were made, None without any.
    together
        Most responses that one machine had at exactly the same time: lots of one furnace load.
    """

    responses: int
    piece_s: Distribution | None
    lot_pieces: float
    scrap: float
    rework: float
    setup_s: float | None
    together: int


def performances(recorded: Recorded) -> dict[str, Performance]:
    """Performance of each segment that has responses between `since` and `until`."""
    column = recorded.columns("job_response")
    segment_of = {row["job_id"]: row["segment_id"] for row in recorded.rows("job_order")}
    segments = np.array([segment_of.get(job) for job in column["job_id"]], dtype=object)
    known = np.array([segment is not None for segment in segments], dtype=bool)
    counted = known & (column["start"] >= to_us(recorded.since)) & (column["end"] <= to_us(recorded.until))
    counted &= column["produced_quantity"] > 0
    column = {name: values[counted] for name, values in column.items()}
    segments = segments[counted]
    net_s = _net_s(recorded, column)
    loads = _loads(column)
    return {
        segment: _performance({name: values[rows] for name, values in column.items()}, net_s[rows], loads[rows])
        for segment, rows in by_value(segments, column["start"])
    }


def _net_s(recorded: Recorded, column: Mapping[str, np.ndarray]) -> np.ndarray:
    """Time that the machine ran within each response; NaN where its states are not known."""
    net_s = np.full(len(column["start"]), np.nan)
    machines = np.array([machine or "" for machine in column["equipment_id"]], dtype=object)
    for machine, rows in by_value(machines, column["start"]):
        clock = recorded.clock(machine)
        if clock is not None:
            net_s[rows] = clock.seconds(column["start"][rows], column["end"][rows])
    return net_s


def _loads(column: Mapping[str, np.ndarray]) -> np.ndarray:
    """How many responses the machine of each response has at exactly the same time."""
    keys = list(zip(column["equipment_id"], column["start"], column["end"], strict=True))
    counts: dict[object, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return np.array([counts[key] for key in keys], dtype=np.int64)


def _performance(column: Mapping[str, np.ndarray], net_s: np.ndarray, loads: np.ndarray) -> Performance:
    pieces, together = column["produced_quantity"], int(loads.max())
    scrap, rework, setups = (_known(column[name]) for name in ("scrap_quantity", "rework_quantity", "setup_s"))
    times = (net_s if together > 1 else net_s / (pieces + rework))[net_s > 0]
    return Performance(
        responses=len(pieces),
        piece_s=_distribution(times) if len(times) >= MIN_RESPONSES else None,
        lot_pieces=float(np.median(pieces)),
        scrap=float(scrap.sum() / pieces.sum()),
        rework=float(rework.sum() / pieces.sum()),
        setup_s=float(setups[setups > 0].mean()) if (setups > 0).any() else None,
        together=together,
    )


def _known(values: np.ndarray) -> np.ndarray:
    """Quantities of a response, of which those that were not reported count as none."""
    numbers: np.ndarray = np.nan_to_num(values.astype(np.float64))
    return numbers


def _distribution(times: np.ndarray) -> Distribution:
    middle = np.median(times)
    kept = times[(times <= middle * OUTLIER) & (times >= middle / OUTLIER)]
    mean = float(kept.mean())
    return lognormal(mean, float(kept.std()) / mean)


def piece_time(
    recorded: Recorded, segment: Row, done: Performance | None, ideal_s: float | None
) -> Distribution | None:
    """Time of a piece: as reported, else the standard of the segment, else the ideal cycle of its machines."""
    name = segment["segment_id"]
    if done is not None and done.piece_s is not None:
        return done.piece_s
    if segment["standard_s"] is not None:
        recorded.assume(name, later("every piece takes the standard time of {value} s"), segment["standard_s"])
        return fixed(segment["standard_s"])
    if ideal_s is not None:
        recorded.assume(name, later("every piece takes the ideal cycle of the machines, {value} s"), ideal_s)
        return fixed(ideal_s)
    return None
