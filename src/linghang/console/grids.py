"""Grids: AG Grid over pages of the API, in the reader's language and the page's dress."""

import json
from typing import Any

from nicegui import ui

from linghang.console.figures import unit
from linghang.usecases.record_pages import TableShown
from linghang.words import later, tr

PAGE_ROWS = 100
ROW_PX = 32
SOURCE = """{getRows: async (p) => {
  const order = p.sortModel.length ? (p.sortModel[0].sort === 'desc' ? '-' : '') + p.sortModel[0].colId : '';
  const query = new URLSearchParams({offset: p.startRow, limit: p.endRow - p.startRow, order});
  try {
    const answer = await fetch('/api/v1/tables/%s/rows?' + query);
    if (!answer.ok) return p.failCallback();
    const found = await answer.json();
    p.successCallback(found.items, found.total);
  } catch { p.failCallback(); }
}}"""
"""What asks the API for rows; the order is the API's, so that a million rows scroll as well as ten."""
NUMBER = """p => p.value === null || p.value === undefined ? '–'
  : Number(p.value).toLocaleString({lang}, {{maximumFractionDigits: 6}})"""
MOMENT = "p => p.value ? new Date(p.value).toLocaleString({lang}, {{timeZone: {zone}}}) : '–'"
PLAIN = """p => p.value === null || p.value === undefined || p.value === '' ? '–'
  : p.value === true ? '✓' : p.value === false ? '✗' : p.value"""
NUMBERS = ("number", "money", "whole")
MOMENTS = ("when",)
WORDS = {
    "loadingOoo": later("Loading …"),
    "noRowsToShow": later("No rows"),
    "copy": later("Copy"),
    "pinColumn": later("Pin the column"),
    "noPin": later("Do not pin"),
    "pinLeft": later("Pin left"),
    "pinRight": later("Pin right"),
    "autosizeThisColumn": later("Fit this column"),
    "autosizeAllColumns": later("Fit all columns"),
    "chooseColumns": later("Choose columns"),
    "resetColumns": later("Reset the columns"),
    "sortAscending": later("Sort ascending"),
    "sortDescending": later("Sort descending"),
    "sortUnSort": later("Do not sort"),
    "ariaLabelLoading": later("Loading …"),
    "ariaSortableColumn": later("Press ENTER to sort"),
    "ariaLabelColumnMenu": later("Menu of the column"),
}


def rows_of(table: TableShown, zone: str, language: str) -> ui.aggrid:
    """Show the rows of a table: read as they are scrolled to, sorted by the server."""
    lang, at = json.dumps("zh-CN" if language == "zh" else "en-GB"), json.dumps(zone)
    options: dict[str, Any] = {
        "columnDefs": [_column(one, lang, at) for one in table.columns],
        "defaultColDef": {"resizable": True, "sortable": True, "minWidth": 90, "suppressHeaderMenuButton": True},
        "rowModelType": "infinite",
        ":datasource": SOURCE % table.name,
        "cacheBlockSize": PAGE_ROWS,
        "maxBlocksInCache": 20,
        "maxConcurrentDatasourceRequests": 2,
        "rowHeight": ROW_PX,
        "headerHeight": 44,
        "animateRows": False,
        "suppressCellFocus": False,
        "localeText": {key: tr(word) for key, word in WORDS.items()},
    }
    made = ui.aggrid(options, auto_size_columns=False).classes("lh-aggrid")
    made.props["aria-label"] = str(table.title)
    return made


def _column(one: Any, lang: str, zone: str) -> dict[str, Any]:
    kind = str(one.kind)
    name = unit(one.unit)
    column: dict[str, Any] = {
        "field": one.name,
        "headerName": f"{one.title} ({name})" if name else str(one.title),
        "headerTooltip": one.name,
        "width": 130 if kind in NUMBERS else 170,
        ":valueFormatter": PLAIN,
    }
    if kind in NUMBERS:
        column |= {"type": "rightAligned", ":valueFormatter": NUMBER.format(lang=lang)}
    elif kind in MOMENTS:
        column |= {":valueFormatter": MOMENT.format(lang=lang, zone=zone)}
    return column
