"""A policy variant over half a million synthetic enterprises, with reasons by region and industry.

Measured twice: with the columns in memory (both the rules in force and the variant are judged anew each round, nothing
is remembered from the round before), and from the file with all that belongs to it.
"""

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from linghang.conditions.shelf import load_pack
from linghang.judge.program import prepare
from linghang.programme.policy import Simulation
from linghang.usecases.policy import Tried, simulate, variants_of
from linghang.usecases.registry import write_registry

if TYPE_CHECKING:
    from bench.__main__ import Bench

PACK, DAY, ENTERPRISES = "national-2024", date(2026, 6, 30), 500_000
BY = ("region", "industry")
VARIANTS = ("base.maturity@basic=maturity_level >= 3", "link_covered=majority")


def run(bench: "Bench", folder: Path) -> None:
    """Simulate each variant alone, and all of them at once."""
    registry = folder / "synthetic-registry.parquet"
    write_registry(registry, enterprises=ENTERPRISES, seed=7, pack=PACK, as_of=DAY)
    base = prepare(load_pack(PACK), DAY)
    columns = [*sorted(base.claimable), "maturity_level", *BY]
    table = pq.read_table(registry, columns=columns)

    def in_memory(sets: tuple[str, ...]) -> None:
        simulation = Simulation(base, variants_of(PACK, DAY, Tried(sets=sets)), BY)
        simulation.add(table)
        assert all(one.everybody.moves for one in simulation.outcomes())

    for sets, bar in (((VARIANTS[0],), 300), ((VARIANTS[1],), 300), (VARIANTS, 600)):
        (seconds,) = bench.race(lambda sets=sets: in_memory(sets))  # type: ignore[misc]
        bench.row(f"policy, 500,000 enterprises, columns in memory: {' | '.join(sets)}", seconds, None, bar)
    (seconds,) = bench.race(lambda: simulate(registry, Tried(sets=VARIANTS[:1]), pack=PACK, as_of=DAY, by=BY))
    bench.row(f"policy, 500,000 enterprises, from the file: {VARIANTS[0]}", seconds, None, 2000)


if __name__ == "__main__":
    from bench.__main__ import ROUNDS, Bench

    bench_table = Bench(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    with tempfile.TemporaryDirectory() as made:
        run(bench_table, Path(made))
    bench_table.console.print(bench_table.table)
