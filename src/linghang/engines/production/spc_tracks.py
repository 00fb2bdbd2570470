"""What the process analysis watches: characteristics on machines, named and made comparable.

A track is one characteristic on one machine at one operation, over all products: measured values as deviations from
the product's target in shares of half its tolerance (short-run chart, ISO 7870-8), so that twenty kinds of a part share
one chart; counts of nonconforming units as normal scores; process parameters as means of an interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["measured", "counted", "parameter"]
HUGE = 1e100
"""Beyond it a square is no number any more: such a value is an error of its source."""


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """A process step as the shop floor knows it: one work centre and name, for every product that passes it."""

    name: str
    work_center_id: str = ""


@dataclass(frozen=True, slots=True, order=True)
class TrackId:
    """What is watched where: operation, characteristic and machine (empty where the records do not say)."""

    operation: Operation
    name: str
    equipment_id: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Characteristic:
    """How one product's characteristic is put on a chart: value = nominal + scale * point."""

    characteristic_id: str
    product_id: str
    name: str
    unit: str
    operation: Operation
    nominal: float | None
    scale: float
    lower: float | None
    upper: float | None
    target: float | None
    key: bool


@dataclass(frozen=True, slots=True)
class Course:
    """Points of a track, oldest first.

    Attributes
    ----------
    at_us, point
        (n,) when, and what is charted.
    value, lower, upper
        (n,) as measured (share of nonconforming units for counts), and its specification; NaN where there is none.
    follows
        (n,) whether the point comes right after the one before.
    size
        (n,) units looked at; 1 of values.
    of
        (n,) whose it is: place in the list of characteristics; -1 for parameters.
    row
        (n,) place among all inspections read.
    """

    at_us: Ints
    point: Floats
    value: Floats
    lower: Floats
    upper: Floats
    follows: NDArray[np.bool_]
    size: Floats
    of: Ints
    row: Ints

    def __len__(self) -> int:
        return len(self.at_us)


def operations_of(segments: pa.Table) -> tuple[dict[str, Operation], set[Operation]]:
    """Return segment -> operation, and the operations of which a segment is key."""
    found, key = {}, set()
    for row in segments.select(["segment_id", "name", "work_center_id", "key"]).to_pylist():
        one = Operation(row["name"] or row["segment_id"], row["work_center_id"] or "")
        found[row["segment_id"]] = one
        if row["key"]:
            key.add(one)
    return found, key


def characteristics_of(table: pa.Table, operations: Mapping[str, Operation]) -> dict[str, Characteristic]:
    """Return the characteristics by id; one whose limits contradict each other has none."""
    return {row["characteristic_id"]: _characteristic(row, operations) for row in table.to_pylist()}


def _characteristic(row: Mapping[str, Any], operations: Mapping[str, Operation]) -> Characteristic:
    lower, upper, target = (_number(row[name]) for name in ("lower_limit", "upper_limit", "target"))
    if lower is not None and upper is not None and lower >= upper:
        lower = upper = None
    scale = (upper - lower) / 2 if lower is not None and upper is not None else 1.0
    middle = (upper + lower) / 2 if lower is not None and upper is not None else None
    return Characteristic(
        row["characteristic_id"],
        row["product_id"] or "",
        row["name"] or row["characteristic_id"],
        row["unit"] or "",
        operations.get(row["segment_id"] or "", Operation("")),
        target if target is not None else middle,
        scale if scale > 0 else 1.0,
        lower,
        upper,
        target,
        bool(row["key"]),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < HUGE else None


@dataclass(frozen=True, slots=True)
class Seen:
    """Inspections as columns, oldest first; `of` is the place in the list of characteristics."""

    at_us: Ints
    of: Ints
    equipment: NDArray[np.object_]
    value: Floats
    size: Floats
    bad: Floats


STAGES = ("in_process", "final")
"""Stages of inspection that say something about the own process; incoming and customer's do not."""


def inspections_between(table: pa.Table, names: list[str], start_us: int, end_us: int) -> Seen:
    """Read the inspections of `[start, end)` of known characteristics."""
    at = table["at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    inside = pc.and_(pc.greater_equal(at, start_us), pc.less(at, end_us))
    known = pc.is_in(table["characteristic_id"], value_set=pa.array(names, pa.string()))
    stage = table["stage"]
    own = pc.or_(pc.is_null(stage), pc.is_in(stage, value_set=pa.array(STAGES, pa.string())))
    some = table.filter(pc.fill_null(pc.and_(pc.and_(inside, known), own), False))
    return seen_of(some, names)


def seen_of(some: pa.Table, names: list[str], *, sort: bool = True) -> Seen:
    """Return rows of inspections of known characteristics as columns; unsorted ones are oldest first already."""
    moments = some["at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    of = pc.index_in(some["characteristic_id"], value_set=pa.array(names, pa.string()))
    equipment = pc.fill_null(some["equipment_id"].cast(pa.string()), "")
    order = np.arange(len(moments))
    if sort:
        order = np.lexsort((some["inspection_id"].to_numpy(zero_copy_only=False).astype(str), moments))
    columns = [_floats(some[name]) for name in ("value", "inspected_quantity", "defective_quantity")]
    return Seen(
        moments.astype(np.int64)[order], of.to_numpy(zero_copy_only=False).astype(np.int64)[order],
        equipment.to_numpy(zero_copy_only=False).astype(object)[order], *(one[order] for one in columns),
    )  # fmt: skip


def _floats(column: pa.ChunkedArray) -> Floats:
    values = np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
    with np.errstate(invalid="ignore"):
        values[~(np.abs(values) < HUGE)] = np.nan
    return values


def courses_of(
    seen: Seen, known: list[Characteristic], least_size: float, centres: Mapping[str, float]
) -> dict[TrackId, Course]:
    """Sort inspections into tracks.

    Parameters
    ----------
    least_size
        Fewest units of an inspection that is counted: shares of one or two units say nothing.
    centres
        Characteristic -> centre of its values, where neither target nor limits give a nominal.
    """
    nominal = np.array([_nominal(one, centres) for one in known] + [np.nan])
    scale = np.array([one.scale for one in known] + [1.0])
    lower = np.array([_or_nan(one.lower) for one in known] + [np.nan])
    upper = np.array([_or_nan(one.upper) for one in known] + [np.nan])
    point = (seen.value - nominal[seen.of]) / scale[seen.of]
    groups: dict[tuple[Operation, str, str], int] = {}
    place = np.array([groups.setdefault((one.operation, one.name, one.unit), len(groups)) for one in known] + [-1])
    machines, machine = np.unique(seen.equipment.astype(str), return_inverse=True)
    label = place[seen.of] * max(len(machines), 1) + machine
    keys = list(groups)
    found: dict[TrackId, Course] = {}
    measured = np.isfinite(point)
    with np.errstate(invalid="ignore"):
        counted = (seen.size >= least_size) & (seen.bad >= 0) & (seen.bad <= seen.size)
    share = np.divide(seen.bad, seen.size, out=np.full(len(seen.bad), np.nan), where=counted)
    for each in np.unique(label).tolist():
        operation, name, unit = keys[each // max(len(machines), 1)]
        own = np.flatnonzero(label == each)
        equipment = str(machines[each % max(len(machines), 1)])
        rows = own[measured[own]]
        if len(rows):
            found[TrackId(operation, name, equipment, "measured", unit)] = Course(
                seen.at_us[rows], point[rows], seen.value[rows], lower[seen.of[rows]], upper[seen.of[rows]],
                np.ones(len(rows), np.bool_), np.ones(len(rows)), seen.of[rows], rows,
            )  # fmt: skip
        rows = own[counted[own]]
        if len(rows):
            none = np.full(len(rows), np.nan)
            found[TrackId(operation, name, equipment, "counted")] = Course(
                seen.at_us[rows], seen.bad[rows], share[rows], none, none,
                np.ones(len(rows), np.bool_), seen.size[rows], seen.of[rows], rows,
            )  # fmt: skip
    return found


def own_centres(seen: Seen, known: list[Characteristic]) -> dict[str, float]:
    """Return the median of the values of each characteristic that has neither target nor both limits."""
    found = {}
    for place, one in enumerate(known):
        if one.nominal is None:
            values = seen.value[seen.of == place]
            values = values[np.isfinite(values)]
            if len(values):
                found[one.characteristic_id] = float(np.median(values))
    return found


def _nominal(one: Characteristic, centres: Mapping[str, float]) -> float:
    return one.nominal if one.nominal is not None else centres.get(one.characteristic_id, np.nan)


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
