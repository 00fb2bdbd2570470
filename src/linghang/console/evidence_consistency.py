"""Does everything fit together? The remarks of the checks, what somebody accepted, and the list of all checks."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, states
from linghang.console.controls import VALUE, chooser
from linghang.console.elsewhere import elsewhere
from linghang.console.evidence_asking import Why, ask_why
from linghang.console.evidence_words import SEVERITIES, badge, head
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.telling import and_more, headed, said
from linghang.console.visit import Visit
from linghang.usecases.consistency_kept import accept_remark, checks_document, consistency_before, consistency_document
from linghang.usecases.consistency_waivers import Waiver, take_back
from linghang.usecases.record_pages import table_title
from linghang.words import later, tr

MOST_SHOWN = 300
NUMBER = re.compile(r"E[0-9]{4,9}")
CHOSEN = """(event) => {
  const one = event.target.closest('button[data-remark]');
  if (one) emit(one.dataset.remark);
}"""
"""Which remark a button of the table is about; one handler for all of them."""
OUTCOMES = {
    "passed": later("{count} checks passed"),
    "failed": later("{count} failed"),
    "not_checkable": later("{count} not checkable"),
    "accepted": later("{count} remarks accepted"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the remarks is looked at: the level that is applied for, and a severity; empty is everything."""

    level: str = ""
    severity: str = ""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the remarks; where the checks have to be made first, they follow."""
    query = args.query_parameters
    chosen = Filter(**{one.name: query.get(one.name, "") for one in fields(Filter)})
    every = tag("a", tr("All checks"), href=visit.url("/evidence/checks"), class_="lh-button")
    what = tr("Records, evidence, statements and the application beside each other: what does not fit, and what to do.")
    head(visit, "/evidence/consistency", tr("Consistency"), what, every)
    await _Consistency(visit, chosen).build()


class _Consistency:
    """The remarks with their filters."""

    def __init__(self, visit: Visit, chosen: Filter) -> None:
        levels = facts.pack_of(visit.pack).level_ids
        self.visit = visit
        self.chosen = chosen if chosen.level in levels else replace(chosen, level="")
        self.may = acting.may(visit, "review")
        self.found: Mapping[str, Any] = {}

    async def build(self) -> None:
        """Show filters and remarks."""
        levels = {one.id: said(one.title) for one in facts.pack_of(self.visit.pack).levels}
        severities = {name: tr(names[0]) for name, names in SEVERITIES.items()}
        with ui.element("div").classes("lh-filters").props('role="search"'):
            options = {"": tr("no level: its own checks are left open")} | levels
            level = chooser(tr("level that is applied for"), options, self.chosen.level)
            options = {"": tr("{name}: all", name=headed(tr("severity")))} | severities
            severity = chooser(tr("severity"), options, self.chosen.severity)
        level.on("change", self._changing("level"), js_handler=VALUE)
        severity.on("change", self._changing("severity"), js_handler=VALUE)
        self.count = states.show(Markup(""), "lh-count")
        self.count.props('role="status"')
        self.place = states.show(Markup(""))
        self.place.on("click", self.visit.speaking(self._pressed), js_handler=CHOSEN)
        await self._read()

    def _asked(self) -> dict[str, Any]:
        visit = self.visit
        return {"pack": visit.pack, "now": visit.now, "as_of": visit.day, "level": self.chosen.level or None}

    async def _read(self) -> None:
        """Show what is kept at once; else make the checks elsewhere and show them when they are made."""
        asked = self._asked()
        found = await facts.thread(lambda: consistency_before(self.visit.folder, **asked))
        if found is not None:
            self._draw(found)
            return
        states.put(self.place, states.waiting(tr("Making the checks …")))

        async def follow() -> None:
            made = await elsewhere(consistency_document, self.visit.folder, **asked)
            if asked["level"] == (self.chosen.level or None):
                self._draw(made)

        states.follow(self.place, follow())

    def _changing(self, name: str) -> Callable[..., Any]:
        async def changed(event: GenericEventArguments) -> None:
            self.chosen = replace(self.chosen, **{name: str(event.args or "")})
            ui.navigate.history.replace(self.visit.url("/evidence/consistency", **asdict(self.chosen)))
            if name == "level":
                await self._read()
            elif self.found:
                self._draw(self.found)

        return self.visit.speaking(changed)

    # --- showing ---

    def _draw(self, found: Mapping[str, Any]) -> None:
        self.found = found
        counts = found["counts"]
        parts = (tag("span", tr(word, count=counts[name])) for name, word in OUTCOMES.items() if counts[name])
        total = tag("span", tag("strong", tr("{count} checks", count=found["checks"])))
        states.put(self.count, joined((total, *parts)))
        wanted = [one for one in SEVERITIES if self.chosen.severity in ("", one)]
        cards = [self._remarks(severity) for severity in wanted]
        if not any(cards):
            fits = tr("Nothing that was checked contradicts anything else.")
            cards = [card(tr("No remark stands"), tag("p", "✓ ", fits, class_="lh-good"))]
        states.put(self.place, joined((*cards, self._accepted(), self._open())))

    def _remarks(self, severity: str) -> Markup | None:
        ones = [one for one in self.found["remarks"] if one["severity"] == severity]
        if not ones:
            return None
        title = f"{headed(tr(SEVERITIES[severity][0]))} ({len(ones)})"
        heads: Sequence[str] = (tr("check"), tr("place"), tr("what does not fit, and the mend"))
        rows = (self._remark(one) for one in ones[:MOST_SHOWN])
        if self.may:
            heads = (*heads, tr("accept"))
        return card(title, table(heads, rows, "lh-remarks", title, stacks=True), and_more(len(ones) - MOST_SHOWN))

    def _remark(self, one: Mapping[str, Any]) -> list[Any]:
        cells = [
            self._check(one),
            _places(one, self.visit),
            joined((said(one["message"]), tag("small", "→ ", said(one["mend"])))),
        ]
        if self.may:
            label = tr("Accept {remark} with a reason", remark=one["name"])
            cells.append(
                tag(
                    "button",
                    tag("span", tr("Accept …")),
                    type="button",
                    class_="lh-button",
                    data_remark=f"accept {one['name']}",
                    aria_label=label,
                )
            )
        return cells

    def _check(self, one: Mapping[str, Any]) -> Markup:
        link = tag("a", one["code"], href=self.visit.url("/evidence/checks") + f"#{one['code']}")
        return joined((badge(SEVERITIES, one["severity"]), tag("small", link, " ", said(one["title"]))))

    def _accepted(self) -> Markup | None:
        ones = self.found["accepted"]
        if not ones:
            return None
        title = tr("Accepted with a reason ({count})", count=len(ones))
        heads: Sequence[str] = (tr("check"), tr("place"), tr("reason"))
        rows = []
        for one in ones:
            waiver = one["waiver"]
            day = figures.moment(waiver["at"], self.visit.zone)
            why = joined(
                (tag("span", waiver["reason"], class_="lh-wrap"), tag("small", day, " · ", said(one["message"])))
            )
            back = (
                tag(
                    "button",
                    tag("span", icon("undo"), tr("Take back")),
                    type="button",
                    class_="lh-button",
                    data_remark=f"back {one['name']}",
                    aria_label=tr("Take back that {remark} is accepted", remark=one["name"]),
                ),
            )
            rows.append([self._check(one), _places(one, self.visit), why, *(back if self.may else ())])
        if self.may:
            heads = (*heads, tr("take back"))
        return card(
            title,
            table(heads, rows, "lh-remarks", title, stacks=True),
            about=tr("It comes back when its figures change."),
        )

    def _open(self) -> Markup | None:
        """What could not be checked, by what is lacking."""
        waiting: dict[str, list[str]] = {}
        for one in self.found["not_checkable"]:
            for need in one["needs"]:
                waiting.setdefault(said(need), []).append(one["code"])
        if not waiting:
            return None
        title = tr("Not checkable: something is missing ({count})", count=self.found["counts"]["not_checkable"])
        ordered = sorted(waiting.items(), key=lambda one: -len(one[1]))
        rows = ([need, tag("code", " ".join(codes), class_="lh-wrap")] for need, codes in ordered)
        inner = table((tr("needs"), tr("checks")), rows, "", title)
        return tag("details", tag("summary", title), inner, class_="lh-card lh-fold")

    # --- accepting ---

    async def _pressed(self, event: GenericEventArguments) -> None:
        what, _, name = str(event.args or "").partition(" ")
        if what == "accept":
            self._ask(name)
        elif what == "back":
            folder = self.visit.folder
            made = await acting.change(self.visit, "review", "checks.take_back", name, lambda: take_back(folder, name))
            await self._told(made, tr("it stands again"))

    def _ask(self, name: str) -> None:
        why = Why(
            tr("Accept {remark} with a reason", remark=name),
            tr("Why may it stand?"),
            tr("Write the reason; it is kept with the remark."),
            "evidence",
            tr("Accept it"),
        )
        ask_why(self.visit, why, partial(self._accept, name))

    async def _accept(self, name: str, reason: str) -> None:
        visit, found = self.visit, self.found
        made = await acting.change(
            visit,
            "review",
            "checks.accept",
            name,
            lambda: accept_remark(visit.folder, found, name, reason, visit.now),
            {"reason": reason},
        )
        await self._told(made, tr("it is accepted"))

    async def _told(self, made: tuple[Waiver, ...] | None, done: str) -> None:
        if made is not None:
            acting.tell(done)
            await self._read()


def _places(one: Mapping[str, Any], visit: Visit) -> Markup:
    """The place, its page, and what it is held against."""
    spot = one["spot"]
    shown = _place(spot["where"], visit)
    page = tag("small", tr("page {page}", page=spot["page"])) if spot["page"] is not None else None
    others = (tag("small", "↔ ", _place(each["where"], visit)) for each in one["others"])
    return joined((shown, page, *others))


def _place(where: str, visit: Visit) -> Markup:
    """Return a place, as a link where a page shows it: a registered document, or a table and its row."""
    if NUMBER.fullmatch(where):
        return tag("a", where, href=visit.url(f"/evidence/{where}"))
    name, slash, row = where.partition("/")
    if title := table_title(name):
        return tag("a", f"{title}{slash}{row}", href=visit.url(f"/data/{name}"), class_="lh-wrap")
    return tag("span", where, class_="lh-wrap")


async def build_checks(visit: Visit, _: PageArguments) -> None:
    """Show every check: what is right, how to mend it, and who asks for it."""
    head(visit, "/evidence/checks", tr("All checks"), tr("Each has a number that stays; remarks and reports name it."))
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in await facts.thread(checks_document):
        groups.setdefault(said(one["group"]), []).append(one)
    heads = (tr("check"), tr("severity"), tr("what is right"), tr("what to do"), tr("asked by"))
    for group, ones in groups.items():
        rows = (
            [
                tag("code", one["code"], id=one["code"]),
                badge(SEVERITIES, one["severity"]),
                said(one["title"]),
                tag("span", said(one["mend"]), class_="lh-about"),
                asked_by(one["source"]),
            ]
            for one in ones
        )
        states.show(card(f"{headed(group)} ({len(ones)})", table(heads, rows, "lh-remarks", group, stacks=True)))


def asked_by(source: str) -> str:
    """Say who asks for a check; after `platform:` stands the figure or the interpretation that is ours."""
    return tr("ours") + source.removeprefix("platform") if source.startswith("platform") else source
