"""The pages of a report as its PDF has them: each is drawn when one has scrolled to it."""

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import states
from linghang.console.application_frame import busy, choosers, chosen_of, head, report_address, slow_link
from linghang.console.elsewhere import elsewhere, once
from linghang.console.hypertext import joined, tag
from linghang.console.visit import Visit
from linghang.usecases.report_previews import Preview, preview
from linghang.words import tr

HERE = "/application/preview"
DRAWN_PX = 1_240
"""Width of a picture: 150 dots an inch on A4."""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the pages as pictures; the file itself is the tagged one that readers for the blind understand."""
    chosen = chosen_of(visit, args)
    head(visit, HERE, tr("Pages of the PDF itself, as they will be handed in."))
    choosers(visit, chosen, HERE)
    link = slow_link(tr("The file as PDF"), report_address(visit, chosen, "pdf"))
    states.show(tag("div", link, class_="lh-app-actions"))
    place = states.show(busy(tr("The report is being made; this takes some seconds …")))
    request = chosen.request(visit)

    async def follow() -> None:
        key = ("preview", visit.folder, request, chosen.lang)
        found = await once(key, lambda: elsewhere(preview, visit.folder, request, chosen.lang, visit.now))
        states.put(place, _pages(found))

    states.follow(place, follow())


def _pages(found: Preview) -> Markup:
    count = len(found.pages)
    pictures = (
        tag(
            "li",
            tag(
                "img",
                src=f"/api/v1/report/preview/{found.of}/{number}?width={DRAWN_PX}",
                loading="lazy",
                width=round(width),
                height=round(height),
                alt=tr("Page {number} of {count}", number=number, count=count),
            ),
            tag("small", tr("Page {number} of {count}", number=number, count=count), aria_hidden="true"),
        )
        for number, (width, height) in enumerate(found.pages, 1)
    )
    about = tag("p", tr("{count} pages; they are drawn as you scroll to them.", count=count), class_="lh-about")
    return joined((about, tag("ol", pictures, class_="lh-app-pages")))
