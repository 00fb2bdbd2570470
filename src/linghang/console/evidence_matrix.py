"""The matrix of evidence: every element beside what speaks of it, its gap, and what would count."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.controls import VALUE, chooser
from linghang.console.elsewhere import elsewhere
from linghang.console.evidence_words import GAPS, STATES, badge, head
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import FLOORS, PARTS, SOURCES, chip, finding, headed, named, proof, said, source
from linghang.console.visit import Visit
from linghang.usecases.evidence_matrix import matrix_before, matrix_document
from linghang.usecases.packs import Pack
from linghang.words import tr

MOST_WAYS = 4
DIGEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the matrix is looked at; empty is everything."""

    level: str = ""
    link: str = ""
    gap: str = ""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the matrix; where it has to be made first, it follows."""
    query = args.query_parameters
    chosen = Filter(**{one.name: query.get(one.name, "") for one in fields(Filter)})
    head(
        visit,
        "/evidence/matrix",
        tr("Matrix of evidence"),
        tr("Every element beside what speaks of it, and what would count."),
    )
    asked: dict[str, Any] = {"pack": visit.pack, "now": visit.now, "as_of": visit.day}
    found = await facts.thread(lambda: matrix_before(visit.folder, **asked))
    place = ui.element("div").classes("lh-page-body")
    if found is not None:
        with place:
            _Matrix(visit, chosen, found).build()
        return
    with place:
        waiting = states.show(states.waiting(tr("Putting every element beside its evidence …")))

    async def follow() -> None:
        made = await elsewhere(matrix_document, visit.folder, **asked)
        if not place.is_deleted:
            waiting.delete()
            with place:
                _Matrix(visit, chosen, made).build()

    states.follow(waiting, follow())


class _Matrix:
    """The matrix with its filters; a filter changes the table and the address, nothing else."""

    def __init__(self, visit: Visit, chosen: Filter, found: Mapping[str, Any]) -> None:
        self.visit, self.chosen, self.found = visit, chosen, found
        self.pack: Pack = facts.pack_of(visit.pack)
        self.may = acting.may(visit, "write")

    def build(self) -> None:
        """Show filters, sums and rows."""
        levels = {"all": tr("every level")} | {one.id: said(one.title) for one in self.pack.levels}
        links = {one.id: said(one.title) for one in self.pack.links} | {key: tr(name) for key, name in PARTS.items()}
        lists = (
            ("level", tr("level"), levels),
            ("link", tr("link or part"), links),
            ("gap", tr("gap"), {key: tr(name[0]) for key, name in GAPS.items()}),
        )
        with ui.element("div").classes("lh-filters").props('role="search"'):
            for name, label, options in lists:
                shown = {"": tr("{name}: all", name=headed(label))} | options
                one = chooser(label, shown, getattr(self.chosen, name))
                one.on("change", self._changing(name), js_handler=VALUE)
        self.count = states.show(Markup(""), "lh-count")
        self.count.props('role="status"')
        self.place = states.show(Markup(""))
        self._draw()

    def _changing(self, name: str) -> Any:
        def changed(event: GenericEventArguments) -> None:
            self.chosen = replace(self.chosen, **{name: str(event.args or "")})
            ui.navigate.history.replace(self.visit.url("/evidence/matrix", **asdict(self.chosen)))
            self._draw()

        return self.visit.speaking(changed)

    def _draw(self) -> None:
        wanted = self.chosen
        beside = [
            one
            for one in self.found["rows"]
            if wanted.level in ("", one["level"]) and wanted.link in ("", one["link"] or one["part"])
        ]
        shown = [one for one in beside if wanted.gap in ("", one["gap"])]
        counts = {gap: sum(one["gap"] == gap for one in beside) for gap in GAPS}
        parts = (
            tag("span", badge(GAPS, gap), " ", tag("strong", str(count))) for gap, count in counts.items() if count
        )
        total = tag("span", tr("{count} of {all} elements", count=len(shown), all=len(self.found["rows"])))
        states.put(self.count, joined((total, *parts)))
        if not shown:
            nothing = states.empty(
                tr("No element fits these filters"),
                tr("Take one of them away to see more."),
                (tr("Show the whole matrix"), self.visit.url("/evidence/matrix")),
            )
            return states.put(self.place, nothing)
        levels = [("all", headed(tr("every level")))] + [(one.id, headed(said(one.title))) for one in self.pack.levels]
        return states.put(self.place, joined(self._level(id, title, shown) for id, title in levels))

    def _level(self, id: str, title: str, shown: Sequence[Mapping[str, Any]]) -> Markup | None:
        order = list(GAPS)
        here = sorted((one for one in shown if one["level"] == id), key=lambda one: order.index(one["gap"]))
        if not here:
            return None
        heads = (tr("element"), tr("gap"), tr("finding"), tr("evidence"), tr("what would count"))
        return card(title, table(heads, (self._row(one) for one in here), "lh-matrix", title, stacks=True))

    def _row(self, one: Mapping[str, Any]) -> list[Any]:
        where = self.visit.url("/conditions", element=one["id"])
        name = tag("a", headed(said(one["text"])), href=where)
        return [
            joined((name, tag("small", one["clause"], " ", tag("code", one["id"], class_="lh-wrap")))),
            badge(GAPS, one["gap"]),
            joined((finding(one["finding"]), tag("div", proof(one["proof"])))),
            self._evidence(one),
            self._wanted(one),
        ]

    def _evidence(self, one: Mapping[str, Any]) -> Markup:
        titles = {each["id"]: each["title"] for each in one["documents"]}
        lines = [self._speaker(each, titles.get(each["document"], "")) for each in one["speakers"]]
        spoken = {each["document"] for each in one["speakers"]}
        lines += [self._paper(each) for each in one["documents"] if each["id"] not in spoken]
        return tag("ul", lines, class_="lh-subjects") if lines else tag("span", "–", class_="lh-faint")

    def _speaker(self, each: Mapping[str, Any], title: str) -> Markup:
        if each["document"]:
            where = self.visit.url(f"/evidence/{each['document']}")
            link = tag("a", each["document"], " ", title, href=where, class_="lh-wrap")
            spoken = joined((named(SOURCES, each["kind"]), " ", link))
        else:
            shown = each["source"][:DIGEST_SHOWN] if each["kind"] == "document" else each["source"]
            spoken = source(each["kind"], shown)
        stale = None if each["fresh"] else badge(GAPS, "stale")
        return tag("li", tag("span", spoken, class_="lh-wrap"), " ", proof(each["proof"]), " ", stale)

    def _paper(self, each: Mapping[str, Any]) -> Markup:
        link = tag(
            "a", each["id"], " ", each["title"], href=self.visit.url(f"/evidence/{each['id']}"), class_="lh-wrap"
        )
        state = badge(STATES, each["state"]) if each["state"] != "current" else None
        only = chip(tr("only linked")) if each["states"] is None and state is None else None
        return tag("li", link, " ", state, only)

    def _wanted(self, one: Mapping[str, Any]) -> Markup:
        floors = dict.fromkeys(each["floor"] for each in one["wanted"])
        lines = []
        for floor in floors:
            ways = [said(each["text"]) for each in one["wanted"] if each["floor"] == floor]
            rest = len(ways) - MOST_WAYS
            more = tr("and {count} more", count=rest) if rest > 0 else None
            said_of = tr("; ").join((*ways[:MOST_WAYS], *([more] if more else [])))
            lines.append(tag("li", tag("span", headed(named(FLOORS, floor)), class_="lh-faint"), " ", said_of))
        add = None
        if self.may and any(each["kind"] == "document" for each in one["wanted"]):
            where = self.visit.url("/evidence/add", proves=_target(one))
            add = tag("li", tag("a", icon("add"), tr("Add a document"), href=where))
        return tag("ul", lines, add, class_="lh-subjects") if lines or add else tag("span", "–", class_="lh-faint")


def _target(one: Mapping[str, Any]) -> str:
    """What a new document for an element is about: where it cannot be stated itself, the field that decides it."""
    stated = next((each["stated"] for each in one["wanted"] if each["stated"]), "").partition("=")[0]
    return f"field:{stated}" if stated == "maturity_level" else stated or str(one["id"])
