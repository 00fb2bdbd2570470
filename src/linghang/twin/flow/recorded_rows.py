"""Rows of the records as arrays: what the parts of a model made from records read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.errors import BadInput
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES
from linghang.twin.flow.model import Assumption
from linghang.twin.flow.streams import US
from linghang.twin.flow.world import to_us

Row = dict[str, Any]


@dataclass
class Recorded:
    """The records of one factory over a time, and what had to be assumed or is missing.

    Attributes
    ----------
    tables
        Name -> Arrow table with the columns of the records; a table that is missing has no rows.
    factory_id
        Factory that is modelled.
    since, until
        Time from which figures are taken.
    assumptions, problems
        What is gathered on the way.
    """

    tables: Mapping[str, pa.Table]
    factory_id: str
    since: datetime
    until: datetime
    assumptions: list[Assumption] = field(default_factory=list)
    problems: list[BadInput] = field(default_factory=list)
    _clocks: "dict[str, RunningClock] | None" = None

    def rows(self, name: str) -> list[Row]:
        """All rows of a table."""
        table = self.tables.get(name)
        return [] if table is None else table.to_pylist()

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """Columns of a table as arrays: moments in microseconds, nulls of numbers and moments NaN, of texts None."""
        table = self.tables.get(name)
        if table is None:
            table = arrow_schema(TABLES[name]).empty_table()
        return {column: _array(table[column]) for column in table.column_names}

    def foreign_centres(self) -> set[str]:
        """Work centres that belong to another factory."""
        factory_of = {row["site_id"]: row["factory_id"] for row in self.rows("site")}
        site_of = {row["area_id"]: row["site_id"] for row in self.rows("area")}
        return {
            row["work_center_id"]
            for row in self.rows("work_center")
            if factory_of.get(site_of.get(row["area_id"]), self.factory_id) != self.factory_id
        }

    def assume(self, subject: str, text: str, value: object = None) -> None:
        """Remember an assumption."""
        self.assumptions.append(Assumption(subject, text, value))

    def clock(self, equipment_id: str) -> "RunningClock | None":
        """Operating time of a machine by its recorded states; None where it has none."""
        if self._clocks is None:
            self._clocks = _clocks(self.columns("equipment_state"), to_us(self.until))
        return self._clocks.get(equipment_id)


class RunningClock:
    """How long a machine had run at any moment.

    Parameters
    ----------
    starts, ends
        Stretches of running in microseconds, sorted, without overlaps.
    """

    def __init__(self, starts: np.ndarray, ends: np.ndarray) -> None:
        self._marks = np.column_stack([starts, ends]).ravel()
        run = np.cumsum(ends - starts)
        self._run = np.column_stack([run - (ends - starts), run]).ravel()

    def seconds(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Time in s that the machine ran in each of the stretches `[start, end)`."""
        if not len(self._marks):
            return np.zeros(len(starts))
        found: np.ndarray = (self._at(ends) - self._at(starts)) / US
        return found

    def _at(self, moments: np.ndarray) -> np.ndarray:
        return np.interp(moments.astype(np.float64), self._marks.astype(np.float64), self._run.astype(np.float64))


def _clocks(states: Mapping[str, np.ndarray], until_us: int) -> dict[str, RunningClock]:
    """Clocks of all machines that have states."""
    ends = np.where(np.isnan(states["end"].astype(np.float64)), until_us, states["end"]).astype(np.int64)
    starts = states["start"].astype(np.int64)
    running = states["state"] == "running"
    return {
        machine: RunningClock(starts[rows][running[rows]], ends[rows][running[rows]])
        for machine, rows in by_value(states["equipment_id"], starts)
    }


def by_value(values: np.ndarray, order: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Places of the rows of each value, in the order of `order`."""
    names, number = np.unique(values.astype(str), return_inverse=True)
    places = np.lexsort((order, number))
    cuts = np.searchsorted(number[places], np.arange(1, len(names)))
    return list(zip(names.tolist(), np.split(places, cuts), strict=True)) if len(values) else []


def grouped(rows: list[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Rows by a key; those without one are left out."""
    known = [row for row in rows if key(row) is not None]
    return {one: list(found) for one, found in groupby(sorted(known, key=key), key=key)}


def _array(column: pa.ChunkedArray) -> np.ndarray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.int64())
    if pa.types.is_timestamp(kind) or pa.types.is_floating(kind) or pa.types.is_integer(kind):
        if column.null_count:
            column = column.cast(pa.float64(), safe=False)
        numbers: np.ndarray = column.to_numpy()
        return numbers
    texts: np.ndarray = column.to_numpy()
    return texts
