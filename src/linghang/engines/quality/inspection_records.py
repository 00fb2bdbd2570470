"""Inspections of the records as arrays: what the engine looks at, read once and without trusting any value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.engines.columns import micros_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = NDArray[np.object_]
LARGEST = 1e15
"""Quantities and values above this are no measurements but accidents of an import."""


@dataclass(frozen=True)
class Inspections:
    """One row an inspection, oldest first.

    Attributes
    ----------
    at_us
        UTC microseconds.
    product, characteristic, lot, stage, equipment
        Names; None where the records do not say.
    inspected, defective, value
        NaN where not said or no number.
    digital, failed
        1 yes, 0 no, -1 not said.
    lot_size
        Quantity of the lot by the lot table; NaN where unknown.
    supplier
        Of the lot.
    """

    at_us: Ints
    product: Names
    characteristic: Names
    lot: Names
    stage: Names
    equipment: Names
    inspected: Floats
    defective: Floats
    value: Floats
    digital: Ints
    failed: Ints
    lot_size: Floats
    supplier: Names

    def __len__(self) -> int:
        return len(self.at_us)

    def take(self, rows: Ints | NDArray[np.bool_]) -> "Inspections":
        """Return some of the rows."""
        return Inspections(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def groups(self, *names: str) -> dict[tuple[str | None, ...], Ints]:
        """Return the rows of every combination of some columns, in the order of the rows, sorted by name."""
        code = np.zeros(len(self), np.int64)
        for name in names:
            filled = np.array(["" if one is None else one for one in getattr(self, name)], dtype=str)
            kinds, number = np.unique(filled, return_inverse=True)
            code = code * (len(kinds) + 1) + number
        if not len(code):
            return {}
        order = np.argsort(code, kind="stable")
        starts = np.flatnonzero(np.append(True, code[order][1:] != code[order][:-1]))
        return {tuple(getattr(self, name)[rows[0]] for name in names): rows for rows in np.split(order, starts[1:])}


def inspections(tables: Mapping[str, pa.Table], start_us: int, end_us: int) -> Inspections:
    """Return the inspections of `[start, end)` that have a product, oldest first, with the size of their lots."""
    table = tables["inspection"]
    at = micros_of(table["at"])
    product = _names(table, "product_id")
    good = np.flatnonzero((at >= start_us) & (at < end_us) & np.array([one is not None for one in product], bool))
    good = good[np.argsort(at[good], kind="stable")]
    table = table.take(pa.array(good))
    lots = tables["lot"]
    place = pc.index_in(table["lot_id"].combine_chunks(), value_set=lots["lot_id"].combine_chunks())
    quantity, supplier = lots["quantity"].combine_chunks().take(place), lots["supplier_id"].combine_chunks().take(place)
    judged = _names(table, "judged")
    return Inspections(
        at_us=at[good],
        product=product[good],
        characteristic=_names(table, "characteristic_id"),
        lot=_names(table, "lot_id"),
        stage=_names(table, "stage"),
        equipment=_names(table, "equipment_id"),
        inspected=numbers(table["inspected_quantity"]),
        defective=numbers(table["defective_quantity"]),
        value=numbers(table["value"]),
        digital=_flags(table["digital"]),
        failed=np.array([-1 if one is None else int(one == "fail") for one in judged], np.int64),
        lot_size=numbers(pa.chunked_array([quantity])),
        supplier=np.array(supplier.to_pylist(), dtype=object),
    )


def numbers(column: pa.ChunkedArray) -> Floats:
    """Return a column as floats; NaN for nothing, for what is not finite and for what is beyond all measure."""
    values = np.array(pc.cast(column, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    values[~(np.abs(values) < LARGEST)] = np.nan
    return values


def _names(table: pa.Table, name: str) -> Names:
    return np.array(table[name].to_pylist(), dtype=object)


def _flags(column: pa.ChunkedArray) -> Ints:
    return np.array([-1 if one is None else int(one) for one in column.to_pylist()], dtype=np.int64)
