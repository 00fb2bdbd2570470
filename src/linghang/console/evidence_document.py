"""One document: what is said of it, its revisions, what it told the ledger; and what can be changed of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.controls import VALUE, button
from linghang.console.dropping import drop_zone
from linghang.console.evidence_form import Form
from linghang.console.evidence_shown import about, history, ledger, revisions, text
from linghang.console.evidence_words import button_label, confidential, kind, navigation, state
from linghang.console.hypertext import icon, joined, tag
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.evidence_files import bare_name, under_bare_names
from linghang.usecases.evidence_looking import Shown, show_document
from linghang.usecases.evidence_register import (
    Document,
    Registered,
    changes_of,
    check_described,
    restore_document,
    retire_document,
    revise_document,
)
from linghang.words import tr


async def build(visit: Visit, args: PageArguments) -> None:
    """Show one document."""
    number = args.path_parameters["id"]
    try:
        found = await _read(visit, number)
    except BadInput:
        title = tr("There is no document {number}", number=number)
        what = tr("The number may be mistyped; the register lists what is there, retired documents too.")
        states.show(states.empty(title, what, (tr("To the register"), visit.url("/evidence"))))
        return
    await _Page(visit, number).show(found)


async def _read(visit: Visit, number: str) -> Shown:
    return await facts.thread(lambda: show_document(visit.folder, number, now=visit.now, as_of=visit.day))


class _Page:
    """The page of a document, drawn anew after each change."""

    def __init__(self, visit: Visit, number: str) -> None:
        self.visit, self.number = visit, number
        self._place = ui.element("div").classes("lh-page-body")

    async def show(self, found: Shown) -> None:
        """Show what was read."""
        self._place.clear()
        newest, visit = found.revisions[-1], self.visit
        with self._place:
            states.show(_heading(visit, found))
            states.show(navigation(visit, ""))
            if acting.may(visit, "write"):
                self._actions(found)
            with ui.element("div").classes("lh-grid lh-evidence-one"):
                states.show(joined((about(newest, visit), text(found))))
                states.show(joined((revisions(found, visit), history(found, visit), ledger(found, visit))))

    async def _again(self) -> None:
        found = await _read(self.visit, self.number)
        if not self._place.is_deleted:
            await self.show(found)

    # --- changing ---

    def _actions(self, found: Shown) -> None:
        newest, visit = found.revisions[-1], self.visit
        with ui.element("div").classes("lh-paper-foot"):
            if newest.retired_at is not None:
                self._button("undo", tr("Let it count again"), self._restore)
                return
            edit = self._button("edit", tr("Change what is said of it"), None)
            put = self._button("upload", tr("Put another file in its place"), None)
            self._button("close", tr("Retire it"), self._ask_why)
        forms = ui.element("div").classes("lh-paper-forms")

        def open_form() -> None:
            forms.clear()
            with forms:
                self._form(newest)

        def open_zone() -> None:
            forms.clear()
            with forms, ui.element("section").classes("lh-card"):
                said = tr("The file before stays readable as a revision; what is said of it stays.")
                states.show(tag("p", said, class_="lh-about"))
                drop_zone(visit, "write", tr("Drop the new file here"), self._took).classes("lh-paper-drop")

        edit.on("click", visit.speaking(open_form))
        put.on("click", visit.speaking(open_zone))

    def _button(self, sign: str, label: str, work: Callable[[], Any] | None) -> ui.element:
        with button(label, "lh-button") as made:
            states.show(button_label(sign, label))
        return made if work is None else made.on("click", self.visit.speaking(work))

    def _form(self, newest: Document) -> None:
        visit = self.visit
        with ui.element("section").classes("lh-card"):
            states.show(tag("div", tag("h2", tr("What is said of it")), class_="lh-card-head"))
            form = Form(visit, newest.to_dict())
            form.build()

            async def save() -> None:
                try:
                    parts = form.parts()
                    changes = changes_of(newest, parts)
                    await facts.thread(lambda: check_described(visit.folder, parts, visit.now))
                except BadInput as error:
                    return form.refuse(error)
                form.refuse(None)
                return await self._change(
                    "revise",
                    lambda: revise_document(visit.folder, self.number, None, changes, now=visit.now),
                    said=", ".join(changes),
                )

            with ui.element("div").classes("lh-paper-foot"):
                label = tr("Register the revision")
                with button(label, "lh-button lh-primary").on("click", visit.speaking(save)):
                    states.show(button_label("edit", label))

    async def _took(self, path: Path, name: str) -> None:
        named = path.with_name(bare_name(name))
        path.rename(named)

        def work() -> Registered:
            with under_bare_names(named.parent):
                return revise_document(self.visit.folder, self.number, named, {}, now=self.visit.now)

        await self._change("revise", work, file=named.name)

    def _ask_why(self) -> None:
        visit, said = self.visit, {"reason": ""}
        with ui.dialog() as dialog, ui.element("div").classes("lh-paper-dialog").props('role="document"'):
            states.show(
                joined((tag("h2", tr("Retire {number}", number=self.number)), tag("p", _retiring(), class_="lh-about")))
            )
            label = tr("Why does it count no longer?")
            with ui.element("label").classes("lh-paper-field"):
                states.show(tag("span", label, class_="lh-paper-label"))
                reason = ui.element("textarea").classes("lh-control lh-paper-note").props("autofocus rows=3")
                reason.props["aria-label"] = label
            wrong = states.show(Markup(""))

            def typed(event: GenericEventArguments) -> None:
                said["reason"] = str(event.args or "")

            async def retire() -> None:
                if not said["reason"].strip():
                    text = tr("a document is retired for a reason; say which")
                    return states.put(wrong, tag("p", text, class_="lh-refused", role="alert"))
                dialog.close()
                why = said["reason"]
                return await self._change(
                    "retire", lambda: retire_document(visit.folder, self.number, why, now=visit.now), reason=why
                )

            reason.on("change", visit.speaking(typed), js_handler=VALUE)
            with ui.element("div").classes("lh-paper-foot"):
                with button(tr("Retire it"), "lh-button lh-primary").on("click", visit.speaking(retire)):
                    states.show(button_label("close", tr("Retire it")))
                with button(tr("Cancel"), "lh-button").on("click", dialog.close):
                    states.show(tag("span", tr("Cancel")))
        dialog.open()

    async def _restore(self) -> None:
        visit = self.visit
        await self._change("restore", lambda: restore_document(visit.folder, self.number, now=visit.now))

    async def _change(self, verb: str, work: Callable[[], Registered], **how: str) -> None:
        made = await acting.change(self.visit, "write", f"documents.{verb}", self.number, work, how)
        if made is not None:
            acting.tell(_done(made))
            await self._again()


def _retiring() -> str:
    return tr("What it stated is taken back in the ledger. The file and its history stay, and it can be restored.")


def _done(made: Registered) -> str:
    if made.told:
        return tr("done; new in the ledger: {count}", count=made.told)
    return tr("done")


def _heading(visit: Visit, found: Shown) -> Markup:
    newest = found.revisions[-1]
    day = visit.day or visit.now.astimezone(ZoneInfo(visit.zone)).date()
    left = (newest.valid_until - day).days if newest.valid_until else None
    back = tag("a", "‹ ", tr("Register"), href=visit.url("/evidence"), class_="lh-back")
    load = tag(
        "a",
        tag("span", icon("download"), tr("Download")),
        href=f"/api/v1/documents/{newest.id}/file",
        download=newest.file_name,
        class_="lh-button",
    )
    title = tag("h1", newest.title, class_="lh-wrap")
    chips = tag(
        "p",
        tag("span", newest.id, " · ", kind(newest.kind)),
        " ",
        state(found.state, left),
        " ",
        confidential(newest.confidentiality),
        class_="lh-chips",
    )
    return tag("div", tag("div", back, title, chips), tag("div", load, class_="lh-head-more"), class_="lh-heading")
