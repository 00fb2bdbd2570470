"""What checks of records speak of: the rows that they read and the problems that they find."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from linghang.errors import BadInput
from linghang.words import tr

Column = Sequence[Any] | pa.Array | pa.ChunkedArray
"""Values of one column: a list, or an Arrow array."""

Known = Mapping[str, Collection[str] | pa.Array]
"""`table.column` -> the values that are known there. What is missing here is not checked."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a row.

    Attributes
    ----------
    row
        Place of the row in the columns, from 0; None where a whole column is meant.
    column
        The column to look at first.
    check
        Id of the check that found it.
    message, values
        Sentence of the catalogue and what goes into its braces.
    """

    row: int | None
    column: str
    check: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return tr(self.message, **self.values)

    def refusal(self) -> BadInput:
        """Return the problem as an exception."""
        refused = BadInput(self.message, subject=self.column)
        refused.values = dict(self.values)
        return refused


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that a check refuses, with its own sentence where the check has several."""

    row: int
    message: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table as Arrow arrays of the types that the table's columns have.

    Attributes
    ----------
    arrays
        Only the columns that are there and readable.
    """

    table: sa.Table
    arrays: Mapping[str, pa.Array]
    known: Known
    now: datetime | None

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values()))) if self.arrays else 0

    def has(self, *columns: str) -> bool:
        """Whether all these columns are there."""
        return all(column in self.arrays for column in columns)
