"""Adding documents: files are dropped, and each gets its form; or a list comes with its files."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, evidence_list, facts, figures, states
from linghang.console.controls import PRIMARY, action
from linghang.console.dropping import drop_zone
from linghang.console.evidence_form import Form
from linghang.console.evidence_words import head
from linghang.console.hypertext import card, icon, joined, tag
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.evidence_files import bare_name, under_bare_names
from linghang.usecases.evidence_register import Registered, add_document, check_described, described, remark_of
from linghang.usecases.evidence_titles import titled
from linghang.usecases.naming import EXTRACTIONS
from linghang.words import Listed, tr


@dataclass(slots=True)
class Dropped:
    """A file that waits for its form, or what became of it."""

    path: Path
    bytes: int
    made: Registered | None = None
    left: bool = False

    @property
    def open(self) -> bool:
        """Whether nobody has said yet what it is."""
        return self.made is None and not self.left


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the place for files, and the form of the first that waits."""
    back = tag("a", "‹ ", tr("Register"), href=visit.url("/evidence"), class_="lh-back")
    head(
        visit, "/evidence/add", tr("Add documents"), tr("Each file is kept as it comes, with what you say of it."), back
    )
    if not acting.may(visit, "write"):
        what = tr("Your role reads. Ask an editor or an administrator to add documents.")
        states.show(states.empty(tr("You may not add documents"), what, (tr("Register"), visit.url("/evidence"))))
        return
    query = args.query_parameters
    await facts.thread(lambda: titled(""))  # the packs are read before somebody searches in them
    start = {"proves": [one] if (one := query.get("proves", "")) and titled(one) else []}
    Adding(visit, start).build()
    evidence_list.build(visit)


class Adding:
    """Files that were dropped, one form after another.

    Parameters
    ----------
    start
        What stands in every form at first.
    """

    def __init__(self, visit: Visit, start: Mapping[str, Any]) -> None:
        self.visit, self.start = visit, start
        self._ours = tempfile.TemporaryDirectory(prefix="linghang-", ignore_cleanup_errors=True)
        self._dropped: list[Dropped] = []
        self._current: Dropped | None = None
        ui.context.client.on_delete(self._ours.cleanup)

    def build(self) -> None:
        """Show the place for files."""
        drop_zone(self.visit, "write", tr("Drop documents here, of any kind"), self._took, multiple=True)
        self._list = states.show(Markup(""))
        self._list.props('role="status"')
        self._place = ui.element("div")

    async def _took(self, path: Path, name: str) -> None:
        folder = Path(self._ours.name) / str(len(self._dropped))
        kept = Dropped(folder / bare_name(name), path.stat().st_size)
        self._dropped.append(kept)
        await facts.thread(lambda: _move(path, kept.path))
        if self._list.is_deleted:
            return
        if self._current is None:
            self._next()
        else:
            self._told()

    def _next(self) -> None:
        """Open the form of the first file that waits."""
        self._current = next((one for one in self._dropped if one.open), None)
        self._place.clear()
        if (current := self._current) is not None:
            with self._place, ui.element("section").classes("lh-card"):
                title = tr("What is {name}?", name=current.path.name)
                states.show(tag("div", tag("h2", title, class_="lh-wrap"), class_="lh-card-head"))
                form = Form(self.visit, {"title": current.path.stem} | dict(self.start))
                form.build()
                self._buttons(current, form)
        self._told()

    def _buttons(self, current: Dropped, form: Form) -> None:
        async def save() -> None:
            register.props["disabled"] = True
            register.update()
            try:
                await self._save(current, form)
            finally:
                if not register.is_deleted:
                    register.props["disabled"] = False
                    register.update()

        def leave() -> None:
            current.left = True
            self._next()

        with ui.element("div").classes("lh-paper-foot"):
            register = action(tr("Register the document"), "add", PRIMARY).on("click", self.visit.speaking(save))
            action(tr("Leave this file out")).on("click", self.visit.speaking(leave))

    async def _save(self, current: Dropped, form: Form) -> None:
        visit = self.visit
        try:
            parts = form.parts()
            await facts.thread(lambda: check_described(visit.folder, parts, visit.now))
        except BadInput as error:
            form.refuse(error)
            return

        def work() -> Registered:
            with under_bare_names(current.path.parent):
                return add_document(visit.folder, current.path, described(parts), now=visit.now)

        how = {"title": parts["title"], "kind": parts["kind"]}
        form.refuse(None)
        made = await acting.change(visit, "write", "documents.add", current.path.name, work, how, refuse=form.refuse)
        if made is None:
            return
        current.made = made
        shutil.rmtree(current.path.parent, ignore_errors=True)
        acting.tell(tr("{number} is registered", number=made.document.id))
        if not self._place.is_deleted:
            self._next()

    def _told(self) -> None:
        """Say what became of each file."""
        if not self._dropped:
            return
        lines = (tag("li", self._line(one)) for one in self._dropped)
        states.put(self._list, card(tr("Files"), tag("ul", lines, class_="lh-paper-dropped")))

    def _line(self, one: Dropped) -> Markup:
        name = tag("span", one.path.name, class_="lh-wrap")
        if one.made is not None:
            document = one.made.document
            link = tag("a", document.id, " ", document.title, href=self.visit.url(f"/evidence/{document.id}"))
            return joined((tag("span", "✓ ", link, class_="lh-wrap"), tag("small", _remarks(one.made))))
        said = tr("left out") if one.left else tr("open below") if one is self._current else tr("waits")
        sign = icon("close") if one.left else icon("edit") if one is self._current else icon("clock")
        return joined((tag("span", sign, " ", name), tag("small", f"{figures.size(one.bytes)} · {said}")))


def _remarks(made: Registered) -> str:
    """Say what is to be said of a document that was just registered."""
    said = []
    if made.told:
        said.append(tr("new in the ledger: {count}", count=made.told))
    if made.ends_with_year:
        said.append(tr("a maturity report counts in its year: it counts until {day}", day=made.document.valid_until))
    if made.also:
        said.append(tr("the same file is registered as {numbers}", numbers=Listed(made.also)))
    remark = remark_of(made.extraction) or tr(EXTRACTIONS[made.extraction.state])
    said.append(tr("text for the search: {state}", state=remark))
    return " · ".join(said)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    shutil.move(source, target)
