"""Every figure of a dossier, drawn: the system map from systems and interfaces, the rest from its charts."""

from collections.abc import Mapping
from dataclasses import replace

from linghang.engines.charts import AnyChart, Chart, Gantt, Graph, Heatmap
from linghang.report import naming
from linghang.report.content import Dossier
from linghang.report.drawing import Drawing, drawn
from linghang.report.drawing_map import system_map
from linghang.words import Language

OWN = ("system_map", "ladder")
"""Charts that are not taken as they are: the first is drawn from its parts, the second is a table here."""


def report_figures(dossier: Dossier, language: Language) -> dict[str, Drawing]:
    """Return the drawings by the place where they belong; what has no data is not there."""
    found: dict[str, Drawing] = {}
    if dossier.systems:
        found["system_map"] = system_map(dossier.systems, dossier.system_links, language)
    for place, chart in dossier.charts.items():
        names = {key: naming.said(text, language) for key, text in dossier.labels.get(chart.id, {}).items()}
        if place not in OWN and (drawing := drawn(_named(chart, names), language)):
            found[place] = drawing
    return found


def _named(chart: AnyChart, names: Mapping[str, str]) -> AnyChart:
    """Call the categories, lanes, rows, columns and nodes of a chart by their names."""
    if isinstance(chart, Chart):
        series = []
        for one in chart.series:
            at = [names.get(x, x) if isinstance(x, str) else x for x in one.x]
            series.append(replace(one, x=at))
        return replace(chart, series=series)
    if isinstance(chart, Gantt):
        bars = [replace(one, lane=names.get(one.lane, one.lane)) for one in chart.bars]
        return replace(chart, bars=bars, lanes=[names.get(one, one) for one in chart.lanes])
    if isinstance(chart, Heatmap):
        columns = [names.get(one, one) for one in chart.columns]
        return replace(chart, columns=columns, rows=[names.get(one, one) for one in chart.rows])
    if isinstance(chart, Graph):
        return replace(chart, nodes=[replace(one, label=names.get(one.id, one.label)) for one in chart.nodes])
    return chart
