"""What a batch looks like in the terminal: a progress bar, then how many enterprises stand where."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from linghang.cli.names import FLOORS, headed, terminal
from linghang.usecases.batch import BatchReport
from linghang.words import Listed, tr

MAX_NAMED = 8


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the terminal's error channel, so that results can be piped."""
    console = Console(stderr=True, quiet=quiet)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(tr("judging"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show(report: BatchReport, output: Path, as_json: bool) -> None:
    """Print what the batch found."""
    if as_json:
        document = asdict(report) | {"output": str(output)}
        del document["titles"]
        for which in ("confirmed", "possible"):
            document[which] = {
                floor: {level or "none": number for level, number in found.items()}
                for floor, found in document[which].items()
            }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    _warn(report)
    console = terminal()
    console.print(
        tr("{rows} enterprises judged by {pack} → {file}", rows=f"{report.rows:,}", pack=report.pack, file=output)
    )
    console.print(_counts(report))


def _warn(report: BatchReport) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if report.missing:
        named = Listed([*report.missing[:MAX_NAMED], *(["…"] if len(report.missing) > MAX_NAMED else [])])
        console.print(
            tr(
                "{count} columns are not in the table, so they are unknown for everybody: {names}",
                count=len(report.missing),
                names=named,
            ),
            style="yellow",
        )
    if report.odd_proofs:
        console.print(
            tr(
                "these proof columns belong to no column that the pack reads; they were not used: {names}",
                names=Listed(report.odd_proofs),
            ),
            style="yellow",
        )
    if report.derived:
        console.print(
            tr(
                "these columns are derived by the judge; they were passed through, not read: {names}",
                names=Listed(report.derived),
            ),
            style="yellow",
        )


def _counts(report: BatchReport) -> Table:
    table = headed()
    table.add_column(tr("level"))
    for floor in report.floors:
        for which in (tr("confirmed"), tr("possible")):
            table.add_column(f"{which} · {tr(FLOORS[floor])}" if len(report.floors) > 1 else which, justify="right")
    for level in (*reversed(report.titles), None):
        cells = []
        for floor in report.floors:
            cells += [f"{report.confirmed[floor].get(level, 0):,}", f"{report.possible[floor].get(level, 0):,}"]
        table.add_row(str(report.titles[level]) if level else tr("none"), *cells)
    return table
