"""Drawings on a grid: Gantt charts, and values over two axes."""

import math

from linghang.engines.charts import Gantt, Heatmap
from linghang.report.drawing_axis import Scale, time_ticks
from linghang.report.drawing_paper import COLOURS, GRID, INK, Box, Drawing, Paper, folded, shortened, text_width
from linghang.report.naming import said
from linghang.words import Language

GRID_WIDTH = 440.0
SIZE = 7.5
LANE = 20.0
MAX_LANES = 40


def gantt(data: Gantt, language: Language) -> Drawing:
    """Draw who does what when; groups differ by colour and hatching."""
    paper = Paper(GRID_WIDTH)
    title = said(data.title, language)
    lanes = list(data.lanes)[:MAX_LANES]
    left = min(max((text_width(one, SIZE) for one in lanes), default=30.0), 150.0) + 8
    groups = {key: place for place, (key, _) in enumerate(data.groups)}
    top = 16.0 if not groups else 16.0 + _legend(paper, data, language)
    bottom = top + LANE * len(lanes)
    low = min((one.start_s for one in data.bars), default=0.0)
    high = max((one.end_s for one in data.bars), default=1.0)
    scale = Scale(low, max(high, low + 1), left, GRID_WIDTH - 6)
    for place, name in enumerate(lanes):
        if place % 2 == 0:
            paper.box(Box(0, top + place * LANE, GRID_WIDTH, LANE), "#f3f5f7", "none", 0)
        paper.lines(left - 6, top + (place + 0.5) * LANE, folded(name, left - 10, SIZE), SIZE, "end")
    taken = -100.0
    for moment, label in time_ticks(low, high):
        x = scale.at(moment)
        paper.line([(x, top), (x, bottom)], GRID, 0.6)
        half = text_width(label, 7) / 2
        x_text = min(max(x, left + half - 6), GRID_WIDTH - half - 1)
        if x_text - half > taken:
            paper.text(x_text, top - 4, label, 7, "middle")
            taken = x_text + half + 4
    for bar in data.bars:
        if bar.lane in lanes:
            lane = top + lanes.index(bar.lane) * LANE
            _bar(paper, scale, (bar.start_s, bar.end_s), lane, bar.label, groups.get(bar.group, 0))
    paper.box(Box(0, top, GRID_WIDTH, bottom - top), "none", "#9aa0a6", 0.6)
    paper.line([(left - 2, top), (left - 2, bottom)], "#9aa0a6", 0.6)
    return paper.finished(data.id, title, bottom + 4, title)


def _bar(paper: Paper, scale: Scale, span: tuple[float, float], top: float, label: str, kind: int) -> None:
    x, width = scale.at(span[0]), max(scale.at(span[1]) - scale.at(span[0]), 2.0)
    paper.box(Box(x, top + 4, width, LANE - 8), paper.hatch(kind), COLOURS[kind % len(COLOURS)], 0.8, 1.5)
    if not label:
        return
    needed = text_width(label, 6.5) + 6
    if needed <= width:
        paper.box(Box(x + (width - needed) / 2, top + 5.5, needed, LANE - 11), "#ffffff", "none", 0, 1)
        paper.text(x + width / 2, top + LANE / 2 + 2.3, label, 6.5, "middle")
    elif x + width + needed <= GRID_WIDTH - 4:
        paper.text(x + width + 3, top + LANE / 2 + 2.3, label, 6.5)
    elif x - needed >= scale.start:
        paper.text(x - 3, top + LANE / 2 + 2.3, label, 6.5, "end")


def _legend(paper: Paper, data: Gantt, language: Language) -> float:
    x, y = 4.0, 9.0
    for place, (_, name) in enumerate(data.groups):
        label = said(name, language)
        if x + 34 + text_width(label, SIZE) > GRID_WIDTH and x > 4:
            x, y = 4.0, y + 12
        paper.box(Box(x, y - 6.5, 18, 7.5), paper.hatch(place), COLOURS[place % len(COLOURS)], 0.7)
        paper.text(x + 22, y, label, SIZE)
        x += 34 + text_width(label, SIZE)
    return y + 3


def heatmap(data: Heatmap, language: Language) -> Drawing:
    """Draw values over two axes: grey steps with the figure written into each field; none is an empty field."""
    paper = Paper(GRID_WIDTH)
    title = said(data.title, language)
    left = min(max((text_width(one, SIZE) for one in data.rows), default=20.0), 140.0) + 8
    width = min((GRID_WIDTH - left - 2) / max(len(data.columns), 1), 90.0)
    heads = [folded(one, max(width - 3, 8), SIZE, 3) for one in data.columns]
    top = 8 + max((len(one) for one in heads), default=1) * SIZE * 1.25
    lane = 16.0 if len(data.rows) <= 30 else 12.0
    for place, lines in enumerate(heads):
        paper.lines(left + (place + 0.5) * width, top / 2, lines, SIZE)
    known = [one for row in data.values for one in row if one is not None and math.isfinite(one)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    for row, (name, values) in enumerate(zip(data.rows, data.values, strict=False)):
        y = top + row * lane
        paper.lines(left - 5, y + lane / 2, [shortened(name, left - 8, SIZE)], SIZE, "end")
        for column, value in enumerate(values):
            _field(paper, Box(left + column * width, y, width, lane), value, low, high)
    return paper.finished(data.id, title, top + lane * len(data.rows) + 4, title)


def _field(paper: Paper, box: Box, value: float | None, low: float, high: float) -> None:
    if value is None or not math.isfinite(value):
        paper.box(box, "#ffffff", "#c4c8cc", 0.5)
        return
    share = (value - low) / (high - low) if high > low else 0.5
    shade = round(245 - 130 * share)
    paper.box(box, f"#{max(shade - 25, 0):02x}{shade:02x}{min(shade + 10, 255):02x}", "#9aa0a6", 0.5)
    figure = f"{value:g}"
    if text_width(figure, 7) <= box.width - 1:
        paper.text(box.x + box.width / 2, box.y + box.height / 2 + 2.5, figure, 7, "middle", INK)
