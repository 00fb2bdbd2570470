"""What a reader sets on the way up: level, floor, case, first day; sliders for money, time and projects at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import figures, states
from linghang.console.controls import VALUE, action, chooser, typed
from linghang.console.hypertext import tag
from linghang.console.telling import FLOORS, headed, said
from linghang.console.visit import Visit
from linghang.console.way_up_wish import MOST_AT_ONCE, READERS, Wish, read_day
from linghang.usecases.naming import ASSUMPTIONS
from linghang.usecases.packs import Pack
from linghang.words import later, tr

STEPS = 60
"""Places of a slider for money; its right end is no limit."""
ROOM = 1.6
"""How far a slider goes beyond what the plan without limits takes."""
MOST_PROJECTS = 12
LABELS = {
    "budget": later("Budget (CNY)"),
    "per_year": later("Budget of a year (CNY)"),
    "by": later("Last day"),
    "parallel": later("Projects at once"),
}
KINDS = {"budget": "number", "per_year": "number", "by": "date", "parallel": "number"}
Ask = Callable[[Wish], None]


class Scales:
    """How far the sliders go: a little beyond the plan without limits.

    Parameters
    ----------
    first
        First day of the plan.
    cost, months
        What the dearer and longer of both cases takes without limits; 0 where there is no plan.
    """

    def __init__(self, first: date, cost: Decimal, months: float) -> None:
        self.first = first
        self.step = _round(Decimal(ROOM) * max(cost, Decimal(100_000)) / STEPS)
        self.months = max(6, int(months * ROOM) + 1)

    def last(self, name: str) -> int:
        """The place of a slider that is no limit."""
        return {"budget": STEPS + 1, "per_year": STEPS + 1, "by": self.months + 1, "parallel": MOST_PROJECTS + 1}[name]

    def value(self, name: str, place: int) -> Any:
        """The limit at a place; None at the last."""
        if place >= self.last(name):
            return None
        if name == "by":
            return _months_on(self.first, place)
        return place if name == "parallel" else self.step * place

    def place(self, name: str, value: Any) -> int:
        """The place of a limit, or the nearest."""
        if value is None:
            return self.last(name)
        found: int
        if name == "by":
            found = (value.year - self.first.year) * 12 + value.month - self.first.month
        else:
            found = int(value) if name == "parallel" else round(Decimal(value) / self.step)
        return max(min(found, self.last(name) - 1), self.least(name))

    def least(self, name: str) -> int:
        """The first place: no money is a limit too, no time and no project are none."""
        return 0 if name in ("budget", "per_year") else 1


def _round(value: Decimal) -> Decimal:
    """A round step that is not below a value: 1, 2 or 5 with noughts."""
    size = Decimal(10) ** value.adjusted()
    return next(one * size for one in (1, 2, 5, 10) if one * size >= value)


def _months_on(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, 28))


def said_limit(name: str, value: Any) -> str:
    """A limit in words."""
    if value is None:
        return tr("no limit")
    if name == "by":
        return figures.day(value)
    return str(value) if name == "parallel" else figures.money(value)


class Controls:
    """The controls; each change is one question, and a question that comes from elsewhere sets all of them."""

    def __init__(self, visit: Visit, pack: Pack, scales: Scales, ask: Ask) -> None:
        self.visit, self.pack, self.scales, self.ask = visit, pack, scales, ask
        self.fields: dict[str, tuple[ui.element, ui.element, ui.html]] = {}
        self.wish: Wish

    def build(self, wish: Wish) -> None:
        """Put them on the page."""
        self.wish = wish
        with ui.element("div").classes("lh-way-choices"):
            levels = {one.id: headed(said(one.title)) for one in self.pack.levels}
            self.target = self._chooser(tr("Level to reach"), levels, "target")
            self.floor = self._chooser(tr("Floor of proof"), _named(FLOORS), "floor")
            self.assume = self._chooser(tr("Case that is shown"), _named(ASSUMPTIONS), "assume")
            start = str(wish.start or self.scales.first)
            with _labelled(tr("First day")):
                self.start = typed(tr("First day"), "date", start)
                self.start.on("change", self._changing("start", read_day), js_handler=VALUE)
        with ui.element("div").classes("lh-way-limits"):
            for name in LABELS:
                self._limit(name)

    def _chooser(self, label: str, options: dict[str, str], name: str) -> ui.element:
        with _labelled(label):
            made = chooser(label, options, str(getattr(self.wish, name)))
        made.on("change", self._changing(name, str), js_handler=VALUE)
        return made

    def _changing(self, name: str, read: Callable[[str], Any]) -> Any:
        def changed(event: GenericEventArguments) -> None:
            self.ask(replace(self.wish, **{name: read(str(event.args or ""))}))

        return self.visit.speaking(changed)

    def _limit(self, name: str) -> None:
        label = tr(LABELS[name])
        value = getattr(self.wish, name)
        with ui.element("div").classes("lh-way-limit"):
            states.show(tag("span", label), "lh-way-label")
            field = typed(label, KINDS[name], _typed(value))
            slider = typed(
                tr("{limit}, slider", limit=label), "range", str(self.scales.place(name, value)), "lh-way-slider"
            )
            words = states.show(tag("output", said_limit(name, value)), "lh-way-said")
        slider.props["min"], slider.props["max"] = self.scales.least(name), self.scales.last(name)
        slider.props["step"] = 1
        slider.props["aria-valuetext"] = said_limit(name, value)
        if name == "parallel":
            field.props["min"], field.props["max"] = 1, MOST_AT_ONCE
        elif name != "by":
            field.props["min"], field.props["step"] = 0, "any"
        field.on("change", self._changing(name, READERS[name]), js_handler=VALUE)
        slider.on("input", self._sliding(name), js_handler=VALUE, throttle=0.12, leading_events=False)
        self.fields[name] = field, slider, words

    def _sliding(self, name: str) -> Any:
        def slid(event: GenericEventArguments) -> None:
            place = int(event.args) if str(event.args or "").isdecimal() else self.scales.last(name)
            self.ask(replace(self.wish, **{name: self.scales.value(name, place)}))

        return self.visit.speaking(slid)

    def show(self, wish: Wish) -> None:
        """Let the controls say what is asked now."""
        self.wish = wish
        for name, (field, slider, words) in self.fields.items():
            value = getattr(wish, name)
            place = self.scales.place(name, value)
            field.props["value"], slider.props["value"] = _typed(value), str(place)
            slider.props["aria-valuetext"] = said_limit(name, value)
            states.put(words, tag("output", said_limit(name, value)))
        self.start.props["value"] = str(wish.start or self.scales.first)
        for select, key in ((self.target, wish.target), (self.floor, wish.floor), (self.assume, wish.assume)):
            for option in select.default_slot.children:
                option.props["selected"] = option.props["value"] == key
            select.props["value"] = key


def _named(names: Any) -> dict[str, str]:
    return {key: headed(tr(word)) for key, word in names.items()}


def _labelled(label: str) -> ui.element:
    made = ui.element("div").classes("lh-way-choice")
    with made:
        states.show(tag("span", label), "lh-way-label")
    return made


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def action_button(visit: Visit, label: str, sign: str, handler: Any) -> ui.element:
    """A button with its icon and its word."""
    return action(label, sign).on("click", visit.speaking(handler))
