"""The plant's data: the dictionary with counts and freshness, and the rows of every table."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import acting, data_quality, facts, figures, grids, import_page, states
from linghang.console.controls import VALUE, typed
from linghang.console.data_parts import KINDS, about_column, rooms, template_link
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import chip, named, said
from linghang.console.visit import Visit
from linghang.errors import nearest
from linghang.usecases.record_pages import TableShown, tables
from linghang.words import tr


def _tables() -> dict[str, TableShown]:
    return {one.name: one for one in tables()}


async def build(visit: Visit, args: PageArguments) -> None:
    """Show every table by subject: what it is, how many rows it has, how old they are."""
    held = await facts.status(visit.folder, visit.now)
    await facts.thread(tables)
    extents = {name: one for group in held["records"] for name, one in group["tables"].items()}
    states.show(states.heading(tr("Data"), _about(held, extents), rooms(visit, "/data")))
    if not extents:
        states.show(
            states.empty(
                tr("There are no records yet"),
                tr("Bring workbooks, CSV or Parquet files as they are, or fill our template; all is checked first."),
                (tr("Import data"), visit.url("/data/import")) if acting.may(visit, "write") else None,
                command="linghang template -o records.xlsx && linghang import FOLDER records.xlsx",
            )
        )
    with ui.element("div").classes("lh-filters").props('role="search"'):
        words = args.query_parameters.get("words", "")
        search = typed(tr("Search tables and columns"), "search", words, "lh-search")
        states.show(template_link(()))
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
    found = (await facts.thread(_tables)).get(name)
    if found is None:
        states.show(states.empty(tr("There is no table {name}", name=name), nearest(name, list(_tables())), back))
        return
    held = await facts.status(visit.folder, visit.now)
    extent = next((group["tables"][name] for group in held["records"] if name in group["tables"]), None)
    way = tag("a", "‹ ", back[0], href=back[1], class_="lh-back")
    states.show(states.heading(said(found.title), said(found.about), template_link((name,)), way))
    count = tr("{count} rows", count=f"{extent['rows']:,}") if extent else tr("no rows yet")
    age = (
        tag("span", tr("newest: {when}", when=figures.ago(extent["latest"], visit.now)))
        if extent and extent["latest"]
        else None
    )
    states.show(joined((tag("span", tag("strong", count)), age, tag("code", name))), "lh-count")
    if extent:
        grids.rows_of(found, visit)
    else:
        link = (tr("Import data"), visit.url("/data/import")) if acting.may(visit, "write") else None
        what = tr("Its sheet of the template takes them; then import the workbook.")
        states.show(states.empty(tr("This table has no rows yet"), what, link))
    states.show(_readers(found, visit))
    states.show(_columns(found))


def _readers(found: TableShown, visit: Visit) -> Markup:
    """Which indicators and engines read the table."""
    if not found.read_by:
        return tag("p", tr("No indicator and no installed engine reads this table."), class_="lh-about")
    address = {"indicator": "/indicators/{}", "engine": "/engines/{}"}
    links = (
        tag("a", said(one.title), href=visit.url(address[one.kind].format(one.id)), class_="lh-chip")
        for one in found.read_by
    )
    return card(tr("Read by"), tag("div", links, class_="lh-chips"))


def _columns(found: TableShown) -> Markup:
    rows = (
        [
            joined((tag("strong", said(one.title)), about_column(one))),
            tag("code", one.name),
            named(KINDS, one.kind),
            figures.unit(one.unit) or "–",
            chip(tr("required")) if one.required else "–",
        ]
        for one in found.columns
    )
    heads = (tr("column"), tr("name"), tr("kind"), tr("unit"), tr("in every row"))
    inner = table(heads, rows, "lh-columns", tr("Columns"))
    summary = tag("summary", tr("Columns of the table ({count})", count=len(found.columns)))
    return tag("details", summary, inner, class_="lh-card lh-fold")


PARTS = {"import": import_page.build, "quality": data_quality.build, "{table}": build_table}
