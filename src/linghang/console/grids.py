"""Grids: AG Grid over pages of the API, in the reader's language and the page's dress."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from linghang.console.controls import button, typed
from linghang.console.figures import unit
from linghang.console.visit import Visit
from linghang.usecases.record_pages import ColumnShown, TableShown
from linghang.words import later, tr

PAGE_ROWS = 100
ROW_PX = 32
NUMBER = """p => p.value === null || p.value === undefined ? '–'
  : Number(p.value).toLocaleString({lang}, {{maximumFractionDigits: 6}})"""
MOMENT = "p => p.value ? new Date(p.value).toLocaleString({lang}, {{timeZone: {zone}}}) : '–'"
PLAIN = """p => p.value === null || p.value === undefined || p.value === '' ? '–'
  : p.value === true ? '✓' : p.value === false ? '✗' : p.value"""
CHOICE = "p => p.value === null || p.value === undefined ? '–' : ({words})[p.value] ?? p.value"
NUMBERS = ("number", "money", "whole")
TIMES = ("when", "day")
BLANKS = ("blank", "notBlank")
FILTERS = {
    **dict.fromkeys(NUMBERS, ("agNumberColumnFilter", ("greaterThanOrEqual", "lessThanOrEqual", "inRange", *BLANKS))),
    **dict.fromkeys(TIMES, ("agDateColumnFilter", ("greaterThanOrEqual", "lessThanOrEqual", "inRange", *BLANKS))),
    **dict.fromkeys(("text", "id", "ref"), ("agTextColumnFilter", ("contains", "equals", *BLANKS))),
    **dict.fromkeys(("choice", "flag"), ("agTextColumnFilter", BLANKS)),
}
"""Kind of a column -> its filter, and the tests that the API makes."""
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
    "ariaFilterMenuOpen": later("Open the filter"),
    "ariaFilterValue": later("Value of the filter"),
    "ariaFilterFromValue": later("From"),
    "ariaFilterToValue": later("To"),
    "ariaFilteringOperator": later("Kind of filter"),
    "ariaLabelColumnFilter": later("Filter of the column"),
    "filterOoo": later("Filter …"),
    "empty": later("Choose one"),
    "contains": later("Contains"),
    "equals": later("Is"),
    "blank": later("Empty"),
    "notBlank": later("Not empty"),
    "greaterThanOrEqual": later("At least"),
    "lessThanOrEqual": later("At most"),
    "inRange": later("Between"),
    "inRangeStart": later("From"),
    "inRangeEnd": later("To"),
    "dateFormatOoo": "yyyy-mm-dd",
    "applyFilter": later("Filter"),
    "resetFilter": later("All rows"),
}


def rows_from(address: str, visit: Visit, query: Mapping[str, str] | None = None, order: str = "") -> str:
    """Return what asks the API for rows (`static/data.js`): a million rows scroll as well as ten.

    Parameters
    ----------
    query
        What every question holds.
    order
        Column that they are sorted by at first.
    """
    given = (address, visit.language, query or {}, order)
    return f"linghangRows({', '.join(json.dumps(one, ensure_ascii=False) for one in given)})"


def endless(columns: Sequence[Mapping[str, Any]], rows: str) -> dict[str, Any]:
    """Return the options of a grid whose rows are read as they are scrolled to, and sorted by the server."""
    return {
        "columnDefs": columns,
        "defaultColDef": {"resizable": True, "sortable": True, "minWidth": 90, "suppressHeaderMenuButton": True},
        "rowModelType": "infinite",
        ":datasource": rows,
        "cacheBlockSize": PAGE_ROWS,
        "maxBlocksInCache": 20,
        "maxConcurrentDatasourceRequests": 2,
        "rowHeight": ROW_PX,
        "headerHeight": 44,
        "animateRows": False,
        # Arrows go from cell to cell; Tab leaves the grid, which else holds whoever has no mouse (WAI-ARIA APG, grid).
        ":tabToNextCell": "() => false",
        ":tabToNextHeader": "() => false",
        "localeText": {key: tr(word) for key, word in WORDS.items()},
    }


def rows_of(table: TableShown, visit: Visit) -> ui.aggrid:
    """Show the rows of a table: read as they are scrolled to, sorted and filtered by the server."""
    lang, at = json.dumps(visit.locale), json.dumps(visit.zone)
    columns = [_column(one, lang, at) for one in table.columns]
    options = endless(columns, rows_from(f"/api/v1/tables/{table.name}/rows", visit))
    options["defaultColDef"]["suppressHeaderMenuButton"] = False
    options["blockLoadDebounceMillis"] = 60
    place = ui.element("div").classes("lh-grid-jumps").props('role="group"')
    place.props["aria-label"] = tr("Go to a row")
    made = ui.aggrid(options, auto_size_columns=False).classes("lh-aggrid")
    made.props["aria-label"] = str(table.title)
    with place:
        for where, label in (("first", tr("First row")), ("middle", tr("Middle")), ("last", tr("Last row"))):
            one = button(label, "lh-button lh-small")
            one.on("click", js_handler=f"() => linghangGo({made.id}, {json.dumps(where)})")
            with one:
                ui.label(label)
        number = typed(tr("Row number"), "number", "", "lh-row-number")
        number.props["placeholder"] = tr("Row number")
        number.props["min"] = 1
        number.on("change", js_handler=f"(e) => linghangGo({made.id}, e.target.value)")
    return made


def _column(one: ColumnShown, lang: str, zone: str) -> dict[str, Any]:
    kind = str(one.kind)
    name = unit(one.unit)
    column: dict[str, Any] = {
        "field": one.name,
        "headerName": f"{one.title} ({name})" if name else str(one.title),
        "headerTooltip": one.name,
        "width": 130 if kind in NUMBERS else 170,
        ":valueFormatter": PLAIN,
    }
    sieve, tests = FILTERS[kind]
    params = {"filterOptions": list(tests), "maxNumConditions": 1, "buttons": ["reset", "apply"], "closeOnApply": True}
    column |= {"filter": sieve, "filterParams": params}
    if kind in NUMBERS:
        column |= {"type": "rightAligned", ":valueFormatter": NUMBER.format(lang=lang)}
    elif kind == "when":
        column |= {":valueFormatter": MOMENT.format(lang=lang, zone=zone)}
    elif one.choices:
        words = {str(word): str(text) for word, text in one.choices.items()}
        column |= {":valueFormatter": CHOICE.replace("{words}", json.dumps(words, ensure_ascii=False))}
        params["filterOptions"] = _word_tests(words)
    if kind == "flag":
        params["filterOptions"] = _word_tests({"true": "✓", "false": "✗"})
    return column


def _word_tests(words: Mapping[str, str]) -> list[Any]:
    """A test for each word of a list, and for empty cells."""
    own = [
        {"displayKey": f"is:{word}", "displayName": said, ":predicate": "() => true", "numberOfInputs": 0}
        for word, said in words.items()
    ]
    return ["empty", *own, *BLANKS]
