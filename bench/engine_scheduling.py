"""Scheduling beside plain CP-SAT on instances with known bounds: job shop, flexible job shop, factory-like.

Published beside ours: the best known makespans of the instances' collection (`bks.json`). Plain CP-SAT is the usual
interval model, solved by OR-Tools with the same workers and seconds.

`--effort` instead of `--seconds` limits by work (about seconds of one core): the same result on every machine, however
busy it is. The full run: `python -m bench.engine_scheduling --full`.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from linghang.engines.scheduling.instances import flexible_job_shop, job_shop
from linghang.engines.scheduling.model import Goal, Problem
from linghang.engines.scheduling.solving import Limits, Solved, schedule
from linghang.engines.scheduling.solving_cpsat import Effort, solve
from linghang.engines.scheduling.verify import verify

if TYPE_CHECKING:
    from bench.__main__ import Bench

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[2] / "shared" / "data"))
JOB_SHOPS = ("la29", "abz7", "ta11", "ta21", "ta41", "ta51")
FLEXIBLE = ("mk01", "mk03", "mk05", "mk07", "mk09", "mk11", "mk13", "mk15")
FACTORIES = ("bel01", "bel03", "bel05", "bel07", "bel09", "bel11", "bel13", "bel15", "bel17", "bel19")
SHORT = ("la29", "ta51", "mk01", "mk09", "bel01")


def problem(name: str) -> tuple[Problem, int, int]:
    """Return an instance, and the lower and upper bound that are known of it."""
    for folder, read in (("flexible_jobshop", flexible_job_shop), ("jobshop", job_shop)):
        place = SHARED / folder
        for file in (name, f"{name}js"):
            path = place / f"{file}.txt"
            if path.exists():
                known = {one["instance"]: one for one in json.loads((place / "bks.json").read_text())}
                bounds = known[file]
                return read(path.read_bytes(), path.name), bounds["lower_bound"], bounds["upper_bound"]
    raise SystemExit(f"{name} is not in {SHARED}")


def ours(name: str, limits: Limits) -> tuple[Solved, float, float]:
    """Schedule an instance; return what came of it, seconds of the clock and of the processor."""
    given, _, _ = problem(name)
    wall, cpu = time.perf_counter(), time.process_time()
    solved = schedule(given, Goal(), limits)
    assert verify(given, solved.schedule).good
    return solved, time.perf_counter() - wall, time.process_time() - cpu


def plain(name: str, seconds: float, seed: int) -> int | None:
    """Return the makespan of plain CP-SAT."""
    given, _, _ = problem(name)
    found = solve(given, Goal(), Effort(1e9, seconds, 2, seed))
    if found.schedule is None:
        return None
    verdict = verify(given, found.schedule)
    assert verdict.good
    return verdict.makespan


def compare(names: list[str], seeds: int, limit: Limits, peer: bool) -> None:
    """Print a line an instance and seed, and the mean gap of each group."""
    gaps: dict[str, list[float]] = {}
    peers: list[float] = []
    print(f"load {os.getloadavg()[0]:.1f}, {limit}")
    for seed in range(1, seeds + 1):
        for name in names:
            _, low, best = problem(name)
            solved, wall, cpu = ours(name, Limits(limit.effort, limit.seconds, limit.workers, seed))
            gap = 100 * (solved.value[0] / best - 1)
            gaps.setdefault(name, []).append(gap)
            line = f"{name:6} seed {seed}  best known {low}..{best}  ours {solved.value[0]} ({gap:+.2f} %)"
            line += f"{' proven' if solved.proven else ''} in {wall:.0f} s ({cpu:.0f} s CPU)"
            if peer:
                reached = plain(name, limit.seconds or limit.effort, seed)
                line += f"  plain CP-SAT {reached}"
                if reached is not None:
                    peers.append(100 * (reached / best - 1))
                    line += f" ({peers[-1]:+.2f} %)"
            print(line, flush=True)
    means = [sum(own) / len(own) for own in gaps.values()]
    print(f"mean gap to best known: ours {sum(means) / len(means):.2f} %", end="")
    print(f", plain CP-SAT {sum(peers) / len(peers):.2f} %" if peers else "")


def run(bench: "Bench") -> None:
    """Add the time to the optimum of a factory-like instance (627 jobs); its optimum is proved by the bound."""
    if not (SHARED / "jobshop").exists():
        bench.console.print("scheduling: the shared instances are not there")
        return
    given, _, best = problem("bel01")

    def solved() -> None:
        found = schedule(given, Goal(), Limits(effort=30))
        assert found.value[0] == best
        assert found.proven

    (seconds,) = bench.race(solved)
    bench.row("schedule bel01 (627 jobs) to proven optimum", seconds, None, 10_000)


def main() -> None:
    """Run the comparison alone."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine_scheduling")
    parser.add_argument("--instances", nargs="*", default=list(SHORT))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--effort", type=float, help="limit by work instead, about seconds of one core")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-peer", action="store_true", help="without plain CP-SAT beside it")
    parser.add_argument("--full", action="store_true", help="all named instances, 5 seeds, 60 s: about 2.5 hours")
    given = parser.parse_args()
    names, seeds, seconds = given.instances, given.seeds, given.seconds
    if given.full:
        names, seeds, seconds = [*JOB_SHOPS, *FLEXIBLE, *FACTORIES], 5, 60.0
    limit = Limits(given.effort, None) if given.effort else Limits(1.0, seconds, given.workers)
    compare(names, seeds, limit, not given.no_peer)


if __name__ == "__main__":
    sys.exit(main())
