"""What a check found: rows that would be added, changed and left alone; problems by kind, each with its cell."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.usecases.import_checks import Fault, faults_of
from linghang.usecases.import_deliveries import Delivery
from linghang.usecases.record_pages import table_shown
from linghang.words import tr

SHOWN = 200
"""Problems that a page lists; files and the API have them all."""


def result(found: Delivery, kind: int | None, visit: Visit) -> Markup:
    """Return what the last check, or the import, came to."""
    known = found.result
    if known is None:
        what = tr("Check all to see what would be added and changed, and which cells have to be mended.")
        mapped = any(one.use == "mapped" for one in found.plans)
        return card(tr("Check"), tag("p", what, class_="lh-about"), _mapping(found) if mapped else None)
    if known["count"]:
        return _wrong(found, known, kind, visit)
    return _counts(found, known, visit)


def _mapping(found: Delivery) -> Markup:
    return _file(found, "mapping.toml", tr("Mapping as a file"))


def _file(found: Delivery, name: str, label: str) -> Markup:
    address = f"/api/v1/imports/deliveries/{found.id}/{name}"
    return tag("a", icon("download"), tag("span", label), href=address, download=True, class_="lh-button lh-small")


def _counts(found: Delivery, known: Mapping[str, Any], visit: Visit) -> Markup:
    rows = (
        [
            tag("a", said(table_shown(one["table"]).title), href=visit.url(f"/data/{one['table']}")),
            *(tag("span", f"{one[name]:,}", class_="lh-figure") for name in ("rows", "added", "changed", "unchanged")),
        ]
        for one in known["tables"]
    )
    if known["kept"]:
        heads = (tr("table"), tr("rows"), tr("added"), tr("changed"), tr("unchanged"))
        title = tr("Imported")
        more = tag(
            "p",
            tag("a", tr("Another import"), href=visit.url("/data/import"), class_="lh-button"),
            " ",
            tag("a", tr("To the tables"), href=visit.url("/data"), class_="lh-button"),
        )
        return card(title, table(heads, rows, "lh-counts", title), more)
    heads = (tr("table"), tr("rows"), tr("would be added"), tr("would be changed"), tr("unchanged"))
    title = tr("Checked: everything fits")
    when = tr("checked {when}; nothing is kept yet", when=figures.ago(known["checked_at"], visit.now))
    mapped = any(one.use == "mapped" for one in found.plans)
    return card(
        title,
        tag("p", when, class_="lh-about"),
        table(heads, rows, "lh-counts", title),
        _mapping(found) if mapped else None,
    )


def _wrong(found: Delivery, known: Mapping[str, Any], kind: int | None, visit: Visit) -> Markup:
    faults = faults_of(found, kind)
    kinds = (
        tag(
            "li",
            tag(
                "a",
                tag("strong", f"{one['count']:,} × "),
                said(one["said"]),
                href=visit.url("/data/import", delivery=found.id, kind=number),
                aria_current=_is(number, kind),
            ),
        )
        for number, one in enumerate(known["kinds"])
    )
    every = tag(
        "li", tag("a", tr("all kinds"), href=visit.url("/data/import", delivery=found.id), aria_current=_is(None, kind))
    )
    listed = sum(one["count"] for one in known["kinds"])
    about = tr("{count} problems; nothing was imported.", count=f"{known['count']:,}")
    if listed < known["count"]:
        about = tr(
            "{count} problems, of which the first {listed} are listed; nothing was imported.",
            count=f"{known['count']:,}",
            listed=f"{listed:,}",
        )
    files = tag(
        "p",
        _file(found, "problems.xlsx", tr("Sheets with marked cells (XLSX)")),
        " ",
        _file(found, "problems.csv", tr("List (CSV)")),
        class_="lh-count",
    )
    rows = (_fault(one) for one in faults[:SHOWN])
    heads = (tr("where"), tr("column"), tr("what is wrong"))
    title = tr("What has to be mended")
    more = tr("{count} more stand in the files", count=len(faults) - SHOWN) if len(faults) > SHOWN else None
    return card(
        title,
        tag("p", "✗ ", about, class_="lh-refused", role="status"),
        files,
        tag("ul", every, kinds, class_="lh-kinds"),
        table(heads, rows, "lh-faults", title),
        tag("p", more, class_="lh-about") if more else None,
    )


def _is(number: int | None, kind: int | None) -> str | None:
    return "true" if number == kind else None


def _fault(one: Fault) -> list[Markup]:
    place = one.cell or (tr("row {number}", number=one.row) if one.row is not None else "")
    where = " · ".join(part for part in (one.file, one.sheet, place) if part)
    return [
        tag("span", where),
        tag("span", one.column or "–"),
        joined((tag("span", said(one.said), class_="lh-cell-wrong"),)),
    ]
