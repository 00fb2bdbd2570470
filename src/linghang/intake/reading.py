"""How the texts of one column are to be read, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linghang.errors import BadInput
from linghang.plant.problem import Flaw


@dataclass(frozen=True, slots=True)
class Reading:
    """How the texts of a column are to be read.

    Attributes
    ----------
    column
        The column of the records.
    given
        Unit that the source gives, None for that of the column.
    zone
        Time zone of times that say none.
    format
        Form of the times (strptime), else the usual forms.
    words
        Word of the source -> word of the column.
    times
        Factor that numbers are multiplied by.
    closes
        Whether 00:00 closes the day that stands before it.
    floor
        "day" or "month": the day, or the first day of the month, of a moment.
    """

    column: "sa.Column[Any]"
    zone: str
    given: str | None = None
    format: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    times: Fraction | None = None
    closes: bool = False
    floor: str | None = None

    @property
    def kind(self) -> str:
        """Kind of the column."""
        return str(self.column.info["kind"])

    @property
    def wanted(self) -> str | None:
        """Unit of the column where it is the same for every row."""
        unit = self.column.info["unit"]
        return None if unit is None or unit.startswith("@") else str(unit)


class Converted(NamedTuple):
    """Values of a column, null where a text was refused, and the refusals."""

    array: pa.Array
    flaws: list[Flaw]


def one_by_one(
    text: pa.Array, chosen: pa.Array, read: Callable[[str], Any], kind: pa.DataType
) -> tuple[pa.Array, list[Flaw]]:
    """Read every distinct text of the chosen rows by a function; other rows are null.

    Parameters
    ----------
    chosen
        Mask of the rows.
    read
        Gives the value or raises `BadInput`.
    """
    encoded = pc.if_else(chosen, text, pa.scalar(None, pa.string())).dictionary_encode()
    values: list[Any] = []
    refused: dict[int, BadInput] = {}
    for code, written in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(read(written))
        except BadInput as refusal:
            values.append(None)
            refused[code] = refusal
    array = pa.array(values, kind).take(encoded.indices)
    return array, flaws_of(encoded.indices, refused)


def flaws_of(codes: pa.Array, refused: Mapping[int, BadInput]) -> list[Flaw]:
    """Return a flaw for every row whose code was refused."""
    if not refused:
        return []
    wrong = pc.is_in(codes, value_set=pa.array(list(refused), codes.type))
    places = np.flatnonzero(wrong.to_numpy(zero_copy_only=False))
    found = codes.take(pa.array(places)).to_pylist()
    return [
        Flaw(row, refused[code].message, refused[code].values) for row, code in zip(places.tolist(), found, strict=True)
    ]
