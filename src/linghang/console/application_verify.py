"""Verify a bundle: whether every byte is as it was signed and judges anew the same, or what does not fit."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import facts, states
from linghang.console.acting import tell
from linghang.console.application_frame import busy, head
from linghang.console.controls import VALUE
from linghang.console.dropping import drop_zone
from linghang.console.elsewhere import elsewhere
from linghang.console.hypertext import Child, card, joined, table, tag
from linghang.console.hypertext import facts as pairs
from linghang.console.telling import FLOORS, and_more, headed, said
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.bundle_told import passphrase_of, trusted_of, verified
from linghang.usecases.evidence_files import bare_name
from linghang.usecases.naming import HELD, LEFT_OUT
from linghang.usecases.signing_keys import known_fingerprints
from linghang.usecases.uploaded import called
from linghang.words import later, tr

HERE = "/application/verify"
MOST_SHOWN = 200
OPTIONS = {
    "known": (True, later("Trust the keys that this workspace has and knows")),
    "again": (True, later("Compute again what was measured (engines can take minutes)")),
    "trust_pack": (False, later("Judge by a pack inside that this program does not have")),
}
OUTCOMES = {
    "same": ("✓", later("computed again, the same")),
    "differs": ("✗", later("computed again, differs")),
    "not_rerun": ("·", later("not computed again")),
}


async def build(visit: Visit, _: PageArguments) -> None:
    """Take a bundle, and show the verdict on it."""
    head(visit, HERE, tr("A bundle from anywhere: every byte, the ledger, the documents; judged and computed anew."))
    asked: dict[str, Any] = {name: default for name, (default, _) in OPTIONS.items()}
    asked |= {"fingerprint": "", "keys": {}}
    with ui.element("section").classes("lh-card"):
        with ui.element("div").classes("lh-app-fields"):
            for name, (_default, title) in OPTIONS.items():
                _checkbox(asked, name, tr(title))
            _fingerprint(asked)
        _keys(visit, asked)
        zone = ui.element("div").classes("lh-app-drop-place")
        states.show(tag("p", tr("The bundle is deleted when it has been looked at."), class_="lh-more"))
    place = states.show(tag("div", role="status"))

    async def took(path: Path, name: str) -> None:
        states.put(place, busy(tr("“{name}” is being verified …", name=name)))
        given = asked["fingerprint"].split()
        try:
            file = path.rename(path.with_name(bare_name(name)))
            known = await facts.thread(lambda: trusted_of(visit.folder, given, asked["known"], passphrase_of("")))
            trusted = (known or {}) | asked["keys"] or None
            found = await elsewhere(
                verified, file, trusted=trusted, trust_pack=asked["trust_pack"], again=asked["again"]
            )
            states.put(place, shown(found, file.name, trusted is not None))
        except Exception as error:
            states.put(place, states.trouble(error))

    with zone:
        drop_zone(visit, "read", tr("Drop a bundle here, or choose it"), took, ".zip")


def _checkbox(asked: dict[str, Any], name: str, title: str) -> None:
    with ui.element("label").classes("lh-app-check"):
        box = ui.element("input")
        box.props["type"] = "checkbox"
        box.props["checked"] = asked[name]
        states.show(tag("span", title), "lh-app-inline")
    box.on("change", lambda event: asked.update({name: bool(event.args)}), js_handler="(e) => emit(e.target.checked)")


def _fingerprint(asked: dict[str, Any]) -> None:
    with ui.element("label").classes("lh-app-field lh-app-field-wide"):
        states.show(tag("span", tr("Fingerprint of the signer, got by another way"), class_="lh-app-field-name"))
        field = ui.element("input").classes("lh-control")
        field.props["type"] = "text"
        field.props["autocomplete"] = "off"
        field.props["maxlength"] = 200
    field.on("change", lambda event: asked.update(fingerprint=str(event.args or "")), js_handler=VALUE)


def _keys(visit: Visit, asked: dict[str, Any]) -> None:
    """Take public keys of those who may have signed; they count on this page alone."""
    with ui.element("div").classes("lh-app-drop-place"):
        zone = ui.element("div")
        taken = states.show(tag("div", role="status"))

    async def took(path: Path, name: str) -> None:
        try:
            file = path.rename(path.with_name(bare_name(name)))
            with called(file, name):
                asked["keys"] |= await facts.thread(lambda: known_fingerprints(str(file)))
        except BadInput as error:
            return tell(str(error), "wrong")
        rows = ([tag("strong", one), tag("code", key, class_="lh-wrap")] for key, one in asked["keys"].items())
        title = tr("Keys that may have signed")
        return states.put(taken, table((tr("name"), tr("fingerprint")), rows, "", title))

    with zone:
        drop_zone(visit, "read", tr("Drop the signer's public key here (.pem)"), took, ".pem")


def shown(found: Mapping[str, Any], name: str, asked: bool) -> Markup:
    """What verifying found: the verdict first, then who signed, what does not fit, and what was computed again."""
    return joined(
        (
            _verdict(found, name, asked),
            _problems(found["problems"]),
            tag("div", _floors(found), _reruns(found["reruns"]), class_="lh-grid lh-grid-two lh-app-verified"),
            left_out(found["left_out"]),
        )
    )


def _verdict(found: Mapping[str, Any], name: str, asked: bool) -> Markup:
    if not found["fits"]:
        first = (found["first"] or {}).get("entry") or "–"
        text = tr("DOES NOT FIT: {count} problems, the first in {place}", count=len(found["problems"]), place=first)
    elif asked:
        text = tr("FITS: every byte as signed by a key that you know, and judged anew the same")
    else:
        text = tr("FITS: nothing changed after signing, and judged anew the same")
    sign, class_ = ("✓", "lh-met") if found["fits"] else ("✗", "lh-unmet")
    verdict = tag(
        "p", tag("span", sign, aria_hidden="true", class_="lh-sign"), " ", text, class_=f"lh-app-verdict {class_}"
    )
    about = pairs(
        (
            (tr("Factory"), found["workspace"]),
            (tr("Judged by"), f"{found['pack']} · {found['as_of']}"),
            (tr("Records of the ledger"), f"{found['records']:,}"),
            (tr("Signed by"), _signer(found["signer"], asked)),
            (tr("Written by version"), found["product"]),
            (tr("Packs that you trusted"), ", ".join(found["trusted_packs"])),
        )
    )
    return card(tr("Verification of {name}", name=name), verdict, about)


def _signer(signer: Mapping[str, Any], asked: bool) -> Markup:
    if signer["key"] is None:
        return tag("span", tr("no valid signature"), class_="lh-worse")
    own = signer["known_as"] == "own"
    known = tr("this workspace's own key") if own else signer["known_as"]
    says = known or (
        tr("a key that you do not know") if asked else tr("a key that nobody named: it says nothing about who signed")
    )
    return joined((says, tag("small", tag("code", signer["key"], class_="lh-wrap"))))


def _problems(problems: list[Mapping[str, Any]]) -> Markup | None:
    if not problems:
        return None
    rows = (
        [
            tag("code", one["entry"] or "–", class_="lh-wrap"),
            ", ".join(
                said
                for said in (
                    tr("line {line}", line=one["line"]) if one["line"] else "",
                    one["key"] or "",
                    tr("byte {byte}", byte=f"{one['byte']:,}") if one["byte"] is not None else "",
                )
                if said
            ),
            tag("span", one["said"], class_="lh-wrap"),
        ]
        for one in problems[:MOST_SHOWN]
    )
    title = tr("What does not fit")
    shown = table((tr("entry"), tr("place"), tr("what is wrong")), rows, "lh-app-problems", title, stacks=True)
    return card(title, shown, and_more(len(problems) - MOST_SHOWN))


def _floors(found: Mapping[str, Any]) -> Markup:
    title = tr("Judged anew from the ledger")
    if not found["floors"]:
        return card(title, tag("p", tr("It could not be judged anew."), class_="lh-note"))
    pack = facts.packs().get(found["pack"])
    titles = {} if pack is None else {one.id: said(one.title) for one in facts.pack_of(found["pack"]).levels}
    rows = (
        [headed(tr(FLOORS[floor])), *(titles.get(one[key], one[key]) or "–" for key in ("confirmed", "possible"))]
        for floor, one in found["floors"].items()
    )
    return card(title, table((tr("floor of proof"), tr("confirmed"), tr("possible")), rows, caption=title))


def _reruns(reruns: list[Mapping[str, Any]]) -> Markup:
    title = tr("What was derived or measured")
    if not reruns:
        return card(title, tag("p", tr("Nothing was computed again."), class_="lh-note"))
    counted = Counter((one["outcome"], one["why"] or "") for one in reruns)
    ordered = sorted(counted.items(), key=lambda one: list(OUTCOMES).index(one[0][0]))
    rows: list[list[Child]] = [
        [f"{OUTCOMES[outcome][0]} {tr(OUTCOMES[outcome][1])}", why, tag("span", str(count), class_="lh-figure")]
        for (outcome, why), count in ordered
    ]
    return card(title, table((tr("computed again?"), tr("why"), tr("count")), rows, caption=title))


def left_out(ones: list[Mapping[str, str]]) -> Markup | None:
    """What is not inside, by kind and reason."""
    if not ones:
        return None
    groups: dict[tuple[str, str], list[str]] = {}
    for one in ones:
        groups.setdefault((one["what"], one["reason"]), []).append(one.get("id", ""))
    rows = (
        [tr(HELD.get(what, what)), tr(LEFT_OUT.get(reason, reason)), tag("span", ", ".join(names), class_="lh-wrap")]
        for (what, reason), names in groups.items()
    )
    title = tr("Not inside")
    return card(title, table((tr("what"), tr("why"), tr("which")), rows, caption=title))
