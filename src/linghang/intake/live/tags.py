"""What stored names mean: the record table `tag` gives each its equipment, quantity and unit, applied when it is read.

Telemetry keeps values as they arrive, so a wrong mapping is mended by changing its row: everything that was stored
before is right then too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.errors import BadInput
from linghang.plant.units import convert_numbers
from linghang.plant.writing import check_source_unit

VALUE, LOW, HIGH = ("value", "mean"), "low", "high"
"""Columns of read telemetry that hold values of the tag."""


@dataclass(frozen=True, slots=True)
class TagMapping:
    """What one stored name means.

    Attributes
    ----------
    tag_id
        The tag.
    source
        Its name in the telemetry store.
    equipment_id, quantity, unit
        Where it hangs, what it measures, and the unit that `values` gives; None where nobody said it.
    source_unit
        Unit of `stored * scale + offset`; that of the tag where None.
    scale, offset
        See there.

    Raises
    ------
    BadInput
        The source's unit does not convert to that of the tag, or scale and offset are no numbers that convert.
    """

    tag_id: str
    source: str
    equipment_id: str | None = None
    quantity: str | None = None
    unit: str | None = None
    source_unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not (isfinite(self.scale) and isfinite(self.offset)) or self.scale == 0:
            raise BadInput("{tag}: a scale is a number other than 0, an offset is a number", tag=self.tag_id)
        if self.unit is not None and self.source_unit is not None:
            check_source_unit(self.unit, self.source_unit)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "TagMapping":
        """Read a row of the table `tag` that has a source."""
        return cls(
            tag_id=row["tag_id"],
            source=row["source"],
            equipment_id=row.get("equipment_id"),
            quantity=row.get("quantity"),
            unit=row.get("unit"),
            source_unit=row.get("source_unit"),
            scale=1.0 if row.get("source_scale") is None else row["source_scale"],
            offset=row.get("source_offset") or 0.0,
        )

    def values(self, stored: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return stored numbers in the unit of the tag; unchanged where the row says nothing."""
        scaled = stored if self.scale == 1 else stored * self.scale
        shifted = scaled + self.offset if self.offset else scaled
        if self.unit is None or self.source_unit is None:
            return shifted
        return convert_numbers(shifted, self.source_unit, self.unit)


def mappings(tags: Iterable[Mapping[str, Any]]) -> dict[str, TagMapping]:
    """Return the mappings of rows of `tag` by their id; rows without a source are left out."""
    return {row["tag_id"]: TagMapping.of(row) for row in tags if row.get("source")}


def mapped(read: pa.Table, mapping: TagMapping) -> pa.Table:
    """Return telemetry of one numeric tag in the tag's unit.

    Parameters
    ----------
    read
        Points (`value`) or intervals (`mean`, `low`, `high`) of the source, as the telemetry reader gives them.
    mapping
        Of this source.

    Returns
    -------
    pyarrow.Table
        The same rows and columns. Where the scale is negative, the least value is the greatest and they change places.
    """
    columns = {name: read[name].combine_chunks() for name in (*VALUE, LOW, HIGH) if name in read.column_names}
    swapped = mapping.scale < 0 and LOW in columns and HIGH in columns
    for name in columns:
        column = columns[{LOW: HIGH, HIGH: LOW}.get(name, name) if swapped else name]
        missing = column.is_null().to_numpy(zero_copy_only=False)
        stored = column.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        values = pa.array(mapping.values(stored), mask=missing)
        read = read.set_column(read.column_names.index(name), name, values)
    return read
