"""What the matrix of evidence looks like in the terminal: a summary, then the gaps, then what is proved."""

import json

from rich.console import Console
from rich.text import Text

from linghang.cli.names import FLOORS, PARTS, headed, marked, terminal
from linghang.usecases.evidence_matrix import GAPS, Matrix, MatrixRow, document_of
from linghang.usecases.evidence_titles import derivation_titles
from linghang.words import later, tr

GAP_WORDS = {
    "proved": (later("proved"), "green"),
    "weak": (later("too weak"), "yellow"),
    "stale": (later("stale"), "red"),
    "expired": (later("expired"), "red"),
    "contradicted": (later("contradicted"), "red"),
    "none": (later("nothing"), "red"),
}
SOURCES = {
    "records": later("records"),
    "engine": later("engine"),
    "document": later("document"),
    "signatory": later("signature"),
}
DOCUMENT_STATES = {
    "current": "",
    "expired": later("expired"),
    "not_yet": later("not yet in force"),
    "retired": later("retired"),
}
MAX_WAYS = 3


def show(found: Matrix, as_json: bool) -> None:
    """Print the matrix."""
    if as_json:
        print(json.dumps(document_of(found), ensure_ascii=False, indent=2))
        return
    console = terminal()
    title = tr("Evidence for {pack} on {day}", pack=found.pack.title, day=found.as_of)
    console.print(Text(title, style="bold"))
    _summary(console, found)
    for gap in ("contradicted", "expired", "stale", "none", "weak", "proved"):
        if rows := [one for one in found.rows if one.gap == gap]:
            _group(console, gap, rows)
    _how(console, found)


def _summary(console: Console, found: Matrix) -> None:
    table = headed()
    table.add_column(tr("level"))
    table.add_column(tr("link or part"))
    for gap in GAPS:
        table.add_column(tr(GAP_WORDS[gap][0]), justify="right")
    levels = {one.id: str(one.title) for one in found.pack.levels} | {"all": tr("all levels")}
    links = {one.id: str(one.title) for one in found.pack.links}
    for (level, group), counted in found.summary.items():
        named = links.get(group) or tr(PARTS[group])
        table.add_row(levels[level], named, *(_number(gap, counted[gap]) for gap in GAPS))
    total = {gap: sum(one[gap] for one in found.summary.values()) for gap in GAPS}
    table.add_section()
    table.add_row(tr("total"), "", *(_number(gap, total[gap]) for gap in GAPS))
    console.print(table)


def _number(gap: str, count: int) -> str:
    return f"[{GAP_WORDS[gap][1]}]{count}[/]" if count else "[dim]·[/]"


def _group(console: Console, gap: str, rows: list[MatrixRow]) -> None:
    word, colour = GAP_WORDS[gap]
    title = Text(tr("{gap} ({count})", gap=tr(word), count=len(rows)), style=f"bold {colour}")
    table = headed()
    table.title = title
    table.add_column(tr("clause"), no_wrap=True)
    table.add_column(tr("condition"), overflow="fold", ratio=4)
    table.add_column(tr("finding"), no_wrap=True)
    table.add_column(tr("evidence"), overflow="fold", ratio=3)
    if gap != "proved":
        table.add_column(tr("what would count"), overflow="fold", ratio=5)
    for one in rows:
        condition = Text.assemble(str(one.text), "\n", (one.id, "dim"))
        wanted = (_wanted(one),) if gap != "proved" else ()
        table.add_row(one.clause, condition, marked(one.finding), _evidence(one), *wanted)
    console.print(table)


def _evidence(one: MatrixRow) -> Text:
    said = Text()
    for each in one.speakers:
        name = each.document or (each.source if each.kind != "document" else each.source[:12])
        if each.kind == "records":
            name = str(derivation_titles().get(each.source, each.source))
        said.append(f"{tr(SOURCES[each.kind])} {name}")
        said.append(f" · {tr(FLOORS[each.proof])}", style="dim")
        if not each.fresh:
            said.append(" · " + tr("stale"), style="red")
        said.append("\n")
    spoken = {each.document for each in one.speakers}
    for paper in one.documents:
        if paper.id not in spoken:
            said.append(f"{paper.id} {paper.title}")
            if word := DOCUMENT_STATES[paper.state]:
                said.append(f" · {tr(word)}", style="red")
            elif paper.states is None:
                said.append(" · " + tr("only linked"), style="dim")
            said.append("\n")
    said.rstrip()
    return said


def _wanted(one: MatrixRow) -> Text:
    said = Text()
    for floor in dict.fromkeys(each.floor for each in one.wanted):
        ways = [str(each.text) for each in one.wanted if each.floor == floor]
        said.append(tr("{word}: ", word=tr(FLOORS[floor])), style="dim")
        said.append(tr("; ").join(ways[:MAX_WAYS]) + "\n")
    said.rstrip()
    return said


def _how(console: Console, found: Matrix) -> None:
    """Say once how the ways are gone."""
    kinds = {each.kind for one in found.rows for each in one.wanted}
    if "document" in kinds:
        console.print(
            tr("a document counts when it states the element: linghang evidence add DIR FILE --states ELEMENT=met"),
            markup=False,
        )
    if "engine" in kinds:
        console.print(tr("an engine measures when it runs: linghang engines run DIR ENGINE"), markup=False)
