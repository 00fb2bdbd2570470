"""Parts of the overview: the ladder, the links, what blocks, what to do, how fresh the data is."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from linghang.console import figures, states
from linghang.console.drawing import STRENGTHS, Arc, ring
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import (
    FLOOR_MEANS,
    FLOORS,
    PROOF_SIGNS,
    REASONS,
    and_more,
    chip,
    finding,
    headed,
    named,
    proof,
    said,
)
from linghang.console.visit import FLOORS as FLOOR_ORDER
from linghang.console.visit import Visit
from linghang.usecases.assessing import say_supply
from linghang.usecases.packs import Pack
from linghang.words import Listed, Text, later, tr

MOST_BLOCKING = 7
MOST_STEPS = 6
NONE_YET = later("none yet")
STRENGTH_NAMES = {**FLOORS, "unmet": later("unmet"), "unknown": later("unknown")}


def _levels(pack: Pack) -> dict[str, str]:
    return {one.id: headed(said(one.title)) for one in pack.levels}


def sentence(pack: Pack, document: Mapping[str, Any], floor: str) -> str:
    """Where the factory stands, in one sentence."""
    names = _levels(pack)
    found = document["floors"][floor]
    confirmed, possible = names.get(found["confirmed"] or ""), names.get(found["possible"] or "")
    day = figures.day(document["as_of"])
    if confirmed and possible and confirmed != possible:
        return tr(
            "{day}: {confirmed} is confirmed, {possible} is possible.", day=day, confirmed=confirmed, possible=possible
        )
    if confirmed:
        return tr("{day}: {confirmed} is confirmed.", day=day, confirmed=confirmed)
    if possible:
        return tr("{day}: no level is confirmed yet; {possible} is possible.", day=day, possible=possible)
    return tr("{day}: no level is confirmed, and none is possible.", day=day)


def ladder(pack: Pack, document: Mapping[str, Any], chosen: str) -> Markup:
    """The four levels at the three floors, the highest on top, as a ladder stands."""
    names, floors = _levels(pack), document["floors"]
    heads = [
        tag(
            "div",
            tag("span", tag("span", PROOF_SIGNS[one], class_="lh-sign", aria_hidden="true"), headed(tr(FLOORS[one]))),
            tag("small", tr(FLOOR_MEANS[one])),
            class_="lh-floor" + (" lh-chosen" if one == chosen else ""),
        )
        for one in FLOOR_ORDER
    ]
    rows = []
    for level in reversed(pack.levels):
        cells = [_step(level.id, floors[one], one == chosen) for one in FLOOR_ORDER]
        name = tag("div", tag("strong", names[level.id]), tag("small", headed(said(level.aim))), class_="lh-rung")
        rows.append([name, *cells])
    sums = [
        [tag("strong", headed(tr(word))), *(_summed(names, floors[one][key], one == chosen) for one in FLOOR_ORDER)]
        for word, key in ((later("confirmed"), "confirmed"), (later("possible"), "possible"))
    ]
    return card(
        tr("The ladder"),
        table([tr("level"), *heads], [*sums, *rows], "lh-ladder", tr("The ladder")),
        about=tr("Each level, by how strong the proof has to be."),
    )


def _step(level: str, floor: Mapping[str, Any], chosen: bool) -> Markup:
    found = floor["levels"][level]
    lacking = len(found["failing"]) + len(found["missing"])
    note = tag("small", tr("{count} open", count=lacking)) if lacking else None
    return tag("div", finding(found["finding"]), note, class_="lh-step" + (" lh-chosen" if chosen else ""))


def _summed(names: Mapping[str, str], level: str | None, chosen: bool) -> Markup:
    name = names.get(level or "") or headed(tr(NONE_YET))
    return tag("strong", name, class_="lh-sum" + ("" if level else " lh-faint") + (" lh-chosen" if chosen else ""))


def links(pack: Pack, document: Mapping[str, Any], visit: Visit, target: str) -> Markup:
    """The five links as a ring, divided by proof, with what the next level asks of each."""
    found = {(one["id"], one["level"]): one for one in document["elements"]}
    arcs = []
    for link in pack.links:
        asked = [
            found[one.id, one.level] for one in pack.elements if one.link == link.id and (one.id, one.level) in found
        ]
        counts = Counter(
            one["proof"] or "declared" if one["finding"] == "met" else one["finding"]
            for one in asked
            if one["finding"] != "not_applicable"
        )
        arcs.append(Arc(said(link.title), counts))
    met, asked_all = sum(one.met for one in arcs), sum(one.asked for one in arcs)
    needed = document["floors"][visit.floor]["levels"][target]["links"]
    rows = (
        tag(
            "li",
            tag("span", str(place), class_="lh-number"),
            tag("a", headed(arc.label), href=visit.url("/conditions", link=link.id)),
            tag("span", f"{arc.met} / {arc.asked}", class_="lh-figure"),
            finding(needed[link.id], small=True) if link.id in needed else chip(tr("encouraged")),
        )
        for place, (link, arc) in enumerate(zip(pack.links, arcs, strict=True), 1)
    )
    key = (tag("li", tag("span", class_=f"lh-swatch lh-swatch-{one}"), tr(STRENGTH_NAMES[one])) for one in STRENGTHS)
    drawn = ring(arcs, tr("Conditions met of those asked, by link and proof"), f"{met} / {asked_all}", tr("met"))
    return card(
        tr("The five links"),
        tag("div", drawn, tag("ol", rows, class_="lh-links"), class_="lh-ring-and-links"),
        tag("ul", key, class_="lh-key"),
        about=tr("Conditions met of all levels; the sign says what {level} asks.", level=_levels(pack)[target]),
    )


def blocking(pack: Pack, document: Mapping[str, Any], visit: Visit, target: str) -> Markup:
    """What keeps the next level from being confirmed, what is unmet first, then what is not proved."""
    name = _levels(pack)[target]
    found = document["floors"][visit.floor]["levels"][target]
    if not found["failing"] and not found["missing"]:
        text = tr("Every condition of {level} is met.", level=name)
        return card(tr("Nothing blocks {level}", level=name), tag("p", text, class_="lh-good"))
    elements = {one["id"]: one for one in document["elements"] if one["level"] in (target, "all")}
    texts = {one.id: one for one in pack.elements if one.level in (target, "all")}
    rows = []
    for id in (*found["failing"], *found["missing"])[:MOST_BLOCKING]:
        state = "unmet" if id in found["failing"] else "unknown"
        rows.append(_blocked(id, state, found["missing_reasons"].get(id), elements.get(id), texts.get(id), visit))
    rest = len(found["failing"]) + len(found["missing"]) - MOST_BLOCKING
    more = (
        tag("a", tr("and {count} more", count=rest), href=visit.url("/conditions", blocks=target)) if rest > 0 else None
    )
    return card(
        tr("What blocks {level}", level=name),
        tag("ul", rows, class_="lh-blocking"),
        tag("p", more, class_="lh-more") if more else None,
        about=_deciding(found),
    )


def _deciding(found: Mapping[str, Any]) -> str:
    if found["failing"]:
        return tr("{count} are unmet; they have to change first.", count=len(found["failing"]))
    if not found["deciding_count"]:
        return tr("{count} are not proved.", count=len(found["missing"]))
    size = len(found["deciding"][0])
    if found["deciding_count"] == 1:
        return tr(
            "Deciding evidence: the {size} missing conditions; the level is confirmed when all are met.", size=size
        )
    return tr(
        "Deciding evidence: any of {count} sets of {size} conditions confirms it.",
        count=found["deciding_count"],
        size=size,
    )


def _blocked(
    id: str, state: str, reason: str | None, element: Mapping[str, Any] | None, asked: Any, visit: Visit
) -> Markup:
    needs = [say_supply(one) for one in (element or {}).get("needs", ())]
    why = tr("supply: {what}", what=Listed(dict.fromkeys(map(str, needs)))) if needs else named(REASONS, reason)
    title = headed(said(asked.text)) if asked else id
    return tag(
        "li",
        finding(state, small=True),
        tag(
            "div",
            tag("a", title, href=visit.url("/conditions", element=id)),
            tag(
                "small", asked.cited if asked else "", " · ", why if state == "unknown" else tr("the evidence says no")
            ),
        ),
        proof(element["proof"]) if element and element["proof"] else None,
    )


# --- the way up ---


def way_waiting(level: str) -> Markup:
    """Say that the way is being planned."""
    waiting = states.waiting(tr("Planning the cheapest way …"), 4)
    return card(tr("Next best actions for {level}", level=level), waiting)


def way_refused(level: str, reason: str) -> Markup:
    """Say why there is no plan."""
    return card(tr("Next best actions for {level}", level=level), tag("p", icon("wrong"), reason, class_="lh-note"))


def way_up(plan: Mapping[str, Any], level: str) -> Markup:
    """The first steps of the cheapest way if what is unknown turns out well, with what the whole of it costs."""
    sure, hoped = plan["cases"]["pessimistic"]["plan"], plan["cases"]["optimistic"]["plan"]
    chosen = hoped or sure
    title = tr("Next best actions for {level}", level=level)
    if chosen is None:
        return card(title, tag("p", tr("No plan of known actions reaches {level}.", level=level), class_="lh-note"))
    if not chosen["steps"]:
        return card(title, tag("p", tr("Nothing has to be done: {level} is reached.", level=level), class_="lh-good"))
    steps = (
        tag(
            "li",
            tag("strong", headed(said(one["title"]))),
            tag("span", figures.money(one["cost_cny"]), class_="lh-figure"),
            tag("small", tr("{begin} to {end}", begin=figures.day(one["begins"]), end=figures.day(one["ends"]))),
        )
        for one in chosen["steps"][:MOST_STEPS]
    )
    return card(
        title,
        tag("ol", steps, class_="lh-steps"),
        and_more(len(chosen["steps"]) - MOST_STEPS),
        _range(hoped, sure),
        about=tr("Costs are estimates of ours; no official text gives them."),
    )


def _range(hoped: Mapping[str, Any] | None, sure: Mapping[str, Any] | None) -> Markup:
    cases = (
        (tr("if what is unknown turns out met"), hoped),
        (tr("if nothing unknown counts"), sure),
    )
    return tag(
        "dl",
        joined(
            tag(
                "div",
                tag("dt", name),
                tag("dd", tag("strong", figures.money(one["cost_cny"])), " · ", figures.day(one["finished"])),
            )
            for name, one in cases
            if one
        ),
        class_="lh-range",
    )


# --- freshness ---


def fresh_waiting() -> Markup:
    """Say that the records are being counted."""
    return card(tr("Freshness of the data"), states.bones(3))


def freshness(held: Mapping[str, Any], visit: Visit) -> Markup:
    """How many rows there are of each subject, and how old the newest are."""
    now = visit.now
    rows = [
        [
            tag("a", said(one["title"]), href=visit.url("/data")),
            figures.large(one["rows"]),
            figures.ago(one["latest"], now) if one["latest"] else "–",
        ]
        for one in held["records"]
        if one["rows"]
    ]
    if not rows:
        what = Text("先导入工厂数据：", "Import the plant's records first: ")
        return card(
            tr("Freshness of the data"),
            tag("p", str(what), tag("code", "linghang template -o records.xlsx"), class_="lh-note"),
        )
    items = (
        tag("li", tag("span", title), tag("strong", count), tag("small", icon("clock"), old))
        for title, count, old in rows
    )
    return card(
        tr("Freshness of the data"),
        tag("ul", items, class_="lh-fresh"),
        about=tr("Rows of each subject, and how old the newest is."),
    )
