"""What the reference plant alive looks like in the terminal."""

import os
import time
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from linghang.cli.live_view import log_to
from linghang.cli.stopping import stopped_by_signals
from linghang.usecases.ingesting import Surroundings
from linghang.usecases.plant_serving import FaultRequest, Served, ask_plant, fault_kinds, serve_plant
from linghang.words import tr


def _now_us() -> int:
    return time.time_ns() // 1000


def serving(folder: Path, speed: float, seed: int) -> None:
    """Serve the plant until somebody ends it."""
    console = Console(stderr=True, highlight=False)
    console.print(tr("the plant wakes up …"), style="dim")

    def started(served: Served) -> None:
        words = {"machines": served.machines, "signals": served.signals, "speed": speed}
        console.print(
            tr("{machines} machines with {signals} signals live, {speed:g} times as fast as the clock", **words),
            style="green",
        )
        for name, url in (("OPC UA", served.opcua), ("Sparkplug B", served.mqtt), ("Modbus TCP", served.modbus)):
            if url:
                console.print(f"  {name:<12} {url}", markup=False)

    serve_plant(
        folder, speed=speed, seed=seed, stop=stopped_by_signals(), log=log_to(console), clock=_now_us, started=started
    )


def ask_for_fault(
    folder: Path, machine: str, kind: str | None, minutes: float, size: float | None, signal: str | None
) -> None:
    """Ask for a fault, or list what can go wrong."""
    console = Console(highlight=False)
    if kind is None:
        for name, usual in fault_kinds(machine).items():
            console.print(f"  {name}" + ("" if usual is None else f"  {usual:g}"), markup=False)
        return
    console.print(ask_plant(folder, FaultRequest(machine, kind, minutes, size, signal)), markup=False)


def running(folder: Path, seconds: float, speed: float, months: int, seed: int, pack: str, engines: bool) -> None:
    """Build, run, listen, run the engines and assess; the ladder comes last."""
    from linghang.cli import assess_view
    from linghang.cli.import_view import progress
    from linghang.usecases.assessing import assess, utc_now
    from linghang.usecases.plant_building import build_plant
    from linghang.usecases.plant_running import engines_for, live_for

    console = Console(stderr=True, highlight=False)
    if not (folder / "linghang.toml").exists():
        console.print(tr("building the plant with {months} months of history …", months=months), style="dim")
        with progress(quiet=False) as told:
            build_plant(folder, seed=seed, months=months, until=None, now=utc_now(), progress=told)
    console.print(tr("the plant runs for {seconds:g} s, and every value is kept …", seconds=seconds), style="dim")
    around = Surroundings(folder, os.environ, _now_us, log_to(Console(quiet=True)))
    stop = stopped_by_signals()
    states = live_for(folder, seconds, speed=speed, around=around, told=lambda _: None, stop=stop)
    for one in states:
        words = {"name": one.name, "points": one.counts["points"], "lag": one.lag_s or 0.0}
        console.print(tr("  {name}: {points:,} points, {lag:.2f} s behind", **words), markup=False)
    if engines:
        console.print(tr("the engines run on the last days …"), style="dim")
        stop.clear()  # it ended the listening
        for id, said, good in engines_for(folder, utc_now, stop):
            console.print(Text.assemble(("  ✓ " if good else "  ✗ ", "green" if good else "red"), id))
            console.print(Padding(Text(said, "dim" if good else "red"), (0, 0, 0, 4)))
    assess_view.show(assess(folder, pack=pack, now=utc_now()), as_json=False)
