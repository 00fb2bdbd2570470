"""What the pages of the application have in common: their tabs, which report is meant, addresses of files."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import facts, states
from linghang.console.controls import VALUE, chooser
from linghang.console.hypertext import Child, icon, segments, tag
from linghang.console.telling import headed, said
from linghang.console.visit import LANGUAGE_NAMES, Visit
from linghang.usecases.reporting import KINDS, REPORTS, Kind, Request
from linghang.words import LANGUAGES, Language, later, tr

TABS = {
    "/application": later("Draft"),
    "/application/statement": later("What we state"),
    "/application/preview": later("Preview"),
    "/application/review": later("Review a draft"),
    "/application/bundle": later("Bundle"),
    "/application/verify": later("Verify"),
    "/application/exchange": later("Exchange"),
}
OWN_LEVEL = ""
"""The level that a report chooses itself: the lowest that is not confirmed."""
FORM = "() => emit(linghangForm('{id}'))"
"""What a form's button hands over: the values of its controls by their names."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which report a page is about."""

    kind: Kind
    level: str | None
    lang: Language

    def request(self, visit: Visit) -> Request:
        """The same as the use case takes it."""
        return Request(self.kind, visit.pack, self.level, visit.day)

    def asked(self) -> dict[str, object]:
        """What of it an address says."""
        return {
            "kind": self.kind if self.kind != "application" else None,
            "level": self.level,
            "lang": self.lang,
        }


def chosen_of(visit: Visit, args: PageArguments) -> Chosen:
    """Read which report the address asks for; the document's language is the page's unless it says another one."""
    query = args.query_parameters
    kind: Kind = next((one for one in get_args(Kind) if one == query.get("kind")), "application")
    level = query.get("level")
    known = facts.pack_of(visit.pack).level_ids
    lang: Language = next((one for one in LANGUAGES if one == query.get("lang")), visit.language)
    return Chosen(kind, level if level in known else None, lang)


def head(visit: Visit, here: str, about: str) -> None:
    """Show the heading of a page of the application, and the tabs."""
    states.show(states.heading(tr("Application"), about))
    links = ((tr(title), visit.url(path), path == here) for path, title in TABS.items())
    states.show(segments(tr("Parts of the application"), links))


def choosers(visit: Visit, chosen: Chosen, here: str) -> None:
    """Let a reader choose kind, level and language; the address says what is chosen."""
    pack = facts.pack_of(visit.pack)
    levels = {OWN_LEVEL: tr("the lowest that is not confirmed")} | {one.id: said(one.title) for one in pack.levels}
    with ui.element("div").classes("lh-filters"):
        kind = chooser(
            tr("Which report"), {one: headed(said(REPORTS[one])) for one in KINDS}, chosen.kind, "lh-app-kind"
        )
        level = chooser(tr("Level applied for"), levels, chosen.level or OWN_LEVEL)
        lang = chooser(tr("Language of the document"), LANGUAGE_NAMES, chosen.lang)

    def go(**other: object) -> None:
        ui.navigate.to(visit.url(here, **(chosen.asked() | other)))

    for control, name in ((kind, "kind"), (level, "level"), (lang, "lang")):

        def choose(event: GenericEventArguments, name: str = name) -> None:
            go(**{name: str(event.args or "")})

        control.on("change", visit.speaking(choose), js_handler=VALUE)


def report_address(visit: Visit, chosen: Chosen, form: str) -> str:
    """The address of a report in a form."""
    return api("report", visit, kind=chosen.kind, level=chosen.level, lang=chosen.lang, format=form)


def api(path: str, visit: Visit, **asked: object) -> str:
    """An address of the API, with pack and day of this page."""
    known = {"pack": visit.pack, "as_of": visit.day} | asked
    query = urlencode({name: value for name, value in known.items() if value not in (None, "")})
    return f"/api/v1/{path}" + (f"?{query}" if query else "")


def slow_link(words: str, address: str, about: str = "", class_: str = "lh-button") -> Markup:
    """Return a link to a file that takes seconds to make: it says so, and is not asked for twice."""
    return tag(
        "a",
        tag("span", icon("download"), words),
        href=address,
        download=True,
        title=about or None,
        class_=class_,
        data_slow=tr("Being made …"),
        data_failed=tr("The file could not be made."),
    )


def quick_link(words: str, address: str, class_: str = "lh-button") -> Markup:
    """Return a link to a file that is there."""
    return tag("a", tag("span", icon("download"), words), href=address, download=True, class_=class_)


def busy(words: str) -> Markup:
    """Say that something is being made."""
    return tag(
        "p", tag("span", class_="lh-app-turning", aria_hidden="true"), words, class_="lh-app-busy", role="status"
    )


def submit(visit: Visit, form: str, button: ui.element, work: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
    """Hand the values of a form to work when its button is pressed; a second press while it runs does nothing."""
    running = [False]

    async def pressed(event: GenericEventArguments) -> None:
        if running[0]:
            return
        running[0] = True
        button.props["disabled"] = True
        button.update()
        try:
            await work(dict(event.args or {}))
        finally:
            running[0] = False
            if not button.is_deleted:
                del button.props["disabled"]
                button.update()

    button.on("click", visit.speaking(pressed), js_handler=FORM.replace("{id}", form))


def labelled(title: str, control: Child, hint: str = "") -> Markup:
    """Return a control under its name."""
    return tag(
        "label",
        tag("span", title, class_="lh-app-field-name"),
        control,
        tag("small", hint) if hint else None,
        class_="lh-app-field",
    )
