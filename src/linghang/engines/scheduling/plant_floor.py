"""What the records say of the shop floor: machines, measured pace, set-ups, shifts, repairs that are not done."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linghang.engines.contract import Inputs
from linghang.engines.scheduling.model import Machine

NO_MACHINES = ("utility", "storage", "agv", "conveyor")
"""Kinds of equipment that carry or supply but do not do an operation."""
FEWEST = 20
"""Fewer responses than this do not tell a work centre's pace; ours."""
PACE = (0.5, 3.0)
"""A measured pace outside of this share of the standard time is taken for wrong records; ours."""
HORIZON_DAYS = 120
"""How far the calendar is laid out; ours."""
REPAIR_S = 4 * 3600.0
"""How long a repair takes where no finished one tells; ours."""


def rows(
    inputs: Inputs,
    name: str,
    columns: Sequence[str] = (),
    later_column: str = "",
    later: datetime | None = None,
    isin: tuple[str, set[str]] | None = None,
) -> list[dict[str, Any]]:
    """Return rows of a table as dictionaries: some columns, those later than a moment, those with certain ids."""
    found = inputs.tables[name] if name in inputs.tables else None  # noqa: SIM401 - get skips tables read on demand
    if found is None or found.num_rows == 0:
        return []
    if isin is not None and isin[0] in found.column_names:
        found = found.filter(pc.is_in(found[isin[0]], pa.array(sorted(isin[1]), pa.string())))
    if later_column and later is not None:
        if later_column not in found.column_names:
            return []
        found = found.filter(pc.greater(found[later_column], pa.scalar(later, found[later_column].type)))
    if columns:
        found = found.select([one for one in columns if one in found.column_names])
    return list(found.to_pylist())


def number(value: object) -> float | None:
    """Return a finite number, or None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return read if math.isfinite(read) and abs(read) < 1e12 else None


@dataclass(frozen=True)
class Floorplan:
    """The shop floor.

    Attributes
    ----------
    segments, routing
        Id -> process segment; product -> its segments (of the preferred routing where one is named).
    machines
        Work centre -> ids of its machines.
    pace
        Work centre -> measured time of a piece by its standard time.
    """

    segments: Mapping[str, Mapping[str, Any]]
    routing: Mapping[str, Sequence[Mapping[str, Any]]]
    machines: Mapping[str, tuple[str, ...]]
    centre_of: Mapping[str, str]
    pace: Mapping[str, float]
    cycle_s: Mapping[str, float]
    breaks: Mapping[str, tuple[tuple[int, int], ...]]
    last_product: Mapping[str, str]
    family: Mapping[str, str]
    family_setup_s: Mapping[str, Mapping[tuple[str, str], float]]
    needs: tuple[str, ...]
    notes: tuple[str, ...]

    def piece_s(self, segment: Mapping[str, Any]) -> float:
        """Return the seconds of a piece, at the measured pace of standard time or ideal cycle; 0: unknown."""
        centre = segment.get("work_center_id") or ""
        standard = number(segment.get("standard_s")) or self.cycle_s.get(centre) or 0.0
        return max(standard, 0.0) * self.pace.get(centre, 1.0)

    def machine(self, name: str) -> Machine:
        """Return a machine of the model."""
        centre = self.centre_of[name]
        known = self.last_product.get(name, "")
        matrix = centre if self.matrices({name}) else ""
        return Machine(name, self.breaks.get(name, ()), matrix, known)

    def matrices(self, used: set[str]) -> dict[str, dict[tuple[str, str], int]]:
        """Return the set-up times between products of the work centres of the machines named.

        The same product needs none. Else the matrix of product families tells, else the segment's own set-up time.
        """
        found: dict[str, dict[tuple[str, str], int]] = {}
        for centre in sorted({self.centre_of[name] for name in used}):
            told = self.family_setup_s.get(centre, {})
            own = {
                str(one["product_id"]): number(one.get("setup_s")) or 0.0
                for one in self.segments.values()
                if one.get("work_center_id") == centre
            }
            products = sorted(set(own) | {self.last_product[name] for name in used if name in self.last_product})
            matrix = {}
            for before in products:
                for after in products:
                    pair = (self.family.get(before, before), self.family.get(after, after))
                    time = told.get(pair, own.get(after, 0.0))
                    if before != after and time > 0:
                        matrix[before, after] = round(time)
            if matrix:
                found[centre] = matrix
        return found


def floorplan(inputs: Inputs) -> Floorplan:
    """Read the shop floor from the records, as it was at the end of the stretch."""
    needs, notes = [], []
    segments = {str(row["segment_id"]): row for row in rows(inputs, "process_segment") if row.get("segment_id")}
    preferred = {row["routing_id"] for row in rows(inputs, "routing") if row.get("preferred")}
    routing: dict[str, list[Mapping[str, Any]]] = {}
    for row in segments.values():
        if not preferred or row.get("routing_id") in (None, *preferred):
            routing.setdefault(str(row.get("product_id")), []).append(row)
    listed, usual_cycle = _machines(inputs)
    centre_of = {name: centre for centre, own in listed.items() for name in own}
    pace, last = _pace(inputs, segments)
    matrix: dict[str, dict[tuple[str, str], float]] = {}
    for row in rows(inputs, "setup_matrix"):
        if (time := number(row.get("setup_s"))) is not None and time >= 0:
            matrix.setdefault(row["work_center_id"], {})[row["from_family"], row["to_family"]] = time
    family = {row["product_id"]: row.get("family") or row["product_id"] for row in rows(inputs, "product")}
    breaks, told = _calendar(inputs, centre_of)
    notes += told
    if not rows(inputs, "shift"):
        needs.append("shift")
    repairs = _repairs(inputs)
    for name in sorted(repairs.keys() & centre_of.keys()):
        breaks[name] = merged([*breaks.get(name, ()), (0, repairs[name])])
        notes.append(f"repair {name}")
    return Floorplan(
        segments,
        routing,
        listed,
        centre_of,
        pace,
        usual_cycle,
        breaks,
        last,
        family,
        matrix,
        tuple(needs),
        tuple(notes),
    )


def _machines(inputs: Inputs) -> tuple[dict[str, tuple[str, ...]], dict[str, float]]:
    """Return of every work centre its machines in use, and their usual ideal cycle."""
    machines: dict[str, list[str]] = {}
    cycles: dict[str, list[float]] = {}
    for row in rows(inputs, "equipment"):
        centre, kind = row.get("work_center_id"), row.get("kind")
        gone = row.get("status") in ("idle", "retired") or (row.get("retired_on") or inputs.day) < inputs.day
        if not centre or not row.get("equipment_id") or kind in NO_MACHINES or gone:
            continue
        machines.setdefault(centre, []).append(row["equipment_id"])
        if (cycle := number(row.get("ideal_cycle_s"))) is not None and cycle > 0:
            cycles.setdefault(centre, []).append(cycle)
    listed = {centre: tuple(sorted(set(own))) for centre, own in machines.items()}
    return listed, {centre: median(own) for centre, own in cycles.items()}


def _pace(inputs: Inputs, segments: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, float], dict[str, str]]:
    """Return each work centre's pace in the stretch, and the product that each machine made last."""
    responses = inputs.tables["job_response"] if "job_response" in inputs.tables else None  # noqa: SIM401
    columns = ("job_id", "equipment_id", "start", "end", "produced_quantity", "setup_s")
    if responses is None or not set(columns[:5]) <= set(responses.column_names) or responses.num_rows == 0:
        return {}, {}
    type_ = responses["end"].type
    within = pc.and_(
        pc.greater(responses["end"], pa.scalar(inputs.start, type_)),
        pc.less_equal(responses["end"], pa.scalar(inputs.end, type_)),
    )
    segment_of = {row["job_id"]: row.get("segment_id") for row in rows(inputs, "job_order", ("job_id", "segment_id"))}
    shares: dict[str, list[float]] = {}
    last: dict[str, tuple[datetime, str]] = {}
    there = [one for one in columns if one in responses.column_names]
    for row in responses.filter(within).select(there).to_pylist():
        segment = segments.get(str(segment_of.get(row["job_id"])))
        if segment is None or row["start"] is None or row["end"] is None:
            continue
        name, product = row.get("equipment_id"), str(segment.get("product_id"))
        if name and (name not in last or last[name] < (row["end"], product)):
            last[name] = (row["end"], product)
        worked = (row["end"] - row["start"]).total_seconds() - (number(row.get("setup_s")) or 0.0)
        standard = (number(row["produced_quantity"]) or 0.0) * (number(segment.get("standard_s")) or 0.0)
        if standard > 0 and worked > 0:
            shares.setdefault(segment.get("work_center_id") or "", []).append(worked / standard)
    pace = {centre: median(own) for centre, own in shares.items() if len(own) >= FEWEST}
    good = {centre: value for centre, value in pace.items() if PACE[0] <= value <= PACE[1]}
    return good, {name: product for name, (_, product) in last.items()}


def _calendar(inputs: Inputs, centre_of: Mapping[str, str]) -> tuple[dict[str, tuple[tuple[int, int], ...]], list[str]]:
    """Return the breaks of every machine: when none of its shifts (its work centre's, else the factory's) runs.

    Where the shifts end before the horizon does, their last week goes on.
    """
    by_centre: dict[str | None, list[tuple[int, int]]] = {}
    for row in rows(inputs, "shift"):
        if row.get("start") is None or row.get("end") is None or row["end"] <= row["start"]:
            continue
        span = tuple(int((row[name] - inputs.end).total_seconds()) for name in ("start", "end"))
        by_centre.setdefault(row.get("work_center_id"), []).append((span[0], span[1]))
    if not by_centre:
        return {}, []
    week, horizon = 7 * 86400, HORIZON_DAYS * 86400
    laid: dict[str | None, tuple[tuple[int, int], ...]] = {}
    extended = False
    for centre, spans in by_centre.items():
        last = max(end for _, end in spans)
        pattern = [span for span in spans if span[1] > last - week]
        more = list(spans)
        turn = 1
        while last + (turn - 1) * week < horizon and last > -5 * week:
            more += [(start + turn * week, end + turn * week) for start, end in pattern]
            turn, extended = turn + 1, True
        working = merged([(max(start, 0), min(end, horizon)) for start, end in more if end > 0 and start < horizon])
        edges = [0, *(edge for span in working for edge in span), horizon]
        laid[centre] = tuple((edges[at], edges[at + 1]) for at in range(0, len(edges), 2) if edges[at + 1] > edges[at])
    found = {name: laid.get(centre, laid.get(None, ())) for name, centre in centre_of.items()}
    return {name: spans for name, spans in found.items() if spans}, ["shifts"] if extended else []


def _repairs(inputs: Inputs) -> dict[str, int]:
    """Return machine -> seconds until a repair that has begun and is not finished will probably be."""
    times: list[float] = []
    open_since: dict[str, float] = {}
    columns = ("equipment_id", "kind", "started_at", "finished_at")
    for row in rows(inputs, "maintenance_order", columns):
        start, end = row.get("started_at"), row.get("finished_at")
        if row.get("kind") != "corrective" or start is None or start > inputs.end:
            continue
        if end is None or end > inputs.end:
            if inputs.end - start < timedelta(days=30):
                name, since = str(row["equipment_id"]), (inputs.end - start).total_seconds()
                open_since[name] = min(since, open_since.get(name, since))
        elif end > start:
            times.append((end - start).total_seconds())
    usual = median(times) if times else REPAIR_S
    return {name: max(1800, int(usual - since)) for name, since in open_since.items()}


def merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans joined where they touch or overlap, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)
