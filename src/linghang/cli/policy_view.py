"""What a policy simulation and a synthetic registry look like in the terminal."""

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from linghang.cli.names import FLOORS, headed, terminal
from linghang.usecases.policy import EVERYBODY, Group, Outcome, PolicyReport, Reason
from linghang.usecases.registry import Synthetic
from linghang.words import Listed, tr

MAX_GROUPS = 12
"""Groups that are shown of each grouping, those that change most first; JSON has them all."""
MAX_NAMED = 8


def show_registry(found: Synthetic, as_json: bool) -> None:
    """Print what was written, and that it is synthetic."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(
        tr(
            "{rows} synthetic enterprises (seed {seed}) with the columns of {pack} → {file}",
            rows=f"{found.rows:,}",
            seed=found.seed,
            pack=found.pack,
            file=found.file,
        )
    )
    console.print(tr("SYNTHETIC: these enterprises do not exist; do not mix them with real ones."), style="bold yellow")
    table = headed()
    table.add_column(tr("level"))
    table.add_column(tr("at least this level"), justify="right")
    for level, number in reversed(found.levels.items()):
        table.add_row(str(found.titles[level]), f"{number:,}")
    console.print(table)
    if not found.named_as_synthetic:
        _warn(
            tr("the file's name does not say that it is synthetic; name it so, for example synthetic-registry.parquet")
        )


def show_policy(report: PolicyReport, output: Path | None, top: int, as_json: bool) -> None:
    """Print what each variant does."""
    if as_json:
        print(
            json.dumps(report.to_dict(top) | {"output": str(output) if output else None}, ensure_ascii=False, indent=2)
        )
        return
    console = terminal()
    if report.synthetic:
        console.print(tr("SYNTHETIC registry: these enterprises do not exist."), style="bold yellow")
    if report.missing:
        named = Listed([*report.missing[:MAX_NAMED], *(["…"] if len(report.missing) > MAX_NAMED else [])])
        _warn(
            tr(
                "{count} columns are not in the table, so they are unknown for everybody: {names}",
                count=len(report.missing),
                names=named,
            )
        )
    console.print(
        tr(
            "{rows} enterprises, {pack} as of {day}, at the floor “{floor}”",
            rows=f"{report.rows:,}",
            pack=report.pack,
            day=report.as_of,
            floor=tr(FLOORS[report.floor]),
        )
    )
    for outcome in report.outcomes:
        _outcome(console, report, outcome, top)
    if output is not None:
        console.print(tr("who moves, and why → {file}", file=output))


def _outcome(console: Console, report: PolicyReport, outcome: Outcome, top: int) -> None:
    everybody = outcome.everybody
    console.rule(f"[bold]{escape(outcome.variant.name)}[/]", align="left")
    console.print(tr("{rises} rise, {falls} fall", rises=f"{everybody.rises:,}", falls=f"{everybody.falls:,}"))
    if not everybody.moves:
        return
    console.print(_matrix(report, everybody))
    for name, groups in outcome.groups.items():
        if name != EVERYBODY:
            console.print(_groups(report, name, groups))
    for direction, title in (
        ("falls", tr("Why they fall")),
        ("rises", tr("What had stood in the way of those who rise")),
    ):
        if reasons := everybody.top(direction, top):  # type: ignore[arg-type]
            console.print(_reasons(report, title, reasons))


def _level(report: PolicyReport, level: str | None) -> str:
    return str(report.titles[level]) if level else tr("none")


def _matrix(report: PolicyReport, group: Group) -> Table:
    table = headed(tr("From (row) to (column)"))
    table.add_column(tr("level"))
    levels = (None, *report.titles)
    for level in levels:
        table.add_column(_level(report, level), justify="right")
    for before in levels:
        leaving = sum(number for (a, _), number in group.moves.items() if a == before)
        cells = [
            f"[dim]{group.before[before] - leaving:,}[/]"
            if after == before
            else f"{group.moves.get((before, after), 0):,}"
            for after in levels
        ]
        table.add_row(_level(report, before), *cells)
    return table


def _groups(report: PolicyReport, name: str, groups: tuple[Group, ...]) -> Table:
    moving = sorted((one for one in groups if one.moves), key=lambda one: -(one.rises + one.falls))
    title = tr(
        "By {column}: {shown} of {count} groups", column=name, shown=min(len(moving), MAX_GROUPS), count=len(groups)
    )
    table = headed(title)
    table.add_column(name)
    for heading in (tr("enterprises"), tr("rise"), tr("fall")):
        table.add_column(heading, justify="right")
    table.add_column(tr("commonest reason"), overflow="fold")
    for one in moving[:MAX_GROUPS]:
        reason = max(one.reasons, key=lambda reason: reason.count)
        said = f"{reason.condition.id} ({_level(report, reason.level)}): {reason.count:,}"
        value = tr("not stated") if one.value is None else escape(one.value)
        table.add_row(value, f"{one.rows:,}", f"{one.rises:,}", f"{one.falls:,}", said)
    return table


def _reasons(report: PolicyReport, title: str, reasons: tuple[Reason, ...]) -> Table:
    table = headed(title)
    for heading in (tr("level"), tr("condition"), tr("clause")):
        table.add_column(heading, overflow="fold")
    for heading in (tr("unmet"), tr("unknown"), tr("the only one")):
        table.add_column(heading, justify="right")
    for one in reasons:
        cells = (f"{one.unmet:,}", f"{one.unknown:,}", f"{one.alone:,}")
        table.add_row(_level(report, one.level), one.condition.id, one.condition.asked.cited, *cells)
    return table


def _warn(said: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(said, style="yellow")
