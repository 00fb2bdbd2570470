"""What an assessment looks like in the terminal: ladder, links, indicators with trend, reasons, what to supply next."""

import json
from decimal import Decimal

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from linghang.cli import judge_view, reference_view
from linghang.cli.names import headed, marked, terminal
from linghang.cli.thresholds_view import thresholds
from linghang.usecases.assessing import STATEMENTS, Assessment, IndicatorValue, say_need, say_supply
from linghang.usecases.json_values import plain
from linghang.usecases.workspaces import Workspace
from linghang.words import Listed, tr

SHOWN_NEEDS = 12


def show_new(workspace: Workspace) -> None:
    """Say what was made and what comes next."""
    console = terminal()
    console.print(tr("workspace made: {folder}", folder=workspace.folder), style="green", markup=False)
    console.print(
        tr(
            "next: linghang template -o records.xlsx, fill it, linghang import {folder} records.xlsx",
            folder=workspace.folder,
        ),
        markup=False,
    )


def show_upgraded(changed: bool) -> None:
    """Say whether there was anything to upgrade."""
    terminal().print(
        tr("the records are at this version now") if changed else tr("the records are at this version already")
    )


def show(found: Assessment, as_json: bool) -> None:
    """Print an assessment."""
    if as_json:
        print(json.dumps(plain(found.to_dict()), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(judge_view.heading(found.judged, found.workspace.name))
    console.print(judge_view.ladder(found.judged))
    console.print(_links(found))
    if found.indicators:
        console.print(_indicators(found))
        console.print(reference_view.beside(found))
    floor = "declared"
    console.print(judge_view.reasons(found.judged, floor, judge_view.next_level(found.judged, floor)))
    console.print(_supply(found))
    if (ours := thresholds(found)) is not None:
        console.print(ours)
    console.print(tr("{count} new observations in the ledger", count=found.recorded), style="dim")
    if found.withdrawn:
        console.print(tr("{count} withdrawn: nobody says any more what they said", count=found.withdrawn), style="dim")


def _links(found: Assessment) -> Table:
    """Each link at each level, at the lowest floor; required links decide, the others are encouraged."""
    verdict = found.judged.verdict
    floor = verdict.floors["declared"]
    elements = {one.asked.key: one for one in floor.elements}
    table = headed(tr("The five links (met / asked)"))
    table.add_column(tr("link"))
    for level in found.judged.pack.levels:
        table.add_column(str(level.title), justify="right")
    for link in found.judged.pack.links:
        cells = []
        for level in found.judged.pack.levels:
            asked = [one for one in elements.values() if (one.asked.link, one.asked.level) == (link.id, level.id)]
            met = sum(1 for one in asked if one.finding == "met")
            required = floor.levels[level.id].links.get(link.id)
            cells.append(f"{met} / {len(asked)} {marked(required, with_word=False) if required else '[dim]·[/]'}")
        table.add_row(str(link.title), *cells)
    return table


def _indicators(found: Assessment) -> Table:
    table = headed(tr("Indicators"))
    for column, justify in (
        ("#", "right"),
        (tr("indicator"), "left"),
        (tr("before"), "right"),
        (tr("now"), "right"),
        (tr("value"), "right"),
        ("", "left"),
        (tr("sure"), "left"),
    ):
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    titles = {one.id: one for one in found.annex}
    for one in found.indicators:
        rule = titles[one.id]
        table.add_row(
            str(one.number),
            escape(str(rule.title)),
            _number(one.baseline_value),
            _number(one.present_value),
            _value(one, rule.unit),
            _note(one),
            one.confidence,
        )
    return table


def _value(one: IndicatorValue, unit: str) -> str:
    if one.state == "not_applicable":
        return marked("not_applicable")
    if one.value is None:
        return marked("unknown")
    return f"[bold]{_number(one.value)}[/] {reference_view.said_unit(unit)}"


def _note(one: IndicatorValue) -> str:
    if one.value is None:
        return f"[dim]{escape(str(Listed(say_need(need) for need in one.needs)))}[/]" if one.needs else ""
    if one.change_relative is None:
        return ""
    better = one.change_relative > 0
    return f"[{'green' if better else 'red'}]{'▲' if better else '▼'}[/]" if one.change_relative else "="


def _number(value: Decimal | None) -> str:
    """A number for the eye; the JSON has all digits."""
    return "–" if value is None else reference_view.short(value)


def _supply(found: Assessment) -> RenderableType:
    """What would answer what is missing for the level above the confirmed one."""
    level = judge_view.next_level(found.judged, "declared")
    missing = found.judged.verdict.floors["declared"].levels[level].missing
    plan = next(one for one in found.judged.verdict.program.plans if one.level.id == level)
    asked = {one.id: one.asked for one in plan.conditions}
    if not missing:
        return Text("")
    table = Table(box=box.SIMPLE, title=tr("What to supply next"), title_style="bold", title_justify="left")
    for column in (tr("clause"), tr("condition"), tr("supply")):
        table.add_column(column, overflow="fold")
    for name in missing[:SHOWN_NEEDS]:
        needs = found.needs.get(asked[name].id)
        what = (
            [say_supply(need) for need in needs]
            if needs
            else [tr("a statement, with its document, in {file}", file=STATEMENTS)]
        )
        table.add_row(asked[name].cited, escape(str(asked[name].text)), escape(str(Listed(dict.fromkeys(what)))))
    if len(missing) > SHOWN_NEEDS:
        table.add_row("", tr("and {count} more", count=len(missing) - SHOWN_NEEDS), "")
    return table
