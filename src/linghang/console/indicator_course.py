"""The course of an indicator over months, and what its change would be beside another baseline."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup
from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from linghang.console import charts, figures, overview_tiles, states
from linghang.console.controls import VALUE, chooser
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import facts as listed
from linghang.console.hypertext import joined, segments, tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.indicator_course import course_of, with_baseline
from linghang.words import Listed, tr

HEIGHT = 320
BASELINES = 24
"""How many first months a baseline can be chosen from."""
MOST_GAPS = 6
YEAR = 12


class Course:
    """The card with the course; it is computed in a process of its own and shown when it is there."""

    def __init__(self, visit: Visit, one: Mapping[str, Any], kind: str) -> None:
        self.visit, self.one = visit, one
        self.kind = "monthly" if kind == "monthly" else "rolling"

    async def build(self) -> None:
        """Show the frame at once, the course later."""
        self.dark = await charts.is_dark(self.visit)
        with ui.element("section").classes("lh-card"):
            states.show(
                tag(
                    "div",
                    tag("h2", tr("Course over months")),
                    _kinds(self.visit, self.one, self.kind),
                    class_="lh-course-head",
                )
            )
            self.place = ui.element("div")
            with self.place:
                states.show(states.waiting(tr("Computing the months …"), 3))
        background_tasks.create(self._follow())

    async def _follow(self) -> None:
        visit = self.visit
        try:
            found = await elsewhere(
                course_of, visit.folder, self.one["id"], now=visit.now, pack=visit.pack, as_of=visit.day
            )
        except Exception as error:
            wrong = states.trouble(error)
            return self._show(lambda: states.show(wrong))
        return self._show(lambda: self._draw(found))

    def _show(self, draw: Any) -> None:
        if not self.place.is_deleted:
            self.place.clear()
            with self.place:
                draw()

    def _draw(self, found: Mapping[str, Any]) -> None:
        points = found[self.kind]
        if not any(one["value"] is not None for one in points):
            lacks = Listed(dict.fromkeys(said(need) for one in points for need in one["needs"]))
            text = tr("No month has a value yet; lacking: {what}", what=lacks)
            states.show(tag("p", text, class_="lh-note"))
            return
        options = _options(found, points, self.one, self.dark)
        unit = figures.unit(found["unit"])
        none = tr("no value")
        values = [figures.with_unit(one["value"], unit) if one["value"] else none for one in points]
        about = "; ".join(f"{one['month'][:7]}: {value}" for one, value in zip(points, values, strict=True))
        charts.draw(options, self.dark, about, HEIGHT)
        states.show(joined((_gaps(points), _switched(found))))


def _kinds(visit: Visit, one: Mapping[str, Any], kind: str) -> Markup:
    names = {"rolling": tr("the twelve months up to each"), "monthly": tr("each month alone")}
    links = ((name, visit.url(f"/indicators/{one['id']}", course=key), key == kind) for key, name in names.items())
    return segments(tr("Course over months"), links, "true")


def _options(
    found: Mapping[str, Any], points: Sequence[Mapping[str, Any]], one: Mapping[str, Any], dark: bool
) -> dict[str, Any]:
    months = [each["month"][:7] for each in points]
    data = [None if each["value"] is None else float(each["value"]) for each in points]
    lines = [
        {
            "name": name,
            "yAxis": value,
            "lineStyle": {"color": charts.LIMIT_COLOURS[role][dark], "type": "dashed"},
            "label": {"formatter": "{b}", "color": charts.LIMIT_COLOURS[role][dark], "position": "insideStartTop"},
        }
        for name, value, role in _levels(found, one)
    ]
    lines += [
        {
            "name": str(place),
            "xAxis": month,
            "lineStyle": {"color": charts.LIMIT_COLOURS["specification"][dark], "type": "dotted"},
            "label": {"formatter": "▲{b}", "color": charts.LIMIT_COLOURS["specification"][dark], "position": "end"},
        }
        for place, (month, _) in enumerate(_by_month(found), 1)
        if month in months
    ]
    return {
        "animation": False,
        "aria": {"enabled": True},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {"type": "category", "data": months, "boundaryGap": True},
        "yAxis": {"type": "value", "name": figures.unit(found["unit"]), "scale": True},
        "series": [
            {
                "name": tr("this factory"),
                "type": "line",
                "data": data,
                "connectNulls": False,
                "showSymbol": True,
                "symbolSize": 6,
                "markLine": {"symbol": "none", "silent": True, "data": lines},
            }
        ],
    }


def _levels(found: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Yield what stands across the course in its own unit: the baseline, comparators and published averages."""
    before = figures.decimal(one["baseline_value"])
    if before is not None and one["measured_unit"] == found["unit"]:
        yield tr("baseline {value}", value=figures.short(before)), float(before), "centre"
    for name, _, comparator in overview_tiles.compared(one):
        value = figures.decimal(comparator["value"])
        if value is not None and comparator["kind"] == "level" and comparator["unit"] == found["unit"]:
            yield f"{name} {figures.short(value)}", float(value), "target"
    if found["type"] == "state":
        for other in one["references"][:1]:
            value = figures.decimal(other["value"])
            if value is not None and other["unit"] == found["unit"]:
                yield f"{said(other['of'])} {figures.short(value)}", float(value), "warning"


def _by_month(found: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    months: dict[str, list[Mapping[str, Any]]] = {}
    for one in found["switched_on"]:
        months.setdefault(one["day"][:7], []).append(one)
    return list(months.items())


def _switched(found: Mapping[str, Any]) -> Markup | None:
    months = _by_month(found)
    if not months:
        return None
    items = (
        tag("li", f"▲{place} ", tag("strong", month), " ", ", ".join(dict.fromkeys(one["name"] for one in ones)))
        for place, (month, ones) in enumerate(months, 1)
    )
    summary = tag(
        "summary",
        tr("What was switched on meanwhile (scenes and software): {count}", count=sum(len(ones) for _, ones in months)),
    )
    return tag("details", summary, tag("ul", items, class_="lh-switched"), class_="lh-fold")


def _gaps(points: Sequence[Mapping[str, Any]]) -> Markup | None:
    gaps = [one for one in points if one["value"] is None]
    if not gaps:
        return None
    months = Listed(one["month"][:7] for one in gaps[:MOST_GAPS])
    more = f" … +{len(gaps) - MOST_GAPS}" if len(gaps) > MOST_GAPS else ""
    lacks = Listed(dict.fromkeys(said(need) for one in gaps for need in one["needs"]))
    text = tr("Without a value: {months}; lacking: {what}", months=f"{months}{more}", what=lacks)
    return tag("p", text, class_="lh-note")


class Baseline:
    """The card where another baseline is tried; nothing is written."""

    def __init__(self, visit: Visit, one: Mapping[str, Any], chosen: str) -> None:
        self.visit, self.one = visit, one
        start = date.fromisoformat(one["lineage"]["period"]["start"])
        starts = [_months_before(start, YEAR + back) for back in range(BASELINES)]
        self.options = {
            first.isoformat(): f"{figures.day(first)} – {figures.day(_months_before(first, -YEAR) - timedelta(1))}"
            for first in starts
        }
        self.own = next(iter(self.options))
        self.chosen = chosen if chosen in self.options else self.own

    def build(self) -> None:
        """Show the list of periods and what follows."""
        with ui.element("section").classes("lh-card"):
            about = tr(
                "Assessments measure from the twelve months before the present period; another baseline is tried here "
                "and nothing is written. For one assessment it is given with: linghang assess --baseline FROM:TO"
            )
            states.show(
                tag("div", tag("h2", tr("Baseline")), tag("p", about, class_="lh-about"), class_="lh-card-head")
            )
            field = chooser(tr("Baseline: twelve months"), self.options, self.chosen)
            field.on("change", self.visit.speaking(self._change), js_handler=VALUE)
            self.place = states.show(states.waiting(tr("Computing the change …"), 3))
            self.place.props('role="status"')
        background_tasks.create(self._follow())

    async def _change(self, event: GenericEventArguments) -> None:
        self.chosen = str(event.args or self.own)
        kept = self.chosen if self.chosen != self.own else ""
        ui.navigate.history.replace(self.visit.url(f"/indicators/{self.one['id']}", baseline=kept))
        await self._follow()

    async def _follow(self) -> None:
        visit, chosen = self.visit, self.chosen
        first = date.fromisoformat(chosen)
        try:
            found = await elsewhere(
                with_baseline, visit.folder, self.one["id"], first, now=visit.now, pack=visit.pack, as_of=visit.day
            )
        except BadInput as error:
            return states.put(self.place, states.refused(str(error)))
        except Exception as error:
            return states.put(self.place, states.trouble(error))
        if chosen == self.chosen:
            states.put(self.place, _changed(found, self.one))
        return None


def _changed(found: Mapping[str, Any], one: Mapping[str, Any]) -> Markup:
    unit = found["unit"]
    lacks = Listed(dict.fromkeys(said(need) for need in found["needs"]))
    before = figures.with_unit(found["baseline_value"], unit) if found["baseline_value"] else None
    now = figures.with_unit(found["present_value"], unit) if found["present_value"] else None
    change = figures.with_unit(found["change_relative"], "%") if found["change_relative"] else None
    other = one["change_relative"] is not None and found["change_relative"] != one["change_relative"]
    recorded = figures.with_unit(one["change_relative"], "%") if other else None
    return listed(
        (
            (tr("baseline"), before),
            (tr("now"), now),
            (tr("change"), tag("strong", change) if change else None),
            (tr("in the assessment"), recorded),
            (tr("lacking"), str(lacks) if found["needs"] else None),
        )
    )


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
