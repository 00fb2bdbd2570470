"""What writing a report looks like in the terminal: where it is, what is still missing, what does not fit."""

from collections.abc import Sequence
from pathlib import Path

from linghang.cli.names import headed, terminal
from linghang.usecases.reporting import Placeholder, Written
from linghang.words import tr

FIRST = 5


def show(written: Written) -> None:
    """Say where the report is, and what to look at before it is handed in."""
    console, dossier = terminal(), written.dossier
    console.print(
        tr(
            "{title}, as of {day}: {file}",
            title=dossier.title,
            day=dossier.as_of,
            file=written.path,
        ),
        style="green",
        markup=False,
    )
    console.print(tr("level: {level}", level=dossier.level_title), markup=False)
    if written.missing:
        console.print(
            tr("{count} places are still to be supplied; the first:", count=len(written.missing)), markup=False
        )
        for one in written.missing[:FIRST]:
            console.print(f"  {one.where} – {one.wanted}", markup=False)
    counts = written.counts
    if any(counts.values()):
        console.print(
            tr(
                "the consistency checks found {errors} errors, {warnings} warnings, {hints} hints; see: linghang check",
                errors=counts["error"],
                warnings=counts["warning"],
                hints=counts["hint"],
            ),
            style="yellow" if counts["error"] else "",
            markup=False,
        )
    else:
        console.print(tr("the consistency checks found nothing"), markup=False)


def show_begun(path: Path) -> None:
    """Say where the skeleton is, and what comes next."""
    terminal().print(
        tr("written: {file}; fill in what you know, leave the rest empty, then: linghang report", file=path),
        markup=False,
    )


def show_missing(found: Sequence[Placeholder]) -> None:
    """List what is still to be supplied."""
    console = terminal()
    if not found:
        console.print(tr("nothing is missing"), style="green")
        return
    table = headed(tr("{count} places are still to be supplied", count=len(found)))
    table.add_column(tr("where"), overflow="fold")
    table.add_column(tr("to be supplied"), overflow="fold")
    for one in found:
        table.add_row(str(one.where), str(one.wanted))
    console.print(table)
