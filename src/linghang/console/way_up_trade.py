"""Cost against time: the plans that nothing beats, each of which can be taken."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments, GenericEventArguments

from linghang.console import charts, facts, figures, states, way_up_charts, way_up_costs
from linghang.console.hypertext import Child, table, tag
from linghang.console.visit import Visit
from linghang.console.way_up_controls import action_button
from linghang.console.way_up_view import PRESSED
from linghang.console.way_up_waiting import while_open
from linghang.console.way_up_wish import Wish
from linghang.errors import BadInput
from linghang.usecases.standing import first_day, traded
from linghang.words import tr

HEIGHT_PX = 340


class TradeOff:
    """The card of the trade-off; it is computed when somebody asks for it, for it takes longer than a plan."""

    def __init__(self, visit: Visit, known: Callable[[], Awaitable[Any]], take: Callable[[Mapping[str, Any]], None]):
        self.visit, self.known, self.take = visit, known, take
        self.wish: Wish | None = None
        self.plan: Mapping[str, Any] | None = None
        self.front: dict[str, Any] | None = None
        self.asked: Wish | None = None
        self.dark = False
        with ui.element("section").classes("lh-card"):
            about = tr("Less time costs more: these are the plans than which no other is cheaper and as early.")
            head = tag("h2", tr("Cost against time")), tag("p", about, class_="lh-about")
            states.show(tag("div", *head, class_="lh-card-head"))
            self.place = ui.element("div").classes("lh-way-place")
        self._offer()

    def follow(self, wish: Wish, plan: Mapping[str, Any] | None, dark: bool) -> None:
        """Belong to another plan; what was computed stays as long as only money and time differ."""
        self.wish, self.plan, self.dark = wish, plan, dark
        if self.front is not None and self.asked == self._open(wish):
            self._draw()
        else:
            self.front = None
            self._offer()

    def _open(self, wish: Wish) -> Wish:
        return replace(wish, budget=None, by=None)

    def _offer(self) -> None:
        self.place.clear()
        with self.place:
            action_button(self.visit, tr("Compute the trade-off"), "run", self._compute)

    async def _compute(self) -> None:
        visit, wish = self.visit, self.wish
        if wish is None:
            return None
        asked = self._open(wish)
        self.place.clear()
        with self.place:
            words = tr("Computing the plans that nothing beats …")
            turning = tag("span", class_="lh-way-turning", aria_hidden="true")
            states.show(tag("p", turning, words, role="status", class_="lh-about"))
        try:
            first = await facts.thread(lambda: first_day(visit.folder, visit.day, visit.now))
            catalogue, _ = way_up_costs.catalogue_of(visit)
            question = asked.question(visit.pack, visit.day)
            front = await while_open(self.place, traded(await self.known(), question, asked.limits(first), catalogue))
        except BadInput as error:
            return self._say(str(error))
        if self.place.is_deleted or self.wish is None or asked != self._open(self.wish):
            return None
        self.front, self.asked = front, asked
        return self._draw() if front else self._say(tr("There is no plan."))

    def _say(self, words: str) -> None:
        if not self.place.is_deleted:
            self.place.clear()
            with self.place:
                states.show(tag("p", words, class_="lh-note"))

    def _draw(self) -> None:
        assert self.front is not None
        plans = self.front["plans"]

        def clicked(event: EChartPointClickEventArguments) -> None:
            if str(event.name).isdecimal() and int(event.name) < len(plans):
                self.take(plans[int(event.name)])

        def pressed(event: GenericEventArguments) -> None:
            self.take(plans[int(event.args[1])])

        self.place.clear()
        with self.place:
            about = tr("{count} plans: cost against months; click one to take it", count=len(plans))
            made = charts.draw(way_up_charts.trade_off(self.front, self.plan, self.dark), self.dark, about, HEIGHT_PX)
            made.on_point_click(self.visit.speaking(clicked))
            states.show(tag("p", about, class_="lh-about"))
            states.show(_plans(plans, self.plan)).on("click", self.visit.speaking(pressed), js_handler=PRESSED)
            if not self.front["complete"]:
                states.show(tag("p", tr("There are more, or one of them is not proven."), class_="lh-about"))


def _plans(plans: list[dict[str, Any]], taken: Mapping[str, Any] | None) -> Any:
    rows: list[list[Child]] = []
    here = (taken["cost_cny"], taken["months"]) if taken else None
    for place in way_up_charts.beaten_by_none(plans):
        one = plans[place]
        name = tr("Take the plan of {cost} in {months} months", cost=figures.money(one["cost_cny"]),
                  months=figures.short(one["months"]))  # fmt: skip
        take = tag("button", tr("Take it"), type="button", name="take", value=str(place), aria_label=name,
                   class_="lh-button lh-way-give")  # fmt: skip
        shown = (Decimal(one["cost_cny"]), one["months"]) == (here and (Decimal(here[0]), here[1]))
        rows.append(
            [
                tag("strong", figures.money(one["cost_cny"])),
                figures.short(one["months"]),
                figures.day(one["finished"]),
                figures.money(one["possible_overrun_cny"]),
                tr("shown") if shown else take,
            ]
        )
    title = tr("Cost against time")
    return table((tr("cost"), tr("months"), tr("finished"), tr("possible overrun"), ""), rows, "", title)
