"""The conditions: the pack clause by clause with what was found, and beside another pack."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import condition_card, condition_one, differences, facts, states
from linghang.console.controls import VALUE, chooser, typed
from linghang.console.hypertext import joined, tag
from linghang.console.interpretation_panel import marks
from linghang.console.telling import FINDINGS, FLOORS, chip, finding, headed, said
from linghang.console.telling import PARTS as PART_NAMES
from linghang.console.visit import Visit
from linghang.usecases.packs import Pack
from linghang.words import tr

ANY = ""
NO_PROOF = "none"


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the pack is looked at; empty is everything.

    Attributes
    ----------
    blocks
        A level: only what keeps it from being confirmed at the chosen floor.
    element
        The one that is open.
    """

    level: str = ANY
    link: str = ANY
    finding: str = ANY
    proof: str = ANY
    words: str = ""
    blocks: str = ANY
    element: str = ANY


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the pack, or what differs from another one."""
    pack = facts.pack_of(visit.pack)
    query = args.query_parameters
    other = query.get("with", "")
    comparing = other in facts.packs() and other != visit.pack
    if not comparing:
        document = await facts.assessment(visit.folder, visit.pack, visit.day, visit.now)
    with ui.element("div").classes("lh-headline"):
        link = tag("a", tr("Interpretations"), href=visit.url("/conditions/interpretations"), class_="lh-button")
        states.show(states.heading(tr("Conditions"), _about(pack), link))
        _beside(visit, pack, other if comparing else "")
    if comparing:
        await _compare(visit, pack, facts.pack_of(other))
        return
    chosen = Filter(**{one.name: query.get(one.name, "") for one in fields(Filter)})
    if (said_of := marks(document, visit)) is not None:
        states.show(said_of)
    _Tree(visit, pack, document, chosen).build()


def _about(pack: Pack) -> str:
    document = pack.document
    said_of = (str(document.get(name) or "") for name in ("number", "issuers"))
    return " · ".join(one for one in (said(pack.title), *said_of) if one)


def _beside(visit: Visit, pack: Pack, other: str) -> None:
    """One pack alone, or beside one of the others."""
    options = {"": tr("this pack alone")}
    options |= {id: tr("beside: {pack}", pack=said(one.title)) for id, one in facts.packs().items() if id != pack.id}
    one = chooser(tr("Compare with another pack"), options, other, "lh-beside")

    def choose(event: GenericEventArguments) -> None:
        ui.navigate.to(visit.url("/conditions", **{"with": str(event.args or "")}))

    one.on("change", visit.speaking(choose), js_handler=VALUE)


class _Tree:
    """The pack as a tree with its filters; a filter changes the tree and the address, nothing else."""

    def __init__(self, visit: Visit, pack: Pack, document: dict[str, Any], chosen: Filter) -> None:
        self.visit, self.pack, self.chosen = visit, pack, chosen
        self.found = {(one["id"], one["level"]): one for one in document["elements"]}
        self.floors = document["floors"]
        self.texts = {one.id: said(one.text) for one in pack.interpretations}

    def build(self) -> None:
        """Show filters and tree."""
        with ui.element("div").classes("lh-filters").props('role="search"'):
            self._filters()
        self.count = states.show(Markup(""), "lh-count")
        self.count.props('role="status"')
        self.tree = states.show(Markup(""))
        self._draw()
        if self.chosen.element:
            ui.run_javascript("document.querySelector('details[open]')?.scrollIntoView({block: 'start'})")

    def _filters(self) -> None:
        pack = self.pack
        levels = {"all": tr("every level")} | {one.id: said(one.title) for one in pack.levels}
        lists = (
            ("level", tr("level"), levels),
            ("link", tr("link"), {one.id: said(one.title) for one in pack.links}),
            ("finding", tr("finding"), {key: tr(name) for key, name in FINDINGS.items()}),
            ("proof", tr("proof"), {key: tr(name) for key, name in FLOORS.items()} | {NO_PROOF: tr("no proof")}),
        )
        for name, label, options in lists:
            shown = {ANY: tr("{name}: all", name=headed(label))} | options
            one = chooser(label, shown, getattr(self.chosen, name))
            one.on("change", self._changing(name), js_handler=VALUE)
        search = typed(tr("Search clause, text or name"), "search", self.chosen.words, "lh-search")
        search.on("input", self._changing("words"), js_handler=VALUE, throttle=0.25, leading_events=False)

    def _changing(self, name: str) -> Any:
        def changed(event: GenericEventArguments) -> None:
            self.chosen = replace(self.chosen, **{name: str(event.args or ""), "element": ANY, "blocks": ANY})
            self._draw()
            ui.navigate.history.replace(self.visit.url("/conditions", **asdict(self.chosen)))

        return self.visit.speaking(changed)

    def _fits(self, element: Any) -> bool:
        one = self.found[element.id, element.level]
        wanted = self.chosen
        words = f"{element.id} {element.cited} {element.text.zh} {element.text.en}".casefold()
        if wanted.blocks:
            level = self.floors[self.visit.floor]["levels"].get(wanted.blocks)
            if level and element.id not in (*level["failing"], *level["missing"]):
                return False
            if level and element.level not in (wanted.blocks, "all"):
                return False
        return (
            wanted.level in (ANY, element.level)
            and wanted.link in (ANY, element.link)
            and wanted.finding in (ANY, one["finding"])
            and wanted.proof in (ANY, one["proof"] or NO_PROOF)
            and all(word in words for word in wanted.words.casefold().split())
        )

    def _draw(self) -> None:
        shown = [one for one in self.pack.elements if (one.id, one.level) in self.found and self._fits(one)]
        self.count.set_content(self._counted(shown))
        if not shown:
            nothing = states.empty(
                tr("No clause fits these filters"),
                tr("Take one of them away to see more."),
                (tr("Show all clauses"), self.visit.url("/conditions")),
            )
            self.tree.set_content(nothing)
            return
        levels = [("all", headed(tr("every level")), "")]
        levels += [(one.id, headed(said(one.title)), headed(said(one.aim))) for one in self.pack.levels]
        self.tree.set_content(joined(self._level(*level, shown) for level in levels))

    def _counted(self, shown: list[Any]) -> Markup:
        found = [self.found[one.id, one.level]["finding"] for one in shown]
        parts = (
            tag("span", finding(name), " ", tag("strong", str(found.count(name)))) for name in FINDINGS if name in found
        )
        total = tag("span", tr("{count} of {all} clauses", count=len(shown), all=len(self.found)))
        blocks = tag("span", chip(tr("what blocks the level"))) if self.chosen.blocks else None
        return joined((total, blocks, *parts))

    def _level(self, id: str, title: str, aim: str, shown: list[Any]) -> Markup | None:
        here = [one for one in shown if one.level == id]
        if not here:
            return None
        links = {one.id: said(one.title) for one in self.pack.links}
        groups: dict[str, list[Any]] = {}
        for one in here:
            groups.setdefault(links.get(one.link or "", tr(PART_NAMES[one.part])), []).append(one)
        met = sum(1 for one in here if self.found[one.id, one.level]["finding"] == "met")
        head = tag(
            "div",
            tag("h2", title),
            tag("span", tr("{met} of {count} met", met=met, count=len(here)), class_="lh-chip"),
            tag("p", aim, class_="lh-about") if aim else None,
            class_="lh-card-head",
        )
        return tag("section", head, (self._group(name, ones) for name, ones in groups.items()), class_="lh-card")

    def _group(self, name: str, ones: list[Any]) -> Markup:
        cards = (
            condition_card.condition(
                one,
                self.found[one.id, one.level],
                self.texts,
                self.visit,
                is_open=one.id == self.chosen.element,
            )
            for one in ones
        )
        return joined((tag("h3", name), tag("div", cards, class_="lh-clauses")))


async def _compare(visit: Visit, pack: Pack, other: Pack) -> None:
    """Show what differs at once; the two verdicts follow, each made once."""
    place = states.show(differences.verdicts_waiting())
    found = await facts.thread(lambda: facts.differences(pack.id, other.id))
    states.show(differences.difference(found, pack, other))

    async def follow() -> None:
        made = [await facts.assessment(visit.folder, one.id, visit.day, visit.now) for one in (pack, other)]
        states.put(place, differences.verdicts((pack, other), made, visit))

    states.follow(place, follow())


PARTS = {"interpretations": condition_one.build_interpretations, "{id}": condition_one.build}
