"""A table of a result, all of it: read as it is scrolled to, sorted by the server, and as files."""

import json
from typing import Any

from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import facts, grids, states
from linghang.console.engine_found import downloads
from linghang.console.grids import MOMENT, NUMBER, PLAIN
from linghang.console.hypertext import tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.usecases.engine_results import column_title, document_of, rows_of
from linghang.words import tr


async def build(visit: Visit, args: PageArguments) -> None:
    """Show a table of a run; the address says of which, the newest where it does not."""
    id, name = args.path_parameters["id"], args.path_parameters["table"]
    run, document = await facts.thread(lambda: document_of(visit.folder, id, args.query_parameters.get("run", "")))
    found = await facts.thread(lambda: rows_of(visit.folder, id, run, name, limit=0))
    about = document["tables"][name]
    back = tag("a", "‹ ", tr("Results"), href=visit.url(f"/engines/{id}", show="result", run=run), class_="lh-back")
    title, count = said(about["title"]), tr("{count} rows", count=f"{found.total:,}")
    states.show(states.heading(title, count, back, downloads(id, run, name)))
    columns = [
        _column(one, column_title(one, about["columns"].get(one)), kind, visit) for one, kind in found.columns.items()
    ]
    rows = grids.rows_from(f"/api/v1/engines/{id}/runs/{run}/tables/{name}/rows", visit)
    made = ui.aggrid(grids.endless(columns, rows), auto_size_columns=False).classes("lh-aggrid")
    made.props["aria-label"] = title


def _column(name: str, title: str, kind: str, visit: Visit) -> dict[str, Any]:
    lang = json.dumps(visit.locale)
    column: dict[str, Any] = {"field": name, "headerName": title, "headerTooltip": name, "width": 170}
    if kind == "number":
        return column | {"type": "rightAligned", "width": 130, ":valueFormatter": NUMBER.format(lang=lang)}
    if kind == "when":
        return column | {":valueFormatter": MOMENT.format(lang=lang, zone=json.dumps(visit.zone))}
    return column | {":valueFormatter": PLAIN}
