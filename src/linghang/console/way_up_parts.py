"""The parts of the way up as HTML: both cases, the table of steps, evidence first, reasons, the certificate."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.hypertext import Child, card, icon, joined, table, tag
from linghang.console.hypertext import facts as listed
from linghang.console.telling import FLOORS, PROOF_SIGNS, and_more, chip, headed, named, ours, said
from linghang.console.visit import Visit
from linghang.console.way_up_charts import KINDS
from linghang.usecases.naming import ASSUMPTIONS, LIMITS
from linghang.usecases.packs import Pack
from linghang.usecases.planning import Catalogue
from linghang.words import Listed, tr

MOST_EVIDENCE = 8


def title_of(catalogue: Catalogue, action: str) -> str:
    """What an action is called."""
    found = catalogue.by_id.get(action)
    return action if found is None else headed(said(found.title))


def cases(plan: Mapping[str, Any]) -> Markup:
    """Both cases side by side: what the way costs if the unknown is met, and if all of it has to be built."""
    return card(tr("Both cases"), tag("div", (_case(plan, name) for name in ASSUMPTIONS), class_="lh-way-cases"))


def _case(plan: Mapping[str, Any], name: str) -> Markup:
    found = plan["cases"][name]["plan"]
    shown = name == plan["assume"]
    head = tag("h3", headed(tr(ASSUMPTIONS[name])), chip(tr("shown below")) if shown else None)
    if found is None:
        return tag("div", head, tag("p", "✗ ", tr("There is no plan."), class_="lh-worse"), class_="lh-way-case")
    pairs = (
        (tr("actions"), str(len(found["actions"]))),
        (tr("months"), figures.short(found["months"])),
        (tr("finished"), figures.day(found["finished"])),
        (tr("possible overrun"), figures.money(found["possible_overrun_cny"])),
    )
    cost = tag("p", figures.money(found["cost_cny"]), class_="lh-way-cost")
    return tag("div", head, cost, listed(pairs), class_="lh-way-case lh-way-case-shown" if shown else "lh-way-case")


def reached(plan: Mapping[str, Any], confirmed: Mapping[str, Any], pack: Pack) -> Markup:
    """When which level is reached at each floor, in words."""
    titles = {one.id: headed(said(one.title)) for one in pack.levels}
    rows = []
    for floor, now in confirmed.items():
        marks = [one for one in plan["reached"] if one["floor"] == floor]
        said_of = [f"{titles.get(one['level'] or '', '–')} · {figures.day(one['day'])}" for one in marks]
        rows.append(
            [
                tag("span", PROOF_SIGNS[floor], " ", headed(named(FLOORS, floor))),
                titles.get(now or "", "–"),
                tag("span", (tag("span", one, class_="lh-chip") for one in said_of), class_="lh-chips")
                if said_of
                else tr("no change"),
            ]
        )
    heads = (tr("floor of proof"), tr("now"), tr("reached by the plan"))
    return table(heads, rows, "lh-way-reached", tr("Levels reached"))


def steps(plan: Mapping[str, Any], pack: Pack, visit: Visit, must: Sequence[str]) -> Markup:
    """The steps as a table; a tick asks for an action, a cross leaves it out."""
    heads = (
        tr("always in"),
        tr("action"),
        tr("from, to"),
        tr("cost (CNY)"),
        tr("months"),
        tr("people-months"),
        tr("brings about"),
        tr("after"),
        tr("leave out"),
    )
    titles = {one["action"]: headed(said(one["title"])) for one in plan["steps"]}
    rows = (_step(one, pack, titles, visit, must) for one in plan["steps"])
    return table(heads, rows, "lh-way-steps", tr("Steps of the plan"))


def _step(
    one: Mapping[str, Any], pack: Pack, titles: Mapping[str, str], visit: Visit, must: Sequence[str]
) -> list[Child]:
    id, title = one["action"], titles[one["action"]]
    kept = tag(
        "input",
        type="checkbox",
        name=id,
        value="must",
        checked=id in must,
        aria_label=tr("Always in: {name}", name=title),
    )
    left = tag(
        "button",
        icon("close"),
        type="button",
        name=id,
        value="without",
        class_="lh-way-out",
        aria_label=tr("Leave out: {name}", name=title),
        title=tr("Leave out: {name}", name=title),
    )
    cost, months = one["cost_cny"], one["months"]
    return [
        kept,
        tag(
            "div",
            tag("strong", title),
            tag("span", chip(str(KINDS[one["kind"]])), ours() if one["source"] == "estimate" else None,
                class_="lh-chips"),
            None if one["source"] == "estimate" else tag("small", one["source"], class_="lh-wrap"),
        ),
        tag("span", figures.day(one["begins"]), tag("br"), figures.day(one["ends"]), class_="lh-figure"),
        tag("span", tag("strong", figures.large(cost)), _span(one["cost_range_cny"]), class_="lh-figure"),
        tag("span", figures.short(months["likely"]), _span(months), class_="lh-figure"),
        tag("span", figures.short(one["people_months"]), class_="lh-figure"),
        _goals(one["satisfies"], pack, visit),
        tag("small", str(Listed(titles[name] for name in one["after"] if name in titles)) if one["after"] else "–"),
        left,
    ]  # fmt: skip


def _span(ends: Mapping[str, str]) -> Markup | None:
    if ends["low"] == ends["high"]:
        return None
    return tag("small", f"{figures.large(ends['low'])} – {figures.large(ends['high'])}")


def _goals(goals: Sequence[Mapping[str, str]], pack: Pack, visit: Visit) -> Markup:
    found: list[Child] = []
    others = 0
    for goal in goals:
        if goal["kind"] == "element":
            if not (asked := pack.by_id.get(goal["of"])):
                others += 1
                continue
            address = visit.url("/conditions", element=goal["of"])
            found.append(tag("a", asked[0].cited, href=address, title=headed(said(asked[0].text))))
        elif goal["kind"] == "maturity":
            found.append(tag("span", tr("maturity level {level}", level=goal["of"])))
        elif goal["kind"] == "scene":
            found.append(tag("span", tr("scene {number}", number=goal["of"])))
        else:
            found.append(tag("span", tag("code", goal["of"])))
    shown = tag("span", found, class_="lh-way-goals")
    if not found:
        return tag("small", tr("what others need") if not others else tr("conditions of other packs"))
    return shown


def left_out(names: Sequence[str], catalogue: Catalogue) -> Markup | None:
    """The actions that are left out, each to be taken back."""
    if not names:
        return None
    chips = (
        tag(
            "button",
            icon("undo"),
            title_of(catalogue, one),
            type="button",
            name=one,
            value="free",
            class_="lh-way-chip",
            aria_label=tr("Allow again: {name}", name=title_of(catalogue, one)),
        )
        for one in names
    )
    return tag("div", tag("h3", tr("left out by you")), tag("div", *chips, class_="lh-chips"))


def evidence(plan: Mapping[str, Any], catalogue: Catalogue) -> Markup | None:
    """Which evidence to get first: what it costs, and what the plan saves if it turns out well."""
    found = plan["evidence_first"]
    if not found:
        return None
    rows = [
        [
            title_of(catalogue, one["action"]),
            figures.money(one["cost_cny"]),
            str(len(one["answers"])),
            tag("strong", figures.money(one["saved_cny"])),
        ]
        for one in found[:MOST_EVIDENCE]
    ]
    heads = (tr("evidence"), tr("cost (CNY)"), tr("answers"), tr("saves if it turns out well (CNY)"))
    return card(
        tr("Which evidence to get first"),
        table(heads, rows, "", tr("Which evidence to get first")),
        and_more(len(found) - MOST_EVIDENCE),
        about=tr("It tells whether what is unknown is there already; the first saves most for its cost."),
    )


def reasons(plan: Mapping[str, Any], catalogue: Catalogue) -> Markup | None:
    """What makes the plan dearer, what a ranking would cost, and the next-cheapest plans."""
    found = plan["cases"][plan["assume"]]["plan"]
    if found is None:
        return None
    lines = [*_bindings(plan, catalogue), *_ranked(plan, found)]
    return card(
        tr("Beside this plan"),
        tag("ul", (tag("li", one) for one in lines), class_="lh-way-lines") if lines else None,
        _others(plan, found, catalogue),
    )


def _bindings(plan: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    lines = []
    for one in plan["binding"]:
        what, _, action = one["limit"].partition(":")
        name = tr(LIMITS[what]) + (f" {title_of(catalogue, action)}" if action else "")
        lines.append(
            tr(
                "{limit} binds: without it {saved} less and {earlier} months earlier",
                limit=headed(name),
                saved=figures.money(one["saved_cny"]),
                earlier=figures.short(one["earlier_months"]),
            )
        )
    if not lines and any(plan["limits"][name] for name in ("budget_cny", "per_year_cny", "by", "parallel")):
        lines.append(tr("No limit makes the plan dearer or longer."))
    return lines


def _ranked(plan: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    ranked = plan["ranking"]
    if ranked is None:
        return []
    if not ranked["reached"]:
        return [tr("A ranking by conditions met for the cost does not reach the target at all.")]
    cost = Decimal(found["cost_cny"])
    share = f"{Decimal(ranked['extra_cny']) / cost:.1%}" if cost else "0 %"
    return [
        tr(
            "A ranking by conditions met for the cost would take {cost}: {extra} more ({share}); it knows no calendar.",
            cost=figures.money(ranked["cost_cny"]),
            extra=figures.money(ranked["extra_cny"]),
            share=share,
        )
    ]


def _others(plan: Mapping[str, Any], found: Mapping[str, Any], catalogue: Catalogue) -> Markup | None:
    rows = []
    own = found["actions"]
    for place, one in enumerate(plan["alternatives"], 1):
        come = [title_of(catalogue, name) for name in one["actions"] if name not in own]
        gone = [title_of(catalogue, name) for name in own if name not in one["actions"]]
        extra = Decimal(one["cost_cny"]) - Decimal(found["cost_cny"])
        rows.append(
            [
                str(place),
                tag("span", figures.money(one["cost_cny"]), class_="lh-figure"),
                tag("span", f"+ {figures.money(extra)}", class_="lh-figure"),
                figures.short(one["months"]),
                tag("small", str(Listed(come)) if come else "–"),
                tag("small", str(Listed(gone)) if gone else "–"),
            ]
        )
    if not rows:
        return None
    heads = ("#", tr("cost (CNY)"), tr("more"), tr("months"), tr("with"), tr("instead of"))
    name = tr("The next-cheapest plans")
    return joined((tag("h3", name), table(heads, rows, "lh-way-others", name)))


def expected(plan: Mapping[str, Any]) -> Markup | None:
    """What to expect of cost and time: quantiles of draws from the ranges."""
    ranges = plan["ranges"]
    if ranges is None:
        return None
    rows = [
        [headed(tr("cost")), *(figures.money(ranges["cost_cny"][one]) for one in ("p10", "p50", "p90"))],
        [headed(tr("months")), *(figures.short(ranges["months"][one]) for one in ("p10", "p50", "p90"))],
    ]
    lines = []
    if ranges["within_budget"] is not None:
        share = f"{Decimal(ranges['within_budget']):.0%}"
        lines.append(tr("keeps to the budget in {share} of the draws", share=share))
    if ranges["in_time"] is not None:
        lines.append(tr("is finished in time in {share} of the draws", share=f"{Decimal(ranges['in_time']):.0%}"))
    title = tr("What to expect")
    about = tr("{draws} draws from the ranges, seed {seed}", draws=f"{ranges['draws']:,}", seed=ranges["seed"])
    shown = table((tr("of the draws, at most"), "10 %", "50 %", "90 %"), rows, "", title)
    return card(title, shown, tag("ul", (tag("li", one) for one in lines), class_="lh-way-lines"), about=about)


def without_action(plan: Mapping[str, Any], pack: Pack, catalogue: Catalogue, visit: Visit) -> Markup | None:
    """What no action can bring about: the plan rests on its proof, or there is none because of it."""
    outcome = plan["cases"][plan["assume"]]
    reasons = {row.element: said(row.reason) for row in catalogue.cannot}
    rows = []
    for id in plan["presumed"]:
        rows.append(_cannot(id, reasons.get(id, ""), tr("taken to be met, to be proved"), pack, visit))
    for one in outcome["impossible"]:
        why = said(one["reason"]) if one["reason"] else tr("no action of the catalogue brings it about")
        rows.append(_cannot(one["id"], why, tr("stands in the way"), pack, visit))
    if not rows:
        return None
    title = tr("What no action can bring about")
    return card(title, table((tr("clause"), tr("condition"), tr("why"), tr("in this plan")), rows, "", title))


def _cannot(id: str, why: str, how: str, pack: Pack, visit: Visit) -> list[Child]:
    asked = pack.by_id.get(id)
    text = headed(said(asked[0].text)) if asked else id
    return [
        tag("span", asked[0].cited if asked else "–", class_="lh-figure"),
        tag("a", text, href=visit.url("/conditions", element=id)),
        tag("small", why or "–"),
        how,
    ]


def conflict(plan: Mapping[str, Any], pack: Pack, catalogue: Catalogue) -> Markup:
    """Why there is no plan: the smallest set of limits or conditions that cannot be had together, and by how much."""
    found = plan["cases"][plan["assume"]]["conflict"]
    title = tr("There is no plan")
    if not found["limits"]:
        names = [headed(said(pack.by_id[one][0].text)) if one in pack.by_id else one for one in found["conditions"]]
        text = tr("No choice of actions meets these conditions:")
        return card(title, tag("p", text), tag("ul", (tag("li", "✗ ", one) for one in names), class_="lh-way-lines"),
                    class_="lh-way-none")  # fmt: skip
    rows = [_conflicting(one, plan["limits"], found["enough"].get(one), catalogue) for one in found["limits"]]
    heads = (tr("limit"), tr("set"), tr("would be enough"), tr("by how much"), "")
    about = tr("These limits do not go together; without any one of them there is a plan.")
    return card(title, table(heads, rows, "", title), about=about, class_="lh-way-none")


def _conflicting(limit: str, limits: Mapping[str, Any], enough: str | None, catalogue: Catalogue) -> list[Child]:
    what, _, action = limit.partition(":")
    name = headed(tr(LIMITS[what]))
    give = tag("button", tr("Take it"), type="button", name=what, value=enough or "", class_="lh-button lh-way-give",
               aria_label=tr("Take what would be enough: {limit}", limit=name))  # fmt: skip
    if action:
        free = tag("button", tr("Give it up"), type="button", name=action, value="free", class_="lh-button lh-way-give",
                   aria_label=tr("Give up: {name}", name=title_of(catalogue, action)))  # fmt: skip
        return [name, title_of(catalogue, action), "–", "–", free]
    value = limits[{"budget": "budget_cny", "per_year": "per_year_cny"}.get(what, what)]
    if enough is None:
        return [name, _limit_said(what, value), tr("no value"), "–", None]
    return [name, _limit_said(what, value), tag("strong", _limit_said(what, enough)), _moved(what, value, enough), give]


def _limit_said(what: str, value: Any) -> str:
    if what in ("budget", "per_year"):
        return figures.money(value)
    return figures.day(value) if what == "by" else str(value)


def _moved(what: str, value: Any, enough: str) -> str:
    if what == "by":
        days = (date.fromisoformat(enough) - date.fromisoformat(str(value))).days
        return tr("{count} days later", count=f"{days:,}")
    if what == "parallel":
        return tr("{count} more", count=int(enough) - int(value))
    return tr("{amount} more", amount=figures.money(Decimal(enough) - Decimal(str(value))))
