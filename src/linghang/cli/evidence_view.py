"""What the register of documents looks like in the terminal."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.usecases.evidence_documents import changed_document, listed_document, shown_document
from linghang.usecases.evidence_looking import Listed, Shown
from linghang.usecases.evidence_register import (
    CONFIDENTIALITY,
    KINDS,
    Document,
    Extraction,
    Fault,
    Registered,
    remark_of,
)
from linghang.usecases.naming import DOCUMENT_EVENTS, EXTRACTIONS
from linghang.words import Listed as Names
from linghang.words import later, tr

STATES = {
    "current": (later("current"), "green"),
    "expired": (later("expired"), "red"),
    "not_yet": (later("not yet in force"), "yellow"),
    "retired": (later("retired"), "dim"),
}
FAULTS = {
    "missing": later("the file is missing; put it back from a copy"),
    "changed": later("the file was changed; put it back from a copy"),
    "unreadable": later("the file cannot be read"),
    "unregistered": later("the file is not in the register; register it, or take it away"),
    "ledger": later("the ledger does not say yet what the register says; the next assessment brings it in step"),
    "link": later("a link leads nowhere"),
}
EXCERPT = 300


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the terminal's error channel while a large file is copied or hashed."""
    console = Console(stderr=True, quiet=quiet)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(tr("reading the file"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_changed(made: Sequence[Registered], as_json: bool) -> None:
    """Say what was registered, revised, retired or restored."""
    if as_json:
        _print([changed_document(one) for one in made])
        return
    console = terminal()
    if not made:
        console.print(tr("everything in the list is registered already"))
    for one in made:
        document = one.document
        console.print(
            f"[bold]{document.id}[/] {escape(document.title)} · {escape(tr(KINDS[document.kind]))} · "
            f"{_size(document.size_bytes)} · sha256 {document.sha256[:12]}…"
        )
        for line in _remarks(one):
            console.print(Text("  " + line, style="dim"))


def _remarks(one: Registered) -> Iterator[str]:
    document = one.document
    if document.retired_at is not None:
        yield tr("retired: {reason}", reason=document.retired_reason)
    if document.revision > 1:
        yield tr("revision {revision}; the earlier ones stay", revision=document.revision)
    if one.ends_with_year:
        yield tr(
            "a maturity report counts in its year: it counts until {day}; say --set valid_until=… if it is otherwise",
            day=document.valid_until,
        )
    if one.told:
        yield tr("new in the ledger: {count}; linghang assess takes it up", count=one.told)
    if one.also:
        yield tr("the same file is registered as {numbers}", numbers=Names(one.also))
    if one.extraction.state != "text":
        yield tr("text for the search: {state}", state=_extraction(one.extraction))
    elif remark := remark_of(one.extraction):
        yield remark


def show_list(found: Sequence[Listed], as_json: bool) -> None:
    """Print the list of documents."""
    if as_json:
        _print([listed_document(one) for one in found])
        return
    console = terminal()
    if not found:
        console.print(tr("no documents; register one with: linghang evidence add DIR FILE --title … --proves …"))
        return
    table = headed()
    table.add_column(tr("No."), no_wrap=True)
    for column in (tr("title"), tr("kind"), tr("proves"), tr("issued"), tr("valid until"), tr("state")):
        table.add_column(column, overflow="fold")
    for one in found:
        document = one.document
        table.add_row(
            document.id,
            _title(one),
            tr(KINDS[document.kind]),
            escape("\n".join(document.proves)),
            _day(document.issued_on),
            _day(document.valid_until),
            _state(one.state, one.days_left),
        )
    console.print(table)
    counts = {state: sum(one.state == state for one in found) for state in STATES}
    said = (f"{count} {tr(STATES[state][0])}" for state, count in counts.items() if count)
    console.print(tr("{count} in all: {states}", count=len(found), states=Names(said)), style="dim")


def _title(one: Listed) -> Text:
    title = Text(one.document.title)
    if one.hit is not None and one.hit.where != "title":
        excerpt = Text(one.hit.excerpt, style="dim")
        excerpt.stylize("bold not dim", one.hit.start, one.hit.end)
        title.append("\n")
        title.append_text(excerpt)
    elif one.hit is not None:
        title = Text(one.hit.excerpt)
        title.stylize("bold", one.hit.start, one.hit.end)
    return title


def show_one(found: Shown, as_json: bool) -> None:
    """Print everything about a document."""
    newest = found.revisions[-1]
    if as_json:
        _print(shown_document(found))
        return
    console = terminal()
    console.print(f"[bold]{newest.id}[/] {escape(newest.title)}  {_state(found.state, None)}")
    table = headed(show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(newest, found.extraction):
        if value:
            table.add_row(name, Text(value))
    console.print(table)
    for one in found.history:
        what = tr("{what}, revision {revision}", what=tr(DOCUMENT_EVENTS[one.what]), revision=one.revision)
        event = tr("{what}: {reason}", what=what, reason=one.reason) if one.reason else what
        console.print(Text(f"{one.at:%Y-%m-%d %H:%M}Z  {event}", style="dim"))
    for record in found.records:
        said = record.to_dict()
        value = said.get("value", tr("taken back"))
        shown = value["decimal"] if isinstance(value, dict) else value
        console.print(Text(tr("ledger") + f": {said['about']} = {shown}"))
    if found.text:
        console.print(Text(found.text[:EXCERPT] + ("…" if len(found.text) > EXCERPT else ""), style="italic"))


def _rows(one: Document, extraction: Extraction) -> Iterator[tuple[str, str]]:
    yield tr("kind"), tr(KINDS[one.kind])
    yield tr("file"), f"{one.file_name} · {_size(one.size_bytes)} · {one.media_type}"
    yield "sha256", one.sha256
    yield tr("proves"), "\n".join(one.proves)
    yield tr("states"), "\n".join(one.states)
    yield tr("issuer"), one.issuer
    yield tr("issued"), _day(one.issued_on)
    yield tr("supports"), " – ".join(_day(day) or "…" for day in (one.supports_from, one.supports_to)).strip("– …")
    yield tr("valid until"), _day(one.valid_until)
    yield tr("owner"), one.owner
    yield tr("confidentiality"), tr(CONFIDENTIALITY[one.confidentiality])
    yield tr("links"), "\n".join(one.links)
    yield tr("note"), one.note
    yield tr("retired"), one.retired_reason
    yield tr("text"), _extraction(extraction)


def show_faults(found: Sequence[Fault], as_json: bool) -> None:
    """Print what does not fit."""
    if as_json:
        _print([one._asdict() | {"path": str(one.path), "documents": list(one.documents)} for one in found])
        return
    console = terminal()
    for one in found:
        named = str(Names(one.documents)) or str(one.path)
        console.print(
            Text.assemble(
                ("✗ ", "bold red"), f"{named}: {tr(FAULTS[one.what])}", (f" ({one.remark or one.path})", "dim")
            )
        )
    if not found:
        console.print(tr("every file is the one that was registered, and the ledger says what the register says"))


def show_exported(document: Document, target: Path) -> None:
    """Say where the file went."""
    terminal().print(
        tr("{number} revision {revision} → {file}", number=document.id, revision=document.revision, file=target),
        markup=False,
    )


def _state(state: str, days_left: int | None) -> str:
    word, colour = STATES[state]
    said = tr(word)
    if state == "current" and days_left is not None and days_left <= 90:
        said, colour = tr("{count} days left", count=days_left), "yellow"
    return f"[{colour}]{escape(said)}[/]"


def _extraction(one: Extraction) -> str:
    said, remark = tr(EXTRACTIONS[one.state]), remark_of(one)
    return tr("{said} ({remark})", said=said, remark=remark) if remark else said


def _size(count: int) -> str:
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _print(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))
