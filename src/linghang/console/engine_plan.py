"""Changing a schedule by hand: bars are moved, the engine's own judge says what that breaks and what it costs."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, states
from linghang.console.charts import COLOURS
from linghang.console.controls import action, chooser
from linghang.console.elsewhere import elsewhere
from linghang.console.engine_frame import ways
from linghang.console.hypertext import table, tag
from linghang.console.telling import and_more
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.engine_results import runs_of
from linghang.usecases.schedule_checking import ENGINE, Checked, Move, Placed, Plan, check_schedule, plan_of
from linghang.words import tr

MOST_BROKEN = 20
ZOOMS = {"12": 12, "24": 24, "60": 60, "160": 160}
"""Pixels of an hour."""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the schedule of a run, the newest where the address names none."""
    about = tr("Move operations in time and between machines that can do them; every change is checked at once.")
    states.show(states.heading(tr("Change the schedule"), about))
    states.show(ways(visit, "/engines/plan"))
    if not await facts.thread(lambda: runs_of(visit.folder, ENGINE)):
        what = tr("Run the scheduling engine first: it puts the open orders onto machines and times.")
        link = (tr("To the scheduling engine"), visit.url(f"/engines/{ENGINE}", show="run"))
        states.show(states.empty(tr("There is no schedule yet"), what, link))
        return
    try:
        plan = await elsewhere(plan_of, visit.folder, args.query_parameters.get("run", ""))
    except BadInput as error:
        link = (tr("Run it again"), visit.url(f"/engines/{ENGINE}", show="run"))
        states.show(states.empty(tr("This schedule cannot be changed"), str(error), link))
        return
    _Change(visit, plan).build()


class _Change:
    """The schedule as a person changes it: every step is kept until the page is left, so that it can be undone."""

    def __init__(self, visit: Visit, plan: Plan) -> None:
        self.visit, self.plan = visit, plan
        self.steps: list[dict[str, Move]] = [{}]
        self.at = 0
        self.turn = asyncio.Lock()
        self.checked = plan.checked
        self.buttons: dict[str, ui.element] = {}

    def build(self) -> None:
        """Show figures, tools, the plan and what is broken."""
        self.figures = states.show(_figures(self.checked))
        self.figures.props('role="status"')
        with ui.element("section").classes("lh-card"):
            self._tools()
            help_ = tr(
                "Mouse: drag a bar. Keyboard: arrows go from bar to bar; Enter takes one up, arrows move it "
                "(Shift: by an hour, up and down: to another machine), Enter puts it down, Escape lets go."
            )
            states.show(tag("p", help_, class_="lh-about", id="lh-plan-help"))
            self.place = ui.element("div").classes("lh-plan").props('id="lh-plan"')
            self.place.on("planmoved", self.visit.speaking(self._moved), js_handler="(e) => emit(e.detail)")
        self.broken = states.show(_broken(self.checked))
        self._tell("linghangPlan", self._whole())

    def _tools(self) -> None:
        with ui.element("div").classes("lh-form-actions"):
            for name, said, sign, step in (
                ("undo", tr("Undo"), "undo", -1),
                ("redo", tr("Redo"), "right", 1),
                ("reset", tr("As it was planned"), "close", 0),
            ):
                made = action(said, sign).on("click", self.visit.speaking(self._stepping(step)))
                self.buttons[name] = made
            zoom = chooser(tr("Scale"), {key: tr("{count} px an hour", count=key) for key in ZOOMS}, "60")
            zoom.on("change", js_handler="(e) => linghangPlanZoom(Number(e.target.value))")
        self._enable()

    def _whole(self) -> dict[str, Any]:
        plan = self.plan
        orders = sorted({one.order for one in plan.checked.placed})
        colours = [{"light": light, "dark": dark} for light, dark in zip(*COLOURS.values(), strict=True)]
        return {
            "machines": [{"id": id, "breaks": breaks} for id, breaks in plan.machines.items()],
            "tasks": {id: {"machines": one.machines, "frozen": one.frozen} for id, one in plan.tasks.items()},
            "orders": {one: colours[place % len(colours)] for place, one in enumerate(orders)},
            "zone": plan.zone,
            "language": self.visit.locale,
            "hour": 60,
            "said": {
                "plan": tr("Schedule by machine"),
                "frozen": tr("frozen"),
                "moved": tr("moved"),
                "broken": tr("breaks a rule"),
                "setup": tr("set-up"),
                "closed": tr("closed"),
                "taken": tr("taken up; arrows move it"),
                "dropped": tr("put down; it is being checked"),
                "left": tr("let go"),
            },
        } | self._state()

    def _state(self) -> dict[str, Any]:
        wrong = {one.task: str(one.said) for one in self.checked.broken if one.task}
        return {"bars": [_bar(one, wrong) for one in self.checked.placed]}

    def _tell(self, function: str, value: Mapping[str, Any]) -> None:
        ui.run_javascript(f"{function}({json.dumps(value, ensure_ascii=False)})".replace("</", "<\\/"))

    async def _moved(self, event: GenericEventArguments) -> None:
        said = event.args
        try:
            start = datetime.fromtimestamp(float(said["start"]), UTC)
            move = Move(str(said["task"]), str(said["machine"]), start)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            return
        async with self.turn:  # moves come faster than they are checked: each begins from the one before
            now = {**self.steps[self.at], move.task: move}
            if not await self._check([*self.steps[: self.at + 1], now], self.at + 1):
                self._show()  # a move that cannot even be looked at is no step

    def _stepping(self, by: int) -> Any:
        async def step() -> None:
            async with self.turn:
                if by == 0 and self.steps[self.at]:
                    await self._check([*self.steps[: self.at + 1], {}], self.at + 1)
                elif by and 0 <= self.at + by < len(self.steps):
                    await self._check(self.steps, self.at + by)

        return step

    async def _check(self, steps: list[dict[str, Move]], at: int) -> bool:
        moves = tuple(steps[at].values())
        try:
            checked = await elsewhere(check_schedule, self.visit.folder, self.plan.run, moves)
        except BadInput as error:
            acting.tell(str(error), "wrong")
            return False
        self.steps, self.at, self.checked = steps, at, checked
        self._show()
        return True

    def _show(self) -> None:
        if self.place.is_deleted:
            return
        states.put(self.figures, _figures(self.checked))
        states.put(self.broken, _broken(self.checked))
        self._enable()
        self._tell("linghangPlanShow", self._state())

    def _enable(self) -> None:
        can = {"undo": self.at > 0, "redo": self.at < len(self.steps) - 1, "reset": bool(self.steps[self.at])}
        for name, one in self.buttons.items():
            one.props["aria-disabled"] = "false" if can[name] else "true"
            one.update()


def _bar(one: Placed, wrong: Mapping[str, str]) -> dict[str, Any]:
    return {
        "task": one.task,
        "order": one.order,
        "machine": one.machine,
        "start": one.start_s,
        "end": one.end_s,
        "setup": one.setup_s,
        "moved": one.moved,
        "wrong": wrong.get(one.task, ""),
    }


def _figures(checked: Checked) -> Markup:
    before, after = checked.before, checked.after
    count = len(checked.broken)
    if count:
        badge = tag("span", "✗ ", tr("{count} rules are broken", count=count), class_="lh-badge lh-unmet")
    else:
        badge = tag("span", "✓ ", tr("every rule is kept"), class_="lh-badge lh-met")
    moved = sum(one.moved for one in checked.placed)
    head = tag("p", badge, " ", tr("{count} operations moved", count=moved), class_="lh-plan-verdict")
    heads = (tr("figure"), tr("as planned"), tr("as changed"), tr("difference"))
    rows: list[Sequence[Any]] = [
        _row(tr("all done after (h)"), before.makespan_h, after.makespan_h),
        _row(tr("weighted tardiness (h)"), before.tardiness_h, after.tardiness_h),
        _row(tr("set-ups (h)"), before.setup_h, after.setup_h),
        _row(tr("late orders"), len(before.late), len(after.late)),
    ]
    late = tag("p", tr("Late: {orders}", orders=", ".join(after.late)), class_="lh-about") if after.late else None
    return tag(
        "section", head, table(heads, rows, "lh-plan-figures", tr("Figures of the schedule")), late, class_="lh-card"
    )


def _row(name: str, before: float, after: float) -> list[Any]:
    change = after - before
    said = "–" if abs(change) < 0.005 else f"{change:+,.2f}".rstrip("0").rstrip(".")
    worse = tag("span", ("▲ " if change > 0 else "▼ ") + said, class_="lh-worse" if change > 0 else "lh-better")
    shown = [tag("span", figures.short(one), class_="lh-figure") for one in (before, after)]
    return [name, *shown, said if said == "–" else worse]


def _broken(checked: Checked) -> Markup:
    if not checked.broken:
        return tag("span")
    items = (
        tag(
            "li",
            tag("span", "✗", class_="lh-sign lh-worse", aria_hidden="true"),
            tag("button", one.task, type="button", class_="lh-plan-goto", data_task=one.task) if one.task else None,
            tag("span", str(one.said)),
            tag("small", one.by) if one.by else None,
        )
        for one in checked.broken[:MOST_BROKEN]
    )
    more = and_more(len(checked.broken) - MOST_BROKEN)
    return tag(
        "section", tag("h2", tr("What it breaks")), tag("ul", items, class_="lh-plan-broken"), more, class_="lh-card"
    )
