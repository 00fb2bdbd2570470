"""Small questions to Arrow tables that derivations share: in use on a day, shares with unknowns, time covered."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.evidence.derive import Found, Look, Needs

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def where(table: pa.Table, **values: Any) -> pa.Table:
    """Keep the rows whose columns hold the given values; a null never does."""
    mask = None
    for name, value in values.items():
        one = (
            pc.is_in(table[name], pa.array(value, table[name].type))
            if isinstance(value, list | tuple)
            else pc.equal(table[name], value)
        )
        mask = one if mask is None else pc.and_(mask, one)
    return table if mask is None else table.filter(pc.fill_null(mask, False))


def in_use(table: pa.Table, day: date, start: str = "go_live_on", end: str = "retired_on") -> pa.Table:
    """Keep what began before `day` and was not retired by then."""
    return table.filter(pc.fill_null(whether_in_use(table, day, start, end), False))


def whether_in_use(table: pa.Table, day: date, start: str, end: str) -> pa.ChunkedArray:
    """Whether each row began before `day` and was not retired by then; null where its beginning is not known."""
    ended = pc.fill_null(pc.less_equal(table[end], pa.scalar(day)), False)
    return pc.and_kleene(pc.less(table[start], pa.scalar(day)), pc.invert(ended))


def between(table: pa.Table, column: str, start: datetime | date, end: datetime | date) -> pa.Table:
    """Keep the rows whose moment or day lies in `[start, end)`."""
    low, high = pa.scalar(start, table[column].type), pa.scalar(end, table[column].type)
    inside = pc.and_(pc.greater_equal(table[column], low), pc.less(table[column], high))
    return table.filter(pc.fill_null(inside, False))


def key_equipment(look: Look) -> pa.Table:
    """Key equipment that is in use; without a day of commissioning it has long been."""
    rows = where(look.tables["equipment"], key=True, status="in_use")
    return rows.filter(pc.fill_null(whether_in_use(rows, look.as_of, "commissioned_on", "retired_on"), True))


def share_of_flags(flags: pa.ChunkedArray, threshold: Decimal, name: str, what: str) -> Found | Needs:
    """Decide whether the share of yes reaches a threshold; a null may be either, so it can leave it open.

    Parameters
    ----------
    flags
        One flag a thing; null is unknown.
    threshold, name
        The bound and the interpretation that gives it.
    what
        What would have to be supplied where the unknown ones decide.
    """
    total = len(flags)
    yes = int(pc.sum(pc.cast(flags, pa.int64())).as_py() or 0)
    unknown = flags.null_count
    if total == 0:
        return Needs((what,))
    detail = {"yes": yes, "unknown": unknown, "of": total, name: str(threshold)}
    if yes >= threshold * total:
        return Found("met", detail)
    if yes + unknown < threshold * total:
        return Found("unmet", detail)
    return Needs((what,))


def closed(states: pa.Table, before: datetime, longest: timedelta, last_points: Mapping[str, datetime]) -> pa.Table:
    """Give every state that began before a moment an end: as far as it is known, and not after that moment.

    A state without an end says that nothing else was heard, so it counts until the data horizon: the moment of the
    equipment's own last live point; without telemetry the latest moment that any state of the plant speaks of. An
    open state of a plant that went silent thus ends where the plant went silent.

    Parameters
    ----------
    states
        Rows of `equipment_state`.
    before
        Nothing from this moment on is seen.
    longest
        An open state counts at most so long.
    last_points
        Equipment -> moment of its last live point.
    """
    kind, limit = states["start"].type, micros(before)
    states = states.filter(pc.less(states["start"], pa.scalar(before, kind)))
    begins = states["start"].cast(pa.int64()).to_numpy()
    is_open = states["end"].is_null().to_numpy(zero_copy_only=False)
    ends = pc.fill_null(states["end"].cast(pa.int64()), 0).to_numpy()
    spoken = np.minimum(np.where(is_open, begins, ends), limit)
    horizon = int(spoken.max(initial=0))
    own = [last_points.get(one) for one in states["equipment_id"].filter(pa.array(is_open)).to_pylist()]
    known = np.array([horizon if one is None else micros(one) for one in own], np.int64)
    known = np.minimum(known, np.minimum(begins[is_open] + longest // timedelta(microseconds=1), limit))
    spoken[is_open] = np.maximum(known, begins[is_open])
    return states.set_column(states.schema.get_field_index("end"), "end", pa.array(spoken).cast(kind))


def covered_micros(states: pa.Table, ids: list[str], start: datetime, end: datetime) -> dict[str, int]:
    """Return per equipment the microseconds of `[start, end)` that its known states cover.

    States have ends and do not overlap.
    """
    chosen = states.filter(
        pc.and_(pc.is_in(states["equipment_id"], pa.array(ids, pa.string())), pc.not_equal(states["state"], "unknown"))
    )
    low, high = micros(start), micros(end)
    begins, ends = (chosen[name].cast(pa.int64()).to_numpy() for name in ("start", "end"))
    covered = np.clip(np.minimum(ends, high) - np.maximum(begins, low), 0, None)
    summed = pa.table({"id": chosen["equipment_id"], "covered": covered}).group_by("id").aggregate([("covered", "sum")])
    found = dict(zip(summed["id"].to_pylist(), summed["covered_sum"].to_pylist(), strict=True))
    return {one: found.get(one, 0) for one in ids}


def micros(moment: datetime) -> int:
    """Return the microseconds since 1970 of a moment with a zone."""
    return (moment - EPOCH) // timedelta(microseconds=1)
