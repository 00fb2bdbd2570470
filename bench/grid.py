"""A grid over a table of a million rows: pages at the beginning, in the middle and at the end, sorted and filtered.

The peer is what one writes first: SELECT * … ORDER BY … LIMIT … OFFSET on the same database, rows as Arrow too.

Run the file for the table: `python -m bench.grid`.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from linghang.plant.tables import TABLES
from linghang.store.records import arrow_of, key_of
from linghang.usecases.record_pages import rows
from linghang.usecases.workspaces import make_workspace, open_workspace

if TYPE_CHECKING:
    from bench.__main__ import Bench

ROWS = 1_000_000
TABLE = "meter_reading"
LIMIT = 100
BAR_MS = 100.0


def works(folder: Path, count: int = ROWS) -> Path:
    """Make a workspace with so many meter readings of ten meters, a quarter of an hour each."""
    engine = make_workspace(folder, "grid", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            if table.name != TABLE:
                connection.execute(table.insert(), list(table.info["examples"]))
        first = TABLES["meter"].info["examples"][0]
        extra = [{**first, "meter_id": f"M{number}"} for number in range(10)]
        connection.execute(TABLES["meter"].insert(), extra)
        start = datetime(2022, 1, 1, tzinfo=UTC)
        said = 'INSERT INTO meter_reading (meter_id, start, "end", quantity, estimated) VALUES (?, ?, ?, ?, ?)'
        cursor = connection.connection.cursor()
        cursor.executemany(
            said,
            (
                (
                    f"M{number % 10}",
                    f"{start + timedelta(minutes=15 * (number // 10)):%Y-%m-%d %H:%M:%S}.000000",
                    f"{start + timedelta(minutes=15 * (number // 10 + 1)):%Y-%m-%d %H:%M:%S}.000000",
                    float(number * 7919 % 100_003) / 10,
                    None,
                )
                for number in range(count)
            ),
        )
    engine.dispose()
    return folder


def plain(folder: Path, offset: int, order: str = "") -> Callable[[], int]:
    """Read a page as one writes it first."""
    table = TABLES[TABLE]

    def read() -> int:
        engine = open_workspace(folder).engine()
        with engine.connect() as connection:
            by = [table.c[order]] if order else []
            chosen = sa.select(*table.columns).order_by(*by, *key_of(engine, table)).limit(LIMIT).offset(offset)
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            found = arrow_of(connection, chosen, list(table.columns)).to_pylist()
        engine.dispose()
        return len(found)

    return read


def run(bench: "Bench", folder: Path) -> None:
    """Time pages of the key's order, of a sorted column and of a filter."""
    place = works(folder / "grid")
    for offset in (0, ROWS // 2, ROWS - LIMIT):
        ours, peer = bench.race(lambda at=offset: rows(place, TABLE, offset=at), plain(place, offset))  # type: ignore[misc]
        bench.row(f"grid of 1 M rows: page at {offset:,}; peer: OFFSET", ours, peer, BAR_MS)
    ours, peer = bench.race(
        lambda: rows(place, TABLE, offset=ROWS // 2, order="quantity"), plain(place, ROWS // 2, "quantity")
    )
    bench.row("grid of 1 M rows: sorted by a number, page at 500,000; peer: OFFSET", ours, peer, BAR_MS)
    (ours,) = bench.race(lambda: rows(place, TABLE, offset=400, where=["quantity:from:5000", "meter_id:is:M3"]))
    bench.row("grid of 1 M rows: two filters, page at 400", ours, None, BAR_MS)


if __name__ == "__main__":
    from bench.__main__ import ROUNDS, Bench

    table = Bench(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    with tempfile.TemporaryDirectory() as place:
        run(table, Path(place))
    table.console.print(table.table)
