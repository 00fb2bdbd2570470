"""The calendar of what ends to count: documents, runs of engines, statements; and what would be lost."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import facts, figures, states
from linghang.console.elsewhere import elsewhere
from linghang.console.evidence_words import STATES, about, badge, head
from linghang.console.hypertext import card, segments, tag
from linghang.console.telling import FLOORS, SOURCES, chip, headed, named, said
from linghang.console.visit import Visit
from linghang.usecases.evidence_expiry import MONTHS, Ending, endings, losses
from linghang.words import Listed, later, tr

AHEAD = {"6": later("6 months"), "12": later("12 months"), "24": later("2 years")}
SUBJECTS_SHOWN = 3


async def build(visit: Visit, args: PageArguments) -> None:
    """Show what ends and when; what would be lost follows."""
    months = args.query_parameters.get("months", str(MONTHS))
    months = months if months in AHEAD else str(MONTHS)
    title = tr("Expiry calendar")
    head(visit, "/evidence/expiry", title, tr("What ends to count, month by month, and what the level would lose."))
    links = ((tr(word), visit.url("/evidence/expiry", months=key), key == months) for key, word in AHEAD.items())
    states.show(segments(tr("How far ahead"), links, "true"))
    place = states.show(states.waiting(tr("Looking at what ends …")))
    asked: dict[str, Any] = {"pack": visit.pack, "now": visit.now, "as_of": visit.day}

    async def follow() -> None:
        found = await elsewhere(endings, visit.folder, months=int(months), **asked)
        states.put(place, await facts.thread(lambda: _calendar(found, None, visit)))
        if any(one.kind == "document" and one.states and not one.ended for one in found):
            lost = await elsewhere(losses, visit.folder, **asked)
            states.put(place, _calendar(found, lost, visit))

    states.follow(place, follow())


def _calendar(found: Sequence[Ending], lost: Mapping[str, Any] | None, visit: Visit) -> Markup:
    if not found:
        what = tr(
            "No document, run or statement ends in this time. Documents without an end count until they are retired."
        )
        return states.empty(tr("Nothing ends"), what, (tr("To the register"), visit.url("/evidence")))
    ended = [one for one in found if one.ended]
    months: dict[str, list[Ending]] = {}
    for one in found:
        if not one.ended:
            months.setdefault(f"{one.day:%Y-%m}", []).append(one)
    cards = [_card(month, ones, lost, visit) for month, ones in months.items()]
    past = [_card(tr("Ended already"), ended, lost, visit, class_="lh-ended")] if ended else []
    return tag("div", past, cards, class_="lh-calendar")


def _card(title: str, ones: Iterable[Ending], lost: Mapping[str, Any] | None, visit: Visit, class_: str = "") -> Markup:
    return card(title, tag("ul", (_ending(one, lost, visit) for one in ones), class_="lh-endings"), class_=class_)


def _ending(one: Ending, lost: Mapping[str, Any] | None, visit: Visit) -> Markup:
    if one.kind == "document":
        name = tag("a", one.source, " ", one.title, href=visit.url(f"/evidence/{one.source}"), class_="lh-wrap")
    else:
        name = tag("span", named(SOURCES, one.kind), " ", tag("strong", one.source, class_="lh-wrap"))
    shown = one.about[:SUBJECTS_SHOWN]
    rest = len(one.about) - len(shown)
    more = tag("li", tr("and {count} more", count=rest), class_="lh-faint") if rest > 0 else None
    subjects = tag("ul", (tag("li", about(each, visit, short=True)) for each in shown), more, class_="lh-subjects")
    day = tag("span", figures.day(one.day), class_="lh-figure")
    mark = badge(STATES, "expired") if one.ended else None
    return tag("li", tag("p", day, " ", mark, class_="lh-chips"), name, subjects, _loss(one, lost, visit))


def _loss(one: Ending, lost: Mapping[str, Any] | None, visit: Visit) -> Markup | None:
    """Say what would no longer hold without a document."""
    if one.kind != "document" or one.ended or not one.states:
        return None
    if lost is None:
        return tag("p", tr("Judging what would be lost …"), class_="lh-about", role="status")
    found = lost["documents"].get(one.source)
    if found is None:
        return None
    if not found["elements"]:
        return tag("p", "✓ ", tr("Nothing rests on it alone."), class_="lh-about")
    falls = [
        tr(
            "{floor}: {before} → {after}",
            floor=headed(named(FLOORS, floor)),
            before=_level(before, visit),
            after=_level(after, visit),
        )
        for floor, after in found["confirmed"].items()
        if (before := lost["confirmed"][floor]) != after
    ]
    alone = tr("findings that rest on it alone: {count}", count=len(found["elements"]))
    if falls:
        level = tag(
            "strong", "✗ ", tr("the confirmed level falls: {falls}", falls=Listed(falls)), class_="lh-worse lh-wrap"
        )
        return tag("p", level, tag("small", alone), class_="lh-loss")
    return tag("p", chip(alone), tag("small", tr("the confirmed level stays")), class_="lh-loss")


def _level(id: str | None, visit: Visit) -> str:
    if id is None:
        return tr("none")
    return next((said(one.title) for one in facts.pack_of(visit.pack).levels if one.id == id), id)
