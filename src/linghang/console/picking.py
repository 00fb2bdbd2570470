"""Some of a few to choose, one after another: buttons that stay pressed, and what is chosen in its order."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from nicegui import ui

from linghang.console import states
from linghang.console.controls import button
from linghang.console.hypertext import tag
from linghang.console.visit import Visit
from linghang.words import Listed, tr


def picker(
    visit: Visit, label: str, options: Mapping[str, str], chosen: Sequence[str], changed: Callable[[list[str]], None]
) -> ui.element:
    """Return a group of buttons, one for each option; a pressed one is taken off again.

    Parameters
    ----------
    options
        Key -> what stands on its button.
    chosen
        Keys that are chosen at first, in their order.
    changed
        Told the keys after each change: what is chosen last stands last.
    """
    picked = [one for one in chosen if one in options]
    buttons: dict[str, tuple[ui.element, ui.html]] = {}
    group = ui.element("div").classes("lh-picker")
    group.props["role"] = "group"
    group.props["aria-label"] = label
    group.props["tabindex"] = "-1"

    def show() -> None:
        for key, (made, words) in buttons.items():
            made.props["aria-pressed"] = "true" if key in picked else "false"
            made.update()
            sign = tag("span", "✓", aria_hidden="true") if key in picked else None
            states.put(words, tag("span", sign, options[key]))
        listed = str(Listed(options[one] for one in picked)) or "–"
        states.put(told, tag("p", tr("Chosen: {what}", what=listed), class_="lh-about"))

    def press(key: str) -> None:
        if key in picked:
            picked.remove(key)
        else:
            picked.append(key)
        show()
        changed(list(picked))

    with group:
        for key, title in options.items():
            made = button(title, "lh-button")
            with made:
                buttons[key] = made, states.show(tag("span"))
            made.on("click", visit.speaking(partial(press, key)))
        told = states.show(tag("p"))
        told.props('aria-live="polite"')
    show()
    return group
