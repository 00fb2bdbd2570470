"""What a page shows while it has nothing to show yet, where there is nothing, and where something is wrong."""

import logging

from markupsafe import Markup
from nicegui import ui

from linghang.console.hypertext import Child, icon, tag
from linghang.errors import BadInput
from linghang.words import tr

LOG = logging.getLogger("linghang.console")


def show(content: Markup, classes: str = "") -> ui.html:
    """Put HTML of ours on the page; it is escaped where it was made."""
    return ui.html(content, sanitize=False).classes(f"lh-html {classes}".strip())


def put(place: ui.html, content: Markup) -> None:
    """Put other content into a place, unless its reader has gone on meanwhile."""
    if not place.is_deleted:
        place.set_content(content)


def heading(title: str, about: str = "", *more: Child) -> Markup:
    """Return the heading of a page."""
    return tag(
        "div",
        tag("div", tag("h1", title), tag("p", about, class_="lh-about") if about else None),
        tag("div", *more, class_="lh-head-more") if more else None,
        class_="lh-heading",
    )


def empty(title: str, what_next: str, link: tuple[str, str] | None = None, command: str = "") -> Markup:
    """Say that there is nothing, and what to do."""
    return tag(
        "div",
        icon("empty"),
        tag("h2", title),
        tag("p", what_next),
        tag("code", command) if command else None,
        tag("a", link[0], href=link[1], class_="lh-button lh-primary") if link else None,
        class_="lh-state",
    )


def wrong(message: str) -> Markup:
    """Say what is wrong, in the words of the refusal."""
    return tag(
        "div",
        icon("wrong"),
        tag("h2", tr("This cannot be shown")),
        (tag("p", line) for line in message.splitlines()),
        class_="lh-state lh-state-wrong",
        role="alert",
    )


def trouble(error: Exception) -> Markup:
    """Say what went wrong: bad input in its own words, a fault of ours by its kind, with the rest in the log."""
    if isinstance(error, BadInput):
        return wrong(str(error))
    LOG.error("a page could not be built", exc_info=error)
    return wrong(tr("the program has a fault here; its log says more ({kind})", kind=type(error).__name__))


def outline(title: str) -> ui.element:
    """Show the outline of a page while what it shows is read."""
    bars = tag("div", *(tag("div", class_="lh-bone") for _ in range(6)), class_="lh-bones", aria_hidden="true")
    said = tag("p", tr("Reading the plant's data …"), class_="lh-about", role="status")
    return show(tag("div", tag("h1", title, class_="lh-outline-title"), said, bars), "lh-outline")
