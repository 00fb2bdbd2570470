"""The pages of the way up, side by side."""

from markupsafe import Markup

from linghang.console.hypertext import tag
from linghang.console.visit import Visit
from linghang.words import later, tr

SEGMENTS = (
    ("/way-up", later("Roadmap")),
    ("/way-up/what-if", later("What if")),
    ("/way-up/sensitivity", later("Sensitivity")),
)


def segments(visit: Visit, here: str) -> Markup:
    """Return links to the pages of the way up."""
    links = (
        tag("a", tr(word), href=visit.url(path), aria_current="page" if path == here else None)
        for path, word in SEGMENTS
    )
    return tag("nav", links, class_="lh-segments", aria_label=tr("Way up"))
