"""The register of documents: what is there, what it proves, how long it counts."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import (
    acting,
    evidence_adding,
    evidence_consistency,
    evidence_document,
    evidence_expiry,
    evidence_matrix,
    facts,
    figures,
    maturity,
    states,
)
from linghang.console.controls import VALUE, chooser, typed
from linghang.console.evidence_words import STATES, confidential, head, kind, state, subjects
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import chip, headed
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.evidence_documents import choose
from linghang.usecases.evidence_looking import Listed, list_documents
from linghang.usecases.evidence_register import KINDS
from linghang.words import tr

MOST_SHOWN = 200
"""Documents that are shown at once: of more, words find what is wanted."""
SUBJECTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the register is looked at; empty is everything."""

    state: str = ""
    kind: str = ""
    proves: str = ""
    words: str = ""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the register."""
    query = args.query_parameters
    chosen = Filter(**{one.name: query.get(one.name, "") for one in fields(Filter)})
    every = await facts.thread(lambda: list_documents(visit.folder, now=visit.now, as_of=visit.day))
    may = acting.may(visit, "write")
    add = tag(
        "a",
        tag("span", icon("add"), tr("Add documents")),
        href=visit.url("/evidence/add"),
        class_="lh-button lh-primary",
    )
    head(
        visit,
        "/evidence",
        tr("Evidence"),
        tr("The documents of the plant, what they prove and how long."),
        add if may else None,
    )
    if not every:
        what = tr("Drop a certificate, a contract or a report, and say what it proves.")
        link = (tr("Add documents"), visit.url("/evidence/add")) if may else None
        states.show(states.empty(tr("No document is registered yet"), what, link))
        return
    await _Register(visit, chosen).build(every)


class _Register:
    """The list with its filters; a filter changes the list and the address, nothing else."""

    def __init__(self, visit: Visit, chosen: Filter) -> None:
        self.visit, self.chosen = visit, chosen

    async def build(self, every: tuple[Listed, ...]) -> None:
        """Show filters and list."""
        with ui.element("div").classes("lh-filters").props('role="search"'):
            lists = (
                ("state", tr("state"), {name: tr(said[0]) for name, said in STATES.items()}),
                ("kind", tr("kind"), {name: tr(said) for name, said in KINDS.items()}),
            )
            for name, label, options in lists:
                shown = {"": tr("{name}: all", name=headed(label))} | options
                one = chooser(label, shown, getattr(self.chosen, name))
                one.on("change", self._changing(name), js_handler=VALUE)
            search = typed(tr("Search titles, facts and texts"), "search", self.chosen.words, "lh-search")
            search.on("input", self._changing("words"), js_handler=VALUE, throttle=0.4, leading_events=False)
        self.count = states.show(Markup(""), "lh-count")
        self.count.props('role="status"')
        self.list = states.show(Markup(""))
        await self._draw(every)

    def _changing(self, name: str) -> Any:
        async def changed(event: GenericEventArguments) -> None:
            self.chosen = replace(self.chosen, **{name: str(event.args or "")})
            ui.navigate.history.replace(self.visit.url("/evidence", **asdict(self.chosen)))
            await self._draw()

        return self.visit.speaking(changed)

    async def _draw(self, every: tuple[Listed, ...] | None = None) -> None:
        chosen = self.chosen

        def made() -> tuple[Markup, Markup]:
            found = self._found(chosen, every)
            return self._counted(found), self._table(found)

        try:
            count, shown = await facts.thread(made)
        except BadInput as error:
            states.put(self.list, states.wrong(str(error)))
            return
        if chosen != self.chosen:  # somebody typed on meanwhile
            return
        states.put(self.count, count)
        states.put(self.list, shown)

    def _found(self, chosen: Filter, every: tuple[Listed, ...] | None) -> tuple[Listed, ...]:
        words = chosen.words.strip() or None
        if every is None or words is not None:
            every = list_documents(self.visit.folder, now=self.visit.now, as_of=self.visit.day, search=words)
        wanted = frozenset({chosen.state} & STATES.keys())
        return choose(every, states=wanted, kind=chosen.kind, proves=chosen.proves)

    def _counted(self, found: tuple[Listed, ...]) -> Markup:
        counts = {name: sum(one.state == name for one in found) for name in STATES}
        parts = (
            tag("span", tr(STATES[name][0]), " ", tag("strong", str(count))) for name, count in counts.items() if count
        )
        only = chip(tr("for {name}", name=self.chosen.proves)) if self.chosen.proves else None
        return joined((tag("span", tr("{count} documents", count=len(found))), only, *parts))

    def _table(self, found: tuple[Listed, ...]) -> Markup:
        if not found:
            return states.empty(
                tr("No document fits these filters"),
                tr("Take one of them away to see more."),
                (tr("Show all documents"), self.visit.url("/evidence")),
            )
        heads = (tr("document"), tr("kind"), tr("proves"), tr("issued"), tr("valid until"), tr("state"))
        rows = (self._row(one) for one in found[:MOST_SHOWN])
        rest = len(found) - MOST_SHOWN
        more = tag("p", tr("and {count} more; search to find them", count=rest), class_="lh-more") if rest > 0 else None
        return card(tr("Documents"), table(heads, rows, "lh-register", tr("Documents"), stacks=True), more)

    def _row(self, one: Listed) -> list[Any]:
        document = one.document
        title = tag("a", document.title, href=self.visit.url(f"/evidence/{document.id}"), class_="lh-wrap")
        return [
            joined((title, tag("small", document.id, " ", confidential(document.confidentiality)), _hit(one))),
            kind(document.kind),
            subjects(document, self.visit, SUBJECTS_SHOWN),
            tag("span", figures.day(document.issued_on), class_="lh-figure"),
            tag("span", figures.day(document.valid_until), class_="lh-figure"),
            state(one.state, one.days_left),
        ]


def _hit(one: Listed) -> Markup | None:
    """What stands around the words that were looked for."""
    hit = one.hit
    if hit is None or hit.where == "title":
        return None
    before, word, after = hit.excerpt[: hit.start], hit.excerpt[hit.start : hit.end], hit.excerpt[hit.end :]
    return tag("small", before, tag("mark", word), after, class_="lh-hit lh-wrap")


PARTS: dict[str, Any] = {
    "add": evidence_adding.build,
    "matrix": evidence_matrix.build,
    "expiry": evidence_expiry.build,
    "consistency": evidence_consistency.build,
    "checks": evidence_consistency.build_checks,
    "maturity": maturity.build,
    "{id}": evidence_document.build,
}
"""The pages inside; what is more special stands before the documents."""
