"""The pages of the way up, side by side."""

from markupsafe import Markup

from linghang.console.hypertext import segments as side_by_side
from linghang.console.visit import Visit
from linghang.words import later, tr

SEGMENTS = (
    ("/way-up", later("Roadmap")),
    ("/way-up/what-if", later("What if")),
    ("/way-up/sensitivity", later("Sensitivity")),
)


def segments(visit: Visit, here: str) -> Markup:
    """Return links to the pages of the way up."""
    return side_by_side(tr("Way up"), ((tr(word), visit.url(path), path == here) for path, word in SEGMENTS))
