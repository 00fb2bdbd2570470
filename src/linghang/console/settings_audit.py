"""Settings: the audit log, who changed what and when; and whether all of it still fits together."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, states
from linghang.console.controls import action
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import joined, table, tag
from linghang.console.settings_parts import Values, choice, field, form, head, only_administrators, tick
from linghang.console.visit import Visit, day_of
from linghang.usecases.audit_log import DeedShown, DeedsPage, LogChecked, Wanted, check_log, deeds
from linghang.usecases.audit_words import FACES, THINGS, said
from linghang.words import tr

PATH = "/settings/audit"
SHOWN = 50


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the newest deeds that are asked for, and what a check of the log finds."""
    head(visit, "audit", tr("Every change of this workspace, told of before it was made."))
    if not acting.may(visit, "admin"):
        only_administrators()
        return
    asked = args.query_parameters
    wanted, before = _wanted(asked), _whole(asked.get("before", ""))
    _check(visit)
    with ui.element("section").classes("lh-card lh-set"):
        _filters(visit, wanted)
        place = states.show(Markup(""))
        page = await facts.thread(lambda: deeds(visit.folder, wanted, before=before, limit=SHOWN))
        states.put(place, _shown(page, wanted, before, visit))


def _wanted(asked: Mapping[str, str]) -> Wanted:
    return Wanted(
        asked.get("who", ""),
        asked.get("what", ""),
        asked.get("on", ""),
        day_of(asked.get("since", "")),
        day_of(asked.get("until", "")),
        asked.get("failed", "") == "yes",
    )


def _filters(visit: Visit, wanted: Wanted) -> None:
    things = {"": tr("everything")} | {key: tr(name) for key, name in THINGS.items()}
    fields = [
        field(tr("Who"), "who", "search", value=wanted.who, maxlength=200),
        choice(tr("What is changed"), "what", things, wanted.what),
        field(tr("On what"), "on", "search", value=wanted.on, maxlength=200),
        field(tr("From day"), "since", "date", value=str(wanted.since or "")),
        field(tr("To day"), "until", "date", value=str(wanted.until or "")),
        tick(tr("Only what failed"), "failed", wanted.failed),
    ]

    async def look(values: Values) -> str | None:
        ui.navigate.to(visit.url(PATH, **values))
        return None

    with ui.element("div").classes("lh-audit-filters").props('role="search"'):
        form(visit, fields, tr("Show"), look)


def _shown(page: DeedsPage, wanted: Wanted, before: int | None, visit: Visit) -> Markup:
    if not page.deeds:
        text = (
            tr("Take a filter away, or look at other days.") if wanted != Wanted() else tr("Nothing was changed yet.")
        )
        return tag("p", text, class_="lh-note")
    heads = ("#", tr("when"), tr("who"), tr("through"), tr("what"), tr("on"))
    shown = table(heads, (_row(one, visit) for one in page.deeds), "lh-audit", tr("Audit log"), stacks=True)
    asked = asdict(wanted) | {"failed": "yes" if wanted.failed else ""}
    ways = []
    if before is not None:
        ways.append(tag("a", tr("To the newest"), href=visit.url(PATH, **asked), class_="lh-button"))
    if page.before is not None:
        older = visit.url(PATH, **asked, before=page.before)
        ways.append(tag("a", tr("Older ones"), href=older, class_="lh-button"))
    return joined((shown, tag("div", ways, class_="lh-acts") if ways else None))


def _row(one: DeedShown, visit: Visit) -> list[Any]:
    more = " · ".join(f"{name}={value}" for name, value in one.how.items())
    failed = tag("p", "✗ ", tr("not done"), ": ", one.failed, class_="lh-worse") if one.failed is not None else None
    return [
        tag("span", str(one.number), class_="lh-figure"),
        tag("span", figures.moment(one.at, visit.zone), class_="lh-old"),
        tag("strong", one.who),
        tr(FACES[one.through]),
        tag("span", said(one.what), title=one.what),
        joined(
            (
                tag("span", one.on, class_="lh-wrap"),
                tag("small", more, class_="lh-wrap lh-about") if more else None,
                failed,
            )
        ),
    ]


def _check(visit: Visit) -> None:
    with ui.element("section").classes("lh-card lh-set"):
        about = tr(
            "The log is a chain: each record is bound to the one before it, and to the ledger of evidence as it stood "
            "then. A changed or missing record is found."
        )
        with ui.element("div").classes("lh-headline"):
            states.show(tag("h2", tr("Does it fit together?")) + tag("p", about, class_="lh-about"))
            pressed = action(tr("Check the whole log"), "evidence")
        place = states.show(Markup(""))

    async def look() -> None:
        if not await acting.allowed(visit, "admin"):
            return
        states.put(place, tag("p", tr("checking"), " …", class_="lh-about", role="status"))
        states.put(place, _found(await elsewhere(check_log, visit.folder)))

    pressed.on("click", visit.speaking(look))


def _found(found: LogChecked) -> Markup:
    if found.problems:
        return tag("div", (tag("p", "✗ ", one, class_="lh-refused") for one in found.problems), role="alert")
    count = tr("{count} records fit together, and the ledger with them.", count=f"{found.records:,}")
    note = tr("Hash of the last record; noted elsewhere, it shows later that nothing was changed:")
    return tag(
        "div",
        tag("p", "✓ ", count, class_="lh-better", role="status"),
        tag("p", note, " ", tag("code", found.hash, class_="lh-wrap"), class_="lh-about"),
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None
