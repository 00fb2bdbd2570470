"""What the pages of the settings have in common: their navigation, forms, questions, and buttons in tables."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import states
from linghang.console.controls import action
from linghang.console.hypertext import Child, icon, segments, tag
from linghang.console.visit import Visit
from linghang.words import later, tr

ROOT = "/settings"
PLACES = (
    ("", later("Here")),
    ("people", later("People and tokens")),
    ("entering", later("Sign-in")),
    ("keys", later("Keys")),
    ("connections", later("Connections")),
    ("backup", later("Backup")),
    ("audit", later("Audit log")),
)
FORM = "(e) => { e.preventDefault(); emit(Object.fromEntries(new FormData(e.target))); }"
PRESSED = "(e) => { const b = e.target.closest('button[data-do]'); if (b) emit([b.dataset.do, b.dataset.on || '']); }"
Values = Mapping[str, str]
Took = Callable[[Values], Awaitable[str | None]]
"""What is done with the values of a form: it returns why they cannot be taken, or None."""


def head(visit: Visit, place: str, about: str) -> None:
    """Show the heading of the settings, and the way to their parts."""
    links = ((tr(name), visit.url(f"{ROOT}/{path}" if path else ROOT), path == place) for path, name in PLACES)
    states.show(states.heading(tr("Settings"), about))
    states.show(segments(tr("Parts of the settings"), links))


def only_administrators() -> None:
    """Say that a part is not for everybody."""
    text = tr("Ask an administrator of this workspace, or enter as one.")
    states.show(states.empty(tr("Administrators look after this"), text))


def field(label: str, name: str, kind: str = "text", about: str = "", **more: object) -> Markup:
    """Return a field of a form with its label."""
    hint = tag("small", about, class_="lh-about", id=f"about-{name}") if about else None
    named = {"aria_describedby": f"about-{name}"} if about else {}
    control = tag("input", name=name, type=kind, class_="lh-control", **named, **more)
    return tag("label", tag("span", label), control, hint, class_="lh-ask-field")


def choice(label: str, name: str, options: Mapping[str, str], value: str = "") -> Markup:
    """Return a list to choose one of, with its label."""
    inner = (tag("option", title, value=key, selected=key == value) for key, title in options.items())
    return tag("label", tag("span", label), tag("select", inner, name=name, class_="lh-control"), class_="lh-ask-field")


def tick(label: str, name: str, on: bool = False, about: str = "") -> Markup:
    """Return a box to tick, with its label."""
    hint = tag("small", about, class_="lh-about") if about else None
    box = tag("input", name=name, type="checkbox", value="yes", checked=on)
    return tag("label", box, tag("span", label, hint), class_="lh-ask-tick")


def form(
    visit: Visit, fields: Iterable[Child], label: str, took: Took, cancel: Callable[[], object] | None = None
) -> None:
    """Put a form on the page; what is wrong with it is said under its fields."""
    with ui.element("form").classes("lh-ask-form") as made:
        states.show(tag("div", fields, class_="lh-ask-fields"))
        wrong = states.show(Markup(""))
        with ui.element("div").classes("lh-ask-foot"):
            with ui.element("button").classes("lh-button lh-primary").props('type="submit"') as submit:
                states.show(tag("span", label))
            if cancel is not None:
                action(tr("Cancel")).on("click", cancel)

    async def sent(event: GenericEventArguments) -> None:
        states.put(wrong, Markup(""))
        submit.props["disabled"] = True
        submit.update()
        try:
            refusal = await took({str(key): str(value) for key, value in dict(event.args or {}).items()})
        finally:
            if not submit.is_deleted:
                submit.props.pop("disabled", None)
                submit.update()
        if refusal:
            states.put(wrong, states.refused(refusal))

    made.on("submit", visit.speaking(sent), js_handler=FORM)


def ask(visit: Visit, title: str, about: str, fields: Iterable[Child], label: str, took: Took) -> None:
    """Ask for something in a window of its own; it closes when the values were taken."""
    with ui.dialog() as dialog, ui.element("div").classes("lh-ask") as body:
        body.props["role"] = "document"
        states.show(tag("h2", title) + (tag("p", about, class_="lh-about") if about else ""))

        async def taken(values: Values) -> str | None:
            refusal = await took(values)
            if refusal is None and not dialog.is_deleted:
                dialog.close()
            return refusal

        form(visit, fields, label, taken, dialog.close)
    dialog.props["aria-label"] = title
    dialog.on("hide", dialog.delete)
    dialog.open()


def to_the_door(goal: str) -> None:
    """Let somebody enter anew: the whole page is left, as its session is over."""
    ui.run_javascript(f"location.assign({f'/login?to={goal}'!r})")


def act(word: str, on: str, label: str, sign: str = "") -> Markup:
    """Return a button of a table; `acting_on` hears it."""
    text = tag("span", icon(sign) if sign else None, label)
    return tag("button", text, type="button", data_do=word, data_on=on, class_="lh-button lh-small")


def acting_on(visit: Visit, place: ui.element, what: Mapping[str, Callable[[str], Any]]) -> None:
    """Hear the buttons of a place: word -> what is done on whom."""

    async def pressed(event: GenericEventArguments) -> None:
        word, on = (str(one) for one in event.args)
        if (work := what.get(word)) is not None and inspect.isawaitable(done := work(on)):
            await done

    place.on("click", visit.speaking(pressed), js_handler=PRESSED)
