"""A plan on the page: its chart, its table of steps, and what explains it."""

from typing import TYPE_CHECKING, Any

from nicegui import ui

from linghang.console import charts, figures, states, way_up_charts, way_up_costs, way_up_parts, way_up_proof
from linghang.console.hypertext import tag
from linghang.words import tr

if TYPE_CHECKING:
    from linghang.console.way_up import Way

PRESSED = "(e) => { const one = e.target.closest('button[name]'); if (one) emit([one.name, one.value]); }"
CHANGED = "(e) => { if (e.target.name) emit([e.target.name, e.target.checked ? 'must' : 'free']); }"


def draw(plan: dict[str, Any], way: "Way") -> None:
    """Put a plan where it belongs; the place is empty."""
    visit, pack, catalogue = way.visit, way.pack, way.catalogue
    found = plan["cases"][plan["assume"]]["plan"]
    states.show(way_up_parts.cases(plan))
    if found is None:
        way.listen(states.show(way_up_parts.conflict(plan, pack, catalogue)))
        _left_out(way)
    elif not found["steps"]:
        done = tag("p", "✓ ", tr("Nothing has to be done: the level is reached."), class_="lh-good")
        states.show(tag("section", done, class_="lh-card"))
    else:
        _course(plan, found, way)
        _steps(found, way)
    below = (
        way_up_parts.evidence(plan, catalogue),
        way_up_parts.reasons(plan, catalogue),
        way_up_parts.expected(plan),
        way_up_parts.without_action(plan, pack, catalogue, visit),
        way_up_proof.certificate(plan),
    )
    for one in below:
        if one is not None:
            states.show(one)


def _course(plan: dict[str, Any], found: dict[str, Any], way: "Way") -> None:
    about = tr(
        "{count} steps from {start} to {end}, with the level at each floor and the money committed",
        count=len(found["steps"]),
        start=figures.day(plan["limits"]["start"]),
        end=figures.day(found["finished"]),
    )
    options = way_up_charts.course(found, plan["confirmed"], plan["limits"]["start"], way.pack, way.dark)
    with ui.element("section").classes("lh-card"):
        head = tag("h2", tr("Roadmap")), tag("p", about, class_="lh-about")
        states.show(tag("div", *head, class_="lh-card-head"))
        charts.draw(options, way.dark, about, way_up_charts.course_height_px(found))
        states.show(way_up_parts.reached(found, plan["confirmed"], way.pack))


def _steps(found: dict[str, Any], way: "Way") -> None:
    with ui.element("section").classes("lh-card"):
        words = tr("A tick keeps an action in the plan, the cross leaves it out; the plan is made anew.")
        head = tag("h2", tr("Steps")), tag("p", f"{way_up_costs.note()} {words}", class_="lh-about")
        states.show(tag("div", *head, class_="lh-card-head"))
        way.listen(states.show(way_up_parts.steps(found, way.pack, way.visit, way.wish.must)))
        with ui.element("div").classes("lh-way-foot"):
            way.adding(found)
        _left_out(way)


def _left_out(way: "Way") -> None:
    shown = way_up_parts.left_out(way.wish.without, way.catalogue)
    if shown is not None:
        way.listen(states.show(shown))
