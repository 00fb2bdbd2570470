"""Engines in the terminal: the catalogue, one of them, and what a run found."""

import json
import math
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.cli.stopping import stopped_by_signals
from linghang.errors import BadInput, nearest
from linghang.usecases.assessing import utc_now
from linghang.usecases.closing import CONTROLLERS, close_furnace
from linghang.usecases.engine_readiness import SettingField, form_of
from linghang.usecases.engine_results import column_title, shown_columns
from linghang.usecases.engines import (
    CatalogueRow,
    EngineRun,
    Event,
    Request,
    catalogue,
    event_document,
    kept_result,
    known_tables,
    run_engine,
    supplies,
)
from linghang.usecases.following import follow
from linghang.words import Listed, language, tr

if TYPE_CHECKING:
    from collections.abc import Callable

SEVERITY_STYLE = {"urgent": "bold red", "high": "red", "medium": "yellow", "low": "", "info": "dim"}
EVENTS_SHOWN = 15
ROWS = 12


def show_catalogue(id: str | None, as_json: bool) -> None:
    """Print all engines, or one."""
    rows = list(catalogue())
    if id is not None:
        rows = [one for one in rows if one.id == id] or [_unknown(id, rows)]
    if as_json:
        _print_json([_card_document(one) for one in rows])
    elif id is not None:
        _show_one(terminal(), rows[0])
    else:
        _show_all(terminal(), rows)


def run_and_show(folder: Path, id: str, request: Request, *, keep: bool, as_json: bool) -> None:
    """Run an engine with a bar for long work, and print what it found."""
    with _bar(id) as progress:
        found = run_engine(folder, id, request, now=utc_now(), keep=keep, progress=progress)
    tables = {name: one.data for name, one in found.result.tables.items()}
    if as_json:
        print(
            json.dumps({**found.document, "run": found.name, "recorded": found.recorded}, ensure_ascii=False, indent=2)
        )
        return
    console = terminal()
    _show(console, found.document, tables, ROWS)
    _show_kept(console, found)


def follow_and_show(folder: Path, id: str, request: Request, seconds: float | None, as_json: bool) -> None:
    """Print what a streaming engine says, a line an event, until somebody ends it."""
    console, stop = terminal(), stopped_by_signals()
    if seconds is not None:
        threading.Timer(seconds, stop.set).start()

    def told(events: Sequence[Event]) -> None:
        for one in events:
            if as_json:
                print(json.dumps(event_document(one), ensure_ascii=False), flush=True)
            else:
                at = Text(f"{one.at:%H:%M:%S}  ", "dim")
                console.print(at.append(str(one.text), SEVERITY_STYLE.get(one.severity, "")))

    def ready(count: int) -> None:
        if not as_json:
            console.print(Text(tr("listening to {count} signals; Ctrl-C ends it", count=count), style="dim"))

    points = follow(folder, id, request, clock=utc_now, stop=stop, told=told, ready=ready)
    if not as_json:
        console.print(Text(tr("{count} points seen", count=f"{points:,}"), style="dim"))


def close_and_show(folder: Path, hours: float, seed: int) -> None:
    """Close the loop on the virtual furnace, and print what each controller made of it."""
    with _bar("production.control") as progress:
        found = close_furnace(folder, hours=hours, seed=seed, now=utc_now(), progress=progress)
    console = terminal()
    table = headed(tr("Furnace temperature under three controllers, the same loads"))
    table.add_column(tr("controller"))
    for name in (
        tr("spread (K)"),
        tr("gas (m³)"),
        tr("moves (m³/h a step)"),
        tr("commands"),
        tr("limited"),
        tr("refused"),
    ):
        table.add_column(name, justify="right")
    for name, course in found.courses.items():
        verdicts = [one.decision.verdict for one in course.records]
        figures = (
            f"{course.spread_c():.2f}",
            f"{course.gas_m3():,.0f}",
            f"{found.moves(name):.2f}",
            f"{len(verdicts):,}",
        )
        counts = (str(verdicts.count(one)) for one in ("limited", "refused"))
        table.add_row(str(CONTROLLERS[name]), *figures, *counts)
    console.print(table)
    console.print(Text(tr("commands and effects kept in {place}", place=found.place), style="dim"))


def show_last(folder: Path, id: str, rows: int, as_json: bool) -> None:
    """Print the newest result that is kept of an engine."""
    found = kept_result(folder, id)
    if found is None:
        raise BadInput("no result of {id} is kept; run it with: linghang run {folder} {id}", id=id, folder=folder)
    name, document, tables = found
    if as_json:
        _print_json({**document, "run": name})
        return
    console = terminal()
    console.print(Text(tr("run {name}", name=name), style="dim"))
    _show(console, document, tables, rows)


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _unknown(id: str, rows: list[CatalogueRow]) -> CatalogueRow:
    raise BadInput("no engine is called “{id}”; {near}", id=id, near=nearest(id, [one.id for one in rows]))


def _show_all(console: Console, rows: list[CatalogueRow]) -> None:
    table = headed(tr("{count} engines", count=len(rows)))
    for name in (tr("engine"), tr("what it does"), tr("proves"), tr("scenes")):
        table.add_column(name, overflow="fold")
    for one in rows:
        if one.card is None:
            table.add_row(Text(one.id), Text(str(one.problem), style="red"), "", "")
            continue
        title = Text.assemble((str(one.card.title), "bold"), "\n", (one.id, "dim"))
        does = Text(str(one.card.does))
        if one.problem is not None:
            does.append("\n" + str(one.problem), style="yellow")
        proves = Text("\n".join(one.card.elements), style="dim")
        table.add_row(title, does, proves, Text(", ".join(map(str, one.card.scenes))))
    console.print(table)
    console.print(tr("More of one of them: linghang engines ENGINE; run it: linghang run DIR ENGINE"), style="dim")


def _show_one(console: Console, row: CatalogueRow) -> None:
    card = row.card
    if card is None:
        raise row.problem or BadInput("no engine is called “{id}”; {near}", id=row.id, near="")
    console.print(Text.assemble((str(card.title), "bold"), f"  {card.id} {card.version}"))
    console.print(Text(str(card.does)))
    grid = Table.grid(padding=(0, 2))
    facts = (
        (tr("needs"), Listed(known_tables(card.needs))),
        (tr("also uses"), Listed(known_tables(card.uses))),
        (tr("proves"), "\n".join(card.elements)),
        (tr("scenes"), Listed(card.scenes)),
        (tr("looks at"), tr("{days} days", days=card.window_days)),
        (tr("live"), tr("yes") if card.streaming else tr("no")),
        (tr("references"), "\n".join(card.references)),
        (tr("extra"), card.extra),
    )
    for name, value in facts:
        if value:
            grid.add_row(Text(name, style="dim"), Text(str(value)))
    console.print(grid)
    if row.problem is not None:
        console.print(Text(str(row.problem), style="yellow"))
    table = headed(tr("Settings"))
    for name in (tr("name"), tr("meaning"), tr("default")):
        table.add_column(name, overflow="fold")
    for one in form_of(row.id):
        said = Text.assemble((str(one.title), "bold"), *((f"\n{line}", "dim") for line in _about(one)))
        table.add_row(Text(one.name), said, Text(f"{one.default} {one.unit}".strip() if one.default else ""))
    console.print(table)


def _about(one: SettingField) -> Iterator[str]:
    """Say what a setting means, and which values it takes where they are few."""
    if str(one.help):
        yield str(one.help)
    if one.choices:
        yield str(Listed(f"{value} {word}" if value != str(word) else value for value, word in one.choices.items()))


def _show(console: Console, document: Mapping[str, Any], tables: Mapping[str, pa.Table], rows: int) -> None:
    console.print(Text(document["finding"][language()], style="bold"))
    start, end = (one[:16].replace("T", " ") for one in document["window"])
    console.print(
        Text(tr("{engine}, {start} to {end} UTC", engine=document["engine"], start=start, end=end), style="dim")
    )
    for name, about in document["tables"].items():
        if rows and tables[name].num_rows:
            console.print(_table(about, tables[name], rows, console.width))
    _show_events(console, document["events"])
    for one in document["observations"]:
        share = tr("{covered} of {of}", covered=f"{one['covered']:,}", of=f"{one['of']:,}")
        unknown = tr(", {open} not known", open=one["open"]) if one["open"] else ""
        said = f"{one['what'][language()]}: {share}{unknown}"
        console.print(Text.assemble((tr("proves") + "  ", "green"), said, (f"  {one['about']}", "dim")))
    if document["needs"]:
        needed = Listed(str(supplies(one, document["engine"])) for one in document["needs"])
        console.print(Text.assemble((tr("to say more, supply") + "  ", "yellow"), str(needed)))


def _table(about: Mapping[str, Any], data: pa.Table, rows: int, width: int) -> Table:
    """Show the first rows of a table, and of its columns those that the terminal has room for."""
    title = about["title"][language()]
    if data.num_rows > rows:
        title += " " + tr("(first {shown} of {rows} rows)", shown=rows, rows=f"{data.num_rows:,}")
    cells = {name: [_cell(one) for one in data[name].slice(0, rows).to_pylist()] for name in shown_columns(data)}
    heads = {name: column_title(name, about["columns"].get(name)) for name in cells}
    shown = _fitting({name: max(map(cell_len, (heads[name], *cells[name]))) for name in cells}, width)
    table = headed(title)
    for name in shown:
        kind = data.schema.field(name).type
        right = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        table.add_column(heads[name], justify="right" if right else "left", overflow="fold")
    for row in zip(*(cells[name] for name in shown), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    if len(shown) < len(cells):
        hidden = Listed(heads[name] for name in cells if name not in shown)
        table.caption, table.caption_justify = tr("also in the result: {columns}", columns=hidden), "left"
    return table


def _fitting(widths: Mapping[str, int], width: int) -> list[str]:
    """Return the columns that there is room for, from the left; one that is long is folded to a third of the room."""
    room, shown = width - 2, list[str]()
    for name, wanted in widths.items():
        needed = min(wanted, max(width // 3, 20)) + 3
        if needed > room and shown:
            break
        room -= needed
        shown.append(name)
    return shown


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return str(Listed(_cell(one) for one in value))
    return str(value)


def _number(value: float) -> str:
    """Write a number with four digits that count; large ones whole."""
    size = abs(value)
    if size >= 1000 or size == 0:
        return f"{value:,.0f}"
    if size < 1e-4:
        return f"{value:.2e}"
    return f"{value:.{max(0, 3 - math.floor(math.log10(size)))}f}"


def _show_events(console: Console, events: list[Mapping[str, Any]]) -> None:
    if not events:
        return
    shown = events[-EVENTS_SHOWN:]
    more = tr("(last {shown} of {rows})", shown=len(shown), rows=f"{len(events):,}") if len(events) > len(shown) else ""
    table = headed(tr("Events") + " " + more)
    for name in (tr("time (UTC)"), tr("what"), tr("event")):
        table.add_column(name, overflow="fold")
    for one in shown:
        style = SEVERITY_STYLE.get(one["severity"], "")
        at = one["at"][:19].replace("T", " ")
        table.add_row(Text(at), Text(one["subject"]), Text(one["text"][language()], style=style))
    console.print(table)


def _show_kept(console: Console, found: EngineRun) -> None:
    if found.place is None:
        console.print(tr("nothing was kept"), style="dim")
        return
    console.print(Text(tr("result kept in {place}", place=found.place), style="dim"))
    if found.result.observations:
        console.print(tr("{count} new observations in the ledger", count=found.recorded), style="dim")


def _card_document(row: CatalogueRow) -> dict[str, Any]:
    card = row.card
    document: dict[str, Any] = {"id": row.id, "problem": str(row.problem) if row.problem else None}
    if card is not None:
        names = ("version", "elements", "scenes", "needs", "uses", "references", "extra", "streaming", "window_days")
        document |= {"title": card.title.to_dict(), "does": card.does.to_dict()}
        document |= {name: getattr(card, name) for name in names} | {"settings": list(row.settings)}
    return document


@contextmanager
def _bar(what: str) -> "Iterator[Callable[[float], None]]":
    """Show a bar on the error output while somebody watches it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)
