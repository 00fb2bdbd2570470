"""Charts as data: what to draw, not how. The console, a report and a terminal each draw them in their own way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from linghang.errors import BadInput
from linghang.words import Text

AxisKind = Literal["number", "time", "category"]
SeriesKind = Literal["line", "step", "bar", "points", "area"]
LimitRole = Literal["centre", "control", "warning", "specification", "target"]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis measures; of kind `time` the values are UTC seconds since 1970."""

    title: Text
    unit: str = ""
    kind: AxisKind = "number"


@dataclass(frozen=True, slots=True)
class Series:
    """One course of values: `x` and `y` of the same length; a missing value is None.

    Attributes
    ----------
    marked
        Places in the series to stand out (points outside the limits).
    second
        Whether it belongs to the second y axis.
    """

    name: Text
    x: Sequence[float | str]
    y: Sequence[float | None]
    kind: SeriesKind = "line"
    marked: Sequence[int] = ()
    second: bool = False

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise BadInput("a series has {x} places and {y} values", x=len(self.x), y=len(self.y))


@dataclass(frozen=True, slots=True)
class Limit:
    """A level line over the whole width, or one value a place of x."""

    name: Text
    at: float | Sequence[float | None]
    role: LimitRole = "control"


@dataclass(frozen=True, slots=True)
class Chart:
    """Courses over an axis: trends, control charts, bars, scatters."""

    id: str
    title: Text
    x: Axis
    y: Axis
    series: Sequence[Series]
    limits: Sequence[Limit] = ()
    second: Axis | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a Gantt chart: lane, from, to (UTC seconds), what is written on it, and the group that colours it."""

    lane: str
    start_s: float
    end_s: float
    label: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Gantt:
    """Who does what when: states of machines, a schedule."""

    id: str
    title: Text
    lanes: Sequence[str]
    bars: Sequence[Bar]
    groups: Sequence[tuple[str, Text]] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a graph: lots, meters, machines."""

    id: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """From, to, and how much flows (None where nothing is measured)."""

    source: str
    target: str
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Things and what joins them; drawn as flows (Sankey) where `unit` says what flows."""

    id: str
    title: Text
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Values over two axes: `values[row][column]`, None where there is none."""

    id: str
    title: Text
    x: Axis
    y: Axis
    columns: Sequence[str]
    rows: Sequence[str]
    values: Sequence[Sequence[float | None]]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes on one of the files that the engine was given: (left, top, right, bottom) in pixels, label, score."""

    id: str
    title: Text
    file: str
    boxes: Sequence[tuple[float, float, float, float, str, float]] = ()


AnyChart = Chart | Gantt | Graph | Heatmap | Picture


def to_json(value: object) -> Any:
    """Return a chart as JSON has it: texts in both languages, numbers that are not finite as null."""
    if isinstance(value, Text):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"chart": type(value).__name__.lower()} if isinstance(value, AnyChart) else {}
        return kind | {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, bool | str | None):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, Sequence) or hasattr(value, "__iter__"):
        return [to_json(one) for one in value]
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None
