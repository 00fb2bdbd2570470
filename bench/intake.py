"""Rows a second of an import: a million job responses from CSV, beside bare sqlite3 and pandas.to_sql.

Run with: python -m bench.intake [ROWS]
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from linghang.plant.tables import TABLES
from linghang.store.workspace import Workspace, new_workspace
from linghang.usecases.importing import import_files

ROWS = 1_000_000
JOBS = 5_000


def master_data(workspace: Workspace) -> None:
    """Keep the records that job responses refer to."""
    with workspace.engine().begin() as connection:
        for name, table in TABLES.items():
            if name == "job_order":
                break
            connection.execute(table.insert(), list(table.info["examples"]))
        job = TABLES["job_order"].info["examples"][0]
        connection.execute(TABLES["job_order"].insert(), [{**job, "job_id": f"J{at:05}"} for at in range(JOBS)])


def responses(rows: int) -> pa.Table:
    """Make job responses: times without a zone, three kinds of quantity, a tenth without a setup time."""
    draw = np.random.default_rng(7)
    start = np.datetime64("2020-01-01T00:00:00", "us") + (np.arange(rows) * 90_000_000).astype("m8[us]")
    good = draw.integers(0, 200, rows)
    scrap, rework = draw.integers(0, 5, rows), draw.integers(0, 5, rows)
    setup = draw.uniform(0, 3600, rows).round(1)
    return pa.table(
        {
            "response_id": [f"R{at:08}" for at in range(rows)],
            "job_id": [f"J{at:05}" for at in draw.integers(0, JOBS, rows)],
            "equipment_id": np.where(draw.random(rows) < 0.5, "LPC-103", "LPC-104"),
            "start": pa.array(start).cast(pa.string()),
            "end": pa.array(start + np.timedelta64(85, "s")).cast(pa.string()),
            "produced_quantity": good + scrap + rework,
            "good_quantity": good,
            "scrap_quantity": scrap,
            "rework_quantity": rework,
            "setup_s": pa.array(setup, mask=draw.random(rows) < 0.1),
            "labour_s": draw.uniform(0, 5000, rows).round(2),
        }
    )


def floor(file: Path, rows: int) -> float:
    """Rows a second of a bare executemany of the tuples that the import writes, into the same table."""
    source = sqlite3.connect(file)
    tuples = source.execute("SELECT * FROM job_response").fetchall()
    statement = source.execute("SELECT sql FROM sqlite_master WHERE name = 'job_response'").fetchone()[0]
    source.close()
    with tempfile.TemporaryDirectory() as folder:
        target = sqlite3.connect(Path(folder) / "floor.sqlite")
        target.execute("PRAGMA journal_mode=wal")
        target.execute("PRAGMA synchronous=full")
        target.execute(statement)
        marks = ", ".join("?" * len(tuples[0]))
        begun = time.perf_counter()
        target.executemany(f"INSERT INTO job_response VALUES ({marks})", tuples)
        target.commit()
        return rows / (time.perf_counter() - begun)


def pandas_to_sql(csv: Path, rows: int) -> float:
    """Rows a second of pandas: read_csv with times, then to_sql; no check of anything."""
    import pandas as pd
    import sqlalchemy as sa

    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/peer.sqlite")
        begun = time.perf_counter()
        frame = pd.read_csv(csv, parse_dates=["start", "end"])
        frame.to_sql("job_response", engine, index=False, chunksize=50_000)
        return rows / (time.perf_counter() - begun)


def timed(run: Callable[[], object], rows: int) -> float:
    """Rows a second."""
    begun = time.perf_counter()
    run()
    return rows / (time.perf_counter() - begun)


def main(rows: int) -> None:
    """Print rows a second of each."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = new_workspace(Path(folder) / "plant")
        master_data(workspace)
        csv, parquet = Path(folder) / "job_response.csv", Path(folder) / "job_response.parquet"
        table = responses(rows)
        pacsv.write_csv(table, csv)
        pq.write_table(table, parquet)
        now = datetime.now(UTC)

        def run(file: Path, dry_run: bool = False) -> None:
            report = import_files(workspace.folder, [str(file)], now=now, dry_run=dry_run)
            assert not report.problem_count, report.problems[:3]

        print(f"{rows:,} job responses, 11 columns, {csv.stat().st_size >> 20} MiB of CSV; rows a second:")
        print(f"  Parquet, trial run, with all checks     {timed(lambda: run(parquet, True), rows):>12,.0f}")
        print(f"  CSV, with all checks                    {timed(lambda: run(csv), rows):>12,.0f}")
        print(f"  CSV again: nothing changes              {timed(lambda: run(csv), rows):>12,.0f}")
        file = workspace.folder / "records.sqlite"
        print(f"  floor: sqlite3 executemany, no check    {floor(file, rows):>12,.0f}")
        print(f"  peer: pandas read_csv + to_sql          {pandas_to_sql(csv, rows):>12,.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
