"""What a run of an engine found: the sentence, what it covers, charts, tables, events."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import chart_kinds, charts, facts, figures, states
from linghang.console.controls import VALUE, chooser
from linghang.console.hypertext import Child, card, icon, table, tag
from linghang.console.telling import headed, said
from linghang.console.visit import Visit
from linghang.usecases.engine_results import KeptRun, ResultRows, column_title, document_of, rows_of
from linghang.usecases.engines import supplies
from linghang.usecases.schedule_checking import ENGINE as PLANNING
from linghang.words import later, tr

FIRST_ROWS = 10
MOST_EVENTS = 50
MOST_CHARTS = 12
SEVERITIES = {
    "urgent": ("‼", later("urgent")),
    "high": ("!", later("high")),
    "medium": ("△", later("medium")),
    "low": ("▽", later("low")),
    "info": ("i", later("info")),
}


async def build(visit: Visit, id: str, runs: Sequence[KeptRun], chosen: str) -> None:
    """Show a run, the newest where none is chosen; the address says which."""
    if not runs:
        what = tr("Run it now, or let it run again and again.")
        link = (tr("Run it"), visit.url(f"/engines/{id}", show="run"))
        states.show(states.empty(tr("It has not run yet"), what, link, f"linghang run {visit.folder.name} {id}"))
        return
    run, document = await facts.thread(lambda: document_of(visit.folder, id, chosen))
    first = await facts.thread(
        lambda: {name: rows_of(visit.folder, id, run, name, limit=FIRST_ROWS) for name in document["tables"]}
    )
    _choose(visit, id, runs, run)
    states.show(_finding(document, id, run, visit))
    dark = await charts.is_dark(visit)
    for chart in document["charts"][:MOST_CHARTS]:
        with ui.element("section").classes("lh-card lh-chart-card"):
            chart_kinds.show(chart, dark, document.get("zone", visit.zone))
    if (rest := len(document["charts"]) - MOST_CHARTS) > 0:
        states.show(tag("p", tr("and {count} more charts in the result", count=rest), class_="lh-about"))
    for name, about in document["tables"].items():
        states.show(_table(visit, id, run, name, about, first[name]))
    if document["events"]:
        states.show(_events(document["events"], visit))


def _choose(visit: Visit, id: str, runs: Sequence[KeptRun], run: str) -> None:
    options = {one.name: figures.moment(one.at, visit.zone) for one in runs}
    with ui.element("div").classes("lh-filters"):
        select = chooser(tr("Run"), options, run)

        def choose(event: GenericEventArguments) -> None:
            ui.navigate.to(visit.url(f"/engines/{id}", show="result", run=str(event.args)))

        select.on("change", visit.speaking(choose), js_handler=VALUE)


def _finding(document: Mapping[str, Any], id: str, run: str, visit: Visit) -> Markup:
    start, end = (figures.moment(one, visit.zone) for one in document["window"])
    covered = (_covered(one, visit) for one in document["observations"])
    needs = [str(supplies(one, id)) for one in document["needs"]]
    lacking = tag("p", icon("warning"), tr("To say more, supply: {what}", what=", ".join(needs)), class_="lh-lacks")
    change = tag(
        "a", icon("edit"), tr("Change this schedule"), href=visit.url("/engines/plan", run=run), class_="lh-button"
    )
    return card(
        tr("What was found"),
        tag("p", said(document["finding"]), class_="lh-finding"),
        tag("ul", covered) if document["observations"] else None,
        lacking if needs else None,
        change if id == PLANNING and "schedule" in document["tables"] else None,
        about=tr("{start} to {end}; version {version}", start=start, end=end, version=document["version"]),
    )


def _covered(one: Mapping[str, Any], visit: Visit) -> Markup:
    share = tr("{covered} of {of}", covered=f"{one['covered']:,}", of=f"{one['of']:,}")
    unknown = tr(", {open} not known", open=one["open"]) if one["open"] else ""
    address = visit.url("/conditions", element=one["about"])
    meter = tag("meter", min=0, max=one["of"], value=one["covered"], aria_label=share)
    return tag(
        "li",
        tag("strong", share, unknown),
        meter,
        tag("span", said(one["what"])),
        tag("a", tr("To the condition"), href=address),
        class_="lh-covered",
    )


# --- tables ---


def _table(visit: Visit, id: str, run: str, name: str, about: Mapping[str, Any], first: ResultRows) -> Markup:
    title = said(about["title"])
    heads = (column_title(one, about["columns"].get(one)) for one in first.columns)
    rows = ((cell(one[key], kind, visit) for key, kind in first.columns.items()) for one in first.rows)
    every = tag(
        "a",
        tr("All {count} rows", count=f"{first.total:,}"),
        href=visit.url(f"/engines/{id}/tables/{name}", run=run),
    )
    shown = table(heads, rows, "lh-result-table", title) if first.rows else tag("p", tr("No rows"), class_="lh-about")
    foot = tag("p", every if first.total > len(first.rows) else None, downloads(id, run, name), class_="lh-table-foot")
    return tag("section", tag("div", tag("h2", title), class_="lh-card-head"), shown, foot, class_="lh-card")


def downloads(id: str, run: str, name: str) -> Markup:
    """Return links to a table as files."""
    place = f"/api/v1/engines/{quote(id)}/runs/{quote(run)}/tables/{quote(name)}/file?kind="
    kinds = (("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet"))
    links = (tag("a", icon("download"), word, href=place + kind, download=True) for kind, word in kinds)
    return tag("span", links, class_="lh-downloads")


def cell(value: Any, kind: str, visit: Visit) -> Child:
    """Write a value of a table for the eye."""
    if value is None or value == "":
        return "–"
    if kind == "yes_no":
        return "✓ " + tr("yes") if value else "✗ " + tr("no")
    if kind == "number":
        return tag("span", figures.short(value, 3), class_="lh-figure")
    if kind == "when":
        return tag("span", figures.moment(value, visit.zone), class_="lh-figure")
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


# --- events ---


def _events(events: Sequence[Mapping[str, Any]], visit: Visit) -> Markup:
    shown = list(reversed(events[-MOST_EVENTS:]))
    about = tr("the last {shown} of {count}", shown=len(shown), count=f"{len(events):,}")
    heads = (tr("at"), tr("severity"), tr("what"), tr("event"))
    rows = (
        [
            tag("span", figures.moment(one["at"], visit.zone), class_="lh-figure"),
            severity(one["severity"]),
            one["subject"],
            said(one["text"]),
        ]
        for one in shown
    )
    return card(
        headed(tr("events")), table(heads, rows, "", tr("events")), about=about if len(shown) < len(events) else ""
    )


def severity(word: str) -> Markup:
    """Return the badge of a severity: sign and word."""
    sign, name = SEVERITIES.get(word, ("", word))
    return tag(
        "span", tag("span", sign, class_="lh-sign", aria_hidden="true"), tr(name), class_=f"lh-badge lh-severity-{word}"
    )
