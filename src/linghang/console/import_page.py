"""Import in one page: bring files, say what their sheets are, map columns, check, import, take back."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, import_check, import_mapping, import_sheets, states
from linghang.console.controls import PRIMARY, action
from linghang.console.data_parts import rooms, template_link
from linghang.console.dropping import drop_zone
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import card, icon, joined, tag
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.import_checks import Undoable, check_delivery, last_import, progress_of, undo_import, why_not
from linghang.usecases.import_deliveries import (
    READABLE,
    Delivery,
    add_delivery,
    add_files,
    deliveries,
    drop_delivery,
    open_delivery,
    set_plan,
)
from linghang.usecases.import_previews import preview
from linghang.usecases.record_pages import table_shown, tables
from linghang.words import tr

ADDRESS = "/data/import"
LOOKED_S = 0.4
"""How often the progress of a check is looked at."""


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the import that the address names, or where a new one begins."""
    about = tr("Bring workbooks, CSV or Parquet files as they are: everything is checked before anything is kept.")
    states.show(states.heading(tr("Import data"), about, rooms(visit, ADDRESS)))
    if not acting.may(visit, "write"):
        what = tr("Somebody with the right to write imports data; ask your administrator.")
        states.show(states.empty(tr("You may look at the data, but not import any"), what))
        return
    await facts.thread(tables)
    id = args.query_parameters.get("delivery", "")
    found: Delivery | None = None
    if id:
        try:
            found = await facts.thread(lambda: open_delivery(visit.folder, id, visit.person.name))
        except BadInput as error:
            states.show(tag("p", str(error), class_="lh-note", role="alert"))
    sheet = args.query_parameters.get("sheet", "")
    kind = args.query_parameters.get("kind", "")
    wizard = Wizard(visit, found, int(sheet) if sheet.isdecimal() else None, int(kind) if kind.isdecimal() else None)
    await wizard.show()


class Wizard:
    """One import on one open page; what it is stands in the workspace, so that a reload finds it again.

    Parameters
    ----------
    found
        The delivery that is looked at; None before anything came.
    sheet
        The sheet whose columns are shown; the first that is read where it is None.
    kind
        The kind of problem that is listed; all where it is None.
    """

    def __init__(self, visit: Visit, found: Delivery | None, sheet: int | None, kind: int | None) -> None:
        self.visit, self.found, self.kind = visit, found, kind
        self.sheet = sheet if sheet is not None else self._first()
        self.coming = asyncio.Lock()
        self.busy = False
        self.place = ui.element("div").classes("lh-page-body lh-import")
        self.place.on("lhmap", visit.speaking(self._changed), js_handler="(e) => emit(e.detail)")

    def _first(self) -> int:
        plans = self.found.plans if self.found else ()
        return next((number for number, one in enumerate(plans) if one.use != "left_out"), 0)

    async def show(self) -> None:
        """Build all of it."""
        with self.place:
            if self.found is None or not self.found.imported:
                self._bring()
            if self.found is None:
                await self._begin()
            else:
                self.sheets = states.show(tag("div"))
                self.mapping = states.show(tag("div"))
                self._actions()
                self.checked = states.show(tag("div"))
                await self.refresh()

    def _bring(self) -> None:
        drop_zone(
            self.visit,
            "write",
            tr("Drop files here, or choose them: {kinds}", kinds=".xlsx .csv .tsv .parquet"),
            self._took,
            ",".join(READABLE),
            multiple=True,
        ).classes("lh-import-drop")

    async def _begin(self) -> None:
        """Show what was begun before, and the last import."""
        own, last = await facts.thread(
            lambda: (deliveries(self.visit.folder, self.visit.person.name), last_import(self.visit.folder))
        )
        open_ones = [one for one in own if not one.imported]
        if open_ones:
            items = (self._open_one(one) for one in open_ones)
            states.show(card(tr("Begun and not imported yet"), tag("ul", items, class_="lh-blocking")))
        states.show(
            card(
                tr("Or fill our template"),
                tag("p", tr("One sheet a table, with words to choose and a note on every column."), class_="lh-about"),
                tag("p", template_link(())),
            )
        )
        if last is not None:
            self._last(last)

    def _open_one(self, one: Delivery) -> Any:
        when = figures.ago(one.made_at.isoformat(), self.visit.now)
        link = tag("a", tr("Go on"), href=self.visit.url(ADDRESS, delivery=one.id), class_="lh-button lh-small")
        return tag("li", icon("upload"), tag("span", ", ".join(one.files), tag("small", when)), link)

    def _last(self, last: Undoable) -> None:
        counts = ", ".join(
            tr("{table}: {added} added, {changed} changed", table=said(table_shown(name).title), added=a, changed=c)
            for name, (a, c) in last.tables.items()
        )
        with ui.element("section").classes("lh-card"):
            when = figures.moment(last.at.isoformat(), self.visit.zone)
            about = tr("{files}, by {who}, {when}", files=", ".join(last.files), who=last.who, when=when)
            states.show(
                tag("div", tag("h2", tr("The last import")), tag("p", about), tag("p", counts, class_="lh-about"))
            )

            async def undo() -> None:
                with ui.dialog() as dialog, ui.card().classes("lh-card"):
                    question = tr("Take this import back? Rows that it added go, rows that it changed are as before.")
                    states.show(tag("p", question))
                    with ui.row():
                        self._button(tr("Take back"), "", lambda: dialog.submit(True), PRIMARY)
                        self._button(tr("Keep it"), "", lambda: dialog.submit(False))
                if await dialog:
                    visit, names = self.visit, ", ".join(last.files)
                    done = acting.change(
                        visit, "write", "records.undo", names, lambda: undo_import(visit.folder, last.at)
                    )
                    if await done is not None:
                        acting.tell(tr("The import was taken back."))
                        await self._anew()

            self._button(tr("Take back …"), "undo", undo)

    def _button(self, label: str, sign: str, handler: Callable[[], Any], classes: str = "lh-button") -> None:
        action(label, sign, classes).on("click", self.visit.speaking(handler))

    # --- what comes and what is changed ---

    async def _took(self, path: Path, name: str) -> None:
        """Take a file into this import; the first begins one."""
        visit, owner = self.visit, self.visit.person.name
        async with self.coming:
            found = self.found

            def work() -> Delivery:
                if found is None:
                    return add_delivery(visit.folder, [(path, name)], owner, visit.now)
                return add_files(visit.folder, found, [(path, name)])

            try:
                self.found = await facts.thread(work)
            except BadInput as error:
                acting.tell(str(error), "wrong")
                return
            if found is None:
                self.sheet = self._first()
                ui.navigate.history.replace(visit.url(ADDRESS, delivery=self.found.id))
                self.place.clear()
                await self.show()
            else:
                await self.refresh()

    async def _changed(self, event: GenericEventArguments) -> None:
        """Do what was chosen or dropped on the sheets or the mapping."""
        detail: Mapping[str, Any] = event.args if isinstance(event.args, dict) else {}
        found = self.found
        if found is None or found.imported or self.busy:
            return
        asked = str(detail.get("sheet") or self.sheet)
        number = min(int(asked) if asked.isdecimal() else self.sheet, len(found.plans) - 1)
        try:
            self.visit.need("write")
            changes = import_mapping.changes(found.plans[number], detail)
            self.found = await facts.thread(lambda: set_plan(self.visit.folder, found, {number: changes}))
        except BadInput as error:
            acting.tell(str(error), "wrong")
        if detail.get("map") in ("table", "header"):
            self.sheet = number
        await self.refresh(str(detail.get("id") or ""))

    def _gone(self) -> bool:
        """Whether the reader has gone on to another page."""
        return self.place.is_deleted

    async def refresh(self, focus: str = "") -> None:
        """Show everything as it is now; the control that had the focus gets it again."""
        found = self.found
        if found is None or self._gone():
            return
        zone, number = self.visit.zone, min(self.sheet, len(found.plans) - 1)
        seen = await facts.thread(lambda: preview(found.looks[number], found.plans[number], zone))
        if self._gone():
            return
        states.put(self.sheets, import_sheets.sheets(found, number, self.visit))
        shown = joined(()) if found.imported else import_mapping.mapping(found, number, seen, self.visit)
        states.put(self.mapping, shown)
        states.put(self.checked, import_check.result(found, self.kind, self.visit))
        self.actions.set_visibility(not found.imported)
        if focus:
            ui.run_javascript(f"linghangFocus({json.dumps(focus)})")

    # --- check and import ---

    def _actions(self) -> None:
        self.actions = ui.element("div").classes("lh-import-actions")
        with self.actions:
            self._button(tr("Check all"), "search", lambda: self._run(keep=False))
            self._button(tr("Import"), "upload", lambda: self._run(keep=True), PRIMARY)
            self._button(tr("Take the files away"), "close", self._drop)
            self.bar = states.show(tag("div"), "lh-import-bar")

    async def _drop(self) -> None:
        found = self.found
        if found is not None:
            with suppress(BadInput):  # gone already
                await facts.thread(lambda: drop_delivery(self.visit.folder, found.id, self.visit.person.name))
        await self._anew()

    async def _anew(self) -> None:
        """Begin again, with nothing brought."""
        if self._gone():
            return
        self.found = None
        ui.navigate.history.replace(self.visit.url(ADDRESS))
        self.place.clear()
        await self.show()

    async def _run(self, keep: bool) -> None:
        found = self.found
        if found is None or self.busy:
            return
        self.busy, self.kind = True, None
        timer = ui.timer(LOOKED_S, self.visit.speaking(self._look))
        try:
            done = await (self._imported(found) if keep else self._checked(found))
        finally:
            self.busy = False
            timer.cancel()
        if self._gone():
            return
        states.put(self.bar, joined(()))
        if done is not None:
            self.found = done
            if done.imported:
                acting.tell(tr("The records were imported."))
            elif keep:
                acting.tell(tr("Nothing was imported: some cells have to be mended first."), "wrong")
            await self.refresh()

    async def _checked(self, found: Delivery) -> Delivery | None:
        try:
            self.visit.need("write")
            return await elsewhere(check_delivery, self.visit.folder, found.id, self.visit.person.name, self.visit.now)
        except BadInput as error:
            acting.tell(str(error), "wrong")
        return None

    async def _imported(self, found: Delivery) -> Delivery | None:
        loop, visit = asyncio.get_running_loop(), self.visit

        def work() -> Delivery:
            made = elsewhere(check_delivery, visit.folder, found.id, visit.person.name, visit.now, keep=True)
            return asyncio.run_coroutine_threadsafe(made, loop).result()

        return await acting.change(visit, "write", "records.import", ", ".join(found.files), work, unless=why_not)

    def _waits(self) -> bool:
        return self.busy and not self.bar.is_deleted

    async def _look(self) -> None:
        """Show how far a check is."""
        found = self.found
        if found is None:
            return
        now = await facts.thread(lambda: progress_of(self.visit.folder, found))
        if self._waits():
            what, share = now or ("reading", None)
            bar = tag("progress", max="1", value=None if share is None else f"{share:.3f}", aria_label=tr(what))
            states.put(self.bar, joined((bar, tag("span", tr(what), " …", role="status"))))
