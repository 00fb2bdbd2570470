"""Adding the documents of a list: a table of descriptions, and the files that it names."""

import shutil
import tempfile
from pathlib import Path

from markupsafe import Markup
from nicegui import ui

from linghang.console import acting, facts, states
from linghang.console.controls import PRIMARY, action
from linghang.console.dropping import drop_zone
from linghang.console.hypertext import icon, tag
from linghang.console.visit import Visit
from linghang.usecases.evidence_files import bare_name, under_bare_names
from linghang.usecases.evidence_register import Registered, add_documents
from linghang.words import tr

LISTS = (".csv", ".yaml", ".yml")
HEADER = "file,title,kind,proves,states,issuer,issued_on,supports,valid_until,owner,confidentiality,note"


def build(visit: Visit) -> None:
    """Show what takes a list, folded away."""
    with ui.element("details").classes("lh-card lh-fold"):
        with ui.element("summary"):
            states.show(tag("span", tr("Many at once: a list with its files")))
        ByList(visit).build()


class ByList:
    """A list and files that were dropped for it, until they are registered."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._ours = tempfile.TemporaryDirectory(prefix="linghang-", ignore_cleanup_errors=True)
        self._listed: Path | None = None
        self._files: list[str] = []
        ui.context.client.on_delete(self._ours.cleanup)

    def build(self) -> None:
        """Show two places for files, and what registers them."""
        about = tr("One row a document; “file” is the bare name of a file that you drop beside it. Columns:")
        states.show(tag("p", about, " ", tag("code", HEADER, class_="lh-wrap"), class_="lh-about"))
        with ui.element("div").classes("lh-grid lh-grid-two"):
            drop_zone(self.visit, "write", tr("The list (CSV or YAML)"), self._took_list, ",".join(LISTS))
            drop_zone(self.visit, "write", tr("The files that it names"), self._took_file, multiple=True)
        self._come = states.show(Markup(""))
        self._come.props('role="status"')
        self._wrong = states.show(Markup(""))
        with ui.element("div").classes("lh-paper-foot"):
            action(tr("Register the list"), "add", PRIMARY).on("click", self.visit.speaking(self._register))

    async def _took_list(self, path: Path, name: str) -> None:
        self._listed = await self._keep(path, name)
        self._told()

    async def _took_file(self, path: Path, name: str) -> None:
        kept = await self._keep(path, name)
        if kept.name not in self._files:
            self._files.append(kept.name)
        self._told()

    async def _keep(self, path: Path, name: str) -> Path:
        """Put a file beside the others; one of the same name is replaced."""
        target = Path(self._ours.name) / bare_name(name)
        await facts.thread(lambda: shutil.move(path, target))
        return target

    def _told(self) -> None:
        listed = tag("li", icon("data"), " ", self._listed.name) if self._listed else None
        files = (tag("li", icon("evidence"), " ", one) for one in self._files)
        states.put(self._come, tag("ul", listed, files, class_="lh-paper-dropped lh-wrap"))

    async def _register(self) -> None:
        visit, listed = self.visit, self._listed
        states.put(self._wrong, Markup(""))
        if listed is None:
            self._refuse(tr("Drop the list first, then the files that it names."))
            return

        def work() -> tuple[Registered, ...]:
            with under_bare_names(listed.parent):
                return add_documents(visit.folder, listed, now=visit.now, beside=True)

        how = {"files": str(len(self._files))}
        made = await acting.change(visit, "write", "documents.import", listed.name, work, how, refuse=self._refuse)
        if made is not None and not self._come.is_deleted:
            acting.tell(tr("{count} documents are registered", count=len(made)))
            states.put(self._come, self._made(made))

    def _refuse(self, why: object) -> None:
        states.put(self._wrong, states.refused(str(why)))

    def _made(self, made: tuple[Registered, ...]) -> Markup:
        if not made:
            return tag("p", tr("everything in the list is registered already"), class_="lh-about")
        lines = (
            tag(
                "li",
                "✓ ",
                tag(
                    "a",
                    one.document.id,
                    " ",
                    one.document.title,
                    href=self.visit.url(f"/evidence/{one.document.id}"),
                ),
            )
            for one in made
        )
        return tag("ul", lines, class_="lh-paper-dropped lh-wrap")
