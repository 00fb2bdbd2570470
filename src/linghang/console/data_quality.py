"""The state of the records: how full, whole and fresh each table is, and what its gaps hold up."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import figures, states
from linghang.console.data_parts import rooms
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import card, joined, table, tag
from linghang.console.telling import chip, said
from linghang.console.visit import Visit
from linghang.usecases.data_quality import quality_document
from linghang.words import later, tr

MOST_SHOWN = 12
SEVERITIES = {"error": later("error"), "warning": later("warning"), "hint": later("hint")}
KINDS = {"indicator": later("indicator"), "element": later("condition")}


async def build(visit: Visit, args: PageArguments) -> None:  # noqa: ARG001
    """Show the state of every table that has rows."""
    about = tr("How full, whole and fresh the records are, and which indicators and conditions wait for them.")
    states.show(states.heading(tr("Data quality"), about, rooms(visit, "/data/quality")))
    place = states.show(tag("div", states.waiting(tr("Looking at every table …"), 4), class_="lh-card"))
    states.follow(place, _follow(visit, place))


async def _follow(visit: Visit, place: ui.html) -> None:
    found = await elsewhere(quality_document, visit.folder, pack=visit.pack, now=visit.now, as_of=visit.day)
    states.put(place, _page(found, visit))


def _page(found: Mapping[str, Any], visit: Visit) -> Markup:
    if not found["tables"]:
        link = (tr("Import data"), visit.url("/data/import"))
        return states.empty(tr("There are no records yet"), tr("Import some, and come back."), link)
    return joined(
        (
            _sums(found),
            _lacking(found["lacking"], visit),
            _tables(found["tables"], visit),
            _consistency(found["consistency"]),
            _empty(found["empty"], visit),
        )
    )


def _sums(found: Mapping[str, Any]) -> Markup:
    tables = found["tables"]
    rows = sum(one["rows"] for one in tables)
    cells = sum(one["rows"] * len(one["columns"]) for one in tables)
    filled = sum(column["filled"] for one in tables for column in one["columns"])
    wrong = sum(one["wrong_rows"] for one in tables)
    stale = sum(one["stale"] for one in tables)
    tiles = (
        (tr("rows"), figures.large(rows)),
        (tr("filled cells"), f"{100 * filled / cells:.1f} %"),
        (tr("rows with faults"), figures.large(wrong)),
        (tr("stale tables"), str(stale)),
        (tr("needs that nothing meets"), str(len(found["lacking"]))),
    )
    inner = (tag("li", tag("span", name, class_="lh-about"), tag("strong", value)) for name, value in tiles)
    return tag("ul", inner, class_="lh-fresh")


def _lacking(lacking: list[Mapping[str, Any]], visit: Visit) -> Markup:
    title = tr("What is waiting for data")
    if not lacking:
        return card(title, tag("p", tr("No indicator and no condition waits for records."), class_="lh-about"))
    rows = (
        [
            tag("a", said(one["said"]), href=visit.url(f"/data/{one['table']}")) if one["table"] else said(one["said"]),
            joined(_holds_up(each, visit) for each in one["holds_up"][:MOST_SHOWN]),
        ]
        for one in lacking
    )
    return card(title, table((tr("what is lacking"), tr("what it holds up")), rows, "lh-lacking", title))


def _holds_up(one: Mapping[str, Any], visit: Visit) -> Markup:
    id, name = one["id"], said(one["title"]) or one["id"]
    to = visit.url(f"/indicators/{id}") if one["kind"] == "indicator" else visit.url("/conditions", element=id)
    return tag("a", tr(KINDS[one["kind"]]), " · ", name, href=to, class_="lh-line")


def _tables(tables: list[Mapping[str, Any]], visit: Visit) -> Markup:
    ordered = sorted(tables, key=lambda one: (-one["wrong_rows"], -one["stale"], one["share"]))
    rows = (
        [
            joined((tag("a", said(one["title"]), href=visit.url(f"/data/{one['name']}")), _incomplete(one))),
            tag("span", f"{one['rows']:,}", class_="lh-figure"),
            _share(one["share"]),
            _faults(one),
            _age(one),
            _gaps(one["gaps"]),
        ]
        for one in ordered
    )
    heads = (tr("table"), tr("rows"), tr("filled"), tr("faults"), tr("newest"), tr("longest gaps"))
    title = tr("Tables")
    return card(title, table(heads, rows, "lh-quality", title))


def _share(share: float) -> Markup:
    text = f"{100 * share:.0f} %"
    return tag("span", tag("meter", text, min="0", max="1", value=f"{share:.3f}", aria_label=text), " ", text)


def _incomplete(one: Mapping[str, Any]) -> Markup:
    """The columns that are not filled everywhere, folded."""
    lacking = [column for column in one["columns"] if column["filled"] < one["rows"]]
    if not lacking:
        return tag("small", tr("every column filled"), class_="lh-about lh-line")
    items = (
        tag(
            "li",
            said(column["title"]),
            " ",
            tag("code", column["name"]),
            f" {100 * column['filled'] / one['rows']:.0f} %",
        )
        for column in lacking
    )
    summary = tag("summary", tr("{count} columns with empty cells", count=len(lacking)))
    return tag("details", summary, tag("ul", items), class_="lh-small-fold")


def _faults(one: Mapping[str, Any]) -> Markup:
    if not one["wrong"]:
        part = one["checked"] < one["rows"]
        name = tr("none in {count} rows", count=f"{one['checked']:,}") if part else tr("none")
        return tag("span", "✓ ", name, class_="lh-faint")
    items = (
        tag("li", tag("strong", f"{wrong['count']:,} × "), wrong["samples"][0] if wrong["samples"] else wrong["check"])
        for wrong in one["wrong"]
    )
    summary = tag("summary", "✗ ", tr("{count} rows", count=f"{one['wrong_rows']:,}"), class_="lh-worse")
    return tag("details", summary, tag("ul", items), class_="lh-small-fold")


def _age(one: Mapping[str, Any]) -> Markup:
    if one["age_days"] is None:
        return tag("span", "–", class_="lh-faint")
    text = figures.day(one["to_day"])
    return joined((text, " ", chip(tr("stale")) if one["stale"] else None))


def _gaps(gaps: list[Mapping[str, Any]]) -> Markup:
    if not gaps:
        return tag("span", "–", class_="lh-faint")
    return joined(
        tag("span", tr("{count} days from {day}", count=gap["days"], day=figures.day(gap["first"])), class_="lh-line")
        for gap in gaps
    )


def _consistency(remarks: list[Mapping[str, Any]]) -> Markup:
    title = tr("What does not fit together")
    if not remarks:
        return card(title, tag("p", tr("The records contradict each other nowhere."), class_="lh-about"))
    rows = (
        [
            tag("code", one["code"]),
            chip(tr(SEVERITIES.get(one["severity"], one["severity"]))),
            said(one["message"]),
            said(one["mend"]),
        ]
        for one in remarks
    )
    return card(title, table((tr("check"), tr("weight"), tr("what"), tr("what would be right")), rows, "", title))


def _empty(empty: list[Mapping[str, Any]], visit: Visit) -> Markup:
    if not empty:
        return joined(())
    links = (tag("a", said(one["title"]), href=visit.url(f"/data/{one['name']}"), class_="lh-chip") for one in empty)
    return card(tr("Tables without rows ({count})", count=len(empty)), tag("div", links, class_="lh-chips"))
