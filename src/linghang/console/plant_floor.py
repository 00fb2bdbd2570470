"""The floor of the plant: every machine a box in the colour of its state, and the same as a list."""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import SceneClickEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import charts, facts, figures, plant_nav, states
from linghang.console.controls import action
from linghang.console.hypertext import card, joined, tag
from linghang.console.visit import Visit
from linghang.usecases.plant_floor import Floor, floor_of
from linghang.usecases.plant_states import STATES, live_states
from linghang.words import tr

FRAMES_S = 20
HIGH_M, ZONE_M = 0.6, 0.15
"""Height of a machine beside its shorter side, and of the ground of a work center, metres."""
GROUND = {False: "#eef2f6", True: "#141c24"}
ZONE = {False: "#d5dce4", True: "#2a3641"}
INK = {False: "#1b2733", True: "#e6edf3"}


async def build(visit: Visit, _args: PageArguments) -> None:
    """Show the plan and the list."""
    floor, now = await facts.thread(lambda: (floor_of(visit.folder), live_states(visit.folder, visit.now)))
    said = (
        tr("Work centers stand where the records say; machines stand in rows within them.")
        if floor.recorded
        else tr("A scheme by work center, not a plan: the records do not say where the work centers stand.")
    )
    plant_nav.head(visit, "/plant/floor", said)
    if not floor.machines:
        plant_nav.no_machines(visit)
        return
    dark = await charts.is_dark(visit)
    shown = visit.remembered.get("floor", "scene")
    states.show(_key())
    if shown == "scene":
        with ui.element("section").classes("lh-card lh-floor"):
            scene, boxes = _scene(floor, now, dark, visit)
            about = tr(
                "Drag to turn, scroll to come closer, click a machine to see its values. The list below says the same."
            )
            states.show(tag("p", about, class_="lh-about"))
    else:
        scene, boxes = None, {}

    def switch() -> None:
        visit.remembered["floor"] = "list" if shown == "scene" else "scene"
        ui.navigate.reload()

    word = tr("Without the drawing") if shown == "scene" else tr("With the drawing")
    with ui.element("div"):
        action(word).on("click", visit.speaking(switch))
    states.show(_list(floor, now, visit), "lh-floor-list")
    told = {
        "colours": {key: both[dark] for key, both in plant_nav.COLOURS.items()},
        "signs": plant_nav.SIGNS,
        "words": {key: str(text) for key, text in STATES.items()},
        "boxes": boxes,
    }
    place = "null" if scene is None else scene.id
    ui.run_javascript(f"linghangFloor({place}, {json.dumps(told, ensure_ascii=False)})")


def _scene(floor: Floor, now: Mapping[str, Any], dark: bool, visit: Visit) -> tuple[ui.scene, dict[str, str]]:
    """Draw the plan with its middle in the origin; return it and the boxes' ids by machine."""
    length, width = floor.extent_m
    size = max(length, width, 20.0)

    def clicked(event: SceneClickEventArguments) -> None:
        machine = next((hit.object_name for hit in event.hits if hit.object_name), None)
        if machine:
            ui.navigate.to(visit.url("/plant", equipment=machine))

    made = ui.scene(
        width=800,
        height=480,
        grid=(round(size * 1.4), 20),
        background_color=GROUND[dark],
        on_click=visit.speaking(clicked),
        click_events=["click"],
        fps=FRAMES_S,
        camera=ui.scene.perspective_camera(fov=45, far=size * 10),
    ).classes("lh-scene")
    made.props["role"] = "img"
    made.props["aria-label"] = tr("The floor of the plant in three dimensions; the list says the same")
    boxes: dict[str, str] = {}
    ink = f"color:{INK[dark]};font:600 11px var(--lh-font);white-space:nowrap"
    with made:
        for zone in floor.zones:
            x, y = zone.x_m + zone.length_m / 2 - length / 2, width / 2 - zone.y_m - zone.width_m / 2
            made.box(zone.length_m, zone.width_m, ZONE_M).move(x, y, ZONE_M / 2).material(ZONE[dark])
            made.text(zone.name, ink).move(x, y - zone.width_m / 2, 0.1)
        for one in floor.machines:
            x, y = one.x_m - length / 2, width / 2 - one.y_m
            high = HIGH_M * min(one.length_m, one.width_m) + 0.5
            state = now.get(one.machine.id, {}).get("state", "unknown")
            live = now.get(one.machine.id, {}).get("live")
            box = made.box(one.length_m, one.width_m, high).move(x, y, ZONE_M + high / 2)
            box.material(plant_nav.COLOURS[state][dark], 1.0 if live else 0.55).with_name(one.machine.id)
            boxes[one.machine.id] = str(box.id)
    made.move_camera(0, -size * 0.55, size * 0.5, 0, 0, 0, duration=0)
    fit = f"linghangFit({made.id}, {json.dumps([length, width])})"
    made.on("init", lambda: made.client.run_javascript(fit))  # only the browser knows the shape of the place
    return made, boxes


def _key() -> Markup:
    items = (tag("li", plant_nav.badge(state)) for state in STATES)
    faint = tag("li", tr("faint: nothing came of it in the last minutes; the last known state is shown"))
    return tag("ul", items, faint, class_="lh-key lh-floor-key", aria_label=tr("Signs of the states"))


def _list(floor: Floor, now: Mapping[str, Any], visit: Visit) -> Markup:
    by: dict[str, list[Markup]] = {}
    for one in floor.machines:
        machine, state = one.machine, now.get(one.machine.id, {})
        heard = figures.moment(state["heard"], visit.zone) if state.get("heard") else ""
        about = tr("last heard of {moment}", moment=heard) if heard else tr("never heard of")
        item = tag(
            "li",
            tag("a", machine.name, href=visit.url("/plant", equipment=machine.id)),
            tag("small", " · ".join((machine.id, about))),
            plant_nav.badge(state.get("state", "unknown")),
            class_="lh-floor-machine" + ("" if state.get("live") else " lh-not-live"),
            data_machine=machine.id,
        )
        by.setdefault(machine.work_center, []).append(item)
    return joined(card(center, tag("ul", items, class_="lh-floor-machines")) for center, items in by.items())
