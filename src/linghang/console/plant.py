"""The plant: its equipment as a tree, the values of its tags as they come, and their courses."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import charts, facts, figures, states
from linghang.console.hypertext import card, joined, tag
from linghang.console.hypertext import table as table_of
from linghang.console.telling import headed
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.record_pages import rows
from linghang.usecases.telemetry import TagRow, Watch, meanings, open_telemetry, trend
from linghang.words import Text, later, tr

MOST_EQUIPMENT = 1_000
MOST_SHOWN = 60
"""Tags that are watched at once: more than that nobody reads."""
SPANS = {
    "1h": (timedelta(hours=1), 5, later("1 hour")),
    "8h": (timedelta(hours=8), 60, later("8 hours")),
    "1d": (timedelta(days=1), 300, later("1 day")),
    "7d": (timedelta(days=7), 900, later("7 days")),
    "30d": (timedelta(days=30), 3_600, later("30 days")),
    "1y": (timedelta(days=365), 43_200, later("1 year")),
}
"""How far back, and seconds of an interval: some hundred points, whatever the stretch."""
Machine = tuple[str, str, str]


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the tree, and the tags of what is chosen in it."""
    chosen = args.query_parameters.get("equipment", "")
    machines = await facts.thread(lambda: _machines(visit.folder))
    states.show(states.heading(tr("Plant"), tr("{count} pieces of equipment.", count=len(machines))))
    if not machines:
        what = tr("Import the equipment first; its tags are joined to it by the table of tags.")
        states.show(states.empty(tr("No equipment is known yet"), what, (tr("To the data"), visit.url("/data"))))
        return
    try:
        watched = await facts.thread(lambda: _watched(visit.folder))
    except BadInput:  # nothing was ever stored
        watched = {}
    first = next((id for id, _, _ in machines if id in watched), machines[0][0])
    here = chosen if any(id == chosen for id, _, _ in machines) else first
    name = next(title for id, title, _ in machines if id == here)
    with ui.element("div").classes("lh-grid lh-plant"):
        states.show(_tree(machines, watched, here, visit))
        states.show(_values(here, name, watched.get(here, ()), visit))
    if watched.get(here):
        said = {"now": tr("just now"), "language": "zh-CN" if visit.language == "zh" else "en-GB", "zone": visit.zone}
        ui.run_javascript(f"linghangLive({json.dumps(here)}, {json.dumps(said, ensure_ascii=False)})")


def _machines(folder: Path) -> list[Machine]:
    """Id, name and name of the work center of all equipment, in the order of work centers."""
    centers = {one["work_center_id"]: one["name"] for one in rows(folder, "work_center", limit=MOST_EQUIPMENT).rows}
    listed = []
    for one in rows(folder, "equipment", limit=MOST_EQUIPMENT).rows:
        id, center = one["equipment_id"], one["work_center_id"]
        listed.append((id, one["name"] or id, centers.get(center) or center or ""))
    return sorted(listed, key=lambda one: (one[2], one[0]))


def _watched(folder: Path) -> dict[str, list[TagRow]]:
    """Equipment -> its tags with their last values."""
    meant = meanings(folder)
    with open_telemetry(folder) as reader:
        found = Watch(reader, (), meant).rows()
    watched: dict[str, list[TagRow]] = {}
    for one in found:
        owner = meant[one.name].mapping.equipment_id if one.name in meant else None
        watched.setdefault(owner or "", []).append(one)
    return watched


def _tree(machines: Sequence[Machine], watched: Mapping[str, Any], here: str, visit: Visit) -> Markup:
    centers: dict[str, list[Machine]] = {}
    for one in machines:
        centers.setdefault(one[2] or tr("without a work center"), []).append(one)
    parts = (_center(name, ones, watched, here, visit) for name, ones in centers.items())
    return card(tr("Equipment"), tag("div", parts, class_="lh-tree"))


def _center(name: str, ones: Sequence[Machine], watched: Mapping[str, Any], here: str, visit: Visit) -> Markup:
    links = (
        tag(
            "li",
            tag(
                "a",
                tag("span", title),
                tag("small", " · ".join((id, tr("{count} tags", count=len(watched[id])))) if id in watched else id),
                href=visit.url("/plant", equipment=id),
                aria_current="true" if id == here else None,
            ),
        )
        for id, title, _ in ones
    )
    is_open = any(id == here for id, _, _ in ones)
    summary = tag("summary", name, tag("span", str(len(ones)), class_="lh-chip"))
    return tag("details", summary, tag("ul", links), open=is_open)


def _values(id: str, name: str, ones: Sequence[TagRow], visit: Visit) -> Markup:
    if not ones:
        text = tr("Nothing is stored of it: connect its tags, or import them.")
        return card(name, tag("p", text, class_="lh-note"), about=id)
    heads = (tr("tag"), tr("value"), tr("quality"), tr("at"))
    rest = len(ones) - MOST_SHOWN
    more = tag("p", tr("and {count} more", count=rest), class_="lh-more") if rest > 0 else None
    shown = table_of(heads, (_row(one, visit) for one in ones[:MOST_SHOWN]), "lh-values", tr("Values now"))
    return card(headed(name), shown, more, about=tr("{id}: values change here as they come.", id=id))


def _row(one: TagRow, visit: Visit) -> list[Any]:
    value = figures.short(one.value) if isinstance(one.value, float | int) else str(one.value or "–")
    if isinstance(one.value, bool):
        value = "✓" if one.value else "✗"
    unit = tag("span", figures.unit(one.unit), class_="lh-unit")
    quality = "lh-better" if one.good else "lh-worse"
    title = tag("a", one.title or one.name, href=visit.url("/plant/tag", name=one.name))
    return [
        joined((title, tag("small", one.name, class_="lh-wrap"))),
        tag("span", tag("strong", value, data_tag=one.name), " ", unit, class_="lh-figure"),
        tag("span", ("✓ " if one.good else "✗ ") + str(one.quality or "–"), class_=quality),
        tag("span", figures.moment(one.at, visit.zone) if one.at else "–", class_="lh-old", data_at=one.name),
    ]


# --- one tag ---


async def build_tag(visit: Visit, args: PageArguments) -> None:
    """Show the course of one tag over a stretch that ends with its last point."""
    name = args.query_parameters.get("name", "")
    span = args.query_parameters.get("span", "1d")
    back, every, _ = SPANS.get(span, SPANS["1d"])
    rows_of = await facts.thread(lambda: _of_name(visit.folder, name))
    last = next((one.at for one in rows_of if one.name == name), None)
    end = None if last is None else last + timedelta(microseconds=1)
    start = None if end is None else end - back
    found = await facts.thread(lambda: trend(visit.folder, name, start, end, every))
    said = {key.decode(): value.decode() for key, value in (found.schema.metadata or {}).items()}
    way = tag("a", "‹ ", tr("Plant"), href=visit.url("/plant"), class_="lh-back")
    states.show(states.heading(said["title"] or said["name"], said["name"], way))
    links = (
        tag("a", tr(word), href=visit.url("/plant/tag", name=name, span=key), aria_current=key == span or None)
        for key, (_, _, word) in SPANS.items()
    )
    states.show(tag("nav", links, class_="lh-segments", aria_label=tr("Stretch of time")))
    dark = await charts.is_dark(visit)
    with ui.element("section").classes("lh-card"):
        about = tr("Mean, least and greatest value, every {time}", time=figures.seconds(int(said["every_s"])))
        charts.draw(charts.course(_chart(found, said), dark, visit.zone), dark, about, 420)
        states.show(tag("p", about, class_="lh-about"))


def _of_name(folder: Path, name: str) -> list[TagRow]:
    with open_telemetry(folder) as reader:
        return Watch(reader, [name], meanings(folder)).rows()


def _chart(found: Any, said: Mapping[str, str]) -> dict[str, Any]:
    at = [moment.timestamp() for moment in found["at"].to_pylist()]
    names = {"low": Text("最小", "least"), "high": Text("最大", "greatest"), "mean": Text("均值", "mean")}
    axis = {"title": {"zh": "", "en": ""}, "unit": ""}
    series = [
        {
            "name": text.to_dict(),
            "kind": "line",
            "x": at,
            "y": [None if one is None or one != one else one for one in found[key].to_pylist()],
            "marked": (),
            "second": False,
        }
        for key, text in names.items()
    ]
    return {"x": axis | {"kind": "time"}, "y": axis | {"unit": said["unit"]}, "series": series, "limits": ()}
