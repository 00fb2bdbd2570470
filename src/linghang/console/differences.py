"""Two packs beside each other: what differs, on which basis, and what the plant reaches by each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from linghang.console import states
from linghang.console.hypertext import card, joined, table, tag
from linghang.console.telling import FLOORS, FORCES, KINDS, PARTS, chip, finding, headed, named, said
from linghang.console.visit import FLOORS as FLOOR_ORDER
from linghang.console.visit import Visit
from linghang.usecases.packs import Difference, Pack
from linghang.words import Text, later, tr

CHANGES = {"added": later("added"), "removed": later("removed"), "changed": later("changed")}
CHANGE_SIGNS = {"added": "+", "removed": "−", "changed": "≠"}
SECTIONS = {
    "elements": later("Clauses"),
    "interpretations": later("Interpretations"),
    "indicators": later("Indicators"),
    "fields": later("Fields"),
    "tables": later("Tables"),
}
ATTRIBUTES = {
    "level": later("level"),
    "part": later("part"),
    "link": later("link"),
    "kind": later("kind"),
    "force": later("force"),
    "clause": later("clause"),
    "text": later("text"),
    "rule": later("rule"),
    "value": later("value"),
    "choices": later("choices"),
    "title": later("title"),
    "codes": later("codes"),
    "values": later("values"),
}


PLACING = ("level", "part", "link", "force", "value")
"""What says enough of an entry that only one pack has."""


def verdicts_waiting() -> Markup:
    """Say that the plant is being judged by both."""
    return card(tr("What the plant reaches by each"), states.waiting(tr("Judging by both packs …"), 3))


def verdicts(packs: Sequence[Pack], documents: Sequence[Mapping[str, Any]], visit: Visit) -> Markup:
    """What the plant reaches by each pack, at the three floors."""
    rows = []
    for pack, document in zip(packs, documents, strict=True):
        names = {one.id: headed(said(one.title)) for one in pack.levels}
        cells = []
        for floor in FLOOR_ORDER:
            one = document["floors"][floor]
            cells.append(
                joined(
                    (
                        tag("strong", names.get(one["confirmed"] or "") or headed(tr("none yet"))),
                        tag("small", tr("possible: {level}", level=names.get(one["possible"] or "", tr("none")))),
                    )
                )
            )
        rows.append([tag("strong", said(pack.title)), *cells])
    heads = [tr("pack"), *(tr(FLOORS[one]) for one in FLOOR_ORDER)]
    levels = table(heads, rows, "lh-sums", tr("What the plant reaches by each"))
    return card(
        tr("What the plant reaches by each"),
        levels,
        _levels(packs, documents, visit),
        about=tr("Confirmed, at each floor of proof."),
    )


def _levels(packs: Sequence[Pack], documents: Sequence[Mapping[str, Any]], visit: Visit) -> Markup:
    names = {one.id: headed(said(one.title)) for pack in packs for one in pack.levels}
    rows = (
        [
            name,
            *(finding(document["floors"][visit.floor]["levels"].get(id, {}).get("finding")) for document in documents),
        ]
        for id, name in names.items()
    )
    caption = tr("Levels at the floor “{floor}”", floor=tr(FLOORS[visit.floor]))
    return joined((tag("h3", caption), table([tr("level"), *(said(one.title) for one in packs)], rows, "", caption)))


def difference(found: Sequence[Difference], pack: Pack, other: Pack) -> Markup:
    """Everything that the second pack states differently, by section."""
    if not found:
        return card(tr("Nothing differs"), tag("p", tr("Both packs state the same.")))
    parts = []
    for section, name in SECTIONS.items():
        here = [one for one in found if one.section == section]
        if here:
            counts = (
                chip(f"{CHANGE_SIGNS[key]} {tr(CHANGES[key])} {sum(1 for one in here if one.change == key)}")
                for key in CHANGES
                if any(one.change == key for one in here)
            )
            heads = (tr("change"), tr("entry"), said(pack.title), said(other.title), tr("basis"))
            rows = (list(_row(one, (pack, other))) for one in here)
            parts.append(
                card(tr(name), tag("p", *counts, class_="lh-chips"), table(heads, rows, "lh-difference", tr(name)))
            )
    return joined(parts)


def _row(one: Difference, packs: Sequence[Pack]) -> Iterator[Any]:
    yield tag(
        "span",
        tag("span", CHANGE_SIGNS[one.change], class_="lh-sign", aria_hidden="true"),
        tr(CHANGES[one.change]),
        class_=f"lh-change lh-change-{one.change}",
    )
    yield joined((tag("span", one.cited, class_="lh-clause") if one.cited else None, tag("small", tag("code", one.id))))
    whole = one.change != "changed"
    yield _attributes(one.before, packs, whole) if one.before else "–"
    yield _attributes(one.after, packs, whole) if one.after else "–"
    basis = one.origin.basis if one.origin else None
    yield str(basis) if basis else "–"


def _attributes(stated: Mapping[str, Any], packs: Sequence[Pack], whole: bool) -> Markup:
    """What is stated; a text first and without its name; of what is whole only what places it."""
    first = [tag("p", headed(said(stated[name]))) for name in ("text", "title") if isinstance(stated.get(name), Text)]
    if whole:
        placed = (_value(name, stated[name], packs) for name in PLACING if name in stated)
        return joined((*first, tag("small", " · ".join(placed))))
    rest = [
        tag("small", tag("span", tr(ATTRIBUTES.get(name, name)), class_="lh-faint"), " ", _value(name, value, packs))
        for name, value in stated.items()
        if not isinstance(value, Text)
    ]
    return joined((*first, *rest))


def _value(name: str, value: Any, packs: Sequence[Pack]) -> str:
    names = {one.id: said(one.title) for pack in packs for one in pack.levels}
    names |= {one.id: said(one.title) for pack in packs for one in pack.links}
    words = {"part": PARTS, "kind": KINDS, "force": FORCES}.get(name)
    if words is not None:
        return named(words, str(value))
    if isinstance(value, Mapping):
        return tr("{count} values", count=len(value))
    if isinstance(value, tuple):
        return ", ".join(map(str, value[:8])) + (" …" if len(value) > 8 else "")
    if name == "level" and value == "all":
        return tr("every level")
    return names.get(str(value), str(value))
