"""One clause: what it asks in our words, what was found, why, by which evidence, and what we took it to mean."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.hypertext import facts, joined, table, tag
from linghang.console.telling import (
    FINDINGS,
    FORCES,
    KINDS,
    REASONS,
    and_more,
    chip,
    finding,
    headed,
    named,
    ours,
    proof,
    source,
)
from linghang.console.visit import Visit
from linghang.usecases.assessing import say_supply
from linghang.words import Listed, tr

OURS = "platform"
MOST_OBSERVATIONS = 6
DIGEST_SHOWN = 12


def condition(
    element: Any, found: Mapping[str, Any], meanings: Mapping[str, str], visit: Visit, is_open: bool = False
) -> Markup:
    """Return a clause that opens to its evidence."""
    head = tag(
        "summary",
        tag("span", element.cited, class_="lh-clause"),
        tag("span", headed(str(element.text)), class_="lh-clause-text"),
        tag("span", finding(found["finding"]), proof(found["proof"]), class_="lh-clause-found"),
    )
    more = tag("a", tr("History of this clause"), href=visit.url(f"/conditions/{element.id}"), class_="lh-more-of")
    body = joined((about(element, found), _interpretations(found, meanings, visit), evidence(found, visit), more))
    return tag("details", head, tag("div", body, class_="lh-clause-body"), class_="lh-clause-card", open=is_open)


def evidence(found: Mapping[str, Any], visit: Visit) -> Markup:
    """Return the observations that a clause rests on, and how many were withdrawn."""
    return joined((_observations(found, visit), _withdrawals(found)))


def about(element: Any, found: Mapping[str, Any]) -> Markup:
    """Return why a clause is found as it is, what would decide it, its kind, basis and name."""
    supplies = [str(say_supply(one)) for one in found["needs"]]
    reason = found["reason"] or (None if found["finding"] != "unknown" or found["observations"] else "not_stated")
    why = tag("strong", named(REASONS, reason)) if reason else None
    bases = {str(one.basis): one for one in element.origins.values() if one.basis}
    return facts(
        (
            (tr("why"), why),
            (tr("to supply"), str(Listed(dict.fromkeys(supplies))) if supplies else None),
            (tr("would decide"), _decides(found)),
            (tr("kind"), joined((chip(tr(KINDS[element.kind])), chip(tr(FORCES[element.force]))))),
            (tr("basis"), str(Listed(bases)) if bases else None),
            (tr("name"), tag("code", element.id)),
        )
    )


def _decides(found: Mapping[str, Any]) -> str | None:
    if found["finding"] != "unknown" or found["needs"]:
        return None
    return tr("a statement with its document, or a run of an engine that measures it")


def _interpretations(found: Mapping[str, Any], meanings: Mapping[str, str], visit: Visit) -> Markup | None:
    if not found["interpretations"]:
        return None
    rows = (
        [
            joined((meanings.get(one["name"], one["name"]), tag("small", tag("code", one["name"])))),
            _value(one),
            joined((ours() if one["source"] == OURS else one["source"], _change(one, found, visit))),
        ]
        for one in found["interpretations"]
    )
    caption = tr("What we take it to mean")
    return joined((tag("h4", caption), table((tr("meaning"), tr("value"), tr("source")), rows, "", caption)))


def _value(one: Mapping[str, Any]) -> Markup:
    value = tag("strong", figures.period(one["value"], one["unit"]))
    if one["value"] == str(one["pack_value"]):
        return value
    return joined((value, tag("small", tr("the pack: {value}", value=figures.period(one["pack_value"], one["unit"])))))


def _change(one: Mapping[str, Any], found: Mapping[str, Any], visit: Visit) -> Markup | None:
    if one["source"] != OURS:
        return None
    return tag("small", tag("a", tr("Change"), href=visit.url(f"/conditions/{found['id']}")))


def _observations(found: Mapping[str, Any], visit: Visit) -> Markup | None:
    ones = found["observations"]
    if not ones:
        return None
    caption = tr("Evidence")
    heads = (tr("says"), tr("proof"), tr("source"), tr("window"), tr("valid until"))
    rows = (_observation(one, visit) for one in ones[:MOST_OBSERVATIONS])
    more = and_more(len(ones) - MOST_OBSERVATIONS)
    return joined((tag("h4", caption), table(heads, rows, "lh-evidence", caption), more))


def _observation(one: Mapping[str, Any], visit: Visit) -> list[Any]:
    spoken, detail = one["source"], one.get("detail") or {}
    value = one["value"]
    if isinstance(value, Mapping):
        value = value.get("decimal") or next(iter(value.values()), None)
    shown = finding(value) if value in FINDINGS else figures.with_unit(value, one["unit"])
    tables = [tag("a", tag("code", name), href=visit.url(f"/data/{name}")) for name in detail.get("tables", ()) if name]
    digest = spoken["input_digest"]
    origin = tag(
        "span",
        source(spoken["kind"], spoken["id"]),
        tag("small", tag("code", digest[:DIGEST_SHOWN]), title=digest) if digest else None,
    )
    window = tag(
        "span",
        figures.day(one["window"][0]),
        tag("small", tr("made {moment}", moment=figures.moment(one["made_at"], visit.zone))),
    )
    return [
        shown,
        proof(one["proof"]),
        joined((origin, tag("small", tr("rows of"), " ", *tables) if tables else None)),
        window,
        figures.day(one["valid_until"]) if one["valid_until"] else "–",
    ]


def _withdrawals(found: Mapping[str, Any]) -> Markup | None:
    if not found["withdrawals"]:
        return None
    return tag("p", tr("{count} pieces of evidence were withdrawn.", count=len(found["withdrawals"])), class_="lh-note")
