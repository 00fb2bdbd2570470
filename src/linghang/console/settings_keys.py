"""Settings: the keys that bundles are signed with, and the keys of others that are believed."""

import os
from pathlib import Path, PurePath

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.controls import action
from linghang.console.dropping import drop_zone
from linghang.console.hypertext import facts as listed
from linghang.console.hypertext import table, tag
from linghang.console.settings_parts import Values, ask, head, only_administrators
from linghang.console.visit import Visit
from linghang.usecases.signing_keys import PASSPHRASE, Keys, own_key, replace_own_key, show_keys, trust_key
from linghang.words import tr


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the workspace's own key and those that it trusts."""
    head(visit, "keys", tr("What bundles of this workspace are signed with, and whose signatures are believed."))
    if not acting.may(visit, "admin"):
        only_administrators()
        return
    await _Keys(visit).show()


class _Keys:
    """The keys, drawn anew after each change."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    async def show(self) -> None:
        visit = self.visit
        with ui.element("section").classes("lh-card lh-set"):
            about = tr("Who gets a bundle checks it with the public part; read the fingerprint to them.")
            states.show(tag("h2", tr("Own key")) + tag("p", about, class_="lh-about"))
            self.own = states.show(Markup(""))
            with ui.element("div").classes("lh-acts"):
                action(tr("Download the public key"), "download").on("click", visit.speaking(self._export))
                action(tr("Make a new key"), "add").on("click", visit.speaking(self._ask_new))
        with ui.element("section").classes("lh-card lh-set"):
            about = tr("Bundles that these have signed count as known when they are verified here.")
            states.show(tag("h2", tr("Keys of others")) + tag("p", about, class_="lh-about"))
            self.others = states.show(Markup(""))
            drop_zone(visit, "admin", tr("Drop a public key here (.pem)"), self._trust, ".pem")
        await self._draw()

    async def _draw(self) -> None:
        found = await facts.thread(lambda: show_keys(self.visit.folder, _passphrase()))
        states.put(self.own, _own(found))
        states.put(self.others, _others(found))

    def _ask_new(self) -> None:
        text = tr("Bundles from now on are signed with the new key; the public part of the former one is kept.")
        ask(self.visit, tr("Make a new key"), text, (), tr("Make it"), self._new)

    async def _new(self, _: Values) -> str | None:
        folder = self.visit.folder
        if await acting.change(self.visit, "admin", "keys.new", "", lambda: replace_own_key(folder, _passphrase())):
            acting.tell(tr("Done."))
            await self._draw()
        return None

    async def _export(self) -> None:
        folder = self.visit.folder
        made = await acting.change(
            self.visit, "admin", "keys.export", "", lambda: own_key(folder, _passphrase()).public.pem()
        )
        if made is not None:
            ui.download(made, "linghang-public-key.pem", "application/x-pem-file")
            await self._draw()

    async def _trust(self, file: Path, name: str) -> None:
        folder, called = self.visit.folder, PurePath(name).stem
        if await acting.change(self.visit, "admin", "keys.trust", called, lambda: trust_key(folder, file, called)):
            acting.tell(tr("Done."))
            await self._draw()


def _own(found: Keys) -> Markup:
    if found.own is None:
        return tag("p", tr("None yet: it is made with the first bundle."), class_="lh-note")
    pairs = (
        (tr("fingerprint"), tag("code", found.own, class_="lh-wrap")),
        (tr("private part"), tag("code", str(found.file), class_="lh-wrap")),
    )
    return listed(pairs)


def _others(found: Keys) -> Markup:
    if not found.trusted:
        return tag("p", tr("None yet."), class_="lh-note")
    rows = ([tag("strong", name), tag("code", key, class_="lh-wrap")] for name, key in found.trusted.items())
    return table((tr("name"), tr("fingerprint")), rows, "", tr("Keys of others"))


def _passphrase() -> str:
    return os.environ.get(PASSPHRASE, "")
