"""The indicators of the annex: formula, value, baseline, lineage, and how others stand."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import charts, facts, figures, indicator_rows, overview_tiles, states
from linghang.console.hypertext import card, joined, table, tag
from linghang.console.hypertext import facts as listed
from linghang.console.indicator_course import Baseline, Course
from linghang.console.telling import AREAS, CONFIDENCE, STATISTICS, chip, finding, headed, named, said
from linghang.console.visit import Visit
from linghang.usecases.assessing import say_need
from linghang.usecases.indicator_rows import rows_read
from linghang.usecases.indicator_rules import IndicatorShown, indicator_rules
from linghang.words import Listed, tr

HEIGHT_OF_A_BAR = 34
REPORTED = {"level": "state", "change": "change"}
"""Which type of indicator reports a value of a kind of comparator."""


@cache
def _rules() -> dict[str, IndicatorShown]:
    return indicator_rules()


async def build(visit: Visit, _: PageArguments) -> None:
    """Show all indicators in the groups of the annex, as rows."""
    document = await facts.assessment(visit.folder, visit.pack, visit.day, visit.now)
    pack = facts.pack_of(visit.pack)
    values = {one["id"]: one for one in document["indicators"]}
    states.show(states.heading(tr("Indicators"), _about(document, values)))
    if not pack.indicators:
        states.show(
            states.empty(
                tr("This pack asks for no indicators"),
                tr("Choose another pack of conditions above."),
            )
        )
        return
    groups: dict[str, list[Any]] = {}
    for one in pack.indicators:
        groups.setdefault(said(one.group), []).append(one)
    states.show(joined(_group(name, ones, values, visit) for name, ones in groups.items()))


def _about(document: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    known = [one for one in values.values() if one["value"] is not None]
    period = _period(document["indicators"])
    text = tr("{known} of {count} have a value.", known=len(known), count=len(values))
    return f"{text} {period}".strip()


def _period(ones: Any) -> str:
    lineage = next((one["lineage"] for one in ones if one.get("lineage", {}).get("period")), None)
    if lineage is None:
        return ""
    return tr(
        "Period {start} to {end}, baseline from {before}.",
        start=figures.day(lineage["period"]["start"]),
        end=figures.day(lineage["period"]["end"]),
        before=figures.day(lineage["baseline"]["start"]),
    )


def _group(name: str, ones: list[Any], values: Mapping[str, Any], visit: Visit) -> Markup:
    rows = [_row(one, values[one.id], visit) for one in ones if one.id in values]
    heads = ("#", tr("indicator"), tr("before"), tr("now"), tr("value"), tr("change"), tr("beside others"))
    return card(headed(name), table(heads, rows, "lh-indicators", name))


def _row(rule: Any, one: Mapping[str, Any], visit: Visit) -> list[Any]:
    value = finding("unknown") if one["value"] is None else _said_value(one, rule.unit)
    if one["state"] == "not_applicable":
        value = finding("not_applicable")
    needs = str(Listed(dict.fromkeys(str(say_need(need)) for need in one["needs"][:2])))
    relative = figures.decimal(one["change_relative"])
    change: Any = tag("small", needs, class_="lh-faint") if needs else "–"
    if relative is not None:
        better = relative > 0
        change = tag(
            "span",
            ("▲ " + tr("better")) if better else ("▼ " + tr("worse")) if relative else "= " + tr("unchanged"),
            class_="lh-better" if better else "lh-worse" if relative else "lh-faint",
        )
    return [
        tag("span", str(rule.number), class_="lh-number"),
        tag("a", headed(said(rule.title)), href=visit.url(f"/indicators/{rule.id}")),
        tag("span", figures.with_unit(one["baseline_value"], None), class_="lh-figure"),
        tag("span", figures.with_unit(one["present_value"], one["measured_unit"]), class_="lh-figure"),
        tag("strong", value, class_="lh-figure"),
        change,
        overview_tiles.beside(one),
    ]


def _said_value(one: Mapping[str, Any], unit: str) -> Markup:
    return tag("span", figures.with_unit(one["value"], unit), title=str(one["value"]))


# --- one indicator ---


async def build_one(visit: Visit, args: PageArguments) -> None:
    """Show one indicator whole."""
    id = args.path_parameters["id"]
    document = await facts.assessment(visit.folder, visit.pack, visit.day, visit.now)
    pack = facts.pack_of(visit.pack)
    rule = next((one for one in pack.indicators if one.id == id), None)
    one = next((one for one in document["indicators"] if one["id"] == id), None)
    back = (tr("All indicators"), visit.url("/indicators"))
    if rule is None or one is None:
        states.show(states.empty(tr("There is no such indicator"), tr("The pack does not ask for it."), back))
        return
    way = tag("a", "‹ ", back[0], href=back[1], class_="lh-back")
    states.show(states.heading(f"{rule.number} · {headed(said(rule.title))}", said(rule.group), way))
    with ui.element("div").classes("lh-grid lh-grid-two"):
        states.show(_value_card(rule, one), "lh-cell")
        states.show(_formula_card(id), "lh-cell")
    query = args.query_parameters
    await Course(visit, one, query.get("course", "")).build()
    if rule.type == "change":
        Baseline(visit, one, query.get("baseline", "")).build()
    for title, word, others in _beside(rule, one):
        dark = await charts.is_dark(visit)
        with ui.element("section").classes("lh-card"):
            states.show(tag("div", tag("h2", title), class_="lh-card-head"))
            about = "; ".join(f"{name}: {value:g}" for name, value in others)
            options = charts.bars([one[0] for one in others], [one[1] for one in others], (0,), word, dark)
            options["series"][0]["label"] |= {
                "color": (charts.DARK if dark else charts.LIGHT)["text"],
                "textBorderWidth": 0,
            }
            charts.draw(options, dark, about, 60 + HEIGHT_OF_A_BAR * len(others))
    states.show(joined((_comparators(one), _references(one), _lineage(one, visit))))


def _value_card(rule: Any, one: Mapping[str, Any]) -> Markup:
    value = finding("unknown") if one["value"] is None else _said_value(one, rule.unit)
    if one["state"] == "not_applicable":
        value = finding("not_applicable")
    needs = Listed(dict.fromkeys(str(say_need(need)) for need in one["needs"]))
    pairs = (
        (
            tr("baseline"),
            figures.with_unit(one["baseline_value"], one["measured_unit"]) if one["baseline_value"] else None,
        ),
        (tr("now"), figures.with_unit(one["present_value"], one["measured_unit"]) if one["present_value"] else None),
        (tr("change"), overview_tiles.change(one) if one["change_relative"] else None),
        (tr("lacking"), str(needs) if one["needs"] else None),
    )
    return card(tr("Value"), tag("p", value, class_="lh-great"), listed(pairs))


def _formula_card(id: str) -> Markup:
    rule = _rules().get(id)
    if rule is None:
        return card(tr("Formula"), tag("p", tr("This indicator is not computed here."), class_="lh-note"))
    better = tr("higher is better") if rule.better == "higher" else tr("lower is better")
    reported = tr("the change from the baseline is reported") if rule.type == "change" else tr("the value is reported")
    pairs = (
        (tr("formula"), tag("span", said(rule.formula), class_="lh-formula")),
        (tr("how it is read"), f"{better} · {reported}"),
        (tr("pitfalls"), said(rule.pitfalls)),
        (tr("formula from"), rule.source),
        (tr("sure"), named(CONFIDENCE, rule.confidence)),
    )
    return card(tr("Formula"), listed(pairs))


def _beside(rule: Any, one: Mapping[str, Any]) -> Iterator[tuple[str, str, list[tuple[str, float]]]]:
    """Yield what may be drawn together: values with values and changes with changes, the plant's own first."""
    titles = {"level": tr("Value beside others"), "change": tr("Change beside others")}
    for kind, title in titles.items():
        own: tuple[Decimal, str] | None = None
        others: list[tuple[str, float]] = []
        for name, comparison, comparator in overview_tiles.compared(one):
            value, mine = figures.decimal(comparator["value"]), figures.decimal(comparison["own"])
            if comparator["kind"] == kind and value is not None and mine is not None:
                own = own or (mine, comparator["unit"])
                if own[1] == comparator["unit"]:
                    others.append((name, float(value)))
        reported = figures.decimal(one["value"])
        if rule.type == REPORTED[kind] and reported is not None:
            own = own or (reported, rule.unit)
            for other in one["references"]:
                value = figures.decimal(other["value"])
                if value is not None and other["unit"] == own[1] == rule.unit:
                    others.append((f"{said(other['of'])} ({other['as_of']})", float(value)))
        if own and others:
            shown = [(tr("this factory"), float(own[0])), *others]
            yield title, figures.unit(own[1]), [(name, round(value, 3)) for name, value in shown]


def _comparators(one: Mapping[str, Any]) -> Markup | None:
    rows = []
    for other in one["comparisons"]:
        for comparator in other["comparators"]:
            stands = {True: tr("ahead"), False: tr("behind"), None: tr("unknown")}[other["better"]]
            rows.append(
                [
                    f"{tr(AREAS[other['area']])} · {tr(STATISTICS[other['statistic']])}",
                    tag("strong", figures.with_unit(comparator["value"], comparator["unit"])),
                    tag(
                        "span", stands, class_={True: "lh-better", False: "lh-worse", None: "lh-faint"}[other["better"]]
                    ),
                    joined((comparator["source"], tag("small", tag("code", comparator["id"])))),
                    f"{figures.day(comparator['valid_from'])} – {figures.day(comparator['valid_to'])}",
                ]
            )
    if not rows:
        return None
    heads = (tr("comparator"), tr("value"), tr("the factory"), tr("source"), tr("valid"))
    about = tr("These decide clauses that compare the factory with its industry.")
    return card(tr("Comparators"), table(heads, rows, "", tr("Comparators")), about=about)


def _references(one: Mapping[str, Any]) -> Markup | None:
    if not one["references"]:
        return None
    rows = (
        [
            said(other["of"]),
            joined(
                (tr("over") + " " if other["bound"] == "over" else "", figures.with_unit(other["value"], other["unit"]))
            ),
            other["as_of"],
            tag("small", other["source"], class_="lh-wrap"),
        ]
        for other in one["references"]
    )
    about = tr("For orientation only, nothing is judged by them.")
    heads = (tr("of whom"), tr("value"), tr("as of"), tr("source"))
    return card(tr("Published averages"), table(heads, rows, "", tr("Published averages")), about=about)


def _lineage(one: Mapping[str, Any], visit: Visit) -> Markup:
    lineage = one["lineage"]
    tables = (
        tag(
            "a",
            tag("code", read.table),
            " ",
            tr("{count} rows", count=f"{read.used:,}"),
            href=visit.url(f"/indicators/{one['id']}/rows/{read.table}"),
            class_="lh-chip",
        )
        for read in rows_read(one)
    )
    zone = lineage["period"].get("zone", visit.zone)
    pairs = (
        (tr("rows read"), tag("span", *tables, class_="lh-chips")),
        (tr("of which"), said(lineage["filters"])),
        (tr("period"), f"{figures.day(lineage['period']['start'])} – {figures.day(lineage['period']['end'])} ({zone})"),
        (
            tr("baseline"),
            f"{figures.day(lineage['baseline']['start'])} – {figures.day(lineage['baseline']['end'])}"
            if lineage["baseline"]
            else None,
        ),
        (tr("settings"), tag("span", *(chip(str(x)) for x in lineage["settings"])) if lineage["settings"] else None),
        (tr("digest of what was read"), tag("code", lineage["input_digest"], class_="lh-wrap")),
    )
    return card(tr("Lineage"), listed(pairs), about=tr("The same rows give the same value, on any machine."))


PARTS = {"{id}/rows/{table}": indicator_rows.build, "{id}": build_one}
