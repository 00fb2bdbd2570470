"""Every kind of chart that a result holds, as the console draws it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from linghang.console import charts, gantt, states
from linghang.console.charts import COLOURS, DARK, LIGHT
from linghang.console.figures import short
from linghang.console.hypertext import tag
from linghang.console.telling import said
from linghang.words import tr

LAYER_PX, NODE_PX = 200, 30
MOST_FLOWS_PX = 1_400
"""A chart of flows is drawn whole; a graph can be moved in its frame."""
MOST_HEIGHT_PX = 760
PLAIN_PX = 320
SCALE = {False: ["#f3f8fb", "#7fb3d0", "#0b5c8a", "#05314b"], True: ["#18212a", "#27506a", "#4d93bd", "#c7e5f7"]}


def show(chart: Mapping[str, Any], dark: bool, zone: str) -> None:
    """Put a chart of a result on the page, with its name, and with what stands out in it in words.

    Parameters
    ----------
    chart
        As `linghang.engines.charts.to_json` gives it.
    zone
        The plant's: times are its own.
    """
    title = said(chart["title"])
    about = _told(chart)
    states.show(tag("h3", title, class_="lh-chart-title"))
    if chart["chart"] == "picture":
        states.show(_picture(chart))
    else:
        options, height = _options(chart, dark, zone)
        charts.draw(options, dark, " ".join(one for one in (title, about) if one), height)
    if about:
        states.show(tag("p", about, class_="lh-about"))


def _options(chart: Mapping[str, Any], dark: bool, zone: str) -> tuple[dict[str, Any], int]:
    if chart["chart"] == "gantt":
        return gantt.options(chart, dark, zone), gantt.height_px(len(chart["lanes"]))
    if chart["chart"] == "heatmap":
        return heatmap(chart, dark), min(110 + 22 * max(len(chart["rows"]), 6), MOST_HEIGHT_PX)
    if chart["chart"] == "graph":
        layers = layered(chart["edges"], [one["id"] for one in chart["nodes"]])
        widest = max(Counter(layers.values()).values(), default=1)
        flows = chart["unit"] and layers and not _circles(chart["edges"], layers)
        height = max(PLAIN_PX, 60 + (NODE_PX * 2 // 3 if flows else NODE_PX) * widest)
        if flows:
            return sankey(chart, dark), min(height, MOST_FLOWS_PX)
        return graph(chart, layers, dark), min(height, MOST_HEIGHT_PX)
    return charts.course(chart, dark, zone), PLAIN_PX


def _told(chart: Mapping[str, Any]) -> str:
    """Say what stands out: colour alone would not be heard."""
    if chart["chart"] != "chart":
        return ""
    count = sum(len(one["marked"]) for one in chart["series"])
    return tr("! {count} points stand out", count=count) if count else ""


# --- things and what joins them ---


def layered(edges: Sequence[Mapping[str, Any]], nodes: Sequence[str]) -> dict[str, int]:
    """Return node -> layer from the left: each behind all that lead to it; where they go round, as far as it goes."""
    known = set(nodes)
    before: dict[str, set[str]] = {one: set() for one in nodes}
    for edge in edges:
        if edge["source"] in known and edge["target"] in known and edge["source"] != edge["target"]:
            before[edge["target"]].add(edge["source"])
    layers: dict[str, int] = {}
    while len(layers) < len(nodes):
        free = [one for one in nodes if one not in layers and before[one] <= layers.keys()]
        free = free or [next(one for one in nodes if one not in layers)]
        for one in free:
            layers[one] = max((layers[other] + 1 for other in before[one] if other in layers), default=0)
    return layers


def _circles(edges: Sequence[Mapping[str, Any]], layers: Mapping[str, int]) -> bool:
    return any(layers.get(one["source"], 0) >= layers.get(one["target"], 0) for one in edges)


def sankey(chart: Mapping[str, Any], dark: bool) -> dict[str, Any]:
    """Return the options of flows: how much goes from where to where."""
    words, colours = (DARK if dark else LIGHT), COLOURS[dark]
    labels = {one["id"]: one["label"] or one["id"] for one in chart["nodes"]}
    kinds = sorted({one["kind"] for one in chart["nodes"]})
    nodes = [
        {"name": one["id"], "itemStyle": {"color": colours[kinds.index(one["kind"]) % len(colours)]}}
        | {"label": {"formatter": labels[one["id"]]}}
        for one in chart["nodes"]
    ]
    links = [
        {
            "source": one["source"],
            "target": one["target"],
            "value": one["amount"],
            "tooltip": {"formatter": _flow(one, labels, chart["unit"])},
        }
        for one in chart["edges"]
        if one["amount"] is not None and one["amount"] > 0
    ]
    series = {
        "type": "sankey",
        "data": nodes,
        "links": links,
        "left": 8,
        "right": 150,
        "top": 8,
        "bottom": 8,
        "nodeGap": 8,
        "draggable": False,
        "label": {"color": words["text"], "fontSize": 12, "width": 140, "overflow": "truncate"},
        "lineStyle": {"color": "source", "opacity": 0.35},
    }
    return {"animation": False, "aria": {"enabled": True}, "tooltip": {"confine": True}, "series": [series]}


def graph(chart: Mapping[str, Any], layers: Mapping[str, int], dark: bool) -> dict[str, Any]:
    """Return the options of things in layers from left to right, joined by arrows; it can be moved and made larger."""
    words, colours = (DARK if dark else LIGHT), COLOURS[dark]
    kinds = sorted({one["kind"] for one in chart["nodes"]})
    edges = [
        {"source": one["source"], "target": one["target"], "value": one["amount"]}
        | ({"label": {"show": True, "formatter": short(one["amount"])}} if one["amount"] is not None else {})
        for one in chart["edges"]
    ]
    series = {
        "type": "graph",
        "layout": "none",
        "roam": True,
        "symbolSize": 14,
        "data": _placed(chart["nodes"], layers, kinds),
        "links": edges,
        "categories": [
            {"name": kind or "–", "itemStyle": {"color": colours[n % len(colours)]}} for n, kind in enumerate(kinds)
        ],
        "label": {"show": True, "position": "right", "color": words["text"], "fontSize": 11},
        "edgeLabel": {"color": words["faint"], "fontSize": 10},
        "edgeSymbol": ["none", "arrow"],
        "edgeSymbolSize": 7,
        "lineStyle": {"color": words["faint"], "opacity": 0.7},
        "left": 20,
        "right": 160,
        "top": 40,
        "bottom": 20,
    }
    return {
        "animation": False,
        "aria": {"enabled": True},
        "tooltip": {"confine": True},
        "legend": {"top": 0, "type": "scroll", "show": len(kinds) > 1},
        "series": [series],
    }


def _placed(
    nodes: Sequence[Mapping[str, Any]], layers: Mapping[str, int], kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """Put the nodes of each layer below one another, around its middle."""
    counts, seen = Counter(layers.values()), Counter[int]()
    placed = []
    for one in nodes:
        layer = layers[one["id"]]
        y = (seen[layer] - (counts[layer] - 1) / 2) * NODE_PX
        seen[layer] += 1
        known = {"id": one["id"], "name": one["label"] or one["id"], "category": kinds.index(one["kind"])}
        placed.append(known | {"x": layer * LAYER_PX, "y": y})
    return placed


def _flow(edge: Mapping[str, Any], labels: Mapping[str, str], unit: str) -> str:
    names = (str(labels.get(edge[one], edge[one])) for one in ("source", "target"))
    return f"{' → '.join(names)}: {short(edge['amount'])} {unit}".replace("<", "&lt;").replace("{", "(")


# --- values over two axes ---


def heatmap(chart: Mapping[str, Any], dark: bool) -> dict[str, Any]:
    """Return the options of a heatmap; what has no value has no field."""
    data = [
        [column, row, round(value, 4)]
        for row, values in enumerate(chart["values"])
        for column, value in enumerate(values)
        if value is not None
    ]
    numbers = [one[2] for one in data] or [0.0]
    return {
        "animation": False,
        "aria": {"enabled": True},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 56, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {
            "type": "category",
            "data": list(chart["columns"]),
            "name": said(chart["x"]["title"]),
            "nameLocation": "middle",
            "nameGap": 28,
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {
            "type": "category",
            "data": list(chart["rows"]),
            "inverse": True,
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "visualMap": _scale(numbers, chart["unit"], dark),
        "series": [{"type": "heatmap", "name": said(chart["title"]), "data": data}],
    }


def _scale(numbers: Sequence[float], unit: str, dark: bool) -> dict[str, Any]:
    low, high = min(numbers), max(numbers)
    return {
        "min": low,
        "max": high if high > low else low + 1,
        "calculable": True,
        "orient": "horizontal",
        "left": "center",
        "bottom": 0,
        "itemHeight": 120,
        "itemWidth": 12,
        "text": [f"{short(high)} {unit}".strip(), short(low)],
        "textStyle": {"color": (DARK if dark else LIGHT)["faint"]},
        "inRange": {"color": SCALE[dark]},
    }


# --- boxes on a picture ---


def _picture(chart: Mapping[str, Any]) -> Markup:
    """Return the boxes that were found on a picture, and what they are, as a list with the places in pixels."""
    if not chart["boxes"]:
        return tag("p", tr("{file}: nothing was found on it", file=chart["file"]), class_="lh-note")
    right = max(one[2] for one in chart["boxes"]) * 1.05
    bottom = max(one[3] for one in chart["boxes"]) * 1.05
    drawn = (
        tag("g", tag("rect", x=x, y=y, width=max(r - x, 1), height=max(b - y, 1)), tag("title", _box(label, score)))
        for x, y, r, b, label, score in chart["boxes"]
    )
    names = (
        tag("li", _box(label, score), " · ", tag("code", f"{x:.0f}, {y:.0f} – {r:.0f}, {b:.0f} px"))
        for x, y, r, b, label, score in chart["boxes"]
    )
    picture = tag(
        "svg",
        drawn,
        viewBox=f"0 0 {right:.0f} {bottom:.0f}",
        class_="lh-boxes",
        role="img",
        aria_label=tr("Boxes on {file}", file=chart["file"]),
    )
    kept = tr("A result keeps what was found, not the pictures: the boxes are drawn alone, at their places in pixels.")
    return tag("div", picture, tag("ul", names), tag("p", kept, class_="lh-about"), class_="lh-picture")


def _box(label: str, score: float | None) -> str:
    return label if score is None else f"{label} {score:.2f}"
