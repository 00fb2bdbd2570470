"""The plant: its equipment as a tree, and the values of its tags as they come."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import (
    facts,
    figures,
    plant_alarms,
    plant_connections,
    plant_floor,
    plant_nav,
    plant_states,
    plant_tags,
    plant_trends,
    states,
)
from linghang.console.hypertext import card, joined, tag
from linghang.console.hypertext import table as table_of
from linghang.console.telling import and_more, headed
from linghang.console.visit import Visit
from linghang.usecases.live_values import live_values
from linghang.usecases.plant_states import STATES, Machine, live_states, machines_of
from linghang.usecases.telemetry import QUALITIES
from linghang.words import tr

MOST_SHOWN = 60
"""Tags that are watched at once: more than that nobody reads."""
Value = tuple[str, Mapping[str, Any]]


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the tree, and the tags of what is chosen in it."""
    chosen = args.query_parameters.get("equipment", "")
    machines, watched, known = await facts.thread(lambda: _read(visit.folder, visit.now))
    plant_nav.head(visit, "/plant", tr("{count} pieces of equipment.", count=len(machines)))
    if not machines:
        plant_nav.no_machines(visit)
        return
    first = next((one for one in machines if one.id in watched), machines[0])
    here = next((one for one in machines if one.id == chosen), first)
    with ui.element("div").classes("lh-grid lh-plant"):
        states.show(_tree(machines, watched, here.id, visit))
        states.show(_values(here, watched.get(here.id, ()), known.get(here.id, {}), visit))
    if watched.get(here.id):
        words = {key: str(word) for key, word in STATES.items()}
        said = {"now": tr("just now"), "language": visit.locale, "words": words}
        ui.run_javascript(f"linghangLive({json.dumps(here.id)}, {json.dumps(said, ensure_ascii=False)})")


def _read(folder: Path, now: datetime) -> tuple[Sequence[Machine], dict[str, list[Value]], dict[str, Any]]:
    """The machines, the tags of each with their last values, and their states."""
    watched: dict[str, list[Value]] = {}
    for name, one in sorted(live_values(folder).look().items(), key=lambda pair: (pair[1]["title"], pair[0])):
        watched.setdefault(one["equipment"], []).append((name, one))
    return machines_of(folder), watched, live_states(folder, now)


def _tree(machines: Sequence[Machine], watched: Mapping[str, Any], here: str, visit: Visit) -> Markup:
    centers: dict[str, list[Machine]] = {}
    for one in machines:
        centers.setdefault(one.work_center or tr("without a work center"), []).append(one)
    parts = (_center(name, ones, watched, here, visit) for name, ones in centers.items())
    return card(tr("Equipment"), tag("div", parts, class_="lh-tree"))


def _center(name: str, ones: Sequence[Machine], watched: Mapping[str, Any], here: str, visit: Visit) -> Markup:
    def about(one: Machine) -> str:
        count = len(watched.get(one.id, ()))
        return " · ".join((one.id, tr("{count} tags", count=count))) if count else one.id

    links = (
        tag(
            "li",
            tag(
                "a",
                tag("span", one.name),
                tag("small", about(one)),
                href=visit.url("/plant", equipment=one.id),
                aria_current="true" if one.id == here else None,
            ),
        )
        for one in ones
    )
    is_open = any(one.id == here for one in ones)
    summary = tag("summary", name, tag("span", str(len(ones)), class_="lh-chip"))
    return tag("details", summary, tag("ul", links), open=is_open)


def _values(machine: Machine, ones: Sequence[Value], now: Mapping[str, Any], visit: Visit) -> Markup:
    state = tag(
        "p",
        plant_nav.badge(now.get("state", "unknown")),
        " ",
        tag("span", tr("since {moment}", moment=figures.moment(now["since"], visit.zone)), class_="lh-about")
        if now.get("since")
        else None,
        class_="lh-state-now",
    )
    ways = tag(
        "p",
        joined(
            tag("a", word, href=target)
            for word, target in (
                (tr("Tags and trends"), visit.url("/plant/tags", equipment=machine.id)),
                (tr("States of the day"), visit.url("/plant/states", equipment=machine.id)),
            )
        ),
        class_="lh-ways",
    )
    if not ones:
        text = tr("Nothing is stored of it: connect its tags, or import them.")
        return card(machine.name, state, tag("p", text, class_="lh-note"), ways, about=machine.id)
    heads = (tr("tag"), tr("value"), tr("quality"), tr("at"))
    more = and_more(len(ones) - MOST_SHOWN)
    shown = table_of(heads, (_row(*one, visit) for one in ones[:MOST_SHOWN]), "lh-values", tr("Values now"))
    about = tr("{id}: values change here as they come.", id=machine.id)
    return card(headed(machine.name), state, shown, more, ways, about=about)


def _row(name: str, one: Mapping[str, Any], visit: Visit) -> list[Any]:
    value = one["value"]
    said = figures.short(value) if isinstance(value, float | int) else str(STATES.get(value) or value or "–")
    if isinstance(value, bool):
        said = "✓" if value else "✗"
    unit = tag("span", figures.unit(one["unit"]), class_="lh-unit")
    quality = "lh-better" if one["good"] else "lh-worse"
    title = tag("a", one["title"] or name, href=visit.url("/plant/tag", name=name)) if one["kind"] != "text" else None
    return [
        joined((title or one["title"] or name, tag("small", name, class_="lh-wrap"))),
        tag("span", tag("strong", said, data_tag=name), " ", unit, class_="lh-figure"),
        tag("span", ("✓ " if one["good"] else "✗ ") + str(QUALITIES[one["quality"]]), class_=quality),
        tag("span", figures.moment(one["at"], visit.zone), class_="lh-old", data_at=name),
    ]


PARTS = {
    "tag": plant_trends.build_tag,
    "tags": plant_tags.build,
    "trends": plant_trends.build,
    "states": plant_states.build,
    "alarms": plant_alarms.build,
    "floor": plant_floor.build,
    "connections": plant_connections.build,
}
