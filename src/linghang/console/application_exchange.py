"""Packs and the judgement for other programs: OSCAL and CISO Assistant."""

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import facts, states
from linghang.console.application_frame import api, head, slow_link
from linghang.console.hypertext import card, tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.words import later, tr

HERE = "/application/exchange"
EXPORTS = {
    "oscal-catalog": (later("Catalog as OSCAL"), later("The conditions of the pack: levels, links, elements, rules.")),
    "oscal-profile": (
        later("Profile as OSCAL"),
        later("Only the differences of an overlay, with the catalogs that it imports, as a zip."),
    ),
    "oscal-results": (
        later("OSCAL assessment results"),
        later("The judgement of this plant at the three floors; unknown is never satisfied."),
    ),
    "ciso-assistant": (later("CISO Assistant library"), later("The pack as a framework to be uploaded there.")),
}


async def build(visit: Visit, _: PageArguments) -> None:
    """Offer every document that other programs read."""
    head(visit, HERE, tr("OSCAL 1.2.1 is what assessment tools read from each other; CISO Assistant is one of them."))
    pack = facts.pack_of(visit.pack)
    about = tr("By {pack}; the head of the page chooses pack and day.", pack=said(pack.title))
    overlay = len(pack.lineage) > 1
    rows = [_row(kind, visit) for kind in EXPORTS if overlay or kind != "oscal-profile"]
    without = tr("This pack changes no other one, so it has no profile.")
    note = None if overlay else tag("p", without, class_="lh-more")
    states.show(card(tr("For other programs"), tag("ul", rows, class_="lh-app-exports"), note, about=about))


def _row(kind: str, visit: Visit) -> Markup:
    title, about = EXPORTS[kind]
    link = slow_link(tr("Download"), api(f"exports/{kind}", visit), tr(title))
    words = tag("div", tag("h3", tr(title)), tag("p", tr(about), class_="lh-about"))
    return tag("li", words, tag("span", link, class_="lh-app-inline"))
