"""Charts of courses over an axis: lines, steps, bars, points and areas, with limits and a second axis."""

import math
from collections.abc import Mapping, Sequence

from linghang.engines.charts import Axis, Chart, Limit, Series
from linghang.report.drawing_axis import Scale, round_ticks, tick_text, time_ticks
from linghang.report.drawing_paper import (
    COLOURS,
    DASHES,
    FAINT,
    GRID,
    INK,
    Box,
    Drawing,
    Paper,
    folded,
    shortened,
    text_width,
)
from linghang.report.naming import said
from linghang.words import Language

CHART_WIDTH = 440.0
CHART_HEIGHT = 190.0
SIZE = 7.5
MARKED = "#b00020"
MANY = 60
"""From so many points on a line carries no marks of its own: they would cover it."""
LIMITS: Mapping[str, str] = {
    "centre": "", "control": "6 3", "warning": "3 3", "specification": "8 2 1 2", "target": "2 2",
}  # fmt: skip


def chart(data: Chart, language: Language) -> Drawing:
    """Draw a chart; bars that stand for categories with long names lie down."""
    names = _categories(data)
    bars = [one for one in data.series if one.kind == "bar"]
    if names and len(bars) == len(data.series) and max(text_width(one, SIZE) for one in names) > 46:
        return _lying(data, names, language)
    return _Standing(data, names, language).drawn()


def _categories(data: Chart) -> list[str]:
    found = dict.fromkeys(str(x) for one in data.series for x in one.x if isinstance(x, str))
    return list(found)


class _Standing:
    """A chart with values upwards."""

    def __init__(self, data: Chart, names: list[str], language: Language) -> None:
        self.data, self.names, self.language = data, names, language
        self.paper = Paper(CHART_WIDTH)
        self.top = 18.0 + _legend_height(data, language)
        self.bottom = self.top + CHART_HEIGHT - 40
        first = [one for one in data.series if not one.second]
        second = [one for one in data.series if one.second]
        self.ticks = _value_ticks(first or data.series, data.limits)
        self.second_ticks = _value_ticks(second, ()) if second and data.second else []
        left = max(text_width(tick_text(one, self.ticks), SIZE) for one in self.ticks) + 8
        right = max((text_width(tick_text(one, self.second_ticks), SIZE) for one in self.second_ticks), default=2) + 8
        self.left, self.right = left, CHART_WIDTH - right
        self.y = Scale(self.ticks[0], self.ticks[-1], self.bottom, self.top)
        ends = self.second_ticks or self.ticks
        self.y2 = Scale(ends[0], ends[-1], self.bottom, self.top)
        self.x = self._x_scale()

    def _x_scale(self) -> Scale:
        if self.names:
            return Scale(-0.5, len(self.names) - 0.5, self.left, self.right)
        values = [float(x) for one in self.data.series for x in one.x if not isinstance(x, str) and math.isfinite(x)]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        if self.data.x.kind != "time" and values:
            ticks = round_ticks(low, high, 7)
            low, high = ticks[0], ticks[-1]
        pad = (high - low or 1.0) * (0.04 if any(one.kind == "bar" for one in self.data.series) else 0)
        return Scale(low - pad, high + pad, self.left, self.right)

    def drawn(self) -> Drawing:
        self._frame()
        for limit in self.data.limits:
            self._limit(limit)
        bars = [one for one in self.data.series if one.kind == "bar"]
        for number, one in enumerate(self.data.series):
            scale = self.y2 if one.second else self.y
            if one.kind == "bar":
                self._bars(one, number, bars.index(one), len(bars))
            else:
                self._course(one, number, scale)
        _legend(self.paper, self.data, self.language, 9.0)
        title = said(self.data.title, self.language)
        return self.paper.finished(self.data.id, title, self.bottom + 34, title)

    def _frame(self) -> None:
        for tick in self.ticks:
            height = self.y.at(tick)
            self.paper.line([(self.left, height), (self.right, height)], GRID, 0.5)
            self.paper.text(self.left - 4, height + 2.6, tick_text(tick, self.ticks), SIZE, "end")
        for tick in self.second_ticks:
            self.paper.text(self.right + 4, self.y2.at(tick) + 2.6, tick_text(tick, self.second_ticks), SIZE)
        base = self.y.at(0.0) if self.ticks[0] <= 0 <= self.ticks[-1] else self.bottom
        self.paper.line([(self.left, base), (self.right, base)], INK, 0.8)
        self.paper.text(0, self.top - 7, _titled(self.data.y, self.language), SIZE)
        if self.data.second:
            self.paper.text(CHART_WIDTH, self.top - 7, _titled(self.data.second, self.language), SIZE, "end")
        for place, label in self._x_ticks():
            self.paper.line([(place, self.bottom), (place, self.bottom + 3)], INK, 0.6)
            for line, text in enumerate(label):
                self.paper.text(place, self.bottom + 11 + line * 9, text, SIZE, "middle")
        if not self.names:
            title = _titled(self.data.x, self.language)
            self.paper.text((self.left + self.right) / 2, self.bottom + 25, title, SIZE, "middle")

    def _x_ticks(self) -> list[tuple[float, list[str]]]:
        if self.names:
            step = (self.right - self.left) / len(self.names)
            every = max(1, math.ceil(16 / step))
            return [
                (self.x.at(place), folded(name, step * every - 3, SIZE))
                for place, name in enumerate(self.names)
                if place % every == 0
            ]
        if self.data.x.kind == "time":
            return [(self.x.at(at), [label]) for at, label in time_ticks(self.x.low, self.x.high)]
        ticks = [one for one in round_ticks(self.x.low, self.x.high, 7) if self.x.low <= one <= self.x.high]
        return [(self.x.at(one), [tick_text(one, ticks)]) for one in ticks]

    def _place(self, x: float | str) -> float:
        return self.x.at(float(self.names.index(x))) if isinstance(x, str) else self.x.at(float(x))

    def _limit(self, limit: Limit) -> None:
        name = said(limit.name, self.language)
        if isinstance(limit.at, int | float):
            height = self.y.at(float(limit.at))
            self.paper.line([(self.left, height), (self.right, height)], MARKED, 0.8, LIMITS[limit.role])
            self.paper.text(self.right - 2, height - 2.5, name, 6.5, "end", MARKED)
            return
        xs = self.data.series[0].x if self.data.series else ()
        points = [(self._place(x), self.y.at(y)) for x, y in zip(xs, limit.at, strict=False) if y is not None]
        self.paper.line(points, MARKED, 0.8, LIMITS[limit.role])
        if points:
            self.paper.text(points[-1][0] - 2, points[-1][1] - 2.5, name, 6.5, "end", MARKED)

    def _bars(self, one: Series, number: int, place: int, count: int) -> None:
        spots = len(self.names) or max(len(one.x), 1)
        full = (self.right - self.left) / spots * 0.72
        width = min(full / count, 30.0)
        scale = self.y2 if one.second else self.y
        base = scale.at(0.0)
        for x, y in zip(one.x, one.y, strict=True):
            if y is None or not math.isfinite(y):
                continue
            left = self._place(x) - width * count / 2 + place * width
            top, foot = sorted((scale.at(y), base))
            self.paper.box(Box(left, top, width * 0.94, foot - top), self.paper.hatch(number), COLOURS[number % 8], 0.7)
            if width >= 17:
                self.paper.text(left + width * 0.47, top - 2, f"{y:.4g}", 6.2, "middle")

    def _course(self, one: Series, number: int, scale: Scale) -> None:
        colour = COLOURS[number % len(COLOURS)]
        known = [(x, y) for x, y in zip(one.x, one.y, strict=True)]
        stretches: list[list[tuple[float, float]]] = [[]]
        for x, y in known:
            if y is None or not math.isfinite(y):
                stretches.append([])
                continue
            point = (self._place(x), scale.at(y))
            if one.kind == "step" and stretches[-1]:
                stretches[-1].append((point[0], stretches[-1][-1][1]))
            stretches[-1].append(point)
        for points in stretches:
            if one.kind == "area" and len(points) > 1:
                base = scale.at(max(scale.low, 0.0))
                self.paper.area([(points[0][0], base), *points, (points[-1][0], base)], "#d6e4ee", "none")
            if one.kind != "points":
                self.paper.line(points, colour, 1.2, DASHES[number % len(DASHES)])
            if one.kind == "points" or (one.kind == "line" and len(known) <= MANY):
                for x, y in points:
                    self.paper.mark(number, x, y, colour, 1.8)
        for place in one.marked:
            if 0 <= place < len(one.y) and (value := one.y[place]) is not None and math.isfinite(value):
                self.paper.circle(self._place(one.x[place]), scale.at(value), 4, "none", MARKED, 1.2)


def _lying(data: Chart, names: list[str], language: Language) -> Drawing:
    """Bars that lie: each category a line of its own, its name in full at the left."""
    paper = Paper(CHART_WIDTH)
    left = min(max(text_width(name, SIZE) for name in names), 150.0) + 8
    ticks = _value_ticks(data.series, data.limits)
    right = CHART_WIDTH - 34
    scale = Scale(ticks[0], ticks[-1], left, right)
    thick = 9.0 if len(data.series) > 1 else 11.0
    lane = thick * len(data.series) + 7
    top = 12.0 + _legend_height(data, language)
    bottom = top + lane * len(names)
    for tick in ticks:
        paper.line([(scale.at(tick), top), (scale.at(tick), bottom)], GRID, 0.5)
        paper.text(scale.at(tick), bottom + 10, tick_text(tick, ticks), SIZE, "middle")
    for place, name in enumerate(names):
        middle = top + lane * (place + 0.5)
        paper.lines(left - 5, middle, folded(name, left - 8, SIZE), SIZE, "end")
        for number, one in enumerate(data.series):
            values = dict(zip(map(str, one.x), one.y, strict=True))
            value = values.get(name)
            if value is None or not math.isfinite(value):
                paper.text(left + 3, middle - lane / 2 + 10 + number * thick, "—", SIZE, colour=FAINT)
                continue
            start, end = sorted((scale.at(0.0), scale.at(value)))
            bar = Box(start, middle - thick * len(data.series) / 2 + number * thick, end - start, thick - 1)
            paper.box(bar, paper.hatch(number), COLOURS[number % 8], 0.7)
            paper.text(end + 3, bar.y + thick / 2 + 2, f"{value:.4g}", 6.5)
    for limit in data.limits:
        if isinstance(limit.at, int | float):
            at = scale.at(float(limit.at))
            paper.line([(at, top - 2), (at, bottom)], MARKED, 0.9, LIMITS[limit.role])
            paper.text(at, top - 4, said(limit.name, language), 6.5, "middle", MARKED)
    paper.line([(scale.at(max(0.0, ticks[0])), top), (scale.at(max(0.0, ticks[0])), bottom)], INK, 0.8)
    paper.text((left + right) / 2, bottom + 21, _titled(data.y, language), SIZE, "middle")
    _legend(paper, data, language, 9.0)
    title = said(data.title, language)
    return paper.finished(data.id, title, bottom + 27, title)


def _value_ticks(series: Sequence[Series], limits: Sequence[Limit]) -> list[float]:
    values = [y for one in series for y in one.y if y is not None and math.isfinite(y)]
    for limit in limits:
        at = [limit.at] if isinstance(limit.at, int | float) else limit.at
        values += [float(y) for y in at if y is not None and math.isfinite(y)]
    if any(one.kind in ("bar", "area") for one in series):
        values.append(0.0)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return round_ticks(low, high)


def _legend_height(data: Chart, language: Language) -> float:
    return 0.0 if len(data.series) < 2 else 12.0 * len(_legend_lines(data, language))


def _legend_lines(data: Chart, language: Language) -> list[list[tuple[int, str]]]:
    lines: list[list[tuple[int, str]]] = [[]]
    used = 0.0
    for number, one in enumerate(data.series):
        name = shortened(said(one.name, language), CHART_WIDTH - 40, SIZE)
        needed = 36 + text_width(name, SIZE)
        if used + needed > CHART_WIDTH and lines[-1]:
            lines.append([])
            used = 0.0
        lines[-1].append((number, name))
        used += needed
    return lines


def _legend(paper: Paper, data: Chart, language: Language, top: float) -> None:
    if len(data.series) < 2:
        return
    for row, line in enumerate(_legend_lines(data, language)):
        total = sum(36 + text_width(name, SIZE) for _, name in line)
        x, y = (CHART_WIDTH - total) / 2, top + 12 * row
        for number, name in line:
            colour = COLOURS[number % len(COLOURS)]
            kind = data.series[number].kind
            if kind in ("bar", "area"):
                paper.box(Box(x, y - 6.5, 18, 7.5), paper.hatch(number) if kind == "bar" else "#d6e4ee", colour, 0.7)
            else:
                if kind != "points":
                    paper.line([(x, y - 2.6), (x + 18, y - 2.6)], colour, 1.2, DASHES[number % len(DASHES)])
                paper.mark(number, x + 9, y - 2.6, colour, 1.8)
            paper.text(x + 22, y, name, SIZE)
            x += 36 + text_width(name, SIZE)


def _titled(axis: Axis, language: Language) -> str:
    title = said(axis.title, language)
    zh, _, en = axis.unit.partition(" / ")  # a unit that says itself twice: Chinese first
    unit = en if en and language == "en" else zh
    if not unit or unit == "1":
        return title
    return f"{title}（{unit}）" if language == "zh" else f"{title} ({unit})"
