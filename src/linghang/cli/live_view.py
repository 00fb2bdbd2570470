"""What live connections and telemetry look like in the terminal."""

import json
import os
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.cli.stopping import stopped_by_signals
from linghang.usecases.ingesting import COUNTS, ConnectionState, Log, Surroundings, ingest
from linghang.usecases.telemetry import TagRow, Watch, meanings, open_telemetry, zone_of
from linghang.usecases.telemetry import trend as course
from linghang.words import later, tr

SHOWN_EVERY_S = 10.0
MARKS = {"info": "[dim]·[/]", "warning": "[yellow]![/]", "error": "[bold red]✗[/]"}
KINDS = {"opcua": "OPC UA", "mqtt": "MQTT", "modbus": "Modbus TCP"}
TROUBLE = tuple(name for name in COUNTS if name not in ("messages", "points", "births"))
BARS = "▁▂▃▄▅▆▇█"
FLAGS = {True: later("yes"), False: later("no")}


def log_to(console: Console) -> Log:
    """Return what takes lines for a person: with the time, on the error channel."""
    lock = threading.Lock()

    def log(level: str, text: str) -> None:
        with lock:
            console.print(f"[dim]{datetime.now():%H:%M:%S}[/] {MARKS[level]} {escape(text)}")

    return log


def ingesting(folder: Path, only: Sequence[str], seconds: float | None) -> None:
    """Run the connections of a workspace and show how they stand until somebody ends it."""
    stop = stopped_by_signals()
    console = Console(stderr=True, highlight=False)
    if seconds is not None:
        threading.Timer(seconds, stop.set).start()
    around = Surroundings(folder, os.environ, lambda: time.time_ns() // 1000, log_to(console))
    begun, before = time.monotonic(), [time.monotonic(), 0.0]
    live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None

    def told(states: Sequence[ConnectionState]) -> None:
        now, points = time.monotonic(), float(sum(one.counts["points"] for one in states))
        rate = (points - before[1]) / (now - before[0])
        if live is not None:
            before[:] = [now, points]
            live.update(_states(states, rate))
        elif now - before[0] >= SHOWN_EVERY_S:
            before[:] = [now, points]
            console.print(tr("{points:,} points, {rate:,.0f} a second", points=int(points), rate=rate), markup=False)

    if live is not None:
        live.start()
    try:
        states = ingest(folder, only=only, stop=stop, around=around, told=told)
    finally:
        if live is not None:
            live.stop()
    total = sum(one.counts["points"] for one in states)
    console.print(_states(states, total / max(time.monotonic() - begun, 1e-9)))


def _states(states: Sequence[ConnectionState], rate: float) -> Table:
    title = tr("Connections: {rate:,.0f} points a second", rate=rate)
    table = headed(title)
    table.add_column(tr("connection"))
    table.add_column(tr("protocol"))
    table.add_column(tr("state"))
    table.add_column(tr("points"), justify="right")
    table.add_column(tr("behind"), justify="right")
    table.add_column(tr("to notice"), overflow="fold")
    for one in states:
        notes = [f"{tr(COUNTS[name])} {one.counts[name]:,}" for name in TROUBLE if one.counts.get(name)]
        if one.failed:
            notes.insert(0, one.failed)
        lag = "–" if one.lag_s is None else tr("{seconds:.2f} s", seconds=max(one.lag_s, 0.0))
        colour, word = ("green", "● " + tr("connected")) if one.connected else ("red", "○ " + tr("not connected"))
        state = f"[{colour}]{word}[/]"
        table.add_row(
            escape(one.name), KINDS[one.kind], state, f"{one.counts['points']:,}", lag, escape(" · ".join(notes))
        )
    return table


def watching(folder: Path, find: Sequence[str], once: bool, every_s: float, as_json: bool) -> None:
    """Show tags with their last values, once or until somebody ends it."""
    zone = ZoneInfo(zone_of(folder))
    with open_telemetry(folder) as reader:
        watch = Watch(reader, find, meanings(folder))
        if as_json:
            print(json.dumps([_row(one) for one in watch.rows()], ensure_ascii=False, indent=2))
            return
        console = terminal()
        if once:
            console.print(_tags(watch.rows(), zone, None))
            return
        stop = stopped_by_signals()
        with Live(console=console, refresh_per_second=10, screen=console.is_terminal) as live:
            while not stop.is_set():
                live.update(_tags(watch.rows(), zone, console.height - 4), refresh=True)
                stop.wait(every_s)


def _row(one: TagRow) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "unit": one.unit,
        "kind": one.kind,
        "points": one.points,
        "at": None if one.at is None else one.at.isoformat(),
        "value": one.value,
        "quality": None if one.quality is None else one.quality.en,
    }


def _tags(rows: Sequence[TagRow], zone: ZoneInfo, most: int | None) -> Table:
    table = headed(tr("{count} tags", count=len(rows)))
    table.add_column(tr("tag"), overflow="fold")
    table.add_column(tr("value"), justify="right")
    table.add_column(tr("quality"))
    table.add_column(tr("at"))
    table.add_column(tr("points"), justify="right")
    for one in rows[:most]:
        quality = "" if one.quality is None else f"[{'green' if one.good else 'yellow'}]{one.quality}[/]"
        at = "–" if one.at is None else f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        name = f"{escape(one.title)}\n[dim]{escape(one.name)}[/]" if one.title else escape(one.name)
        table.add_row(name, escape(_said(one)), quality, at, f"{one.points:,}")
    if most is not None and len(rows) > most:
        table.caption = tr("and {count} more", count=len(rows) - most)
    return table


def _said(one: TagRow) -> str:
    if one.value is None:
        return "–"
    if isinstance(one.value, bool):
        return tr(FLAGS[one.value])
    return one.value if isinstance(one.value, str) else f"{one.value:,.6g} {one.unit}".rstrip()


def show_trend(
    folder: Path, tag: str, start: datetime | None, end: datetime | None, every_s: int | None, as_json: bool
) -> None:
    """Print the course of a tag."""
    zone = ZoneInfo(zone_of(folder))
    moments = [None if one is None else one.replace(tzinfo=zone) if one.tzinfo is None else one for one in (start, end)]
    found = course(folder, tag, moments[0], moments[1], every_s)
    rows = found.to_pylist()
    said = {name.decode(): value.decode() for name, value in found.schema.metadata.items()}
    if as_json:
        listed = [{**row, "at": row["at"].isoformat()} for row in rows]
        print(json.dumps({"tag": said["name"], **said, "intervals": listed}, ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(Text.assemble((said["title"] or said["name"], "bold"), f"  {said['unit']}"))
    if said["title"]:
        console.print(Text(said["name"], style="dim"))
    if not rows:
        console.print(tr("no points in this stretch"))
        return
    values = [row["mean"] for row in rows]
    console.print(_sparks(values))
    table = headed()
    table.add_column(tr("from"))
    for word in (tr("mean"), tr("least"), tr("greatest"), tr("points")):
        table.add_column(word, justify="right")
    for row in rows:
        numbers = [f"{row[name]:,.6g}" if row[name] is not None else "–" for name in ("mean", "low", "high")]
        table.add_row(f"{row['at'].astimezone(zone):%Y-%m-%d %H:%M:%S}", *numbers, f"{row['count']:,}")
    console.print(table)


def _sparks(values: Sequence[float | None]) -> str:
    """Draw a course with blocks of eight heights; a gap is a space."""
    known = [value for value in values if value is not None and value == value]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high - low) or 1.0
    return "".join(
        " " if value is None or value != value else BARS[min(int((value - low) / step * 8), 7)] for value in values
    )
