"""The items of a sub-domain of the maturity questionnaire: what each asks, its answer, why, and on which documents."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import figures, states
from linghang.console.controls import VALUE, action, typed
from linghang.console.hypertext import tag
from linghang.console.telling import chip, headed, proof
from linghang.usecases.maturity import HINTS, UNKNOWN, Answer, Item
from linghang.usecases.maturity import answer as give
from linghang.usecases.maturity_prefilling import said_value, why
from linghang.words import tr

if TYPE_CHECKING:
    from linghang.console.maturity import _Page


def meter(low: Fraction, high: Fraction, gate: Fraction | None = None) -> Markup:
    """Draw what is sure and what is possible of 1, and the gate."""
    sure, maybe = float(low) * 100, float(high) * 100
    mark = tag("line", x1=f"{float(gate) * 100:.1f}", x2=f"{float(gate) * 100:.1f}", y1="0", y2="8") if gate else None
    return tag(
        "svg",
        tag("rect", width="100", height="8", class_="lh-meter-ground"),
        tag("rect", width=f"{maybe:.1f}", height="8", class_="lh-meter-maybe"),
        tag("rect", width=f"{sure:.1f}", height="8", class_="lh-meter-sure"),
        mark,
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        class_="lh-meter",
        aria_hidden="true",
    )


def show(page: "_Page", code: str) -> "list[ItemOnPage]":
    """Put the items of a sub-domain on the page, level by level."""
    shown = []
    model = page.found.opened.model
    sub = next(one for one in model.sub_domains if one.code == code)
    hint = HINTS.get(code)
    about = tr("What shows it: {hint}", hint=hint) if hint else ""
    states.show(tag("h2", f"{sub.code} {sub.name}") + tag("p", about, class_="lh-about"))
    for level in model.levels:
        items = [one for one in model.items if one.sub_domain == code and one.level == level.level]
        if items:
            states.show(tag("h3", f"{level.level} {headed(str(level.name))}"))
        for item in items:
            with ui.element("fieldset").classes("lh-item"):
                shown.append(ItemOnPage(page, item))
                shown[-1].build()
    return shown


class ItemOnPage:
    """One item with its controls."""

    def __init__(self, page: "_Page", item: Item) -> None:
        self.page, self.item = page, item
        answer = self._answer
        self.reason = answer.reason if answer else ""
        self.documents = ", ".join(answer.evidence) if answer else ""

    @property
    def _answer(self) -> Answer | None:
        return self.page.found.opened.state.answers.get(self.item.code)

    def build(self) -> None:
        """Show the item."""
        item, answer = self.item, self._answer
        states.show(tag("span", tag("code", item.code), " ", str(item.text)), "lh-item-text").props("id=" + item.code)
        with ui.element("div").classes("lh-item-answers").props('role="radiogroup"') as group:
            group.props["aria-label"] = item.code
            self._radio(UNKNOWN, tr("unknown"), answer is None)
            for value, word in sorted(self.page.found.opened.model.answers.items()):
                self._radio(str(value), f"{value} {word}", answer is not None and answer.value == value)
        self.told = states.show(self._told())
        if self.page.writes:
            self._more()

    def _radio(self, value: str, word: str, chosen: bool) -> None:
        with ui.element("label"):
            radio = ui.element("input")
            radio.props["type"] = "radio"
            radio.props["name"] = self.item.code
            radio.props["value"] = value
            radio.props["checked"] = chosen
            radio.props["disabled"] = not self.page.writes
            radio.on("change", self.page.visit.speaking(self._given), js_handler=VALUE)
            states.show(tag("span", word))

    def tell(self) -> None:
        """Say anew who answered, and what the records say of it."""
        states.put(self.told, self._told())

    def _told(self) -> Markup:
        """Who answered, and what the records say of it."""
        answer, parts = self._answer, []
        if answer is not None:
            by = tr("the records") if answer.source == "records" else answer.by
            day = figures.moment(answer.at, self.page.visit.zone)
            parts.append(tag("span", tr("answered by {name} on {day}", name=by, day=day)))
            parts += [tag("span", answer.reason)] if answer.reason else []
            parts += [chip(one) for one in answer.evidence]
        if self.page.proposals is not None:
            parts.append(self._proposed(answer))
        return tag("p", (tag("span", one, " ") for one in parts), class_="lh-item-told")

    def _proposed(self, answer: Answer | None) -> Markup:
        found = self.page.proposals
        proposal = found.found.proposals.get(self.item.code) if found else None
        if proposal is None:
            return Markup("")
        against = answer is not None and answer.source == "person" and answer.value > proposal.proposed.value
        sign = "✗ " if against and proposal.proposed.exact else "→ "
        said = tr("the records: {value} ({why})", value=said_value(proposal), why=str(why(proposal)))
        return tag("span", sign, said, " ", proof(proposal.proposed.proof))

    def _more(self) -> None:
        with ui.element("details").classes("lh-item-more"):
            ui.html(escape(tr("Reason and documents")), sanitize=False, tag="summary")
            reason = typed(tr("Reason of {item}", item=self.item.code), "text", self.reason, "lh-item-reason")
            reason.props["placeholder"] = tr("Why this answer")
            documents = typed(tr("Documents of {item}", item=self.item.code), "text", self.documents)
            documents.props["placeholder"] = "E0001, E0002"
            reason.on("input", self._reason, js_handler=VALUE)
            documents.on("input", self._documents, js_handler=VALUE)
            action(tr("Keep")).on("click", self.page.visit.speaking(self._keep))

    def _reason(self, event: GenericEventArguments) -> None:
        self.reason = str(event.args or "")

    def _documents(self, event: GenericEventArguments) -> None:
        self.documents = str(event.args or "")

    async def _given(self, event: GenericEventArguments) -> None:
        await self._say(str(event.args))

    async def _keep(self) -> None:
        answer = self._answer
        await self._say(str(Decimal(answer.value)) if answer else UNKNOWN)

    async def _say(self, value: str) -> None:
        page, code = self.page, self.item.code
        numbers = [one.strip() for one in self.documents.replace("，", ",").split(",") if one.strip()]
        by, now, reason = page.by(), page.visit.now, self.reason

        def work() -> object:
            return give(page.visit.folder, code, value, by=by, now=now, reason=reason, evidence=numbers)

        await page.changed("maturity.answer", code, work)
        self.tell()
