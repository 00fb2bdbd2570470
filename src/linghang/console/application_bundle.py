"""Make a bundle: the assessment with all that it rests on, in one signed file that anybody can verify."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.api.bundle_routes import Maker, bundle_for
from linghang.console import acting, facts, figures, states
from linghang.console.application_frame import busy, head, labelled, quick_link, submit
from linghang.console.application_verify import left_out
from linghang.console.controls import PRIMARY, action
from linghang.console.hypertext import card, joined, tag
from linghang.console.hypertext import facts as pairs
from linghang.console.telling import FLOORS, headed, said
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.apart import telling
from linghang.usecases.bundle_told import Request, documents_of, keys_of, passphrase_of
from linghang.words import later, tr

HERE = "/application/bundle"
FORM = "lh-bundle"
WITHIN_S = 3600.0
"""Seconds after which a bundle is given up."""
LOOKED_S = 0.5
"""How often the progress is looked at."""
DOCUMENTS = {
    "all": later("all but the confidential ones"),
    "none": later("none"),
    "chosen": later("those that are ticked below"),
}
INPUTS = {
    "none": later("none: what was measured cannot be computed again"),
    "small": later("small tables: most of it can be computed again"),
    "all": later("all tables and the telemetry that engines look at: large, and it takes long"),
}


async def build(visit: Visit, _: PageArguments) -> None:
    """Show what can go in, make it, and hand it over."""
    head(visit, HERE, tr("The assessment of the day with ledger, pack and documents, signed; it is recorded first."))
    day, now = visit.day, visit.now
    documents = await facts.thread(lambda: documents_of(visit.folder, now=now, as_of=day))
    keys = await facts.thread(lambda: keys_of(visit.folder, passphrase_of("")))
    states.show(_key(keys))
    if not acting.may(visit, "write"):
        states.show(tag("p", tr("To make a bundle needs the right “write”."), class_="lh-note"))
        return
    with ui.element("section").classes("lh-card"):
        states.show(tag("div", _form(documents), id=FORM))
        button = action(tr("Make the bundle"), "run", PRIMARY)
    place = ui.element("div").props("aria-live=polite")

    async def make(values: Mapping[str, Any]) -> None:
        await _make(visit, values, [one["id"] for one in documents], place)

    submit(visit, FORM, button, make)


async def _make(visit: Visit, values: Mapping[str, Any], numbers: Sequence[str], place: ui.element) -> None:
    chosen = tuple(one for one in numbers if values.get(f"document-{one}"))
    which = {"all": ("all",), "chosen": chosen or ("none",)}.get(str(values.get("documents")), ("none",))
    inputs = next((one for one in INPUTS if one == values.get("inputs")), "none")
    request = Request(visit.pack, visit.day, which, inputs)  # type: ignore[arg-type]
    secret = str(values.get("passphrase") or "")
    making = _Making(visit, place)

    def made() -> tuple[str, dict[str, Any]]:
        maker = Maker(visit.person.name, "console", acting.told_as(visit, visit.need("write")))
        return bundle_for(visit.folder, maker, request, secret, making.run)

    making.show()
    try:
        id, found = await facts.thread(made)
        making.end(_made(id, found, visit))
    except BadInput as error:
        making.end(tag("p", str(error), class_="lh-note", role="status") if making.ended else states.trouble(error))
    except Exception as error:
        making.end(states.trouble(error))


class _Making:
    """A bundle that is being made: which step of how many, and a button that ends it."""

    def __init__(self, visit: Visit, place: ui.element) -> None:
        self.visit, self.place = visit, place
        self.loop = asyncio.get_running_loop()
        self.told: tuple[str, int, int | None] = ("", 0, None)
        self.shown: tuple[str, int, int | None] = self.told
        self.work: Future[dict[str, Any]] | None = None
        self.ended = False

    def show(self) -> None:
        """Show a bar and the step, looked at again and again."""
        self.place.clear()
        with self.place:
            self.bar = ui.element("progress").classes("lh-progress").props("max=1 value=0")
            self.bar.props["aria-label"] = tr("Progress of the bundle")
            self.said = states.show(busy(tr("The plant is judged, gathered and signed; this can take a minute …")))
            action(tr("Break off"), "stop").on("click", self.visit.speaking(self.cancel))
            self.timer = ui.timer(LOOKED_S, self.visit.speaking(self.look))

    def run(self, work: Callable[..., dict[str, Any]]) -> dict[str, Any]:
        """Do the work in a process of its own that tells how far it is; called in a thread."""
        self.work = asyncio.run_coroutine_threadsafe(telling(work, WITHIN_S, self.tell), self.loop)
        if self.ended:
            self.work.cancel()
        try:
            return self.work.result()
        except CancelledError:
            raise BadInput("the bundle was broken off; what was recorded before stays recorded") from None

    def tell(self, what: str, done: int, total: int | None) -> None:
        """Note how far it is."""
        self.told = what, done, total

    def look(self) -> None:
        """Show what was noted since."""
        if self.place.is_deleted or self.told == self.shown:
            return
        self.shown = what, done, total = self.told
        self.bar.props["value"] = str(round(done / total, 3)) if total else "0"
        self.bar.update()
        share = f"{done / total:.0%}" if total else ""
        step = tr(
            "Step {number} of {count} ({share} done): {what} …",
            number=done + 1,
            count=total,
            share=share,
            what=tr(what),
        )
        states.put(self.said, busy(step))

    def cancel(self) -> None:
        """End the process: it leaves no file, and the ledger whole."""
        self.ended = True
        if self.work is not None:
            self.work.cancel()

    def end(self, shown: Markup) -> None:
        """Show what came of it."""
        if not self.place.is_deleted:
            self.timer.cancel()
            self.place.clear()
            with self.place:
                states.show(shown)


def _key(keys: Mapping[str, Any]) -> Markup:
    title = tr("The key that signs")
    if keys["locked"]:
        return card(title, tag("p", keys["locked"], class_="lh-note"))
    if keys["own"] is None:
        return card(title, tag("p", tr("There is none yet; the first bundle makes it."), class_="lh-note"))
    about = tr("Send the public key by another way than the bundle, or read its fingerprint to the receiver.")
    key = tag("p", tag("code", keys["own"], class_="lh-wrap"))
    link = quick_link(tr("Public key"), "/api/v1/keys/public")
    return card(title, key, tag("div", link, class_="lh-app-actions"), about=about)


def _form(documents: Sequence[Mapping[str, Any]]) -> Markup:
    secret = tag("input", type="password", name="passphrase", class_="lh-control", autocomplete="off", maxlength=1000)
    hint = tr("Of the private key, where it has one. It is used once and kept nowhere.")
    which = DOCUMENTS if documents else {name: word for name, word in DOCUMENTS.items() if name != "chosen"}
    return joined(
        (
            _radios(tr("Documents"), "documents", which, "all"),
            _listed(documents),
            _radios(tr("Tables of records; they hold rows of the plant"), "inputs", INPUTS, "none"),
            tag("div", labelled(tr("Passphrase"), secret, hint), class_="lh-app-fields"),
        )
    )


def _radios(title: str, name: str, words: Mapping[str, str], first: str) -> Markup:
    rows = (
        tag(
            "label",
            tag("input", type="radio", name=name, value=key, checked=key == first),
            tag("span", tr(word)),
            class_="lh-app-check",
        )
        for key, word in words.items()
    )
    return tag("fieldset", tag("legend", title, class_="lh-app-field-name"), rows, class_="lh-app-choices")


def _listed(documents: Sequence[Mapping[str, Any]]) -> Markup | None:
    if not documents:
        return tag("p", tr("No documents are registered."), class_="lh-more")
    rows = (
        tag(
            "label",
            tag(
                "input", type="checkbox", name=f"document-{one['id']}", checked=one["confidentiality"] != "confidential"
            ),
            tag(
                "span",
                tag("code", one["id"]),
                " ",
                one["title"],
                tag("span", tr("confidential"), class_="lh-chip") if one["confidentiality"] == "confidential" else None,
            ),
            class_="lh-app-check",
        )
        for one in documents
    )
    summary = tag("summary", tr("Choose documents ({count})", count=len(documents)))
    return tag(
        "details",
        summary,
        tag("div", rows, class_="lh-app-ticks", role="group", aria_label=tr("Documents")),
        class_="lh-fold",
    )


def _made(id: str, found: Mapping[str, Any], visit: Visit) -> Markup:
    levels = {one.id: said(one.title) for one in facts.pack_of(visit.pack).levels}
    confirmed = ", ".join(
        f"{headed(tr(FLOORS[floor]))}: {levels.get(one or '', '–')}" for floor, one in found["confirmed"].items()
    )
    about = pairs(
        (
            (tr("Size"), figures.size(found["size"])),
            ("sha256", tag("code", found["sha256"], class_="lh-wrap")),
            (tr("Signed by"), tag("code", found["key"], class_="lh-wrap")),
            (tr("Judged as of"), figures.day(found["as_of"])),
            (tr("Records of the ledger"), f"{found['records']:,}"),
            (tr("New in the ledger"), figures.large(found["recorded"])),
            (tr("Confirmed"), confirmed),
        )
    )
    link = quick_link(tr("Download the bundle"), f"/api/v1/bundles/{id}", "lh-button lh-primary")
    kept = tag("p", tr("It is kept for an hour, for you alone."), class_="lh-about")
    done = tag("p", "✓ ", tr("The bundle is made."), class_="lh-app-verdict lh-met")
    made = card(tr("Bundle"), done, tag("div", link, kept, class_="lh-app-actions"), about)
    return joined((made, left_out(found["left_out"])))
