"""The rows behind an indicator: those of one table that it was computed from, a page at a time."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import facts, figures, states
from linghang.console.hypertext import joined, table, tag
from linghang.console.telling import headed, said
from linghang.console.visit import Visit
from linghang.usecases.indicator_rows import RowsRead, page_of_rows, rows_read
from linghang.usecases.json_values import plain
from linghang.usecases.record_pages import Rows, TableShown, table_shown
from linghang.words import tr

PAGE = 100
MOST_OFFSET = 10**9


async def build(visit: Visit, args: PageArguments) -> None:
    """Show a page of the rows."""
    id, name = args.path_parameters["id"], args.path_parameters["table"]
    document = await facts.assessment(visit.folder, visit.pack, visit.day, visit.now)
    one = next((one for one in document["indicators"] if one["id"] == id), None)
    read = rows_read(one) if one is not None else ()
    if not any(each.table == name for each in read):
        what = tr("The indicator does not read this table.")
        states.show(states.empty(tr("There are no such rows"), what, (tr("All indicators"), visit.url("/indicators"))))
        return
    written = args.query_parameters.get("offset", "0")
    offset = min(int(written), MOST_OFFSET) if written.isdecimal() else 0
    found, of = await facts.thread(lambda: page_of_rows(visit.folder, read, name, offset=offset, limit=PAGE))
    shown = await facts.thread(lambda: table_shown(name))
    rule = next((each for each in facts.pack_of(visit.pack).indicators if each.id == id), None)
    title = headed(said(rule.title)) if rule is not None else id
    way = tag("a", "‹ ", title, href=visit.url(f"/indicators/{id}"), class_="lh-back")
    states.show(states.heading(tr("Rows behind: {table}", table=said(shown.title)), _about(of, found), way))
    pages = _pages(visit, f"/indicators/{id}/rows/{name}", offset, found.total)
    states.show(joined((pages, _rows(shown, found, visit), pages)))


def _about(of: RowsRead, found: Rows) -> str:
    counted = tr("{used} rows were counted; one that reaches into both periods counts twice.", used=f"{of.used:,}")
    if not of.where:
        whole = tr("This table is looked up whole: {count} rows.", count=f"{found.total:,}")
        return f"{counted} {whole}"
    dated = tr(
        "By their dates {count} rows belong to the periods; the formula's own conditions may leave some of them out.",
        count=f"{found.total:,}",
    )
    return f"{counted} {dated}"


def _rows(shown: TableShown, found: Rows, visit: Visit) -> Markup:
    heads = [said(column.title) for column in shown.columns]
    kinds = {column.name: column.kind for column in shown.columns}
    rows = ([_cell(row.get(name), kind, visit) for name, kind in kinds.items()] for row in found.rows)
    return table(heads, rows, "lh-evidence", said(shown.title))


def _cell(value: Any, kind: str, visit: Visit) -> str:
    if value is None:
        return "–"
    if kind == "when":
        return figures.moment(value, visit.zone)
    if kind == "day":
        return figures.day(value)
    if kind == "flag":
        return tr("yes") if value else tr("no")
    if kind in ("number", "money"):
        return figures.short(value, 4)
    return str(plain(value))


def _pages(visit: Visit, path: str, offset: int, total: int) -> Markup:
    last = min(offset + PAGE, total)
    text = tr("{first} to {last} of {total}", first=f"{min(offset + 1, total):,}", last=f"{last:,}", total=f"{total:,}")
    links: Mapping[str, int] = {
        **({tr("Before"): max(offset - PAGE, 0)} if offset else {}),
        **({tr("Next rows"): offset + PAGE} if last < total else {}),
    }
    ways = (tag("a", name, href=visit.url(path, offset=at or ""), class_="lh-button") for name, at in links.items())
    return tag("nav", tag("span", text), *ways, class_="lh-count", aria_label=tr("Pages of rows"))
