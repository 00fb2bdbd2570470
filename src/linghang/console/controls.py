"""Things to choose and type in, as browsers have them: the keyboard and every reader know them."""

from collections.abc import Mapping

from markupsafe import escape
from nicegui import ui

from linghang.console import states
from linghang.console.hypertext import icon, tag

VALUE = "(e) => emit(e.target.value)"
"""What an event of such a control hands over."""
PRIMARY = "lh-button lh-primary"
"""The one button of a place that it is there for."""


def chooser(label: str, options: Mapping[str, str], value: str, classes: str = "") -> ui.element:
    """Return a list to choose one of; its `change` hands over the key."""
    select = ui.element("select").classes(f"lh-control {classes}".strip())
    select.props["aria-label"] = label
    with select:
        for key, title in options.items():
            option = ui.html(escape(title), sanitize=False, tag="option")
            option.props["value"] = key
            option.props["selected"] = key == value
    return select


def typed(label: str, kind: str, value: str = "", classes: str = "") -> ui.element:
    """Return a field to type in: text, search or date."""
    field = ui.element("input").classes(f"lh-control {classes}".strip())
    field.props["type"] = kind
    field.props["aria-label"] = label
    field.props["value"] = value
    if kind == "search":
        field.props["placeholder"] = label
    return field


def button(label: str, classes: str = "lh-icon-button") -> ui.element:
    """Return a button that is named for those who do not see what is on it."""
    made = ui.element("button").classes(classes)
    made.props["type"] = "button"
    made.props["aria-label"] = label
    made.props["title"] = label
    return made


def action(words: str, sign: str = "", classes: str = "lh-button", label: str = "") -> ui.element:
    """Return a button with words on it, and an icon before them; `label` tells it from others with the same words."""
    made = button(label or words, classes)
    with made:
        states.show(tag("span", icon(sign) if sign else None, words))
    return made
