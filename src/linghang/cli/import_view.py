"""What an import looks like in the terminal: a progress bar, then what was kept, or everything that is wrong."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.usecases.importing import ImportProblem, ImportReport, titled
from linghang.words import tr


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a bar on the terminal's error channel, so that results can be piped."""
    console = Console(stderr=True, quiet=quiet)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def told(what: str, done: int, total: int | None) -> None:
            bar.update(task, description=tr(what), completed=done, total=total)

        yield told


def show_template(tables: Sequence[str], output: Path) -> None:
    """Say what was written."""
    terminal().print(tr("{count} sheets → {file}", count=len(tables), file=output), markup=False)


def show(report: ImportReport, marked: Path | None, as_json: bool) -> None:
    """Print what was kept, or what is wrong."""
    if as_json:
        print(json.dumps(_document(report), ensure_ascii=False, indent=2))
        return
    if report.refused:
        _show_problems(report, marked)
        return
    console = terminal()
    table = headed()
    table.add_column(tr("table"))
    for word in (tr("rows"), tr("added"), tr("changed"), tr("unchanged")):
        table.add_column(word, justify="right")
    for one in report.tables:
        table.add_row(
            str(titled(one.table)), *(f"{number:,}" for number in (one.rows, one.added, one.changed, one.unchanged))
        )
    console.print(table)
    if report.dry_run:
        console.print(tr("this was a trial: nothing was kept"))


def _show_problems(report: ImportReport, marked: Path | None) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for one in report.problems:
        console.print(Text.assemble(("✗ ", "bold red"), str(one)))
    rest = report.problem_count - len(report.problems)
    if rest:
        console.print(Text(tr("and {count} more, which are not listed", count=f"{rest:,}")))
    console.print(Text(tr("{count} problems; nothing was imported", count=f"{report.problem_count:,}"), style="bold"))
    if marked is not None:
        console.print(Text(tr("the faults are marked in {file}", file=marked)))


def _document(report: ImportReport) -> dict[str, object]:
    return {
        "kept": not report.refused and not report.dry_run,
        "dry_run": report.dry_run,
        "tables": {one.table: {k: v for k, v in asdict(one).items() if k != "table"} for one in report.tables},
        "problem_count": report.problem_count,
        "problems": [_problem(one) for one in report.problems],
    }


def _problem(one: ImportProblem) -> dict[str, object]:
    return {
        "file": one.file,
        "sheet": one.sheet,
        "row": one.row,
        "column": one.column,
        "table": one.table,
        "field": one.field,
        "said": one.said(),
    }
