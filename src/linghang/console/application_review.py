"""Review a draft that somebody wrote: what is wrong in it, where, and the copy with the remarks in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.api.review_routes import review_of
from linghang.console import facts, states
from linghang.console.application_frame import busy, head, quick_link
from linghang.console.controls import VALUE, chooser
from linghang.console.dropping import drop_zone
from linghang.console.hypertext import Child, card, joined, table, tag
from linghang.console.telling import headed, said
from linghang.console.visit import Visit
from linghang.usecases.evidence_files import bare_name
from linghang.usecases.reviewing import Question
from linghang.usecases.reviewing_documents import READABLE
from linghang.words import later, tr

HERE = "/application/review"
SEVERITIES = {
    "error": ("✗", later("errors"), later("a reviewer would return the file for it")),
    "warning": ("!", later("warnings"), later("it must be explained")),
    "hint": ("→", later("hints"), later("it would be better otherwise")),
}
OTHERS = 3
"""Other places of a remark that are shown."""


async def build(visit: Visit, _: PageArguments) -> None:
    """Take a draft, and show the remarks on it."""
    head(visit, HERE, tr("Reads a draft as a strict reviewer would, by rules; nothing leaves this machine."))
    levels = {one.id: said(one.title) for one in facts.pack_of(visit.pack).levels}
    asked: dict[str, Any] = {"level": None, "against": True}
    with ui.element("section").classes("lh-card"):
        with ui.element("div").classes("lh-filters"):
            level = chooser(tr("Level"), {"": tr("the level that the draft applies for"), **levels}, "")
            against = chooser(
                tr("Against what"),
                {"yes": tr("against the draft itself and this plant's evidence"), "": tr("against the draft itself")},
                "yes",
            )
        level.on("change", lambda event: asked.update(level=str(event.args or "") or None), js_handler=VALUE)
        against.on("change", lambda event: asked.update(against=bool(event.args)), js_handler=VALUE)
        zone = ui.element("div").classes("lh-app-drop-place")
        known = tr("Drafts are .docx, .pdf with text, .txt or .md; the draft is deleted when it has been read.")
        states.show(tag("p", known, class_="lh-more"))
    place = states.show(tag("div", role="status"))

    async def took(path: Path, name: str) -> None:
        states.put(place, busy(tr("“{name}” is being read …", name=name)))
        question = Question(visit.pack, asked["level"], visit.day, visit.folder if asked["against"] else None)
        try:
            draft = path.rename(path.with_name(bare_name(name)))
            id, found = await review_of(draft, question, visit.person.name)
            states.put(place, _review(id, found, levels))
        except Exception as error:
            states.put(place, states.trouble(error))

    with zone:
        drop_zone(visit, "read", tr("Drop a draft here, or choose it"), took, ",".join(READABLE))


def _review(id: str, found: Mapping[str, Any], levels: Mapping[str, str]) -> Markup:
    counts = found["counts"]
    badges = (
        tag(
            "li",
            tag("strong", f"{sign} {counts[word]}"),
            " ",
            tr(name),
            class_=f"lh-app-severity lh-app-severity-{word}",
        )
        for word, (sign, name, _) in SEVERITIES.items()
    )
    about = tr(
        "Held against level {level}, seen from {day}; {claims} statements in {paragraphs} paragraphs.",
        level=levels.get(found["level"], tr("not stated")),
        day=found["day"],
        claims=found["claims"],
        paragraphs=found["paragraphs"],
    )
    links = (
        quick_link(tr("The draft with the remarks in it"), f"/api/v1/reviews/{id}/marked", "lh-button lh-primary"),
        quick_link(tr("The remarks as a table"), f"/api/v1/reviews/{id}/table"),
    )
    kept = tag("p", tr("Both files are kept for an hour, for you alone."), class_="lh-more")
    head_of = card(
        tr("Review of {draft}", draft=found["draft"]),
        tag("ul", badges, class_="lh-chips"),
        tag("div", links, class_="lh-app-actions"),
        kept,
        about=about,
    )
    return joined((head_of, [_severity(word, found["remarks"]) for word in SEVERITIES if counts[word]] or _clean()))


def _clean() -> Markup:
    text = tr("No check has anything to remark. That proves nothing beyond the checks.")
    return card(tr("Remarks"), tag("p", text, class_="lh-note"))


def _severity(word: str, remarks: list[Mapping[str, Any]]) -> Markup:
    sign, name, means = SEVERITIES[word]
    rows = (_row(one) for one in remarks if one["severity"] == word)
    title = f"{sign} {headed(tr(name))}"
    heads = (tr("check"), tr("place"), tr("remark and mend"))
    return card(title, table(heads, rows, "lh-app-remarks", headed(tr(name)), stacks=True), about=tr(means))


def _row(one: Mapping[str, Any]) -> list[Child]:
    spot = one["spot"]
    page = tr("p. {page}", page=spot["page"]) + " " if spot["page"] else ""
    quote = tag("q", spot["quote"][:80]) if spot["quote"] else None
    others = [f"{other['where']} “{other['quote'][:24]}”" for other in one["others"][:OTHERS]]
    return [
        tag("code", one["code"]),
        tag("span", f"{page}{spot['where']}" or "–", class_="lh-wrap"),
        joined(
            (
                tag("p", quote) if quote else None,
                tag("p", said(one["message"])),
                tag("small", tr("Other places: {places}", places="; ".join(others))) if others else None,
                tag("small", "→ ", said(one["mend"])),
            )
        ),
    ]
