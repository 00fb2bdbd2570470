"""What a review looks like in the terminal: the counts, then the remarks by what they ask."""

import json
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text as Shown

from linghang.cli.names import headed, terminal
from linghang.usecases.drafting import Prose
from linghang.usecases.reviewing import GROUPS, Remark, Review, by_severity, place
from linghang.words import later, tr

SEVERITIES = {
    "error": (later("error"), "red"),
    "warning": (later("warning"), "yellow"),
    "hint": (later("hint"), "blue"),
}
QUOTED = 40


def show(found: Review, marked: Path | None, table: Path | None, as_json: bool) -> None:
    """Print a review."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(_heading(found))
    for first, title in GROUPS.items():
        inside = [one for one in found.remarks if one.check.code[1] == first]
        if inside:
            console.print(_group(str(title), inside))
    if not found.remarks:
        console.print(tr("No check has anything to remark. That proves nothing beyond the checks."))
    for file in (marked, table):
        if file is not None:
            console.print(Shown(f"→ {file}"))


def show_prose(found: Prose) -> None:
    """Print a drafted text, and below it what no fact says."""
    console = terminal()
    console.print(Shown(found.text))
    if found.unmatched:
        table = headed(tr("Not in the facts: check or take out"))
        for column in (tr("what"), tr("sentence")):
            table.add_column(column, overflow="fold")
        for one in found.unmatched:
            table.add_row(escape(one.written), escape(one.sentence))
        console.print(table)


def _heading(found: Review) -> RenderableType:
    counts = by_severity(tuple(found.remarks))
    level = next((str(one.title) for one in found.pack.levels if one.id == found.level), tr("not stated"))
    lines = [
        "[bold]" + escape(tr("Review of {draft}", draft=found.draft.name)) + "[/]",
        escape(tr("by {pack}, level {level}, seen from {day}", pack=found.pack.title, level=level, day=found.day)),
        escape(tr("{paragraphs} paragraphs, {claims} claims", paragraphs=len(found.draft.paragraphs),
                  claims=len(found.claims))),
        "  ".join(f"[{colour}]{tr(word)} {counts[name]}[/]" for name, (word, colour) in SEVERITIES.items()),  # type: ignore[index]
    ]  # fmt: skip
    return Panel("\n".join(lines), box=box.ROUNDED, border_style="blue", expand=False)


def _group(title: str, remarks: list[Remark]) -> RenderableType:
    table = headed(title)
    table.add_column(tr("check"), no_wrap=True)
    table.add_column(tr("place"), overflow="fold", max_width=30)
    table.add_column(tr("remark and mend"), overflow="fold", min_width=40)
    for one in remarks:
        word, colour = SEVERITIES[one.check.severity]
        code = f"[{colour}]{one.check.code}\n{tr(word)}[/]"
        page = tr("p. {page}", page=one.spot.page) + " " if one.spot.page else ""
        said = [escape(str(one.message))]
        if one.spot.quote:
            said.insert(0, f"[italic]“{escape(one.spot.quote[:QUOTED])}”[/]")
        said += [f"[dim]↔ {escape(place(other))}[/]" for other in one.others[:2]]
        said.append(f"[dim]→ {escape(str(one.mend or one.check.mend))}[/]")
        table.add_row(code, escape(f"{page}{one.spot.where}"), Group(*said))
    return table
