"""Settings: backups of the workspace, made, downloaded and checked; how one is restored."""

from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, states
from linghang.console.dropping import drop_zone
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.hypertext import facts as listed
from linghang.console.settings_parts import Values, act, acting_on, form, head, only_administrators, tick
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.backing_up import BackedUp, Chosen, Kept, keep_backup, kept_backups, path_of, remove_backup
from linghang.usecases.restoring import Restorable, check_backup
from linghang.words import Listed, later, tr

LOOKED_S = 0.3
RECORDS = {
    "inside": later("inside"),
    "postgresql": later("in PostgreSQL and not inside: keep them with pg_dump"),
    "elsewhere": later("in a file outside of the workspace and not inside: copy it yourself"),
}


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the backups that are kept, and what is done with them."""
    about = tr("Everything that this workspace consists of in one file, while it is in use.")
    head(visit, "backup", about)
    if not acting.may(visit, "admin"):
        only_administrators()
        return
    await _Backups(visit).show()
    states.show(_restoring())


class _Backups:
    """The backups, drawn anew after each change."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.done: tuple[str, int, int | None] = ("", 0, None)

    async def show(self) -> None:
        visit = self.visit
        with ui.element("section").classes("lh-card lh-set"):
            about = tr("A backup on the same disk is none: download it, and keep it elsewhere.")
            states.show(tag("h2", tr("Make a backup")) + tag("p", about, class_="lh-about"))
            with_keys = tr("Whoever has the file can then sign as this workspace: keep it under lock.")
            fields = [
                tick(tr("With accounts and tokens (hashes of their secrets only)"), "accounts", True),
                tick(tr("With private keys and files with secrets"), "keys", False, with_keys),
            ]
            form(visit, fields, tr("Make a backup"), self._make)
            self.bar = ui.element("progress").classes("lh-progress").props("max=1 value=0")
            self.bar.props["aria-label"] = tr("Progress of the backup")
            self.said = states.show(Markup(""))
            self.bar.set_visibility(False)
        with ui.element("section").classes("lh-card lh-set"):
            states.show(tag("h2", tr("Backups in this workspace")))
            self.list = states.show(Markup(""))
        with ui.element("section").classes("lh-card lh-set"):
            about = tr("Every byte is held against the list of files inside; nothing is kept of it.")
            states.show(tag("h2", tr("Check a backup")) + tag("p", about, class_="lh-about"))
            drop_zone(visit, "admin", tr("Drop a backup here (.zip)"), self._look, ".zip")
            self.checked = states.show(Markup(""))
        acting_on(visit, self.list, {"check": self._check, "remove": self._remove})
        await self._draw()

    async def _draw(self) -> None:
        found = await facts.thread(lambda: kept_backups(self.visit.folder))
        states.put(self.list, _list(found, self.visit))

    async def _make(self, values: Values) -> str | None:
        visit, chosen = self.visit, Chosen("keys" in values, "accounts" in values)

        def progress(what: str, done: int, total: int | None) -> None:
            self.done = what, done, total

        def work() -> BackedUp:
            return keep_backup(visit.folder, chosen, now=visit.now, progress=progress)

        self.bar.set_visibility(True)
        timer = ui.timer(LOOKED_S, visit.speaking(self._move))
        how = {"keys": str(chosen.keys), "accounts": str(chosen.accounts)}
        made = await acting.change(visit, "admin", "backups.make", "", work, how)
        if not self.bar.is_deleted:
            timer.cancel()
            self.bar.set_visibility(False)
            states.put(self.said, _made(made) if made is not None else Markup(""))
            await self._draw()
        return None

    def _move(self) -> None:
        what, done, total = self.done
        if self.bar.is_deleted:
            return
        self.bar.props["value"] = str(round(done / total, 3)) if total else "0"
        self.bar.update()
        states.put(self.said, tag("p", tr(what) if what else "", class_="lh-about", role="status"))

    async def _check(self, name: str) -> None:
        path = await facts.thread(lambda: path_of(self.visit.folder, name))
        if path is not None:
            await self._look(path, name)

    async def _look(self, path: Path, name: str) -> None:
        if not await acting.allowed(self.visit, "admin"):
            return
        states.put(self.checked, tag("p", tr("checking"), " …", class_="lh-about", role="status"))
        try:
            shown = _checked(await elsewhere(check_backup, path), name, self.visit)
        except BadInput as error:
            shown = states.refused(str(error))
        states.put(self.checked, shown)

    async def _remove(self, name: str) -> None:
        folder = self.visit.folder
        if await acting.change(self.visit, "admin", "backups.remove", name, lambda: remove_backup(folder, name)):
            acting.tell(tr("Done."))
            await self._draw()


def _list(found: tuple[Kept, ...], visit: Visit) -> Markup:
    if not found:
        return tag("p", tr("None yet."), class_="lh-note")
    heads = (tr("file"), tr("made"), tr("size"), tr("manage"))
    return table(heads, (_row(one, visit) for one in found), "lh-backups", tr("Backups in this workspace"))


def _row(one: Kept, visit: Visit) -> list[Any]:
    label = tr("Download {name}", name=one.name)
    way = tag(
        "a",
        tag("span", icon("download"), tr("Download")),
        href=f"/api/v1/backups/{one.name}",
        download=True,
        class_="lh-button lh-small",
        aria_label=label,
    )
    acts = (way, act("check", one.name, tr("Check")), act("remove", one.name, tr("Remove"), "close"))
    size = tag("span", figures.size(one.size), class_="lh-figure", title=f"{one.size:,}")
    return [tag("code", one.name), figures.moment(one.made_at, visit.zone), size, tag("div", acts, class_="lh-acts")]


def _made(made: BackedUp) -> Markup:
    text = tr(
        "Written: {count} files of {content} in {size}.",
        count=f"{made.files:,}",
        content=figures.size(made.content_bytes),
        size=figures.size(made.size),
    )
    return tag("div", tag("p", "✓ ", text, class_="lh-better", role="status"), _not_inside(made.records, made.left_out))


def _not_inside(records: object, left_out: Any) -> Markup:
    lines = []
    if records != "inside":
        lines.append(tag("p", tr("Records: {where}", where=tr(RECORDS.get(str(records), str(records))))))
    if left_out:
        lines.append(tag("p", tr("not inside: {names}", names=Listed(left_out)), class_="lh-about"))
    return joined(lines)


def _checked(found: Restorable, name: str, visit: Visit) -> Markup:
    about = found.about
    pairs = (
        (tr("file"), tag("code", name)),
        (tr("workspace"), str(about.get("name", ""))),
        (tr("made"), figures.moment(datetime.fromisoformat(str(about["made_at"])), visit.zone)),
        (tr("program"), f"Linghang {about.get('program', '')}"),
        (tr("files"), f"{found.files:,}"),
        (tr("size"), figures.size(found.content_bytes)),
    )
    good = tag("p", "✓ ", tr("Every byte is as it was backed up."), class_="lh-better", role="status")
    return tag("div", good, listed(pairs), _not_inside(about.get("records"), about.get("left_out")))


def _restoring() -> Markup:
    text = tr(
        "A backup is restored on the machine into a new or empty folder, or, with --replace, in place of a workspace "
        "that is then moved aside and can be moved back. Stop this server before that."
    )
    command = "linghang restore FILE.zip DIR\nlinghang restore FILE.zip DIR --replace"
    return card(tr("Restore"), tag("p", text), tag("pre", tag("code", command), class_="lh-code", tabindex="0"))
