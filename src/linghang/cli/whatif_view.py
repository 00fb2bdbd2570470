"""What a what-if and the sensitivity of a judgement look like in the terminal."""

import json

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from linghang.cli.names import FLOORS, headed, marked, terminal
from linghang.usecases.interpretations import say_mark
from linghang.usecases.judging import Judged
from linghang.usecases.sensitivity import Sensitivity, Stretch, Threshold, exact
from linghang.usecases.whatif import Beside
from linghang.words import Listed, tr


def show(found: Beside, subject: str, as_json: bool) -> None:
    """Print both judgements."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(_heading(found, subject))
    console.print(_levels(found))
    console.print(_differing(found))


def _heading(found: Beside, subject: str) -> RenderableType:
    before, after = found.before, found.after
    day = before.verdict.program.as_of
    lines = [tr("What if: {subject}, judged as of {day}; nothing is written", subject=escape(subject), day=day)]
    if before.pack.id != after.pack.id:
        lines.append(tr("pack {before} → {after}", before=before.pack.id, after=after.pack.id))
    lines += [escape(str(say_mark(one))) for one in before.marks]
    for name, (was, now) in found.interpretation.items():
        lines.append(f"{name}: {_value(was)} → {_value(now)}")
    for one in found.changes:
        said = one.to_dict()
        lines.append(f"{one.name} = {_value(said['value'])}" + (f" @{said['proof']}" if said["proof"] else ""))
    if found.left_out:
        lines.append(tr("the other pack does not ask for: {names}", names=Listed(found.left_out)))
    return Group(*lines)


def _value(value: object) -> str:
    return tr("unknown") if value is None else escape(str(value))


def _levels(found: Beside) -> Table:
    table = headed()
    table.add_column(tr("level"))
    for floor in found.after.verdict.floors:
        table.add_column(tr("{floor}, before → after", floor=tr(FLOORS[floor])))
    titles = {level.id: str(level.title) for level in (*found.before.pack.levels, *found.after.pack.levels)}
    for level in reversed(titles):
        table.add_row(titles[level], *(_pair(found, floor, level) for floor in found.after.verdict.floors))
    table.add_section()
    for which, title in (("confirmed", tr("confirmed")), ("possible", tr("possible"))):
        cells = []
        for floor in found.after.verdict.floors:
            was, now = (_level(judged, floor, which, titles) for judged in (found.before, found.after))
            cells.append(was if was == now else f"{was} → [bold]{now}[/]")
        table.add_row(title, *cells)
    return table


def _pair(found: Beside, floor: str, level: str) -> str:
    was, now = (
        judged.verdict.floors[floor].levels.get(level)  # type: ignore[index]
        for judged in (found.before, found.after)
    )
    before, after = was.finding if was else None, now.finding if now else None
    return marked(before) if before == after else f"{marked(before, with_word=False)} → {marked(after)}"


def _level(judged: Judged, floor: str, which: str, titles: dict[str, str]) -> str:
    level = getattr(judged.verdict.floors[floor], which)  # type: ignore[index]
    return titles[level] if level else "–"


def _differing(found: Beside) -> RenderableType:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in found.differing():
        shown = f"{marked(one.before, with_word=False)} → {marked(one.after)}"
        rows.setdefault((one.level, one.id), {})[one.floor] = shown
    if not rows:
        return tr("No condition changes.")
    titles = {level.id: str(level.title) for level in (*found.before.pack.levels, *found.after.pack.levels)}
    table = headed(tr("Conditions that change"))
    table.add_column(tr("level"))
    table.add_column(tr("condition"), overflow="fold")
    for floor in found.after.verdict.floors:
        table.add_column(tr(FLOORS[floor]))
    for (level, name), floors in rows.items():
        table.add_row(titles[level], name, *(floors.get(floor, "") for floor in found.after.verdict.floors))
    return table


def show_sensitivity(found: Sensitivity, subject: str, as_json: bool) -> None:
    """Print where the levels change."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    day = found.judged.verdict.program.as_of
    console.print(
        tr("Sensitivity: {subject}, judged as of {day}; nothing is written", subject=escape(subject), day=day)
    )
    for mark in found.judged.marks:
        console.print(escape(str(say_mark(mark))), style="yellow")
    deciding = [one for one in found.thresholds if one.changing]
    if deciding:
        console.print(_thresholds(found, deciding))
    firm = [one.interpretation.id for one in found.thresholds if not one.changing]
    if firm:
        console.print(tr("no value looked at changes a level: {names}", names=Listed(firm)))
    if found.left_out:
        console.print(tr("not looked at: {names}", names=Listed(found.left_out)), style="dim")


def _thresholds(found: Sensitivity, deciding: list[Threshold]) -> Table:
    table = headed()
    for heading in (tr("interpretation"), tr("now"), tr("would be")):
        table.add_column(heading, overflow="fold")
    for floor in found.judged.verdict.floors:
        table.add_column(tr("{floor}, confirmed / possible", floor=tr(FLOORS[floor])))
    titles = {level.id: str(level.title) for level in found.judged.pack.levels}
    for one in deciding:
        for stretch in one.changing:
            cells = []
            for at, levels in stretch.levels.items():
                said = " / ".join(titles[level] if level else "–" for level in levels)
                cells.append(said if levels == one.here.levels[at] else f"[bold]{said}[/]")
            table.add_row(one.interpretation.id, str(one.value), _stretch(stretch), *cells)
    return table


def _stretch(stretch: Stretch) -> str:
    low, high = exact(stretch.low), exact(stretch.high)
    if low == high:
        return str(low)
    above = tr("from {value}", value=low) if stretch.low_in else tr("above {value}", value=low)
    if high is None:
        return above
    below = tr("to {value}", value=high) if stretch.high_in else tr("below {value}", value=high)
    return f"{above} {below}"
