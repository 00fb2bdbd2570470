"""Who does what when: bars in lanes over the hours, as ECharts draws them."""

from collections.abc import Mapping, Sequence
from typing import Any

from linghang.console.charts import COLOURS, DARK, LIGHT, at_the_plant
from linghang.console.telling import said

LANE_PX = 26
RENDER = """(params, api) => {
  const lane = api.value(0), from = api.coord([api.value(1), lane]), to = api.coord([api.value(2), lane]);
  const height = Math.min(api.size([0, 1])[1] * 0.7, 22), box = params.coordSys;
  const left = Math.max(from[0], box.x), right = Math.min(Math.max(to[0], from[0] + 2), box.x + box.width);
  if (right <= left) return;
  const label = api.value(3) || '', fits = label.length * 7 + 8 < right - left;
  return {type: 'rect', shape: {x: left, y: from[1] - height / 2, width: right - left, height, r: 2},
    style: {fill: api.visual('color')},
    textContent: fits ? {style: {text: label, fill: '%s', fontSize: 11}} : undefined,
    textConfig: fits ? {position: 'inside'} : undefined};
}"""


def height_px(lanes: int) -> int:
    """How high such a chart is: every lane can be read."""
    return 96 + LANE_PX * max(lanes, 1)


def options(chart: Mapping[str, Any], dark: bool, zone: str = "UTC") -> dict[str, Any]:
    """Return the options of a Gantt chart, as `linghang.engines.charts.to_json` gives it; times in the plant's zone.

    Every group of bars is a series with its own colour, which the legend can hide. A bar's value is
    (number of the lane, from, to in ms, label).
    """
    at = at_the_plant(zone)
    lanes = {name: place for place, name in enumerate(chart["lanes"])}
    names = {key: said(text) for key, text in chart["groups"]}
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in names}
    for bar in chart["bars"]:
        value = [lanes[bar["lane"]], at(bar["start_s"]), at(bar["end_s"]), bar["label"]]
        groups.setdefault(bar["group"], []).append({"name": bar["label"] or bar["lane"], "value": value})
    colours = COLOURS[dark]
    series = [
        _series(names.get(key, key), bars, colours[n % len(colours)], dark)
        for n, (key, bars) in enumerate(groups.items())
    ]
    return {
        "animation": False,
        "useUTC": True,
        "aria": {"enabled": True},
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 44, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "legend": {"top": 0, "type": "scroll", "show": len(series) > 1},
        "dataZoom": [
            {"type": "inside", "filterMode": "weakFilter"},
            {"type": "slider", "height": 16, "bottom": 6, "filterMode": "weakFilter", "showDataShadow": False},
        ],
        "xAxis": {"type": "time"},
        "yAxis": {"type": "category", "data": list(lanes), "inverse": True, "axisTick": {"show": False}},
        "series": series,
    }


def _series(name: str, bars: Sequence[Mapping[str, Any]], colour: str, dark: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": "custom",
        ":renderItem": RENDER % (DARK if dark else LIGHT)["ground"],
        "encode": {"x": [1, 2], "y": 0},
        "itemStyle": {"color": colour},
        "data": list(bars),
    }
