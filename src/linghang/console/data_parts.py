"""Parts that all pages of data show: the way between them, templates, and what a column is."""

from collections.abc import Sequence

from markupsafe import Markup

from linghang.console.acting import may
from linghang.console.hypertext import icon, joined, segments, tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.usecases.record_pages import ColumnShown
from linghang.words import language, later, tr

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
ROOMS = (("/data", later("Tables")), ("/data/import", later("Import")), ("/data/quality", later("Quality")))


def rooms(visit: Visit, here: str) -> Markup:
    """Return the links between the pages of data."""
    open_to = (one for one in ROOMS if one[0] != "/data/import" or may(visit, "write"))
    return segments(tr("Data"), ((tr(name), visit.url(path), path == here) for path, name in open_to))


def template_link(tables: Sequence[str]) -> Markup:
    """Return the link to the workbook that a plant fills, with these tables or all."""
    query = "".join(f"&tables={one}" for one in tables)
    name = tr("Template of this table") if tables else tr("Template of all tables")
    address = f"/api/v1/template?lang={language()}{query}"
    return tag("a", icon("download"), tag("span", name), href=address, download=True, class_="lh-button lh-small")


def about_column(one: ColumnShown) -> Markup:
    """Say what a column means, what it refers to, its limits and its words."""
    title, _, more = said(one.text).partition("：" if language() == "zh" else ": ")
    lines = [more or (title if title != said(one.title) else "")]
    if one.refers:
        lines.append(tr("refers to {column}", column=one.refers))
    if one.minimum is not None:
        lines.append(tr("at least {value}", value=f"{one.minimum:g}"))
    if one.maximum is not None:
        lines.append(tr("at most {value}", value=f"{one.maximum:g}"))
    if one.choices:
        lines.append(("、" if language() == "zh" else ", ").join(map(str, one.choices.values())))
    return joined(tag("small", line, class_="lh-about lh-line") for line in lines if line)
