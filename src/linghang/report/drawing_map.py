"""The system map: systems by the levels of ISA-95 (IEC 62264-1), interfaces as numbered lines; other graphs alike."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from linghang.engines.charts import Graph
from linghang.report.content import System, SystemLink
from linghang.report.drawing_layers import BOX_HEIGHT, BOX_WIDTH, Join, Layout, laid_out
from linghang.report.drawing_paper import COLOURS, DASHES, FAINT, INK, Box, Drawing, Paper, folded, text_width
from linghang.report.naming import said
from linghang.words import Language, Text

LAYERS: Mapping[int, Text] = {
    4: Text("经营管理层", "Business"),
    3: Text("制造运营层", "Operations"),
    2: Text("控制与监控层", "Control"),
    1: Text("感知层", "Sensing"),
}
TITLE = Text("系统关系图", "System map")
MAP_WIDTH = 440.0
LABEL_WIDTH = 48.0
PER_ROW = 5
BADGE = 4.6


def system_map(systems: Sequence[System], links: Sequence[SystemLink], language: Language) -> Drawing:
    """Draw systems in bands of their level, and interfaces as lines numbered from 1 in the order of `links`."""
    known = {one.id for one in systems}
    joins = [
        Join(number, link.source, link.target)
        for number, link in enumerate(links, 1)
        if link.source in known and link.target in known and link.source != link.target
    ]
    layer_of = {one.id: one.layer for one in systems}
    bands: list[tuple[str, list[list[str]]]] = []
    for layer in sorted({one.layer for one in systems}, reverse=True):
        names = [one.id for one in systems if one.layer == layer]
        title = said(LAYERS.get(layer, Text(f"第{layer}层", f"Level {layer}")), language)
        bands.append((f"{title}\nL{layer}", _rows(names, joins, layer_of)))
    kinds = {number: said(link.kind, language) for number, link in enumerate(links, 1)}
    boxes = {one.id: (one.name, one.id) for one in systems}
    alt = _alt(systems, joins, language)
    return _drawn("system_map", said(TITLE, language), bands, joins, boxes, kinds, alt)


def graph(chart: Graph, language: Language) -> Drawing:
    """Draw any graph: nodes in rows by how far they are from a beginning, lines from node to node."""
    known = [one.id for one in chart.nodes]
    joins = [
        Join(number, edge.source, edge.target)
        for number, edge in enumerate(chart.edges, 1)
        if edge.source in known and edge.target in known and edge.source != edge.target
    ]
    depth = _depths(known, joins)
    bands = []
    for level in sorted(set(depth.values())):
        names = [one for one in known if depth[one] == level]
        bands.append(("", [names[start : start + PER_ROW] for start in range(0, len(names), PER_ROW)]))
    boxes = {one.id: (one.label or one.id, "") for one in chart.nodes}
    title = said(chart.title, language)
    return _drawn(chart.id, title, bands, joins, boxes, {}, title)


def _rows(names: list[str], joins: Sequence[Join], layer_of: Mapping[str, int]) -> list[list[str]]:
    """Share the systems of one level among rows: what talks downwards stands lower, what talks upwards higher."""
    pull: dict[str, int] = defaultdict(int)
    for join in joins:
        for one, other in ((join.source, join.target), (join.target, join.source)):
            pull[one] += (layer_of[other] < layer_of[one]) - (layer_of[other] > layer_of[one])
    count = -(-len(names) // PER_ROW)
    ordered = sorted(names, key=lambda one: (pull[one], names.index(one)))
    size = -(-len(ordered) // max(count, 1))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def _depths(names: Sequence[str], joins: Sequence[Join]) -> dict[str, int]:
    depth = dict.fromkeys(names, 0)
    for _ in range(min(len(names), 12)):  # a circle has no end: it stops here
        for join in joins:
            depth[join.target] = min(max(depth[join.target], depth[join.source] + 1), 12)
    return depth


def _drawn(
    id_: str,
    title: str,
    bands: Sequence[tuple[str, list[list[str]]]],
    joins: Sequence[Join],
    boxes: Mapping[str, tuple[str, str]],
    kinds: Mapping[int, str],
    alt: str,
) -> Drawing:
    paper = Paper(MAP_WIDTH)
    rows = [row for _, band in bands for row in band]
    left = LABEL_WIDTH + 8 if any(label for label, _ in bands) else 8
    layout = laid_out(rows, joins, left, MAP_WIDTH - left - 6)
    _bands(paper, bands, layout)
    styles = {kind: place for place, kind in enumerate(dict.fromkeys(kinds[j.key] for j in joins if j.key in kinds))}
    for join in joins:
        style = styles.get(kinds.get(join.key, ""), 0)
        _way(paper, layout.ways[join.key], COLOURS[style % len(COLOURS)], DASHES[style % len(DASHES)])
    for name, (label, small) in boxes.items():
        _box(paper, *layout.centres[name], label, small)
    if kinds:
        _badges(paper, layout, joins)
    return paper.finished(id_, title, _legend(paper, styles, layout.height), alt)


def _bands(paper: Paper, bands: Sequence[tuple[str, list[list[str]]]], layout: Layout) -> None:
    row = 0
    for place, (label, rows) in enumerate(bands):
        if not label:
            return
        top = layout.row_tops[row] - 6
        bottom = layout.row_tops[row + len(rows) - 1] + BOX_HEIGHT + 6
        paper.box(Box(0, top, MAP_WIDTH, bottom - top), "#f0f3f6" if place % 2 == 0 else "#f8f8f4", "#c9ced3", 0.5, 3)
        name, level = label.split("\n")
        paper.lines(LABEL_WIDTH / 2 + 2, (top + bottom) / 2, [*folded(name, LABEL_WIDTH - 4, 7, 4), level], 7)
        row += len(rows)


def _box(paper: Paper, x: float, y: float, label: str, small: str) -> None:
    box = Box(x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT)
    paper.box(box, "#ffffff", INK, 0.8, 2)
    lines = folded(label, BOX_WIDTH - 5, 7)
    if small:
        paper.lines(x, y - 4.5, lines, 7)
        paper.text(x, y + BOX_HEIGHT / 2 - 2.8, small, 5.6, "middle", "#4d4d4d")
    else:
        paper.lines(x, y, lines, 7)


def _way(paper: Paper, way: Sequence[tuple[float, float]], colour: str, dash: str) -> None:
    paper.line(way, "#ffffff", 2.4)
    paper.line(way, colour, 1.0, dash)
    (x, y), (before_x, before_y) = way[-1], next(p for p in reversed(way[:-1]) if p != way[-1])
    dx, dy = (x > before_x) - (x < before_x), (y > before_y) - (y < before_y)
    if dy:
        paper.area([(x, y), (x - 2.2, y - dy * 5), (x + 2.2, y - dy * 5)], colour, colour, 0.4)
    else:
        paper.area([(x, y), (x - dx * 5, y - 2.2), (x - dx * 5, y + 2.2)], colour, colour, 0.4)


def _badges(paper: Paper, layout: Layout, joins: Sequence[Join]) -> None:
    """Write the number of every line on it, where it covers neither a box nor another number."""
    taken = [Box(x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT) for x, y in layout.centres.values()]
    for join in joins:
        places = [_along(layout.ways[join.key], part) for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88)]
        spots = [Box(x - BADGE, y - BADGE, 2 * BADGE, 2 * BADGE) for x, y in places]
        # Where everything is taken, the number stands in the middle: better covered than absent.
        best = min(range(len(spots)), key=lambda place: (sum(spots[place].hits(one, 0.6) for one in taken), place))
        taken.append(spots[best])
        x, y = places[best]
        paper.circle(x, y, BADGE, "#ffffff", INK, 0.6)
        paper.text(x, y + 2.1, str(join.key), 6, "middle", bold=True)


def _along(way: Sequence[tuple[float, float]], part: float) -> tuple[float, float]:
    lengths = [abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in pairwise(way)]
    left = sum(lengths) * part
    for (a, b), length in zip(pairwise(way), lengths, strict=True):
        if left <= length and length:
            share = left / length
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        left -= length
    return way[-1]


def _legend(paper: Paper, styles: Mapping[str, int], top: float) -> float:
    if not styles:
        return top + 4
    x, y = 4.0, top + 12
    for kind, style in styles.items():
        needed = 30 + text_width(kind, 7.5)
        if x + needed > MAP_WIDTH:
            x, y = 4.0, y + 12
        paper.line([(x, y - 2.6), (x + 20, y - 2.6)], COLOURS[style % len(COLOURS)], 1.2, DASHES[style % len(DASHES)])
        paper.text(x + 23, y, kind, 7.5, colour=INK if kind else FAINT)
        x += needed + 6
    return y + 6


def _alt(systems: Sequence[System], joins: Sequence[Join], language: Language) -> str:
    return said(
        Text(
            f"系统关系图：{len(systems)} 个系统、{len(joins)} 个接口，按层级排列；接口编号见接口表。",
            f"System map: {len(systems)} systems and {len(joins)} interfaces by level, numbered as in their table.",
        ),
        language,
    )
