"""One engine: what it found, running it now or again and again, and what it is."""

from typing import Any

from nicegui.page_arguments import PageArguments

from linghang.console import engine_found, engine_run, facts, states
from linghang.console.engine_frame import address
from linghang.console.hypertext import card, icon, joined, segments, table, tag
from linghang.console.hypertext import facts as facts_of
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.errors import BadInput, nearest
from linghang.usecases.engine_readiness import MANY, Need, needs_of
from linghang.usecases.engine_results import runs_of
from linghang.usecases.engines import CatalogueRow, catalogue
from linghang.words import Listed, later, tr

SHOWN = {"result": later("Results"), "run": later("Run and schedule"), "about": later("What it is")}


async def build(visit: Visit, args: PageArguments) -> None:
    """Show one of the three sides of an engine; the address says which."""
    id = args.path_parameters["id"]
    row = await facts.thread(lambda: _row(id))
    runs = await facts.thread(lambda: runs_of(visit.folder, id))
    show = args.query_parameters.get("show", "")
    show = show if show in SHOWN else "result" if runs else "run"
    back = tag("a", "‹ ", tr("Engines"), href=visit.url("/engines"), class_="lh-back")
    title, does = (str(row.card.title), str(row.card.does)) if row.card else (id, "")
    states.show(states.heading(title, does, back))
    sides = ((tr(word), visit.url(f"/engines/{id}", show=key), key == show) for key, word in SHOWN.items())
    states.show(segments(title, sides))
    if row.problem is not None:
        states.show(tag("p", icon("warning"), str(row.problem), class_="lh-refused"))
    if show == "result":
        await engine_found.build(visit, id, runs, args.query_parameters.get("run", ""))
    elif row.card is not None:
        needs = (await facts.thread(lambda: needs_of(visit.folder, [row.card])))[id]  # type: ignore[list-item]
        if show == "about":
            _about(row, needs, visit)
        else:
            await engine_run.build(visit, row, needs)


def _row(id: str) -> CatalogueRow:
    rows = {one.id: one for one in catalogue()}
    if id not in rows:
        raise BadInput("there is no engine {id}; {near}", id=id, near=nearest(id, list(rows)))
    return rows[id]


def _about(row: CatalogueRow, needs: list[Need], visit: Visit) -> None:
    about = row.card
    assert about is not None
    elements = {one.id: said(one.text) for one in facts.pack_of(visit.pack).elements}
    proves = [tag("a", elements.get(one, one), href=visit.url("/conditions", element=one)) for one in about.elements]
    pairs = (
        (tr("id and version"), f"{about.id} {about.version}"),
        (tr("can prove"), joined(tag("p", one) for one in proves) or tr("no condition")),
        (tr("scenes"), str(Listed(about.scenes))),
        (tr("looks at"), tr("{days} days", days=about.window_days)),
        (tr("live"), tr("yes: linghang follow") if about.streaming else tr("no")),
        (tr("references"), joined(tag("p", one) for one in about.references)),
        (tr("extra"), about.extra),
    )
    states.show(card(tr("What it is"), facts_of(pairs)))
    heads = (tr("data"), tr("needed"), tr("in the workspace"))
    states.show(card(tr("What it reads"), table(heads, (_need(one, visit) for one in needs), "", tr("What it reads"))))


def _need(one: Need, visit: Visit) -> list[Any]:
    needed = tr("cannot do without") if one.required else tr("looks closer with it")
    many = f"{one.rows:,}+" if one.rows >= MANY else f"{one.rows:,}"
    count = tr("{count} tags", count=many) if one.name == "telemetry" else tr("{count} rows", count=many)
    if one.rows:
        held = tag("span", "✓ ", count, class_="lh-better")
    elif one.name == "telemetry":
        held = tag("span", "✗ ", tr("nothing yet; connect a source: linghang ingest"), class_="lh-worse lh-wrap")
    else:
        held = tag("span", "✗ ", tr("no rows; import them on the page of the table"), class_="lh-worse lh-wrap")
    return [tag("a", str(one.title), href=address(one, visit)), needed, held]
