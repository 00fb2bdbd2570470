"""The connections of the plant: what linghang.toml says, and how they stand as the ingest tells."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, plant_nav, states
from linghang.console.controls import action
from linghang.console.hypertext import facts as facts_of
from linghang.console.hypertext import tag
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.connection_health import ALIVE_S, STANDS, Health, Ingest, connection_health, reach
from linghang.words import tr, use

AGAIN_S = 2.0
SIGNS = {"connected": "✓", "broken": "✗", "failed": "✗", "stopped": "○", "never": "○"}
LOOKS = {"connected": "lh-met", "broken": "lh-unmet", "failed": "lh-unmet", "stopped": "lh-unknown", "never": "lh-none"}


async def build(visit: Visit, _args: PageArguments) -> None:
    """Show the connections, and keep on showing how they stand."""
    plant_nav.head(visit, "/plant/connections", tr("What the workspace listens to: [[connections]] of linghang.toml."))
    found = await facts.thread(lambda: connection_health(visit.folder, visit.now))
    if not found.connections:
        what = tr("Say in linghang.toml what the plant offers: OPC UA, MQTT with Sparkplug, or Modbus.")
        states.show(states.empty(tr("Nothing is connected yet"), what, command="[[connections]]"))
        return
    place = states.show(_ingest(found, visit))
    cards: dict[str, ui.html] = {}
    with ui.element("div").classes("lh-grid lh-grid-two"):
        for one in found.connections:
            with ui.element("section").classes("lh-card"):
                cards[one.name] = states.show(_health(one, visit))
                if acting.may(visit, "run"):
                    _knock(one.name, visit)

    async def again() -> None:
        seen = await facts.thread(lambda: connection_health(visit.folder, visit.now))
        states.put(place, _ingest(seen, visit))
        for one in seen.connections:
            if one.name in cards:
                states.put(cards[one.name], _health(one, visit))

    ui.timer(AGAIN_S, visit.speaking(again), immediate=False)


def _ingest(found: Ingest, visit: Visit) -> Markup:
    if found.alive:
        said = tag("span", tag("span", "✓", class_="lh-sign", aria_hidden="true"), " ", tr("ingest is running"))
        return tag("p", tag("span", said, class_="lh-badge lh-met"), class_="lh-note", role="status")
    if found.said_at is None:
        text = tr("Nothing was ever ingested here. Start it with:")
    else:
        moment = figures.moment(found.said_at, visit.zone)
        text = tr(
            "The ingest is not running: it was last heard of {moment}, and it speaks every second. Start it with:",
            moment=moment,
        )
    sign = tag("span", "○", class_="lh-sign", aria_hidden="true")
    badge = tag("span", sign, " ", tr("ingest is not running"), class_="lh-badge lh-unknown")
    command = tag("code", f"linghang ingest {visit.folder.name}")
    return tag("p", badge, " ", text, " ", command, class_="lh-note", role="status", data_limit=str(ALIVE_S))


def _health(one: Health, visit: Visit) -> Markup:
    badge = tag(
        "span",
        tag("span", SIGNS[one.stands], class_="lh-sign", aria_hidden="true"),
        " ",
        str(STANDS[one.stands]),
        class_=f"lh-badge {LOOKS[one.stands]}",
    )
    last = figures.ago(one.last_point_at, visit.now) if one.last_point_at else "–"
    pairs: list[tuple[str, Any]] = [
        (tr("kind"), one.kind),
        (tr("address"), tag("code", one.url)),
        (tr("protection"), str(one.secured)),
        (tr("reads"), tag("span", one.details, class_="lh-wrap lh-clip", title=one.details)),
        (tr("points a second"), figures.short(one.points_s) if one.points_s is not None else "–"),
        (tr("points since the start"), f"{one.points:,}"),
        (tr("messages since the start"), f"{one.messages:,}"),
        (tr("newest point"), last),
        (tr("lag"), tr("{count} s", count=f"{one.lag_s:.2f}") if one.lag_s is not None else "–"),
        (tr("faults"), _faults(one)),
    ]
    head = tag("div", tag("h2", one.name, class_="lh-as-it-is"), badge, class_="lh-card-head")
    failed = tag("p", one.failed, class_="lh-refused", role="alert") if one.failed else None
    return tag("div", head, failed, facts_of(pairs))


def _faults(one: Health) -> Markup:
    if not one.faults:
        return tag("span", tr("none"), class_="lh-faint")
    items = (tag("li", tr(word), ": ", tag("strong", f"{count:,}")) for word, count in one.faults)
    return tag("ul", items)


def _knock(name: str, visit: Visit) -> None:
    with ui.element("div").classes("lh-knock"):
        test = action(tr("Test the way"), label=tr("Test the way to {name}", name=name))
        said = states.show(tag("span", role="status"))

    async def knock() -> None:
        states.put(said, tag("span", tr("Knocking …"), role="status"))
        states.put(said, await facts.thread(_knocked(name, visit)))

    test.on("click", visit.speaking(knock))


def _knocked(name: str, visit: Visit) -> Callable[[], Markup]:
    def work() -> Markup:
        use(visit.language)
        try:
            visit.need("run")
            took = reach(visit.folder, name)
        except BadInput as error:
            return tag("span", "✗ ", str(error), class_="lh-worse", role="status")
        text = tr("the port opens after {count} ms; nobody has logged in", count=f"{took * 1000:.0f}")
        return tag("span", "✓ ", text, class_="lh-better", role="status")

    return work
