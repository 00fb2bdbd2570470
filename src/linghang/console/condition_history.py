"""How the finding of a clause changed: a timeline, and a table of what came when and made it so."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.hypertext import card, joined, table, tag
from linghang.console.telling import FINDINGS, REASONS, SIGNS, SOURCES, and_more, chip, finding, named, proof
from linghang.console.visit import Visit
from linghang.words import Listed, tr

WIDTH, HEIGHT = 1_000, 34
LEAST_FOR_A_SIGN = 26
MOST_STEPS = 60
MOST_SOURCES = 4


def history(found: Mapping[str, Any], visit: Visit, until: date) -> Markup:
    """Return the card of a clause's history, as `linghang.usecases.element_history.History.to_dict` has it."""
    title = tr("History")
    if not found["steps"]:
        text = (
            tr("This clause follows from others; it has no evidence of its own.")
            if found["derived"]
            else tr("The ledger holds nothing about this clause yet: record an assessment, or register a document.")
        )
        return card(title, tag("p", text, class_="lh-note"))
    changes = [one for one in found["steps"] if one["changed"]]
    quiet = len(found["steps"]) - len(changes)
    lines = [
        joined(
            (
                tag("p", tag("code", about), class_="lh-about") if len(found["about"]) > 1 else None,
                timeline([one for one in changes if one["about"] == about], until),
            )
        )
        for about in found["about"]
        if any(one["about"] == about for one in changes)
    ]
    heads = (tr("day"), tr("known until then"), tr("known since"), tr("because of"), tr("recorded"))
    rows = (_row(one, visit) for one in list(reversed(changes))[:MOST_STEPS])
    said = tr("{count} records said the same again.", count=quiet) if quiet else ""
    return card(
        title,
        *lines,
        table(heads, rows, "", title),
        and_more(len(changes) - MOST_STEPS),
        about=" ".join(one for one in (tr("From the ledger: what each assessment found, and when."), said) if one),
    )


def timeline(changes: Sequence[Mapping[str, Any]], until: date) -> Markup:
    """Draw one or more changes as stretches of a line up to a day, each with its sign."""
    days = [date.fromisoformat(one["day"]) for one in changes]
    first = days[0]
    last = max(until, *days)
    if last == first:
        last += timedelta(1)
    span = (last - first).days
    parts = []
    for place, (one, day) in enumerate(zip(changes, days, strict=True)):
        end = days[place + 1] if place + 1 < len(days) else last
        x, wide = WIDTH * (day - first).days / span, WIDTH * max((end - day).days, 0) / span
        if wide <= 0 and place + 1 < len(days):
            continue
        word, sign = _said(one["after"])
        title = f"{figures.day(day)} – {figures.day(end)}: {word}"
        kind = _class(one["after"])
        parts.append(
            tag(
                "g",
                tag("title", title),
                tag("rect", x=f"{x:.1f}", y="4", width=f"{max(wide - 2, 3):.1f}", height="26", rx="4", class_=kind),
                tag("text", sign, x=f"{x + wide / 2:.1f}", y="23", class_=f"{kind}-sign")
                if wide >= LEAST_FOR_A_SIGN
                else None,
            )
        )
    about = "; ".join(f"{figures.day(day)}: {_said(one['after'])[0]}" for one, day in zip(changes, days, strict=True))
    drawn = tag(
        "svg",
        tag("title", about),
        *parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        class_="lh-timeline",
    )
    bounds = (tag("span", figures.day(one)) for one in (first, max(until, *days)))
    ends = tag("div", *bounds, class_="lh-timeline-ends")
    return joined((drawn, ends))


def _row(one: Mapping[str, Any], visit: Visit) -> list[Any]:
    recorded = figures.moment(one["at"], visit.zone) if one["at"] else tr("by growing stale")
    return [figures.day(one["day"]), _state(one["before"]), _state(one["after"]), _because(one), recorded]


def _state(one: Mapping[str, Any] | None) -> Markup:
    if one is None:
        return tag("span", tr("nothing known"), class_="lh-faint")
    if one["value"] is None:
        return joined((finding("unknown"), tag("small", named(REASONS, one["reason"]))))
    shown = finding(one["value"]) if one["value"] in FINDINGS else tag("strong", figures.with_unit(one["value"], None))
    return joined((shown, " ", proof(one["proof"])))


def _because(one: Mapping[str, Any]) -> Markup:
    if one["cause"] == "aged":
        sources = Listed(dict.fromkeys(map(_source, one["because"])))
        return tag("span", tr("stale: {what}", what=sources))
    items = []
    for each in one["because"][:MOST_SOURCES]:
        gone = each["kind"] == "withdrawal"
        value = None if gone else _value(each)
        items.append(tag("li", chip(tr("withdrawn")) if gone else None, " ", _source(each), " ", value))
    rest = len(one["because"]) - MOST_SOURCES
    if rest > 0:
        items.append(tag("li", tr("and {count} more", count=rest)))
    return tag("ul", items, class_="lh-because")


def _source(one: Mapping[str, Any]) -> str:
    return f"{named(SOURCES, one['source']['kind'])} {one['source']['id']}"


def _value(one: Mapping[str, Any]) -> Markup:
    if one["value"] in FINDINGS:
        return finding(one["value"], small=True)
    return tag("strong", figures.with_unit(one["value"], one["unit"]))


def _said(one: Mapping[str, Any]) -> tuple[str, str]:
    value = one["value"]
    if value is None:
        return tr(FINDINGS["unknown"]), SIGNS["unknown"]
    return (tr(FINDINGS[value]), SIGNS[value]) if value in FINDINGS else (str(value), str(value))


def _class(one: Mapping[str, Any]) -> str:
    value = one["value"]
    name = "unknown" if value is None else value.replace("_", "-") if value in FINDINGS else "value"
    return f"lh-line-{name}"
