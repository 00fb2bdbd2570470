"""The way up: what to do, when, for how much, to reach a level; what if, and how firm the level is."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import charts, facts, figures, states, way_up_costs, way_up_sensitivity, way_up_whatif
from linghang.console.controls import VALUE, chooser
from linghang.console.hypertext import icon, tag
from linghang.console.overview import next_level
from linghang.console.telling import headed, said
from linghang.console.visit import Visit
from linghang.console.way_up_controls import Controls, Scales, action_button
from linghang.console.way_up_nav import segments
from linghang.console.way_up_trade import TradeOff
from linghang.console.way_up_view import CHANGED, PRESSED, draw
from linghang.console.way_up_waiting import while_open
from linghang.console.way_up_wish import READERS, Wish, read_day, read_money, read_wish
from linghang.errors import BadInput
from linghang.usecases.kept import assessed_before
from linghang.usecases.packs import Pack
from linghang.usecases.planning import Catalogue
from linghang.usecases.standing import first_day, first_plan, planned, standing
from linghang.words import tr

STILL_S = 0.4
"""How long nothing has to move before a plan is made: a slider on its way asks for none."""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the frame at once; the plan follows when it is there."""
    about = tr("The cheapest way to a level, proven: what to do, when, and for how much.")
    states.show(states.heading(tr("Way up"), about, segments(visit, "/way-up")))
    Way(visit, facts.pack_of(visit.pack), args.query_parameters).build()


class Way:
    """One open page of the way up: what is asked, what was asked before, and the plan that is shown."""

    def __init__(self, visit: Visit, pack: Pack, query: Mapping[str, str]) -> None:
        self.visit, self.pack, self.query = visit, pack, query
        self.wish = Wish("", visit.floor)
        self.controls: Controls | None = None
        self.past: list[Wish] = []
        self.made: dict[Wish, dict[str, Any]] = {}
        self.shown: Wish | None = None
        self.task: asyncio.Task[None] | None = None
        self.dark = False

    @property
    def catalogue(self) -> Catalogue:
        """The actions that this browser plans with."""
        return way_up_costs.catalogue_of(self.visit)[0]

    def build(self) -> None:
        """Put the places on the page, and plan."""
        self.own = ui.element("div").classes("lh-way-place")
        with ui.element("section").classes("lh-card"):
            words = tr("What the plan keeps to")
            states.show(tag("div", tag("h2", words), class_="lh-card-head"))
            self.asked = ui.element("div").classes("lh-way-asked")
            with ui.element("div").classes("lh-way-foot"):
                self.undo = action_button(self.visit, tr("Undo"), "undo", self._undo)
                self.free = action_button(self.visit, tr("Without limits"), "close", self._free)
                self.status = states.show(self._busy_words(), "lh-way-status")
                self.status.props('role="status"')
        self.result = ui.element("div").classes("lh-way-result")
        with self.result:
            states.show(tag("section", states.bones(4), class_="lh-card"))
        self.trade = TradeOff(self.visit, self._known, self._take)
        way_up_costs.build(self.visit, self._other_costs)
        background_tasks.create(self._begin())

    async def _begin(self) -> None:
        """Plan without limits, which says how far the sliders go, then what was asked."""
        self._buttons()
        try:
            with self.result:
                self.dark = await charts.is_dark(self.visit)
            self.wish = await self._asked()
            plan = await while_open(self.result, self._planned(self.wish.free))
            if plan is None:
                return
            costs = [one["plan"] for one in plan["cases"].values() if one["plan"]]
            first = read_day(plan["limits"]["start"])
            assert first is not None
            most = max((Decimal(one["cost_cny"]) for one in costs), default=Decimal(0))
            longest = max((float(one["months"]) for one in costs), default=0.0)
            with self.asked:
                self.controls = Controls(self.visit, self.pack, Scales(first, most, longest), self.ask)
                self.controls.build(self.wish)
            await self._settle(self.wish, 0.0)
            await standing(self.visit.folder, self.visit.pack, self.visit.day, self.visit.now)  # for what is asked next
        except BadInput as error:
            self._refused(str(error))
        except Exception as error:
            if not self.result.is_deleted:
                self.result.clear()
                with self.result:
                    states.show(states.trouble(error))

    async def _asked(self) -> Wish:
        """Read the address; where it names no level, the one above the confirmed one is asked for."""
        visit, levels = self.visit, self.pack.level_ids
        target = self.query.get("target", "")
        if target not in levels:
            now = visit.now
            document = await facts.thread(
                lambda: assessed_before(visit.folder, pack=visit.pack, now=now, as_of=visit.day)
            )
            if document is not None:
                confirmed = document["floors"][visit.floor]["confirmed"]
            else:  # the plan needs what it is made from anyway
                confirmed = (await self._known()).judged.verdict.floors[visit.floor].confirmed
            target = next_level(self.pack, confirmed)
        return read_wish(self.query, target, levels, visit.floor, self.catalogue.by_id)

    # --- what is asked ---

    def ask(self, wish: Wish) -> None:
        """Ask something else; it is planned when nothing has moved for a moment."""
        if wish == self.wish or self.controls is None:
            return
        if wish.floor != self.wish.floor:
            self.visit.look_at({"floor": wish.floor}, {})
        self.wish = wish
        self.controls.show(wish)
        if self.task is not None:
            self.task.cancel()
        self.task = background_tasks.create(self._settle(wish, STILL_S))

    def _undo(self) -> None:
        if self.past:
            wish = self.past.pop()
            self.shown = None
            self.ask(wish)

    def _free(self) -> None:
        self.ask(self.wish.free)

    def _take(self, plan: Mapping[str, Any]) -> None:
        """Take a plan of the trade-off: its money and its last day become limits, so that it is the cheapest."""
        self.ask(replace(self.wish, budget=read_money(str(plan["cost_cny"])), by=read_day(plan["finished"])))

    def pressed(self, event: GenericEventArguments) -> None:
        """A button or a tick in a table: a limit that would be enough, or an action that is asked for or left out."""
        name, value = (str(one) for one in event.args)
        if name in READERS:
            self.ask(replace(self.wish, **{name: READERS[name](value)}))
        elif name in self.catalogue.by_id:
            self.ask(self.wish.asking(name, value))

    async def _other_costs(self) -> None:
        self.made = {}  # what is on its way was asked with the costs before
        self.shown = None
        if self.controls is None:  # nothing is shown yet: it is planned with these
            return
        wish = self.wish
        self.wish = replace(wish, target="")  # so that the same question is a new one
        self.ask(wish)

    # --- what is answered ---

    async def _settle(self, wish: Wish, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        if self.result.is_deleted:
            return
        self.result.classes(add="lh-way-busy")
        states.put(self.status, self._busy_words())
        try:
            plan = await while_open(self.result, self._planned(wish))
        except BadInput as error:
            self._refused(str(error))
            return
        if plan is None or wish != self.wish:
            return
        if self.shown is not None and self.shown != wish:
            self.past.append(self.shown)
        self.shown = wish
        with self.result:
            ui.navigate.history.replace(self.visit.url("/way-up", **wish.query()))
        self._show(plan)

    async def _planned(self, wish: Wish) -> dict[str, Any]:
        made = self.made
        if wish not in made:
            visit = self.visit
            question = wish.question(visit.pack, visit.day)
            catalogue, own = way_up_costs.catalogue_of(visit)
            if wish.plain and own is None:
                made[wish] = await first_plan(visit.folder, question, visit.now)
            else:
                first = await facts.thread(lambda: first_day(visit.folder, visit.day, visit.now))
                made[wish] = await planned(await self._known(), question, wish.limits(first), catalogue)
        return made[wish]

    async def _known(self) -> Any:
        visit = self.visit
        return await standing(visit.folder, visit.pack, visit.day, visit.now)

    def _show(self, plan: dict[str, Any]) -> None:
        self.result.classes(remove="lh-way-busy")
        self.result.clear()
        self.own.clear()
        with self.own:
            way_up_costs.banner(self.visit, self._other_costs)
        with self.result:
            draw(plan, self)
        self.trade.follow(self.wish, plan["cases"][plan["assume"]]["plan"], self.dark)
        level = next(headed(said(one.title)) for one in self.pack.levels if one.id == plan["target"])
        words = tr(
            "The way to {level}, planned from {start} on.", level=level, start=figures.day(plan["limits"]["start"])
        )
        states.put(self.status, tag("span", icon("way-up"), words))
        self._buttons()

    def _refused(self, reason: str) -> None:
        if self.result.is_deleted:
            return
        self.result.classes(remove="lh-way-busy")
        states.put(self.status, tag("span", icon("wrong"), reason, class_="lh-worse"))

    def _buttons(self) -> None:
        self.undo.props["disabled"] = not self.past
        self.free.props["disabled"] = self.wish == self.wish.free

    def _busy_words(self) -> Any:
        return tag("span", tag("span", class_="lh-way-turning", aria_hidden="true"), tr("Planning the cheapest way …"))

    def adding(self, plan: Mapping[str, Any]) -> None:
        """Put a list of the actions that are not in the plan, to ask for one."""
        inside = {*plan["actions"], *self.wish.without}
        others = sorted((headed(said(one.title)), one.id) for one in self.catalogue.actions if one.id not in inside)
        label = tr("Ask for another action")
        one = chooser(label, {"": label, **{id: title for title, id in others}}, "", "lh-way-add")

        def chosen(event: GenericEventArguments) -> None:
            if str(event.args or "") in self.catalogue.by_id:
                self.ask(self.wish.asking(str(event.args), "must"))

        one.on("change", self.visit.speaking(chosen), js_handler=VALUE)

    def listen(self, place: ui.html) -> None:
        """Let ticks and buttons of a table ask."""
        place.on("click", self.visit.speaking(self.pressed), js_handler=PRESSED)
        place.on("change", self.visit.speaking(self.pressed), js_handler=CHANGED)


PARTS: dict[str, Any] = {"what-if": way_up_whatif.build, "sensitivity": way_up_sensitivity.build}
