"""The national pack over whole files: 500,000 and 5,000,000 enterprises, Parquet in and Parquet out."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linghang.conditions.shelf import load_pack
from linghang.judge.program import prepare
from linghang.usecases.batch import judge_file

if TYPE_CHECKING:
    from bench.__main__ import Bench

AS_OF = date(2026, 6, 30)
ROWS = 500_000
_CHILD = """
import sys, time
from datetime import date
from pathlib import Path
from linghang.usecases.batch import judge_file
start = time.perf_counter()
judge_file(Path(sys.argv[1]), Path(sys.argv[2]), pack="national-2024", as_of=date(2026, 6, 30))
seconds = time.perf_counter() - start
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(seconds, int(peak.split()[1]) / 1024)
"""


def enterprises(rows: int, kind: str = "float", seed: int = 7) -> pa.Table:
    """Draw enterprises for the national pack: met with 0.9, unknown with 0.15; finding columns of one type."""
    rng = np.random.default_rng(seed)
    program = prepare(load_pack("national-2024"), AS_OF)
    columns = {"enterprise": pa.array([f"E{row:07d}" for row in range(rows)]), "province": rng.integers(11, 66, rows)}
    types = {"float": pa.float64(), "bool": pa.bool_(), "int": pa.int8()}
    for element in sorted(program.claimable):
        met, unknown = rng.random(rows) < 0.9, rng.random(rows) < 0.15
        columns[element] = pa.array(met, mask=unknown).cast(types[kind])
    columns["maturity_level"] = pa.array(rng.integers(0, 6, rows), mask=rng.random(rows) < 0.15)
    for level in program.pack.level_ids:
        columns[f"scenes_{level}"] = pa.array(rng.integers(0, 30, rows))
    return pa.table(columns)


def run(bench: "Bench", folder: Path, large: bool) -> None:
    """Time 500,000 rows of each column type; with `large` also 5,000,000, in a process of its own."""
    for kind in ("float", "int", "bool"):
        source, target = folder / f"{kind}.parquet", folder / "verdicts.parquet"
        pq.write_table(enterprises(ROWS, kind), source)

        def ours(source: Path = source, target: Path = target) -> None:
            judge_file(source, target, pack="national-2024", as_of=AS_OF)

        def floor(source: Path = source, target: Path = target) -> None:
            pq.write_table(pq.read_table(target), folder / "copied.parquet")
            pq.read_table(source)

        ours()
        mine, copying = bench.race(ours, floor)
        bench.row(
            f"national-2024, 500 k, Parquet to Parquet, {kind} columns; beside: pyarrow reads both, writes one",
            mine,
            copying,
            500,
        )
        _peak(bench, source, folder, f"500 k, {kind}")
    if large:
        source = folder / "large.parquet"
        part = enterprises(ROWS, "float")
        with pq.ParquetWriter(source, part.schema) as writer:
            for _ in range(10):
                writer.write_table(part)
        _peak(bench, source, folder, "5 M in 10 row groups, float")


def _peak(bench: "Bench", source: Path, folder: Path, what: str) -> None:
    command = [sys.executable, "-c", _CHILD, str(source), str(folder / "verdicts.parquet")]
    seconds, peak = map(float, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    bench.console.print(f"national-2024, {what}: {seconds:.2f} s cold, peak memory {peak:.0f} MB")
