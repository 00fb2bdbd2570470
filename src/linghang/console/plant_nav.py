"""What all pages of the plant share: the way between them, addresses with several tags, states as signs."""

from collections.abc import Iterable
from urllib.parse import urlencode

from markupsafe import Markup

from linghang.console import states
from linghang.console.hypertext import segments, tag
from linghang.console.visit import Visit
from linghang.usecases.plant_states import STATES
from linghang.words import later, tr

WAYS = (
    ("/plant", later("Equipment")),
    ("/plant/tags", later("Tags")),
    ("/plant/trends", later("Trends")),
    ("/plant/states", later("States")),
    ("/plant/alarms", later("Alarms")),
    ("/plant/floor", later("Floor")),
    ("/plant/connections", later("Connections")),
)
SIGNS = {
    "running": "▶",
    "idle": "Ⅱ",
    "setup": "⚙",
    "planned_stop": "▣",
    "breakdown": "✗",
    "off": "○",
    "unknown": "?",
}
COLOURS = {
    "running": ("#1b7a43", "#3fae6f"),
    "idle": ("#b26a00", "#d99a2b"),
    "setup": ("#0b5c8a", "#4b9fd1"),
    "planned_stop": ("#7a4fa3", "#a683d6"),
    "breakdown": ("#b3261e", "#ec6a60"),
    "off": ("#65727e", "#8496a5"),
    "unknown": ("#aeb9c4", "#4c5b68"),
}
"""Of a state, light and dark."""


def head(visit: Visit, here: str, about: str) -> None:
    """Show the heading of a page of the plant, and the way to the others."""
    title = next((word for path, word in WAYS if path == here and path != "/plant"), later("Plant"))
    ways = ((tr(word), visit.url(path), path == here) for path, word in WAYS)
    states.show(states.heading(tr(title), about))
    states.show(segments(tr("Views of the plant"), ways))


def no_machines(visit: Visit) -> None:
    """Say that there is no equipment yet, and how it comes."""
    what = tr("Import the equipment first; its tags are joined to it by the table of tags.")
    states.show(states.empty(tr("No equipment is known yet"), what, (tr("To the data"), visit.url("/data"))))


def address(visit: Visit, path: str, pairs: Iterable[tuple[str, object]]) -> str:
    """Return an address of the console in which a name may stand several times."""
    more = urlencode([(key, value) for key, value in pairs if value not in (None, "")])
    start = visit.url(path)
    return start + (("&" if "?" in start else "?") + more if more else "")


def badge(state: str) -> Markup:
    """Return a state as sign and word."""
    known = state if state in STATES else "unknown"
    return tag(
        "span",
        tag("span", SIGNS[known], class_="lh-sign", aria_hidden="true"),
        tag("span", str(STATES[known]), data_word=""),
        class_="lh-machine-state",
        data_state=known,
    )
