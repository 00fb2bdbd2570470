"""The states of the machines over a day or a week: bars, and shares by work center and machine."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import charts, facts, figures, gantt, plant_nav, states
from linghang.console.controls import VALUE, chooser, typed
from linghang.console.hypertext import card, joined, segments, tag
from linghang.console.hypertext import table as table_of
from linghang.console.visit import Visit, day_of
from linghang.usecases.plant_states import STATES, UNKNOWN, StateChart, machines_of, state_chart
from linghang.words import later, tr

SPANS = {"day": (1, later("1 day")), "week": (7, later("7 days"))}
MOST_BARS = 6_000
"""More the browser does not draw at ease."""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the states of the machines of a work center (of all) over the days that the address names."""
    query = args.query_parameters
    span = query.get("span", "day") if query.get("span") in SPANS else "day"
    days = SPANS[span][0]
    center, equipment = query.get("center", ""), query.get("equipment", "")
    machines = await facts.thread(lambda: machines_of(visit.folder))
    plant_nav.head(visit, "/plant/states", tr("What the machines did, and what the records and state tags say of it."))
    if not machines:
        plant_nav.no_machines(visit)
        return
    zone = ZoneInfo(visit.zone)
    today = visit.now.astimezone(zone).date()
    last = min(day_of(query.get("on", "")) or today, today)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    start = end - timedelta(days=days)
    _ways(visit, machines, {"span": span, "on": last.isoformat(), "center": center, "equipment": equipment})
    chart = await facts.thread(lambda: state_chart(visit.folder, start, end, visit.now))
    chosen = [one.id for one in chart.machines if center in ("", one.work_center_id) and equipment in ("", one.id)] or [
        one.id for one in chart.machines
    ]
    if not any(one.equipment_id in chosen for one in chart.stretches):
        what = tr("Neither a record nor a state tag speaks of this time; choose another day.")
        states.show(states.empty(tr("Nothing is known of these machines"), what))
        return
    dark = await charts.is_dark(visit)
    _bars(chart, chosen, dark, visit)
    states.show(_shares(chart, chosen, visit))


def _ways(visit: Visit, machines: Sequence[Any], asked: dict[str, str]) -> None:
    def address(**other: str) -> str:
        return visit.url("/plant/states", **(asked | other))

    spans = ((tr(word), address(span=key), asked["span"] == key) for key, (_, word) in SPANS.items())
    on = date.fromisoformat(asked["on"])
    step = timedelta(days=SPANS[asked["span"]][0])
    ways = (
        tag("a", sign, href=address(on=str(on + by)), class_="lh-button", aria_label=word, title=word)
        for sign, word, by in (("‹", tr("earlier"), -step), ("›", tr("later"), step))
    )
    centers = {one.work_center_id: one.work_center for one in machines}
    with ui.element("div").classes("lh-trend-head"):
        states.show(segments(tr("Stretch of time"), spans, "true"))
        with ui.element("div").classes("lh-filters"):
            day = typed(tr("Last day"), "date", asked["on"], "lh-day")
            day.on("change", lambda event: ui.navigate.to(address(on=str(event.args or ""))), js_handler=VALUE)
            label = tr("Work center")
            one = chooser(label, {"": tr("every work center")} | centers, asked["center"])
            one.on(
                "change",
                lambda event: ui.navigate.to(address(center=str(event.args or ""), equipment="")),
                js_handler=VALUE,
            )
            states.show(tag("span", *ways, class_="lh-ways"))


def _bars(chart: StateChart, chosen: Sequence[str], dark: bool, visit: Visit) -> None:
    wanted = set(chosen)
    shown = [one for one in chart.stretches if one.equipment_id in wanted]
    shortest = 0.0
    if len(shown) > MOST_BARS:  # the shortest ones are less than a dot wide
        lengths = sorted(((one.end - one.start).total_seconds() for one in shown), reverse=True)
        shortest = lengths[MOST_BARS]
    told = [one for one in shown if (one.end - one.start).total_seconds() > shortest]
    data: dict[str, Any] = {
        "lanes": [one.id for one in chart.machines if one.id in wanted],
        "groups": [(key, text.to_dict()) for key, text in STATES.items() if key != UNKNOWN],
        "bars": [
            {
                "lane": one.equipment_id,
                "start_s": one.start.timestamp(),
                "end_s": one.end.timestamp(),
                "label": one.reason,
                "group": one.state,
            }
            for one in told
            if one.state != UNKNOWN
        ],
    }
    options = gantt.options(data, dark, visit.zone)
    for (key, _), series in zip(data["groups"], options["series"], strict=True):
        series["itemStyle"]["color"] = plant_nav.COLOURS[key][dark]
    at = charts.at_the_plant(visit.zone)
    options["xAxis"] |= {"min": at(chart.start.timestamp()), "max": at(chart.end.timestamp())}
    with ui.element("section").classes("lh-card"):
        about = tr("States of {count} machines; the table below says the same in shares", count=len(data["lanes"]))
        charts.draw(options, dark, about, gantt.height_px(len(data["lanes"])))
        notes = [tr("Where nothing is drawn the state is not known.")]
        if shortest:
            notes.append(
                tr(
                    "Stretches of less than {time} are left out of the drawing.",
                    time=figures.seconds(int(shortest) + 1),
                )
            )
        states.show(tag("p", " ".join(notes), class_="lh-about"))


def _shares(chart: StateChart, chosen: Sequence[str], visit: Visit) -> Markup:
    wanted = set(chosen)
    names = {one.id: one.name for one in chart.machines}
    rows: list[list[Any]] = []
    for (center, title), ids in chart.by_center().items():
        inside = [id for id in ids if id in wanted]
        if not inside:
            continue
        link = tag("a", title, href=visit.url("/plant/states", center=center))
        rows.append([tag("strong", link), *_row(chart.shares(inside))])
        rows += [
            [
                joined((tag("a", names[id], href=visit.url("/plant", equipment=id)), tag("small", id))),
                *_row(chart.shares([id])),
            ]
            for id in inside
        ]
    heads = [tr("work center, machine"), tr("shares"), *(plant_nav.badge(state) for state in STATES)]
    span = f"{figures.moment(chart.start, visit.zone)} – {figures.moment(chart.end, visit.zone)}"
    return card(tr("Shares of the time"), table_of(heads, rows, "lh-shares", tr("Shares of the time")), about=span)


def _row(shares: dict[str, float]) -> list[Any]:
    parts = [
        tag("span", class_="lh-share", data_state=state, style=f"width:{share * 100:.3f}%")
        for state, share in shares.items()
        if share > 0
    ]
    cells = [tag("span", f"{share:.1%}" if share else "–", class_="lh-figure") for share in shares.values()]
    return [tag("span", parts, class_="lh-share-bar", aria_hidden="true"), *cells]
