"""What if: elements and fields set otherwise, or another pack; the judgement beside itself as it would be."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import facts, states, way_up_beside
from linghang.console.controls import VALUE, button, chooser, typed
from linghang.console.hypertext import icon, joined, tag
from linghang.console.telling import FINDINGS, finding, headed, named, said
from linghang.console.visit import Visit
from linghang.console.way_up_controls import action_button
from linghang.console.way_up_nav import segments
from linghang.console.way_up_view import PRESSED
from linghang.errors import BadInput
from linghang.usecases.judging import Judged
from linghang.usecases.standing import standing
from linghang.usecases.whatif import Beside, beside, between
from linghang.words import later, tr

PATH = "/way-up/what-if"
MOST_FOUND, MOST_SETS = 12, 100
PARTED = ";"
YES_NO = {"true": later("yes"), "false": later("no")}
INPUTS = {"number": "number", "date": "date"}


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the frame at once; the judgement follows."""
    about = tr("What the level would be if something were otherwise. Nothing is written.")
    states.show(states.heading(tr("What if"), about, segments(visit, PATH)))
    waiting = states.show(tag("p", tr("Judging the plant …"), class_="lh-about", role="status"))
    WhatIf(visit, args.query_parameters, waiting).build()


def read_sets(query: Mapping[str, str]) -> dict[str, str]:
    """Read what an address assumes: NAME=VALUE, parted by “;”."""
    found: dict[str, str] = {}
    for one in query.get("set", "").split(PARTED)[:MOST_SETS]:
        name, equals, value = one.partition("=")
        if name and equals and value:
            found[name.strip()] = value.strip()
    return found


class WhatIf:
    """One open page: what is assumed, and both judgements."""

    def __init__(self, visit: Visit, query: Mapping[str, str], waiting: ui.html) -> None:
        self.visit, self.waiting = visit, waiting
        self.sets = read_sets(query)
        self.past: list[tuple[dict[str, str], str]] = []
        other = query.get("with", "")
        self.other = other if other in facts.packs() and other != visit.pack else ""

    def build(self) -> None:
        """Put the places on the page, and judge."""
        self.asked = ui.element("div").classes("lh-way-place")
        self.result = ui.element("div").classes("lh-way-place")
        background_tasks.create(self._begin())

    async def _begin(self) -> None:
        visit = self.visit
        try:
            self.judged = (await standing(visit.folder, visit.pack, visit.day, visit.now)).judged
            if self.asked.is_deleted:
                return
            self.names = _names(self.judged)
            states.put(self.waiting, Markup(""))
            with self.asked:
                self._controls()
            await self._judge()
        except Exception as error:
            states.put(self.waiting, states.trouble(error))

    # --- what is assumed ---

    def _controls(self) -> None:
        with ui.element("section").classes("lh-card"):
            states.show(tag("div", tag("h2", tr("What would be")), class_="lh-card-head"))
            with ui.element("div").classes("lh-filters").props('role="search"'):
                self.search = typed(tr("Search an element or field"), "search", "", "lh-search")
                self.search.on("input", self.visit.speaking(self._searched), js_handler=VALUE, throttle=0.2,
                               leading_events=False)  # fmt: skip
                packs = {"": tr("the same pack")}
                packs |= {id: said(one.title) for id, one in facts.packs().items() if id != self.visit.pack}
                pack = chooser(tr("Judge by another pack"), packs, self.other, "lh-beside")
                pack.on("change", self.visit.speaking(self._chose_pack), js_handler=VALUE)
            self.found = states.show(Markup(""), "lh-way-found")
            self.found.on("click", self.visit.speaking(self._added), js_handler=PRESSED)
            self.rows = ui.element("div").classes("lh-way-sets")
            with ui.element("div").classes("lh-way-foot"):
                self.undo = action_button(self.visit, tr("Undo"), "undo", self._undo)
                self.clear = action_button(self.visit, tr("Undo all"), "close", self._clear)
                self.wrong = states.show(Markup(""), "lh-way-status").props('role="status"')
        self._list()

    def _searched(self, event: GenericEventArguments) -> None:
        words = str(event.args or "")
        self.search.props["value"] = words
        wanted = words.casefold().split()
        fitting = [
            (name, title) for name, title in self.names.items() if wanted and all(w in title.casefold() for w in wanted)
        ]
        rest = len(fitting) - MOST_FOUND
        self.found.set_content(
            tag(
                "ul",
                (tag("li", self._offer(name, title)) for name, title in fitting[:MOST_FOUND]),
                tag("li", tr("and {count} more", count=rest), class_="lh-more") if rest > 0 else None,
                tag("li", tr("Nothing fits these words."), class_="lh-more") if wanted and not fitting else None,
            )
        )

    def _offer(self, name: str, title: str) -> Markup:
        now = tag("span", self._now(name), class_="lh-way-now")
        words = tag("span", title.replace(f" {name}", ""), class_="lh-wrap")
        return tag("button", icon("add"), words, now, type="button", name=name, value="add", class_="lh-way-offer")

    def _now(self, name: str) -> Markup:
        """What is known of an element or field now."""
        case, program = self.judged.case, self.judged.verdict.program
        if name in program.fields:
            fact = case.facts.get(name)
            return finding("unknown") if fact is None else tag("strong", str(fact.value))
        claim = case.findings.get(name)
        return finding("unknown" if claim is None else claim.finding)

    async def _added(self, event: GenericEventArguments) -> None:
        name = str(event.args[0])
        if name in self.names and name not in self.sets:
            fields = self.judged.verdict.program.fields
            await self._set({**self.sets, name: _first_value(fields[name]) if name in fields else "met"}, self.other)
            self.search.props["value"] = ""
            self.found.set_content(Markup(""))

    async def _chose_pack(self, event: GenericEventArguments) -> None:
        await self._set(self.sets, str(event.args or "") if str(event.args or "") in facts.packs() else "")

    async def _set(self, sets: dict[str, str], other: str) -> None:
        self.past.append((self.sets, self.other))
        self.sets, self.other = sets, other
        self._list()
        await self._judge()

    async def _undo(self) -> None:
        if self.past:
            self.sets, self.other = self.past.pop()
            self._list()
            await self._judge()

    async def _clear(self) -> None:
        if self.sets or self.other:
            await self._set({}, "")

    def _list(self) -> None:
        self.undo.props["disabled"] = not self.past
        self.clear.props["disabled"] = not (self.sets or self.other)
        self.rows.clear()
        with self.rows:
            if not self.sets:
                words = tr("Search a clause above and choose what would be found; several go together.")
                states.show(tag("p", words, class_="lh-about"))
            for name in self.sets:
                self._row(name)

    def _row(self, name: str) -> None:
        title = self.names.get(name, name)
        value = self.sets[name].partition("@")[0]
        with ui.element("div").classes("lh-way-set"):
            states.show(tag("span", title.replace(f" {name}", ""), tag("small", tr("now"), ": ", self._now(name))))
            field = self.judged.verdict.program.fields.get(name)
            control = self._value(name, value, field)
            control.on("change", self.visit.speaking(self._changing(name)), js_handler=VALUE)
            with button(tr("Undo: {name}", name=title), "lh-icon-button lh-way-out") as undo:
                states.show(icon("close"))
            undo.on("click", self.visit.speaking(self._dropping(name)))

    def _value(self, name: str, value: str, field: Any) -> ui.element:
        label = tr("What would be of {name}", name=self.names.get(name, name))
        if field is None:
            return chooser(label, {key: tr(word) for key, word in FINDINGS.items()}, value)
        unknown = {"unknown": named(FINDINGS, "unknown")}
        if field.type == "code":
            return chooser(label, {**{one: one for one in field.codes}, **unknown}, value)
        if field.type == "finding":
            return chooser(label, {**{key: tr(word) for key, word in YES_NO.items()}, **unknown}, value)
        made = typed(label, INPUTS.get(field.type, "text"), "" if value == "unknown" else value)
        made.props["step"] = "any"
        made.props["placeholder"] = unknown["unknown"]
        return made

    def _changing(self, name: str) -> Any:
        async def changed(event: GenericEventArguments) -> None:
            value = str(event.args or "").replace(PARTED, "").strip() or "unknown"
            await self._set({**self.sets, name: value}, self.other)

        return changed

    def _dropping(self, name: str) -> Any:
        async def dropped() -> None:
            await self._set({key: value for key, value in self.sets.items() if key != name}, self.other)

        return dropped

    # --- what would be ---

    async def _judge(self) -> None:
        visit = self.visit
        asked = [f"{name}={value}" for name, value in self.sets.items()]
        said_so = PARTED.join(asked)
        with self.asked:
            ui.navigate.history.replace(visit.url(PATH, **{"set": said_so, "with": self.other}))
        other = self.other
        try:
            found = await self._found(asked, other)
        except BadInput as error:
            states.put(self.wrong, tag("span", icon("wrong"), str(error), class_="lh-worse"))
            return
        if self.result.is_deleted or (self.other, PARTED.join(f"{k}={v}" for k, v in self.sets.items())) != (
            other,
            said_so,
        ):
            return
        states.put(self.wrong, Markup(""))
        self.result.clear()
        with self.result:
            states.show(joined(way_up_beside.shown(found, visit)))

    async def _found(self, asked: list[str], other: str) -> Beside:
        visit = self.visit
        if not other:
            return await facts.thread(lambda: beside(self.judged, asked))
        states.put(self.wrong, tag("span", tr("Judging by the other pack …")))
        anew = (await standing(visit.folder, other, visit.day, visit.now)).judged
        return await facts.thread(lambda: between(self.judged, anew, asked))


def _names(judged: Judged) -> dict[str, str]:
    """What can be set -> what it is called, with clause and id, so that one can search for either."""
    program = judged.verdict.program
    found: dict[str, str] = {}
    for one in judged.pack.elements:
        if one.id in program.claimable and one.id not in found:
            found[one.id] = f"{one.cited} {headed(said(one.text))} {one.id}"
    found.update((name, f"{headed(said(one.text))} {name}") for name, one in program.fields.items())
    return found


def _first_value(field: Any) -> str:
    return {"finding": "true", "number": "1"}.get(field.type, field.codes[0] if field.codes else "unknown")
