"""What packs look like in the terminal."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Line

from linghang.cli.names import FORCES, KINDS, PARTS, STATUSES, headed, terminal
from linghang.errors import BadInput
from linghang.usecases.json_values import plain
from linghang.usecases.packs import Checked, Difference, Document, MaturityModel, Pack, SceneGuide, ShelfEntry
from linghang.words import Listed, Text, tr

_FORCE_COLOURS = {"must": "bold", "should": "cyan", "encouraged": "dim"}
_CHANGE_MARKS = {"added": ("+", "green"), "removed": ("−", "red"), "changed": ("~", "yellow")}


def _print_json(value: Any) -> None:
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


def show_list(listed: Sequence[ShelfEntry], as_json: bool) -> None:
    """Print the packs on the shelf."""
    if as_json:
        return _print_json(listed)
    table = headed()
    for column in (tr("pack"), tr("kind"), tr("title"), tr("in force from"), tr("status")):
        table.add_column(column, overflow="fold")
    for one in listed:
        base = tr("on {base}", base=one.base) if one.base else ""
        name = f"[bold]{one.id}[/]" + (f"\n[dim]{base}[/]" if base else "")
        status = tr(STATUSES[one.status])
        table.add_row(
            name,
            tr(KINDS[one.kind]),
            escape(str(one.title)),
            str(one.valid_from),
            status if one.status == "complete" else f"[yellow]{status}[/]",
        )
    return terminal().print(table)


def show(document: Document, level: str | None, as_json: bool) -> None:
    """Print one document of the shelf."""
    if as_json:
        return _print_json(document)
    if isinstance(document, Pack):
        return terminal().print(_pack(document, level))
    if level is not None:
        raise BadInput("only packs of conditions have levels to choose from")
    shown = _scenes(document) if isinstance(document, SceneGuide) else _maturity(document)
    return terminal().print(shown)


def _pack(pack: Pack, level: str | None) -> RenderableType:
    if level is not None and level not in pack.level_ids:
        raise BadInput(
            "{option} takes {choices}, not “{value}”", option="--level", choices=Listed(pack.level_ids), value=level
        )
    shown: list[RenderableType] = [_heading(pack, pack.note, " ← ".join(reversed(pack.lineage)))]
    wanted = {"all": tr("every level"), **{one.id: str(one.title) for one in pack.levels}}
    for key, title in wanted.items():
        if level is None or key in ("all", level):
            shown.append(_elements(pack, key, title))
    if pack.interpretations:
        shown.append(_interpretations(pack))
    if pack.indicators and level is None:
        shown.append(_indicators(pack))
    return Group(*shown)


def _heading(document: Document, note: Text | None, lineage: str = "") -> Panel:
    number = document.document.get("number") or document.document.get("no") or ""
    lines = [f"[bold]{escape(str(document.title))}[/]  [dim]{document.id}[/]"]
    lines.append(escape(" · ".join(filter(None, (str(number), lineage)))))
    until = document.valid_to or tr("open")
    lines.append(
        tr("in force {start} to {end}", start=document.valid_from, end=until) + " · " + tr(STATUSES[document.status])
    )
    if note:
        lines.append(f"[dim]{escape(str(note))}[/]")
    return Panel("\n".join(lines), box=box.ROUNDED, border_style="blue", expand=False)


def _elements(pack: Pack, level: str, title: str) -> Table:
    table = headed(title)
    for column in (tr("clause"), tr("link"), tr("condition"), tr("kind"), tr("force"), tr("rule")):
        table.add_column(column, overflow="fold")
    links = {link.id: str(link.title) for link in pack.links}
    for one in pack.elements:
        if one.level == level:
            rules = "\n".join(rule.source for rule in one.rules)
            table.add_row(
                one.cited,
                links[one.link] if one.link else tr(PARTS[one.part]),
                f"{escape(str(one.text))}\n[dim]{one.id}[/]",
                tr(KINDS[one.kind]),
                f"[{_FORCE_COLOURS[one.force]}]{tr(FORCES[one.force])}[/]",
                "" if rules == "found" else escape(rules),
            )
    return table


def _interpretations(pack: Pack) -> Table:
    table = headed(tr("Interpretation (apart from the text)"))
    for column in (tr("name"), tr("value"), tr("source"), tr("meaning")):
        table.add_column(column, overflow="fold")
    for one in pack.interpretations:
        source = tr("ours") if one.source == "platform" else one.source
        choices = f" [dim]({' / '.join(one.choices)})[/]" if one.choices else ""
        table.add_row(one.id, f"{one.value}{choices}", f"[yellow]{source}[/]", escape(str(one.text)))
    return table


def _indicators(pack: Pack) -> Table:
    table = headed(tr("Indicators of the annex"))
    for column in ("#", tr("group"), tr("indicator"), tr("unit"), tr("reports")):
        table.add_column(column, overflow="fold")
    for one in pack.indicators:
        reports = tr("the present value") if one.type == "state" else tr("the change to a baseline")
        table.add_row(str(one.number), str(one.group), f"{escape(str(one.title))} [dim]{one.id}[/]", one.unit, reports)
    return table


def _marks(marks: Mapping[str, Text]) -> Line:
    return Line("\n".join(f"  {mark}  {meaning}" for mark, meaning in marks.items()), style="dim")


def _scenes(guide: SceneGuide) -> RenderableType:
    table = headed()
    for column in ("#", tr("link"), tr("scene"), tr("what is done"), tr("sure")):
        table.add_column(column, overflow="fold")
    links = {link.id: str(link.name) for link in guide.links}
    for one in guide.scenes:
        table.add_row(
            str(one.number),
            links[one.guide_link],
            str(one.name),
            f"[dim]{escape(str(one.text))}[/]",
            f"{one.name_confidence} / {'+'.join(one.basis)}",
        )
    return Group(_heading(guide, guide.note), table, _marks(guide.marks))


def _maturity(model: MaturityModel) -> RenderableType:
    table = headed(tr("Sub-domains and weights"))
    table.add_column("")
    table.add_column(tr("sub-domain"))
    for name in model.weights:
        table.add_column(tr("{kind} weight", kind=name), justify="right")
    table.add_column(tr("items by level 1–5"))
    per_cell = Counter((item.sub_domain, item.level) for item in model.items)
    for one in model.sub_domains:
        weights = []
        for name in model.weights:
            weight = model.weights[name].sub_domains[one.code]
            weights.append(f"{weight.value.normalize():f} [dim]{weight.confidence}[/]")
        items = "  ".join(str(per_cell[one.code, level.level] or "·") for level in model.levels)
        table.add_row(one.code, str(one.name), *weights, items)
    levels = headed(tr("Total score and level"))
    for column in (tr("level"), tr("name"), tr("score"), tr("sure")):
        levels.add_column(column)
    for level in model.levels:
        levels.add_row(str(level.level), str(level.name), f"{level.score_from} – {level.score_to}", level.confidence)
    gate = tr(
        "A level is satisfied from {gate} of its score (mark {mark}).",
        gate=model.gate.value,
        mark=model.gate.confidence,
    )
    return Group(
        _heading(model, model.note), table, levels, Line("  " + gate + "\n"), _items(model), _marks(model.marks)
    )


def _items(model: MaturityModel) -> Table:
    table = headed(tr("Requirements, in our words"))
    for column in (tr("code"), tr("requirement"), tr("evidence"), tr("sure")):
        table.add_column(column, overflow="fold")
    for item in model.items:
        table.add_row(item.code, escape(str(item.text)), f"[dim]{escape(item.evidence)}[/]", item.confidence)
    return table


def show_checks(checked: Sequence[Checked], as_json: bool) -> bool:
    """Print what the checks found; return whether everything is whole."""
    if as_json:
        _print_json([{"file": one.file, "problems": one.problems} for one in checked])
    else:
        console = Console(highlight=False, soft_wrap=True)
        for one in checked:
            mark = "[green]✓[/]" if not one.problems else "[red]✗[/]"
            console.print(f"{mark} {escape(one.file)}")
            for problem in one.problems:
                console.print(Line(f"    {problem}"))
    return not any(one.problems for one in checked)


def show_diff(before: str, after: str, found: Sequence[Difference], as_json: bool) -> None:
    """Print what the second pack states differently."""
    if as_json:
        return _print_json(found)
    console = terminal()
    if not found:
        return console.print(tr("{before} and {after} ask the same.", before=before, after=after))
    console.print(tr("From {before} to {after}:", before=before, after=after), style="bold")
    table = headed()
    for column in ("", tr("entry"), tr("what differs"), tr("basis")):
        table.add_column(column, overflow="fold")
    for one in found:
        mark, colour = _CHANGE_MARKS[one.change]
        basis = str(one.origin.basis) if one.origin and one.origin.basis else ""
        table.add_row(
            f"[{colour}]{mark}[/]",
            f"{one.id.removesuffix('@all')}\n[dim]{one.cited or one.section}[/]",
            _what(one),
            escape(basis),
        )
    console.print(table)
    counts = Counter(one.change for one in found)
    return console.print(
        tr("{added} added, {removed} removed, {changed} changed", **{key: counts[key] for key in _CHANGE_MARKS})  # type: ignore[index]
    )


def _what(one: Difference) -> str:
    if one.change != "changed":
        body = one.after or one.before
        said = body.get("text") or body.get("title") or ""
        return escape(f"{said}")
    lines = []
    for name, now in one.after.items():
        was = one.before.get(name)
        lines.append(f"[dim]{name}:[/] [red]{escape(_short(was))}[/] → [green]{escape(_short(now))}[/]")
    return "\n".join(lines)


def _short(value: object) -> str:
    if isinstance(value, tuple) and not isinstance(value, Text):
        return str(Listed(value))
    return "–" if value is None else str(value)
