"""A table of a result, all of it: read as it is scrolled to, sorted by the server, and as files."""

import json
from typing import Any

from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import facts, states
from linghang.console.engine_found import downloads
from linghang.console.grids import MOMENT, NUMBER, PAGE_ROWS, PLAIN, ROW_PX, WORDS
from linghang.console.hypertext import tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.errors import BadInput, nearest
from linghang.usecases.engine_results import column_title, document_of, rows_of
from linghang.words import tr

SOURCE = """{getRows: async (p) => {
  const order = p.sortModel.length ? (p.sortModel[0].sort === 'desc' ? '-' : '') + p.sortModel[0].colId : '';
  const query = new URLSearchParams({offset: p.startRow, limit: p.endRow - p.startRow, order});
  try {
    const answer = await fetch(%s + query, {headers: {'Accept-Language': %s}});
    if (!answer.ok) return p.failCallback();
    const found = await answer.json();
    p.successCallback(found.items, found.total);
  } catch { p.failCallback(); }
}}"""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show a table of a run; the address says of which, the newest where it does not."""
    id, name = args.path_parameters["id"], args.path_parameters["table"]
    run, document = await facts.thread(lambda: document_of(visit.folder, id, args.query_parameters.get("run", "")))
    tables = document["tables"]
    if name not in tables:
        raise BadInput("this result has no table {table}; {near}", table=name, near=nearest(name, list(tables)))
    found = await facts.thread(lambda: rows_of(visit.folder, id, run, name, limit=0))
    back = tag("a", "‹ ", tr("Results"), href=visit.url(f"/engines/{id}", show="result", run=run), class_="lh-back")
    title, about = said(tables[name]["title"]), tr("{count} rows", count=f"{found.total:,}")
    states.show(states.heading(title, about, back, downloads(id, run, name)))
    lang = "zh-CN" if visit.language == "zh" else "en-GB"
    place = f"/api/v1/engines/{id}/runs/{run}/tables/{name}/rows?"
    columns = [
        _column(one, column_title(one, tables[name]["columns"].get(one)), kind, lang, visit.zone)
        for one, kind in found.columns.items()
    ]
    options: dict[str, Any] = {
        "columnDefs": columns,
        "defaultColDef": {"resizable": True, "sortable": True, "minWidth": 90, "suppressHeaderMenuButton": True},
        "rowModelType": "infinite",
        ":datasource": SOURCE % (json.dumps(place), json.dumps(visit.language)),
        "cacheBlockSize": PAGE_ROWS,
        "maxBlocksInCache": 20,
        "maxConcurrentDatasourceRequests": 2,
        "rowHeight": ROW_PX,
        "headerHeight": 44,
        "animateRows": False,
        "localeText": {key: tr(word) for key, word in WORDS.items()},
    }
    made = ui.aggrid(options, auto_size_columns=False).classes("lh-aggrid")
    made.props["aria-label"] = title


def _column(name: str, title: str, kind: str, lang: str, zone: str) -> dict[str, Any]:
    column: dict[str, Any] = {"field": name, "headerName": title, "headerTooltip": name, "width": 170}
    if kind == "number":
        return column | {"type": "rightAligned", "width": 130, ":valueFormatter": NUMBER.format(lang=json.dumps(lang))}
    if kind == "when":
        return column | {":valueFormatter": MOMENT.format(lang=json.dumps(lang), zone=json.dumps(zone))}
    return column | {":valueFormatter": PLAIN}
