"""`make bench`: every figure beside its peer, the same work in the same run, the median with the best in brackets.

Contestants take turns (A, B, A, B …), so that a machine that slows down slows both. Answers are compared before
anything is timed: a contestant that answers differently is not timed but reported.
"""

import argparse
import gc
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import (
    api,
    assessing,
    bundle,
    cases,
    engine_anomaly_warning,
    engine_control,
    engine_energy,
    engine_inspection,
    engine_monitoring,
    engine_process_analysis,
    engine_scheduling,
    engine_traceability,
    files,
    gc500k_rounds,
    grid,
    intake,
    kpi,
    live_clients,
    mqtt,
    opcua,
    oscal,
    overlays,
    policy,
    simulation,
    telemetry,
    trend,
    whatif,
)

ROUNDS = 9
ENGINES = (
    engine_monitoring,
    engine_anomaly_warning,
    engine_process_analysis,
    engine_control,
    engine_inspection,
    engine_traceability,
    engine_scheduling,
    engine_energy,
)


class Bench:
    """Collects rows: what, ours, peer, ratio, bar."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.console = Console(width=150, highlight=False)
        self.table = Table(title="ours beside the peer (median, best in brackets)", title_justify="left")
        for column in ("work", "ours", "peer", "peer / ours", "bar", "reached"):
            self.table.add_column(column, justify="left" if column == "work" else "right", overflow="fold")

    def race(self, *contestants: Callable[[], object]) -> list[list[float]]:
        """Time the contestants in turns; return the seconds of each."""
        seconds: list[list[float]] = [[] for _ in contestants]
        gc.collect()
        gc.freeze()  # what earlier rounds left alive is nobody's garbage to walk through
        for one in contestants:
            one()  # warm up: imports, caches, memory from the operating system
        for _ in range(self.rounds):
            for place, one in enumerate(contestants):
                start = time.perf_counter()
                one()
                seconds[place].append(time.perf_counter() - start)
        return seconds

    def row(self, work: str, ours: list[float], peer: list[float] | None, bar: float, per: int = 0) -> None:
        """Add a row; with `per` the figures are million items a second, else milliseconds."""

        def shown(seconds: list[float]) -> str:
            middle, best = statistics.median(seconds), min(seconds)
            if per:
                digits = 2 if per / middle >= 1e5 else 4
                return f"{per / middle / 1e6:.{digits}f} M/s [{per / best / 1e6:.{digits}f}]"
            return f"{middle * 1e3:.2f} ms [{best * 1e3:.2f}]"

        middle = statistics.median(ours)
        reached = per / middle / 1e6 >= bar if per else middle * 1e3 <= bar
        ratio = f"{statistics.median(peer) / middle:.2f} x" if peer else "–"
        limit = f">= {bar:g} M/s" if per else f"<= {bar:g} ms"
        self.table.add_row(work, shown(ours), shown(peer) if peer else "–", ratio, limit, "yes" if reached else "NO")


def machine() -> str:
    """Name the machine and the versions."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    packages = ("numpy", "pyarrow", "openfisca-core", "compliance-trestle")
    return f"{model}, {len(_cpus())} CPUs, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in packages
    )


def _cpus() -> set[int]:
    import os

    return os.sched_getaffinity(0)


def start_up(bench: Bench) -> None:
    """`linghang --help` beside a bare Typer application."""
    bare = "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'])"

    def run(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    linghang = str(Path(sys.executable).parent / "linghang")
    ours, peer = bench.race(run(linghang, "--help"), run(sys.executable, "-c", bare))
    bench.row("linghang --help (whole process); peer: bare Typer", ours, peer, 400)


def house(bench: Bench, large: bool) -> None:
    """Everything but the engines."""
    with tempfile.TemporaryDirectory() as folder:
        files.run(bench, Path(folder), large)
        gc500k_rounds.run(bench)
        cases.run(bench)
        overlays.run(bench, Path(folder))
        oscal.run(bench, Path(folder))
        assessing.run(bench, Path(folder))
        bundle.run(bench, Path(folder))
        kpi.run(bench, Path(folder))
        telemetry.run(bench, Path(folder))
        trend.run(bench, Path(folder))
        live_clients.run(bench)
        simulation.run(bench)
        mqtt.run(bench, Path(folder))
        opcua.run(bench, Path(folder))
        whatif.run(bench)
        policy.run(bench, Path(folder))
        api.run(bench)
        grid.run(bench, Path(folder))
        start_up(bench)


def main() -> None:
    """Run everything, print the table and the peak memory."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--large", action="store_true", help="also 5 M enterprises from file to file")
    parser.add_argument("--engines", action="store_true", help="only the engines")
    arguments = parser.parse_args()
    bench = Bench(arguments.rounds)
    bench.console.print(machine())
    if not arguments.engines:
        house(bench, arguments.large)
    for one in ENGINES:
        one.run(bench)
    bench.console.print(bench.table)
    if not arguments.engines:
        intake.main(intake.ROWS)
    bench.console.print(
        f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
