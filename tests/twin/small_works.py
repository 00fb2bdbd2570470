"""A small works that tests share: some weeks around a Spring Festival, made once a process."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.plant.problem import Problem
from linghang.plant.records import check_rows
from linghang.plant.tables import TABLES
from linghang.twin.works.span import Span
from linghang.twin.works.works import Works, make_works

SEED = 7
SMALL = Span(date(2025, 2, 10), 1)


@cache
def small_works() -> Works:
    """The works from 2025-01-01 to 2025-02-10; all its capabilities are live."""
    return make_works(SMALL, SEED, lambda _done, _all: None)


def floats(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers of a column."""
    return column.to_numpy().astype(np.float64)


def moments(column: pa.ChunkedArray) -> np.ndarray:
    """UTC microseconds of a column of moments."""
    return column.cast(pa.int64()).to_numpy()


def sums(keys: pa.ChunkedArray, amounts: np.ndarray) -> dict[str, float]:
    """Sum amounts by key."""
    found = pa.table({"key": keys, "amount": amounts}).group_by("key").aggregate([("amount", "sum")])
    return dict(zip(found["key"].to_pylist(), found["amount_sum"].to_pylist(), strict=True))


def only(table: pa.Table, **values: str) -> pa.Table:
    """Keep the rows whose columns have these values."""
    for name, value in values.items():
        table = table.filter(pc.fill_null(pc.equal(table[name], value), False))
    return table


def problems_of(tables: Mapping[str, pa.Table], now: datetime) -> list[tuple[str, Problem]]:
    """Everything that the checks of an import find in all tables together."""
    known = {
        foreign.target_fullname: tables[foreign.column.table.name][foreign.column.name].combine_chunks()
        for table in TABLES.values()
        for column in table.columns
        for foreign in column.foreign_keys
    }
    known["process_segment.product_id"] = tables["process_segment"]["product_id"].combine_chunks()
    return [
        (name, problem)
        for name in TABLES
        for problem in check_rows(
            name, {column: tables[name][column] for column in tables[name].schema.names}, known, now
        )
    ]


def end_of(span: Span) -> datetime:
    """The moment at which the records end."""
    return datetime.fromtimestamp(span.end_us / 1_000_000, UTC)
