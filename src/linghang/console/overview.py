"""The overview: where the factory stands, what blocks the next level, what to do next; read in ten seconds."""

from typing import Any

from nicegui import background_tasks, ui
from nicegui.page_arguments import PageArguments

from linghang.console import facts, overview_parts, overview_tiles, states
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import joined, tag
from linghang.console.interpretation_panel import marks
from linghang.console.telling import FLOOR_MEANS, FLOORS, PROOF_SIGNS, headed, said
from linghang.console.visit import FLOORS as FLOOR_ORDER
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.indicator_course import trends_of
from linghang.usecases.packs import Pack
from linghang.words import tr


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the verdict at once; freshness and the way up follow when they are there."""
    document = await facts.assessment(visit.folder, visit.pack, visit.day, visit.now)
    pack = facts.pack_of(visit.pack)
    floor = document["floors"][visit.floor]
    target = next_level(pack, floor["confirmed"])
    shown = joined(
        (
            states.heading(tr("Overview"), overview_parts.sentence(pack, document, visit.floor), _floors(visit)),
            marks(document, visit),
            tag(
                "div",
                overview_parts.ladder(pack, document, visit.floor),
                overview_parts.links(pack, document, visit, target),
                class_="lh-grid lh-grid-hero",
            ),
        )
    )
    states.show(shown)
    with ui.element("div").classes("lh-grid lh-grid-two"):
        states.show(overview_parts.blocking(pack, document, visit, target), "lh-cell")
        way = states.show(overview_parts.way_waiting(headed(said(_title(pack, target)))), "lh-cell")
    tiles = states.show(overview_tiles.tiles(pack, document, visit))
    fresh = states.show(overview_parts.fresh_waiting())

    async def follow() -> None:
        """One after the other: a process stays free for whoever asks for another verdict meanwhile."""
        await _follow(visit, pack, target, way, fresh)
        if document["indicators"]:
            await _follow_trends(visit, pack, document, tiles)

    background_tasks.create(follow())


def next_level(pack: Pack, confirmed: str | None) -> str:
    """The level above the confirmed one; the highest where there is none above."""
    levels = pack.level_ids
    above = levels.index(confirmed) + 1 if confirmed in levels else 0
    return levels[min(above, len(levels) - 1)]


def _title(pack: Pack, level: str) -> Any:
    return next(one.title for one in pack.levels if one.id == level)


def _floors(visit: Visit) -> Any:
    """The three floors of proof, one of which the page looks from."""
    links = (
        tag(
            "a",
            tag("span", PROOF_SIGNS[one], class_="lh-sign", aria_hidden="true"),
            headed(tr(FLOORS[one])),
            href=visit.url("/", floor=one),
            aria_current="true" if one == visit.floor else None,
            title=tr(FLOOR_MEANS[one]),
        )
        for one in FLOOR_ORDER
    )
    return tag("nav", links, class_="lh-segments", aria_label=tr("Floor of proof"))


async def _follow_trends(visit: Visit, pack: Pack, document: dict[str, Any], tiles: ui.html) -> None:
    """Draw the courses into the tiles when they are computed; a page without them is whole too."""
    try:
        trends = await elsewhere(trends_of, visit.folder, now=visit.now, pack=visit.pack, as_of=visit.day)
    except Exception as error:
        states.LOG.error("the courses of the indicators could not be computed", exc_info=error)
        trends = {}
    states.put(tiles, overview_tiles.tiles(pack, document, visit, trends))


async def _follow(visit: Visit, pack: Pack, target: str, way: ui.html, fresh: ui.html) -> None:
    try:
        held = await facts.status(visit.folder, visit.now)
        states.put(fresh, overview_parts.freshness(held, visit))
    except Exception as error:
        states.put(fresh, states.trouble(error))
    level = headed(said(_title(pack, target)))
    try:
        plan = await facts.plan(visit.folder, visit.pack, visit.day, target, visit.floor, visit.now)
        states.put(way, overview_parts.way_up(plan, level))
    except BadInput as error:
        states.put(way, overview_parts.way_refused(level, str(error)))
    except Exception as error:
        states.put(way, states.trouble(error))
