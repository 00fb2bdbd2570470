"""Draws the charts of a report as SVG: whatever engines and plans give as data, readable in grey print as well."""

from linghang.engines.charts import AnyChart, Chart, Gantt, Graph, Heatmap
from linghang.report.drawing_chart import chart
from linghang.report.drawing_grid import gantt, heatmap
from linghang.report.drawing_map import graph
from linghang.report.drawing_paper import Drawing
from linghang.words import Language

__all__ = ["Drawing", "drawn"]


def drawn(data: AnyChart, language: Language) -> Drawing | None:
    """Return a chart drawn for paper (about 155 mm wide), or None for what paper does not show (pictures of parts)."""
    if isinstance(data, Chart):
        return chart(data, language) if any(len(one.x) for one in data.series) else None
    if isinstance(data, Gantt):
        return gantt(data, language) if data.bars else None
    if isinstance(data, Graph):
        return graph(data, language) if data.nodes else None
    if isinstance(data, Heatmap):
        return heatmap(data, language) if data.rows and data.columns else None
    return None
