"""One document: what is said of it, its revisions, what it told the ledger; and what can be changed of it."""

from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.controls import PRIMARY, action
from linghang.console.dropping import drop_zone
from linghang.console.evidence_asking import Why, ask_why
from linghang.console.evidence_form import Form
from linghang.console.evidence_shown import about, history, ledger, revisions, text
from linghang.console.evidence_words import confidential, kind, navigation, state
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
from linghang.usecases.evidence_titles import titled
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
    def read() -> Shown:
        titled("")  # the packs are read here, where nobody else waits for them
        return show_document(visit.folder, number, now=visit.now, as_of=visit.day)

    return await facts.thread(read)


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
                action(tr("Let it count again"), "undo").on("click", visit.speaking(self._restore))
                return
            edit = action(tr("Change what is said of it"), "edit")
            put = action(tr("Put another file in its place"), "upload")
            action(tr("Retire it"), "close").on("click", visit.speaking(self._ask_why))
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
                drop_zone(visit, "write", tr("Drop the new file here"), self._took)

        edit.on("click", visit.speaking(open_form))
        put.on("click", visit.speaking(open_zone))

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
                action(tr("Register the revision"), "edit", PRIMARY).on("click", visit.speaking(save))

    async def _took(self, path: Path, name: str) -> None:
        named = path.with_name(bare_name(name))
        path.rename(named)

        def work() -> Registered:
            with under_bare_names(named.parent):
                return revise_document(self.visit.folder, self.number, named, {}, now=self.visit.now)

        await self._change("revise", work, file=named.name)

    def _ask_why(self) -> None:
        visit = self.visit
        why = Why(
            tr("Retire {number}", number=self.number),
            tr("Why does it count no longer?"),
            tr("a document is retired for a reason; say which"),
            "close",
            tr("Retire it"),
            tr("What it stated is taken back in the ledger. The file and its history stay, and it can be restored."),
        )

        async def retire(reason: str) -> None:
            await self._change(
                "retire", lambda: retire_document(visit.folder, self.number, reason, now=visit.now), reason=reason
            )

        ask_why(visit, why, retire)

    async def _restore(self) -> None:
        visit = self.visit
        await self._change("restore", lambda: restore_document(visit.folder, self.number, now=visit.now))

    async def _change(self, verb: str, work: Callable[[], Registered], **how: str) -> None:
        made = await acting.change(self.visit, "write", f"documents.{verb}", self.number, work, how)
        if made is not None:
            acting.tell(_done(made))
            await self._again()


def _done(made: Registered) -> str:
    if made.told:
        return tr("done; new in the ledger: {count}", count=made.told)
    return tr("done")


def _heading(visit: Visit, found: Shown) -> Markup:
    newest = found.revisions[-1]
    left = (newest.valid_until - visit.judged).days if newest.valid_until else None
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
