"""The tags: looked for among thousands, with their last values, and chosen to be compared."""

import json
from typing import Any

from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import facts, grids, plant_nav, states
from linghang.console.controls import VALUE, chooser, typed
from linghang.console.hypertext import tag
from linghang.console.visit import Visit
from linghang.usecases.plant_states import STATES, machines_of
from linghang.usecases.tag_finding import Asked, find_tags, units_of
from linghang.usecases.telemetry import QUALITIES
from linghang.usecases.trends import MOST_TAGS
from linghang.words import tr

VALUE_SHOWN = """p => !p.data ? '' : p.value === null || p.value === undefined ? '–' : p.value === true ? '✓'
  : p.value === false ? '✗' : typeof p.value === 'number' ? p.value.toLocaleString(%s, {maximumSignificantDigits: 7})
  : (p.data.kind === 'text' && %s[p.value]) || p.value"""
AGE = """p => { if (!p.data || p.value === null) return '–'; const s = Math.max(0, p.value), w = %s;
  return s < 120 ? Math.round(s) + ' ' + w[0] : s < 7200 ? Math.round(s / 60) + ' ' + w[1]
    : s < 172800 ? Math.round(s / 3600) + ' ' + w[2] : Math.round(s / 86400) + ' ' + w[3]; }"""
QUALITY = "p => !p.data ? '' : (p.data.good ? '✓ ' : '✗ ') + (%s[p.value] || p.value)"
SELECTED = """(e) => e.data && emit({name: e.data.name,
  chosen: getElement(%d)?.api?.getRowNode(e.data.name)?.isSelected() ?? false})"""
TICKED = """p => { const names = new Set(new URLSearchParams(location.search).getAll('tag'));
  p.api.forEachNode((n) => n.data && names.has(n.data.name) && !n.isSelected() && n.setSelected(true)); }"""
"""What the address names is ticked as it is scrolled to."""
SORTED = ("title", "name", "unit", "equipment", "at")


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the tags that the address asks for."""
    query = args.query_parameters
    asked = {key: query.get(key, "") for key in ("find", "equipment", "center", "unit", "quality")}
    taken = list(dict.fromkeys(query.getlist("tag")))[:MOST_TAGS]
    machines, units, total = await facts.thread(lambda: _known(visit))
    about = tr("{count} tags have values; choose up to {most} and compare their courses.", count=total, most=MOST_TAGS)
    plant_nav.head(visit, "/plant/tags", about)
    if not total:
        what = tr("Connect the plant in linghang.toml and start: linghang ingest")
        states.show(
            states.empty(
                tr("Nothing was ever stored"), what, (tr("To the connections"), visit.url("/plant/connections"))
            )
        )
        return
    with ui.element("section").classes("lh-card"):
        place = _Place(visit, asked, taken)
        place.filters(machines, units)
        place.show()


def _known(visit: Visit) -> tuple[Any, Any, int]:
    found = find_tags(visit.folder, Asked(), 0, 1, visit.now)
    return machines_of(visit.folder), units_of(visit.folder), found[1]


class _Place:
    """The list, what it is asked for, and what is chosen in it."""

    def __init__(self, visit: Visit, asked: dict[str, str], taken: list[str]) -> None:
        self.visit, self.asked, self.taken = visit, asked, taken
        self.grid: ui.aggrid | None = None
        self.way: ui.html | None = None

    def filters(self, machines: Any, units: Any) -> None:
        centers = {one.work_center_id: one.work_center for one in machines}
        lists = (
            ("center", tr("Work center"), {"": tr("every work center")} | centers),
            (
                "equipment",
                tr("Machine"),
                {"": tr("every machine")} | {one.id: f"{one.id} {one.name}" for one in machines},
            ),
            ("unit", tr("Unit"), {"": tr("every unit")} | {one: one for one in units}),
            ("quality", tr("Quality"), {"": tr("every quality")} | {key: str(word) for key, word in QUALITIES.items()}),
        )
        with ui.element("div").classes("lh-filters"):
            words = typed(tr("Words of name, title or work center"), "search", self.asked["find"], "lh-search")
            words.on("input", self.visit.speaking(self._changed("find")), js_handler=VALUE, throttle=0.3)
            for key, label, options in lists:
                one = chooser(label, options, self.asked[key])
                one.on("change", self.visit.speaking(self._changed(key)), js_handler=VALUE)
        self.way = states.show(self._way(), "lh-trend-way")

    def show(self) -> None:
        lang = json.dumps(self.visit.locale)
        days = tr("{count} days", count="").strip()
        ages = json.dumps([tr("s"), tr("min"), tr("h"), days], ensure_ascii=False)
        words = json.dumps({key: str(word) for key, word in QUALITIES.items()}, ensure_ascii=False)
        named = json.dumps({key: str(word) for key, word in STATES.items()}, ensure_ascii=False)
        columns: list[dict[str, Any]] = [
            _column("title", tr("Tag"), 250, valueGetter="p => p.data && (p.data.title || p.data.name)"),
            _column("value", tr("Value"), 120, valueFormatter=VALUE_SHOWN % (lang, named)) | {"type": "rightAligned"},
            _column("unit", tr("Unit"), 90),
            _column("quality", tr("Quality"), 110, valueFormatter=QUALITY % words),
            _column("age_s", tr("Age"), 100, valueFormatter=AGE % ages) | {"type": "rightAligned"},
            _column("center", tr("Work center"), 150),
            _column("equipment", tr("Machine"), 120),
            _column("name", tr("Name in the telemetry"), 360),
        ]
        options = grids.endless(columns, self._rows()) | {
            ":getRowId": "p => p.data.name",
            ":onModelUpdated": TICKED,
            "rowSelection": {"mode": "multiRow", "headerCheckbox": False, "enableClickSelection": False},
        }
        self.grid = ui.aggrid(options, auto_size_columns=False).classes("lh-aggrid lh-tag-grid")
        self.grid.props["aria-label"] = tr("Tags")
        self.grid.on("rowSelected", self.visit.speaking(self._selected), js_handler=SELECTED % self.grid.id)

    def _rows(self) -> str:
        query = {key: value for key, value in self.asked.items() if value}
        return grids.rows_from("/api/v1/plant/tags", self.visit, query, "title")

    def _changed(self, key: str) -> Any:
        def changed(event: Any) -> None:
            self.asked[key] = str(event.args or "")[:200]
            self._told()
            if self.grid is not None:
                self.grid.run_grid_method(":api => api.setGridOption('datasource', " + self._rows() + ")")

        return changed

    def _selected(self, event: Any) -> None:
        said = event.args if isinstance(event.args, dict) else {}
        name, chosen = str(said.get("name") or ""), bool(said.get("chosen"))
        if name and not chosen:
            self.taken = [one for one in self.taken if one != name]
        elif name and name not in self.taken:
            self.taken = [*self.taken, name]
        self._told()

    def _told(self) -> None:
        if self.way is not None:
            states.put(self.way, self._way())
        pairs = [*self.asked.items(), *(("tag", one) for one in self.taken)]
        ui.navigate.history.replace(plant_nav.address(self.visit, "/plant/tags", pairs))

    def _way(self) -> Any:
        count = len(self.taken)
        if not count:
            return tag("p", tr("No tag is chosen yet: tick some of the list."), class_="lh-about", role="status")
        if count > MOST_TAGS:
            said = tr("{count} tags are chosen; {most} can be compared at most.", count=count, most=MOST_TAGS)
            return tag("p", said, class_="lh-worse", role="status")
        target = plant_nav.address(self.visit, "/plant/trends", [("tag", one) for one in self.taken])
        link = tag("a", tr("Show the courses of {count} tags", count=count), href=target, class_="lh-button lh-primary")
        none = plant_nav.address(self.visit, "/plant/tags", [])
        return tag("p", link, " ", tag("a", tr("Choose none"), href=none), role="status")


def _column(field: str, title: str, width: int, **more: str) -> dict[str, Any]:
    made: dict[str, Any] = {"field": field, "headerName": title, "width": width, "sortable": field in SORTED}
    return made | {f":{key}": value for key, value in more.items()}
