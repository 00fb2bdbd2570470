"""The plant's data: the dictionary with counts and freshness, and the rows of every table."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import facts, figures, grids, states
from linghang.console.controls import VALUE, typed
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import chip, named, said
from linghang.console.visit import Visit
from linghang.errors import nearest
from linghang.usecases.record_pages import TableShown, tables
from linghang.words import later, tr

KINDS = {
    "id": later("key"),
    "ref": later("reference"),
    "text": later("text"),
    "number": later("number"),
    "money": later("amount of money"),
    "whole": later("whole number"),
    "flag": later("yes or no"),
    "day": later("day"),
    "when": later("moment"),
    "choice": later("word of a list"),
}


@cache
def _tables() -> dict[str, TableShown]:
    return {one.name: one for one in tables()}


async def build(visit: Visit, args: PageArguments) -> None:
    """Show every table by subject: what it is, how many rows it has, how old they are."""
    held = await facts.status(visit.folder, visit.now)
    extents = {name: one for group in held["records"] for name, one in group["tables"].items()}
    states.show(states.heading(tr("Data"), _about(held, extents)))
    if not extents:
        states.show(
            states.empty(
                tr("There are no records yet"),
                tr("Make a template, fill it from your systems, and import it; everything is checked first."),
                command="linghang template -o records.xlsx && linghang import FOLDER records.xlsx",
            )
        )
    with ui.element("div").classes("lh-filters").props('role="search"'):
        words = args.query_parameters.get("words", "")
        search = typed(tr("Search tables and columns"), "search", words, "lh-search")
    place = states.show(_groups(words, extents, visit))

    def changed(event: GenericEventArguments) -> None:
        place.set_content(_groups(str(event.args or ""), extents, visit))
        ui.navigate.history.replace(visit.url("/data", words=str(event.args or "")))

    search.on("input", visit.speaking(changed), js_handler=VALUE, throttle=0.25, leading_events=False)


def _about(held: Mapping[str, Any], extents: Mapping[str, Any]) -> str:
    rows = sum(one["rows"] for one in extents.values())
    return tr(
        "{rows} rows in {filled} of {count} tables; ledger with {observations} observations.",
        rows=figures.large(rows),
        filled=len(extents),
        count=len(_tables()),
        observations=figures.large(held["ledger"]["observations"]),
    )


def _groups(words: str, extents: Mapping[str, Any], visit: Visit) -> Markup:
    wanted = words.casefold().split()
    groups: dict[str, list[TableShown]] = {}
    for one in _tables().values():
        columns = " ".join(f"{c.name} {c.title.zh} {c.title.en}" for c in one.columns)
        text = f"{one.name} {one.title.zh} {one.title.en} {one.about.zh} {one.about.en} {columns}".casefold()
        if all(word in text for word in wanted):
            groups.setdefault(said(one.group), []).append(one)
    if not groups:
        what = tr("Try another word: a table's name, a column, or what it is about.")
        return states.empty(tr("Nothing fits “{words}”", words=words), what)
    return joined(_group(name, ones, extents, visit) for name, ones in groups.items())


def _group(name: str, ones: list[TableShown], extents: Mapping[str, Any], visit: Visit) -> Markup:
    rows = (
        [
            joined(
                (
                    tag("a", said(one.title), href=visit.url(f"/data/{one.name}")),
                    tag("small", tag("code", one.name)),
                )
            ),
            tag("span", said(one.about), class_="lh-about"),
            tag("span", str(len(one.columns)), class_="lh-figure"),
            _rows(extents.get(one.name)),
            _latest(extents.get(one.name), visit),
        ]
        for one in ones
    )
    heads = (tr("table"), tr("what it holds"), tr("columns"), tr("rows"), tr("newest"))
    return card(name, table(heads, rows, "lh-dictionary", name))


def _rows(extent: Mapping[str, Any] | None) -> Markup:
    if extent is None:
        return tag("span", tr("empty"), class_="lh-faint")
    return tag("strong", f"{extent['rows']:,}", class_="lh-figure")


def _latest(extent: Mapping[str, Any] | None, visit: Visit) -> Markup:
    if extent is None or not extent["latest"]:
        return tag("span", "–", class_="lh-faint")
    moment = figures.moment(extent["latest"], visit.zone)
    return tag("span", icon("clock"), figures.ago(extent["latest"], visit.now), class_="lh-old", title=moment)


async def build_table(visit: Visit, args: PageArguments) -> None:
    """Show one table: its columns, and its rows as far as one scrolls."""
    name = args.path_parameters["table"]
    back = (tr("All tables"), visit.url("/data"))
    found = _tables().get(name)
    if found is None:
        states.show(states.empty(tr("There is no table {name}", name=name), nearest(name, list(_tables())), back))
        return
    held = await facts.status(visit.folder, visit.now)
    extent = next((group["tables"][name] for group in held["records"] if name in group["tables"]), None)
    way = tag("a", "‹ ", back[0], href=back[1], class_="lh-back")
    states.show(states.heading(said(found.title), said(found.about), way))
    count = tr("{count} rows", count=f"{extent['rows']:,}") if extent else tr("no rows yet")
    age = (
        tag("span", tr("newest: {when}", when=figures.ago(extent["latest"], visit.now)))
        if extent and extent["latest"]
        else None
    )
    states.show(joined((tag("span", tag("strong", count)), age, tag("code", name))), "lh-count")
    if extent:
        grids.rows_of(found, visit.zone, visit.language)
    else:
        states.show(
            states.empty(
                tr("This table has no rows yet"),
                tr("Its sheet of the template takes them; then import the workbook."),
                command="linghang template -o records.xlsx",
            )
        )
    states.show(_columns(found))


def _columns(found: TableShown) -> Markup:
    rows = (
        [
            tag("strong", said(one.title)),
            tag("code", one.name),
            named(KINDS, one.kind),
            figures.unit(one.unit) or "–",
            chip(tr("required")) if one.required else "–",
        ]
        for one in found.columns
    )
    heads = (tr("column"), tr("name"), tr("kind"), tr("unit"), tr("in every row"))
    inner = table(heads, rows, "", tr("Columns"))
    summary = tag("summary", tr("Columns of the table ({count})", count=len(found.columns)))
    return tag("details", summary, inner, class_="lh-card lh-fold")
