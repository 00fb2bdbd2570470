"""What a maturity level takes, in the terminal."""

import json
from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from linghang.cli.names import headed, terminal
from linghang.usecases.maturity import HINTS, LevelGap, Opened, between
from linghang.usecases.maturity_gap import gap_document
from linghang.words import tr


def show(one: Opened, found: Sequence[LevelGap], as_json: bool) -> None:
    """Print the fewest items that lift each level to the gate, by sub-domain."""
    if as_json:
        print(json.dumps(gap_document(one, found), ensure_ascii=False, indent=2))
        return
    console = terminal()
    gate = one.model.gate
    for level in found:
        name = one.model.levels[level.level - 1].name
        now = between(level.score, level.possible)
        head = tr("Level {level} {name}: {score} of {gate}", level=level.level, name=name, score=now, gate=gate.value)
        if not level.lifts:
            console.print(f"[bold]{escape(head)}[/] [green]✓[/]")
            continue
        unanswered = sum(1 for lift in level.lifts if lift.answer is None)
        said = tr(
            "at least {count} items have to become 1; {unanswered} of them have no answer yet",
            count=len(level.lifts),
            unanswered=unanswered,
        )
        console.print(f"[bold]{escape(head)}[/]  {escape(said)}")
        console.print(_items(one, level))
    note = tr("the gate stands at confidence {mark}; hints are ours", mark=gate.confidence)
    console.print(note, style="dim", markup=False)


def _items(one: Opened, level: LevelGap) -> Any:
    table = headed()
    for heading in (
        tr("sub-domain"),
        tr("item"),
        tr("requirement"),
        tr("answered"),
        tr("adds"),
        tr("what usually shows it"),
    ):
        table.add_column(heading, overflow="fold")
    order = [sub.code for sub in one.model.sub_domains]
    names = {sub.code: f"{sub.code} {sub.name}" for sub in one.model.sub_domains}
    last = ""
    for lift in sorted(level.lifts, key=lambda lift: (order.index(lift.item.sub_domain), lift.item.code)):
        sub = lift.item.sub_domain
        first = sub != last
        last = sub
        table.add_row(
            names[sub] if first else "",
            f"{lift.item.code} [dim]{lift.item.confidence}[/]",
            escape(str(lift.item.text)),
            tr("unknown") if lift.answer is None else str(lift.answer),
            f"+{float(lift.gain):.3f}",
            escape(str(HINTS[sub])) if first else "",
        )
    return table
