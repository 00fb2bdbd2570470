"""A window that asks why before something is done: nothing of it is done without a reason."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import states
from linghang.console.controls import PRIMARY, VALUE, action
from linghang.console.hypertext import tag
from linghang.console.visit import Visit
from linghang.words import tr


@dataclass(frozen=True, slots=True)
class Why:
    """What a window says.

    Attributes
    ----------
    label
        Of the field of the reason.
    lacking
        Said where it was left empty.
    sign, action
        Icon and words of the button that does it.
    """

    title: str
    label: str
    lacking: str
    sign: str
    action: str
    about: str = ""


def ask_why(visit: Visit, why: Why, work: Callable[[str], Awaitable[None]]) -> None:
    """Open the window; `work` gets the reason when it has closed."""
    given = {"reason": ""}
    with ui.dialog() as dialog, ui.element("div").classes("lh-paper-dialog").props('role="document"'):
        about = tag("p", why.about, class_="lh-about") if why.about else ""
        states.show(tag("h2", why.title, class_="lh-wrap") + about)
        with ui.element("label").classes("lh-paper-field"):
            states.show(tag("span", why.label, class_="lh-paper-label"))
            reason = ui.element("textarea").classes("lh-control lh-paper-note").props("autofocus rows=3")
            reason.props["aria-label"] = why.label
        wrong = states.show(Markup(""))

        def typed(event: GenericEventArguments) -> None:
            given["reason"] = str(event.args or "")

        async def done() -> None:
            if not given["reason"].strip():
                return states.put(wrong, states.refused(why.lacking))
            dialog.close()
            return await work(given["reason"])

        reason.on("change", visit.speaking(typed), js_handler=VALUE)
        with ui.element("div").classes("lh-paper-foot"):
            action(why.action, why.sign, PRIMARY).on("click", visit.speaking(done))
            action(tr("Cancel")).on("click", dialog.close)
    dialog.open()
