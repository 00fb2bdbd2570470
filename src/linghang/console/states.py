"""What a page shows while it has nothing to show yet, where there is nothing, and where something is wrong."""

import logging
from collections.abc import Coroutine
from typing import Any

from markupsafe import Markup
from nicegui import background_tasks, ui

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
    return wrong(fault(error, "a page could not be built"))


def fault(error: Exception, what: str) -> str:
    """Log a fault of ours whole, and say of it what a reader can do with."""
    LOG.error(what, exc_info=error)
    return tr("the program has a fault here; its log says more ({kind})", kind=type(error).__name__)


def refused(message: str) -> Markup:
    """Say in place why something was not done."""
    return tag("div", (tag("p", line) for line in message.splitlines()), class_="lh-refused", role="alert")


def follow(place: ui.html, work: Coroutine[Any, Any, None]) -> None:
    """Show later what takes long: the page is there meanwhile, and what goes wrong is said in its place."""

    async def followed() -> None:
        try:
            await work
        except Exception as error:
            put(place, trouble(error))

    background_tasks.create(followed())


def bones(count: int = 6) -> Markup:
    """Return the outline of what will stand there."""
    return tag("div", (tag("div", class_="lh-bone") for _ in range(count)), class_="lh-bones", aria_hidden="true")


def waiting(what: str, count: int = 6) -> Markup:
    """Say what is being worked out, over the outline of it."""
    return tag("p", what, class_="lh-about", role="status") + bones(count)


def outline(title: str) -> ui.element:
    """Show the outline of a page while what it shows is read."""
    head = tag("h1", title, class_="lh-outline-title")
    return show(tag("div", head, waiting(tr("Reading the plant's data …"))))
