"""What stands around every page: head with factory, pack and day, navigation, language, theme, account."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang import __version__
from linghang.console import (
    application,
    conditions,
    data,
    engines,
    entering,
    evidence,
    facts,
    indicators,
    overview,
    plant,
    settings,
    states,
    way_up,
)
from linghang.console.controls import VALUE, button, chooser, typed
from linghang.console.hypertext import icon, joined, tag
from linghang.console.telling import said
from linghang.console.visit import LANGUAGE_NAMES, THEME_NAMES, THEMES, Visit, page_title
from linghang.usecases.accounts import ROLE_TITLES
from linghang.words import later, tr, use

Builder = Callable[[Visit, Any], Awaitable[None]]
PAGES: tuple[tuple[str, str, str, Builder], ...] = (
    ("/", "overview", later("Overview"), overview.build),
    ("/conditions", "conditions", later("Conditions"), conditions.build),
    ("/indicators", "indicators", later("Indicators"), indicators.build),
    ("/evidence", "evidence", later("Evidence"), evidence.build),
    ("/plant", "plant", later("Plant"), plant.build),
    ("/engines", "engines", later("Engines"), engines.build),
    ("/way-up", "way-up", later("Way up"), way_up.build),
    ("/application", "application", later("Application"), application.build),
    ("/data", "data", later("Data"), data.build),
    ("/settings", "settings", later("Settings"), settings.build),
)
"""Address, icon, name and builder of the pages that are there."""
_INSIDE: dict[str, Mapping[str, Builder]] = {
    "/conditions": conditions.PARTS,
    "/indicators": indicators.PARTS,
    "/evidence": evidence.PARTS,
    "/plant": plant.PARTS,
    "/engines": engines.PARTS,
    "/way-up": way_up.PARTS,
    "/application": application.PARTS,
    "/data": data.PARTS,
    "/settings": settings.PARTS,
}
PARTS_OF: dict[str, tuple[str, Builder]] = {
    f"{parent}/{path}": (parent, builder) for parent, parts in _INSIDE.items() for path, builder in parts.items()
}
"""Address of a page inside another one, that other one, and its builder; what is more special stands before."""

LEAVE = """async () => {
  await fetch('/api/v1/session', {method: 'DELETE'});
  location.assign('/login?left=1');
}"""


async def build(visit: Visit, request: Request) -> None:
    """Build the frame, and in it the page that the address names."""
    visit.look_at(request.query_params, facts.packs())
    visit.path = request.url.path
    ui.add_head_html(_head())

    name, visit.zone = await facts.about(visit.folder)
    drawer = ui.left_drawer(value=None).props("width=216 breakpoint=1023 bordered").classes("lh-drawer")
    _header(visit, name, drawer)
    with drawer:
        pages = tr("Pages")
        nav = ui.html(_navigation(visit), sanitize=False, tag="nav").props(f'aria-label="{pages}"')
    main = ui.element("div").classes("lh-main").props("id=main")
    ui.skip_link(tr("Skip to the content"), target=main)

    def changed() -> None:
        nav.set_content(_navigation(visit))

    visit.changed.append(changed)
    with main:
        routes: dict[str, Callable[..., Any]] = {
            path: partial(_page, visit, title, builder) for path, _, title, builder in PAGES
        }
        for path, (parent, builder) in PARTS_OF.items():
            title = next(one[2] for one in PAGES if one[0] == parent)
            routes[path] = partial(_page, visit, title, builder)
        Rooms(routes)


@cache
def _head() -> str:
    """What every page loads of ours; an address changes with the program, so that no browser keeps an old file."""
    version = f"?v={__version__}"
    styles = (tag("link", rel="stylesheet", href=f"/console/{one}{version}") for one in entering.STYLES)
    return joined((styles, (tag("script", src=f"/console/{one}{version}") for one in entering.SCRIPTS)))


class Rooms(ui.sub_pages):
    """The pages; what is not there says so in the reader's language."""

    def _render_404(self) -> None:
        states.show(
            states.empty(
                tr("There is no such page"),
                tr("The address may be mistyped, or the page belongs to another version."),
                (tr("To the overview"), "/"),
            )
        )


async def _page(visit: Visit, title: str, builder: Builder, args: PageArguments) -> None:
    """Build one page: first its outline, then what it shows, or why it cannot."""
    use(visit.language)
    visit.look_at(args.query_parameters, facts.packs())
    visit.path = args.path
    for one in visit.changed:
        one()
    ui.page_title(page_title(tr(title)))
    place = ui.element("div").classes("lh-page")
    with place:
        outline = states.outline(tr(title))
        try:
            body = ui.element("div").classes("lh-page-body")
            body.set_visibility(False)
            with body:
                await builder(visit, args)
            if not body.is_deleted:  # who has gone on meanwhile took it along
                body.set_visibility(True)
        except Exception as error:  # whatever it is, its reader is told
            if place.is_deleted:
                return
            body.delete()
            states.show(states.trouble(error))
        finally:
            if not outline.is_deleted:
                outline.delete()


def _navigation(visit: Visit) -> str:
    here = urlsplit(visit.path).path.rstrip("/") or "/"

    def is_here(path: str) -> bool:
        return here == path or (path != "/" and here.startswith(path + "/"))

    links = (
        tag(
            "li",
            tag(
                "a",
                icon(sign),
                tag("span", tr(title)),
                href=visit.url(path),
                aria_current="page" if is_here(path) else None,
            ),
        )
        for path, sign, title, _ in PAGES
    )
    return tag("ul", links, class_="lh-nav")


def _header(visit: Visit, name: str, drawer: ui.left_drawer) -> None:
    with ui.header().classes("lh-header"), ui.element("div").classes("lh-bar"):
        with button(tr("Menu"), "lh-icon-button lh-menu-button").on("click", drawer.toggle):
            states.show(icon("menu"))
        product = tag("span", tr("Linghang"), class_="lh-product")
        mark = tag("img", src="/console/mark.svg", alt="", width="28", height="28")
        brand = tag("a", mark, product, href=visit.url("/"), class_="lh-brand", aria_label=tr("Linghang"))
        states.show(brand + tag("span", name, class_="lh-factory", title=name), "lh-names")
        _choosers(visit)
        with ui.element("div").classes("lh-tools"):
            _language(visit)
            _theme(visit)
            _account(visit)


def _choosers(visit: Visit) -> None:
    with ui.element("div").classes("lh-choosers"):
        options = {id: said(one.title) for id, one in facts.packs().items()}
        pack = chooser(tr("Pack of conditions"), options, visit.pack, "lh-pack")
        day = typed(tr("Day of judgement; today where it is empty"), "date", str(visit.day or ""), "lh-day")
        day.props["title"] = tr("Day of judgement; today where it is empty")

        def choose_pack(event: GenericEventArguments) -> None:
            visit.look_at({"pack": str(event.args)}, facts.packs())
            _again(visit)

        def choose_day(event: GenericEventArguments) -> None:
            visit.look_at({"day": str(event.args or "")}, {})
            _again(visit)

        pack.on("change", visit.speaking(choose_pack), js_handler=VALUE)
        day.on("change", visit.speaking(choose_day), js_handler=VALUE)


def _again(visit: Visit) -> None:
    """Open the same page as it is now asked: the address says pack and day."""
    day = "" if visit.day is None else visit.day.isoformat()
    ui.navigate.to(f"{urlsplit(visit.path).path}?{urlencode({'pack': visit.pack, 'day': day})}")


def _language(visit: Visit) -> None:
    other = "en" if visit.language == "zh" else "zh"
    name = LANGUAGE_NAMES[other]

    def switch() -> None:
        visit.remembered["language"] = other
        ui.navigate.reload()

    with button(name, "lh-icon-button lh-lang").on("click", switch) as one:
        one.props["lang"] = other
        states.show(tag("span", name))


def _theme(visit: Visit) -> None:
    following = THEMES[(THEMES.index(visit.theme) + 1) % len(THEMES)]
    label = tr("Colours: {now}; change to {next}", now=tr(THEME_NAMES[visit.theme]), next=tr(THEME_NAMES[following]))

    def switch() -> None:
        visit.remembered["theme"] = following
        ui.navigate.reload()

    with button(label).on("click", switch):
        states.show(icon(visit.theme))


def _account(visit: Visit) -> None:
    local = visit.secret is None
    name = tr("this machine") if local else visit.person.title
    note = tr("without accounts: whoever is on this machine may do everything")
    with button(tr("Account: {name}", name=name)):
        states.show(icon("person"))
        with ui.menu().props("auto-close").classes("lh-menu"):
            about = note if local else tr(ROLE_TITLES[visit.person.role])
            states.show(tag("p", tag("strong", name)) + tag("p", about, class_="lh-about"), "lh-who")
            if not local:
                with button(tr("Leave"), "lh-button").on("click", js_handler=LEAVE):
                    states.show(tag("span", icon("leave"), tr("Leave")))
