"""The indicators of the annex as tiles: value, baseline, change, and how others stand."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.drawing import Mark, strip
from linghang.console.hypertext import joined, tag
from linghang.console.telling import AREAS, STATISTICS, chip, finding, headed, said
from linghang.console.visit import Visit
from linghang.usecases.assessing import say_need
from linghang.usecases.packs import Pack
from linghang.words import Listed, tr

SPARK_WIDTH, SPARK_HEIGHT = 160, 28
LEAST_MONTHS = 3
"""Fewer values are no course."""


def tiles(
    pack: Pack, document: Mapping[str, Any], visit: Visit, trends: Mapping[str, Sequence[str | None]] | None = None
) -> Markup:
    """All indicators of the pack; those without a value say what they need.

    Parameters
    ----------
    trends
        Indicator -> its values of the last months, the oldest first; None while they are computed.
    """
    rules = {one.id: one for one in pack.indicators}
    shown = [one for one in document["indicators"] if one["id"] in rules]
    known = sum(1 for one in shown if one["value"] is not None)
    about = tr("{known} of {count} have a value.", known=known, count=len(shown))
    if not shown:
        about = tr("This pack asks for no indicators.")
    head = tag("div", tag("h2", tr("Indicators")), tag("p", about, class_="lh-about"), class_="lh-card-head")
    return tag(
        "section",
        head,
        tag("ul", (tile(rules[one["id"]], one, visit, _trend(trends, one["id"])) for one in shown), class_="lh-tiles"),
        class_="lh-section",
    )


def _trend(trends: Mapping[str, Sequence[str | None]] | None, id: str) -> Markup:
    if trends is None:
        return tag("span", class_="lh-spark-space lh-spark-waits", aria_hidden="true")
    return spark([figures.decimal(one) for one in trends.get(id, ())])


def spark(values: Sequence[Decimal | None]) -> Markup:
    """Draw the course of the last months as a line; a month without a value is a gap."""
    known = [one for one in values if one is not None]
    if len(known) < LEAST_MONTHS:
        return tag("span", tr("no course yet"), class_="lh-spark-space lh-faint")
    low, high = min(known), max(known)
    span = float(high - low) or 1.0
    step = SPARK_WIDTH / max(len(values) - 1, 1)
    path, drawing, last = [], False, (0.0, 0.0)
    for place, value in enumerate(values):
        if value is None:
            drawing = False
            continue
        last = place * step, SPARK_HEIGHT - 4 - (SPARK_HEIGHT - 8) * float(value - low) / span
        path.append(f"{'L' if drawing else 'M'}{last[0]:.1f} {last[1]:.1f}")
        drawing = True
    text = tr(
        "{count} months: {first} to {last}",
        count=len(values),
        first=figures.short(known[0]),
        last=figures.short(known[-1]),
    )
    return tag(
        "svg",
        tag("title", text),
        tag("path", d="".join(path)),
        tag("circle", cx=f"{last[0]:.1f}", cy=f"{last[1]:.1f}", r="2.5"),
        viewBox=f"-3 0 {SPARK_WIDTH + 6} {SPARK_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        class_="lh-spark",
    )


def tile(rule: Any, one: Mapping[str, Any], visit: Visit, trend: Markup | None = None) -> Markup:
    """One indicator; the whole tile is its link."""
    content = (
        tag(
            "span", tag("span", str(rule.number), class_="lh-number"), headed(said(rule.title)), class_="lh-tile-title"
        ),
        _value(one, rule.unit),
        change(one),
        trend,
        beside(one),
    )
    return tag("li", tag("a", *content, href=visit.url(f"/indicators/{one['id']}"), class_="lh-tile"))


def _value(one: Mapping[str, Any], unit: str) -> Markup:
    if one["state"] == "not_applicable":
        return finding("not_applicable")
    if one["value"] is None:
        return tag("span", finding("unknown"), class_="lh-tile-value")
    return tag(
        "span",
        tag("strong", figures.with_unit(one["value"], None)),
        tag("span", figures.unit(unit), class_="lh-unit"),
        class_="lh-tile-value",
        title=str(one["value"]),
    )


def change(one: Mapping[str, Any]) -> Markup:
    """From the baseline to now, and whether that is better; or what is lacking."""
    if one["value"] is None:
        needs = Listed(dict.fromkeys(str(say_need(need)) for need in one["needs"][:2]))
        return tag("span", str(needs), class_="lh-tile-change lh-faint")
    relative = figures.decimal(one["change_relative"])
    if relative is None or one["baseline_value"] is None:
        return tag("span", tr("present value"), class_="lh-tile-change lh-faint")
    word, class_ = (tr("better"), "lh-better") if relative > 0 else (tr("worse"), "lh-worse")
    sign = "▲" if relative > 0 else "▼"
    if relative == 0:
        word, class_, sign = tr("unchanged"), "lh-faint", "="
    before = figures.with_unit(one["baseline_value"], None)
    after = figures.with_unit(one["present_value"], one["measured_unit"])
    return tag(
        "span",
        tag("span", sign, " ", word, class_=class_),
        tag("span", f"{before} → {after}"),
        class_="lh-tile-change",
    )


def compared(one: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield name, comparison and deciding comparator of each comparison that has one in the plant's own unit."""
    for other in one["comparisons"]:
        for comparator in other["comparators"][:1]:
            if comparator["unit"] == other["own_unit"]:
                yield f"{tr(AREAS[other['area']])} · {tr(STATISTICS[other['statistic']])}", other, comparator


def beside(one: Mapping[str, Any]) -> Markup:
    """The plant as a bar beside the marks of others of the same kind, and the nearest that is ahead, in words."""
    marks: list[Mark] = []
    ahead, own, kind = None, None, None
    for name, other, comparator in compared(one):
        value, mine = figures.decimal(comparator["value"]), figures.decimal(other["own"])
        if value is None or mine is None or kind not in (None, comparator["kind"]):
            continue
        own, kind = mine, comparator["kind"]
        marks.append(Mark(name, float(value)))
        if other["better"] is False and ahead is None:
            ahead = tr("{who}: {value}", who=name, value=figures.with_unit(value, comparator["unit"]))
    title = "; ".join(f"{mark.label} {figures.short(mark.value)}" for mark in marks)
    drawn = strip(float(own), marks, title) if own is not None else None
    if drawn is None:
        return tag("span", _published(one), class_="lh-tile-beside")
    words = tr("next: {mark}", mark=ahead) if ahead else tr("ahead of all {count} comparators", count=len(marks))
    return tag("span", drawn, tag("small", words), class_="lh-tile-beside")


def _published(one: Mapping[str, Any]) -> Markup | None:
    if not one["references"]:
        return tag("small", tr("nothing to compare with yet"), class_="lh-faint")
    first = one["references"][0]
    text = tr("{who}: {value}", who=said(first["of"]), value=figures.with_unit(first["value"], first["unit"]))
    return joined((tag("small", text), chip(tr("published"))))
