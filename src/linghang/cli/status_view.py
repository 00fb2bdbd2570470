"""What a workspace holds, in the terminal: its factory, records by subject, the ledger and its health, folders."""

import json
from datetime import date, datetime

from rich.console import Console, RenderableType
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.usecases.status import Folder, LedgerState, WorkspaceStatus, status_document
from linghang.words import Listed, tr


def show(found: WorkspaceStatus, as_json: bool) -> None:
    """Print the status of a workspace."""
    if as_json:
        print(json.dumps(status_document(found), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(Text(found.workspace.name, style="bold"))
    console.print(_facts(found))
    _show_records(console, found)


def _facts(found: WorkspaceStatus) -> Table:
    """What stands beside the records, one thing a row."""
    table = Table.grid(padding=(0, 2))
    address = found.workspace.url.render_as_string(hide_password=True)
    factories = str(Listed(found.factories)) if found.factories else tr("none in the records yet")
    rows: tuple[tuple[str, RenderableType], ...] = (
        (tr("factory"), Text(factories)),
        (tr("time zone"), Text(found.workspace.time_zone)),
        (tr("database"), Text(address)),
        (tr("ledger"), _ledger(found.ledger)),
        (tr("telemetry"), Text(_size(found.telemetry))),
        (tr("documents"), Text(_size(found.documents))),
    )
    for name, value in rows:
        table.add_row(f"[dim]{escape(name)}[/]", value)
    return table


def _ledger(ledger: LedgerState) -> Text:
    if ledger.problem is not None:
        return Text.assemble(("✗ ", "bold red"), str(ledger.problem))
    if ledger.head is None:
        return Text(tr("empty; an assessment writes it"))
    said = tr(
        "{observations} observations, {withdrawals} withdrawn, last on {moment}; head {head}",
        observations=f"{ledger.observations:,}",
        withdrawals=f"{ledger.withdrawals:,}",
        moment=f"{ledger.last_made_at:%Y-%m-%d %H:%M} UTC",
        head=ledger.head[:16],
    )
    if ledger.anchored:
        return Text.assemble(("✓ ", "green"), said)
    doubt = tr("its anchor does not stand at its end, so lost records would not be missed; an assessment sets it")
    return Text.assemble(("? ", "yellow"), said, "\n", (doubt, "yellow"))


def _size(folder: Folder) -> str:
    if not folder.files:
        return tr("empty")
    return tr("{count} files, {size}", count=f"{folder.files:,}", size=decimal(folder.bytes))


def _show_records(console: Console, found: WorkspaceStatus) -> None:
    place = found.workspace.folder
    if not found.current:
        said = tr(
            "the records were made by another version; bring them up with: linghang upgrade {folder}", folder=place
        )
        console.print(said, style="yellow", markup=False)
        return
    if not any(one.rows for one in found.groups):
        said = tr(
            "next: linghang template -o records.xlsx, fill it, linghang import {folder} records.xlsx", folder=place
        )
        console.print(tr("no records yet"), style="yellow")
        console.print(said, markup=False)
        return
    table = headed()
    table.add_column(tr("records of"))
    for name in (tr("tables"), tr("rows")):
        table.add_column(name, justify="right")
    table.add_column(tr("up to"))
    for one in found.groups:
        dim = "" if one.rows else "dim"
        counted = (f"{len(one.tables)} / {one.of}", f"{one.rows:,}" if one.rows else "–", _moment(one.latest))
        table.add_row(Text(str(one.title), style=dim), *(Text(value, style=dim) for value in counted))
    console.print(table)


def _moment(latest: datetime | date | None) -> str:
    if isinstance(latest, datetime):
        return f"{latest:%Y-%m-%d %H:%M}"
    return "" if latest is None else latest.isoformat()
