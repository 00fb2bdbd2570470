"""What the audit log, a backup and a restored workspace look like in the terminal."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape

from linghang.cli.import_view import progress as progress
from linghang.cli.names import headed, terminal
from linghang.usecases.audit_log import DeedsPage, LogChecked
from linghang.usecases.audit_words import FACES, said
from linghang.usecases.backing_up import BackedUp
from linghang.usecases.restoring import Restorable
from linghang.usecases.workspaces import open_workspace
from linghang.words import Listed, later, tr

RECORDS = {
    "postgresql": later("the records are in PostgreSQL and not inside: keep them with pg_dump"),
    "elsewhere": later("the records are in a file outside of the workspace and not inside: copy it yourself"),
}


def show(folder: Path, page: DeedsPage, as_json: bool) -> None:
    """Print deeds, newest first."""
    if as_json:
        print(json.dumps({"deeds": [one.to_dict() for one in page.deeds]}, ensure_ascii=False, indent=2))
        return
    console = terminal()
    if not page.deeds:
        console.print(tr("no deed fits"), style="yellow")
        return
    zone = ZoneInfo(open_workspace(folder).time_zone)
    table = headed()
    for name in ("#", tr("when"), tr("who"), tr("through"), tr("what"), tr("on")):
        table.add_column(name)
    for one in page.deeds:
        more = " · ".join(f"{name}={value}" for name, value in one.how.items())
        about = escape(one.on) + (f" [dim]{escape(more)}[/]" if more else "")
        if one.failed is not None:
            about += f"\n[red]✗ {escape(one.failed)}[/]"
        at = one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(str(one.number), at, escape(one.who), tr(FACES[one.through]), escape(said(one.what)), about)
    console.print(table)
    if page.before is not None:
        console.print(tr("there are older ones; --limit shows more"), style="dim")


def show_checked(found: LogChecked, as_json: bool) -> None:
    """Say whether the whole log fits together."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    for problem in found.problems:
        console.print(f"✗ {problem}", style="red", markup=False)
    if not found.problems:
        console.print(
            tr("✓ {count} records of the audit log fit together, and the ledger with them", count=found.records),
            style="green",
        )
    console.print(tr("last hash {hash}: noted elsewhere, it shows later that nothing was changed", hash=found.hash))


def show_backup(found: BackedUp, as_json: bool) -> None:
    """Say what was written and what is not inside."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    _not_inside(console, {"records": found.records, "left_out": found.left_out})
    console.print(
        tr(
            "backup written: {file} ({size} bytes; {count} files of {content} bytes)",
            file=found.file,
            size=f"{found.size:,}",
            count=f"{found.files:,}",
            content=f"{found.content_bytes:,}",
        ),
        style="green",
        markup=False,
    )
    console.print(tr("to check it: linghang restore {file} --check", file=found.file), style="dim", markup=False)


def show_restored(found: Restorable, target: Path | None, aside: Path | None, as_json: bool) -> None:
    """Say what a backup holds, where it is now, and where the former folder is."""
    if as_json:
        places = {"target": target and str(target), "aside": aside and str(aside)}
        print(json.dumps(found.to_dict() | places, ensure_ascii=False, indent=2))
        return
    console, about = terminal(), found.about
    console.print(
        tr(
            "{name}, backed up {day}: {count} files, {size} bytes, every one as it was",
            name=about.get("name"),
            day=datetime.fromisoformat(str(about["made_at"])).strftime("%Y-%m-%d %H:%M UTC"),
            count=f"{found.files:,}",
            size=f"{found.content_bytes:,}",
        ),
        markup=False,
    )
    _not_inside(console, about)
    if target is not None:
        console.print(tr("restored: {folder}", folder=target), style="green", markup=False)
    if aside is not None:
        console.print(tr("what was there is now in {folder}", folder=aside), style="yellow", markup=False)


def _not_inside(console: Console, about: dict[str, Any]) -> None:
    if (records := about.get("records")) in RECORDS:
        console.print(tr(RECORDS[str(records)]), style="yellow", markup=False)
    if left := about.get("left_out"):
        console.print(tr("not inside: {names}", names=Listed(left)), style="yellow", markup=False)
