"""What a document proves and states: searched by words, chosen, and for each what the document says of it."""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import facts, states
from linghang.console.controls import VALUE, button, chooser, typed
from linghang.console.evidence_words import SAYINGS, TARGET_KINDS
from linghang.console.hypertext import icon, tag
from linghang.console.telling import chip, headed
from linghang.console.visit import Visit
from linghang.usecases.evidence_titles import Target, find_targets, titled
from linghang.words import tr

MOST_FOUND = 8
WHOLE = "N"


class Targets:
    """The things that one document is about.

    Parameters
    ----------
    proves, stated
        As a description has them.
    """

    def __init__(self, visit: Visit, proves: Sequence[str], stated: Sequence[str]) -> None:
        self.visit = visit
        said = dict(one.partition("=")[::2] for one in stated)
        self._chosen: dict[str, str] = {one: said.pop(one.removeprefix("field:"), "") for one in proves}
        self._chosen |= {_name_of(about): value for about, value in said.items()}
        self._words = ""

    def said(self) -> tuple[list[str], list[str]]:
        """Return what the document proves, and what it states."""
        proves = [one for one in self._chosen if not one.startswith("scenes_")]
        stated = [f"{one.removeprefix('field:')}={value}" for one, value in self._chosen.items() if value]
        return proves, stated

    def has(self, name: str) -> bool:
        """Whether something is chosen: by its name, or as what is said of it."""
        about = name.partition("=")[0]
        return about in self._chosen or f"field:{about}" in self._chosen

    def build(self) -> None:
        """Show what is chosen, and the search for more."""
        with ui.element("fieldset").classes("lh-paper-field lh-paper-wide lh-paper-targets"):
            states.show(tag("legend", tr("Proves"), class_="lh-paper-label"))
            self._list = ui.element("div").classes("lh-paper-targets-chosen")
            label = tr("Search elements, indicators, scenes and maturity items")
            search = typed(label, "search", "", "lh-search")
            search.on("input", self._searching(), js_handler=VALUE, throttle=0.3, leading_events=False)
            self._found = ui.element("div").classes("lh-paper-targets-found").props('role="group"')
            self._found.props["aria-label"] = tr("Found")
            states.show(tag("small", tr("What a document states counts as evidence; what it only proves is linked.")))
            self.wrong = states.show(Markup(""))
        self._draw()

    def _searching(self) -> Callable[..., Any]:
        async def searched(event: GenericEventArguments) -> None:
            words = self._words = str(event.args or "").strip()
            found = await facts.thread(lambda: find_targets(words, MOST_FOUND)) if words else []
            if words != self._words or self._found.is_deleted:  # somebody typed on meanwhile
                return
            self._found.clear()
            with self._found:
                for one in found:
                    self._offer(one)
                if words and not found:
                    states.show(tag("p", tr("Nothing fits “{words}”", words=words), class_="lh-about"))

        return self.visit.speaking(searched)

    def _offer(self, one: Target) -> None:
        title = headed(str(one.title))

        def take() -> None:
            self._chosen.setdefault(one.name, "")
            self._draw()

        with (
            ui.element("button").classes("lh-paper-target").props("type=button").on("click", self.visit.speaking(take))
        ):
            kind, cited = chip(tr(TARGET_KINDS[one.kind])), tag("span", one.cited, class_="lh-clause-plain")
            states.show(tag("span", icon("add"), cited, " ", title, " ", kind))

    def _draw(self) -> None:
        self._list.clear()
        with self._list:
            if not self._chosen:
                states.show(tag("p", tr("Nothing is chosen yet."), class_="lh-about"))
            for name in self._chosen:
                self._row(name)

    def _row(self, name: str) -> None:
        target = titled(name)
        title = headed(str(target.title)) if target else name
        with ui.element("div").classes("lh-paper-target-row"):
            cited = tag("small", target.cited if target else "", " ", tag("code", name))
            states.show(tag("span", tag("strong", title), cited, class_="lh-wrap"))
            if target is not None and target.says:
                self._saying(target, title)
            else:
                states.show(chip(tr("linked only")), "lh-paper-target-says")
            with button(tr("Take {name} away", name=title)).on("click", self._taking_away(name)):
                states.show(icon("close"))

    def _saying(self, target: Target, title: str) -> None:
        label = tr("What the document says of {name}", name=title)
        value = self._chosen[target.name]
        if target.says == (WHOLE,):
            control = typed(label, "number", value, "lh-paper-target-says")
            control.props["min"] = "0"
        else:
            options = {"": tr("only linked")} | {
                one: tr("states: {value}", value=tr(SAYINGS[one]) if one in SAYINGS else one) for one in target.says
            }
            control = chooser(label, options, value, "lh-paper-target-says")

        def changed(event: GenericEventArguments) -> None:
            self._chosen[target.name] = str(event.args or "").strip()

        control.on("change", self.visit.speaking(changed), js_handler=VALUE)

    def _taking_away(self, name: str) -> Callable[..., Any]:
        def away() -> None:
            self._chosen.pop(name, None)
            self._draw()

        return self.visit.speaking(away)


def _name_of(about: str) -> str:
    return f"field:{about}" if titled(f"field:{about}") else about
