"""Engines: what there is, by link and scene: what each proves, what it needs, when it ran last."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import facts, figures, states
from linghang.console.engine_frame import Known, address, ways
from linghang.console.engine_jobs import build as build_jobs
from linghang.console.engine_jobs import build_one as build_job
from linghang.console.engine_one import build as build_engine
from linghang.console.engine_plan import build as build_plan
from linghang.console.engine_table import build as build_table
from linghang.console.hypertext import card, icon, joined, segments, tag
from linghang.console.telling import chip, headed, said
from linghang.console.visit import Visit
from linghang.usecases.engine_readiness import Need
from linghang.usecases.engines import CatalogueRow
from linghang.words import tr


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the catalogue, the engines of each link together; `scene` shows those of one scene."""
    known = await facts.thread(lambda: Known.of(visit.folder, visit.pack))
    about = tr("{count} engines; what each covers is evidence for the judgement.", count=len(known.rows))
    states.show(states.heading(tr("Engines"), about))
    states.show(ways(visit, "/engines"))
    scene = args.query_parameters.get("scene", "")
    states.show(_scenes(known, scene, visit))
    shown = [one for one in known.rows if not scene or (one.card and scene in map(str, one.card.scenes))]
    if not shown:
        what = tr("Choose another scene, or see all of them.")
        link = (tr("All engines"), visit.url("/engines"))
        states.show(states.empty(tr("No engine serves this scene yet"), what, link))
        return
    groups: dict[str, list[CatalogueRow]] = {}
    for one in shown:
        groups.setdefault(known.link_of(one), []).append(one)
    for title in [*known.links.values(), tr("Other")]:
        if title in groups:
            states.show(card(headed(title), tag("ul", (_engine(one, known, visit) for one in groups[title]))))


def _scenes(known: Known, chosen: str, visit: Visit) -> Markup:
    numbers = sorted({scene for one in known.rows if one.card for scene in one.card.scenes})
    links = [("", tr("all scenes")), *((str(one), known.scenes.get(one, str(one))) for one in numbers)]
    shown = ((title, visit.url("/engines", scene=key), key == chosen) for key, title in links)
    return segments(tr("Typical scenes"), shown, "true")


def _engine(one: CatalogueRow, known: Known, visit: Visit) -> Markup:
    if one.card is None:
        return tag("li", tag("h3", one.id), tag("p", str(one.problem), class_="lh-refused"), class_="lh-engine")
    about = one.card
    last = known.last.get(one.id)
    when = tr("ran {when}", when=figures.ago(last.at, visit.now)) if last and last.at else tr("has not run yet")
    head = tag(
        "div",
        tag("h3", tag("a", str(about.title), href=visit.url(f"/engines/{one.id}"))),
        tag("span", icon("clock"), when, class_="lh-old"),
        class_="lh-engine-head",
    )
    found = tag("p", said(known.findings.get(one.id)), class_="lh-engine-found") if one.id in known.findings else None
    problem = tag("p", icon("warning"), str(one.problem), class_="lh-refused") if one.problem else None
    return tag(
        "li",
        head,
        tag("p", str(about.does)),
        found,
        problem,
        _proves(about.elements, known.elements, visit),
        _lacks(known.needs.get(one.id, ()), visit),
        tag("p", tag("code", one.id), (chip(known.scenes.get(scene, str(scene))) for scene in about.scenes)),
        class_="lh-engine",
    )


def _proves(elements: Sequence[str], texts: Mapping[str, Any], visit: Visit) -> Markup | None:
    """Say which conditions an engine can prove, each with a link to it."""
    if not elements:
        return tag("p", tr("It proves no condition; it gives figures to work with."), class_="lh-about")
    links = (
        tag(
            "a",
            icon("conditions"),
            said(texts.get(one)) or one,
            href=visit.url("/conditions", element=one),
            class_="lh-proves",
        )
        for one in elements
    )
    return tag("p", tag("span", tr("Can prove"), " "), joined(links), class_="lh-engine-proves")


def _lacks(needs: Sequence[Need], visit: Visit) -> Markup | None:
    """Say which data an engine cannot do without and the workspace does not have."""
    lacking = [one for one in needs if one.required and not one.rows]
    if not lacking:
        return None
    links = (tag("a", str(one.title), class_="lh-inline", href=address(one, visit)) for one in lacking)
    listed = [part for link in links for part in (", ", link)][1:]
    return tag("p", icon("warning"), tr("It lacks data:"), " ", joined(listed), class_="lh-lacks")


PARTS: dict[str, Any] = {
    "jobs": build_jobs,
    "jobs/{number}": build_job,
    "plan": build_plan,
    "{id}": build_engine,
    "{id}/tables/{table}": build_table,
}
