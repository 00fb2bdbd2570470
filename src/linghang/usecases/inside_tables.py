"""The tables of records that are inside a bundle, and what became of computing with them."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from linghang.errors import BadInput, Place
from linghang.evidence.bundle import Opened
from linghang.evidence.bundle_format import entry_of
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES
from linghang.store.records import digest

Outcome = Literal["same", "differs", "not_rerun"]
MAX_CELLS = 500_000_000
"""Rows times columns of a table that is read: a small file can promise any number of them."""


class Rerun(NamedTuple):
    """What became of computing one observation again.

    Attributes
    ----------
    number
        Of the record in the ledger.
    why
        Of what differs, how; of what was not computed again, why not.
    """

    number: int
    about: str
    kind: str
    source: str
    outcome: Outcome
    why: BadInput | None = None


class NotAsThen(BadInput):
    """Something that was there when it was computed first is not there now."""


class InsideTables(Mapping[str, pa.Table]):
    """The tables of records that are inside, read when they are first looked at."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.read: dict[str, pa.Table] = {}
        self.digests: dict[str, str] = {}

    def __getitem__(self, name: str) -> pa.Table:
        if name not in TABLES:
            raise KeyError(name)
        if not self.has(name):
            raise NotAsThen("the table {table} is not inside", table=name)
        if name not in self.read:
            self.read[name] = read_table(self.opened.read(entry_of(name)), name)
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def has(self, name: str) -> bool:
        """Whether a table is inside."""
        return self.opened.has(entry_of(name))

    def digest(self, name: str) -> str:
        """sha256 of the rows of a table, as observations name it."""
        if name not in self.digests:
            self.digests[name] = digest(self[name])
        return self.digests[name]


def read_table(data: bytes, name: str) -> pa.Table:
    """Read a table of records from Parquet.

    Raises
    ------
    BadInput
        It is no Parquet, too large, or not the table that it is called.
    """
    place = Place(entry_of(name))
    try:
        file = pq.ParquetFile(BytesIO(data))
        if file.metadata.num_rows * max(file.metadata.num_columns, 1) > MAX_CELLS:
            raise BadInput("would be read into more than {limit} cells", place, limit=MAX_CELLS)
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput("is no Parquet that can be read: {reason}", place, reason=str(error)) from None
    wanted = arrow_schema(TABLES[name])
    if [(one.name, one.type) for one in table.schema] != [(one.name, one.type) for one in wanted]:
        raise BadInput("has not the columns of the table {table}", place, table=name)
    return table
