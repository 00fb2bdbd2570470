"""Charts: ECharts options from what linghang's results hold as charts, in a light and a dark dress.

A chart is data (`linghang.engines.charts`): what to draw. Here stands how the console draws it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from linghang.console.telling import said
from linghang.console.visit import Visit

FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
LIGHT = {"text": "#1b2733", "faint": "#52606d", "line": "#d5dce4", "ground": "#ffffff"}
DARK = {"text": "#e6edf3", "faint": "#9fb0c0", "line": "#2f3e4c", "ground": "#18212a"}
COLOURS = {
    False: ("#0b5c8a", "#a86200", "#3d7f4f", "#7a4fa3", "#a33b4b", "#4f6b7a", "#127a7a", "#8a5a3a"),
    True: ("#6cb6e6", "#e8b04b", "#7fc99a", "#b99be0", "#e58a97", "#9db4c2", "#5fcfcf", "#d6a98a"),
}
LIMIT_COLOURS = {
    "centre": ("#52606d", "#9fb0c0"),
    "control": ("#b3261e", "#ff8a80"),
    "warning": ("#8a5a00", "#e8b04b"),
    "specification": ("#7a4fa3", "#b99be0"),
    "target": ("#1b7a43", "#6fcf97"),
}
MARKED = {
    "symbol": "circle",
    "symbolSize": 14,
    "itemStyle": {"color": "#b3261e"},
    "label": {"show": True, "formatter": "!", "color": "#ffffff", "fontSize": 10, "fontWeight": "bold"},
}
"""How a point stands out: by a sign and by its colour."""
KINDS = {"line": "line", "step": "line", "area": "line", "bar": "bar", "points": "scatter"}
AXES = {"number": "value", "time": "time", "category": "category"}


def dress(dark: bool) -> dict[str, Any]:
    """Return the theme that ECharts is given: it does not follow the page by itself."""
    words = DARK if dark else LIGHT
    axis = {
        "axisLine": {"lineStyle": {"color": words["line"]}},
        "axisTick": {"lineStyle": {"color": words["line"]}},
        "axisLabel": {"color": words["faint"], "fontFamily": FONT},
        "nameTextStyle": {"color": words["faint"], "fontFamily": FONT},
        "splitLine": {"lineStyle": {"color": words["line"], "opacity": 0.6}},
    }
    return {
        "color": list(COLOURS[dark]),
        "backgroundColor": "transparent",
        "textStyle": {"color": words["text"], "fontFamily": FONT},
        "legend": {"textStyle": {"color": words["text"]}},
        "tooltip": {
            "backgroundColor": words["ground"],
            "borderColor": words["line"],
            "textStyle": {"color": words["text"], "fontFamily": FONT},
        },
        **dict.fromkeys(("categoryAxis", "valueAxis", "timeAxis"), axis),
    }


async def is_dark(visit: Visit) -> bool:
    """Whether the page is dark now; the browser is asked once where the theme follows the system."""
    if visit.theme != "auto":
        return visit.theme == "dark"
    if visit.dark is None:
        client = ui.context.client
        await client.connected()
        visit.dark = bool(await client.run_javascript("document.body.classList.contains('body--dark')"))
    return visit.dark


def draw(options: Mapping[str, Any], dark: bool, about: str, height_px: int = 300) -> ui.echart:
    """Put a chart on the page; `about` says in words what it shows."""
    made = ui.echart(dict(options), theme=dress(dark)).classes("lh-chart").style(f"height:{height_px}px")
    made.props["role"] = "img"
    made.props["aria-label"] = about
    return made


def course(chart: Mapping[str, Any], dark: bool, zone: str = "UTC") -> dict[str, Any]:
    """Return the options of a chart of courses, as `charts.to_json` gives it; times in the plant's zone."""
    x, y, second = chart["x"], chart["y"], chart.get("second")
    at = at_the_plant(zone) if x["kind"] == "time" else _as_it_is
    series = [_series(one, at) for one in chart["series"]]
    if series:
        flat = [limit for limit in chart["limits"] if not isinstance(limit["at"], Sequence)]
        series[0]["markLine"] = {
            "symbol": "none",
            "silent": True,
            "data": [_limit(one, dark) for one in flat],
        }
    bent = [one for one in chart["limits"] if isinstance(one["at"], Sequence)]
    places = chart["series"][0]["x"] if chart["series"] else []
    series += [_bent(one, places, at, dark) for one in bent]
    return {
        "animation": False,
        "useUTC": True,
        "aria": {"enabled": True},
        "grid": {"left": 8, "right": 16, "top": 56, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"top": 0, "type": "scroll"},
        "dataZoom": [{"type": "inside"}],
        "xAxis": {"type": AXES[x["kind"]], "name": _axis(x)},
        "yAxis": [
            {
                "type": "value",
                "name": _axis(one),
                "nameTextStyle": {"align": "right" if place else "left"},
                "scale": not _stands(chart, bool(place)),
            }
            for place, one in enumerate((y, second))
            if one
        ],
        "series": series,
    }


def _axis(one: Mapping[str, Any]) -> str:
    return f"{said(one['title'])} {one['unit']}".strip()


def _stands(chart: Mapping[str, Any], second: bool) -> bool:
    """Whether something on an axis is read from its foot on: bars and areas lie where the axis does not begin at 0."""
    return any(one["kind"] in ("bar", "area") and bool(one["second"]) == second for one in chart["series"])


def at_the_plant(zone: str) -> Callable[[float], float]:
    """How seconds since 1970 become ECharts' milliseconds: as the plant's clocks show them, said as if it were UTC."""
    known = ZoneInfo(zone)
    return lambda value: datetime.fromtimestamp(value, known).replace(tzinfo=UTC).timestamp() * 1000


def _as_it_is(value: Any) -> Any:
    return value


def _series(one: Mapping[str, Any], at: Callable[[Any], Any]) -> dict[str, Any]:
    data = [[at(x), y] for x, y in zip(one["x"], one["y"], strict=True)]
    marked = [{"coord": data[place]} for place in one["marked"] if data[place][1] is not None]
    return {
        "name": said(one["name"]),
        "type": KINDS[one["kind"]],
        "data": data,
        "step": "end" if one["kind"] == "step" else False,
        "areaStyle": {"opacity": 0.15} if one["kind"] == "area" else None,
        "showSymbol": one["kind"] == "points",
        "sampling": "lttb",
        "yAxisIndex": int(one["second"]),
        "markPoint": {**MARKED, "data": marked},
    }


def _limit(one: Mapping[str, Any], dark: bool) -> dict[str, Any]:
    colour = LIMIT_COLOURS[one["role"]][dark]
    return {
        "name": said(one["name"]),
        "yAxis": one["at"],
        "lineStyle": {"color": colour, "type": "dashed"},
        "label": {"formatter": "{b}", "color": colour, "position": "insideEndTop"},
    }


def _bent(one: Mapping[str, Any], places: Sequence[Any], at: Callable[[Any], Any], dark: bool) -> dict[str, Any]:
    colour = LIMIT_COLOURS[one["role"]][dark]
    return {
        "name": said(one["name"]),
        "type": "line",
        "showSymbol": False,
        "data": [[at(x), y] for x, y in zip(places, one["at"], strict=True)],
        "lineStyle": {"color": colour, "type": "dashed", "width": 1},
        "itemStyle": {"color": colour},
    }


def bars(names: Sequence[str], values: Sequence[float], own: Sequence[int], unit: str, dark: bool) -> dict[str, Any]:
    """Return the options of lying bars; those at `own` stand out."""
    ours, others = COLOURS[dark][0], COLOURS[dark][5]
    data = [
        {
            "value": value,
            "itemStyle": {"color": ours if place in own else others, "opacity": 1 if place in own else 0.55},
        }
        for place, value in enumerate(values)
    ]
    return {
        "animation": False,
        "aria": {"enabled": True},
        "grid": {"left": 8, "right": 56, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {"type": "value", "name": unit},
        "yAxis": {
            "type": "category",
            "data": list(names),
            "inverse": True,
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [{"type": "bar", "data": data, "barMaxWidth": 22, "label": {"show": True, "position": "right"}}],
    }
