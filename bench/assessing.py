"""`linghang assess` from a cold start: a plant with a year of records, and one with a million job responses."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from linghang.plant.tables import TABLES
from linghang.store.workspace import new_workspace

if TYPE_CHECKING:
    from bench.__main__ import Bench

_CHILD = """
import sys
from pathlib import Path
from linghang.cli.main import main
try:
    main(["assess", sys.argv[1], "--as-of", "2026-01-01", "--no-record", "--json"])
finally:
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024, file=sys.stderr)
"""


def plant(folder: Path, responses: int, states: int) -> Path:
    """Make a workspace with the example rows and a year of job responses, states and readings."""
    engine = new_workspace(folder, "bench").engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    examples = {name: table.info["examples"][0] for name, table in TABLES.items()}
    job, machine = examples["job_response"]["job_id"], examples["job_response"]["equipment_id"]
    db = duckdb.connect()
    step = 365 * 86_400 * 1_000_000 // responses
    rows = db.execute(
        f"""select 'R' || i, '{job}', '{machine}',
        strftime(make_timestamp(1735660800000000 + i * {step}), '%Y-%m-%d %H:%M:%S.%f'),
        strftime(make_timestamp(1735660800000000 + i * {step} + {step // 2}), '%Y-%m-%d %H:%M:%S.%f'),
        10::double, 9::double, 1::double, 0::double from range({responses}) t(i)"""
    ).fetchall()
    step = 365 * 86_400 * 1_000_000 // states
    more = db.execute(
        f"""select '{machine}', strftime(make_timestamp(1735660800000000 + i * {step}), '%Y-%m-%d %H:%M:%S.%f'),
        strftime(make_timestamp(1735660800000000 + (i + 1) * {step}), '%Y-%m-%d %H:%M:%S.%f'),
        case i % 5 when 0 then 'setup' when 1 then 'idle' else 'running' end from range({states}) t(i)"""
    ).fetchall()
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from equipment_state")
        connection.exec_driver_sql(
            'insert into job_response (response_id, job_id, equipment_id, start, "end", produced_quantity,'
            " good_quantity, scrap_quantity, rework_quantity) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.exec_driver_sql(
            'insert into equipment_state (equipment_id, start, "end", state) values (?, ?, ?, ?)', more
        )
    engine.dispose()
    return folder


def run(bench: "Bench", folder: Path) -> None:
    """Assess each plant in fresh processes; the whole process counts. Bytecode is there, as after an installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for name, responses, states, bar, rounds in (
        ("a year of 300,000 rows", 200_000, 100_000, 5_000, 3),
        ("1 M job responses", 1_000_000, 100_000, 20_000, 1),
    ):
        made = plant(folder / f"plant-{responses}", responses, states)
        seconds, peaks = [], []
        for _ in range(rounds):
            start = time.perf_counter()
            command = [sys.executable, "-c", _CHILD, str(made)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            seconds.append(time.perf_counter() - start)
            peaks.append(float(done.stderr.split()[-1]))
        bench.row(f"linghang assess, {name}, cold, whole process", seconds, None, bar)
        bench.console.print(f"linghang assess, {name}: peak memory {max(peaks):.0f} MB")
