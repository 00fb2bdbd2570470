"""What a maturity self-assessment looks like in the terminal."""

import json
from collections.abc import Sequence
from datetime import UTC
from fractions import Fraction
from pathlib import Path

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from linghang.cli.names import FLOORS, headed, terminal
from linghang.usecases.maturity import Act, Opened, Progress, SubDomainScore, between, progress_of
from linghang.usecases.maturity_adopting import Carried
from linghang.usecases.maturity_report import OfficialResult, Registered
from linghang.usecases.naming import ACTS, WEIGHTS
from linghang.words import Listed, tr

BAR = 20
SHOWN_ITEMS = 6


def show(found: Progress, as_json: bool) -> None:
    """Print how far a self-assessment is."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(_heading(found))
    console.print(_levels(found))
    console.print(_sub_domains(found))
    console.print(_sureness(found), style="dim")


def _bar(low: Fraction, high: Fraction, width: int = BAR) -> str:
    sure, maybe = int(low * width), int(high * width)
    return f"[green]{'█' * sure}[/][yellow]{'░' * (maybe - sure)}[/][dim]{'·' * (width - maybe)}[/]"


def _heading(found: Progress) -> RenderableType:
    one, score = found.opened, found.score
    items = sum(sum(row.of.values()) for row in found.sub_domains)
    lines = [
        "[bold]"
        + tr(
            "level {confirmed} confirmed, level {possible} possible", confirmed=score.confirmed, possible=score.possible
        )
        + "[/]",
        tr(
            "total {total}; {answered} of {items} items answered; unanswered is unknown, not 0",
            total=between(*score.total),
            answered=items - len(score.unanswered),
            items=items,
        ),
        tr("weights: {weights}", weights=tr(WEIGHTS.get(one.state.weights, one.state.weights))),
    ]
    lines += [
        escape(tr("left out: {domain} ({reason})", domain=one.model.domains[domain], reason=reason))
        for domain, reason in one.state.left_out.items()
    ]
    lines += _adopted(found)
    note = tr("A self-assessment, in our words; an assessment by an accredited body is another thing.")
    return Panel(
        "\n".join([*lines, f"[dim]{escape(note)}[/]"]),
        title=escape(tr("Maturity self-assessment, {model}", model=one.model.id)),
        box=box.ROUNDED,
        border_style="blue",
        expand=False,
    )


def _adopted(found: Progress) -> list[str]:
    adopted = found.opened.state.adopted
    if adopted is None:
        return []
    said = tr(
        "adopted: level {level}, signed by {name} on {day}",
        level=adopted.level,
        name=adopted.signed_by,
        day=adopted.signed_on,
    )
    if found.adopted_stands:
        return [escape(said)]
    gone = tr("the answers do not confirm it any more, so it is not stated")
    return [f"{escape(said)} [yellow]{escape(gone)}[/]"]


def _levels(found: Progress) -> Table:
    table = headed()
    gate = Fraction(found.opened.model.gate.value)
    for heading in (tr("level"), tr("score"), "", tr("gate {gate}", gate=found.opened.model.gate.value)):
        table.add_column(heading)
    for level in found.opened.model.levels:
        low, high = found.score.levels[level.level]
        if low >= gate:
            said = "[green]✓ " + tr("met") + "[/]"
        else:
            said = "[yellow]? " + tr("possible") + "[/]" if high >= gate else "[red]✗ " + tr("unmet") + "[/]"
        table.add_row(f"{level.level} {level.name}", between(low, high), _bar(low, high), said)
    return table


def _sub_domains(found: Progress) -> Table:
    table = headed(padding=(0, 1, 0, 0))
    table.add_column(tr("sub-domain"))
    table.add_column(tr("weight"), justify="right")
    for level in found.opened.model.levels:
        table.add_column(tr("level {level}", level=level.level), justify="right")
    table.add_column(tr("answered"), justify="right")
    table.add_column(tr("all items"))
    for row in found.sub_domains:
        cells = [_cell(row, level.level) for level in found.opened.model.levels]
        answered = f"{sum(row.answered.values())} / {sum(row.of.values())}"
        weight = f"{float(row.weight * 100):.1f} %"
        table.add_row(
            f"{row.sub_domain.code} {row.sub_domain.name}", weight, *cells, answered, _bar(*row.own, BAR // 2)
        )
    return table


def _cell(row: SubDomainScore, level: int) -> str:
    return between(*row.levels[level]) if level in row.levels else "[dim]·[/]"


def _sureness(found: Progress) -> str:
    marks = {
        name: ", ".join(f"{mark} {count}" for mark, count in sorted(said.items())) for name, said in found.marks.items()
    }
    return tr(
        "how sure the model is (H, M, L; linghang packs show {model}): items {items}; weights {weights}; gate {gate}",
        model=found.opened.model.id,
        items=marks["items"],
        weights=marks["weights"],
        gate=", ".join(found.marks["gate"]),
    )


def show_short(one: Opened) -> None:
    """Print what stands after a change."""
    found = progress_of(one)
    terminal().print(_line(found), markup=False)


def _line(found: Progress) -> str:
    score = found.score
    return tr(
        "level {confirmed} confirmed, {possible} possible; total {total}; {left} unanswered",
        confirmed=score.confirmed,
        possible=score.possible,
        total=between(*score.total),
        left=len(score.unanswered),
    )


def show_answered(one: Opened, code: str) -> None:
    """Print the item with its answer, and what stands."""
    console = terminal()
    item = next(known for known in one.model.items if known.code.lower() == code.strip().lower())
    answer = one.state.answers.get(item.code)
    value = tr("unknown") if answer is None else f"{answer.value} {one.model.answers[answer.value]}"
    console.print(f"{item.code} {item.text}: {value}", markup=False)
    console.print(_line(progress_of(one)), markup=False)


def show_history(acts: Sequence[tuple[Act, bool]], as_json: bool) -> None:
    """Print the acts, newest first."""
    if as_json:
        print(json.dumps([one.to_dict() | {"stands": stands} for one, stands in acts], ensure_ascii=False, indent=2))
        return
    if not acts:
        terminal().print(tr("nothing was answered yet"), style="dim")
        return
    table = headed()
    for heading in (tr("no."), tr("at"), tr("who"), tr("act"), ""):
        table.add_column(heading, overflow="fold")
    for one, stands in reversed(acts):
        at = f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        style = "" if stands else "dim strike"
        table.add_row(str(one.number), at, escape(one.by), tr(ACTS[one.kind]), escape(_what(one)), style=style)
    terminal().print(table)


def _what(one: Act) -> str:
    content = one.content
    if one.kind == "answers":
        unknown = tr("unknown")
        said = [f"{code} = {answer['value'] if answer else unknown}" for code, answer in content["answers"].items()]
        more = tr(" and {count} more", count=len(said) - SHOWN_ITEMS) if len(said) > SHOWN_ITEMS else ""
        via = f" ({content['via']})" if content.get("via") else ""
        return f"{Listed(said[:SHOWN_ITEMS])}{more}{via}"
    return str(Listed(str(value) for key, value in content.items() if key != "digest"))


def show_undone(act: Act, one: Opened) -> None:
    """Print what was taken back."""
    console = terminal()
    said = tr("taken back: act {number} of {name}: {what}", number=act.number, name=act.by, what=_what(act))
    console.print(said, markup=False)
    console.print(_line(progress_of(one)), markup=False)


def show_exported(one: Opened, path: Path) -> None:
    """Say what was written."""
    said = tr(
        "{file}: {items} items, {answered} answered; fill it, then: linghang maturity import {folder} {file}",
        file=path,
        items=len(one.model.items),
        answered=len(one.state.answers),
        folder=one.workspace.folder,
    )
    terminal().print(said, markup=False)


def show_adopted(one: Opened, proved: Carried) -> None:
    """Say what was adopted, and how well it is proved."""
    console = terminal()
    adopted = one.state.adopted
    assert adopted is not None
    said = tr(
        "level {level} adopted, signed by {name}; {proof}: it rests on {items} items, {without} of them without a "
        "current document",
        level=proved.level,
        name=adopted.signed_by,
        proof=tr(FLOORS[proved.proof]),
        items=len(proved.resting),
        without=len(proved.without),
    )
    console.print(said, markup=False)
    console.print(
        tr("the next assessment takes it up: linghang assess {folder}", folder=one.workspace.folder), markup=False
    )


def show_report(made: Registered, result: OfficialResult) -> None:
    """Say as what a report was registered."""
    document = made.document
    said = tr(
        "registered as {id}: level {level}, issued on {day}; it counts until {until}; {count} observations",
        id=document.id,
        level=result.level,
        day=document.issued_on,
        until=document.valid_until,
        count=made.told,
    )
    terminal().print(said, markup=False)
