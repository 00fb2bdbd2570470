"""The sheets of an import: what each is, where its header stands, and which table it becomes."""

from markupsafe import Markup

from linghang.console import figures
from linghang.console.hypertext import card, joined, table, tag
from linghang.console.telling import chip, said
from linghang.console.visit import Visit
from linghang.usecases.import_deliveries import Delivery, Offer
from linghang.usecases.record_pages import table_shown, tables
from linghang.words import later, tr

LEFT_OUT = later("left out")
USES = {"template": later("as our template"), "mapped": later("by mapping"), "left_out": LEFT_OUT}
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
DELIMITERS = {",": ",", ";": ";", "\t": later("tab"), "|": "|"}


def sheets(found: Delivery, chosen: int, visit: Visit) -> Markup:
    """Return the table of sheets; each row's controls say what is done with it."""
    rows = (_row(found, number, chosen, visit) for number in range(len(found.plans)))
    heads = (tr("sheet"), tr("rows"), tr("becomes"), tr("why"), tr("how"), tr("header in row"), tr("written in"))
    title = tr("Sheets")
    return card(title, table(heads, rows, "lh-sheets", title))


def _row(found: Delivery, number: int, chosen: int, visit: Visit) -> list[Markup]:
    plan, look, offers = found.plans[number], found.looks[number], found.offers[number]
    name = joined((tag("strong", look.file), tag("small", look.name, class_="lh-line") if look.name else None))
    address = visit.url("/data/import", delivery=found.id, sheet=number)
    link = tag("a", name, href=address, aria_current="true" if number == chosen else None, class_="lh-line")
    about = tr("about {count}", count=figures.large(max(look.total - look.header, 0)))
    if found.imported:
        becomes = said(table_shown(plan.table).title) if plan.table and plan.use != "left_out" else tr(LEFT_OUT)
        return [link, tag("span", about), tag("span", becomes), *(tag("span", "–") for _ in range(4))]
    label = look.file if look.name is None else f"{look.file} {look.name}"
    return [
        link,
        tag("span", about, class_="lh-figure"),
        _tables(plan.table if plan.use != "left_out" else None, offers, number, label),
        _why(plan.table if plan.use != "left_out" else None, offers, plan.remembered),
        _use(plan.use, number, label) if plan.use != "left_out" else tag("span", tr(LEFT_OUT), class_="lh-faint"),
        _header(plan.header, number, label, look.kind == "parquet"),
        _written(found, number, label),
    ]


def _tables(table_name: str | None, offers: tuple[Offer, ...], number: int, label: str) -> Markup:
    """Choose the table: the likely ones stand first."""
    likely = [one.table for one in offers]
    groups = [tag("option", tr("leave out"), value="", selected=table_name is None)]
    if likely:
        groups.append(
            tag(
                "optgroup",
                (_option(name, said(table_shown(name).title), table_name) for name in likely),
                label=tr("likely"),
            )
        )
    others = (_option(one.name, said(one.title), table_name) for one in tables() if one.name not in likely)
    groups.append(tag("optgroup", others, label=tr("others")))
    what = tr("Table that {sheet} becomes", sheet=label)
    return select(groups, what, f"lh-table-{number}", map="table", sheet=number)


def _option(name: str, title: str, chosen: str | None) -> Markup:
    return tag("option", title, value=name, selected=name == chosen)


def _why(table_name: str | None, offers: tuple[Offer, ...], remembered: bool) -> Markup:
    """Say what speaks for the table that is chosen."""
    offer = next((one for one in offers if one.table == table_name), None)
    if offer is None:
        return tag("span", tr("no table fits well enough") if table_name is None else "–", class_="lh-faint")
    parts = [tr("{percent} % sure", percent=round(100 * offer.confidence))]
    if offer.named:
        parts.append(tr("its name says so"))
    parts.append(tr("{found} of {count} required columns", found=offer.required_found, count=offer.required))
    return joined(
        (
            chip(tr("as the last time")) if remembered else None,
            tag("small", " · ".join(parts), class_="lh-about lh-line"),
        )
    )


def _use(use: str, number: int, label: str) -> Markup:
    options = (
        tag("option", tr(name), value=key, selected=key == use) for key, name in USES.items() if key != "left_out"
    )
    return select(options, tr("How {sheet} is read", sheet=label), f"lh-use-{number}", map="use", sheet=number)


def _header(header: int | None, number: int, label: str, fixed: bool) -> Markup:
    if fixed:
        return tag("span", "–", class_="lh-faint")
    return tag(
        "input",
        type="number",
        min="1",
        max="200",
        value=str(header or 1),
        id=f"lh-header-{number}",
        class_="lh-control lh-narrow",
        aria_label=tr("Row of the header of {sheet}", sheet=label),
        data_map="header",
        data_sheet=number,
    )


def _written(found: Delivery, number: int, label: str) -> Markup:
    look, plan = found.looks[number], found.plans[number]
    if look.encoding is None:
        return tag("span", look.kind.upper(), class_="lh-faint")
    known = plan.encoding or look.encoding or "utf-8"
    encodings = (
        tag("option", name.upper(), value=name, selected=name == known) for name in dict.fromkeys((known, *ENCODINGS))
    )
    here = plan.delimiter or look.delimiter or ","
    delimiters = (
        tag("option", tr(DELIMITERS.get(one, one)), value=one, selected=one == here)
        for one in dict.fromkeys((here, *DELIMITERS))
    )
    return joined(
        (
            select(
                encodings, tr("Encoding of {sheet}", sheet=label), f"lh-encoding-{number}", map="encoding", sheet=number
            ),
            select(
                delimiters,
                tr("Delimiter of {sheet}", sheet=label),
                f"lh-delimiter-{number}",
                map="delimiter",
                sheet=number,
            ),
        )
    )


def select(options: object, label: str, id: str, **data: object) -> Markup:
    """Return a list to choose one of, whose choice is told to the page (`static/data.js`)."""
    said_ = {f"data_{name}": value for name, value in data.items()}
    return tag("select", options, class_="lh-control", id=id, aria_label=label, **said_)  # type: ignore[arg-type]
