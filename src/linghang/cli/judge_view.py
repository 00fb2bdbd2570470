"""What a judgement looks like in the terminal: the ladder first, then why, then what would decide."""

import json
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from linghang.cli.names import FINDINGS, FLOORS, FORCES, KINDS, PARTS, REASONS, headed, marked, terminal
from linghang.errors import BadInput
from linghang.usecases.interpretations import say_mark
from linghang.usecases.judging import Judged, Step
from linghang.words import Listed, tr

MAX_SHOWN_SETS = 3


def show_json(judged: Judged, trace: bool) -> None:
    """Print the judgement as JSON; with the trace also every element at every floor."""
    document = judged.verdict.to_dict()
    if trace:
        for floor, one in judged.verdict.floors.items():
            document["floors"][floor]["elements"] = [element.to_dict() for element in one.elements]
    print(json.dumps(document, ensure_ascii=False, indent=2))


def chosen(judged: Judged, floor: str | None, level: str | None) -> tuple[str, str]:
    """Return the floor and the level that the reasons are given for, by `--floor` and `--level` if they are there."""
    floor = _chosen(floor, tuple(judged.verdict.floors), "declared", "--floor")
    return floor, _chosen(level, judged.pack.level_ids, next_level(judged, floor), "--level")


def show(judged: Judged, file: Path, floor: str, level: str, trace: bool) -> None:
    """Print the judgement for a person."""
    console = terminal()
    console.print(heading(judged, tr("case {file}", file=file)))
    console.print(ladder(judged))
    console.print(_parts(judged, floor))
    console.print(reasons(judged, floor, level))
    if trace:
        console.print(_trace(judged, floor))


def _chosen(value: str | None, known: tuple[str, ...], default: str, option: str) -> str:
    if value is None:
        return default
    if value not in known:
        raise BadInput("{option} takes {choices}, not “{value}”", option=option, choices=Listed(known), value=value)
    return value


def next_level(judged: Judged, floor: str) -> str:
    """The level above the confirmed one; the highest if there is none above."""
    one = judged.verdict.floors[floor]  # type: ignore[index]
    levels = judged.pack.level_ids
    above = levels.index(one.confirmed) + 1 if one.confirmed else 0
    return levels[min(above, len(levels) - 1)]


def heading(judged: Judged, subject: str) -> RenderableType:
    """What is judged, by which pack, on which day and with which of our interpretations."""
    pack = judged.pack
    lines = [
        f"[bold]{escape(str(pack.title))}[/]  [dim]{escape(pack.id)}[/]",
        tr("{subject}, judged as of {day}", subject=escape(subject), day=judged.verdict.program.as_of),
    ]
    if pack.status != "complete":
        partial = tr("partial pack")
        lines.append(f"[yellow]{partial}[/]: {escape(str(pack.note or ''))}")
    ours = [one for one in pack.interpretations if one.source == "platform" and one.id in judged.interpretations]
    values = judged.verdict.program.interpretation
    if ours:
        named = str(Listed(f"{one.id} = {values[one.id]}" for one in ours))
        said = tr("our interpretation, not the text: {named}", named=escape(named))
        lines.append(f"[dim]{said}[/]")
    lines += [f"[yellow]{escape(str(say_mark(one)))}[/]" for one in judged.marks]
    return Panel("\n".join(lines), box=box.ROUNDED, border_style="blue", expand=False)


def ladder(judged: Judged) -> Table:
    """The levels at the three floors, side by side."""
    floors = judged.verdict.floors
    table = headed(tr("The ladder"))
    table.add_column(tr("level"))
    for floor in floors:
        table.add_column(tr(FLOORS[floor]))
    for level in reversed(judged.pack.levels):
        table.add_row(str(level.title), *(marked(one.levels[level.id].finding) for one in floors.values()))
    table.add_section()
    titles = {level.id: str(level.title) for level in judged.pack.levels}
    table.add_row(
        tr("confirmed"), *(f"[bold]{titles[one.confirmed]}[/]" if one.confirmed else "–" for one in floors.values())
    )
    table.add_row(tr("possible"), *(titles[one.possible] if one.possible else "–" for one in floors.values()))
    return table


def _parts(judged: Judged, floor: str) -> Table:
    one = judged.verdict.floors[floor]  # type: ignore[index]
    title = tr("What each level is made of, at the floor “{floor}”", floor=tr(FLOORS[floor]))
    table = headed(title)
    table.add_column(tr("level"))
    parts = [part for part in PARTS if any(level.parts.get(part) for level in one.levels.values())]  # type: ignore[call-overload]
    for part in parts:
        table.add_column(tr(PARTS[part]))
    table.add_column(tr("unmet"), justify="right")
    table.add_column(tr("missing"), justify="right")
    for level in reversed(judged.pack.levels):
        verdict = one.levels[level.id]
        cells = [marked(verdict.parts[part]) for part in parts]  # type: ignore[index]
        table.add_row(str(level.title), *cells, str(len(verdict.failing)), str(len(verdict.missing)))
    return table


def reasons(judged: Judged, floor: str, level: str) -> RenderableType:
    """Why a level is what it is at a floor, and what would decide."""
    verdict = judged.verdict.floors[floor].levels[level]  # type: ignore[index]
    title = next(str(one.title) for one in judged.pack.levels if one.id == level)
    why = tr("Why: {level}", level=title)
    heading = Text.from_markup(f"[bold]{why}[/]  {marked(verdict.finding)}")
    if verdict.waived:
        heading.append("  " + tr("coverage waived: {reason}", reason=_waiver(judged, level)), style="dim")
    if not verdict.failing and not verdict.missing:
        return Group(heading, Text("  " + tr("Every condition is met."), style="green"))
    table = Table(box=box.SIMPLE, show_header=True, pad_edge=False)
    for column in ("", tr("clause")):
        table.add_column(column, no_wrap=True)
    for column in (tr("condition"), tr("stated")):
        table.add_column(column, overflow="fold")
    for mark, ids in (("unmet", verdict.failing), ("unknown", verdict.missing)):
        for condition in ids:
            table.add_row(marked(mark, with_word=False), *_condition(judged, floor, level, condition))
    return Group(heading, table, *_deciding(verdict.deciding, verdict.deciding_count))


def _waiver(judged: Judged, level: str) -> str:
    return next((reason for key, reason in judged.case.waivers.items() if key.startswith(f"{level}.")), "")


def _condition(judged: Judged, floor: str, level: str, condition: str) -> tuple[str, str, str]:
    plan = next(one for one in judged.verdict.program.plans if one.level.id == level)
    asked = next(one.asked for one in plan.conditions if one.id == condition)
    elements = judged.verdict.floors[floor].elements  # type: ignore[index]
    found = next(one for one in elements if one.asked.key == asked.key)
    if found.stated is None:
        values = ", ".join(f"{one.said} = {one.shown or '?'}" for one in found.step.steps[:1]) if found.step else ""
        stated = escape(values) or tr(REASONS["not_stated"])
    else:
        stated = f"{tr(FINDINGS[found.stated])} · {tr(FLOORS[found.proof or 'declared'])}"
        if found.reason == "below_floor":
            stated += f" [yellow]({tr(REASONS['below_floor'])})[/]"
    return asked.cited, f"{escape(str(asked.text))} [dim]{escape(condition)}[/]", stated


def _deciding(sets: tuple[tuple[str, ...], ...], count: int) -> list[RenderableType]:
    if not count:
        return []
    size = len(sets[0])
    if count == 1:
        said = tr(
            "Deciding evidence: the {size} missing conditions; the level is confirmed when all are met.", size=size
        )
        return [Text(said, style="cyan")]
    said = tr(
        "Deciding evidence: {count} smallest sets of {size}; any of them confirms the level when met, such as",
        count=count,
        size=size,
    )
    shown = [Text("  · " + ", ".join(one)) for one in sets[:MAX_SHOWN_SETS]]
    return [Text(said, style="cyan"), *shown]


def _trace(judged: Judged, floor: str) -> Tree:
    """Every element by level and link, with what was stated; compound rules step by step."""
    title = tr("Every element at the floor “{floor}”", floor=tr(FLOORS[floor]))
    tree = Tree(f"[bold]{title}[/]")
    links = {link.id: str(link.title) for link in judged.pack.links}
    levels = {"all": tr("every level"), **{level.id: str(level.title) for level in judged.pack.levels}}
    branches: dict[tuple[str, str], Tree] = {}
    for one in sorted(judged.verdict.floors[floor].elements, key=lambda one: list(levels).index(one.asked.level)):  # type: ignore[index]
        asked = one.asked
        group = links[asked.link] if asked.link else tr(PARTS[asked.part])
        branch = branches.get((asked.level, group))
        if branch is None:
            branch = branches[asked.level, group] = tree.add(f"[bold]{levels[asked.level]}[/] · {group}")
        notes = [tr(KINDS[asked.kind]), tr(FORCES[asked.force])]
        if one.proof:
            notes.append(tr(FLOORS[one.proof]))
        if one.reason:
            notes.append(tr(REASONS[one.reason]))
        leaf = branch.add(
            f"{marked(one.finding)}  {asked.cited}  {escape(str(asked.text))}  [dim]{' · '.join(notes)}[/]"
        )
        if one.step:
            _add_step(leaf, one.step)
    return tree


def _add_step(tree: Tree, step: Step) -> None:
    shown = marked(step.shown) if step.shown in FINDINGS else escape(step.shown or "?")
    branch = tree.add(f"[dim]{escape(step.said)}[/] → {shown}")
    for one in step.steps:
        if one.steps or one.said != one.shown:  # a literal says itself
            _add_step(branch, one)
