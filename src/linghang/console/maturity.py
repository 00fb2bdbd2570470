"""The maturity questionnaire: every item with its answer, what the level comes to, what the records propose."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, evidence_words, facts, figures, maturity_items, states
from linghang.console.controls import PRIMARY, VALUE, action, chooser, typed
from linghang.console.dropping import drop_zone
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.hypertext import facts as listed
from linghang.console.maturity_items import meter
from linghang.console.telling import chip, finding, headed
from linghang.console.visit import Visit
from linghang.usecases import maturity as answers
from linghang.usecases.maturity import Progress, between, progress
from linghang.usecases.maturity_adopting import adopt, withdraw
from linghang.usecases.maturity_import import read_answers, take_answers
from linghang.usecases.maturity_prefilling import Prefilling, prefilled, take
from linghang.usecases.naming import ACTS, WEIGHTS
from linghang.words import tr

SHOWN_ACTS = 12


async def build(visit: Visit, args: PageArguments) -> None:
    """Show where the self-assessment stands, and the items of one sub-domain to answer."""
    found = await facts.thread(lambda: progress(visit.folder))
    codes = [one.sub_domain.code for one in found.sub_domains]
    asked = args.query_parameters.get("sub", "")
    await _Page(visit, found, asked if asked in codes else codes[0]).build()


class _Page:
    """One open questionnaire: what stands changes in place when an item is answered."""

    def __init__(self, visit: Visit, found: Progress, code: str) -> None:
        self.visit, self.found, self.code = visit, found, code
        self.writes = acting.may(visit, "write")
        self.proposals: Prefilling | None = None
        self.shown: list[maturity_items.ItemOnPage] = []

    async def build(self) -> None:
        visit = self.visit
        workbook = tag(
            "a", icon("download"), tr("Workbook"), href="/api/v1/maturity/workbook", download=True, class_="lh-button"
        )
        evidence_words.head(visit, "/evidence/maturity", tr("Maturity questionnaire"), _model(self.found), workbook)
        with ui.element("div").classes("lh-grid lh-grid-two"):
            self.standing = states.show(standing(self.found), "lh-cell")
            with ui.element("section").classes("lh-card"):
                self._settings()
        with ui.element("div").classes("lh-grid lh-maturity"):
            self.list = states.show(self._sub_domains(), "lh-cell")
            with ui.element("section").classes("lh-card"):
                self.items = ui.element("div")
                self._show_items()
        self.gap = states.show(Markup(""))
        self.acts = states.show(_acts(self.found, visit.zone))
        states.follow(self.gap, self._follow())

    async def _follow(self) -> None:
        """What takes longer: what the next level takes, and what the records propose."""
        visit = self.visit
        states.put(self.gap, await facts.thread(lambda: _gap(visit, self.found)))
        self.proposals = await facts.thread(lambda: prefilled(visit.folder, now=visit.now, as_of=visit.day))
        if not self.items.is_deleted:
            self._tell_items()
            self._offer()

    # --- acting ---

    async def changed(self, what: str, on: str, work: Callable[[], object]) -> bool:
        """Make a change and show what stands then."""
        if await acting.change(self.visit, "write", what, on, work) is None:
            return False
        self.found = await facts.thread(lambda: progress(self.visit.folder))
        if self.items.is_deleted:
            return True
        states.put(self.standing, standing(self.found))
        states.put(self.list, self._sub_domains())
        states.put(self.acts, _acts(self.found, self.visit.zone))
        states.put(self.gap, await facts.thread(lambda: _gap(self.visit, self.found)))
        return True

    def by(self) -> str:
        """Who answers, as the journal names them."""
        return tr("this machine") if self.visit.secret is None else self.visit.person.title

    def _show_items(self) -> None:
        self.items.clear()
        with self.items:
            self.shown = maturity_items.show(self, self.code)

    def _tell_items(self) -> None:
        """Say anew what stands beside each item: what somebody is writing there stays."""
        for one in self.shown:
            one.tell()

    def _settings(self) -> None:
        visit, state = self.visit, self.found.opened.state
        states.show(tag("h2", tr("How it counts")))
        if not self.writes:
            note = tr("You may read; answering needs the right to write.")
            states.show(tag("p", note, class_="lh-note"))
        with ui.element("div").classes("lh-maturity-settings"):
            states.show(tag("span", tr("Weights"), class_="lh-about"))
            names = {name: tr(WEIGHTS[name]) for name in self.found.opened.model.weights}
            weights = chooser(tr("Weights"), names, state.weights)
            weights.on("change", visit.speaking(self._weigh), js_handler=VALUE)
            if not self.writes:
                weights.props["disabled"] = True
        if self.writes:
            self._actions()
        self.offer = ui.element("div")

    def _actions(self) -> None:
        with ui.element("div").classes("lh-filters"):
            action(tr("Undo"), "undo").on("click", self.visit.speaking(self._undo))
            action(tr("Adopt the level …")).on("click", self.visit.speaking(self._adopt))
            action(tr("Domains …")).on("click", self.visit.speaking(self._leave_out))
        drop_zone(self.visit, "write", tr("Drop a filled workbook here"), self._workbook, ".xlsx")

    async def _weigh(self, event: object) -> None:
        name = str(getattr(event, "args", ""))
        folder, by, now = self.visit.folder, self.by(), self.visit.now
        await self.changed("maturity.weigh", name, lambda: answers.choose_weights(folder, name, by=by, now=now))

    async def _undo(self) -> None:
        folder, by, now = self.visit.folder, self.by(), self.visit.now
        if await self.changed("maturity.undo", "", lambda: answers.undo(folder, by=by, now=now)):
            acting.tell(tr("The last act was taken back."))
            self._show_items()

    async def _workbook(self, path: Path, name: str) -> None:
        folder, by, now = self.visit.folder, self.by(), self.visit.now

        def taken() -> int:
            changes = read_answers(folder, path, by=by, now=now)
            take_answers(changes, by=by, now=now)
            return len(changes.changes)

        if await self.changed("maturity.import", name, taken):
            acting.tell(tr("The answers of {file} stand now.", file=name))
            self._show_items()

    async def _adopt(self) -> None:
        adopted = self.found.opened.state.adopted
        folder, now = self.visit.folder, self.visit.now
        with ui.dialog() as dialog, ui.card().classes("lh-dialog"):
            states.show(tag("h2", tr("Adopt the level")) + _about_adopting(self.found))
            name = typed(tr("Who signs"), "text", self.by())
            reason = typed(tr("Why it is withdrawn"), "text") if adopted else None
            with ui.element("div").classes("lh-filters"):
                _choice(dialog, tr("Sign"), "sign")
                if adopted:
                    _choice(dialog, tr("Withdraw"), "withdraw")
                _choice(dialog, tr("Cancel"), "")
        said = {"name": self.by(), "reason": ""}
        name.on("input", lambda event: said.update(name=str(event.args)), js_handler=VALUE)
        if reason is not None:
            reason.on("input", lambda event: said.update(reason=str(event.args)), js_handler=VALUE)
        match await dialog:
            case "sign":
                await self.changed("maturity.adopt", said["name"], lambda: adopt(folder, said["name"], now=now))
            case "withdraw":
                await self.changed(
                    "maturity.withdraw", "", lambda: withdraw(folder, said["reason"], by=self.by(), now=now)
                )
        dialog.delete()

    async def _leave_out(self) -> None:
        one, said = self.found.opened, {"reason": ""}
        with ui.dialog() as dialog, ui.card().classes("lh-dialog"):
            states.show(tag("h2", tr("Domains in which the enterprise has no business")))
            reason = typed(tr("Why the enterprise has no such business"), "text")
            reason.on("input", lambda event: said.update(reason=str(event.args)), js_handler=VALUE)
            for name in answers.TAILORABLE:
                title = one.model.domains[name]
                word = tr("Take {name} in again", name=title) if name in one.state.left_out else None
                _choice(dialog, word or tr("Leave {name} out", name=title), name)
            _choice(dialog, tr("Cancel"), "")
        chosen = await dialog
        dialog.delete()
        folder, by, now = self.visit.folder, self.by(), self.visit.now
        if not chosen:
            return
        if chosen in one.state.left_out:
            done = await self.changed(
                "maturity.take_in", chosen, lambda: answers.take_in(folder, chosen, by=by, now=now)
            )
        else:
            done = await self.changed(
                "maturity.leave_out", chosen, lambda: answers.leave_out(folder, chosen, said["reason"], by=by, now=now)
            )
        if done:
            ui.navigate.to(self.visit.url("/evidence/maturity"))

    def _offer(self) -> None:
        """Offer the proposals of the records, all at once."""
        found = self.proposals
        if found is None or not found.to_take or not self.writes or self.offer.is_deleted:
            return
        self.offer.clear()
        with self.offer:
            count = tr("The records propose {count} answers; a person's answer stays.", count=len(found.to_take))
            states.show(tag("p", count, class_="lh-note"))
            action(tr("Take all proposals"), classes=PRIMARY).on("click", self.visit.speaking(self._take))

    async def _take(self) -> None:
        folder, by, visit = self.visit.folder, self.by(), self.visit

        def taken() -> object:
            return take(prefilled(folder, now=visit.now, as_of=visit.day), by=by, now=visit.now)

        if await self.changed("maturity.prefill", "", taken):
            self.proposals = await facts.thread(lambda: prefilled(folder, now=visit.now, as_of=visit.day))
            acting.tell(tr("The proposals of the records stand as answers now."))
            self.offer.clear()
            self._show_items()

    def _sub_domains(self) -> Markup:
        links = []
        for one in self.found.sub_domains:
            done, of = sum(one.answered.values()), sum(one.of.values())
            link = tag(
                "a",
                tag("span", f"{one.sub_domain.code} {one.sub_domain.name}"),
                tag("small", f"{done} / {of}"),
                meter(one.own.low, one.own.high),
                href=self.visit.url("/evidence/maturity", sub=one.sub_domain.code),
                aria_current="true" if one.sub_domain.code == self.code else None,
            )
            links.append(tag("li", link))
        return card(tr("Sub-domains"), tag("ul", links, class_="lh-maturity-list"))


def _choice(dialog: ui.dialog, word: str, value: str) -> None:
    action(word).on("click", lambda: dialog.submit(value))


def _model(found: Progress) -> str:
    return tr("Self-assessment after {model}, in our words.", model=found.opened.model.title)


def _about_adopting(found: Progress) -> Markup:
    level = found.score.confirmed
    text = tr(
        "The answers confirm level {level}. Whoever signs states it in the judgement; it counts as documented as long "
        "as every item that it rests on names a current document.",
        level=level,
    )
    return tag("p", text, class_="lh-note")


def standing(found: Progress) -> Markup:
    """Show the level, the score of every level against the gate, and what was adopted."""
    items = sum(sum(row.of.values()) for row in found.sub_domains)
    gate = Fraction(found.opened.model.gate.value)
    rows = []
    for one in found.opened.model.levels:
        low, high = found.score.levels[one.level]
        word = "met" if low >= gate else "unknown" if high >= gate else "unmet"
        rows.append([f"{one.level} {one.name}", between(low, high), meter(low, high, gate), finding(word)])
    said = tr(
        "level {confirmed} confirmed, level {possible} possible",
        confirmed=found.score.confirmed,
        possible=found.score.possible,
    )
    pairs = (
        (tr("answered"), f"{items - len(found.score.unanswered)} / {items}"),
        (tr("total"), between(*found.score.total)),
        (tr("left out"), joined(chip(str(found.opened.model.domains[one])) for one in found.opened.state.left_out)),
        (tr("adopted"), _adopted(found)),
    )
    heads = (tr("level"), tr("score"), tr("gate {gate}", gate=found.opened.model.gate.value), tr("finding"))
    shown = table(heads, rows, "lh-maturity-levels", tr("Levels"))
    return card(tr("Level"), tag("p", headed(said), class_="lh-maturity-said"), shown, listed(pairs))


def _adopted(found: Progress) -> str | None:
    one = found.opened.state.adopted
    if one is None:
        return None
    said = tr("level {level}, signed by {name} on {day}", level=one.level, name=one.signed_by, day=one.signed_on)
    gone = tr("the answers do not confirm it any more, so it is not stated")
    return said if found.adopted_stands else f"{said} – {gone}"


def _gap(visit: Visit, found: Progress) -> Markup:
    """Show the fewest items that lift to the next level."""
    level = found.score.confirmed + 1
    if level > len(found.opened.model.levels):
        return Markup("")
    _, levels = answers.gap(visit.folder, level)
    lifts = [one for each in levels for one in each.lifts]
    rows = (
        [
            tag("a", one.item.code, href=visit.url("/evidence/maturity", sub=one.item.sub_domain)),
            str(one.item.text),
            tr("not answered") if one.answer is None else str(one.answer),
            f"+{float(one.gain):.3f}",
        ]
        for one in lifts[:10]
    )
    about = tr(
        "The fewest items that lift each level up to {level} to the gate: {count}.", level=level, count=len(lifts)
    )
    heads = (tr("item"), tr("what it asks"), tr("answer"), tr("gain"))
    return card(tr("What the next level takes"), table(heads, rows, "", tr("Items")), about=about)


def _acts(found: Progress, zone: str) -> Markup:
    acts = list(reversed(found.opened.acts))[:SHOWN_ACTS]
    rows = (
        [str(one.number), figures.moment(one.at, zone), one.by, tr(ACTS.get(one.kind, one.kind)), _on(one.content)]
        for one in acts
    )
    if not acts:
        return Markup("")
    heads = ("#", tr("at"), tr("by"), tr("what"), tr("on"))
    shown = table(heads, rows, "", tr("History"))
    return tag("details", tag("summary", tr("History")), shown, class_="lh-card lh-fold")


def _on(content: object) -> str:
    said = content if isinstance(content, dict) else {}
    items = list(said.get("answers", {}))
    shown = ", ".join(items[:6]) + (f" +{len(items) - 6}" if len(items) > 6 else "")
    return shown or str(said.get("domain") or said.get("weights") or said.get("level") or said.get("act") or "")
