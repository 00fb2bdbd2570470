"""Interpretations on a page: what is read, what the pack says, who set it and why; a reviewer changes them here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import acting, facts, figures, states
from linghang.console.controls import PRIMARY, VALUE, action, chooser, typed
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import icon, joined, table, tag
from linghang.console.telling import FLOORS, and_more, chip, finding, headed, named, ours, said
from linghang.console.visit import FLOORS as FLOOR_ORDER
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.interpretation_effect import effect_of
from linghang.usecases.interpretations import Act, Reading, history, readings, set_value, take_back
from linghang.words import later, tr

KINDS = {"set": later("set"), "take_back": later("taken back")}
CHOICES = {
    "all": later("all of them"),
    "majority": later("more than half"),
    "any": later("at least one"),
    "larger": later("larger accidents and worse"),
    "major": later("major accidents and worse"),
    "safety_environment": later("safety and environment"),
    "with_quality": later("safety, environment and quality"),
    "true": later("yes"),
    "false": later("no"),
}
"""What the words of packs that are chosen of are called."""
MOST_CHANGES = 8


class Interpretations:
    """The interpretations of the pack, or some of them, with what a reviewer may do.

    Parameters
    ----------
    names
        Which of them; all where it is None.
    changed
        Called after one was set or taken back: what the page says of findings is older than that.
    """

    def __init__(
        self, visit: Visit, names: frozenset[str] | None = None, changed: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self.visit, self.names, self.changed = visit, names, changed

    async def build(self) -> None:
        """Show them where one stands."""
        self.place = ui.element("div").classes("lh-readings")
        await self._draw()

    async def _draw(self) -> None:
        folder, pack = self.visit.folder, self.visit.pack

        def read() -> tuple[list[Reading], list[Act]]:
            wanted = [one for one in readings(folder, pack) if self.names is None or one.name in self.names]
            named = {one.name for one in wanted}
            return wanted, [one for one in history(folder, pack) if self.names is None or one.name in named]

        found, acts = await facts.thread(read)
        if self.place.is_deleted:
            return
        self.place.clear()
        with self.place:
            for one in found:
                self._one(one)
            if acts:
                states.show(_history(acts, self.visit.zone))

    def _one(self, one: Reading) -> None:
        with ui.element("div").classes("lh-reading"):
            states.show(_shown(one, self.visit.zone))
            if one.settable and acting.may(self.visit, "review"):
                with ui.element("div").classes("lh-reading-do"):
                    label = tr("Confirm again or change") if one.waits else tr("Change")
                    self._action(one, label, "edit", self._ask)
                    if one.act is not None:
                        self._action(one, tr("Take back"), "undo", self._ask_back)

    def _action(self, one: Reading, label: str, sign: str, work: Callable[[Reading], None]) -> None:
        made = action(label, sign, label=tr("{what}: {name}", what=label, name=one.name))
        made.on("click", self.visit.speaking(lambda: work(one)))

    def _ask(self, one: Reading) -> None:
        with ui.dialog() as dialog, ui.element("div").classes("lh-dialog lh-setting").props('role="document"'):
            _Setting(self, one, dialog).build()
        dialog.open()

    def _ask_back(self, one: Reading) -> None:
        with ui.dialog() as dialog, ui.element("div").classes("lh-dialog lh-setting").props('role="document"'):
            about = tr("The pack's value {value} counts again.", value=_value(one.pack_value, one.unit))
            states.show(joined((tag("h2", tr("Take back {name}", name=one.name)), tag("p", about, class_="lh-about"))))
            given = _reason(self.visit)
            wrong = states.show(Markup(""))

            async def back() -> None:
                visit = self.visit
                if not given["reason"].strip():
                    return states.put(wrong, _unreasoned())
                made = await acting.change(
                    visit,
                    "review",
                    "interpretations.take_back",
                    one.name,
                    lambda: take_back(
                        visit.folder,
                        one.name,
                        pack=visit.pack,
                        reason=given["reason"],
                        by=visit.person.name,
                        now=visit.now,
                    ),
                    {"pack": visit.pack},
                )
                if made is not None:
                    dialog.close()
                    acting.tell(tr("taken back: {name}", name=one.name))
                    await self.again()
                return None

            _foot(dialog, self.visit, tr("Take back"), back)
        dialog.open()

    async def again(self) -> None:
        """Show what is read now, here and on the page around."""
        await self._draw()
        if self.changed is not None:
            await self.changed()


class _Setting:
    """The dialog that sets one interpretation; it says what would change before anything is saved."""

    def __init__(self, panel: Interpretations, one: Reading, dialog: ui.dialog) -> None:
        self.panel, self.visit, self.one, self.dialog = panel, panel.visit, one, dialog
        current = one.act.value if one.act is not None else one.value
        self.value = str(current).lower() if isinstance(current, bool) else str(current)

    def build(self) -> None:
        """Show the form."""
        one = self.one
        states.show(
            joined(
                (
                    tag("h2", tr("Set {name}", name=one.name)),
                    tag("p", headed(str(one.text)), class_="lh-about"),
                    tag("p", tr("The pack says {value}.", value=_value(one.pack_value, one.unit)), class_="lh-about"),
                )
            )
        )
        with ui.element("label").classes("lh-paper-field"):
            label = tr("New value")
            states.show(tag("span", label, class_="lh-paper-label"))
            words = one.choices or (("true", "false") if isinstance(one.pack_value, bool) else ())
            if words:
                field = chooser(label, {word: named(CHOICES, word) for word in words}, self.value)
            else:
                field = typed(label, "text", self.value)
                field.props["inputmode"] = "decimal"
            field.props["autofocus"] = True
            self.field = field
            field.on("change", self.visit.speaking(self._typed), js_handler=VALUE)
        self.given = _reason(self.visit)
        self.effect = states.show(Markup(""), "lh-effect")
        self.effect.props('role="status"')
        action(tr("What would change"), "search").on("click", self.visit.speaking(self._try))
        _foot(self.dialog, self.visit, tr("Set it"), self._set)

    def _typed(self, event: GenericEventArguments) -> None:
        self.value = str(event.args or "").strip()
        self.field.props["value"] = self.value  # else the next drawing of the dialog would put the old one back

    async def _try(self) -> None:
        visit = self.visit
        states.put(self.effect, tag("p", tr("Judging as it would be …"), class_="lh-about"))
        try:
            found = await elsewhere(
                effect_of,
                visit.folder,
                self.one.name,
                self.value,
                pack=visit.pack,
                now=visit.now,
                as_of=visit.day,
            )
            states.put(self.effect, _effect(found, visit))
        except BadInput as error:
            states.put(self.effect, states.refused(str(error)))

    async def _set(self) -> None:
        visit, one = self.visit, self.one
        if not self.given["reason"].strip():
            return states.put(self.effect, _unreasoned())
        made = await acting.change(
            visit,
            "review",
            "interpretations.set",
            one.name,
            lambda: set_value(
                visit.folder,
                one.name,
                self.value,
                pack=visit.pack,
                reason=self.given["reason"],
                by=visit.person.name,
                now=visit.now,
            ),
            {"pack": visit.pack, "value": self.value},
        )
        if made is not None:
            self.dialog.close()
            acting.tell(tr("{name} is read as {value} from now on", name=one.name, value=_value(made.value, made.unit)))
            await self.panel.again()
        return None


def _unreasoned() -> Markup:
    return states.refused(tr("an interpretation is set and taken back with a written reason"))


def _reason(visit: Visit) -> dict[str, str]:
    """Show the field of the reason; what is typed stands in the mapping."""
    given = {"reason": ""}
    with ui.element("label").classes("lh-paper-field"):
        label = tr("Reason; it is shown wherever a verdict is")
        states.show(tag("span", label, class_="lh-paper-label"))
        field = ui.element("textarea").classes("lh-control lh-paper-note").props("rows=3 maxlength=1000")
        field.props["aria-label"] = label

    def typed_in(event: GenericEventArguments) -> None:
        given["reason"] = str(event.args or "")

    field.on("change", visit.speaking(typed_in), js_handler=VALUE)
    return given


def _foot(dialog: ui.dialog, visit: Visit, label: str, work: Callable[[], Awaitable[None]]) -> None:
    with ui.element("div").classes("lh-paper-foot"):
        action(label, classes=PRIMARY).on("click", visit.speaking(work))
        action(tr("Cancel")).on("click", dialog.close)


def marks(document: Mapping[str, Any], visit: Visit) -> Markup | None:
    """Say that a verdict rests on interpretations that a reviewer set, or waits for one; None where none is."""
    ones = document.get("set_interpretations") or ()
    if not ones:
        return None
    items = []
    for one in ones:
        waits = one["state"] == "to_confirm"
        value = tr(
            "{value} instead of {pack_value}",
            value=_value(one["value"], one["unit"]),
            pack_value=_value(one["pack_value"], one["unit"]),
        )
        who = tr("{who}, {day}: {reason}", who=one["by"], day=figures.day(one["at"]), reason=one["reason"])
        state = chip(tr("to be confirmed again, not read")) if waits else None
        items.append(tag("li", tag("code", one["name"]), " ", tag("strong", value), " ", state, tag("small", who)))
    link = tag("a", tr("All interpretations"), href=visit.url("/conditions/interpretations"))
    summary = tag("summary", icon("warning"), tr("Interpretations that a reviewer set: {count}", count=len(items)))
    return tag("details", summary, tag("ul", items), tag("p", link), class_="lh-marks")


def _shown(one: Reading, zone: str) -> Markup:
    changed = one.value != one.pack_value
    set_by = None
    if one.act is not None:
        text = tr("{who}, {day}: {reason}", who=one.act.by, day=figures.moment(one.act.at, zone), reason=one.act.reason)
        waits = (
            tr("{value} was set under another edition of the pack: to be confirmed again", value=_act_value(one.act))
            if one.waits
            else tr("set by a reviewer")
        )
        set_by = tag("p", chip(waits), " ", text, class_="lh-reading-by")
    return tag(
        "div",
        tag("div", headed(str(one.text)), tag("small", tag("code", one.name)), class_="lh-reading-text"),
        tag(
            "div",
            tag("strong", _value(one.value, one.unit), class_="lh-changed" if changed else None),
            tag("small", tr("the pack: {value}", value=_value(one.pack_value, one.unit))) if changed else None,
            class_="lh-reading-value",
        ),
        tag("div", ours() if one.settable else chip(one.source), class_="lh-reading-source"),
        set_by,
        class_="lh-reading-shown",
    )


def _effect(found: Mapping[str, Any], visit: Visit) -> Markup:
    names = {one.id: headed(said(one.title)) for one in facts.pack_of(visit.pack).levels}

    def changed(pair: list[str | None]) -> Markup:
        before, after = (names.get(one or "") or headed(tr("none yet")) for one in pair)
        if before == after:
            return tag("span", before, class_="lh-faint")
        return tag("span", before, " → ", tag("strong", after))

    rows = [
        [tr(word), *(changed(found["levels"][floor][key]) for floor in FLOOR_ORDER)]
        for word, key in ((later("confirmed"), "confirmed"), (later("possible"), "possible"))
    ]
    caption = tr("What would change")
    shown = list({one["id"]: one for one in found["differing"]}.values())
    cited = {one.id: one for one in facts.pack_of(visit.pack).elements}
    items = (
        tag(
            "li",
            finding(one["before"], small=True),
            " → ",
            finding(one["after"]),
            " ",
            f"{cited[one['id']].cited} {headed(said(cited[one['id']].text))}" if one["id"] in cited else one["id"],
        )
        for one in shown[:MOST_CHANGES]
    )
    return joined(
        (
            table(("", *(headed(tr(FLOORS[one])) for one in FLOOR_ORDER)), rows, "", caption),
            tag("ul", items, class_="lh-differing")
            if shown
            else tag("p", tr("No condition changes."), class_="lh-about"),
            and_more(len(shown) - MOST_CHANGES),
        )
    )


def _history(acts: list[Act], zone: str) -> Markup:
    rows = (
        [
            figures.moment(one.at, zone),
            one.by,
            joined((tr(KINDS[one.kind]), tag("small", tag("code", one.name)))),
            tag("strong", _act_value(one)),
            one.reason,
        ]
        for one in reversed(acts)
    )
    caption = tr("Interpretations that were set")
    heads = (tr("when"), tr("who"), tr("what"), tr("value"), tr("reason"))
    return joined((tag("h3", caption), table(heads, rows, "", caption)))


def _act_value(act: Act) -> str:
    return _value(act.value, "")


def _value(value: object, unit: str) -> str:
    word = str(value).lower() if isinstance(value, bool) else value
    if isinstance(word, str) and word in CHOICES:
        return tr(CHOICES[word])
    return "–" if value is None else figures.period(value, unit)
