"""The application: how complete it is, what is still missing and where that is supplied, and the files of it."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import (
    acting,
    application_bundle,
    application_exchange,
    application_preview,
    application_review,
    application_statement,
    application_verify,
    facts,
    states,
)
from linghang.console.application_frame import (
    Chosen,
    api,
    choosers,
    chosen_of,
    head,
    quick_link,
    report_address,
    slow_link,
)
from linghang.console.controls import PRIMARY, action
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import headed, said
from linghang.console.visit import Visit
from linghang.usecases.application_editing import begin, read_statement
from linghang.usecases.report_missing import Chapter, Completeness, Part, completeness_of
from linghang.words import later, tr

HERE = "/application"
FORMS = {"docx": "DOCX", "pdf": "PDF", "xlsx": "XLSX"}
SUPPLIED = {
    "statement": later("State it"),
    "records": later("To the records"),
    "indicator": later("To the indicator"),
    "maturity": later("To the evidence"),
}


async def build(visit: Visit, args: PageArguments) -> None:
    """Show how complete the report is, its files, and what is missing chapter by chapter."""
    chosen = chosen_of(visit, args)
    head(visit, HERE, tr("What is handed in: nothing in it is invented, what is missing is marked."))
    choosers(visit, chosen, HERE)
    states.show(_files(visit, chosen))
    stated = (await facts.thread(lambda: read_statement(visit.folder))).text is not None
    if not stated:
        _offer_to_begin(visit)
    place = states.show(card(tr("How complete it is"), states.bones(4)))

    async def follow() -> None:
        found = await elsewhere(completeness_of, visit.folder, chosen.request(visit), visit.now)
        states.put(place, _completeness(found, visit))

    states.follow(place, follow())


def _files(visit: Visit, chosen: Chosen) -> Markup:
    """The report in its three forms, and the template that one's own begins with."""
    about = tr("Takes some seconds; the page can be used meanwhile.")
    links = [
        slow_link(
            name, report_address(visit, chosen, form), about, "lh-button lh-primary" if form == "docx" else "lh-button"
        )
        for form, name in FORMS.items()
    ]
    template = api("report/template", visit, kind=chosen.kind, lang=chosen.lang)
    preview = tag("a", tr("Look at its pages"), href=visit.url(f"{HERE}/preview", **chosen.asked()), class_="lh-button")
    more = (preview, quick_link(tr("Word template"), template))
    return card(tr("The file"), tag("div", links, more, class_="lh-app-actions"), about=about)


def _offer_to_begin(visit: Visit) -> None:
    """Say that the plant states nothing yet, and begin with a skeleton."""
    with ui.element("section").classes("lh-card lh-app-begin"):
        what = tr("Contacts, investment, what each scene solved, the plan of the coming years: no record holds them.")
        states.show(joined((tag("h2", tr("You state nothing yet")), tag("p", what))))
        if not acting.may(visit, "write"):
            return

        async def pressed() -> None:
            if await acting.change(
                visit, "write", "application.begin", "application.yaml", lambda: begin(visit.folder)
            ):
                ui.navigate.to(visit.url(f"{HERE}/statement"))

        action(tr("Begin with every key explained"), "add", PRIMARY).on("click", visit.speaking(pressed))


def _completeness(found: Completeness, visit: Visit) -> Markup:
    missing = [_chapter(one, visit) for one in found.chapters if one.missing]
    whole = tag("p", "✓ ", tr("Nothing is missing."), class_="lh-note lh-good")
    return joined((_sums(found, visit), missing or [card(tr("Missing parts"), whole)]))


def _sums(found: Completeness, visit: Visit) -> Markup:
    there = found.places - found.missing
    errors, warnings, hints = (found.remarks.get(one, 0) for one in ("error", "warning", "hint"))
    parts = (
        _sum(
            tr("Places that say something"),
            there,
            found.places,
            tr("{count} to be supplied", count=found.missing) if found.missing else tr("complete"),
            None,
        ),
        _sum(
            tr("Conditions that are proved"),
            found.proved,
            found.conditions,
            headed(said(found.level_title)),
            (tr("To the conditions"), visit.url("/conditions")),
        ),
        tag(
            "div",
            tag("span", tr("Consistency"), class_="lh-app-field-name"),
            tag(
                "p",
                tag("strong", ("✗ " if errors else "✓ ") + tr("{count} errors", count=errors)),
                " · ",
                tr("{count} warnings", count=warnings),
                " · ",
                tr("{count} hints", count=hints),
                class_="lh-worse" if errors else None,
            ),
            tag("a", tr("To the evidence"), href=visit.url("/evidence")),
            class_="lh-app-sum-card",
        ),
    )
    title = tr("How complete it is: {level}", level=headed(said(found.level_title)))
    return card(title, tag("div", parts, class_="lh-app-sums-of"))


def _sum(title: str, there: int, all_of: int, about: str, link: tuple[str, str] | None) -> Markup:
    share = 100 * there / all_of if all_of else 100
    bar = tag(
        "div",
        tag("div", style=f"width:{share:.1f}%"),
        class_="lh-app-share",
        role="progressbar",
        aria_label=title,
        aria_valuemin=0,
        aria_valuemax=all_of,
        aria_valuenow=there,
    )
    counts = tag("p", tag("strong", f"{there} / {all_of}"), " · ", about, class_="lh-figure")
    more = tag("a", link[0], href=link[1]) if link else None
    return tag("div", tag("span", title, class_="lh-app-field-name"), counts, bar, more, class_="lh-app-sum-card")


def _chapter(one: Chapter, visit: Visit) -> Markup:
    heads = (tr("where"), tr("to be supplied"))
    rows = ([str(part.where), joined((_wanted(part), _way(part, visit)))] for part in one.missing)
    about = tr("{missing} of {places} places are missing.", missing=len(one.missing), places=one.places)
    title = headed(str(one.title))
    return card(title, table(heads, rows, "lh-app-missing", title, stacks=True), about=about)


def _wanted(part: Part) -> Markup:
    return joined((str(part.wanted), tag("small", tag("code", part.at)) if part.at else None))


def _way(part: Part, visit: Visit) -> Markup:
    targets: Mapping[str, str] = {
        "statement": visit.url(f"{HERE}/statement", key=part.at),
        "records": visit.url(f"/data/{part.at}"),
        "indicator": visit.url(f"/indicators/{part.at}"),
        "maturity": visit.url("/evidence"),
    }
    words = tr(SUPPLIED[part.supplied])
    return tag(
        "a", words, icon("right"), href=targets[part.supplied], aria_label=f"{words}: {part.where}", class_="lh-app-go"
    )


PARTS: dict[str, Any] = {
    "statement": application_statement.build,
    "preview": application_preview.build,
    "review": application_review.build,
    "bundle": application_bundle.build,
    "verify": application_verify.build,
    "exchange": application_exchange.build,
}
