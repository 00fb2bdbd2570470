"""What stands beside the indicators in the terminal: the comparators that were chosen, and published averages."""

from decimal import Context, Decimal

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from linghang.cli.names import headed
from linghang.usecases.assessing import Assessment
from linghang.usecases.comparing import Comparison, published
from linghang.words import Listed, later, tr

AREAS = {"province": later("province"), "country": later("country"), "world": later("world")}
STATISTICS = {"average": later("above the average"), "leading": later("at the leading level")}
VALUES = {"average": later("average"), "leading": later("leading value")}
KINDS = {"level": later("level"), "change": later("change")}
WHOLE_FROM = 10_000
UNITS = {"个": later("pcs"), "家": later("firms"), "万元/(人·a)": later("10 kCNY/(person·a)"), "次/a": later("times/a")}
REASONS = {
    "industry": later("the industry of the enterprise is not known"),
    "province": later("the province of the factory is not known"),
    "unit": later("the units do not convert"),
    "contradicted": later("the comparators contradict each other"),
    "new_plant": later("no baseline: the plant is new"),
    "not_applicable": later("not applicable"),
}


def beside(found: Assessment) -> RenderableType:
    """Comparators first, because they decide; then what was published, which decides nothing."""
    shown = [_comparisons(found)] if found.comparisons else []
    return Group(*shown, *([_published(found)] if found.indicators else []))


def _comparisons(found: Assessment) -> RenderableType:
    """One row an indicator, one column a question; the JSON names every comparator with its region and source."""
    order = [(area, statistic) for area in AREAS for statistic in VALUES]
    asked = sorted({(one.area, one.statistic) for one in found.comparisons}, key=order.index)
    table = headed(tr("Beside the industry, by comparators"))
    table.add_column("#", justify="right")
    table.add_column(tr("indicator"), overflow="fold", min_width=24)
    table.add_column(tr("own"), justify="right", overflow="fold")
    for area, statistic in asked:
        table.add_column(f"{tr(AREAS[area])}\n{tr(VALUES[statistic])}", justify="right")
    for rule in found.annex:
        row = {(one.area, one.statistic): one for one in found.comparisons if one.indicator == rule.id}
        if not row:
            continue
        own = next((f"{short(one.own)} {said_unit(one.own_unit)}" for one in row.values() if one.own is not None), "–")
        cells = [_cell(row[question]) if question in row else "" for question in asked]
        table.add_row(str(rule.number), escape(str(rule.title)), escape(own), *cells)
    sources = Listed(dict.fromkeys(each.source for one in found.comparisons for each in one.comparators))
    said = escape(tr("comparators from: {sources}", sources=sources))
    return Group(table, f"[dim]{said}[/]\n" if sources else "")


def _cell(one: Comparison) -> str:
    """Where the plant stands, and the comparator that says so; where one of the other kind decides, which."""
    if one.better is None:
        return f"[yellow]?[/] [dim]{tr(REASONS[one.reason])}[/]" if one.reason in REASONS else "[yellow]?[/]"
    mark = "[green]✓[/]" if one.better else "[red]✗[/]"
    if not one.comparators:
        return mark
    chosen = one.comparators[0]
    other = f"\n[dim]{tr(VALUES[chosen.statistic])}[/]" if chosen.statistic != one.statistic else ""
    return f"{mark} {short(chosen.value)}{other}"


def _published(found: Assessment) -> Table:
    table = headed(tr("Published averages: for orientation only, nothing is judged by them"))
    for column in ("#", tr("indicator"), tr("of whom"), tr("published"), tr("as of")):
        table.add_column(column, overflow="fold")
    indicators = [(one.id, str(one.number), str(one.title)) for one in found.annex]
    for name, rank, title in (*indicators, (None, "", tr("related, no indicator of the annex"))):
        for one in published(name):
            over = "> " if one.bound == "over" else ""
            row = (rank, title, str(one.of), f"{over}{number(one.value)} {one.unit}", one.as_of)
            table.add_row(*map(escape, row), style="dim")
    return table


def short(value: Decimal) -> str:
    """A number for the eye: thousands apart, at most two decimals."""
    whole = value == value.to_integral_value() or abs(value) >= WHOLE_FROM
    return f"{value:,.0f}" if whole else f"{value:,.2f}".rstrip("0").rstrip(".")


def said_unit(unit: str) -> str:
    """A unit as the reader's language writes it; those that are words are written in Chinese in the packs."""
    return tr(UNITS[unit]) if unit in UNITS else unit


def number(value: Decimal) -> str:
    """A number with thousands apart and twelve digits at most; the JSON has all."""
    return f"{Context(prec=12).plus(value):,f}"
