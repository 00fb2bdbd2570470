"""Columns of a sheet onto columns of a table: by drag and drop, by lists, with units, orders of dates and words."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.data_parts import KINDS
from linghang.console.hypertext import card, joined, table, tag
from linghang.console.import_sheets import select
from linghang.console.telling import chip, named, said
from linghang.console.visit import Visit
from linghang.usecases.import_deliveries import Delivery
from linghang.usecases.import_plans import SheetPlan
from linghang.usecases.import_previews import Preview, samples, units_like
from linghang.usecases.record_pages import ColumnShown, table_shown
from linghang.words import Listed, later, tr

CONSTANT = "\x01"
"""Value of the entry “a constant” in the list of a sheet's columns: no column can be called so."""
ORDERS = {
    "": later("year first, or as Excel has it"),
    "%d/%m/%Y": later("day/month/year"),
    "%m/%d/%Y": later("month/day/year"),
    "%d.%m.%Y": later("day.month.year"),
    "%d-%m-%Y": later("day-month-year"),
    "%d/%m/%Y %H:%M": later("day/month/year hour:minute"),
    "%m/%d/%Y %H:%M": later("month/day/year hour:minute"),
    "%d.%m.%Y %H:%M": later("day.month.year hour:minute"),
    "%d/%m/%Y %H:%M:%S": later("day/month/year hour:minute:second"),
    "%m/%d/%Y %H:%M:%S": later("month/day/year hour:minute:second"),
}


def changes(plan: SheetPlan, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a choice on the page changes in the plan of its sheet."""
    what, value = str(detail.get("map") or ""), str(detail.get("value") or "")[:500]
    match what:
        case "table":
            return {"use": "mapped", "table": value} if value else {"use": "left_out"}
        case "use" | "encoding" | "delimiter":
            return {what: value}
        case "header":
            return {"header": int(value) if value.isdecimal() else 1, "use": "mapped" if plan.table else plan.use}
    columns = {name: dict(one) for name, one in plan.columns.items()}
    name = str(detail.get("column") or "")
    one = columns.get(name, {})
    match what:
        case "from" if value == CONSTANT:
            columns[name] = {"value": ""}
        case "from" if value:
            columns[name] = {key: kept for key, kept in one.items() if key in ("unit", "format")} | {"from": value}
        case "from":
            columns.pop(name, None)
        case "value":
            columns[name] = {"value": value}
        case "unit" | "format":
            columns[name] = {key: kept for key, kept in one.items() if key != what} | ({what: value} if value else {})
        case "word":
            words = {**one.get("words", {}), str(detail.get("word") or ""): value}
            columns[name] = one | {"words": {word: meant for word, meant in words.items() if meant}}
    return {"columns": columns, "use": "mapped"}


def mapping(found: Delivery, number: int, rows: Preview, visit: Visit) -> Markup:
    """Return the mapping of a sheet and its first rows."""
    plan = found.plans[number]
    if plan.use == "left_out" or plan.table is None:
        what = tr("This sheet is left out. Choose above which table it is, to import it.")
        return card(plan.title, tag("p", what, class_="lh-about"))
    parts = [_problems(rows)]
    if plan.use == "template":
        parts.append(tag("p", tr("Its header is the template's: every column is known."), class_="lh-about"))
    else:
        parts.append(tag("div", _sources(found, number), _targets(found, number, rows), class_="lh-mapping"))
    title = tr("{sheet} becomes {table}", sheet=plan.title, table=said(table_shown(plan.table).title))
    return joined((card(title, *parts), _preview(plan, rows, visit)))


def _problems(rows: Preview) -> Markup:
    shown = table_shown(rows.table or "")
    titles = {one.name: said(one.title) for one in shown.columns}
    lines = list(rows.problems)
    if rows.missing:
        names = Listed(titles[name] for name in rows.missing)
        lines.insert(0, tr("Still required: {columns}", columns=names))
    return joined(tag("p", "✗ ", line, class_="lh-refused", role="status") for line in lines)


def _sources(found: Delivery, number: int) -> Markup:
    """The columns of the sheet with some of their values, to be dragged."""
    look, plan = found.looks[number], found.plans[number]
    used = {one.get("from") for one in plan.columns.values()}
    items = (
        tag(
            "li",
            tag("strong", name),
            chip(tr("used")) if name in used else None,
            tag("small", values, class_="lh-about lh-line") if values else None,
            draggable="true",
            data_source=name,
            class_="lh-source lh-used" if name in used else "lh-source",
        )
        for name, values in samples(look, plan.header).items()
    )
    left = sum(one not in used for one in look.columns(plan.header))
    about = tr(
        "{count} columns of the sheet are not used; drag one onto a column of ours, or choose from the lists.",
        count=left,
    )
    return tag(
        "div",
        tag("h3", tr("Columns of the sheet")),
        tag("p", about, class_="lh-about"),
        tag("ul", items, class_="lh-sources"),
    )


def _targets(found: Delivery, number: int, rows: Preview) -> Markup:
    """Our columns, each with what it is taken from."""
    plan = found.plans[number]
    names = found.looks[number].columns(plan.header)
    lines = (
        tag(
            "li",
            tag(
                "div",
                tag("strong", said(one.title)),
                chip(tr("required")) if one.required else None,
                tag("small", named(KINDS, one.kind), f" · {figures.unit(one.unit)}" if figures.unit(one.unit) else ""),
                class_="lh-target-name",
            ),
            tag("div", _from(one, plan, names), _more(one, plan, rows), class_="lh-target-from"),
            data_slot=one.name,
            class_="lh-target lh-missing" if one.name in rows.missing else "lh-target",
        )
        for one in table_shown(plan.table or "").columns
    )
    return tag("div", tag("h3", tr("Columns of the table")), tag("ul", lines, class_="lh-targets"))


def _from(one: ColumnShown, plan: SheetPlan, names: tuple[str, ...]) -> Markup:
    given = plan.columns.get(one.name, {})
    here = given.get("from")
    options = [tag("option", tr("– nothing –"), value="", selected=not given)]
    options += [tag("option", name, value=name, selected=name == here) for name in names]
    options.append(tag("option", tr("the same for every row …"), value=CONSTANT, selected="value" in given))
    label = tr("{column} is taken from", column=said(one.title))
    return select(options, label, f"lh-from-{one.name}", map="from", column=one.name)


def _more(one: ColumnShown, plan: SheetPlan, rows: Preview) -> Markup:
    """What else there is to say of a column: its constant, unit, order of dates, and words."""
    given = plan.columns.get(one.name, {})
    if "value" in given:
        return _constant(one, str(given["value"]))
    if "from" not in given:
        return joined(())
    parts: list[Markup] = []
    units = units_like(one.unit)
    if units:
        known = given.get("unit") or ""
        shown = (
            tag("option", tr("in {unit}", unit=unit or one.unit), value=unit, selected=unit == known)
            for unit in ("", *(each for each in units if each != one.unit))
        )
        label = tr("Unit of {column} in the sheet", column=said(one.title))
        parts.append(select(shown, label, f"lh-unit-{one.name}", map="unit", column=one.name))
    if one.kind in ("day", "when"):
        form = given.get("format") or ""
        orders = ORDERS if form in ORDERS else {**ORDERS, form: form}
        shown = (tag("option", tr(name), value=key, selected=key == form) for key, name in orders.items())
        label = tr("How {column} is written", column=said(one.title))
        parts.append(select(shown, label, f"lh-format-{one.name}", map="format", column=one.name))
    parts += _words(one, given, rows)
    return joined(parts)


def _constant(one: ColumnShown, value: str) -> Markup:
    label = tr("Value of {column} for every row", column=said(one.title))
    id, words = f"lh-value-{one.name}", one.choices
    if words or one.kind == "flag":
        known = {word: said(text) for word, text in words.items()} if words else {"true": tr("yes"), "false": tr("no")}
        options = [tag("option", tr("choose one"), value="", selected=not value)]
        options += [tag("option", name, value=word, selected=word == value) for word, name in known.items()]
        return select(options, label, id, map="value", column=one.name)
    return tag(
        "input",
        type="text",
        value=value,
        id=id,
        aria_label=label,
        class_="lh-control",
        data_map="value",
        data_column=one.name,
    )


def _words(one: ColumnShown, given: Mapping[str, Any], rows: Preview) -> list[Markup]:
    """Words that the list of a column does not know, each with the one that it means."""
    strange, meant = rows.words.get(one.name, ()), given.get("words", {})
    lines = []
    for place, word in enumerate(dict.fromkeys((*strange, *meant))):
        options = [tag("option", tr("what is it?"), value="", selected=word not in meant)]
        options += [
            tag("option", said(text), value=ours, selected=meant.get(word) == ours)
            for ours, text in (one.choices or {}).items()
        ]
        label = tr("“{word}” means", word=word)
        id = f"lh-word-{one.name}-{place}"
        lines.append(
            tag(
                "label",
                tag("span", label),
                select(options, label, id, map="word", column=one.name, word=word),
                class_="lh-word",
            )
        )
    return lines


def _preview(plan: SheetPlan, rows: Preview, visit: Visit) -> Markup:
    """The first rows as they would be kept; a faulty cell says why."""
    title = tr("The first rows as they would be kept")
    if not rows.columns:
        return card(title, tag("p", tr("Nothing is mapped yet."), class_="lh-about"))
    shown = {one.name: one for one in table_shown(plan.table or "").columns}
    heads = [tr("row"), *(said(shown[name].title) for name in rows.columns)]
    lines = (
        [
            tag("span", str(number), class_="lh-faint"),
            *(
                _cell(shown[name], value, rows.faults.get(number, {}).get(name), visit)
                for name, value in zip(rows.columns, values, strict=True)
            ),
        ]
        for number, values in rows.rows.items()
    )
    return card(title, table(heads, lines, "lh-preview", title))


def _cell(column: ColumnShown, value: Any, fault: str | None, visit: Visit) -> Markup:
    if fault:
        return tag("span", "✗ ", fault, class_="lh-cell-wrong")
    if value is None:
        return tag("span", "–", class_="lh-faint")
    if column.kind == "when":
        return tag("span", figures.moment(value.isoformat(), visit.zone))
    if column.choices and value in column.choices:
        return tag("span", said(column.choices[value]))
    if isinstance(value, bool):
        return tag("span", tr("yes") if value else tr("no"))
    return tag("span", f"{value:g}" if isinstance(value, float) else str(value))
