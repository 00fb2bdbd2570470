"""Running an engine: its settings as a form, now or again and again, and the schedules that it has."""

from collections.abc import Mapping
from datetime import date

from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import acting, facts, states
from linghang.console.controls import VALUE, button, chooser, typed
from linghang.console.engine_jobs import schedules_card
from linghang.console.hypertext import icon, tag
from linghang.console.picking import picker
from linghang.console.visit import Visit
from linghang.usecases.engine_readiness import Need, SettingField, checked_settings, form_of, written
from linghang.usecases.engines import CatalogueRow, Request
from linghang.usecases.jobs import schedule, submit
from linghang.words import tr

DAYS, DAY = "@days", "@as_of"
MOST_DAYS = 3_660


async def build(visit: Visit, row: CatalogueRow, needs: list[Need]) -> None:
    """Show the form, and below it the schedules of the engine."""
    lacking = [str(one.title) for one in needs if one.required and not one.rows]
    if lacking:
        said = tr("It lacks data and will say so: {what}", what=", ".join(lacking))
        states.show(tag("p", icon("warning"), said, class_="lh-note"))
    if not acting.may(visit, "run"):
        states.show(
            tag("p", tr("Running engines needs the right to run; your role does not have it."), class_="lh-note")
        )
    fields = await facts.thread(lambda: form_of(row.id))
    _Form(visit, row, fields).build()
    await schedules_card(visit, row.id)


class _Form:
    """The settings of an engine, its window, and what is to be done with them."""

    def __init__(self, visit: Visit, row: CatalogueRow, fields: list[SettingField]) -> None:
        assert row.card is not None
        self.visit, self.card, self.fields = visit, row.card, fields
        self.values: dict[str, str] = {}
        self.inputs: dict[str, ui.element] = {}
        self.faults: dict[str, ui.html] = {}
        self.rule, self.rule_value = "every", "1h"

    def build(self) -> None:
        """Show it."""
        with ui.element("section").classes("lh-card"):
            states.show(tag("div", tag("h2", tr("Window and settings")), class_="lh-card-head"))
            with ui.element("div").classes("lh-form"):
                self._window()
                for one in self.fields:
                    self._field(one)
            self.whole = states.show(tag("span"), "lh-form-fault")
            self.whole.props('role="alert"')
            if acting.may(self.visit, "run"):
                self._actions()

    def _window(self) -> None:
        days = tr("How many days before the end it looks at.")
        many = typed(tr("Days"), "number", str(self.card.window_days))
        self._put(DAYS, tr("Days"), many, days, "")
        self._watch(DAYS, many)
        day = tr("It looks at the days before this one; empty: up to now. A schedule looks at what is new each time.")
        until = typed(tr("Until the day"), "date")
        self._put(DAY, tr("Until the day"), until, day, "")
        self._watch(DAY, until)

    def _field(self, one: SettingField) -> None:
        title, options = str(one.title), {value: str(word) for value, word in one.choices.items()}
        if options and one.many:
            self._put(one.name, title, self._picked(one, title, options), str(one.help), str(one.unit))
            return
        if options:
            control = chooser(title, options, one.default)
        elif one.kind == "yes_no":
            control = chooser(title, {"true": tr("yes"), "false": tr("no")}, one.default)
        else:
            control = typed(title, "text", one.default)
            if one.kind in ("number", "whole") and not one.many:
                control.props["inputmode"] = "decimal"
        more = tr("Several, with commas between.") if one.many else ""
        self._put(one.name, title, control, f"{one.help} {more}".strip(), str(one.unit))
        self._watch(one.name, control)

    def _picked(self, one: SettingField, title: str, options: Mapping[str, str]) -> ui.element:
        def changed(chosen: list[str]) -> None:
            self.values[one.name] = written(chosen)

        return picker(self.visit, title, options, one.default.split(", "), changed)

    def _put(self, name: str, label: str, control: ui.element, about: str, unit: str) -> None:
        """Put label, control, unit, what it means and the place of its fault beside each other."""
        with ui.element("div").classes("lh-field") as place:
            id = f"set-{name.removeprefix('@')}"
            said = tag("span", unit, class_="lh-unit") if unit else None
            code = None if name.startswith("@") else tag("code", name)
            states.show(tag("div", tag("label", label, said, for_=id), code, class_="lh-field-head"))
            control.move(place)
            control.props["id"] = id
            control.props["aria-describedby"] = f"{id}-about"
            fault = states.show(tag("span"), "lh-form-fault")
            fault.props('role="alert"')
            states.show(tag("p", about, class_="lh-about", id=f"{id}-about"))
        self.inputs[name], self.faults[name] = control, fault

    def _watch(self, name: str, control: ui.element) -> None:
        def changed(event: GenericEventArguments) -> None:
            self.values[name] = control.props["value"] = str(event.args or "")

        control.on("input", self.visit.speaking(changed), js_handler=VALUE)
        control.on("change", self.visit.speaking(changed), js_handler=VALUE)

    def _actions(self) -> None:
        with ui.element("div").classes("lh-form-actions"):
            with button(tr("Run now"), "lh-button lh-primary").on("click", self.visit.speaking(self._run)):
                states.show(tag("span", icon("run"), tr("Run now")))
            kinds = {"every": tr("every"), "daily": tr("daily at"), "on_new_data": tr("on new data")}
            kind = chooser(tr("When"), kinds, self.rule)
            value = typed(tr("Time: 15min, 1h, 1d; or a time of day"), "text", self.rule_value, "lh-rule")

            def chose(event: GenericEventArguments) -> None:
                self.rule = str(event.args)
                self.rule_value = {"every": "1h", "daily": "05:30"}.get(self.rule, "")
                value.props["value"] = self.rule_value
                value.set_visibility(self.rule != "on_new_data")
                value.update()

            def timed(event: GenericEventArguments) -> None:
                self.rule_value = value.props["value"] = str(event.args or "")

            kind.on("change", self.visit.speaking(chose), js_handler=VALUE)
            value.on("input", self.visit.speaking(timed), js_handler=VALUE)
            with button(tr("Add schedule"), "lh-button").on("click", self.visit.speaking(self._schedule)):
                states.show(tag("span", icon("clock"), tr("Add schedule")))

    async def _run(self) -> None:
        if (request := await self._asked()) is None:
            return
        folder, id, now = self.visit.folder, self.card.id, self.visit.now
        number = await acting.change(self.visit, "run", "engines.run", id, lambda: submit(folder, id, request, now))
        if number is not None:
            acting.tell(tr("Job {job} waits for the worker", job=number))
            ui.navigate.to(self.visit.url(f"/engines/jobs/{number}"))

    async def _schedule(self) -> None:
        if (request := await self._asked()) is None:
            return
        rule = " ".join(one for one in (self.rule, self.rule_value.strip()) if one)
        rule = "on_new_data" if self.rule == "on_new_data" else rule
        folder, id, now = self.visit.folder, self.card.id, self.visit.now
        number = await acting.change(
            self.visit, "run", "schedules.add", id, lambda: schedule(folder, id, request, rule, now), {"rule": rule}
        )
        if number is not None:
            acting.tell(tr("Schedule {number} is kept", number=number))
            ui.navigate.to(self.visit.url(f"/engines/{id}", show="run", kept=number))

    async def _asked(self) -> Request | None:
        """Return what the form asks; None where something in it is wrong, which then stands beside it."""
        plain = {one.name: one.default for one in self.fields}
        changed = {name: value for name, value in self.values.items() if value != plain.get(name, "")}
        settings = {name: value for name, value in changed.items() if not name.startswith("@")}
        wrong = await facts.thread(lambda: checked_settings(self.card.id, settings))
        said: dict[str, str] = {name: str(error) for name, error in wrong.items()}
        days, day = None, None
        try:
            days = int(changed[DAYS]) if changed.get(DAYS) else None
            if days is not None and not 1 <= days <= MOST_DAYS:
                raise ValueError(days)
        except ValueError:
            said[DAYS] = tr("a whole number of days, 1 to {most}", most=f"{MOST_DAYS:,}")
        try:
            day = date.fromisoformat(changed[DAY]) if changed.get(DAY) else None
        except ValueError:
            said[DAY] = tr("a day, such as 2026-06-30")
        self._tell(said)
        return None if said else Request(settings, days, day)

    def _tell(self, wrong: Mapping[str, str]) -> None:
        for name, place in self.faults.items():
            states.put(place, tag("span", icon("warning"), wrong[name]) if name in wrong else tag("span"))
            self.inputs[name].props["aria-invalid"] = "true" if name in wrong else "false"
            self.inputs[name].update()
        states.put(self.whole, tag("span", icon("warning"), wrong[""]) if "" in wrong else tag("span"))
        first = next((name for name in self.faults if name in wrong), None)
        if first is not None:
            ui.run_javascript(f"document.getElementById('set-{first.removeprefix('@')}')?.focus()")
