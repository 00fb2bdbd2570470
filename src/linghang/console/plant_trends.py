"""Courses of tags over any stretch of time, drawn by the browser from what the API reads."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import charts, facts, plant_nav, states
from linghang.console.hypertext import icon, segments, tag
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.live_values import live_values
from linghang.usecases.telemetry import has_telemetry
from linghang.usecases.trends import MOST_TAGS, ends_of
from linghang.words import later, tr

SPANS = {
    "1h": (timedelta(hours=1), later("1 hour")),
    "8h": (timedelta(hours=8), later("8 hours")),
    "1d": (timedelta(days=1), later("1 day")),
    "7d": (timedelta(days=7), later("7 days")),
    "30d": (timedelta(days=30), later("30 days")),
    "1y": (timedelta(days=365), later("1 year")),
}
"""How far back from the last point."""
LIVE_S = 120.0
"""A stretch that ends with a point so young goes on by itself."""
CHART_PX = 460


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `span` is empty where it says from when to when."""

    names: tuple[str, ...]
    span: str
    start: datetime | None
    end: datetime | None


def asked_of(args: PageArguments, zone: str) -> Asked:
    """Read the address: tags, and either a span or a stretch; a moment without a zone is the plant's."""
    query = args.query_parameters
    names = tuple(dict.fromkeys([*query.getlist("tag"), *query.getlist("name")]))[:MOST_TAGS]
    start, end = (_moment(query.get(key, ""), zone) for key in ("from", "to"))
    if start is not None and end is not None and start < end:
        return Asked(names, "", start, end)
    span = query.get("span", "1d")
    return Asked(names, span if span in SPANS else "1d", None, None)


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the courses of the tags that the address names."""
    asked = asked_of(args, visit.zone)
    plant_nav.head(visit, "/plant/trends", tr("Up to {most} tags on one axis of time.", most=MOST_TAGS))
    if not asked.names:
        what = tr("Choose tags in the list of tags, then compare them.")
        states.show(states.empty(tr("No tag is chosen"), what, (tr("To the tags"), visit.url("/plant/tags"))))
        return
    await _trend(visit, asked, "/plant/trends")


async def build_tag(visit: Visit, args: PageArguments) -> None:
    """Show the course of one tag."""
    asked = asked_of(args, visit.zone)
    shown = await facts.thread(lambda: live_values(visit.folder).chosen(names=asked.names))
    name = asked.names[0] if asked.names else ""
    title = shown[name]["title"] if name in shown else name
    way = tag("a", "‹ ", tr("Plant"), href=visit.url("/plant"), class_="lh-back")
    states.show(states.heading(title or name or tr("Trends"), name if title else "", way))
    await _trend(visit, asked, "/plant/tag")


async def _trend(visit: Visit, asked: Asked, path: str) -> None:
    shown, stretch = await facts.thread(lambda: _known(visit, asked))
    unknown = [name for name in asked.names if name not in shown]
    if unknown:
        raise BadInput("no tag “{name}” has a value yet", name=unknown[0])
    start, end, live = stretch
    key = "name" if path == "/plant/tag" else "tag"
    pairs = [(key, name) for name in asked.names]
    presets = (
        (tr(word), plant_nav.address(visit, path, [*pairs, ("span", span)]), span == asked.span)
        for span, (_, word) in SPANS.items()
    )
    shown_spans = segments(tr("Stretch of time"), presets, "true")
    states.show(tag("div", shown_spans, _fields(), class_="lh-trend-head"))
    states.show(_chosen(visit, asked, shown, path))
    dark = await charts.is_dark(visit)
    with ui.element("section").classes("lh-card lh-trend"):
        about = tr("Courses of {names}", names=", ".join(shown[name]["title"] or name for name in asked.names))
        chart = charts.draw({"series": []}, dark, about, CHART_PX)
        states.show(tag("p", class_="lh-about", id="lh-trend-said", role="status"))
        how = tr("Drag over the chart to look closer; the buttons go back, on, and out again.")
        states.show(tag("p", how, class_="lh-about"))
    told: dict[str, Any] = {
        "tags": list(asked.names),
        "start": int(start.timestamp() * 1000),
        "end": int(end.timestamp() * 1000),
        "live": live,
        "zone": visit.zone,
        "language": visit.locale,
        "path": plant_nav.address(visit, path, pairs),
        "colours": list(charts.COLOURS[dark]),
        "wrong": charts.LIMIT_COLOURS["control"][dark],
        "words": _words(),
    }
    ui.run_javascript(f"linghangTrend({chart.id}, {json.dumps(told, ensure_ascii=False)})")


def _known(visit: Visit, asked: Asked) -> tuple[dict[str, Any], tuple[datetime, datetime, bool]]:
    if not has_telemetry(visit.folder):
        raise BadInput("no telemetry was ever stored here")
    shown = dict(live_values(visit.folder).chosen(names=asked.names))
    now = visit.now
    if asked.start is not None and asked.end is not None:
        return shown, (asked.start, asked.end, False)
    ends = ends_of(visit.folder, asked.names)
    last = ends[1] if ends else now
    live = abs((now - last).total_seconds()) <= LIVE_S
    end = now if live else last + timedelta(seconds=1)
    return shown, (end - SPANS[asked.span][0], end, live)


def _fields() -> Markup:
    """From and to, and the ways through time; the browser fills and reads them in the plant's zone."""

    def moment(id: str, word: str) -> Markup:
        field = tag("input", type="datetime-local", step="1", id=id, name=id, class_="lh-control", required=True)
        return tag("label", tag("span", word), field, class_="lh-field")

    def way(what: str, sign: str, word: str) -> Markup:
        return tag("button", sign, type="button", class_="lh-button", data_way=what, title=word, aria_label=word)

    return tag(
        "form",
        moment("lh-from", tr("from")),
        moment("lh-to", tr("to")),
        tag("button", tr("Show"), type="submit", class_="lh-button lh-primary"),
        way("back", "‹", tr("earlier")),
        way("on", "›", tr("later")),
        way("in", "+", tr("closer")),
        way("out", "−", tr("farther")),
        id="lh-trend-form",
        class_="lh-trend-form",
    )


def _chosen(visit: Visit, asked: Asked, shown: dict[str, Any], path: str) -> Markup:
    """The tags that are drawn, each with a way to take it off, and a way to add others."""
    when: list[tuple[str, object]] = [("span", asked.span)]
    if asked.start is not None and asked.end is not None:
        when = [("from", asked.start.isoformat()), ("to", asked.end.isoformat())]

    def chip(name: str) -> Markup:
        title = shown[name]["title"] or name
        rest: list[tuple[str, object]] = [("tag", one) for one in asked.names if one != name]
        target = plant_nav.address(visit, "/plant/trends", [*rest, *when])
        off = tag("a", icon("close"), href=target, aria_label=tr("Take {name} off", name=title), class_="lh-chip-off")
        return tag("li", tag("span", title, " ", tag("small", shown[name]["unit"])), off, class_="lh-chip lh-trend-tag")

    more = plant_nav.address(visit, "/plant/tags", [("tag", name) for name in asked.names])
    add = tag("li", tag("a", tr("Choose tags"), href=more, class_="lh-button"))
    return tag("ul", [chip(name) for name in asked.names] if path != "/plant/tag" else None, add, class_="lh-chips")


def _moment(text: str, zone: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _words() -> dict[str, str]:
    return {
        "intervals": tr("{intervals} intervals of {time}: mean, least and greatest value of {points} points"),
        "points": tr("{points} points as they came"),
        "none": tr("Nothing came in this stretch."),
        "bad": tr("quality not good"),
        "wrong": tr("This could not be read; try again."),
        "live": tr("goes on as values come"),
        "h": tr("h"),
        "min": tr("min"),
        "s": tr("s"),
        "d": tr("days"),
    }
